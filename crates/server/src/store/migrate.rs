//! Brings a database to this version's form. A merged step never changes; a new one is added to the list.

use rusqlite::{Connection, TransactionBehavior};

use crate::{Error, Result};

/// The steps in order; `user_version` counts those that were done.
const STEPS: [&str; 2] = [
    include_str!("../../../../migrations/server-sqlite/0001_first.sql"),
    include_str!("../../../../migrations/server-sqlite/0002_lengths.sql"),
];

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
    fn named_lengths_and_uploads_survive_the_second_step() {
        let mut conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(STEPS[0]).unwrap();
        conn.pragma_update(None, "user_version", 1).unwrap();
        conn.execute_batch(
            "INSERT INTO blob_named VALUES (zeroblob(16), zeroblob(32), zeroblob(16), 'original', 5);
             INSERT INTO upload VALUES ('a', zeroblob(16), zeroblob(32), 5, 9);",
        )
        .unwrap();
        migrate(&mut conn).unwrap();
        conn.execute_batch(
            "INSERT INTO blob_named VALUES (zeroblob(16), zeroblob(32), zeroblob(16), 'original', 6);
             INSERT INTO upload VALUES ('b', zeroblob(16), zeroblob(32), 6, 9);",
        )
        .unwrap();
        let sum = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(
            (sum("SELECT sum(size_bytes) FROM blob_named"), sum("SELECT sum(size_bytes) FROM upload")),
            (11, 11)
        );
    }

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
