//! XMP packets (ISO 16684-1): only what Exif left open is taken from them.

use crate::metadata::{Metadata, SecondBest};
use crate::when::{self, LocalTime, local_time};
use roxmltree::{Document, Node, ParsingOptions};
use std::borrow::Cow;

const EXIF: &str = "http://ns.adobe.com/exif/1.0/";
const TIFF: &str = "http://ns.adobe.com/tiff/1.0/";
const AUX: &str = "http://ns.adobe.com/exif/1.0/aux/";
const EXIF_EX: &str = "http://cipa.jp/exif/1.0/";
const XMP: &str = "http://ns.adobe.com/xap/1.0/";
const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
/// Longer packets hold picture data in text form.
pub(crate) const MAX_PACKET: usize = 1 << 20;

/// Fills in what is still missing. Returns what counts only where no block says it better.
pub(crate) fn fill(meta: &mut Metadata, packet: &[u8]) -> SecondBest {
    let Some(decoded) = packet.get(..packet.len().min(MAX_PACKET)).and_then(decoded) else {
        return SecondBest::default();
    };
    let text = decoded.trim_matches(|c: char| c == '\0' || c == '\u{feff}' || c.is_whitespace());
    let mended;
    let document = match parsed(text) {
        Some(document) => Some(document),
        None => {
            mended = mend(text);
            parsed(&mended)
        }
    };
    let Some(document) = document else {
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
        let fraction = get(EXIF, "SubSecTimeOriginal").and_then(when::fraction);
        let sources = ["XMP.SubSecTimeOriginal", "XMP.OffsetTimeOriginal"];
        meta.refine_time(fraction, zone.and_then(when::offset), sources);
    }
    meta.take_time(original, "XMP.DateTimeOriginal");
    for (field, space, name) in [
        ("make", TIFF, "Make"),
        ("model", TIFF, "Model"),
        ("software", TIFF, "Software"),
        // As Windows and DxO write them.
        ("software", TIFF, "software"),
        ("make", EXIF, "Make"),
        ("model", EXIF, "Model"),
        ("software", EXIF, "Software"),
        ("serial", AUX, "SerialNumber"),
        ("serial", EXIF_EX, "BodySerialNumber"),
    ] {
        meta.take_text(field, get(space, name).map(str::to_owned), &format!("XMP.{name}"));
    }
    meta.take_orientation(get(TIFF, "Orientation").and_then(|t| t.parse().ok()), "XMP.Orientation");
    if meta.place.is_none()
        && let (Some(lat), Some(lon)) = (get(EXIF, "GPSLatitude"), get(EXIF, "GPSLongitude"))
    {
        let axis = |text, letter, letters, limit| angle(text, get(EXIF, letter), letters, limit);
        match (axis(lat, "GPSLatitudeRef", *b"NS", 90.0), axis(lon, "GPSLongitudeRef", *b"EW", 180.0)) {
            (Some(lat), Some(lon)) => meta.take_place(lat, lon, get(EXIF, "GPSMapDatum").map(str::to_owned), "XMP"),
            _ => meta.warn("the position in XMP is incomplete or out of range"),
        }
    }
    let reference = get(EXIF, "GPSAltitudeRef");
    let height = get(EXIF, "GPSAltitude").and_then(number);
    let altitude = match reference {
        None | Some("0" | "2") => height,
        Some("1" | "3") => height.map(|m| -m.abs()),
        Some(_) => {
            meta.warn("the altitude in XMP is neither above nor below the sea");
            None
        }
    };
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

/// The packet as a document. No document type means no entities, so nothing can expand.
fn parsed(text: &str) -> Option<Document<'_>> {
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: 50_000,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, options).ok()
}

/// The packet without what programs that write it as plain text leave in it: what stands around its element, signs that XML does not
/// know, ampersands that begin nothing.
fn mend(text: &str) -> String {
    const START: &str = "<x:xmpmeta";
    const END: &str = "</x:xmpmeta>";
    let text = text.find(START).and_then(|at| text.get(at..)).unwrap_or(text);
    let text = text.find(END).and_then(|at| text.get(..at + END.len())).unwrap_or(text);
    let mut mended = String::with_capacity(text.len());
    for (at, sign) in text.char_indices() {
        match sign {
            '&' if !begins_reference(text.get(at + 1..).unwrap_or_default()) => mended.push_str("&amp;"),
            '\t' | '\n' | '\r' => mended.push(sign),
            _ if sign.is_control() || matches!(sign, '\u{fffe}' | '\u{ffff}') => mended.push(char::REPLACEMENT_CHARACTER),
            _ => mended.push(sign),
        }
    }
    mended
}

