//! MP4, QuickTime and 3GP (ISO 14496-12, QuickTime File Format): size, time, place and device of a film.

use super::boxes::{MAX_ENTRIES, boxes, find, whole_boxes};
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
            b"meta" => described(body, &mut parts.own),
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
    // What is said of a track is said of the film where the film says nothing.
    for (_, track) in boxes(moov).filter(|(name, _)| name == b"trak") {
        if let Some(meta) = find(track, b"meta") {
            described(meta, &mut parts.own);
        }
    }
    let camera = find(moov, b"udta").and_then(|udta| camera_maker(find(udta, b"TAGS")?));
    parts.own.make = parts.own.make.take().or(camera.map(|maker| (maker, "QuickTime.Make")));
    // The header's time is UTC; a day from elsewhere without its zone could be anyone's.
    let is_vague = |(time, source): &(LocalTime, &str)| time.offset.is_none() && *source == CONTENT_DAY;
    if let (true, Some(created)) = (parts.own.taken.as_ref().is_none_or(is_vague), created) {
        parts.own.taken = Some((created, "QuickTime.CreateDate"));
    }
}

const CREATION_DATE: &str = "QuickTime.CreationDate";
const CONTENT_DAY: &str = "QuickTime.ContentCreateDate";

/// Seconds between 1904, where times of films begin, and 1970.
const EPOCH: i64 = (66 * 365 + 17) * 86_400;

/// When the film was made, in UTC by the standard; 0 is unknown. Some devices count from 1970, where a clock that was never set stands.
fn creation(mvhd: &[u8]) -> Option<LocalTime> {
    let seconds = match mvhd.first()? {
        0 => be32(mvhd, 4)?.into(),
        1 => be_sized(mvhd, 4, 8)?,
        _ => return None,
    };
    let seconds = i64::try_from(seconds).ok()?;
    let unix = if seconds >= EPOCH { seconds - EPOCH } else { seconds };
    when::of_instant(unix).filter(|_| unix > 0)
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
        let data = whole_boxes(item).find(|(name, _)| name == b"data");
        let Some(text) = data.and_then(|(_, data)| data_text(data)) else {
            continue;
        };
        take(own, key.unwrap_or(&name), &text);
    }
}

/// The text of a value that says that it is UTF-8 or UTF-16.
fn data_text(data: &[u8]) -> Option<String> {
    match be32(data, 0)? {
        1 => readable(data.get(8..)?),
        2 => wide(data.get(8..)?),
        _ => None,
    }
}

/// User data of the film: QuickTime texts behind a length and a language, an MP4 metadata box, texts and a place of 3GP.
fn user_data<'a>(udta: &'a [u8], parts: &mut Parts<'a>) {
    for (name, body) in boxes(udta) {
        match &name {
            b"meta" => described(body, &mut parts.own),
            b"XMP_" if parts.xmp.is_none() => parts.xmp = Some(Cow::Borrowed(body)),
            _ => {}
        }
    }
    let own = &mut parts.own;
    for (name, body) in whole_boxes(udta) {
        let text = match &name {
            b"loci" => {
                place_of_3gp(body, own);
                None
            }
            b"date" => readable(body),
            // Version, flags and language (TS 26.244 §8).
            b"manu" | b"modl" => body.get(6..).and_then(readable),
            [0xa9, ..] => user_text(body),
            _ => None,
        };
        if let Some(text) = text {
            take(own, &name, &text);
        }
    }
}

/// The first text of a list of texts, each behind its length and language; one that is not ASCII or UTF-8 has a byte order mark.
fn user_text(body: &[u8]) -> Option<String> {
    let text = body.get(4..)?.get(..be16(body, 0)?.into())?;
    text.strip_prefix(b"\xfe\xff").map_or_else(|| readable(text), wide)
}

/// The maker at the head of what cameras wrote into their films, `PENTAX DIGITAL CAMERA`.
fn camera_maker(body: &[u8]) -> Option<String> {
    let head = body.get(..32)?;
    head.contains(&0)
        .then(|| readable(head))?
        .filter(|name| name.ends_with(" DIGITAL CAMERA"))
}

