//! `xunzhan-field photo-info --json FILE…`: what files say about themselves, one JSON object a line.

use super::read::open;
use super::reason::Refusal;
use anyhow::{Result, bail};
use intake::metadata::{self, Metadata};
use intake::source::needed;
use serde_json::{Value, json};
use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::panic::catch_unwind;
use std::path::Path;

/// Prints one line per file and never stops at a bad one; fails only on wrong arguments or a closed output.
pub fn photo_info(args: &[OsString]) -> Result<()> {
    let files: Vec<&OsString> = args.iter().filter(|a| *a != "--json").collect();
    if files.is_empty() || files.len() == args.len() {
        bail!("usage: xunzhan-field photo-info --json FILE…");
    }
    let mut out = io::stdout().lock();
    for file in files {
        writeln!(out, "{}", info(file))?;
    }
    Ok(())
}

/// One file's object; `error` says why the rest is null. What of its name is no text stands as `\u{fffd}`.
fn info(file: &OsStr) -> Value {
    let read = catch_unwind(|| {
        let needed = open(Path::new(file)).and_then(|mut opened| needed(&mut opened).map_err(|e| Refusal::of_reading(&e)))?;
        if needed.whole && needed.bytes.is_empty() {
            return Err(Refusal::Empty);
        }
        Ok(metadata::read_as(&needed.bytes, needed.format))
    });
    let (meta, error) = match read {
        Ok(Ok(meta)) => (meta, None),
        Ok(Err(refusal)) => (Metadata::default(), Some(refusal.en())),
        Err(_) => (Metadata::default(), Some("the metadata reader failed on this file")),
    };
    json!({
        "file": file.to_string_lossy(),
        "taken_at": meta.taken_at,
        "offset": meta.offset,
        "lat": meta.place.as_ref().map(|p| p.lat),
        "lon": meta.place.as_ref().map(|p| p.lon),
        "alt": meta.altitude_m,
        "direction": meta.direction_deg,
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
        let gone = info("/nowhere/at/all.jpg".as_ref());
        assert!(gone["error"].as_str().unwrap().contains("gone"));
        assert_eq!((gone["taken_at"].is_null(), gone.as_object().unwrap().len()), (true, 17));
        assert!(photo_info(&["--json".into()]).is_err());
    }
}
