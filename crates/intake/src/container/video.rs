//! MP4, QuickTime and 3GP (ISO 14496-12, QuickTime File Format): size, time, place and device of a film.

use super::boxes::{MAX_ENTRIES, boxes, find};
use super::{Own, Parts};
use crate::bytes::{be_sized, be16, be32};
use crate::when::{self, LocalTime};
use std::borrow::Cow;

/// The identifier of a box that holds an XMP packet (ISO 16684-3 §1.1.5).
const XMP_ID: [u8; 16] = [
    0xbe, 0x7a, 0xcf, 0xcb, 0x97, 0xa9, 0x42, 0xe8, 0x9c, 0x71, 0x99, 0x94, 0x91, 0xe3, 0xaf, 0xac,
];
/// Longer values are no text for people.
const MAX_TEXT: usize = 200;

pub(super) fn open(bytes: &[u8]) -> Parts<'_> {
    let mut parts = Parts::default();
    for (name, body) in boxes(bytes) {
        match &name {
            b"moov" => movie(body, &mut parts),
            b"uuid" if parts.xmp.is_none() => parts.xmp = body.strip_prefix(&XMP_ID).map(Cow::Borrowed),
            _ => {}
        }
    }
    parts
}

fn movie<'a>(moov: &'a [u8], parts: &mut Parts<'a>) {
    let mut created = None;
    for (name, body) in boxes(moov) {
        match &name {
            b"mvhd" => created = created.or_else(|| creation(body)),
            b"trak" => parts.size = parts.size.or_else(|| find(body, b"tkhd").and_then(track_size)),
            b"meta" => described(body, &mut parts.own),
            b"udta" => user_data(body, parts),
            _ => {}
        }
    }
    if let (None, Some(created)) = (&parts.own.taken, created) {
        parts.own.taken = Some((created, "QuickTime.CreateDate"));
    }
}

/// Seconds between 1904, where times of films begin, and 1970.
const EPOCH: i64 = (66 * 365 + 17) * 86_400;

/// When the film was made, in UTC by the standard; 0 is unknown. Some devices count from 1970.
fn creation(mvhd: &[u8]) -> Option<LocalTime> {
    let seconds = match mvhd.first()? {
        0 => be32(mvhd, 4)?.into(),
        1 => be_sized(mvhd, 4, 8)?,
        _ => return None,
    };
    let seconds = i64::try_from(seconds).ok().filter(|s| *s > 0)?;
    let unix = if seconds >= EPOCH { seconds - EPOCH } else { seconds };
    when::of_instant(unix)
}

/// Width and height of a track in whole pixels; a track of sound has none.
fn track_size(tkhd: &[u8]) -> Option<(u32, u32)> {
    let at = if tkhd.first()? == &1 { 88 } else { 76 };
    let (width, height) = (be32(tkhd, at)? >> 16, be32(tkhd, at + 4)? >> 16);
    (width > 0 && height > 0).then_some((width, height))
}

/// A QuickTime metadata box: names in `keys`, values in `ilst` (QuickTime File Format, Metadata). In MP4 the box has a version.
fn described(meta: &[u8], own: &mut Own) {
    let meta = if meta.get(4..8) == Some(b"hdlr") {
        meta
    } else {
        meta.get(4..).unwrap_or_default()
    };
    let Some(values) = find(meta, b"ilst") else { return };
    let keys: Vec<&[u8]> = find(meta, b"keys")
        .and_then(|keys| keys.get(8..))
        .map(|list| boxes(list).map(|(_, name)| name).collect())
        .unwrap_or_default();
    for (name, item) in boxes(values) {
        let number = usize::try_from(u32::from_be_bytes(name)).unwrap_or(0);
        let key = keys.get(number.wrapping_sub(1)).copied();
        let Some(text) = find(item, b"data").and_then(data_text) else { continue };
        take(own, key.unwrap_or(&name), &text);
    }
}

/// The text of a value that says that it is UTF-8.
fn data_text(data: &[u8]) -> Option<String> {
    (be32(data, 0)? == 1).then(|| readable(data.get(8..)?))?
}

