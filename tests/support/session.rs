//! Opens the real window through WebKitWebDriver, and a browser through chromedriver.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use fantoccini::error::NewSessionError;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::page::Page;
use crate::place;
use crate::program::{Running, free_port};

/// How long a program may take to show a window before the story fails.
const OPENING: Duration = Duration::from_secs(60);

/// A laptop: a home folder of its own, which outlives the windows opened on it.
pub struct Laptop {
    name: String,
    home: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

impl Laptop {
    /// A laptop that has never run the program.
    pub fn new(name: &str) -> Laptop {
        let home = tempfile::Builder::new().prefix("xunzhan-laptop-").tempdir().unwrap();
        for folder in ["home", "data", "config", "cache", "state", "runtime"] {
            std::fs::create_dir(home.path().join(folder)).unwrap();
        }
        let runtime = home.path().join("runtime");
        std::fs::set_permissions(runtime, std::fs::Permissions::from_mode(0o700)).unwrap();
        Laptop {
            name: name.to_owned(),
            home,
            variables: Vec::new(),
        }
    }

    /// The folder in which the program keeps its data.
    pub fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// A variable for every window opened from now on.
    pub fn set(&mut self, name: &str, value: impl AsRef<Path>) {
        self.variables.push((name.to_owned(), value.as_ref().to_str().unwrap().to_owned()));
    }

    /// Opens the window.
    pub async fn open(&self) -> (Page, Running) {
        let port = free_port();
        let mut command = Command::new("WebKitWebDriver");
        command.arg(format!("--port={port}")).env("TAURI_WEBVIEW_AUTOMATION", "true");
        for (variable, folder) in [
            ("XDG_DATA_HOME", "data"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_CACHE_HOME", "cache"),
            ("XDG_STATE_HOME", "state"),
            ("HOME", "home"),
            ("XDG_RUNTIME_DIR", "runtime"),
        ] {
            command.env(variable, self.home.path().join(folder));
        }
        command.envs(self.variables.iter().map(|(n, v)| (n, v)));
        // Either of these makes a screenshot hang for ever.
        command
            .env_remove("WEBKIT_DISABLE_DMABUF_RENDERER")
            .env_remove("WEBKIT_DISABLE_COMPOSITING_MODE");
        let driver = Running::start(&format!("window-{}", self.name), &mut command);
        let client = connect(
            port,
            &json!({"webkitgtk:browserOptions": {"binary": place::program("xunzhan"), "args": []}}),
            &driver,
        )
        .await;
        (Page::new(client, &self.name), driver)
    }
}

/// Opens Chromium, 1366 × 768, on an address.
pub async fn open_browser(name: &str, address: &str) -> (Page, Running) {
    let port = free_port();
    let profile = tempfile::Builder::new().prefix("xunzhan-browser-").tempdir().unwrap().keep();
    let mut command = Command::new("chromedriver");
    command.arg(format!("--port={port}"));
    let driver = Running::start(&format!("browser-{name}"), &mut command);
    let arguments = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--lang=zh-CN",
        "--window-size=1366,768",
        &format!("--user-data-dir={}", profile.display()),
    ];
    let chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].iter().find(|p| Path::new(p).exists());
    let options = json!({"goog:chromeOptions": {
        "binary": chromium.expect("chromium is not installed; `cargo xtask install` does it"),
        "args": arguments,
        "prefs": {"download.default_directory": place::pictures(), "download.prompt_for_download": false},
    }});
    let client = connect(port, &options, &driver).await;
    client.goto(address).await.unwrap();
    (Page::new(client, name), driver)
}

async fn connect(port: u16, capabilities: &Value, driver: &Running) -> Client {
    let capabilities = capabilities.as_object().unwrap().clone();
    let mut last = String::new();
    for _ in 0..200 {
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities.clone());
        let address = format!("http://127.0.0.1:{port}");
        let Ok(opened) = tokio::time::timeout(OPENING, builder.connect(&address)).await else {
            panic!("the driver opened no window in {OPENING:?}:\n{}", driver.said());
        };
        match opened {
            Ok(client) => return client,
            Err(error @ (NewSessionError::Lost(_) | NewSessionError::Failed(_) | NewSessionError::FailedC(_))) => {
                last = format!("{error:?}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(error) => panic!("the driver refused a session: {error:?}\n{}", driver.said()),
        }
    }
    panic!("the driver did not answer: {last}\n{}", driver.said());
}
