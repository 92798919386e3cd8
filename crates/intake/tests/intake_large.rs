//! Pictures of 100 and 200 megapixels have thumbnails within a small part of the memory that they would fill, and what claims to be
//! larger still is refused before anything is unpacked. One test, since it measures its process.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "support/grey.rs"]
mod grey;

use flate2::{Compression, write::ZlibEncoder};
use grey::jpeg;
use intake::reason::NoPreview;
use intake::{Limits, metadata, thumbnail};
use std::io::Write;
use std::time::{Duration, Instant};

/// A grey PNG, dark on the left and bright on the right.
fn png(width: u32, height: u32) -> Vec<u8> {
    let chunk = |name: &[u8; 4], body: &[u8]| {
        let mut crc = flate2::Crc::new();
        crc.update(name);
        crc.update(body);
        [&(body.len() as u32).to_be_bytes()[..], name, body, &crc.sum().to_be_bytes()].concat()
    };
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 0, 0, 0, 0]].concat();
    let half = width as usize / 2;
    let row = [vec![0], vec![64; half], vec![192; width as usize - half]].concat();
    let mut pixels = ZlibEncoder::new(Vec::new(), Compression::fast());
    (0..height).for_each(|_| pixels.write_all(&row).unwrap());
    let chunks = [chunk(b"IHDR", &head), chunk(b"IDAT", &pixels.finish().unwrap()), chunk(b"IEND", b"")];
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunks.concat()].concat()
}

fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.split_whitespace().next().unwrap().parse::<u64>().unwrap() >> 10
}

/// Runs something and tells how many megabytes it took beyond what was held before.
fn measured<T>(act: impl FnOnce() -> T) -> (T, u64, Duration) {
    // Sets the mark of the highest memory back to what is held now.
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let (before, began) = (status("VmRSS:"), Instant::now());
    let result = act();
    (result, status("VmHWM:").saturating_sub(before), began.elapsed())
}

#[test]
fn large_pictures_are_shown_in_little_memory_and_larger_claims_are_refused() {
    for (name, file, size, most) in [
        ("JPEG of 100 MP", jpeg(11_584, 8_640, false), (320, 239), 32),
        ("JPEG of 200 MP", jpeg(16_320, 12_240, false), (320, 240), 64),
        ("progressive JPEG of 200 MP", jpeg(16_320, 12_240, true), (320, 240), 64),
        ("PNG of 100 MP", png(11_584, 8_640), (320, 239), 32),
        ("PNG of 200 MP", png(16_320, 12_240), (320, 240), 32),
    ] {
        assert!(intake::apart(&file), "{name}");
        let (made, megabytes, took) = measured(|| thumbnail::make(&file, None, &Limits::default()));
        println!("{name}: {megabytes} MB, {} ms", took.as_millis());
        let made = made.unwrap_or_else(|why| panic!("{name}: {why:?}"));
        assert_eq!((made.width, made.height), size, "{name}");
        let shown = image::load_from_memory(&made.jpeg).unwrap().into_luma8();
        let (first, last) = (shown.get_pixel(20, 20).0[0], shown.get_pixel(300, 220).0[0]);
        assert!(first.abs_diff(64) <= 3 && last.abs_diff(192) <= 3, "{name}: {first} and {last}");
        assert!(megabytes <= most, "{name}: {megabytes} MB");
    }
    // What inflates to gigabytes is refused by what it claims, and what claims little cannot inflate to more.
    for bomb in [png(60_000, 12_000), jpeg(60_000, 12_000, false)] {
        let meta = metadata::read(&bomb);
        assert_eq!((meta.width, meta.height), (Some(60_000), Some(12_000)));
        let (made, megabytes, took) = measured(|| thumbnail::make(&bomb, None, &Limits::default()));
        assert_eq!(made, Err(NoPreview::TooLarge));
        assert!(
            NoPreview::TooLarge.zh().contains("过大") && megabytes < 8 && took < Duration::from_secs(2),
            "{megabytes} MB, {took:?}"
        );
    }
    let mut lying = png(4_000, 4_000);
    lying[16..24].copy_from_slice(&[0, 0, 0, 40, 0, 0, 0, 40]);
    let (made, megabytes, _) = measured(|| thumbnail::make(&lying, None, &Limits::default()));
    assert!(made.is_err() && megabytes < 8, "{made:?}, {megabytes} MB");
}
