//! `keys.json`: the database key in slots. One slot for the key store of the operating system, one for each person's passphrase,
//! one for the county's recovery recipient. A forgotten passphrase loses a person key, never data.
//!
//! Names, organisations and public keys stand in clear, because somebody has to be chosen before anything can be opened.

#[cfg(test)]
use std::io::Read;
use std::io::Write;
use std::path::{Path, PathBuf};

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use domain::PersonId;
use seal::keys::{Ed25519Key, PublicKey, Signer};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::os::files;
use crate::os::key_store::KeyStore;

/// A 256-bit secret.
pub type Secret = Zeroizing<[u8; 32]>;

/// Fewest characters of a passphrase.
pub const MIN_PASSPHRASE_CHARS: usize = 8;
/// What a passphrase that is set costs to try: KiB of memory, and passes.
const COST: (u32, u32) = (64 * 1024, 3);
// The most that a keys.json from elsewhere may make us spend.
const MOST_MEMORY_KIB: u32 = 1024 * 1024;
const MOST_PASSES: u32 = 64;

/// The file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeysFile {
    /// Always 1.
    pub v: u32,
    /// Random id of this store: its name in the key store.
    pub store: String,
    /// Name given to this laptop.
    pub device_name: String,
    /// The database key as an age file to the county's recovery recipient, base64.
    pub recovery: String,
    /// One slot a person.
    pub persons: Vec<PersonSlot>,
}

/// What a person's passphrase opens.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonSlot {
    /// Who.
    pub person: PersonId,
    /// Name.
    pub name: String,
    /// Home department.
    pub org: String,
    /// The person's public key on this laptop.
    pub key: PublicKey,
    /// How the passphrase is stretched.
    pub kdf: Kdf,
    /// The database key.
    pub database_key: Wrapped,
    /// The seed of the person's key.
    pub seed: Wrapped,
}

/// Argon2id with its cost.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kdf {
    /// Always `argon2id`.
    pub name: String,
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes.
    pub passes: u32,
    /// Salt, 16 bytes as hex.
    pub salt: String,
}

/// A secret under XChaCha20-Poly1305.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wrapped {
    /// 24 bytes as hex.
    pub nonce: String,
    /// Ciphertext and tag as hex.
    pub sealed: String,
}

/// What a passphrase opened.
pub struct Opened {
    /// The database key.
    pub database_key: Secret,
    /// The person's key, to be dropped after signing.
    pub person_key: Ed25519Key,
}

impl KeysFile {
    /// Makes the file of a new store with the county's slot, and puts the key into the system's key store if there is one.
    pub fn new(device_name: &str, county: &age::x25519::Recipient, database_key: &Secret, key_store: KeyStore) -> Result<Self> {
        let store = hex::encode(random::<16>()?);
        let recovery = seal::base64_encode(&to_recipient(county, database_key.as_slice())?);
        key_store.put(&slot_name(&store), database_key.as_slice());
        Ok(Self {
            v: 1,
            store,
            device_name: device_name.to_owned(),
            recovery,
            persons: Vec::new(),
        })
    }

    /// Reads the file; none if there is no store yet.
    pub fn load(dir: &Path) -> Result<Option<Self>> {
        let bytes = match std::fs::read(path(dir)) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(e.into()),
        };
        let file: Self = serde_json::from_slice(&bytes).map_err(|e| Error::KeysDamaged(e.to_string()))?;
        if file.v != 1 {
            return Err(Error::StoreNewer { found: file.v, known: 1 });
        }
        Ok(Some(file))
    }

    /// Writes the file durably.
    pub fn save(&self, dir: &Path) -> Result<()> {
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        Ok(files::write_atomic(&path(dir), &text)?)
    }

    /// The database key from the system's key store.
    pub fn kept_key(&self, key_store: KeyStore) -> Option<Secret> {
        let bytes = key_store.get(&slot_name(&self.store))?;
        bytes.try_into().ok().map(Zeroizing::new)
    }

    /// The person's slot.
    pub fn person(&self, person: PersonId) -> Option<&PersonSlot> {
        self.persons.iter().find(|slot| slot.person == person)
    }

    /// Makes a slot and a key for a person, replacing an older slot of the same person, and hands out the key for signing the request.
    pub fn add_person(&mut self, person: PersonId, name: &str, org: &str, passphrase: &str, database_key: &Secret) -> Result<Ed25519Key> {
        if passphrase.chars().count() < MIN_PASSPHRASE_CHARS {
            return Err(Error::WeakPassphrase(MIN_PASSPHRASE_CHARS));
        }
        let (memory_kib, passes) = cost();
        let kdf = Kdf {
            name: "argon2id".into(),
            memory_kib,
            passes,
            salt: hex::encode(random::<16>()?),
        };
        let wrapping = stretch(passphrase, &kdf)?;
        let key = Ed25519Key::generate()?;
        let slot = PersonSlot {
            person,
            name: name.to_owned(),
            org: org.to_owned(),
            key: key.public().clone(),
            kdf,
            database_key: wrap(&wrapping, "database-key", person, database_key.as_slice())?,
            seed: wrap(&wrapping, "person-seed", person, key.seed().as_slice())?,
        };
        self.persons.retain(|known| known.person != person);
        self.persons.push(slot);
        Ok(key)
    }
}

