//! Reading state: aggregates whole, and the list of visits by typed columns.

use std::collections::BTreeSet;

use contract::shared::{DataState, VisitRow};
use domain::operation::{BlobRef, TeamMember};
use domain::{Aggregate, StationId, Visit, VisitId, VisitPhase};
use ledger::{EntryId, Frame, ScopeId};
use rusqlite::{Connection, OptionalExtension, params};
use seal::Digest;
use uuid::Uuid;

use super::Db;
use super::index::{count, entry_id, number};
use crate::{Error, Result};

/// Writes a visit's columns.
pub(super) fn project(conn: &Connection, scope: &ScopeId, visit: &Visit) -> Result<()> {
    let changed: i64 = conn
        .prepare_cached("SELECT max(received_ms) FROM entry WHERE scope = ?1 AND ent = ?2")?
        .query_row(params![scope.as_bytes(), visit.id.0.as_bytes()], |row| row.get(0))?;
    let answered = visit
        .answers
        .values()
        .filter(|versions| versions.iter().any(|v| v.answer.is_some()))
        .count();
    let number_of = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    conn.prepare_cached(
        "INSERT INTO visit (scope, visit, station, pack, phase, team, started_ms, changed_ms, answered, findings, photos)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT (scope, visit) DO UPDATE SET station = excluded.station, pack = excluded.pack, phase = excluded.phase, team = excluded.team,
         started_ms = excluded.started_ms, changed_ms = excluded.changed_ms, answered = excluded.answered, findings = excluded.findings,
         photos = excluded.photos",
    )?
    .execute(params![
        scope.as_bytes(),
        visit.id.0.as_bytes(),
        visit.station.0.as_bytes(),
        visit.pack.id,
        visit.phase().key(),
        serde_json::to_string(&visit.description.team)?,
        visit.description.started_at_ms,
        changed,
        number_of(answered),
        number_of(visit.standing_findings().count()),
        number_of(visit.standing_photos().count()),
    ])?;
    // The visit may have been folded anew: what it has now is all that it has.
    conn.prepare_cached("DELETE FROM photo WHERE scope = ?1 AND visit = ?2")?
        .execute(params![scope.as_bytes(), visit.id.0.as_bytes()])?;
    let mut insert =
        conn.prepare_cached("INSERT OR IGNORE INTO photo (scope, photo, visit, original, thumbnail, mime) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    for photo in visit.photos.iter().map(|p| &p.attached).chain(visit.late_photos()) {
        insert.execute(params![
            scope.as_bytes(),
            photo.photo.0.as_bytes(),
            visit.id.0.as_bytes(),
            photo.original.sha256,
            photo.thumbnail.as_ref().map(|t| &t.sha256),
            photo.mime
        ])?;
    }
    project_blobs(conn, scope, visit)
}

