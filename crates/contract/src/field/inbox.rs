//! Photos that came in without a visit, to be sorted out (待整理照片).

use crate::shared::VisitRow;
use domain::inbox::{Proposal, Reason};
use domain::operation::PhotoAttached;
use domain::photo::{Missing, TimeGrade};
use domain::{ItemCode, PhotoId, VisitId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Arguments of `import_to_inbox`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ImportToInbox {
    /// Handles of files or folders.
    pub handles: Vec<String>,
    /// How they came: `dialog`, `drop` or `paste`.
    pub method: String,
}

/// A photo that waits.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct InboxPhoto {
    /// The file as it will be attached; without items and distance as long as nobody says where it belongs.
    pub attached: PhotoAttached,
    /// When it came onto this laptop, ms since 1970 UTC.
    pub arrived_at_ms: i64,
    /// Grade of its time.
    pub time_grade: TimeGrade,
    /// What its metadata lacks.
    pub missing: Vec<Missing>,
    /// Its burst (连拍): photos of one number were taken in one go.
    pub burst: u32,
    /// Where it probably belongs, if there is ground to say so.
    pub proposal: Option<Proposal>,
    /// Name of the proposed station.
    pub station_name: Option<String>,
    /// Why, or why not.
    pub reasons: Vec<Reason>,
    /// Put aside (已搁置): not wanted in any visit, kept all the same.
    pub aside: bool,
}

/// Everything that waits for the inspector at work.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Inbox {
    /// The photos in the order of taking; those without a time last.
    pub photos: Vec<InboxPhoto>,
    /// Visits that can take photos, newest first.
    pub visits: Vec<VisitRow>,
}

/// Where one photo goes.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// Which photo.
    pub photo: PhotoId,
    /// Into which visit.
    pub visit: VisitId,
    /// Items that it shows.
    pub items: Vec<ItemCode>,
}

/// Arguments of `assign_photos`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AssignPhotos {
    /// One for each photo, at most 1,000.
    pub assignments: Vec<Assignment>,
}

/// A photo that stayed where it was.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct NotAssigned {
    /// Which photo.
    pub photo: PhotoId,
    /// The rule that it would break, as a code.
    pub rule: String,
}

/// What became of assignments.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Assigned {
    /// Photos that are in their visits now.
    pub taken: u32,
    /// The others.
    pub refused: Vec<NotAssigned>,
    /// What waits now.
    pub inbox: Inbox,
}

/// Arguments of `put_aside`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PutAside {
    /// Which photos.
    pub photos: Vec<PhotoId>,
    /// Aside, or back among those that wait.
    pub aside: bool,
}
