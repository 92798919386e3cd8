//! The little of WebDriver that timing a window needs, over plain HTTP on the loopback interface.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::http;

/// How long a script may take, ms.
const SCRIPT_MS: u32 = 300_000;

/// A program opened by WebKitWebDriver, or Chromium by its own driver. Dropping it ends the driver and what it opened.
pub struct Session {
    driver: Child,
    port: u16,
    id: String,
    asked: Instant,
}

impl Session {
    /// Opens Chromium without a display, 1366 × 768, on an address.
    pub fn browse(address: &str, profile: &Path) -> Result<Session> {
        let mut driver = Command::new("chromedriver");
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--window-size=1366,768",
            &format!("--user-data-dir={}", profile.display()),
        ];
        let chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].iter().find(|p| Path::new(p).exists());
        let options = json!({"goog:chromeOptions": {"binary": chromium.context("chromium is not installed")?, "args": arguments}});
        let session = Session::begin(&mut driver, &options)?;
        session.call("POST", &format!("/session/{}/url", session.id), Some(&json!({"url": address})))?;
        Ok(session)
    }

    /// Opens a program.
    pub fn open(program: &Path, home: &Path) -> Result<Session> {
        for folder in ["data", "config", "cache", "runtime"] {
            fs::create_dir_all(home.join(folder))?;
        }
        fs::set_permissions(home.join("runtime"), fs::Permissions::from_mode(0o700))?;
        let mut driver = Command::new("WebKitWebDriver");
        if !has_gpu() {
            // As the program does for itself on such a machine, but not under automation: screenshots would hang, and none is taken here.
            driver.env("WEBKIT_DISABLE_DMABUF_RENDERER", "1");
        }
        driver
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("XDG_DATA_HOME", home.join("data"))
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_CACHE_HOME", home.join("cache"))
            .env("XDG_RUNTIME_DIR", home.join("runtime"));
        Session::begin(&mut driver, &json!({"webkitgtk:browserOptions": {"binary": program, "args": []}}))
    }

    /// Starts the driver, waits until it answers, and only then starts the clock and what is wanted.
    fn begin(driver: &mut Command, wanted: &Value) -> Result<Session> {
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let driver = driver
            .arg(format!("--port={port}"))
            .process_group(0)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("starting the driver")?;
        let mut session = Session {
            driver,
            port,
            id: String::new(),
            asked: Instant::now(),
        };
        let end = Instant::now() + Duration::from_secs(10);
        while session.call("GET", "/status", None).is_err() {
            if Instant::now() > end {
                bail!("the driver does not answer");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        session.asked = Instant::now();
        let answer = session.call("POST", "/session", Some(&json!({"capabilities": {"alwaysMatch": wanted}})))?;
        session.id = answer
            .pointer("/value/sessionId")
            .and_then(Value::as_str)
            .with_context(|| format!("no session: {answer}"))?
            .to_owned();
        Ok(session)
    }

    /// Time from starting the program until an element of this CSS selector is on the page.
    pub fn ready(&self, css: &str) -> Result<Duration> {
        let wanted = json!({"using": "css selector", "value": css});
        let end = Instant::now() + Duration::from_secs(30);
        loop {
            let answer = self.call("POST", &format!("/session/{}/element", self.id), Some(&wanted))?;
            if answer.pointer("/value/error").is_none() {
                return Ok(self.asked.elapsed());
            }
            if Instant::now() > end {
                bail!("the window never showed {css}: {answer}");
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Clicks the element with this test id as soon as it is there.
    pub fn click(&self, id: &str) -> Result<()> {
        self.ready(&format!("[data-testid=\"{id}\"]"))?;
        self.script(
            "sync",
            "document.querySelector(`[data-testid=\"${arguments[0]}\"]`).click()",
            &[json!(id)],
        )
        .map(|_| ())
    }

    /// Fills the field with this test id, or the field inside it, as typing does.
    pub fn fill(&self, id: &str, text: &str) -> Result<()> {
        self.ready(&format!("[data-testid=\"{id}\"]"))?;
        let script = "const found = document.querySelector(`[data-testid=\"${arguments[0]}\"]`);
            const field = found.matches('input, textarea') ? found : found.querySelector('input, textarea');
            field.value = arguments[1];
            field.dispatchEvent(new Event('input', { bubbles: true }));";
        self.script("sync", script, &[json!(id), json!(text)]).map(|_| ())
    }

    /// Runs a script until it calls its last argument, and answers with what that was given.
    pub fn run_until_done(&self, script: &str) -> Result<Value> {
        let path = format!("/session/{}/timeouts", self.id);
        self.call("POST", &path, Some(&json!({"script": SCRIPT_MS})))?;
        self.script("async", script, &[])
    }

    fn script(&self, how: &str, script: &str, args: &[Value]) -> Result<Value> {
        let path = format!("/session/{}/execute/{how}", self.id);
        let answer = self.call("POST", &path, Some(&json!({"script": script, "args": args})))?;
        if answer.pointer("/value/error").is_some() {
            bail!("the page's script failed: {answer}");
        }
        Ok(answer.get("value").cloned().unwrap_or(Value::Null))
    }

    /// Closes the window.
    pub fn close(self) -> Result<()> {
        self.call("DELETE", &format!("/session/{}", self.id), None).map(|_| ())
    }

    fn call(&self, verb: &str, path: &str, body: Option<&Value>) -> Result<Value> {
        Ok(http::call(self.port, verb, path, None, body)?.body)
    }
}

fn has_gpu() -> bool {
    fs::read_dir("/dev/dri").is_ok_and(|entries| entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("renderD")))
}

impl Drop for Session {
    fn drop(&mut self) {
        let group = format!("-{}", self.driver.id());
        let _ = Command::new("kill").args(["-9", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.driver.wait();
    }
}
