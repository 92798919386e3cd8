//! Exif directories to values (CIPA DC-008), with kamadak-exif as the reader of the TIFF structure.

use super::bytes::{be16, be32};
use super::metadata::note;
use super::when::{self, LocalTime};
use domain::photo::PhotoMeta;
use domain::station::{Datum, Position};
use exif::{Exif, Field, In, Reader, Tag, Value};

/// The longest text that is taken over; longer ones are broken or not meant for people.
const MAX_TEXT: usize = 200;

/// Fills in what the Exif block says. `is_file` tells that the block is a whole TIFF file, whose first directory also gives the size.
/// Returns when the picture was digitised, which is the next best time where nothing says when it was taken.
pub(super) fn fill(meta: &mut PhotoMeta, block: &[u8], is_file: bool) -> Option<LocalTime> {
    let whole = Whole::of(block);
    if !whole.main {
        meta.warnings.push("the main directory of Exif is cut short or missing".into());
        return None;
    }
    if !whole.exif || !whole.gps {
        meta.warnings.push("a directory of Exif is cut short".into());
    }
    let read = Reader::new().continue_on_error(true).read_raw(block.to_vec());
    let broken = &mut Vec::new();
    let exif = match read.or_else(|e| e.distill_partial_result(|errors| broken.extend(errors.iter().take(5).map(ToString::to_string)))) {
        Ok(exif) => exif,
        Err(error) => {
            meta.warnings.push(format!("Exif cannot be read: {error}"));
            return None;
        }
    };
    meta.warnings.extend(broken.iter().map(|e| format!("Exif is partly broken: {e}")));
    let original = [Tag::DateTimeOriginal, Tag::SubSecTimeOriginal, Tag::OffsetTimeOriginal];
    if whole.exif
        && let Some(time) = time(meta, &exif, original, "Exif.DateTimeOriginal")
    {
        put_time(meta, &time, "Exif.DateTimeOriginal");
    }
    device(meta, &exif);
    picture(meta, &exif, is_file);
    if whole.gps {
        position(meta, &exif);
        gps_time(meta, &exif);
        gps_numbers(meta, &exif);
    }
    let digitized = [Tag::DateTimeDigitized, Tag::SubSecTimeDigitized, Tag::OffsetTimeDigitized];
    whole.exif.then(|| time(meta, &exif, digitized, "Exif.DateTimeDigitized")).flatten()
}

/// Which directories stand whole in the block. The library reads one that is cut short up to the cut, and past it there are
/// other bytes than the writer's: such a directory is not believed.
struct Whole {
    main: bool,
    exif: bool,
    gps: bool,
}

impl Whole {
    fn of(block: &[u8]) -> Self {
        let little = block.starts_with(b"II");
        let n16 = |at: usize| be16(block, at).map(|n| if little { n.swap_bytes() } else { n });
        let n32 = |at: usize| {
            be32(block, at)
                .map(|n| if little { n.swap_bytes() } else { n })
                .and_then(|n| usize::try_from(n).ok())
        };
        // Where a directory's entries begin, and how many they are, if all of them are there.
        let entries = |at: usize| {
            let count = usize::from(n16(at)?);
            block.get(at..at.checked_add(2 + 12 * count)?).map(|_| (at + 2, count))
        };
        let Some((first, count)) = n32(4).and_then(entries) else {
            return Self {
                main: false,
                exif: false,
                gps: false,
            };
        };
        let child = |tag: u16| {
            let entry = (0..count).map(|i| first + 12 * i).find(|at| n16(*at) == Some(tag));
            entry.is_none_or(|at| n32(at + 8).and_then(entries).is_some())
        };
        Self {
            main: true,
            exif: child(0x8769),
            gps: child(0x8825),
        }
    }
}

/// The primary directory's value of a tag; an empty one counts as absent.
fn field(exif: &Exif, tag: Tag) -> Option<&Field> {
    exif.get_field(tag, In::PRIMARY)
}

/// A text tag: up to the first NUL, trimmed, UTF-8, without control characters; blank is none.
fn text(meta: &mut PhotoMeta, exif: &Exif, tag: Tag, name: &str) -> Option<String> {
    let bytes = match &field(exif, tag)?.value {
        Value::Ascii(parts) => parts.iter().map(Vec::as_slice).find(|p| !p.is_empty())?,
        Value::Byte(bytes) | Value::Undefined(bytes, _) => bytes.split(|b| *b == 0).next()?,
        _ => {
            meta.warnings.push(format!("{name} is not text"));
            return None;
        }
    };
    let Ok(text) = std::str::from_utf8(bytes) else {
        meta.warnings.push(format!("{name} is in an unknown encoding"));
        return None;
    };
    let text = text.trim();
    if text.len() > MAX_TEXT || text.contains(char::is_control) {
        meta.warnings.push(format!("{name} is not readable text"));
        return None;
    }
    (!text.is_empty()).then(|| text.to_owned())
}

