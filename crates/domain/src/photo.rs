//! Photos: what a file said of itself, and what that is worth.

use crate::datum;
use crate::station::Position;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a photo's own metadata says, every value with its source in `sources`. Absent is absent: nothing is guessed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(optional_fields)]
pub struct PhotoMeta {
    /// Local time of taking, `YYYY-MM-DDTHH:MM:SS[.fff]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<String>,
    /// Offset of `taken_at` from UTC, `+08:00`, when recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<String>,
    /// Instant of taking when offset or GPS time make it certain, ms since 1970 UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_at_utc_ms: Option<i64>,
    /// GPS date and time in UTC, `YYYY-MM-DDTHH:MM:SSZ`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gps_time: Option<String>,
    /// Position as recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// Altitude in centimetres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub altitude_cm: Option<i64>,
    /// Direction of view in hundredths of a degree.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction_cdeg: Option<i64>,
    /// Horizontal position error in centimetres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position_error_cm: Option<i64>,
    /// Maker of the device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub make: Option<String>,
    /// Model of the device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Serial number of the device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// Software that wrote the file last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software: Option<String>,
    /// Width in pixels as stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Height in pixels as stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// EXIF orientation 1–8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orientation: Option<u8>,
    /// Which tag each value came from, such as `taken_at: Exif.DateTimeOriginal`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub sources: Vec<String>,
    /// What could not be read or contradicts itself, in English, for the panel.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub warnings: Vec<String>,
}

/// How well the time of a thing is known (时间等级).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TimeGrade {
    /// Between two checkpoints of the server.
    Anchored,
    /// GPS time in the file.
    Gps,
    /// Only the device's or camera's clock says so.
    DeviceOnly,
    /// Sources contradict one another by more than five minutes.
    Contradictory,
    /// No time at all.
    None,
}

/// What is missing in a photo's metadata, as codes for the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// No time of taking.
    Time,
    /// No position.
    Position,
    /// No maker and model.
    Device,
}

impl PhotoMeta {
    /// Grade of the time that the file alone gives.
    pub fn time_grade(&self) -> TimeGrade {
        let gps = self.gps_time_ms();
        match (self.taken_at_utc_ms, gps, &self.taken_at) {
            (Some(taken), Some(gps), _) if (taken - gps).abs() > 5 * 60_000 => TimeGrade::Contradictory,
            (_, Some(_), _) => TimeGrade::Gps,
            (_, None, Some(_)) => TimeGrade::DeviceOnly,
            _ => TimeGrade::None,
        }
    }

    /// What is missing, in a fixed order.
    pub fn missing(&self) -> Vec<Missing> {
        let mut list = Vec::new();
        if self.taken_at.is_none() && self.gps_time.is_none() {
            list.push(Missing::Time);
        }
        if self.position.is_none() {
            list.push(Missing::Position);
        }
        if self.make.is_none() && self.model.is_none() {
            list.push(Missing::Device);
        }
        list
    }

    /// Distance in metres to the station's registered point, both in the datum of the more shifted one.
    pub fn distance_m(&self, station: Option<Position>) -> Option<i64> {
        Some(datum::distance_m(self.position?, station?))
    }

    /// Satellite time, ms since 1970 UTC.
    pub fn gps_time_ms(&self) -> Option<i64> {
        self.gps_time.as_deref().and_then(parse_utc_ms)
    }
}

fn parse_utc_ms(text: &str) -> Option<i64> {
    chrono::DateTime::parse_from_rfc3339(text).ok().map(|t| t.timestamp_millis())
}
