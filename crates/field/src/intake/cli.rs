//! `xunzhan-field photo-info --json FILE…`: what files say about themselves, one JSON object a line.

use super::metadata;
use super::read::read_one;
use anyhow::{Result, bail};
use serde_json::{Value, json};
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Prints one line per file and never stops at a bad one; fails only on wrong arguments or a closed output.
pub fn photo_info(args: &[String]) -> Result<()> {
    let files: Vec<&String> = args.iter().filter(|a| *a != "--json").collect();
    if files.is_empty() || files.len() == args.len() {
        bail!("usage: xunzhan-field photo-info --json FILE…");
    }
    let mut out = io::stdout().lock();
    for file in files {
        writeln!(out, "{}", info(file))?;
    }
    Ok(())
}

/// One file's object; `error` says why the rest is null.
fn info(file: &str) -> Value {
    let read = catch_unwind(AssertUnwindSafe(|| {
        read_one(Path::new(file), &mut io::sink(), |_| true).map(|read| metadata::read_as(&read.head, read.format))
    }));
    let (meta, error) = match read {
        Ok(Ok(meta)) => (meta, None),
        Ok(Err(refusal)) => (Default::default(), Some(refusal.en())),
        Err(_) => (Default::default(), Some("the metadata reader failed on this file")),
    };
    let scaled = |value: Option<i64>, scale: f64| value.map(|v| v as f64 / scale);
    json!({
        "file": file,
        "taken_at": meta.taken_at,
        "offset": meta.offset,
        "lat": scaled(meta.position.map(|p| p.lat_e7), 1e7),
        "lon": scaled(meta.position.map(|p| p.lon_e7), 1e7),
        "alt": scaled(meta.altitude_cm, 100.0),
        "direction": scaled(meta.direction_cdeg, 100.0),
        "gps_time": meta.gps_time,
        "orientation": meta.orientation,
        "width": meta.width,
        "height": meta.height,
        "make": meta.make,
        "model": meta.model,
        "software": meta.software,
        "sources": meta.sources,
        "warnings": meta.warnings,
        "error": error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_file_has_an_error_and_all_fields() {
        let gone = info("/nowhere/at/all.jpg");
        assert!(gone["error"].as_str().unwrap().contains("gone"));
        assert_eq!((gone["taken_at"].is_null(), gone.as_object().unwrap().len()), (true, 17));
        assert!(photo_info(&["--json".into()]).is_err());
    }
}
