//! Taking files into a visit, with a report that names each.

use domain::{ItemCode, PhotoId, VisitId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Arguments of `import_photos`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ImportPhotos {
    /// Into which visit.
    pub visit: VisitId,
    /// Handles of files or folders.
    pub handles: Vec<String>,
    /// Items that the photos show.
    pub items: Vec<ItemCode>,
    /// How they came: `dialog` or `drop`.
    pub method: String,
}

/// An import runs.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ImportStarted {
    /// Its id.
    pub import: String,
}

/// Names an import.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ImportArgs {
    /// Its id.
    pub import: String,
}

/// What became of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ImportOutcome {
    /// Taken in whole.
    Taken,
    /// The same bytes are in this visit already.
    Duplicate,
    /// Not taken; the reason says why.
    Refused,
}

/// One file of an import.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ImportRow {
    /// File name with its folder below the chosen one.
    pub name: String,
    /// What became of it.
    pub outcome: ImportOutcome,
    /// The photo, when taken or known.
    pub photo: Option<PhotoId>,
    /// Size in bytes.
    pub size_bytes: u64,
    /// Code of the reason when refused, or of why there is no preview.
    pub reason: Option<String>,
    /// Detail of the reason, in English.
    pub detail: Option<String>,
}

/// An import's outcome.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ImportReport {
    /// Whether it is over.
    pub finished: bool,
    /// Whether it was cancelled.
    pub cancelled: bool,
    /// Every file, in order.
    pub rows: Vec<ImportRow>,
}

/// How far an import is.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ImportProgress {
    /// Its id.
    pub import: String,
    /// Which visit; none when the files go into the inbox.
    pub visit: Option<VisitId>,
    /// Goes on with what an earlier run of the program did not finish.
    pub resumed: bool,
    /// Files done.
    pub done: u32,
    /// Files in all, as far as known.
    pub total: u32,
    /// Bytes done, those of a file that is being read among them.
    pub bytes: u64,
    /// Bytes in all, as far as known.
    pub total_bytes: u64,
    /// Whether it is over.
    pub finished: bool,
}
