//! Import rules.
#[test]
fn placeholder() {}