/// User data of the film: QuickTime texts behind a length and a language, an MP4 metadata box, a 3GP place.
fn user_data<'a>(udta: &'a [u8], parts: &mut Parts<'a>) {
    for (name, body) in boxes(udta) {
        match &name {
            b"meta" => described(body, &mut parts.own),
            b"XMP_" if parts.xmp.is_none() => parts.xmp = Some(Cow::Borrowed(body)),
            b"loci" => place_of_3gp(body, &mut parts.own),
            [0xa9, ..] => {
                let text = be16(body, 0).and_then(|len| readable(body.get(4..)?.get(..usize::from(len))?));
                if let Some(text) = text {
                    take(&mut parts.own, &name, &text);
                }
            }
            _ => {}
        }
    }
}

fn readable(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes.split(|b| *b == 0).next()?).ok()?.trim();
    (!text.is_empty() && text.len() <= MAX_TEXT && !text.contains(char::is_control)).then(|| text.to_owned())
}

/// Takes over one named value; the first of a kind counts, but a time with a zone is better than one without.
fn take(own: &mut Own, name: &[u8], text: &str) {
    let keep = |slot: &mut Option<(String, &'static str)>, source| {
        slot.get_or_insert_with(|| (text.to_owned(), source));
    };
    match name {
        b"com.apple.quicktime.creationdate" => {
            if let Some(time) = when::local_time(&with_colon(text)) {
                own.taken = Some((time, "QuickTime.CreationDate"));
            }
        }
        b"\xa9day" if own.taken.is_none() => {
            own.taken = when::local_time(&with_colon(text)).map(|time| (time, "QuickTime.ContentCreateDate"));
        }
        b"com.apple.quicktime.location.ISO6709" | b"\xa9xyz" => {
            if let (None, Some((lat, lon, altitude))) = (&own.place, iso_6709(text)) {
                own.place = Some((lat, lon, "QuickTime.GPSCoordinates"));
                own.altitude_m = altitude;
            }
        }
        b"com.apple.quicktime.location.accuracy.horizontal" => own.position_error_m = own.position_error_m.or(text.parse().ok()),
        b"com.apple.quicktime.make" | b"com.android.manufacturer" | b"\xa9mak" => keep(&mut own.make, "QuickTime.Make"),
        b"com.apple.quicktime.model" | b"com.android.model" | b"\xa9mod" => keep(&mut own.model, "QuickTime.Model"),
        b"com.apple.quicktime.software" | b"\xa9swr" => keep(&mut own.software, "QuickTime.Software"),
        _ => {}
    }
}

/// A date whose zone is written without its colon, as Apple does: `+0800`.
fn with_colon(text: &str) -> String {
    let at = text.len().saturating_sub(5);
    match text.get(at..) {
        Some(zone) if zone.starts_with(['+', '-']) && zone.get(1..).is_some_and(|z| z.bytes().all(|b| b.is_ascii_digit())) => {
            let (hours, minutes) = text.split_at(at + 3);
            format!("{hours}:{minutes}")
        }
        _ => text.to_owned(),
    }
}

/// A point by ISO 6709 annex H, `+22.5312+114.0214+012.3/`: degrees, or degrees and minutes, or all three, told apart by digits.
fn iso_6709(text: &str) -> Option<(f64, f64, Option<f64>)> {
    let text = text.split('/').next()?;
    let mut starts = text.char_indices().filter(|(_, c)| matches!(c, '+' | '-')).map(|(at, _)| at);
    let (first, second, third) = (starts.next()?, starts.next()?, starts.next());
    let angle = |part: &str, digits: usize| -> Option<f64> {
        let value: f64 = part.parse().ok()?;
        let whole = part.get(1..)?.split('.').next()?.len();
        let (sign, value) = (value.signum(), value.abs());
        let (degrees, minutes, seconds) = match whole.checked_sub(digits) {
            Some(2) => ((value / 100.0).floor(), value % 100.0, 0.0),
            Some(4) => ((value / 10_000.0).floor(), (value / 100.0).floor() % 100.0, value % 100.0),
            Some(0) | None => (value, 0.0, 0.0),
            _ => return None,
        };
        (minutes < 60.0 && seconds < 60.0).then(|| sign * (degrees + minutes / 60.0 + seconds / 3600.0))
    };
    let lat = angle(text.get(first..second)?, 2).filter(|lat| lat.abs() <= 90.0)?;
    let lon = angle(text.get(second..third.unwrap_or(text.len()))?, 3).filter(|lon| lon.abs() <= 180.0)?;
    let altitude = third.and_then(|at| text.get(at..)?.split("CRS").next()?.parse().ok());
    Some((lat, lon, altitude))
}

