//! A disk that something else filled to the last byte: what was begun is finished, sealed and printed, and is there after a restart.

use std::io::Write;
use std::path::Path;

use contract::ErrorCode;
use contract::field::*;
use domain::operation::Strokes;
use domain::{Answer, VisitId, VisitPhase};

use super::county::{County, LI, WANG, field, person};
use super::mounted::Mounted;
use super::visit::{end, import, not_checked, open_visit, photo, signer};
use crate::Field;
use crate::reserve::WHOLE_BYTES;

/// Writes until nothing goes any more, and then byte by byte.
fn fill(dir: &Path, name: &str) {
    let mut file = std::fs::File::create(dir.join(name)).unwrap();
    for size in [1 << 20, 4096, 1] {
        while file.write_all(&vec![7; size]).is_ok() {}
    }
    file.sync_all().unwrap();
    assert!(crate::os::files::available(dir).unwrap() < 4096);
}

fn answers(field: &Field, visit: VisitId) -> usize {
    field.get_visit(VisitArgs { visit }).unwrap().visit.answers.len()
}

#[test]
fn on_a_full_disk_the_visit_is_still_finished_sealed_and_printed() {
    let Some(disk) = Mounted::tmpfs("200m") else { return };
    let pictures = tempfile::tempdir().unwrap();
    let mut county = County::new();
    let a = county.laptop(disk.path());
    assert_eq!(a.0.reserve.held_bytes(), WHOLE_BYTES);
    let visit = open_visit(&a);
    let picture = pictures.path().join("a.jpg");
    photo(&picture, 1);
    assert_eq!(import(&a, visit, vec![picture.clone()]).rows[0].outcome, ImportOutcome::Taken);
    fill(disk.path(), "film.mp4");

    // Photos are refused in words; everything else goes on.
    photo(&picture, 90);
    let refused = &import(&a, visit, vec![picture]).rows[0];
    assert_eq!(refused.reason.as_deref(), Some("disk_full"));
    let pack = a.list_packs(contract::shared::Nothing {}).unwrap().remove(0);
    for item in &pack.items {
        let slot = item.code.clone();
        let raw = "还没有写完的一句话".repeat(100);
        a.save_draft(SaveDraft { visit, slot, raw }).unwrap();
        not_checked(&a, visit, &item.code, "没有钥匙");
    }
    end(&a, visit);
    let strokes = Strokes {
        v: 1,
        width: 800,
        height: 240,
        strokes: vec![(0..4_000).map(|i| [i % 800, i % 240, i]).collect()],
    };
    let shown = a.make_record(MakeRecord { visit, copy: false }).unwrap().shown.unwrap();
    let way = CountersignWay::Signed {
        name: "曹爱莲".into(),
        role: "负责人".into(),
        opinion: "属实".into(),
        strokes,
        shown,
    };
    a.countersign(CountersignArgs { visit, way }).unwrap();
    // What the reserve gave is gone again: something goes on writing.
    fill(disk.path(), "more.mp4");
    let signers = vec![signer(WANG, "wang-passphrase"), signer(LI, "li-passphrase")];
    assert_eq!(a.seal_visit(SealVisit { visit, signers }).unwrap().phase, VisitPhase::Sealed);
    let record = a.make_record(MakeRecord { visit, copy: false }).unwrap();
    assert!(record.pages >= 2);
    assert!(a.0.reserve.held_bytes() < WHOLE_BYTES);
    drop(a);

    // In the morning the disk is as full as it was, and it opens.
    fill(disk.path(), "still-more.mp4");
    let a = field(disk.path());
    let passphrase = "li-passphrase".into();
    a.unlock(Unlock {
        person: person(LI),
        passphrase,
    })
    .unwrap();
    assert_eq!(a.get_visit(VisitArgs { visit }).unwrap().phase, VisitPhase::Sealed);
    assert_eq!(answers(&a, visit), pack.items.len());
    assert!(a.rebuild().is_ok());
    drop(a);

    // Once there is room the reserve is whole again.
    for name in ["film.mp4", "more.mp4", "still-more.mp4"] {
        std::fs::remove_file(disk.path().join(name)).unwrap();
    }
    let a = field(disk.path());
    let passphrase = "li-passphrase".into();
    a.unlock(Unlock {
        person: person(LI),
        passphrase,
    })
    .unwrap();
    assert_eq!(a.0.reserve.held_bytes(), WHOLE_BYTES);
}

