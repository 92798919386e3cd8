//! Where windows open in tests: a session bus and a display of their own, and the programs kept for the stories.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::shell;

const PROGRAMS: [&str; 4] = ["xunzhan", "xunzhan-field", "xunzhan-server", "xunzhan-verify"];

/// Where the stories find the programs.
fn kept() -> PathBuf {
    target().join("story/bin")
}

/// The target directory of the work tree.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| shell::root().join("target"), |d| shell::root().join(d))
}

/// Copies the programs just built to where the stories find them.
pub fn keep_programs() -> Result<()> {
    fs::create_dir_all(kept())?;
    for name in PROGRAMS {
        let to = kept().join(name);
        // A running copy cannot be written over, but it can be replaced.
        let fresh = kept().join(format!("{name}.new"));
        fs::copy(target().join("debug").join(name), &fresh).with_context(|| format!("copying {name}"))?;
        fs::rename(&fresh, &to)?;
    }
    Ok(())
}

/// A program on a display and session bus of its own, which end with it.
pub fn on_a_display(program: impl AsRef<OsStr>) -> Command {
    let mut command = shell::command("dbus-run-session");
    command
        .args(["--", "xvfb-run", "-a", "-s", "-screen 0 1366x768x24 -nolisten tcp"])
        .arg(program);
    // Either of these makes a screenshot through WebDriver hang for ever.
    command
        .env_remove("WEBKIT_DISABLE_DMABUF_RENDERER")
        .env_remove("WEBKIT_DISABLE_COMPOSITING_MODE");
    command
}

/// Tells a story where the programs are and where its pictures go.
pub fn for_stories(command: &mut Command) {
    command
        .env("XUNZHAN_STORY_BIN", kept())
        .env("XUNZHAN_STORY_PICTURES", target().join("story"));
}