/// A text in UTF-16, high byte first.
fn wide(bytes: &[u8]) -> Option<String> {
    let units = bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_be_bytes(*pair));
    let units: Vec<u16> = units.take(MAX_TEXT + 1).take_while(|unit| *unit != 0).collect();
    readable(String::from_utf16(&units).ok()?.as_bytes())
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
        b"date" => {
            own.original = own
                .original
                .take()
                .or_else(|| Some((when::local_time(text)?, "QuickTime.DateTimeOriginal")))
        }
        b"com.apple.quicktime.creationdate" if own.taken.as_ref().is_none_or(|(_, source)| *source != CREATION_DATE) => {
            if let Some(time) = when::local_time(text) {
                own.taken = Some((time, CREATION_DATE));
            }
        }
        b"\xa9day" if own.taken.is_none() => own.taken = when::local_time(text).map(|time| (time, CONTENT_DAY)),
        b"com.apple.quicktime.location.ISO6709" | b"\xa9xyz" => {
            if let (None, Some((lat, lon, altitude))) = (&own.place, iso_6709(text)) {
                own.place = Some((lat, lon, "QuickTime.GPSCoordinates"));
                own.altitude_m = altitude;
            }
        }
        b"com.apple.quicktime.location.accuracy.horizontal" => own.position_error_m = own.position_error_m.or(text.parse().ok()),
        b"com.apple.quicktime.make" | b"com.android.manufacturer" | b"\xa9mak" | b"manu" => keep(&mut own.make, "QuickTime.Make"),
        b"com.apple.quicktime.model" | b"com.android.model" | b"\xa9mod" | b"modl" => keep(&mut own.model, "QuickTime.Model"),
        b"com.apple.quicktime.software" | b"\xa9swr" => keep(&mut own.software, "QuickTime.Software"),
        _ => {}
    }
}

/// A point by ISO 6709 annex H, `+22.5312+114.0214+012.3CRSWGS_84/`: degrees, or degrees and minutes, or all three, told apart by
/// their digits; height and reference system may be left out.
fn iso_6709(text: &str) -> Option<(f64, f64, Option<f64>)> {
    let text = text.split('/').next()?.split("CRS").next()?;
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
    let altitude = third.and_then(|at| text.get(at..)?.parse().ok());
    Some((lat, lon, altitude))
}

