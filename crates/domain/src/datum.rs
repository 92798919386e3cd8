//! The shift between the datums that Chinese devices and maps use. Raw coordinates are kept as they came; what is computed here serves
//! comparison only.
//!
//! GCJ-02 is WGS-84 (at this accuracy equal to CGCS2000) moved by 50–700 m along a fixed pattern; BD-09 moves GCJ-02 once more. Only the
//! forward direction is needed: of two points the plainer one is carried over to the datum of the other.

use crate::geo;
use crate::station::{Datum, Position};
use std::f64::consts::PI;

/// Semi-major axis and squared eccentricity of the Krasovsky ellipsoid, which the published pattern is built on.
const SEMI_MAJOR_M: f64 = 6_378_245.0;
const ECCENTRICITY_2: f64 = 0.006_693_421_622_965_943;
/// Where the pattern is centred.
const CENTRE: (f64, f64) = (35.0, 105.0);
/// Outside these degrees (south, north, west, east) nothing is shifted.
const SHIFTED_AREA: (f64, f64, f64, f64) = (0.8293, 55.8271, 72.004, 137.8347);

/// How often a datum has been shifted away from the earth; a datum that nobody states counts as not shifted.
fn shifts(datum: Datum) -> u8 {
    match datum {
        Datum::Wgs84 | Datum::Cgcs2000 | Datum::Unknown => 0,
        Datum::Gcj02 => 1,
        Datum::Bd09 => 2,
    }
}

/// Whether coordinates of this datum stand where a satellite receiver put them, as far as anybody said.
pub fn is_unshifted(datum: Datum) -> bool {
    shifts(datum) == 0
}

/// Distance in metres with both points in one datum: the less shifted one is carried over.
pub fn distance_m(a: Position, b: Position) -> i64 {
    let most = shifts(a.datum).max(shifts(b.datum));
    geo::distance_m(carried(a, most), carried(b, most))
}

/// Metres east and north from one point to another, both in one datum; good to a percent over the few kilometres of a plot.
pub fn offset_m(from: Position, to: Position) -> (i64, i64) {
    let most = shifts(from.datum).max(shifts(to.datum));
    geo::offset_m(carried(from, most), carried(to, most))
}

/// Whether two points can be set against each other only after one of them was carried over.
pub fn differ(a: Position, b: Position) -> bool {
    shifts(a.datum) != shifts(b.datum)
}

/// The middle value of each coordinate, which single wrong points do not move; none of no points. It is in the datum of the most shifted
/// one. Where none is shifted, that is the one that all of them name, and an unknown one as soon as a single point names none.
pub fn middle(points: &[Position]) -> Option<Position> {
    let most = points.iter().map(|at| shifts(at.datum)).max()?;
    let points: Vec<Position> = points.iter().map(|at| carried(*at, most)).collect();
    let of = |coordinate: fn(&Position) -> i64| {
        let mut values: Vec<i64> = points.iter().map(coordinate).collect();
        values.sort_unstable();
        values.get(values.len() / 2).copied()
    };
    Some(Position {
        lat_e7: of(|at| at.lat_e7)?,
        lon_e7: of(|at| at.lon_e7)?,
        datum: common(points.iter().map(|at| at.datum))?,
    })
}

/// What equally shifted datums are together.
fn common(datums: impl Iterator<Item = Datum>) -> Option<Datum> {
    datums.reduce(|a, b| match (a, b) {
        _ if a == b => a,
        (Datum::Unknown, _) | (_, Datum::Unknown) => Datum::Unknown,
        _ => Datum::Wgs84,
    })
}

/// The point of an unshifted datum as GCJ-02 writes it.
pub fn shifted(position: Position) -> Position {
    carried(position, 1)
}

fn carried(position: Position, to: u8) -> Position {
    let mut now = position;
    for step in shifts(position.datum)..to {
        now = if step == 0 { gcj02(now) } else { bd09(now) };
    }
    now
}

fn degrees(position: Position) -> (f64, f64) {
    (position.lat_e7 as f64 / 1e7, position.lon_e7 as f64 / 1e7)
}

fn position(lat: f64, lon: f64, datum: Datum) -> Position {
    Position {
        lat_e7: (lat * 1e7).round() as i64,
        lon_e7: (lon * 1e7).round() as i64,
        datum,
    }
}

/// GCJ-02 of a point of WGS-84; unmoved outside the shifted area.
fn gcj02(from: Position) -> Position {
    let (lat, lon) = degrees(from);
    let (south, north, west, east) = SHIFTED_AREA;
    if !(south..=north).contains(&lat) || !(west..=east).contains(&lon) {
        return Position { datum: Datum::Gcj02, ..from };
    }
    let (y, x) = (lat - CENTRE.0, lon - CENTRE.1);
    let rad_lat = lat.to_radians();
    let magic = 1.0 - ECCENTRICITY_2 * rad_lat.sin().powi(2);
    let d_lat = north_pattern(x, y).to_degrees() / (SEMI_MAJOR_M * (1.0 - ECCENTRICITY_2) / magic.powf(1.5));
    let d_lon = east_pattern(x, y).to_degrees() / (SEMI_MAJOR_M / magic.sqrt() * rad_lat.cos());
    position(lat + d_lat, lon + d_lon, Datum::Gcj02)
}

