//! Fingerprints of real photos: a copy that was scaled and compressed again is found, another photo is not.

use crate::support;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{FilterType, resize};
use intake::fingerprint::{Fingerprint, SAME_WITHIN_BITS};
use intake::{Limits, metadata, thumbnail};

#[test]
fn a_copy_is_found_and_another_photo_is_not() {
    let set = support::photo_set();
    let mut known: Vec<(String, Fingerprint, Vec<u8>)> = Vec::new();
    let (mut copies, mut lost, mut worst) = (0, 0, 0);
    for path in set.files() {
        let bytes = std::fs::read(&path).unwrap();
        let meta = metadata::read(&bytes);
        let Ok(made) = thumbnail::make(&bytes, meta.orientation, &Limits::default()) else {
            continue;
        };
        let Some(print) = made.fingerprint else { continue };
        // As a chat application does it: scaled down and compressed hard.
        let large = thumbnail::preview(&bytes, meta.orientation, &Limits::default()).unwrap();
        let shown = image::load_from_memory(&large.jpeg).unwrap().into_rgb8();
        if shown.width().min(shown.height()) < 64 {
            continue;
        }
        let small = resize(&shown, shown.width() * 3 / 5, shown.height() * 3 / 5, FilterType::Triangle);
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, 45).encode_image(&small).unwrap();
        let again = image::load_from_memory(&jpeg).unwrap().into_rgb8();
        let bits = Fingerprint::of(&again).map_or(64, |other| print.distance(other));
        copies += 1;
        lost += u32::from(bits > SAME_WITHIN_BITS);
        worst = worst.max(bits);
        known.push((path.file_name().unwrap().to_string_lossy().into_owned(), print, made.jpeg));
    }
    let mut alike = Vec::new();
    for (at, (name, print, jpeg)) in known.iter().enumerate() {
        for (other, theirs, picture) in &known[..at] {
            if print.distance(*theirs) <= SAME_WITHIN_BITS && jpeg != picture {
                alike.push(format!("{name} and {other}: {} bits", print.distance(*theirs)));
            }
        }
    }
    let pairs = known.len() * known.len().saturating_sub(1) / 2;
    println!(
        "{copies} copies, {lost} lost, worst {worst} bits; of {pairs} pairs {} look alike:",
        alike.len()
    );
    for line in &alike {
        println!("  {line}");
    }
    assert!(copies >= 5);
    // One in fifty, or one of a few.
    assert!(lost * 50 <= copies.max(50), "{lost} of {copies} copies were not found");
}
