//! A server in this process with a demo, a clock that can be moved, and a client.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use server::demo::{self, Secrets};
use server::http::{App, Settings, router};
use server::{Clock, county};

pub struct Server {
    pub url: String,
    pub app: App,
    pub secrets: Secrets,
    pub cards: Vec<Vec<u8>>,
    pub data: tempfile::TempDir,
    pub http: Client,
    shift: Arc<AtomicI64>,
}

/// A demo that no server runs on: its passwords take longer to hash than most tests to run, so all of them begin with a copy.
struct Made {
    data: PathBuf,
    secrets: Value,
    cards: Vec<Vec<u8>>,
}

fn made() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| {
        // Nothing tells when the last test is over: what an earlier run left is cleared away by the next.
        let data = Path::new(env!("CARGO_TARGET_TMPDIR")).join("demo");
        let _ = std::fs::remove_dir_all(&data);
        let demo = demo::create(&data, "http://127.0.0.1", Clock::system()).unwrap();
        Made {
            data,
            secrets: serde_json::to_value(&demo.secrets).unwrap(),
            cards: demo.files.iter().filter(|f| !f.2).map(|f| f.1.clone()).collect(),
        }
    })
}

/// Copies a folder that nobody writes to.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

impl Server {
    pub async fn start() -> Server {
        crate::logs::watch();
        let data = tempfile::tempdir().unwrap();
        let shift = Arc::new(AtomicI64::new(0));
        let moved = Arc::clone(&shift);
        let clock = Clock::from_fn(move || Clock::system().now_ms() + moved.load(Ordering::SeqCst));
        let folder = data.path().join("data");
        let made = tokio::task::spawn_blocking(made).await.unwrap();
        copy(&made.data, &folder);
        let app = App::new(county::open(&folder, clock.clone()).unwrap(), clock, Settings::default());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let service = router(&app).unwrap();
        tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        Server {
            url,
            app,
            secrets: serde_json::from_value(made.secrets.clone()).unwrap(),
            cards: made.cards.clone(),
            data,
            http: Client::new(),
            shift,
        }
    }

    /// Lets time pass.
    pub fn wait_minutes(&self, minutes: i64) {
        self.shift.fetch_add(minutes * 60_000, Ordering::SeqCst);
    }

    pub fn address(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    /// Scope of a demo county.
    pub fn scope(&self, county: &str) -> String {
        self.secrets.counties.iter().find(|c| c.county == county).unwrap().scope.clone()
    }

    pub fn password(&self, account: &str) -> String {
        self.secrets.accounts.iter().find(|a| a.account == account).unwrap().password.clone()
    }

    pub fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    /// A call as the console's page makes it.
    pub async fn call(&self, cookie: Option<&str>, name: &str, args: Value) -> (StatusCode, Value) {
        let response = self.call_raw(cookie, name, args).await;
        (response.status(), response.json().await.unwrap())
    }

    pub async fn call_raw(&self, cookie: Option<&str>, name: &str, args: Value) -> Response {
        let mut request = self.ask(Method::POST, &format!("/api/call/{name}")).header("X-Xunzhan", "1").json(&args);
        if let Some(cookie) = cookie {
            request = request.header("Cookie", cookie);
        }
        request.send().await.unwrap()
    }

    /// Logs in and answers the cookie.
    pub async fn log_in(&self, account: &str) -> String {
        let args = json!({"account": account, "password": self.password(account)});
        let response = self.call_raw(None, "login", args).await;
        assert_eq!(response.status(), StatusCode::OK);
        let cookie = response.headers()["set-cookie"].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    /// Whether state that grew equals state made anew.
    pub fn assert_rebuilt_equals_grown(&self) {
        self.app
            .with_db(|db| {
                let grown = db.state_text()?;
                db.rebuild()?;
                assert!(grown.lines().count() > 60);
                assert_eq!(db.state_text()?, grown);
                Ok(())
            })
            .unwrap();
    }

    /// Opens the same folder a second time, which must be refused.
    pub fn assert_locked(&self) {
        let second = county::open(&self.data.path().join("data"), Clock::system());
        assert!(matches!(second, Err(server::Error::Busy(_))));
    }
}
