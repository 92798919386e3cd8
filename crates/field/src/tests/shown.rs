//! The record is shown before the station signs, and what was shown is what is written.

use contract::field::*;
use domain::operation::{Countersign, ReviewReturned, Strokes};
use domain::{Operation, Station, VisitId};

use super::county::{County, LI, WANG, person, station};
use super::visit::{end, not_checked, open_visit, signer};
use crate::Field;

fn show(field: &Field, visit: VisitId) -> RecordReady {
    field.make_record(MakeRecord { visit, copy: false }).unwrap()
}

pub fn draw(field: &Field, visit: VisitId, shown: &str) -> Result<VisitView, contract::ApiError> {
    let way = CountersignWay::Signed {
        name: "曹爱莲".into(),
        role: "负责人".into(),
        opinion: "属实".into(),
        strokes: Strokes {
            v: 1,
            width: 800,
            height: 240,
            strokes: vec![vec![[10, 10, 0], [200, 90, 40]]],
        },
        shown: shown.into(),
    };
    field.countersign(CountersignArgs { visit, way })
}

fn rule(answer: Result<VisitView, contract::ApiError>) -> String {
    answer.unwrap_err().params["rule"].clone()
}

fn seal_both(field: &Field, visit: VisitId) -> Result<VisitView, contract::ApiError> {
    let signers = vec![signer(WANG, "wang-passphrase"), signer(LI, "li-passphrase")];
    field.seal_visit(SealVisit { visit, signers })
}

#[test]
fn what_was_shown_is_written_and_any_change_asks_the_station_again() {
    let home = tempfile::tempdir().unwrap();
    let mut county = County::new();
    let field = county.laptop(home.path());
    let visit = open_visit(&field);
    end(&field, visit);

    let first = show(&field, visit);
    let (_, page) = field.image("page", &format!("{visit}/1")).unwrap();
    assert!(page.starts_with(b"<svg"));
    assert_eq!(show(&field, visit).handle, first.handle, "nothing changed, nothing is laid out again");
    let content = first.shown.clone().unwrap();
    assert_eq!(rule(draw(&field, visit, &"0".repeat(64))), "not_shown");
    not_checked(&field, visit, "C4-21", "台账被锁在镇里");
    assert_eq!(rule(draw(&field, visit, &content)), "not_shown", "what is on the screen is stale");

    let content = show(&field, visit).shown.unwrap();
    let view = draw(&field, visit, &content).unwrap();
    let Some(Countersign::Signed { shown, .. }) = &view.visit.countersign else {
        panic!("{view:?}")
    };
    assert_eq!(shown.as_ref(), Some(&content));
    let view = not_checked(&field, visit, "C4-22", "没有看");
    assert_eq!(view.visit.countersign, None, "the drawing is void");

    let content = show(&field, visit).shown.unwrap();
    draw(&field, visit, &content).unwrap();
    assert_eq!(show(&field, visit).shown.as_ref(), Some(&content), "the drawing itself is no content");

    // The county corrects the station's entry after the drawing: the record would say what nobody was shown.
    let mut moved: Station = field.0.opened().unwrap().store.station(station()).unwrap().unwrap();
    moved.address = "青禾镇后榆林村3组9号".into();
    county.say(&field, vec![(moved.id.0, Operation::StationRegistered(moved))]);
    let gaps = field.seal_preview(VisitArgs { visit }).unwrap().gaps;
    assert!(gaps.iter().any(|gap| gap.kind == "not_shown" && gap.blocks), "{gaps:?}");
    assert_eq!(rule(seal_both(&field, visit)), "not_shown");

    let content = show(&field, visit).shown.unwrap();
    draw(&field, visit, &content).unwrap();
    let view = seal_both(&field, visit).unwrap();
    let sealed = view.visit.sealed.unwrap();
    let bytes = field.0.opened().unwrap().vault.read(&sealed.record.sha256.parse().unwrap()).unwrap();
    let mut written: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    for closing in ["countersign", "covers", "written_at_ms", "app_version"] {
        assert!(written.as_object_mut().unwrap().remove(closing).is_some(), "{closing}");
    }
    let written = seal::canonical::to_vec(&written).unwrap();
    assert_eq!(seal::Digest::of(&written).to_hex(), content);
}

#[test]
fn a_seconded_member_signs_by_hand_what_is_shown() {
    let home = tempfile::tempdir().unwrap();
    let mut county = County::new();
    let field = county.laptop(home.path());
    let visit = open_visit(&field);
    let describe = |seconded: Vec<SecondedMember>| {
        field
            .describe_visit(DescribeVisit {
                visit,
                team: vec![person(WANG), person(LI)],
                methods: vec!["on_site".into()],
                started_at_ms: 1_790_000_000_000,
                ended_at_ms: Some(1_790_003_600_000),
                utc_offset_min: 480,
                situation: String::new(),
                seconded,
            })
            .unwrap()
    };
    let view = describe(vec![SecondedMember {
        person: None,
        name: " 范雨晴 ".into(),
        org: "青禾县供销社".into(),
    }]);
    let member = view.visit.description.seconded[0].clone();
    assert_eq!(member.name, "范雨晴");
    let content = show(&field, visit).shown.unwrap();
    let hand = |shown: &str| {
        field.hand_sign(HandSign {
            visit,
            person: member.person,
            strokes: Some(Strokes {
                v: 1,
                width: 800,
                height: 240,
                strokes: vec![vec![[5, 5, 0], [90, 70, 30]]],
            }),
            shown: shown.into(),
        })
    };
    assert_eq!(rule(hand(&"0".repeat(64))), "not_shown");
    draw(&field, visit, &content).unwrap();
    let gaps = field.seal_preview(VisitArgs { visit }).unwrap().gaps;
    assert!(gaps.iter().any(|gap| gap.kind == "no_hand_sign" && gap.blocks), "{gaps:?}");
    assert_eq!(rule(seal_both(&field, visit)), "no_hand_sign");
    let view = hand(&content).unwrap();
    assert!(view.visit.countersign.is_some(), "one signature by hand does not void the other");
    assert_eq!(show(&field, visit).shown, Some(content));
    let view = seal_both(&field, visit).unwrap();
    let open = field.0.opened().unwrap();
    let sealed = view.visit.sealed.unwrap();
    let bytes = open.vault.read(&sealed.record.sha256.parse().unwrap()).unwrap();
    let record: domain::VisitRecord = seal::canonical::from_slice(&bytes).unwrap();
    assert_eq!((record.seconded.len(), record.hand_signed.len(), record.signers), (1, 1, 2));

    // Returned and mended, it is another content: the member signs that by hand too.
    let returned = Operation::ReviewReturned(ReviewReturned {
        statement: view.seal_id.unwrap(),
        person: person(WANG),
        account: "fuhe".into(),
        name: "周敏".into(),
        comment: "补看台账".into(),
        items: Vec::new(),
        at_ms: 6,
    });
    county.say(&field, vec![(visit.0, returned)]);
    not_checked(&field, visit, "C4-22", "没有看");
    let content = show(&field, visit).shown.unwrap();
    draw(&field, visit, &content).unwrap();
    assert_eq!(rule(seal_both(&field, visit)), "no_hand_sign");
    hand(&content).unwrap();
    seal_both(&field, visit).unwrap();
    assert!(field.rebuild().unwrap());
}
