//! `xunzhan-field`: what the inspector's core can do without a window.

use std::ffi::OsString;
use std::io::{self, Write};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use contract::field::{AddPerson, CardSource, FieldHost, StartFromCard, StartPhase, SyncPhase, Unlock};
use contract::shared::Nothing;
use contract::{ApiError, ErrorCode};
use domain::PersonId;
use field::serve::Serving;
use field::{Field, intake};
use serde::Deserialize;

const USAGE: &str = "usage:
  xunzhan-field serve [--data DIR] [--port PORT] [--open]
  xunzhan-field demo --data DIR --card FILE --people FILE [--device NAME] [--sync]
  xunzhan-field sync --data DIR --people FILE
  xunzhan-field status --data DIR [--people FILE]
  xunzhan-field rebuild --check --data DIR [--people FILE]
  xunzhan-field photo-info --json FILE…
  xunzhan-field bench-intake …
  xunzhan-field bench-lists --data DIR --people FILE --photos DIR [--visits N] [--copy DIR]";
const WELCOME: &str = "\
巡站已在本机启动。请在这台电脑的浏览器中打开下面的地址；它只能用一次，请勿转给他人。按 Ctrl+C 停止，数据都在本机。
Xunzhan runs on this computer. Open the address below in a browser on it; it works once and is for nobody else. Ctrl+C stops; all data stays here.";
const BUSY: &str = "\
本机的数据正被另一个巡站窗口或程序使用，数据完好。请关闭那个窗口后再启动。
the data on this computer is in use by another window or program of Xunzhan, and is whole. Close that one and start again.";
const SYNC_LIMIT: Duration = Duration::from_secs(120);

/// Somebody with a passphrase, as the demo county lists them.
#[derive(Deserialize)]
struct Somebody {
    #[serde(alias = "id")]
    person: PersonId,
    name: String,
    org: String,
    passphrase: String,
}

struct Flags(Vec<String>);

impl Flags {
    fn value(&self, name: &str) -> Option<&str> {
        let at = self.0.iter().position(|arg| arg == name)?;
        self.0.get(at + 1).map(String::as_str)
    }

    fn path(&self, name: &str) -> Result<PathBuf> {
        self.value(name).map(PathBuf::from).with_context(|| format!("{name} is missing\n{USAGE}"))
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|arg| arg == name)
    }
}

fn main() -> Result<()> {
    if let Some(ended) = field::decode::instead(std::env::args_os().skip(1)) {
        return ended;
    }
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).init();
    let mut args = std::env::args_os().skip(1);
    let command = args.next().unwrap_or_default();
    if command == "photo-info" {
        return intake::cli::photo_info(&args.collect::<Vec<_>>());
    }
    let rest = args.map(OsString::into_string).collect::<std::result::Result<Vec<_>, _>>();
    let rest = rest.map_err(|arg| anyhow!("this argument is not text: {}", arg.display()))?;
    match command.to_str().unwrap_or_default() {
        "bench-intake" => intake::bench::bench_intake(&rest),
        "bench-lists" => bench_lists(&Flags(rest)),
        "serve" => serve(&Flags(rest)),
        "demo" => demo(&Flags(rest)),
        "sync" => sync(&Flags(rest)),
        "status" => status(&Flags(rest)),
        "rebuild" => rebuild(&Flags(rest)),
        _ => bail!("{USAGE}"),
    }
}

/// Offers the same application as the window to a browser on this machine, until it is told to stop.
fn serve(flags: &Flags) -> Result<()> {
    let data = match flags.value("--data") {
        Some(folder) => PathBuf::from(folder),
        None => field::data_dir().context("there is no folder for the data; say --data DIR")?,
    };
    let port = flags.value("--port").map(str::parse).transpose().context("--port is not a port")?;
    let field = match Field::open(&data) {
        Err(error) if error.code == ErrorCode::StoreBusy => bail!("{BUSY}"),
        opened => opened.map_err(said).context("opening the store")?,
    };
    let ending = Ending(field.clone());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting")?;
    runtime.block_on(async {
        let serving = Serving::listen(field, port).await.context("listening on 127.0.0.1")?;
        let mut out = io::stdout();
        writeln!(out, "{WELCOME}\n\n  {}\n", serving.address().as_str())?;
        out.flush()?;
        if flags.has("--open") {
            serving.show().context("opening the browser")?;
        }
        serving.until(asked_to_stop()).await.context("serving")
    })?;
    drop(runtime);
    drop(ending);
    Ok(())
}

/// Ends when the person or the system asks.
async fn asked_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

