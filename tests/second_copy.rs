//! A laptop breaks before it was ever online again: its second copy reaches the server by a colleague's laptop, or straight.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[allow(dead_code, reason = "shared with the story of one visit")]
#[path = "laptop_to_bundle/desk.rs"]
mod desk;
#[allow(dead_code, reason = "shared with the story of two laptops")]
#[path = "laptop_to_bundle/laptops.rs"]
mod laptops;

use std::path::Path;
use std::process::Command;

use contract::field::*;
use contract::shared::{DataState, Nothing};
use desk::{Console, County, Inspector};
use domain::{Answer, VisitId};
use field::Field;
use laptops::{import, laptop, sync, until};
use serde_json::{Value, json};
use xunzhan_tests::place::{photos, program};
use xunzhan_tests::program::finished;

/// A day without network: a visit with answers, real photos and a half-written sentence.
fn a_day(field: &Field, people: &[Inspector]) -> VisitId {
    let station = field.list_stations(ListStations { search: String::new() }).unwrap().remove(0).station.id;
    let pack = field.list_packs(Nothing {}).unwrap().remove(0);
    let opened = field.open_visit(OpenVisit {
        station,
        pack: pack.id.clone(),
        team: people.iter().map(|one| one.person).collect(),
        methods: vec![pack.methods[0].key.clone()],
        started_at_ms: chrono::Utc::now().timestamp_millis() - 3_600_000,
        utc_offset_min: 480,
    });
    let visit = opened.unwrap().visit.id;
    for item in pack.items.iter().take(5) {
        let answer = Some(Answer::NotChecked { reason: "停电".into() });
        let item = item.code.clone();
        field.answer_item(AnswerItem { visit, item, answer }).unwrap();
    }
    let mut pictures: Vec<_> = std::fs::read_dir(photos()).unwrap().map(|entry| entry.unwrap().path()).collect();
    pictures.sort();
    pictures.truncate(8);
    import(field, visit, pictures);
    let slot = "C4-09".into();
    field
        .save_draft(SaveDraft {
            visit,
            slot,
            raw: "{}".into(),
        })
        .unwrap();
    visit
}

fn copy_job(field: &Field) -> CopyJob {
    let job = until("the end of the copy", || {
        let job = field.copy_status(Nothing {}).unwrap().job.unwrap();
        job.finished.then_some(job)
    });
    assert_eq!(job.error, None);
    job
}

fn handle(field: &Field, path: &Path) -> String {
    field.register_paths(vec![path.to_owned()]).remove(0).handle
}

/// Argon2id over 64 MiB in three passes for each person: the tests of the inspector's core spend less, so that they do not notice it.
fn stretched_as_specified(data: &Path) {
    let file: Value = serde_json::from_slice(&std::fs::read(data.join("keys.json")).unwrap()).unwrap();
    let persons = file["persons"].as_array().unwrap();
    assert!(!persons.is_empty());
    for person in persons {
        let kdf = &person["kdf"];
        assert_eq!(
            (&kdf["name"], &kdf["memory_kib"], &kdf["passes"]),
            (&json!("argon2id"), &json!(65_536), &json!(3))
        );
    }
}

/// A laptop works for a day offline, leaves a copy on a stick, and is no more.
fn broken(county: &mut County, people: &[Inspector], stick: &Path) -> VisitView {
    let (field, home) = laptop(county, "一号电脑", people);
    stretched_as_specified(&home.path().join("data"));
    county.stop();
    let visit = a_day(&field, people);
    // What was typed in the millisecond of the copy counts as later than it.
    std::thread::sleep(std::time::Duration::from_millis(5));
    let handle = handle(&field, stick);
    field.make_copy(MakeCopy { handle }).unwrap();
    let made = copy_job(&field).made.unwrap();
    println!("a copy of {} entries and {} files, {} bytes", made.entries, made.blobs, made.bytes);
    let view = field.get_visit(VisitArgs { visit }).unwrap();
    assert_eq!(view.data_state, DataState::Copied);
    assert!(view.visit.photos.len() >= 3);
    drop(field);
    drop(home);
    view
}

