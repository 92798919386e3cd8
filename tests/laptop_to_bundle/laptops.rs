//! Laptops as the core alone: certified, synchronised, with photos taken in.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use contract::field::*;
use contract::shared::Nothing;
use domain::VisitId;
use field::Field;
use serde_json::json;

use crate::desk::{self, Console, County, Inspector};

/// Waits for something.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(90);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "{what} did not come");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Synchronises and waits for its end.
pub fn sync(field: &Field) -> SyncStatus {
    field.sync_now(Nothing {}).unwrap();
    std::thread::sleep(Duration::from_millis(100));
    until("the end of synchronisation", || {
        let status = field.sync_status(Nothing {}).unwrap();
        (status.phase == SyncPhase::Idle).then_some(status)
    })
}

/// A certified laptop of two inspectors with the county's lists.
pub fn laptop(county: &County, name: &str, people: &[Inspector]) -> (Field, tempfile::TempDir) {
    let (field, home) = desk::laptop();
    let card = CardSource {
        handle: None,
        text: Some(county.card(0)),
    };
    let device_name = name.to_owned();
    field.start_from_card(StartFromCard { card, device_name }).unwrap();
    let people = people.iter().map(|one| AddPerson {
        person: Some(one.person),
        name: one.name.clone(),
        org: one.org.clone(),
        passphrase: one.passphrase.clone(),
    });
    for person in people {
        field.add_person(person).unwrap();
    }
    sync(&field);
    let fingerprint = field.enrolment_request(Nothing {}).unwrap().fingerprint;
    let (scope, administrator) = (county.scope(0), Console::login(county, 0, "administrator"));
    let rows = administrator.call("list_enrolments", json!({ "scope": scope })).unwrap();
    let row = rows
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["fingerprint"] == json!(fingerprint))
        .unwrap();
    let args = json!({ "scope": scope, "request": row["request"], "authority_passphrase": county.authority_passphrase(0) });
    administrator.call("approve_enrolment", args).unwrap();
    assert_eq!(sync(&field).error, None);
    (field, home)
}

/// Takes files into a visit and waits for the end.
pub fn import(field: &Field, visit: VisitId, files: Vec<PathBuf>) -> ImportReport {
    let handles = field.register_paths(files).into_iter().map(|file| file.handle).collect();
    let args = ImportPhotos {
        visit,
        handles,
        items: Vec::new(),
        method: "dialog".into(),
    };
    let import = field.import_photos(args).unwrap().import;
    until("the end of the import", || {
        let report = field.import_report(ImportArgs { import: import.clone() }).unwrap();
        report.finished.then_some(report)
    })
}
