//! `cargo xtask package`: Debian packages of the desktop application and of the county server, in `target/package`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::clean_root;
use crate::install;
use crate::shell;
use crate::window::target;

/// One package.
struct Package {
    name: &'static str,
    programs: &'static [&'static str],
    section: &'static str,
    summary: &'static str,
    text: &'static str,
    /// What it needs beside the libraries that its programs name.
    depends: &'static str,
    recommends: &'static str,
    /// (file of the work tree, place in the system)
    files: &'static [(&'static str, &'static str)],
    /// Folder with maintainer scripts.
    scripts: Option<&'static str>,
    conffiles: &'static [&'static str],
}

/// Everything that is packed.
const PACKAGES: &[Package] = &[
    Package {
        name: "xunzhan",
        programs: &["xunzhan", "xunzhan-field", "xunzhan-verify"],
        section: "misc",
        summary: "offline-first inspection of rural e-commerce stations (巡站)",
        text: "Checklists, photos, findings, signatures and seals on a laptop without a network;\n\
               in a window, or in a browser by xunzhan-field serve. With the offline verifier.",
        depends: "",
        recommends: "gnome-keyring | kwalletmanager, xdg-utils",
        files: &[
            (
                "assets/packaging/desktop/org.xunzhan.field.desktop",
                "usr/share/applications/org.xunzhan.field.desktop",
            ),
            (
                "assets/packaging/desktop/org.xunzhan.field.browser.desktop",
                "usr/share/applications/org.xunzhan.field.browser.desktop",
            ),
            ("src-tauri/icons/32x32.png", "usr/share/icons/hicolor/32x32/apps/org.xunzhan.field.png"),
            (
                "src-tauri/icons/128x128.png",
                "usr/share/icons/hicolor/128x128/apps/org.xunzhan.field.png",
            ),
        ],
        scripts: None,
        conffiles: &[],
    },
    Package {
        name: "xunzhan-server",
        programs: &["xunzhan-server"],
        section: "net",
        summary: "county server of Xunzhan (巡站)",
        text: "Takes in signed records and photos from laptops, and serves the console for review.\n\
               The data in /var/lib/xunzhan-server stays when the package is removed or purged.",
        depends: "adduser",
        recommends: "",
        files: &[
            (
                "assets/packaging/server/xunzhan-server.service",
                "lib/systemd/system/xunzhan-server.service",
            ),
            ("assets/packaging/server/xunzhan-server.default", "etc/default/xunzhan-server"),
            ("docs/user-guide/server.md", "usr/share/doc/xunzhan-server/server.md"),
        ],
        scripts: Some("assets/packaging/server"),
        conffiles: &["/etc/default/xunzhan-server"],
    },
];

const COPYRIGHT: &str = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\
    Upstream-Name: Xunzhan\n\nFiles: *\nCopyright: the authors of Xunzhan\nLicense: Apache-2.0\n\
    \x20On Debian systems the full text is in /usr/share/common-licenses/Apache-2.0.\n";

