//! Programs that a story starts: each in a process group of its own, which ends as a whole with the value.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::place;

/// A running program. Dropping it kills its whole group, so that a failed story leaves no window behind.
pub struct Running {
    child: Child,
    output: PathBuf,
}

impl Running {
    /// Starts it with its output kept in the pictures folder as `NAME.log`.
    pub fn start(name: &str, command: &mut Command) -> Running {
        let output = place::pictures().join(format!("{name}.log"));
        let file = File::create(&output).unwrap();
        let child = command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn()
            .unwrap_or_else(|error| panic!("{name} did not start: {error}"));
        Running { child, output }
    }

    /// What it has said so far.
    pub fn said(&self) -> String {
        fs::read_to_string(&self.output).unwrap_or_default()
    }

    /// Waits until something listens on this port of the loopback interface; fails when the program ends before.
    pub fn listening(&mut self, port: u16) {
        let end = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "the program ended with {ended:?} and said:\n{}", self.said());
            assert!(Instant::now() < end, "nothing listens on port {port} after a minute:\n{}", self.said());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Ends it as an operator would, and waits for it.
    pub fn stop(mut self) {
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let end = Instant::now() + Duration::from_secs(20);
        while self.child.try_wait().unwrap().is_none() && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-9", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.child.wait();
        // What belonged to the group holds its locks and names until it is gone, and a window opened before that would
        // take itself for a second one and leave.
        let end = Instant::now() + Duration::from_secs(5);
        let alive = || {
            Command::new("kill")
                .args(["-0", "--", &group])
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|s| s.success())
        };
        while alive() && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// A port of the loopback interface that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// Runs a program to its end and answers (exit code, everything it said).
pub fn finished(command: &mut Command) -> (i32, String) {
    let output = command
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&said).into_owned())
}
