//! The visit in the village, from opening it to the printed record.

use std::fs;
use std::process::Command;
use std::time::Duration;

use fantoccini::key::Key;
use serde_json::Value;
use xunzhan_tests::page::Page;
use xunzhan_tests::place;
use xunzhan_tests::program::finished;

use crate::county::County;

/// The item that nobody could check, and why.
const NOT_CHECKED: (&str, &str) = ("C4-14", "站长外出，网店后台没有人能打开");

/// Opens a visit of the first station for two people.
pub async fn open(window: &Page, county: &County) {
    window.click("nav-visits").await;
    window.click("new-visit").await;
    window.element("new-visit-dialog").await;
    window.choose("new-visit-station", county.station()).await;
    window.choose("new-visit-first", &county.inspectors()[0].name).await;
    window.choose("new-visit-second", &county.inspectors()[1].name).await;
    window.click("new-visit-method-on_site").await;
    window.click("new-visit-method-files").await;
    window.picture("08-new-visit").await;
    window.click("new-visit-open").await;
    window.text_with("visit-station", county.station()).await;
    window.picture("09-visit").await;
}

fn checklist() -> Vec<Value> {
    let text = fs::read_to_string(place::root().join("assets/rulepacks/c4-village-station.json")).unwrap();
    let pack: Value = serde_json::from_str(&text).unwrap();
    pack["items"].as_array().unwrap().clone()
}

/// Answers every item by keyboard: digits for choices, Enter onwards. Typing is durable within a second.
pub async fn answer_everything(window: &Page) {
    window.click("outline-C4-01").await;
    let items = checklist();
    for (number, item) in items.iter().enumerate() {
        let code = item["code"].as_str().unwrap();
        window.element(&format!("item-{code}")).await;
        if code == NOT_CHECKED.0 {
            window.keys("0").await;
            window.type_into("item-reason", NOT_CHECKED.1).await;
            window.press(Key::Enter, false).await;
            continue;
        }
        let mut typed = false;
        for field in item["fields"].as_array().unwrap() {
            if field["required"].as_bool() != Some(true) {
                continue;
            }
            let id = format!("field-{}", field["key"].as_str().unwrap());
            match field["kind"]["type"].as_str().unwrap() {
                "yes_no" | "choice" | "choices" => window.keys("1").await,
                "integer" => window.type_into(&format!("{id}-input"), "2").await,
                "money" => {
                    note_keys(window).await;
                    window.type_into(&format!("{id}-input"), "1860").await;
                    saved_within_a_second(window).await;
                }
                "text" => window.type_into(&format!("{id}-input"), "村民委员会").await,
                "villages" => {
                    window.click(&format!("{id}-add")).await;
                    window.type_into(&format!("{id}-name-0"), "青河村").await;
                }
                "sample" => {
                    window.type_into(&format!("{id}-drawn"), "5").await;
                    window.type_into(&format!("{id}-passed"), "4").await;
                }
                other => panic!("{code} requires a {other}, which this story cannot type"),
            }
            typed = !["yes_no", "choice", "choices"].contains(&field["kind"]["type"].as_str().unwrap());
        }
        if typed {
            window.press(Key::Escape, false).await;
        }
        if number + 1 < items.len() {
            window.press(Key::Enter, false).await;
        }
    }
    let all = format!("{0}/{0}", items.len());
    window
        .text_when("visit-counts", &format!("says {all}"), |text| text.replace(' ', "").contains(&all))
        .await;
    window.picture("10-answered").await;
}

/// Has the page note when a key was pressed last.
async fn note_keys(window: &Page) {
    let script = "window.addEventListener('keydown', () => (window.lastKeyMs = Date.now()), true)";
    window.client().execute(script, vec![]).await.unwrap();
}

/// 已存本机 names a time within a second of the last key.
async fn saved_within_a_second(window: &Page) {
    let script = "
        const saved = Number(document.querySelector('[data-testid=\"saved\"]')?.dataset.savedMs ?? 0);
        return saved >= window.lastKeyMs && [saved - window.lastKeyMs];
    ";
    let late = window.script_when("what was typed is saved", script).await[0].as_i64().unwrap();
    assert!(late <= 1000, "saved {late} ms after the last key");
    println!("saved {late} ms after the last key");
}

