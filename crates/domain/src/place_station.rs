//! A point for a station that has none, proposed from the photos of its visits (建议坐标). The county decides; nothing is registered here
//! by itself, and a proposal is never a distance's yardstick.

use crate::datum;
use crate::geo;
use crate::operation::Operation;
use crate::photo::PhotoMeta;
use crate::station::{Position, Station};
use crate::visit::Visit;
use crate::worth::is_within_hours;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Fewer photos than this propose nothing.
const LEAST_PHOTOS: usize = 3;
/// A position that its device knows less well than this, metres, is left out.
const MOST_ERROR_M: i64 = 100;
/// Photos farther than this from the middle of all, metres, were taken elsewhere.
const NEAR_M: i64 = 200;

/// A point proposed for a station.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PointProposal {
    /// The middle of the photos' points; its datum is unknown when one of them names none.
    pub position: Position,
    /// How many photos it rests on.
    pub photos: u32,
    /// How many visits they are of.
    pub visits: u32,
    /// Half of the photos lie within so many metres of it.
    pub within_m: i64,
}

/// Proposes a point from the visits of one station: the middle of the points of standing photos that were taken during their visit, in
/// a datum that is not shifted, with those left out that lie far from the middle.
pub fn propose_point<'a>(visits: impl IntoIterator<Item = &'a Visit>) -> Option<PointProposal> {
    let mut points: Vec<(usize, Position)> = Vec::new();
    for (number, visit) in visits.into_iter().enumerate() {
        let fit = |meta: &PhotoMeta| {
            let exact = meta.position_error_cm.is_none_or(|cm| cm <= MOST_ERROR_M * 100);
            let here = meta.position.filter(|at| datum::is_unshifted(at.datum));
            here.filter(|_| exact && is_within_hours(meta, visit))
        };
        points.extend(
            visit
                .standing_photos()
                .filter_map(|photo| fit(&photo.attached.meta))
                .map(|at| (number, at)),
        );
    }
    let rough = middle_of(&points)?;
    points.retain(|(_, at)| geo::distance_m(*at, rough) <= NEAR_M);
    if points.len() < LEAST_PHOTOS {
        return None;
    }
    let position = middle_of(&points)?;
    let mut distances: Vec<i64> = points.iter().map(|(_, at)| geo::distance_m(*at, position)).collect();
    distances.sort_unstable();
    let mut visits: Vec<usize> = points.iter().map(|(number, _)| *number).collect();
    visits.dedup();
    Some(PointProposal {
        position,
        photos: u32::try_from(points.len()).unwrap_or(u32::MAX),
        visits: u32::try_from(visits.len()).unwrap_or(u32::MAX),
        within_m: distances.get(distances.len() / 2).copied().unwrap_or(0),
    })
}

fn middle_of(points: &[(usize, Position)]) -> Option<Position> {
    let points: Vec<Position> = points.iter().map(|(_, at)| *at).collect();
    datum::middle(&points)
}

/// Why a point cannot be registered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPlaced {
    /// There is no such station on the county's list.
    #[error("there is no such station on the list")]
    NoStation,
    /// It has a point already, or its photos propose another one by now.
    #[error("the station or its proposal changed meanwhile")]
    Changed,
}

/// Decides on registering a proposed point: only the one that stands now, and only for a station of the list that has none.
pub fn place_station(known: Option<&Station>, proposal: Option<&PointProposal>, wanted: Position) -> Result<Operation, NotPlaced> {
    let known = known.filter(|station| !station.proposed).ok_or(NotPlaced::NoStation)?;
    if known.position.is_some() || proposal.map(|one| one.position) != Some(wanted) {
        return Err(NotPlaced::Changed);
    }
    Ok(Operation::StationRegistered(Station {
        position: Some(wanted),
        ..known.clone()
    }))
}

#[cfg(test)]
pub(crate) mod tests;
