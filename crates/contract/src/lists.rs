//! Calls about lists (清单); what a list is stands in [`domain::lists`].

use domain::lists::{ListQuery, ListRow};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Arguments of `list` in the window.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ListArgs {
    /// What is asked.
    pub query: ListQuery,
    /// Where the page before ended; none for the first.
    pub after: Option<String>,
    /// Rows of the page, at most 1,000.
    pub limit: u32,
}

/// Arguments of `list` in the console.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ScopeList {
    /// Scope, 32 hex.
    pub scope: String,
    /// What is asked.
    pub query: ListQuery,
    /// Where the page before ended; none for the first.
    pub after: Option<String>,
    /// Rows of the page, at most 1,000.
    pub limit: u32,
}

/// Arguments of `export_list`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ExportList {
    /// What is asked.
    pub query: ListQuery,
    /// Columns in the order chosen.
    pub columns: Vec<String>,
    /// Whether titles and words are English.
    pub english: bool,
}

/// A page of a list.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ListPage {
    /// Keys of the columns in the order of the cells.
    pub columns: Vec<String>,
    /// Rows in order.
    pub rows: Vec<ListRow>,
    /// Where the page ends, to ask for the next; none when nothing follows.
    pub next: Option<String>,
    /// Rows in all; said with the first page.
    pub total: Option<u32>,
}

/// A list as a workbook is ready.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ListReady {
    /// Suggested file name.
    pub file_name: String,
    /// Where it lies, for the host's save.
    pub handle: String,
    /// Rows in it.
    pub rows: u32,
}
