//! Lists for the window: a page at a time, and whole as a workbook.

use contract::lists::{ExportList, ListArgs, ListPage, ListReady};
use contract::shared::DataState;
use domain::lists::{Cell, ListKind, ListRow};
use papers::lists::{Exported, list};
use seal::Digest;

use crate::core::{Core, Open, lock};
use crate::error::Result;
use crate::store::now_ms;

/// China has one time.
const UTC_OFFSET_MIN: i32 = 480;

impl Core {
    pub(crate) fn list(&self, args: &ListArgs) -> Result<ListPage> {
        let (open, _) = self.unlocked()?;
        let list = args.query.list;
        let mut page = open.store.list(&args.query, args.after.as_deref(), args.limit)?;
        complete(&open, list, &mut page.rows)?;
        Ok(ListPage {
            columns: list.columns().iter().map(|column| column.key.to_owned()).collect(),
            rows: page.rows,
            next: page.next,
            total: page.total,
        })
    }

    /// Makes a workbook of the rows that the question finds, in its order; it takes the place of the one before.
    pub(crate) fn export_list(&self, args: &ExportList) -> Result<ListReady> {
        let (open, _) = self.unlocked()?;
        let kind = args.query.list;
        let mut rows = open.store.list_all(&args.query)?;
        complete(&open, kind, &mut rows)?;
        let rows: Vec<Vec<Cell>> = rows.into_iter().map(|row| row.cells).collect();
        let made_at_ms = now_ms();
        let exported = Exported {
            county: &open.card.name,
            query: &args.query,
            columns: &args.columns,
            utc_offset_min: UTC_OFFSET_MIN,
            made_at_ms,
            english: args.english,
        };
        let book = list(&exported, &rows)?;
        // In memory only, like the record: what lies on the disk is encrypted.
        let handle = format!("list-{}", Digest::of(&book).to_hex());
        *lock(&self.listed) = Some((handle.clone(), book));
        Ok(ListReady {
            file_name: format!("xunzhan-{}.xlsx", kind.key()),
            handle,
            rows: u32::try_from(rows.len()).unwrap_or(u32::MAX),
        })
    }
}

/// Adds the columns that are worked out: of visits how far their data has come.
fn complete(open: &Open, list: ListKind, rows: &mut [ListRow]) -> Result<()> {
    if list != ListKind::Visits {
        return Ok(());
    }
    let states = open.store.visit_states(rows.iter().filter_map(|row| row.visit))?;
    for row in rows {
        let state = row.visit.and_then(|visit| states.get(&visit)).copied().unwrap_or(DataState::LocalOnly);
        row.cells.push(Cell::Text(state.key().to_owned()));
    }
    Ok(())
}
