//! The revocation list: which keys are no longer trusted since when, signed by the authority and logged by the server.

use serde::{Deserialize, Serialize};

use crate::cert::Certificate;
use crate::dsse::Envelope;
use crate::keys::{Kid, Signer};
use crate::{Error, Result, canonical, payload_type};

/// A list of everything ever revoked in a scope; a later list repeats the earlier one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevocationList {
    /// Always 1.
    pub v: u32,
    /// The scope, 32 hex digits.
    pub scope: String,
    /// Counts the lists of a scope from 1.
    pub number: u64,
    /// When the authority signed, ms since 1970 UTC: what is not listed was "not revoked as of" then.
    pub as_of_ms: i64,
    /// Revoked keys in order of their id, each once.
    pub revoked: Vec<Revoked>,
}

/// One revoked key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revoked {
    /// The key.
    pub kid: Kid,
    /// From when it is not trusted, ms since 1970 UTC.
    pub at_ms: i64,
    /// Why, in the administrator's words.
    pub reason: String,
}

impl RevocationList {
    /// Signs the list with the authority's key and returns the bytes of its envelope.
    pub fn sign(&self, authority: &dyn Signer) -> Result<Vec<u8>> {
        self.check()?;
        Envelope::signed(payload_type::REVOCATIONS, canonical::to_vec(self)?, authority)?.to_vec()
    }

    /// Reads a list and checks that the authority signed it for one of its scopes.
    pub fn open(bytes: &[u8], authority: &Certificate) -> Result<Self> {
        let envelope = Envelope::parse_typed(bytes, payload_type::REVOCATIONS)?;
        if envelope.signatures.len() != 1 {
            return Err(Error::Envelope("more or fewer than one signature"));
        }
        envelope.verify_by(authority.public_key())?;
        let list: Self = canonical::from_slice(&envelope.payload)?;
        list.check()?;
        if !authority.has_scope(&list.scope) {
            return Err(Error::Envelope("a list of another scope"));
        }
        Ok(list)
    }

    /// When and why the key was revoked, if it was.
    pub fn find(&self, kid: &Kid) -> Option<&Revoked> {
        self.revoked.iter().find(|r| r.kid == *kid)
    }

    fn check(&self) -> Result<()> {
        if self.v != 1 {
            return Err(Error::Envelope("a list of an unknown version"));
        }
        if !self.revoked.is_sorted_by(|a, b| a.kid < b.kid) {
            return Err(Error::Envelope("revoked keys are not in order or not unique"));
        }
        Ok(())
    }
}
