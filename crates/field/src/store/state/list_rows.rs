//! Rows of the lists of stations, visits, findings and photos: written in the transaction that changes what they tell.

use std::collections::BTreeMap;

use domain::lists::rows::{self, Place, Stored};
use domain::lists::{Cell, CellKind, ListKind, sql};
use domain::{Aggregate, Station, Visit};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use uuid::Uuid;

use crate::error::Result;

/// A cell as SQLite keeps it.
pub fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Whole(whole) => Value::Integer(*whole),
        Cell::Text(text) => Value::Text(text.clone()),
    }
}

/// An id from a column.
pub fn uuid(row: &Row<'_>, column: usize) -> rusqlite::Result<Uuid> {
    row.get::<_, [u8; 16]>(column).map(Uuid::from_bytes)
}

/// The stored cells of a row from a column on.
pub fn cells(list: ListKind, row: &Row<'_>, from: usize) -> rusqlite::Result<Vec<Cell>> {
    let columns = list.columns().iter().filter(|column| !column.computed);
    let cells = columns.zip(from..).map(|(column, at)| match column.kind {
        CellKind::Whole | CellKind::Time => row.get(at).map(Cell::Whole),
        CellKind::Text | CellKind::Word | CellKind::Day => row.get(at).map(Cell::Text),
    });
    cells.collect()
}

/// Drops all rows.
pub fn clear(conn: &Connection) -> Result<()> {
    for list in ListKind::ALL {
        let (table, grams) = (list.table(), list.grams());
        conn.execute_batch(&format!("DELETE FROM {table}; INSERT INTO {grams} ({grams}) VALUES ('delete-all');"))?;
    }
    Ok(())
}

/// Brings the rows of an aggregate up to date.
pub fn write(conn: &Connection, ent: &Uuid, state: &Aggregate) -> Result<()> {
    match state {
        Aggregate::Station(station) => write_station(conn, ent, station),
        Aggregate::Visit(visit) => write_visit(conn, ent, visit),
        _ => Ok(()),
    }
}

fn write_station(conn: &Connection, ent: &Uuid, station: &Station) -> Result<()> {
    let id = *ent;
    // The county's register takes over an id under which a laptop had opened a visit.
    for list in [ListKind::Visits, ListKind::Findings, ListKind::Photos] {
        put(conn, list, id, id, &[])?;
    }
    let sql = "SELECT count(*), coalesce(max(started_at_ms), 0) FROM visit_list WHERE station = ?1 AND phase <> 'aborted'";
    let (visits, last) = conn
        .prepare_cached(sql)?
        .query_row([id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    put(conn, ListKind::Stations, id, id, &[rows::station(station, visits, last)])?;
    let sql = "SELECT id FROM visit_list WHERE station = ?1 AND (station_name <> ?2 OR township <> ?3 OR station_approval <> ?4)";
    let stale: Vec<Uuid> = conn
        .prepare_cached(sql)?
        .query_map(
            params![id.as_bytes(), station.name, station.township, rows::approval(station.proposed)],
            |row| uuid(row, 0),
        )?
        .collect::<rusqlite::Result<_>>()?;
    for ent in stale {
        if let Some(Aggregate::Visit(visit)) = super::aggregate(conn, &ent)? {
            write_visit(conn, &ent, &visit)?;
        }
    }
    Ok(())
}

fn write_visit(conn: &Connection, ent: &Uuid, visit: &Visit) -> Result<()> {
    let (id, station) = (*ent, visit.station.0);
    let changed: i64 = conn
        .prepare_cached("SELECT coalesce(max(stored_ms), 0) FROM entry WHERE ent = ?1")?
        .query_row([id.as_bytes()], |row| row.get(0))?;
    let before: Option<Uuid> = conn
        .prepare_cached("SELECT station FROM visit_list WHERE id = ?1")?
        .query_row([id.as_bytes()], |row| uuid(row, 0))
        .optional()?;
    let named: Option<(String, String, String)> = conn
        .prepare_cached("SELECT name, township, approval FROM station_list WHERE id = ?1")?
        .query_row([station.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let (name, township, approval) = named.unwrap_or_default();
    // Which signatures count was worked out when the visit's own columns were written.
    let phase: Option<String> = conn
        .prepare_cached("SELECT phase FROM visit_row WHERE ent = ?1")?
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?;
    let place = Place {
        name: &name,
        township: &township,
        approval: &approval,
        phase: phase.as_deref().unwrap_or_else(|| visit.phase().key()),
    };
    put(conn, ListKind::Visits, id, station, &[rows::visit(visit, place, changed)])?;
    put(conn, ListKind::Findings, id, station, &rows::findings(visit, place))?;
    put(conn, ListKind::Photos, id, station, &rows::photos(visit, place))?;
    let sql = "UPDATE station_list SET (visits, last_visit_ms) =
                 (SELECT count(*), coalesce(max(started_at_ms), 0) FROM visit_list v WHERE v.station = ?1 AND v.phase <> 'aborted')
               WHERE id = ?1";
    let mut counted = conn.prepare_cached(sql)?;
    for station in [Some(station), before.filter(|before| *before != station)].into_iter().flatten() {
        counted.execute([station.as_bytes()])?;
    }
    Ok(())
}

/// Makes the rows of an owner in a list those given: unchanged ones are left alone.
fn put(conn: &Connection, list: ListKind, owner: Uuid, station: Uuid, rows: &[Stored]) -> Result<()> {
    let (table, grams) = (list.table(), list.grams());
    let sql = format!("SELECT {} FROM {table} WHERE owner = ?1", sql::selected(list));
    let mut known: BTreeMap<Uuid, (i64, Uuid, Vec<Cell>)> = conn
        .prepare_cached(&sql)?
        .query_map([owner.as_bytes()], |row| {
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
                let own = [blob(row.id), blob(owner), blob(station)];
                let values = own.into_iter().chain(row.cells.iter().map(value));
                conn.prepare_cached(&sql::insert(list, &[]))?.execute(params_from_iter(values))?;
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

/// Makes all rows from the stored states, after an upgrade.
pub fn refill(conn: &Connection) -> Result<()> {
    clear(conn)?;
    // Stations first, so that visits find their names.
    for table in ["station_row", "visit_row"] {
        let mut statement = conn.prepare(&format!("SELECT ent, json FROM aggregate WHERE ent IN (SELECT ent FROM {table})"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let json: String = row.get(1)?;
            write(conn, &uuid(row, 0)?, &serde_json::from_str(&json)?)?;
        }
    }
    Ok(())
}

/// The rows as text, without their numbers, which depend on the order of writing.
pub fn dump(conn: &Connection, into: &mut String) -> Result<()> {
    for list in ListKind::ALL {
        let (table, grams) = (list.table(), list.grams());
        let mut statement = conn.prepare(&format!("SELECT {} FROM {table} ORDER BY id, owner", sql::selected(list)))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let found = (uuid(row, 1)?, uuid(row, 2)?, uuid(row, 3)?, cells(list, row, 4)?);
            into.push_str(&format!("{table} | {found:?}\n"));
        }
        let unindexed = format!("SELECT count(*) FROM {table} WHERE n NOT IN (SELECT rowid FROM {grams})");
        let unlisted = format!("SELECT count(*) FROM {grams} WHERE rowid NOT IN (SELECT n FROM {table})");
        for sql in [unindexed, unlisted] {
            let astray: i64 = conn.query_row(&sql, [], |row| row.get(0))?;
            into.push_str(&format!("{grams} | astray {astray}\n"));
        }
    }
    Ok(())
}
