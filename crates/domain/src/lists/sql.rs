//! A question to a list as SQL. Both stores keep the same tables: `n` (rowid), `id`,
//! `owner` (the visit, or the station of a list of stations), `station` and a column of each stored key;
//! the index of words has `n` as its rowid. Names come from the table of columns alone, values are parameters alone.

use super::{Cell, CellKind, ListKind, ListQuery, MAX_PAGE};
use crate::search;

/// The most characters of a search, conditions of a question, and choices of a condition.
const MAX_SEARCH: usize = 200;
const MAX_FILTERS: usize = 20;
const MAX_CHOICES: usize = 100;

/// A statement with its parameters, the first of them `?first`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sql {
    /// The statement.
    pub text: String,
    /// Its parameters in order.
    pub params: Vec<Cell>,
}

/// Where a page ended: the sorted column's cell and the row's number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The cell.
    pub cell: Cell,
    /// The row.
    pub n: i64,
}

impl Cursor {
    /// As handed to the screen.
    pub fn to_text(&self) -> String {
        match &self.cell {
            Cell::Whole(whole) => format!("{}:i{whole}", self.n),
            Cell::Text(text) => format!("{}:t{text}", self.n),
        }
    }

    /// As it comes back.
    pub fn parse(text: &str) -> Option<Self> {
        let (n, cell) = text.split_once(':')?;
        let cell = match cell.split_at_checked(1)? {
            ("i", whole) => Cell::Whole(whole.parse().ok()?),
            ("t", text) => Cell::Text(text.to_owned()),
            _ => return None,
        };
        Some(Self { cell, n: n.parse().ok()? })
    }
}

