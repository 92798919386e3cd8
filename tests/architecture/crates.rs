//! Who may depend on whom, and what the pure crates may not touch.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::tree::{lines_with, planted, product_code, sources};
use super::{found, holds, root};

/// Our crates and those of ours that each may name; what is not here may name none.
const MAY_IMPORT: [(&str, &[&str]); 9] = [
    ("xunzhan-desktop", &["xunzhan-field", "xunzhan-contract"]),
    (
        "xunzhan-field",
        &[
            "xunzhan-seal",
            "xunzhan-ledger",
            "xunzhan-domain",
            "xunzhan-contract",
            "xunzhan-papers",
            "xunzhan-intake",
            "xunzhan-decode",
        ],
    ),
    (
        "xunzhan-server",
        &[
            "xunzhan-seal",
            "xunzhan-ledger",
            "xunzhan-domain",
            "xunzhan-contract",
            "xunzhan-papers",
            "xunzhan-decode",
        ],
    ),
    ("xunzhan-decode", &["xunzhan-intake"]),
    ("xunzhan-verify", &["xunzhan-ledger", "xunzhan-seal"]),
    ("xunzhan-ledger", &["xunzhan-seal"]),
    ("xunzhan-contract", &["xunzhan-domain"]),
    ("xunzhan-papers", &["xunzhan-domain"]),
    (
        "xunzhan-tests",
        &[
            "xunzhan-seal",
            "xunzhan-ledger",
            "xunzhan-domain",
            "xunzhan-contract",
            "xunzhan-papers",
            "xunzhan-field",
            "xunzhan-server",
            "xunzhan-verify",
        ],
    ),
];

/// Crates that do no input and output of their own.
const PURE: [&str; 4] = ["seal", "ledger", "domain", "intake"];

/// What a pure crate may not depend on outside its tests.
const NOT_IN_PURE: [&str; 9] = ["tokio", "rusqlite", "axum", "tauri", "reqwest", "hyper", "fs4", "keyring", "async-std"];

/// What a pure crate may not say outside its tests.
const NOT_SAID_IN_PURE: [&str; 8] = [
    "std::fs",
    "std::net",
    "std::process",
    "std::env",
    "tokio::",
    "rusqlite::",
    "reqwest::",
    "File::open",
];

/// Clock and chance are handed in.
const NOT_SAID_IN_DETERMINISTIC: [&str; 7] = [
    "SystemTime::now",
    "Instant::now",
    "Utc::now",
    "Local::now",
    "getrandom",
    "rand::",
    "thread_rng",
];

/// The dependency tables of a workspace, broken rules only.
fn dependencies(root: &Path) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let ours: Vec<&str> = packages.iter().map(|p| p["name"].as_str().unwrap()).collect();
    let mut broken = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap();
        let may = MAY_IMPORT.iter().find(|(n, _)| *n == name).map_or(&[][..], |(_, may)| may);
        let pure = PURE.iter().any(|p| name == format!("xunzhan-{p}"));
        for dependency in package["dependencies"].as_array().unwrap() {
            let on = dependency["name"].as_str().unwrap();
            let for_tests = dependency["kind"] == "dev";
            if ours.contains(&on) && !may.contains(&on) && on != name {
                broken.push(format!("{name} may not depend on {on}"));
            }
            if pure && !for_tests && NOT_IN_PURE.iter().any(|n| on == *n || on.starts_with("tauri-")) {
                broken.push(format!("{name} is pure and may not depend on {on}"));
            }
        }
    }
    broken
}

/// Places in the product code of a folder where one of the words stands, but for sources that are exempt.
fn saying<'a>(root: &Path, folder: &str, exempt: impl Fn(&str) -> bool, words: impl Iterator<Item = &'a &'a str> + Clone) -> Vec<String> {
    let mut said = Vec::new();
    for source in sources(root, folder) {
        if !source.path.ends_with(".rs") || exempt(&source.path) {
            continue;
        }
        let code = product_code(&source.text);
        for word in words.clone() {
            for line in lines_with(&code, word) {
                said.push(format!("{}:{line} says {word}", source.path));
            }
        }
    }
    said
}

/// Sources of the pure crates that reach for a file, a network, a clock or chance.
fn purity(root: &Path) -> Vec<String> {
    let of = |name: &&str| {
        // Seal makes keys, so it may ask for chance; it knows no time.
        let deterministic = if *name == "seal" {
            &NOT_SAID_IN_DETERMINISTIC[..4]
        } else {
            &NOT_SAID_IN_DETERMINISTIC
        };
        let words = NOT_SAID_IN_PURE.iter().chain(deterministic);
        saying(root, &format!("crates/{name}/src"), |path| path.ends_with("/tests.rs"), words)
    };
    PURE.iter().flat_map(of).collect()
}

/// Words of the operating system: key store, locks, free space, machine and disk identity.
const OF_THE_SYSTEM: [&str; 12] = [
    "keyring::",
    "fs4::",
    "libc::",
    "rustix::",
    "nix::",
    "windows_sys::",
    "winapi::",
    "std::os::unix",
    "std::os::linux",
    "std::os::windows",
    "\"/proc/",
    "\"/etc/machine-id",
];

