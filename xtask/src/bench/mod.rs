//! `cargo xtask bench`: our figures beside those of what people use today, measured in the same run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::webdriver::Session;
use crate::{install, shell, window};

/// Runs of a start that are measured, after one that warms the caches.
const STARTS: usize = 10;

/// Photo intake beside exiftool + sha256sum + vipsthumbnail over the same folder.
pub fn intake(words: &[&str]) -> Result<ExitCode> {
    let (as_json, folder) = options(words)?;
    let folder = folder.unwrap_or_else(|| shell::root().join("../shared/photos/files"));
    let photos = pictures(&folder)?;
    install::everything()?;
    release(&["--package", "xunzhan-field", "--bin", "xunzhan-field"])?;
    let scratch = window::target().join("bench-intake");
    let _ = fs::remove_dir_all(&scratch);
    let (own, theirs) = (scratch.join("photos"), scratch.join("thumbnails"));
    fs::create_dir_all(&own)?;
    fs::create_dir_all(&theirs)?;
    // Both read the same copies: JPEG and PNG only, since that is what is shown.
    for photo in &photos {
        let name = photo.file_name().context("a photo without a name")?;
        fs::copy(photo, own.join(name))?;
    }
    let files = pictures(&own)?;

    let mut ours = shell::command(window::target().join("release/xunzhan-field"));
    ours.args(["bench-intake", "--json", "--folder"]).arg(&own);
    let report: Value = serde_json::from_str(&shell::answer(&mut ours)?).context("reading what bench-intake says")?;
    let start = Instant::now();
    peers(&files, &theirs)?;
    let peer_seconds = start.elapsed().as_secs_f64();
    let count = files.len() as f64;
    let our_rate = report
        .get("photos_per_second")
        .and_then(Value::as_f64)
        .context("bench-intake does not say photos_per_second")?;
    let result = json!({
        "photos": files.len(),
        "photos_per_second": our_rate,
        "peer": "exiftool + sha256sum + vipsthumbnail, two of each at once",
        "peer_photos_per_second": count / peer_seconds,
        "times_as_fast": our_rate * peer_seconds / count,
        "detail": report,
    });
    if as_json {
        println!("{}", serde_json::to_string_pretty(&result)?);
    } else {
        println!("{} photos of {}", files.len(), folder.display());
        println!(
            "{:<52} {:>10} photos/s",
            "xunzhan (encrypted copy, digest, metadata, thumbnail)",
            rounded(our_rate)
        );
        println!(
            "{:<52} {:>10} photos/s",
            "exiftool + sha256sum + vipsthumbnail",
            rounded(count / peer_seconds)
        );
        println!("{:<52} {:>10} times", "ratio", rounded(our_rate * peer_seconds / count));
    }
    Ok(ExitCode::SUCCESS)
}

/// The three programs over all files, each with one half of them on each of two cores: their best case.
fn peers(files: &[PathBuf], thumbnails: &Path) -> Result<()> {
    let halves: Vec<&[PathBuf]> = files.chunks(files.len().div_ceil(2).max(1)).collect();
    let to = thumbnails.join("%s.webp[Q=75]");
    let to = to.to_string_lossy();
    let programs: [(&str, &[&str]); 3] = [
        ("exiftool", &["-json", "-n", "-q"]),
        ("sha256sum", &[]),
        ("vipsthumbnail", &["-s", "320", "-o", &to]),
    ];
    for (program, words) in programs {
        let mut running = Vec::new();
        for half in &halves {
            let mut command = Command::new(program);
            command.args(words).args(*half).stdout(Stdio::null()).stderr(Stdio::null());
            running.push(command.spawn().with_context(|| format!("starting {program}"))?);
        }
        for mut child in running {
            // Broken photos make them end with an error; what they could do, they did.
            child.wait()?;
        }
    }
    Ok(())
}

fn pictures(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
        if path.is_file() && ["jpg", "jpeg", "png"].contains(&extension.as_str()) {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() {
        bail!("{} holds no JPEG or PNG; name a folder that does with --folder", folder.display());
    }
    Ok(files)
}

/// Time from starting the program to a window that answers, beside the least Tauri program that shows a page.
pub fn start(words: &[&str]) -> Result<ExitCode> {
    let inside = words.first() == Some(&"--on-a-display");
    let rest = if inside { words.get(1..).unwrap_or_default() } else { words };
    let (as_json, _) = options(rest)?;
    if !inside {
        install::everything()?;
        shell::run(
            shell::command("npm")
                .args(["run", "--silent", "build"])
                .current_dir(shell::root().join("ui")),
        )?;
        release(&["--package", "xunzhan-desktop"])?;
        bare_window()?;
        let own = std::env::current_exe()?;
        let mut again = window::on_a_display(own);
        again.args(["bench", "start", "--on-a-display"]).args(rest);
        return Ok(if again.status()?.success() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        });
    }
    let ours = measured(&window::target().join("release/xunzhan"), "[data-testid=\"start-screen\"]")?;
    let bare = measured(&window::target().join("bare-window/release/bare-window"), "[data-testid=\"app-ready\"]")?;
    let result = json!({
        "starts": STARTS,
        "median_ms": ours.as_millis() as u64,
        "bare_window_median_ms": bare.as_millis() as u64,
        "more_ms": ours.as_millis() as i64 - bare.as_millis() as i64,
    });
    if as_json {
        println!("{}", serde_json::to_string_pretty(&result)?);
    } else {
        println!("median of {STARTS} starts, from starting the program to its first usable element");
        println!("{:<24} {:>7} ms", "xunzhan", ours.as_millis());
        println!("{:<24} {:>7} ms", "a bare Tauri window", bare.as_millis());
    }
    Ok(ExitCode::SUCCESS)
}

fn bare_window() -> Result<()> {
    let folder = shell::root().join("tools/bare-window");
    // The same versions as ours, so that only what we add is measured.
    fs::copy(shell::root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    let mut cargo = shell::command("cargo");
    cargo
        .args(["build", "--release", "--target-dir"])
        .arg(window::target().join("bare-window"))
        .current_dir(&folder);
    shell::run(&mut cargo)
}

/// Median over [`STARTS`] starts until the first element can be used, each on a laptop that has never run the program.
fn measured(program: &Path, first: &str) -> Result<Duration> {
    let mut times = Vec::new();
    for number in 0..=STARTS {
        let home = window::target().join("bench-start");
        let _ = fs::remove_dir_all(&home);
        let session = Session::open(program, &home)?;
        let took = session.ready(first)?;
        session.close()?;
        if number > 0 {
            times.push(took);
        }
    }
    times.sort();
    times.get(STARTS / 2).copied().context("no start was measured")
}

fn options(words: &[&str]) -> Result<(bool, Option<PathBuf>)> {
    let (mut as_json, mut folder) = (false, None);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--json" => as_json = true,
            "--folder" => folder = Some(PathBuf::from(words.next().context("--folder needs a folder")?)),
            other => bail!("bench does not know {other}"),
        }
    }
    Ok((as_json, folder))
}

fn release(words: &[&str]) -> Result<()> {
    shell::run(shell::command("cargo").args(["build", "--release"]).args(words))
}

fn rounded(number: f64) -> String {
    format!("{number:.1}")
}
