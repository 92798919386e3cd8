//! Lists: typed columns of stations, visits, findings and photos, written in the transaction that changes them and read by keyset.

use domain::lists::rows::{self, Place, Stored};
use domain::lists::sql::{self, Cursor, Sql, Unanswerable};
use domain::lists::{Cell, CellKind, ListKind, ListQuery, ListRow};
use domain::{Aggregate, Station, StationId, Visit, VisitId};
use ledger::ScopeId;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use uuid::Uuid;

use super::Db;
use crate::{Error, Result};

/// Form of the rows, and of those of a visit's bytes. A store whose rows are of another form makes them anew when it is opened.
const FORM: &str = "2";
/// Tables of the lists, for a rebuild.
pub(super) const TABLES: &str = "DELETE FROM station_list; DELETE FROM visit_list; DELETE FROM finding_list; DELETE FROM photo_list;
    INSERT INTO station_grams (station_grams) VALUES ('delete-all'); INSERT INTO visit_grams (visit_grams) VALUES ('delete-all');
    INSERT INTO finding_grams (finding_grams) VALUES ('delete-all'); INSERT INTO photo_grams (photo_grams) VALUES ('delete-all');";

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Whole(whole) => Value::Integer(*whole),
        Cell::Text(text) => Value::Text(text.clone()),
    }
}

fn uuid(row: &Row<'_>, column: usize) -> rusqlite::Result<Uuid> {
    row.get::<_, [u8; 16]>(column).map(Uuid::from_bytes)
}

/// The stored cells of a row from a column on.
fn cells(list: ListKind, row: &Row<'_>, from: usize) -> rusqlite::Result<Vec<Cell>> {
    let columns = list.columns().iter().filter(|column| !column.computed);
    let cells = columns.zip(from..).map(|(column, at)| match column.kind {
        CellKind::Whole | CellKind::Time => row.get(at).map(Cell::Whole),
        CellKind::Text | CellKind::Word | CellKind::Day => row.get(at).map(Cell::Text),
    });
    cells.collect()
}

/// Writes what the lists say of an aggregate.
pub(super) fn project(conn: &Connection, scope: &ScopeId, ent: Uuid, state: &Aggregate) -> Result<()> {
    match state {
        Aggregate::Station(station) => project_station(conn, scope, ent, station),
        Aggregate::Visit(visit) => project_visit(conn, scope, ent, visit),
        _ => Ok(()),
    }
}

