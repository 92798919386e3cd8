//! Evidence on its way in, in the window as in a browser: from a phone, without a visit, and cut in the middle.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::str::FromStr;
use std::time::Duration;

use fantoccini::Locator;
use fantoccini::wd::WebDriverCompatibleCommand;
use reqwest::{Method, StatusCode, Url};
use serde_json::{Value, json};
use xunzhan_tests::page::Page;
use xunzhan_tests::place;
use xunzhan_tests::program::{Running, finished};
use xunzhan_tests::session::open_browser;

use crate::county::County;
use crate::visit::two_photos;

/// What is brought in without a visit.
const TO_SORT_OUT: &str = "pillow__hopper_orientation_6.jpg";
/// What the phone chooses.
const FROM_PHONE: &str = "immich__gps-datetime.jpg";

/// The photo that [`sort_out_a_photo`] has brought in.
pub fn to_sort_out() -> PathBuf {
    place::photos().join(TO_SORT_OUT)
}

/// Where photos lie that were moved near to the station.
pub fn near() -> PathBuf {
    place::pictures().join("near")
}

/// Two photos as they would be if they had been taken 55 m and 110 m from the station: copies with another position written into them.
pub fn two_near_the_station(county: &County) -> Vec<PathBuf> {
    let text = fs::read_to_string(place::root().join("assets/demo/qinghe.json")).unwrap();
    let demo: Value = serde_json::from_str(&text).unwrap();
    let station = demo["stations"].as_array().unwrap().iter().find(|one| one["name"] == county.station());
    let [lat, lon] = ["lat_e7", "lon_e7"].map(|key| station.unwrap()["position"][key].as_f64().unwrap() / 1e7);
    let _ = fs::remove_dir_all(near());
    fs::create_dir(near()).unwrap();
    let moved = two_photos().into_iter().zip(1_u8..).map(|(name, number)| {
        let copy = near().join(&name);
        fs::copy(place::photos().join(name), &copy).unwrap();
        let north = format!("-GPSLatitude={:.7}", lat + 0.0005 * f64::from(number));
        let east = format!("-GPSLongitude={lon:.7}");
        let arguments = [
            "-n",
            "-q",
            "-overwrite_original",
            "-GPSLatitudeRef=N",
            "-GPSLongitudeRef=E",
            &north,
            &east,
        ];
        let (code, said) = finished(Command::new("exiftool").args(arguments).arg(&copy));
        assert_eq!(code, 0, "{said}");
        copy
    });
    moved.collect()
}

/// How many photos the visit on the screen has, at least so many.
async fn photos_from(page: &Page, least: usize) -> usize {
    let number = format!(
        "const shown = Number(/\\d+/.exec(document.querySelector('[data-testid=\"evidence-tray\"] h3')?.textContent ?? '')?.[0] ?? 0);
         return shown >= {least} && [shown]"
    );
    let number = page.script_when("the tray counts its photos", &number).await;
    usize::try_from(number[0].as_u64().unwrap()).unwrap()
}

/// How many photos the visit on the screen has.
pub async fn photos_in_tray(page: &Page) -> usize {
    photos_from(page, 0).await
}

/// Brings in what the dialog for photos gives, all of it new.
pub async fn take(page: &Page, files: &[PathBuf]) {
    let before = photos_in_tray(page).await;
    page.click("import-files").await;
    photos_from(page, before + files.len()).await;
    page.gone("import-progress").await;
}

/// Waits until an import has taken some photos beside those that were there, and goes on; answers how many are shown by then.
pub async fn import_is_under_way(page: &Page, before: usize) -> usize {
    let shown = photos_from(&page.patient(Duration::from_secs(120)), before + 5).await;
    assert!(!page.has("import-summary").await, "the import was over before it could be cut");
    shown
}

