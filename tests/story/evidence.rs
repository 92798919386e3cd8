//! Evidence on its way in, in the window as in a browser: from a phone, without a visit, and cut in the middle.

use std::path::PathBuf;
use std::time::Duration;

use fantoccini::Locator;
use reqwest::StatusCode;
use xunzhan_tests::page::Page;
use xunzhan_tests::place;
use xunzhan_tests::session::open_browser;

use crate::county::County;

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

/// Waits until an import has taken some photos beside those that were there, and goes on; answers how many are shown by then.
pub async fn import_is_under_way(page: &Page, before: usize) -> usize {
    let shown = photos_from(&page.patient(Duration::from_secs(120)), before + 5).await;
    assert!(!page.has("import-summary").await, "the import was over before it could be cut");
    shown
}

/// Opens the station's visit from the list, and waits until what was cut has been gone on with: all that was shown is there.
pub async fn is_gone_on_with(page: &Page, county: &County, shown: usize) {
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
