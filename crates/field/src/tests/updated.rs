//! Entries that an older version of the program did not understand.

use contract::field::{FieldHost, ListStations};
use domain::{Operation, Station};
use rusqlite::Connection;
use serde_json::json;

use super::county::{County, field, station};
use super::frozen::{database, unlock};
use crate::Field;

fn closed(field: Field) -> String {
    let key = hex::encode(field.0.opened().unwrap().store.key().as_slice());
    drop(field);
    key
}

fn dump(field: &Field) -> String {
    field.0.opened().unwrap().store.dump_state().unwrap()
}

fn behind(field: &Field) -> usize {
    dump(field).lines().filter(|line| line.starts_with("unapplied ")).count()
}

#[test]
fn what_an_older_version_did_not_understand_is_applied_after_the_update() {
    let home = tempfile::tempdir().unwrap();
    let mut county = County::new();
    let laptop = county.laptop(home.path());
    let ent = station().0;
    let unknown = uuid::Uuid::from_u128(7);
    county.say_kinds(&laptop, vec![(unknown, "station.painted/1".into(), json!({"colour": "red"}))]);
    assert_eq!(behind(&laptop), 1, "what nobody knows is remembered");
    let known = laptop.list_stations(ListStations { search: String::new() }).unwrap();
    let renamed = Station {
        name: "后榆林新站".into(),
        ..known[0].station.clone()
    };
    county.say(&laptop, vec![(ent, Operation::StationRegistered(renamed))]);
    let whole = dump(&laptop);

    // What a version that did not know the last entry would have left.
    let older = |key: &str, understood: &str| {
        let conn: Connection = database(&home.path().join("data/store.db"), key);
        let sql = "UPDATE aggregate SET json = replace(json, '后榆林新站', '后榆林村站') WHERE ent = ?1";
        assert_eq!(conn.execute(sql, [ent.as_bytes()]).unwrap(), 1);
        conn.execute("INSERT INTO unapplied (ent) VALUES (?1)", [ent.as_bytes()]).unwrap();
        conn.execute("UPDATE meta SET value = ?1 WHERE key = 'folded_by'", [understood]).unwrap();
    };
    older(&closed(laptop), "0.0.9 station.removed/1");
    let laptop = field(home.path());
    unlock(&laptop);
    assert_eq!(dump(&laptop), whole);
    assert!(laptop.rebuild().unwrap());

    // The same version again does not read it all anew.
    older(&closed(laptop), &Operation::understood());
    let laptop = field(home.path());
    unlock(&laptop);
    assert_eq!(behind(&laptop), 2);
}
