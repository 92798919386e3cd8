//! Brings a database to this version's form. A merged step never changes; a new one is added to the list.

use rusqlite::{Connection, TransactionBehavior};

use crate::{Error, Result};

/// The steps in order; `user_version` counts those that were done.
const STEPS: [&str; 1] = [include_str!("../../../../migrations/server-sqlite/0001_first.sql")];

/// Does all missing steps in one transaction; refuses a database of a newer version and leaves it as it is.
pub fn migrate(conn: &mut Connection) -> Result<()> {
    let done: i64 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let done = usize::try_from(done).map_err(|_| Error::Corrupt("user_version"))?;
    if done > STEPS.len() {
        return Err(Error::Newer);
    }
    if done == STEPS.len() {
        return Ok(());
    }
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for step in STEPS.iter().skip(done) {
        tx.execute_batch(step)?;
    }
    tx.pragma_update(None, "user_version", i64::try_from(STEPS.len()).unwrap_or(i64::MAX))?;
    tx.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_database_is_refused_and_left_alone() {
        let mut conn = Connection::open_in_memory().unwrap();
        migrate(&mut conn).unwrap();
        migrate(&mut conn).unwrap();
        conn.pragma_update(None, "user_version", 99).unwrap();
        assert!(matches!(migrate(&mut conn), Err(Error::Newer)));
        let tables: i64 = conn
            .query_row("SELECT count(*) FROM sqlite_master WHERE type = 'table'", [], |row| row.get(0))
            .unwrap();
        assert!(tables > 10);
    }
}
