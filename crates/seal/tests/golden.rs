//! Golden vectors of our own formats, from fixed keys, serials and times: equal inputs give the committed bytes, for ever.
//! `UPDATE_GOLDEN=1` writes them anew, which is a change of format and wants an ADR.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::PathBuf;

use seal::card::{CountyCard, PackDigest};
use seal::cert::{Certificate, Issue, Role, issue, issue_root};
use seal::checkpoint::Checkpoint;
use seal::dsse::Envelope;
use seal::keys::{Ed25519Key, Signer};
use seal::merkle::{Tree, entry_leaf};
use seal::revocation::{RevocationList, Revoked};
use seal::statement::{Statement, seal_id, signing_bytes};
use seal::{Digest, canonical, dsse, pae, payload_type};
use serde_json::json;
use uuid::Uuid;

const SCOPE: &str = "00112233445566778899aabbccddeeff";
const TIME: i64 = 1_795_132_800_000;

fn key(seed: u8) -> Ed25519Key {
    Ed25519Key::from_seed([seed; 32]).unwrap()
}

/// Compares with the committed file, byte for byte, and gives the committed bytes to be read back.
fn golden(name: &str, bytes: &[u8]) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
    }
    let committed = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    assert!(committed == bytes, "{name} differs from the committed vector");
    committed
}

fn what(seed: u8, name: &str, roles: &[Role], person: Option<Uuid>) -> Issue {
    Issue {
        name: name.into(),
        org: Some("石屏县商务局".into()),
        roles: roles.to_vec(),
        scopes: vec![SCOPE.into()],
        person,
        not_before_ms: TIME,
        not_after_ms: TIME + 157_680_000_000,
        serial: [seed; 16],
    }
}

fn root() -> Certificate {
    issue_root(what(1, "石屏县巡站签发机构", &[], None), &key(1)).unwrap()
}

fn statement() -> Vec<u8> {
    let predicate = json!({ "covers": [], "visit": "01934f00-0000-7000-8000-000000000001" });
    Statement::about("record.json", Digest::of(b"{}"), "urn:xunzhan:visit-record:1", predicate)
        .to_vec()
        .unwrap()
}

#[test]
fn canonical_json() {
    let value = json!({
        "text": "站点\u{f9d1} e\u{301} \"\\/\u{8}\u{c}\n\r\t\u{1}\u{7f}\u{2028}😂", "max": 9_007_199_254_740_991_i64,
        "min": -9_007_199_254_740_991_i64, "zero": 0, "Z": true, "a": null, "": [], "nested": { "b": [1, [2, {}]], "a": false },
    });
    let bytes = golden("canonical.json", &canonical::to_vec(&value).unwrap());
    assert_eq!(canonical::parse_canonical(&bytes).unwrap(), value);
}

#[test]
fn pae_and_signature() {
    let bytes = golden("statement.pae", &pae(payload_type::STATEMENT, &statement()));
    assert_eq!(bytes, signing_bytes(&statement()));
    let signature = dsse::sign(&key(4), payload_type::STATEMENT, &statement()).unwrap();
    let public = key(4).public().clone();
    let vector = json!({
        "seed": hex::encode([4; 32]), "public_key": public, "kid": public.kid(), "payload_type": payload_type::STATEMENT,
        "payload_sha256": Digest::of(&statement()), "signature": signature,
    });
    let vector = golden("signature.json", &canonical::to_vec(&vector).unwrap());
    let read: serde_json::Value = canonical::parse_canonical(&vector).unwrap();
    let signature = serde_json::from_value(read["signature"].clone()).unwrap();
    public.verify_strict(&bytes, &signature).unwrap();
}

#[test]
fn statement_and_envelope() {
    let bytes = golden("statement.json", &statement());
    assert_eq!(Statement::parse(&bytes).unwrap().subject[0].digest.sha256, Digest::of(b"{}"));
    golden("statement.sha256", seal_id(&bytes).to_hex().as_bytes());
    let mut envelope = Envelope::new(payload_type::STATEMENT, bytes);
    envelope.sign(&key(5)).unwrap();
    envelope.sign(&key(4)).unwrap();
    let read = Envelope::parse_typed(&golden("statement.dsse.json", &envelope.to_vec().unwrap()), payload_type::STATEMENT).unwrap();
    read.verify_by(key(4).public()).unwrap();
    read.verify_by(key(5).public()).unwrap();
}

