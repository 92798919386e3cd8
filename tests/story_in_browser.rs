//! The inspector's machine without a window: `xunzhan-field serve` in Chromium. The same visit as in the window, from the county card
//! to the seal, and what strangers get on the way.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(dead_code, reason = "the steps of the other story, of which this one takes some")]

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
#[path = "story_in_browser/shell.rs"]
mod shell;
#[path = "story/visit.rs"]
mod visit;

use county::County;
use shell::Shell;
use xunzhan_tests::session::open_browser;

const PASSPHRASES: [&str; 2] = ["青山不改 绿水长流 7", "细雨鱼儿出 微风燕子斜"];

#[tokio::test(flavor = "multi_thread")]
async fn one_visit_in_a_browser() {
    let county = County::make();
    let server = county.serve("browser-server");
    let mut shell = Shell::start();
    shell.is_alone();

    let (page, driver) = open_browser("field", shell.address()).await;
    page.element("start-screen").await;
    shell::keeps_no_token(&page, &shell).await;
    shell::strangers_get_nothing(&shell).await;

    shell::no_dialogs(&page).await;
    shell::start_from_card(&page, &county).await;
    laptop::add_people(&page, &county, &PASSPHRASES).await;
    laptop::unlock(&page, &county.inspectors()[0], PASSPHRASES[0]).await;
    let fingerprint = laptop::ask_to_be_known(&page).await;
    page.client().goto(&county.address()).await.unwrap();
    desk::log_in(&page, county.administrator()).await;
    desk::approve(&page, &fingerprint, county.authority_passphrase()).await;
    desk::log_out(&page).await;

    // The browser that was let in comes back without the token.
    page.client().goto(&shell.origin()).await.unwrap();
    page.click("nav-sync").await;
    shell::no_dialogs(&page).await;
    laptop::sync_certified(&page).await;
    server.stop();

    visit::open(&page, &county).await;
    shell::take_two_photos(&page, &evidence::two_near_the_station(&county)).await;
    visit::answer_everything(&page).await;
    visit::tie_photos(&page).await;
    gallery::look_closely(&page, 2).await;
    visit::describe(&page).await;
    evidence::photos_from_a_phone(&page).await;
    evidence::sort_out_a_photo(&page, async |photo| {
        page.click("import-files").await;
        shell::choose(&page, &[photo]).await;
    })
    .await;

    // The program is killed while photos come in.
    let shown = shell::begin_to_take_many(&page).await;
    shell = shell.killed_and_started_again();
    page.client().goto(shell.address()).await.unwrap();
    laptop::unlock(&page, &county.inspectors()[0], PASSPHRASES[0]).await;
    shell::no_dialogs(&page).await;
    evidence::is_gone_on_with(&page, &county, shown).await;
    shell::take_many_again(&page).await;
    visit::countersign(&page).await;
    let seal_id = visit::seal(&page, &county, &PASSPHRASES).await;
    shell::download_record(&page, &seal_id).await;
    visit::nothing_can_change(&page).await;

    shell.told_nobody();
    shell.stop();
    shell::says_that_it_ended(&page).await;
    page.close().await;
    drop(driver);
}
