use super::*;
use crate::apply::{Aggregate, Meta, apply};
use crate::authority::LogKind;
use crate::ids::{PhotoId, StationId, VisitId};
use crate::operation::{BlobRef, PhotoAttached, VisitDescription, VisitOpened};
use crate::pack::PackRef;
use crate::station::Datum;
use uuid::Uuid;

const START_MS: i64 = 1_779_238_800_000;

fn at(lat_e7: i64, datum: Datum) -> Position {
    Position {
        lat_e7,
        lon_e7: 1_050_000_000,
        datum,
    }
}

fn here(metres_north: i64) -> PhotoMeta {
    PhotoMeta {
        taken_at: Some("2026-05-20T10:00:00".into()),
        // A metre of latitude is 90 units, nearly.
        position: Some(at(350_000_000 + metres_north * 90, Datum::Wgs84)),
        ..PhotoMeta::default()
    }
}

/// A visit on 20 May 2026 with these photos, whose ids are `number` × 100 and on.
pub(crate) fn visit(number: u128, photos: Vec<PhotoMeta>) -> Visit {
    let description = VisitDescription {
        team: Vec::new(),
        methods: Vec::new(),
        started_at_ms: START_MS,
        ended_at_ms: Some(START_MS + 7_200_000),
        utc_offset_min: 480,
        situation: String::new(),
        seconded: Vec::new(),
    };
    let opened = Operation::VisitOpened(VisitOpened {
        station: StationId(Uuid::from_u128(9)),
        pack: PackRef {
            id: "C4".into(),
            version: 1,
            sha256: "00".repeat(32),
        },
        description,
    });
    let attached = photos.into_iter().enumerate().map(|(n, meta)| {
        Operation::PhotoAttached(Box::new(PhotoAttached {
            photo: PhotoId(Uuid::from_u128(number * 100 + n as u128)),
            original: BlobRef {
                sha256: format!("{:064x}", number * 100 + n as u128),
                len: 1,
            },
            thumbnail: None,
            name: "a.jpg".into(),
            mime: "image/jpeg".into(),
            method: "dialog".into(),
            meta,
            fingerprint: None,
            pattern_db: None,
            distance_m: None,
            items: Vec::new(),
            arrived_at_ms: None,
            derived: None,
            no_preview: None,
        }))
    });
    let mut state = None;
    for operation in std::iter::once(opened).chain(attached) {
        let meta = Meta {
            entry: "e".into(),
            ent: VisitId(Uuid::from_u128(number)).0,
            by: None,
            log_kind: LogKind::Device,
            kid: "k".into(),
            ts_ms: START_MS,
        };
        apply(&mut state, &operation, &meta);
    }
    match state {
        Some(Aggregate::Visit(visit)) => *visit,
        _ => panic!("no visit"),
    }
}

#[test]
fn the_middle_is_proposed_and_photos_from_elsewhere_do_not_move_it() {
    let late = PhotoMeta {
        taken_at: Some("2026-05-20T19:00:00".into()),
        ..here(3)
    };
    let shifted = PhotoMeta {
        position: Some(at(350_000_000, Datum::Gcj02)),
        ..here(0)
    };
    let rough = PhotoMeta {
        position_error_cm: Some(50_000),
        ..here(0)
    };
    let visits = [
        visit(1, vec![here(0), here(10), here(9_000), late, shifted, rough]),
        visit(2, vec![here(-12), here(4)]),
    ];
    let proposal = propose_point(&visits).unwrap();
    assert_eq!((proposal.photos, proposal.visits), (4, 2));
    assert_eq!(proposal.position, at(350_000_000 + 4 * 90, Datum::Wgs84));
    assert!((4..=8).contains(&proposal.within_m), "{}", proposal.within_m);
}

#[test]
fn a_proposal_names_no_datum_that_its_photos_do_not_name() {
    let in_datum = |metres: i64, datum| PhotoMeta {
        position: Some(at(350_000_000 + metres * 90, datum)),
        ..here(0)
    };
    let proposed = |datum| {
        let photos = vec![here(0), here(5), in_datum(9, datum), in_datum(12, datum)];
        propose_point(&[visit(1, photos)]).unwrap().position.datum
    };
    assert_eq!(proposed(Datum::Unknown), Datum::Unknown);
    assert_eq!(proposed(Datum::Cgcs2000), Datum::Wgs84);
}

#[test]
fn two_photos_are_too_few() {
    assert_eq!(propose_point(&[visit(1, vec![here(0), here(1)])]), None);
    assert_eq!(propose_point(&[visit(1, Vec::new())]), None);
    assert_eq!(propose_point(&[visit(1, vec![here(0), here(1), here(50_000)])]), None);
}

#[test]
fn only_the_proposal_that_stands_is_registered_and_only_where_there_is_no_point() {
    let station = Station {
        id: StationId(Uuid::from_u128(9)),
        name: "沙沟村站".into(),
        township: "青禾镇".into(),
        village: "沙沟村".into(),
        address: String::new(),
        manager: String::new(),
        position: None,
        code: None,
        phone: None,
        proposed: false,
    };
    let proposal = propose_point(&[visit(1, vec![here(0), here(1), here(2)])]);
    let wanted = proposal.as_ref().unwrap().position;
    let placed = place_station(Some(&station), proposal.as_ref(), wanted).unwrap();
    let registered = Station {
        position: Some(wanted),
        ..station.clone()
    };
    assert_eq!(placed, Operation::StationRegistered(registered.clone()));
    assert_eq!(place_station(Some(&registered), proposal.as_ref(), wanted), Err(NotPlaced::Changed));
    assert_eq!(place_station(Some(&station), None, wanted), Err(NotPlaced::Changed));
    assert_eq!(
        place_station(Some(&station), proposal.as_ref(), at(0, Datum::Wgs84)),
        Err(NotPlaced::Changed)
    );
    let proposed = Station { proposed: true, ..station };
    assert_eq!(place_station(Some(&proposed), proposal.as_ref(), wanted), Err(NotPlaced::NoStation));
    assert_eq!(place_station(None, proposal.as_ref(), wanted), Err(NotPlaced::NoStation));
}
