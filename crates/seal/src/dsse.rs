//! DSSE v1 envelopes: what is signed is [`pae`] of the payload's type and the payload's exact bytes.
//!
//! Our profile: the JSON is canonical, base64 is strict, `keyid` is the [`Kid`], signatures are sorted by it and unique.

use serde::{Deserialize, Serialize};

use crate::encoding::serde_base64;
use crate::keys::{Kid, PublicKey, Signature, Signer};
use crate::{Error, Result, canonical};

/// Pre-authentication encoding (DSSE v1): `DSSEv1 <len> <type> <len> <payload>`.
pub fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut out = format!("DSSEv1 {} {} {} ", payload_type.len(), payload_type, payload.len()).into_bytes();
    out.extend_from_slice(payload);
    out
}

/// Signs the PAE of a payload.
pub fn sign(signer: &dyn Signer, payload_type: &str, payload: &[u8]) -> Result<Signature> {
    signer.sign(&pae(payload_type, payload))
}

/// Checks a signature over the PAE of a payload.
pub fn verify(key: &PublicKey, payload_type: &str, payload: &[u8], signature: &Signature) -> Result<()> {
    key.verify_strict(&pae(payload_type, payload), signature)
}

/// One signature of an envelope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnvelopeSignature {
    /// The id of the key that signed.
    pub keyid: Kid,
    /// The signature over the PAE.
    pub sig: Signature,
}

/// A payload with its type and signatures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// What the payload is; signed together with it.
    #[serde(rename = "payloadType")]
    pub payload_type: String,
    /// The exact bytes that were signed.
    #[serde(with = "serde_base64")]
    pub payload: Vec<u8>,
    /// Signatures sorted by key id, one for each key.
    pub signatures: Vec<EnvelopeSignature>,
}

impl Envelope {
    /// Makes an envelope without signatures.
    pub fn new(payload_type: &str, payload: Vec<u8>) -> Self {
        Self {
            payload_type: payload_type.to_owned(),
            payload,
            signatures: Vec::new(),
        }
    }

    /// Makes an envelope signed by one key.
    pub fn signed(payload_type: &str, payload: Vec<u8>, signer: &dyn Signer) -> Result<Self> {
        let mut envelope = Self::new(payload_type, payload);
        envelope.sign(signer)?;
        Ok(envelope)
    }

    /// Adds the signer's signature, replacing an older one by the same key.
    pub fn sign(&mut self, signer: &dyn Signer) -> Result<()> {
        let sig = signer.sign(&self.pae())?;
        self.insert(signer.public().kid(), sig);
        Ok(())
    }

    /// Puts in a signature made elsewhere, keeping the order; it is not checked here.
    pub fn insert(&mut self, keyid: Kid, sig: Signature) {
        self.signatures.retain(|s| s.keyid != keyid);
        self.signatures.push(EnvelopeSignature { keyid, sig });
        self.signatures.sort_by_key(|s| s.keyid);
    }

    /// The bytes that signatures cover.
    pub fn pae(&self) -> Vec<u8> {
        pae(&self.payload_type, &self.payload)
    }

    /// The canonical JSON of the envelope.
    pub fn to_vec(&self) -> Result<Vec<u8>> {
        canonical::to_vec(self)
    }

    /// Reads an envelope strictly; signatures are only checked for order, not verified.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let envelope: Self = canonical::from_slice(bytes)?;
        let ids = envelope.signatures.iter().map(|s| s.keyid);
        if ids.clone().zip(ids.skip(1)).any(|(a, b)| a >= b) {
            return Err(Error::Envelope("signatures are not sorted by key id or not unique"));
        }
        Ok(envelope)
    }

    /// Reads an envelope of a known type.
    pub fn parse_typed(bytes: &[u8], payload_type: &str) -> Result<Self> {
        let envelope = Self::parse(bytes)?;
        if envelope.payload_type != payload_type {
            return Err(Error::Envelope("another payload type"));
        }
        Ok(envelope)
    }

    /// Checks the signature by this key; other signatures are left alone.
    pub fn verify_by(&self, key: &PublicKey) -> Result<()> {
        let found = self.signatures.iter().find(|s| s.keyid == key.kid()).ok_or(Error::NoSignature)?;
        key.verify_strict(&self.pae(), &found.sig)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Ed25519Key;

    #[test]
    fn pae_of_the_specification() {
        assert_eq!(
            pae("http://example.com/HelloWorld", b"hello world"),
            b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
        );
        assert_eq!(pae("", b""), b"DSSEv1 0  0 ");
    }

    #[test]
    fn round_trip_and_refusals() {
        let (a, b) = (Ed25519Key::from_seed([1; 32]).unwrap(), Ed25519Key::from_seed([2; 32]).unwrap());
        let mut envelope = Envelope::signed("t", b"{}".to_vec(), &a).unwrap();
        envelope.sign(&b).unwrap();
        envelope.sign(&a).unwrap();
        assert_eq!(envelope.signatures.len(), 2);
        let bytes = envelope.to_vec().unwrap();
        let read = Envelope::parse_typed(&bytes, "t").unwrap();
        assert_eq!(read, envelope);
        read.verify_by(a.public()).unwrap();
        read.verify_by(b.public()).unwrap();
        let stranger = Ed25519Key::from_seed([3; 32]).unwrap();
        assert_eq!(read.verify_by(stranger.public()), Err(Error::NoSignature));
        assert!(Envelope::parse_typed(&bytes, "u").is_err());

        let mut swapped = envelope.clone();
        swapped.signatures.reverse();
        assert!(matches!(Envelope::parse(&swapped.to_vec().unwrap()), Err(Error::Envelope(_))));
        let mut other = envelope;
        other.payload = b"[]".to_vec();
        assert_eq!(other.verify_by(a.public()), Err(Error::Signature));
    }
}
