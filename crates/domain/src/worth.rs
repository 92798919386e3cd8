//! What to know about a photo before relying on it (证据提示): each remark with its reason, never a verdict, and nothing here blocks.
//!
//! time of the device, time of the satellites and time of receipt stay three values. What a remark corrects or converts is shown
//! beside the raw value and replaces nothing.

use crate::clock::{Camera, CorrectedClock, Correction, correction_of};
use crate::datum;
use crate::geo;
use crate::ids::{PhotoId, VisitId};
use crate::operation::{PhotoAttached, VisitDescription};
use crate::photo::PhotoMeta;
use crate::station::Position;
use crate::traces;
use crate::visit::Visit;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use ts_rs::TS;

/// Clocks that agree within this are said to agree, in ms. A device may also note a place, and its satellite time, that it found so long ago.
const CLOCK_TOLERANCE_MS: i64 = 5 * 60_000;
/// The same where several files of a camera tell both times: one old fix does not count for much among them.
const SATELLITE_TOLERANCE_MS: i64 = 2 * 60_000;

/// How sure a remark is (把握).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Sureness {
    /// One sign that ordinary photos can show too.
    Possible,
    /// Several signs together.
    Likely,
    /// The file says so itself.
    Stated,
}

/// One thing to know about a photo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Remark {
    /// Neither time, position nor device.
    NoMetadata,
    /// Saved anew by a chat application, which strips metadata and detail.
    ChatCopy {
        /// Such as 微信.
        application: String,
        /// How sure.
        sure: Sureness,
    },
    /// The file names software that alters pictures.
    Edited {
        /// As the file names it.
        software: String,
    },
    /// A picture of a screen's content.
    Screenshot {
        /// How sure.
        sure: Sureness,
    },
    /// A regular fine pattern lies all over the picture, as where a screen or a print was photographed (翻拍). Nets, cloth and grilles can
    /// look alike: it is never more than possible.
    ScreenPhoto {
        /// How sure.
        sure: Sureness,
    },
    /// Taken before the visit began or after it ended.
    OutsideHours {
        /// Minutes before the start, or after the end, rounded up.
        minutes: i64,
        /// Before the start.
        before: bool,
        /// By satellite time; otherwise by the device's clock.
        gps: bool,
        /// By the device's clock as it was put right.
        corrected: bool,
    },
    /// Farther from the station than the checklist's limit, with the position's own uncertainty counted in the photo's favour.
    Far {
        /// Metres.
        distance_m: i64,
        /// What the device says of its own error, metres.
        uncertainty_m: Option<i64>,
    },
    /// Far as it stands, near once one of the two points is read as shifted (GCJ-02): whoever wrote it probably named another datum.
    FitsShifted {
        /// Metres as it stands.
        distance_m: i64,
        /// Metres when shifted.
        shifted_m: i64,
        /// The photo's point is the one to be read as shifted; otherwise the station's.
        photo: bool,
    },
    /// The camera's clock is off, beyond what was put right already; a correction is offered.
    ClockOff {
        /// How far it is ahead, seconds; negative: behind.
        seconds: i64,
        /// Against what.
        against: ClockSource,
    },
    /// The camera's clock was put right for this visit: so the photo's time is read.
    ClockCorrected {
        /// How far it was ahead, seconds; negative: behind.
        seconds: i64,
        /// Against what.
        against: ClockSource,
    },
    /// The same bytes stand in another visit.
    SameBytes {
        /// Where.
        elsewhere: Elsewhere,
    },
    /// A picture that looks the same stands in another visit.
    SamePicture {
        /// Where.
        elsewhere: Elsewhere,
    },
}

