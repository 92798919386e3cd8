//! Second copies (第二份) of what has not reached the server.

use crate::error::ApiError;
use crate::shared::PersonRow;
use domain::PersonId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Work that is on this laptop only (仅存本机).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Uncopied {
    /// Visits with such work.
    pub visits: u64,
    /// Photos and documents among it.
    pub blobs: u64,
    /// Since when the oldest of it stands alone, ms since 1970 UTC.
    pub since_ms: Option<i64>,
    /// Whether it is time for a second copy: older than a day, or many visits.
    pub remind: bool,
}

/// The second copy made last (第二份).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LastCopy {
    /// When, ms since 1970 UTC.
    pub made_at_ms: i64,
    /// Name of the folder or stick.
    pub place: String,
    /// Records in it.
    pub entries: u64,
    /// Photos and documents in it.
    pub blobs: u64,
    /// Size in bytes.
    pub bytes: u64,
    /// Photos and documents that this laptop can no longer read whole, so that they are in no copy.
    pub damaged: u64,
}

/// Where the second copy stands.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct CopyStatus {
    /// The one made last.
    pub last: Option<LastCopy>,
    /// What is under way, or was last since the start.
    pub job: Option<CopyJob>,
}

/// What is done with a second copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CopyWork {
    /// One is made.
    Make,
    /// Another laptop's is taken in.
    TakeIn,
}

/// Work on a second copy: how far, and how it ended.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct CopyJob {
    /// What is done.
    pub work: CopyWork,
    /// Bytes done.
    pub done_bytes: u64,
    /// Bytes in all.
    pub total_bytes: u64,
    /// Whether it is over.
    pub finished: bool,
    /// Whether it was stopped.
    pub cancelled: bool,
    /// Why it failed.
    pub error: Option<ApiError>,
    /// The copy made.
    pub made: Option<LastCopy>,
    /// What was taken in.
    pub taken: Option<TakenIn>,
}

/// What became of another laptop's second copy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TakenIn {
    /// Records new here.
    pub entries_new: u64,
    /// Records known before.
    pub entries_known: u64,
    /// Records not taken, and why.
    pub refused: Vec<RefusedFromCopy>,
    /// Visits with new records.
    pub visits: u64,
    /// Photos and documents new here.
    pub blobs_new: u64,
    /// Photos and documents known before.
    pub blobs_known: u64,
    /// Drafts new here.
    pub drafts: u64,
    /// Files that the copy names and does not hold whole; the photo's name where it is known.
    pub damaged: Vec<String>,
}

/// A record of a copy that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RefusedFromCopy {
    /// Which record, hex; empty when it cannot be told.
    pub entry: String,
    /// Why, in English.
    pub reason: String,
}

/// Where a second copy can be, for a host without a folder dialog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CopyPlaces {
    /// Media that can be written to and are not the store's own disk.
    pub places: Vec<CopyPlace>,
}

/// A stick, another disk or a network share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CopyPlace {
    /// Handle for `make_copy` and `find_copies`.
    pub handle: String,
    /// Name as the system shows it.
    pub name: String,
    /// Bytes that can still be written to it.
    pub free_bytes: u64,
}

/// Arguments of `make_copy`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct MakeCopy {
    /// Handle of the folder.
    pub handle: String,
}

/// Arguments of `find_copies`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct FindCopies {
    /// Handle of the folder: a stick, or a copy itself.
    pub handle: String,
}

/// A second copy as it can be read without a passphrase.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct CopyPreview {
    /// Handle for `take_in_copy`.
    pub handle: String,
    /// Name of the laptop.
    pub device_name: String,
    /// The laptop's key id, hex.
    pub kid: String,
    /// County.
    pub county: String,
    /// Whether it belongs to this laptop's county.
    pub same_county: bool,
    /// Whether it was made by this very laptop.
    pub own: bool,
    /// When it was made, ms since 1970 UTC, as claimed.
    pub made_at_ms: i64,
    /// Photos and documents in it.
    pub blobs: u64,
    /// Size in bytes.
    pub bytes: u64,
    /// Whose passphrases open it.
    pub people: Vec<PersonRow>,
}

/// Arguments of `take_in_copy`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TakeInCopy {
    /// Handle of the copy.
    pub handle: String,
    /// Whose passphrase.
    pub person: PersonId,
    /// The passphrase of that person on the other laptop.
    pub passphrase: String,
}
