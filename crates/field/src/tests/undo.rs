//! The last steps before the seal can be taken back, one after another, and what others said since is left alone.

use contract::field::*;
use contract::shared::Nothing;
use domain::finding::{ResponsibleUnit, Severity, UnitRole};
use domain::{Answer, Finding, FindingId, VisitId};
use uuid::Uuid;

use super::county::{County, WANG, person};
use super::visit::{end, import, not_checked, open_visit};
use crate::Field;

fn undo(field: &Field, visit: VisitId) -> Result<VisitView, contract::ApiError> {
    let reason = "撤销".to_owned();
    field.undo_step(UndoArgs { visit, reason })
}

fn finding(facts: &str) -> Finding {
    Finding {
        id: FindingId(Uuid::from_u128(5)),
        item: Some("C4-04".into()),
        facts: facts.into(),
        severity: Severity::Minor,
        requirement: String::new(),
        deadline: None,
        units: vec![ResponsibleUnit {
            name: "站点".into(),
            role: UnitRole::Lead,
        }],
        photos: Vec::new(),
        fixed: None,
    }
}

#[test]
fn steps_are_taken_back_one_after_another_and_stay_in_the_log() {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let visit = open_visit(&field);
    let rule = |answer: Result<VisitView, contract::ApiError>| answer.unwrap_err().params["rule"].clone();
    assert_eq!(rule(undo(&field, visit)), "nothing_to_undo");

    let path = home.path().join("a.jpg");
    image::RgbImage::from_fn(400, 300, |x, y| image::Rgb([1, (x % 251) as u8, (y % 241) as u8]))
        .save(&path)
        .unwrap();
    import(&field, visit, vec![path]);
    let photo = field.get_visit(VisitArgs { visit }).unwrap().visit.photos[0].attached.photo;
    not_checked(&field, visit, "C4-21", "台账被锁在镇里");
    not_checked(&field, visit, "C4-21", "台账没有带来");
    field
        .record_finding(RecordFinding {
            visit,
            finding: finding("门头没有标识"),
        })
        .unwrap();
    field
        .record_finding(RecordFinding {
            visit,
            finding: finding("门头标识脱落"),
        })
        .unwrap();
    let items = vec!["C4-01".to_owned()];
    let caption = "门头".to_owned();
    field
        .tie_photo(TiePhoto {
            visit,
            photo,
            items,
            caption,
        })
        .unwrap();
    let reason = "拍糊了".to_owned();
    let view = field.withdraw_photo(WithdrawPhoto { visit, photo, reason }).unwrap();
    assert_eq!(view.undo.unwrap().kind, "withdraw_photo");
    end(&field, visit);
    let entries = field.sync_status(Nothing {}).unwrap().entries;

    let view = undo(&field, visit).unwrap();
    assert_eq!(view.visit.description.ended_at_ms, None);
    let view = undo(&field, visit).unwrap();
    assert_eq!(view.visit.photos[0].withdrawn, None);
    let view = undo(&field, visit).unwrap();
    assert_eq!(
        (view.visit.photos[0].items.as_slice(), view.visit.photos[0].caption.as_str()),
        (&["C4-04".to_owned()][..], "")
    );
    let view = undo(&field, visit).unwrap();
    assert_eq!(view.visit.findings[0].finding.facts, "门头没有标识");
    let view = undo(&field, visit).unwrap();
    assert_eq!(view.visit.findings[0].withdrawn.as_deref(), Some("撤销"));
    let step = view.undo.unwrap();
    assert_eq!((step.kind.as_str(), step.item.as_deref()), ("answer", Some("C4-21")));
    let view = undo(&field, visit).unwrap();
    let reason = |reason: &str| Answer::NotChecked { reason: reason.into() };
    assert_eq!(view.visit.answer("C4-21"), Some(&reason("台账被锁在镇里")));
    let view = undo(&field, visit).unwrap();
    assert_eq!((view.visit.answer("C4-21"), view.undo), (None, None));
    assert_eq!(rule(undo(&field, visit)), "nothing_to_undo");
    assert_eq!(field.sync_status(Nothing {}).unwrap().entries, entries + 7, "each is an entry of its own");
    assert!(field.rebuild().unwrap());
}

#[test]
fn a_signature_is_not_undone_and_locking_forgets_the_steps() {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let visit = open_visit(&field);
    end(&field, visit);
    not_checked(&field, visit, "C4-21", "台账被锁在镇里");
    let way = CountersignWay::Refused {
        reason: "不同意".into(),
        witness: String::new(),
    };
    let view = field.countersign(CountersignArgs { visit, way }).unwrap();
    assert_eq!(view.undo, None, "what the station was told is not changed by a key press");
    not_checked(&field, visit, "C4-22", "没有看");
    assert!(field.get_visit(VisitArgs { visit }).unwrap().undo.is_some());
    FieldHost::lock(&field, Nothing {}).unwrap();
    let passphrase = "wang-passphrase".into();
    field
        .unlock(Unlock {
            person: person(WANG),
            passphrase,
        })
        .unwrap();
    assert_eq!(field.get_visit(VisitArgs { visit }).unwrap().undo, None);
}