/// BD-09 of a point of GCJ-02.
fn bd09(from: Position) -> Position {
    let (lat, lon) = degrees(from);
    let frequency = PI * 3000.0 / 180.0;
    let radius = lon.hypot(lat) + 0.000_02 * (lat * frequency).sin();
    let angle = lat.atan2(lon) + 0.000_003 * (lon * frequency).cos();
    position(radius * angle.sin() + 0.006, radius * angle.cos() + 0.0065, Datum::Bd09)
}

/// Waves of sin over (period in units of π, amplitude), summed with the common factor 2/3.
fn waves(waves: [(f64, f64); 2], at: f64) -> f64 {
    waves.iter().map(|(times, height)| height * (at * times).sin()).sum::<f64>() * 2.0 / 3.0
}

/// Ripples that both directions share.
fn ripples(x: f64) -> f64 {
    waves([(6.0 * PI, 20.0), (2.0 * PI, 20.0)], x)
}

/// Metres to the north.
fn north_pattern(x: f64, y: f64) -> f64 {
    -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * x.abs().sqrt()
        + ripples(x)
        + waves([(PI, 20.0), (PI / 3.0, 40.0)], y)
        + waves([(PI / 12.0, 160.0), (PI / 30.0, 320.0)], y)
}

/// Metres to the east.
fn east_pattern(x: f64, y: f64) -> f64 {
    300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * x.abs().sqrt()
        + ripples(x)
        + waves([(PI, 20.0), (PI / 3.0, 40.0)], x)
        + waves([(PI / 12.0, 150.0), (PI / 30.0, 300.0)], x)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line of the public vectors: WGS-84, GCJ-02 by two implementations, BD-09.
    struct Line {
        name: String,
        numbers: Vec<f64>,
    }

    fn lines() -> Vec<Line> {
        let text = include_str!("../tests/data/gcj02/wgs84_gcj02.tsv");
        let lines: Vec<Line> = text
            .lines()
            .skip(1)
            .map(|line| {
                let mut words = line.split('\t');
                Line {
                    name: words.next().unwrap().to_owned(),
                    numbers: words.map(|word| word.parse().unwrap()).collect(),
                }
            })
            .collect();
        assert!(lines.len() > 250);
        lines
    }

    fn metres(a: Position, b: Position) -> i64 {
        geo::distance_m(a, b)
    }

    #[test]
    fn agrees_with_the_public_implementations_within_a_metre() {
        for line in lines() {
            let here = position(line.numbers[0], line.numbers[1], Datum::Wgs84);
            let theirs = position(line.numbers[4], line.numbers[5], Datum::Gcj02);
            assert!(metres(gcj02(here), theirs) <= 1, "{}", line.name);
            // Where the implementations agree on what is shifted at all, BD-09 can be compared too.
            if line.numbers[8] < 1.0 {
                let baidu = position(line.numbers[9], line.numbers[10], Datum::Bd09);
                assert!(metres(bd09(gcj02(here)), baidu) <= 1, "{}", line.name);
            }
        }
    }

    #[test]
    fn points_are_compared_in_the_datum_of_the_more_shifted_one() {
        let here = position(31.177_427_6, 121.527_210_6, Datum::Wgs84);
        assert!(metres(here, gcj02(here)) > 300);
        assert_eq!(distance_m(here, gcj02(here)), 0);
        assert_eq!(distance_m(bd09(gcj02(here)), here), 0);
        assert_eq!(distance_m(gcj02(here), gcj02(here)), 0);
        assert_eq!(offset_m(gcj02(here), here), (0, 0));
        assert!(differ(gcj02(here), here) && !differ(here, here));
    }

    #[test]
    fn a_middle_is_in_a_datum_that_its_points_name() {
        let at = |lat_e7, datum| Position {
            lat_e7,
            lon_e7: 1_215_272_106,
            datum,
        };
        let named = |datums: &[Datum]| {
            let points: Vec<Position> = datums.iter().map(|datum| at(311_774_276, *datum)).collect();
            middle(&points).map(|middle| middle.datum)
        };
        assert_eq!(named(&[]), None);
        assert_eq!(named(&[Datum::Cgcs2000, Datum::Cgcs2000]), Some(Datum::Cgcs2000));
        assert_eq!(named(&[Datum::Cgcs2000, Datum::Wgs84]), Some(Datum::Wgs84));
        assert_eq!(named(&[Datum::Wgs84, Datum::Unknown, Datum::Wgs84]), Some(Datum::Unknown));
        let here = at(311_774_276, Datum::Wgs84);
        assert_eq!(middle(&[here, gcj02(here), here]), Some(gcj02(here)));
        let elsewhere = at(0, Datum::Wgs84);
        assert_eq!(middle(&[elsewhere, here, here]), Some(here));
    }
}
