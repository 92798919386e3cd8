//! The auditor: one program, a file and a fingerprint.

use std::fs;
use std::path::Path;
use std::process::Command;

use xunzhan_tests::place;
use xunzhan_tests::program::finished;

use crate::county::County;

fn verify(bundle: &Path, root: &str) -> (i32, String) {
    finished(Command::new(place::program("xunzhan-verify")).arg(bundle).args(["--root", root]))
}

/// The bundle is accepted, and the report names both signers.
pub fn accepts(bundle: &Path, county: &County, seal_id: &str) {
    let (code, report) = verify(bundle, county.root());
    fs::write(place::pictures().join("verify.txt"), &report).unwrap();
    assert_eq!(code, 0, "{report}");
    for person in county.inspectors() {
        assert!(report.contains(&person.name), "the report does not name {}:\n{report}", person.name);
    }
    assert!(report.contains(&seal_id[..16]), "the report does not name the seal:\n{report}");
}

/// One changed byte anywhere, or another county's fingerprint, and it is refused.
pub fn refuses_what_was_changed(bundle: &Path, county: &County) {
    let (code, report) = verify(bundle, &"0".repeat(64));
    assert_ne!(code, 0, "accepted under a foreign fingerprint:\n{report}");
    let whole = fs::read(bundle).unwrap();
    let changed = place::pictures().join("bundle-changed.zip");
    for part in 1..8 {
        let mut bytes = whole.clone();
        let at = bytes.len() / 8 * part;
        bytes[at] ^= 0x20;
        fs::write(&changed, &bytes).unwrap();
        let (code, report) = verify(&changed, county.root());
        assert_ne!(code, 0, "byte {at} was changed and the bundle accepted:\n{report}");
    }
}
