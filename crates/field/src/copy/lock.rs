//! What opens a second copy: the laptop's vault identity under its database key, and that key under each person's passphrase. No
//! person's signing key leaves the laptop.

use age::secrecy::ExposeSecret;
use age::x25519::Identity;
use domain::PersonId;
use seal::keys::Kid;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::keys::{Kdf, KeysFile, Secret, Wrapped, unwrap_bytes, unwrap_database_key, wrap_bytes};

/// The lock of a copy, as it stands in the card.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopyLock {
    /// The vault identity under the database key.
    pub identity: Wrapped,
    /// One slot a person.
    pub persons: Vec<CopySlot>,
}

/// What a person's passphrase opens.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopySlot {
    /// Who.
    pub person: PersonId,
    /// Name.
    pub name: String,
    /// Home department.
    pub org: String,
    /// How the passphrase is stretched.
    pub kdf: Kdf,
    /// The database key.
    pub database_key: Wrapped,
}

impl CopyLock {
    /// The lock of this laptop.
    pub fn new(keys: &KeysFile, database_key: &Secret, kid: &Kid, identity: &Identity) -> Result<Self> {
        let text = identity.to_string();
        let slots = keys.persons.iter().map(|slot| CopySlot {
            person: slot.person,
            name: slot.name.clone(),
            org: slot.org.clone(),
            kdf: slot.kdf.clone(),
            database_key: slot.database_key.clone(),
        });
        Ok(Self {
            identity: wrap_bytes(database_key, &label(kid), text.expose_secret().as_bytes())?,
            persons: slots.collect(),
        })
    }

    /// Opens the lock with a person's passphrase; [`Error::WrongPassphrase`] if it does not.
    pub fn open(&self, person: PersonId, passphrase: &str, kid: &Kid) -> Result<Identity> {
        let slot = self.persons.iter().find(|slot| slot.person == person).ok_or(Error::NotFound("person"))?;
        let damaged = |e| match e {
            Error::KeysDamaged(why) => Error::CopyDamaged(why),
            other => other,
        };
        let key = unwrap_database_key(passphrase, &slot.kdf, person, &slot.database_key).map_err(damaged)?;
        self.open_with(&key, kid)
    }

    /// Opens the lock with the laptop's database key.
    pub fn open_with(&self, database_key: &Secret, kid: &Kid) -> Result<Identity> {
        let damaged = |why: &str| Error::CopyDamaged(why.to_owned());
        let text = unwrap_bytes(database_key, &label(kid), &self.identity).map_err(|_| damaged("the vault identity does not open"))?;
        let text = std::str::from_utf8(&text).map_err(|_| damaged("the vault identity is no text"))?;
        text.parse().map_err(damaged)
    }

    /// Whether the same passphrases open both.
    pub fn same_people(&self, other: &Self) -> bool {
        serde_json::to_value(&self.persons).ok() == serde_json::to_value(&other.persons).ok()
    }
}

fn label(kid: &Kid) -> Vec<u8> {
    format!("xunzhan-copy/1 vault-identity {kid}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os::key_store::KeyStore;
    use seal::keys::{Ed25519Key, Signer};
    use zeroize::Zeroizing;

    #[test]
    fn each_passphrase_opens_the_identity_of_its_own_laptop_only() {
        let (county, identity, key) = (Identity::generate(), Identity::generate(), Zeroizing::new([7; 32]));
        let mut keys = KeysFile::new("一号", &county.to_public(), &key, KeyStore::new(false)).unwrap();
        let person = PersonId("01a05a43-ffe8-76b8-ae47-07207e753ea1".parse().unwrap());
        keys.add_person(person, "王喆", "商务局", "青山绿水好风光啊", &key).unwrap();
        let kid = Ed25519Key::from_seed([1; 32]).unwrap().public().kid();
        let lock = CopyLock::new(&keys, &key, &kid, &identity).unwrap();
        let text = serde_json::to_string(&lock).unwrap();
        assert!(!text.contains("seed") && !text.contains("AGE-SECRET"), "{text}");

        let opened = lock.open(person, "青山绿水好风光啊", &kid).unwrap();
        assert_eq!(opened.to_public().to_string(), identity.to_public().to_string());
        assert!(matches!(lock.open(person, "another one", &kid), Err(Error::WrongPassphrase)));
        let other = Ed25519Key::from_seed([2; 32]).unwrap().public().kid();
        assert!(matches!(lock.open(person, "青山绿水好风光啊", &other), Err(Error::CopyDamaged(_))));
    }
}
