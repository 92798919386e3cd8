//! Opening the database: key, pragmas, version, damage.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use tracing::{error, info};

use crate::error::{Error, Result};
use crate::keys::Secret;
use crate::os::files;

/// File name of the database.
pub const FILE: &str = "store.db";
const MIGRATIONS: &[&str] = &[
    include_str!("../../../../migrations/field/0001_start.sql"),
    include_str!("../../../../migrations/field/0002_copied.sql"),
    include_str!("../../../../migrations/field/0003_lists.sql"),
    include_str!("../../../../migrations/field/0004_saved_filters.sql"),
    include_str!("../../../../migrations/field/0005_photo_prints.sql"),
    include_str!("../../../../migrations/field/0006_tally.sql"),
    include_str!("../../../../migrations/field/0007_unapplied.sql"),
];
/// From this version on a store keeps the rows of its lists.
const LISTS: u32 = 3;
// A check of the whole file costs about 10 ms a megabyte; larger stores rely on the page MACs of SQLCipher.
const CHECKED_BYTES: u64 = 32 << 20;

/// Opens or makes the database.
pub fn open(dir: &Path, key: &Secret) -> Result<Connection> {
    files::make_dir(dir)?;
    let path = dir.join(FILE);
    match connect(&path, key, MIGRATIONS) {
        Ok(conn) => Ok(conn),
        Err(Error::Sql(e)) if is_damage(&e) => {
            let copy = copy_aside(dir, "damaged")?;
            error!(code = %e, "the store is damaged; a copy was kept");
            Err(Error::StoreDamaged { copy, detail: e.to_string() })
        }
        Err(e) => Err(e),
    }
}

fn connect(path: &Path, key: &Secret, migrations: &[&str]) -> Result<Connection> {
    let size = fs::metadata(path).map_or(0, |m| m.len());
    if size > 0 {
        // SQLite would open a file that may only be read, and make its log with the same rights: that log would still be in the way
        // when the rights are given back.
        drop(fs::OpenOptions::new().read(true).write(true).open(path)?);
    }
    let mut conn = Connection::open(path)?;
    // A raw key: it is random, so stretching it would only cost time.
    let raw = zeroize::Zeroizing::new(format!("PRAGMA key = \"x'{}'\"", hex::encode(key.as_slice())));
    conn.execute_batch(&raw)?;
    // WAL: readers never wait for the writer. FULL: a commit is on the disk when it returns. Foreign keys are off in SQLite by default.
    // 16 MiB of pages in memory: one that left is decrypted and authenticated anew, which took half the time of a store of years.
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;
         PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON; PRAGMA cache_size = -16384;",
    )?;
    let known = u32::try_from(migrations.len()).unwrap_or(u32::MAX);
    let found: u32 = conn.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > known {
        return Err(Error::StoreNewer { found, known });
    }
    if size > 0 && size < CHECKED_BYTES {
        check(&conn)?;
    }
    if found < known {
        if found > 0 {
            keep_copy(&conn, path, known)?;
        }
        migrate(&mut conn, migrations, found)?;
    }
    Ok(conn)
}

/// Leaves the store as it is now beside itself, whole and durable: should the new version prove wrong, nothing is lost. The folder is
/// locked, so nobody writes meanwhile.
fn keep_copy(conn: &Connection, path: &Path, version: u32) -> Result<()> {
    let left: i64 = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if left != 0 {
        return Err(Error::StoreBusy);
    }
    let kept = path.with_file_name(format!("before-version-{version}.db"));
    let new = kept.with_extension("new");
    fs::copy(path, &new)?;
    files::sync_path(&new)?;
    files::place(&new, &kept)?;
    info!(version, "a copy of the store was kept");
    Ok(())
}

fn check(conn: &Connection) -> Result<()> {
    let said: String = conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if said == "ok" {
        return Ok(());
    }
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
    Err(Error::Sql(rusqlite::Error::SqliteFailure(code, Some(said))))
}

/// All upgrades in one transaction: the store is of the old version or of the new one.
fn migrate(conn: &mut Connection, migrations: &[&str], found: u32) -> Result<()> {
    let known = u32::try_from(migrations.len()).unwrap_or(u32::MAX);
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for script in migrations.iter().skip(usize::try_from(found).unwrap_or(usize::MAX)) {
        tx.execute_batch(script)?;
    }
    if found < LISTS {
        super::state::list_rows::refill(&tx)?;
    }
    tx.pragma_update(None, "user_version", known)?;
    tx.commit()?;
    info!(from = found, to = known, "store upgraded");
    Ok(())
}

