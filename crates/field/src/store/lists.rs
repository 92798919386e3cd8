//! Lists and look-ups over the columns of the state.

use contract::field::StationRow;
use contract::shared::PersonRow;
use domain::operation::TeamMember;
use domain::{Aggregate, PersonId, PhotoId, Station, StationId, VisitId};
use rusqlite::{Connection, OptionalExtension};
use seal::Digest;
use uuid::Uuid;

use super::{Store, state};
use crate::error::Result;

/// A visit on a list.
#[derive(Clone, Debug)]
pub struct VisitSummary {
    /// Which visit.
    pub visit: VisitId,
    /// Where.
    pub station: StationId,
    /// Station's name, if known here.
    pub station_name: String,
    /// Its township.
    pub township: String,
    /// Whether the station waits for the county's approval.
    pub station_proposed: bool,
    /// Checklist id.
    pub pack: String,
    /// Checklist digest.
    pub pack_sha256: String,
    /// Key of the phase.
    pub phase: String,
    /// Start, ms since 1970 UTC.
    pub started_at_ms: i64,
    /// Items answered.
    pub answered: u32,
    /// Standing findings.
    pub findings: u32,
    /// Standing photos.
    pub photos: u32,
    /// Team in order.
    pub team: Vec<TeamMember>,
    /// Last change, ms since 1970 UTC.
    pub changed_at_ms: i64,
}

/// What this laptop knows of a township.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TownshipRow {
    /// Its name.
    pub township: String,
    /// Stations on the county's list.
    pub stations: u64,
    /// Of these without a registered position.
    pub stations_without_position: u64,
    /// Visits known here that were not aborted.
    pub visits: u64,
    /// Findings of these that are neither mended nor withdrawn.
    pub findings: u64,
    /// Photos of these.
    pub photos: u64,
    /// Photos that can be shown here.
    pub photos_shown: u64,
}

/// Where a photo's bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhotoRow {
    /// Digest of the original.
    pub original: Digest,
    /// Digest of the thumbnail.
    pub thumb: Option<Digest>,
    /// Media type of the original.
    pub mime: String,
}

/// How many closed visits the work of the day shows.
const RECENT: u32 = 50;

