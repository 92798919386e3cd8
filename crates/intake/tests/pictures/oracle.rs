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

/// Whether exiftool has a value from a maker's own notes only. Those are of no standard and are not read.
fn is_of_the_maker(groups: &[Value], file: &str, value: &str) -> bool {
    let tags: &[&str] = match value {
        "taken_at" => &["DateTimeOriginal", "CreateDate"],
        "make" => &["Make"],
        "model" => &["Model"],
        "serial" => &["SerialNumber"],
        _ => return false,
    };
    const MAKERS: [&str; 8] = ["Canon", "CIFF", "Nikon", "Olympus", "Panasonic", "PictureInfo", "Reconyx", "Sony"];
    let record = groups.iter().find(|r| r["SourceFile"].as_str().is_some_and(|s| s.ends_with(file)));
    let mut from = record
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter_map(|(name, _)| name.split_once(':'))
        .filter(|(_, tag)| tags.contains(tag))
        .peekable();
    from.peek().is_some() && from.all(|(group, _)| MAKERS.contains(&group))
}

/// The table of right, missing and wrong values per format; every deviation is named.
#[test]
fn no_value_differs_from_exiftool() {
    let set = support::photo_set();
    let read = |name: &str| -> Option<Vec<Value>> { serde_json::from_slice(&std::fs::read(set.dir.join(name)).ok()?).ok() };
    let oracle = read("oracle.json").unwrap();
    let groups = read("oracle_groups.json").unwrap_or_default();
    assert!(oracle.len() >= 20, "the oracle is too small to say anything");
    let mut table = Table::default();
    for record in &oracle {
        let name = record["SourceFile"].as_str().unwrap();
        let bytes = std::fs::read(set.dir.join("files").join(name)).unwrap();
        let format = record.get("FileType").and_then(Value::as_str).unwrap_or("none");
        for (value, verdict) in compare::verdicts(&metadata::read(&bytes), record) {
            if !is_error_of_the_oracle(name, value) && !is_of_the_maker(&groups, name, value) {
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
