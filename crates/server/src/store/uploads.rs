//! Which bytes are named, which are here, and which are on their way.

use domain::Operation;
use domain::operation::BlobStored;
use ledger::ScopeId;
use rusqlite::{OptionalExtension as _, Row, params};
use seal::Digest;

use super::index::{count, entry_id, number};
use super::{Db, Said};
use crate::Result;
use crate::county::blob_aggregate;

/// Where named bytes stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// No entry of the scope names them.
    No,
    /// Named with these lengths in bytes, and not here. At most one of them is right; which, only the bytes can tell.
    Missing(Vec<u64>),
    /// Named, and here.
    Stored,
}

/// An unfinished upload. Its offset is the length of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Its id.
    pub id: String,
    /// Scope of the blob.
    pub scope: ScopeId,
    /// What the whole will hash to.
    pub sha256: Digest,
    /// Length of the whole in bytes.
    pub size_bytes: u64,
    /// When it is given up, ms since 1970 UTC.
    pub expires_ms: i64,
}

fn read(row: &Row<'_>) -> rusqlite::Result<Upload> {
    Ok(Upload {
        id: row.get(0)?,
        scope: ScopeId::from_bytes(row.get(1)?),
        sha256: entry_id(row, 2)?.0,
        size_bytes: count(row, 3)?,
        expires_ms: row.get(4)?,
    })
}

impl Db {
    /// Where a digest stands in a scope.
    pub fn named(&self, scope: &ScopeId, sha256: &Digest) -> Result<Named> {
        let sql = "SELECT DISTINCT size_bytes FROM blob_named WHERE scope = ?1 AND sha256 = ?2 ORDER BY 1";
        let mut statement = self.conn.prepare_cached(sql)?;
        let sizes = statement.query_map(params![scope.as_bytes(), sha256.as_bytes()], |row| count(row, 0))?;
        let sizes: Vec<u64> = sizes.collect::<rusqlite::Result<_>>()?;
        Ok(match self.stored(scope, sha256)? {
            _ if sizes.is_empty() => Named::No,
            Some(_) => Named::Stored,
            None => Named::Missing(sizes),
        })
    }

    /// The length of bytes that are here, in bytes.
    pub fn stored(&self, scope: &ScopeId, sha256: &Digest) -> Result<Option<u64>> {
        let sql = "SELECT size_bytes FROM blob_stored WHERE scope = ?1 AND sha256 = ?2";
        let mut statement = self.conn.prepare_cached(sql)?;
        Ok(statement
            .query_row(params![scope.as_bytes(), sha256.as_bytes()], |row| count(row, 0))
            .optional()?)
    }

    /// The unfinished uploads of a blob, one for each length that it is named with.
    pub fn uploads_of(&self, scope: &ScopeId, sha256: &Digest) -> Result<Vec<Upload>> {
        let sql = "SELECT id, scope, sha256, size_bytes, expires_ms FROM upload WHERE scope = ?1 AND sha256 = ?2 AND expires_ms > ?3";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map(params![scope.as_bytes(), sha256.as_bytes(), self.now_ms()], read)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// An unfinished upload of a scope.
    pub fn upload(&self, scope: &ScopeId, id: &str) -> Result<Option<Upload>> {
        let sql = "SELECT id, scope, sha256, size_bytes, expires_ms FROM upload WHERE id = ?1 AND scope = ?2";
        let mut statement = self.conn.prepare_cached(sql)?;
        Ok(statement.query_row(params![id, scope.as_bytes()], read).optional()?)
    }

    /// Begins an upload, unless one of the same blob and length is unfinished: then that one.
    pub fn begin_upload(&mut self, upload: &Upload) -> Result<Upload> {
        let now = self.now_ms();
        let tx = self.begin()?;
        tx.execute(
            "DELETE FROM upload WHERE scope = ?1 AND sha256 = ?2 AND expires_ms <= ?3",
            params![upload.scope.as_bytes(), upload.sha256.as_bytes(), now],
        )?;
        tx.execute(
            "INSERT OR IGNORE INTO upload (id, scope, sha256, size_bytes, expires_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                upload.id,
                upload.scope.as_bytes(),
                upload.sha256.as_bytes(),
                number(upload.size_bytes),
                upload.expires_ms
            ],
        )?;
        let sql = "SELECT id, scope, sha256, size_bytes, expires_ms FROM upload WHERE scope = ?1 AND sha256 = ?2 AND size_bytes = ?3";
        let values = params![upload.scope.as_bytes(), upload.sha256.as_bytes(), number(upload.size_bytes)];
        let begun = tx.query_row(sql, values, read)?;
        tx.commit()?;
        Ok(begun)
    }

    /// Keeps an upload alive until a time.
    pub fn keep_upload(&mut self, id: &str, expires_ms: i64) -> Result<()> {
        self.conn
            .execute("UPDATE upload SET expires_ms = ?2 WHERE id = ?1", params![id, expires_ms])?;
        Ok(())
    }

    /// Forgets an upload; its file is the caller's.
    pub fn drop_upload(&mut self, id: &str) -> Result<()> {
        self.conn.execute("DELETE FROM upload WHERE id = ?1", [id])?;
        Ok(())
    }

    /// Uploads that nobody went on with.
    pub fn expired_uploads(&self) -> Result<Vec<Upload>> {
        let sql = "SELECT id, scope, sha256, size_bytes, expires_ms FROM upload WHERE expires_ms <= ?1";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map([self.now_ms()], read)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Records that the bytes are in the folder and were re-hashed, and ends every upload of them: says `blob.stored/1`, the storage receipt. A blob that is
    /// recorded already changes nothing.
    pub fn record_stored(&mut self, scope: &ScopeId, sha256: &Digest, size_bytes: u64) -> Result<()> {
        if self.stored(scope, sha256)?.is_some() {
            self.conn.execute(
                "DELETE FROM upload WHERE scope = ?1 AND sha256 = ?2",
                params![scope.as_bytes(), sha256.as_bytes()],
            )?;
            return Ok(());
        }
        let now = self.now_ms();
        let said = Said {
            ent: blob_aggregate(scope, sha256),
            by: None,
            operation: Operation::BlobStored(BlobStored {
                sha256: sha256.to_string(),
                len: size_bytes,
            }),
        };
        self.say_with(scope, &[said], |conn| {
            conn.execute(
                "INSERT INTO blob_stored (scope, sha256, size_bytes, stored_ms) VALUES (?1, ?2, ?3, ?4)",
                params![scope.as_bytes(), sha256.as_bytes(), number(size_bytes), now],
            )?;
            conn.execute(
                "DELETE FROM upload WHERE scope = ?1 AND sha256 = ?2",
                params![scope.as_bytes(), sha256.as_bytes()],
            )?;
            Ok(())
        })?;
        Ok(())
    }
}
