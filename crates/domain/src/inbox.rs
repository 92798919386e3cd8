//! Sorting photos that came in without a visit (待整理照片): where each probably belongs, and why. These are proposals; only a person's word
//! ties a photo to a visit.

use crate::datum;
use crate::fingerprint::Fingerprint;
use crate::ids::{ItemCode, StationId, VisitId};
use crate::photo::PhotoMeta;
use crate::station::Position;
use crate::worth::instant_ms;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// So long before a visit began or after its last step a photo may still be one of it, ms.
const AROUND_MS: i64 = 60 * 60_000;
/// A photo was taken for the item that was answered so soon after it …
const ANSWERED_AFTER_MS: i64 = 10 * 60_000;
/// … or so little before it, ms.
const ANSWERED_BEFORE_MS: i64 = 2 * 60_000;
/// Photos of one camera that follow one another so closely are a burst, ms …
const BURST_MS: i64 = 3_000;
/// … and so closely when they look the same.
const ALIKE_MS: i64 = 30_000;
/// What a photo's point may be from a station's to be called at it, where no checklist says so, metres.
const AT_STATION_M: i64 = 500;
/// Less than this is no ground to propose anything: a time within the visit, or a place at its station.
const GROUND: u32 = 3;

/// A visit that photos may be proposed for.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The visit.
    pub visit: VisitId,
    /// Where.
    pub station: StationId,
    /// The station's registered point.
    pub position: Option<Position>,
    /// Distance up to which a photo counts as taken there, metres; none where the checklist says nothing.
    pub far_m: Option<i64>,
    /// Start, ms since 1970 UTC.
    pub started_at_ms: i64,
    /// End as stated, or the last step so far, ms since 1970 UTC.
    pub until_ms: i64,
    /// Items that expect photos, with the time at which each was answered, ms since 1970 UTC.
    pub answered: Vec<(ItemCode, i64)>,
}

/// A photo that waits.
#[derive(Clone, Copy, Debug)]
pub struct Waiting<'a> {
    /// What its file says.
    pub meta: &'a PhotoMeta,
    /// What it looks like.
    pub fingerprint: Option<Fingerprint>,
}

/// Where a photo probably belongs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Proposal {
    /// The station.
    pub station: StationId,
    /// The visit; none when the station was not visited then.
    pub visit: Option<VisitId>,
    /// The item that it was probably taken for.
    pub item: Option<ItemCode>,
}

/// One reason for a proposal, or against one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reason {
    /// Taken between start and end of the visit.
    DuringVisit,
    /// Taken within the hour before or after it.
    AroundVisit {
        /// Minutes before the start or after the end, rounded up.
        minutes: i64,
        /// Before the start.
        before: bool,
    },
    /// Taken at the station.
    AtStation {
        /// Metres.
        distance_m: i64,
    },
    /// The item was answered about then.
    Answered {
        /// The item.
        item: ItemCode,
        /// Minutes from the photo to the answer; negative when it was answered before.
        minutes: i64,
    },
    /// Taken during the visit, but far from its station: not proposed.
    FarFromStation {
        /// Metres.
        distance_m: i64,
    },
    /// Fits several visits equally well: not proposed.
    SeveralVisits {
        /// How many.
        visits: u32,
    },
    /// Taken when no visit went on.
    NoVisitThen,
    /// The file does not say when it was taken.
    NoTime,
    /// The file does not say where it was taken.
    NoPosition,
}

/// What is proposed for one photo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sorted {
    /// Where it probably belongs, if there is ground to say so.
    pub proposal: Option<Proposal>,
    /// Why, or why not.
    pub reasons: Vec<Reason>,
}

/// How well a photo fits a visit.
struct Fit<'a> {
    candidate: &'a Candidate,
    worth: u32,
    /// How long outside the visit's time, ms.
    outside_ms: i64,
    reasons: Vec<Reason>,
}

