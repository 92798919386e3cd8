//! One visit from an empty laptop to a verified bundle, on the real core, server and verifier, without a window and over
//! the server's own TLS: what the window shows is told in `story.rs`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[allow(dead_code, reason = "shared with the story of a broken laptop")]
#[path = "laptop_to_bundle/desk.rs"]
mod desk;

use contract::ErrorCode;
use contract::field::*;
use contract::shared::{DataState, Nothing};
use desk::{Console, County, Inspector, laptop};
use domain::finding::{Finding, ResponsibleUnit, Severity, UnitRole};
use domain::operation::Strokes;
use domain::pack::{FieldKind, Item};
use domain::{Answer, FieldValue, FindingId, ServedVillage, VisitPhase};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// An answer that fills every field of the item.
fn full_answer(item: &Item) -> Answer {
    let value = |kind: &FieldKind| match kind {
        FieldKind::YesNo => FieldValue::YesNo(true),
        FieldKind::Choice { options } => FieldValue::Choice(options[0].key.clone()),
        FieldKind::Choices { options } => FieldValue::Choices(vec![options[0].key.clone()]),
        FieldKind::Integer { min, .. } => FieldValue::Integer(*min),
        FieldKind::Money { .. } => FieldValue::MoneyFen(186_000),
        FieldKind::Date => FieldValue::Date("2026-11-20".into()),
        FieldKind::Text { .. } => FieldValue::Text("由镇里建设，个人经营".into()),
        FieldKind::Villages => FieldValue::Villages(vec![ServedVillage {
            name: "𬭼坪村".into(),
            poor: true,
        }]),
        FieldKind::Sample { .. } => FieldValue::Sample { passed: 4, drawn: 5 },
    };
    let fields: BTreeMap<_, _> = item.fields.iter().map(|f| (f.key.clone(), value(&f.kind))).collect();
    Answer::Answered { fields, note: None }
}

fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
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
fn sync(field: &field::Field) -> SyncStatus {
    field.sync_now(Nothing {}).unwrap();
    std::thread::sleep(Duration::from_millis(100));
    until("the end of synchronisation", || {
        let status = field.sync_status(Nothing {}).unwrap();
        (status.phase == SyncPhase::Idle).then_some(status)
    })
}