impl Store {
    /// The work of the day, newest first: visits that are not closed, and the newest of those that are. All of them stand in the list of
    /// visits.
    pub fn work(&self) -> Result<Vec<VisitSummary>> {
        self.read(|conn| {
            let sql = "SELECT v.ent, v.station, coalesce(s.name, ''), coalesce(s.township, ''), v.pack, v.pack_sha256, v.phase,
                         v.started_at_ms, v.answered, v.findings, v.photos, v.team, v.changed_at_ms,
                         EXISTS (SELECT 1 FROM station_row p JOIN entry e ON e.ent = p.ent WHERE p.ent = v.station
                                 AND e.kind = 'station.proposed/1')
                           AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.ent = v.station AND e.kind = 'station.registered/1')
                       FROM visit_row v LEFT JOIN station_row s ON s.ent = v.station
                       WHERE v.phase IN ('in_progress', 'awaiting_signature', 'returned')
                          OR v.ent IN (SELECT ent FROM visit_row WHERE phase NOT IN ('in_progress', 'awaiting_signature', 'returned')
                                       ORDER BY started_at_ms DESC, ent LIMIT ?1)
                       ORDER BY v.started_at_ms DESC, v.ent";
            let mut statement = conn.prepare_cached(sql)?;
            let rows = statement.query_map([RECENT], |row| {
                let team: String = row.get(11)?;
                Ok(VisitSummary {
                    visit: VisitId(Uuid::from_bytes(row.get(0)?)),
                    station: StationId(Uuid::from_bytes(row.get(1)?)),
                    station_name: row.get(2)?,
                    township: row.get(3)?,
                    station_proposed: row.get(13)?,
                    pack: row.get(4)?,
                    pack_sha256: row.get(5)?,
                    phase: row.get(6)?,
                    started_at_ms: row.get(7)?,
                    answered: row.get(8)?,
                    findings: row.get(9)?,
                    photos: row.get(10)?,
                    team: serde_json::from_str(&team).unwrap_or_default(),
                    changed_at_ms: row.get(12)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Stations in which every word of the search occurs, by township and name, with the last visit's start and a visit under way.
    pub fn stations(&self, search: &str) -> Result<Vec<StationRow>> {
        let words: Vec<String> = search.split_whitespace().map(str::to_lowercase).collect();
        self.read(|conn| {
            let sql = "SELECT s.ent, s.search, (SELECT max(started_at_ms) FROM visit_row v WHERE v.station = s.ent),
                         (SELECT v.ent FROM visit_row v WHERE v.station = s.ent AND v.phase = 'in_progress' ORDER BY started_at_ms DESC LIMIT 1)
                       FROM station_row s ORDER BY s.township, s.name, s.ent";
            let mut statement = conn.prepare_cached(sql)?;
            let mut rows = statement.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let text: String = row.get(1)?;
                if !words.iter().all(|word| text.contains(word.as_str())) {
                    continue;
                }
                let open: Option<[u8; 16]> = row.get(3)?;
                if let Some(station) = station(conn, &Uuid::from_bytes(row.get(0)?))? {
                    found.push(StationRow {
                        station,
                        last_visit_ms: row.get(2)?,
                        open_visit: open.map(|id| VisitId(Uuid::from_bytes(id))),
                    });
                }
            }
            Ok(found)
        })
    }

    /// Townships by name, with what is known of each.
    pub fn townships(&self) -> Result<Vec<TownshipRow>> {
        self.read(|conn| {
            let sql = "SELECT s.township, count(*) FROM station_row s GROUP BY s.township ORDER BY s.township";
            let mut rows: Vec<TownshipRow> = conn
                .prepare_cached(sql)?
                .query_map([], |row| {
                    Ok(TownshipRow {
                        township: row.get(0)?,
                        stations: super::count(row.get(1)?),
                        stations_without_position: 0,
                        visits: 0,
                        findings: 0,
                        photos: 0,
                        photos_shown: 0,
                    })
                })?
                .collect::<rusqlite::Result<_>>()?;
            let ents: Vec<[u8; 16]> = {
                let mut statement = conn.prepare_cached("SELECT ent FROM station_row")?;
                statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?
            };
            for ent in ents {
                if let Some(station) = station(conn, &Uuid::from_bytes(ent))?
                    && station.position.is_none()
                    && let Some(row) = rows.iter_mut().find(|row| row.township == station.township)
                {
                    row.stations_without_position = row.stations_without_position.saturating_add(1);
                }
            }
            let sql = "SELECT s.township, count(*), sum(v.photos),
                         sum((SELECT count(*) FROM photo_row p WHERE p.visit = v.ent AND EXISTS (SELECT 1 FROM thumb t WHERE t.sha256 = p.thumb))),
                         coalesce(sum(f.open), 0)
                       FROM visit_row v JOIN station_row s ON s.ent = v.station
                         LEFT JOIN (SELECT owner, count(*) AS open FROM finding_list WHERE standing = 'open' GROUP BY owner) f ON f.owner = v.ent
                       WHERE v.phase <> 'aborted' GROUP BY s.township";
            let mut statement = conn.prepare_cached(sql)?;
            let mut counted = statement.query([])?;
            while let Some(found) = counted.next()? {
                let township: String = found.get(0)?;
                if let Some(row) = rows.iter_mut().find(|row| row.township == township) {
                    row.visits = super::count(found.get(1)?);
                    row.photos = super::count(found.get(2)?);
                    row.photos_shown = super::count(found.get(3)?);
                    row.findings = super::count(found.get(4)?);
                }
            }
            Ok(rows)
        })
    }

    /// A station.
    pub fn station(&self, id: StationId) -> Result<Option<Station>> {
        self.read(|conn| station(conn, &id.0))
    }

    /// People on the county's list, by name.
    pub fn people(&self) -> Result<Vec<PersonRow>> {
        self.read(|conn| {
            let mut statement = conn.prepare_cached("SELECT ent, name, org FROM person_row ORDER BY name, ent")?;
            let rows = statement.query_map([], |row| {
                Ok(PersonRow {
                    person: PersonId(Uuid::from_bytes(row.get(0)?)),
                    name: row.get(1)?,
                    org: row.get(2)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Certificates issued for a key, base64 of DER.
    pub fn certificates(&self, kid: &str) -> Result<Vec<String>> {
        self.read(|conn| {
            let mut statement = conn.prepare_cached("SELECT certificate FROM certificate_row WHERE kid = ?1")?;
            let rows = statement.query_map([kid], |row| row.get(0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Where a photo's bytes are.
    pub fn photo(&self, photo: PhotoId) -> Result<Option<PhotoRow>> {
        self.read(|conn| {
            let sql = "SELECT original, thumb, mime FROM photo_row WHERE photo = ?1";
            let row = conn.prepare_cached(sql)?.query_row([photo.0.as_bytes()], |row| {
                let thumb: Option<[u8; 32]> = row.get(1)?;
                Ok(PhotoRow {
                    original: Digest::from_bytes(row.get(0)?),
                    thumb: thumb.map(Digest::from_bytes),
                    mime: row.get(2)?,
                })
            });
            Ok(row.optional()?)
        })
    }

    /// The photo of a visit with these bytes.
    pub fn photo_with(&self, visit: VisitId, original: &Digest) -> Result<Option<PhotoId>> {
        self.read(|conn| {
            let sql = "SELECT photo FROM photo_row WHERE visit = ?1 AND original = ?2";
            let id: Option<[u8; 16]> = conn
                .prepare_cached(sql)?
                .query_row((visit.0.as_bytes(), original.as_bytes()), |row| row.get(0))
                .optional()?;
            Ok(id.map(|id| PhotoId(Uuid::from_bytes(id))))
        })
    }

    /// Last durable write of a visit, drafts included, ms since 1970 UTC.
    pub fn saved_at_ms(&self, visit: VisitId) -> Result<i64> {
        self.read(|conn| {
            let sql = "SELECT max(coalesce((SELECT changed_at_ms FROM visit_row WHERE ent = ?1), 0),
                                  coalesce((SELECT max(saved_at_ms) FROM draft WHERE visit = ?1), 0))";
            Ok(conn.prepare_cached(sql)?.query_row([visit.0.as_bytes()], |row| row.get(0))?)
        })
    }
}

fn station(conn: &Connection, ent: &Uuid) -> Result<Option<Station>> {
    Ok(match state::aggregate(conn, ent)? {
        Some(Aggregate::Station(station)) => Some(station),
        _ => None,
    })
}
