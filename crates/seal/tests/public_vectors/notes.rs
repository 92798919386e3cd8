//! C2SP signed notes and checkpoints.

use seal::checkpoint::parse_foreign;
use seal::keys::{Ed25519Key, Signer};
use seal::note::{NoteVerifier, read_unverified, sign_note, verify_note};
use seal::{Digest, base64_decode};

#[test]
fn every_case() {
    let file = crate::json(&crate::folder("tlog-c2sp").join("notes.json"));
    let go = &file["go_sumdb_note"];
    let text = |v: &serde_json::Value| v.as_str().unwrap().to_owned();
    let verifier = NoteVerifier::parse(&text(&go["vkey"])).unwrap();
    assert_eq!(verifier.vkey(), text(&go["vkey"]));
    assert_eq!(verifier.name(), "PeterNeumann");
    assert_eq!(verify_note(&text(&go["signed"]), &verifier).unwrap(), text(&go["text"]));

    // Signing with the private key gives the same note: Ed25519 is deterministic.
    let skey = text(&go["skey"]);
    let bytes = base64_decode(skey.splitn(5, '+').last().unwrap()).unwrap();
    let key = Ed25519Key::from_seed(bytes[1..].try_into().unwrap()).unwrap();
    assert_eq!(NoteVerifier::new("PeterNeumann", key.public().clone()).unwrap(), verifier);
    assert_eq!(sign_note(&text(&go["text"]), "PeterNeumann", &key).unwrap(), text(&go["signed"]));

    for vkey in file["other_vkeys"].as_array().unwrap() {
        let other = NoteVerifier::parse(&text(vkey)).unwrap();
        assert_eq!(other.vkey(), text(vkey));
        assert!(verify_note(&text(&go["signed"]), &other).is_err());
    }
    for vkey in file["bad_vkeys"].as_array().unwrap() {
        assert!(NoteVerifier::parse(&text(vkey)).is_err(), "{vkey}");
    }

    // No public key is given for the examples of the specification: they are read, not verified.
    let example = text(&file["c2sp_checkpoint_example"]["text"]);
    let (body, signatures) = read_unverified(&example).unwrap();
    let (origin, size, root) = parse_foreign(body).unwrap();
    assert_eq!((origin, size), ("example.com/behind-the-sofa", 20_852_163));
    assert_eq!(
        root,
        Digest::from_slice(&base64_decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=").unwrap()).unwrap()
    );
    assert_eq!(signatures.len(), 1);
    assert_eq!((signatures[0].0, signatures[0].1.len()), ("example.com/behind-the-sofa", 68));
    let witness = &file["c2sp_cosignature_example"];
    let note = format!("{body}\n{}\n", text(&witness["witness_line"]));
    let (again, signatures) = read_unverified(&note).unwrap();
    assert_eq!((again, signatures[0].0), (body, "witness.example.com/w1"));
    // A cosignature is key hash, time and signature.
    let time = u64::from_be_bytes(signatures[0].1[4..12].try_into().unwrap());
    assert_eq!(time, witness["timestamp"].as_u64().unwrap());
    assert!(text(&witness["signed_message_v1"]).ends_with(body));
}