/// The same without a reserve, so that it is known what the reserve is for: an error in words, and nothing acknowledged is lost.
#[test]
fn without_the_reserve_a_full_disk_stops_the_work_and_loses_nothing() {
    let Some(disk) = Mounted::tmpfs("200m") else { return };
    let mut county = County::new();
    let a = county.laptop(disk.path());
    let visit = open_visit(&a);
    not_checked(&a, visit, "C4-01", "没有钥匙");
    while a.0.reserve.release() {}
    fill(disk.path(), "film.mp4");
    let mut kept = 1;
    let error = loop {
        let answer = Some(Answer::NotChecked {
            reason: format!("{kept}").repeat(400),
        });
        let item = format!("C4-{:02}", kept % 22 + 1);
        match a.answer_item(AnswerItem { visit, item, answer }) {
            Ok(_) => kept += 1,
            Err(e) => break e,
        }
        assert!(kept < 5_000, "the disk never became full");
    };
    assert_eq!(error.code, ErrorCode::DiskFull, "{error}");
    let whole = a.get_visit(VisitArgs { visit }).unwrap().visit;
    std::fs::remove_file(disk.path().join("film.mp4")).unwrap();
    not_checked(&a, visit, "C4-22", "有空间了");
    drop(a);
    let a = field(disk.path());
    let passphrase = "li-passphrase".into();
    a.unlock(Unlock {
        person: person(LI),
        passphrase,
    })
    .unwrap();
    let now = a.get_visit(VisitArgs { visit }).unwrap().visit;
    for (item, versions) in whole.answers.iter().filter(|(item, _)| *item != "C4-22") {
        assert_eq!(&now.answers[item], versions);
    }
}

/// Calls that write nothing on the way, or begin work on a thread of its own that says itself when the disk is full.
const UNRESERVED: [&str; 39] = [
    "import_to_inbox",
    "list_inbox",
    "list_filters",
    "export_photo",
    "open_phone",
    "phone_status",
    "close_phone",
    "list_addresses",
    "share_record",
    "share_status",
    "stop_sharing",
    "list_colleagues",
    "make_blank_form",
    "app_state",
    "read_card",
    "start_from_card",
    "lock",
    "list_people",
    "list_stations",
    "list_packs",
    "list_visits",
    "list",
    "export_list",
    "get_visit",
    "import_photos",
    "import_report",
    "cancel_import",
    "get_strokes",
    "seal_preview",
    "sync_status",
    "enrolment_request",
    "copy_status",
    "copy_places",
    "make_copy",
    "cancel_copy",
    "find_copies",
    "trip_check",
    "working_day",
    "take_in_copy",
];

#[test]
fn every_call_that_writes_may_draw_on_the_reserve() {
    let code = include_str!("../calls.rs");
    for (call, _) in CALLS {
        let head = format!("    fn {call}(&self");
        let body = code
            .split(&head)
            .nth(1)
            .unwrap_or_else(|| panic!("{call}"))
            .split("\n    }\n")
            .next()
            .unwrap();
        let reserved = body.contains("self.0.reserved(||");
        assert_ne!(
            reserved,
            UNRESERVED.contains(call),
            "{call}: every call but those listed is made under the reserve"
        );
    }
}

#[test]
fn what_was_begun_by_mistake_is_put_right_on_a_full_disk_too() {
    let Some(disk) = Mounted::tmpfs("200m") else { return };
    let mut county = County::new();
    let a = county.laptop(disk.path());
    let (visit, other) = (open_visit(&a), open_visit(&a));
    not_checked(&a, visit, "C4-01", "没有钥匙");
    let place = |n: u32| ProposeStation {
        name: format!("新站{n}"),
        township: "青河镇".into(),
        village: "石头寨".into(),
        address: String::new(),
        manager: String::new(),
    };
    let reason = || "选错了".to_owned();
    let mut n = 0;
    let mut full = |what: &str, act: &dyn Fn() -> Result<(), contract::ApiError>| {
        n += 1;
        let before = a.0.reserve.held_bytes();
        fill(disk.path(), &format!("film-{n}.mp4"));
        act().unwrap_or_else(|e| panic!("{what}: {e}"));
        assert!(a.0.reserve.held_bytes() < before, "{what} was made out of the reserve");
    };
    full("undo", &|| a.undo_step(UndoArgs { visit, reason: reason() }).map(drop));
    full("propose", &|| a.propose_station(place(1)).map(drop));
    let station = a.list_stations(ListStations { search: "新站1".into() }).unwrap().remove(0).station.id;
    full("reaim", &|| {
        a.reaim_visit(ReaimVisit {
            visit,
            station,
            reason: reason(),
        })
        .map(drop)
    });
    full("abort", &|| {
        a.abort_visit(AbortVisit {
            visit: other,
            reason: reason(),
        })
        .map(drop)
    });
}
