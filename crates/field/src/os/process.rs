//! Starting the program again: in its own place, or beside it for work that may go wrong.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

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

/// Starts a program that is spoken to by its input and output.
pub fn start_beside(program: &Path, args: &[impl AsRef<OsStr>]) -> io::Result<Child> {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    #[cfg(windows)]
    {
        use std::os::windows::process::CommandExt;
        /// No black window flashes up.
        const CREATE_NO_WINDOW: u32 = 0x0800_0000;
        command.creation_flags(CREATE_NO_WINDOW);
    }
    command.spawn()
}

/// Whether a process was ended for the processor time that it had used.
#[cfg(unix)]
pub fn was_out_of_time(ended: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    const SIGXCPU: i32 = 24;
    ended.signal() == Some(SIGXCPU)
}

/// Elsewhere no process is ended for that.
#[cfg(not(unix))]
pub fn was_out_of_time(_: ExitStatus) -> bool {
    false
}
