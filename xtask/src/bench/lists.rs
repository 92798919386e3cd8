//! Lists of a laptop that has seen years of work: 1,000 stations, 10,000 visits, 50,000 photos.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::laptop::{LONGEST_GAP_MS, data, laptop, people, program, spread, unlocked};
use super::{ended, options};
use crate::demo::Demo;
use crate::webdriver::Session;
use crate::{install, shell, window};

/// How long each list is scrolled, ms, and how far with each frame, pixels.
const SCROLLED_MS: u32 = 8_000;
const STEP_PX: u32 = 90;
/// A second copy is not made on the disk of the data.
const OTHER_DISK: &str = "/dev/shm/xunzhan-bench-copy";

/// Medians and 99th of a hundred of opening, listing, searching and showing, then the gaps between frames of the window, and of the
/// console once the server has taken all of it in.
pub fn lists(words: &[&str]) -> Result<ExitCode> {
    let inside = words.first() == Some(&"--on-a-display");
    let rest = if inside { words.get(1..).unwrap_or_default() } else { words };
    let (as_json, _) = options(rest)?;
    let scratch = window::target().join("bench-lists");
    if inside {
        let frames = frames(&scratch)?;
        fs::write(scratch.join("frames.json"), serde_json::to_vec(&frames)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    install::everything()?;
    shell::build_release()?;
    let demo = laptop(&scratch)?;
    let mut field = Command::new(program("xunzhan-field"));
    field
        .arg("bench-lists")
        .arg("--data")
        .arg(data(&scratch))
        .arg("--people")
        .arg(people(&scratch));
    // Opened again and again: a synchronisation that has just begun would still hold the store.
    field.arg("--photos").arg(photos()).env("XUNZHAN_NO_AUTOSYNC", "1");
    let taken_in = scratch.join("taken-in");
    let copy = Path::new(OTHER_DISK);
    let _ = fs::remove_dir_all(copy);
    if !taken_in.exists() {
        fs::create_dir(copy)?;
        field.arg("--copy").arg(copy);
    }
    let mut report: Value = serde_json::from_str(&shell::answer(&mut field)?).context("reading what bench-lists says")?;
    let mut again = window::on_a_display(std::env::current_exe()?);
    if !again.args(["bench", "lists", "--on-a-display"]).status()?.success() {
        bail!("the window could not be scrolled");
    }
    let mut frames: Vec<Value> = serde_json::from_slice(&fs::read(scratch.join("frames.json"))?)?;
    if copy.exists() {
        // The way of a broken laptop's copy: so much would synchronise for half an hour.
        demo.take_in(copy)?;
        fs::remove_dir_all(copy)?;
        fs::write(taken_in, "")?;
    }
    frames.extend(console_frames(&demo, &scratch)?);
    if let Some(report) = report.as_object_mut() {
        report.insert("frames".into(), Value::Array(frames));
    }
    if as_json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print(&report);
    }
    let scrolled = report.get("frames").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    Ok(ended(scrolled.iter().filter(|frames| !is_smooth(frames)).count()))
}

/// Real photos, for thumbnails.
fn photos() -> PathBuf {
    let shared = shell::root().join("../shared/photos/files");
    if shared.exists() {
        shared
    } else {
        shell::root().join("crates/intake/tests/data/photos/files")
    }
}

/// A list: its name, what is clicked to open it, what its rows' test ids begin with, and the test id of what scrolls.
type Shown<'a> = (&'a str, &'a [&'a str], &'a str, &'a str);

/// Unlocks the window, opens each list and scrolls it; answers with the gaps between frames.
fn frames(scratch: &Path) -> Result<Vec<Value>> {
    let session = unlocked(scratch)?;
    let shown: [Shown<'_>; 5] = [
        ("gallery", &["nav-photos"], "tile-", "photo-grid"),
        ("photos", &["gallery-list"], "list-row-", "list-scroller"),
        ("findings", &["nav-findings"], "list-row-", "list-scroller"),
        ("stations", &["nav-stations"], "list-row-", "list-scroller"),
        ("visits", &["nav-visits", "visits-all"], "list-row-", "list-scroller"),
    ];
    let lists = scrolled(&session, &shown)?;
    session.close()?;
    Ok(lists)
}

