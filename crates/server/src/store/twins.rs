//! Photos of other visits of a county with the same bytes or the same picture.

use std::collections::BTreeMap;

use domain::fingerprint::{Fingerprint, Fingerprints};
use domain::worth::{Elsewhere, Remark};
use domain::{PhotoId, Visit, VisitId};
use ledger::ScopeId;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::Db;
use crate::Result;

/// A remark names so many other photos at most.
const SHOWN: usize = 3;
/// A photo that stands in a visit that was not aborted, and the visit.
const STANDING: &str = "SELECT p.photo, p.visit, coalesce(l.station_name, ''), v.started_ms
    FROM photo p JOIN visit v ON v.scope = p.scope AND v.visit = p.visit
    LEFT JOIN photo_list l ON l.scope = p.scope AND l.id = p.photo AND l.owner = p.visit
    WHERE p.scope = ?1 AND v.phase <> 'aborted' AND coalesce(l.withdrawn, '') = ''";

impl Db {
    /// For each standing photo of a visit that has any: the photos of other visits with the same bytes, else those that look the same.
    pub fn twins(&self, scope: &ScopeId, visit: &Visit) -> Result<BTreeMap<PhotoId, Vec<Remark>>> {
        let mut all = self.prints.borrow_mut();
        let known = all.entry(*scope).or_default();
        catch_up(&self.conn, scope, known)?;
        let mut twins = BTreeMap::new();
        for attached in visit.standing_photos().map(|photo| &photo.attached) {
            let mut found = same_bytes(&self.conn, scope, visit.id, &attached.original.sha256)?;
            if let (true, Some(print)) = (found.is_empty(), attached.fingerprint) {
                found = same_picture(&self.conn, scope, visit.id, known, print)?;
            }
            if !found.is_empty() {
                twins.insert(attached.photo, found);
            }
        }
        Ok(twins)
    }
}

/// Writes what the photos of a visit look like; rows that say so already are left alone.
pub(super) fn project(conn: &Connection, scope: &ScopeId, visit: &Visit) -> Result<()> {
    let printed: BTreeMap<PhotoId, Fingerprint> = visit
        .photos
        .iter()
        .filter_map(|photo| Some((photo.attached.photo, photo.attached.fingerprint?)))
        .collect();
    let mut rows = conn.prepare_cached("SELECT photo, print FROM photo_print WHERE scope = ?1 AND visit = ?2")?;
    let mut known = BTreeMap::new();
    for row in rows.query_map(params![scope.as_bytes(), visit.id.0.as_bytes()], |row| {
        Ok((PhotoId(Uuid::from_bytes(row.get(0)?)), Fingerprint(row.get::<_, i64>(1)?.cast_unsigned())))
    })? {
        let (photo, print) = row?;
        known.insert(photo, print);
    }
    for photo in known
        .iter()
        .filter(|(photo, print)| printed.get(photo) != Some(print))
        .map(|(photo, _)| photo)
    {
        conn.prepare_cached("DELETE FROM photo_print WHERE scope = ?1 AND visit = ?2 AND photo = ?3")?
            .execute(params![scope.as_bytes(), visit.id.0.as_bytes(), photo.0.as_bytes()])?;
    }
    for (photo, print) in printed.iter().filter(|(photo, print)| known.get(photo) != Some(print)) {
        conn.prepare_cached("INSERT INTO photo_print (scope, photo, visit, print) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![
                scope.as_bytes(),
                photo.0.as_bytes(),
                visit.id.0.as_bytes(),
                print.0.cast_signed()
            ])?;
    }
    Ok(())
}

/// Reads the rows that were added since.
fn catch_up(conn: &Connection, scope: &ScopeId, known: &mut Fingerprints) -> Result<()> {
    let mut rows = conn.prepare_cached("SELECT n, print FROM photo_print WHERE scope = ?1 AND n > ?2 ORDER BY n")?;
    let mut rows = rows.query(params![scope.as_bytes(), known.newest()])?;
    while let Some(row) = rows.next()? {
        known.add(row.get(0)?, Fingerprint(row.get::<_, i64>(1)?.cast_unsigned()));
    }
    Ok(())
}

fn same_bytes(conn: &Connection, scope: &ScopeId, visit: VisitId, original: &str) -> Result<Vec<Remark>> {
    let sql = format!("{STANDING} AND p.original = ?2 AND p.visit <> ?3 ORDER BY v.started_ms, p.photo LIMIT {SHOWN}");
    let mut rows = conn.prepare_cached(&sql)?;
    let rows = rows.query_map(params![scope.as_bytes(), original, visit.0.as_bytes()], elsewhere)?;
    let remarks = rows.map(|row| row.map(|elsewhere| Remark::SameBytes { elsewhere }));
    Ok(remarks.collect::<rusqlite::Result<_>>()?)
}

fn same_picture(conn: &Connection, scope: &ScopeId, visit: VisitId, known: &mut Fingerprints, print: Fingerprint) -> Result<Vec<Remark>> {
    // A row may be gone since it was read into memory.
    let sql = format!("{STANDING} AND (p.photo, p.visit) = (SELECT photo, visit FROM photo_print WHERE n = ?2 AND scope = ?1) AND p.visit <> ?3");
    let mut one = conn.prepare_cached(&sql)?;
    let mut found = Vec::new();
    for row in known.alike(print) {
        let twin = one.query_row(params![scope.as_bytes(), row, visit.0.as_bytes()], elsewhere).optional()?;
        found.extend(twin.map(|elsewhere| Remark::SamePicture { elsewhere }));
        if found.len() == SHOWN {
            break;
        }
    }
    Ok(found)
}

fn elsewhere(row: &Row<'_>) -> rusqlite::Result<Elsewhere> {
    Ok(Elsewhere {
        photo: PhotoId(Uuid::from_bytes(row.get(0)?)),
        visit: VisitId(Uuid::from_bytes(row.get(1)?)),
        station: row.get(2)?,
        started_at_ms: row.get(3)?,
    })
}
