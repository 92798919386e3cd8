//! Stations (站点): the places that are visited.

use crate::ids::StationId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A position as received. Coordinates are never converted over the raw value (domain §13-8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// Latitude in degrees × 10^7, north positive.
    pub lat_e7: i64,
    /// Longitude in degrees × 10^7, east positive.
    pub lon_e7: i64,
    /// Geodetic datum of the two numbers.
    pub datum: Datum,
}

/// Geodetic datum; WGS-84 and CGCS2000 are equal at this accuracy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Datum {
    /// WGS-84.
    Wgs84,
    /// CGCS2000.
    Cgcs2000,
    /// GCJ-02, shifted by 50–500 m.
    Gcj02,
    /// BD-09, shifted once more from GCJ-02.
    Bd09,
    /// Not stated by the source.
    Unknown,
}

/// A village service station or township centre (村级服务站、乡镇服务中心), as registered by the county.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Station {
    /// Identity.
    pub id: StationId,
    /// Name, such as 青河村站.
    pub name: String,
    /// Township (乡镇).
    pub township: String,
    /// Village (村).
    pub village: String,
    /// Address as printed on the record.
    pub address: String,
    /// Manager (站点负责人), or empty.
    pub manager: String,
    /// Registered point, if the county has one.
    pub position: Option<Position>,
    /// The county's own code (站点编号), unique in the county, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub code: Option<String>,
    /// Telephone of the station or its manager, if known. It stays in the registry and is no part of a record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub phone: Option<String>,
    /// 未核准: proposed by a laptop and not registered by the county yet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub proposed: bool,
}
