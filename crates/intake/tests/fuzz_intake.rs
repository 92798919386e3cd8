//! Mutated and truncated real photos through sniffing, metadata and thumbnails: never a panic that gets out, never a hang,
//! never a picture beyond the limits, never a gigabyte. Half of the changes know where directories and boxes keep their
//! lengths. `XUNZHAN_FUZZ_SECONDS` sets the time (10), `XUNZHAN_FUZZ_SEED` repeats a run.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "support/made.rs"]
mod made;
mod support;

use intake::format::FileFormat;
use intake::reason::NoPreview;
use intake::{Limits, format, metadata, source, thumbnail};
use std::io::Cursor;
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

/// Names of boxes and chunks before or behind which lengths, counts and offsets stand.
const NAMES: [&[u8; 4]; 26] = [
    b"meta", b"iloc", b"iinf", b"infe", b"ipma", b"ipco", b"iprp", b"iref", b"pitm", b"ispe", b"hvcC", b"grid", b"moov", b"mvhd", b"tkhd", b"udta",
    b"keys", b"ilst", b"data", b"loci", b"IHDR", b"iTXt", b"zTXt", b"eXIf", b"VP8X", b"EXIF",
];

/// Numbers at which readers go wrong, and places inside the file.
fn wicked(random: &mut Random, len: usize) -> u32 {
    match random.below(10) {
        0 => 0,
        1 => 1,
        2 => 7,
        3 => 8,
        4 => 0x7fff_ffff,
        5 => 0x8000_0000,
        6 => 0xffff_ffff,
        7 => 0xffff,
        8 => len as u32,
        _ => random.below(len) as u32,
    }
}

/// Changes one number of a box or chunk: its length, or one of its first words.
fn mutate_box(bytes: &mut [u8], random: &mut Random) {
    let name = NAMES[random.below(NAMES.len())];
    let places: Vec<usize> = bytes
        .windows(4)
        .enumerate()
        .filter(|(_, w)| w == name)
        .map(|(at, _)| at)
        .take(200)
        .collect();
    if places.is_empty() {
        return;
    }
    let at = places[random.below(places.len())] + 4 * random.below(8);
    let value = wicked(random, bytes.len()).to_be_bytes();
    for (to, from) in bytes.iter_mut().skip(at.saturating_sub(4)).zip(value) {
        *to = from;
    }
}

/// Changes an entry of a TIFF directory: its tag, type, count or offset, often to a place where another directory is.
fn mutate_directory(bytes: &mut [u8], random: &mut Random) {
    let marks = bytes
        .windows(4)
        .enumerate()
        .filter(|(_, w)| w == b"II\x2a\0" || w == b"MM\0\x2a")
        .map(|(at, _)| at);
    let marks: Vec<usize> = marks.take(20).collect();
    if marks.is_empty() {
        return;
    }
    let start = marks[random.below(marks.len())];
    let little = bytes[start] == b'I';
    let word = |bytes: &[u8], at: usize| {
        let part: Option<[u8; 4]> = bytes.get(at..at + 4).and_then(|p| p.try_into().ok());
        part.map_or(0, |p| if little { u32::from_le_bytes(p) } else { u32::from_be_bytes(p) })
    };
    // The first directory, or one that an entry of it points to.
    let mut directory = word(bytes, start + 4) as usize;
    if random.below(2) == 0 {
        let entry = start + directory + 2 + 12 * random.below(12);
        directory = word(bytes, entry + 8) as usize;
    }
    let entry = start.saturating_add(directory).saturating_add(2 + 12 * random.below(16));
    let (at, value) = match random.below(4) {
        0 => (entry, [0x8769, 0x8825, 0x014a, 0x0112, 0x0201, 0x0111, 0x927c][random.below(7)] << 16 | 4),
        1 => (entry + 2, (1 + random.below(14) as u32) << 16),
        2 => (entry + 4, wicked(random, bytes.len())),
        _ if random.below(2) == 0 => (entry + 8, directory as u32),
        _ => (entry + 8, wicked(random, bytes.len())),
    };
    let value = if little { value.to_le_bytes() } else { value.to_be_bytes() };
    for (to, from) in bytes.iter_mut().skip(at).zip(value) {
        *to = from;
    }
}

/// Heads of makers' notes and of Canon's heap, behind which directories and fixed places stand.
const HEADS: [&[u8]; 13] = [
    b"Nikon\0",
    b"OLYMPUS\0",
    b"OM SYSTEM\0",
    b"OLYMP\0",
    b"PENTAX \0",
    b"AOC\0",
    b"RICOH\0",
    b"MOT\0",
    b"SIGMA\0",
    b"IMG:",
    b"RECONYX",
    b"\x01\xf1",
    b"HEAPJPGM",
];

