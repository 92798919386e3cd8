use super::*;
use crate::ids::PhotoId;
use crate::operation::{BlobRef, VisitDescription};
use crate::place_station::tests::visit as visit_of;
use crate::station::Datum;
use uuid::Uuid;

const HOUR_MS: i64 = 3_600_000;
/// 2026-05-20 09:00 in China.
const START_MS: i64 = 1_779_238_800_000;

fn at(lat_e7: i64, lon_e7: i64) -> Position {
    Position {
        lat_e7,
        lon_e7,
        datum: Datum::Wgs84,
    }
}

fn station() -> Position {
    at(311_774_276, 1_215_272_106)
}

fn visit() -> VisitDescription {
    VisitDescription {
        team: Vec::new(),
        methods: Vec::new(),
        started_at_ms: START_MS,
        ended_at_ms: Some(START_MS + 2 * HOUR_MS),
        utc_offset_min: 480,
        situation: String::new(),
        seconded: Vec::new(),
    }
}

/// A photo from a telephone, at the station, an hour into the visit.
fn phone() -> PhotoMeta {
    PhotoMeta {
        taken_at: Some("2026-05-20T10:00:00".into()),
        position: Some(station()),
        make: Some("HONOR".into()),
        model: Some("X40".into()),
        width: Some(4096),
        height: Some(3072),
        ..PhotoMeta::default()
    }
}

fn photo(name: &str, mime: &str, meta: PhotoMeta) -> PhotoAttached {
    PhotoAttached {
        photo: PhotoId(Uuid::from_u128(1)),
        original: BlobRef {
            sha256: "00".repeat(32),
            len: 1,
        },
        thumbnail: None,
        name: name.into(),
        mime: mime.into(),
        method: "dialog".into(),
        meta,
        fingerprint: None,
        pattern_db: None,
        distance_m: None,
        items: Vec::new(),
        arrived_at_ms: None,
        derived: None,
        no_preview: None,
    }
}

fn said(name: &str, mime: &str, meta: PhotoMeta) -> Vec<Remark> {
    remarks(&photo(name, mime, meta), &visit(), None, Some(station()), Some(500))
}

#[test]
fn nothing_is_said_of_an_ordinary_photo() {
    assert_eq!(said("IMG_20260520_100000.jpg", "image/jpeg", phone()), []);
}

#[test]
fn a_file_without_metadata_says_so() {
    let remarks = said("1.jpg", "image/jpeg", PhotoMeta::default());
    assert_eq!(remarks, [Remark::NoMetadata]);
}

#[test]
fn hours_are_counted_from_the_nearer_end() {
    let early = PhotoMeta {
        taken_at: Some("2026-05-20T08:30:30".into()),
        ..phone()
    };
    let late = PhotoMeta {
        taken_at: Some("2026-05-20T13:00:00".into()),
        offset: Some("+08:00".into()),
        taken_at_utc_ms: Some(START_MS + 4 * HOUR_MS),
        ..phone()
    };
    let outside = |minutes, before| {
        [Remark::OutsideHours {
            minutes,
            before,
            gps: false,
            corrected: false,
        }]
    };
    assert_eq!(said("a.jpg", "image/jpeg", early), outside(30, true));
    assert_eq!(said("a.jpg", "image/jpeg", late), outside(120, false));
}

