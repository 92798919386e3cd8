//! Decoding in a process that may die: it is killed, hangs, eats memory or babbles, and nothing but one picture is lost.
#![allow(clippy::unwrap_used)]

#[path = "../../intake/tests/support/grey.rs"]
mod grey;
#[path = "../../intake/tests/support/made.rs"]
mod made;

use field::decode::{Decoders, Trial, Wanted};
use field::intake::import::{Context, Outcome, import, look};
use field::vault::Vault;
use intake::reason::NoPreview;
use intake::{Limits, metadata, redraw, source, thumbnail};
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_xunzhan-field");

fn decoders() -> Decoders {
    Decoders::new(Path::new(PROGRAM), true)
}

/// Files of every kind that is decoded elsewhere.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    let (av1, hevc) = (made::av1_8(), made::hevc());
    let turn = made::QUARTER_RIGHT;
    vec![
        ("a.heic", made::heif(b"heic", &hevc, &[made::irot(3)], Some(6))),
        ("b.avif", made::heif(b"avif", &av1, &[], None)),
        ("c.mov", made::film(b"qt  ", b"hvc1", &hevc.configuration, &hevc.data, hevc.size, turn)),
        ("d.mp4", made::film(b"isom", b"av01", &av1.configuration, &av1.data, (64, 48), turn)),
        ("e.pdf", made::pdf()),
        ("h.mp4", made::FILM.to_vec()),
    ]
}

fn alive(decoders: &Decoders) -> bool {
    decoders
        .small(&made::heif(b"heic", &made::hevc(), &[], None), None, Wanted::Thumbnail)
        .is_ok()
}

#[test]
fn another_process_shows_what_this_one_would() {
    let decoders = decoders();
    for (name, file) in files() {
        let needed = source::needed(&mut Cursor::new(&file)).unwrap();
        let orientation = metadata::read(&file).orientation;
        assert!(intake::apart(&needed.bytes), "{name}");
        let here = thumbnail::make(&needed.bytes, orientation, &Limits::default());
        let there = decoders.small(&needed.bytes, orientation, Wanted::Thumbnail);
        assert_eq!(there, here, "{name}");
        let large = decoders.small(&needed.bytes, orientation, Wanted::Preview).unwrap();
        assert!(large.fingerprint.is_none() && large.width >= here.unwrap().width, "{name}");
    }
    assert_eq!(decoders.small(b"%PDF-1.4 and no more", None, Wanted::Thumbnail), Err(NoPreview::Broken));
}

#[test]
fn what_is_drawn_on_is_opened_by_another_process_too() {
    let decoders = decoders();
    for (name, file) in files() {
        let needed = source::needed(&mut Cursor::new(&file)).unwrap();
        let orientation = metadata::read(&file).orientation;
        let here = redraw::open(&needed.bytes, orientation, &Limits::apart());
        assert_eq!(decoders.canvas(&needed.bytes, orientation), here, "{name}");
        assert!(here.is_ok(), "{name}");
    }
    assert_eq!(decoders.canvas(b"%PDF-1.4 and no more", None), Err(NoPreview::Broken));
}

/// A grey TIFF, dark above and bright below, its rows packed.
fn tiff(width: u32, height: u32) -> Vec<u8> {
    let row = |shade: u8| -> Vec<u8> {
        let (whole, rest) = (width / 128, width % 128);
        let mut packed = [0x81, shade].repeat(whole as usize);
        // A run of n equal bytes begins with 257 - n.
        packed.extend((rest > 0).then_some([(257 - rest) as u8, shade]).into_iter().flatten());
        packed
    };
    let half = height as usize / 2;
    let strip = [row(64).repeat(half), row(192).repeat(height as usize - half)].concat();
    let entries = [
        (256, width),
        (257, height),
        (258, 8),
        (259, 32_773),
        (262, 1),
        (273, 8),
        (277, 1),
        (278, height),
        (279, strip.len() as u32),
    ];
    let mut file = [&b"II\x2a\0"[..], &(8 + strip.len() as u32).to_le_bytes(), &strip].concat();
    file.extend((entries.len() as u16).to_le_bytes());
    for (tag, value) in entries {
        file.extend([&(tag as u16).to_le_bytes()[..], &[4, 0, 1, 0, 0, 0], &u32::to_le_bytes(value)].concat());
    }
    file.extend([0; 4]);
    file
}

#[test]
fn pictures_of_a_hundred_megapixels_and_more_can_be_looked_at_and_drawn_on() {
    let decoders = decoders();
    for (name, file, longest) in [
        ("JPEG of 108 MP", grey::jpeg(12_000, 9_000, false), 4096),
        // At an eighth: the best there is within the memory.
        ("JPEG of 200 MP", grey::jpeg(16_320, 12_240, false), 2040),
        ("TIFF of 108 MP", tiff(12_000, 9_000), 4096),
    ] {
        let large = decoders
            .small(&file, None, Wanted::Preview)
            .unwrap_or_else(|why| panic!("{name}: {why:?}"));
        assert_eq!((large.width, large.height), (1600, 1200), "{name}");
        let canvas = decoders.canvas(&file, None).unwrap_or_else(|why| panic!("{name}: {why:?}"));
        assert_eq!(canvas.width().max(canvas.height()), longest, "{name}");
        let shade = |y: u32| canvas.get_pixel(canvas.width() / 2, y).0;
        let [first, last] = [shade(10), shade(canvas.height() - 10)];
        assert!(first[0].abs_diff(64) <= 3 && last[0].abs_diff(192) <= 3, "{name}: {first:?}, {last:?}");
    }
}

