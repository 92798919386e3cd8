//! Requests for certification: kept as signed, sent until the server has them.

use rusqlite::OptionalExtension;
use seal::Digest;

use super::{Store, Tx};
use crate::error::Result;

impl Tx<'_> {
    /// Keeps a request, in place of another that was not sent.
    pub fn put_enrolment(&mut self, fingerprint: &Digest, text: &str, instead_of: Option<&Digest>) -> Result<()> {
        let sql = "DELETE FROM enrolment WHERE fingerprint = ?1 AND sent_ms IS NULL";
        self.sql.execute(sql, [instead_of.map(Digest::to_hex)])?;
        let sql = "INSERT INTO enrolment (fingerprint, text, made_ms) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
        self.sql.execute(sql, (fingerprint.to_hex(), text, self.now_ms))?;
        Ok(())
    }

    /// Notes that the server has a request.
    pub fn enrolment_sent(&mut self, fingerprint: &str) -> Result<()> {
        let sql = "UPDATE enrolment SET sent_ms = ?2 WHERE fingerprint = ?1";
        self.sql.execute(sql, (fingerprint, self.now_ms))?;
        Ok(())
    }
}

impl Store {
    /// Fingerprint and text of the request made last.
    pub fn last_enrolment(&self) -> Result<Option<(String, String)>> {
        self.read(|conn| {
            let sql = "SELECT fingerprint, text FROM enrolment ORDER BY made_ms DESC, fingerprint LIMIT 1";
            Ok(conn.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
        })
    }

    /// Requests that the server does not have yet, oldest first.
    pub fn unsent_enrolments(&self) -> Result<Vec<(String, String)>> {
        self.read(|conn| {
            let sql = "SELECT fingerprint, text FROM enrolment WHERE sent_ms IS NULL ORDER BY made_ms, fingerprint";
            let mut statement = conn.prepare_cached(sql)?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}
