//! What synchronisation shows is counted by the writes; here it is counted anew, from the log itself, whatever came between.

use contract::field::SyncStatus;
use rusqlite::Connection;

use super::county::County;
use super::visit::{not_checked, open_visit};
use crate::Field;

fn counted(conn: &Connection) -> [u64; 6] {
    [
        "SELECT count(*) FROM entry WHERE own",
        "SELECT count(*) FROM entry WHERE own AND sseq IS NOT NULL",
        "SELECT count(*) FROM entry WHERE own AND EXISTS (SELECT 1 FROM receipt WHERE receipt.entry = entry.id)",
        "SELECT count(*) FROM visit_row v WHERE EXISTS (SELECT 1 FROM entry e WHERE e.ent = v.ent AND e.own AND e.sseq IS NULL)",
        "SELECT coalesce(sum(length(frame)), 0) FROM entry WHERE own AND sseq IS NULL",
        "SELECT count(*) FROM entry WHERE own AND sseq IS NOT NULL AND NOT EXISTS (SELECT 1 FROM receipt WHERE receipt.entry = entry.id)",
    ]
    .map(|sql| u64::try_from(conn.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap()).unwrap())
}

fn tallied(field: &Field) -> [u64; 6] {
    let status: SyncStatus = field.0.sync_status().unwrap();
    let sql = "SELECT count(*) FROM unreceipted";
    let open = field.0.opened().unwrap();
    let unreceipted: i64 = open.store.read(|conn| Ok(conn.query_row(sql, [], |row| row.get(0))?)).unwrap();
    [
        status.entries,
        status.acknowledged,
        status.receipted,
        status.visits_unsynced,
        status.bytes_left,
        u64::try_from(unreceipted).unwrap(),
    ]
}

#[test]
fn tallies_are_what_the_log_says() {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let open = field.0.opened().unwrap();
    let mut seen = Vec::new();
    let mut agree = |step: &str| {
        let said = tallied(&field);
        let counted = open.store.read(|conn| Ok(counted(conn))).unwrap();
        assert_eq!(said, counted, "after {step}");
        assert!(!seen.contains(&said), "{step} changed nothing");
        seen.push(said);
    };
    let sql = |sql: &str| open.store.read(|conn| Ok(conn.execute(sql, [])?)).unwrap();
    agree("nothing");
    for _ in 0..2 {
        let visit = open_visit(&field);
        for item in ["C4-01", "C4-02", "C4-04"] {
            not_checked(&field, visit, item, "没有钥匙");
        }
    }
    agree("two visits");
    sql("UPDATE entry SET sseq = n + 100 WHERE n IN (SELECT n FROM entry WHERE own ORDER BY n LIMIT 5)");
    agree("a first part was sent");
    sql("UPDATE entry SET sseq = n + 200");
    agree("all was sent");
    sql("INSERT INTO receipt SELECT id, '{}' FROM entry WHERE n % 2 = 0 ON CONFLICT DO NOTHING");
    agree("every second entry has a receipt");
    sql("UPDATE entry SET sseq = n + 300 WHERE n = (SELECT max(n) FROM entry)");
    sql("UPDATE entry SET sseq = NULL WHERE own AND n % 3 <> 0");
    agree("the server was restored from a backup");
    sql("UPDATE entry SET sseq = n + 400 WHERE sseq IS NULL");
    sql("INSERT INTO receipt SELECT id, '{}' FROM entry WHERE true ON CONFLICT DO NOTHING");
    agree("all has a receipt");
    let visit = open_visit(&field);
    not_checked(&field, visit, "C4-01", "没有钥匙");
    agree("work goes on");
}
