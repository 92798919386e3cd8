//! Keys: who can sign, and how a signature is checked. Ed25519 by RFC 8032 with `verify_strict`.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use crate::encoding::{base64_decode, base64_encode, serde_base64};
use crate::{Digest, Error, Result};

/// DER of an Ed25519 SubjectPublicKeyInfo up to the key itself (RFC 8410 §4).
const ED25519_SPKI_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// Key id: the SHA-256 of the key's SubjectPublicKeyInfo DER, as 64 lower-case hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Kid(Digest);

impl Kid {
    /// The digest behind the id.
    pub const fn digest(&self) -> &Digest {
        &self.0
    }
}

impl fmt::Display for Kid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Kid {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        text.parse().map(Self)
    }
}

impl From<Digest> for Kid {
    fn from(digest: Digest) -> Self {
        Self(digest)
    }
}

/// The signature algorithm, which is a property of the key and never of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// Ed25519 (RFC 8032).
    Ed25519,
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ed25519 => f.write_str("Ed25519"),
        }
    }
}

/// A public key. Its text and serde form is the strict base64 of its SubjectPublicKeyInfo DER.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PublicKey {
    key: VerifyingKey,
    kid: Kid,
}

impl PublicKey {
    /// Takes a raw Ed25519 key; refuses points that do not decode and keys of small order.
    pub fn from_ed25519(raw: &[u8; 32]) -> Result<Self> {
        let key = VerifyingKey::from_bytes(raw).map_err(|_| Error::Key("not a point of the curve"))?;
        if key.is_weak() {
            return Err(Error::Key("weak key"));
        }
        let kid = Kid(Digest::of_parts(&[&ED25519_SPKI_PREFIX, raw]));
        Ok(Self { key, kid })
    }

    /// Takes a SubjectPublicKeyInfo in DER; there is exactly one encoding of each key.
    pub fn from_spki_der(der: &[u8]) -> Result<Self> {
        let raw = der.strip_prefix(&ED25519_SPKI_PREFIX).ok_or(Error::Key("not an Ed25519 key in DER"))?;
        let raw = raw.try_into().map_err(|_| Error::Key("wrong length"))?;
        Self::from_ed25519(raw)
    }

    /// The SubjectPublicKeyInfo in DER, as `openssl pkey -pubin -inform DER` reads it.
    pub fn spki_der(&self) -> Vec<u8> {
        [ED25519_SPKI_PREFIX.as_slice(), self.key.as_bytes()].concat()
    }

    /// The SubjectPublicKeyInfo in PEM, as `openssl pkeyutl -pubin -inkey` reads it.
    pub fn spki_pem(&self) -> String {
        format!(
            "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
            base64_encode(&self.spki_der())
        )
    }

    /// The raw 32 bytes of the key.
    pub fn raw(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// The key's id.
    pub const fn kid(&self) -> Kid {
        self.kid
    }

    /// The key's algorithm.
    pub const fn algorithm(&self) -> Algorithm {
        Algorithm::Ed25519
    }

    /// Checks a signature; refuses malleable signatures and small-order points.
    pub fn verify_strict(&self, message: &[u8], signature: &Signature) -> Result<()> {
        let signature = ed25519_dalek::Signature::from_slice(&signature.0).map_err(|_| Error::Signature)?;
        self.key.verify_strict(message, &signature).map_err(|_| Error::Signature)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.kid)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base64_encode(&self.spki_der()))
    }
}

impl FromStr for PublicKey {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::from_spki_der(&base64_decode(text)?)
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The bytes of a signature; its serde form is strict base64.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Signature(#[serde(with = "serde_base64")] pub Vec<u8>);

impl Signature {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Whoever can sign: a key in memory today, a USB key later.
pub trait Signer {
    /// The public half.
    fn public(&self) -> &PublicKey;
    /// Signs the bytes as they are; callers sign [`crate::pae`] of a type and a payload.
    fn sign(&self, message: &[u8]) -> Result<Signature>;
}

/// An Ed25519 private key in memory, wiped when dropped.
pub struct Ed25519Key {
    key: SigningKey,
    public: PublicKey,
}

impl Ed25519Key {
    /// Takes the 32-byte seed of RFC 8032.
    pub fn from_seed(seed: [u8; 32]) -> Result<Self> {
        let seed = Zeroizing::new(seed);
        let key = SigningKey::from_bytes(&seed);
        let public = PublicKey::from_ed25519(key.verifying_key().as_bytes())?;
        Ok(Self { key, public })
    }

    /// Makes a new key from the system's random bytes.
    pub fn generate() -> Result<Self> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(seed.as_mut()).map_err(|_| Error::Random)?;
        Self::from_seed(*seed)
    }

    /// The seed, for wrapping under a passphrase; wiped when dropped.
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.key.to_bytes())
    }
}

impl Signer for Ed25519Key {
    fn public(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> Result<Signature> {
        let signature = self.key.try_sign(message).map_err(|_| Error::Signature)?;
        Ok(Signature(signature.to_bytes().to_vec()))
    }
}

impl fmt::Debug for Ed25519Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ed25519Key({})", self.public.kid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc8032_test_1() {
        let seed = hex::decode("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").unwrap();
        let key = Ed25519Key::from_seed(seed.try_into().unwrap()).unwrap();
        let raw = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
        assert_eq!(hex::encode(key.public().raw()), raw);
        let signature = key.sign(b"").unwrap();
        assert!(hex::encode(signature.as_bytes()).starts_with("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"));
        key.public().verify_strict(b"", &signature).unwrap();
        assert_eq!(key.public().verify_strict(b"x", &signature), Err(Error::Signature));
        assert_eq!(*key.seed(), *Ed25519Key::from_seed(*key.seed()).unwrap().seed());
    }

    #[test]
    fn public_key_has_one_text() {
        let key = Ed25519Key::generate().unwrap();
        let text = key.public().to_string();
        assert_eq!(&text.parse::<PublicKey>().unwrap(), key.public());
        assert_eq!(key.public().kid().digest(), &Digest::of(&key.public().spki_der()));
        let mut der = key.public().spki_der();
        der.push(0);
        assert!(PublicKey::from_spki_der(&der).is_err());
        assert!(PublicKey::from_ed25519(&[0; 32]).is_err());
        let mut identity = [0; 32];
        identity[0] = 1;
        assert_eq!(PublicKey::from_ed25519(&identity), Err(Error::Key("weak key")));
    }
}
