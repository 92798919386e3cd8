//! One visit, from the village to a verified bundle: two inspectors start a laptop from a county card, make a visit
//! without a network, have it signed and seal it; it syncs; a reviewer accepts it in a browser; an auditor verifies it
//! offline. Everything is real: the window, the browser, the server, the photos.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "story/audit.rs"]
mod audit;
#[path = "story/county.rs"]
mod county;
#[path = "story/desk.rs"]
mod desk;
#[path = "story/evidence.rs"]
mod evidence;
#[path = "story/gallery.rs"]
mod gallery;
#[path = "story/laptop.rs"]
mod laptop;
#[path = "story/visit.rs"]
mod visit;

use county::County;
use xunzhan_tests::session::{Laptop, open_browser};

/// The passphrases that the two inspectors choose for themselves.
const PASSPHRASES: [&str; 2] = ["青山不改 绿水长流 7", "细雨鱼儿出 微风燕子斜"];

#[tokio::test(flavor = "multi_thread")]
async fn one_visit_from_the_village_to_a_verified_bundle() {
    let county = County::make();
    let mut server = county.serve("server-1");

    // In town: the laptop starts from the card, and the county certifies it and its people.
    let mut computer = Laptop::new("window");
    let choices = laptop::choose_in_dialogs(&computer, &county, &[evidence::to_sort_out()]);
    computer.set("XUNZHAN_TEST_PICK", choices);
    let (window, driver) = computer.open().await;
    laptop::start_from_card(&window, &county).await;
    laptop::add_people(&window, &county, &PASSPHRASES).await;
    laptop::unlock(&window, &county.inspectors()[0], PASSPHRASES[0]).await;
    let fingerprint = laptop::ask_to_be_known(&window).await;
    let (console, console_driver) = open_browser("console", &county.address()).await;
    desk::log_in(&console, county.administrator()).await;
    desk::approve(&console, &fingerprint, county.authority_passphrase()).await;
    desk::log_out(&console).await;
    laptop::sync_certified(&window).await;

    // In the village: no network at all.
    server.stop();
    visit::open(&window, &county).await;
    visit::answer_everything(&window).await;
    evidence::photos_from_a_phone(&window).await;
    evidence::sort_out_a_photo(&window, async |_| window.click("import-files").await).await;
    let near = evidence::two_near_the_station(&county);
    laptop::choose_in_dialogs(&computer, &county, &near);
    evidence::take(&window, &near).await;
    // The battery is empty while photos come in.
    let before = evidence::photos_in_tray(&window).await;
    window.click("import-folder").await;
    let shown = evidence::import_is_under_way(&window, before).await;
    drop(driver);
    let (window, driver) = computer.open().await;
    laptop::unlock(&window, &county.inspectors()[0], PASSPHRASES[0]).await;
    evidence::is_gone_on_with(&window, &county, shown).await;
    let there = evidence::photos_in_tray(&window).await;
    assert_eq!(visit::import_photos(&window).await, 0, "nothing is taken twice");
    assert_eq!(evidence::photos_in_tray(&window).await, there);
    visit::tie_photos(&window).await;
    gallery::look_closely(&window, near.len()).await;
    let photos = evidence::photos_in_tray(&window).await;
    visit::record_finding(&window).await;
    visit::describe(&window).await;
    visit::countersign(&window).await;
    let seal_id = visit::seal(&window, &county, &PASSPHRASES).await;
    visit::save_record(&window, &county, &seal_id).await;
    visit::nothing_can_change(&window).await;
    // What was sealed outlives the window.
    window.close().await;
    drop(driver);
    let (window, driver) = computer.open().await;
    laptop::unlock(&window, &county.inspectors()[0], PASSPHRASES[0]).await;
    visit::is_sealed(&window, &county, &seal_id).await;

    // Back in town: everything goes up, and a second time nothing changes.
    server = county.serve("server-2");
    laptop::sync_everything(&window).await;
    laptop::sync_changes_nothing(&window).await;
    window.close().await;
    drop(driver);

    // At the county: a reviewer reads and accepts; the other county sees nothing.
    desk::log_in(&console, county.reviewer()).await;
    desk::read_and_accept(&console, &county, &seal_id, photos).await;
    let bundle = desk::fetch_bundle(&console).await;
    desk::log_out(&console).await;
    desk::log_in(&console, county.foreign_reviewer()).await;
    desk::sees_nothing(&console, &county).await;
    console.close().await;
    drop(console_driver);
    server.stop();

    // Anywhere, any time, offline.
    audit::accepts(&bundle, &county, &seal_id);
    audit::refuses_what_was_changed(&bundle, &county);
}
