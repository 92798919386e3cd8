//! Metadata that exiftool writes into files of every format, in many combinations, read back by us and by exiftool.
//! `XUNZHAN_WRITTEN_FILES` sets how many files of each format (10), `XUNZHAN_FUZZ_SEED` repeats a run.

use crate::compare::{self, Table};
use intake::metadata;
use serde_json::Value;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16) % end
    }

    fn chance(&mut self, of: u64) -> bool {
        self.below(of) == 0
    }

    fn between(&mut self, least: f64, most: f64) -> f64 {
        least + (most - least) * self.below(1_000_000_000) as f64 / 1e9
    }

    fn time(&mut self) -> String {
        let (y, mo, d) = (1990 + self.below(45), 1 + self.below(12), 1 + self.below(28));
        format!("{y}:{mo:02}:{d:02} {:02}:{:02}:{:02}", self.below(24), self.below(60), self.below(60))
    }

    fn zone(&mut self) -> String {
        format!(
            "{}{:02}:{}",
            if self.chance(3) { '-' } else { '+' },
            self.below(12),
            ["00", "30", "45"][self.below(3) as usize]
        )
    }
}

/// A film of nothing but its directory: one track, no frames.
fn film(brand: &[u8; 4]) -> Vec<u8> {
    let boxed = |name: &[u8; 4], body: &[u8]| [&(body.len() as u32 + 8).to_be_bytes()[..], name, body].concat();
    let unity = [0x1_0000_u32, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000].map(u32::to_be_bytes).concat();
    let mvhd = [
        &[0; 12][..],
        &600_u32.to_be_bytes(),
        &[0; 4],
        &0x1_0000_u32.to_be_bytes(),
        &[1, 0],
        &[0; 10],
        &unity,
        &[0; 24],
        &[0, 0, 0, 2],
    ]
    .concat();
    let size = [1280_u32 << 16, 720 << 16].map(u32::to_be_bytes).concat();
    let tkhd = [&[0, 0, 0, 7][..], &[0; 8], &1_u32.to_be_bytes(), &[0; 24], &unity, &size].concat();
    let moov = boxed(b"moov", &[boxed(b"mvhd", &mvhd), boxed(b"trak", &boxed(b"tkhd", &tkhd))].concat());
    [boxed(b"ftyp", &[&brand[..], &[0; 4], brand].concat()), moov, boxed(b"mdat", &[0; 64])].concat()
}

/// A PNG of one grey.
fn png(width: u32) -> Vec<u8> {
    let chunk = |name: &[u8; 4], body: &[u8]| {
        let mut crc = flate2::Crc::new();
        crc.update(name);
        crc.update(body);
        [&(body.len() as u32).to_be_bytes()[..], name, body, &crc.sum().to_be_bytes()].concat()
    };
    let mut pixels = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    pixels.write_all(&vec![0; (width as usize + 1) * 32]).unwrap();
    let head = [&width.to_be_bytes()[..], &32_u32.to_be_bytes(), &[8, 0, 0, 0, 0]].concat();
    let chunks = [chunk(b"IHDR", &head), chunk(b"IDAT", &pixels.finish().unwrap()), chunk(b"IEND", b"")];
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunks.concat()].concat()
}

/// A TIFF of one black strip.
fn tiff(width: u32) -> Vec<u8> {
    let tags = [
        (256_u16, width),
        (257, 32),
        (258, 8),
        (259, 1),
        (262, 1),
        (273, 8),
        (277, 1),
        (278, 32),
        (279, width * 32),
    ];
    let at = 8 + width * 32;
    let mut bytes = [
        b"II\x2a\0",
        &at.to_le_bytes()[..],
        &vec![0; (width * 32) as usize],
        &(tags.len() as u16).to_le_bytes(),
    ]
    .concat();
    for (tag, value) in tags {
        bytes.extend([&tag.to_le_bytes()[..], &[4, 0, 1, 0, 0, 0], &value.to_le_bytes()].concat());
    }
    bytes.extend([0; 4]);
    bytes
}