#[test]
fn a_picture_that_ends_the_process_has_a_reason_and_the_next_is_shown() {
    let decoders = decoders().with_limit(Duration::from_secs(60));
    // The first process is new, later ones were used before: neither is ever the picture's fault.
    for _ in 0..2 {
        assert_eq!(decoders.on_trial(b"", Trial::Crash), Err(NoPreview::DecoderFailed));
        assert!(alive(&decoders));
        assert_eq!(decoders.on_trial(b"", Trial::Babble), Err(NoPreview::DecoderFailed));
        assert!(alive(&decoders));
    }
}

#[test]
fn a_picture_that_hangs_is_ended_by_the_clock() {
    for trial in [Trial::Hang, Trial::Spin] {
        let decoders = decoders().with_limit(Duration::from_secs(2));
        let began = Instant::now();
        assert_eq!(decoders.on_trial(b"", trial), Err(NoPreview::TooSlow));
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_picture_that_eats_memory_is_ended_by_its_limit() {
    let decoders = decoders().with_limit(Duration::from_secs(60));
    assert_eq!(decoders.on_trial(b"", Trial::Eat), Err(NoPreview::TooMuchMemory));
    assert!(alive(&decoders));
}

#[cfg(target_os = "linux")]
#[test]
fn a_process_that_is_killed_in_the_middle_loses_one_picture() {
    // By a name of its own, so that no other test's process is met.
    let dir = tempfile::tempdir().unwrap();
    let program = dir.path().join("decoder-to-kill");
    std::os::unix::fs::symlink(PROGRAM, &program).unwrap();
    let decoders = Decoders::new(&program, true).with_limit(Duration::from_secs(60));
    let began = Instant::now();
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| decoders.on_trial(b"", Trial::Hang));
        let pid = loop {
            if let Some(pid) = started_as(&program) {
                break pid;
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        // It has put its limits on and reads, or is about to.
        std::thread::sleep(Duration::from_millis(500));
        assert!(std::process::Command::new("kill").args(["-9", &pid]).status().unwrap().success());
        assert_eq!(asked.join().unwrap(), Err(NoPreview::DecoderFailed));
    });
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    assert!(alive(&decoders));
}

/// The process that was started by this name.
#[cfg(target_os = "linux")]
fn started_as(program: &Path) -> Option<String> {
    let name = format!("{}\0", program.display());
    std::fs::read_dir("/proc").unwrap().flatten().find_map(|entry| {
        let line = std::fs::read(entry.path().join("cmdline")).ok()?;
        line.starts_with(name.as_bytes())
            .then(|| entry.file_name().to_string_lossy().into_owned())
    })
}

#[test]
fn where_no_process_can_be_started_pictures_say_so() {
    for program in ["/nowhere/at/all", "/bin/true", "/bin/cat"] {
        let decoders = Decoders::new(Path::new(program), false);
        let began = Instant::now();
        assert_eq!(
            decoders.small(made::HEIC, None, Wanted::Thumbnail),
            Err(NoPreview::NoDecoder),
            "{program}"
        );
        assert!(began.elapsed() < Duration::from_secs(10));
    }
}

#[test]
fn an_import_shows_them_all_and_goes_on_past_those_it_cannot_show() {
    let dir = tempfile::tempdir().unwrap();
    let photos = dir.path().join("photos");
    std::fs::create_dir(&photos).unwrap();
    let write = |name: &str, bytes: &[u8]| -> PathBuf {
        std::fs::write(photos.join(name), bytes).unwrap();
        photos.join(name)
    };
    let shown: Vec<PathBuf> = files().iter().map(|(name, file)| write(name, file)).collect();
    write("f.pdf", b"%PDF-1.4 and no more");
    write("g.mp4", &made::film(b"isom", b"s263", &[], b"sample", (64, 48), made::AS_IT_IS));
    let identity = age::x25519::Identity::generate();
    let vault = Vault::open(
        &dir.path().join("vault"),
        identity,
        age::x25519::Identity::generate().to_public(),
        [1; 32],
    )
    .unwrap();
    let context = Context {
        keep: &vault,
        known: &|_| false,
        progress: &|_| {},
        done: &|file| file,
        cancel: &AtomicBool::new(false),
        look: &look,
    };
    let report = import(&[photos], &context);
    assert_eq!(report.counts(), (8, 0, 0));
    for file in &report.files {
        let Outcome::Taken(taken) = &file.outcome else {
            panic!("{} was not taken", file.name)
        };
        match &taken.thumbnail {
            Ok(small) => assert!(shown.contains(&file.path) && small.width > 0, "{}", file.name),
            Err(NoPreview::Broken) => assert!(file.name.ends_with("f.pdf")),
            Err(NoPreview::Codec { codec }) => assert!(file.name.ends_with("g.mp4") && codec == b"s263"),
            Err(why) => panic!("{}: {why:?}", file.name),
        }
    }
}