/// Every file of the folder is taken in whole, or named in the report with a reason. Answers how many were taken now.
pub async fn import_photos(window: &Page) -> usize {
    let folder = place::photos();
    let files = fs::read_dir(&folder).unwrap().count();
    window.click("import-folder").await;
    let patient = window.patient(Duration::from_secs(240));
    patient.element("import-summary").await;
    window.picture("11-imported").await;
    if !window.has("import-report").await {
        window.click("import-report-open").await;
    }
    window.element("import-report").await;
    let rows = |outcome: &str| format!("[data-testid=\"import-row-{outcome}\"]");
    let taken = window.count(&rows("taken")).await;
    let others = window.count(&rows("refused")).await + window.count(&rows("duplicate")).await;
    assert_eq!(taken + others, files, "every file is in the report");
    let silent = "[data-testid=\"import-row-refused\"]:not([data-reason])";
    assert_eq!(window.count(silent).await, 0, "every refused file has a reason");
    window.picture("12-import-report").await;
    window.click("import-report-close").await;
    println!("photos: {files} files, {taken} taken, {others} refused or known");
    taken
}

/// Names of two photos that a browser can show; such as say where they were taken come first.
pub fn two_photos() -> Vec<String> {
    let names = fs::read_dir(place::photos())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".jpg")).collect();
    names.sort_by_key(|name| (!name.contains("DSCN00"), name.clone()));
    names.truncate(2);
    names
}

/// Two photos show the first item, chosen with the mouse and attached with a key.
pub async fn tie_photos(window: &Page) {
    window.click("outline-C4-01").await;
    for name in two_photos() {
        let tile = format!("[data-testid=\"tray-tiles\"] [data-name*=\"{name}\"]");
        window.click_css(&format!("{tile} [data-testid$=\"-face\"]")).await;
        window.css(&format!("{tile}[data-selected=\"yes\"]")).await;
    }
    window.picture("13-photos-chosen").await;
    window.keys("p").await;
    for name in two_photos() {
        window.css(&format!("[data-testid^=\"item-photo-\"][data-name*=\"{name}\"]")).await;
    }
    // One photo large, with what it says about itself.
    let face = format!(
        "[data-testid=\"tray-tiles\"] [data-name*=\"{}\"] [data-testid$=\"-face\"]",
        two_photos()[0]
    );
    window.click_css(&face).await;
    window.click("photo-open").await;
    window.element("photo-panel").await;
    window.element("photo-facts").await;
    window.picture("14-photo").await;
    window.press(Key::Escape, false).await;
    window.gone("photo-panel").await;
}

/// A finding with facts, severity, requirement, deadline and responsible units in order.
pub async fn record_finding(window: &Page) {
    window.click("outline-C4-09").await;
    window.element("item-C4-09").await;
    window.keys("f").await;
    window.element("finding-dialog").await;
    window
        .fill("finding-facts", "近三个月月均营业额1860元，低于标准；台账第3页与后台数据不一致。")
        .await;
    window.click("finding-severity-major").await;
    window.fill("finding-requirement", "核对台账与后台数据，找出差额原因并补记。").await;
    window.fill("finding-deadline", "2099-12-01").await;
    window.fill("finding-unit-0", "县电商服务中心").await;
    window.click("finding-unit-add").await;
    window.fill("finding-unit-1", "青河村村民委员会").await;
    window
        .click_css("[data-testid=\"finding-dialog\"] [data-testid^=\"finding-photo-\"]")
        .await;
    window.picture("15-finding").await;
    window.click("finding-record").await;
    window.gone("finding-dialog").await;
    window
        .text_when("visit-counts", "counts one finding", |text| text.replace(' ', "").contains("问题1"))
        .await;
}

/// The end of the visit and the overall situation.
pub async fn describe(window: &Page) {
    window.click("visit-describe").await;
    window.element("describe-dialog").await;
    window.click("describe-end-now").await;
    window
        .fill("describe-situation", "站点正常营业，站长配合检查。店内整洁，台账在柜台上。")
        .await;
    window.picture("16-describe").await;
    window.click("describe-save").await;
    window.gone("describe-dialog").await;
}

