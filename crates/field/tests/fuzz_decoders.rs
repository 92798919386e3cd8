//! Mutated pictures through the process that decodes: whatever it does with them, every one has an answer in time, and the next one too.
//! `XUNZHAN_FUZZ_SECONDS` sets the time (10), `XUNZHAN_FUZZ_SEED` repeats a run.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "../../intake/tests/support/made.rs"]
mod made;
mod support;

use field::decode::{Decoders, Wanted};
use intake::format::{FileFormat, sniff};
use intake::reason::NoPreview;
use intake::source;
use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16) % end.max(1) as u64) as usize
    }
}

fn mutate(bytes: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..=random.below(5) {
        if bytes.is_empty() {
            return;
        }
        let at = random.below(bytes.len());
        match random.below(5) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = random.below(256) as u8,
            2 => bytes.truncate(at + 1),
            3 => {
                let end = (at + 1 + random.below(16)).min(bytes.len());
                bytes[at..end].fill([0, 0xff][random.below(2)]);
            }
            _ => {
                let end = (at + 1 + random.below(64)).min(bytes.len());
                let copy = bytes[at..end].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, copy);
            }
        }
    }
}

#[test]
fn every_mutated_picture_has_an_answer() {
    let seconds = std::env::var("XUNZHAN_FUZZ_SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(10);
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    let seed = std::env::var("XUNZHAN_FUZZ_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(clock | 1);
    println!("seed {seed}");
    let (av1, deep, hevc) = (made::av1_8(), made::av1_12(), made::hevc());
    let turn = made::QUARTER_RIGHT;
    let mut sources = vec![
        made::heif(b"heic", &hevc, &[made::irot(3)], Some(6)),
        made::heif(b"avif", &av1, &[made::imir(1)], None),
        made::heif(b"avif", &deep, &[], None),
        made::film(b"qt  ", b"hvc1", &hevc.configuration, &hevc.data, hevc.size, turn),
        made::film(b"isom", b"av01", &av1.configuration, &av1.data, (64, 48), turn),
        made::FILM.to_vec(),
        made::pdf(),
    ];
    for path in support::photo_set().files() {
        let bytes = std::fs::read(&path).unwrap();
        let other = !matches!(sniff(&bytes), FileFormat::Jpeg | FileFormat::Png | FileFormat::Webp | FileFormat::Other);
        if other && bytes.len() < 200_000 {
            sources.push(bytes);
        }
    }
    let decoders = Decoders::new(Path::new(env!("CARGO_BIN_EXE_xunzhan-field")), false);
    let (mut random, start, mut slowest) = (Random(seed), Instant::now(), Duration::ZERO);
    let mut answers: BTreeMap<&str, u64> = BTreeMap::new();
    while start.elapsed() < Duration::from_secs(seconds) {
        let mut bytes = sources[random.below(sources.len())].clone();
        mutate(&mut bytes, &mut random);
        let needed = source::needed(&mut Cursor::new(&bytes)).unwrap();
        let began = Instant::now();
        let answer = decoders.small(&needed.bytes, None, Wanted::Thumbnail);
        slowest = slowest.max(began.elapsed());
        *answers.entry(answer.as_ref().map_or_else(|why| why.code(), |_| "shown")).or_default() += 1;
        assert_ne!(answer, Err(NoPreview::NoDecoder), "repeat with XUNZHAN_FUZZ_SEED={seed}");
    }
    println!("{answers:?}, slowest {} ms", slowest.as_millis());
    assert!(answers.values().sum::<u64>() > 20 && slowest < Duration::from_secs(60));
}