/// Operating-system calls outside `crates/field/src/os/` and `crates/decode/src/os.rs`. Tests may make them, and the server runs on one system.
fn system_calls(root: &Path) -> Vec<String> {
    let folders = ["seal", "ledger", "domain", "contract", "papers", "verify", "field", "intake", "decode"].map(|c| format!("crates/{c}/src"));
    let exempt = |path: &str| {
        ["crates/field/src/os/", "crates/field/src/tests/", "crates/decode/src/os.rs"]
            .iter()
            .any(|folder| path.starts_with(folder))
    };
    let folders = folders.iter().map(String::as_str).chain(["src-tauri/src"]);
    folders.flat_map(|folder| saying(root, folder, exempt, OF_THE_SYSTEM.iter())).collect()
}

/// Calls that open pictures in the process that makes them.
const OPENING: [&str; 3] = ["thumbnail::make(", "thumbnail::preview(", "redraw::open("];

/// Pictures of strangers opened elsewhere than by `crates/decode`, which knows for which of them to start a process that may die.
fn opened_here(root: &Path) -> Vec<String> {
    // What measures decoders, opens pictures itself.
    let exempt = |path: &str| path.contains("bench") || path.contains("/tests/");
    let folders = ["crates/field/src", "crates/server/src", "src-tauri/src"];
    folders.iter().flat_map(|folder| saying(root, folder, exempt, OPENING.iter())).collect()
}

#[test]
fn pictures_are_opened_where_a_crash_is_one_pictures() {
    holds("pictures are opened by crates/decode", &opened_here(&root()));
}

#[test]
fn a_picture_opened_in_the_application_is_found() {
    let tree = planted(&[
        ("crates/field/src/copy.rs", "fn of() { thumbnail::make_passing(1); redraw::open(2); }\n"),
        ("crates/field/src/intake/bench.rs", "fn of() { thumbnail::make(1); }\n"),
        ("crates/server/src/show.rs", "fn of() { intake::thumbnail::preview(1); }\n"),
    ]);
    let broken = opened_here(tree.path());
    found(&broken, "crates/field/src/copy.rs:1 says redraw::open(");
    found(&broken, "crates/server/src/show.rs:1 says thumbnail::preview(");
    assert_eq!(broken.len(), 2, "{broken:?}");
}

#[test]
fn crates_depend_only_downwards() {
    holds("who may import whom", &dependencies(&root()));
}

#[test]
fn a_forbidden_dependency_is_found() {
    let manifest =
        |name: &str, rest: &str| format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\n{rest}\n");
    let tree = planted(&[
        (
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"seal\", \"field\", \"server\"]\n",
        ),
        ("seal/Cargo.toml", &manifest("xunzhan-seal", "tokio = \"1\"")),
        ("seal/src/lib.rs", ""),
        (
            "field/Cargo.toml",
            &manifest("xunzhan-field", "xunzhan-server = { path = \"../server\" }"),
        ),
        ("field/src/lib.rs", ""),
        ("server/Cargo.toml", &manifest("xunzhan-server", "xunzhan-seal = { path = \"../seal\" }")),
        ("server/src/lib.rs", ""),
    ]);
    let broken = dependencies(tree.path());
    found(&broken, "xunzhan-seal is pure and may not depend on tokio");
    found(&broken, "xunzhan-field may not depend on xunzhan-server");
    assert_eq!(broken.len(), 2, "{broken:?}");
}

#[test]
fn pure_crates_touch_no_file_network_clock_or_chance() {
    holds("pure crates", &purity(&root()));
}

#[test]
fn a_pure_crate_that_reads_a_file_or_a_clock_is_found() {
    let tree = planted(&[
        ("crates/domain/src/lib.rs", "fn a() { let _ = std::fs::read(\"x\"); }\n"),
        ("crates/ledger/src/lib.rs", "//! std::fs\n\nfn b() { std::time::SystemTime::now(); }\n"),
        (
            "crates/seal/src/lib.rs",
            "fn c() { getrandom::fill(&mut []); }\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n",
        ),
    ]);
    let broken = purity(tree.path());
    found(&broken, "crates/domain/src/lib.rs:1 says std::fs");
    // `std::time::SystemTime::now` is a path, so the word before the match is `::`.
    found(&broken, "crates/ledger/src/lib.rs:3 says SystemTime::now");
    assert_eq!(broken.len(), 2, "{broken:?}");
}

#[test]
fn system_calls_live_in_one_folder() {
    holds(
        "operating-system calls only in crates/field/src/os/ and crates/decode/src/os.rs",
        &system_calls(&root()),
    );
}

#[test]
fn a_system_call_elsewhere_is_found() {
    let tree = planted(&[
        ("crates/field/src/store.rs", "use std::os::unix::fs::PermissionsExt;\n"),
        ("crates/field/src/os/lock.rs", "use fs4::fs_std::FileExt;\n"),
        ("src-tauri/src/main.rs", "fn main() { keyring::use_named_store(\"x\"); }\n"),
    ]);
    let broken = system_calls(tree.path());
    found(&broken, "crates/field/src/store.rs:1 says std::os::unix");
    found(&broken, "src-tauri/src/main.rs:1 says keyring::");
    assert_eq!(broken.len(), 2, "{broken:?}");
}
