//! From what a file says to what a photo's entry holds: integers of fixed units, and nothing that is known to mean nothing.

use domain::photo::PhotoMeta;
use domain::station::{Datum, Position};
use intake::metadata::{Metadata, Place};

/// What the entry of a photo holds of its metadata. The 0,0 that devices without a fix write is no position.
pub fn photo_meta(said: Metadata) -> PhotoMeta {
    let Metadata {
        taken_at,
        offset,
        taken_at_utc_ms,
        gps_time,
        place,
        altitude_m,
        direction_deg,
        position_error_m,
        make,
        model,
        serial,
        software,
        width,
        height,
        orientation,
        mut sources,
        warnings,
    } = said;
    let position = place.and_then(position);
    if position.is_none() {
        sources.retain(|s| !s.starts_with("position: "));
    }
    PhotoMeta {
        taken_at,
        offset,
        taken_at_utc_ms,
        gps_time,
        position,
        altitude_cm: altitude_m.and_then(|m| scaled(m, 100.0)),
        direction_cdeg: direction_deg.and_then(|d| scaled(d, 100.0)),
        position_error_cm: position_error_m.and_then(|m| scaled(m, 100.0)),
        make,
        model,
        serial,
        software,
        width,
        height,
        orientation,
        sources,
        warnings,
    }
}

fn position(place: Place) -> Option<Position> {
    let there = place.lat != 0.0 || place.lon != 0.0;
    let (lat_e7, lon_e7) = scaled(place.lat, 1e7).zip(scaled(place.lon, 1e7)).filter(|_| there)?;
    let datum = datum_named(place.datum.as_deref());
    Some(Position { lat_e7, lon_e7, datum })
}

/// The datum that a file names; telephones mostly name none.
fn datum_named(name: Option<&str>) -> Datum {
    let letters = name.unwrap_or_default().chars().filter(char::is_ascii_alphanumeric);
    match letters.collect::<String>().to_ascii_uppercase().as_str() {
        "WGS84" => Datum::Wgs84,
        "CGCS2000" => Datum::Cgcs2000,
        "GCJ02" => Datum::Gcj02,
        "BD09" | "BD09LL" => Datum::Bd09,
        _ => Datum::Unknown,
    }
}

/// A measured number as an integer of the given scale; none when it is no number or absurdly large.
fn scaled(value: f64, scale: f64) -> Option<i64> {
    let scaled = (value * scale).round();
    (scaled.is_finite() && scaled.abs() < 1e15).then_some(scaled as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_become_integers_and_a_place_without_a_fix_is_none() {
        let said = |lat, lon| Metadata {
            place: Some(Place {
                lat,
                lon,
                datum: Some("WGS-84".into()),
            }),
            altitude_m: Some(-12.345),
            sources: vec!["position: GPS".into()],
            ..Metadata::default()
        };
        let meta = photo_meta(said(30.123_456_78, -114.5));
        let position = meta.position.unwrap();
        assert_eq!(
            (position.lat_e7, position.lon_e7, position.datum),
            (301_234_568, -1_145_000_000, Datum::Wgs84)
        );
        assert_eq!((meta.altitude_cm, meta.sources.len()), (Some(-1235), 1));
        let meta = photo_meta(said(0.0, 0.0));
        assert_eq!((meta.position, meta.sources.len()), (None, 0));
    }

    #[test]
    fn a_datum_is_known_by_its_name_and_none_is_made_up() {
        for (name, datum) in [
            ("WGS-84", Datum::Wgs84),
            ("CGCS2000", Datum::Cgcs2000),
            ("gcj-02", Datum::Gcj02),
            ("BD-09", Datum::Bd09),
            ("bd09ll", Datum::Bd09),
            ("TOKYO", Datum::Unknown),
        ] {
            assert_eq!(datum_named(Some(name)), datum, "{name}");
        }
        assert_eq!(datum_named(None), Datum::Unknown);
    }
}
