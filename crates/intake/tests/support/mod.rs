//! The photo set of the intake tests: the large public one where it lies beside the repository, else the small copies.
#![allow(dead_code, clippy::unwrap_used)]

use std::path::{Path, PathBuf};

/// A folder with `files/` and `oracle.json`, and what to call it.
pub struct PhotoSet {
    pub dir: PathBuf,
    pub name: &'static str,
}

/// The photo set that is there; says which.
pub fn photo_set() -> PhotoSet {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let large = root.join("../../../shared/photos");
    let set = if large.join("files").is_dir() {
        PhotoSet {
            dir: large,
            name: "the public set ../shared/photos",
        }
    } else {
        PhotoSet {
            dir: root.join("tests/data/photos"),
            name: "the small copies crates/intake/tests/data/photos",
        }
    };
    println!("photos: {}", set.name);
    set
}

impl PhotoSet {
    /// All its files, by name.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut files: Vec<_> = std::fs::read_dir(self.dir.join("files")).unwrap().map(|e| e.unwrap().path()).collect();
        files.sort();
        files
    }
}
