//! Two laptops at one visit, and a server: the one that opened it leads and seals; the other adds. What both said at a time stands side
//! by side, and what came after the seal is kept, shown, and no part of it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[allow(dead_code, reason = "shared with the story of one visit")]
#[path = "laptop_to_bundle/desk.rs"]
mod desk;
#[allow(dead_code, reason = "shared with the story of a broken laptop")]
#[path = "laptop_to_bundle/laptops.rs"]
mod laptops;

use contract::field::*;
use contract::shared::{DataState, Nothing};
use desk::{Console, County, Inspector};
use domain::{Answer, VisitId, VisitPhase};
use field::Field;
use laptops::{import, laptop, sync, until};
use serde_json::json;
use xunzhan_tests::place::photos;

fn answer(field: &Field, visit: VisitId, item: &str, reason: &str) {
    let answer = Some(Answer::NotChecked { reason: reason.into() });
    let item = item.to_owned();
    field.answer_item(AnswerItem { visit, item, answer }).unwrap();
}

fn view(field: &Field, visit: VisitId) -> VisitView {
    field.get_visit(VisitArgs { visit }).unwrap()
}

fn seal(field: &Field, visit: VisitId, people: &[Inspector]) -> Result<VisitView, contract::ApiError> {
    let signers = people.iter().map(|one| SignerPassphrase {
        person: one.person,
        passphrase: one.passphrase.clone(),
    });
    let signers = signers.collect();
    field.seal_visit(SealVisit { visit, signers })
}

/// Ends the visit and says that nobody was there to sign.
fn close(field: &Field, visit: VisitId) {
    let VisitView { visit: now, .. } = view(field, visit);
    let told = now.description;
    field
        .describe_visit(DescribeVisit {
            visit,
            team: told.team.iter().map(|member| member.person).collect(),
            methods: told.methods,
            started_at_ms: told.started_at_ms,
            ended_at_ms: Some(told.started_at_ms + 3_000_000),
            utc_offset_min: told.utc_offset_min,
            situation: told.situation,
            seconded: Vec::new(),
        })
        .unwrap();
    let reason = "关门".into();
    let way = CountersignWay::Absent { reason, photo: None };
    field.countersign(CountersignArgs { visit, way }).unwrap();
}