/// The place of a 3GP film (TS 26.244 §8.10): a name in UTF-8 or UTF-16, a role, then degrees and metres as 16.16 numbers.
fn place_of_3gp(loci: &[u8], own: &mut Own) {
    let numbers = || -> Option<[f64; 3]> {
        let name = loci.get(6..)?;
        let end = if name.starts_with(b"\xfe\xff") {
            2 * name.as_chunks::<2>().0.iter().take(MAX_ENTRIES).position(|unit| *unit == [0, 0])? + 2
        } else {
            name.iter().take(MAX_ENTRIES).position(|b| *b == 0)? + 1
        };
        let number = |i: usize| Some(f64::from(be32(name, end + 1 + 4 * i)?.cast_signed()) / 65_536.0);
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

    /// What a film says by user data of these boxes.
    fn used(boxes: &[Vec<u8>]) -> Own {
        open(&boxed(b"moov", &boxed(b"udta", &boxes.concat()))).own
    }

    fn user_text_box(name: &[u8; 4], text: &[u8]) -> Vec<u8> {
        boxed(name, &[&(text.len() as u16).to_be_bytes()[..], b"\x15\xc7", text].concat())
    }

    #[test]
    fn the_header_goes_before_a_day_without_its_zone() {
        let header = boxed(b"mvhd", &[&[0; 4][..], &3_740_000_000_u32.to_be_bytes()].concat());
        let taken = |header: &[u8], day: &str| {
            let udta = boxed(b"udta", &user_text_box(b"\xa9day", day.as_bytes()));
            open(&boxed(b"moov", &[header, &udta].concat()))
                .own
                .taken
                .map(|(time, source)| (time.text(), source))
        };
        let vague = "2021-05-06T18:20:30";
        assert_eq!(taken(&header, vague), Some(("2022-07-07T00:53:20".into(), "QuickTime.CreateDate")));
        assert_eq!(taken(b"", vague), Some((vague.into(), CONTENT_DAY)));
        assert_eq!(taken(&header, "2021-05-06T18:20:30+0800"), Some((vague.into(), CONTENT_DAY)));
        for unset in [0, 2_082_844_800_u32] {
            let header = boxed(b"mvhd", &[&[0; 4][..], &unset.to_be_bytes()].concat());
            assert!(open(&boxed(b"moov", &header)).own.taken.is_none(), "{unset}");
        }
    }

    #[test]
    fn what_a_track_says_counts_where_the_film_says_nothing() {
        let said = |maker: &str, date: &str| keyed(&[("com.apple.quicktime.make", maker), ("com.apple.quicktime.creationdate", date)]);
        let track = boxed(b"trak", &said("Track", "2021-05-06T18:20:30+0800"));
        let own = open(&boxed(b"moov", &track)).own;
        assert_eq!((own.make.unwrap().0.as_str(), own.taken.unwrap().1), ("Track", CREATION_DATE));
        let own = open(&boxed(b"moov", &[track, said("Film", "2022-05-06T18:20:30+0800")].concat())).own;
        assert_eq!(
            (own.make.unwrap().0.as_str(), own.taken.unwrap().0.text().as_str()),
            ("Film", "2022-05-06T18:20:30")
        );
    }

    #[test]
    fn texts_of_all_kinds_are_read_and_none_that_is_cut_short() {
        let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>();
        let of_3gp = |name: &[u8; 4], text: &[u8]| boxed(name, &[b"\0\0\0\0\x15\xc7", text, b"\0"].concat());
        let camera = [&b"PENTAX DIGITAL CAMERA"[..], &[0; 80]].concat();
        for (boxes, make, model) in [
            (
                vec![user_text_box(b"\xa9mak", b"Apple"), user_text_box(b"\xa9mod", b"X")],
                "Apple",
                Some("X"),
            ),
            (vec![user_text_box(b"\xa9mak", &utf16("\u{feff}华为"))], "华为", None),
            (vec![of_3gp(b"manu", b"Nokia"), of_3gp(b"modl", b"N8")], "Nokia", Some("N8")),
            (vec![boxed(b"TAGS", &camera)], "PENTAX DIGITAL CAMERA", None),
        ] {
            let own = used(&boxes);
            assert_eq!((own.make.unwrap().0.as_str(), own.model.map(|m| m.0)), (make, model.map(str::to_owned)));
        }
        assert!(used(&[boxed(b"TAGS", &[b'A'; 80])]).make.is_none());
        let date = used(&[boxed(b"date", b"2021-05-06T18:20:30+0800")]).original.unwrap();
        assert_eq!((date.0.text().as_str(), date.1), ("2021-05-06T18:20:30", "QuickTime.DateTimeOriginal"));

        let value = |kind: u32, text: &[u8]| boxed(b"data", &[&kind.to_be_bytes()[..], &[0; 4], text].concat());
        let listed = |data: Vec<u8>| boxed(b"meta", &[boxed(b"hdlr", &[0; 25]), boxed(b"ilst", &boxed(b"\xa9mak", &data))].concat());
        assert_eq!(used(&[listed(value(2, &utf16("华为")))]).make.unwrap().0, "华为");
        assert!(used(&[listed(value(0, b"Apple"))]).make.is_none());
        // Every box is as long as it says, and the file is not.
        for inner in [listed(value(1, b"Apple")), user_text_box(b"\xa9mak", b"Apple"), of_3gp(b"manu", b"Apple")] {
            let file = boxed(b"moov", &boxed(b"udta", &inner));
            assert_eq!(open(&file).own.make.unwrap().0, "Apple");
            for end in 0..file.len() {
                assert!(open(&file[..end]).own.make.is_none(), "cut to {end}");
            }
        }
    }

    #[test]
    fn a_place_of_3gp_stands_behind_a_name_of_either_encoding() {
        let numbers: Vec<u8> = [114 << 16, 30 << 16, 5 << 16].into_iter().flat_map(u32::to_be_bytes).collect();
        for name in [&b"\0"[..], b"Place\0", b"\xfe\xff\0P\x01\0\0l\0\0"] {
            let own = used(&[boxed(b"loci", &[b"\0\0\0\0\x15\xc7", name, b"\0", &numbers].concat())]);
            assert_eq!((own.place, own.altitude_m), (Some((30.0, 114.0, "3GP.Location")), Some(5.0)), "{name:?}");
        }
    }

    #[test]
    fn points_are_told_apart_by_their_digits() {
        let near = |text: &str| iso_6709(text).map(|(lat, lon, _)| ((lat * 1e4).round(), (lon * 1e4).round()));
        assert_eq!(near("+22.5-114.25/"), Some((225_000.0, -1_142_500.0)));
        assert_eq!(near("-2230.0+11415.0+5/"), Some((-225_000.0, 1_142_500.0)));
        assert_eq!(near("+223000+1141500/"), Some((225_000.0, 1_142_500.0)));
        assert_eq!(near("+22.5+114.25CRSWGS_84/"), Some((225_000.0, 1_142_500.0)));
        assert_eq!(iso_6709("+22.5+114.25-3.5CRSWGS_84/").unwrap().2, Some(-3.5));
        assert_eq!(near("+95.0+10.0/"), None);
        assert_eq!(near("nowhere"), None);
    }
}
