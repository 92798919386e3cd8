//! The enrolment request: a device and its people ask to be known. The body of `POST /v1/enrol`, or a file on a stick.
//!
//! A DSSE envelope over canonical JSON, signed by every key that it names, so that each is shown to be held by whoever asks.
//! It promises nothing: an administrator compares the fingerprint and approves.

use std::collections::BTreeSet;

use seal::Digest;
use seal::dsse::Envelope;
use seal::keys::{Kid, PublicKey, Signer};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ScopeId;

/// Payload type of the envelope.
pub const ENROLMENT_TYPE: &str = "application/vnd.xunzhan.enrolment+json";
/// The most persons in one request.
pub const MAX_PERSONS: usize = 16;
/// The largest envelope in bytes.
pub const MAX_ENROLMENT_BYTES: usize = 64 * 1024;
/// The longest name in bytes.
pub const MAX_NAME_BYTES: usize = 200;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enrolment {
    /// Version: 1.
    pub v: u32,
    /// The county's replica.
    pub scope: ScopeId,
    /// The laptop.
    pub device: EnrolDevice,
    /// Those who work with it, each with an own key; may be none.
    pub persons: Vec<EnrolPerson>,
    /// Claimed time, milliseconds since 1970 UTC.
    pub made_ms: i64,
}

/// The laptop that asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrolDevice {
    /// What people call it.
    pub name: String,
    /// The device key.
    pub key: PublicKey,
}

/// A person who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrolPerson {
    /// The person's id.
    pub person: Uuid,
    /// Name.
    pub name: String,
    /// Home office.
    pub org: String,
    /// The person's key on this laptop.
    pub key: PublicKey,
}

/// Why a request was not made or not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnrolError {
    /// The envelope, its JSON or a signature is broken, or a signature is missing.
    #[error(transparent)]
    Seal(#[from] seal::Error),
    /// A rule of the request is broken.
    #[error("the enrolment request is refused: {0}")]
    Rule(&'static str),
}

impl Enrolment {
    /// Signs the request by every key that it names, in any order; refuses when one is missing.
    pub fn to_envelope(&self, signers: &[&dyn Signer]) -> Result<Vec<u8>, EnrolError> {
        self.check()?;
        let mut envelope = Envelope::new(ENROLMENT_TYPE, seal::canonical::to_vec(self)?);
        for signer in signers {
            envelope.sign(*signer)?;
        }
        let bytes = envelope.to_vec()?;
        Self::read(&bytes)?;
        Ok(bytes)
    }

    /// Reads a request and checks every signature. Also gives the fingerprint that people compare: SHA-256 of the payload.
    pub fn read(bytes: &[u8]) -> Result<(Self, Digest), EnrolError> {
        if bytes.len() > MAX_ENROLMENT_BYTES {
            return Err(EnrolError::Rule("over 64 KiB"));
        }
        let envelope = Envelope::parse_typed(bytes, ENROLMENT_TYPE)?;
        let enrolment: Self = seal::canonical::from_slice(&envelope.payload)?;
        enrolment.check()?;
        for key in enrolment.keys() {
            envelope.verify_by(key)?;
        }
        Ok((enrolment, Digest::of(&envelope.payload)))
    }

    fn keys(&self) -> impl Iterator<Item = &PublicKey> {
        std::iter::once(&self.device.key).chain(self.persons.iter().map(|p| &p.key))
    }

    fn check(&self) -> Result<(), EnrolError> {
        if self.v != 1 {
            return Err(EnrolError::Rule("unknown version"));
        }
        if self.persons.len() > MAX_PERSONS {
            return Err(EnrolError::Rule("over 16 persons"));
        }
        let kids: BTreeSet<Kid> = self.keys().map(PublicKey::kid).collect();
        let people: BTreeSet<Uuid> = self.persons.iter().map(|p| p.person).collect();
        if kids.len() != self.persons.len().saturating_add(1) || people.len() != self.persons.len() {
            return Err(EnrolError::Rule("a key or a person stands twice"));
        }
        let names = self.persons.iter().flat_map(|p| [(&p.name, true), (&p.org, false)]);
        let bad = |(name, needed): (&String, bool)| name.len() > MAX_NAME_BYTES || (needed && name.trim().is_empty());
        if names.chain([(&self.device.name, true)]).any(bad) {
            return Err(EnrolError::Rule("a name is empty or over 200 bytes"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use seal::keys::Ed25519Key;

    use super::*;

    fn key(n: u8) -> Ed25519Key {
        Ed25519Key::from_seed([n; 32]).unwrap()
    }

    fn request(person: &Ed25519Key) -> Enrolment {
        Enrolment {
            v: 1,
            scope: ScopeId::from_bytes([1; 16]),
            device: EnrolDevice {
                name: "三号笔记本".into(),
                key: key(1).public().clone(),
            },
            persons: vec![EnrolPerson {
                person: Uuid::from_bytes([2; 16]),
                name: "某某".into(),
                org: "县商务局".into(),
                key: person.public().clone(),
            }],
            made_ms: 0,
        }
    }

    #[test]
    fn every_key_named_must_sign() {
        let (device, person, other) = (key(1), key(2), key(3));
        let request = request(&person);
        let bytes = request.to_envelope(&[&person, &device]).unwrap();
        let (read, fingerprint) = Enrolment::read(&bytes).unwrap();
        assert_eq!(read, request);
        assert_eq!(fingerprint, Digest::of(&seal::canonical::to_vec(&request).unwrap()));
        assert!(matches!(request.to_envelope(&[&device]), Err(EnrolError::Seal(_))));
        assert!(matches!(request.to_envelope(&[&device, &other]), Err(EnrolError::Seal(_))));
    }

    #[test]
    fn refuses_one_key_for_two_and_nameless_people() {
        let device = key(1);
        assert!(matches!(request(&device).to_envelope(&[&device]), Err(EnrolError::Rule(_))));
        let person = key(2);
        let mut nameless = request(&person);
        nameless.persons[0].name = " ".into();
        assert!(matches!(nameless.to_envelope(&[&device, &person]), Err(EnrolError::Rule(_))));
    }
}
