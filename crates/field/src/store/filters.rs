//! Saved filters of lists, by person.

use contract::lists::SavedFilter;
use domain::PersonId;
use domain::lists::ListKind;
use rusqlite::Connection;

use super::{Store, Tx};
use crate::error::Result;

fn filters(conn: &Connection, person: PersonId, list: ListKind) -> Result<Vec<SavedFilter>> {
    let sql = "SELECT name, query FROM saved_filter WHERE person = ?1 AND list = ?2 ORDER BY name";
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map((person.0.as_bytes(), list.key()), |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
    let rows: Vec<(String, String)> = rows.collect::<rusqlite::Result<_>>()?;
    Ok(rows
        .into_iter()
        .filter_map(|(name, query)| SavedFilter::from_text(name, &query))
        .collect())
}

impl Tx<'_> {
    /// Saves a filter of a person under its name.
    pub fn put_filter(&mut self, person: PersonId, list: ListKind, name: &str, query: &str) -> Result<()> {
        let sql = "INSERT INTO saved_filter (person, list, name, query) VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT (person, list, name) DO UPDATE SET query = excluded.query";
        self.sql.prepare_cached(sql)?.execute((person.0.as_bytes(), list.key(), name, query))?;
        Ok(())
    }

    /// Forgets a saved filter, if there is one.
    pub fn drop_filter(&mut self, person: PersonId, list: ListKind, name: &str) -> Result<()> {
        let sql = "DELETE FROM saved_filter WHERE person = ?1 AND list = ?2 AND name = ?3";
        self.sql.prepare_cached(sql)?.execute((person.0.as_bytes(), list.key(), name))?;
        Ok(())
    }

    /// Filters that a person saved for a list, by name.
    pub fn filters(&self, person: PersonId, list: ListKind) -> Result<Vec<SavedFilter>> {
        filters(&self.sql, person, list)
    }
}

impl Store {
    /// Filters that a person saved for a list, by name. What this version's lists cannot answer is kept and not shown.
    pub fn filters(&self, person: PersonId, list: ListKind) -> Result<Vec<SavedFilter>> {
        self.read(|conn| filters(conn, person, list))
    }
}
