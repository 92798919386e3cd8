//! `xunzhan-server`: the command line.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, anyhow, bail};
use server::demo::{self, Secrets};
use server::http::{App, Settings, router};
use server::{Clock, county};
use tracing_subscriber::EnvFilter;

const USAGE: &str = "\
xunzhan-server serve --data DIR --listen 127.0.0.1:PORT [--ui DIR] [--behind-tls]
    runs the server. --ui serves the console from a folder instead of from the program. Other machines reach it only through
    something that speaks TLS in front of it: an address that is not loopback needs --behind-tls.
xunzhan-server demo --data DIR --url URL --out DIR
    makes two invented counties. Cards, recovery identities and secrets.json go to --out; nothing is ever overwritten.
xunzhan-server rebuild --data DIR
    drops all derived state and makes it again from the entries. The server must not be running.
xunzhan-server restored --data DIR
    to be said once after the database was restored from a backup, before the server is started: begins a new epoch.
";

fn main() -> ExitCode {
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

    fn need(&self, name: &str) -> Result<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .ok_or_else(|| anyhow!("--{name} is missing\n\n{USAGE}"))
    }
}

fn run(words: Vec<String>) -> Result<()> {
    let (command, rest) = words.split_first().ok_or_else(|| anyhow!("no command\n\n{USAGE}"))?;
    match command.as_str() {
        "serve" => serve(&Options::read(rest, &["behind-tls"], &["data", "listen", "ui"])?),
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
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            Ok(())
        }
        _ => bail!("{command} is not a command\n\n{USAGE}"),
    }
}

fn serve(options: &Options) -> Result<()> {
    let listen: SocketAddr = options.need("listen")?.parse().context("--listen is not ADDRESS:PORT")?;
    let secure = options.0.contains_key("behind-tls");
    if !listen.ip().is_loopback() && !secure {
        bail!("{listen} can be reached from other machines without TLS; put TLS in front and say --behind-tls");
    }
    let clock = Clock::system();
    let data = PathBuf::from(options.need("data")?);
    let opened = county::open(&data, clock.clone()).context("opening the data folder")?;
    opened.db.check().context("checking the database")?;
    let settings = Settings {
        ui: options.0.get("ui").map(PathBuf::from),
        secure,
    };
    let app = App::new(opened, clock, settings);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting")?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(listen).await.context("listening")?;
        tokio::spawn(app.clone().sweep());
        tracing::info!(address = %listener.local_addr()?, "listening");
        println!("http://{}", listener.local_addr()?);
        axum::serve(listener, router(&app)?)
            .with_graceful_shutdown(asked_to_stop())
            .await
            .context("serving")
    })
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
