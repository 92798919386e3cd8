//! Blank forms on paper, and what is typed in from them afterwards.

use domain::{Answer, ItemCode, StationId, VisitId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Arguments of `answer_from_paper`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AnswerFromPaper {
    /// Which visit.
    pub visit: VisitId,
    /// Which item.
    pub item: ItemCode,
    /// The answer.
    pub answer: Answer,
    /// When it was written on the paper, ms since 1970 UTC, as stated; not later than now.
    pub observed_at_ms: i64,
}

/// Arguments of `make_blank_form`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct MakeBlankForm {
    /// Checklist id.
    pub pack: String,
    /// The station that is printed on it; none leaves the lines blank.
    pub station: Option<StationId>,
    /// Offset of local time from UTC in minutes.
    pub utc_offset_min: i32,
}
