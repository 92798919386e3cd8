//! Columns of aggregates, for lists, counts and look-ups; queries never look into the JSON.

use domain::apply::PersonState;
use domain::operation::BlobRef;
use domain::{Aggregate, Visit, VisitPhase};
use rusqlite::Connection;
use seal::Digest;
use uuid::Uuid;

use crate::error::Result;
use crate::store::sql_int;

/// Brings the columns of an aggregate up to date. `phase` is a visit's; `refolded` says that its entries may have changed places.
pub fn write(conn: &Connection, ent: &Uuid, state: &Aggregate, phase: Option<VisitPhase>, refolded: bool) -> Result<()> {
    if refolded {
        conn.prepare_cached("DELETE FROM photo_row WHERE visit = ?1")?.execute([ent.as_bytes()])?;
        conn.prepare_cached("DELETE FROM photo_print WHERE visit = ?1")?
            .execute([ent.as_bytes()])?;
        conn.prepare_cached("DELETE FROM visit_blob WHERE visit = ?1")?
            .execute([ent.as_bytes()])?;
    }
    match state {
        Aggregate::Station(station) => {
            let search = [&station.name, &station.township, &station.village, &station.address, &station.manager];
            let search = search.map(|text| text.to_lowercase()).join("\n");
            let sql = "INSERT OR REPLACE INTO station_row (ent, township, name, search) VALUES (?1, ?2, ?3, ?4)";
            conn.prepare_cached(sql)?
                .execute((ent.as_bytes(), &station.township, &station.name, search))?;
        }
        Aggregate::Person(person) => person_rows(conn, ent, person)?,
        Aggregate::Device(device) => certificate(conn, ent, &device.kid, &device.certificate)?,
        Aggregate::Blob(stored) => {
            if let Ok(sha256) = stored.sha256.parse::<Digest>() {
                let sql = "INSERT OR REPLACE INTO stored_row (sha256, len) VALUES (?1, ?2)";
                conn.prepare_cached(sql)?.execute((sha256.as_bytes(), sql_int(stored.len)))?;
            }
        }
        Aggregate::Visit(visit) => visit_rows(conn, ent, visit, phase.unwrap_or_else(|| visit.phase()))?,
        Aggregate::Revocations(_) => {}
    }
    Ok(())
}

fn person_rows(conn: &Connection, ent: &Uuid, person: &PersonState) -> Result<()> {
    if let Some(known) = &person.registered {
        let sql = "INSERT OR REPLACE INTO person_row (ent, name, org) VALUES (?1, ?2, ?3)";
        conn.prepare_cached(sql)?.execute((ent.as_bytes(), &known.name, &known.org))?;
    }
    person
        .certificates
        .iter()
        .try_for_each(|certified| certificate(conn, ent, &certified.kid, &certified.certificate))
}

fn certificate(conn: &Connection, ent: &Uuid, kid: &str, certificate: &str) -> Result<()> {
    let sql = "INSERT OR REPLACE INTO certificate_row (kid, ent, certificate) VALUES (?1, ?2, ?3)";
    conn.prepare_cached(sql)?.execute((kid, ent.as_bytes(), certificate))?;
    Ok(())
}

fn visit_rows(conn: &Connection, ent: &Uuid, visit: &Visit, phase: VisitPhase) -> Result<()> {
    let answered = visit
        .answers
        .values()
        .filter(|versions| versions.iter().any(|v| v.answer.is_some()))
        .count();
    let sql = "INSERT OR REPLACE INTO visit_row
                 (ent, station, pack, pack_sha256, phase, started_at_ms, answered, findings, photos, team, changed_at_ms)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, (SELECT max(stored_ms) FROM entry WHERE ent = ?1))";
    conn.prepare_cached(sql)?.execute((
        ent.as_bytes(),
        visit.station.0.as_bytes(),
        &visit.pack.id,
        &visit.pack.sha256,
        phase.key(),
        visit.description.started_at_ms,
        sql_int(answered as u64),
        sql_int(visit.standing_findings().count() as u64),
        sql_int(visit.standing_photos().count() as u64),
        serde_json::to_string(&visit.description.team)?,
    ))?;
    let sql = "INSERT OR REPLACE INTO photo_row (photo, visit, original, thumb, mime) VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut photo_row = conn.prepare_cached(sql)?;
    let known: i64 = conn
        .prepare_cached("SELECT count(*) FROM photo_row WHERE visit = ?1")?
        .query_row([ent.as_bytes()], |row| row.get(0))?;
    // Photos are only ever added at the end; the rows of the first ones stand.
    let late: Vec<_> = visit.late_photos().collect();
    let known = if late.is_empty() {
        usize::try_from(known).unwrap_or_default()
    } else {
        0
    };
    for attached in visit.photos.iter().skip(known).map(|photo| &photo.attached).chain(late) {
        let (Ok(original), thumb) = (attached.original.sha256.parse::<Digest>(), attached.thumbnail.as_ref()) else {
            continue;
        };
        let thumb = thumb.and_then(|t| t.sha256.parse::<Digest>().ok());
        photo_row.execute((
            attached.photo.0.as_bytes(),
            ent.as_bytes(),
            original.as_bytes(),
            thumb.as_ref().map(Digest::as_bytes),
            &attached.mime,
        ))?;
        if let Some(print) = attached.fingerprint {
            let sql = "INSERT OR IGNORE INTO photo_print (photo, visit, print) VALUES (?1, ?2, ?3)";
            conn.prepare_cached(sql)?
                .execute((attached.photo.0.as_bytes(), ent.as_bytes(), print.0.cast_signed()))?;
        }
        visit_blob(conn, ent, &attached.original, "original")?;
        if let Some(thumb) = &attached.thumbnail {
            visit_blob(conn, ent, thumb, "thumb")?;
        }
    }
    conn.prepare_cached("DELETE FROM visit_blob WHERE visit = ?1 AND role = 'record'")?
        .execute([ent.as_bytes()])?;
    visit.documents().try_for_each(|blob| visit_blob(conn, ent, blob, "record"))?;
    Ok(())
}

fn visit_blob(conn: &Connection, ent: &Uuid, blob: &BlobRef, role: &str) -> Result<()> {
    if let Ok(sha256) = blob.sha256.parse::<Digest>() {
        let sql = "INSERT OR IGNORE INTO visit_blob (visit, sha256, role) VALUES (?1, ?2, ?3)";
        conn.prepare_cached(sql)?.execute((ent.as_bytes(), sha256.as_bytes(), role))?;
    }
    Ok(())
}