#[test]
fn certificates() {
    let root = root();
    let read = Certificate::parse(&golden("root.der", root.der())).unwrap();
    read.verify_root().unwrap();
    golden("root.pem", read.pem().as_bytes());
    let roles = [Role::Person, Role::Named("inspector".into())];
    let person = what(4, "王某", &roles, Some(Uuid::from_u128(7)));
    let person = issue(&person, key(4).public(), &root, &key(1)).unwrap();
    let read = Certificate::parse(&golden("person.der", person.der())).unwrap();
    read.verify_chain(&root, Some(&root.fingerprint())).unwrap();
    assert_eq!((read.name(), read.person()), ("王某", Some(Uuid::from_u128(7))));
}

#[test]
fn county_card() {
    let card = CountyCard {
        v: 1,
        scope: SCOPE.into(),
        name: "石屏县".into(),
        authority_cert: root().der().to_vec(),
        recovery_recipient: "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p".into(),
        server_url: Some("https://xz.example.org".into()),
        server_key: key(2).public().clone(),
        packs: vec![PackDigest {
            id: "C4".into(),
            version: "1".into(),
            sha256: Digest::of(b"pack"),
        }],
    };
    let bytes = golden("card.dsse.json", &card.sign(&key(1)).unwrap());
    assert_eq!(CountyCard::open(&bytes).unwrap(), (card.clone(), root()));
    assert!(card.sign(&key(2)).is_err());
    for at in 0..bytes.len() {
        let mut bad = bytes.clone();
        bad[at] ^= 1;
        assert!(CountyCard::open(&bad).is_err(), "byte {at}");
    }
}

#[test]
fn revocations() {
    let list = RevocationList {
        v: 1,
        scope: SCOPE.into(),
        number: 2,
        as_of_ms: TIME,
        revoked: vec![Revoked {
            kid: key(5).public().kid(),
            at_ms: TIME - 1,
            reason: "遗失".into(),
        }],
    };
    let bytes = golden("revocations.dsse.json", &list.sign(&key(1)).unwrap());
    let read = RevocationList::open(&bytes, &root()).unwrap();
    assert_eq!(read.find(&key(5).public().kid()).unwrap().at_ms, TIME - 1);
    assert!(read.find(&key(4).public().kid()).is_none());
    assert!(RevocationList::open(&list.sign(&key(2)).unwrap(), &root()).is_err());
}

#[test]
fn tree_and_checkpoint() {
    let ids: Vec<Digest> = (0..11_u8).map(|i| Digest::of(&[i])).collect();
    let tree = Tree::from_leaves(ids.iter().map(entry_leaf));
    let inclusion = seal::bundle::InclusionFile {
        entry: ids[4],
        leaf: 4,
        proof: tree.inclusion_proof(4, 11).unwrap(),
        size: 11,
    };
    let consistency = seal::bundle::ConsistencyFile {
        new: 11,
        old: 6,
        proof: tree.consistency_proof(6, 11).unwrap(),
    };
    let leaves = json!({ "entry": ids[4], "leaf_hash": entry_leaf(&ids[4]), "root_6": tree.root_at(6).unwrap(), "root_11": tree.root() });
    golden("leaf.json", &canonical::to_vec(&leaves).unwrap());
    let bytes = golden("inclusion.json", &canonical::to_vec(&inclusion).unwrap());
    let read: seal::bundle::InclusionFile = canonical::from_slice(&bytes).unwrap();
    read.verify(&ids[4], 11, &tree.root()).unwrap();
    assert!(read.verify(&ids[5], 11, &tree.root()).is_err());
    let bytes = golden("consistency.json", &canonical::to_vec(&consistency).unwrap());
    let read: seal::bundle::ConsistencyFile = canonical::from_slice(&bytes).unwrap();
    read.verify(6, &tree.root_at(6).unwrap(), 11, &tree.root()).unwrap();

    let checkpoint = Checkpoint {
        origin: format!("xunzhan/{SCOPE}/1"),
        size: 11,
        root: tree.root(),
        time_ms: TIME,
    };
    let note = golden("checkpoint.note", checkpoint.sign(&key(2)).unwrap().as_bytes());
    assert_eq!(Checkpoint::open(&note, key(2).public()).unwrap(), checkpoint);
}