/// Proposes where a photo belongs: the visit that fits its time and place best, else the station at which it was taken. `stations` are
/// those with a registered point.
pub fn propose(photo: Waiting<'_>, utc_offset_min: i32, candidates: &[Candidate], stations: &[(StationId, Position)]) -> Sorted {
    let taken = instant_ms(photo.meta, utc_offset_min);
    let mut fits: Vec<Fit<'_>> = candidates.iter().filter_map(|one| fit(photo.meta, taken, one)).collect();
    fits.sort_by_key(|fit| (std::cmp::Reverse(fit.worth), fit.outside_ms));
    let unsaid = || {
        let time = taken.is_none().then_some(Reason::NoTime);
        time.into_iter().chain(photo.meta.position.is_none().then_some(Reason::NoPosition))
    };
    if let Some(best) = fits.first() {
        let equal = fits
            .iter()
            .filter(|fit| (fit.worth, fit.outside_ms) == (best.worth, best.outside_ms))
            .count();
        if best.worth >= GROUND && equal == 1 {
            let item = taken.and_then(|taken| answered_about(taken, best.candidate));
            let mut reasons = best.reasons.clone();
            let (item, minutes) = item.unzip();
            reasons.extend(item.clone().zip(minutes).map(|(item, minutes)| Reason::Answered { item, minutes }));
            reasons.extend(unsaid());
            return Sorted {
                proposal: Some(Proposal {
                    station: best.candidate.station,
                    visit: Some(best.candidate.visit),
                    item,
                }),
                reasons,
            };
        }
        if best.worth >= GROUND {
            let visits = u32::try_from(equal).unwrap_or(u32::MAX);
            return Sorted {
                proposal: None,
                reasons: std::iter::once(Reason::SeveralVisits { visits }).chain(unsaid()).collect(),
            };
        }
    }
    let nearest = photo.meta.position.and_then(|here| {
        let distances = stations.iter().map(|(station, there)| (datum::distance_m(here, *there), *station));
        distances.min().filter(|(distance_m, _)| within(*distance_m, photo.meta, AT_STATION_M))
    });
    let mut reasons: Vec<Reason> = fits.into_iter().next().map_or_else(Vec::new, |fit| fit.reasons);
    if reasons.is_empty() && taken.is_some() {
        reasons.push(Reason::NoVisitThen);
    }
    reasons.extend(nearest.map(|(distance_m, _)| Reason::AtStation { distance_m }));
    reasons.extend(unsaid());
    Sorted {
        proposal: nearest.map(|(_, station)| Proposal {
            station,
            visit: None,
            item: None,
        }),
        reasons,
    }
}

/// How well a photo fits a visit; none when its time is another, or nothing speaks for it.
fn fit<'a>(meta: &PhotoMeta, taken: Option<i64>, candidate: &'a Candidate) -> Option<Fit<'a>> {
    let (mut worth, mut outside_ms, mut reasons) = (0, 0, Vec::new());
    if let Some(taken) = taken {
        let before = candidate.started_at_ms.saturating_sub(taken);
        outside_ms = before.max(taken.saturating_sub(candidate.until_ms)).max(0);
        if outside_ms > AROUND_MS {
            return None;
        }
        if outside_ms == 0 {
            worth += 3;
            reasons.push(Reason::DuringVisit);
        } else {
            worth += 1;
            reasons.push(Reason::AroundVisit {
                minutes: outside_ms.saturating_add(59_999) / 60_000,
                before: before > 0,
            });
        }
    }
    if let Some((here, there)) = meta.position.zip(candidate.position) {
        let distance_m = datum::distance_m(here, there);
        if within(distance_m, meta, candidate.far_m.unwrap_or(AT_STATION_M)) {
            worth += 3;
            reasons.push(Reason::AtStation { distance_m });
        } else {
            taken?;
            worth = 0;
            reasons.push(Reason::FarFromStation { distance_m });
        }
    } else {
        taken?;
    }
    Some(Fit {
        candidate,
        worth,
        outside_ms,
        reasons,
    })
}

/// Whether a distance is within a limit, with the position's own error counted in the photo's favour.
fn within(distance_m: i64, meta: &PhotoMeta, limit_m: i64) -> bool {
    let error_m = meta.position_error_cm.unwrap_or(0).max(0) / 100;
    distance_m.saturating_sub(error_m) <= limit_m
}

