//! The trip check says what a day without network lacks, and nothing that the laptop cannot know.

use std::collections::BTreeMap;

use contract::field::*;
use domain::finding::{Finding, OnSiteFix, ResponsibleUnit, Severity, UnitRole};
use domain::{FindingId, PhotoId, VisitId};
use uuid::Uuid;

use super::county::County;
use super::visit::{import, open_visit, photo};
use crate::Field;

fn checked(field: &Field, townships: &[&str]) -> (bool, BTreeMap<String, TripLine>) {
    let townships = townships.iter().map(|name| (*name).to_owned()).collect();
    let check = field.trip_check(TripCheckArgs { townships }).unwrap();
    (check.ready, check.lines.into_iter().map(|line| (line.check.clone(), line)).collect())
}

fn finds(field: &Field, visit: VisitId, photos: &[PhotoId], fixed: Option<OnSiteFix>) {
    let finding = Finding {
        id: FindingId(Uuid::now_v7()),
        item: None,
        facts: "招牌掉落".into(),
        severity: Severity::Minor,
        requirement: "保持完好".into(),
        deadline: None,
        units: vec![ResponsibleUnit {
            name: "青禾镇人民政府".into(),
            role: UnitRole::Lead,
        }],
        photos: photos.to_vec(),
        fixed,
    };
    field.record_finding(RecordFinding { visit, finding }).unwrap();
}

#[test]
fn of_earlier_visits_only_what_is_still_open_counts() {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let visit = open_visit(&field);
    let taken = [1, 90].map(|shade| {
        let path = home.path().join(format!("{shade}.jpg"));
        photo(&path, shade);
        path
    });
    import(&field, visit, taken.to_vec());
    let view = field.get_visit(VisitArgs { visit }).unwrap();
    let ids: Vec<PhotoId> = view.visit.photos.iter().map(|photo| photo.attached.photo).collect();
    finds(&field, visit, &[], None);
    let mended = OnSiteFix {
        how: "当场挂好".into(),
        after: vec![ids[1]],
    };
    finds(&field, visit, &ids[..1], Some(mended));
    let mistaken = open_visit(&field);
    finds(&field, mistaken, &[], None);
    field
        .abort_visit(AbortVisit {
            visit: mistaken,
            reason: "重复".into(),
        })
        .unwrap();
    let said = |townships: &[&str]| {
        let line = checked(&field, townships).1.remove("history").unwrap();
        ["visits", "findings", "photos", "shown"].map(|key| line.params[key].clone())
    };
    assert_eq!(said(&[]), ["1", "1", "2", "2"]);
    assert_eq!(said(&["青禾镇"]), ["1", "1", "2", "2"]);
    assert_eq!(said(&["没有这个镇"]), ["0", "0", "0", "0"]);
}

#[test]
fn what_is_missing_keeps_it_from_being_ready() {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let (_, lines) = checked(&field, &[]);
    assert_eq!((lines["packs"].state, lines["stations"].state), (TripState::Good, TripState::Good));
    assert_eq!(lines["lists_never"].state, TripState::Care, "a laptop that never synchronised");
    let (ready, lines) = checked(&field, &["没有这个镇"]);
    assert!(!ready);
    assert_eq!(lines["stations"].state, TripState::Missing);

    open_visit(&field);
    let (_, lines) = checked(&field, &[]);
    assert_eq!((lines["alone"].state, lines["alone"].params["visits"].as_str()), (TripState::Care, "1"));
}
