//! The county's console in the browser: the administrator approves, the reviewer reads and accepts.

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
    assert!(
        shown.len() >= 8 && seal_id.starts_with(shown.split('…').next().unwrap_or_default()),
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
    console.click_css("[data-testid=\"review-photo\"]").await;
    console.element("photo-viewer").await;
    console
        .script_when(
            "the photo is drawn",
            "return (document.querySelector('[data-testid=\"photo-large\"]')?.naturalWidth ?? 0) > 0",
        )
        .await;
    console.element("photo-meta").await;
    console.picture("35-photo-large").await;
    console.click("photo-close").await;
    console.gone("photo-viewer").await;
}

/// Downloads the proof bundle with the reviewer's session.
pub async fn fetch_bundle(console: &Page) -> PathBuf {
    let link = console.client().find(Locator::Css("[data-testid=\"review-bundle\"]")).await.unwrap();
    let address = link.prop("href").await.unwrap().unwrap();
    let script = "
        const [address, done] = arguments;
        fetch(address).then(async (answer) => {
            const bytes = new Uint8Array(await answer.arrayBuffer());
            let text = '';
            for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
            done([answer.status, btoa(text)]);
        }, (error) => done([0, String(error)]));
    ";
    let answer = console.client().execute_async(script, vec![address.into()]).await.unwrap();
    assert_eq!(answer[0], 200, "the bundle was not given out: {answer}");
    let path = place::pictures().join("bundle.zip");
    std::fs::write(&path, from_base64(answer[1].as_str().unwrap())).unwrap();
    path
}

/// Base64 as the browser writes it.
fn from_base64(text: &str) -> Vec<u8> {
    let value = |c: u8| match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let mut bytes = Vec::new();
    for chunk in text.trim_end_matches('=').as_bytes().chunks(4) {
        let mut bits = 0_u32;
        for c in chunk {
            bits = bits << 6 | u32::from(value(*c));
        }
        bits <<= 6 * (4 - chunk.len());
        bytes.extend_from_slice(&bits.to_be_bytes()[1..chunk.len()]);
    }
    bytes
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
