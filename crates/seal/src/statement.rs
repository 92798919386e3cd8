//! in-toto Statement v1 in our profile: canonical JSON whose subjects are named by SHA-256.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Digest, Error, Result, canonical, dsse, payload_type};

/// The value of `_type`.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";

/// What a statement is about: a name and the digest of its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// A name for people; the digest decides.
    pub name: String,
    /// The digests of the subject's bytes.
    pub digest: SubjectDigest,
}

/// The digest set of a subject; SHA-256 alone today.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubjectDigest {
    /// SHA-256 of the subject's bytes.
    pub sha256: Digest,
}

/// An in-toto Statement v1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// Always [`STATEMENT_TYPE`].
    #[serde(rename = "_type")]
    pub statement_type: String,
    /// What is stated about, at least one.
    pub subject: Vec<Subject>,
    /// The type of the predicate, a URI.
    #[serde(rename = "predicateType")]
    pub predicate_type: String,
    /// What is stated; an object.
    pub predicate: Value,
}

impl Statement {
    /// States the predicate about one subject.
    pub fn about(name: &str, sha256: Digest, predicate_type: &str, predicate: Value) -> Self {
        Self {
            statement_type: STATEMENT_TYPE.to_owned(),
            subject: vec![Subject {
                name: name.to_owned(),
                digest: SubjectDigest { sha256 },
            }],
            predicate_type: predicate_type.to_owned(),
            predicate,
        }
    }

    /// The canonical bytes; their SHA-256 is the seal id.
    pub fn to_vec(&self) -> Result<Vec<u8>> {
        self.check()?;
        canonical::to_vec(self)
    }

    /// Reads a statement strictly.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let statement: Self = canonical::from_slice(bytes)?;
        statement.check()?;
        Ok(statement)
    }

    fn check(&self) -> Result<()> {
        if self.statement_type != STATEMENT_TYPE {
            return Err(Error::Statement("_type is not in-toto Statement v1"));
        }
        if self.subject.is_empty() {
            return Err(Error::Statement("no subject"));
        }
        if !self.predicate.is_object() {
            return Err(Error::Statement("the predicate is not an object"));
        }
        Ok(())
    }
}

/// The seal id: SHA-256 of the statement's bytes.
pub fn seal_id(statement: &[u8]) -> Digest {
    Digest::of(statement)
}

/// The bytes that each person signs: the PAE of the statement.
pub fn signing_bytes(statement: &[u8]) -> Vec<u8> {
    dsse::pae(payload_type::STATEMENT, statement)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip_and_refusals() {
        let statement = Statement::about("record.json", Digest::of(b"x"), "urn:example:1", serde_json::json!({"b": 1, "a": []}));
        let bytes = statement.to_vec().unwrap();
        assert_eq!(Statement::parse(&bytes).unwrap(), statement);
        for change in [
            ("_type", serde_json::json!("https://in-toto.io/Statement/v0.1")),
            ("subject", serde_json::json!([])),
            ("predicate", serde_json::json!([])),
            ("extra", serde_json::json!(1)),
        ] {
            let mut value = canonical::parse(&bytes).unwrap();
            value[change.0] = change.1;
            assert!(Statement::parse(&canonical::to_vec(&value).unwrap()).is_err(), "{}", change.0);
        }
    }
}