/// Writes which bytes a visit consists of, as it stands: those of which it is asked whether they have arrived. An entry that is refused
/// names bytes that nobody will send.
pub(super) fn project_blobs(conn: &Connection, scope: &ScopeId, visit: &Visit) -> Result<()> {
    let photos = visit.photos.iter().map(|photo| &photo.attached).chain(visit.late_photos());
    let parts = photos.flat_map(|photo| {
        let thumbnail = photo.thumbnail.iter().map(|blob| ("thumbnail", blob));
        thumbnail.chain([("original", &photo.original)])
    });
    let documents = visit.documents().map(|blob| ("document", blob));
    let digest = |(part, blob): (&'static str, &BlobRef)| Some((*blob.sha256.parse::<Digest>().ok()?.as_bytes(), part.to_owned()));
    let now: BTreeSet<([u8; 32], String)> = parts.chain(documents).filter_map(digest).collect();
    let own = params![scope.as_bytes(), visit.id.0.as_bytes()];
    let before: BTreeSet<([u8; 32], String)> = conn
        .prepare_cached("SELECT sha256, part FROM visit_blob WHERE scope = ?1 AND visit = ?2")?
        .query_map(own, |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let mut gone = conn.prepare_cached("DELETE FROM visit_blob WHERE scope = ?1 AND visit = ?2 AND sha256 = ?3 AND part = ?4")?;
    for (sha256, part) in before.difference(&now) {
        gone.execute(params![scope.as_bytes(), visit.id.0.as_bytes(), sha256, part])?;
    }
    let mut new = conn.prepare_cached("INSERT INTO visit_blob (scope, visit, sha256, part) VALUES (?1, ?2, ?3, ?4)")?;
    for (sha256, part) in now.difference(&before) {
        new.execute(params![scope.as_bytes(), visit.id.0.as_bytes(), sha256, part])?;
    }
    Ok(())
}

/// The state of an aggregate.
pub(super) fn aggregate(conn: &Connection, scope: &ScopeId, ent: Uuid) -> Result<Option<Aggregate>> {
    let mut statement = conn.prepare_cached("SELECT state FROM aggregate WHERE scope = ?1 AND ent = ?2")?;
    let json: Option<String> = statement
        .query_row(params![scope.as_bytes(), ent.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(json.map(|j| serde_json::from_str(&j)).transpose()?)
}

/// The bytes of a photo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhotoBytes {
    /// Digest of the original.
    pub original: String,
    /// Digest of the thumbnail, if there is one.
    pub thumbnail: Option<String>,
    /// Media type of the original.
    pub mime: String,
}

fn phase_of(key: &str) -> Result<VisitPhase> {
    VisitPhase::of_key(key).ok_or(Error::Corrupt("a visit's phase"))
}

/// How far the bytes of a visit have come, from the counts of thumbnails and of all blobs.
fn data_state(thumbnails_missing: i64, any_missing: i64) -> DataState {
    match (thumbnails_missing, any_missing) {
        (_, 0) => DataState::OriginalsArrived,
        (0, _) => DataState::ThumbnailsArrived,
        _ => DataState::Receipted,
    }
}

const MISSING: &str = "SELECT count(*) FROM visit_blob n WHERE n.scope = ?1 AND n.visit = ?2 AND (?3 = '' OR n.part = ?3)
    AND NOT EXISTS (SELECT 1 FROM blob_stored s WHERE s.scope = n.scope AND s.sha256 = n.sha256)";

/// One entry of an aggregate as the server took it.
#[derive(Clone, Debug)]
pub struct EntryRow {
    /// The entry.
    pub id: EntryId,
    /// Its number in the scope's stream.
    pub sseq: u64,
    /// When the server took it, ms since 1970 UTC.
    pub received_ms: i64,
    /// Its kind.
    pub kind: String,
    /// Its exact bytes.
    pub frame: Frame,
}

impl Db {
    /// The state of an aggregate.
    pub fn aggregate(&self, scope: &ScopeId, ent: Uuid) -> Result<Option<Aggregate>> {
        aggregate(&self.conn, scope, ent)
    }

    /// All aggregates of a type (`station`, `person`, `device`, …) with their ids, ascending.
    pub fn aggregates(&self, scope: &ScopeId, kind: &str) -> Result<Vec<(Uuid, Aggregate)>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT ent, state FROM aggregate WHERE scope = ?1 AND type = ?2 ORDER BY ent")?;
        let rows = statement.query_map(params![scope.as_bytes(), kind], |row| {
            Ok((Uuid::from_bytes(row.get(0)?), row.get::<_, String>(1)?))
        })?;
        let mut found = Vec::new();
        for row in rows {
            let (ent, json) = row?;
            found.push((ent, serde_json::from_str(&json)?));
        }
        Ok(found)
    }

    /// The state of a visit.
    pub fn visit(&self, scope: &ScopeId, visit: VisitId) -> Result<Option<Visit>> {
        Ok(match self.aggregate(scope, visit.0)? {
            Some(Aggregate::Visit(visit)) => Some(*visit),
            _ => None,
        })
    }

    /// A mark that is another once entries or bytes came to a scope.
    pub fn revision(&self, scope: &ScopeId) -> Result<String> {
        let sql = "SELECT (SELECT hex(hash) FROM scope_head WHERE scope = ?1), (SELECT count(*) FROM blob_stored WHERE scope = ?1)";
        let mut statement = self.conn.prepare_cached(sql)?;
        Ok(statement.query_row([scope.as_bytes()], |row| {
            Ok(format!(
                "{}-{}",
                row.get::<_, Option<String>>(0)?.unwrap_or_default(),
                row.get::<_, i64>(1)?
            ))
        })?)
    }

    /// The visits of a scope, newest first. Station names and the checklist's size are filled in by the caller.
    pub fn visits(&self, scope: &ScopeId) -> Result<Vec<VisitRow>> {
        let sql = "SELECT visit, station, pack, phase, team, started_ms, changed_ms, answered, findings, photos
                   FROM visit WHERE scope = ?1 ORDER BY started_ms DESC, visit";
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query([scope.as_bytes().as_slice()])?;
        let mut list = Vec::new();
        while let Some(row) = rows.next()? {
            let visit = VisitId(Uuid::from_bytes(row.get(0)?));
            let team: Vec<TeamMember> = serde_json::from_str(&row.get::<_, String>(4)?)?;
            let phase = phase_of(&row.get::<_, String>(3)?)?;
            let awaits = match phase {
                VisitPhase::AwaitingSignature => self.visit(scope, visit)?.map(|visit| visit.awaits()).unwrap_or_default(),
                _ => Vec::new(),
            };
            list.push(VisitRow {
                visit,
                station: StationId(Uuid::from_bytes(row.get(1)?)),
                station_name: String::new(),
                township: String::new(),
                station_proposed: false,
                pack: row.get(2)?,
                phase,
                data_state: self.visit_data_state(scope, visit)?,
                started_at_ms: row.get(5)?,
                team,
                answered: row.get(7)?,
                items: 0,
                findings: row.get(8)?,
                photos: row.get(9)?,
                awaits,
                changed_at_ms: row.get(6)?,
                returned: None,
            });
        }
        Ok(list)
    }

    /// How far the data of a visit has come. Whatever is here is acknowledged and under a checkpoint.
    pub fn visit_data_state(&self, scope: &ScopeId, visit: VisitId) -> Result<DataState> {
        let mut statement = self.conn.prepare_cached(MISSING)?;
        let mut missing = |part: &str| statement.query_row(params![scope.as_bytes(), visit.0.as_bytes(), part], |row| row.get(0));
        Ok(data_state(missing("thumbnail")?, missing("")?))
    }

    /// The bytes of a photo of a visit. Another visit may have a photo of the same id, with other bytes.
    pub fn photo(&self, scope: &ScopeId, visit: VisitId, photo: Uuid) -> Result<Option<PhotoBytes>> {
        let sql = "SELECT original, thumbnail, mime FROM photo WHERE scope = ?1 AND photo = ?2 AND visit = ?3";
        let mut statement = self.conn.prepare_cached(sql)?;
        let read = |row: &rusqlite::Row<'_>| {
            Ok(PhotoBytes {
                original: row.get(0)?,
                thumbnail: row.get(1)?,
                mime: row.get(2)?,
            })
        };
        Ok(statement
            .query_row(params![scope.as_bytes(), photo.as_bytes(), visit.0.as_bytes()], read)
            .optional()?)
    }

    /// All entries of an aggregate in the stream's order.
    pub fn entries_of(&self, scope: &ScopeId, ent: Uuid) -> Result<Vec<EntryRow>> {
        let sql = "SELECT id, sseq, received_ms, kind, frame FROM entry WHERE scope = ?1 AND ent = ?2 ORDER BY sseq";
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query(params![scope.as_bytes(), ent.as_bytes()])?;
        let mut list = Vec::new();
        while let Some(row) = rows.next()? {
            list.push(EntryRow {
                id: entry_id(row, 0)?,
                sseq: count(row, 1)?,
                received_ms: row.get(2)?,
                kind: row.get(3)?,
                frame: Frame::parse(&row.get::<_, Vec<u8>>(4)?)?,
            });
        }
        Ok(list)
    }

    /// One entry as the server took it.
    pub fn entry(&self, id: &EntryId) -> Result<Option<EntryRow>> {
        let sql = "SELECT id, sseq, received_ms, kind, frame FROM entry WHERE id = ?1";
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query([id.as_bytes().as_slice()])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        Ok(Some(EntryRow {
            id: entry_id(row, 0)?,
            sseq: count(row, 1)?,
            received_ms: row.get(2)?,
            kind: row.get(3)?,
            frame: Frame::parse(&row.get::<_, Vec<u8>>(4)?)?,
        }))
    }

    /// How many entries a scope's stream has after a number.
    pub fn count_entries(&self, scope: &ScopeId, after: u64) -> Result<u64> {
        let mut statement = self.conn.prepare_cached("SELECT count(*) FROM entry WHERE scope = ?1 AND sseq > ?2")?;
        Ok(statement.query_row(params![scope.as_bytes(), number(after)], |row| count(row, 0))?)
    }
}