/// A file of each format that holds no metadata yet.
fn blank(dir: &Path, format: &str, number: usize) -> PathBuf {
    let path = dir.join(format!("{number:03}.{format}"));
    let width = 48 + number as u32;
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/photos/files");
    let bytes = match format {
        "jpg" => {
            let frame = [&[0xff, 0xc0, 0, 11, 8, 0, 32, 0, width as u8][..], &[1, 1, 0x11, 0]].concat();
            let scan = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x55];
            [&[0xff, 0xd8][..], &frame, &scan, &[0xff, 0xd9]].concat()
        }
        "png" => png(width),
        "tif" => tiff(width),
        "webp" => {
            let size = (width - 1) | 31 << 14;
            let body = [&b"VP8L"[..], &10_u32.to_le_bytes(), &[0x2f], &size.to_le_bytes(), &[0; 5]].concat();
            [&b"RIFF"[..], &(4 + body.len() as u32).to_le_bytes(), b"WEBP", &body].concat()
        }
        "heic" => std::fs::read(samples.join("kamadak__exif.heic")).unwrap(),
        "mov" => film(b"qt  "),
        _ => film(b"isom"),
    };
    std::fs::write(&path, bytes).unwrap();
    path
}

/// What is written into a picture: Exif, XMP or both, each value or not.
fn of_a_picture(random: &mut Random) -> Vec<String> {
    // Programs that write both blocks write the same orientation; where they differ, ours goes by Exif and exiftool by the order in the file.
    let orientation = 1 + random.below(8);
    let (exif, xmp) = [(true, false), (true, false), (false, true), (true, true)][random.below(4) as usize];
    let mut tags = Vec::new();
    let mut put = |random: &mut Random, group: &str, name: &str, value: String| {
        if !random.chance(4) {
            tags.push(format!("-{group}:{name}={value}"));
        }
    };
    if exif {
        let (time, second) = (random.time(), random.time());
        put(random, "EXIF", "DateTimeOriginal", time);
        put(random, "EXIF", "CreateDate", second);
        let digits = 1 + random.below(6) as usize;
        let fraction = format!("{:06}", random.below(1_000_000))[..digits].to_owned();
        put(random, "EXIF", "SubSecTimeOriginal", fraction);
        let zone = random.zone();
        put(random, "EXIF", "OffsetTimeOriginal", zone);
        put(random, "EXIF", "Make", "vivo".into());
        put(random, "EXIF", "Model", "vivo X90 Pro+ 中文".into());
        put(random, "EXIF", "Software", "MIUI 14.0.3".into());
        put(random, "EXIF", "SerialNumber", "SN-0042".into());
        put(random, "EXIF", "Orientation#", orientation.to_string());
        if !random.chance(3) {
            let (lat, lon) = (random.between(-89.0, 89.0), random.between(-179.0, 179.0));
            tags_of_a_place(&mut tags, "GPS", lat, lon);
        }
        let mut put = |random: &mut Random, name: &str, value: String| {
            if !random.chance(3) {
                tags.push(format!("-GPS:{name}={value}"));
            }
        };
        let height = random.between(0.0, 8000.0);
        put(random, "GPSAltitude", format!("{height:.2}"));
        let below = random.below(2);
        put(random, "GPSAltitudeRef#", below.to_string());
        let direction = random.between(0.0, 360.0);
        put(random, "GPSImgDirection", format!("{direction:.2}"));
        let error = random.between(1.0, 90.0);
        put(random, "GPSHPositioningError", format!("{error:.3}"));
        if random.chance(2) {
            let time = random.time();
            let (date, of_day) = time.split_at(10);
            tags.push(format!("-GPS:GPSDateStamp={date}"));
            tags.push(format!("-GPS:GPSTimeStamp={}.{}", of_day.trim(), random.below(1000)));
        }
    }
    if xmp {
        let mut put = |random: &mut Random, name: &str, value: String| {
            if !random.chance(4) {
                tags.push(format!("-{name}={value}"));
            }
        };
        let (time, zone) = (random.time(), random.zone());
        put(random, "XMP-exif:DateTimeOriginal", format!("{time}.25{zone}"));
        let time = random.time();
        put(random, "XMP-xmp:CreateDate", time);
        put(random, "XMP-tiff:Make", "小米".into());
        put(random, "XMP-tiff:Model", "13 & <Ultra>".into());
        put(random, "XMP-tiff:Software", "Editor \"2\"".into());
        put(random, "XMP-aux:SerialNumber", "X-17".into());
        put(random, "XMP-tiff:Orientation#", orientation.to_string());
        let (lat, lon) = (random.between(-89.0, 89.0), random.between(-179.0, 179.0));
        tags.push(format!("-XMP-exif:GPSLatitude={lat:.7}"));
        tags.push(format!("-XMP-exif:GPSLongitude={lon:.7}"));
        let height = random.between(-400.0, 8000.0);
        tags.push(format!("-XMP-exif:GPSAltitude={:.2}", height.abs()));
        tags.push(format!("-XMP-exif:GPSAltitudeRef#={}", u8::from(height < 0.0)));
    }
    tags
}

