//! Local bytes: which blobs this laptop holds, and the thumbnails themselves.

use domain::VisitId;
use rusqlite::{OptionalExtension, Row, params};
use seal::Digest;
use uuid::Uuid;

use super::{Store, Tx, count, sql_int};
use crate::error::Result;

/// What a local blob is, and with it when it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlobKind {
    /// A thumbnail; its bytes lie in the database.
    Thumb,
    /// A photo or other file as it came.
    Original,
    /// Drawn strokes.
    Strokes,
    /// A `visit-record/1`.
    Record,
    /// A statement over a record.
    Statement,
}

impl BlobKind {
    fn key(self) -> &'static str {
        match self {
            Self::Thumb => "thumb",
            Self::Original => "original",
            Self::Strokes => "strokes",
            Self::Record => "record",
            Self::Statement => "statement",
        }
    }

    /// The kind of this key, of a blob that lies in the vault.
    pub fn of(key: &str) -> Option<Self> {
        [Self::Original, Self::Strokes, Self::Record, Self::Statement]
            .into_iter()
            .find(|kind| kind.key() == key)
    }
}

/// A blob to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobRow {
    /// SHA-256 of the bytes.
    pub sha256: Digest,
    /// Length in bytes.
    pub len: u64,
    /// Whether it is a thumbnail.
    pub thumb: bool,
}

fn blob_row(row: &Row<'_>) -> rusqlite::Result<BlobRow> {
    Ok(BlobRow {
        sha256: Digest::from_bytes(row.get(0)?),
        len: count(row.get(1)?),
        thumb: row.get(2)?,
    })
}

impl Tx<'_> {
    /// Lists a blob that the vault holds durably.
    pub fn put_blob(&mut self, sha256: &Digest, len: u64, kind: BlobKind) -> Result<()> {
        let sql = "INSERT INTO blob (sha256, len, kind) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
        self.sql.prepare_cached(sql)?.execute((sha256.as_bytes(), sql_int(len), kind.key()))?;
        Ok(())
    }

    /// Keeps a thumbnail.
    pub fn put_thumb(&mut self, bytes: &[u8]) -> Result<Digest> {
        let sha256 = Digest::of(bytes);
        self.put_blob(&sha256, bytes.len() as u64, BlobKind::Thumb)?;
        let sql = "INSERT INTO thumb (sha256, bytes) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        self.sql.prepare_cached(sql)?.execute((sha256.as_bytes(), bytes))?;
        Ok(sha256)
    }
}

impl Store {
    /// Whether a blob is listed as held here.
    pub fn has_blob(&self, sha256: &Digest) -> Result<bool> {
        self.read(|conn| {
            let sql = "SELECT EXISTS (SELECT 1 FROM blob WHERE sha256 = ?1)";
            Ok(conn.prepare_cached(sql)?.query_row([sha256.as_bytes()], |row| row.get(0))?)
        })
    }

    /// A thumbnail's bytes.
    pub fn thumb(&self, sha256: &Digest) -> Result<Option<Vec<u8>>> {
        self.read(|conn| {
            let sql = "SELECT bytes FROM thumb WHERE sha256 = ?1";
            Ok(conn.prepare_cached(sql)?.query_row([sha256.as_bytes()], |row| row.get(0)).optional()?)
        })
    }

