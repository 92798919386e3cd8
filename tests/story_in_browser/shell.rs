//! `xunzhan-field serve` as a process, and what its page does otherwise than the window.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use fantoccini::Locator;
use reqwest::StatusCode;
use xunzhan_tests::page::Page;
use xunzhan_tests::place;
use xunzhan_tests::program::{Running, finished, free_port};
use xunzhan_tests::session::open_browser;

use crate::county::County;
use crate::evidence::{import_is_under_way, photos_in_tray};

/// Files that are chosen at once.
const MANY: usize = 60;

/// The running program and the address that it told.
pub struct Shell {
    home: tempfile::TempDir,
    running: Running,
    address: String,
}

fn program(home: &std::path::Path) -> Command {
    let mut command = Command::new(place::program("xunzhan-field"));
    command.arg("serve").arg("--data").arg(home.join("data"));
    command.env("XUNZHAN_NO_KEYRING", "1").env("XUNZHAN_STATE_DIR", home.join("state"));
    command
}

impl Shell {
    /// Starts it on a laptop that has never run the program, with more in its log than anybody would ask for.
    pub fn start() -> Shell {
        Shell::start_in(tempfile::Builder::new().prefix("xunzhan-laptop-").tempdir().unwrap())
    }

    /// Ends it without a word, as an empty battery would, and starts it again.
    pub fn killed_and_started_again(self) -> Shell {
        drop(self.running);
        Shell::start_in(self.home)
    }

