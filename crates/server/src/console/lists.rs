//! Lists of a scope: pages for the screen, and whole as a workbook.

use contract::lists::{ListPage, ScopeList};
use contract::{ApiError, ErrorCode};
use domain::lists::sql::Unanswerable;
use domain::lists::{Cell, ListKind, ListQuery, ListRow};
use ledger::ScopeId;
use papers::lists::{Exported, list};

use super::{Answer, screen};
use crate::http::App;
use crate::store::Db;
use crate::{Error, Result};

/// China has one time.
const UTC_OFFSET_MIN: i32 = 480;

fn refused(unanswerable: Unanswerable) -> ApiError {
    ApiError::new(ErrorCode::BadRequest).with("detail", unanswerable)
}

/// Adds the columns that are worked out: of a visit how far its data has come.
fn complete(db: &Db, scope: &ScopeId, list: ListKind, row: &mut ListRow) -> Result<()> {
    if let (ListKind::Visits, Some(visit)) = (list, row.visit) {
        let state = db.visit_data_state(scope, visit)?;
        row.cells.push(Cell::Text(state.key().to_owned()));
    }
    Ok(())
}

/// One page.
pub(crate) fn page(app: &App, scope: &ScopeId, args: &ScopeList) -> Answer<ListPage> {
    let list = args.query.list;
    let found = app.with_db(|db| {
        let mut page = match db.list(scope, &args.query, args.after.as_deref(), args.limit)? {
            Ok(page) => page,
            Err(unanswerable) => return Ok(Err(refused(unanswerable))),
        };
        for row in &mut page.rows {
            complete(db, scope, list, row)?;
        }
        Ok(Ok(page))
    });
    let page = found.map_err(screen)??;
    Ok(ListPage {
        columns: list.columns().iter().map(|column| column.key.to_owned()).collect(),
        rows: page.rows,
        next: page.next,
        total: page.total,
    })
}

/// The whole list as a workbook: the rows that the question finds, in its order.
pub(crate) fn export(app: &App, scope: &ScopeId, query: &ListQuery, columns: &[String], english: bool) -> Answer<Vec<u8>> {
    let read = app.with_db(|db| {
        let county = db.county(scope)?.ok_or(Error::Corrupt("a county is missing"))?;
        let mut rows = Vec::new();
        let all = db.list_all(scope, query, |mut row| {
            complete(db, scope, query.list, &mut row)?;
            rows.push(row.cells);
            Ok(())
        })?;
        Ok(all.map(|()| (county.name, rows)))
    });
    let (county, rows) = read.map_err(screen)?.map_err(refused)?;
    let exported = Exported {
        county: &county,
        query,
        columns,
        utc_offset_min: UTC_OFFSET_MIN,
        made_at_ms: app.now_ms(),
        english,
    };
    list(&exported, &rows).map_err(|error| screen(error.into()))
}