/// Opens the station's visit from the list, and waits until what was cut has been gone on with: all that was shown is there.
pub async fn is_gone_on_with(page: &Page, county: &County, shown: usize) {
    page.click("nav-visits").await;
    page.click_css(&format!("[data-testid=\"visits-screen\"] a[data-station=\"{}\"]", county.station()))
        .await;
    page.element("evidence-tray").await;
    page.picture("11a-gone-on-with").await;
    // A page that was just opened learns of an import when that tells of itself the next time.
    let over = "return !document.querySelector('[data-testid=\"import-progress\"]')";
    let mut now = 0;
    loop {
        page.patient(Duration::from_secs(240))
            .script_when("no import tells of itself", over)
            .await;
        let before = std::mem::replace(&mut now, photos_in_tray(page).await);
        if before == now {
            break;
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    assert!(
        now >= shown,
        "{shown} photos were shown before the program was killed, and {now} are there"
    );
}

/// Bytes behind the picture of a photo with a moving part, as phones write them.
const MOVING_BYTES: usize = 12 << 20;
/// Such a photo.
const MOVING: &str = "MVIMG_20260921.jpg";

/// A phone opens the page that the laptop serves, chooses photos, and is told what arrived, over a break of the line and over a page that is
/// closed meanwhile; the laptop shows them.
pub async fn photos_from_a_phone(page: &Page) {
    page.click("import-phone").await;
    page.element("phone-address").await;
    page.click("phone-start").await;
    page.element("phone-qr").await;
    page.picture("44-phone-code").await;
    let photo = place::photos().join(FROM_PHONE).canonicalize().unwrap();
    let moving = [fs::read(&photo).unwrap(), vec![7; MOVING_BYTES]].concat();
    let large = place::pictures().join(MOVING);
    fs::write(&large, moving).unwrap();

    let (phone, driver) = scan(page).await;
    choose_on_phone(&phone, &photo).await;
    is_stored(&phone, 1).await;
    let sent = over_a_break(&phone, &large).await;
    page.click("phone-new-code").await;
    phone.close().await;
    drop(driver);

    page.element("phone-qr").await;
    let (phone, driver) = scan(page).await;
    let count = "const real = window.fetch; window.pieces = 0;
         window.fetch = (path, options) => { window.pieces += options.method === 'PATCH'; return real(path, options); };";
    phone.client().execute(count, Vec::new()).await.unwrap();
    choose_on_phone(&phone, &photo).await;
    is_stored(&phone, 1).await;
    choose_on_phone(&phone, &large).await;
    is_stored(&phone, 2).await;
    let pieces = phone
        .client()
        .execute("return window.pieces", Vec::new())
        .await
        .unwrap()
        .as_u64()
        .unwrap();
    let lacked = fs::metadata(&large).unwrap().len() - sent;
    assert!(
        (1..=lacked.div_ceil(1 << 20)).contains(&pieces),
        "{pieces} pieces for {lacked} bytes that lacked"
    );
    let again = "return document.querySelector('#list li .good, #list li .lack').textContent.includes('has it already')";
    phone.script_when("the first is known", again).await;
    fs::remove_file(large).unwrap();
    phone.picture("45-phone").await;
    let address = address_of(page).await;
    phone.close().await;
    drop(driver);

    page.css("[data-testid=\"phone-receiving\"][data-here=\"2\"]").await;
    page.css("[data-testid=\"phone-file\"][data-outcome=\"duplicate\"] ~ [data-outcome=\"taken\"]")
        .await;
    page.picture("46-phone-arrived").await;
    page.click("phone-close").await;
    let gone = reqwest::get(&address).await.map(|answer| answer.status());
    assert!(!gone.is_ok_and(|status| status == StatusCode::OK), "the page is still there");
    page.css(&format!("[data-name=\"{FROM_PHONE}\"]")).await;
    page.css(&format!("[data-name=\"{MOVING}\"]")).await;
}

async fn address_of(page: &Page) -> String {
    let shown = page.element("phone-receiving").await;
    shown.attr("data-url").await.unwrap().unwrap()
}

/// A phone opens the page whose code the laptop shows.
async fn scan(page: &Page) -> (Page, Running) {
    let (phone, driver) = open_browser("phone", &address_of(page).await).await;
    phone.client().set_window_size(390, 844).await.unwrap();
    (phone, driver)
}

async fn choose_on_phone(phone: &Page, photo: &Path) {
    let input = phone.client().find(Locator::Css("#files")).await.unwrap();
    input.send_keys(photo.to_str().unwrap()).await.unwrap();
}

/// Waits until the phone was told of so many photos that they are on the laptop.
async fn is_stored(phone: &Page, photos: usize) {
    let stored = format!(
        "const there = (line) => line.querySelector('.good, .lack') && line.querySelector('progress').hidden;
         return [...document.querySelectorAll('#list li')].filter(there).length === {photos}"
    );
    phone.patient(Duration::from_secs(90)).script_when("the laptop has it", &stored).await;
}

/// The line breaks while a large photo goes over it; the phone says so, and goes on with what the laptop has. Answers how much that was; the
/// rest is still on its way.
async fn over_a_break(phone: &Page, photo: &Path) -> u64 {
    phone.client().issue_cmd(Line::Slow).await.unwrap();
    choose_on_phone(phone, photo).await;
    let sent = "const bar = [...document.querySelectorAll('#list progress')].pop();";
    let some = format!("{sent} return bar.value >= 3 << 20 && bar.value < bar.max && [bar.value]");
    phone.script_when("some of it was sent", &some).await;
    phone.client().issue_cmd(Line::Broken).await.unwrap();
    let waits = format!("{sent} return bar.parentElement.querySelector('.lack') && [bar.value]");
    let before = phone.script_when("the phone says that the line broke", &waits).await;
    phone.picture("45a-phone-broken").await;
    phone.client().issue_cmd(Line::Slow).await.unwrap();
    let goes_on = format!("{sent} return !bar.parentElement.querySelector('.lack') && [bar.value]");
    let after = phone.script_when("it goes on", &goes_on).await;
    assert!(
        after[0].as_u64() >= before[0].as_u64(),
        "{before} were sent before the break, and it goes on at {after}"
    );
    after[0].as_u64().unwrap()
}

/// The line of a browser, as its driver can make it.
#[derive(Clone, Copy, Debug)]
enum Line {
    Slow,
    Broken,
}

impl WebDriverCompatibleCommand for Line {
    fn endpoint(&self, driver: &Url, session: Option<&str>) -> Result<Url, <Url as FromStr>::Err> {
        driver.join(&format!("session/{}/chromium/network_conditions", session.unwrap()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        let bytes_a_second = if matches!(self, Self::Slow) { 2 << 20 } else { -1 };
        let conditions = json!({
            "offline": matches!(self, Self::Broken), "latency": 0, "download_throughput": bytes_a_second, "upload_throughput": bytes_a_second,
        });
        (Method::POST, Some(json!({"network_conditions": conditions}).to_string()))
    }
}

/// A photo that came without a visit, as `bring_in` does it, waits, is given to the visit with an item by keyboard, and is there with the time of its arrival.
pub async fn sort_out_a_photo<F: Future<Output = ()>>(page: &Page, bring_in: impl FnOnce(PathBuf) -> F) {
    page.click("visit-back").await;
    page.click("nav-inbox").await;
    page.element("inbox-empty").await;
    page.picture("47-inbox-empty").await;
    bring_in(to_sort_out()).await;
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