/// The item that was answered closest to a moment, with the minutes from it to the answer.
fn answered_about(taken: i64, candidate: &Candidate) -> Option<(ItemCode, i64)> {
    let late = candidate.answered.iter().map(|(item, at)| (at.saturating_sub(taken), item));
    let near = late.filter(|(late, _)| (-ANSWERED_BEFORE_MS..=ANSWERED_AFTER_MS).contains(late));
    near.min_by_key(|(late, _)| late.abs()).map(|(late, item)| (item.clone(), late / 60_000))
}

/// The burst (连拍) of each photo, by number in the order of taking: photos of one camera that follow one another closely. A photo without
/// a time is alone.
pub fn bursts(photos: &[Waiting<'_>], utc_offset_min: i32) -> Vec<u32> {
    let mut timed: Vec<(usize, Option<i64>, Waiting<'_>)> = photos
        .iter()
        .enumerate()
        .map(|(at, photo)| (at, instant_ms(photo.meta, utc_offset_min), *photo))
        .collect();
    timed.sort_by_key(|(at, taken, _)| (taken.is_none(), *taken, *at));
    let mut numbers = vec![0; photos.len()];
    let mut burst = 0;
    for (place, (at, taken, photo)) in timed.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|before| timed.get(before));
        if !before.is_some_and(|(_, earlier, other)| follows(*earlier, *other, *taken, *photo)) && place > 0 {
            burst += 1;
        }
        if let Some(number) = numbers.get_mut(*at) {
            *number = burst;
        }
    }
    numbers
}