#[test]
fn one_visit_from_an_empty_laptop_to_a_verified_bundle() {
    let mut county = County::start("visit");
    let (field, _home) = laptop();

    // First start from the county card; everything works before the server was reached.
    assert_eq!(field.app_state(Nothing {}).unwrap().phase, StartPhase::NeedsCard);
    let card = CardSource {
        handle: None,
        text: Some(county.card(0)),
    };
    let preview = field.read_card(card.clone()).unwrap();
    assert!(preview.packs_present);
    field
        .start_from_card(StartFromCard {
            card,
            device_name: "一号电脑".into(),
        })
        .unwrap();
    for inspector in county.inspectors().iter().take(2) {
        let args = AddPerson {
            person: Some(inspector.person),
            name: inspector.name.clone(),
            org: inspector.org.clone(),
            passphrase: inspector.passphrase.clone(),
        };
        field.add_person(args).unwrap();
    }
    let people = field.app_state(Nothing {}).unwrap().people;
    assert_eq!(people.len(), 2);
    let (first, second) = (county.inspectors()[0].clone(), county.inspectors()[1].clone());
    let unlock = |passphrase: &str| {
        field.unlock(Unlock {
            person: first.person,
            passphrase: passphrase.into(),
        })
    };
    assert_eq!(unlock("not this one").unwrap_err().code, ErrorCode::WrongPassphrase);
    unlock(&first.passphrase).unwrap();

    // The first synchronisation hands in the enrolment request; the administrator compares and approves.
    let status = sync(&field);
    assert_eq!(status.error.map(|e| e.code), Some(ErrorCode::NotCertifiedYet));
    let request = field.enrolment_request(Nothing {}).unwrap();
    let administrator = Console::login(&county, 0, "administrator");
    let scope = county.scope(0);
    let rows = administrator.call("list_enrolments", json!({ "scope": scope })).unwrap();
    assert_eq!(rows[0]["fingerprint"], json!(request.fingerprint));
    let approve = |passphrase: &str| {
        let args = json!({ "scope": scope, "request": rows[0]["request"], "authority_passphrase": passphrase });
        administrator.call("approve_enrolment", args)
    };
    assert_eq!(approve("wrong").unwrap_err(), "wrong_authority_passphrase");
    approve(&county.authority_passphrase(0)).unwrap();
    let status = sync(&field);
    assert_eq!(status.error, None);
    assert_eq!(status.online, Some(true));
    let stations = field.list_stations(ListStations { search: String::new() }).unwrap();
    assert_eq!(stations.len(), 54);

    // The network is gone; the visit is made without it.
    county.stop();
    let pack = field.list_packs(Nothing {}).unwrap().remove(0);
    let now = chrono::Utc::now().timestamp_millis();
    let opened = field
        .open_visit(OpenVisit {
            station: stations[0].station.id,
            pack: pack.id.clone(),
            team: vec![first.person, second.person],
            methods: vec![pack.methods[0].key.clone()],
            started_at_ms: now - 3_600_000,
            utc_offset_min: 480,
        })
        .unwrap();
    let visit = opened.visit.id;
    let saved = field
        .save_draft(SaveDraft {
            visit,
            slot: "C4-09".into(),
            raw: "{\"typed\":\"18\"}".into(),
        })
        .unwrap();
    assert!((saved.saved_at_ms - chrono::Utc::now().timestamp_millis()).abs() < 5_000);
    assert_eq!(field.get_visit(VisitArgs { visit }).unwrap().drafts.len(), 1);
    for item in &pack.items {
        let answer = if item.code == "C4-21" {
            Answer::NotChecked {
                reason: "台账被锁在镇里".into(),
            }
        } else {
            full_answer(item)
        };
        field
            .answer_item(AnswerItem {
                visit,
                item: item.code.clone(),
                answer: Some(answer),
            })
            .unwrap();
    }

    // Real photos: every file is taken in whole or named with a reason.
    let folder = xunzhan_tests::place::photos();
    let handles = field.register_paths(vec![folder.clone()]).into_iter().map(|h| h.handle).collect();
    let import = field
        .import_photos(ImportPhotos {
            visit,
            handles,
            items: vec!["C4-04".into()],
            method: "dialog".into(),
        })
        .unwrap()
        .import;
    let report = until("the end of the import", || {
        let report = field.import_report(ImportArgs { import: import.clone() }).unwrap();
        report.finished.then_some(report)
    });
    let files = std::fs::read_dir(&folder).unwrap().count();
    assert_eq!(report.rows.len(), files, "every file is named once");
    assert!(
        report
            .rows
            .iter()
            .all(|row| row.outcome == ImportOutcome::Taken || row.reason.is_some() || row.photo.is_some())
    );
    let view = field.get_visit(VisitArgs { visit }).unwrap();
    let taken = report.rows.iter().filter(|row| row.outcome == ImportOutcome::Taken).count();
    println!("{files} files, {taken} taken in whole");
    assert_eq!(view.visit.photos.len(), taken);
    assert_eq!(view.data_state, DataState::LocalOnly);

    let photo = view.visit.photos[0].attached.photo;
    let finding = Finding {
        id: FindingId(Uuid::now_v7()),
        item: Some("C4-04".into()),
        facts: "门头没有统一标识，#1 *号牌* 已脱落".into(),
        severity: Severity::Major,
        requirement: "按县里样式补装门头".into(),
        deadline: Some("2026-12-20".into()),
        units: vec![
            ResponsibleUnit {
                name: "青石镇人民政府".into(),
                role: UnitRole::Lead,
            },
            ResponsibleUnit {
                name: "承办企业".into(),
                role: UnitRole::Cooperating,
            },
        ],
        photos: vec![photo],
        fixed: None,
    };
    field
        .record_finding(RecordFinding {
            visit,
            finding: finding.clone(),
        })
        .unwrap();
    field.record_finding(RecordFinding { visit, finding }).unwrap();
    field
        .describe_visit(DescribeVisit {
            visit,
            team: vec![first.person, second.person],
            methods: vec![pack.methods[0].key.clone()],
            started_at_ms: now - 3_600_000,
            ended_at_ms: Some(now),
            utc_offset_min: 480,
            situation: "站点正常营业".into(),
            seconded: Vec::new(),
        })
        .unwrap();

    // The station signs, then two persons seal; afterwards nothing can change.
    let seal = |signers: &[(&desk::Inspector, &str)]| {
        let signers = signers
            .iter()
            .map(|(who, word)| SignerPassphrase {
                person: who.person,
                passphrase: (*word).into(),
            })
            .collect();
        field.seal_visit(SealVisit { visit, signers })
    };
    assert_eq!(seal(&[(&first, &first.passphrase)]).unwrap_err().params["rule"], "no_countersign");
    let strokes = Strokes {
        v: 1,
        width: 800,
        height: 240,
        strokes: vec![vec![[10, 10, 0], [200, 90, 40], [400, 30, 90]]],
    };
    let shown = field.make_record(MakeRecord { visit, copy: false }).unwrap().shown;
    let way = CountersignWay::Signed {
        name: "站长".into(),
        role: "负责人".into(),
        opinion: "情况属实".into(),
        strokes: strokes.clone(),
        shown: shown.unwrap(),
    };
    field.countersign(CountersignArgs { visit, way }).unwrap();
    assert_eq!(
        seal(&[(&first, &first.passphrase), (&second, "wrong one")]).unwrap_err().code,
        ErrorCode::WrongPassphrase
    );
    assert_eq!(
        field.get_visit(VisitArgs { visit }).unwrap().phase,
        VisitPhase::InProgress,
        "a wrong passphrase writes nothing"
    );
    let sealed = seal(&[(&first, &first.passphrase), (&second, &second.passphrase)]).unwrap();
    assert_eq!(sealed.phase, VisitPhase::Sealed);
    assert_eq!(field.get_strokes(VisitArgs { visit }).unwrap(), Some(strokes));
    let late = field.answer_item(AnswerItem {
        visit,
        item: "C4-01".into(),
        answer: None,
    });
    assert_eq!(late.unwrap_err().params["rule"], "sealed");
    let record = field.make_record(MakeRecord { visit, copy: false }).unwrap();
    assert!(record.pages > 1 && record.size_bytes > 10_000);

    // Back in town: everything goes up, and the chip says so only with storage receipts.
    county.restart();
    let state = until("the originals on the server", || {
        let status = sync(&field);
        assert_eq!(status.error, None);
        let state = field.get_visit(VisitArgs { visit }).unwrap().data_state;
        (state == DataState::OriginalsArrived).then_some(status)
    });
    assert_eq!((state.entries, state.originals), (state.receipted, state.originals_stored));

    // The reviewer reads it and accepts; nobody of the other county sees anything.
    let reviewer = Console::login(&county, 0, "reviewer");
    let review = reviewer.call("get_visit", json!({ "scope": scope, "visit": visit })).unwrap();
    for check in review["checks"].as_array().unwrap() {
        assert_eq!(check["holds"], json!(true), "{check}");
    }
    assert_eq!(review["record"]["findings"].as_array().unwrap().len(), 1);
    let stranger = Console::login(&county, 1, "reviewer");
    for call in ["get_visit", "list_visits"] {
        let args = if call == "get_visit" {
            json!({ "scope": scope, "visit": visit })
        } else {
            json!({ "scope": scope })
        };
        assert_eq!(stranger.call(call, args).unwrap_err(), "not_allowed");
    }
    let bundle_path = format!("/api/scopes/{scope}/visits/{visit}/bundle");
    assert_eq!(stranger.get(&bundle_path).0, 403);
    // Not all is well: it goes back with words, and is a task on the laptop after the next synchronisation.
    let item = json!({ "item": "C4-21", "comment": "请说明台账何时可查" });
    let args = json!({ "scope": scope, "visit": visit, "statement": sealed.seal_id, "comment": "请补充说明", "items": [item] });
    assert_eq!(reviewer.call("return_visit", args).unwrap()["phase"], "returned");
    let first_bundle = reviewer.get(&bundle_path);
    sync(&field);
    let row = field.list_visits(Nothing {}).unwrap().remove(0);
    let note = row.returned.expect("the reviewer's words are on the list");
    assert_eq!((row.phase, note.comment.as_str(), note.items), (VisitPhase::Returned, "请补充说明", 1));

    // Mended as an addendum: nothing is sealed before something changed, the station is asked anew, two persons sign again.
    let both = [(&first, first.passphrase.as_str()), (&second, second.passphrase.as_str())];
    let absent = |reason: &str| CountersignArgs {
        visit,
        way: CountersignWay::Absent {
            reason: reason.into(),
            photo: None,
        },
    };
    assert_eq!(seal(&both).unwrap_err().params["rule"], "no_countersign");
    field.countersign(absent("在办公室补正")).unwrap();
    assert_eq!(seal(&both).unwrap_err().params["rule"], "nothing_mended");
    let answer = Some(Answer::NotChecked {
        reason: "台账被锁在镇里，镇里答复下周一可查".into(),
    });
    let item = "C4-21".to_owned();
    let mending = field.answer_item(AnswerItem { visit, item, answer }).unwrap();
    assert_eq!(mending.comparison.unwrap().answers.len(), 1);
    let mended = seal(&both).unwrap();
    assert_eq!(mended.phase, VisitPhase::Sealed);
    assert_ne!(mended.seal_id, sealed.seal_id);
    assert!(field.rebuild().unwrap(), "rebuilt equals incremental");
    let paper = field.make_record(MakeRecord { visit, copy: false }).unwrap();
    assert!(paper.pages > 1);

    // The reviewer sees what changed from what to what, and accepts the mended record.
    until("the mended record on the server", || {
        assert_eq!(sync(&field).error, None);
        (field.get_visit(VisitArgs { visit }).unwrap().data_state == DataState::OriginalsArrived).then_some(())
    });
    let review = reviewer.call("get_visit", json!({ "scope": scope, "visit": visit })).unwrap();
    for check in review["checks"].as_array().unwrap() {
        assert_eq!(check["holds"], json!(true), "{check}");
    }
    let changes = &review["comparison"]["answers"];
    assert_eq!((changes.as_array().unwrap().len(), &changes[0]["item"]), (1, &json!("C4-21")));
    assert!(changes[0]["from"]["zh"].as_str().unwrap().contains("台账被锁在镇里"));
    assert!(changes[0]["to"]["zh"].as_str().unwrap().contains("下周一可查"));
    let accept = |statement: &Option<String>| json!({ "scope": scope, "visit": visit, "statement": statement, "comment": "照片清楚" });
    assert_eq!(reviewer.call("accept_visit", accept(&sealed.seal_id)).unwrap_err(), "changed_meanwhile");
    let accepted = reviewer.call("accept_visit", accept(&mended.seal_id)).unwrap();
    assert_eq!(accepted["phase"], "reviewed");
    sync(&field);
    assert_eq!(field.get_visit(VisitArgs { visit }).unwrap().phase, VisitPhase::Reviewed);

    // The auditor, offline: the mended record names what it supersedes, and the first one can still be verified.
    let (status, bundle) = reviewer.get(&bundle_path);
    assert_eq!((status, first_bundle.0), (200, 200));
    let superseded = sealed.seal_id.as_deref().unwrap();
    desk::check_bundle(&bundle, &preview.authority_fingerprint, &[&first.name, &second.name, superseded]);
    desk::check_bundle(&first_bundle.1, &preview.authority_fingerprint, &[&first.name, &second.name, superseded]);
}