/// The time in a date tag with its fraction and zone.
fn time(meta: &mut PhotoMeta, exif: &Exif, [date, subsec, offset]: [Tag; 3], name: &str) -> Option<LocalTime> {
    let written = text(meta, exif, date, name)?;
    let Some(mut time) = when::local_time(&written) else {
        meta.warnings.push(format!("{name} is not a date"));
        return None;
    };
    if time.fraction.is_none() {
        time.fraction = text(meta, exif, subsec, "SubSecTime").and_then(|t| when::fraction(&t));
    }
    if time.offset.is_none() {
        time.offset = text(meta, exif, offset, "OffsetTime").and_then(|t| when::offset(&t));
    }
    Some(time)
}

/// Takes over a time of taking with its zone and, where that is known, its instant.
pub(super) fn put_time(meta: &mut PhotoMeta, time: &LocalTime, name: &str) {
    meta.taken_at = Some(time.text());
    meta.offset = time.offset.clone();
    meta.taken_at_utc_ms = time.utc_ms();
    note(meta, "taken_at", name);
}

fn device(meta: &mut PhotoMeta, exif: &Exif) {
    /// CameraSerialNumber of DNG 1.4, older than the Exif tag.
    const DNG_SERIAL: Tag = Tag(exif::Context::Tiff, 0xc62f);
    meta.make = text(meta, exif, Tag::Make, "Exif.Make");
    meta.model = text(meta, exif, Tag::Model, "Exif.Model");
    meta.software = text(meta, exif, Tag::Software, "Exif.Software");
    meta.serial = text(meta, exif, Tag::BodySerialNumber, "Exif.BodySerialNumber").or_else(|| text(meta, exif, DNG_SERIAL, "DNG.CameraSerialNumber"));
    let found = [
        ("make", meta.make.is_some()),
        ("model", meta.model.is_some()),
        ("software", meta.software.is_some()),
        ("serial", meta.serial.is_some()),
    ];
    for (name, _) in found.iter().filter(|(_, there)| *there) {
        note(meta, name, "Exif");
    }
}

fn picture(meta: &mut PhotoMeta, exif: &Exif, is_file: bool) {
    if let Some(value) = field(exif, Tag::Orientation).and_then(|f| f.value.get_uint(0)) {
        match u8::try_from(value) {
            Ok(value @ 1..=8) => {
                meta.orientation = Some(value);
                note(meta, "orientation", "Exif.Orientation");
            }
            _ => meta.warnings.push(format!("orientation {value} does not exist")),
        }
    }
    let size = |tag| field(exif, tag).and_then(|f| f.value.get_uint(0)).filter(|n| *n > 0);
    if let (true, Some(width), Some(height)) = (is_file, size(Tag::ImageWidth), size(Tag::ImageLength)) {
        (meta.width, meta.height) = (Some(width), Some(height));
        note(meta, "width,height", "TIFF");
    }
}

/// Rational numbers of a tag; a denominator of zero gives none in its place.
fn rationals(exif: &Exif, tag: Tag) -> Vec<Option<f64>> {
    let divide = |num: f64, denom: f64| (denom != 0.0).then(|| num / denom);
    match field(exif, tag).map(|f| &f.value) {
        Some(Value::Rational(list)) => list.iter().map(|r| divide(r.num.into(), r.denom.into())).collect(),
        // Some telephones write the GPS directory with signed rationals.
        Some(Value::SRational(list)) => list.iter().map(|r| divide(r.num.into(), r.denom.into())).collect(),
        _ => Vec::new(),
    }
}

/// One angle in degrees from degrees, minutes and seconds; later parts may be left out.
fn degrees(parts: &[Option<f64>]) -> Option<f64> {
    let part = |i: usize| parts.get(i).map_or(Some(0.0), |p| *p);
    // 0/0 seconds stand in files whose minutes carry the decimals.
    let (whole, minutes, seconds) = ((*parts.first()?)?, part(1)?, part(2).unwrap_or(0.0));
    ((0.0..60.0).contains(&minutes) && (0.0..=60.0).contains(&seconds) && whole >= 0.0).then(|| whole + minutes / 60.0 + seconds / 3600.0)
}

fn position(meta: &mut PhotoMeta, exif: &Exif) {
    let parts = (rationals(exif, Tag::GPSLatitude), rationals(exif, Tag::GPSLongitude));
    let refs = (
        text(meta, exif, Tag::GPSLatitudeRef, "GPSLatitudeRef"),
        text(meta, exif, Tag::GPSLongitudeRef, "GPSLongitudeRef"),
    );
    if parts.0.is_empty() && parts.1.is_empty() {
        return;
    }
    let axis = |parts: &[Option<f64>], letter: &Option<String>, plus: &str, minus: &str, limit: f64| {
        let letter = letter.as_deref()?;
        let sign = if letter.eq_ignore_ascii_case(plus) {
            1.0
        } else if letter.eq_ignore_ascii_case(minus) {
            -1.0
        } else {
            return None;
        };
        degrees(parts).filter(|d| *d <= limit).map(|d| sign * d)
    };
    let lat = axis(&parts.0, &refs.0, "N", "S", 90.0);
    let lon = axis(&parts.1, &refs.1, "E", "W", 180.0);
    let (Some(lat), Some(lon)) = (lat, lon) else {
        meta.warnings.push("the position is incomplete or out of range".into());
        return;
    };
    let datum = text(meta, exif, Tag::GPSMapDatum, "GPSMapDatum");
    put_position(meta, lat, lon, datum_named(datum.as_deref()), "GPS");
}

