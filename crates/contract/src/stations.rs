//! Shapes of taking stations (站点) in from a table: what stands in a file, how its columns are read, what came of every row.

use domain::place_station::PointProposal;
use domain::station::Position;
use domain::{Station, StationId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// What a column says of a station.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StationField {
    /// 站点编号.
    Code,
    /// 站点名称.
    Name,
    /// 乡镇.
    Township,
    /// 村.
    Village,
    /// 地址.
    Address,
    /// 负责人.
    Manager,
    /// 电话.
    Phone,
    /// 经度.
    Longitude,
    /// 纬度.
    Latitude,
    /// 坐标系.
    Datum,
}

impl StationField {
    /// All fields in the order in which screens and reports show them.
    pub const ALL: [Self; 10] = [
        Self::Code,
        Self::Name,
        Self::Township,
        Self::Village,
        Self::Address,
        Self::Manager,
        Self::Phone,
        Self::Longitude,
        Self::Latitude,
        Self::Datum,
    ];
}

/// One row of a file as it stands there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TableRow {
    /// Number of the row as a spreadsheet counts it, from 1.
    pub row: u32,
    /// Its cells from the first column on; shorter than the header where the rest is empty.
    pub cells: Vec<String>,
}

/// A file that was brought, as far as it was understood.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct StationTable {
    /// Names the upload in the calls that follow; it is kept for an hour.
    pub upload: String,
    /// `XLSX`, or the encoding of a CSV: `UTF-8`, `GB 18030`, `UTF-16`.
    pub format: String,
    /// Sheets of a workbook; none for a CSV.
    pub sheets: Vec<String>,
    /// The sheet that was read.
    pub sheet: Option<String>,
    /// Row that holds the headers.
    pub header_row: u32,
    /// Headers by column; empty where a column has none.
    pub columns: Vec<String>,
    /// What each column seems to say.
    pub mapping: Vec<Option<StationField>>,
    /// First rows below the header.
    pub first_rows: Vec<TableRow>,
    /// Rows below the header that are not empty.
    pub rows: u32,
}

/// Arguments of `read_station_table`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ReadStationTable {
    /// Scope, 32 hex.
    pub scope: String,
    /// The upload.
    pub upload: String,
    /// Which sheet; none for the first one with content.
    pub sheet: Option<String>,
    /// Row of the headers; none to look for it.
    pub header_row: Option<u32>,
}

/// How a file is to be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct StationReading {
    /// The upload.
    pub upload: String,
    /// Which sheet; none for a CSV.
    pub sheet: Option<String>,
    /// Row of the headers.
    pub header_row: u32,
    /// What each column says, in order; none to leave it out. No field twice.
    pub mapping: Vec<Option<StationField>>,
}

/// Arguments of `preview_stations`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PreviewStations {
    /// Scope, 32 hex.
    pub scope: String,
    /// How the file is read.
    pub reading: StationReading,
    /// Only rows with this outcome; none for all.
    pub show: Option<StationOutcome>,
    /// Only rows after this one; 0 from the beginning.
    pub after: u32,
}

/// Arguments of `import_stations`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ImportStations {
    /// Scope, 32 hex.
    pub scope: String,
    /// How the file is read.
    pub reading: StationReading,
    /// The plan that the preview showed; another one now is refused as changed meanwhile.
    pub plan: String,
}

/// What becomes of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StationOutcome {
    /// A station that the county does not have yet.
    New,
    /// A known station that the row says something else of.
    Changed,
    /// A known station, nothing new.
    Same,
    /// Not taken; the faults say why.
    Bad,
}

/// Why a row cannot be taken. The catalogues hold a sentence for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StationFaultKind {
    /// A value that must be there is missing.
    Missing,
    /// Longer than `max` characters.
    TooLong,
    /// Bytes that are no text in the file's encoding, or characters that cannot be shown.
    Unreadable,
    /// A spreadsheet's error value such as `#N/A`.
    CellError,
    /// No coordinate in degrees.
    NotDegrees,
    /// Longitude without latitude or the other way round.
    HalfPosition,
    /// Longitude and latitude stand in each other's place.
    Swapped,
    /// Outside China.
    OutsideChina,
    /// The datum is none of those known.
    UnknownDatum,
    /// No telephone number.
    NotPhone,
    /// The same station stands in row `row` already.
    Repeated,
    /// Name, township and village are those of a station with the other code `code`.
    OtherCode,
    /// Several stations of the county fit.
    Ambiguous,
}

/// One thing wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StationFault {
    /// Why.
    pub kind: StationFaultKind,
    /// The field that it is about.
    pub field: StationField,
    /// Header of its column.
    pub column: String,
    /// What stands there.
    pub value: String,
    /// Values for the sentence.
    pub params: BTreeMap<String, String>,
}

/// One field of a known station that a row says something else of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StationChange {
    /// Which field; both coordinates and the datum are one, `longitude`.
    pub field: StationField,
    /// What the registry says.
    pub from: String,
    /// What the row says.
    pub to: String,
}

/// One row with what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StationLine {
    /// Number of the row as a spreadsheet counts it, from 1.
    pub row: u32,
    /// What becomes of it.
    pub outcome: StationOutcome,
    /// The known station.
    pub station: Option<StationId>,
    /// Name as read.
    pub name: String,
    /// Township as read.
    pub township: String,
    /// Village as read.
    pub village: String,
    /// Code as read.
    pub code: String,
    /// What is wrong with it.
    pub faults: Vec<StationFault>,
    /// What it changes.
    pub changes: Vec<StationChange>,
}

/// What would become of a file, or became of it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct StationsReport {
    /// Digest over what becomes of every row.
    pub plan: String,
    /// Whether it was taken in.
    pub done: bool,
    /// Rows in all.
    pub rows: u32,
    /// Stations that are new.
    pub new: u32,
    /// Stations that change.
    pub changed: u32,
    /// Stations as they are known.
    pub same: u32,
    /// Rows that cannot be taken.
    pub bad: u32,
    /// The rows asked for, at most 200.
    pub lines: Vec<StationLine>,
    /// Whether more of them follow.
    pub more: bool,
}

/// A station that a laptop put to use and that waits for the county (未核准).
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ProposedStation {
    /// As it was proposed.
    pub station: Station,
    /// Visits that were made there.
    pub visits: u32,
    /// Registered stations of the township with the same name or village.
    pub alike: Vec<String>,
}

/// Arguments of `approve_station`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ApproveStation {
    /// Scope, 32 hex.
    pub scope: String,
    /// The proposal as the county writes it; identity and position stay those of the proposal.
    pub station: Station,
}

/// A station of the list without a registered point.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct UnplacedStation {
    /// As it is registered.
    pub station: Station,
    /// What the photos of its visits propose.
    pub proposal: Option<PointProposal>,
}

/// Arguments of `place_station`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PlaceStation {
    /// Scope, 32 hex.
    pub scope: String,
    /// Which station.
    pub station: StationId,
    /// The proposed point as it was shown.
    pub position: Position,
}