/// Scrolls the lists of the console in Chromium.
fn console_frames(demo: &Demo, scratch: &Path) -> Result<Vec<Value>> {
    let server = demo.serve()?;
    let profile = scratch.join("chromium");
    let session = Session::browse(&format!("http://127.0.0.1:{}/", demo.port), &profile)?;
    let (account, password) = demo.account("reviewer")?;
    session.fill("login-account", &account)?;
    session.fill("login-password", password)?;
    session.click("login-submit")?;
    let shown: [Shown<'_>; 5] = [
        ("console: to review", &[], "review-row", "review-list"),
        ("console: visits", &["nav-lists"], "list-row-", "list-scroller"),
        ("console: stations", &["list-kind-stations"], "list-row-", "list-scroller"),
        ("console: findings", &["list-kind-findings"], "list-row-", "list-scroller"),
        ("console: photos", &["list-kind-photos"], "list-row-", "list-scroller"),
    ];
    let lists = scrolled(&session, &shown)?;
    session.close()?;
    drop(server);
    Ok(lists)
}

/// Opens lists and scrolls them.
fn scrolled(session: &Session, shown: &[Shown<'_>]) -> Result<Vec<Value>> {
    let mut lists = Vec::new();
    for (list, way, first, scroller) in shown {
        for step in *way {
            session.click(step)?;
        }
        session.ready(&format!("[data-testid^=\"{first}\"]"))?;
        std::thread::sleep(Duration::from_millis(500));
        let gaps = session.run_until_done(&scroll(scroller))?;
        let mut row = spread(&gaps)?;
        if let Some(row) = row.as_object_mut() {
            row.insert("list".into(), (*list).into());
        }
        lists.push(row);
    }
    Ok(lists)
}

fn scroll(scroller: &str) -> String {
    format!(
        "const done = arguments[arguments.length - 1];
         const box = document.querySelector('[data-testid=\"{scroller}\"]');
         const gaps = [];
         let began = 0, last = 0;
         const step = (now) => {{
           if (last) gaps.push(now - last); else began = now;
           last = now;
           box.scrollTop += {STEP_PX};
           if (now < began + {SCROLLED_MS}) requestAnimationFrame(step); else done(gaps);
         }};
         requestAnimationFrame(step);"
    )
}

fn is_smooth(frames: &Value) -> bool {
    let p99 = frames.get("p99_ms").and_then(Value::as_f64);
    p99.is_some_and(|p99| p99 <= LONGEST_GAP_MS)
}

fn print(report: &Value) {
    let number = |value: Option<&Value>| value.and_then(Value::as_f64).unwrap_or(f64::NAN);
    println!(
        "{} stations, {} visits, {} findings, {} photos",
        report["stations"], report["visits"], report["findings"], report["photos"]
    );
    for call in report["calls"].as_array().into_iter().flatten() {
        println!(
            "{:<34} median {:>8.1} ms   p99 {:>8.1} ms   ({} calls)",
            call["what"].as_str().unwrap_or_default(),
            number(call.pointer("/ms/median")),
            number(call.pointer("/ms/p99")),
            call["calls"]
        );
    }
    for frames in report["frames"].as_array().into_iter().flatten() {
        let p99 = number(frames.get("p99_ms"));
        println!(
            "{:<34} median {:>8.1} ms   p99 {:>8.1} ms   longest {:>8.1} ms   ({} frames, at most {LONGEST_GAP_MS} at p99){}",
            format!("frames while scrolling {}", frames["list"].as_str().unwrap_or_default()),
            number(frames.get("median_ms")),
            p99,
            number(frames.get("longest_ms")),
            frames["frames"],
            if is_smooth(frames) { "" } else { "  MISSED" }
        );
    }
}