fn is_damage(e: &rusqlite::Error) -> bool {
    matches!(e.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// Copies the database aside, never over an older copy; the original stays where it is.
pub fn copy_aside(dir: &Path, why: &str) -> Result<PathBuf> {
    let aside = dir.join(format!("{why}-{}", super::now_ms()));
    files::make_dir(&aside)?;
    for name in [FILE, "store.db-wal", "keys.json"] {
        let from = dir.join(name);
        if from.is_file() {
            fs::copy(&from, aside.join(name))?;
            files::sync_path(&aside.join(name))?;
        }
    }
    files::sync_dir(&aside)?;
    Ok(aside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use zeroize::Zeroizing;

    fn key() -> Secret {
        Zeroizing::new([5; 32])
    }

    #[test]
    fn opens_again_and_is_encrypted() {
        let dir = tempfile::tempdir().unwrap();
        let conn = open(dir.path(), &key()).unwrap();
        conn.execute("INSERT INTO meta VALUES ('a', '青禾县')", []).unwrap();
        let mode: String = conn.query_row("PRAGMA journal_mode", [], |r| r.get(0)).unwrap();
        assert_eq!(mode, "wal");
        drop(conn);
        let bytes = fs::read(dir.path().join(FILE)).unwrap();
        assert!(!bytes.starts_with(b"SQLite format 3"));
        let conn = open(dir.path(), &key()).unwrap();
        let value: String = conn.query_row("SELECT value FROM meta", [], |r| r.get(0)).unwrap();
        assert_eq!(value, "青禾县");
    }

    #[test]
    fn a_copy_of_the_old_store_is_kept_before_it_is_changed() {
        let dir = tempfile::tempdir().unwrap();
        let (path, kept) = (
            dir.path().join(FILE),
            dir.path().join(format!("before-version-{}.db", MIGRATIONS.len() + 1)),
        );
        let conn = open(dir.path(), &key()).unwrap();
        conn.execute("INSERT INTO meta VALUES ('told', '一次')", []).unwrap();
        drop(conn);
        let with = |later| [MIGRATIONS, &[later]].concat();

        // A step that fails changes nothing, and the copy is there all the same.
        assert!(connect(&path, &key(), &with("CREATE TABLE later (name TEXT NOT NULL) STRICT; nonsense;")).is_err());
        assert!(kept.exists());
        let conn = open(dir.path(), &key()).unwrap();
        conn.execute("UPDATE meta SET value = '两次' WHERE key = 'told'", []).unwrap();

        drop(conn);
        let conn = connect(&path, &key(), &with("CREATE TABLE later (name TEXT NOT NULL) STRICT;")).unwrap();
        conn.execute("INSERT INTO later VALUES ('a')", []).unwrap();
        drop(conn);
        assert!(matches!(open(dir.path(), &key()), Err(Error::StoreNewer { .. })));
        let old = connect(&kept, &key(), MIGRATIONS).unwrap();
        let told: String = old.query_row("SELECT value FROM meta WHERE key = 'told'", [], |r| r.get(0)).unwrap();
        assert_eq!(told, "两次");
        assert!(old.prepare("SELECT * FROM later").is_err());
    }

    #[test]
    fn an_older_store_is_copied_and_then_upgraded() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        let conn = Connection::open(&path).unwrap();
        conn.execute_batch(&format!("PRAGMA key = \"x'{}'\"", hex::encode(key().as_slice())))
            .unwrap();
        conn.execute_batch(MIGRATIONS[0]).unwrap();
        conn.execute_batch("INSERT INTO meta VALUES ('a', '青禾县'); PRAGMA user_version = 1")
            .unwrap();
        drop(conn);
        let conn = open(dir.path(), &key()).unwrap();
        let version: u32 = conn.query_row("PRAGMA user_version", [], |r| r.get(0)).unwrap();
        assert_eq!(version as usize, MIGRATIONS.len());
        let (value, copied): (String, i64) = conn
            .query_row("SELECT value, (SELECT count(*) FROM copied) FROM meta", [], |r| {
                Ok((r.get(0)?, r.get(1)?))
            })
            .unwrap();
        assert_eq!((value.as_str(), copied), ("青禾县", 0));
        let kept = Connection::open(dir.path().join(format!("before-version-{version}.db"))).unwrap();
        kept.execute_batch(&format!("PRAGMA key = \"x'{}'\"", hex::encode(key().as_slice())))
            .unwrap();
        let old: u32 = kept.query_row("PRAGMA user_version", [], |r| r.get(0)).unwrap();
        assert_eq!(old, 1, "what was there is kept as it was");
    }

    #[test]
    fn a_newer_store_is_refused_and_untouched() {
        let dir = tempfile::tempdir().unwrap();
        let conn = open(dir.path(), &key()).unwrap();
        let newer = MIGRATIONS.len() as u32 + 1;
        conn.pragma_update(None, "user_version", newer).unwrap();
        drop(conn);
        for _ in 0..2 {
            assert!(matches!(open(dir.path(), &key()), Err(Error::StoreNewer { found, .. }) if found == newer));
        }
    }

    #[test]
    fn a_damaged_store_is_copied_aside_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        drop(open(dir.path(), &key()).unwrap());
        let path = dir.path().join(FILE);
        let mut bytes = fs::read(&path).unwrap();
        for byte in &mut bytes[4096..8192] {
            *byte ^= 0x55;
        }
        fs::write(&path, &bytes).unwrap();
        let Err(Error::StoreDamaged { copy, .. }) = open(dir.path(), &key()) else {
            panic!("opened a damaged store")
        };
        assert_eq!(fs::read(copy.join(FILE)).unwrap(), bytes);
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }
}
