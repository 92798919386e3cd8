//! Settings and secrets of the store.

use domain::VisitId;
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Tx;
use crate::error::Result;
use crate::keys::Secret;

/// Names of settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meta {
    /// Scope, 32 hex.
    Scope,
    /// The county card's file, as text.
    Card,
    /// Key id of the pinned server key.
    ServerKid,
    /// Nonce of this life of the store.
    Incarnation,
    /// Set when the nonce is kept outside the database too.
    Bound,
    /// Digest of the machine that the store lives on.
    Machine,
    /// The log that is written here.
    OwnLog,
    /// The log that was written here before, while the next one is not yet open: [`ledger::PreviousLog`] as JSON.
    RetiredLog,
    /// Position of sync, as JSON.
    Position,
    /// Last checkpoint seen, as JSON of [`ledger::Beacon`].
    Beacon,
    /// Last complete synchronisation, ms since 1970 UTC.
    LastSync,
    /// Since when synchronising is paused, ms since 1970 UTC; not set while it is not.
    SyncPaused,
    /// The second copy made last, as JSON.
    LastCopy,
    /// Imports that have begun and not ended, as JSON.
    Imports,
    /// What the version understands that folded last, as [`Operation::understood`] says it.
    ///
    /// [`Operation::understood`]: domain::Operation::understood
    FoldedBy,
    /// By how much the server's clock was ahead at the last answer, in ms.
    ClockOff,
}

impl Meta {
    fn key(self) -> &'static str {
        match self {
            Self::Scope => "scope",
            Self::Card => "card",
            Self::ServerKid => "server_kid",
            Self::Incarnation => "incarnation",
            Self::Bound => "bound",
            Self::Machine => "machine",
            Self::OwnLog => "own_log",
            Self::RetiredLog => "retired_log",
            Self::Position => "position",
            Self::Beacon => "beacon",
            Self::LastSync => "last_sync_ms",
            Self::SyncPaused => "sync_paused_ms",
            Self::LastCopy => "last_copy",
            Self::Imports => "imports",
            Self::FoldedBy => "folded_by",
            Self::ClockOff => "clock_off_ms",
        }
    }
}

/// A setting.
pub fn get(conn: &Connection, name: Meta) -> Result<Option<String>> {
    value(conn, name.key())
}

fn value(conn: &Connection, key: &str) -> Result<Option<String>> {
    let sql = "SELECT value FROM meta WHERE key = ?1";
    Ok(conn.prepare_cached(sql)?.query_row([key], |row| row.get(0)).optional()?)
}

fn set_value(conn: &Connection, key: &str, value: &str) -> Result<()> {
    let sql = "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    conn.prepare_cached(sql)?.execute([key, value])?;
    Ok(())
}

impl super::Store {
    /// A setting.
    pub fn meta(&self, name: Meta) -> Result<Option<String>> {
        self.read(|conn| get(conn, name))
    }

    /// When the sealed record of a visit was first saved or printed from this laptop.
    pub fn record_kept(&self, visit: VisitId) -> Result<Option<i64>> {
        let text = self.read(|conn| value(conn, &kept_key(visit)))?;
        Ok(text.and_then(|text| text.parse().ok()))
    }

    /// The PDF of a sealed record that was saved from this laptop last.
    pub fn record_saved(&self, visit: VisitId) -> Result<Option<SavedRecord>> {
        let text = self.read(|conn| value(conn, &saved_key(visit)))?;
        Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
    }

    /// A secret of 32 bytes.
    pub fn secret(&self, name: &str) -> Result<Option<Secret>> {
        self.read(|conn| {
            let sql = "SELECT bytes FROM secret WHERE name = ?1";
            let bytes: Option<[u8; 32]> = conn.query_row(sql, [name], |row| row.get(0)).optional()?;
            Ok(bytes.map(Zeroizing::new))
        })
    }

    /// A secret of any length.
    pub fn secret_bytes(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>> {
        self.read(|conn| {
            let sql = "SELECT bytes FROM secret WHERE name = ?1";
            let bytes: Option<Vec<u8>> = conn.query_row(sql, [name], |row| row.get(0)).optional()?;
            Ok(bytes.map(Zeroizing::new))
        })
    }
}

fn kept_key(visit: VisitId) -> String {
    format!("record_kept:{visit}")
}

fn saved_key(visit: VisitId) -> String {
    format!("record_saved:{visit}")
}

/// One PDF of a sealed record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedRecord {
    /// Seal id.
    pub seal: String,
    /// SHA-256 of the PDF, hex.
    pub pdf: String,
    /// Whether its pages say that it is a copy.
    pub copy: bool,
}

impl Tx<'_> {
    /// Remembers that the sealed record of a visit was saved or printed; the first time stands.
    pub fn keep_record(&mut self, visit: VisitId) -> Result<()> {
        let sql = "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        self.sql.prepare_cached(sql)?.execute([kept_key(visit), self.now_ms.to_string()])?;
        Ok(())
    }

    /// Remembers which PDF of the sealed record was saved last, for whoever prints it.
    pub fn save_record(&mut self, visit: VisitId, saved: &SavedRecord) -> Result<()> {
        set_value(&self.sql, &saved_key(visit), &serde_json::to_string(saved)?)?;
        self.keep_record(visit)
    }

    /// A setting.
    pub fn meta(&self, name: Meta) -> Result<Option<String>> {
        get(&self.sql, name)
    }

    /// Sets or clears a setting.
    pub fn set_meta(&mut self, name: Meta, value: Option<&str>) -> Result<()> {
        match value {
            Some(value) => set_value(&self.sql, name.key(), value)?,
            None => {
                self.sql.execute("DELETE FROM meta WHERE key = ?1", [name.key()])?;
            }
        }
        Ok(())
    }

    /// Keeps a secret; it is never written over.
    pub fn put_secret(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        self.sql.execute("INSERT INTO secret (name, bytes) VALUES (?1, ?2)", (name, bytes))?;
        Ok(())
    }
}