impl PersonSlot {
    /// Opens the slot; [`Error::WrongPassphrase`] if it does not.
    pub fn open(&self, passphrase: &str) -> Result<Opened> {
        let wrapping = stretch(passphrase, &self.kdf)?;
        let database_key = unwrap(&wrapping, "database-key", self.person, &self.database_key)?;
        let seed = unwrap(&wrapping, "person-seed", self.person, &self.seed)?;
        let person_key = Ed25519Key::from_seed(*seed)?;
        if *person_key.public() != self.key {
            return Err(Error::KeysDamaged("a person's key is not the one that is named".into()));
        }
        Ok(Opened { database_key, person_key })
    }
}

/// N random bytes.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    Ok(bytes)
}

/// Opens the recovery slot, as the county does with its own identity.
#[cfg(test)]
pub fn open_recovery(identity: &age::x25519::Identity, recovery: &str) -> Result<Secret> {
    let bytes = seal::base64_decode(recovery)?;
    let mut plain = Zeroizing::new(Vec::new());
    age::Decryptor::new(bytes.as_slice())
        .and_then(|d| d.decrypt(std::iter::once(identity as &dyn age::Identity)))
        .map_err(|e| Error::KeysDamaged(e.to_string()))?
        .read_to_end(&mut plain)?;
    let key: [u8; 32] = plain
        .as_slice()
        .try_into()
        .map_err(|_| Error::KeysDamaged("the recovery slot has no key of 32 bytes".into()))?;
    Ok(Zeroizing::new(key))
}

fn to_recipient(recipient: &age::x25519::Recipient, plain: &[u8]) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let encryptor = age::Encryptor::with_recipients(std::iter::once(recipient as &dyn age::Recipient)).map_err(std::io::Error::other)?;
    let mut writer = encryptor.wrap_output(&mut out)?;
    writer.write_all(plain)?;
    writer.finish()?;
    Ok(out)
}

fn path(dir: &Path) -> PathBuf {
    dir.join("keys.json")
}

fn slot_name(store: &str) -> String {
    format!("database-key-{store}")
}

#[cfg(test)]
thread_local! {
    /// Whether passphrases that this thread sets cost what they cost where it ships.
    pub static AS_SHIPPED: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// [`COST`]. The tests of this crate set hundreds of passphrases and spend less on each unless they ask for it; the test of the second
/// copy, which runs the code that ships, holds what is spent there.
fn cost() -> (u32, u32) {
    #[cfg(test)]
    if !AS_SHIPPED.get() {
        return (1024, 1);
    }
    COST
}

fn stretch(passphrase: &str, kdf: &Kdf) -> Result<Secret> {
    let bad = |why: &str| Error::KeysDamaged(why.to_owned());
    if kdf.name != "argon2id" || kdf.memory_kib > MOST_MEMORY_KIB || kdf.passes > MOST_PASSES {
        return Err(bad("an unknown way of stretching a passphrase"));
    }
    let salt = hex::decode(&kdf.salt).map_err(|_| bad("a salt is no hex"))?;
    let params = Params::new(kdf.memory_kib, kdf.passes, 1, Some(32)).map_err(|e| bad(&e.to_string()))?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), &salt, key.as_mut())
        .map_err(|e| bad(&e.to_string()))?;
    Ok(key)
}

fn label(purpose: &str, person: PersonId) -> Vec<u8> {
    format!("xunzhan-slot/1 {purpose} {person}").into_bytes()
}

fn cipher(key: &Secret) -> Result<XChaCha20Poly1305> {
    XChaCha20Poly1305::new_from_slice(key.as_slice()).map_err(|_| Error::Broken("a key is not 32 bytes"))
}

