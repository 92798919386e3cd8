//! The trip check (出发检查) before leaving.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// Names a day.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DayArgs {
    /// `YYYY-MM-DD`.
    pub day: String,
}

/// Arguments of `trip_check`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TripCheckArgs {
    /// Townships to be visited; none stands for all.
    pub townships: Vec<String>,
}

/// How one line of the trip check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TripState {
    /// It is here.
    Good,
    /// One can leave, and should know.
    Care,
    /// It is missing.
    Missing,
}

/// One line of the trip check.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TripLine {
    /// What was checked; the catalogues hold its words: `packs`, `stations`, `positions`, `lists`, `lists_never`, `history`, `device`,
    /// `device_pending`, `people`, `person`, `person_pending`, `clock`, `fast`, `slow`, `clock_unknown`, `zone`, `disk`, `reserve`,
    /// `battery`, `alone`.
    pub check: String,
    /// How it came out.
    pub state: TripState,
    /// Values named in the words.
    pub params: BTreeMap<String, String>,
}

/// The trip check (出发检查).
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TripCheck {
    /// 带齐了: nothing is missing.
    pub ready: bool,
    /// Every line.
    pub lines: Vec<TripLine>,
    /// All townships with stations, to choose from.
    pub townships: Vec<String>,
}
