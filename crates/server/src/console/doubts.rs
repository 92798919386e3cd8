//! What deserves a second look before a visit is accepted. The list counts what the page shows, so both ask here.

use contract::console::Doubt;
use domain::operation::{PhotoAttached, VisitDescription};
use domain::photo::Missing;
use domain::{Pack, PhotoId, PhotoMeta, TimeGrade, Visit};

/// Whether a photo was taken farther from the station than the checklist's limit.
pub(super) fn is_far(attached: &PhotoAttached, pack: Option<&Pack>) -> bool {
    pack.zip(attached.distance_m)
        .is_some_and(|(pack, m)| m > i64::from(pack.far_from_station_m))
}

/// Whether a photo was taken outside the visit's hours.
pub(super) fn is_outside_hours(meta: &PhotoMeta, times: &VisitDescription) -> bool {
    taken_ms(meta, times.utc_offset_min).is_some_and(|t| t < times.started_at_ms || times.ended_at_ms.is_some_and(|end| t > end))
}

/// When a photo was taken, ms since 1970 UTC: by the file's own offset, or by the visit's where the file has none.
fn taken_ms(meta: &PhotoMeta, utc_offset_min: i32) -> Option<i64> {
    if meta.taken_at_utc_ms.is_some() {
        return meta.taken_at_utc_ms;
    }
    let local = chrono::NaiveDateTime::parse_from_str(meta.taken_at.as_deref()?, "%Y-%m-%dT%H:%M:%S%.f").ok()?;
    Some(
        local
            .and_utc()
            .timestamp_millis()
            .saturating_sub(i64::from(utc_offset_min).saturating_mul(60_000)),
    )
}

fn doubt(why: &str, n: usize, photos: Vec<PhotoId>, items: Vec<String>) -> Option<Doubt> {
    (n > 0).then(|| Doubt {
        why: why.into(),
        n: u32::try_from(n).unwrap_or(u32::MAX),
        photos,
        items,
    })
}

/// The doubts of a visit, gravest first. Photos that were withdrawn prove nothing and raise none.
pub(super) fn doubts(visit: &Visit, pack: Option<&Pack>) -> Vec<Doubt> {
    let of_photos = |why: &str, holds: &dyn Fn(&PhotoAttached) -> bool| {
        let photos: Vec<PhotoId> = visit
            .standing_photos()
            .map(|photo| &photo.attached)
            .filter(|attached| holds(attached))
            .map(|attached| attached.photo)
            .collect();
        doubt(why, photos.len(), photos, Vec::new())
    };
    let disputed: Vec<String> = visit
        .answers
        .iter()
        .filter(|(_, seen)| seen.len() > 1)
        .map(|(code, _)| code.clone())
        .collect();
    [
        doubt("uncovered", visit.uncovered.len(), Vec::new(), Vec::new()),
        doubt("disputed", disputed.len(), Vec::new(), disputed),
        of_photos("contradictory", &|one| one.meta.time_grade() == TimeGrade::Contradictory),
        of_photos("far", &|one| is_far(one, pack)),
        of_photos("outside_hours", &|one| is_outside_hours(&one.meta, &visit.description)),
        of_photos("no_time", &|one| one.meta.missing().contains(&Missing::Time)),
        of_photos("no_position", &|one| one.meta.missing().contains(&Missing::Position)),
    ]
    .into_iter()
    .flatten()
    .collect()
}
