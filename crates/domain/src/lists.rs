//! Lists (清单) of stations, visits, findings and photos, the same on the laptop and on the server: which columns they have, how they are
//! asked for, what a row says ([`rows`]), and how a question is put to a store ([`sql`]).

pub mod rows;
pub mod sql;

use crate::ids::{StationId, VisitId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The most rows of one page.
pub const MAX_PAGE: u32 = 1_000;

/// Which list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ListKind {
    /// 站点.
    Stations,
    /// 走访.
    Visits,
    /// 问题.
    Findings,
    /// 照片.
    Photos,
}

/// What stands in a column's cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CellKind {
    /// Text as typed.
    Text,
    /// One of a few keys, for which the catalogues hold words.
    Word,
    /// A whole number; negative when it is not known.
    Whole,
    /// A time, ms since 1970 UTC; 0 when there is none.
    Time,
    /// A local day or time as text, sortable; empty when there is none.
    Day,
}

/// A cell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(untagged)]
pub enum Cell {
    /// A number or time.
    Whole(i64),
    /// Anything else.
    Text(String),
}

/// A column of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListColumn {
    /// Its key, which is also its name in the stores.
    pub key: &'static str,
    /// What stands in it.
    pub kind: CellKind,
    /// Whether it is worked out when a page is read, and cannot be sorted or filtered by. Such columns are the last of their list.
    pub computed: bool,
}

const fn column(key: &'static str, kind: CellKind) -> ListColumn {
    ListColumn { key, kind, computed: false }
}

const fn computed(key: &'static str, kind: CellKind) -> ListColumn {
    ListColumn { key, kind, computed: true }
}

use CellKind::{Day, Text, Time, Whole, Word};

const STATIONS: &[ListColumn] = &[
    column("name", Text),
    column("township", Text),
    column("village", Text),
    column("code", Text),
    column("manager", Text),
    column("phone", Text),
    column("address", Text),
    column("position", Text),
    column("approval", Word),
    column("visits", Whole),
    column("last_visit_ms", Time),
];
const VISITS: &[ListColumn] = &[
    column("station_name", Text),
    column("township", Text),
    column("started_at_ms", Time),
    column("phase", Word),
    column("team", Text),
    column("answered", Whole),
    column("findings", Whole),
    column("photos", Whole),
    column("pack", Text),
    column("station_approval", Word),
    column("disputed", Whole),
    column("uncovered", Whole),
    column("changed_at_ms", Time),
    computed("data_state", Word),
];
const FINDINGS: &[ListColumn] = &[
    column("facts", Text),
    column("severity", Word),
    column("standing", Word),
    column("station_name", Text),
    column("township", Text),
    column("requirement", Text),
    column("deadline", Day),
    column("units", Text),
    column("item", Text),
    column("photos", Whole),
    column("phase", Word),
    column("recorded_at_ms", Time),
    column("fixed", Text),
    column("withdrawn", Text),
];
const PHOTOS: &[ListColumn] = &[
    column("name", Text),
    column("taken_at", Day),
    column("station_name", Text),
    column("township", Text),
    column("caption", Text),
    column("item_codes", Text),
    column("distance_m", Whole),
    column("time_grade", Word),
    column("device", Text),
    column("mime", Text),
    column("size_bytes", Whole),
    column("validity", Word),
    column("phase", Word),
    column("attached_at_ms", Time),
    column("withdrawn", Text),
];

impl ListKind {
    /// All lists.
    pub const ALL: [Self; 4] = [Self::Stations, Self::Visits, Self::Findings, Self::Photos];

    /// Its columns, those that are worked out last.
    pub fn columns(self) -> &'static [ListColumn] {
        match self {
            Self::Stations => STATIONS,
            Self::Visits => VISITS,
            Self::Findings => FINDINGS,
            Self::Photos => PHOTOS,
        }
    }

    /// Its key.
    pub fn key(self) -> &'static str {
        match self {
            Self::Stations => "stations",
            Self::Visits => "visits",
            Self::Findings => "findings",
            Self::Photos => "photos",
        }
    }

    /// Its table in the stores.
    pub fn table(self) -> &'static str {
        match self {
            Self::Stations => "station_list",
            Self::Visits => "visit_list",
            Self::Findings => "finding_list",
            Self::Photos => "photo_list",
        }
    }

    /// The index of its words in the stores.
    pub fn grams(self) -> &'static str {
        match self {
            Self::Stations => "station_grams",
            Self::Visits => "visit_grams",
            Self::Findings => "finding_grams",
            Self::Photos => "photo_grams",
        }
    }

    /// A column that can be sorted and filtered by.
    pub fn stored(self, key: &str) -> Option<&'static ListColumn> {
        self.columns().iter().find(|column| column.key == key && !column.computed)
    }
}

/// A condition on one column; all that are given must hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ListFilter {
    /// Which column.
    pub column: String,
    /// One of these stands there; empty for any.
    pub any: Vec<String>,
    /// This stands somewhere in the text; empty for any.
    pub contains: String,
    /// Not less than this.
    pub from: Option<Cell>,
    /// Not more than this.
    pub to: Option<Cell>,
}

/// What is asked of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    /// Which list.
    pub list: ListKind,
    /// Words that all occur in a row; two characters are enough, one will do.
    pub search: String,
    /// Conditions that all hold.
    pub filters: Vec<ListFilter>,
    /// Column to sort by.
    pub sort: String,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// A row of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ListRow {
    /// Station, visit, finding or photo.
    pub id: String,
    /// The visit that it belongs to or is.
    pub visit: Option<VisitId>,
    /// The station that it belongs to or is.
    pub station: Option<StationId>,
    /// Cells in the order of the list's columns.
    pub cells: Vec<Cell>,
}
