//! Photos in the gallery: two side by side, where one comes from, and its original as it leaves.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use fantoccini::key::Key;
use seal::Digest;
use xunzhan_tests::page::Page;
use xunzhan_tests::place;

use crate::evidence;
use crate::visit::two_photos;

/// What the photos of one camera, or else of one collection, have in their names.
const ALIKE: [&str; 2] = ["DSCN00", "immich"];
const MAKER: &str = "林晓川";
/// Points of the plot that can be pressed.
const POINTS: &str = "[data-testid=\"position-plot\"] [data-testid^=\"plot-\"][role=\"button\"]";

/// Two photos are compared at the same scale; one is given its origin, leaves byte for byte and with a watermark, and a copy of it is
/// marked and blurred. The plot has so many `points` at least. Comes back to the visit.
pub async fn look_closely(page: &Page, points: usize) {
    compare(page).await;
    state_origin(page).await;
    export(page).await;
    mark_a_copy(page).await;
    turn_by_strip(page).await;
    turn_by_plot(page, points).await;
    page.click("gallery-visit").await;
    page.element("visit-station").await;
    copy_names_its_original(page).await;
}

async fn compare(window: &Page) {
    window.click("visit-back").await;
    window.click("nav-photos").await;
    window.element("gallery-screen").await;
    let alike = ALIKE
        .into_iter()
        .find(|part| two_photos().iter().all(|name| name.contains(part)))
        .unwrap();
    window.fill("list-search", alike).await;
    let found = format!(
        "const names = [...document.querySelectorAll('[data-testid=\"photo-grid\"] img')].filter((img) => img.naturalWidth > 0);
         document.activeElement?.blur();
         return names.length >= 2 && names.every((img) => img.alt.includes('{alike}'))"
    );
    window.script_when("the photos are found and drawn", &found).await;
    window.keys(" ").await;
    window.press(Key::Right, false).await;
    window.keys(" ").await;
    window.css("[data-testid=\"gallery-selected\"][data-count=\"2\"]").await;
    window.keys("c").await;
    window.element("compare-view").await;
    window.keys("++").await;
    let scaled = "const [one, two] = [1, 2].map((n) => Number(document.querySelector(`[data-testid=\"compare-${n}\"]`)?.dataset.scale));
                  return one > 1 && one === two";
    window.script_when("both are enlarged alike", scaled).await;
    window.picture("14b-compared").await;
    window.press(Key::Escape, false).await;
    window.gone("compare-view").await;
    window.press(Key::Escape, false).await;

    window.press(Key::Enter, false).await;
    window.element("gallery-photo").await;
}

async fn state_origin(window: &Page) {
    window.click("photo-custody").await;
    window.fill("custody-say-maker", MAKER).await;
    window.click("custody-save").await;
    window.text_with("custody-maker", MAKER).await;
}

async fn export(window: &Page) {
    window.click("photo-export").await;
    window.fill("export-to", "县商务局").await;
    let bytes = left(window, "export-original", 1).await;
    let said = window.element("export-saved").await.attr("data-sha256").await.unwrap().unwrap();
    assert_eq!(Digest::of(&bytes).to_hex(), said, "what left is what was said to leave");
    assert!(originals().any(|original| original == bytes), "and an original, byte for byte");
    let marked = left(window, "export-watermark", 2).await;
    assert!(
        marked.starts_with(&[0xff, 0xd8]) && marked != bytes,
        "a copy with a watermark is another JPEG"
    );
    window.picture("14c-exported").await;
}

