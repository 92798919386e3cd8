//! What the visit before said (上次).

use std::collections::BTreeMap;

use domain::{Answer, ItemCode, VisitId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The latest earlier visit to the same station by the same checklist that is sealed or reviewed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PreviousVisit {
    /// Which visit.
    pub visit: VisitId,
    /// Its start, ms since 1970 UTC.
    pub started_at_ms: i64,
    /// Its undisputed answers, to items that ask today what they asked then.
    pub answers: BTreeMap<ItemCode, Answer>,
}
