//! Runs other programs: says what it runs, passes their output on and reads it while it passes.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use anyhow::{Context, Result, bail};

/// The root of the work tree.
pub fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_path_buf()
}

/// A command in the root of the work tree, without the variables that cargo set for this program: the cargo it
/// starts would otherwise rebuild crates whose build scripts watch them.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let own = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"]
            .iter()
            .any(|p| text.starts_with(p))
            || text == "CARGO_PRIMARY_PACKAGE";
        if own {
            command.env_remove(&name);
        }
    }
    command
}

/// The command as a person would type it.
pub fn typed(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|a| a.to_string_lossy().into_owned()));
    words.join(" ")
}

/// Runs it with our own input and output; an exit code other than 0 is an error.
pub fn run(command: &mut Command) -> Result<()> {
    println!("$ {}", typed(command));
    let status = command.status().with_context(|| format!("starting {}", typed(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", typed(command));
    }
    Ok(())
}

/// Runs it, passes each line of its standard output on and hands it to `each`. Answers whether it succeeded.
pub fn run_reading(command: &mut Command, mut each: impl FnMut(&str)) -> Result<bool> {
    println!("$ {}", typed(command));
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("starting {}", typed(command)))?;
    let output = child.stdout.take().context("no standard output")?;
    let mut reader = BufReader::new(output);
    let mut line = Vec::new();
    let mut out = std::io::stdout();
    while reader.read_until(b'\n', &mut line)? > 0 {
        out.write_all(&line)?;
        each(String::from_utf8_lossy(&line).trim_end());
        line.clear();
    }
    Ok(child.wait()?.success())
}

/// Builds the screens into `ui/dist`, where the programs take them from; not again when nothing changed since, for the programs would be
/// built again with them.
pub fn build_screens() -> Result<()> {
    let ui = root().join("ui");
    let built = std::fs::metadata(ui.join("dist/index.html")).and_then(|file| file.modified());
    if built.is_ok_and(|built| newest(&ui).is_ok_and(|changed| changed < built)) {
        return Ok(());
    }
    run(command("npm").args(["run", "--silent", "build"]).current_dir(ui))
}

/// When something in a folder was changed last, installed packages and what is built left out.
fn newest(folder: &Path) -> std::io::Result<SystemTime> {
    let mut newest = SystemTime::UNIX_EPOCH;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let changed = match entry.metadata()? {
            _ if matches!(entry.file_name().to_str(), Some("node_modules" | "dist" | "dist-fake")) => continue,
            folder if folder.is_dir() => self::newest(&entry.path())?,
            file => file.modified()?,
        };
        newest = newest.max(changed);
    }
    Ok(newest)
}

/// Builds all programs as they are delivered: what is measured is what is packed.
pub fn build_release() -> Result<()> {
    build_screens()?;
    run(command("cargo").args(["build", "--release", "--locked", "--workspace", "--bins"]))
}

/// Standard output of a command that must succeed, trimmed.
pub fn answer(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("starting {}", typed(command)))?;
    if !output.status.success() {
        bail!("{} ended with {}", typed(command), output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Where a program of this name stands on the search path.
pub fn which(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// True under continuous integration, where nothing is skipped.
pub fn under_ci() -> bool {
    std::env::var("CI").is_ok_and(|v| v == "true" || v == "1")
}
