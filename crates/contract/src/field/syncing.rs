//! Synchronisation with the county's server.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Uncopied;
use crate::error::ApiError;

/// What synchronisation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SyncPhase {
    /// Nothing is under way.
    Idle,
    /// Entries go up and down.
    Entries,
    /// Thumbnails go up.
    Thumbnails,
    /// Originals go up.
    Originals,
}

/// Where synchronisation stands.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SyncStatus {
    /// What is under way.
    pub phase: SyncPhase,
    /// Whether the server answered last time; none before the first try.
    pub online: Option<bool>,
    /// Since when it is paused (暂停), ms since 1970 UTC; none while it is not.
    pub paused_since_ms: Option<i64>,
    /// Last complete synchronisation, ms since 1970 UTC.
    pub last_ok_ms: Option<i64>,
    /// Entries written here.
    pub entries: u64,
    /// Of these acknowledged.
    pub acknowledged: u64,
    /// Of these receipted.
    pub receipted: u64,
    /// Visits with unsynced entries.
    pub visits_unsynced: u64,
    /// Thumbnails made here.
    pub thumbnails: u64,
    /// Of these stored on the server.
    pub thumbnails_stored: u64,
    /// Originals (and other blobs) taken in here.
    pub originals: u64,
    /// Of these stored on the server.
    pub originals_stored: u64,
    /// Bytes still to send.
    pub bytes_left: u64,
    /// Pace of the last seconds in bytes a second.
    pub bytes_per_second: u64,
    /// By how much this laptop's clock is known to be behind (negative: ahead), in ms: as the server's last answer showed, or because it
    /// stands before this program was made. None when nothing is known of it.
    pub clock_behind_ms: Option<i64>,
    /// What went wrong last, until it went right.
    pub error: Option<ApiError>,
    /// Work that is neither at the server nor in a second copy.
    pub uncopied: Uncopied,
}