impl Remark {
    /// Its kind, as the catalogues name it.
    pub fn key(&self) -> &'static str {
        match self {
            Self::NoMetadata => "no_metadata",
            Self::ChatCopy { .. } => "chat_copy",
            Self::Edited { .. } => "edited",
            Self::Screenshot { .. } => "screenshot",
            Self::ScreenPhoto { .. } => "screen_photo",
            Self::OutsideHours { .. } => "outside_hours",
            Self::Far { .. } => "far",
            Self::FitsShifted { .. } => "fits_shifted",
            Self::ClockOff { .. } => "clock_off",
            Self::ClockCorrected { .. } => "clock_corrected",
            Self::SameBytes { .. } => "same_bytes",
            Self::SamePicture { .. } => "same_picture",
        }
    }

    /// Whether it is no reason by itself to look twice: a sign that ordinary photos show too, or what somebody put right.
    pub fn is_faint(&self) -> bool {
        matches!(
            self,
            Self::ChatCopy {
                sure: Sureness::Possible,
                ..
            } | Self::Screenshot { sure: Sureness::Possible }
                | Self::ScreenPhoto { sure: Sureness::Possible }
                | Self::ClockCorrected { .. }
        )
    }
}

/// What a camera's clock was compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ClockSource {
    /// Satellite time in its own files.
    Gps,
    /// The other cameras of the visit.
    OtherCameras,
}

/// A photo of another visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Elsewhere {
    /// The visit.
    pub visit: VisitId,
    /// The photo there.
    pub photo: PhotoId,
    /// Name of the station visited.
    pub station: String,
    /// When that visit began, ms since 1970 UTC.
    pub started_at_ms: i64,
}

/// The remarks of each photo of a visit, in the visit's order: what a store knows of others (`twins`), what the photo and
/// the visit say, then cameras' clocks. Photos that were withdrawn prove nothing, and copies
/// made here say nothing of themselves: they have none.
pub fn of_visit(visit: &Visit, station: Option<Position>, far_m: Option<i64>, mut twins: BTreeMap<PhotoId, Vec<Remark>>) -> Vec<Vec<Remark>> {
    let off = clocks(visit);
    let each = visit.photos.iter().map(|photo| {
        if photo.withdrawn.is_some() || photo.attached.derived.is_some() {
            return Vec::new();
        }
        let put_right = visit.correction_of(&photo.attached.meta);
        let dated = taken_ms(&photo.attached.meta, visit.description.utc_offset_min).is_some();
        let corrected = put_right
            .filter(|_| dated)
            .map(|Correction { seconds, against }| Remark::ClockCorrected { seconds, against });
        let still_off = off
            .iter()
            .filter(|off| off.photos.contains(&photo.attached.photo))
            .map(|off| Remark::ClockOff {
                seconds: off.correction.seconds,
                against: off.correction.against,
            });
        let known = twins.remove(&photo.attached.photo).unwrap_or_default();
        known
            .into_iter()
            .chain(remarks(&photo.attached, &visit.description, put_right, station, far_m))
            .chain(corrected)
            .chain(still_off)
            .collect()
    });
    each.collect()
}

/// Remarks that a photo and its visit give, gravest first: with the correction of its camera's clock, and the checklist's limit in metres,
/// none where no checklist is known.
pub fn remarks(
    attached: &PhotoAttached,
    times: &VisitDescription,
    put_right: Option<Correction>,
    station: Option<Position>,
    far_m: Option<i64>,
) -> Vec<Remark> {
    // A copy made here says nothing of itself; what is to be known stands with the photo it was made from.
    if attached.derived.is_some() {
        return Vec::new();
    }
    let meta = &attached.meta;
    let place = far_m
        .zip(meta.position)
        .zip(station)
        .and_then(|((limit, here), there)| place(here, there, meta.position_error_cm, limit));
    [
        place,
        hours(meta, times, put_right),
        traces::edited(meta),
        traces::screenshot(attached),
        traces::screen_photo(attached),
        traces::chat_copy(attached),
    ]
    .into_iter()
    .flatten()
    .chain(has_nothing(meta).then_some(Remark::NoMetadata))
    .collect()
}

fn has_nothing(meta: &PhotoMeta) -> bool {
    meta.missing().len() == 3
}

