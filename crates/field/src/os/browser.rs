//! Showing an address in the browser that the person has chosen.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

/// Opens a file of this machine in the browser.
pub fn show(page: &Path) -> io::Result<()> {
    let mut command = if cfg!(windows) {
        let mut command = Command::new("rundll32");
        command.arg("url.dll,FileProtocolHandler");
        command
    } else {
        Command::new("xdg-open")
    };
    command.arg(page).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().map(drop)
}