#[test]
fn two_laptops_at_one_visit_lose_nothing_and_one_of_them_seals() {
    let county = County::start("two-laptops");
    let people: Vec<Inspector> = county.inspectors().into_iter().take(2).collect();
    let (lead, _lead_home) = laptop(&county, "一号电脑", &people);
    let (other, _other_home) = laptop(&county, "二号电脑", &people);
    let station = lead.list_stations(ListStations { search: String::new() }).unwrap().remove(0).station.id;
    let pack = lead.list_packs(Nothing {}).unwrap().remove(0);
    let visit = lead
        .open_visit(OpenVisit {
            station,
            pack: pack.id.clone(),
            team: people.iter().map(|one| one.person).collect(),
            methods: vec![pack.methods[0].key.clone()],
            started_at_ms: chrono::Utc::now().timestamp_millis() - 7_200_000,
            utc_offset_min: 480,
        })
        .unwrap()
        .visit
        .id;
    answer(&lead, visit, "C4-01", "甲一");
    let both = || {
        for field in [&lead, &other, &lead, &other] {
            assert_eq!(sync(field).error, None);
        }
    };
    both();

    // The other adds answers and a photo, and cannot seal.
    let mut pictures: Vec<_> = std::fs::read_dir(photos()).unwrap().map(|entry| entry.unwrap().path()).collect();
    pictures.sort();
    answer(&other, visit, "C4-02", "乙二");
    import(&other, visit, vec![pictures[0].clone()]);
    let gaps = other.seal_preview(VisitArgs { visit }).unwrap().gaps;
    assert!(
        gaps.iter().any(|gap| gap.kind == "not_the_lead" && gap.blocks),
        "the screen says beforehand who can"
    );
    assert!(
        lead.seal_preview(VisitArgs { visit })
            .unwrap()
            .gaps
            .iter()
            .all(|gap| gap.kind != "not_the_lead")
    );

    // Both answer one item at a time: both answers stand, with who and when, and sealing waits for a choice.
    answer(&lead, visit, "C4-03", "甲三");
    answer(&other, visit, "C4-03", "乙三");
    both();
    for field in [&lead, &other] {
        let now = view(field, visit).visit;
        let said = &now.answers["C4-03"];
        assert_eq!(said.len(), 2);
        assert!(said.iter().all(|version| version.by.is_some() && version.ts_ms > 0));
        assert_eq!((now.answers["C4-02"].len(), now.photos.len()), (1, 1));
    }
    assert_eq!(view(&lead, visit).visit, view(&other, visit).visit);
    close(&lead, visit);
    assert_eq!(seal(&lead, visit, &people).unwrap_err().params["rule"], "disputed");
    answer(&lead, visit, "C4-03", "甲乙商定");
    assert_eq!(view(&lead, visit).visit.answers["C4-03"].len(), 1);
    both();
    close(&lead, visit);
    assert_eq!(seal(&other, visit, &people).unwrap_err().params["rule"], "not_the_lead");

    // The lead seals; the other, out of reach, goes on: the same item, another one, a photo, half a sentence.
    let sealed = seal(&lead, visit, &people).unwrap();
    assert_eq!(sealed.phase, VisitPhase::Sealed);
    answer(&other, visit, "C4-03", "乙又改");
    answer(&other, visit, "C4-04", "乙四");
    let report = import(&other, visit, vec![pictures[1].clone()]);
    let late = report.rows[0].photo.unwrap();
    let slot = "C4-05".to_owned();
    let draft = |raw: &str| SaveDraft {
        visit,
        slot: slot.clone(),
        raw: raw.into(),
    };
    other.save_draft(draft("半句")).unwrap();
    both();
    other.save_draft(draft("")).unwrap();
    let scope = county.scope(0);
    until("everything on the server", || {
        both();
        let there = |field: &Field| view(field, visit).data_state == DataState::OriginalsArrived;
        (there(&lead) && there(&other)).then_some(())
    });
    for field in [&lead, &other] {
        let now = view(field, visit);
        assert_eq!(
            (now.phase, &now.seal_id),
            (VisitPhase::Sealed, &sealed.seal_id),
            "no late entry undoes a seal"
        );
        assert_eq!(now.visit.answers, sealed.visit.answers);
        assert_eq!(now.visit.photos, sealed.visit.photos);
        let late_ones = &now.visit.uncovered;
        assert_eq!(late_ones.len(), 3, "{late_ones:?}");
        assert!(late_ones.iter().all(|one| one.by.is_some() && one.ts_ms > 0));
        assert_eq!(late_ones.iter().filter(|one| one.item.is_some()).count(), 2);
        assert!(late_ones.iter().any(|one| one.photo.as_ref().is_some_and(|photo| photo.photo == late)));
        assert!(field.rebuild().unwrap());
    }
    other.image("thumbnail", &late.to_string()).unwrap();
    // A third laptop has the small pictures of the last visit, for the next one without network, and no more of it.
    let (third, _third_home) = laptop(&county, "三号电脑", &people);
    assert_eq!(sync(&third).error, None);
    let first = sealed.visit.photos[0].attached.photo.to_string();
    third.image("thumbnail", &first).unwrap();
    assert!(third.image("original", &first).is_err());
    let check = third.trip_check(TripCheckArgs { townships: Vec::new() }).unwrap();
    assert!(check.lines.iter().all(|line| line.check != "last_photos"), "{:?}", check.lines);

    // The console shows the same, and every check holds; the late photo's bytes are there too.
    let reviewer = Console::login(&county, 0, "reviewer");
    let review = reviewer.call("get_visit", json!({ "scope": scope, "visit": visit })).unwrap();
    assert_eq!(review["phase"], json!("sealed"));
    assert_eq!(review["visit"]["uncovered"].as_array().unwrap().len(), 3);
    for check in review["checks"].as_array().unwrap() {
        assert_eq!(check["holds"], json!(true), "{check}");
    }
    let (status, bytes) = reviewer.get(&format!("/api/scopes/{scope}/visits/{visit}/photos/{late}/original"));
    assert_eq!(status, 200);
    assert!(bytes == std::fs::read(&pictures[1]).unwrap());
}
