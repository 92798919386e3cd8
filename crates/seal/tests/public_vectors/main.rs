//! Public test vectors, every case, with the known exceptions listed and explained where they are.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod age_testkit;
mod jcs;
mod merkle;
mod notes;
mod wycheproof;

use std::path::{Path, PathBuf};

/// The full set beside the repository, or the small copy inside it; says which.
fn folder(name: &str) -> PathBuf {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let full = crate_folder.join("../../../shared/vectors").join(name);
    let small = crate_folder.join("tests/data").join(name);
    let (which, found) = if full.is_dir() { ("full set", full) } else { ("small copy", small) };
    println!("{name}: {which}");
    found
}

/// Files below a folder whose names end so, sorted.
fn files(folder: &Path, suffix: &str) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            out.extend(files(&path, suffix));
        } else if path.to_str().unwrap().ends_with(suffix) {
            out.push(path);
        }
    }
    out.sort();
    assert!(!out.is_empty(), "no vectors in {}", folder.display());
    out
}

fn json(path: &Path) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}
