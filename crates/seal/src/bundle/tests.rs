//! The container: strict structure, deterministic bytes, refusals that name the member.

use std::io::Cursor;

use super::*;
use crate::Digest;
use crate::keys::{Ed25519Key, Signer};

fn manifest(exporter: &Ed25519Key) -> Manifest {
    Manifest {
        format: FORMAT.into(),
        scope: "00".repeat(16),
        seal: Digest::of(b"s"),
        authority: Digest::of(b"a"),
        origin: "xunzhan/test".into(),
        size: 1,
        created_ms: 0,
        exporter: exporter.public().kid(),
        files: vec![],
    }
}

fn small() -> Vec<u8> {
    let key = Ed25519Key::from_seed([5; 32]).unwrap();
    let mut writer = BundleWriter::new(Cursor::new(Vec::new()));
    writer.add("b.txt", b"second").unwrap();
    writer.add("photos/a.jpg", b"first").unwrap();
    writer.finish(manifest(&key), &key).unwrap().into_inner()
}

#[test]
fn deterministic_and_readable() {
    let bytes = small();
    assert_eq!(bytes, small());
    let mut container = Container::open(Cursor::new(&bytes)).unwrap();
    let names: Vec<_> = container.members().map(|(n, l)| (n.to_owned(), l)).collect();
    assert_eq!(names[0], ("b.txt".to_owned(), 6));
    assert_eq!(names.len(), 3);
    assert_eq!(container.read("photos/a.jpg").unwrap(), b"first");
    assert_eq!(container.digest("photos/a.jpg").unwrap(), Digest::of(b"first"));
    let (manifest, envelope) = Manifest::parse(&container.read(path::MANIFEST).unwrap()).unwrap();
    assert_eq!(manifest.files.len(), 2);
    envelope.verify_by(Ed25519Key::from_seed([5; 32]).unwrap().public()).unwrap();
    assert!(container.read("no.txt").is_err());
}

#[test]
fn nothing_may_stand_beside_the_files() {
    let good = small();
    let open = |bytes: &[u8]| Container::open(Cursor::new(bytes.to_vec())).map(|_| ());
    assert!(open(&good).is_ok());
    assert!(open(&[&good[..], b"x"].concat()).is_err(), "trailing byte");
    assert!(open(&[b"x", &good[..]].concat()).is_err(), "leading byte");
    assert!(open(&good[..good.len() - 1]).is_err(), "cut");
    assert!(open(b"").is_err());
    let mut comment = good.clone();
    let n = comment.len();
    comment[n - 2] = 1;
    comment.push(b'c');
    assert!(open(&comment).is_err(), "comment");
}

/// Every byte of the container matters, but for the dates, attributes and versions, which carry no evidence.
#[test]
fn a_changed_byte_of_the_container_changes_nothing_that_is_read() {
    let good = small();
    let mut accepted = 0;
    for i in 0..good.len() {
        let mut bad = good.clone();
        bad[i] ^= 0x55;
        let Ok(mut container) = Container::open(Cursor::new(&bad)) else {
            continue;
        };
        let names: Vec<_> = container.members().map(|(n, _)| n.to_owned()).collect();
        let Ok(contents) = names.iter().map(|n| container.read(n)).collect::<crate::Result<Vec<_>>>() else {
            continue;
        };
        let mut original = Container::open(Cursor::new(&good)).unwrap();
        for (name, content) in names.iter().zip(contents) {
            assert_eq!(original.read(name).unwrap(), content, "byte {i}");
        }
        accepted += 1;
    }
    assert!(accepted < 3 * 24, "{accepted}");
}

#[test]
fn odd_paths_are_refused() {
    for bad in ["", "/a", "../a", "a/../b", "a/b/c", "a\\b", "照片.jpg", ".hidden", "a/", "a b"] {
        assert!(!is_plain_path(bad), "{bad}");
        let mut writer = BundleWriter::new(Cursor::new(Vec::new()));
        assert!(writer.add(bad, b"").is_err(), "{bad}");
    }
    let mut writer = BundleWriter::new(Cursor::new(Vec::new()));
    writer.add("a", b"").unwrap();
    assert!(writer.add("a", b"").is_err());
    assert!(writer.add(path::MANIFEST, b"").is_err());
}
