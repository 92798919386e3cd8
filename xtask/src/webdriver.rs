//! The little of WebDriver that timing a window needs, over plain HTTP on the loopback interface.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

/// A program opened by WebKitWebDriver. Dropping it ends the driver and the program.
pub struct Session {
    driver: Child,
    port: u16,
    id: String,
    asked: Instant,
}

impl Session {
    /// Starts the driver, waits until it answers, and only then starts the clock and the program.
    pub fn open(program: &Path, home: &Path) -> Result<Session> {
        for folder in ["data", "config", "cache", "runtime"] {
            fs::create_dir_all(home.join(folder))?;
        }
        fs::set_permissions(home.join("runtime"), fs::Permissions::from_mode(0o700))?;
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let driver = Command::new("WebKitWebDriver")
            .arg(format!("--port={port}"))
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("XDG_DATA_HOME", home.join("data"))
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_CACHE_HOME", home.join("cache"))
            .env("XDG_RUNTIME_DIR", home.join("runtime"))
            .process_group(0)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("starting WebKitWebDriver")?;
        let mut session = Session {
            driver,
            port,
            id: String::new(),
            asked: Instant::now(),
        };
        let end = Instant::now() + Duration::from_secs(10);
        while session.call("GET", "/status", None).is_err() {
            if Instant::now() > end {
                bail!("WebKitWebDriver does not answer");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        session.asked = Instant::now();
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "webkitgtk:browserOptions": {"binary": program, "args": []}
        }}});
        let answer = session.call("POST", "/session", Some(&wanted))?;
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

    /// Closes the window.
    pub fn close(self) -> Result<()> {
        self.call("DELETE", &format!("/session/{}", self.id), None).map(|_| ())
    }

    fn call(&self, verb: &str, path: &str, body: Option<&Value>) -> Result<Value> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        write!(
            stream,
            "{verb} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = Vec::new();
        let mut chunk = [0_u8; 4096];
        loop {
            let count = stream.read(&mut chunk)?;
            answer.extend_from_slice(chunk.get(..count).unwrap_or_default());
            let text = String::from_utf8_lossy(&answer);
            // The driver keeps the connection open whatever it is asked, so the length tells where the answer ends.
            if let Some((head, rest)) = text.split_once("\r\n\r\n") {
                let length = head.lines().find_map(|line| {
                    let (name, value) = line.split_once(':')?;
                    name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
                });
                if count == 0 || length.is_some_and(|length| rest.len() >= length) {
                    return serde_json::from_str(rest).with_context(|| format!("the driver said {rest}"));
                }
            } else if count == 0 {
                bail!("the driver hung up");
            }
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let group = format!("-{}", self.driver.id());
        let _ = Command::new("kill").args(["-9", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.driver.wait();
    }
}