/// The server holds every answer, and the bytes of every original as the camera wrote them.
fn arrived(county: &County, lost: &VisitView) {
    let (scope, reviewer) = (county.scope(0), Console::login(county, 0, "reviewer"));
    let visit = lost.visit.id;
    let review = reviewer.call("get_visit", json!({ "scope": scope, "visit": visit })).unwrap();
    assert_eq!(review["visit"]["answers"], serde_json::to_value(&lost.visit.answers).unwrap());
    assert_eq!(review["visit"]["photos"].as_array().unwrap().len(), lost.visit.photos.len());
    for photo in &lost.visit.photos {
        let (status, bytes) = reviewer.get(&format!("/api/scopes/{scope}/visits/{visit}/photos/{}/original", photo.attached.photo));
        assert_eq!(status, 200, "{}", photo.attached.name);
        let camera = std::fs::read(photos().join(&photo.attached.name)).unwrap();
        assert!(bytes == camera, "{} is not what the camera wrote", photo.attached.name);
    }
}

#[test]
fn a_colleagues_laptop_brings_a_broken_laptops_work_to_the_server() {
    let mut county = County::start("copy-colleague");
    let people: Vec<Inspector> = county.inspectors().into_iter().take(2).collect();
    let stick = tempfile::tempdir_in("/dev/shm").unwrap();
    let (other, _home) = laptop(&county, "二号电脑", &people);
    let lost = broken(&mut county, &people, stick.path());

    let at = handle(&other, stick.path());
    let found = other.find_copies(FindCopies { handle: at }).unwrap().remove(0);
    assert_eq!((found.device_name.as_str(), found.same_county, found.own), ("一号电脑", true, false));
    let args = TakeInCopy {
        handle: found.handle,
        person: people[1].person,
        passphrase: people[1].passphrase.clone(),
    };
    other.take_in_copy(args).unwrap();
    let taken = copy_job(&other).taken.unwrap();
    println!("{taken:?}");
    assert_eq!((taken.visits, taken.refused.len(), taken.damaged.len(), taken.drafts), (1, 0, 0, 1));
    let visit = lost.visit.id;
    let view = other.get_visit(VisitArgs { visit }).unwrap();
    assert_eq!((view.visit.answers.len(), view.data_state), (5, DataState::LocalOnly));
    other
        .save_draft(SaveDraft {
            visit,
            slot: "C4-09".into(),
            raw: String::new(),
        })
        .unwrap();

    county.restart();
    until("the originals on the server", || {
        assert_eq!(sync(&other).error, None);
        let view = other.get_visit(VisitArgs { visit }).unwrap();
        (view.data_state == DataState::OriginalsArrived).then_some(())
    });
    arrived(&county, &lost);
}

#[test]
fn the_server_takes_a_broken_laptops_copy_in_with_the_countys_recovery_identity() {
    let mut county = County::start("copy-server");
    let people: Vec<Inspector> = county.inspectors().into_iter().take(2).collect();
    let stick = tempfile::tempdir_in("/dev/shm").unwrap();
    let lost = broken(&mut county, &people, stick.path());
    let take_in = |recovery: &Path| {
        let mut command = Command::new(program("xunzhan-server"));
        command.arg("take-in").arg("--data").arg(county.data());
        finished(command.arg("--copy").arg(stick.path()).arg("--recovery").arg(recovery))
    };
    let (code, said) = take_in(&county.recovery(1));
    assert!(code != 0 && said.contains("recovery identity"), "another county's identity: {said}");
    let (code, said) = take_in(&county.recovery(0));
    println!("{said}");
    assert_eq!(code, 0, "{said}");
    let (code, again) = take_in(&county.recovery(0));
    assert!(code == 0 && again.contains("记录新收 0") && again.contains("文件新收 0"), "{again}");
    county.restart();
    arrived(&county, &lost);
}
