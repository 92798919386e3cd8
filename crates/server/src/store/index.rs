//! What the database can say about the entries that it holds.

use ledger::chain::{LogIndex, LogRecord, Tip};
use ledger::{EntryId, Frame, LogId, ScopeId};
use rusqlite::{Connection, OptionalExtension, Row, params};
use seal::Digest;
use seal::keys::PublicKey;

use super::Db;
use crate::{Error, Result};

/// Reads an entry id from a column.
pub(super) fn entry_id(row: &Row<'_>, column: usize) -> rusqlite::Result<EntryId> {
    row.get::<_, [u8; 32]>(column).map(|b| EntryId(Digest::from_bytes(b)))
}

/// Reads a log id from a column.
pub(super) fn log_id(row: &Row<'_>, column: usize) -> rusqlite::Result<LogId> {
    row.get::<_, [u8; 16]>(column).map(LogId::from_bytes)
}

/// Reads a count from a column.
pub(super) fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(i64::unsigned_abs)
}

/// A number as SQLite keeps it; no stream or log ever comes near the limit.
pub(super) fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// The exact bytes of a stored entry.
pub(super) fn frame(conn: &Connection, id: &EntryId) -> Result<Option<Frame>> {
    let mut statement = conn.prepare_cached("SELECT frame FROM entry WHERE id = ?1")?;
    let bytes: Option<Vec<u8>> = statement.query_row([id.as_bytes()], |row| row.get(0)).optional()?;
    bytes.map(|b| Frame::parse(&b).map_err(Error::from)).transpose()
}

impl LogIndex for Db {
    type Error = Error;

    fn log(&self, log: &LogId) -> Result<Option<LogRecord>> {
        let mut statement = self.conn.prepare_cached("SELECT scope, spki FROM log WHERE log = ?1")?;
        let row: Option<([u8; 16], Vec<u8>)> = statement
            .query_row([log.as_bytes().as_slice()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        row.map(|(scope, spki)| {
            Ok(LogRecord {
                log: *log,
                scope: ScopeId::from_bytes(scope),
                key: PublicKey::from_spki_der(&spki)?,
            })
        })
        .transpose()
    }

    fn place(&self, id: &EntryId) -> Result<Option<(LogId, u64)>> {
        let mut statement = self.conn.prepare_cached("SELECT log, seq FROM entry WHERE id = ?1")?;
        Ok(statement
            .query_row([id.as_bytes()], |row| Ok((log_id(row, 0)?, count(row, 1)?)))
            .optional()?)
    }

    fn ids_at(&self, log: &LogId, seq: u64) -> Result<Vec<EntryId>> {
        let mut statement = self.conn.prepare_cached("SELECT id FROM entry WHERE log = ?1 AND seq = ?2 ORDER BY id")?;
        let rows = statement.query_map(params![log.as_bytes(), number(seq)], |row| entry_id(row, 0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn logs(&self, scope: &ScopeId) -> Result<Vec<LogId>> {
        let mut statement = self.conn.prepare_cached("SELECT log FROM log WHERE scope = ?1 ORDER BY log")?;
        let rows = statement.query_map([scope.as_bytes().as_slice()], |row| log_id(row, 0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn tips(&self, log: &LogId) -> Result<Vec<Tip>> {
        let mut statement = self.conn.prepare_cached("SELECT count(*) FROM fork WHERE log = ?1")?;
        let forks: i64 = statement.query_row([log.as_bytes().as_slice()], |row| row.get(0))?;
        let sql = if forks == 0 {
            "SELECT seq, id FROM entry WHERE log = ?1 ORDER BY seq DESC LIMIT 1"
        } else {
            "SELECT seq, id FROM entry e WHERE log = ?1 AND NOT EXISTS (SELECT 1 FROM entry n WHERE n.prev = e.id) ORDER BY seq, id"
        };
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map([log.as_bytes().as_slice()], |row| {
            Ok(Tip {
                seq: count(row, 0)?,
                id: entry_id(row, 1)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn frame(&self, id: &EntryId) -> Result<Option<Frame>> {
        frame(&self.conn, id)
    }
}