    /// Visits that are open or wait for signatures, and of which something is not on this laptop.
    pub fn visits_of_others(&self) -> Result<Vec<VisitId>> {
        self.read(|conn| {
            let sql = "SELECT v.ent FROM visit_row v WHERE v.phase IN ('awaiting_signature', 'in_progress', 'returned') AND EXISTS
                         (SELECT 1 FROM visit_blob vb WHERE vb.visit = v.ent AND vb.role IN ('record', 'thumb')
                            AND NOT EXISTS (SELECT 1 FROM blob b WHERE b.sha256 = vb.sha256)) ORDER BY v.started_at_ms";
            let mut statement = conn.prepare_cached(sql)?;
            let rows = statement.query_map([], |row| Ok(VisitId(Uuid::from_bytes(row.get(0)?))))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Visits that are sealed by what others claim, and of whose record something is not on this laptop.
    pub fn sealed_elsewhere(&self) -> Result<Vec<VisitId>> {
        self.read(|conn| {
            let sql = "SELECT v.ent FROM visit_row v WHERE v.phase = 'sealed' AND EXISTS
                         (SELECT 1 FROM visit_blob vb WHERE vb.visit = v.ent AND vb.role = 'record'
                            AND NOT EXISTS (SELECT 1 FROM blob b WHERE b.sha256 = vb.sha256)) ORDER BY v.started_at_ms";
            let mut statement = conn.prepare_cached(sql)?;
            let rows = statement.query_map([], |row| Ok(VisitId(Uuid::from_bytes(row.get(0)?))))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// What a visit's record consists of and this laptop does not have: record, statement, strokes, then thumbnails.
    pub fn blobs_to_fetch(&self, visit: VisitId) -> Result<Vec<BlobRow>> {
        self.read(|conn| {
            let sql = "SELECT vb.sha256, 0, vb.role = 'thumb' FROM visit_blob vb
                       WHERE vb.visit = ?1 AND vb.role IN ('record', 'thumb')
                         AND NOT EXISTS (SELECT 1 FROM blob b WHERE b.sha256 = vb.sha256)
                       ORDER BY vb.role, vb.sha256";
            let mut statement = conn.prepare_cached(sql)?;
            let rows = statement.query_map([visit.0.as_bytes().as_slice()], blob_row)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Thumbnails of the last visit to each station that the server has and this laptop lacks, with their visit, the newest visit first; of
    /// some townships, or of all where none is named.
    pub fn last_thumbs_to_fetch(&self, townships: &[&str], most: u32) -> Result<Vec<(VisitId, Digest)>> {
        self.read(|conn| {
            let sql = "WITH last AS (SELECT ent, station, max(started_at_ms) AS at FROM visit_row WHERE phase <> 'aborted' GROUP BY station)
                       SELECT DISTINCT last.ent, vb.sha256 FROM last JOIN station_row s ON s.ent = last.station
                         JOIN visit_blob vb ON vb.visit = last.ent AND vb.role = 'thumb' JOIN stored_row st ON st.sha256 = vb.sha256
                       WHERE NOT EXISTS (SELECT 1 FROM blob b WHERE b.sha256 = vb.sha256)
                         AND (?1 = '[]' OR s.township IN (SELECT value FROM json_each(?1)))
                       ORDER BY last.at DESC, last.ent, vb.sha256 LIMIT ?2";
            let mut statement = conn.prepare_cached(sql)?;
            let named = serde_json::to_string(townships)?;
            let rows = statement.query_map(params![named, most], |row| {
                Ok((VisitId(Uuid::from_bytes(row.get(0)?)), Digest::from_bytes(row.get(1)?)))
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Blobs without a storage receipt: thumbnails, or everything else by visit, the oldest visit first and small records before photos.
    pub fn blobs_to_send(&self, thumbs: bool) -> Result<Vec<BlobRow>> {
        self.read(|conn| {
            let sql = "SELECT b.sha256, b.len, b.kind = 'thumb' FROM blob b
                       JOIN visit_blob vb ON vb.sha256 = b.sha256 JOIN visit_row v ON v.ent = vb.visit
                       WHERE (b.kind = 'thumb') = ?1 AND NOT EXISTS (SELECT 1 FROM stored_row s WHERE s.sha256 = b.sha256)
                       GROUP BY b.sha256 ORDER BY min(v.started_at_ms), b.kind = 'original', b.len";
            let mut statement = conn.prepare_cached(sql)?;
            let rows = statement.query_map([thumbs], blob_row)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}
