//! Mutated and truncated real photos through sniffing, metadata and thumbnails: never a panic that gets out, never a hang,
//! never a picture beyond the limits. `XUNZHAN_FUZZ_SECONDS` sets the time (10), `XUNZHAN_FUZZ_SEED` repeats a run.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use field::intake::reason::NoPreview;
use field::intake::{Limits, format, metadata, thumbnail};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// xorshift64*: the run must repeat from its seed and needs no more than that.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

fn mutate(bytes: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..=random.below(6) {
        if bytes.is_empty() {
            return;
        }
        // Metadata lies at the beginning: half of all changes go there.
        let span = if random.below(2) == 0 { bytes.len().min(4096) } else { bytes.len() };
        let at = random.below(span);
        match random.below(7) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = random.next() as u8,
            2 => bytes.truncate(at + 1),
            3 => {
                let values = [0_u32, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0xffff, bytes.len() as u32];
                let value = values[random.below(values.len())].to_be_bytes();
                for (to, from) in bytes[at..].iter_mut().zip(value) {
                    *to = from;
                }
            }
            4 => {
                let end = (at + 1 + random.below(64)).min(bytes.len());
                bytes.drain(at..end);
            }
            5 => {
                let end = (at + 1 + random.below(64)).min(bytes.len());
                let copy = bytes[at..end].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, copy);
            }
            _ => bytes[at] = [0xff, 0x00, 0xd8, 0xda, 0xe1, 0x80][random.below(6)],
        }
    }
}

#[test]
fn hostile_files_end_as_reasons() {
    let seconds = std::env::var("XUNZHAN_FUZZ_SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(10);
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    let seed = std::env::var("XUNZHAN_FUZZ_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(clock | 1);
    println!("seed {seed}");
    let set = support::photo_set();
    // Small files give more runs; a few large ones are enough.
    let sources: Vec<Vec<u8>> = set
        .files()
        .iter()
        .map(|f| std::fs::read(f).unwrap())
        .filter(|b| !b.is_empty() && b.len() < 300_000)
        .collect();
    assert!(sources.len() >= 20);
    let limits = Limits {
        max_pixels: 4_000_000,
        max_pixels_eighth: 16_000_000,
        max_decoded_bytes: 20_000_000,
        ..Limits::default()
    };
    let (mut random, start) = (Random(seed), Instant::now());
    let (mut runs, mut shown, mut contained, mut slowest) = (0_u64, 0_u64, 0_u64, Duration::ZERO);
    // Decoder panics are caught by the product; their messages would drown the test's own.
    let loud = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        while start.elapsed() < Duration::from_secs(seconds) {
            let mut bytes = sources[random.below(sources.len())].clone();
            mutate(&mut bytes, &mut random);
            let began = Instant::now();
            let meta = metadata::read_as(&bytes, format::sniff(&bytes));
            assert!(meta.orientation.is_none_or(|o| (1..=8).contains(&o)));
            assert!(
                meta.position
                    .is_none_or(|p| p.lat_e7.abs() <= 900_000_000 && p.lon_e7.abs() <= 1_800_000_000)
            );
            match thumbnail::make(&bytes, meta.orientation, &limits) {
                Ok(small) => {
                    shown += 1;
                    assert!(small.width.max(small.height) <= 320 && small.width > 0 && small.height > 0);
                }
                Err(NoPreview::DecoderFailed) => contained += 1,
                Err(_) => {}
            }
            slowest = slowest.max(began.elapsed());
            runs += 1;
        }
    }));
    std::panic::set_hook(loud);
    println!(
        "{runs} mutated files, {shown} shown, {contained} decoder failures contained, slowest {} ms",
        slowest.as_millis()
    );
    assert!(result.is_ok(), "a panic got out; repeat with XUNZHAN_FUZZ_SEED={seed}, run {runs}");
    assert!(runs > 20 && slowest < Duration::from_secs(10));
}
