//! Starting the program again in its own place.

use std::io;
use std::process::Command;

/// Starts this program once more, with the same arguments and one variable set; returns only when that failed.
#[cfg(unix)]
pub fn start_again_with(name: &str, value: &str) -> io::Error {
    use std::os::unix::process::CommandExt;
    match std::env::current_exe() {
        Ok(program) => Command::new(program).args(std::env::args_os().skip(1)).env(name, value).exec(),
        Err(error) => error,
    }
}

/// Other systems cannot put a program in another's place.
#[cfg(not(unix))]
pub fn start_again_with(_: &str, _: &str) -> io::Error {
    io::ErrorKind::Unsupported.into()
}
