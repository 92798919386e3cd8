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
use crate::visit::two_photos;

/// What is brought in without a visit.
const TO_SORT_OUT: &str = "pillow__hopper_orientation_6.jpg";
/// What the phone chooses.
const FROM_PHONE: &str = "immich__gps-datetime.jpg";

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
        let home = tempfile::Builder::new().prefix("xunzhan-laptop-").tempdir().unwrap();
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
        // The card stays until the end; the photos went with their import.
        let left = fs::read_dir(incoming)
            .unwrap()
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
async fn choose(page: &Page, files: &[PathBuf]) {
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
pub async fn take_two_photos(page: &Page) {
    page.click("import-files").await;
    let files: Vec<PathBuf> = two_photos().iter().map(|name| place::photos().join(name)).collect();
    choose(page, &files).await;
    page.patient(Duration::from_secs(60)).element("import-summary").await;
    let drawn = "return [...document.querySelectorAll('[data-testid=\"tray-tiles\"] img')].filter((img) => img.naturalWidth > 0).length >= 2";
    page.script_when("two thumbnails are drawn", drawn).await;
    page.picture("42-photos").await;
    if page.has("import-report").await {
        page.click("import-report-close").await;
    }
}

/// A phone opens the page that the laptop serves, chooses a photo, and is told what arrived; the laptop shows it.
pub async fn photos_from_a_phone(page: &Page) {
    page.click("import-phone").await;
    page.element("phone-address").await;
    page.click("phone-start").await;
    page.element("phone-qr").await;
    page.picture("44-phone-code").await;
    let shown = page.element("phone-receiving").await;
    let address = shown.attr("data-url").await.unwrap().unwrap();

    let (phone, driver) = open_browser("phone", &address).await;
    phone.client().set_window_size(390, 844).await.unwrap();
    let photo = place::photos().join(FROM_PHONE).canonicalize().unwrap();
    let input = phone.client().find(Locator::Css("#files")).await.unwrap();
    input.send_keys(photo.to_str().unwrap()).await.unwrap();
    let stored = "return [...document.querySelectorAll('#list li')].some((line) => line.querySelector('.good, .lack') && line.querySelector('progress').hidden)";
    phone.patient(Duration::from_secs(60)).script_when("the laptop has it", stored).await;
    phone.picture("45-phone").await;
    phone.close().await;
    drop(driver);

    page.css("[data-testid=\"phone-receiving\"][data-here=\"1\"]").await;
    page.css("[data-testid=\"phone-file\"][data-outcome=\"taken\"]").await;
    page.picture("46-phone-arrived").await;
    page.click("phone-close").await;
    let gone = reqwest::get(&address).await.map(|answer| answer.status());
    assert!(!gone.is_ok_and(|status| status == StatusCode::OK), "the page is still there");
    page.css(&format!("[data-name=\"{FROM_PHONE}\"]")).await;
}

/// A photo that came without a visit waits, is given to the visit with an item by keyboard, and is there with the time of its arrival.
pub async fn sort_out_a_photo(page: &Page) {
    page.click("visit-back").await;
    page.click("nav-inbox").await;
    page.element("inbox-empty").await;
    page.picture("47-inbox-empty").await;
    page.click("import-files").await;
    choose(page, &[place::photos().join(TO_SORT_OUT)]).await;
    page.css("[data-testid=\"nav-inbox-count\"][data-count=\"1\"]").await;
    // It does not say when or where it was taken: nothing is proposed for it, and nothing happens by itself.
    page.css("[data-testid=\"inbox-total\"][data-total=\"1\"][data-proposed=\"0\"]").await;
    page.click_css(&format!("[data-testid^=\"inbox-tile-\"][data-name=\"{TO_SORT_OUT}\"]"))
        .await;
    page.keys("v").await;
    page.click_css("[data-testid^=\"inbox-choice-\"]").await;
    page.gone("inbox-choose").await;
    page.keys("i").await;
    page.click_css("[data-testid^=\"inbox-choice-\"]").await;
    page.click("inbox-choose-confirm").await;
    page.gone("inbox-choose").await;
    page.css("[data-testid^=\"inbox-tile-\"][data-corrected=\"yes\"]").await;
    page.picture("48-inbox-said").await;
    page.click_css("[data-testid^=\"inbox-accept-visit-\"]").await;
    page.css("[data-testid^=\"inbox-goes-\"][data-photos=\"1\"][data-items=\"1\"]").await;
    page.click("inbox-accept-confirm").await;
    page.css("[data-testid=\"inbox-result\"][data-refused=\"0\"]").await;
    page.click_css("[data-testid^=\"inbox-went-\"]").await;
    page.css(&format!("[data-name=\"{TO_SORT_OUT}\"]")).await;
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
