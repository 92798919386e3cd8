//! RFC 8785 test data. Our profile is narrower than JCS: what it leaves out must be refused for that very reason.

use seal::{Error, canonical};

/// Files that our profile refuses, with the rule. For these the independent writer `serde_json_canonicalizer` is checked
/// instead, which our property tests compare ours with.
const REFUSED: [(&str, &str); 4] = [
    ("structures.json", "a number is not an integer"),
    ("values.json", "a number is not an integer"),
    ("french.json", "a key is not ASCII"),
    ("weird.json", "a key is not ASCII"),
];

#[test]
fn every_file() {
    let folder = crate::folder("jcs-rfc8785").join("testdata");
    let (mut equal, mut refused) = (0, 0);
    for path in crate::files(&folder.join("input"), ".json") {
        let name = crate::name(&path);
        let input = std::fs::read(&path).unwrap();
        let output = std::fs::read(folder.join("output").join(name)).unwrap();
        let hex_text = std::fs::read_to_string(folder.join("outhex").join(name.replace(".json", ".txt"))).unwrap();
        let digits: String = hex_text.split_whitespace().collect();
        assert_eq!(hex::decode(digits).unwrap(), output, "{name}");
        let parsed = canonical::parse(&input);
        if let Some((_, rule)) = REFUSED.iter().find(|(n, _)| *n == name) {
            assert!(matches!(parsed, Err(Error::Json { reason, .. }) if reason == *rule), "{name}: {parsed:?}");
            // JCS writes 56.0 as 56, which is in our profile; every other output is refused like its input.
            assert_eq!(canonical::parse_canonical(&output).is_ok(), name == "structures.json", "{name}");
            let loose: serde_json::Value = serde_json::from_slice(&input).unwrap();
            assert_eq!(serde_json_canonicalizer::to_vec(&loose).unwrap(), output, "{name}");
            refused += 1;
        } else {
            let value = parsed.unwrap();
            assert_eq!(canonical::to_vec(&value).unwrap(), output, "{name}");
            assert_eq!(canonical::parse_canonical(&output).unwrap(), value, "{name}");
            equal += 1;
        }
    }
    println!("{equal} files equal, {refused} outside our profile and refused");
    assert_eq!((equal, refused), (2, 4));
}
