//! A laptop of the demo county in the real window, and the gaps between its frames.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::demo::Demo;
use crate::webdriver::Session;
use crate::window;

/// The longest gap between two frames that nobody feels, ms.
pub const LONGEST_GAP_MS: f64 = 100.0;

/// A program that was built for measuring.
pub fn program(name: &str) -> PathBuf {
    window::target().join("release").join(name)
}

/// Where it keeps its data.
pub fn data(scratch: &Path) -> PathBuf {
    scratch.join("home/data/org.xunzhan.field")
}

/// Its people with their passphrases.
pub fn people(scratch: &Path) -> PathBuf {
    scratch.join("people.json")
}

/// A laptop of the demo county, made and certified once; what fills it comes from the benchmark itself.
pub fn laptop(scratch: &Path) -> Result<Demo> {
    fs::create_dir_all(scratch)?;
    let demo = Demo::open(scratch.to_owned(), "release")?;
    let server = demo.serve()?;
    demo.certified(&data(scratch))?;
    drop(server);
    Ok(demo)
}

/// Opens the window over its data and unlocks it.
pub fn unlocked(scratch: &Path) -> Result<Session> {
    let people: Value = serde_json::from_slice(&fs::read(people(scratch))?)?;
    let person = people.pointer("/0").context("nobody is on the list of people")?;
    let word = |key: &str| person.get(key).and_then(Value::as_str).with_context(|| format!("no {key}"));
    let session = Session::open(&program("xunzhan"), &scratch.join("home"))?;
    let id = word("person").or_else(|_| word("id"))?;
    session.click(&format!("unlock-person-{id}"))?;
    session.fill("unlock-passphrase", word("passphrase")?)?;
    session.click("unlock")?;
    session.ready("[data-testid=\"nav-visits\"]")?;
    Ok(session)
}

/// Number, median, 99th of a hundred and longest of gaps in ms.
pub fn spread(gaps: &Value) -> Result<Value> {
    let mut gaps: Vec<f64> = serde_json::from_value(gaps.clone()).context("reading the gaps between frames")?;
    gaps.sort_by(f64::total_cmp);
    let at = |share: usize| gaps.get((gaps.len() * share / 100).min(gaps.len().saturating_sub(1))).copied();
    Ok(json!({"frames": gaps.len(), "median_ms": at(50), "p99_ms": at(99), "longest_ms": gaps.last()}))
}
