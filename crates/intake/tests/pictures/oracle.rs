//! What intake reads from real photos against what exiftool read from them: no wrong value, and hardly a missing one.

use crate::compare::{self, Table};
use crate::support;
use intake::metadata;
use serde_json::Value;

/// Where the oracle itself is at fault.
fn is_error_of_the_oracle(file: &str, value: &str) -> bool {
    match file {
        // The same Exif block stands twice in this file, and exiftool 12.57 then drops the GPS directory of both; read alone it
        // gives exactly our values (`nomexif__exif.png` is the same photo).
        "nomexif__exif-both.png" => ["lat", "lon", "alt", "gps_time"].contains(&value),
        // A fuzzer's file, most of it overwritten with blanks: exiftool takes the size of whatever item comes along.
        "libheif__github_48.heic" => ["width", "height"].contains(&value),
        // Five numbers under a tag that exiftool takes for Photoshop's serial number.
        "kamadak__yaminabe.tif" | "kamadak__yaminale.tif" => value == "serial",
        _ => false,
    }
}

/// The table of right, missing and wrong values per format; every deviation is named.
#[test]
fn no_value_differs_from_exiftool() {
    let set = support::photo_set();
    let read = |name: &str| -> Option<Vec<Value>> { serde_json::from_slice(&std::fs::read(set.dir.join(name)).ok()?).ok() };
    let oracle = read("oracle.json").unwrap();
    assert!(oracle.len() >= 20, "the oracle is too small to say anything");
    let mut table = Table::default();
    for record in &oracle {
        let name = record["SourceFile"].as_str().unwrap();
        let bytes = std::fs::read(set.dir.join("files").join(name)).unwrap();
        let format = record.get("FileType").and_then(Value::as_str).unwrap_or("none");
        for (value, verdict) in compare::verdicts(&metadata::read(&bytes), record) {
            if !is_error_of_the_oracle(name, value) {
                table.count(format, name, value, verdict);
            }
        }
    }
    table.print(set.name);
    assert!(table.wrong.is_empty(), "wrong values: {:#?}", table.wrong);
    for format in table.formats() {
        let share = table.share(&format);
        assert!(share >= 99.5, "{format}: only {share:.2} % of exiftool's values are read");
    }
}
