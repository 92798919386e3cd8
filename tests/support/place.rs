//! Where programs, pictures and test photos are.

use std::path::{Path, PathBuf};

/// The root of the work tree.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// One of our programs: from where the gate keeps them, or as cargo built it last.
pub fn program(name: &str) -> PathBuf {
    let folder = std::env::var_os("XUNZHAN_STORY_BIN").map_or_else(|| root().join("target/debug"), PathBuf::from);
    let program = folder.join(name);
    assert!(program.is_file(), "{} is not built; `cargo xtask test build` makes it", program.display());
    program
}

/// Where a story leaves its pictures and the output of its programs.
pub fn pictures() -> PathBuf {
    let folder = std::env::var_os("XUNZHAN_STORY_PICTURES").map_or_else(|| root().join("target/story"), PathBuf::from);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Real photos: a folder of one's own choice, all of them where they lie beside the work tree, or else the small copies
/// in the repository.
pub fn photos() -> PathBuf {
    if let Some(folder) = std::env::var_os("XUNZHAN_STORY_PHOTOS") {
        return PathBuf::from(folder);
    }
    let all = root().join("../shared/photos/files");
    if all.is_dir() {
        all
    } else {
        root().join("crates/intake/tests/data/photos/files")
    }
}
