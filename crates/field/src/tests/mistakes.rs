//! What was begun by mistake, and a station that nobody knew of.

use contract::field::*;
use contract::shared::Nothing;
use domain::{Operation, StationId, VisitPhase};

use super::county::{County, LI, WANG, person, station};
use super::visit::{end, not_checked, open_visit};
use crate::Field;

fn proposed(field: &Field) -> StationRow {
    field
        .propose_station(ProposeStation {
            name: " 柳湾村站 ".into(),
            township: "青禾镇".into(),
            village: "柳湾村".into(),
            address: String::new(),
            manager: "葛𪨶".into(),
        })
        .unwrap()
}

fn visit_at(field: &Field, station: StationId) -> VisitView {
    field
        .open_visit(OpenVisit {
            station,
            pack: "C4".into(),
            team: vec![person(WANG), person(LI)],
            methods: vec!["on_site".into()],
            started_at_ms: 1_790_000_000_000,
            utc_offset_min: 480,
        })
        .unwrap()
}

#[test]
fn an_aborted_visit_ends_without_a_record_and_its_station_can_be_visited_anew() {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let visit = open_visit(&field);
    not_checked(&field, visit, "C4-21", "台账被锁在镇里");
    let slot = "C4-22".to_owned();
    let raw = "half".to_owned();
    field.save_draft(SaveDraft { visit, slot, raw }).unwrap();
    let abort = |reason: &str| {
        field.abort_visit(AbortVisit {
            visit,
            reason: reason.into(),
        })
    };
    assert_eq!(abort("").unwrap_err().params["rule"], "reason");
    assert_eq!(field.get_visit(VisitArgs { visit }).unwrap().drafts.len(), 1, "a refusal drops nothing");
    let view = abort("昨天已经查过").unwrap();
    assert_eq!(view.phase, VisitPhase::Aborted);
    assert_eq!(view.visit.aborted.unwrap().reason, "昨天已经查过");
    assert!(view.drafts.is_empty());
    assert_eq!(view.visit.answers.len(), 1, "what was recorded is kept");
    let late = field.answer_item(AnswerItem {
        visit,
        item: "C4-01".into(),
        answer: None,
    });
    assert_eq!(late.unwrap_err().params["rule"], "aborted");
    let late = SaveDraft {
        visit,
        slot: "C4-01".into(),
        raw: "x".into(),
    };
    assert_eq!(field.save_draft(late).unwrap_err().params["rule"], "aborted");
    let rows = field.list_visits(Nothing {}).unwrap();
    assert_eq!(rows[0].phase, VisitPhase::Aborted);
    let stations = field.list_stations(ListStations { search: String::new() }).unwrap();
    assert_eq!(stations[0].open_visit, None);
    assert!(field.rebuild().unwrap());
}

#[test]
fn an_unknown_station_is_visited_at_once_and_keeps_its_id_when_it_is_registered() {
    let home = tempfile::tempdir().unwrap();
    let mut county = County::new();
    let field = county.laptop(home.path());
    let nameless = ProposeStation {
        name: " ".into(),
        township: "青禾镇".into(),
        village: "柳湾村".into(),
        address: String::new(),
        manager: String::new(),
    };
    assert_eq!(field.propose_station(nameless).unwrap_err().params["rule"], "station_name");
    let row = proposed(&field);
    assert!(row.station.proposed && row.station.name == "柳湾村站");
    let found = field.list_stations(ListStations { search: "柳湾".into() }).unwrap();
    assert_eq!(found[0].station, row.station);

    let view = visit_at(&field, row.station.id);
    assert!(view.station.proposed);
    assert!(field.list_visits(Nothing {}).unwrap()[0].station_proposed);
    let visit = view.visit.id;
    end(&field, visit);
    let ready = field.make_record(MakeRecord { visit, copy: false }).unwrap();
    assert!(ready.shown.is_some());

    let mut station = row.station.clone();
    station.proposed = false;
    county.say(&field, vec![(station.id.0, Operation::StationRegistered(station))]);
    let view = field.get_visit(VisitArgs { visit }).unwrap();
    assert!(!view.station.proposed);
    assert_eq!(view.station.id, row.station.id);
    assert!(!field.list_visits(Nothing {}).unwrap()[0].station_proposed);
    assert!(field.rebuild().unwrap());
}

#[test]
fn a_visit_for_the_wrong_station_is_moved_with_a_reason() {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let visit = open_visit(&field);
    let right = proposed(&field).station;
    let reaim = |station| {
        field.reaim_visit(ReaimVisit {
            visit,
            station,
            reason: "列表里点错了".into(),
        })
    };
    assert_eq!(reaim(station()).unwrap_err().params["rule"], "same_station");
    let view = reaim(right.id).unwrap();
    assert_eq!((view.station.id, view.visit.reaimed.len()), (right.id, 1));
    let rows = field.list_visits(Nothing {}).unwrap();
    assert_eq!(rows[0].station_name, right.name);
    assert!(field.rebuild().unwrap());
}