/// A laptop with the key of one inspector, certified by the county and up to date; he is at work on it.
fn certified(county: &County, inspector: &Inspector, name: &str) -> (field::Field, tempfile::TempDir) {
    let (field, home) = laptop();
    let card = CardSource {
        handle: None,
        text: Some(county.card(0)),
    };
    let device_name = name.to_owned();
    field.start_from_card(StartFromCard { card, device_name }).unwrap();
    let joins = AddPerson {
        person: Some(inspector.person),
        name: inspector.name.clone(),
        org: inspector.org.clone(),
        passphrase: inspector.passphrase.clone(),
    };
    field.add_person(joins).unwrap();
    assert_eq!(sync(&field).error.map(|e| e.code), Some(ErrorCode::NotCertifiedYet));
    let request = field.enrolment_request(Nothing {}).unwrap();
    let administrator = Console::login(county, 0, "administrator");
    let scope = county.scope(0);
    let rows = administrator.call("list_enrolments", json!({ "scope": scope })).unwrap();
    let row = rows
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["fingerprint"] == json!(request.fingerprint))
        .unwrap();
    let args = json!({ "scope": scope, "request": row["request"], "authority_passphrase": county.authority_passphrase(0) });
    administrator.call("approve_enrolment", args).unwrap();
    assert_eq!(sync(&field).error, None);
    (field, home)
}