fn project_station(conn: &Connection, scope: &ScopeId, id: Uuid, station: &Station) -> Result<()> {
    // The county's register takes over an id under which a laptop had opened a visit.
    for list in [ListKind::Visits, ListKind::Findings, ListKind::Photos] {
        write(conn, scope, list, id, id, &[])?;
    }
    let sql = "SELECT count(*), coalesce(max(started_at_ms), 0) FROM visit_list WHERE scope = ?1 AND station = ?2 AND phase <> 'aborted'";
    let (visits, last) = conn
        .prepare_cached(sql)?
        .query_row(params![scope.as_bytes(), id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    write(conn, scope, ListKind::Stations, id, id, &[rows::station(station, visits, last)])?;
    let sql = "SELECT id FROM visit_list
               WHERE scope = ?1 AND station = ?2 AND (station_name <> ?3 OR township <> ?4 OR station_approval <> ?5)";
    let stale: Vec<Uuid> = conn
        .prepare_cached(sql)?
        .query_map(
            params![
                scope.as_bytes(),
                id.as_bytes(),
                station.name,
                station.township,
                rows::approval(station.proposed)
            ],
            |row| uuid(row, 0),
        )?
        .collect::<rusqlite::Result<_>>()?;
    for ent in stale {
        if let Some(Aggregate::Visit(visit)) = super::visits::aggregate(conn, scope, ent)? {
            project_visit(conn, scope, ent, &visit)?;
        }
    }
    Ok(())
}

fn project_visit(conn: &Connection, scope: &ScopeId, id: Uuid, visit: &Visit) -> Result<()> {
    let station = visit.station.0;
    let changed: i64 = conn
        .prepare_cached("SELECT max(received_ms) FROM entry WHERE scope = ?1 AND ent = ?2")?
        .query_row(params![scope.as_bytes(), id.as_bytes()], |row| row.get(0))?;
    let before: Option<Uuid> = conn
        .prepare_cached("SELECT station FROM visit_list WHERE scope = ?1 AND id = ?2")?
        .query_row(params![scope.as_bytes(), id.as_bytes()], |row| uuid(row, 0))
        .optional()?;
    let named: Option<(String, String, String)> = conn
        .prepare_cached("SELECT name, township, approval FROM station_list WHERE scope = ?1 AND id = ?2")?
        .query_row(params![scope.as_bytes(), station.as_bytes()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let (name, township, approval) = named.unwrap_or_default();
    let place = Place {
        name: &name,
        township: &township,
        approval: &approval,
        phase: visit.phase().key(),
    };
    write(conn, scope, ListKind::Visits, id, station, &[rows::visit(visit, place, changed)])?;
    write(conn, scope, ListKind::Findings, id, station, &rows::findings(visit, place))?;
    write(conn, scope, ListKind::Photos, id, station, &rows::photos(visit, place))?;
    let sql = "UPDATE station_list SET (visits, last_visit_ms) = (SELECT count(*), coalesce(max(started_at_ms), 0)
                 FROM visit_list v WHERE v.scope = ?1 AND v.station = ?2 AND v.phase <> 'aborted')
               WHERE scope = ?1 AND id = ?2";
    let mut counted = conn.prepare_cached(sql)?;
    for station in [Some(station), before.filter(|before| *before != station)].into_iter().flatten() {
        counted.execute(params![scope.as_bytes(), station.as_bytes()])?;
    }
    Ok(())
}

/// Makes the rows of an owner in a list those given: unchanged ones are left alone.
fn write(conn: &Connection, scope: &ScopeId, list: ListKind, owner: Uuid, station: Uuid, rows: &[Stored]) -> Result<()> {
    let (table, grams) = (list.table(), list.grams());
    let sql = format!("SELECT {} FROM {table} WHERE scope = ?1 AND owner = ?2", sql::selected(list));
    let mut known: std::collections::BTreeMap<Uuid, (i64, Uuid, Vec<Cell>)> = conn
        .prepare_cached(&sql)?
        .query_map(params![scope.as_bytes(), owner.as_bytes()], |row| {
            Ok((uuid(row, 1)?, (row.get(0)?, uuid(row, 3)?, cells(list, row, 4)?)))
        })?
        .collect::<rusqlite::Result<_>>()?;
    for row in rows {
        let blob = |id: Uuid| Value::Blob(id.as_bytes().to_vec());
        let n = match known.remove(&row.id) {
            Some((_, at, cells)) if at == station && cells == row.cells => continue,
            Some((n, ..)) => {
                let values = [Value::Integer(n), blob(station)].into_iter().chain(row.cells.iter().map(value));
                conn.prepare_cached(&sql::update(list))?.execute(params_from_iter(values))?;
                conn.prepare_cached(&format!("DELETE FROM {grams} WHERE rowid = ?1"))?.execute([n])?;
                n
            }
            None => {
                let own = [Value::Blob(scope.as_bytes().to_vec()), blob(row.id), blob(owner), blob(station)];
                let values = own.into_iter().chain(row.cells.iter().map(value));
                conn.prepare_cached(&sql::insert(list, &["scope"]))?.execute(params_from_iter(values))?;
                conn.last_insert_rowid()
            }
        };
        conn.prepare_cached(&format!("INSERT INTO {grams} (rowid, grams) VALUES (?1, ?2)"))?
            .execute(params![n, domain::search::grams(&row.text(list))])?;
    }
    for (n, ..) in known.into_values() {
        conn.prepare_cached(&format!("DELETE FROM {table} WHERE n = ?1"))?.execute([n])?;
        conn.prepare_cached(&format!("DELETE FROM {grams} WHERE rowid = ?1"))?.execute([n])?;
    }
    Ok(())
}

/// A page as the store knows it.
#[derive(Debug)]
pub struct Page {
    /// Rows without the columns that are worked out.
    pub rows: Vec<ListRow>,
    /// Where it ends.
    pub next: Option<String>,
    /// Rows in all, with the first page.
    pub total: Option<u32>,
}

const HEAD: &str = "scope = ?1";

fn params_of(scope: &ScopeId, sql: &Sql) -> Vec<Value> {
    let own = Value::Blob(scope.as_bytes().to_vec());
    [own].into_iter().chain(sql.params.iter().map(value)).collect()
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

impl Db {
    /// One page of a list of a scope. A question that the list cannot answer is refused as the screen's fault.
    pub fn list(&self, scope: &ScopeId, query: &ListQuery, after: Option<&str>, limit: u32) -> Result<std::result::Result<Page, Unanswerable>> {
        let asked = sql::page(query, after, limit, HEAD, 2).and_then(|page| Ok((page, sql::count(query, HEAD, 2)?)));
        let (page, count) = match asked {
            Ok(asked) => asked,
            Err(refused) => return Ok(Err(refused)),
        };
        let mut statement = self.conn.prepare_cached(&page.text)?;
        let found = statement.query_map(params_from_iter(params_of(scope, &page)), |row| list_row(query.list, row))?;
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
                self.conn
                    .prepare_cached(&count.text)?
                    .query_row(params_from_iter(params_of(scope, &count)), |row| row.get(0))?,
            ),
        };
        let rows = found.into_iter().map(|(_, row)| row).collect();
        Ok(Ok(Page { rows, next, total }))
    }

    /// Every row of a list, in order, handed over one by one.
    pub fn list_all(
        &self,
        scope: &ScopeId,
        query: &ListQuery,
        mut each: impl FnMut(ListRow) -> Result<()>,
    ) -> Result<std::result::Result<(), Unanswerable>> {
        let all = match sql::all(query, HEAD, 2) {
            Ok(all) => all,
            Err(refused) => return Ok(Err(refused)),
        };
        let mut statement = self.conn.prepare(&all.text)?;
        let mut rows = statement.query(params_from_iter(params_of(scope, &all)))?;
        while let Some(row) = rows.next()? {
            each(list_row(query.list, row)?.1)?;
        }
        Ok(Ok(()))
    }

    /// Makes the rows of the lists anew where they are of another form than this version's.
    pub(super) fn refill_lists(&mut self) -> Result<()> {
        let known: Option<String> = self
            .conn
            .query_row("SELECT value FROM meta WHERE name = 'lists'", [], |row| row.get(0))
            .optional()?;
        if known.as_deref() == Some(FORM) {
            return Ok(());
        }
        let tx = self.begin()?;
        tx.execute_batch(TABLES)?;
        // Stations first, so that visits find their names.
        for kind in ["station", "visit"] {
            let mut statement = tx.prepare("SELECT scope, ent, state FROM aggregate WHERE type = ?1")?;
            let mut rows = statement.query([kind])?;
            while let Some(row) = rows.next()? {
                let state: Aggregate = serde_json::from_str(&row.get::<_, String>(2)?)?;
                let scope = ScopeId::from_bytes(row.get(0)?);
                project(&tx, &scope, uuid(row, 1)?, &state)?;
                if let Aggregate::Visit(visit) = &state {
                    super::visits::project_blobs(&tx, &scope, visit)?;
                }
            }
        }
        tx.execute(
            "INSERT INTO meta (name, value) VALUES ('lists', ?1) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [FORM],
        )?;
        tx.commit()?;
        Ok(())
    }

    /// The rows of the lists as text, without their numbers.
    pub(super) fn lists_text(&self) -> Result<String> {
        let mut text = String::new();
        for list in ListKind::ALL {
            let (table, grams) = (list.table(), list.grams());
            let sql = format!("SELECT quote(scope), {} FROM {table} ORDER BY scope, id, owner", sql::selected(list));
            let mut statement = self.conn.prepare(&sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let found = cells(list, row, 5)?;
                text.push_str(&format!(
                    "{table} {} {} {} {found:?}\n",
                    row.get::<_, String>(0)?,
                    uuid(row, 2)?,
                    uuid(row, 3)?
                ));
            }
            let sql = format!(
                "SELECT (SELECT count(*) FROM {table} WHERE n NOT IN (SELECT rowid FROM {grams}))
                      + (SELECT count(*) FROM {grams} WHERE rowid NOT IN (SELECT n FROM {table}))"
            );
            let astray: i64 = self.conn.query_row(&sql, [], |row| row.get(0))?;
            if astray != 0 {
                return Err(Error::Corrupt("a list and its index of words differ"));
            }
        }
        Ok(text)
    }
}