/// Whether what stands behind an ampersand makes a reference of it: `amp;`, `#38;`.
fn begins_reference(rest: &str) -> bool {
    let name = rest.bytes().take(10).position(|b| b == b';').and_then(|end| rest.get(..end));
    name.is_some_and(|name| !name.is_empty() && name.bytes().all(|b| b == b'#' || b.is_ascii_alphanumeric()))
}

/// A simple property of the described picture, written as an attribute or as an element; blank and spoiled are none. Descriptions
/// within descriptions are of other pictures, such as those that this one was made of.
fn property<'a>(document: &'a Document<'_>, space: &str, name: &str) -> Option<&'a str> {
    let packet = document.descendants().find(|n| n.has_tag_name((RDF, "RDF")))?;
    packet
        .children()
        .filter(|n| n.has_tag_name((RDF, "Description")))
        .find_map(|about| {
            let element = || about.children().find(|n| n.has_tag_name((space, name))).and_then(value);
            about.attribute((space, name)).or_else(element)
        })
        .map(str::trim)
        .filter(|t| !t.is_empty() && t.len() <= 200 && !t.contains(char::REPLACEMENT_CHARACTER))
}

/// The text of a property's element: its own, that of a value with qualifiers (ISO 16684-1 §7.8), or the first of a list.
fn value<'a>(element: Node<'a, '_>) -> Option<&'a str> {
    let rdf = |node: Node<'a, '_>, name: &str| node.children().find(|n| n.has_tag_name((RDF, name)));
    let inner = rdf(element, "Description").unwrap_or(element);
    if let Some(value) = inner.attribute((RDF, "value")) {
        return Some(value);
    }
    let list = || ["Seq", "Alt", "Bag"].into_iter().find_map(|kind| rdf(rdf(element, kind)?, "li"));
    let holder = rdf(inner, "value").or_else(list).unwrap_or(element);
    holder.children().find(Node::is_text).and_then(|text| text.text())
}

/// A rational `617/20` or a plain decimal.
fn number(text: &str) -> Option<f64> {
    let value = match text.split_once('/') {
        Some((num, denom)) => num.parse::<f64>().ok()? / denom.parse::<f64>().ok().filter(|d| *d != 0.0)?,
        None => text.parse().ok()?,
    };
    value.is_finite().then_some(value)
}

