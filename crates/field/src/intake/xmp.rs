//! XMP packets (ISO 16684-1): only what Exif left open is taken from them.

use super::exif::{put_position, put_time, scaled};
use super::metadata::note;
use super::when::{LocalTime, local_time};
use domain::photo::PhotoMeta;
use domain::station::Datum;
use roxmltree::{Document, ParsingOptions};

const EXIF: &str = "http://ns.adobe.com/exif/1.0/";
const TIFF: &str = "http://ns.adobe.com/tiff/1.0/";
const AUX: &str = "http://ns.adobe.com/exif/1.0/aux/";
const XMP: &str = "http://ns.adobe.com/xap/1.0/";
const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
/// Longer packets hold picture data in text form.
const MAX_PACKET: usize = 1 << 20;

/// Fills in what is still missing. Returns when the picture was created digitally, the next best time.
pub(super) fn fill(meta: &mut PhotoMeta, packet: &[u8]) -> Option<LocalTime> {
    let text = std::str::from_utf8(packet).ok().filter(|t| t.len() <= MAX_PACKET)?;
    let text = text.trim_matches(|c: char| c == '\0' || c == '\u{feff}' || c.is_whitespace());
    // No document type means no entities, so nothing can expand.
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: 50_000,
        ..ParsingOptions::default()
    };
    let Ok(document) = Document::parse_with_options(text, options) else {
        meta.warnings.push("XMP cannot be read".into());
        return None;
    };
    let get = |space: &str, name: &str| property(&document, space, name);
    if let (None, Some(time)) = (&meta.taken_at, get(EXIF, "DateTimeOriginal").and_then(local_time)) {
        put_time(meta, &time, "XMP.DateTimeOriginal");
    }
    let texts = [
        ("make", TIFF, "Make", &mut meta.make),
        ("model", TIFF, "Model", &mut meta.model),
        ("software", TIFF, "Software", &mut meta.software),
        ("serial", AUX, "SerialNumber", &mut meta.serial),
    ];
    let mut taken = Vec::new();
    for (field, space, name, slot) in texts {
        if let (None, Some(value)) = (&*slot, get(space, name)) {
            *slot = Some(value.to_owned());
            taken.push((field, format!("XMP.{name}")));
        }
    }
    taken.iter().for_each(|(field, source)| note(meta, field, source));
    if let (None, Some(value @ 1..=8)) = (meta.orientation, get(TIFF, "Orientation").and_then(|t| t.parse().ok())) {
        meta.orientation = Some(value);
        note(meta, "orientation", "XMP.Orientation");
    }
    if meta.position.is_none()
        && let (Some(lat), Some(lon)) = (get(EXIF, "GPSLatitude"), get(EXIF, "GPSLongitude"))
    {
        match (angle(lat, 'N', 'S', 90.0), angle(lon, 'E', 'W', 180.0)) {
            (Some(lat), Some(lon)) => put_position(meta, lat, lon, Datum::Unknown, "XMP"),
            _ => meta.warnings.push("the position in XMP is incomplete or out of range".into()),
        }
    }
    numbers(meta, &get);
    // XMP joins GPS date and time into one value, in UTC by definition.
    if let (None, Some(time)) = (&meta.gps_time, get(EXIF, "GPSTimeStamp").and_then(local_time))
        && time.offset.as_deref() == Some("+00:00")
    {
        meta.gps_time = Some(format!("{}Z", time.text()));
        note(meta, "gps_time", "XMP.GPSTimeStamp");
    }
    get(XMP, "CreateDate").or_else(|| get(EXIF, "DateTimeDigitized")).and_then(local_time)
}

fn numbers<'a>(meta: &mut PhotoMeta, get: &impl Fn(&str, &str) -> Option<&'a str>) {
    if let (None, Some(height)) = (meta.altitude_cm, get(EXIF, "GPSAltitude").and_then(number)) {
        let below = get(EXIF, "GPSAltitudeRef") == Some("1");
        meta.altitude_cm = scaled(if below { -height.abs() } else { height }, 100.0).filter(|cm| cm.abs() < 10_000_000);
        note(meta, "altitude", "XMP.GPSAltitude");
    }
    if let (None, Some(degrees)) = (
        meta.direction_cdeg,
        get(EXIF, "GPSImgDirection").and_then(number).filter(|d| (0.0..=360.0).contains(d)),
    ) {
        meta.direction_cdeg = scaled(degrees, 100.0);
        note(meta, "direction", "XMP.GPSImgDirection");
    }
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

    fn read(properties: &str) -> PhotoMeta {
        let mut meta = PhotoMeta::default();
        let packet = format!(
            r#"<?xpacket?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}"><rdf:Description xmlns:exif="{EXIF}" xmlns:tiff="{TIFF}" {properties}/></rdf:RDF></x:xmpmeta>"#
        );
        fill(&mut meta, packet.as_bytes());
        meta
    }

    #[test]
    fn attributes_are_read_and_half_positions_are_not() {
        let meta = read(r#"exif:DateTimeOriginal="2013-07-05T03:18:27+08:00" exif:GPSLatitude="39,3.0806N" exif:GPSLongitude="94,17,19.5W""#);
        assert_eq!(meta.taken_at.as_deref(), Some("2013-07-05T03:18:27"));
        let position = meta.position.unwrap();
        assert_eq!((position.lat_e7, position.lon_e7), (390_513_433, -942_887_500));
        assert_eq!(read(r#"exif:GPSLatitude="39,3.0806N""#).position, None);
        assert_eq!(read(r#"exif:GPSLatitude="39,3.0806" exif:GPSLongitude="1,1E""#).position, None);
    }

    #[test]
    fn entities_never_expand() {
        let mut meta = PhotoMeta::default();
        fill(&mut meta, br#"<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><a>&c;</a>"#);
        assert_eq!(meta.warnings, ["XMP cannot be read"]);
    }
}
