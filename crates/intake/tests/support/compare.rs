//! Our reading of a file beside exiftool's, value by value.
#![allow(dead_code, clippy::unwrap_used, clippy::indexing_slicing)]

use chrono::NaiveDateTime;
use intake::metadata::Metadata;
use serde_json::Value;
use std::collections::BTreeMap;

/// How one value compares.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Verdict {
    Right,
    Missing,
    Wrong,
}

/// Columns of the table; a value that exiftool passes on and that is none counts nowhere: blank, no day, half a position.
pub const COLUMNS: [&str; 16] = [
    "taken_at",
    "subsec",
    "offset",
    "lat",
    "lon",
    "alt",
    "direction",
    "pos_error",
    "gps_time",
    "make",
    "model",
    "serial",
    "software",
    "orientation",
    "width",
    "height",
];

fn text(record: &Value, tag: &str) -> Option<String> {
    match record.get(tag)? {
        Value::String(s) => Some(s.trim().to_owned()).filter(|s| !s.is_empty()),
        Value::Number(n) => Some(n.to_string()),
        _ => None,
    }
}

fn number(record: &Value, tag: &str) -> Option<f64> {
    record.get(tag).and_then(Value::as_f64)
}

/// `YYYY-MM-DDTHH:MM:SS` and the rest (fraction, zone) of an exiftool date; none for what is no date.
fn date(text: &str) -> Option<(String, String)> {
    let time = NaiveDateTime::parse_from_str(text.get(..19)?, "%Y:%m:%d %H:%M:%S").ok()?;
    Some((time.format("%Y-%m-%dT%H:%M:%S").to_string(), text[19..].to_owned()))
}

fn fraction(digits: &str) -> Option<f64> {
    let digits = digits.trim_start_matches('.');
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    format!("0.{}", &digits[..end]).parse().ok().filter(|_| end > 0)
}

fn same<T: PartialEq>(ours: Option<T>, theirs: Option<T>) -> Option<Verdict> {
    match (ours, theirs) {
        (None, None) => None,
        (None, Some(_)) => Some(Verdict::Missing),
        (ours, theirs) if ours == theirs => Some(Verdict::Right),
        _ => Some(Verdict::Wrong),
    }
}

fn close(ours: Option<f64>, theirs: Option<f64>, tolerance: f64) -> Option<Verdict> {
    let near = ours.zip(theirs).is_some_and(|(a, b)| (a - b).abs() <= tolerance);
    same(ours.map(|_| near), theirs.map(|_| true))
}

