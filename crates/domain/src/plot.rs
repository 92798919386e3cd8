//! Where the photos of a visit were taken, in metres around a point, for a plain plot without a map (位置图, domain §13-8). Computed for the eye
//! alone: raw coordinates stay as they came.

use crate::datum;
use crate::ids::PhotoId;
use crate::station::{Datum, Position};
use crate::visit::Visit;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a plot's middle is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PlotCentre {
    /// The station's registered point.
    Station,
    /// The middle of the photos' own points, where no point is registered: it tells how they lie to each other, and nothing of the station.
    Photos,
}

/// The photos of a visit around a point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Plot {
    /// What its middle is.
    pub centre: PlotCentre,
    /// Datum of the middle.
    pub datum: Datum,
    /// Standing photos that say where they were taken, in the visit's order.
    pub points: Vec<PlotPoint>,
}

/// A photo on the plot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PlotPoint {
    /// Which photo.
    pub photo: PhotoId,
    /// Metres to the east of the middle.
    pub east_m: i64,
    /// Metres to the north of it.
    pub north_m: i64,
    /// Metres from it.
    pub distance_m: i64,
    /// The datum that the photo itself names.
    pub datum: Datum,
    /// Whether one of the two points was carried over to the other's datum first.
    pub converted: bool,
}

/// Lays the photos of a visit out around the station's registered point, or around their own middle where there is none; none when no
/// photo says where it was taken.
pub fn of_visit(visit: &Visit, station: Option<Position>) -> Option<Plot> {
    let photos: Vec<(PhotoId, Position)> = visit
        .standing_photos()
        .filter_map(|photo| Some((photo.attached.photo, photo.attached.meta.position?)))
        .collect();
    let places: Vec<Position> = photos.iter().map(|(_, at)| *at).collect();
    let middle = station.or(datum::middle(&places))?;
    let points: Vec<PlotPoint> = photos.iter().map(|(photo, at)| point(*photo, middle, *at)).collect();
    (!points.is_empty()).then_some(Plot {
        centre: station.map_or(PlotCentre::Photos, |_| PlotCentre::Station),
        datum: middle.datum,
        points,
    })
}

fn point(photo: PhotoId, middle: Position, at: Position) -> PlotPoint {
    let (east_m, north_m) = datum::offset_m(middle, at);
    PlotPoint {
        photo,
        east_m,
        north_m,
        distance_m: datum::distance_m(middle, at),
        datum: at.datum,
        converted: datum::differ(middle, at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photo::PhotoMeta;
    use crate::place_station::tests::visit;

    fn at(lat_e7: i64, lon_e7: i64, datum: Datum) -> PhotoMeta {
        PhotoMeta {
            position: Some(Position { lat_e7, lon_e7, datum }),
            ..PhotoMeta::default()
        }
    }

    fn here(datum: Datum) -> PhotoMeta {
        at(311_774_276, 1_215_272_106, datum)
    }

    fn places(plot: &Plot) -> Vec<(i64, i64, i64, bool)> {
        let place = |point: &PlotPoint| (point.east_m, point.north_m, point.distance_m, point.converted);
        plot.points.iter().map(place).collect()
    }

    #[test]
    fn photos_of_another_datum_are_carried_over_and_say_so() {
        let station = datum::shifted(here(Datum::Wgs84).position.unwrap());
        let north = at(311_783_276, 1_215_272_106, Datum::Wgs84);
        let shifted = PhotoMeta {
            position: Some(station),
            ..PhotoMeta::default()
        };
        let visit = visit(1, vec![north, PhotoMeta::default(), shifted, here(Datum::Unknown)]);
        let plot = of_visit(&visit, Some(station)).unwrap();
        assert_eq!((plot.centre, plot.datum), (PlotCentre::Station, Datum::Gcj02));
        assert_eq!(places(&plot), [(0, 100, 100, true), (0, 0, 0, false), (0, 0, 0, true)]);
        let datums: Vec<Datum> = plot.points.iter().map(|point| point.datum).collect();
        assert_eq!(datums, [Datum::Wgs84, Datum::Gcj02, Datum::Unknown]);
        // The other way round it is the station that is carried over.
        let plot = of_visit(&visit, here(Datum::Cgcs2000).position).unwrap();
        assert_eq!(places(&plot), [(0, 100, 100, false), (0, 0, 0, true), (0, 0, 0, false)]);
    }

    #[test]
    fn without_a_station_photos_lie_around_their_own_middle() {
        let east = at(311_774_276, 1_215_282_618, Datum::Wgs84);
        let south = at(311_765_276, 1_215_272_106, Datum::Wgs84);
        let bare = visit(2, vec![PhotoMeta::default()]);
        let mut visit = visit(1, vec![here(Datum::Wgs84), east, south, at(0, 0, Datum::Wgs84)]);
        visit.photos[3].withdrawn = Some("错放".into());
        let plot = of_visit(&visit, None).unwrap();
        assert_eq!((plot.centre, plot.datum), (PlotCentre::Photos, Datum::Wgs84));
        assert_eq!(places(&plot), [(0, 0, 0, false), (100, 0, 100, false), (0, -100, 100, false)]);
        assert_eq!(of_visit(&bare, None), None);
    }
}
