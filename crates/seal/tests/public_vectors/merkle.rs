//! RFC 6962 inclusion and consistency proofs, happy and broken. The subtree proofs in the same set are of another draft
//! (Merkle tree certificates) that we do not use.

use seal::merkle::{verify_consistency, verify_inclusion};
use seal::{Digest, Result, base64_decode};
use serde_json::Value;

/// The one accepted case whose "hashes" are text of another length ("don't care 2"): our types hold SHA-256 alone.
const NOT_SHA256: &str = "sizes-are-equal-one-and-proof-is-empty.json";

/// A hash of wrong length cannot be put into our types at all: that is a refusal too.
fn hash(value: &Value) -> Result<Digest> {
    Digest::from_slice(&base64_decode(value.as_str().unwrap_or_default())?)
}

fn hashes(value: &Value) -> Result<Vec<Digest>> {
    value.as_array().map(Vec::as_slice).unwrap_or_default().iter().map(hash).collect()
}

fn run(folder: &str, check: fn(&Value) -> Result<()>) -> (u32, u32) {
    let (mut good, mut bad) = (0, 0);
    for path in crate::files(&crate::folder("tlog-rfc6962").join("testdata").join(folder), ".json") {
        let case = crate::json(&path);
        let broken = case["wantErr"].as_bool().unwrap() || crate::name(&path) == NOT_SHA256;
        let verdict = check(&case);
        assert_eq!(verdict.is_err(), broken, "{}: {verdict:?}", path.display());
        if broken {
            bad += 1;
        } else {
            good += 1;
        }
    }
    println!("{folder}: {good} accepted, {bad} refused");
    (good, bad)
}

#[test]
fn inclusion() {
    let (good, bad) = run("inclusion", |case| {
        let (index, size) = (case["leafIdx"].as_u64().unwrap(), case["treeSize"].as_u64().unwrap());
        verify_inclusion(&hash(&case["leafHash"])?, index, size, &hashes(&case["proof"])?, &hash(&case["root"])?)
    });
    assert!(good > 0 && bad > 0);
}

#[test]
fn consistency() {
    let (good, bad) = run("consistency", |case| {
        let (old, new) = (case["size1"].as_u64().unwrap(), case["size2"].as_u64().unwrap());
        verify_consistency(old, &hash(&case["root1"])?, new, &hash(&case["root2"])?, &hashes(&case["proof"])?)
    });
    assert!(good > 0 && bad > 0);
}
