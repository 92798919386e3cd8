//! Brings a database to this version's form. A merged step never changes; a new one is added to the list.

use std::fs::{self, File};
use std::path::PathBuf;

use rusqlite::{Connection, TransactionBehavior};

use crate::county::sync_folder;
use crate::error::file;
use crate::{Error, Result};

/// The steps in order; `user_version` counts those that were done.
const STEPS: [&str; 8] = [
    include_str!("../../../../migrations/server-sqlite/0001_first.sql"),
    include_str!("../../../../migrations/server-sqlite/0002_lengths.sql"),
    include_str!("../../../../migrations/server-sqlite/0003_lists.sql"),
    include_str!("../../../../migrations/server-sqlite/0004_visit_blobs.sql"),
    include_str!("../../../../migrations/server-sqlite/0005_saved_filters.sql"),
    include_str!("../../../../migrations/server-sqlite/0006_photo_prints.sql"),
    include_str!("../../../../migrations/server-sqlite/0007_downloads.sql"),
    include_str!("../../../../migrations/server-sqlite/0008_unapplied.sql"),
];

/// Does all missing steps in one transaction; refuses a database of a newer version and leaves it as it is.
pub fn migrate(conn: &mut Connection) -> Result<()> {
    migrate_by(conn, &STEPS)
}

fn migrate_by(conn: &mut Connection, steps: &[&str]) -> Result<()> {
    let done: i64 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let done = usize::try_from(done).map_err(|_| Error::Corrupt("user_version"))?;
    if done > steps.len() {
        return Err(Error::Newer);
    }
    if done == steps.len() {
        return Ok(());
    }
    if done > 0 {
        keep_copy(conn, steps.len())?;
    }
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for step in steps.iter().skip(done) {
        tx.execute_batch(step)?;
    }
    tx.pragma_update(None, "user_version", i64::try_from(steps.len()).unwrap_or(i64::MAX))?;
    tx.commit()?;
    Ok(())
}

/// Leaves the database as it is now beside itself, whole and durable: should the new version prove wrong, nothing is lost.
fn keep_copy(conn: &Connection, version: usize) -> Result<()> {
    let Some(path) = conn.path().filter(|path| !path.is_empty()).map(PathBuf::from) else {
        return Ok(());
    };
    let kept = path.with_file_name(format!("before-version-{version}.sqlite"));
    let new = kept.with_extension("new");
    if new.exists() {
        fs::remove_file(&new).map_err(file("removing half a copy of the database"))?;
    }
    conn.execute("VACUUM INTO ?1", [new.to_string_lossy()])?;
    let synced = File::open(&new).and_then(|copy| copy.sync_all());
    synced
        .and_then(|()| fs::rename(&new, &kept))
        .map_err(file("keeping a copy of the database"))?;
    sync_folder(&kept)?;
    tracing::info!(version, "a copy of the database was kept");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATER: &str = "CREATE TABLE later (name TEXT NOT NULL) STRICT;";

    fn tables(conn: &Connection, name: &str) -> i64 {
        let sql = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?1";
        conn.query_row(sql, [name], |row| row.get(0)).unwrap()
    }

    #[test]
    fn a_copy_of_the_old_database_is_kept_before_it_is_changed() {
        let folder = tempfile::tempdir().unwrap();
        let kept = folder.path().join(format!("before-version-{}.sqlite", STEPS.len() + 1));
        let with = |later| [&STEPS[..], &[later]].concat();
        let mut conn = Connection::open(folder.path().join("server.sqlite")).unwrap();
        conn.pragma_update(None, "journal_mode", "WAL").unwrap();
        migrate(&mut conn).unwrap();
        assert!(!kept.exists(), "there was nothing to keep");
        conn.execute("INSERT INTO meta (name, value) VALUES ('told', 'yes')", []).unwrap();

        // A step that fails changes nothing, and the copy is there all the same.
        assert!(migrate_by(&mut conn, &with("CREATE TABLE later (name TEXT NOT NULL) STRICT; nonsense;")).is_err());
        assert_eq!(tables(&conn, "later"), 0);
        assert!(kept.exists());

        conn.execute("UPDATE meta SET value = 'again' WHERE name = 'told'", []).unwrap();
        migrate_by(&mut conn, &with(LATER)).unwrap();
        assert_eq!(tables(&conn, "later"), 1);
        let mut old = Connection::open(&kept).unwrap();
        let told: String = old.query_row("SELECT value FROM meta WHERE name = 'told'", [], |row| row.get(0)).unwrap();
        assert_eq!(told, "again");
        assert_eq!(tables(&old, "later"), 0);
        migrate(&mut old).unwrap();
        assert!(matches!(migrate(&mut conn), Err(Error::Newer)));
    }

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
