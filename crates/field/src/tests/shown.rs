//! The record is shown before the station signs, and what was shown is what is written.

use contract::field::*;
use domain::operation::{Countersign, Strokes};
use domain::{Operation, Station, VisitId};

use super::county::{County, LI, WANG, station};
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
