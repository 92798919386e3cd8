//! The rules of the house: who may import whom, where operating-system calls live, what no file may say.
//!
//! Each rule is a function from a tree to the places that break it. It is held against the real tree, and against a
//! small planted one that breaks it, so that no rule can pass by looking at nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "architecture/crates.rs"]
mod crates;
#[path = "architecture/screens.rs"]
mod screens;
#[path = "architecture/text.rs"]
mod text;
#[path = "architecture/tree.rs"]
mod tree;

use std::path::{Path, PathBuf};

/// The root of the work tree.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// Fails with every place that breaks a rule.
fn holds(rule: &str, broken: &[String]) {
    assert!(broken.is_empty(), "{rule}:\n  {}", broken.join("\n  "));
}

/// Asserts that a rule finds what was planted, and names the file.
fn found(broken: &[String], part: &str) {
    assert!(
        broken.iter().any(|b| b.contains(part)),
        "the planted violation {part} was not found: {broken:?}"
    );
}
