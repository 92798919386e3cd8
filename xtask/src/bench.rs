//! `cargo xtask bench`: our figures beside those of what people use today, measured in the same run.

use std::process::ExitCode;

use anyhow::{Result, bail};

/// Photo intake beside exiftool + sha256sum + vipsthumbnail.
pub fn intake(_words: &[&str]) -> Result<ExitCode> {
    bail!("not measured yet")
}

/// Time to a usable window beside a bare one.
pub fn start(_words: &[&str]) -> Result<ExitCode> {
    bail!("not measured yet")
}