/// An angle `39,3.0806N` or `39,3,5S` (XMP part 2, GPSCoordinate), also in degrees alone. Some programs write plain degrees with a
/// sign, or with the letter in a property of its own; minutes without their letter are none.
fn angle(text: &str, reference: Option<&str>, [plus, minus]: [u8; 2], limit: f64) -> Option<f64> {
    let sign_of = |letter: u8| match letter.to_ascii_uppercase() {
        letter if letter == plus => Some(1.0),
        letter if letter == minus => Some(-1.0),
        _ => None,
    };
    let numbers = |text: &str| text.split(',').map(|p| p.trim().parse().ok()).collect::<Option<Vec<f64>>>();
    let Some((letter, rest)) = text.as_bytes().split_last().filter(|(last, _)| last.is_ascii_alphabetic()) else {
        let &[degrees] = numbers(text)?.as_slice() else {
            return None;
        };
        let degrees = match reference {
            None => degrees,
            Some(letter) => sign_of(*letter.as_bytes().first()?)? * degrees.abs(),
        };
        return (-limit..=limit).contains(&degrees).then_some(degrees);
    };
    let value = match *numbers(text.get(..rest.len())?)?.as_slice() {
        [degrees] => degrees,
        [degrees, minutes] if (0.0..60.0).contains(&minutes) => degrees + minutes / 60.0,
        [degrees, minutes, seconds] if (0.0..60.0).contains(&minutes) && (0.0..60.0).contains(&seconds) => {
            degrees + minutes / 60.0 + seconds / 3600.0
        }
        _ => return None,
    };
    let sign = sign_of(*letter)?;
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
    fn angles_are_read_as_programs_write_them() {
        let lat = |text, letter| angle(text, letter, *b"NS", 90.0).map(|degrees| (degrees * 1e6).round());
        let (north, south) = (Some(30_510_000.0), Some(-30_510_000.0));
        for text in ["30,30.6N", "30,30,36n", "30.51N", "30, 30.6 N", "30.51", "+30.51"] {
            assert_eq!(lat(text, None), north, "{text}");
        }
        for (text, letter) in [("-30.51", None), ("30.51", Some("S")), ("-30.51", Some("South")), ("30,30.6S", Some("N"))] {
            assert_eq!(lat(text, letter), south, "{text} {letter:?}");
        }
        for text in [
            "",
            "N",
            "30,30.6",
            "30,30,36",
            "30,60.0N",
            "-30,30.6N",
            "91.0",
            "30.51E",
            "30.51x",
            "inf",
            "nanN",
            "纬度",
        ] {
            assert_eq!(lat(text, None), None, "{text}");
        }
        assert_eq!(lat("30.51", Some("E")), None);
    }

    #[test]
    fn an_altitude_is_above_or_below_the_sea_or_none() {
        let altitude = |reference: &str| {
            let properties = format!(r#"exif:GPSAltitude="505/10" exif:GPSAltitudeRef="{reference}""#);
            let mut meta = Metadata::default();
            let second = fill(&mut meta, packet(&properties).as_bytes());
            meta.altitude_m.or(second.altitude_m)
        };
        assert_eq!(["0", "1", "2", "3"].map(altitude), [50.5, -50.5, 50.5, -50.5].map(Some));
        assert_eq!(["5", "true", "-1"].map(altitude), [None; 3]);
    }

    /// What is read of a description that holds this.
    fn held(inner: &str) -> Metadata {
        let mut meta = Metadata::default();
        fill(
            &mut meta,
            packet("")
                .replacen("/></rdf:RDF>", &format!(">{inner}</rdf:Description></rdf:RDF>"), 1)
                .as_bytes(),
        );
        meta
    }

    #[test]
    fn values_with_qualifiers_and_lists_of_values_are_read() {
        for inner in [
            "<tiff:Make>Canon</tiff:Make>",
            "<tiff:Make><!-- whose --> <![CDATA[Canon]]></tiff:Make>",
            r#"<tiff:Make rdf:value="Canon"/>"#,
            r#"<tiff:Make rdf:parseType="Resource"><rdf:value>Canon</rdf:value></tiff:Make>"#,
            "<tiff:Make><rdf:Description><rdf:value>Canon</rdf:value></rdf:Description></tiff:Make>",
            "<tiff:Make>\n <rdf:Seq>\n <rdf:li>Canon</rdf:li><rdf:li>Nikon</rdf:li></rdf:Seq></tiff:Make>",
            r#"<tiff:Make><rdf:Alt><rdf:li xml:lang="x-default">Canon</rdf:li></rdf:Alt></tiff:Make>"#,
        ] {
            assert_eq!(held(inner).make.as_deref(), Some("Canon"), "{inner}");
        }
        for none in [
            "<tiff:Make/>",
            "<tiff:Make><rdf:Seq/></tiff:Make>",
            "<tiff:Make><tiff:Make>Canon</tiff:Make></tiff:Make>",
        ] {
            assert_eq!(held(none).make, None, "{none}");
        }
    }

    #[test]
    fn properties_under_other_names_count_where_the_right_ones_are_missing() {
        let make = |properties: &str| read(properties).make;
        assert_eq!(make(r#"exif:Make="Other""#).as_deref(), Some("Other"));
        assert_eq!(make(r#"exif:Make="Other" tiff:Make="Canon""#).as_deref(), Some("Canon"));
        assert_eq!(read(r#"tiff:software="Windows""#).software.as_deref(), Some("Windows"));
    }

    #[test]
    fn what_is_said_of_another_picture_is_not_taken() {
        let other = r#"<rdf:Description tiff:Make="Other" exif:DateTimeOriginal="2001-01-01T01:01:01"/>"#;
        let meta = held(&format!(
            "<tiff:Ingredients><rdf:Bag><rdf:li>{other}</rdf:li></rdf:Bag></tiff:Ingredients>"
        ));
        assert_eq!((meta.make, meta.taken_at), (None, None));
    }

    #[test]
    fn packets_that_were_written_as_plain_text_are_read() {
        let read = |packet: &str| {
            let mut meta = Metadata::default();
            fill(&mut meta, packet.as_bytes());
            (meta.make, meta.model)
        };
        let good = packet(r#"tiff:Make="Canon" tiff:Model="A&amp;B""#);
        let both = (Some("Canon".to_owned()), Some("A&B".to_owned()));
        assert_eq!(read(&good), both);
        assert_eq!(read(&format!("{good}{good}")), both);
        assert_eq!(read(&good.replace("&amp;", "&")), both);
        // What was spoiled itself is none.
        assert_eq!(read(&good.replace("&amp;", "\u{1}")), (both.0.clone(), None));
        let mut bytes = good.replace("&amp;", "?").into_bytes();
        let last = bytes.iter().rposition(|b| *b == b'?').unwrap();
        bytes[last] = 0xe9;
        let mut meta = Metadata::default();
        fill(&mut meta, &bytes);
        assert_eq!((meta.make, meta.model), (both.0.clone(), None));
        // An entity stays unknown, wherever it is declared.
        let entity = format!(r#"<!DOCTYPE a [<!ENTITY b "bb">]>{}"#, good.replace("&amp;", "&b;"));
        assert_eq!(read(&entity), (None, None));
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