/// The place of a 3GP film (TS 26.244 §8.10): a name, then degrees and metres as 16.16 numbers.
fn place_of_3gp(loci: &[u8], own: &mut Own) {
    let numbers = || -> Option<[f64; 3]> {
        let name = loci.get(6..)?.iter().take(MAX_ENTRIES).position(|b| *b == 0)?;
        let number = |i: usize| Some(f64::from(be32(loci, 6 + name + 2 + 4 * i)?.cast_signed()) / 65_536.0);
        Some([number(0)?, number(1)?, number(2)?])
    };
    if let (None, Some([lon, lat, altitude])) = (&own.place, numbers())
        && lat.abs() <= 90.0
        && lon.abs() <= 180.0
    {
        own.place = Some((lat, lon, "3GP.Location"));
        own.altitude_m = Some(altitude);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
        [&(body.len() as u32 + 8).to_be_bytes()[..], name, body].concat()
    }

    fn keyed(pairs: &[(&str, &str)]) -> Vec<u8> {
        let keys: Vec<u8> = pairs.iter().flat_map(|(k, _)| boxed(b"mdta", k.as_bytes())).collect();
        let values = pairs.iter().zip(1_u32..).flat_map(|((_, v), number)| {
            boxed(
                &number.to_be_bytes(),
                &boxed(b"data", &[&1_u32.to_be_bytes()[..], &[0; 4], v.as_bytes()].concat()),
            )
        });
        let keys = boxed(b"keys", &[&[0; 4][..], &(pairs.len() as u32).to_be_bytes(), &keys].concat());
        boxed(
            b"meta",
            &[boxed(b"hdlr", &[0; 25]), keys, boxed(b"ilst", &values.collect::<Vec<_>>())].concat(),
        )
    }

    #[test]
    fn what_apple_writes_is_read_and_goes_before_the_header() {
        let made = 3_740_000_000_u32;
        let header = boxed(b"mvhd", &[&[0; 4][..], &made.to_be_bytes()].concat());
        let meta = keyed(&[
            ("com.apple.quicktime.make", "Apple"),
            ("com.apple.quicktime.location.ISO6709", "+22.5312-114.0214+012.345/"),
            ("com.apple.quicktime.creationdate", "2022-07-22T21:26:32+0800"),
        ]);
        let file = boxed(b"moov", &[header.clone(), meta].concat());
        let own = open(&file).own;
        let (time, source) = own.taken.unwrap();
        assert_eq!((time.text().as_str(), time.offset.as_deref()), ("2022-07-22T21:26:32", Some("+08:00")));
        assert_eq!(
            (source, own.place),
            ("QuickTime.CreationDate", Some((22.5312, -114.0214, "QuickTime.GPSCoordinates")))
        );
        assert_eq!((own.altitude_m, own.make.unwrap().0.as_str()), (Some(12.345), "Apple"));

        let (time, source) = open(&boxed(b"moov", &header)).own.taken.unwrap();
        assert_eq!((time.text().as_str(), source), ("2022-07-07T00:53:20", "QuickTime.CreateDate"));
    }

    #[test]
    fn points_are_told_apart_by_their_digits() {
        let near = |text: &str| iso_6709(text).map(|(lat, lon, _)| ((lat * 1e4).round(), (lon * 1e4).round()));
        assert_eq!(near("+22.5-114.25/"), Some((225_000.0, -1_142_500.0)));
        assert_eq!(near("-2230.0+11415.0+5/"), Some((-225_000.0, 1_142_500.0)));
        assert_eq!(near("+223000+1141500/"), Some((225_000.0, 1_142_500.0)));
        assert_eq!(near("+95.0+10.0/"), None);
        assert_eq!(near("nowhere"), None);
    }
}
