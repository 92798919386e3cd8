//! One life of a store: a nonce in the database and outside it, renewed at every start. A database that does not know the nonce
//! outside was restored from a backup or copied to another machine, and must not write its old log on.

use std::path::PathBuf;

use ledger::{Incarnation, NewLogReason};
use tracing::warn;

use crate::error::Result;
use crate::keys::random;
use crate::os::key_store::KeyStore;
use crate::os::{files, machine};
use crate::store::{Meta, Store};

/// The places outside the database, as many as there are: the system's key store, and a file outside the store's folder.
pub struct Outside {
    key_store: KeyStore,
    name: String,
    dir: Option<PathBuf>,
}

impl Outside {
    /// The places for a store. `dir` is where the file goes.
    pub fn new(store: &str, key_store: KeyStore, dir: Option<PathBuf>) -> Self {
        Self {
            key_store,
            name: format!("incarnation-{store}"),
            dir,
        }
    }

    fn file(&self) -> Option<PathBuf> {
        self.dir.as_ref().map(|dir| dir.join(&self.name))
    }

    /// Whether some place knows the nonce; none when no place holds anything.
    fn knows(&self, nonce: &str) -> Option<bool> {
        let kept = self.key_store.get(&self.name).and_then(|bytes| String::from_utf8(bytes).ok());
        let filed = self.file().and_then(|path| std::fs::read_to_string(path).ok());
        let places: Vec<String> = kept.into_iter().chain(filed).collect();
        let known = places.iter().any(|text| text.split_whitespace().any(|word| word == nonce));
        (!places.is_empty()).then_some(known)
    }

    /// Writes the nonces to every place; false when there is none.
    fn write(&self, nonces: &str) -> bool {
        let kept = self.key_store.put(&self.name, nonces.as_bytes());
        let filed = self.file().is_some_and(|path| {
            let folder = self.dir.as_ref().map_or(Ok(()), |dir| files::make_dir(dir));
            folder.and_then(|()| files::write_atomic(&path, nonces.as_bytes())).is_ok()
        });
        kept || filed
    }
}

/// Checks the nonce, retires the own log if the store was restored or copied, and begins a new life.
pub fn renew(store: &Store, outside: &Outside) -> Result<Incarnation> {
    let old = store.meta(Meta::Incarnation)?;
    let here = machine::machine_digest().map(|digest| digest.to_hex());
    let moved = matches!((&here, store.meta(Meta::Machine)?), (Some(here), Some(then)) if *here != then);
    let bound = store.meta(Meta::Bound)?.is_some();
    let unknown = old.as_deref().is_some_and(|old| !outside.knows(old).unwrap_or(!bound));
    let new = Incarnation::from_bytes(random()?);
    let nonce = new.to_string();
    // Both are good until the database has the new one, so that a crash in between is no new life.
    let bound = outside.write(&format!("{nonce} {}", old.unwrap_or_default()));
    store.transact(|tx| {
        if (moved || unknown)
            && let Some(log) = tx.own_log()?
        {
            warn!(%log, moved, "the store was restored or copied; the next entry opens a new log");
            tx.retire_log(log, NewLogReason::Incarnation)?;
        }
        tx.set_meta(Meta::Incarnation, Some(&nonce))?;
        tx.set_meta(Meta::Bound, bound.then_some("1"))?;
        tx.set_meta(Meta::Machine, here.as_deref())
    })?;
    outside.write(&nonce);
    Ok(new)
}
