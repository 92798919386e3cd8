//! Photo intake beside the programs of today, on the same photos, with two threads each.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{ended, options, photos};
use crate::{install, shell, window};

/// Runs of each program; the fastest counts, since other work on the machine only ever slows one down.
const RUNS: usize = 3;

/// One figure beside its peer's; smaller is better for all of them.
struct Ratio {
    what: &'static str,
    ours: f64,
    peer: &'static str,
    theirs: f64,
    unit: &'static str,
    /// Ours may be at most this many times theirs.
    at_most: f64,
}

impl Ratio {
    fn value(&self) -> f64 {
        self.ours / self.theirs
    }

    fn json(&self) -> Value {
        json!({
            "what": self.what,
            "ours": self.ours,
            "peer": self.peer,
            "theirs": self.theirs,
            "unit": self.unit,
            "ratio": self.value(),
            "at_most": self.at_most,
        })
    }

    fn held(&self) -> bool {
        self.value() <= self.at_most
    }

    fn line(&self) -> String {
        let held = if self.held() { "" } else { "  MISSED" };
        format!(
            "{:<44} {:>9.1} {:<4} {:<40} {:>9.1} {:<4} {:>6.2} (at most {:.2}){held}",
            self.what,
            self.ours,
            self.unit,
            self.peer,
            self.theirs,
            self.unit,
            self.value(),
            self.at_most
        )
    }
}

/// Photo intake beside exiftool + sharp, exiftool + sha256sum + vipsthumbnail, age + sync, turbojpeg and openssl.
pub fn intake(words: &[&str]) -> Result<ExitCode> {
    let (as_json, folder) = options(words)?;
    install::everything()?;
    install::bench_peers()?;
    shell::build_release()?;
    let scratch = window::target().join("bench-intake");
    let files = match folder {
        Some(folder) => own_copies(&folder, &scratch.join("named"))?,
        None => photos::made(&shell::root().join("../shared/photos/files"), &scratch.join("photos"))?,
    };
    let photos = files.first().and_then(|file| file.parent()).context("no photo")?.to_path_buf();
    let count = files.len() as f64;
    let thumbnails = scratch.join("thumbnails");

    // In turns, so that a slow moment of the machine does not fall on one of them alone.
    let (mut index, mut peak, mut sharp, mut sharp_peak, mut vips) = (f64::INFINITY, f64::INFINITY, f64::INFINITY, f64::INFINITY, f64::INFINITY);
    let (mut copy, mut age) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..RUNS {
        let report = ours("index", &photos)?;
        index = index.min(number(&report, "seconds")?);
        peak = peak.min(number(&report, "peak_kib")?);
        let report = exiftool_and_sharp(&files, &emptied(&thumbnails)?)?;
        sharp = sharp.min(number(&report, "seconds")?);
        sharp_peak = sharp_peak.min(number(&report, "peak_kib")?);
        vips = vips.min(exiftool_sha256sum_vipsthumbnail(&files, &emptied(&thumbnails)?)?);
        copy = copy.min(number(&ours("copy", &photos)?, "seconds")?);
        age = age.min(age_and_sync(&files, &emptied(&thumbnails)?)?);
    }
    let parts = ours("parts", &photos)?;
    // Photos of telephones, which are the only ones that hold a small picture.
    let heic = ours("heic", &shell::root().join("../shared/photos/files"))?;
    let of_each = |seconds: f64| seconds * 1000.0 / count;
    let ratio = |what, ours, peer, theirs, unit, at_most| Ratio {
        what,
        ours,
        peer,
        theirs,
        unit,
        at_most,
    };
    let indexed = "digest, metadata, thumbnail, index";
    let ratios = [
        ratio(indexed, of_each(index), "exiftool + sharp", of_each(sharp), "ms", 0.40),
        ratio(indexed, of_each(index), "exiftool + sha256sum + vipsthumbnail", of_each(vips), "ms", 0.35),
        ratio("peak memory of it", peak / 1024.0, "sharp", sharp_peak / 1024.0, "MiB", 0.25),
        ratio("encrypted durable copy", of_each(copy), "age -r + sync", of_each(age), "ms", 1.2),
        ratio(
            "decoding at an eighth",
            number(&parts, "eighth_ms")? / count,
            "turbojpeg",
            turbojpeg(&files)? / count,
            "ms",
            0.60,
        ),
        ratio(
            "thumbnail of a HEIC that holds one",
            number(&heic, "thumbnails_ms")?,
            "decoding it whole",
            number(&heic, "whole_ms")?,
            "ms",
            0.05,
        ),
        ratio(
            "SHA-256 of a gigabyte",
            1e6 / number(&parts, "sha256_mb_per_second")?,
            "openssl speed",
            1e6 / openssl()?,
            "ms",
            1.0 / 0.95,
        ),
    ];
    let result = json!({
        "photos": files.len(),
        "photos_per_second": count / index,
        "photos_per_second_with_encrypted_copy": count / number(&ours("all", &photos)?, "seconds")?,
        "peer_photos_per_second": count / vips,
        "ratios": ratios.iter().map(Ratio::json).collect::<Vec<_>>(),
        "parts": parts,
        "heic": heic,
    });
    if as_json {
        println!("{}", serde_json::to_string_pretty(&result)?);
    } else {
        println!("{} photos; per photo, two threads, best of {RUNS}", files.len());
        for ratio in &ratios {
            println!("{}", ratio.line());
        }
        println!(
            "{:.1} photos a second; exiftool + sha256sum + vipsthumbnail {:.1}",
            count / index,
            count / vips
        );
        println!("parts: {parts}");
    }
    Ok(ended(ratios.iter().filter(|ratio| !ratio.held()).count()))
}

