//! `xunzhan-server`: the command line.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, anyhow, bail};
use server::demo::{self, Secrets};
use server::http::{App, Settings, router};
use server::tls::{self, Browsers, TlsListener};
use server::{Clock, county, take_in};
use tracing_subscriber::EnvFilter;

const USAGE: &str = "\
xunzhan-server serve --data DIR [--listen 127.0.0.1:PORT [--behind-tls]] [--tls ADDRESS:PORT [--cert FILE --key FILE | --name HOST,…]] [--ui DIR]
    runs the server. --tls is the address for laptops and browsers; laptops check the key of their county card, so nothing may
    end their TLS before it. Browsers are shown the certificate of --cert and --key (PEM), or one that the server makes for the
    names of --name and whose fingerprint it prints. --listen is without TLS and only for this machine; --behind-tls says that
    something in front of it speaks TLS to browsers. --ui serves the console from a folder instead of from the program.
xunzhan-server demo --data DIR --url URL --out DIR
    makes two invented counties. Cards, recovery identities and secrets.json go to --out; nothing is ever overwritten.
xunzhan-server rebuild --data DIR
    drops all derived state and makes it again from the entries. The server must not be running.
xunzhan-server restored --data DIR
    to be said once after the database was restored from a backup, before the server is started: begins a new epoch.
xunzhan-server take-in --data DIR --copy FOLDER --recovery FILE
    takes a broken laptop's second copy in, with the county's recovery identity. The server must not be running. Nothing in the
    copy is changed; to do it twice does no harm. What is damaged or refused is named, and all the rest taken.
";

