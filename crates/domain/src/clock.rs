//! A camera's clock that is put right for one visit (校正相机时钟): what was offered and accepted. No file, and no value that one holds, is
//! changed by it; it says how the times of these photos are to be read.

use crate::decide::Refusal;
use crate::ids::PersonId;
use crate::operation::Operation;
use crate::photo::PhotoMeta;
use crate::visit::Visit;
use crate::worth::{self, ClockSource};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A camera, as its files name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Camera {
    /// Maker.
    pub make: Option<String>,
    /// Model.
    pub model: Option<String>,
    /// Serial number.
    pub serial: Option<String>,
}

impl Camera {
    /// The camera that took a photo; none where the file names neither maker nor model.
    pub fn of(meta: &PhotoMeta) -> Option<Self> {
        (meta.make.is_some() || meta.model.is_some()).then(|| Self {
            make: meta.make.clone(),
            model: meta.model.clone(),
            serial: meta.serial.clone(),
        })
    }
}

/// What is taken out of a clock's readings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// How far the clock is ahead, seconds; negative: behind.
    pub seconds: i64,
    /// Against what.
    pub against: ClockSource,
}

impl Correction {
    /// A reading without the clock's error, ms.
    pub(crate) fn corrected(self, taken_ms: i64) -> i64 {
        taken_ms.saturating_sub(self.seconds.saturating_mul(1000))
    }
}

/// Payload of `visit.clock_corrected/1`: replaces what was said of this camera before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ClockCorrected {
    /// Which camera.
    pub camera: Camera,
    /// What is taken out of its readings; none takes the correction back.
    pub correction: Option<Correction>,
}

/// A clock that was put right, as an entry says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CorrectedClock {
    /// The entry that said it.
    pub entry: String,
    /// Whose session, as claimed.
    pub by: Option<PersonId>,
    /// When, ms since 1970 UTC, as claimed.
    pub ts_ms: i64,
    /// Which camera.
    pub camera: Camera,
    /// What is taken out of its readings.
    pub correction: Correction,
}

/// The correction of a camera's clock, if it was put right.
pub(crate) fn correction_of(clocks: &[CorrectedClock], camera: &Camera) -> Option<Correction> {
    clocks.iter().find(|known| known.camera == *camera).map(|known| known.correction)
}

/// Decides on a correction: only what is offered now, and taken back only where there is one.
pub(crate) fn correct(visit: &Visit, corrected: ClockCorrected) -> Result<Operation, Refusal> {
    let fits = match corrected.correction {
        Some(wanted) => worth::clocks(visit)
            .iter()
            .any(|off| off.camera == corrected.camera && off.correction == wanted),
        None => visit.correction_by(&corrected.camera).is_some(),
    };
    if fits {
        Ok(Operation::ClockCorrected(corrected))
    } else {
        Err(Refusal::ClockNotOffered)
    }
}

impl Visit {
    /// The correction of the clock that a photo's time was read from.
    pub fn correction_of(&self, meta: &PhotoMeta) -> Option<Correction> {
        self.correction_by(&Camera::of(meta)?)
    }

    /// The correction of a camera's clock.
    pub fn correction_by(&self, camera: &Camera) -> Option<Correction> {
        correction_of(&self.clocks, camera)
    }
}
