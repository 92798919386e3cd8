//! The store as the sync machine uses it.

use ledger::receipt::Receipt;
use ledger::sync::{PushCommit, Pushed, ServerStore, StreamHead, StreamRow};
use ledger::{EntryId, Epoch, ScopeId};
use rusqlite::{OptionalExtension, params};
use seal::Digest;

use super::Db;
use super::append::{Appender, stream_head};
use super::index::{count, entry_id, log_id, number};
use crate::county::write_new_epoch;
use crate::{Error, Result};

impl ServerStore for Db {
    fn epoch(&self) -> Result<Epoch> {
        Ok(self.epoch)
    }

    fn begin_epoch(&mut self) -> Result<()> {
        if std::mem::replace(&mut self.epoch_renewed, true) {
            return Ok(());
        }
        // Outside first: were we to stop between the two, the next opening would find that they differ and begin another one.
        let epoch = write_new_epoch(&self.epoch_file)?;
        self.keep_epoch(epoch)?;
        tracing::warn!(%epoch, "a device knows more of this epoch than the database: a new one begins");
        Ok(())
    }

    fn stream_head(&self, scope: &ScopeId) -> Result<StreamHead> {
        stream_head(&self.conn, scope)
    }

    fn stream_hash(&self, scope: &ScopeId, sseq: u64) -> Result<Option<Digest>> {
        if sseq == 0 {
            return Ok(Some(StreamHead::start(scope).hash));
        }
        let mut statement = self.conn.prepare_cached("SELECT stream_hash FROM entry WHERE scope = ?1 AND sseq = ?2")?;
        let hash = statement
            .query_row(params![scope.as_bytes(), number(sseq)], |row| entry_id(row, 0))
            .optional()?;
        Ok(hash.map(|h| h.0))
    }

    fn sseq(&self, id: &EntryId) -> Result<Option<u64>> {
        let mut statement = self.conn.prepare_cached("SELECT sseq FROM entry WHERE id = ?1")?;
        Ok(statement.query_row([id.as_bytes()], |row| count(row, 0)).optional()?)
    }

    fn stream(&self, scope: &ScopeId, after: u64, limit: usize) -> Result<Vec<StreamRow>> {
        let sql = "SELECT sseq, id, log, seq FROM entry WHERE scope = ?1 AND sseq > ?2 ORDER BY sseq LIMIT ?3";
        let mut statement = self.conn.prepare_cached(sql)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![scope.as_bytes(), number(after), limit], |row| {
            Ok(StreamRow {
                sseq: count(row, 0)?,
                id: entry_id(row, 1)?,
                log: log_id(row, 2)?,
                seq: count(row, 3)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn lacking_blobs(&self, scope: &ScopeId, limit: usize) -> Result<Vec<Digest>> {
        let sql = "SELECT DISTINCT n.sha256 FROM visit_blob n WHERE n.scope = ?1
                   AND NOT EXISTS (SELECT 1 FROM blob_stored s WHERE s.scope = n.scope AND s.sha256 = n.sha256) LIMIT ?2";
        let mut statement = self.conn.prepare_cached(sql)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![scope.as_bytes(), limit], |row| entry_id(row, 0).map(|id| id.0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn checkpoint(&self, scope: &ScopeId) -> Result<Option<String>> {
        self.sign_checkpoint(scope)?;
        Ok(self.latest_checkpoint(scope)?.map(|c| c.note))
    }

    fn receipts(&self, scope: &ScopeId, sseqs: &[u64]) -> Result<Vec<Receipt>> {
        let Some(latest) = self.latest_checkpoint(scope)? else {
            return Ok(Vec::new());
        };
        let mut receipts = Vec::new();
        for sseq in sseqs {
            let rows = match sseq.checked_sub(1) {
                Some(leaf) if leaf < latest.size => self.stream(scope, leaf, 1)?,
                _ => continue,
            };
            for row in rows {
                receipts.push(self.receipt(scope, row.id, row.sseq, &latest)?);
            }
        }
        Ok(receipts)
    }

    fn commit_push(&mut self, commit: &PushCommit) -> Result<Pushed> {
        let (key, epoch, now) = (self.signer(), self.epoch, self.now_ms());
        let tx = self.begin()?;
        if stream_head(&tx, &commit.scope)? != commit.base {
            return Ok(Pushed::Moved);
        }
        // Forks first: the order of a forked log is asked for while its entries are applied.
        for fork in &commit.forks {
            tx.prepare_cached("INSERT OR IGNORE INTO fork (log, seq, scope, found_ms) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![fork.log.as_bytes(), number(fork.seq), commit.scope.as_bytes(), now])?;
        }
        let mut appender = Appender::new(&tx, &key, epoch, commit.scope, now)?;
        for entry in &commit.entries {
            appender.store(&entry.frame, &entry.verified.header, &entry.verified.payload)?;
        }
        appender.finish()?;
        tx.commit()?;
        if !commit.forks.is_empty() {
            tracing::warn!(scope = %commit.scope, forks = commit.forks.len(), "a log has branches");
        }
        Ok(Pushed::Committed)
    }
}

impl Db {
    /// The receipt of one entry under a checkpoint that covers it.
    pub(super) fn receipt(&self, scope: &ScopeId, entry: EntryId, sseq: u64, under: &super::KnownCheckpoint) -> Result<Receipt> {
        let leaf = sseq.checked_sub(1).ok_or(Error::Corrupt("a number in the stream"))?;
        let proof = self.with_tree(scope, |tree| tree.inclusion_proof(leaf, under.size))??;
        Ok(Receipt {
            entry,
            leaf,
            proof,
            checkpoint: under.note.clone(),
        })
    }
}