/// Sets a laptop up as an inspector would at first start.
fn demo(flags: &Flags) -> Result<()> {
    let card = std::fs::read_to_string(flags.path("--card")?).context("reading the county card")?;
    let people = people(&flags.path("--people")?)?;
    let field = open(&flags.path("--data")?)?;
    if field.app_state(Nothing {}).map_err(said)?.phase == StartPhase::NeedsCard {
        let card = CardSource {
            handle: None,
            text: Some(card),
        };
        let device_name = flags.value("--device").unwrap_or("演示笔记本").to_owned();
        field.start_from_card(StartFromCard { card, device_name }).map_err(said)?;
    } else {
        unlock(&field, &people)?;
    }
    let joining = people.into_iter().map(|somebody| AddPerson {
        person: Some(somebody.person),
        name: somebody.name,
        org: somebody.org,
        passphrase: somebody.passphrase,
    });
    field.add_people(joining.collect()).map_err(said)?;
    if flags.has("--sync") {
        synchronise(&field)?;
    }
    report(&field)
}

/// Synchronises once; that something went wrong is an error.
fn sync(flags: &Flags) -> Result<()> {
    let field = open(&flags.path("--data")?)?;
    unlock(&field, &people(&flags.path("--people")?)?)?;
    synchronise(&field)?;
    report(&field)?;
    match field.sync_status(Nothing {}).map_err(said)?.error {
        Some(error) => Err(said(error)).context("synchronising"),
        None => Ok(()),
    }
}

fn status(flags: &Flags) -> Result<()> {
    let field = open(&flags.path("--data")?)?;
    if let Ok(file) = flags.path("--people") {
        unlock(&field, &people(&file)?)?;
    }
    report(&field)
}

fn rebuild(flags: &Flags) -> Result<()> {
    let field = open(&flags.path("--data")?)?;
    if let Ok(file) = flags.path("--people") {
        unlock(&field, &people(&file)?)?;
    }
    let same = field.rebuild().map_err(said)?;
    writeln!(
        io::stdout(),
        "{}",
        if same {
            "the state is what the log says"
        } else {
            "the state differed; it was made again"
        }
    )?;
    if flags.has("--check") && !same {
        bail!("the state differed from the log");
    }
    Ok(())
}

/// Fills a laptop that the demo set up with years of work, where it is not full yet, and says how fast it is.
fn bench_lists(flags: &Flags) -> Result<()> {
    let people = people(&flags.path("--people")?)?;
    let somebody = people.first().context("nobody is on the list of people")?;
    let visits = flags
        .value("--visits")
        .map_or(Ok(10_000), str::parse)
        .context("--visits is not a number")?;
    let report = field::bench_lists::bench_lists(
        &flags.path("--data")?,
        (somebody.person, &somebody.passphrase),
        visits,
        &flags.path("--photos")?,
        flags.value("--copy").map(Path::new),
    )?;
    writeln!(io::stdout(), "{report:#}")?;
    Ok(())
}

/// A core that lets go of its store before the process ends.
struct Ending(Field);

impl Deref for Ending {
    type Target = Field;

    fn deref(&self) -> &Field {
        &self.0
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.end();
    }
}

fn open(dir: &Path) -> Result<Ending> {
    Field::open(dir).map(Ending).map_err(said).context("opening the store")
}

fn people(file: &Path) -> Result<Vec<Somebody>> {
    let text = std::fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    serde_json::from_slice(&text).context("the list of people")
}

fn unlock(field: &Field, people: &[Somebody]) -> Result<()> {
    let here = field.app_state(Nothing {}).map_err(said)?.people;
    let Some(somebody) = people.iter().find(|p| here.iter().any(|known| known.person == p.person)) else {
        return Ok(());
    };
    let unlock = Unlock {
        person: somebody.person,
        passphrase: somebody.passphrase.clone(),
    };
    field.unlock(unlock).map_err(said)?;
    Ok(())
}

fn synchronise(field: &Field) -> Result<()> {
    field.sync_now(Nothing {}).map_err(said)?;
    let began = Instant::now();
    while field.sync_status(Nothing {}).map_err(said)?.phase != SyncPhase::Idle {
        if began.elapsed() > SYNC_LIMIT {
            bail!("synchronisation takes longer than two minutes");
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

fn report(field: &Field) -> Result<()> {
    let state = field.app_state(Nothing {}).map_err(said)?;
    let request = field.enrolment_request(Nothing {}).ok();
    let report = serde_json::json!({
        "phase": state.phase,
        "county": state.county.map(|county| county.scope),
        "device": state.device,
        "people": state.people.iter().map(|p| serde_json::json!({ "person": p.person, "kid": p.kid, "standing": p.standing })).collect::<Vec<_>>(),
        "fingerprint": request.map(|request| request.fingerprint),
        "sync": state.sync,
    });
    writeln!(io::stdout(), "{}", serde_json::to_string_pretty(&report)?)?;
    Ok(())
}

fn said(error: ApiError) -> anyhow::Error {
    anyhow::anyhow!("{error}")
}