    fn start_in(home: tempfile::TempDir) -> Shell {
        let port = free_port();
        let mut command = program(home.path());
        command.args(["--port", &port.to_string()]).env("RUST_LOG", "debug");
        let mut running = Running::start("serve", &mut command);
        running.listening(port);
        let end = Instant::now() + Duration::from_secs(30);
        let address = loop {
            let said = running.said();
            match said.split_whitespace().find(|word| word.contains("/#token=")) {
                Some(address) => break address.to_owned(),
                None => assert!(Instant::now() < end, "it tells no address:\n{said}"),
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        Shell { address, running, home }
    }

    /// The address that lets one browser in.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The address without its token.
    pub fn origin(&self) -> String {
        self.address.split_once('#').unwrap().0.to_owned()
    }

    fn token(&self) -> &str {
        self.address.split_once("#token=").unwrap().1
    }

    /// A second program on the same folder ends at once and says why.
    pub fn is_alone(&self) {
        let (code, said) = finished(&mut program(self.home.path()));
        assert_ne!(code, 0);
        assert!(
            said.contains("正被另一个巡站窗口或程序使用") && said.contains("in use by another"),
            "{said}"
        );
    }

    /// The token stands in what it said once, for the person, and no more; nothing that was handed in is left.
    pub fn told_nobody(&self) {
        let said = self.running.said();
        assert_eq!(said.matches(self.token()).count(), 1, "{said}");
        let incoming = self.home.path().join("data/incoming");
        // A card stays until the end; the photos went with their import.
        let left = fs::read_dir(incoming)
            .into_iter()
            .flatten()
            .flat_map(|entry| fs::read_dir(entry.unwrap().path()).unwrap());
        let left: Vec<_> = left.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        assert!(left.iter().all(|name| !name.ends_with(".jpg")), "{left:?}");
    }

    /// Ends it as a person would.
    pub fn stop(self) {
        self.running.stop();
        assert!(!self.home.path().join("data/incoming").exists());
    }
}

/// The page has forgotten the token.
pub async fn keeps_no_token(page: &Page, shell: &Shell) {
    let script = "return location.href + JSON.stringify(localStorage) + JSON.stringify(sessionStorage) + document.cookie";
    let kept = page.script_when("what the page keeps", script).await.to_string();
    assert!(!kept.contains(shell.token()), "{kept}");
    assert!(!kept.contains("xunzhan_field="), "a script can read the cookie");
}

/// Another browser is not let in by the same address, nor without it; requests from elsewhere are refused.
pub async fn strangers_get_nothing(shell: &Shell) {
    let (stranger, driver) = open_browser("stranger", shell.address()).await;
    for address in [shell.address().to_owned(), shell.origin()] {
        stranger.client().goto("about:blank").await.unwrap();
        stranger.client().goto(&address).await.unwrap();
        stranger.element("cannot-open").await;
        stranger.css("[data-testid=\"error-note\"][data-code=\"shell_closed\"]").await;
        assert!(!stranger.has("start-screen").await);
    }
    stranger.picture("40-stranger").await;
    stranger.close().await;
    drop(driver);

    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let ask = |name: &str, value: &str| {
        let request = http.post(format!("{}session", shell.origin())).header("x-xunzhan", "1");
        let request = request
            .header("origin", shell.origin().trim_end_matches('/'))
            .json(&serde_json::json!({"token": "0"}));
        let (name, value) = (reqwest::header::HeaderName::try_from(name).unwrap(), value.to_owned());
        async move {
            let mut request = request.build().unwrap();
            request.headers_mut().insert(name, value.try_into().unwrap());
            reqwest::Client::new().execute(request).await.unwrap().status()
        }
    };
    assert_eq!(ask("x-nothing", "changed").await, StatusCode::UNAUTHORIZED);
    assert_eq!(ask("origin", "http://evil.example").await, StatusCode::FORBIDDEN);
    assert_eq!(ask("host", "evil.example").await, StatusCode::FORBIDDEN);
}

/// Stands where the browser's own dialog would open, which WebDriver cannot reach.
pub async fn no_dialogs(page: &Page) {
    let script = "HTMLInputElement.prototype.click = () => undefined; return true";
    page.script_when("no dialog opens", script).await;
}

/// Chooses files where the browser's dialog would.
pub async fn choose(page: &Page, files: &[PathBuf]) {
    let input = page.client().find(Locator::Css("[data-testid=\"file-chooser\"]")).await.unwrap();
    let paths: Vec<String> = files
        .iter()
        .map(|file| file.canonicalize().unwrap().to_str().unwrap().to_owned())
        .collect();
    input.send_keys(&paths.join("\n")).await.unwrap();
}

/// A county card makes an empty laptop the county's.
pub async fn start_from_card(page: &Page, county: &County) {
    page.click("card-pick").await;
    choose(page, &[county.card()]).await;
    page.text_with("card-county", county.name()).await;
    page.fill("device-name", "国产电脑一号").await;
    page.picture("41-county-card").await;
    page.click("card-accept").await;
    page.element("add-person-screen").await;
}

/// Two photos are taken in whole and shown.
pub async fn take_two_photos(page: &Page, files: &[PathBuf]) {
    page.click("import-files").await;
    choose(page, files).await;
    page.patient(Duration::from_secs(60)).element("import-summary").await;
    let drawn = "return [...document.querySelectorAll('[data-testid=\"tray-tiles\"] img')].filter((img) => img.naturalWidth > 0).length >= 2";
    page.script_when("two thumbnails are drawn", drawn).await;
    page.picture("42-photos").await;
    if page.has("import-report").await {
        page.click("import-report-close").await;
    }
}

fn many() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(place::photos()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.truncate(MANY);
    files
}

/// Chooses many files and answers how many photos are shown while the rest are still coming in.
pub async fn begin_to_take_many(page: &Page) -> usize {
    let before = photos_in_tray(page).await;
    page.click("import-files").await;
    choose(page, &many()).await;
    import_is_under_way(page, before).await
}

/// The same files once more: each is in the report, and those that are there are not taken twice.
pub async fn take_many_again(page: &Page) {
    page.click("import-files").await;
    choose(page, &many()).await;
    page.patient(Duration::from_secs(240)).element("import-summary").await;
    if !page.has("import-report").await {
        page.click("import-report-open").await;
    }
    page.element("import-report").await;
    let rows = page.count("[data-testid^=\"import-row-\"]").await;
    assert_eq!(rows, MANY, "every file is in the report");
    assert!(page.count("[data-testid=\"import-row-duplicate\"]").await >= 5);
    page.click("import-report-close").await;
}

/// The record is downloaded as a PDF.
pub async fn download_record(page: &Page, seal_id: &str) {
    let pdfs = || {
        let files = fs::read_dir(place::pictures()).unwrap().map(|entry| entry.unwrap().path());
        let is_pdf = |file: &PathBuf| file.extension().is_some_and(|e| e == "pdf") && !file.ends_with("record.pdf");
        files.filter(is_pdf).collect::<Vec<_>>()
    };
    for old in pdfs() {
        fs::remove_file(old).unwrap();
    }
    page.click("record-save").await;
    page.element("record-kept").await;
    let pdf = page
        .until("the record is downloaded", || async { pdfs().pop().ok_or("there is no file yet") })
        .await;
    let (code, text) = finished(Command::new("pdftotext").args(["-layout"]).arg(&pdf).arg("-"));
    assert_eq!(code, 0, "{text}");
    let plain: String = text.split_whitespace().collect();
    assert!(
        plain.to_lowercase().contains(&seal_id[..16]),
        "the record does not name its seal:\n{text}"
    );
    page.picture("43-sealed").await;
}

/// After the program has ended the page says so.
pub async fn says_that_it_ended(page: &Page) {
    page.click("visit-back").await;
    page.css("[data-testid=\"error-note\"][data-code=\"shell_closed\"]").await;
    page.picture("44-ended").await;
}