/// What our program says of one part of intake, in a process of its own.
fn ours(part: &str, folder: &Path) -> Result<Value> {
    let mut program = shell::command(window::target().join("release/xunzhan-field"));
    program.args(["bench-intake", "--json", "--part", part, "--folder"]).arg(folder);
    serde_json::from_str(&shell::answer(&mut program)?).context("reading what bench-intake says")
}

/// Copies of the JPEG and PNG files of a folder, so that every program reads the same disk.
fn own_copies(folder: &Path, to: &Path) -> Result<Vec<PathBuf>> {
    emptied(to)?;
    for photo in super::pictures(folder)? {
        fs::copy(&photo, to.join(photo.file_name().context("a photo without a name")?))?;
    }
    super::pictures(to)
}

fn emptied(folder: &Path) -> Result<PathBuf> {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder)?;
    Ok(folder.to_path_buf())
}

fn exiftool_and_sharp(files: &[PathBuf], to: &Path) -> Result<Value> {
    let mut node = shell::command("node");
    node.arg("tools/peers/intake.mjs").arg(to).args(files);
    serde_json::from_str(&shell::answer(&mut node)?).context("reading what exiftool and sharp took")
}

/// The three programs over all files, each with one half of them on each of two cores: their best case.
fn exiftool_sha256sum_vipsthumbnail(files: &[PathBuf], to: &Path) -> Result<f64> {
    let to = to.join("%s.jpg[Q=78]");
    let to = to.to_string_lossy();
    let programs: [(&str, &[&str]); 3] = [
        ("exiftool", &["-json", "-n", "-q"]),
        ("sha256sum", &[]),
        ("vipsthumbnail", &["-s", "320", "-o", &to]),
    ];
    let start = Instant::now();
    for (program, words) in programs {
        halves(files, |half| {
            let mut command = Command::new(program);
            command.args(words).args(half).env("VIPS_CONCURRENCY", "1");
            command
        })?;
    }
    Ok(start.elapsed().as_secs_f64())
}

/// Each file encrypted to two recipients, as we do, two files at a time; one `sync` in the end.
fn age_and_sync(files: &[PathBuf], to: &Path) -> Result<f64> {
    let keys: Vec<String> = (0..2).map(|_| age_recipient()).collect::<Result<_>>()?;
    let start = Instant::now();
    let script = "for f in \"$@\"; do age -r \"$A\" -r \"$B\" -o \"$TO/$(basename \"$f\").age\" \"$f\" || exit 1; done";
    halves(files, |half| {
        let mut command = Command::new("sh");
        command.args(["-c", script, "sh"]).args(half).env("TO", to);
        for (name, key) in ["A", "B"].iter().zip(&keys) {
            command.env(name, key);
        }
        command
    })?;
    Command::new("sync").status().context("starting sync")?;
    Ok(start.elapsed().as_secs_f64())
}

fn age_recipient() -> Result<String> {
    let made = Command::new("age-keygen").output().context("starting age-keygen")?;
    let text = String::from_utf8(made.stdout)?;
    let line = text.lines().find_map(|line| line.strip_prefix("# public key: "));
    Ok(line.context("age-keygen names no public key")?.to_owned())
}

/// Runs one command for each half of the files, at once.
fn halves(files: &[PathBuf], command: impl Fn(&[PathBuf]) -> Command) -> Result<()> {
    let mut running = Vec::new();
    for half in files.chunks(files.len().div_ceil(2).max(1)) {
        let mut command = command(half);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        running.push(command.spawn().with_context(|| format!("starting {}", shell::typed(&command)))?);
    }
    for mut child in running {
        // Broken photos make them end with an error; what they could do, they did.
        child.wait()?;
    }
    Ok(())
}

/// Milliseconds that turbojpeg takes for all files at an eighth.
fn turbojpeg(files: &[PathBuf]) -> Result<f64> {
    let target = window::target().join("peers");
    let folder = shell::root().join("tools/peers");
    let mut cargo = shell::command("cargo");
    cargo
        .args(["build", "--release", "--locked", "--target-dir"])
        .arg(&target)
        .current_dir(folder);
    shell::run(&mut cargo)?;
    let text = shell::answer(shell::command(target.join("release/peers")).args(files))?;
    text.trim().parse().context("reading what turbojpeg took")
}

/// Megabytes a second of `openssl speed` on one core, for blocks of 16 KiB.
fn openssl() -> Result<f64> {
    let text = shell::answer(Command::new("openssl").args(["speed", "-mr", "-seconds", "2", "-bytes", "16384", "-evp", "sha256"]))?;
    let line = text.lines().find(|line| line.starts_with("+F:")).context("openssl speed says nothing")?;
    let bytes: f64 = line.rsplit(':').next().context("openssl speed says nothing")?.trim().parse()?;
    Ok(bytes / 1e6)
}

fn number(report: &Value, key: &str) -> Result<f64> {
    report
        .get(key)
        .and_then(Value::as_f64)
        .with_context(|| format!("the report does not say {key}"))
}
