//! Small file systems of their own, so that a full disk is a full disk.

use std::path::Path;
use std::process::Command;

/// A mounted tmpfs; unmounted when dropped.
pub struct Mounted(tempfile::TempDir);

impl Mounted {
    /// Mounts one of a size such as `6m`. None where this account may not mount; continuous integration runs as root and may.
    pub fn tmpfs(size: &str) -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={size}"), "xunzhan-test"]).arg(dir.path());
        let mounted = mount.output().is_ok_and(|out| out.status.success());
        if !mounted {
            eprintln!("this account may not mount: a full disk was not tried");
            assert!(std::env::var_os("CI").is_none(), "continuous integration must be able to mount");
        }
        mounted.then_some(Self(dir))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}
