//! Shapes that both faces show.

use domain::operation::TeamMember;
use domain::photo::{Missing, TimeGrade};
use domain::worth::Remark;
use domain::{PersonId, PhotoId, StationId, Visit, VisitId, VisitPhase};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Nothing to hand in or back.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// How far the data of a visit or photo has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DataState {
    /// 仅存本机.
    LocalOnly,
    /// 已有第二份: not at the server yet, but in a second copy on another disk.
    Copied,
    /// 已确认: the server has durably committed every entry.
    Acknowledged,
    /// 已回执: every entry is proven to be under a signed checkpoint.
    Receipted,
    /// 缩略图已到.
    ThumbnailsArrived,
    /// 原图已到: storage receipts for every blob.
    OriginalsArrived,
}

impl DataState {
    /// Key used on screens and in lists.
    pub fn key(self) -> &'static str {
        match self {
            Self::LocalOnly => "local_only",
            Self::Copied => "copied",
            Self::Acknowledged => "acknowledged",
            Self::Receipted => "receipted",
            Self::ThumbnailsArrived => "thumbnails_arrived",
            Self::OriginalsArrived => "originals_arrived",
        }
    }
}

/// One row of a list of visits.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct VisitRow {
    /// Identity.
    pub visit: VisitId,
    /// Station.
    pub station: StationId,
    /// Its name.
    pub station_name: String,
    /// Its township.
    pub township: String,
    /// Whether the station is 未核准.
    pub station_proposed: bool,
    /// Checklist id.
    pub pack: String,
    /// Where it stands.
    pub phase: VisitPhase,
    /// Where its data is.
    pub data_state: DataState,
    /// Start, ms since 1970 UTC.
    pub started_at_ms: i64,
    /// Team in order.
    pub team: Vec<TeamMember>,
    /// Items answered, not applicable or not checked.
    pub answered: u32,
    /// Items in the checklist.
    pub items: u32,
    /// Standing findings.
    pub findings: u32,
    /// Standing photos.
    pub photos: u32,
    /// While the record awaits signatures: members of the team who have not signed it.
    pub awaits: Vec<PersonId>,
    /// Last change, ms since 1970 UTC.
    pub changed_at_ms: i64,
    /// What the reviewer said who returned it; none in any other phase.
    pub returned: Option<ReturnedNote>,
}

/// A reviewer's words on a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ReturnedNote {
    /// Reviewer's name.
    pub name: String,
    /// The general comment, or the first one on an item.
    pub comment: String,
    /// How many items are commented on.
    pub items: u32,
    /// When, ms since 1970 UTC, by the server.
    pub at_ms: i64,
}

impl ReturnedNote {
    /// What a list shows of a visit that is returned.
    pub fn of(visit: &Visit) -> Option<Self> {
        if visit.phase() != VisitPhase::Returned {
            return None;
        }
        let said = &visit.returned()?.returned;
        let first = said.items.first().map(|one| one.comment.as_str()).unwrap_or_default();
        Some(Self {
            name: said.name.clone(),
            comment: if said.comment.trim().is_empty() { first } else { &said.comment }.to_owned(),
            items: u32::try_from(said.items.len()).unwrap_or(u32::MAX),
            at_ms: said.at_ms,
        })
    }
}

/// What is known about a photo beyond its own metadata.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct PhotoNotes {
    /// Which photo.
    pub photo: PhotoId,
    /// Where its bytes are.
    pub data_state: DataState,
    /// Whether a picture can be shown; otherwise 暂无预览.
    pub has_preview: bool,
    /// Grade of its time.
    pub time_grade: TimeGrade,
    /// What its metadata lacks.
    pub missing: Vec<Missing>,
    /// What to know before relying on it, gravest first; empty for a photo that was withdrawn or came too late.
    pub remarks: Vec<Remark>,
}

/// What is known of the signature by which a paper joined a sealed record: it says who attached these pages, and nothing of the hands on them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PaperNotes {
    /// The entry that attached it.
    pub entry: String,
    /// Whether it holds over these pages.
    pub holds: bool,
    /// Whether the county certified the key for this person.
    pub certified: bool,
    /// Whether each page can be shown as a picture, in order.
    pub previews: Vec<bool>,
}

/// Standing of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeyStanding {
    /// 待认证.
    Pending,
    /// 已认证.
    Certified,
}

/// A person as shown on lists.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct PersonRow {
    /// Who.
    pub person: PersonId,
    /// Name.
    pub name: String,
    /// Home department.
    pub org: String,
}