/// Notes of makers of which the set has few photos, in a file with little else.
fn notes() -> impl Iterator<Item = Vec<u8>> {
    let makers: [(&[u8], u16); 9] = [
        (b"Nikon\0\x02\x10\0\0II\x2a\0\x08\0\0\0", 0x001d),
        (b"OLYMPUS\0II\x03\0", 0x2010),
        (b"OM SYSTEM\0\0\0II\x04\0", 0x2010),
        (b"PENTAX \0II", 0x0229),
        (b"AOC\0II", 0x0229),
        (b"RICOH\0II", 0x0229),
        (b"MOT\0\x01\0\0\0", 0x5501),
        (b"RECONYXUF\0", 0),
        (b"RECONYXH2\0", 0),
    ];
    makers.into_iter().map(|(head, tag)| {
        let entry = |tag: u16, code: u16, count: u32, value: u32| {
            [&tag.to_le_bytes()[..], &code.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat()
        };
        let inner = [&[2, 0][..], &entry(tag, 2, 8, 40), &entry(0x0101, 2, 8, 40), &[b'7'; 200]].concat();
        let note = [head, &inner].concat();
        let main = [&[1, 0][..], &entry(0x8769, 4, 1, 26), &[0; 4]].concat();
        let exif = [&[1, 0][..], &entry(0x927c, 7, note.len() as u32, 44), &[0; 4]].concat();
        let body = [b"Exif\0\0II\x2a\0\x08\0\0\0", &main[..], &exif, &note].concat();
        [b"\xff\xd8\xff\xe1", &(body.len() as u16 + 2).to_be_bytes()[..], &body, b"\xff\xd9"].concat()
    })
}

/// Changes a number somewhere behind the head of a maker's note, in either byte order.
fn mutate_note(bytes: &mut [u8], random: &mut Random) {
    let head = HEADS[random.below(HEADS.len())];
    let Some(at) = bytes.windows(head.len()).position(|w| w == head) else {
        return;
    };
    let place = at + random.below(256);
    let (value, wide) = (wicked(random, bytes.len()), random.below(2) == 0);
    let value = if random.below(2) == 0 {
        value.to_le_bytes()
    } else {
        value.to_be_bytes()
    };
    for (to, from) in bytes.iter_mut().skip(place).zip(value).take(if wide { 4 } else { 2 }) {
        *to = from;
    }
}

/// The most memory that this process ever held, in bytes; none where the system does not say.
fn most_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()? * 1024)
}

#[test]
fn hostile_files_end_as_reasons() {
    let seconds = std::env::var("XUNZHAN_FUZZ_SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(10);
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    let seed = std::env::var("XUNZHAN_FUZZ_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(clock | 1);
    println!("seed {seed}");
    let set = support::photo_set();
    // Small files give more runs; a few large ones are enough.
    let mut sources: Vec<Vec<u8>> = set
        .files()
        .iter()
        .map(|f| std::fs::read(f).unwrap())
        .filter(|b| !b.is_empty() && b.len() < 300_000)
        .collect();
    let hevc = made::hevc();
    sources.extend(notes());
    sources.push(made::heif(b"heic", &hevc, &[made::irot(3), made::imir(0)], Some(6)));
    sources.push(made::film(b"qt  ", b"hvc1", &hevc.configuration, &hevc.data, hevc.size, made::HALF));
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
            match random.below(5) {
                0 => (0..=random.below(4)).for_each(|_| mutate_box(&mut bytes, &mut random)),
                2 => (0..=random.below(8)).for_each(|_| mutate_note(&mut bytes, &mut random)),
                1 => (0..=random.below(4)).for_each(|_| mutate_directory(&mut bytes, &mut random)),
                _ => mutate(&mut bytes, &mut random),
            }
            let began = Instant::now();
            let format = format::sniff(&bytes);
            let meta = metadata::read_as(&bytes, format);
            assert!(meta.orientation.is_none_or(|o| (1..=8).contains(&o)));
            assert!(meta.place.is_none_or(|p| p.lat.abs() <= 90.0 && p.lon.abs() <= 180.0));
            // Decoders that may end their process are fuzzed in one (`crates/field/tests/fuzz_decoders.rs`).
            if matches!(format, FileFormat::Avif | FileFormat::Pdf) || bytes.windows(4).any(|w| w == b"avcC" || w == b"av1C") {
                continue;
            }
            let needed = source::needed(&mut Cursor::new(&bytes)).unwrap();
            match thumbnail::make(&needed.bytes, meta.orientation, &limits) {
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
    let most = most_memory();
    println!("at most {} MB of memory", most.unwrap_or(0) >> 20);
    assert!(most.is_none_or(|most| most < 1 << 30));
}
