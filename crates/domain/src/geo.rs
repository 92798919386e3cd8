//! Distances on the ellipsoid's mean sphere, good to half a percent, which is finer than a phone's position.

use crate::station::Position;

const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// Great-circle distance in whole metres (haversine).
pub fn distance_m(a: Position, b: Position) -> i64 {
    let rad = |e7: i64| (e7 as f64 / 1e7).to_radians();
    let (lat_a, lat_b) = (rad(a.lat_e7), rad(b.lat_e7));
    let (d_lat, d_lon) = (lat_b - lat_a, rad(b.lon_e7) - rad(a.lon_e7));
    let h = (d_lat / 2.0).sin().powi(2) + lat_a.cos() * lat_b.cos() * (d_lon / 2.0).sin().powi(2);
    (2.0 * EARTH_RADIUS_M * h.sqrt().min(1.0).asin()).round() as i64
}

/// Metres east and north from one point to another, as if the land between them were flat.
pub fn offset_m(from: Position, to: Position) -> (i64, i64) {
    let metres = |e7: i64| (e7 as f64 / 1e7).to_radians() * EARTH_RADIUS_M;
    let shrink = (from.lat_e7 as f64 / 1e7).to_radians().cos();
    let east = metres(to.lon_e7 - from.lon_e7) * shrink;
    (east.round() as i64, metres(to.lat_e7 - from.lat_e7).round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::station::Datum;

    fn at(lat_e7: i64, lon_e7: i64) -> Position {
        Position {
            lat_e7,
            lon_e7,
            datum: Datum::Wgs84,
        }
    }

    #[test]
    fn one_degree_of_latitude_is_111_km() {
        assert_eq!(distance_m(at(0, 0), at(10_000_000, 0)), 111_195);
    }

    #[test]
    fn same_point_is_zero_and_antipodes_do_not_overflow() {
        assert_eq!(distance_m(at(1, 1), at(1, 1)), 0);
        assert_eq!(distance_m(at(0, 0), at(0, 1_800_000_000)), 20_015_114);
    }

    #[test]
    fn east_and_north_are_told_in_metres() {
        let here = at(300_000_000, 1_000_000_000);
        assert_eq!(offset_m(here, at(300_010_000, 1_000_010_000)), (96, 111));
        assert_eq!(offset_m(here, at(299_990_000, 999_990_000)), (-96, -111));
    }
}
