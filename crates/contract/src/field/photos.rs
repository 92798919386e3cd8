//! Copies of photos with marks or blurred parts, what is said of where a photo comes from, and photos that leave as files.

use domain::clock::Correction;
use domain::custody::Custody;
use domain::{PhotoId, VisitId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A spot of the upright picture, in ten-thousandths of its width and height from the upper left corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Spot {
    /// To the right, 0 to 10,000.
    pub x: u32,
    /// Down, 0 to 10,000.
    pub y: u32,
}

/// What is done to a copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Mark {
    /// 箭头: from its tail to its point.
    Arrow {
        /// Tail.
        from: Spot,
        /// Point.
        to: Spot,
    },
    /// 方框: between two opposite corners.
    Rectangle {
        /// A corner.
        from: Spot,
        /// The opposite corner.
        to: Spot,
    },
    /// 文字: with its upper left corner there.
    Text {
        /// Where.
        at: Spot,
        /// As typed, one line, at most 60 characters.
        text: String,
    },
    /// 打码: what lies between two opposite corners is made unrecognisable.
    Blur {
        /// A corner.
        from: Spot,
        /// The opposite corner.
        to: Spot,
    },
}

/// Arguments of `copy_photo`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CopyPhoto {
    /// Which visit.
    pub visit: VisitId,
    /// The photo to copy.
    pub photo: PhotoId,
    /// What is done to the copy, in order; parts are blurred before anything is drawn. 1 to 200.
    pub marks: Vec<Mark>,
}

/// Arguments of `correct_clock`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CorrectClock {
    /// Which visit.
    pub visit: VisitId,
    /// A photo of the camera; what is said is said of all that it took.
    pub photo: PhotoId,
    /// The correction as it is offered; none takes it back.
    pub correction: Option<Correction>,
}

/// Arguments of `state_custody`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct StateCustody {
    /// Which visit.
    pub visit: VisitId,
    /// Which photo.
    pub photo: PhotoId,
    /// What is stated.
    pub custody: Custody,
}

/// Arguments of `export_photo`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ExportPhoto {
    /// Which visit.
    pub visit: VisitId,
    /// Which photo.
    pub photo: PhotoId,
    /// 水印: a copy with time, place and digest in a band below it; otherwise the bytes as they came.
    pub watermark: bool,
    /// To whom or what for; may be empty.
    pub to: String,
    /// Whether the band is in English.
    pub english: bool,
}

/// A photo that is ready to be saved. That it left is recorded once the host says that it is saved.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct PhotoReady {
    /// Suggested file name.
    pub file_name: String,
    /// For the host's save.
    pub handle: String,
    /// Size of the file in bytes.
    pub size_bytes: u64,
    /// SHA-256 of the file, hex; of a file without watermark that of the original.
    pub sha256: String,
}
