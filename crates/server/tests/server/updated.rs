//! Entries that an older version of the server did not understand.

use rusqlite::Connection;
use serde_json::{Value, json};
use server::Clock;
use server::county::{self, Opened};

use crate::laptop::Laptop;
use crate::running::{Server, copy};

fn behind(opened: &Opened) -> usize {
    opened
        .db
        .state_text()
        .unwrap()
        .lines()
        .filter(|line| line.starts_with("unapplied "))
        .count()
}

#[tokio::test]
async fn what_an_older_version_did_not_understand_is_applied_after_the_update() {
    let server = Server::start().await;
    let mut laptop = Laptop::ready(&server, "qinghe").await;
    let sealed = laptop.make_visit(&server);
    laptop.say_kind(uuid::Uuid::from_u128(7), "station.painted/1", json!({"colour": "red"}));
    laptop.sync(&server).await;
    for blob in &sealed.blobs {
        laptop.upload(&server, blob).await;
    }
    let now = tempfile::tempdir().unwrap();
    copy(&server.data.path().join("data"), now.path());
    let opened = county::open(now.path(), Clock::system()).unwrap();
    let whole = opened.db.state_text().unwrap();
    assert_eq!(behind(&opened), 1, "what nobody knows is remembered");
    drop(opened);

    // What a version that knew no photos would have left.
    let older = |understood: &str| -> rusqlite::Result<()> {
        let conn = Connection::open(now.path().join("server.sqlite"))?;
        let (scope, ent) = (laptop.scope.as_bytes().to_vec(), sealed.visit.0.as_bytes().to_vec());
        let sql = "SELECT state FROM aggregate WHERE scope = ?1 AND ent = ?2";
        let state: String = conn.query_row(sql, (&scope, &ent), |row| row.get(0))?;
        let mut state: Value = serde_json::from_str(&state).unwrap();
        let photos = state.pointer_mut("/photos").unwrap();
        assert!(!photos.as_array().unwrap().is_empty());
        *photos = json!([]);
        conn.execute(
            "UPDATE aggregate SET state = ?3 WHERE scope = ?1 AND ent = ?2",
            (&scope, &ent, state.to_string()),
        )?;
        conn.execute("DELETE FROM photo WHERE visit = ?1", [&ent])?;
        conn.execute("DELETE FROM blob_named WHERE ent = ?1 AND part IN ('original', 'thumbnail')", [&ent])?;
        conn.execute("INSERT INTO unapplied (scope, ent) VALUES (?1, ?2)", (&scope, &ent))?;
        conn.execute("UPDATE meta SET value = ?1 WHERE name = 'folded_by'", [understood])?;
        Ok(())
    };
    older("0.0.9 visit.opened/1").unwrap();
    let opened = county::open(now.path(), Clock::system()).unwrap();
    assert_eq!(opened.db.state_text().unwrap(), whole);
    opened.db.check().unwrap();
    drop(opened);

    // The same version again does not read it all anew.
    older(&domain::Operation::understood()).unwrap();
    let opened = county::open(now.path(), Clock::system()).unwrap();
    assert_eq!(behind(&opened), 2);
}
