//! Rules of the profile, one by one, and property tests.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn refused(text: &str) -> String {
    match parse(text.as_bytes()) {
        Err(Error::Json { reason, .. }) => reason.to_owned(),
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn refuses_each_rule() {
    for (text, reason) in [
        (r#"{"a":1,"a":1}"#, "duplicate key"),
        (r#"{"a":1,"\u0061":2}"#, "duplicate key"),
        (r#"{"x":{"a":1,"b":[],"a":2}}"#, "duplicate key"),
        ("1.0", "a number is not an integer"),
        ("1e3", "a number is not an integer"),
        ("9007199254740992", "an integer is beyond 2^53-1"),
        ("9007199254740993", "an integer is beyond 2^53-1"),
        ("-9007199254740992", "an integer is beyond 2^53-1"),
        ("99999999999999999999999999", "an integer is beyond 2^53-1"),
        ("-0", "minus zero"),
        ("01", "a number starts with zero"),
        ("-", "expected a digit"),
        (r#"{"县":1}"#, "a key is not ASCII"),
        (r#"{"\u53bf":1}"#, "a key is not ASCII"),
        (r#""\u0000""#, "text contains U+0000"),
        ("\"\u{0}\"", "a control character in text"),
        ("\"a\nb\"", "a control character in text"),
        (r#""\ud800""#, "a lone surrogate"),
        (r#""\udc00""#, "a lone surrogate"),
        (r#""\ud800\ud800""#, "a lone surrogate"),
        (r#""\ud800x""#, "a lone surrogate"),
        (r#""\u00g0""#, "expected four hex digits"),
        (r#""\x""#, "unknown escape"),
        ("1 2", "bytes after the end"),
        ("", "ends too early"),
        ("\"", "ends too early"),
        ("[1,]", "not a JSON value"),
        (r#"{"a":1,}"#, "expected a key"),
        ("[1 2]", "expected , or ]"),
        (r#"{"a" 1}"#, "expected :"),
        ("nul", "not a JSON value"),
        ("NaN", "not a JSON value"),
        ("\u{feff}1", "not a JSON value"),
    ] {
        assert_eq!(refused(text), reason, "{text}");
    }
    assert_eq!(parse(b"\"\xff\""), Err(Error::Json { at: 1, reason: "not UTF-8" }));
    assert_eq!(parse(b"\"\xed\xa0\x80\""), Err(Error::Json { at: 1, reason: "not UTF-8" }));
}

#[test]
fn depth_is_limited_to_64() {
    let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    assert!(parse_canonical(nested(64).as_bytes()).is_ok());
    assert_eq!(refused(&nested(65)), "nested deeper than 64");
    let mut value = json!(0);
    for _ in 0..65 {
        value = json!([value]);
    }
    assert_eq!(to_vec(&value), Err(Error::Unwritable("nested deeper than 64")));
}

#[test]
fn writer_refuses_what_the_reader_refuses() {
    for (value, reason) in [
        (json!(1.5), "a number is not an integer"),
        (json!(1.0), "a number is not an integer"),
        (json!(u64::MAX), "an integer is beyond 2^53-1"),
        (json!(i64::MIN), "an integer is beyond 2^53-1"),
        (json!({ "县": 1 }), "a key is not ASCII"),
        (json!("\u{0}"), "text contains U+0000"),
    ] {
        assert_eq!(to_vec(&value), Err(Error::Unwritable(reason)));
    }
    assert_eq!(to_vec(&MAX_INTEGER).unwrap(), b"9007199254740991");
    assert_eq!(to_vec(&-9_007_199_254_740_991_i64).unwrap(), b"-9007199254740991");
}

#[test]
fn text_is_kept_as_typed() {
    // U+F9D1 is a compatibility ideograph that NFC would rewrite to U+516D.
    let name = "\u{f9d1}某 e\u{301}";
    let bytes = to_vec(&name).unwrap();
    assert_eq!(parse_canonical(&bytes).unwrap(), Value::String(name.to_owned()));
}

#[test]
fn canonical_form_is_enforced() {
    assert_eq!(
        to_vec(&json!({"b": 1, "a": "\u{1}\u{7f}/é"})).unwrap(),
        "{\"a\":\"\\u0001\u{7f}/é\",\"b\":1}".as_bytes()
    );
    for text in [r#"{"a": 1}"#, r#"{"b":1,"a":1}"#, r#""\u0041""#, r#""\/""#, " 1", "1\n", r#""\u000A""#] {
        assert!(parse(text.as_bytes()).is_ok(), "{text}");
        assert!(matches!(parse_canonical(text.as_bytes()), Err(Error::NotCanonical { .. })), "{text}");
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (-9_007_199_254_740_991_i64..=9_007_199_254_740_991).prop_map(Value::from),
        any::<String>().prop_map(|s| Value::String(s.replace('\0', "零"))),
    ];
    leaf.prop_recursive(5, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::Array),
            prop::collection::vec(("[ -~]{0,8}", inner), 0..8).prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn round_trip(value in any_value()) {
        let bytes = to_vec(&value).unwrap();
        prop_assert_eq!(&parse_canonical(&bytes).unwrap(), &value);
        // The independent writer agrees, and so does any ordinary reader.
        prop_assert_eq!(&serde_json_canonicalizer::to_vec(&value).unwrap(), &bytes);
        prop_assert_eq!(&serde_json::from_slice::<Value>(&bytes).unwrap(), &value);
        let pretty = serde_json::to_vec_pretty(&value).unwrap();
        prop_assert_eq!(to_vec(&parse(&pretty).unwrap()).unwrap(), bytes);
    }

    #[test]
    fn any_bytes_never_panic_and_never_widen(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(value) = parse(&bytes) {
            prop_assert_eq!(serde_json::from_slice::<Value>(&bytes).unwrap(), value);
        }
    }

    #[test]
    fn one_changed_byte_is_another_value_or_refused(value in any_value(), at in any::<prop::sample::Index>(), flip in 1_u8..) {
        let good = to_vec(&value).unwrap();
        let mut bad = good.clone();
        let i = at.index(bad.len());
        bad[i] ^= flip;
        if let Ok(other) = parse_canonical(&bad) {
            prop_assert_ne!(other, value);
        }
    }
}
