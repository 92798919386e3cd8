//! Of real photos none is taken for the photo of a screen.

use crate::support;
use intake::{Limits, metadata, thumbnail};

/// From here on a screen is thought possible.
const TOLD: u8 = 16;

#[test]
fn no_real_photo_rings_like_a_screen() {
    let set = support::photo_set();
    let mut measured = Vec::new();
    for path in set.files() {
        let bytes = std::fs::read(&path).unwrap();
        let meta = metadata::read(&bytes);
        let made = thumbnail::make(&bytes, meta.orientation, &Limits::default());
        if let Some(decibels) = made.ok().and_then(|made| made.pattern_db) {
            measured.push((decibels, path.file_name().unwrap().to_string_lossy().into_owned()));
        }
    }
    measured.sort_unstable();
    println!("{} photos looked at; the strongest patterns, in decibels:", measured.len());
    for (decibels, name) in measured.iter().rev().take(5) {
        println!("  {decibels:3} {name}");
    }
    assert!(!measured.is_empty());
    assert!(measured.iter().all(|(decibels, _)| *decibels < TOLD), "{measured:?}");
}