fn tags_of_a_place(tags: &mut Vec<String>, group: &str, lat: f64, lon: f64) {
    tags.push(format!("-{group}:GPSLatitude={:.8}", lat.abs()));
    tags.push(format!("-{group}:GPSLatitudeRef={}", if lat < 0.0 { 'S' } else { 'N' }));
    tags.push(format!("-{group}:GPSLongitude={:.8}", lon.abs()));
    tags.push(format!("-{group}:GPSLongitudeRef={}", if lon < 0.0 { 'W' } else { 'E' }));
}

/// What is written into a film: the header's time, and Apple's keys.
fn of_a_film(random: &mut Random) -> Vec<String> {
    let mut tags = vec![format!("-QuickTime:CreateDate={}", random.time())];
    if random.chance(2) {
        let (time, zone) = (random.time(), random.zone());
        tags.push(format!("-Keys:CreationDate={time}{zone}"));
    }
    if random.chance(2) {
        tags.push("-Keys:Make=Apple".into());
        tags.push("-Keys:Model=iPhone 15 Pro".into());
        tags.push("-Keys:Software=17.4.1".into());
    }
    if !random.chance(3) {
        let (lat, lon) = (random.between(-89.0, 89.0), random.between(-179.0, 179.0));
        let group = if random.chance(2) { "Keys" } else { "UserData" };
        tags.push(format!("-{group}:GPSCoordinates={lat:.4}, {lon:.4}, {:.1}", random.between(0.0, 3000.0)));
    }
    tags
}

#[test]
fn what_exiftool_writes_is_read_as_exiftool_reads_it() {
    let each = std::env::var("XUNZHAN_WRITTEN_FILES")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(10_usize);
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    let seed = std::env::var("XUNZHAN_FUZZ_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(clock | 1);
    println!("seed {seed}");
    let mut random = Random(seed);
    let dir = tempfile::tempdir().unwrap();
    let mut script = String::new();
    for format in ["jpg", "png", "webp", "tif", "heic", "mp4", "mov"] {
        for number in 0..each {
            let path = blank(dir.path(), format, number);
            let film = matches!(format, "mp4" | "mov");
            let tags = if film { of_a_film(&mut random) } else { of_a_picture(&mut random) };
            let order = if random.chance(2) { "II" } else { "MM" };
            writeln!(script, "-q\n-m\n-overwrite_original\n-api\nExifByteOrder={order}").unwrap();
            tags.iter().for_each(|t| writeln!(script, "{t}").unwrap());
            writeln!(script, "{}\n-execute", path.display()).unwrap();
        }
    }
    let list = dir.path().join("script");
    std::fs::write(&list, script).unwrap();
    let run = |command: &mut Command| command.output().expect("exiftool is not installed: type cargo xtask install");
    let written = run(Command::new("exiftool").arg("-@").arg(&list));
    std::fs::remove_file(&list).unwrap();
    let read = run(Command::new("exiftool").args(["-j", "-n", "-q", "-r"]).arg(dir.path()));
    let records: Vec<Value> = serde_json::from_slice(&read.stdout).expect("exiftool says no JSON");
    assert_eq!(records.len(), 7 * each, "{}", String::from_utf8_lossy(&written.stderr));
    let mut table = Table::default();
    for record in &records {
        let path = Path::new(record["SourceFile"].as_str().unwrap());
        let meta = metadata::read(&std::fs::read(path).unwrap());
        let name = path.file_name().unwrap().to_string_lossy();
        for (value, verdict) in compare::verdicts(&meta, record) {
            table.count(record["FileType"].as_str().unwrap(), &name, value, verdict);
        }
    }
    if !table.wrong.is_empty() {
        println!("the files stay in {}", dir.keep().display());
    }
    table.print("over files written for this");
    assert!(table.wrong.is_empty(), "wrong values with seed {seed}: {:#?}", table.wrong);
    assert!(table.share("all") > 99.9, "values are missing with seed {seed}");
}
