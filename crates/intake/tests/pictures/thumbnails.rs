//! Thumbnails of large JPEG files come from an eighth of the picture; they must look like those of a full decode.

use crate::support;
use image::codecs::jpeg::JpegDecoder;
use image::{DynamicImage, RgbImage};
use intake::format::{FileFormat, sniff};
use intake::{Limits, metadata, thumbnail};
use std::io::Cursor;

/// Peak signal-to-noise ratio in dB over all channels.
fn psnr(a: &RgbImage, b: &RgbImage) -> f64 {
    let squares: f64 = a
        .as_raw()
        .iter()
        .zip(b.as_raw())
        .map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2))
        .sum();
    let mean = squares / a.as_raw().len() as f64;
    if mean == 0.0 {
        f64::INFINITY
    } else {
        10.0 * (255.0 * 255.0 / mean).log10()
    }
}

fn shown(jpeg: &[u8]) -> RgbImage {
    DynamicImage::from_decoder(JpegDecoder::new(Cursor::new(jpeg)).unwrap())
        .unwrap()
        .into_rgb8()
}

#[test]
fn the_fast_way_shows_the_same_picture() {
    let set = support::photo_set();
    let limits = |prefer_eighth| Limits {
        prefer_eighth,
        ..Limits::default()
    };
    let (mut compared, mut worst) = (0, f64::INFINITY);
    for path in set.files() {
        let bytes = std::fs::read(&path).unwrap();
        let meta = metadata::read(&bytes);
        if meta.width.max(meta.height).unwrap_or(0) < 8 * thumbnail::THUMBNAIL_PX {
            continue;
        }
        let made = |eighth| thumbnail::make(&bytes, meta.orientation, &limits(eighth));
        let (Ok(fast), Ok(slow)) = (made(true), made(false)) else {
            continue;
        };
        assert!(
            (fast.width.abs_diff(slow.width)) <= 1 && fast.height.abs_diff(slow.height) <= 1,
            "{}",
            path.display()
        );
        if (fast.width, fast.height) != (slow.width, slow.height) {
            continue;
        }
        let [fast, slow] = [fast, slow].map(|t| shown(&t.jpeg));
        let likeness = psnr(&fast, &slow);
        println!("  {}: {likeness:.1} dB", path.file_name().unwrap().display());
        worst = worst.min(likeness);
        compared += 1;
    }
    println!("{compared} photos of {} compared, worst {worst:.1} dB", set.name);
    // The small copies hold no photo of this size; the unit tests of the reader compare made ones.
    assert!(compared >= 5 || set.name.contains("small copies"));
    assert!(worst > 28.0, "a thumbnail looks different: {worst:.1} dB");
}

/// Of a photo whose header alone is at hand: it says the same, and the rest shows the same while it passes by.
#[test]
fn a_photo_that_passes_by_says_and_shows_the_same() {
    let set = support::photo_set();
    let (mut passed, mut large) = (0, 0);
    for path in set.files() {
        let bytes = std::fs::read(&path).unwrap();
        let meta = metadata::read(&bytes);
        large += u32::from(path.extension().is_some_and(|e| e == "jpg") && meta.width.max(meta.height).is_some_and(|side| side >= 2560));
        let Some(scan) = intake::passes(&bytes) else { continue };
        let said = metadata::read_as(&bytes[..scan], FileFormat::Jpeg);
        assert_eq!(said, meta, "{}", path.display());
        let made = thumbnail::make_passing(&bytes[..scan], &bytes[scan..], meta.orientation, true).unwrap();
        let whole = thumbnail::make(&bytes, meta.orientation, &Limits::default());
        match made {
            Some(made) => assert!(Ok(made) == whole, "{}", path.display()),
            None => assert!(intake::eighth::decode(&bytes).is_none(), "{}", path.display()),
        }
        passed += 1;
    }
    println!("{passed} photos passed by, of {large} large ones");
    assert!(passed * 2 >= large, "{passed} of {large} large ones");
}

/// Of a HEIC that is too large to be held, the large view is put together of smaller tiles and not the little picture beside it.
#[test]
fn a_large_heic_is_put_together_of_smaller_tiles() {
    let set = support::photo_set();
    let tight = Limits {
        max_pixels: 3_000_000,
        ..Limits::default()
    };
    let mut compared = 0;
    for path in set.files() {
        let bytes = std::fs::read(&path).unwrap();
        if sniff(&bytes) != FileFormat::Heic {
            continue;
        }
        let of = |limits| thumbnail::preview(&bytes, None, limits).map(|made| shown(&made.jpeg));
        let (Ok(whole), Ok(pieced)) = (of(&Limits::default()), of(&tight)) else {
            continue;
        };
        let (long, longer) = (pieced.width().max(pieced.height()), whole.width().max(whole.height()));
        if longer < 1600 || long < 700 {
            continue;
        }
        let whole = image::imageops::thumbnail(&whole, pieced.width(), pieced.height());
        let likeness = psnr(&whole, &pieced);
        println!("  {}: {long} of {longer}, {likeness:.1} dB", path.file_name().unwrap().display());
        assert!(likeness > 24.0, "{}: {likeness:.1} dB", path.display());
        compared += 1;
    }
    assert!(compared >= 2 || set.name.contains("small copies"), "{compared}");
}
