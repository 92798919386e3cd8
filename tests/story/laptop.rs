//! What the inspectors do with the laptop in town: start it, make their keys, be certified, sync.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use xunzhan_tests::page::Page;
use xunzhan_tests::place;
use xunzhan_tests::session::Laptop;

use crate::county::{County, Person};

/// Stands where native file dialogs would: WebDriver cannot reach one. Of photos, these are chosen.
pub fn choose_in_dialogs(laptop: &Laptop, county: &County, photos: &[PathBuf]) -> PathBuf {
    let choices = serde_json::json!({
        "card": [county.card()],
        "folder": [place::photos()],
        "photos": photos,
        "save": place::pictures().join("record.pdf"),
    });
    let file = laptop.data().parent().unwrap().join("choices.json");
    fs::write(&file, choices.to_string()).unwrap();
    file
}

/// A county card makes an empty laptop the county's.
pub async fn start_from_card(window: &Page, county: &County) {
    window.element("start-screen").await;
    window.picture("01-first-start").await;
    window.click("card-pick").await;
    window.text_with("card-county", county.name()).await;
    let shown = window.element("fingerprint").await.attr("data-value").await.unwrap().unwrap();
    assert_eq!(shown, county.root(), "the card shows the county's fingerprint");
    window.fill("device-name", "下乡一号").await;
    window.picture("02-county-card").await;
    window.click("card-accept").await;
    window.element("add-person-screen").await;
}

/// Two people, each with a key and a passphrase of his own.
pub async fn add_people(window: &Page, county: &County, passphrases: &[&str; 2]) {
    for (number, (person, passphrase)) in county.inspectors().iter().zip(passphrases).enumerate() {
        if number > 0 {
            window.click("add-second").await;
        }
        window.element("add-person-screen").await;
        window.fill("person-name", &person.name).await;
        window.fill("person-org", &person.org).await;
        window.fill("person-passphrase", passphrase).await;
        window.fill("person-again", passphrase).await;
        if number == 0 {
            window.picture("03-person").await;
        }
        window.click("person-add").await;
        // Whoever makes the first key is at work at once, and lets the next one join.
        window.element(if number == 0 { "today-screen" } else { "sync-screen" }).await;
    }
    window.click("lock").await;
    window.element("unlock-screen").await;
}

/// Opens an inspector's session.
pub async fn unlock(window: &Page, person: &Person, passphrase: &str) {
    window.element("unlock-screen").await;
    window
        .click_css(&format!("[data-testid=\"unlock-screen\"] [data-name=\"{}\"]", person.name))
        .await;
    window.fill("unlock-passphrase", passphrase).await;
    window.picture("04-unlock").await;
    window.click("unlock").await;
    window.element("today-screen").await;
}

/// The first sync asks to be known, and is told to wait. Answers the fingerprint that the administrator compares.
pub async fn ask_to_be_known(window: &Page) -> String {
    window.click("nav-sync").await;
    window.click("sync-now").await;
    let fingerprint = window.element("enrolment-fingerprint").await.attr("data-value").await.unwrap().unwrap();
    window.element("error-note").await;
    window.picture("05-not-certified-yet").await;
    fingerprint
}

/// After approval a sync brings the certificates and the county's stations.
pub async fn sync_certified(window: &Page) {
    window.click("sync-now").await;
    window
        .script_when(
            "the laptop is certified",
            "return document.querySelector('[data-testid=\"device-standing\"]')?.dataset.state === 'certified'",
        )
        .await;
    window
        .script_when(
            "the sync is over",
            "return document.querySelector('[data-testid=\"sync-phase\"]')?.dataset.phase === 'idle'",
        )
        .await;
    window.picture("06-certified").await;
    window.click("nav-stations").await;
    window.text_with("list-total", "54").await;
    window.picture("07-stations").await;
}

const ALL_ARRIVED: &str = r#"
    const bars = [...document.querySelectorAll('[data-testid="sync-counts"] [data-of]')];
    return bars.length > 0 && bars.every((bar) => bar.dataset.done === bar.dataset.of)
        && document.querySelector('[data-testid="sync-phase"]')?.dataset.phase === 'idle'
        && document.querySelector('[data-testid="copy-covered"]')
        && bars.map((bar) => `${bar.dataset.testid} ${bar.dataset.done}`).join(', ');
"#;

/// Entries, thumbnails and originals all arrive.
pub async fn sync_everything(window: &Page) {
    window.click("nav-sync").await;
    window.patient(Duration::from_secs(240)).click("sync-now").await;
    window.picture("20-syncing").await;
    let arrived = window
        .patient(Duration::from_secs(240))
        .script_when("everything has arrived", ALL_ARRIVED)
        .await;
    println!("arrived: {arrived}");
    window.picture("21-synced").await;
}

/// Syncing again sends nothing that counts.
pub async fn sync_changes_nothing(window: &Page) {
    let before = window.script_when("counts", ALL_ARRIVED).await;
    window.click("sync-now").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let after = window.script_when("counts again", ALL_ARRIVED).await;
    assert_eq!(before, after, "a repeated sync changed what has arrived");
}
