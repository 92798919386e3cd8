//! Whole imports into a real vault: every file in whole or named with a reason.
#![allow(clippy::unwrap_used)]

mod support;

use field::intake::import::{Context, ImportReport, Imported, Outcome, Progress, import, look};
use field::intake::reason::Refusal;
use field::vault::Vault;
use intake::reason::NoPreview;
use seal::Digest;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

fn vault(dir: &Path) -> Vault {
    let identity = age::x25519::Identity::generate();
    Vault::open(dir, identity, age::x25519::Identity::generate().to_public(), [1; 32]).unwrap()
}

fn run(paths: &[PathBuf], vault: &Vault, known: &(dyn Fn(&Digest) -> bool + Sync)) -> ImportReport<Imported> {
    let context = Context {
        keep: vault,
        known,
        progress: &|_| {},
        done: &|file| file,
        cancel: &AtomicBool::new(false),
        look: &look,
    };
    import(paths, &context)
}

#[test]
fn every_file_of_the_set_is_taken_in_whole_or_named() {
    let set = support::photo_set();
    let dir = tempfile::tempdir().unwrap();
    let vault = vault(dir.path());
    let progress = Mutex::new(Vec::new());
    let went_on = |so_far: Progress| progress.lock().unwrap().push(so_far);
    let context = Context {
        keep: &vault,
        known: &|_| false,
        progress: &went_on,
        done: &|file| file,
        cancel: &AtomicBool::new(false),
        look: &look,
    };
    let report = import(&[set.dir.join("files")], &context);

    let files = set.files();
    let named: Vec<_> = report.files.iter().map(|f| f.path.clone()).collect();
    assert_eq!(named, files, "every file once, in order");
    let (mut shown, mut without) = (0, 0);
    let mut digests = HashSet::new();
    for file in &report.files {
        let bytes = std::fs::read(&file.path).unwrap();
        match &file.outcome {
            Outcome::Taken(taken) => {
                assert_eq!((taken.sha256, taken.len), (Digest::of(&bytes), bytes.len() as u64));
                assert!(vault.read(&taken.sha256).unwrap() == bytes, "{} comes back different", file.name);
                digests.insert(taken.sha256);
                match &taken.thumbnail {
                    Ok(small) => {
                        shown += 1;
                        let picture = image::load_from_memory(&small.jpeg).unwrap();
                        assert_eq!((picture.width(), picture.height()), (small.width, small.height));
                        assert!(small.width.max(small.height) <= 320);
                    }
                    Err(reason) => {
                        without += 1;
                        assert!(reason.zh().starts_with("暂无预览") && !reason.en().is_empty());
                        if !matches!(reason, NoPreview::Format { .. }) {
                            println!("  {}: {}", file.name, reason.zh());
                        }
                    }
                }
            }
            Outcome::Duplicate { sha256, of } => assert!(digests.contains(sha256) && of.is_some(), "{}", file.name),
            Outcome::Refused(reason) => {
                println!("  {}: {}", file.name, reason.zh());
                assert_eq!((*reason, bytes.len()), (Refusal::Empty, 0), "{}", file.name);
            }
        }
    }
    let (taken, duplicate, refused) = report.counts();
    println!(
        "{} files: {taken} taken ({shown} shown, {without} without preview), {duplicate} duplicate, {refused} refused",
        files.len()
    );
    assert!(shown * 4 > taken * 2, "most of the set are JPEG and PNG");

    let progress = progress.into_inner().unwrap();
    let last = progress.iter().max_by_key(|p| (p.done, p.bytes)).unwrap();
    assert_eq!((last.done, last.total, last.bytes), (files.len(), files.len(), last.total_bytes));

    let again = run(&[set.dir.join("files")], &vault, &|digest| digests.contains(digest));
    assert_eq!(again.counts(), (0, taken + duplicate, refused), "a second import brings nothing new");
}

#[test]
fn equal_bytes_in_one_import_are_one_photo() {
    let dir = tempfile::tempdir().unwrap();
    let vault = vault(&dir.path().join("vault"));
    let at = |name: &str| dir.path().join(name);
    for name in ["a.jpg", "b.jpg", "c.jpg"] {
        std::fs::write(at(name), b"the same").unwrap();
    }
    std::fs::write(at("empty.jpg"), b"").unwrap();
    let report = run(&[at("a.jpg"), at("b.jpg"), at("c.jpg"), at("empty.jpg"), at("gone.jpg")], &vault, &|_| {
        false
    });
    assert_eq!(report.counts(), (1, 2, 2));
    let reasons: Vec<_> = report
        .files
        .iter()
        .filter_map(|f| if let Outcome::Refused(r) = f.outcome { Some(r) } else { None })
        .collect();
    assert_eq!(reasons, [Refusal::Empty, Refusal::Vanished]);
}

