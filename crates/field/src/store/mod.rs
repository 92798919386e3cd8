//! The device's store: SQLCipher, one writer, every write through [`Store::transact`].
//!
//! The log of entries is the truth; `state` derives everything else from it in the same transaction.

mod author;
mod blobs;
mod copies;
mod drafts;
mod enrolments;
mod entries;
mod filters;
mod inbox;
mod list_pages;
mod lists;
mod meta;
mod open;
mod previous;
mod progress;
mod replica;
mod state;
mod twins;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::fingerprint::Fingerprints;
use domain::{Aggregate, PersonId};
use rusqlite::{Connection, TransactionBehavior};
use seal::Digest;
use uuid::Uuid;

pub use author::Author;
pub use blobs::{BlobKind, BlobRow};
pub use copies::Snapshot;
pub use inbox::Waiting;
pub use lists::{TownshipRow, VisitSummary};
pub use meta::{Meta, SavedRecord};
pub use replica::Replica;
pub use state::aggregate;

use crate::error::{Error, Result};
use crate::keys::Secret;
use crate::os::lock::FolderLock;
use crate::reserve::Reserve;

/// Visits kept unpacked between writes; a laptop works on one at a time.
const CACHED: usize = 4;

type OnChange = Arc<dyn Fn(&BTreeSet<Uuid>) + Send + Sync>;
/// The bytes of a statement by its digest, if they are on this laptop.
type Statements = Arc<dyn Fn(&Digest) -> Option<Vec<u8>> + Send + Sync>;

/// The open store.
pub struct Store {
    db: Mutex<Db>,
    key: Secret,
    reserve: Reserve,
    on_change: Mutex<Option<OnChange>>,
    statements: Mutex<Option<Statements>>,
    keys: Mutex<BTreeMap<String, PersonId>>,
    /// What the photos look like, brought up to date when asked.
    prints: Mutex<Fingerprints>,
    _lock: Arc<FolderLock>,
}

struct Db {
    conn: Connection,
    /// State as last committed.
    cache: BTreeMap<Uuid, Aggregate>,
}

/// One write: everything in it becomes durable together, or nothing does.
pub struct Tx<'a> {
    sql: rusqlite::Transaction<'a>,
    cache: &'a mut BTreeMap<Uuid, Aggregate>,
    changed: BTreeSet<Uuid>,
    statements: Option<Statements>,
    keys: BTreeMap<String, PersonId>,
    /// Time of the write, ms since 1970 UTC.
    pub now_ms: i64,
}

impl Store {
    /// Opens or makes the database in a folder that is locked already. A newer version is refused; a damaged one is copied aside and
    /// refused.
    pub fn open(dir: &Path, key: &Secret, lock: Arc<FolderLock>) -> Result<Self> {
        let conn = open::open(dir, key)?;
        Ok(Self {
            db: Mutex::new(Db {
                conn,
                cache: BTreeMap::new(),
            }),
            key: key.clone(),
            reserve: Reserve::new(dir),
            on_change: Mutex::new(None),
            statements: Mutex::new(None),
            keys: Mutex::default(),
            prints: Mutex::default(),
            _lock: lock,
        })
    }

    /// The database key, for another person's slot.
    pub fn key(&self) -> &Secret {
        &self.key
    }

    /// Sets who is told, after each commit, which aggregates changed.
    pub fn on_change(&self, tell: impl Fn(&BTreeSet<Uuid>) + Send + Sync + 'static) {
        *self.on_change.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(tell));
    }

    /// Sets where statements are read from, by which it is known which of the claimed signatures hold.
    pub fn read_statements(&self, read: impl Fn(&Digest) -> Option<Vec<u8>> + Send + Sync + 'static) {
        *self.statements.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(read));
    }

    /// Says whose the person keys on this laptop are, by key id.
    pub fn know_keys(&self, keys: BTreeMap<String, PersonId>) {
        *self.keys.lock().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    /// Whose a key is, as far as known: on this laptop, and by the county's certificates.
    pub fn owners(&self, kid: &str) -> Vec<PersonId> {
        let own = self.keys.lock().unwrap_or_else(PoisonError::into_inner).get(kid).copied();
        let certified = self.read(|conn| state::certified_for(conn, kid)).unwrap_or_default();
        own.into_iter().chain(certified).collect()
    }

    /// Writes: one IMMEDIATE transaction, durable when this returns. Never held across a network call.
    pub fn transact<T>(&self, write: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        let (value, changed) = self.write(write)?;
        if !changed.is_empty() {
            // Not under the lock: whoever is told may write in turn.
            let tell = self.on_change.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if let Some(tell) = tell {
                tell(&changed);
            }
        }
        Ok(value)
    }

    fn write<T>(&self, write: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<(T, BTreeSet<Uuid>)> {
        self.reserve.relieve();
        let mut db = self.lock();
        let Db { conn, cache } = &mut *db;
        let sql = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut tx = Tx {
            sql,
            cache,
            changed: BTreeSet::new(),
            statements: self.statements.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            keys: self.keys.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            now_ms: now_ms(),
        };
        let outcome = write(&mut tx);
        let Tx { sql, cache, changed, .. } = tx;
        let outcome = match outcome {
            Ok(value) => sql.commit().map(|()| value).map_err(Error::from),
            Err(e) => sql.rollback().map_err(Error::from).and(Err(e)),
        };
        if outcome.is_err() {
            changed.iter().for_each(|ent| drop(cache.remove(ent)));
        }
        while cache.len() > CACHED {
            cache.pop_first();
        }
        Ok((outcome?, changed))
    }

    /// Reads what was last committed.
    pub fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        read(&self.lock().conn)
    }

    /// Nobody has the database after this.
    pub fn end(&self) {
        std::mem::forget(self.lock());
    }

    fn lock(&self) -> MutexGuard<'_, Db> {
        self.db.lock().unwrap_or_else(|poisoned| {
            // Whoever panicked may have left state that was never committed; its transaction was rolled back when it went.
            let mut db = poisoned.into_inner();
            db.cache.clear();
            self.db.clear_poison();
            db
        })
    }
}

/// Now, ms since 1970 UTC.
pub fn now_ms() -> i64 {
    chrono::Utc::now().timestamp_millis()
}

/// An unsigned count as SQLite keeps it.
pub(crate) fn sql_int(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// A count from SQLite.
pub(crate) fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or_default()
}
