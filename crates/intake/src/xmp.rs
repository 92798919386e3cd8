//! XMP packets (ISO 16684-1): only what Exif left open is taken from them.

use crate::metadata::{Metadata, SecondBest};
use crate::when::{self, LocalTime, local_time};
use roxmltree::{Document, ParsingOptions};
use std::borrow::Cow;

const EXIF: &str = "http://ns.adobe.com/exif/1.0/";
const TIFF: &str = "http://ns.adobe.com/tiff/1.0/";
const AUX: &str = "http://ns.adobe.com/exif/1.0/aux/";
const EXIF_EX: &str = "http://cipa.jp/exif/1.0/";
const XMP: &str = "http://ns.adobe.com/xap/1.0/";
const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
/// Longer packets hold picture data in text form.
const MAX_PACKET: usize = 1 << 20;

/// Fills in what is still missing. Returns what counts only where no block says it better.
pub(crate) fn fill(meta: &mut Metadata, packet: &[u8]) -> SecondBest {
    let Some(decoded) = packet.get(..packet.len().min(MAX_PACKET)).and_then(decoded) else {
        return SecondBest::default();
    };
    let text = decoded.trim_matches(|c: char| c == '\0' || c == '\u{feff}' || c.is_whitespace());
    // No document type means no entities, so nothing can expand.
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: 50_000,
        ..ParsingOptions::default()
    };
    let Ok(document) = Document::parse_with_options(text, options) else {
        meta.warn("XMP cannot be read");
        return SecondBest::default();
    };
    let get = |space: &str, name: &str| property(&document, space, name);
    let named = get(EXIF, "DateTimeOriginal");
    let original = named.and_then(local_time);
    // Programs that rewrite Exif may leave the rest of the time here; it is of that time unless another is named.
    let is_the_same = |time: &LocalTime| meta.taken_at.as_deref().is_some_and(|taken| taken.starts_with(&time.whole()));
    if named.is_none() || original.as_ref().is_some_and(is_the_same) {
        let zone = get(EXIF, "OffsetTimeOriginal").or_else(|| get(EXIF_EX, "OffsetTimeOriginal"));
        meta.refine_time(get(EXIF, "SubSecTimeOriginal").and_then(when::fraction), zone.and_then(when::offset));
    }
    meta.take_time(original, "XMP.DateTimeOriginal");
    for (field, space, name) in [
        ("make", TIFF, "Make"),
        ("model", TIFF, "Model"),
        ("software", TIFF, "Software"),
        ("serial", AUX, "SerialNumber"),
        ("serial", EXIF_EX, "BodySerialNumber"),
    ] {
        meta.take_text(field, get(space, name).map(str::to_owned), &format!("XMP.{name}"));
    }
    meta.take_orientation(get(TIFF, "Orientation").and_then(|t| t.parse().ok()), "XMP.Orientation");
    if meta.place.is_none()
        && let (Some(lat), Some(lon)) = (get(EXIF, "GPSLatitude"), get(EXIF, "GPSLongitude"))
    {
        match (angle(lat, 'N', 'S', 90.0), angle(lon, 'E', 'W', 180.0)) {
            (Some(lat), Some(lon)) => meta.take_place(lat, lon, get(EXIF, "GPSMapDatum").map(str::to_owned), "XMP"),
            _ => meta.warn("the position in XMP is incomplete or out of range"),
        }
    }
    let reference = get(EXIF, "GPSAltitudeRef");
    let below = matches!(reference, Some("1" | "3"));
    let altitude = get(EXIF, "GPSAltitude").and_then(number).map(|m| if below { -m.abs() } else { m });
    meta.take_altitude(altitude.filter(|_| reference.is_some()), "XMP.GPSAltitude");
    meta.take_direction(get(EXIF, "GPSImgDirection").and_then(number), "XMP.GPSImgDirection");
    meta.take_position_error(get(EXIF, "GPSHPositioningError").and_then(number), "XMP.GPSHPositioningError");
    // XMP joins GPS date and time into one value, in UTC by definition.
    if let (None, Some(time)) = (&meta.gps_time, get(EXIF, "GPSTimeStamp").and_then(local_time))
        && time.offset.as_deref().is_none_or(|o| o == "+00:00")
    {
        meta.gps_time = Some(format!("{}Z", time.text()));
        meta.note("gps_time", "XMP.GPSTimeStamp");
    }
    SecondBest {
        taken: get(XMP, "CreateDate").or_else(|| get(EXIF, "DateTimeDigitized")).and_then(local_time),
        altitude_m: altitude,
        ..SecondBest::default()
    }
}

