use super::*;
use crate::ids::PhotoId;
use crate::operation::{BlobRef, VisitDescription};
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
        distance_m: None,
        items: Vec::new(),
        arrived_at_ms: None,
        derived: None,
        no_preview: None,
    }
}

fn said(name: &str, mime: &str, meta: PhotoMeta) -> Vec<Remark> {
    remarks(&photo(name, mime, meta), &visit(), Some(station()), Some(500))
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
    let outside = |minutes, before| [Remark::OutsideHours { minutes, before, gps: false }];
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
        (hours(&meta, &visit()), is_within_hours(&meta, &visit()))
    };
    let outside = |minutes, before| {
        let gps = true;
        (Some(Remark::OutsideHours { minutes, before, gps }), false)
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
    let remarks = remarks(&one, &visit(), Some(station()), Some(300));
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

#[test]
fn a_clock_is_compared_with_the_satellites_first() {
    let off = taken("A", "2026-05-20T11:00:00", Some("2026-05-20T02:00:00Z"));
    let right = taken("B", "2026-05-20T10:05:00", Some("2026-05-20T02:05:00Z"));
    let of_same = taken("A", "2026-05-20T11:10:00", None);
    let all = [(id(1), &off), (id(2), &right), (id(3), &of_same)];
    let ahead = Remark::ClockOff {
        seconds: 3600,
        against: ClockSource::Gps,
    };
    assert_eq!(clocks(&all, 480), [(id(1), ahead.clone()), (id(3), ahead)]);
}

#[test]
fn three_minutes_are_told_where_several_files_agree_on_them() {
    let one = taken("A", "2026-05-20T10:03:00", Some("2026-05-20T02:00:00Z"));
    let two = taken("A", "2026-05-20T10:23:10", Some("2026-05-20T02:20:00Z"));
    let said = Remark::ClockOff {
        seconds: 180,
        against: ClockSource::Gps,
    };
    assert_eq!(clocks(&[(id(1), &one), (id(2), &two)], 480), [(id(1), said.clone()), (id(2), said)]);
    assert_eq!(clocks(&[(id(1), &one)], 480), [], "one fix may be some minutes old");
}

#[test]
fn without_satellites_cameras_are_compared_only_when_their_times_do_not_touch() {
    let first = taken("A", "2026-05-20T10:00:00", None);
    let second = taken("A", "2026-05-20T10:30:00", None);
    let within = taken("B", "2026-05-20T10:10:00", None);
    let yesterday = taken("B", "2026-05-19T10:10:00", None);
    assert_eq!(clocks(&[(id(1), &first), (id(2), &second), (id(3), &within)], 480), []);
    let said = clocks(&[(id(1), &first), (id(3), &yesterday)], 480);
    let off = |seconds| Remark::ClockOff {
        seconds,
        against: ClockSource::OtherCameras,
    };
    // Which of the two is wrong cannot be known; both say how far they are apart.
    assert_eq!(said, [(id(1), off(85_800)), (id(3), off(-85_800))]);
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
    assert_eq!(clocks(&[(id(1), &nameless), (id(2), &timeless), (id(3), &sound)], 480), []);
}