/// The station's manager signs with the mouse.
pub async fn countersign(window: &Page) {
    window.press(Key::Enter, true).await;
    window.element("seal-screen").await;
    window.picture("17-before-sealing").await;
    // The station reads the whole record before it signs.
    let patient = window.patient(Duration::from_secs(180));
    patient.element("record-pages").await;
    patient
        .script_when(
            "the record is shown",
            "const page = document.querySelector('[data-testid=\"record-page-1\"]'); page?.scrollIntoView(); return (page?.naturalWidth ?? 0) > 400 && !document.querySelector('[data-testid=\"record-making\"]')",
        )
        .await;
    window.picture("17b-shown").await;
    window.click("countersign-signed").await;
    assert_eq!(
        window.value("countersign-name").await,
        "葛𪨶",
        "the station's manager is proposed, rare character and all"
    );
    window.fill("countersign-role", "站长").await;
    window.fill("countersign-opinion", "情况属实。").await;
    window
        .draw(
            "signature-canvas",
            &[
                &[(0.20, 0.30), (0.30, 0.28), (0.40, 0.30)],
                &[(0.30, 0.15), (0.30, 0.45), (0.26, 0.80), (0.22, 0.70)],
                &[(0.55, 0.20), (0.50, 0.50), (0.60, 0.80), (0.75, 0.40), (0.70, 0.75)],
            ],
        )
        .await;
    window.picture("18-signature").await;
    window.click("countersign-save").await;
    window.element("countersign-done").await;
}

/// Two persons sign with their keys; the record is there at once. Answers the seal id.
pub async fn seal(window: &Page, county: &County, passphrases: &[&str; 2]) -> String {
    window.gone("seal-blocked").await;
    for (person, passphrase) in county.inspectors().iter().zip(passphrases) {
        let field = window
            .css(&format!("[data-testid=\"seal-signers\"] input[data-name=\"{}\"]", person.name))
            .await;
        field.send_keys(passphrase).await.unwrap();
    }
    window.click("seal").await;
    window.element("seal-done").await;
    let seal_id = window.element("seal-code").await.attr("data-seal-id").await.unwrap().unwrap();
    assert_eq!(seal_id.len(), 64);
    window.patient(Duration::from_secs(180)).element("record-pages").await;
    window
        .patient(Duration::from_secs(60))
        .script_when(
            "the first page is drawn",
            "const page = document.querySelector('[data-testid=\"record-page-1\"]'); page?.scrollIntoView(); return (page?.naturalWidth ?? 0) > 400",
        )
        .await;
    window.picture("19-sealed").await;
    seal_id
}

/// The record as a PDF: who was there, what was found, the seal and the county's fingerprint, pages numbered.
pub async fn save_record(window: &Page, county: &County, seal_id: &str) {
    window.click("record-save").await;
    // What is laid out from now on is a copy: the pages are made anew first.
    window.patient(Duration::from_secs(90)).element("record-kept").await;
    let pdf = place::pictures().join("record.pdf");
    let (code, text) = finished(Command::new("pdftotext").args(["-layout"]).arg(&pdf).arg("-"));
    assert_eq!(code, 0, "{text}");
    let plain: String = text.split_whitespace().collect();
    let people = county.inspectors().iter().map(|person| person.name.as_str());
    for part in people.chain([county.station(), "葛𪨶", "县电商服务中心", &seal_id[..16], &county.root()[..16], "第1页"]) {
        let part: String = part.split_whitespace().collect();
        assert!(
            plain.to_lowercase().contains(&part.to_lowercase()),
            "the record does not say {part}:\n{text}"
        );
    }
    let (code, text) = finished(
        Command::new("pdftoppm")
            .args(["-r", "50", "-png"])
            .arg(&pdf)
            .arg(place::pictures().join("record")),
    );
    assert_eq!(code, 0, "{text}");
}

/// After sealing the screen offers no change.
pub async fn nothing_can_change(window: &Page) {
    window.click("seal-back").await;
    window.element("visit-sealed").await;
    assert!(!window.has("finding-new").await && !window.has("import-files").await);
    window.click("outline-C4-01").await;
    window.keys("2").await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let options = "[data-testid=\"item-C4-01\"] .option:not([disabled])";
    assert_eq!(window.count(options).await, 0, "an answer of a sealed visit can be pressed");
}

/// The visit is on the list, sealed, with the same seal id.
pub async fn is_sealed(window: &Page, county: &County, seal_id: &str) {
    let row = format!(
        "[data-testid=\"visits-screen\"] a[data-station=\"{}\"][data-phase=\"sealed\"]",
        county.station()
    );
    window.click("nav-visits").await;
    window.click_css(&row).await;
    window.element("visit-sealed").await;
    window.click("visit-seal").await;
    let same = window.element("seal-code").await.attr("data-seal-id").await.unwrap().unwrap();
    assert_eq!(same, seal_id);
    window.click("seal-back").await;
    window.click("visit-back").await;
    window.element("visits-screen").await;
}
