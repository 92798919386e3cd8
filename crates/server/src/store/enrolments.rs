//! Requests of devices and persons to be certified.

use ledger::ScopeId;
use rusqlite::{OptionalExtension, Row, params};
use seal::Digest;

use super::index::entry_id;
use super::{Db, Said};
use crate::Result;

/// A request that nobody approved is forgotten after 14 days; the laptop's people ask again.
const LIFE_MS: i64 = 14 * 24 * 60 * 60 * 1_000;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// SHA-256 of the payload: the request's name and its fingerprint.
    pub request: Digest,
    /// The envelope's exact bytes.
    pub envelope: Vec<u8>,
    /// When it arrived, ms since 1970 UTC.
    pub received_ms: i64,
    /// When it was approved, ms since 1970 UTC.
    pub approved_ms: Option<i64>,
}

fn read(row: &Row<'_>) -> rusqlite::Result<Enrolment> {
    Ok(Enrolment {
        request: entry_id(row, 0)?.0,
        envelope: row.get(1)?,
        received_ms: row.get(2)?,
        approved_ms: row.get(3)?,
    })
}

impl Db {
    /// Keeps a request; a known one changes nothing. Anyone may send one, so where too many wait in a scope the oldest of them goes.
    pub fn keep_enrolment(&mut self, scope: &ScopeId, request: &Digest, envelope: &[u8], most_pending: i64) -> Result<()> {
        let now = self.now_ms();
        let tx = self.begin()?;
        let known: i64 = tx.query_row("SELECT count(*) FROM enrolment WHERE request = ?1", [request.as_bytes()], |row| {
            row.get(0)
        })?;
        if known > 0 {
            return Ok(());
        }
        tx.execute(
            "DELETE FROM enrolment WHERE request IN (SELECT request FROM enrolment WHERE scope = ?1 AND approved_ms IS NULL
             ORDER BY received_ms DESC, request LIMIT -1 OFFSET ?2)",
            params![scope.as_bytes(), most_pending.saturating_sub(1)],
        )?;
        tx.execute(
            "INSERT INTO enrolment (request, scope, envelope, received_ms) VALUES (?1, ?2, ?3, ?4)",
            params![request.as_bytes(), scope.as_bytes(), envelope, now],
        )?;
        tx.commit()?;
        Ok(())
    }

    /// Forgets requests that nobody approved within their life.
    pub fn forget_old_enrolments(&mut self) -> Result<()> {
        let before = self.now_ms().saturating_sub(LIFE_MS);
        self.conn
            .execute("DELETE FROM enrolment WHERE approved_ms IS NULL AND received_ms <= ?1", [before])?;
        Ok(())
    }

    /// All requests of a scope: waiting ones first, then the newest.
    pub fn enrolments(&self, scope: &ScopeId) -> Result<Vec<Enrolment>> {
        let sql = "SELECT request, envelope, received_ms, approved_ms FROM enrolment
                   WHERE scope = ?1 AND (approved_ms IS NOT NULL OR received_ms > ?2)
                   ORDER BY approved_ms IS NOT NULL, received_ms DESC, request";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map(params![scope.as_bytes(), self.now_ms().saturating_sub(LIFE_MS)], read)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// One request of a scope.
    pub fn enrolment(&self, scope: &ScopeId, request: &Digest) -> Result<Option<Enrolment>> {
        let sql = "SELECT request, envelope, received_ms, approved_ms FROM enrolment WHERE scope = ?1 AND request = ?2";
        let mut statement = self.conn.prepare_cached(sql)?;
        Ok(statement.query_row(params![scope.as_bytes(), request.as_bytes()], read).optional()?)
    }

    /// Says what an approval says and marks the request, in one transaction.
    pub fn approve_enrolment(&mut self, scope: &ScopeId, request: &Digest, said: &[Said]) -> Result<()> {
        let now = self.now_ms();
        self.say_with(scope, said, |conn| {
            conn.execute(
                "UPDATE enrolment SET approved_ms = ?3 WHERE scope = ?1 AND request = ?2",
                params![scope.as_bytes(), request.as_bytes(), now],
            )?;
            Ok(())
        })?;
        Ok(())
    }
}
