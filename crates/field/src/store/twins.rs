//! Photos of other visits with the same bytes or the same picture.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use domain::fingerprint::{Fingerprint, Fingerprints};
use domain::worth::{Elsewhere, Remark};
use domain::{PhotoId, Visit, VisitId};
use rusqlite::{Connection, OptionalExtension, Row};
use seal::Digest;
use uuid::Uuid;

use super::Store;
use crate::error::Result;

/// A remark names so many other photos at most.
const SHOWN: usize = 3;
/// A photo that stands in a visit that was not aborted, and the visit.
const STANDING: &str = "SELECT p.photo, p.visit, coalesce(l.station_name, ''), v.started_at_ms
    FROM photo_row p JOIN visit_row v ON v.ent = p.visit LEFT JOIN photo_list l ON l.id = p.photo AND l.owner = p.visit
    WHERE v.phase <> 'aborted' AND coalesce(l.withdrawn, '') = ''";

impl Store {
    /// For each standing photo of a visit that has any: the photos of other visits with the same bytes, else those that look the same.
    pub fn twins(&self, visit: &Visit) -> Result<BTreeMap<PhotoId, Vec<Remark>>> {
        self.read(|conn| {
            let mut known = self.prints.lock().unwrap_or_else(PoisonError::into_inner);
            catch_up(conn, &mut known)?;
            let mut twins = BTreeMap::new();
            for attached in visit.standing_photos().map(|photo| &photo.attached) {
                let Ok(original) = attached.original.sha256.parse::<Digest>() else {
                    continue;
                };
                let mut found = same_bytes(conn, visit.id, &original)?;
                if let (true, Some(print)) = (found.is_empty(), attached.fingerprint) {
                    found = same_picture(conn, visit.id, &mut known, print)?;
                }
                if !found.is_empty() {
                    twins.insert(attached.photo, found);
                }
            }
            Ok(twins)
        })
    }
}

/// Reads the rows that were added since.
fn catch_up(conn: &Connection, known: &mut Fingerprints) -> Result<()> {
    let mut rows = conn.prepare_cached("SELECT n, print FROM photo_print WHERE n > ?1 ORDER BY n")?;
    let mut rows = rows.query([known.newest()])?;
    while let Some(row) = rows.next()? {
        known.add(row.get(0)?, Fingerprint(row.get::<_, i64>(1)?.cast_unsigned()));
    }
    Ok(())
}

fn same_bytes(conn: &Connection, visit: VisitId, original: &Digest) -> Result<Vec<Remark>> {
    let sql = format!("{STANDING} AND p.original = ?1 AND p.visit <> ?2 ORDER BY v.started_at_ms, p.photo LIMIT {SHOWN}");
    let mut rows = conn.prepare_cached(&sql)?;
    let rows = rows.query_map((original.as_bytes(), visit.0.as_bytes()), elsewhere)?;
    Ok(rows
        .map(|row| row.map(|elsewhere| Remark::SameBytes { elsewhere }))
        .collect::<rusqlite::Result<_>>()?)
}

fn same_picture(conn: &Connection, visit: VisitId, known: &mut Fingerprints, print: Fingerprint) -> Result<Vec<Remark>> {
    // A row may be gone since it was read into memory.
    let sql = format!("{STANDING} AND p.photo = (SELECT photo FROM photo_print WHERE n = ?1) AND p.visit <> ?2");
    let mut one = conn.prepare_cached(&sql)?;
    let mut found = Vec::new();
    for row in known.alike(print) {
        if let Some(elsewhere) = one.query_row((row, visit.0.as_bytes()), elsewhere).optional()? {
            found.push(Remark::SamePicture { elsewhere });
        }
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
