//! Saved filters of lists, by account and county.

use contract::lists::{MOST_FILTERS, SavedFilter};
use domain::lists::ListKind;
use ledger::ScopeId;
use rusqlite::{Connection, params};

use super::Db;
use crate::Result;

fn filters(conn: &Connection, scope: &ScopeId, account: &str, list: ListKind) -> Result<Vec<SavedFilter>> {
    let sql = "SELECT name, query FROM saved_filter WHERE account = ?1 AND scope = ?2 AND list = ?3 ORDER BY name";
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map(params![account, scope.as_bytes(), list.key()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let rows: Vec<(String, String)> = rows.collect::<rusqlite::Result<_>>()?;
    Ok(rows
        .into_iter()
        .filter_map(|(name, query)| SavedFilter::from_text(name, &query))
        .collect())
}

impl Db {
    /// Filters that an account saved for a list, by name. What this version's lists cannot answer is kept and not shown.
    pub fn filters(&self, scope: &ScopeId, account: &str, list: ListKind) -> Result<Vec<SavedFilter>> {
        filters(&self.conn, scope, account, list)
    }

    /// Saves a filter under its name; None, and nothing is written, when the account has too many. `query` is the filter's text.
    pub fn save_filter(&mut self, scope: &ScopeId, account: &str, filter: &SavedFilter, query: &str) -> Result<Option<Vec<SavedFilter>>> {
        let list = filter.query.list;
        let tx = self.begin()?;
        tx.execute(
            "INSERT INTO saved_filter (account, scope, list, name, query) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (account, scope, list, name) DO UPDATE SET query = excluded.query",
            params![account, scope.as_bytes(), list.key(), filter.name, query],
        )?;
        let all = filters(&tx, scope, account, list)?;
        if all.len() > MOST_FILTERS {
            return Ok(None);
        }
        tx.commit()?;
        Ok(Some(all))
    }

    /// Forgets a saved filter, if there is one.
    pub fn forget_filter(&mut self, scope: &ScopeId, account: &str, list: ListKind, name: &str) -> Result<Vec<SavedFilter>> {
        let sql = "DELETE FROM saved_filter WHERE account = ?1 AND scope = ?2 AND list = ?3 AND name = ?4";
        self.conn.execute(sql, params![account, scope.as_bytes(), list.key(), name])?;
        filters(&self.conn, scope, account, list)
    }
}
