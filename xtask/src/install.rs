//! Puts on the machine what is missing: Debian packages, the screens' npm packages.

use std::fs;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::shell;

/// To build: Tauri's libraries, SQLCipher's C code, the key store.
const TO_BUILD: &[&str] = &[
    "libwebkit2gtk-4.1-dev",
    "librsvg2-dev",
    "libssl-dev",
    "pkg-config",
    "build-essential",
    "cmake",
    "nasm",
    "clang",
    "perl",
    "libdbus-1-dev",
];

/// To test: both browsers with their drivers, a display, the programs that check us, and what
/// power cuts and wrong clocks are made with.
const TO_TEST: &[&str] = &[
    "webkit2gtk-driver",
    "xvfb",
    "xauth",
    "xclip",
    "dbus",
    "dbus-x11",
    "chromium",
    "chromium-driver",
    "fonts-noto-cjk",
    "fonts-hanazono",
    "libimage-exiftool-perl",
    "libvips-tools",
    "libjpeg-turbo-progs",
    "poppler-utils",
    "age",
    "openssl",
    "zip",
    "unzip",
    "fuse3",
    "faketime",
];

/// To make packages.
const TO_PACK: &[&str] = &["dpkg-dev", "binutils"];

/// To try them in a clean Debian.
const TO_TRY: &[&str] = &["debootstrap", "systemd-container"];

/// Programs that must be found after installing, each with its package: an unpacking can fail half-way.
const PROGRAMS: &[(&str, &str)] = &[
    ("cc", "build-essential"),
    ("pkg-config", "pkg-config"),
    ("cmake", "cmake"),
    ("perl", "perl"),
    ("WebKitWebDriver", "webkit2gtk-driver"),
    ("xvfb-run", "xvfb"),
    ("xauth", "xauth"),
    ("xclip", "xclip"),
    ("dbus-run-session", "dbus"),
    ("chromium", "chromium"),
    ("chromedriver", "chromium-driver"),
    ("exiftool", "libimage-exiftool-perl"),
    ("vipsthumbnail", "libvips-tools"),
    ("djpeg", "libjpeg-turbo-progs"),
    ("pdftotext", "poppler-utils"),
    ("age", "age"),
    ("openssl", "openssl"),
    ("zip", "zip"),
    ("unzip", "unzip"),
    ("fusermount3", "fuse3"),
    ("faketime", "faketime"),
    ("dpkg-shlibdeps", "dpkg-dev"),
    ("strip", "binutils"),
    ("debootstrap", "debootstrap"),
    ("systemd-nspawn", "systemd-container"),
];

/// Debian packages and npm packages.
pub fn everything() -> Result<()> {
    debian_packages(&[TO_BUILD, TO_TEST].concat())?;
    npm_packages()
}

/// What packages are made with.
pub fn to_pack() -> Result<()> {
    debian_packages(TO_PACK)
}

/// What packages are tried with.
pub fn to_try() -> Result<()> {
    debian_packages(TO_TRY)
}

