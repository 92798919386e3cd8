//! Servers as every earlier version left them, in `tests/data/frozen/v<n>`: each is opened by this version, with all that had arrived.
//!
//! A server lies there whole, its database compressed, with `expected.json`. A new migration adds the server of its version:
//! `cargo test -p xunzhan-server freeze -- --ignored`, which leaves those that are there alone.

use std::fs;
use std::path::{Path, PathBuf};

use domain::VisitId;
use ledger::ScopeId;
use rusqlite::Connection;
use seal::Digest;
use serde_json::{Value, json};
use server::county::Opened;
use server::{Clock, county};

use crate::laptop::Laptop;
use crate::running::{Server, copy};

const SERVER: &str = env!("CARGO_MANIFEST_DIR");
/// Tables that an upgrade makes anew from the states.
const MADE_ANEW: [&str; 4] = ["_list", "_grams", "visit_blob", "sqlite_"];

/// The migrations in their order; the n-th makes version n.
fn migrations() -> Vec<String> {
    let folder = Path::new(SERVER).join("../../migrations/server-sqlite");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read_to_string(path).unwrap()).collect()
}

fn frozen(version: usize) -> PathBuf {
    Path::new(SERVER).join(format!("tests/data/frozen/v{version}"))
}

fn columns(conn: &Connection, schema: &str, table: &str) -> Vec<String> {
    let mut statement = conn
        .prepare(&format!("SELECT name FROM pragma_table_info('{table}', '{schema}')"))
        .unwrap();
    let names = statement.query_map([], |row| row.get(0)).unwrap();
    names.collect::<rusqlite::Result<_>>().unwrap()
}

/// All that a reviewer would look for after an upgrade, with every byte that had arrived hashed again.
fn arrived(opened: &Opened, scope: &ScopeId) -> Value {
    let mut visits = Vec::new();
    for row in opened.db.visits(scope).unwrap() {
        let visit = opened.db.visit(scope, row.visit).unwrap().unwrap();
        let photos = visit.photos.iter().map(|photo| {
            let sha256: Digest = photo.attached.original.sha256.parse().unwrap();
            json!({"photo": photo.attached.photo, "original": sha256.to_string(), "sound": opened.blobs.is_sound(scope, &sha256)})
        });
        visits.push(json!({
            "visit": row.visit, "phase": visit.phase().key(), "data": opened.db.visit_data_state(scope, row.visit).unwrap().key(),
            "answers": visit.answers, "photos": photos.collect::<Vec<_>>(), "signatures": visit.signatures.len(),
        }));
    }
    let kinds = ["station", "person", "device", "visit"].map(|kind| opened.db.aggregates(scope, kind).unwrap().len());
    let entries = opened.db.count_entries(scope, 0).unwrap();
    json!({"scope": scope.to_string(), "visits": visits, "kinds": kinds, "entries": entries})
}

#[test]
fn every_earlier_server_is_copied_upgraded_and_whole() {
    let known = migrations().len();
    for version in 1..=known {
        let folder = frozen(version);
        assert!(folder.is_dir(), "no server of version {version} is kept: see this file's first lines");
        let home = tempfile::tempdir().unwrap();
        let data = home.path().join("data");
        copy(&folder, &data);
        let packed = data.join("server.sqlite.zst");
        fs::write(data.join("server.sqlite"), zstd::decode_all(fs::File::open(&packed).unwrap()).unwrap()).unwrap();
        fs::remove_file(packed).unwrap();
        let expected: Value = serde_json::from_slice(&fs::read(folder.join("expected.json")).unwrap()).unwrap();
        let scope: ScopeId = expected["scope"].as_str().unwrap().parse().unwrap();

        let mut opened = county::open(&data, Clock::system()).unwrap();
        assert_eq!(arrived(&opened, &scope), expected, "version {version}");
        let kept = data.join(format!("before-version-{known}.sqlite"));
        assert_eq!(kept.exists(), version < known, "version {version}");
        if version < known {
            let old = Connection::open(&kept).unwrap();
            let found: u32 = old.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
            assert_eq!(found as usize, version);
        }
        opened.db.check().unwrap();
        let grown = opened.db.state_text().unwrap();
        opened.db.rebuild().unwrap();
        assert_eq!(opened.db.state_text().unwrap(), grown, "version {version}: state is what the log says");
        assert_eq!(arrived(&opened, &scope), expected, "version {version} rebuilt");
        // It is a server like any other: it goes on in its log, and opens again.
        let visit = VisitId(expected["visits"][0]["visit"].as_str().unwrap().parse().unwrap());
        let seal = opened.db.visit(&scope, visit).unwrap().unwrap().sealed.unwrap().statement.sha256;
        let said = server::store::Said {
            ent: visit.0,
            by: None,
            operation: domain::Operation::ReviewAccepted(domain::operation::ReviewAccepted {
                statement: seal,
                person: domain::PersonId(uuid::Uuid::nil()),
                account: "reviewer".into(),
                name: "周敏".into(),
                comment: String::new(),
                at_ms: 1,
            }),
        };
        opened.db.say(&scope, &[said]).unwrap();
        drop(opened);
        let again = county::open(&data, Clock::system()).unwrap();
        assert_eq!(again.db.visit(&scope, visit).unwrap().unwrap().phase(), domain::VisitPhase::Reviewed);
    }
}