fn main() -> ExitCode {
    // Before anything else is opened: the process that decodes is this program once more.
    if let Some(ended) = decode::instead(std::env::args_os().skip(1)) {
        return if ended.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run(std::env::args().skip(1).collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xunzhan-server: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Options of the form `--name value` and `--flag`.
struct Options(BTreeMap<String, String>);

impl Options {
    fn read(words: &[String], flags: &[&str], names: &[&str]) -> Result<Self> {
        let mut options = BTreeMap::new();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let name = word.strip_prefix("--").unwrap_or_default();
            let value = if flags.contains(&name) {
                String::new()
            } else if names.contains(&name) {
                words.next().with_context(|| format!("--{name} needs a value"))?.clone()
            } else {
                bail!("{word} is not known here\n\n{USAGE}");
            };
            options.insert(name.to_owned(), value);
        }
        Ok(Self(options))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    fn address(&self, name: &str) -> Result<Option<SocketAddr>> {
        let parse = |text: &str| text.parse().with_context(|| format!("--{name} is not ADDRESS:PORT"));
        self.get(name).map(parse).transpose()
    }

    fn need(&self, name: &str) -> Result<&str> {
        self.get(name).ok_or_else(|| anyhow!("--{name} is missing\n\n{USAGE}"))
    }
}

fn run(words: Vec<String>) -> Result<()> {
    let (command, rest) = words.split_first().ok_or_else(|| anyhow!("no command\n\n{USAGE}"))?;
    match command.as_str() {
        "serve" => serve(&Options::read(
            rest,
            &["behind-tls"],
            &["data", "listen", "tls", "cert", "key", "name", "ui"],
        )?),
        "demo" => {
            let options = Options::read(rest, &[], &["data", "url", "out"])?;
            let out = PathBuf::from(options.need("out")?);
            let secrets = demo::write(&PathBuf::from(options.need("data")?), options.need("url")?, &out)?;
            print!("{}", told_once(&secrets));
            println!("以上只显示这一次，也保存在 {}（仅本人可读）。", out.join("secrets.json").display());
            Ok(())
        }
        "rebuild" => {
            let options = Options::read(rest, &[], &["data"])?;
            let mut opened = county::open(&PathBuf::from(options.need("data")?), Clock::system())?;
            let rebuilt = opened.db.rebuild()?;
            println!("{} entries, {} aggregates", rebuilt.entries, rebuilt.aggregates);
            Ok(())
        }
        "restored" => {
            let options = Options::read(rest, &[], &["data"])?;
            Ok(county::restored(&PathBuf::from(options.need("data")?))?)
        }
        "take-in" => {
            let options = Options::read(rest, &[], &["data", "copy", "recovery"])?;
            let recovery = take_in::read_identity(&PathBuf::from(options.need("recovery")?))?;
            let mut opened = county::open(&PathBuf::from(options.need("data")?), Clock::system())?;
            let taken = take_in::take_in(&mut opened, &PathBuf::from(options.need("copy")?), &recovery)?;
            println!("{}", told_taken(&taken));
            if !taken.whole() {
                bail!("some of the copy was damaged or refused; everything else is on the server");
            }
            Ok(())
        }
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            Ok(())
        }
        _ => bail!("{command} is not a command\n\n{USAGE}"),
    }
}

fn serve(options: &Options) -> Result<()> {
    let plain = options.address("listen")?;
    let over_tls = options.address("tls")?;
    if plain.is_none() && over_tls.is_none() {
        bail!("neither --listen nor --tls\n\n{USAGE}");
    }
    if let Some(plain) = plain
        && !plain.ip().is_loopback()
    {
        bail!("{plain} can be reached from other machines; without TLS only a loopback address is served. Use --tls {plain}");
    }
    let clock = Clock::system();
    let data = PathBuf::from(options.need("data")?);
    let opened = county::open(&data, clock.clone()).context("opening the data folder")?;
    opened.db.check().context("checking the database")?;
    let tls = over_tls
        .map(|address| anyhow::Ok((address, certificates(options, &data, address)?)))
        .transpose()?;
    let pinned = tls::pinned(&opened.db.signer())?;
    let settings = Settings {
        ui: options.get("ui").map(PathBuf::from),
        behind_tls: options.get("behind-tls").is_some(),
    };
    let app = App::new(opened, clock, settings);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting")?;
    runtime.block_on(async {
        tokio::spawn(app.clone().sweep());
        tokio::task::spawn_blocking(say_whether_previews_are_made);
        let plain = async {
            let Some(address) = plain else { return anyhow::Ok(()) };
            let listener = tokio::net::TcpListener::bind(address).await.context("listening")?;
            let local = listener.local_addr()?;
            tracing::info!(address = %local, "listening");
            println!("http://{local}");
            let serve = axum::serve(listener, router(&app)?).with_graceful_shutdown(asked_to_stop());
            serve.await.context("serving")
        };
        let secure = async {
            let Some((address, browsers)) = tls else { return anyhow::Ok(()) };
            let listener = tokio::net::TcpListener::bind(address).await.context("listening")?;
            let local = listener.local_addr()?;
            tracing::info!(address = %local, "listening with TLS");
            println!("https://{local}\n浏览器证书指纹 SHA-256 {}", spaced(browsers.fingerprint()));
            let listener = TlsListener::new(listener, tls::config(pinned, &browsers)?)?;
            let serve = axum::serve(listener, router(&app.over_tls())?).with_graceful_shutdown(asked_to_stop());
            serve.await.context("serving with TLS")
        };
        futures::try_join!(plain, secure).map(|_| ())
    })
}

/// Said once at the start: the work goes on without them.
fn say_whether_previews_are_made() {
    match decode::check() {
        Ok(()) => tracing::info!("large views of HEIC, films and PDF are made"),
        Err(why) => tracing::warn!(
            why = why.code(),
            "no large views of HEIC, films and PDF: the process that decodes does not work here"
        ),
    }
}

/// The certificate for browsers: the operator's, or the server's own.
fn certificates(options: &Options, data: &Path, address: SocketAddr) -> Result<Browsers> {
    match (options.get("cert"), options.get("key")) {
        (Some(cert), Some(key)) => Browsers::given(Path::new(cert), Path::new(key)).context("the certificate for browsers"),
        (None, None) => {
            let names = options
                .get("name")
                .map(|names| names.split(',').map(|name| name.trim().to_owned()).collect());
            let names = names.unwrap_or_else(|| match address.ip() {
                any if any.is_unspecified() => vec!["localhost".to_owned()],
                ip => vec!["localhost".to_owned(), ip.to_string()],
            });
            Ok(Browsers::own(data, names)?)
        }
        _ => bail!("--cert and --key belong together\n\n{USAGE}"),
    }
}

/// A digest as browsers write fingerprints.
fn spaced(digest: &seal::Digest) -> String {
    let pairs: Vec<String> = digest.as_bytes().iter().map(|byte| format!("{byte:02X}")).collect();
    pairs.join(":")
}

/// Ends when an operator asks, by SIGTERM or by the keyboard.
async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

fn told_taken(taken: &take_in::TakenIn) -> String {
    let mut text = format!(
        "{}，{}：记录新收 {}、已有 {}，文件新收 {}、已有 {}。",
        taken.county, taken.device_name, taken.entries_new, taken.entries_known, taken.blobs_new, taken.blobs_known
    );
    for (entry, reason) in &taken.refused {
        text.push_str(&format!("\n  未收记录 {entry}：{reason}"));
    }
    for file in &taken.damaged {
        text.push_str(&format!("\n  不完整的文件 {file}"));
    }
    if taken.drafts > 0 {
        text.push_str(&format!("\n  另有 {} 处没写完的内容，只能由一台电脑取回。", taken.drafts));
    }
    text
}

fn told_once(secrets: &Secrets) -> String {
    let mut text = String::new();
    for county in &secrets.counties {
        text.push_str(&format!(
            "\n{}（{}）\n  证书机构指纹 {}\n",
            county.name, county.county, county.authority_fingerprint
        ));
        if let Some(passphrase) = secrets.authority_passphrases.get(&county.county) {
            text.push_str(&format!("  证书机构口令 {passphrase}\n"));
        }
        for account in secrets.accounts.iter().filter(|a| a.county == county.county) {
            text.push_str(&format!("  账号 {:<24} 密码 {}  {}\n", account.account, account.password, account.name));
        }
        for person in secrets.inspectors.iter().filter(|p| p.county == county.county) {
            text.push_str(&format!("  检查员 {}（{}） 口令 {}\n", person.name, person.org, person.passphrase));
        }
    }
    text
}
