//! Drafts: what is being typed, durable each second, unsigned, gone when it becomes an entry.

use contract::field::Draft;
use domain::VisitId;

use super::{Store, Tx};
use crate::error::Result;

impl Tx<'_> {
    /// Keeps a draft, or drops it when it is empty.
    pub fn put_draft(&mut self, visit: VisitId, slot: &str, raw: &str) -> Result<()> {
        if raw.is_empty() {
            return self.drop_draft(visit, slot);
        }
        let sql = "INSERT INTO draft (visit, slot, raw, saved_at_ms) VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT (visit, slot) DO UPDATE SET raw = excluded.raw, saved_at_ms = excluded.saved_at_ms";
        self.sql
            .prepare_cached(sql)?
            .execute((visit.0.as_bytes().as_slice(), slot, raw, self.now_ms))?;
        Ok(())
    }

    /// Drops a draft, if there is one.
    pub fn drop_draft(&mut self, visit: VisitId, slot: &str) -> Result<()> {
        let sql = "DELETE FROM draft WHERE visit = ?1 AND slot = ?2";
        self.sql.prepare_cached(sql)?.execute((visit.0.as_bytes().as_slice(), slot))?;
        Ok(())
    }

    /// Drops all drafts of a visit.
    pub fn drop_drafts(&mut self, visit: VisitId) -> Result<()> {
        let sql = "DELETE FROM draft WHERE visit = ?1";
        self.sql.prepare_cached(sql)?.execute([visit.0.as_bytes().as_slice()])?;
        Ok(())
    }

    /// Whether a visit has drafts.
    pub fn has_drafts(&self, visit: VisitId) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM draft WHERE visit = ?1)";
        Ok(self
            .sql
            .prepare_cached(sql)?
            .query_row([visit.0.as_bytes().as_slice()], |row| row.get(0))?)
    }
}

impl Store {
    /// A visit's drafts by slot.
    pub fn drafts(&self, visit: VisitId) -> Result<Vec<Draft>> {
        self.read(|conn| {
            let sql = "SELECT slot, raw, saved_at_ms FROM draft WHERE visit = ?1 ORDER BY slot";
            let mut statement = conn.prepare_cached(sql)?;
            let rows = statement.query_map([visit.0.as_bytes().as_slice()], |row| {
                Ok(Draft {
                    slot: row.get(0)?,
                    raw: row.get(1)?,
                    saved_at_ms: row.get(2)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}
