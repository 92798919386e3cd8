//! How far data has come: the chips of visits and photos and the counts of synchronisation.

use std::collections::BTreeMap;

use contract::field::SyncStatus;
use contract::shared::DataState;
use domain::VisitId;
use domain::visit::VisitPhoto;
use ledger::EntryId;
use rusqlite::Connection;
use seal::Digest;

use super::{Store, copies, count};
use crate::error::Result;

/// What is still missing, from which the state follows.
struct Left {
    unacknowledged: i64,
    uncopied: i64,
    unreceipted: i64,
    thumbs: i64,
    blobs: i64,
}

impl Left {
    fn state(&self) -> DataState {
        match self {
            Self {
                unacknowledged: 1..,
                uncopied: 1..,
                ..
            } => DataState::LocalOnly,
            Self { unacknowledged: 1.., .. } => DataState::Copied,
            Self { unreceipted: 1.., .. } => DataState::Acknowledged,
            Self { thumbs: 1.., .. } => DataState::Receipted,
            Self { blobs: 1.., .. } => DataState::ThumbnailsArrived,
            _ => DataState::OriginalsArrived,
        }
    }
}

impl Store {
    /// Where the data of visits is that are known here. What is only drafted, since the last second copy, is on this laptop only.
    pub fn visit_states(&self, visits: impl IntoIterator<Item = VisitId>) -> Result<BTreeMap<VisitId, DataState>> {
        self.read(|conn| {
            let (through_n, made_ms) = copies::covered(conn)?;
            let sql = "SELECT
                 (SELECT count(*) FROM entry e WHERE e.ent = ?1 AND e.own AND e.sseq IS NULL)
                   + (SELECT count(*) FROM draft d WHERE d.visit = ?1),
                 (SELECT count(*) FROM entry e WHERE e.ent = ?1 AND e.own AND NOT EXISTS (SELECT 1 FROM receipt r WHERE r.entry = e.id)),
                 (SELECT count(*) FROM visit_blob b WHERE b.visit = ?1 AND b.role = 'thumb'
                    AND NOT EXISTS (SELECT 1 FROM stored_row s WHERE s.sha256 = b.sha256)),
                 (SELECT count(*) FROM visit_blob b WHERE b.visit = ?1 AND NOT EXISTS (SELECT 1 FROM stored_row s WHERE s.sha256 = b.sha256)),
                 (SELECT count(*) FROM entry e WHERE e.ent = ?1 AND e.own AND e.sseq IS NULL AND e.n > ?2)
                   + (SELECT count(*) FROM draft d WHERE d.visit = ?1 AND d.saved_at_ms >= ?3)
                   + (SELECT count(*) FROM visit_blob b JOIN blob here ON here.sha256 = b.sha256 WHERE b.visit = ?1
                      AND NOT EXISTS (SELECT 1 FROM stored_row s WHERE s.sha256 = b.sha256)
                      AND NOT EXISTS (SELECT 1 FROM copied c WHERE c.sha256 = b.sha256))";
            let mut statement = conn.prepare_cached(sql)?;
            let states = visits.into_iter().map(|visit| {
                let left = statement.query_row((visit.0.as_bytes(), through_n, made_ms), |row| {
                    Ok(Left {
                        unacknowledged: row.get(0)?,
                        unreceipted: row.get(1)?,
                        thumbs: row.get(2)?,
                        blobs: row.get(3)?,
                        uncopied: row.get(4)?,
                    })
                })?;
                Ok((visit, left.state()))
            });
            states.collect()
        })
    }

    /// Where each photo is, in the order given.
    pub fn photo_states(&self, photos: &[VisitPhoto]) -> Result<Vec<DataState>> {
        self.read(|conn| photos.iter().map(|photo| photo_state(conn, photo)).collect())
    }

    /// Counts of synchronisation; what is under way, online and error are the caller's.
    pub fn sync_counts(&self, status: &mut SyncStatus) -> Result<()> {
        self.read(|conn| {
            let one = |sql: &str| -> Result<u64> { Ok(count(conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)) };
            status.entries = one("SELECT count(*) FROM entry WHERE own")?;
            status.acknowledged = one("SELECT count(*) FROM entry WHERE own AND sseq IS NOT NULL")?;
            status.receipted = one("SELECT count(*) FROM entry e WHERE own AND EXISTS (SELECT 1 FROM receipt r WHERE r.entry = e.id)")?;
            status.visits_unsynced =
                one("SELECT count(*) FROM visit_row v WHERE EXISTS (SELECT 1 FROM entry e WHERE e.ent = v.ent AND e.own AND e.sseq IS NULL)")?;
            // What no visit names any more, like a voided drawing, is never sent and keeps nobody waiting.
            let named = "EXISTS (SELECT 1 FROM visit_blob v WHERE v.sha256 = blob.sha256)";
            let stored = "EXISTS (SELECT 1 FROM stored_row s WHERE s.sha256 = blob.sha256)";
            status.thumbnails = one(&format!("SELECT count(*) FROM blob WHERE kind = 'thumb' AND {named}"))?;
            status.originals = one(&format!("SELECT count(*) FROM blob WHERE kind <> 'thumb' AND {named}"))?;
            status.thumbnails_stored = one(&format!("SELECT count(*) FROM blob WHERE kind = 'thumb' AND {named} AND {stored}"))?;
            status.originals_stored = one(&format!("SELECT count(*) FROM blob WHERE kind <> 'thumb' AND {named} AND {stored}"))?;
            status.bytes_left = one(&format!("SELECT coalesce(sum(len), 0) FROM blob WHERE {named} AND NOT {stored}"))?
                + one("SELECT coalesce(sum(length(frame)), 0) FROM entry WHERE own AND sseq IS NULL")?;
            status.uncopied = copies::uncopied(conn)?;
            Ok(())
        })
    }
}

fn photo_state(conn: &Connection, photo: &VisitPhoto) -> Result<DataState> {
    let (through_n, _) = copies::covered(conn)?;
    let digest = |sha256: &str| sha256.parse::<Digest>().ok().map(|d| *d.as_bytes());
    let entry = photo.entry.parse::<EntryId>()?;
    let thumb = photo.attached.thumbnail.as_ref().and_then(|t| digest(&t.sha256));
    let sql = "SELECT (SELECT count(*) FROM entry WHERE id = ?1 AND sseq IS NULL),
                 NOT EXISTS (SELECT 1 FROM receipt WHERE entry = ?1),
                 ?2 IS NOT NULL AND NOT EXISTS (SELECT 1 FROM stored_row WHERE sha256 = ?2),
                 NOT EXISTS (SELECT 1 FROM stored_row WHERE sha256 = ?3),
                 EXISTS (SELECT 1 FROM entry WHERE id = ?1 AND n > ?4) OR NOT EXISTS (SELECT 1 FROM copied WHERE sha256 = ?3)";
    let original = digest(&photo.attached.original.sha256);
    let left = conn
        .prepare_cached(sql)?
        .query_row((entry.as_bytes(), thumb, original, through_n), |row| {
            Ok(Left {
                unacknowledged: row.get(0)?,
                unreceipted: row.get(1)?,
                thumbs: row.get(2)?,
                blobs: row.get(3)?,
                uncopied: row.get(4)?,
            })
        })?;
    Ok(left.state())
}
