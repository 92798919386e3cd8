//! The county's console in the browser: the administrator approves, the reviewer reads and accepts.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use fantoccini::Locator;
use xunzhan_tests::page::Page;
use xunzhan_tests::place;

use crate::county::{Account, County};

/// Logs in.
pub async fn log_in(console: &Page, account: &Account) {
    console.element("login-form").await;
    console.fill("login-account", &account.name).await;
    console.fill("login-password", &account.password).await;
    console.picture(&format!("30-login-{}", account.name)).await;
    console.click("login-submit").await;
    console.element("me").await;
}

/// Logs out.
pub async fn log_out(console: &Page) {
    console.click("logout").await;
    console.element("login-form").await;
}

/// Approves what the laptop asked for, once for each person who made a key on it. The newest request is the one whose
/// fingerprint is on the laptop's screen.
pub async fn approve(console: &Page, fingerprint: &str, passphrase: &str) {
    console.element("enrolment-row").await;
    let plain = |text: &str| text.replace([' ', '\n'], "").to_lowercase();
    let page = console.client().find(Locator::Css("main, .desk")).await.unwrap();
    let shown = page.prop("textContent").await.unwrap().unwrap();
    assert!(
        plain(&shown).contains(&plain(fingerprint)),
        "the console does not show the laptop's fingerprint:\n{shown}"
    );
    let requests = console.count("[data-testid=\"enrolment-row\"]").await;
    for approved in 0..requests {
        console.fill("enrolment-passphrase", passphrase).await;
        console.picture("31-approve").await;
        console.click("enrolment-approve").await;
        let script = format!("return document.querySelectorAll('[data-testid=\"enrolment-approved\"]').length > {approved}");
        console
            .patient(Duration::from_secs(60))
            .script_when("one more is approved", &script)
            .await;
    }
    console.picture("32-approved").await;
}

/// The whole visit on one page; then it is accepted.
pub async fn read_and_accept(console: &Page, county: &County, seal_id: &str, photos: usize) {
    console.click_text("[data-testid=\"review-row\"]", county.station()).await;
    console.element("review-visit").await;
    console.picture("33-visit").await;
    let shown = console.text("review-seal").await;
    let (head, tail) = shown.split_once('…').unwrap_or((&shown, ""));
    assert!(
        seal_id.starts_with(head) && seal_id.ends_with(tail) && head.len() >= 8,
        "{shown} is not {seal_id}"
    );
    assert_eq!(console.count("[data-testid=\"review-photo\"]").await, photos);
    assert_eq!(
        console.count("[data-testid=\"review-checks\"] .bad").await,
        0,
        "{}",
        console.text("review-checks").await
    );
    assert!(
        console.count("[data-testid=\"review-checks\"] .good").await >= 6,
        "{}",
        console.text("review-checks").await
    );
    assert_eq!(console.count("[data-testid=\"review-signatures\"] tr").await, 2);
    assert!(console.text("review-finding").await.contains("县电商服务中心"));
    assert!(console.text("review-answers").await.contains("站长外出"));
    assert!(console.text("review-countersign").await.contains("葛𪨶"));
    console.element("position-plot").await;
    for part in ["position-plot", "review-signatures", "review-answers"] {
        let script = format!("document.querySelector('[data-testid=\"{part}\"]').scrollIntoView(); return true");
        console.script_when("scrolled", &script).await;
        console.picture(&format!("34-{part}")).await;
    }
    photo_large(console).await;
    console.click("review-accept").await;
    console.element("accept-dialog").await;
    console.fill("accept-comment", "资料齐全，同意。").await;
    console.click("accept-confirm").await;
    console.element("review-done").await;
    console.picture("36-accepted").await;
}

async fn photo_large(console: &Page) {
    console.click_css("[data-testid=\"review-photo\"] img").await;
    console.element("photo-viewer").await;
    console
        .script_when(
            "the photo is drawn",
            "return (document.querySelector('[data-testid=\"photo-large\"]')?.naturalWidth ?? 0) > 0",
        )
        .await;
    console.element("photo-facts").await;
    console.picture("35-photo-large").await;
    console.click("photo-close").await;
    console.gone("photo-viewer").await;
}

/// Downloads the proof bundle as a person would.
pub async fn fetch_bundle(console: &Page) -> PathBuf {
    let bundles = || {
        let files = fs::read_dir(place::pictures()).unwrap().map(|entry| entry.unwrap().path());
        files.filter(|file| file.extension().is_some_and(|e| e == "zip")).collect::<Vec<_>>()
    };
    for old in bundles() {
        fs::remove_file(old).unwrap();
    }
    console.click("review-bundle").await;
    console
        .patient(Duration::from_secs(90))
        .until("the bundle is downloaded", || async { bundles().pop().ok_or("there is no file yet") })
        .await
}

/// A reviewer of another county: an empty list, and no visit by its address either.
pub async fn sees_nothing(console: &Page, county: &County) {
    console.element("review-search").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(console.count("[data-testid=\"review-row\"]").await, 0);
    console.picture("37-other-county").await;
    let script = "
        const [scope, done] = arguments;
        fetch('/api/call/list_visits', {
            method: 'POST', credentials: 'same-origin',
            headers: {'content-type': 'application/json', 'x-xunzhan': '1'},
            body: JSON.stringify({scope}),
        }).then((answer) => done(answer.status), (error) => done(String(error)));
    ";
    let status = console.client().execute_async(script, vec![county.scope().into()]).await.unwrap();
    assert!(status == 403 || status == 404, "the other county's list was answered with {status}");
}
