//! The window while photos come in: gaps between its frames, and when the first small pictures are there.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::laptop::{LONGEST_GAP_MS, laptop, spread, unlocked};
use super::{ended, options, photos};
use crate::{install, shell, window};

/// Photos that are imported at once.
const PHOTOS: usize = 500;
/// The first small pictures are there within, ms.
const FIRST_MS: f64 = 1000.0;
/// An import is over by then, ms.
const LONGEST_MS: u32 = 180_000;

/// Pastes a folder of photos into the inbox of the real window.
pub fn import(words: &[&str]) -> Result<ExitCode> {
    let inside = words.first() == Some(&"--on-a-display");
    let rest = if inside { words.get(1..).unwrap_or_default() } else { words };
    let (as_json, _) = options(rest)?;
    let scratch = window::target().join("bench-import");
    let many = window::target().join("bench-intake/many");
    if inside {
        fs::write(scratch.join("report.json"), serde_json::to_vec(&watched(&scratch, &many)?)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    install::everything()?;
    shell::build_release()?;
    let made = photos::made(
        &shell::root().join("../shared/photos/files"),
        &window::target().join("bench-intake/photos"),
    )?;
    copies(&made, &many)?;
    // What is in already is not taken in again: each run needs a laptop of its own.
    let _ = fs::remove_dir_all(&scratch);
    laptop(&scratch)?;
    let mut again = window::on_a_display(std::env::current_exe()?);
    if !again.args(["bench", "import", "--on-a-display"]).status()?.success() {
        bail!("the window could not be watched");
    }
    let report: Value = serde_json::from_slice(&fs::read(scratch.join("report.json"))?)?;
    if as_json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print(&report);
    }
    let missed = [("/first_ms", FIRST_MS), ("/frames/p99_ms", LONGEST_GAP_MS)];
    Ok(ended(missed.iter().filter(|(path, most)| !is_at_most(&report, path, *most)).count()))
}

/// So many photos that no two have the same bytes: decoders do not read what follows a picture's end.
fn copies(made: &[std::path::PathBuf], to: &Path) -> Result<()> {
    if fs::read_dir(to).is_ok_and(|there| there.count() == PHOTOS) {
        return Ok(());
    }
    let _ = fs::remove_dir_all(to);
    fs::create_dir_all(to)?;
    for (number, photo) in made.iter().cycle().take(PHOTOS).enumerate() {
        let mut bytes = fs::read(photo)?;
        bytes.extend(number.to_be_bytes());
        fs::write(to.join(format!("IMG_{number:04}.jpg")), bytes)?;
    }
    Ok(())
}

fn watched(scratch: &Path, photos: &Path) -> Result<Value> {
    copied(&format!("file://{}\r\n", photos.display()))?;
    let session = unlocked(scratch)?;
    session.click("nav-inbox")?;
    session.ready("[data-testid=\"import-files\"]")?;
    std::thread::sleep(std::time::Duration::from_millis(500));
    let seen = session.run_until_done(&script())?;
    session.close()?;
    let frames = spread(seen.get("gaps").context("no frame was seen")?)?;
    Ok(json!({"photos": PHOTOS, "first_ms": seen.get("first"), "took_ms": seen.get("took"), "waiting": seen.get("waiting"), "frames": frames}))
}

/// Puts addresses of files where Ctrl+V finds them; xclip goes on serving them until the display is gone.
fn copied(uris: &str) -> Result<()> {
    use std::io::Write as _;
    let mut xclip = Command::new("xclip")
        .args(["-selection", "clipboard", "-t", "text/uri-list"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("starting xclip")?;
    xclip.stdin.take().context("xclip takes nothing")?.write_all(uris.as_bytes())?;
    let _ = xclip.wait()?;
    Ok(())
}

fn script() -> String {
    format!(
        "const done = arguments[arguments.length - 1];
         const gaps = [];
         let last = 0, seen = false, first = null;
         const began = performance.now();
         const shown = (id) => document.querySelector(`[data-testid${{id}}]`);
         document.body.dispatchEvent(new KeyboardEvent('keydown', {{ key: 'v', ctrlKey: true, bubbles: true }}));
         const step = () => {{
           const now = performance.now();
           if (last) gaps.push(now - last);
           last = now;
           const picture = document.querySelector('[data-testid^=\"inbox-tile-\"] img, [data-testid^=\"inbox-burst-\"] img');
           if (first === null && picture && picture.complete && picture.naturalWidth > 0) first = now - began;
           const running = shown('=\"import-progress\"');
           seen = seen || running;
           const over = (seen && !running) || now > began + {LONGEST_MS};
           const total = shown('=\"inbox-total\"');
           if (over) done({{ gaps, first, took: now - began, waiting: total && total.dataset.total }}); else requestAnimationFrame(step);
         }};
         requestAnimationFrame(step);"
    )
}

/// Whether a figure was measured and holds.
fn is_at_most(report: &Value, path: &str, most: f64) -> bool {
    report.pointer(path).and_then(Value::as_f64).is_some_and(|measured| measured <= most)
}

fn print(report: &Value) {
    let number = |path: &str| report.pointer(path).and_then(Value::as_f64).unwrap_or(f64::NAN);
    let held = |path: &str, most: f64| if is_at_most(report, path, most) { "" } else { "  MISSED" };
    println!(
        "{} photos into the inbox of the window in {:.1} s; {} wait there",
        report["photos"],
        number("/took_ms") / 1000.0,
        report["waiting"]
    );
    println!(
        "first small picture after {:.0} ms (at most {FIRST_MS}){}",
        number("/first_ms"),
        held("/first_ms", FIRST_MS)
    );
    println!(
        "frames meanwhile: median {:.0} ms, p99 {:.0} ms, longest {:.0} ms ({} frames, at most {LONGEST_GAP_MS} at p99){}",
        number("/frames/median_ms"),
        number("/frames/p99_ms"),
        number("/frames/longest_ms"),
        number("/frames/frames"),
        held("/frames/p99_ms", LONGEST_GAP_MS)
    );
}