#[test]
fn hours_go_by_satellite_time_where_a_file_tells_it() {
    let told = |taken: Option<&str>, gps: &str| {
        let meta = PhotoMeta {
            taken_at: taken.map(Into::into),
            gps_time: Some(gps.into()),
            ..phone()
        };
        let within = is_within_hours(&meta, &visit_of(1, Vec::new()));
        (hours(&meta, &visit(), None), within)
    };
    let outside = |minutes, before| {
        let gps = true;
        let corrected = false;
        (
            Some(Remark::OutsideHours {
                minutes,
                before,
                gps,
                corrected,
            }),
            false,
        )
    };
    // The clock is a day behind, and the picture was taken during the visit all the same.
    assert_eq!(told(Some("2026-05-19T10:00:00"), "2026-05-20T02:00:00Z"), (None, true));
    // The other way round, also of a picture that says no other time.
    assert_eq!(told(Some("2026-05-20T10:00:00"), "2026-05-19T02:00:00Z"), outside(23 * 60, true));
    assert_eq!(told(None, "2026-05-20T04:00:00Z"), outside(60, false));
    assert_eq!(told(None, "2026-05-20T02:00:00Z"), (None, true));
    // The place was found three minutes before the picture was taken; twenty minutes before is another matter.
    assert_eq!(told(Some("2026-05-20T09:01:00"), "2026-05-20T00:58:00Z"), (None, true));
    assert_eq!(told(Some("2026-05-20T09:01:00"), "2026-05-20T00:41:00Z"), outside(19, true));
}

#[test]
fn a_position_error_counts_in_the_photos_favour() {
    let away = at(station().lat_e7 + 60_000, station().lon_e7);
    let sharp = PhotoMeta {
        position: Some(away),
        position_error_cm: Some(1_000),
        ..phone()
    };
    let vague = PhotoMeta {
        position_error_cm: Some(30_000),
        ..sharp.clone()
    };
    let far = Remark::Far {
        distance_m: 667,
        uncertainty_m: Some(10),
    };
    assert_eq!(said("a.jpg", "image/jpeg", sharp), [far]);
    assert_eq!(said("a.jpg", "image/jpeg", vague), []);
}

#[test]
fn a_point_that_fits_only_when_shifted_is_said_to_be_so() {
    // As a watermark camera writes it: GCJ-02 in a field that means WGS-84.
    let shifted = datum::shifted(station());
    let meta = PhotoMeta {
        position: Some(Position {
            datum: Datum::Unknown,
            ..shifted
        }),
        ..phone()
    };
    let one = photo("a.jpg", "image/jpeg", meta);
    let remarks = remarks(&one, &visit(), None, Some(station()), Some(300));
    assert!(
        matches!(
            remarks.as_slice(),
            [Remark::FitsShifted {
                distance_m: 400..,
                shifted_m: 0..=1,
                photo: true
            }]
        ),
        "{remarks:?}"
    );
    // One that says what it is needs no guess.
    let stated = PhotoMeta {
        position: Some(shifted),
        ..phone()
    };
    assert_eq!(said("a.jpg", "image/jpeg", stated), []);
}

#[test]
fn chat_copies_are_known_by_name_and_by_what_they_lack() {
    let sized = |width, height| PhotoMeta {
        width: Some(width),
        height: Some(height),
        ..PhotoMeta::default()
    };
    let copy = |application: &str, sure| Remark::ChatCopy {
        application: application.into(),
        sure,
    };
    let stripped = said("mmexport1716170000000.jpg", "image/jpeg", sized(1080, 1440));
    assert_eq!(stripped, [copy("微信", Sureness::Likely), Remark::NoMetadata]);
    assert_eq!(said("微信图片_20260520.jpg", "image/jpeg", phone()), [copy("微信", Sureness::Possible)]);
    let nameless = said("1.jpg", "image/jpeg", sized(1280, 960));
    assert_eq!(nameless, [copy("", Sureness::Possible), Remark::NoMetadata]);
    assert_eq!(said("1.jpg", "image/jpeg", sized(1283, 960)), [Remark::NoMetadata]);
}

#[test]
fn editors_are_named_as_the_file_names_them_and_firmware_is_none() {
    let by = |software: &str| {
        let meta = PhotoMeta {
            software: Some(software.into()),
            ..phone()
        };
        said("a.jpg", "image/jpeg", meta)
    };
    let edited = |software: &str| Remark::Edited { software: software.into() };
    assert_eq!(by("Adobe Photoshop 25.0 (Windows)"), [edited("Adobe Photoshop 25.0 (Windows)")]);
    assert_eq!(by("美图秀秀"), [edited("美图秀秀")]);
    assert_eq!(by("MediaTek Camera Application"), []);
    assert_eq!(by("17.4.1"), []);
}