fn follows(earlier: Option<i64>, other: Waiting<'_>, taken: Option<i64>, photo: Waiting<'_>) -> bool {
    let camera = |meta: &PhotoMeta| (meta.make.clone(), meta.model.clone(), meta.serial.clone());
    let Some(gap) = taken.zip(earlier).map(|(taken, earlier)| taken.saturating_sub(earlier)) else {
        return false;
    };
    let alike = other.fingerprint.zip(photo.fingerprint).is_some_and(|(one, two)| one.looks_like(two));
    camera(other.meta) == camera(photo.meta) && (gap <= BURST_MS || alike && gap <= ALIKE_MS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::station::Datum;
    use uuid::Uuid;

    const START: i64 = 1_764_550_800_000;
    const MINUTE: i64 = 60_000;

    fn at(lat_e7: i64) -> Position {
        Position {
            lat_e7,
            lon_e7: 1_060_000_000,
            datum: Datum::Wgs84,
        }
    }

    fn station(n: u128) -> StationId {
        StationId(Uuid::from_u128(n))
    }

    fn visit(n: u128, started_at_ms: i64, position: Option<Position>) -> Candidate {
        Candidate {
            visit: VisitId(Uuid::from_u128(n)),
            station: station(n),
            position,
            far_m: Some(300),
            started_at_ms,
            until_ms: started_at_ms + 60 * MINUTE,
            answered: vec![
                ("C4-09".into(), started_at_ms + 20 * MINUTE),
                ("C4-10".into(), started_at_ms + 30 * MINUTE),
            ],
        }
    }

    fn photo(taken: Option<i64>, position: Option<Position>) -> PhotoMeta {
        PhotoMeta {
            taken_at_utc_ms: taken,
            position,
            ..PhotoMeta::default()
        }
    }

    fn sort(meta: &PhotoMeta, candidates: &[Candidate]) -> Sorted {
        let stations: Vec<_> = candidates.iter().filter_map(|c| Some((c.station, c.position?))).collect();
        propose(Waiting { meta, fingerprint: None }, 480, candidates, &stations)
    }

    #[test]
    fn time_and_place_name_visit_and_item() {
        let visits = [
            visit(1, START, Some(at(250_000_000))),
            visit(2, START + 180 * MINUTE, Some(at(251_000_000))),
        ];
        let sorted = sort(&photo(Some(START + 17 * MINUTE), Some(at(250_003_400))), &visits);
        let proposal = sorted.proposal.unwrap();
        assert_eq!((proposal.visit, proposal.item.as_deref()), (Some(visits[0].visit), Some("C4-09")));
        assert_eq!(
            sorted.reasons,
            [
                Reason::DuringVisit,
                Reason::AtStation { distance_m: 38 },
                Reason::Answered {
                    item: "C4-09".into(),
                    minutes: 3
                }
            ]
        );
    }

    #[test]
    fn half_of_the_story_is_enough_and_says_what_lacks() {
        let visits = [
            visit(1, START, Some(at(250_000_000))),
            visit(2, START + 180 * MINUTE, Some(at(251_000_000))),
        ];
        let timed = sort(&photo(Some(START + 200 * MINUTE), None), &visits);
        assert_eq!(timed.proposal.unwrap().visit, Some(visits[1].visit));
        assert!(timed.reasons.contains(&Reason::NoPosition));
        let placed = sort(&photo(None, Some(at(251_000_000))), &visits);
        assert_eq!(placed.proposal.unwrap().visit, Some(visits[1].visit));
        assert!(placed.reasons.contains(&Reason::NoTime));
        let neither = sort(&photo(None, None), &visits);
        assert_eq!((neither.proposal, neither.reasons), (None, vec![Reason::NoTime, Reason::NoPosition]));
    }

    #[test]
    fn a_photo_from_elsewhere_is_not_proposed_for_the_visit_of_its_time() {
        let visits = [visit(1, START, Some(at(250_000_000)))];
        let sorted = sort(&photo(Some(START + 5 * MINUTE), Some(at(252_000_000))), &visits);
        assert_eq!(sorted.proposal, None);
        assert!(matches!(sorted.reasons[..], [Reason::DuringVisit, Reason::FarFromStation { .. }]));
    }

    #[test]
    fn shortly_before_counts_at_the_station_only() {
        let visits = [visit(1, START, Some(at(250_000_000)))];
        let there = sort(&photo(Some(START - 12 * MINUTE), Some(at(250_000_000))), &visits);
        assert_eq!(there.proposal.unwrap().visit, Some(visits[0].visit));
        assert_eq!(there.reasons[0], Reason::AroundVisit { minutes: 12, before: true });
        assert_eq!(sort(&photo(Some(START - 12 * MINUTE), None), &visits).proposal, None);
    }

    #[test]
    fn a_station_without_a_visit_then_is_proposed_alone() {
        let visits = [visit(1, START, Some(at(250_000_000)))];
        let sorted = sort(&photo(Some(START - 24 * 60 * MINUTE), Some(at(250_000_000))), &visits);
        let proposal = sorted.proposal.unwrap();
        assert_eq!((proposal.station, proposal.visit), (station(1), None));
        assert_eq!(sorted.reasons, [Reason::NoVisitThen, Reason::AtStation { distance_m: 0 }]);
    }

    #[test]
    fn two_visits_that_fit_alike_are_left_to_the_person() {
        let visits = [visit(1, START, None), visit(2, START, None)];
        let sorted = sort(&photo(Some(START + MINUTE), None), &visits);
        assert_eq!((sorted.proposal, &sorted.reasons[0]), (None, &Reason::SeveralVisits { visits: 2 }));
    }

    #[test]
    fn satellites_outrank_a_camera_clock_that_is_off() {
        let visits = [visit(1, START, None)];
        let mut meta = photo(Some(START + 300 * MINUTE), None);
        meta.gps_time = Some("2025-12-01T01:10:00Z".into());
        assert_eq!(sort(&meta, &visits).proposal.unwrap().visit, Some(visits[0].visit));
    }

    #[test]
    fn photos_that_follow_closely_are_a_burst() {
        let metas: Vec<PhotoMeta> = [0, 2_000, 4_000, 20_000, 60_000].map(|ms| photo(Some(START + ms), None)).into();
        let mut waiting: Vec<Waiting<'_>> = metas.iter().map(|meta| Waiting { meta, fingerprint: None }).collect();
        assert_eq!(bursts(&waiting, 480), [0, 0, 0, 1, 2]);
        (waiting[2].fingerprint, waiting[3].fingerprint) = (Some(Fingerprint(7)), Some(Fingerprint(6)));
        assert_eq!(bursts(&waiting, 480), [0, 0, 0, 0, 1]);
        let unknown = photo(None, None);
        waiting.insert(
            0,
            Waiting {
                meta: &unknown,
                fingerprint: None,
            },
        );
        assert_eq!(bursts(&waiting, 480), [2, 0, 0, 0, 0, 1]);
    }
}
