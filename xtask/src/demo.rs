//! The demo county on this machine: its server, and a laptop that it certified.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::net::TcpListener;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::{http, shell, window};

/// The demo county that the laptop works for.
const COUNTY: &str = "qinghe";

/// A demo in a folder of its own.
pub struct Demo {
    pub folder: PathBuf,
    /// Where the programs lie.
    programs: PathBuf,
    secrets: Value,
    pub port: u16,
}

/// A program that is asked to end when this is dropped, and given time to.
pub struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        let _ = self.0.wait();
    }
}

impl Demo {
    /// The demo that is there, or a new one whose secrets are told once on the error output, with the programs of a build: `debug` or
    /// `release`.
    pub fn open(folder: PathBuf, build: &str) -> Result<Demo> {
        let programs = window::target().join(build);
        let file = folder.join("county/secrets.json");
        if !file.exists() {
            if folder.join("laptop-is-ready").exists() {
                bail!(
                    "{} is gone, but the demo in {} was worked in and is kept; put the file back, or move the folder away to begin a new demo",
                    file.display(),
                    folder.display()
                );
            }
            // Secrets are written last: without them an earlier attempt ended half-way, and nobody ever worked in it.
            for half_made in ["server", "county", "laptop"] {
                remove(&folder.join(half_made))?;
            }
            fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
            let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
            let mut make = Command::new(programs.join("xunzhan-server"));
            make.arg("demo")
                .arg("--data")
                .arg(folder.join("server"))
                .arg("--out")
                .arg(folder.join("county"));
            eprintln!("{}", shell::answer(make.args(["--url", &format!("http://127.0.0.1:{port}")]))?);
        }
        let secrets: Value = serde_json::from_slice(&fs::read(&file)?).context("reading secrets.json")?;
        // The county card names the server's address, so the port stays what it was when the demo was made.
        let url = text(&secrets, "/server_url")?;
        let port = url.rsplit(':').next().and_then(|p| p.trim_end_matches('/').parse().ok());
        Ok(Demo {
            folder,
            programs,
            port: port.with_context(|| format!("{url} names no port"))?,
            secrets,
        })
    }

    /// Where the secrets and county cards lie.
    pub fn out(&self) -> PathBuf {
        self.folder.join("county")
    }

    /// The card of the county.
    pub fn card(&self) -> Result<PathBuf> {
        let counties = self.secrets.get("counties").and_then(Value::as_array).context("no counties")?;
        let county = counties
            .iter()
            .find(|c| c.get("county").is_some_and(|n| n == COUNTY))
            .context("no county")?;
        Ok(self.out().join(text(county, "/card")?))
    }

