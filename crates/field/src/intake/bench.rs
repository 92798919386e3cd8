//! `xunzhan-field bench-intake --folder DIR [--json]`: how fast intake is on this machine, with and without its costs.

use super::import::{Context, ImportReport, Keep, Outcome, WORKERS, import};
use crate::vault::Vault;
use anyhow::{Context as _, Result, bail};
use intake::Limits;
use seal::Digest;
use serde_json::{Value, json};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// Runs per variant; the best one counts, since other programs only ever slow a run down.
const RUNS: usize = 3;

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

/// Imports a folder with and without the encrypted durable copy and prints photos per second.
pub fn bench_intake(args: &[String]) -> Result<()> {
    let folder = match args.iter().position(|a| a == "--folder").and_then(|at| args.get(at + 1)) {
        Some(folder) => PathBuf::from(folder),
        None => bail!("usage: xunzhan-field bench-intake --folder DIR [--json]"),
    };
    let report = measure(&folder)?;
    if args.iter().any(|a| a == "--json") {
        println!("{report}");
    } else {
        println!("{report:#}");
    }
    Ok(())
}

fn measure(folder: &Path) -> Result<Value> {
    // The vault lies on the disk of the folder, since memory would make the copy look free.
    let scratch = folder.parent().unwrap_or(folder).join(format!("xunzhan-bench-{}", std::process::id()));
    let result = compare(folder, &scratch);
    let _ = std::fs::remove_dir_all(&scratch);
    result
}

fn compare(folder: &Path, scratch: &Path) -> Result<Value> {
    // Once unmeasured, so that every variant finds the files in the page cache.
    let warm = run(folder, &Nowhere);
    let (photos, duplicates, refused) = warm.counts();
    if photos == 0 {
        bail!("no file of the folder could be taken in");
    }
    let (mut bytes, mut shown) = (0, 0);
    for file in &warm.files {
        if let Outcome::Taken(taken) = &file.outcome {
            bytes += taken.len;
            shown += u64::from(taken.thumbnail.is_ok());
        }
    }
    let (mut without_copy, mut kept) = (f64::INFINITY, f64::INFINITY);
    for number in 0..RUNS {
        without_copy = without_copy.min(seconds(|| run(folder, &Nowhere)).0);
        let identity = age::x25519::Identity::generate();
        let county = age::x25519::Identity::generate().to_public();
        let vault = Vault::open(&scratch.join(number.to_string()), identity, county, [0; 32]).context("making a vault")?;
        let (took, report) = seconds(|| run(folder, &vault));
        if report.counts() != (photos, duplicates, refused) {
            bail!("the vault took in other files than the reader");
        }
        kept = kept.min(took);
    }
    let rate = |seconds: f64| (photos as f64 / seconds * 10.0).round() / 10.0;
    Ok(json!({
        "photos": photos,
        "duplicates": duplicates,
        "refused": refused,
        "thumbnails": shown,
        "bytes": bytes,
        "threads": WORKERS,
        "photos_per_second": rate(kept),
        "photos_per_second_without_copy": rate(without_copy),
        "seconds": kept,
        "seconds_without_copy": without_copy,
        "what": "SHA-256, metadata, 320 px thumbnail, encrypted durable copy; best of three",
    }))
}

fn seconds<T>(run: impl FnOnce() -> T) -> (f64, T) {
    let start = Instant::now();
    let result = run();
    (start.elapsed().as_secs_f64(), result)
}

fn run(folder: &Path, keep: &impl Keep) -> ImportReport {
    let context = Context {
        keep,
        known: &|_| false,
        event: &|_| {},
        cancel: &AtomicBool::new(false),
        limits: Limits::default(),
    };
    import(&[folder.to_owned()], &context)
}
