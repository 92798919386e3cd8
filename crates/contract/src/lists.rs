//! Calls about lists (清单); what a list is stands in [`domain::lists`].

use domain::lists::{ListKind, ListQuery, ListRow};
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

/// The most characters of a saved filter's name.
pub const MOST_NAME_CHARS: usize = 30;
/// The most filters that a person saves for one list.
pub const MOST_FILTERS: usize = 100;

/// The longest text of a saved question.
const MOST_QUERY_BYTES: usize = 16 * 1024;

/// A saved filter (常用筛选): search, conditions and order of a list under a name. It may hold names, so it is kept where the data is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SavedFilter {
    /// The name; one of the same name is replaced.
    pub name: String,
    /// What is asked.
    pub query: ListQuery,
}

/// Arguments of `list_filters` in the window.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct FiltersOf {
    /// Of which list.
    pub list: ListKind,
}

/// Arguments of `forget_filter` in the window.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ForgetFilter {
    /// Of which list.
    pub list: ListKind,
    /// Its name; one that is not there is forgotten already.
    pub name: String,
}

/// Arguments of `list_filters` in the console.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ScopeFilters {
    /// Scope, 32 hex.
    pub scope: String,
    /// Of which list.
    pub list: ListKind,
}

/// Arguments of `save_filter` in the console.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ScopeSavedFilter {
    /// Scope, 32 hex.
    pub scope: String,
    /// The filter.
    pub filter: SavedFilter,
}

/// Arguments of `forget_filter` in the console.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ScopeForgetFilter {
    /// Scope, 32 hex.
    pub scope: String,
    /// Of which list.
    pub list: ListKind,
    /// Its name; one that is not there is forgotten already.
    pub name: String,
}

impl SavedFilter {
    /// Its question as text to be kept; none for what cannot be kept: a name of too many characters or with blanks around it, or a question
    /// that its list cannot answer.
    pub fn to_text(&self) -> Option<String> {
        let named = (1..=MOST_NAME_CHARS).contains(&self.name.chars().count()) && self.name.trim() == self.name;
        let answerable = domain::lists::sql::page(&self.query, None, 1, "true", 1).is_ok();
        let text = serde_json::to_string(&self.query).ok()?;
        (named && answerable && text.len() <= MOST_QUERY_BYTES).then_some(text)
    }

    /// A filter from its name and the text of its question; none when this version's list cannot answer it any more.
    pub fn from_text(name: String, text: &str) -> Option<Self> {
        let query = serde_json::from_str(text).ok()?;
        let filter = Self { name, query };
        filter.to_text().is_some().then_some(filter)
    }
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
