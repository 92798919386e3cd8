//! Photos in the gallery: two side by side, where one comes from, and its original as it leaves.

use std::fs;
use std::process::Command;

use fantoccini::key::Key;
use xunzhan_tests::page::Page;
use xunzhan_tests::place;
use xunzhan_tests::program::finished;

use crate::visit::two_photos;

/// What the photos of one camera, or else of one collection, have in their names.
const ALIKE: [&str; 2] = ["DSCN00", "immich"];
const MAKER: &str = "林晓川";

/// Two photos are compared at the same scale; one is given its origin and leaves byte for byte, and both stand with it afterwards. Comes
/// back to the visit.
pub async fn look_closely(window: &Page) {
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
    window.click("photo-custody").await;
    window.fill("custody-say-maker", MAKER).await;
    window.click("custody-save").await;
    window.text_with("custody-maker", MAKER).await;
    window.click("photo-export").await;
    window.fill("export-to", "县商务局").await;
    window.click("export-original").await;
    let left = window.element("export-saved").await.attr("data-sha256").await.unwrap().unwrap();
    let file = place::pictures().join("record.pdf");
    let (code, digest) = finished(Command::new("sha256sum").arg(&file));
    assert!(code == 0 && digest.starts_with(&left), "what left is what was said to leave: {digest}");
    let bytes = fs::read(&file).unwrap();
    fs::remove_file(file).unwrap();
    let mut originals = fs::read_dir(place::photos())
        .unwrap()
        .map(|entry| fs::read(entry.unwrap().path()).unwrap());
    assert!(originals.any(|original| original == bytes), "and an original, byte for byte");
    window.css("[data-testid=\"custody\"][data-exports=\"1\"]").await;
    window.picture("14c-exported").await;
    window.click("gallery-visit").await;
    window.element("visit-station").await;
}
