//! `xunzhan-field bench-intake --folder DIR [--part PART] [--json]`: how fast intake is on this machine, whole and in parts.

use super::import::{Context, Imported, Keep, Outcome, Taken, WORKERS, import, look};
use super::read::ReadFile;
use crate::decode::memory_kib;
use crate::hash;
use crate::vault::Vault;
use anyhow::{Context as _, Result, bail};
use domain::fingerprint::{Fingerprint, Fingerprints};
use domain::photo::PhotoMeta;
use intake::Limits;
use intake::reason::NoPreview;
use seal::Digest;
use serde_json::{Value, json};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Runs of a single step; the best one counts, since other programs only ever slow a run down.
const RUNS: usize = 5;

/// Fingerprints among which one is searched: those of a county's photos over years.
const KNOWN_FINGERPRINTS: i64 = 200_000;

/// Keeps nothing: what remains is reading, hashing, metadata and thumbnails, which is what other tools do.
struct Nowhere;

impl Keep for Nowhere {
    type Writer = io::Sink;

    fn begin(&self) -> io::Result<io::Sink> {
        Ok(io::sink())
    }

    fn keep(&self, _: io::Sink, _: &Digest, _: u64) -> io::Result<()> {
        Ok(())
    }
}

/// Prints what one part of intake takes over a folder.
pub fn bench_intake(args: &[String]) -> Result<()> {
    let after = |name: &str| args.iter().position(|a| a == name).and_then(|at| args.get(at + 1));
    let Some(folder) = after("--folder").map(PathBuf::from) else {
        bail!("usage: xunzhan-field bench-intake --folder DIR [--part all|index|copy|parts|heic] [--json]");
    };
    let report = match after("--part").map_or("all", String::as_str) {
        "all" => all(&folder),
        "index" => index(&folder),
        "copy" => copy(&folder),
        "parts" => parts(&folder),
        "heic" => heic(&folder),
        other => bail!("bench-intake knows the parts all, index, copy, parts and heic, not {other}"),
    }?;
    if args.iter().any(|a| a == "--json") {
        println!("{report}");
    } else {
        println!("{report:#}");
    }
    Ok(())
}

/// Everything that an import does with a file: encrypted durable copy, digest, metadata, thumbnail, fingerprint.
fn all(folder: &Path) -> Result<Value> {
    // Once unmeasured, so that every run finds the files in the page cache.
    let warm = run(folder, &Nowhere, &look, &|_| ())?;
    with_scratch(folder, |scratch| {
        let vault = new_vault(scratch)?;
        let (took, all) = seconds(|| run(folder, &vault, &look, &|_| ()));
        let all = all?;
        if all != warm {
            bail!("the vault took in other files than the reader");
        }
        Ok(json!({"photos": all.photos, "thumbnails": all.thumbnails, "bytes": all.bytes, "threads": WORKERS, "seconds": took}))
    })
}

/// Without the copy, as programs do that leave photos where they are: digest, metadata, thumbnail, fingerprint, and an index on disk.
fn index(folder: &Path) -> Result<Value> {
    with_scratch(folder, |scratch| {
        let rows = rusqlite::Connection::open(scratch.join("index.sqlite"))?;
        rows.execute_batch(
            "CREATE TABLE photo (sha256 BLOB PRIMARY KEY, name TEXT, meta TEXT, thumbnail BLOB, fingerprint INTEGER);
             BEGIN",
        )?;
        let start = Instant::now();
        let (rows, failed) = (Mutex::new(rows), Mutex::new(None));
        let all = run(folder, &Nowhere, &look, &|file| {
            let rows = rows.lock().unwrap_or_else(PoisonError::into_inner);
            if let Err(e) = put(&rows, file) {
                *failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(e);
            }
        })?;
        if let Some(e) = failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(e);
        }
        rows.into_inner().unwrap_or_else(PoisonError::into_inner).execute_batch("COMMIT")?;
        let took = start.elapsed().as_secs_f64();
        Ok(json!({
            "photos": all.photos,
            "thumbnails": all.thumbnails,
            "bytes": all.bytes,
            "threads": WORKERS,
            "seconds": took,
            "peak_kib": peak_kib()?,
        }))
    })
}

fn put(rows: &rusqlite::Connection, file: &Imported) -> Result<()> {
    let Outcome::Taken(one) = &file.outcome else { return Ok(()) };
    let thumbnail = one.thumbnail.as_ref().ok();
    rows.execute(
        "INSERT INTO photo VALUES (?1, ?2, ?3, ?4, ?5)",
        rusqlite::params![
            one.sha256.as_bytes(),
            file.name,
            serde_json::to_string(&one.meta)?,
            thumbnail.map(|t| &t.jpeg),
            thumbnail.and_then(|t| t.fingerprint).map(|f| f.0.cast_signed()),
        ],
    )?;
    Ok(())
}

/// The encrypted durable copy alone: an import that looks at nothing.
fn copy(folder: &Path) -> Result<Value> {
    let unseen = |file: &ReadFile| Taken {
        sha256: file.sha256,
        len: file.len,
        format: file.format,
        meta: PhotoMeta::default(),
        thumbnail: Err(NoPreview::NoDecoder),
    };
    with_scratch(folder, |scratch| {
        let vault = new_vault(scratch)?;
        let (took, all) = seconds(|| run(folder, &vault, &unseen, &|_| ()));
        let all = all?;
        Ok(json!({"photos": all.photos, "bytes": all.bytes, "threads": WORKERS, "seconds": took}))
    })
}

