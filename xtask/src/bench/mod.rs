//! `cargo xtask bench`: our figures beside those of what people use today, measured in the same run.

mod import;
mod intake;
mod laptop;
mod lists;
mod photos;
mod start;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

pub use import::import;
pub use intake::intake;
pub use lists::lists;
pub use start::start;

/// How a measurement ends: a figure that misses its limit is a failure, also where another program reads the figures.
fn ended(missed: usize) -> ExitCode {
    if missed == 0 {
        return ExitCode::SUCCESS;
    }
    eprintln!("{missed} of the figures above missed what they are held to");
    ExitCode::FAILURE
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
