//! `cargo xtask guide`: remakes the pictures of the user guide from those of the stories, and of the screens that no story enters.

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::shell;
use crate::window::target;

/// Needs the pictures that the last run of the stories left in `target/story`.
pub fn guide() -> Result<ExitCode> {
    let story = target().join("story");
    if !story.join("console-33-visit.png").is_file() {
        bail!("the stories have left no pictures in {}; `cargo xtask test` makes them", story.display());
    }
    let look = target().join("look");
    let npm = |words: &[&str]| {
        let mut command = shell::command("npm");
        command.args(["run", "--silent"]).args(words).current_dir(shell::root().join("ui"));
        command
    };
    shell::run(npm(&["look"]).env("XUNZHAN_LOOK_PICTURES", &look))?;
    shell::run(npm(&["guide", "--"]).arg(story).arg(look))?;
    Ok(ExitCode::SUCCESS)
}
