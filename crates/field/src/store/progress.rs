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
            let mut tally = conn.prepare_cached("SELECT n FROM tally WHERE what = ?1")?;
            let mut tally = |what: &str| -> Result<u64> { Ok(count(tally.query_row([what], |row| row.get(0))?)) };
            status.entries = tally("entries")?;
            status.acknowledged = tally("acknowledged")?;
            status.receipted = tally("receipted")?;
            status.bytes_left = tally("unsent_bytes")?;
            status.visits_unsynced = one("SELECT count(DISTINCT e.ent) FROM entry e INDEXED BY entry_unsent
                 WHERE e.own AND e.sseq IS NULL AND EXISTS (SELECT 1 FROM visit_row v WHERE v.ent = e.ent)")?;
            // What no visit names any more, like a voided drawing, is never sent and keeps nobody waiting.
            let sql = "SELECT b.kind = 'thumb', s.sha256 IS NOT NULL, count(*), sum(b.len) FROM blob b LEFT JOIN stored_row s ON s.sha256 = b.sha256
                 WHERE s.sha256 IS NOT NULL OR EXISTS (SELECT 1 FROM visit_blob v WHERE v.sha256 = b.sha256) GROUP BY 1, 2";
            let mut statement = conn.prepare_cached(sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let (thumbnail, stored, blobs, bytes) = (row.get(0)?, row.get(1)?, count(row.get(2)?), count(row.get(3)?));
                let (all, there) = if thumbnail {
                    (&mut status.thumbnails, &mut status.thumbnails_stored)
                } else {
                    (&mut status.originals, &mut status.originals_stored)
                };
                *all = all.saturating_add(blobs);
                if stored {
                    *there = blobs;
                } else {
                    status.bytes_left = status.bytes_left.saturating_add(bytes);
                }
            }
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
