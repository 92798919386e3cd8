//! Time to a usable window.

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;

use super::options;
use crate::webdriver::Session;
use crate::{install, shell, window};

/// Runs of a start that are measured, after one that warms the caches.
const STARTS: usize = 10;

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
        shell::build_release()?;
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
    let bare = measured(&window::target().join("release/bare-window"), "[data-testid=\"app-ready\"]")?;
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
    // The same versions as ours, so that only what we add is measured, and what is built already serves both.
    fs::copy(shell::root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    let mut cargo = shell::command("cargo");
    cargo
        .args(["build", "--release", "--target-dir"])
        .arg(window::target())
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
