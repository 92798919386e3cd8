//! A disk whose power can be cut: `tools/powercut`, a file system in memory that forgets what was not synced.

use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock};

use tempfile::TempDir;

pub struct Power {
    dir: TempDir,
    mount: PathBuf,
    child: Child,
    pipes: Mutex<Option<(ChildStdin, BufReader<ChildStdout>)>>,
}

/// The program, built once for a run of tests; it is no member of the workspace, so that its features of shared libraries stay its own.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let target = root.join("target/powercut");
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = Command::new(cargo)
            .args(["build", "--quiet", "--locked", "--manifest-path"])
            .arg(root.join("tools/powercut/Cargo.toml"))
            .arg("--target-dir")
            .arg(&target)
            .status()
            .unwrap();
        assert!(built.success(), "tools/powercut does not build");
        target.join("debug/powercut")
    })
}

impl Power {
    /// Mounts a disk with a copy of `from` on it, all of it durable. An error where the machine has no file systems in user space.
    pub fn on(from: &Path, capacity: u64) -> io::Result<Self> {
        let dir = tempfile::tempdir()?;
        let mount = dir.path().join("disk");
        std::fs::create_dir(&mount)?;
        let mut child = Command::new(program())
            .args([mount.as_os_str(), from.as_os_str()])
            .arg(capacity.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (input, output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let power = Self {
            dir,
            mount,
            child,
            pipes: Mutex::new(Some((input, output))),
        };
        match power.heard().as_str() {
            "mounted" => Ok(power),
            _ => Err(io::Error::other("the disk could not be mounted")),
        }
    }

    /// The mounted disk.
    pub fn home(&self) -> &Path {
        &self.mount
    }

    fn heard(&self) -> String {
        let mut line = String::new();
        if let Some((_, output)) = self.pipes.lock().unwrap().as_mut() {
            output.read_line(&mut line).unwrap();
        }
        line.trim_end().to_owned()
    }

    /// Says a line and hears the answer.
    pub fn ask(&self, line: &str) -> String {
        if let Some((input, _)) = self.pipes.lock().unwrap().as_mut() {
            writeln!(input, "{line}").unwrap();
        }
        self.heard()
    }

    /// What is left after the cut, on the ordinary disk.
    pub fn image(&self, seed: u64) -> TempDir {
        let to = tempfile::tempdir().unwrap();
        assert_eq!(self.ask(&format!("image {} {seed}", to.path().display())), "written");
        to
    }
}

impl Drop for Power {
    fn drop(&mut self) {
        // At the end of its input it unmounts.
        drop(self.pipes.lock().map(|mut pipes| pipes.take()));
        let _ = self.child.wait();
        if std::fs::remove_dir(&self.mount).is_err() {
            let _ = Command::new("umount").arg("-l").arg(&self.mount).status();
        }
        debug_assert!(self.dir.path().is_dir());
    }
}