/// Compares one file's values with what `exiftool -j -n` says of it.
pub fn verdicts(meta: &Metadata, record: &Value) -> Vec<(&'static str, Verdict)> {
    let day = |tag| text(record, tag).as_deref().and_then(date);
    let film = text(record, "FileType").is_some_and(|t| ["MP4", "MOV", "M4V", "3GP"].contains(&t.as_str()));
    let original = day("DateTimeOriginal").or_else(|| day("CreationDate").filter(|_| film));
    let theirs = original.clone().or_else(|| day("CreateDate"));
    let ours = meta.taken_at.as_ref();
    let from_exif = meta.sources.iter().any(|s| s == "taken_at: Exif.DateTimeOriginal");
    let rest = theirs.as_ref().map(|t| t.1.as_str()).unwrap_or_default();
    let mut subsec = fraction(rest.strip_prefix('.').unwrap_or_default());
    let mut offset = rest.find(['+', '-']).map(|at| rest[at..].to_owned());
    if rest.ends_with('Z') {
        offset = Some("+00:00".into());
    }
    if from_exif && original.is_some() {
        subsec = subsec.or_else(|| text(record, "SubSecTimeOriginal").as_deref().and_then(fraction));
        offset = offset.or_else(|| text(record, "OffsetTimeOriginal"));
    }
    if meta.sources.iter().any(|s| s.starts_with("taken_at: QuickTime.CreateDate")) {
        // The standard says that this is UTC; exiftool leaves it to its user to know.
        offset = meta.offset.clone();
    }
    let place = number(record, "GPSLatitude").zip(number(record, "GPSLongitude"));
    let whole = text(record, "GPSLatitudeRef").is_some() == text(record, "GPSLongitudeRef").is_some();
    let place = place.filter(|(lat, lon)| whole && lat.abs() <= 90.0 && lon.abs() <= 180.0);
    let orientation = number(record, "Orientation").filter(|o| (1.0..=8.0).contains(o));
    let gps = |t: &str| chrono::DateTime::parse_from_rfc3339(t).ok().map(|t| t.timestamp_millis() as f64);
    let gps_theirs = text(record, "GPSDateTime").and_then(|t| {
        let utc = if t.ends_with('Z') { t } else { format!("{t}Z") };
        gps(&utc.replacen(':', "-", 2).replace(' ', "T"))
    });
    let number_like = |s: String| s.parse::<f64>().map_or(s, |n| n.to_string());
    let alike = |ours: &Option<String>, tag| same(ours.clone().map(number_like), text(record, tag).map(number_like));
    let all = [
        same(ours.map(|t| t[..19].to_owned()), theirs.map(|t| t.0)),
        close(ours.and_then(|t| fraction(&t[19..])), subsec, 1e-9),
        same(meta.offset.clone(), offset),
        close(meta.place.as_ref().map(|p| p.lat), place.map(|p| p.0), 1e-7),
        close(meta.place.as_ref().map(|p| p.lon), place.map(|p| p.1), 1e-7),
        close(meta.altitude_m, number(record, "GPSAltitude"), 0.001),
        close(meta.direction_deg, number(record, "GPSImgDirection"), 0.001),
        close(meta.position_error_m, number(record, "GPSHPositioningError"), 0.001),
        close(meta.gps_time.as_deref().and_then(gps), gps_theirs, 1.0),
        alike(&meta.make, "Make"),
        alike(&meta.model, "Model"),
        alike(&meta.serial, "SerialNumber"),
        alike(&meta.software, "Software"),
        close(meta.orientation.map(f64::from), orientation, 0.0),
        close(meta.width.map(f64::from), number(record, "ImageWidth"), 0.0),
        close(meta.height.map(f64::from), number(record, "ImageHeight"), 0.0),
    ];
    COLUMNS
        .into_iter()
        .zip(all)
        .filter_map(|(name, verdict)| Some((name, verdict?)))
        .collect()
}

/// Right, missing and wrong per format and value.
#[derive(Default)]
pub struct Table {
    cells: BTreeMap<(String, &'static str), [u32; 3]>,
    pub wrong: Vec<String>,
}

impl Table {
    /// Counts one value of one file, and names the file where it is not right.
    pub fn count(&mut self, format: &str, file: &str, value: &'static str, verdict: Verdict) {
        for format in [format, "all"] {
            self.cells.entry((format.to_owned(), value)).or_default()[verdict as usize] += 1;
        }
        if verdict != Verdict::Right {
            println!("{verdict:?}: {file} {value}");
        }
        if verdict == Verdict::Wrong {
            self.wrong.push(format!("{file} {value}"));
        }
    }

    fn sum(&self, format: &str) -> [u32; 3] {
        let cells = self.cells.iter().filter(|((f, _), _)| f == format);
        cells.fold([0; 3], |sum, (_, cell)| [0, 1, 2].map(|i| sum[i] + cell[i]))
    }

    /// Prints the table: formats down, values across, `right` or `right/missing/wrong`.
    pub fn print(&self, what: &str) {
        println!("right/missing/wrong against exiftool, {what}:");
        let mut formats: Vec<&String> = self.cells.keys().map(|(f, _)| f).collect();
        formats.dedup();
        for format in formats {
            let [right, missing, wrong] = self.sum(format);
            let share = 100.0 * f64::from(right) / f64::from((right + missing + wrong).max(1));
            println!("  {format:<14} {right:>5} /{missing:>3} /{wrong:>3}  {share:>6.2} %");
            let cells = COLUMNS.iter().filter_map(|c| Some((c, self.cells.get(&(format.clone(), *c))?)));
            let cells: Vec<String> = cells
                .map(|(c, [r, m, w])| if m + w == 0 { format!("{c} {r}") } else { format!("{c} {r}/{m}/{w}") })
                .collect();
            println!("    {}", cells.join(", "));
        }
    }

    /// The share of exiftool's values that is read, in per cent.
    pub fn share(&self, format: &str) -> f64 {
        let [right, missing, wrong] = self.sum(format);
        100.0 * f64::from(right) / f64::from((right + missing + wrong).max(1))
    }

    /// The formats that were seen.
    pub fn formats(&self) -> Vec<String> {
        let mut formats: Vec<String> = self.cells.keys().map(|(f, _)| f.clone()).collect();
        formats.dedup();
        formats
    }
}