/// Takes over a position, unless it is the 0,0 that devices without a fix write.
pub(super) fn put_position(meta: &mut PhotoMeta, lat: f64, lon: f64, datum: Datum, name: &str) {
    if lat == 0.0 && lon == 0.0 {
        meta.warnings.push("the position is 0,0: the device had no fix".into());
    } else if let (Some(lat_e7), Some(lon_e7)) = (scaled(lat, 1e7), scaled(lon, 1e7)) {
        meta.position = Some(Position { lat_e7, lon_e7, datum });
        note(meta, "position", name);
    }
}

/// The datum that a file names; telephones mostly name none.
fn datum_named(name: Option<&str>) -> Datum {
    let plain: String = name
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_uppercase();
    match plain.as_str() {
        "WGS84" => Datum::Wgs84,
        "CGCS2000" => Datum::Cgcs2000,
        "GCJ02" => Datum::Gcj02,
        _ => Datum::Unknown,
    }
}

fn gps_time(meta: &mut PhotoMeta, exif: &Exif) {
    let parts = rationals(exif, Tag::GPSTimeStamp);
    let date = text(meta, exif, Tag::GPSDateStamp, "GPSDateStamp");
    let ([Some(hour), Some(minute), Some(second)], Some(date)) = (parts.as_slice(), date) else {
        return;
    };
    let whole = |n: f64, end: f64| (n.fract() == 0.0 && (0.0..end).contains(&n)).then_some(n);
    let time = when::date(&date)
        .zip(whole(*hour, 24.0))
        .zip(whole(*minute, 60.0))
        .filter(|_| (0.0..60.0).contains(second));
    let Some(((date, hour), minute)) = time else {
        meta.warnings.push("the GPS time is not a time".into());
        return;
    };
    // Three decimals, rounded down so that 59.9999 does not become 60; the small addition undoes the binary rounding of 33.001.
    let millis = (second * 1000.0 + 1e-6).floor();
    let seconds = format!("{:02}.{:03}", (millis / 1000.0).floor(), millis % 1000.0);
    let seconds = seconds.trim_end_matches('0').trim_end_matches('.');
    let seconds = if seconds.len() < 2 {
        format!("{seconds:0<2}")
    } else {
        seconds.to_owned()
    };
    meta.gps_time = Some(format!("{date}T{hour:02}:{minute:02}:{seconds}Z"));
    note(meta, "gps_time", "GPS.GPSDateStamp, GPS.GPSTimeStamp");
}

fn gps_numbers(meta: &mut PhotoMeta, exif: &Exif) {
    let first = |tag| rationals(exif, tag).first().copied().flatten();
    let below = match field(exif, Tag::GPSAltitudeRef).map(|f| &f.value) {
        Some(Value::Byte(b)) => b.first().is_some_and(|b| *b == 1 || *b == 3),
        Some(Value::Undefined(b, _)) => b.first() == Some(&1),
        _ => false,
    };
    if let Some(height) = first(Tag::GPSAltitude) {
        let height = if below { -height.abs() } else { height };
        meta.altitude_cm = scaled(height, 100.0).filter(|cm| cm.abs() < 10_000_000);
        if meta.altitude_cm.is_some() {
            note(meta, "altitude", "GPS.GPSAltitude")
        }
    }
    if let Some(degrees) = first(Tag::GPSImgDirection) {
        meta.direction_cdeg = Some(degrees).filter(|d| (0.0..=360.0).contains(d)).and_then(|d| scaled(d, 100.0));
        if meta.direction_cdeg.is_some() {
            note(meta, "direction", "GPS.GPSImgDirection")
        }
    }
    if let Some(metres) = first(Tag::GPSHPositioningError) {
        meta.position_error_cm = Some(metres).filter(|m| *m >= 0.0).and_then(|m| scaled(m, 100.0));
        if meta.position_error_cm.is_some() {
            note(meta, "position_error", "GPS.GPSHPositioningError")
        }
    }
}

/// A measured number as an integer of the given scale; none when it is no number or absurdly large.
pub(super) fn scaled(value: f64, scale: f64) -> Option<i64> {
    let scaled = (value * scale).round();
    (scaled.is_finite() && scaled.abs() < 1e15).then_some(scaled as i64)
}