/// Builds the programs for shipping and packs them. `--debug` packs what was built last without optimisation, to try the packing;
/// `--try` installs, starts and removes what was packed in a clean Debian.
pub fn package(words: &[&str]) -> Result<ExitCode> {
    let debug = match words {
        [] => false,
        ["--debug"] => true,
        ["--try"] => return clean_root::try_packages().map(|()| ExitCode::SUCCESS),
        _ => bail!("package knows --debug or --try"),
    };
    install::to_pack()?;
    if !debug {
        shell::build_release()?;
    }
    let built = target().join(if debug { "debug" } else { "release" });
    for package in PACKAGES {
        println!("{}", pack(package, &built, debug)?.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// The packages that were made last.
pub fn made() -> Result<Vec<PathBuf>> {
    let files = fs::read_dir(folder()).context("no package was made; `cargo xtask package` makes them")?;
    let mut debs = Vec::new();
    for file in files {
        let path = file?.path();
        if path.extension().is_some_and(|e| e == "deb") {
            debs.push(path);
        }
    }
    for package in PACKAGES {
        let name = format!("{}_", package.name);
        let there = debs
            .iter()
            .any(|deb| deb.file_name().is_some_and(|file| file.to_string_lossy().starts_with(&name)));
        if !there {
            bail!("{} was not packed; `cargo xtask package` packs it", package.name);
        }
    }
    Ok(debs)
}

/// Where packages are made.
pub fn folder() -> PathBuf {
    target().join("package")
}

fn pack(package: &Package, built: &Path, debug: bool) -> Result<PathBuf> {
    let tree = folder().join(package.name);
    if tree.exists() {
        fs::remove_dir_all(&tree)?;
    }
    for name in package.programs {
        let program = put(&built.join(name), &tree.join("usr/bin").join(name), 0o755)?;
        shell::run(shell::command("strip").arg("--strip-unneeded").arg(program))?;
    }
    for (from, to) in package.files {
        put(&shell::root().join(from), &tree.join(to), 0o644)?;
    }
    let documents = tree.join("usr/share/doc").join(package.name);
    fs::create_dir_all(&documents)?;
    fs::write(documents.join("copyright"), COPYRIGHT)?;
    put(&shell::root().join("CHANGELOG.md"), &documents.join("CHANGELOG.md"), 0o644)?;

    let control = tree.join("DEBIAN");
    fs::create_dir_all(&control)?;
    let libraries = libraries(package, &tree)?;
    let depends: Vec<&str> = [libraries.as_str(), package.depends]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    let architecture = shell::answer(shell::command("dpkg").arg("--print-architecture"))?;
    // What was built to be tried shall never pass for what is shipped, and xz would take minutes over programs that large.
    let (version, compression) = if debug {
        (version()? + "~debug", "-Zgzip")
    } else {
        (version()?, "-Zxz")
    };
    let mut text = format!(
        "Package: {}\nVersion: {version}\nArchitecture: {architecture}\nMaintainer: Xunzhan <xunzhan@localhost>\nInstalled-Size: {}\n\
         Section: {}\nPriority: optional\nDepends: {}\n",
        package.name,
        size_kib(&tree)?,
        package.section,
        depends.join(", ")
    );
    if !package.recommends.is_empty() {
        text.push_str(&format!("Recommends: {}\n", package.recommends));
    }
    text.push_str(&format!("Description: {}\n {}\n", package.summary, package.text.replace('\n', "\n ")));
    fs::write(control.join("control"), text)?;
    if !package.conffiles.is_empty() {
        fs::write(control.join("conffiles"), package.conffiles.join("\n") + "\n")?;
    }
    if let Some(scripts) = package.scripts {
        for name in ["postinst", "prerm", "postrm"] {
            put(&shell::root().join(scripts).join(name), &control.join(name), 0o755)?;
        }
    }
    let deb = folder().join(format!("{}_{version}_{architecture}.deb", package.name));
    shell::run(
        shell::command("dpkg-deb")
            .args(["--build", "--root-owner-group", compression])
            .arg(&tree)
            .arg(&deb),
    )?;
    Ok(deb)
}

fn put(from: &Path, to: &Path, mode: u32) -> Result<PathBuf> {
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::copy(from, to).with_context(|| format!("copying {}", from.display()))?;
    fs::set_permissions(to, fs::Permissions::from_mode(mode))?;
    Ok(to.to_path_buf())
}

/// The packages whose libraries the programs are linked with, as Debian's own tool finds them.
fn libraries(package: &Package, tree: &Path) -> Result<String> {
    // The tool wants to stand beside a source package.
    let bench = folder().join("shlibdeps");
    fs::create_dir_all(bench.join("debian"))?;
    fs::write(
        bench.join("debian/control"),
        format!("Source: {0}\n\nPackage: {0}\nArchitecture: any\n", package.name),
    )?;
    let mut command = shell::command("dpkg-shlibdeps");
    command.current_dir(&bench).args(["-O", "--warnings=0"]);
    for name in package.programs {
        command.arg(format!("-e{}", tree.join("usr/bin").join(name).display()));
    }
    let said = shell::answer(&mut command)?;
    let found = said.lines().find_map(|line| line.strip_prefix("shlibs:Depends="));
    Ok(found.context("dpkg-shlibdeps named no packages")?.to_owned())
}

/// Version of the workspace.
fn version() -> Result<String> {
    let text = fs::read_to_string(shell::root().join("Cargo.toml"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("version = \""));
    Ok(line
        .and_then(|rest| rest.split('"').next())
        .context("the workspace has no version")?
        .to_owned())
}

fn size_kib(tree: &Path) -> Result<u64> {
    let said = shell::answer(shell::command("du").args(["-sk", "--apparent-size"]).arg(tree))?;
    said.split_whitespace()
        .next()
        .context("du said nothing")?
        .parse()
        .context("du said no number")
}
