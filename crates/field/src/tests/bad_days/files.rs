//! Files as they come: removed while they are read, empty, of two gigabytes, with the longest name, ten thousand in one folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::atomic::AtomicBool;

use contract::field::{FieldHost as _, ImportOutcome, VisitArgs};
use image::{ImageFormat, RgbImage};
use seal::Digest;

use super::super::county::County;
use super::super::visit::open_visit;
use super::import;
use crate::intake::import::{Context, ImportReport, Imported, Keep, Outcome, Progress, look};
use crate::intake::reason::Refusal;
use crate::vault::Vault;
use intake::reason::NoPreview;

fn picture(path: &Path, shade: u8) {
    let picture = RgbImage::from_fn(64, 48, |x, y| image::Rgb([shade, x as u8, y as u8]));
    picture.save_with_format(path, ImageFormat::Jpeg).unwrap();
}

/// A telephone is unplugged in the middle: what was read is dropped, what was taken stays, and the row says why.
#[test]
fn a_photo_that_is_removed_while_it_is_read_is_named_and_leaves_nothing_half() {
    let dir = tempfile::tempdir().unwrap();
    let card = dir.path().join("card");
    fs::create_dir(&card).unwrap();
    for name in ["a.jpg", "b.jpg", "c.jpg"] {
        picture(&card.join(name), name.as_bytes()[0]);
        let mut file = fs::OpenOptions::new().append(true).open(card.join(name)).unwrap();
        file.write_all(&vec![name.as_bytes()[0]; 2 << 20]).unwrap();
    }
    let county = age::x25519::Identity::generate();
    let vault = Vault::open(&dir.path().join("vault"), age::x25519::Identity::generate(), county.to_public(), [1; 32]).unwrap();
    let gone = card.join("b.jpg");
    let context = Context {
        keep: &vault,
        known: &|_| false,
        progress: &|so_far: Progress| {
            if so_far.current == gone {
                let _ = fs::remove_file(&gone);
            }
        },
        done: &|file| file,
        cancel: &AtomicBool::new(false),
        look: &look,
    };
    let report = crate::intake::import::import(std::slice::from_ref(&card), &context);
    assert_eq!(report.counts(), (2, 0, 1));
    for file in &report.files {
        match &file.outcome {
            Outcome::Taken(taken) => assert_eq!(vault.read(&taken.sha256).unwrap().len() as u64, taken.len),
            Outcome::Refused(reason) => assert_eq!((&file.path, *reason), (&gone, Refusal::Vanished)),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(fs::read_dir(dir.path().join("vault/tmp")).unwrap().count(), 0);
}

/// Counts and forgets: what is kept of a video does not depend on its length.
struct Counting;

impl Keep for Counting {
    type Writer = io::Sink;

    fn begin(&self) -> io::Result<io::Sink> {
        Ok(io::sink())
    }

    fn keep(&self, _: io::Sink, _: &Digest, _: u64) -> io::Result<()> {
        Ok(())
    }
}

/// `XUNZHAN_LARGE` keeps it in a vault, which takes as much disk and some minutes.
#[test]
fn a_video_of_two_gigabytes_is_taken_whole() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.mp4");
    let mut file = fs::File::create(&path).unwrap();
    file.write_all(b"\0\0\0\x10ftypisom\0\0\0\0").unwrap();
    let len = (2_u64 << 30) + 5;
    file.seek(SeekFrom::Start(len - 1)).unwrap();
    file.write_all(b"x").unwrap();
    drop(file);
    let report = if std::env::var_os("XUNZHAN_LARGE").is_some() {
        let county = age::x25519::Identity::generate();
        let vault = Vault::open(&dir.path().join("vault"), age::x25519::Identity::generate(), county.to_public(), [1; 32]).unwrap();
        run(&path, &vault)
    } else {
        run(&path, &Counting)
    };
    let Outcome::Taken(taken) = &report.files[0].outcome else {
        panic!("{:?}", report.files)
    };
    assert_eq!(taken.len, len);
    let no_preview = taken.thumbnail.as_ref().unwrap_err();
    assert!(matches!(no_preview, NoPreview::Format { .. }) && no_preview.zh().contains("原件已完整保存"));
}

fn run<K: Keep>(path: &Path, keep: &K) -> ImportReport<Imported> {
    let context = Context {
        keep,
        known: &|_| false,
        progress: &|_| (),
        done: &|file| file,
        cancel: &AtomicBool::new(false),
        look: &look,
    };
    crate::intake::import::import(&[path.to_owned()], &context)
}

/// An empty file, a name of 255 bytes, and ten thousand files of which most are copies: every one is named once in the report.
#[test]
fn ten_thousand_files_in_one_folder_are_all_accounted_for() {
    const FILES: usize = 10_000;
    const DISTINCT: usize = 20;
    let home = tempfile::tempdir().unwrap();
    let mut county = County::new();
    let field = county.laptop(home.path());
    let visit = open_visit(&field);
    let card = home.path().join("card");
    fs::create_dir(&card).unwrap();
    let pictures: Vec<Vec<u8>> = (0..DISTINCT)
        .map(|n| {
            let path = home.path().join("one.jpg");
            picture(&path, n as u8 * 10);
            fs::read(path).unwrap()
        })
        .collect();
    for n in 0..FILES - 2 {
        fs::write(card.join(format!("{n:05}.jpg")), &pictures[n % DISTINCT]).unwrap();
    }
    let long = format!("{}ab.jpg", "长".repeat(83));
    assert_eq!(long.len(), 255);
    picture(&card.join(&long), 255);
    fs::write(card.join("empty.jpg"), b"").unwrap();

    let report = import(&field, visit, vec![card]);
    let names: BTreeSet<&str> = report.rows.iter().map(|r| r.name.as_str()).collect();
    assert_eq!((report.rows.len(), names.len()), (FILES, FILES));
    let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
    for row in &report.rows {
        *outcomes.entry(format!("{:?}", row.outcome)).or_default() += 1;
    }
    let expected = [("Taken", DISTINCT + 1), ("Duplicate", FILES - 2 - DISTINCT), ("Refused", 1)];
    assert_eq!(outcomes, expected.map(|(k, n)| (k.to_owned(), n)).into());
    let empty = report.rows.iter().find(|r| r.name.ends_with("empty.jpg")).unwrap();
    assert_eq!((empty.outcome, empty.reason.as_deref()), (ImportOutcome::Refused, Some("empty")));
    let photos = field.get_visit(VisitArgs { visit }).unwrap().visit.photos;
    assert!(photos.iter().any(|p| p.attached.name == long));
    let id = photos.iter().find(|p| p.attached.name == long).unwrap().attached.photo.to_string();
    assert_eq!(
        field.image("original", &id).unwrap().1,
        fs::read(home.path().join("card").join(&long)).unwrap()
    );
    assert!(field.rebuild().unwrap());
}