/// What the distance of two points is worth; nothing to say when they are near.
fn place(here: Position, there: Position, error_cm: Option<i64>, limit_m: i64) -> Option<Remark> {
    let distance_m = datum::distance_m(here, there);
    let uncertainty_m = error_cm.map(|cm| cm / 100);
    if distance_m.saturating_sub(uncertainty_m.unwrap_or(0).max(0)) <= limit_m {
        return None;
    }
    if datum::is_unshifted(here.datum) && datum::is_unshifted(there.datum) {
        // What was written down as unshifted is read as if it had been shifted already: once the photo's point, once the station's.
        let as_photo = geo::distance_m(here, datum::shifted(there));
        let as_station = geo::distance_m(datum::shifted(here), there);
        let (shifted_m, photo) = if as_photo <= as_station { (as_photo, true) } else { (as_station, false) };
        if shifted_m <= limit_m {
            return Some(Remark::FitsShifted {
                distance_m,
                shifted_m,
                photo,
            });
        }
    }
    Some(Remark::Far { distance_m, uncertainty_m })
}

/// Whether a photo says when it was taken, and that is during the visit.
pub fn is_within_hours(meta: &PhotoMeta, visit: &Visit) -> bool {
    outside_ms(meta, &visit.description, visit.correction_of(meta)) == Some(0)
}

fn hours(meta: &PhotoMeta, times: &VisitDescription, put_right: Option<Correction>) -> Option<Remark> {
    let outside = outside_ms(meta, times, put_right).filter(|ms| *ms != 0)?;
    let gps = meta.gps_time_ms().is_some();
    Some(Remark::OutsideHours {
        minutes: outside.abs().saturating_add(59_999) / 60_000,
        before: outside < 0,
        gps,
        corrected: !gps && put_right.is_some(),
    })
}

/// How far from the visit a photo was taken, as [`away`] tells it; none when it says no time. By satellite time where the file tells it,
/// since a clock that is off is remarked by itself, and otherwise by the clock as it was put right; a fix that is some minutes older than
/// the picture puts nothing outside.
fn outside_ms(meta: &PhotoMeta, times: &VisitDescription, put_right: Option<Correction>) -> Option<i64> {
    let read = taken_ms(meta, times.utc_offset_min);
    let device = read.map(|taken| put_right.map_or(taken, |correction| correction.corrected(taken)));
    let gps = meta.gps_time_ms();
    let outside = away(gps.or(device)?, times);
    let old_fix = gps
        .zip(device)
        .is_some_and(|(gps, device)| (0..=CLOCK_TOLERANCE_MS).contains(&(device - gps)) && away(device, times) == 0);
    Some(if old_fix { 0 } else { outside })
}

/// When a photo was taken, ms since 1970 UTC: by satellite time where its file tells it, since a clock that is off is remarked by itself.
pub fn instant_ms(meta: &PhotoMeta, utc_offset_min: i32) -> Option<i64> {
    meta.gps_time_ms().or_else(|| taken_ms(meta, utc_offset_min))
}

/// How far a time lies from the visit, ms: negative before its start, positive after its end.
fn away(at_ms: i64, times: &VisitDescription) -> i64 {
    if at_ms < times.started_at_ms {
        return at_ms.saturating_sub(times.started_at_ms);
    }
    times.ended_at_ms.map_or(0, |end| at_ms.saturating_sub(end).max(0))
}

/// When a photo was taken, ms since 1970 UTC: by the file's own offset, or by the visit's where the file has none.
pub fn taken_ms(meta: &PhotoMeta, utc_offset_min: i32) -> Option<i64> {
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

/// A camera whose clock is off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockOff {
    /// Which camera.
    pub camera: Camera,
    /// Its photos in the visit.
    pub photos: Vec<PhotoId>,
    /// The correction that is offered.
    pub correction: Correction,
}

/// The cameras of a visit whose clocks are off, beyond what was put right already.
pub fn clocks(visit: &Visit) -> Vec<ClockOff> {
    let standing: Vec<(PhotoId, &PhotoMeta)> = visit
        .standing_photos()
        .map(|photo| (photo.attached.photo, &photo.attached.meta))
        .collect();
    let last = visit.standing_photos().map(|photo| photo.ts_ms).max();
    let until_ms = visit.description.ended_at_ms.or(last).unwrap_or(visit.description.started_at_ms);
    compared(&standing, &visit.description, until_ms, &visit.clocks)
}

