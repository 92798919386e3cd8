//! The server's store: SQLite and, beside it, a folder of bytes ([`crate::blobs`]).
//!
//! Every write is one IMMEDIATE transaction: entries, their numbers in the scope's stream, and the state derived from them are
//! durable together or not at all. One connection, behind one lock, which is never held across a network call.

mod accounts;
mod append;
mod checkpoints;
mod devices;
mod downloads;
mod enrolments;
mod filters;
mod fold;
mod index;
mod lists;
mod migrate;
mod names;
mod sync;
mod twins;
mod uploads;
mod visits;

pub use accounts::{Account, Grant};
pub use append::Said;
pub use checkpoints::KnownCheckpoint;
pub use devices::Device;
pub use enrolments::Enrolment;
pub use fold::Rebuilt;
pub use lists::Page;
pub use uploads::{Named, Upload};
pub use visits::{EntryRow, PhotoBytes};

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::fingerprint::Fingerprints;
use ledger::{Epoch, ScopeId};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use seal::keys::{Ed25519Key, Kid, PublicKey, Signer};
use seal::merkle::Tree;

use crate::county::EPOCH_FILE;
use crate::{Clock, Error, Result};

/// The open database with what it needs to write its own entries.
pub struct Db {
    conn: Connection,
    key: Arc<Ed25519Key>,
    epoch: Epoch,
    /// Where the epoch is kept outside the database.
    epoch_file: PathBuf,
    /// Whether a new epoch was begun since the database was opened.
    epoch_renewed: bool,
    clock: Clock,
    /// Trees over committed entries, brought up to date when asked.
    trees: RefCell<BTreeMap<ScopeId, Tree>>,
    /// What the photos of each county look like, brought up to date when asked.
    prints: RefCell<BTreeMap<ScopeId, Fingerprints>>,
}

impl Db {
    /// Opens or makes the database and brings it to this version's form. `epoch` is the one kept outside; a database of another
    /// epoch was restored or copied, and takes the new one.
    pub(crate) fn open(path: &Path, key: Arc<Ed25519Key>, epoch: Epoch, clock: Clock) -> Result<Self> {
        let mut conn = Connection::open(path)?;
        // WAL: readers never wait for the writer. FULL: what was committed survives a power cut; acknowledgements rest on it.
        conn.pragma_update(None, "journal_mode", "WAL")?;
        conn.pragma_update(None, "synchronous", "FULL")?;
        conn.pragma_update(None, "foreign_keys", "ON")?;
        // 64 MiB of pages in memory: a county of years has some hundreds, and its lists read here and there in all of it.
        conn.pragma_update(None, "cache_size", -65_536)?;
        conn.busy_timeout(std::time::Duration::from_secs(10))?;
        migrate::migrate(&mut conn)?;
        let mut db = Self {
            conn,
            key,
            epoch,
            epoch_file: path.with_file_name(EPOCH_FILE),
            epoch_renewed: false,
            clock,
            trees: RefCell::default(),
            prints: RefCell::default(),
        };
        db.keep_epoch(epoch)?;
        db.refill_lists()?;
        db.catch_up()?;
        Ok(db)
    }

    fn keep_epoch(&mut self, epoch: Epoch) -> Result<()> {
        self.conn.execute(
            "INSERT INTO meta (name, value) VALUES ('epoch', ?1) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [epoch.to_string()],
        )?;
        self.epoch = epoch;
        Ok(())
    }

    /// The epoch that a database says it is of; None for one that does not exist yet.
    pub(crate) fn epoch_of(path: &Path) -> Result<Option<Epoch>> {
        if !path.exists() {
            return Ok(None);
        }
        let conn = Connection::open(path)?;
        let known: i64 = conn.query_row("SELECT count(*) FROM sqlite_master WHERE name = 'meta'", [], |row| row.get(0))?;
        if known == 0 {
            return Ok(None);
        }
        let value: Option<String> = conn
            .query_row("SELECT value FROM meta WHERE name = 'epoch'", [], |row| row.get(0))
            .optional()?;
        Ok(value.and_then(|v| v.parse().ok()))
    }

    /// The clock.
    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    /// The server's public key.
    pub fn server_key(&self) -> &PublicKey {
        self.key.public()
    }

    /// The server's key id.
    pub fn server_kid(&self) -> Kid {
        self.key.public().kid()
    }

    /// Signs with the server's key, as exporter of proof bundles.
    pub fn signer(&self) -> Arc<Ed25519Key> {
        Arc::clone(&self.key)
    }

    fn begin(&mut self) -> Result<Transaction<'_>> {
        Ok(self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?)
    }

    /// Adds a county.
    pub fn add_county(&mut self, county: &County) -> Result<()> {
        let now = self.now_ms();
        self.conn.execute(
            "INSERT INTO county (scope, name, authority_certificate, authority_wrapped, server_certificate, recovery_recipient, card, made_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                county.scope.as_bytes(),
                county.name,
                county.authority_certificate,
                county.authority_wrapped,
                county.server_certificate,
                county.recovery_recipient,
                county.card,
                now
            ],
        )?;
        Ok(())
    }

    /// A county.
    pub fn county(&self, scope: &ScopeId) -> Result<Option<County>> {
        let sql = "SELECT name, authority_certificate, authority_wrapped, server_certificate, recovery_recipient, card FROM county WHERE scope = ?1";
        let read = |row: &rusqlite::Row<'_>| {
            Ok(County {
                scope: *scope,
                name: row.get(0)?,
                authority_certificate: row.get(1)?,
                authority_wrapped: row.get(2)?,
                server_certificate: row.get(3)?,
                recovery_recipient: row.get(4)?,
                card: row.get(5)?,
            })
        };
        Ok(self.conn.query_row(sql, [scope.as_bytes().as_slice()], read).optional()?)
    }

    /// The scopes of all counties, ascending.
    pub fn scopes(&self) -> Result<Vec<ScopeId>> {
        let mut statement = self.conn.prepare_cached("SELECT scope FROM county ORDER BY scope")?;
        let rows = statement.query_map([], |row| row.get::<_, [u8; 16]>(0))?;
        let scopes: std::result::Result<Vec<_>, _> = rows.map(|r| r.map(ScopeId::from_bytes)).collect();
        Ok(scopes?)
    }

    /// Whether the database file is sound by SQLite's own check.
    pub fn check(&self) -> Result<()> {
        let answer: String = self.conn.query_row("PRAGMA quick_check", [], |row| row.get(0))?;
        if answer == "ok" {
            Ok(())
        } else {
            Err(Error::Corrupt("the database does not pass its check"))
        }
    }
}

/// A county as the server keeps it.
#[derive(Clone, Debug)]
pub struct County {
    /// Its scope.
    pub scope: ScopeId,
    /// Its name.
    pub name: String,
    /// The authority's certificate, DER.
    pub authority_certificate: Vec<u8>,
    /// The authority's key under its passphrase, see [`crate::secrets`].
    pub authority_wrapped: String,
    /// The server's certificate by this authority, DER.
    pub server_certificate: Vec<u8>,
    /// age recipient of the county's recovery key.
    pub recovery_recipient: String,
    /// The county card: the envelope's exact bytes.
    pub card: Vec<u8>,
}
