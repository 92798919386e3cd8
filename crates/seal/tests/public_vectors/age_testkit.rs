//! The C2SP age testkit against the `age` crate, which keeps photos and keys at rest.

use std::io::Read;
use std::str::FromStr;

use age::secrecy::SecretString;
use age::{DecryptError, Decryptor, Identity, scrypt, x25519};
use seal::Digest;

/// Cases in which the crate is more lenient than the testkit: it still reads stanzas of old age files that lack a short final
/// line. Nothing is decrypted that was not encrypted to us, so this is harmless here.
const LENIENT: [&str; 2] = ["stanza_missing_body", "stanza_missing_final_line"];

struct Case {
    expect: String,
    payload: Option<Digest>,
    identities: Vec<x25519::Identity>,
    passphrase: Option<String>,
    armored: bool,
    file: Vec<u8>,
}

fn read(bytes: &[u8]) -> Case {
    let end = bytes.windows(2).position(|w| w == b"\n\n").unwrap();
    let mut case = Case {
        expect: String::new(),
        payload: None,
        identities: vec![],
        passphrase: None,
        armored: false,
        file: bytes[end + 2..].to_vec(),
    };
    for line in std::str::from_utf8(&bytes[..end]).unwrap().lines() {
        let (key, value) = line.split_once(": ").unwrap();
        match key {
            "expect" => case.expect = value.to_owned(),
            "payload" => case.payload = Some(value.parse().unwrap()),
            "identity" => case.identities.push(x25519::Identity::from_str(value).unwrap()),
            "passphrase" => case.passphrase = Some(value.to_owned()),
            "armored" => case.armored = value == "yes",
            "compressed" => {
                let mut plain = Vec::new();
                flate2::read::ZlibDecoder::new(&bytes[end + 2..]).read_to_end(&mut plain).unwrap();
                case.file = plain;
            }
            "file key" | "comment" => {}
            other => panic!("unknown member {other}"),
        }
    }
    case
}

/// What came of it, in the testkit's words, and the bytes that were let out.
fn decrypt(case: &Case) -> (&'static str, Vec<u8>) {
    let opened = Decryptor::new(&case.file[..]).and_then(|d| match &case.passphrase {
        Some(passphrase) if d.is_scrypt() => {
            let mut identity = scrypt::Identity::new(SecretString::from(passphrase.clone()));
            identity.set_max_work_factor(16);
            d.decrypt(std::iter::once(&identity as &dyn Identity))
        }
        _ => d.decrypt(case.identities.iter().map(|i| i as &dyn Identity)),
    });
    let mut out = Vec::new();
    let verdict = match opened {
        Ok(mut reader) => match reader.read_to_end(&mut out) {
            Ok(_) => "success",
            Err(_) => "payload failure",
        },
        Err(DecryptError::InvalidMac) => "HMAC failure",
        Err(DecryptError::DecryptionFailed | DecryptError::NoMatchingKeys) => "no match",
        Err(_) => "header failure",
    };
    (verdict, out)
}

#[test]
fn every_file() {
    let (mut equal, mut armored, mut lenient) = (0, 0, 0);
    for path in crate::files(&crate::folder("age-testkit").join("testkit"), "") {
        let name = crate::name(&path);
        let case = read(&std::fs::read(&path).unwrap());
        let (verdict, out) = decrypt(&case);
        if case.armored {
            // We never write nor read the ASCII form: the crate is built without it, and each such file is refused unread.
            assert_eq!((verdict, out.len()), ("header failure", 0), "{name}");
            armored += 1;
        } else if LENIENT.contains(&name) {
            assert_eq!((case.expect.as_str(), verdict), ("header failure", "success"), "{name}");
            lenient += 1;
        } else {
            assert_eq!(verdict, case.expect, "{name}");
            if let Some(expected) = case.payload {
                assert_eq!(Digest::of(&out), expected, "{name}: bytes were let out that must not be");
            }
            equal += 1;
        }
    }
    println!("{equal} as the testkit says, {lenient} lenient, {armored} armored and refused unread");
    assert!(equal >= 10);
}