#[test]
fn the_second_signature_is_given_later_on_another_laptop() {
    let county = County::start("second");
    let (first, second) = (county.inspectors()[0].clone(), county.inspectors()[1].clone());
    let (lead, _lead_home) = certified(&county, &first, "一号电脑");
    let (other, _other_home) = certified(&county, &second, "二号电脑");
    let station = lead.list_stations(ListStations { search: String::new() }).unwrap().remove(0).station.id;
    let pack = lead.list_packs(Nothing {}).unwrap().remove(0);
    let now = chrono::Utc::now().timestamp_millis();
    let opened = lead.open_visit(OpenVisit {
        station,
        pack: pack.id.clone(),
        team: vec![first.person, second.person],
        methods: vec![pack.methods[0].key.clone()],
        started_at_ms: now - 3_600_000,
        utc_offset_min: 480,
    });
    let visit = opened.unwrap().visit.id;
    lead.describe_visit(DescribeVisit {
        visit,
        team: vec![first.person, second.person],
        methods: vec![pack.methods[0].key.clone()],
        started_at_ms: now - 3_600_000,
        ended_at_ms: Some(now),
        utc_offset_min: 480,
        situation: "站点正常营业".into(),
        seconded: Vec::new(),
    })
    .unwrap();
    let way = CountersignWay::Signed {
        name: "站长".into(),
        role: "负责人".into(),
        opinion: String::new(),
        strokes: Strokes {
            v: 1,
            width: 800,
            height: 240,
            strokes: vec![vec![[10, 10, 0], [200, 90, 40]]],
        },
        shown: lead.make_record(MakeRecord { visit, copy: false }).unwrap().shown.unwrap(),
    };
    lead.countersign(CountersignArgs { visit, way }).unwrap();
    let signs = |field: &field::Field, who: &Inspector| {
        let signers = vec![SignerPassphrase {
            person: who.person,
            passphrase: who.passphrase.clone(),
        }];
        field.seal_visit(SealVisit { visit, signers })
    };
    assert_eq!(signs(&lead, &first).unwrap().phase, VisitPhase::AwaitingSignature);
    let task = |field: &field::Field| field.list_visits(Nothing {}).unwrap().into_iter().find(|row| row.visit == visit).unwrap();
    assert_eq!(task(&lead).awaits, [second.person]);

    // The colleague's laptop hears of it with the next synchronisation, and has what is to be signed.
    until("the record on the server", || {
        assert_eq!(sync(&lead).error, None);
        (lead.get_visit(VisitArgs { visit }).unwrap().data_state == DataState::OriginalsArrived).then_some(())
    });
    assert_eq!(sync(&other).error, None);
    assert_eq!(task(&other).awaits, [second.person]);
    assert_eq!(other.seal_preview(VisitArgs { visit }).unwrap().signers_here.len(), 1);
    assert!(other.make_record(MakeRecord { visit, copy: false }).unwrap().pages > 1);
    assert!(other.get_strokes(VisitArgs { visit }).unwrap().is_some());
    let changes = other.answer_item(AnswerItem {
        visit,
        item: "C4-01".into(),
        answer: None,
    });
    assert_eq!(changes.unwrap_err().params["rule"], "sealed");
    let sealed = signs(&other, &second).unwrap();
    assert_eq!(sealed.phase, VisitPhase::Sealed);
    assert!(task(&other).awaits.is_empty());

    assert_eq!(sync(&other).error, None);
    assert_eq!(sync(&lead).error, None);
    let here = lead.get_visit(VisitArgs { visit }).unwrap();
    assert_eq!((here.phase, here.seal_id), (VisitPhase::Sealed, sealed.seal_id));
    let scope = county.scope(0);
    let review = Console::login(&county, 0, "reviewer")
        .call("get_visit", json!({ "scope": scope, "visit": visit }))
        .unwrap();
    for check in review["checks"].as_array().unwrap() {
        // The visit has no photos: there is nothing to say about them.
        assert!(check["holds"] == json!(true) || check["of"] == json!(0), "{check}");
    }
}