#[test]
fn cancelling_leaves_whole_photos_and_names_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    let vault = vault(&dir.path().join("vault"));
    let photos = dir.path().join("photos");
    std::fs::create_dir(&photos).unwrap();
    for i in 0..40_u8 {
        std::fs::write(photos.join(format!("{i:02}.bin")), vec![i; 600_000]).unwrap();
    }
    let cancel = AtomicBool::new(false);
    let went_on = |so_far: Progress| {
        if so_far.done >= 5 {
            cancel.store(true, Ordering::Relaxed);
        }
    };
    let context = Context {
        keep: &vault,
        known: &|_| false,
        progress: &went_on,
        done: &|file| file,
        cancel: &cancel,
        look: &look,
    };
    let report = import(&[photos], &context);
    let (taken, _, refused) = report.counts();
    assert!(report.cancelled && (5..20).contains(&taken), "{taken} taken");
    assert_eq!(taken + refused, 40);
    for file in &report.files {
        match &file.outcome {
            Outcome::Taken(t) => assert_eq!(vault.read(&t.sha256).unwrap(), std::fs::read(&file.path).unwrap()),
            other => assert!(matches!(other, Outcome::Refused(Refusal::Cancelled)), "{other:?}"),
        }
    }
    assert_eq!(
        std::fs::read_dir(dir.path().join("vault/tmp")).unwrap().count(),
        0,
        "nothing half-written stays"
    );
}

/// A large photo is read once more for its small picture; what is wrong with it is said as if it had been opened whole.
#[test]
fn a_damaged_large_photo_is_kept_and_judged_by_all_its_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let vault = vault(&dir.path().join("vault"));
    let photos = dir.path().join("photos");
    std::fs::create_dir(&photos).unwrap();
    let drawn = image::RgbImage::from_fn(2600, 2000, |x, y| image::Rgb([(x % 251) as u8, (y % 241) as u8, (x * y % 239) as u8]));
    let mut whole = std::io::Cursor::new(Vec::new());
    drawn.write_to(&mut whole, image::ImageFormat::Jpeg).unwrap();
    let whole = whole.into_inner();
    let mut rubbish = whole.clone();
    rubbish[whole.len() / 2..][..5000].fill(0xff);
    for (name, bytes) in [("a.jpg", &whole[..]), ("b.jpg", &whole[..whole.len() / 2]), ("c.jpg", &rubbish)] {
        std::fs::write(photos.join(name), bytes).unwrap();
        assert!(intake::passes(bytes).is_some());
    }
    let report = run(&[photos], &vault, &|_| false);
    assert_eq!(report.counts(), (3, 0, 0));
    for file in &report.files {
        let Outcome::Taken(taken) = &file.outcome else {
            panic!("{:?}", file.outcome)
        };
        let bytes = std::fs::read(&file.path).unwrap();
        assert_eq!(vault.read(&taken.sha256).unwrap(), bytes, "{}", file.name);
        let judged = field::decode::thumbnail(&bytes, None, &intake::Limits::default());
        assert_eq!(taken.thumbnail, judged, "{}", file.name);
    }
}

/// What is written to after it was hashed shows nothing of what is kept: the photo is kept as it was, without a small picture.
#[test]
fn a_photo_that_changes_between_its_two_readings_is_kept_as_it_was_hashed() {
    let dir = tempfile::tempdir().unwrap();
    let vault = vault(&dir.path().join("vault"));
    let path = dir.path().join("a.jpg");
    let drawn = image::RgbImage::from_fn(2600, 2000, |x, y| image::Rgb([(x % 251) as u8, (y % 241) as u8, 7]));
    drawn.save(&path).unwrap();
    let before = std::fs::read(&path).unwrap();
    let meddle = |file: &field::intake::read::ReadFile| {
        use std::io::Write as _;
        let mut open = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
        open.write_all(b"more").unwrap();
        look(file)
    };
    let context = Context {
        keep: &vault,
        known: &|_| false,
        progress: &|_| {},
        done: &|file| file,
        cancel: &AtomicBool::new(false),
        look: &meddle,
    };
    let report = import(std::slice::from_ref(&path), &context);
    let Outcome::Taken(taken) = &report.files[0].outcome else {
        panic!("{report:?}")
    };
    assert_eq!(taken.thumbnail, Err(NoPreview::DecoderFailed));
    assert_eq!((taken.sha256, vault.read(&taken.sha256).unwrap()), (Digest::of(&before), before));
}

/// Names of files come from any system: one that is no text is read as any other.
#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_no_text_has_a_line_as_any_other() {
    use std::os::unix::ffi::OsStrExt;
    let dir = tempfile::tempdir().unwrap();
    let odd = dir.path().join(std::ffi::OsStr::from_bytes(b"\xc4\xe3.jpg"));
    std::fs::copy(support::photo_set().files().first().unwrap(), &odd).unwrap();
    let program = env!("CARGO_BIN_EXE_xunzhan-field");
    let said = std::process::Command::new(program)
        .args(["photo-info", "--json"])
        .args([&odd, &odd])
        .output()
        .unwrap();
    let lines = String::from_utf8(said.stdout).unwrap();
    assert_eq!(lines.lines().count(), 2, "{}", String::from_utf8_lossy(&said.stderr));
    let line: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert!(
        line["file"].as_str().unwrap().ends_with("\u{fffd}\u{fffd}.jpg") && line["error"].is_null(),
        "{line}"
    );
    // Other commands take text only, and say so.
    let said = std::process::Command::new(program).arg("serve").arg(&odd).output().unwrap();
    assert!(!said.status.success() && String::from_utf8_lossy(&said.stderr).contains("is not text"));
}
