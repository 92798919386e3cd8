//! The county card (县卡): what a laptop needs to start work, signed by the county's authority, without secrets.

use serde::{Deserialize, Serialize};

use crate::cert::Certificate;
use crate::dsse::Envelope;
use crate::encoding::serde_base64;
use crate::keys::{PublicKey, Signer};
use crate::{Digest, Error, Result, canonical, payload_type};

/// The version of the card that this program writes and reads.
pub const CARD_VERSION: u32 = 1;

/// A county's configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountyCard {
    /// Always 1.
    pub v: u32,
    /// The county's scope, 32 hex digits.
    pub scope: String,
    /// The county's name as shown.
    pub name: String,
    /// The authority's certificate, DER; base64 in the JSON.
    #[serde(with = "serde_base64")]
    pub authority_cert: Vec<u8>,
    /// The county's recovery recipient, `age1…`.
    pub recovery_recipient: String,
    /// The server's address, such as `https://xz.example.org`; null where a county has no server yet.
    pub server_url: Option<String>,
    /// The server's pinned key: signs its log and checkpoints and answers for sessions.
    pub server_key: PublicKey,
    /// The rule packs in force.
    pub packs: Vec<PackDigest>,
}

/// A rule pack by id, version and the digest of its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackDigest {
    /// The pack's id.
    pub id: String,
    /// The pack's version.
    pub version: String,
    /// SHA-256 of the pack's file.
    pub sha256: Digest,
}

impl CountyCard {
    /// Signs the card with the authority's key and returns the bytes of its envelope, which are the file.
    pub fn sign(&self, authority: &dyn Signer) -> Result<Vec<u8>> {
        let certificate = self.check()?;
        if certificate.public_key() != authority.public() {
            return Err(Error::Card("the signer is not the card's authority"));
        }
        Envelope::signed(payload_type::COUNTY_CARD, canonical::to_vec(self)?, authority)?.to_vec()
    }

    /// Reads a card's file and checks it against itself: its authority is in order and signed it. Whether that is the
    /// *right* authority only the fingerprint can say, which the reader compares with paper.
    pub fn open(bytes: &[u8]) -> Result<(Self, Certificate)> {
        let envelope = Envelope::parse_typed(bytes, payload_type::COUNTY_CARD)?;
        let card: Self = canonical::from_slice(&envelope.payload)?;
        let certificate = card.check()?;
        if envelope.signatures.len() != 1 {
            return Err(Error::Card("more or fewer than one signature"));
        }
        envelope.verify_by(certificate.public_key())?;
        Ok((card, certificate))
    }

    fn check(&self) -> Result<Certificate> {
        if self.v != CARD_VERSION {
            return Err(Error::Card("needs another version of the program"));
        }
        let certificate = Certificate::parse(&self.authority_cert)?;
        certificate.verify_root()?;
        if !certificate.has_scope(&self.scope) {
            return Err(Error::Card("the authority is not that scope's"));
        }
        if self.name.is_empty() || !self.recovery_recipient.starts_with("age1") {
            return Err(Error::Card("no name or no recovery recipient"));
        }
        Ok(certificate)
    }
}
