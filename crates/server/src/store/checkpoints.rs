//! The transparency log of each scope: the tree over its stream, and every checkpoint ever signed.

use ledger::sync::{ServerStore, StreamRow};
use ledger::{Beacon, ScopeId};
use rusqlite::{OptionalExtension, Row, params};
use seal::Digest;
use seal::checkpoint::{Checkpoint, origin_of};
use seal::merkle::{Tree, entry_leaf};

use super::Db;
use super::index::{count, entry_id, number};
use crate::Result;

/// A checkpoint is signed anew when the last one is older, though nothing was added: it is also the devices' clock.
const FRESH_MS: i64 = 10 * 60 * 1_000;
/// Rows read at once when a tree is brought up to date.
const ROWS: usize = 10_000;

/// A checkpoint as it was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownCheckpoint {
    /// The tree's name.
    pub origin: String,
    /// Number of leaves.
    pub size: u64,
    /// Root over them.
    pub root: Digest,
    /// When, ms since 1970 UTC.
    pub time_ms: i64,
    /// The signed note.
    pub note: String,
}

fn read(row: &Row<'_>) -> rusqlite::Result<KnownCheckpoint> {
    Ok(KnownCheckpoint {
        origin: row.get(0)?,
        size: count(row, 1)?,
        root: entry_id(row, 2)?.0,
        time_ms: row.get(3)?,
        note: row.get(4)?,
    })
}

impl Db {
    /// The tree's name: one a scope and epoch, since a restored server may not be able to go on with its old tree.
    fn origin(&self, scope: &ScopeId) -> String {
        origin_of(&scope.to_string(), &self.epoch.to_string())
    }

    /// Looks at the scope's tree over everything committed.
    pub fn with_tree<T>(&self, scope: &ScopeId, look: impl FnOnce(&Tree) -> T) -> Result<T> {
        let mut trees = self.trees.borrow_mut();
        let tree = trees.entry(*scope).or_default();
        loop {
            let rows = self.stream(scope, tree.size(), ROWS)?;
            for StreamRow { id, .. } in &rows {
                tree.append(entry_leaf(&id.0));
            }
            if rows.len() < ROWS {
                return Ok(look(tree));
            }
        }
    }

    /// Signs a checkpoint over the whole stream, unless the last one is over it and fresh.
    pub fn sign_checkpoint(&self, scope: &ScopeId) -> Result<()> {
        let size = self.stream_head(scope)?.sseq;
        let last = self.latest_checkpoint(scope)?;
        // What a checkpoint's time bounds must not come undone because the server's clock was set back: it stands still until it is past.
        let now = last.as_ref().map_or(self.now_ms(), |last| self.now_ms().max(last.time_ms));
        let origin = self.origin(scope);
        if let Some(last) = last
            && last.size == size
            && last.origin == origin
            && now.saturating_sub(last.time_ms) < FRESH_MS
        {
            return Ok(());
        }
        let root = self.with_tree(scope, |tree| tree.root_at(size))??;
        let checkpoint = Checkpoint {
            origin,
            size,
            root,
            time_ms: now,
        };
        let note = checkpoint.sign(self.key.as_ref())?;
        self.conn.execute(
            "INSERT INTO checkpoint (scope, number, origin, size, root, time_ms, note)
             SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4, ?5, ?6 FROM checkpoint WHERE scope = ?1",
            params![scope.as_bytes(), checkpoint.origin, number(size), root.as_bytes(), now, note],
        )?;
        Ok(())
    }

    /// The last checkpoint signed.
    pub fn latest_checkpoint(&self, scope: &ScopeId) -> Result<Option<KnownCheckpoint>> {
        let sql = "SELECT origin, size, root, time_ms, note FROM checkpoint WHERE scope = ?1 ORDER BY number DESC LIMIT 1";
        let mut statement = self.conn.prepare_cached(sql)?;
        Ok(statement.query_row([scope.as_bytes().as_slice()], read).optional()?)
    }

    /// The first checkpoint that covers a number of the stream: the entry was there at its time.
    pub fn first_checkpoint_over(&self, scope: &ScopeId, sseq: u64) -> Result<Option<KnownCheckpoint>> {
        let sql = "SELECT origin, size, root, time_ms, note FROM checkpoint WHERE scope = ?1 AND size >= ?2 ORDER BY number LIMIT 1";
        let mut statement = self.conn.prepare_cached(sql)?;
        Ok(statement.query_row(params![scope.as_bytes(), number(sseq)], read).optional()?)
    }

    /// The checkpoint that a beacon repeats, if this server signed it; the first one, when it was signed again.
    pub fn checkpoint_of(&self, scope: &ScopeId, beacon: &Beacon) -> Result<Option<KnownCheckpoint>> {
        let sql = "SELECT origin, size, root, time_ms, note FROM checkpoint
                   WHERE scope = ?1 AND size = ?2 AND root = ?3 AND origin = ?4 ORDER BY number LIMIT 1";
        let mut statement = self.conn.prepare_cached(sql)?;
        let values = params![scope.as_bytes(), number(beacon.size), beacon.root.as_bytes(), beacon.origin];
        Ok(statement.query_row(values, read).optional()?)
    }

    /// The notes of all checkpoints ever signed, in their order.
    pub fn checkpoints(&self, scope: &ScopeId) -> Result<Vec<String>> {
        let mut statement = self.conn.prepare_cached("SELECT note FROM checkpoint WHERE scope = ?1 ORDER BY number")?;
        let rows = statement.query_map([scope.as_bytes().as_slice()], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
