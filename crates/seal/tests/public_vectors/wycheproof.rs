//! Wycheproof Ed25519, every case, with `verify_strict`. No exceptions.

use seal::keys::{PublicKey, Signature};

#[test]
fn every_case() {
    let file = crate::json(&crate::folder("wycheproof").join("testvectors_v1/ed25519_test.json"));
    let hex_of = |v: &serde_json::Value| hex::decode(v.as_str().unwrap()).unwrap();
    let mut cases = 0;
    for group in file["testGroups"].as_array().unwrap() {
        let raw: [u8; 32] = hex_of(&group["publicKey"]["pk"]).try_into().unwrap();
        let der = hex_of(&group["publicKeyDer"]);
        let key = PublicKey::from_ed25519(&raw);
        if let Ok(key) = &key {
            assert_eq!(key.spki_der(), der);
            assert_eq!(&PublicKey::from_spki_der(&der).unwrap(), key);
            let (ours, theirs) = (key.spki_pem(), group["publicKeyPem"].as_str().unwrap());
            assert_eq!(ours.trim_end(), theirs.trim_end());
        }
        for case in group["tests"].as_array().unwrap() {
            let signature = Signature(hex_of(&case["sig"]));
            let verdict = key.clone().and_then(|k| k.verify_strict(&hex_of(&case["msg"]), &signature));
            let valid = case["result"] == "valid";
            assert_eq!(verdict.is_ok(), valid, "tcId {} {}", case["tcId"], case["comment"]);
            cases += 1;
        }
    }
    println!("{cases} cases");
    assert_eq!(cases, file["numberOfTests"].as_u64().unwrap());
}