/// The database of a version, made by its migrations, with what the present one holds.
fn older(now: &Path, then: &Path, migrations: &[String]) {
    let conn = Connection::open(then).unwrap();
    migrations.iter().for_each(|step| conn.execute_batch(step).unwrap());
    conn.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    conn.execute("ATTACH DATABASE ?1 AS now", [now.to_str().unwrap()]).unwrap();
    let tables: Vec<String> = {
        let mut statement = conn.prepare("SELECT name FROM main.sqlite_master WHERE type = 'table'").unwrap();
        let names = statement.query_map([], |row| row.get(0)).unwrap();
        names.collect::<rusqlite::Result<_>>().unwrap()
    };
    for table in tables.iter().filter(|table| !MADE_ANEW.iter().any(|part| table.contains(part))) {
        let names = columns(&conn, "main", table).join(", ");
        conn.execute_batch(&format!("INSERT INTO main.{table} ({names}) SELECT {names} FROM now.{table}"))
            .unwrap();
    }
    // From the form of the rows it follows that they are made anew.
    conn.execute_batch("DETACH DATABASE now; DELETE FROM meta WHERE name = 'lists';").unwrap();
    conn.pragma_update(None, "user_version", migrations.len() as u32).unwrap();
    conn.execute_batch("VACUUM").unwrap();
}

#[tokio::test]
#[ignore = "adds the servers that are missing"]
async fn freeze() {
    let server = Server::start().await;
    let mut laptop = Laptop::ready(&server, "qinghe").await;
    laptop.sync(&server).await;
    let sealed = laptop.make_visit(&server);
    laptop.sync(&server).await;
    for blob in &sealed.blobs {
        laptop.upload(&server, blob).await;
    }
    let scope = laptop.scope;
    let data = server.data.path().join("data");
    let whole = tempfile::tempdir().unwrap();
    let now = whole.path().join("now.sqlite");
    Connection::open(data.join("server.sqlite"))
        .unwrap()
        .execute("VACUUM INTO ?1", [now.to_str().unwrap()])
        .unwrap();
    let migrations = migrations();
    for version in 1..=migrations.len() {
        let folder = frozen(version);
        if folder.exists() {
            continue;
        }
        copy(&data, &folder);
        for gone in ["lock", "server.sqlite", "server.sqlite-wal", "server.sqlite-shm"] {
            let _ = fs::remove_file(folder.join(gone));
        }
        let _ = fs::remove_dir_all(folder.join("uploads"));
        let database = whole.path().join(format!("v{version}.sqlite"));
        older(&now, &database, &migrations[..version]);
        let packed = zstd::encode_all(fs::File::open(&database).unwrap(), 19).unwrap();
        fs::write(folder.join("server.sqlite.zst"), packed).unwrap();
        // What is expected is what the running server holds.
        let check = whole.path().join(format!("check-{version}"));
        copy(&data, &check);
        for gone in ["lock", "server.sqlite-wal", "server.sqlite-shm"] {
            let _ = fs::remove_file(check.join(gone));
        }
        fs::copy(&now, check.join("server.sqlite")).unwrap();
        let opened = county::open(&check, Clock::system()).unwrap();
        let expected = serde_json::to_string_pretty(&arrived(&opened, &scope)).unwrap();
        fs::write(folder.join("expected.json"), format!("{expected}\n")).unwrap();
    }
}