/// The packet's text: UTF-8, or UTF-16 of either byte order (ISO 16684-1 §7.1).
fn decoded(packet: &[u8]) -> Option<Cow<'_, str>> {
    let big = match packet {
        [0xfe, 0xff, ..] | [0, b'<', ..] => true,
        [0xff, 0xfe, ..] | [b'<', 0, ..] => false,
        _ => return Some(String::from_utf8_lossy(packet)),
    };
    let units = packet
        .as_chunks::<2>()
        .0
        .iter()
        .map(|pair| if big { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) });
    Some(Cow::Owned(
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect(),
    ))
}

/// A simple property of the described picture, written as an attribute or as an element; blank is none.
fn property<'a>(document: &'a Document<'_>, space: &str, name: &str) -> Option<&'a str> {
    document
        .descendants()
        .filter(|n| n.has_tag_name((RDF, "Description")))
        .find_map(|about| {
            let element = || about.children().find(|n| n.has_tag_name((space, name))).and_then(|n| n.text());
            about.attribute((space, name)).or_else(element)
        })
        .map(str::trim)
        .filter(|t| !t.is_empty() && t.len() <= 200)
}

/// A rational `617/20` or a plain decimal.
fn number(text: &str) -> Option<f64> {
    let value = match text.split_once('/') {
        Some((num, denom)) => num.parse::<f64>().ok()? / denom.parse::<f64>().ok().filter(|d| *d != 0.0)?,
        None => text.parse().ok()?,
    };
    value.is_finite().then_some(value)
}

/// An angle `39,3.0806N` or `39,3,5S` (XMP part 2, GPSCoordinate); a letter is required.
fn angle(text: &str, plus: char, minus: char, limit: f64) -> Option<f64> {
    let sign = if text.ends_with(plus) {
        1.0
    } else if text.ends_with(minus) {
        -1.0
    } else {
        return None;
    };
    let parts: Vec<f64> = text.get(..text.len() - 1)?.split(',').map(|p| p.parse().ok()).collect::<Option<_>>()?;
    let value = match *parts.as_slice() {
        [degrees, minutes] if (0.0..60.0).contains(&minutes) => degrees + minutes / 60.0,
        [degrees, minutes, seconds] if (0.0..60.0).contains(&minutes) && (0.0..60.0).contains(&seconds) => {
            degrees + minutes / 60.0 + seconds / 3600.0
        }
        _ => return None,
    };
    (0.0..=limit).contains(&value).then_some(sign * value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(properties: &str) -> String {
        format!(
            r#"<?xpacket?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}"><rdf:Description xmlns:exif="{EXIF}" xmlns:tiff="{TIFF}" {properties}/></rdf:RDF></x:xmpmeta>"#
        )
    }

    fn read(properties: &str) -> Metadata {
        let mut meta = Metadata::default();
        fill(&mut meta, packet(properties).as_bytes());
        meta
    }

    #[test]
    fn attributes_are_read_and_half_positions_are_not() {
        let meta = read(r#"exif:DateTimeOriginal="2013-07-05T03:18:27+08:00" exif:GPSLatitude="39,3.0806N" exif:GPSLongitude="94,17,19.5W""#);
        assert_eq!(meta.taken_at.as_deref(), Some("2013-07-05T03:18:27"));
        let place = meta.place.unwrap();
        assert!((place.lat - 39.051_343_3).abs() < 1e-7 && place.lon == -94.288_75, "{place:?}");
        assert_eq!(read(r#"exif:GPSLatitude="39,3.0806N""#).place, None);
        assert_eq!(read(r#"exif:GPSLatitude="39,3.0806" exif:GPSLongitude="1,1E""#).place, None);
    }

    #[test]
    fn the_rest_of_a_time_of_exif_may_stand_in_xmp() {
        let rest = |taken: &str, properties: &str| {
            let mut meta = Metadata::default();
            meta.take_time(local_time(taken), "Exif.DateTimeOriginal");
            fill(&mut meta, packet(properties).as_bytes());
            (meta.taken_at.unwrap(), meta.offset, meta.sources.len())
        };
        let with = r#"exif:SubSecTimeOriginal="939" exif:OffsetTimeOriginal="+02:00""#;
        let whole = "2023-08-05T17:16:53";
        assert_eq!(rest(whole, with), (format!("{whole}.939"), Some("+02:00".into()), 3));
        // What Exif says counts, and another time has another rest.
        assert_eq!(
            rest("2023-08-05T17:16:53.1+08:00", with),
            (format!("{whole}.1"), Some("+08:00".into()), 1)
        );
        let other = format!(r#"exif:DateTimeOriginal="2023-08-05T17:16:54" {with}"#);
        assert_eq!(rest(whole, &other), (whole.into(), None, 1));
        let unread = format!(r#"exif:DateTimeOriginal="2020-01-01T10:00" {with}"#);
        assert_eq!(rest(whole, &unread), (whole.into(), None, 1));
    }

    #[test]
    fn entities_never_expand() {
        let mut meta = Metadata::default();
        fill(&mut meta, br#"<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><a>&c;</a>"#);
        assert_eq!(meta.warnings, ["XMP cannot be read"]);
    }
}
