//! What deserves a second look before a visit is accepted. The list counts what the page shows, so both ask here.

use contract::console::Doubt;
use domain::operation::PhotoAttached;
use domain::photo::Missing;
use domain::worth::{self, Remark};
use domain::{Pack, PhotoId, Station, TimeGrade, Visit};
use ledger::ScopeId;

use crate::Result;
use crate::store::Db;

/// Kinds of remarks that are doubts, gravest first.
const GRAVEST: [&str; 9] = [
    "same_bytes",
    "same_picture",
    "far",
    "fits_shifted",
    "outside_hours",
    "clock_off",
    "edited",
    "screenshot",
    "chat_copy",
];

/// What is to be known about each photo of a visit, in the visit's order.
pub(super) fn remarks(db: &Db, scope: &ScopeId, visit: &Visit, pack: Option<&Pack>, station: Option<&Station>) -> Result<Vec<Vec<Remark>>> {
    let position = station.and_then(|station| station.position);
    let far_m = pack.map(|pack| i64::from(pack.far_from_station_m));
    Ok(worth::of_visit(visit, position, far_m, db.twins(scope, visit)?))
}

fn doubt(why: &str, n: usize, photos: Vec<PhotoId>, items: Vec<String>) -> Option<Doubt> {
    (n > 0).then(|| Doubt {
        why: why.into(),
        n: u32::try_from(n).unwrap_or(u32::MAX),
        photos,
        items,
    })
}

/// The doubts of a visit, gravest first, from the remarks of its photos. Photos that were withdrawn prove nothing and raise none.
pub(super) fn doubts(visit: &Visit, remarks: &[Vec<Remark>]) -> Vec<Doubt> {
    // A copy made on a laptop says nothing of itself; what deserves a look stands with the photo it was made from.
    let of_photos = |why: &str, holds: &dyn Fn(&PhotoAttached, &[Remark]) -> bool| {
        let photos: Vec<PhotoId> = visit
            .photos
            .iter()
            .zip(remarks)
            .filter(|(photo, _)| photo.withdrawn.is_none() && photo.attached.derived.is_none())
            .map(|(photo, remarks)| (&photo.attached, remarks.as_slice()))
            .filter(|(attached, remarks)| holds(attached, remarks))
            .map(|(attached, _)| attached.photo)
            .collect();
        doubt(why, photos.len(), photos, Vec::new())
    };
    let remarked = |why: &str| of_photos(why, &|_, remarks| remarks.iter().any(|one| one.key() == why && !one.is_faint()));
    let lacks = |one: &PhotoAttached, what: Missing| one.meta.missing().contains(&what) && one.meta.missing().len() < 3;
    let disputed: Vec<String> = visit
        .answers
        .iter()
        .filter(|(_, seen)| seen.len() > 1)
        .map(|(code, _)| code.clone())
        .collect();
    let mut doubts = vec![
        doubt("uncovered", visit.uncovered.len(), Vec::new(), Vec::new()),
        doubt("disputed", disputed.len(), Vec::new(), disputed),
        of_photos("contradictory", &|one, _| one.meta.time_grade() == TimeGrade::Contradictory),
    ];
    doubts.extend(GRAVEST.map(remarked));
    doubts.extend([
        remarked("no_metadata"),
        of_photos("no_time", &|one, _| lacks(one, Missing::Time)),
        of_photos("no_position", &|one, _| lacks(one, Missing::Position)),
    ]);
    doubts.into_iter().flatten().collect()
}