/// A camera is known by maker, model and serial number. Its clock is compared with the satellite time in its own files, whatever other
/// cameras say. Where it has none, the middle of its photos is compared with the middle of those of all other cameras, which is rough and
/// therefore only told when the two stretches of time do not touch and none of its photos is of the time of the visit, which ends at
/// `until_ms`: cameras that were used one after the other prove nothing.
fn compared(photos: &[(PhotoId, &PhotoMeta)], times: &VisitDescription, until_ms: i64, put_right: &[CorrectedClock]) -> Vec<ClockOff> {
    let mut all: Vec<Shots> = Vec::new();
    for (photo, meta) in photos {
        let Some((camera, read)) = Camera::of(meta).zip(taken_ms(meta, times.utc_offset_min)) else {
            continue;
        };
        let gps = meta.gps_time_ms().map(|gps| read - gps);
        match all.iter_mut().find(|shots| shots.camera == camera) {
            Some(shots) => shots.add(*photo, read, gps),
            None => all.push(Shots {
                put_right_ms: correction_of(put_right, &camera).map_or(0, |known| known.seconds.saturating_mul(1000)),
                camera,
                photos: vec![*photo],
                read: vec![read],
                ahead: gps.into_iter().collect(),
            }),
        }
    }
    let around = times.started_at_ms.saturating_sub(CLOCK_TOLERANCE_MS)..=until_ms.saturating_add(CLOCK_TOLERANCE_MS);
    let mut off = Vec::new();
    for (at, shots) in all.iter().enumerate() {
        let others = all.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, other)| other);
        let Some((ahead_ms, against)) = shots.ahead_ms(others, &around) else {
            continue;
        };
        let several = against == ClockSource::Gps && shots.ahead.len() > 1;
        let tolerance_ms = if several { SATELLITE_TOLERANCE_MS } else { CLOCK_TOLERANCE_MS };
        if ahead_ms.saturating_sub(shots.put_right_ms).saturating_abs() > tolerance_ms {
            off.push(ClockOff {
                camera: shots.camera.clone(),
                photos: shots.photos.clone(),
                correction: Correction {
                    seconds: ahead_ms / 1000,
                    against,
                },
            });
        }
    }
    off
}

/// The photos of one camera.
struct Shots {
    camera: Camera,
    photos: Vec<PhotoId>,
    /// When they were taken by its clock, ms since 1970 UTC.
    read: Vec<i64>,
    /// How far the clock was ahead of the satellites, ms, where a file tells both.
    ahead: Vec<i64>,
    /// How far it is said to be ahead, ms.
    put_right_ms: i64,
}

impl Shots {
    fn add(&mut self, photo: PhotoId, read: i64, ahead: Option<i64>) {
        self.photos.push(photo);
        self.read.push(read);
        self.ahead.extend(ahead);
    }

    /// When they were taken, with as much of the clock's error taken out as is given, ms since 1970 UTC.
    fn taken(&self, ahead_ms: i64) -> Vec<i64> {
        self.read.iter().map(|read| read.saturating_sub(ahead_ms)).collect()
    }

    /// How far the clock is ahead, ms, and by what this is known.
    fn ahead_ms<'b>(&self, others: impl Iterator<Item = &'b Shots>, around: &RangeInclusive<i64>) -> Option<(i64, ClockSource)> {
        if let Some(ahead) = median(self.ahead.clone()) {
            return Some((ahead, ClockSource::Gps));
        }
        let mine = self.taken(self.put_right_ms);
        if mine.iter().any(|taken| around.contains(taken)) {
            return None;
        }
        // Another camera's times count with its own error taken out.
        let theirs: Vec<i64> = others
            .flat_map(|other| other.taken(median(other.ahead.clone()).unwrap_or(other.put_right_ms)))
            .collect();
        let apart = mine.iter().max()? < theirs.iter().min()? || mine.iter().min()? > theirs.iter().max()?;
        let ahead = median(self.read.clone())? - median(theirs)?;
        apart.then_some((ahead, ClockSource::OtherCameras))
    }
}

/// The middle value; of an even number the lower one.
fn median(mut values: Vec<i64>) -> Option<i64> {
    values.sort_unstable();
    values.get(values.len().saturating_sub(1) / 2).copied()
}

#[cfg(test)]
mod tests;