    /// Starts the server and waits until it answers.
    pub fn serve(&self) -> Result<Server> {
        if TcpListener::bind(("127.0.0.1", self.port)).is_err() {
            bail!(
                "port {} is taken, perhaps by another `cargo xtask run`; the demo's county card names it, so end \
                 what uses it, or remove {} to begin a new demo",
                self.port,
                self.folder.display()
            );
        }
        let mut command = self.program("xunzhan-server");
        command.arg("serve").arg("--data").arg(self.folder.join("server"));
        command.args(["--listen", &format!("127.0.0.1:{}", self.port)]).env("RUST_LOG", "warn");
        let mut server = Server(command.spawn().context("starting the server")?);
        let end = Instant::now() + Duration::from_secs(60);
        while http::call(self.port, "GET", "/", None, None).is_err() {
            if let Some(status) = server.0.try_wait()? {
                bail!("the server ended with {status}");
            }
            if Instant::now() > end {
                bail!("the server does not answer");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    /// A laptop that the county has certified, with a key for each of its inspectors.
    pub fn certified(&self, laptop: &Path) -> Result<()> {
        let done = self.folder.join("laptop-is-ready");
        if done.exists() {
            return Ok(());
        }
        // An earlier attempt may have ended half-way; a demo's laptop holds nothing yet that anybody made.
        if laptop.exists() {
            fs::remove_dir_all(laptop)?;
        }
        let inspectors = self.secrets.get("inspectors").and_then(Value::as_array).context("no inspectors")?;
        let ours: Vec<&Value> = inspectors.iter().filter(|i| i.get("county").is_some_and(|c| c == COUNTY)).collect();
        write_private(&self.people(), &serde_json::to_vec_pretty(&ours)?)?;
        let card = self.card()?;
        let card = card.to_str().context("the demo's folder has a name that is not text")?;
        shell::answer(&mut self.field(laptop, &["demo", "--card", card, "--sync"]))?;
        self.approve()?;
        shell::answer(&mut self.field(laptop, &["sync"]))?;
        fs::write(done, "")?;
        Ok(())
    }

    /// The laptop's people with their passphrases.
    pub fn people(&self) -> PathBuf {
        self.folder.join("people.json")
    }

    /// A program of the build.
    pub fn program(&self, name: &str) -> Command {
        Command::new(self.programs.join(name))
    }

    /// The inspector's core over a laptop's data.
    pub fn field(&self, laptop: &Path, words: &[&str]) -> Command {
        let mut command = self.program("xunzhan-field");
        command.args(words).arg("--data").arg(laptop).arg("--people").arg(self.people());
        command
    }

    /// The server, which must not run, takes a laptop's second copy in.
    pub fn take_in(&self, copy: &Path) -> Result<()> {
        let mut command = self.program("xunzhan-server");
        command
            .arg("take-in")
            .arg("--data")
            .arg(self.folder.join("server"))
            .arg("--copy")
            .arg(copy);
        command.arg("--recovery").arg(self.out().join(format!("{COUNTY}.recovery.txt")));
        shell::answer(&mut command).map(|_| ())
    }

    /// The password of one of the county's accounts.
    pub fn account(&self, role: &str) -> Result<(String, &str)> {
        let accounts = self.secrets.get("accounts").and_then(Value::as_array).context("no accounts")?;
        let name = format!("{COUNTY}-{role}");
        let account = accounts.iter().find(|a| a.get("account").is_some_and(|n| *n == name));
        let password = text(account.context("no account")?, "/password")?;
        Ok((name, password))
    }

    /// Approves whatever waits for approval, as the county's administrator would in the console.
    fn approve(&self) -> Result<()> {
        let (name, password) = self.account("administrator")?;
        let login = json!({"account": name, "password": password});
        let opened = http::call(self.port, "POST", "/api/call/login", None, Some(&login))?;
        let cookie = opened.cookie.with_context(|| format!("logging in was answered with {}", opened.status))?;
        let scope = text(&opened.body, "/scopes/0/scope")?;
        let passphrase = text(&self.secrets, &format!("/authority_passphrases/{COUNTY}"))?;
        let ask = |call: &str, arguments: Value| -> Result<Value> {
            let answer = http::call(self.port, "POST", &format!("/api/call/{call}"), Some(&cookie), Some(&arguments))?;
            if answer.status != 200 {
                bail!("{call} was answered with {}: {}", answer.status, answer.body);
            }
            Ok(answer.body)
        };
        let waiting = ask("list_enrolments", json!({"scope": scope}))?;
        for row in waiting
            .as_array()
            .into_iter()
            .flatten()
            .filter(|r| r.get("approved_at_ms") == Some(&Value::Null))
        {
            let request = text(row, "/request")?;
            ask(
                "approve_enrolment",
                json!({"scope": scope, "request": request, "authority_passphrase": passphrase}),
            )?;
        }
        ask("logout", json!({})).map(|_| ())
    }
}

/// Removes a folder, if it is there.
fn remove(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error).with_context(|| format!("removing {}", path.display())),
        _ => Ok(()),
    }
}

fn text<'a>(value: &'a Value, pointer: &str) -> Result<&'a str> {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .with_context(|| format!("{pointer} is missing"))
}

fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(bytes).with_context(|| format!("writing {}", path.display()))
}