#[test]
fn screenshots_are_told_with_how_sure() {
    let screen = PhotoMeta {
        width: Some(1080),
        height: Some(2400),
        ..PhotoMeta::default()
    };
    let shot = |sure| Remark::Screenshot { sure };
    let named = said("Screenshot_20260520_101010.jpg", "image/jpeg", screen.clone());
    assert!(named.contains(&shot(Sureness::Likely)));
    assert!(said("1.png", "image/png", screen.clone()).contains(&shot(Sureness::Possible)));
    let drawing = PhotoMeta { width: Some(1000), ..screen };
    assert_eq!(said("1.png", "image/png", drawing), [Remark::NoMetadata]);
}

#[test]
fn a_photo_of_a_screen_is_possible_and_no_reason_to_look_twice() {
    let of = |pattern_db| {
        let attached = PhotoAttached {
            pattern_db,
            ..photo("IMG_1.jpg", "image/jpeg", phone())
        };
        remarks(&attached, &visit(), None, Some(station()), Some(500))
    };
    for quiet in [None, Some(0), Some(15)] {
        assert_eq!(of(quiet), [], "{quiet:?}");
    }
    let told = of(Some(16));
    assert_eq!(told, [Remark::ScreenPhoto { sure: Sureness::Possible }]);
    assert!(told.iter().all(Remark::is_faint));
}

fn id(number: u128) -> PhotoId {
    PhotoId(Uuid::from_u128(number))
}

fn taken(model: &str, time: &str, gps: Option<&str>) -> PhotoMeta {
    PhotoMeta {
        taken_at: Some(time.into()),
        gps_time: gps.map(Into::into),
        model: Some(model.into()),
        ..PhotoMeta::default()
    }
}

/// What is said of clocks during a visit of two hours.
fn clocked(photos: &[(PhotoId, &PhotoMeta)], put_right: &[CorrectedClock]) -> Vec<(PhotoId, Correction)> {
    let off = compared(photos, &visit(), START_MS + 2 * HOUR_MS, put_right);
    off.into_iter()
        .flat_map(|off| off.photos.into_iter().map(move |photo| (photo, off.correction)))
        .collect()
}

fn by_gps(seconds: i64) -> Correction {
    let against = ClockSource::Gps;
    Correction { seconds, against }
}

fn by_cameras(seconds: i64) -> Correction {
    let against = ClockSource::OtherCameras;
    Correction { seconds, against }
}

fn put_right(model: &str, correction: Correction) -> CorrectedClock {
    CorrectedClock {
        entry: String::new(),
        by: None,
        ts_ms: 0,
        camera: Camera::of(&taken(model, "", None)).unwrap(),
        correction,
    }
}

#[test]
fn a_clock_is_compared_with_the_satellites_first() {
    let fast = taken("A", "2026-05-20T11:00:00", Some("2026-05-20T02:00:00Z"));
    let right = taken("B", "2026-05-20T10:05:00", Some("2026-05-20T02:05:00Z"));
    let of_same = taken("A", "2026-05-20T11:10:00", None);
    let all = [(id(1), &fast), (id(2), &right), (id(3), &of_same)];
    assert_eq!(clocked(&all, &[]), [(id(1), by_gps(3600)), (id(3), by_gps(3600))]);
    // Once it is put right there is nothing more to say, until its files tell another error.
    assert_eq!(clocked(&all, &[put_right("A", by_gps(3600))]), []);
    assert_eq!(
        clocked(&all, &[put_right("A", by_gps(60))]),
        [(id(1), by_gps(3600)), (id(3), by_gps(3600))]
    );
}

