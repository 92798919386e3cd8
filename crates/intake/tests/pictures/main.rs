//! What intake reads from files and shows of them, against other programs. One program, so that its tests share the processor.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "../support/compare.rs"]
mod compare;
#[path = "../support/made.rs"]
mod made;
#[path = "../support/mod.rs"]
mod support;

mod eighth_luma;
mod fingerprints;
mod oracle;
mod patterns;
mod shown;
mod thumbnails;
mod written;