/// Single steps on one thread, best of several: milliseconds for all files at an eighth, megabytes a second of SHA-256, milliseconds of
/// one search among fingerprints.
fn parts(folder: &Path) -> Result<Value> {
    let mut whole = Vec::new();
    for file in files(folder)? {
        whole.push(std::fs::read(file)?);
    }
    let least = |act: &mut dyn FnMut()| (0..RUNS).map(|_| seconds(&mut *act).0).fold(f64::INFINITY, f64::min);
    let mut accepted = 0;
    let eighth = least(&mut || accepted = whole.iter().filter(|bytes| intake::eighth::decode(bytes).is_some()).count());
    let bytes: usize = whole.iter().map(Vec::len).sum();
    let mut digests = Vec::new();
    let hashing = least(&mut || digests = whole.iter().map(|bytes| hash::digest(bytes)).collect());
    let mut known = Fingerprints::default();
    for row in 1..=KNOWN_FINGERPRINTS {
        known.add(row, Fingerprint(row.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    }
    let mut alike = 0;
    let mut asked = 0x0123_4567_89ab_cdef_u64;
    let search = least(&mut || {
        // Each time another: what was asked before is remembered.
        asked = asked.rotate_left(7);
        alike = known.alike(Fingerprint(asked)).len();
    });
    Ok(json!({
        "eighth_ms": eighth * 1000.0,
        "eighth_accepted": accepted,
        "sha256_mb_per_second": bytes as f64 / hashing / 1e6,
        "digests": digests.len(),
        "fingerprints": KNOWN_FINGERPRINTS,
        "fingerprint_search_ms": search * 1000.0,
        "alike": alike,
    }))
}

/// Of the HEIC files that hold a small picture: milliseconds of their thumbnails, and of decoding them whole.
fn heic(folder: &Path) -> Result<Value> {
    let limits = Limits::default();
    let (mut beside, mut thumbnails, mut whole) = (0, 0.0, 0.0);
    for file in files(folder)? {
        let bytes = std::fs::read(file)?;
        if !intake::thumbnail::is_beside(&bytes) || intake::thumbnail::whole(&bytes, &limits).is_err() {
            continue;
        }
        beside += 1;
        let least = |act: &mut dyn FnMut()| (0..RUNS).map(|_| seconds(&mut *act).0).fold(f64::INFINITY, f64::min) * 1000.0;
        thumbnails += least(&mut || drop(intake::thumbnail::make(&bytes, None, &limits)));
        let mut size = None;
        whole += least(&mut || size = intake::thumbnail::whole(&bytes, &limits).ok());
    }
    Ok(json!({"heic": beside, "thumbnails_ms": thumbnails, "whole_ms": whole}))
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()?;
    files.sort();
    Ok(files)
}

/// A folder beside the photos, on their disk: memory would make the copy look free.
fn with_scratch(folder: &Path, measure: impl FnOnce(&Path) -> Result<Value>) -> Result<Value> {
    let scratch = folder.parent().unwrap_or(folder).join(format!("xunzhan-bench-{}", std::process::id()));
    std::fs::create_dir_all(&scratch)?;
    let result = measure(&scratch);
    let _ = std::fs::remove_dir_all(&scratch);
    result
}

fn new_vault(scratch: &Path) -> Result<Vault> {
    let county = age::x25519::Identity::generate().to_public();
    Vault::open(&scratch.join("vault"), age::x25519::Identity::generate(), county, [0; 32]).context("making a vault")
}

/// The most memory that this process has held, KiB, as the kernel counts it.
fn peak_kib() -> Result<u64> {
    memory_kib("VmHWM:").context("only Linux tells a process its peak memory")
}

fn seconds<T>(run: impl FnOnce() -> T) -> (f64, T) {
    let start = Instant::now();
    let result = run();
    (start.elapsed().as_secs_f64(), result)
}

/// What was taken of a folder.
#[derive(Default, PartialEq)]
struct Sum {
    photos: usize,
    thumbnails: usize,
    bytes: u64,
}

fn run(folder: &Path, keep: &impl Keep, look: &(dyn Fn(&ReadFile) -> Taken + Sync), told: &(dyn Fn(&Imported) + Sync)) -> Result<Sum> {
    let context = Context {
        keep,
        known: &|_| false,
        progress: &|_| {},
        done: &|file: Imported| {
            told(&file);
            match &file.outcome {
                Outcome::Taken(taken) => Sum {
                    photos: 1,
                    thumbnails: usize::from(taken.thumbnail.is_ok()),
                    bytes: taken.len,
                },
                _ => Sum::default(),
            }
        },
        cancel: &AtomicBool::new(false),
        look,
    };
    let sum = import(&[folder.to_owned()], &context)
        .files
        .into_iter()
        .fold(Sum::default(), |sum, one| Sum {
            photos: sum.photos + one.photos,
            thumbnails: sum.thumbnails + one.thumbnails,
            bytes: sum.bytes + one.bytes,
        });
    if sum.photos == 0 {
        bail!("no file of the folder could be taken in");
    }
    Ok(sum)
}
