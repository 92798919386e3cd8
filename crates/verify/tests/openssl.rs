//! `VERIFY.txt` keeps its word: its commands, run as they stand with openssl and coreutils, accept a good bundle and refuse
//! a changed one. The program's exit codes do too.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use common::*;

fn unpack(files: &BTreeMap<String, Vec<u8>>, folder: &Path) {
    for (name, bytes) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

fn run_guide(files: &BTreeMap<String, Vec<u8>>) -> Output {
    let folder = tempfile::tempdir().unwrap();
    unpack(files, folder.path());
    let text = String::from_utf8(files["VERIFY.txt"].clone()).unwrap();
    let commands = seal::bundle::commands(&text);
    assert!(commands.len() > 20, "{commands:?}");
    let script = format!("set -e\n{}\n", commands.join("\n"));
    Command::new("sh").arg("-c").arg(script).current_dir(folder.path()).output().unwrap()
}

#[test]
fn the_commands_accept_a_good_bundle() {
    let files = unzip(&bundle(&Course::default()).0);
    let output = run_guide(&files);
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert_eq!(said.matches("Signature Verified Successfully").count(), 2 * (1 + 2 + 11), "{said}");
    assert!(said.contains("王某") && said.contains("urn:xunzhan:role:person"), "{said}");
}

#[test]
fn the_commands_refuse_a_changed_bundle() {
    let files = unzip(&bundle(&Course::default()).0);
    for name in [
        "record.json",
        "statement.json",
        "statement.pae",
        "certs/root.der",
        "entries/0003.sig",
        "SHA256SUMS",
    ] {
        let mut changed = files.clone();
        let bytes = changed.get_mut(name).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        assert!(!run_guide(&changed).status.success(), "{name}");
    }
    // With SHA256SUMS written anew the exporter's signature, and with that signed anew the persons' signatures refuse.
    let mut changed = files;
    let bytes = changed.get_mut("statement.pae").unwrap();
    bytes[60] ^= 1;
    assert!(!run_guide(&unzip(&resign(&changed))).status.success());
}

#[test]
fn the_program_has_distinct_exit_codes() {
    let folder = tempfile::tempdir().unwrap();
    let (bytes, root) = bundle(&Course::default());
    let good = folder.path().join("good.zip");
    let bad = folder.path().join("bad.zip");
    std::fs::write(&good, &bytes).unwrap();
    let mut files = unzip(&bytes);
    files.get_mut("record.json").unwrap()[5] ^= 1;
    std::fs::write(&bad, zip(&files)).unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_xunzhan-verify")).args(arguments).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let (good, bad) = (good.to_str().unwrap(), bad.to_str().unwrap());
    let root = root.to_hex();
    let (code, text) = run(&[good, "--root", &root]);
    assert_eq!(code, 0);
    assert!(text.starts_with("核验通过") && text.contains("王某") && text.contains(&root), "{text}");
    assert_eq!(run(&["--root", &root.to_uppercase(), good]).0, 0);
    let (code, text) = run(&[good]);
    assert_eq!(code, 3);
    assert!(text.starts_with("一致，但未核对根指纹"));
    let (code, text) = run(&[bad, "--root", &root, "--lang", "en"]);
    assert_eq!(code, 1);
    assert!(text.contains("record.json: it was changed"), "{text}");
    assert_eq!(run(&[good, "--root", &"0".repeat(64)]).0, 4);
    assert_eq!(run(&[]).0, 2);
    assert_eq!(run(&[good, "--root", "xyz"]).0, 2);
    assert_eq!(run(&["no such file"]).0, 5);
    let (code, json) = run(&[good, "--json", "--root", &root]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((code, json["verdict"].as_str()), (0, Some("verified")));
    assert_eq!(json["signatures"][0]["at"]["grade"], "anchored");
}
