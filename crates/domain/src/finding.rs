//! Findings (问题): what is wrong at a station, as recorded on one visit.

use crate::ids::{FindingId, ItemCode, PhotoId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How serious a finding is (R-chapter 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// 一般.
    Minor,
    /// 较重.
    Major,
    /// 严重.
    Severe,
}

/// Part of a responsible unit: the first one listed leads unless stated otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum UnitRole {
    /// 牵头单位.
    Lead,
    /// 配合单位.
    Cooperating,
}

/// A unit responsible for putting a finding right; the order of the list matters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ResponsibleUnit {
    /// Name.
    pub name: String,
    /// Part.
    pub role: UnitRole,
}

/// What is wrong, what is required, of whom, by when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Identity.
    pub id: FindingId,
    /// The checklist item that it comes from, if one.
    pub item: Option<ItemCode>,
    /// The facts (事实), as typed; never empty.
    pub facts: String,
    /// Severity.
    pub severity: Severity,
    /// What is required (整改要求), as typed.
    pub requirement: String,
    /// Last day, `YYYY-MM-DD`, ends at 24:00 (domain §13-10); none when put right on the spot.
    pub deadline: Option<String>,
    /// Responsible units in order.
    pub units: Vec<ResponsibleUnit>,
    /// Photos that show it.
    pub photos: Vec<PhotoId>,
    /// How it was put right while the inspectors were there, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub fixed: Option<OnSiteFix>,
}

/// 现场整改: a finding that was put right on the spot. It counts as found and as fixed; the finding's photos show it before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct OnSiteFix {
    /// What was done, as typed; never empty.
    pub how: String,
    /// Photos that show it afterwards; at least one, none of them a photo from before.
    pub after: Vec<PhotoId>,
}