/// A question that a list cannot answer: a fault of the program that asks, never of the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a list cannot be asked so: {0}")]
pub struct Unanswerable(pub &'static str);

fn bad(detail: &'static str) -> Unanswerable {
    Unanswerable(detail)
}

/// Collects conditions and numbers their parameters.
struct Writer {
    conditions: Vec<String>,
    params: Vec<Cell>,
    first: usize,
}

impl Writer {
    fn param(&mut self, cell: Cell) -> String {
        self.params.push(cell);
        format!("?{}", self.first.saturating_add(self.params.len()).saturating_sub(1))
    }

    fn conditions(&self) -> String {
        self.conditions.join(" AND ")
    }
}

/// The conditions of a question. `head` is a condition of the store's own, its parameters before `first`.
fn conditions(query: &ListQuery, head: &str, first: usize) -> Result<Writer, Unanswerable> {
    let list = query.list;
    let choices = query.filters.iter().map(|filter| filter.any.len()).max().unwrap_or_default();
    if query.search.chars().count() > MAX_SEARCH || query.filters.len() > MAX_FILTERS || choices > MAX_CHOICES {
        return Err(bad("more than a list takes at once"));
    }
    let mut writer = Writer {
        conditions: vec![head.to_owned()],
        params: Vec::new(),
        first,
    };
    if let Some(matching) = search::matching(&query.search) {
        let grams = list.grams();
        let param = writer.param(Cell::Text(matching));
        writer
            .conditions
            .push(format!("n IN (SELECT rowid FROM {grams} WHERE {grams} MATCH {param})"));
    }
    for filter in &query.filters {
        let column = list.stored(&filter.column).ok_or_else(|| bad("no such column"))?;
        let numbers = matches!(column.kind, CellKind::Whole | CellKind::Time);
        if !filter.any.is_empty() {
            let params: Vec<String> = filter.any.iter().map(|value| writer.param(Cell::Text(value.clone()))).collect();
            writer.conditions.push(format!("{} IN ({})", column.key, params.join(", ")));
        }
        if !filter.contains.is_empty() {
            let param = writer.param(Cell::Text(filter.contains.clone()));
            writer.conditions.push(format!("instr({}, {param}) > 0", column.key));
        }
        for (bound, sign) in [(&filter.from, ">="), (&filter.to, "<=")] {
            let Some(bound) = bound else { continue };
            if matches!(bound, Cell::Whole(_)) != numbers {
                return Err(bad("a bound of another kind than the column"));
            }
            let param = writer.param(bound.clone());
            writer.conditions.push(format!("{} {sign} {param}", column.key));
        }
        // What is not known is not little.
        if filter.to.is_some() {
            let known = match column.kind {
                CellKind::Whole => ">= 0",
                CellKind::Time => "<> 0",
                CellKind::Text | CellKind::Word | CellKind::Day => "<> ''",
            };
            writer.conditions.push(format!("{} {known}", column.key));
        }
    }
    Ok(writer)
}

/// One page by keyset: never an offset, so that the last page is as quick as the first. One row more than asked tells whether more follow.
pub fn page(query: &ListQuery, after: Option<&str>, limit: u32, head: &str, first: usize) -> Result<Sql, Unanswerable> {
    if limit == 0 || limit > MAX_PAGE {
        return Err(bad("limit"));
    }
    let sorted = query.list.stored(&query.sort).ok_or_else(|| bad("no such column to sort by"))?.key;
    let mut writer = conditions(query, head, first)?;
    let (sign, order) = if query.descending { ("<", "DESC") } else { (">", "ASC") };
    if let Some(after) = after {
        let cursor = Cursor::parse(after).ok_or_else(|| bad("after"))?;
        let (cell, n) = (writer.param(cursor.cell), writer.param(Cell::Whole(cursor.n)));
        writer.conditions.push(format!("({sorted}, n) {sign} ({cell}, {n})"));
    }
    let text = format!(
        "SELECT {} FROM {} WHERE {} ORDER BY {sorted} {order}, n {order} LIMIT {}",
        selected(query.list),
        query.list.table(),
        writer.conditions(),
        limit.saturating_add(1)
    );
    Ok(Sql { text, params: writer.params })
}

/// All rows, for an export.
pub fn all(query: &ListQuery, head: &str, first: usize) -> Result<Sql, Unanswerable> {
    let sorted = query.list.stored(&query.sort).ok_or_else(|| bad("no such column to sort by"))?.key;
    let writer = conditions(query, head, first)?;
    let order = if query.descending { "DESC" } else { "ASC" };
    let text = format!(
        "SELECT {} FROM {} WHERE {} ORDER BY {sorted} {order}, n {order}",
        selected(query.list),
        query.list.table(),
        writer.conditions()
    );
    Ok(Sql { text, params: writer.params })
}

/// How many rows there are in all.
pub fn count(query: &ListQuery, head: &str, first: usize) -> Result<Sql, Unanswerable> {
    let writer = conditions(query, head, first)?;
    Ok(Sql {
        text: format!("SELECT count(*) FROM {} WHERE {}", query.list.table(), writer.conditions()),
        params: writer.params,
    })
}

/// `n, id, owner, station` and the stored columns.
pub fn selected(list: ListKind) -> String {
    let mut names = vec!["n", "id", "owner", "station"];
    names.extend(stored(list));
    names.join(", ")
}

/// Writes a new row: the store's own columns, then `id, owner, station` and the stored ones, each a parameter in this order.
pub fn insert(list: ListKind, own: &[&str]) -> String {
    let mut names = own.to_vec();
    names.extend(["id", "owner", "station"]);
    names.extend(stored(list));
    let params: Vec<String> = (1..=names.len()).map(|number| format!("?{number}")).collect();
    format!("INSERT INTO {} ({}) VALUES ({})", list.table(), names.join(", "), params.join(", "))
}

/// Writes a known row anew: `?1` is its `n`, `?2` its station, then the stored columns.
pub fn update(list: ListKind) -> String {
    let set = stored(list).into_iter().zip(3..).map(|(name, number)| format!(", {name} = ?{number}"));
    format!("UPDATE {} SET station = ?2{} WHERE n = ?1", list.table(), set.collect::<String>())
}

/// Names of the stored columns in order.
pub fn stored(list: ListKind) -> Vec<&'static str> {
    list.columns().iter().filter(|column| !column.computed).map(|column| column.key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lists::ListFilter;

    fn query() -> ListQuery {
        ListQuery {
            list: ListKind::Visits,
            search: String::new(),
            filters: Vec::new(),
            sort: "started_at_ms".into(),
            descending: true,
        }
    }

    fn filter(column: &str) -> ListFilter {
        ListFilter {
            column: column.into(),
            any: Vec::new(),
            contains: String::new(),
            from: None,
            to: None,
        }
    }

    #[test]
    fn a_page_is_asked_for_by_key_and_values_are_parameters() {
        let mut asked = query();
        asked.search = "网吧".into();
        asked.filters = vec![ListFilter {
            any: vec!["sealed".into(), "x' OR 1".into()],
            ..filter("phase")
        }];
        let after = Cursor { cell: Cell::Whole(5), n: 7 }.to_text();
        let sql = page(&asked, Some(&after), 200, "scope = ?1", 2).unwrap();
        assert!(
            sql.text
                .contains("WHERE scope = ?1 AND n IN (SELECT rowid FROM visit_grams WHERE visit_grams MATCH ?2) AND phase IN (?3, ?4)")
        );
        assert!(
            sql.text
                .ends_with("AND (started_at_ms, n) < (?5, ?6) ORDER BY started_at_ms DESC, n DESC LIMIT 201")
        );
        assert!(!sql.text.contains("OR 1") && !sql.text.to_lowercase().contains("offset"));
        assert_eq!(sql.params.len(), 5);
    }

    #[test]
    fn what_is_no_column_is_refused() {
        let name = "started_at_ms; DROP TABLE entry";
        assert!(
            page(
                &ListQuery {
                    sort: name.into(),
                    ..query()
                },
                None,
                10,
                "1",
                1
            )
            .is_err()
        );
        assert!(
            count(
                &ListQuery {
                    filters: vec![filter(name)],
                    ..query()
                },
                "1",
                1
            )
            .is_err()
        );
        assert!(
            page(
                &ListQuery {
                    sort: "data_state".into(),
                    ..query()
                },
                None,
                10,
                "1",
                1
            )
            .is_err(),
            "worked out later"
        );
        assert!(page(&query(), Some("rubbish"), 10, "1", 1).is_err() && page(&query(), None, 5_000, "1", 1).is_err());
        let wrong = ListFilter {
            from: Some(Cell::Text("1".into())),
            ..filter("photos")
        };
        assert!(
            count(
                &ListQuery {
                    filters: vec![wrong],
                    ..query()
                },
                "1",
                1
            )
            .is_err()
        );
    }

    #[test]
    fn cursors_come_back_as_they_went() {
        for cell in [Cell::Whole(-3), Cell::Text("沈𬭼:站".into()), Cell::Text(String::new())] {
            let cursor = Cursor { cell, n: 12 };
            assert_eq!(Cursor::parse(&cursor.to_text()), Some(cursor));
        }
    }
}