#[test]
fn three_minutes_are_told_where_several_files_agree_on_them() {
    let one = taken("A", "2026-05-20T10:03:00", Some("2026-05-20T02:00:00Z"));
    let two = taken("A", "2026-05-20T10:23:10", Some("2026-05-20T02:20:00Z"));
    // The photos of the other camera lie on both sides of these.
    let (before, after) = (taken("B", "2026-05-20T10:00:00", None), taken("B", "2026-05-20T10:50:00", None));
    let all = [(id(1), &one), (id(2), &two), (id(3), &before), (id(4), &after)];
    assert_eq!(clocked(&all, &[]), [(id(1), by_gps(180)), (id(2), by_gps(180))]);
    assert_eq!(clocked(&[(id(1), &one)], &[]), [], "one fix may be some minutes old");
}

#[test]
fn without_satellites_a_camera_is_compared_only_when_its_time_is_not_the_visits_and_touches_no_others() {
    let first = taken("A", "2026-05-20T10:00:00", None);
    let second = taken("A", "2026-05-20T10:30:00", None);
    let within = taken("B", "2026-05-20T10:10:00", None);
    let later = taken("B", "2026-05-20T10:50:00", None);
    let yesterday = taken("B", "2026-05-19T10:10:00", None);
    assert_eq!(clocked(&[(id(1), &first), (id(2), &second), (id(3), &within)], &[]), []);
    let after_another = [(id(1), &first), (id(2), &second), (id(3), &later)];
    assert_eq!(clocked(&after_another, &[]), [], "used one after the other");
    let apart = [(id(1), &first), (id(3), &yesterday)];
    assert_eq!(clocked(&apart, &[]), [(id(3), by_cameras(-85_800))]);
    assert_eq!(clocked(&apart, &[put_right("B", by_cameras(-85_800))]), []);
    // Where neither is of the time of the visit, which of the two is wrong cannot be known; both say how far they are apart.
    let last_week = taken("A", "2026-05-13T10:10:00", None);
    let neither = [(id(1), &last_week), (id(3), &yesterday)];
    assert_eq!(clocked(&neither, &[]), [(id(1), by_cameras(-518_400)), (id(3), by_cameras(518_400))]);
}

#[test]
fn a_photo_without_a_camera_or_a_time_says_nothing_of_clocks() {
    let nameless = PhotoMeta {
        taken_at: Some("2020-01-01T00:00:00".into()),
        ..PhotoMeta::default()
    };
    let timeless = PhotoMeta {
        model: Some("A".into()),
        ..PhotoMeta::default()
    };
    let sound = taken("B", "2026-05-20T10:00:00", None);
    assert_eq!(clocked(&[(id(1), &nameless), (id(2), &timeless), (id(3), &sound)], &[]), []);
}

#[test]
fn hours_are_read_from_the_clock_as_it_was_put_right() {
    let yesterday = taken("B", "2026-05-19T10:10:00", None);
    let outside = |minutes, before, corrected| Remark::OutsideHours {
        minutes,
        before,
        gps: false,
        corrected,
    };
    assert_eq!(hours(&yesterday, &visit(), None), Some(outside(23 * 60 - 10, true, false)));
    assert_eq!(hours(&yesterday, &visit(), Some(by_cameras(-86_400))), None);
    assert_eq!(
        hours(&yesterday, &visit(), Some(by_cameras(-2 * 86_400))),
        Some(outside(23 * 60 + 10, false, true))
    );
    let mut known = visit_of(1, vec![yesterday.clone(), taken("A", "2026-05-20T10:00:00", None)]);
    assert!(!is_within_hours(&yesterday, &known));
    known.clocks = vec![put_right("B", by_cameras(-86_400))];
    assert!(is_within_hours(&yesterday, &known));
    let kinds = |remarks: &[Remark]| remarks.iter().map(Remark::key).collect::<Vec<_>>();
    let said = of_visit(&known, None, None, BTreeMap::new());
    assert_eq!(said.iter().map(|one| kinds(one)).collect::<Vec<_>>(), [vec!["clock_corrected"], vec![]]);
    known.clocks.clear();
    let said = of_visit(&known, None, None, BTreeMap::new());
    assert_eq!(
        said.iter().map(|one| kinds(one)).collect::<Vec<_>>(),
        [vec!["outside_hours", "clock_off"], vec![]]
    );
}
