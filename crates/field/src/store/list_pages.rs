//! Lists as they are asked for: a page by keyset, or every row for an export.

use domain::lists::sql::{self, Cursor, Sql};
use domain::lists::{ListKind, ListQuery, ListRow};
use domain::{StationId, VisitId};
use rusqlite::types::Value;
use rusqlite::{Row, params_from_iter};

use super::Store;
use super::state::list_rows::{cells, uuid, value};
use crate::error::Result;

/// A page without the columns that are worked out.
#[derive(Debug)]
pub struct Page {
    /// Rows in order.
    pub rows: Vec<ListRow>,
    /// Where it ends; none when nothing follows.
    pub next: Option<String>,
    /// Rows in all, with the first page.
    pub total: Option<u32>,
}

fn params_of(sql: &Sql) -> impl Iterator<Item = Value> {
    sql.params.iter().map(value)
}

fn list_row(list: ListKind, row: &Row<'_>) -> rusqlite::Result<(i64, ListRow)> {
    let (id, owner) = (uuid(row, 1)?, uuid(row, 2)?);
    let found = ListRow {
        id: id.to_string(),
        visit: (list != ListKind::Stations).then_some(VisitId(owner)),
        station: Some(StationId(uuid(row, 3)?)),
        cells: cells(list, row, 4)?,
    };
    Ok((row.get(0)?, found))
}

impl Store {
    /// One page of a list.
    pub fn list(&self, query: &ListQuery, after: Option<&str>, limit: u32) -> Result<Page> {
        let page = sql::page(query, after, limit, "1", 1)?;
        let count = sql::count(query, "1", 1)?;
        self.read(|conn| {
            let mut statement = conn.prepare_cached(&page.text)?;
            let found = statement.query_map(params_from_iter(params_of(&page)), |row| list_row(query.list, row))?;
            let mut found: Vec<(i64, ListRow)> = found.collect::<rusqlite::Result<_>>()?;
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            let more = found.len() > limit;
            found.truncate(limit);
            let sorted = query.list.columns().iter().position(|column| column.key == query.sort);
            let next = found.last().filter(|_| more).and_then(|(n, row)| {
                let cell = row.cells.get(sorted?)?.clone();
                Some(Cursor { cell, n: *n }.to_text())
            });
            let total = match after {
                Some(_) => None,
                None => Some(
                    conn.prepare_cached(&count.text)?
                        .query_row(params_from_iter(params_of(&count)), |row| row.get(0))?,
                ),
            };
            let rows = found.into_iter().map(|(_, row)| row).collect();
            Ok(Page { rows, next, total })
        })
    }

    /// Every row of a list, in order.
    pub fn list_all(&self, query: &ListQuery) -> Result<Vec<ListRow>> {
        let all = sql::all(query, "1", 1)?;
        self.read(|conn| {
            let mut statement = conn.prepare(&all.text)?;
            let rows = statement.query_map(params_from_iter(params_of(&all)), |row| list_row(query.list, row).map(|(_, row)| row))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}