fn wrap(key: &Secret, purpose: &str, person: PersonId, plain: &[u8]) -> Result<Wrapped> {
    wrap_bytes(key, &label(purpose, person), plain)
}

/// Wraps bytes under a key; `label` is what they are for, and opens nothing else.
pub(crate) fn wrap_bytes(key: &Secret, label: &[u8], plain: &[u8]) -> Result<Wrapped> {
    let nonce = random::<24>()?;
    let payload = Payload { msg: plain, aad: label };
    let sealed = cipher(key)?
        .encrypt(&XNonce::from(nonce), payload)
        .map_err(|_| Error::Broken("a secret could not be wrapped"))?;
    Ok(Wrapped {
        nonce: hex::encode(nonce),
        sealed: hex::encode(sealed),
    })
}

fn unwrap(key: &Secret, purpose: &str, person: PersonId, wrapped: &Wrapped) -> Result<Secret> {
    let plain = unwrap_bytes(key, &label(purpose, person), wrapped)?;
    let length = || Error::KeysDamaged("a wrapped secret is no hex of its length".into());
    let secret: [u8; 32] = plain.as_slice().try_into().map_err(|_| length())?;
    Ok(Zeroizing::new(secret))
}

/// The database key from a person's slot; [`Error::WrongPassphrase`] if it does not open.
pub(crate) fn unwrap_database_key(passphrase: &str, kdf: &Kdf, person: PersonId, wrapped: &Wrapped) -> Result<Secret> {
    unwrap(&stretch(passphrase, kdf)?, "database-key", person, wrapped)
}

/// Opens what [`wrap_bytes`] wrapped.
pub(crate) fn unwrap_bytes(key: &Secret, label: &[u8], wrapped: &Wrapped) -> Result<Zeroizing<Vec<u8>>> {
    let bad = || Error::KeysDamaged("a wrapped secret is no hex of its length".into());
    let nonce: [u8; 24] = hex::decode(&wrapped.nonce).ok().and_then(|n| n.try_into().ok()).ok_or_else(bad)?;
    let sealed = hex::decode(&wrapped.sealed).map_err(|_| bad())?;
    let payload = Payload { msg: &sealed, aad: label };
    let plain = cipher(key)?.decrypt(&XNonce::from(nonce), payload).map_err(|_| Error::WrongPassphrase)?;
    Ok(Zeroizing::new(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_slot_opens_the_same_key_and_nothing_else_does() {
        let dir = tempfile::tempdir().unwrap();
        let county = age::x25519::Identity::generate();
        let key = Zeroizing::new([9; 32]);
        let mut file = KeysFile::new("一号笔记本", &county.to_public(), &key, KeyStore::new(false)).unwrap();
        let person = PersonId("01a05a43-ffe8-76b8-ae47-07207e753ea1".parse().unwrap());
        assert!(matches!(
            file.add_person(person, "王喆", "商务局", "short", &key),
            Err(Error::WeakPassphrase(8))
        ));
        file.add_person(person, "王喆", "商务局", "青山绿水好风光啊", &key).unwrap();
        file.save(dir.path()).unwrap();

        let read = KeysFile::load(dir.path()).unwrap().unwrap();
        let slot = read.person(person).unwrap();
        let opened = slot.open("青山绿水好风光啊").unwrap();
        assert_eq!(*opened.database_key, *key);
        assert_eq!(opened.person_key.public(), &slot.key);
        assert!(matches!(slot.open("青山绿水好风光"), Err(Error::WrongPassphrase)));
        assert_eq!(*open_recovery(&county, &read.recovery).unwrap(), *key);
        let text = std::fs::read_to_string(path(dir.path())).unwrap();
        assert!(!text.contains(&hex::encode(*key)));
        assert!(read.kept_key(KeyStore::new(false)).is_none());
    }

    #[test]
    fn a_slot_cannot_be_moved_to_another_person() {
        let key = Zeroizing::new([9; 32]);
        let person = PersonId("01a05a43-ffe8-76b8-ae47-07207e753ea1".parse().unwrap());
        let other = PersonId("01a05a44-03d0-77b0-9423-297d59cdaf5b".parse().unwrap());
        let wrapped = wrap(&key, "person-seed", person, &[1; 32]).unwrap();
        assert!(unwrap(&key, "person-seed", person, &wrapped).is_ok());
        assert!(unwrap(&key, "person-seed", other, &wrapped).is_err());
        assert!(unwrap(&key, "database-key", person, &wrapped).is_err());
    }
}
