//! Random bytes, passwords and wrapped keys. Nothing here is ever logged.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use seal::keys::Ed25519Key;
use seal::{base64_decode, base64_encode};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use crate::{Error, Result};

/// Argon2id for passwords: 19 MiB, two passes (OWASP's first choice), quick enough to be asked for at every login.
fn for_passwords() -> Result<Argon2<'static>> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(|_| Error::Password)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Argon2id for keys: 64 MiB, three passes.
fn for_keys() -> Result<Argon2<'static>> {
    let params = Params::new(64 * 1024, 3, 1, Some(32)).map_err(|_| Error::Password)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Random bytes of the system.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| Error::Random)?;
    Ok(bytes)
}

/// A random token of 256 bits, 64 hex digits.
pub fn token() -> Result<Zeroizing<String>> {
    Ok(Zeroizing::new(hex::encode(random::<32>()?)))
}

/// A password of 100 random bits that can be typed and read out: `groups` of five letters and digits without look-alikes.
pub fn readable_password() -> Result<Zeroizing<String>> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let bytes = Zeroizing::new(random::<20>()?);
    let mut text = Zeroizing::new(String::with_capacity(23));
    for (i, byte) in bytes.iter().enumerate() {
        if i > 0 && i % 5 == 0 {
            text.push('-');
        }
        text.push(char::from(LETTERS.get(usize::from(byte % 32)).copied().unwrap_or(b'a')));
    }
    Ok(text)
}

/// Hashes a password for keeping.
pub fn hash_password(password: &str) -> Result<String> {
    let hash = for_passwords()?.hash_password(password.as_bytes()).map_err(|_| Error::Password)?;
    Ok(hash.to_string())
}

/// Whether a password is the one that was hashed; takes as long when there is no hash at all.
pub fn password_fits(password: &str, hash: Option<&str>) -> Result<bool> {
    let Some(hash) = hash else {
        hash_password(password)?;
        return Ok(false);
    };
    let hash = PasswordHash::new(hash).map_err(|_| Error::Corrupt("a password's hash"))?;
    Ok(for_passwords()?.verify_password(password.as_bytes(), &hash).is_ok())
}

/// A key under a passphrase.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wrapped {
    v: u32,
    salt: String,
    nonce: String,
    sealed: String,
}

fn passphrase_key(passphrase: &str, salt: &[u8]) -> Result<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    for_keys()?
        .hash_password_into(passphrase.as_bytes(), salt, key.as_mut())
        .map_err(|_| Error::Password)?;
    Ok(key)
}

/// Wraps a private key under a passphrase: Argon2id and ChaCha20-Poly1305, bound to `purpose`.
pub fn wrap_key(key: &Ed25519Key, passphrase: &str) -> Result<String> {
    let (salt, nonce) = (random::<16>()?, random::<12>()?);
    let wrapping = passphrase_key(passphrase, &salt)?;
    let cipher = ChaCha20Poly1305::new(&Key::from(*wrapping));
    let sealed = cipher
        .encrypt(&Nonce::from(nonce), key.seed().as_slice())
        .map_err(|_| Error::Corrupt("a key could not be wrapped"))?;
    let wrapped = Wrapped {
        v: 1,
        salt: base64_encode(&salt),
        nonce: base64_encode(&nonce),
        sealed: base64_encode(&sealed),
    };
    Ok(serde_json::to_string(&wrapped)?)
}

/// Unwraps a private key; None when the passphrase does not fit.
pub fn unwrap_key(wrapped: &str, passphrase: &str) -> Result<Option<Ed25519Key>> {
    let wrapped: Wrapped = serde_json::from_str(wrapped)?;
    let nonce: [u8; 12] = base64_decode(&wrapped.nonce)?.try_into().map_err(|_| Error::Corrupt("a wrapped key"))?;
    let wrapping = passphrase_key(passphrase, &base64_decode(&wrapped.salt)?)?;
    let cipher = ChaCha20Poly1305::new(&Key::from(*wrapping));
    let Ok(mut seed) = cipher.decrypt(&Nonce::from(nonce), base64_decode(&wrapped.sealed)?.as_slice()) else {
        return Ok(None);
    };
    let key = <[u8; 32]>::try_from(seed.as_slice()).map(Ed25519Key::from_seed);
    seed.zeroize();
    Ok(Some(key.map_err(|_| Error::Corrupt("a wrapped key"))??))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_and_passphrase_fit() {
        let password = readable_password().unwrap();
        assert_eq!(password.len(), 23);
        let hash = hash_password(&password).unwrap();
        assert!(password_fits(&password, Some(&hash)).unwrap());
        assert!(!password_fits("other", Some(&hash)).unwrap());
        assert!(!password_fits(&password, None).unwrap());

        let key = Ed25519Key::generate().unwrap();
        let wrapped = wrap_key(&key, "passphrase").unwrap();
        assert_eq!(*unwrap_key(&wrapped, "passphrase").unwrap().unwrap().seed(), *key.seed());
        assert!(unwrap_key(&wrapped, "passphrase ").unwrap().is_none());
    }
}
