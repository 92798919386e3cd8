//! What is asked of the operating system: a process beside this one, and limits that it puts on itself before it opens what strangers made.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

/// Takes away from this process what it does not need to decode pictures: more memory than `memory` beyond what it holds now, more
/// processor time than `seconds`, files to write, core dumps with pictures in them; and lets it end with the thread that started it.
#[cfg(target_os = "linux")]
pub fn confine(memory: u64, seconds: u64) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, Signal, set_parent_process_death_signal, setrlimit};
    set_parent_process_death_signal(Some(Signal::KILL))?;
    // A program with windows maps a gigabyte of libraries before it begins; what counts is what comes on top.
    let space = mapped().saturating_add(memory);
    let limits = [
        (Resource::As, space),
        (Resource::Cpu, seconds),
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        (Resource::Nofile, 16),
    ];
    for (resource, most) in limits {
        let limit = Rlimit {
            current: Some(most),
            maximum: Some(most),
        };
        setrlimit(resource, limit)?;
    }
    Ok(())
}

/// Bytes of address space that this process has mapped; a gigabyte where the system does not say.
#[cfg(target_os = "linux")]
fn mapped() -> u64 {
    memory_kib("VmSize:").map_or(1 << 30, |kib| kib.saturating_mul(1024))
}

/// What the kernel counts of this process's memory under a name, such as `VmHWM:`; none where it does not.
pub fn memory_kib(name: &str) -> Option<u64> {
    let said = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = said.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Elsewhere the clock of whoever started it is the only limit beside those of the decoders.
#[cfg(not(target_os = "linux"))]
pub fn confine(_: u64, _: u64) -> io::Result<()> {
    Ok(())
}

/// Starts a program that is spoken to by its input and output.
pub fn start_beside(program: &Path, args: &[impl AsRef<OsStr>]) -> io::Result<Child> {
    let mut command = Command::new(program);
    // It needs nothing of what this program was told by its surroundings.
    #[cfg(unix)]
    command.env_clear();
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
