//! Issuing, reading and refusing certificates.

use super::*;
use crate::keys::{Ed25519Key, Signer};

const SCOPE: &str = "00112233445566778899aabbccddeeff";

fn what(name: &str, roles: Vec<Role>) -> Issue {
    Issue {
        name: name.into(),
        org: Some("石屏县商务局".into()),
        person: roles.contains(&Role::Person).then(|| Uuid::from_u128(7)),
        roles,
        scopes: vec![SCOPE.into()],
        not_before_ms: 1_700_000_000_000,
        not_after_ms: 2_600_000_000_000,
        serial: [0xff; 16],
    }
}

fn authority() -> (Ed25519Key, Certificate) {
    let key = Ed25519Key::from_seed([1; 32]).unwrap();
    let root = issue_root(what("石屏县巡站签发机构", vec![]), &key).unwrap();
    (key, root)
}

#[test]
fn issues_and_reads_back() {
    let (key, root) = authority();
    root.verify_root().unwrap();
    assert_eq!(root.roles(), [Role::Authority]);
    let person = Ed25519Key::from_seed([2; 32]).unwrap();
    let roles = vec![Role::Person, Role::Named("inspector".into())];
    let leaf = issue(&what("王\u{f9d1}, \"某\"", roles.clone()), person.public(), &root, &key).unwrap();
    let read = Certificate::parse(leaf.der()).unwrap();
    assert_eq!(read, leaf);
    assert_eq!(read.name(), "王\u{f9d1}, \"某\"");
    assert_eq!(read.org(), Some("石屏县商务局"));
    assert_eq!(read.issuer_name(), "石屏县巡站签发机构");
    assert_eq!(read.roles(), roles);
    assert_eq!(read.scopes(), [SCOPE]);
    assert_eq!(read.person(), Some(Uuid::from_u128(7)));
    assert_eq!(read.public_key(), person.public());
    assert_eq!((read.not_before_ms(), read.not_after_ms()), (1_700_000_000_000, 2_600_000_000_000));
    assert_eq!(read.serial().len(), 32);
    read.verify_chain(&root, Some(&root.fingerprint())).unwrap();
    assert!(read.verify_chain(&root, Some(&Digest::of(b""))).is_err());
}

#[test]
fn refuses_what_does_not_chain() {
    let (key, root) = authority();
    let (other_key, device) = (Ed25519Key::from_seed([3; 32]).unwrap(), Ed25519Key::from_seed([4; 32]).unwrap());
    let impostor = issue_root(what("石屏县巡站签发机构", vec![]), &other_key).unwrap();
    let leaf = issue(&what("电脑一", vec![Role::Device]), device.public(), &root, &key).unwrap();
    assert_eq!(leaf.verify_chain(&impostor, None), Err(Error::Certificate("not signed by the authority")));
    assert!(leaf.verify_chain(&leaf, None).is_err());
    assert!(root.verify_chain(&root, None).is_err());
    assert!(issue(&what("x", vec![Role::Device]), device.public(), &root, &other_key).is_err());
    let mut foreign = what("x", vec![Role::Device]);
    foreign.scopes = vec!["ffffffffffffffffffffffffffffffff".into()];
    let refused = issue(&foreign, device.public(), &root, &key);
    assert_eq!(refused, Err(Error::Certificate("a scope that is not the authority's")));
    for bad in [
        what("", vec![Role::Device]),
        what("x", vec![]),
        what("x", vec![Role::Named("Bad Role".into())]),
    ] {
        assert!(issue(&bad, device.public(), &root, &key).is_err());
    }
}

#[test]
fn every_changed_byte_is_refused() {
    let (key, root) = authority();
    let device = Ed25519Key::from_seed([4; 32]).unwrap();
    let leaf = issue(&what("电脑一", vec![Role::Device]), device.public(), &root, &key).unwrap();
    for i in 0..leaf.der().len() {
        for flip in [0x01, 0x20, 0x80, 0xff] {
            let mut bad = leaf.der().to_vec();
            bad[i] ^= flip;
            let verdict = Certificate::parse(&bad).and_then(|c| c.verify_chain(&root, None));
            assert!(verdict.is_err(), "byte {i} flip {flip:x}");
        }
    }
    assert!(Certificate::parse(&[leaf.der(), &[0]].concat()).is_err());
    assert!(Certificate::parse(&leaf.der()[..leaf.der().len() - 1]).is_err());
}