/// Installs what dpkg does not know as installed, then looks for every program; tries once more what is missing.
fn debian_packages(packages: &[&str]) -> Result<()> {
    if shell::which("apt-get").is_none() || shell::which("dpkg-query").is_none() {
        let wanted = PROGRAMS.iter().filter(|(_, package)| packages.contains(package));
        let missing: Vec<&str> = wanted.map(|(program, _)| *program).filter(|p| shell::which(p).is_none()).collect();
        if missing.is_empty() && webkit_is_here() {
            println!("not a Debian system, but every program and WebKitGTK 4.1 are here");
            return Ok(());
        }
        bail!(
            "this is not a Debian system, so nothing was installed. Missing here: {}{}.\n\
             Install what your system calls these Debian 12 packages, then run again:\n  {}",
            missing.join(", "),
            if webkit_is_here() {
                ""
            } else {
                " and the development files of WebKitGTK 4.1 (pkg-config webkit2gtk-4.1)"
            },
            packages.join(" ")
        );
    }
    let missing: Vec<&str> = packages.iter().copied().filter(|p| !is_installed(p)).collect();
    if missing.is_empty() && absent(packages).is_empty() {
        println!("Debian packages: all {} are here", packages.len());
        return Ok(());
    }
    println!("Debian packages to install: {}", missing.join(" "));
    apt(&["update"])?;
    let mut words = vec!["install", "-y", "--no-install-recommends"];
    words.extend(&missing);
    let first = apt(&words);
    let again: Vec<&str> = {
        let mut again: Vec<&str> = packages.iter().copied().filter(|p| !is_installed(p)).collect();
        again.extend(absent(packages));
        again.dedup();
        again
    };
    if again.is_empty() {
        return first;
    }
    println!("still missing, once more: {}", again.join(" "));
    apt(&["install", "-y", "--fix-broken"])?;
    let mut words = vec!["install", "-y", "--no-install-recommends", "--reinstall"];
    words.extend(&again);
    apt(&words)?;
    let left: Vec<&str> = packages.iter().copied().filter(|p| !is_installed(p)).chain(absent(packages)).collect();
    if !left.is_empty() {
        bail!(
            "these packages could not be installed: {}\ninstall them by hand and run again",
            left.join(" ")
        );
    }
    Ok(())
}

/// Packages of ours whose program is not on the search path.
fn absent<'a>(packages: &[&'a str]) -> Vec<&'a str> {
    PROGRAMS
        .iter()
        .filter(|(program, _)| shell::which(program).is_none())
        .filter_map(|(_, package)| packages.iter().copied().find(|p| p == package))
        .collect()
}

fn is_installed(package: &str) -> bool {
    Command::new("dpkg-query")
        .args(["-W", "-f", "${db:Status-Status}", package])
        .stderr(Stdio::null())
        .output()
        .is_ok_and(|o| o.status.success() && o.stdout == b"installed")
}

fn webkit_is_here() -> bool {
    Command::new("pkg-config")
        .args(["--exists", "webkit2gtk-4.1"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|s| s.success())
}

fn apt(words: &[&str]) -> Result<()> {
    let is_root = shell::answer(Command::new("id").arg("-u")).is_ok_and(|id| id == "0");
    let mut command = if is_root {
        shell::command("apt-get")
    } else {
        if shell::which("sudo").is_none() {
            bail!("installing needs root; as root, type: apt-get {}", words.join(" "));
        }
        let mut sudo = shell::command("sudo");
        sudo.args(["--preserve-env=DEBIAN_FRONTEND", "apt-get"]);
        sudo
    };
    command.args(["-o", "DPkg::Lock::Timeout=300", "-q"]).args(words);
    command.env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null());
    shell::run(&mut command)
}

/// Node packages of the programs that the bench measures us against.
pub fn bench_peers() -> Result<()> {
    npm_ci("tools/peers")
}

/// Node packages of the screens.
pub fn npm_packages() -> Result<()> {
    npm_ci("ui")
}

/// `npm ci` in a folder, unless what is installed is what its lock file says.
fn npm_ci(folder: &str) -> Result<()> {
    let place = shell::root().join(folder);
    if shell::which("node").is_none() || shell::which("npm").is_none() {
        bail!("Node.js 20 or later with npm is needed and is not here; install it, then run again");
    }
    let lock = fs::read(place.join("package-lock.json")).with_context(|| format!("reading {folder}/package-lock.json"))?;
    // npm's own record of what it installed leaves parts out, so a copy of the lock file is kept beside it.
    let stamp = place.join("node_modules/.xunzhan-lock.json");
    if fs::read(&stamp).is_ok_and(|had| had == lock) {
        println!("npm packages of {folder}: as the lock file says");
        return Ok(());
    }
    let mut npm = shell::command("npm");
    npm.args(["ci", "--no-audit", "--no-fund"]).current_dir(&place).stdin(Stdio::null());
    shell::run(&mut npm)?;
    fs::write(&stamp, lock).with_context(|| format!("writing {}", stamp.display()))
}
