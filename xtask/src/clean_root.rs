//! Tries the packages in a Debian that has never seen them: made by debootstrap, entered by chroot in a mount namespace of its own;
//! then booted, so that the server runs under its unit.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use crate::{install, package, shell};

const SUITE: &str = "bookworm";
const MIRROR: &str = "http://deb.debian.org/debian";
const SCRIPT: &str = include_str!("clean_root.sh");
/// Runs after it, as a service of that Debian once it is booted.
const BOOTED: &str = include_str!("clean_root_booted.sh");
/// What both begin with.
const TOOLS: &str = include_str!("clean_root_tools.sh");
const UNIT: &str = "[Unit]\nAfter=multi-user.target\n[Service]\nType=oneshot\nExecStart=/booted.sh\n\
    StandardOutput=journal+console\nStandardError=journal+console\n[Install]\nWantedBy=default.target\n";

/// A clean Debian is made and entered by root alone.
pub fn needs_root() -> Result<()> {
    if shell::answer(shell::command("id").arg("-u"))? != "0" {
        bail!("making a clean Debian needs root; run this task with sudo");
    }
    Ok(())
}

/// Installs, starts and removes every package; the packages must have been made.
pub fn try_packages() -> Result<()> {
    needs_root()?;
    install::to_try()?;
    let base = package::folder().join("clean");
    let root = package::folder().join("root");
    if !base.join("etc/debian_version").exists() {
        shell::run(
            shell::command("debootstrap")
                .args(["--variant=minbase", "--include=ca-certificates", SUITE])
                .arg(&base)
                .arg(MIRROR),
        )?;
    }
    if root.exists() {
        fs::remove_dir_all(&root)?;
    }
    shell::run(shell::command("cp").arg("-a").arg(&base).arg(&root))?;
    fs::write(root.join("etc/apt/sources.list"), format!("deb {MIRROR} {SUITE} main\n"))?;
    if Path::new("/etc/resolv.conf").exists() {
        fs::copy("/etc/resolv.conf", root.join("etc/resolv.conf"))?;
    }
    let packages = root.join("packages");
    fs::create_dir_all(&packages)?;
    for deb in package::made()? {
        let name = deb.file_name().context("a package without a name")?;
        fs::copy(&deb, packages.join(name))?;
    }
    // No service is started while packages are unpacked: there is no init in a chroot.
    executable(&root.join("usr/sbin/policy-rc.d"), "#!/bin/sh\nexit 101\n")?;
    fs::write(root.join("tools.sh"), TOOLS)?;
    executable(&root.join("try.sh"), SCRIPT)?;
    let inside = "mount -t proc proc \"$1/proc\" && mount --rbind /dev \"$1/dev\" && exec chroot \"$1\" /try.sh";
    shell::run(
        shell::command("unshare")
            .args(["--mount", "--pid", "--fork", "--kill-child", "sh", "-c", inside, "sh"])
            .arg(&root),
    )?;
    boot(&root)
}

/// Boots the clean Debian and has it try the server's unit; how that ended stands in a file there.
fn boot(root: &Path) -> Result<()> {
    fs::remove_file(root.join("usr/sbin/policy-rc.d"))?;
    executable(&root.join("booted.sh"), BOOTED)?;
    fs::write(root.join("etc/systemd/system/booted.service"), UNIT)?;
    shell::run(shell::command("systemctl").arg("--root").arg(root).args(["enable", "booted.service"]))?;
    let mut booting = shell::command("timeout");
    booting.args(["600", "systemd-nspawn", "--quiet", "--resolv-conf=off", "--boot"]);
    if !Path::new("/run/systemd/system").exists() {
        // Nobody is there to register the container with.
        booting.args(["--register=no", "--keep-unit"]);
    }
    // How that system ends says little; what it wrote says all.
    let ended = booting
        .arg("--directory")
        .arg(root)
        .stdin(Stdio::null())
        .status()
        .context("systemd-nspawn")?;
    match fs::read_to_string(root.join("booted.txt")) {
        Ok(status) if status.trim() == "0" => Ok(()),
        Ok(_) => bail!("the server does not work under its unit; the reason stands above"),
        Err(_) => bail!("the clean Debian did not boot: {ended}"),
    }
}

fn executable(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text)?;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(0o755))?)
}
