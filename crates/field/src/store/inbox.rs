//! Photos that wait to be sorted out (待整理照片). Like what is being typed, they are durable, unsigned, in every second copy, and gone when
//! they become entries; so they lie among the drafts, each under its own id.

use domain::operation::PhotoAttached;
use domain::{PersonId, PhotoId, VisitId};
use rusqlite::{Connection, OptionalExtension};
use seal::Digest;
use serde::{Deserialize, Serialize};

use super::lists::PhotoRow;
use super::{Store, Tx};
use crate::error::Result;

/// The slot of a waiting photo.
pub const SLOT: &str = "inbox";

/// A photo that waits.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiting {
    /// Who brought it in, and sorts it out.
    pub by: PersonId,
    /// When it came, ms since 1970 UTC.
    pub arrived_at_ms: i64,
    /// 已搁置: not wanted in any visit.
    pub aside: bool,
    /// What is attached once somebody says where it belongs.
    pub attached: PhotoAttached,
}

/// Where a photo waits among the drafts, which lie by visit: under its own id, which no visit has.
fn place(photo: PhotoId) -> VisitId {
    VisitId(photo.0)
}

fn one(conn: &Connection, photo: PhotoId) -> Result<Option<Waiting>> {
    let sql = "SELECT raw FROM draft WHERE visit = ?1 AND slot = ?2";
    let raw: Option<String> = conn
        .prepare_cached(sql)?
        .query_row((photo.0.as_bytes().as_slice(), SLOT), |row| row.get(0))
        .optional()?;
    Ok(raw.map(|raw| serde_json::from_str(&raw)).transpose()?)
}

impl Tx<'_> {
    /// Keeps a waiting photo.
    pub fn put_waiting(&mut self, waiting: &Waiting) -> Result<()> {
        self.put_draft(place(waiting.attached.photo), SLOT, &serde_json::to_string(waiting)?)
    }

    /// A waiting photo.
    pub fn waiting(&self, photo: PhotoId) -> Result<Option<Waiting>> {
        one(&self.sql, photo)
    }

    /// Forgets that a photo waits: it is in a visit now.
    pub fn drop_waiting(&mut self, photo: PhotoId) -> Result<()> {
        self.drop_draft(place(photo), SLOT)
    }
}

impl Store {
    /// Everything that waits for a person, in the order of arrival.
    pub fn waiting_for(&self, by: PersonId) -> Result<Vec<Waiting>> {
        self.read(|conn| {
            let mut statement = conn.prepare_cached("SELECT raw FROM draft WHERE slot = ?1 ORDER BY visit")?;
            let all = statement.query_map([SLOT], |row| row.get::<_, String>(0))?;
            let all = all.map(|raw| Ok(serde_json::from_str::<Waiting>(&raw?)?));
            all.filter(|one| one.as_ref().map_or(true, |waiting: &Waiting| waiting.by == by))
                .collect()
        })
    }

    /// Where the bytes of a waiting photo are.
    pub fn waiting_row(&self, photo: PhotoId) -> Result<Option<PhotoRow>> {
        let Some(Waiting { attached, .. }) = self.read(|conn| one(conn, photo))? else {
            return Ok(None);
        };
        let thumb = attached.thumbnail.map(|thumb| thumb.sha256.parse()).transpose()?;
        Ok(Some(PhotoRow {
            original: attached.original.sha256.parse()?,
            thumb,
            mime: attached.mime,
        }))
    }

    /// A photo that stands in any visit known here with these bytes.
    pub fn standing_anywhere(&self, original: &Digest) -> Result<Option<PhotoId>> {
        let rows: Vec<([u8; 16], [u8; 16])> = self.read(|conn| {
            let mut statement = conn.prepare_cached("SELECT photo, visit FROM photo_row WHERE original = ?1")?;
            let rows = statement.query_map([original.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })?;
        for (photo, visit) in rows {
            let photo = PhotoId(uuid::Uuid::from_bytes(photo));
            let visit = self.visit(VisitId(uuid::Uuid::from_bytes(visit)))?;
            if visit.is_some_and(|visit| visit.standing_photos().any(|one| one.attached.photo == photo)) {
                return Ok(Some(photo));
            }
        }
        Ok(None)
    }
}