/// What the press of a button saves, as a file in the folder of pictures that was not there before; the photo has left so often then.
async fn left(page: &Page, button: &str, times: usize) -> Vec<u8> {
    let files = || -> BTreeSet<PathBuf> {
        let all = fs::read_dir(place::pictures()).unwrap().map(|entry| entry.unwrap().path());
        all.filter(|path| path.extension().is_some_and(|e| e == "jpg" || e == "pdf")).collect()
    };
    let _ = fs::remove_file(place::pictures().join("record.pdf"));
    let before = files();
    page.click(button).await;
    page.css(&format!("[data-testid=\"custody\"][data-exports=\"{times}\"]")).await;
    let new = || async { files().difference(&before).next().cloned().ok_or("there is none") };
    let file = page.until("there is a new file", new).await;
    let bytes = fs::read(&file).unwrap();
    fs::remove_file(file).unwrap();
    bytes
}

/// The photos of the story as they are on the disk.
fn originals() -> impl Iterator<Item = Vec<u8>> {
    let folders = [place::photos(), evidence::near()].into_iter().flat_map(fs::read_dir).flatten();
    folders.map(|entry| fs::read(entry.unwrap().path()).unwrap())
}

/// The name of the photo that is shown large.
const SHOWN: &str = "document.querySelector('[data-testid=\"gallery-photo\"] .el-dialog__title')?.textContent.split(/\\s/).pop()";

/// Turns to another photo by the film strip.
async fn turn_by_strip(page: &Page) {
    let first = page.script_when("a photo is shown", &format!("return {SHOWN}")).await;
    page.click_css("[data-testid=\"film-strip\"] button:not(.here)").await;
    page.script_when("the film strip turned", &format!("return {SHOWN} && {SHOWN} !== {first}"))
        .await;
    page.picture("14d-film-strip").await;
}

/// Presses points of the plot, of which one at least leads to another photo.
async fn turn_by_plot(page: &Page, points: usize) {
    page.element("position-plot").await;
    let enough = format!("return document.querySelectorAll('{POINTS}').length >= {points} && [1]");
    page.script_when("the photos are on the plot", &enough).await;
    let first = page.script_when("a photo is shown", &format!("return {SHOWN}")).await;
    let led = format!("return {SHOWN} !== {first}");
    for number in 1..=points {
        page.press_on(&format!("[data-testid=\"position-plot\"] g.photo:nth-of-type({number}) circle.dot"))
            .await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        if page.client().execute(&led, vec![]).await.unwrap() == true {
            break;
        }
        assert!(number < points, "the plot leads to no other photo");
    }
    page.picture("14e-plot").await;
}

/// A part is blurred and another framed, by keys; the copy is a photo of its own.
async fn mark_a_copy(page: &Page) {
    page.click("photo-mark").await;
    page.element("mark-dialog").await;
    let drawn = "document.activeElement?.blur(); return (document.querySelector('[data-testid=\"mark-dialog\"] img')?.naturalWidth ?? 0) > 0";
    page.script_when("the photo is there to be marked", drawn).await;
    page.keys("4").await;
    page.press(Key::Enter, false).await;
    page.css("[data-testid=\"mark-0\"][data-kind=\"blur\"]").await;
    page.keys("2").await;
    page.press(Key::Enter, false).await;
    page.css("[data-testid=\"mark-1\"][data-kind=\"rectangle\"]").await;
    page.press(Key::Right, false).await;
    page.press(Key::Down, false).await;
    page.picture("14f-marks").await;
    page.click("mark-save").await;
    page.gone("mark-dialog").await;
}

/// The copy is in the visit, and says of which original it was made.
async fn copy_names_its_original(page: &Page) {
    page.click_css("[data-testid=\"tray-tiles\"] [data-name*=\"副本\"] [data-testid$=\"-face\"]")
        .await;
    page.click("photo-open").await;
    page.element("photo-panel").await;
    let original = page.element("custody-copy").await.attr("data-original").await.unwrap().unwrap();
    let known = originals().any(|bytes| Digest::of(&bytes).to_hex() == original);
    assert!(known, "the copy names no original: {original}");
    page.picture("14g-copy").await;
    page.press(Key::Escape, false).await;
    page.gone("photo-panel").await;
}
