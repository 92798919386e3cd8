//! The store as the sync machine of `ledger` sees it.

use std::sync::Arc;

use ledger::chain::{Fork, LogIndex, LogRecord, Tip};
use ledger::sync::{ClientStore, ExchangeCommit, Exchanged, Position, StreamHead};
use ledger::{EntryId, Epoch, Frame, LogId, ScopeId};
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use super::{Meta, Store, Tx, count, entries, meta, sql_int};
use crate::error::{Error, Result};

/// A handle on the store for one synchronisation.
pub struct Replica(pub Arc<Store>);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredPosition {
    epoch: Option<Epoch>,
    cursor: StreamHead,
    reconcile: bool,
}

fn position(conn: &Connection, scope: &ScopeId) -> Result<Position> {
    let Some(text) = meta::get(conn, Meta::Position)? else {
        return Ok(Position::start(scope));
    };
    let StoredPosition { epoch, cursor, reconcile } = serde_json::from_str(&text)?;
    Ok(Position { epoch, cursor, reconcile })
}

impl LogIndex for Replica {
    type Error = Error;

    fn log(&self, log: &LogId) -> Result<Option<LogRecord>> {
        self.0.read(|conn| {
            Ok(entries::log(conn, log)?.map(|(key, scope)| LogRecord {
                log: *log,
                scope: ScopeId::from_bytes(scope),
                key,
            }))
        })
    }

    fn place(&self, id: &EntryId) -> Result<Option<(LogId, u64)>> {
        self.0.read(|conn| {
            let row: Option<([u8; 16], i64)> = conn
                .prepare_cached("SELECT log, seq FROM entry WHERE id = ?1")?
                .query_row([id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            Ok(row.map(|(log, seq)| (LogId::from_bytes(log), count(seq))))
        })
    }

    fn ids_at(&self, log: &LogId, seq: u64) -> Result<Vec<EntryId>> {
        self.0.read(|conn| {
            let mut statement = conn.prepare_cached("SELECT id FROM entry WHERE log = ?1 AND seq = ?2 ORDER BY id")?;
            let rows = statement.query_map((log.as_bytes(), sql_int(seq)), |row| row.get(0))?;
            rows.map(|id| Ok(entries::entry_id(id?))).collect()
        })
    }

    fn logs(&self, scope: &ScopeId) -> Result<Vec<LogId>> {
        self.0.read(|conn| {
            let mut statement = conn.prepare_cached("SELECT log FROM log WHERE scope = ?1 ORDER BY log")?;
            let rows = statement.query_map([scope.as_bytes()], |row| row.get(0))?;
            rows.map(|log| Ok(LogId::from_bytes(log?))).collect()
        })
    }

    fn tips(&self, log: &LogId) -> Result<Vec<Tip>> {
        self.0.read(|conn| entries::tips(conn, log))
    }

    fn frame(&self, id: &EntryId) -> Result<Option<Frame>> {
        self.0.read(|conn| entries::frame(conn, id))
    }
}

impl ClientStore for Replica {
    fn position(&self, scope: &ScopeId) -> Result<Position> {
        self.0.read(|conn| position(conn, scope))
    }

    fn own_log(&self, _: &ScopeId) -> Result<Option<LogId>> {
        self.0.meta(Meta::OwnLog)?.map(|log| Ok(log.parse()?)).transpose()
    }

    fn pending(&self, scope: &ScopeId, max_bytes: usize) -> Result<Vec<Frame>> {
        self.0.read(|conn| {
            let sql = "SELECT e.frame FROM entry e JOIN log l ON l.log = e.log
                       WHERE e.sseq IS NULL AND e.server_refused IS NULL AND l.scope = ?1 ORDER BY e.n LIMIT 4000";
            let mut statement = conn.prepare_cached(sql)?;
            let mut rows = statement.query([scope.as_bytes()])?;
            let (mut frames, mut bytes) = (Vec::new(), 0_usize);
            while let Some(row) = rows.next()? {
                let frame: Vec<u8> = row.get(0)?;
                bytes = bytes.saturating_add(frame.len());
                if !frames.is_empty() && bytes > max_bytes {
                    break;
                }
                frames.push(Frame::parse(&frame)?);
            }
            Ok(frames)
        })
    }

    fn unreceipted(&self, scope: &ScopeId, limit: usize) -> Result<Vec<u64>> {
        self.0.read(|conn| {
            let sql = "SELECT e.sseq FROM unreceipted u CROSS JOIN entry e ON e.id = u.entry JOIN log l ON l.log = e.log
                       WHERE e.sseq IS NOT NULL AND l.scope = ?1 ORDER BY e.sseq LIMIT ?2";
            let mut statement = conn.prepare_cached(sql)?;
            let rows = statement.query_map((scope.as_bytes(), sql_int(limit as u64)), |row| row.get(0))?;
            rows.map(|sseq| Ok(count(sseq?))).collect()
        })
    }

    fn commit_exchange(&mut self, commit: &ExchangeCommit) -> Result<Exchanged> {
        self.0.transact(|tx| tx.commit_exchange(commit))
    }
}

impl Tx<'_> {
    /// Records that a log has several entries at one position.
    pub(super) fn put_fork(&mut self, fork: &Fork) -> Result<()> {
        let ids = serde_json::to_string(&fork.ids)?;
        let sql = "INSERT INTO fork (log, seq, ids) VALUES (?1, ?2, ?3) ON CONFLICT (log, seq) DO UPDATE SET ids = excluded.ids";
        self.sql.execute(sql, (fork.log.as_bytes(), sql_int(fork.seq), ids))?;
        self.sql.execute("UPDATE log SET forked = 1 WHERE log = ?1", [fork.log.as_bytes()])?;
        Ok(())
    }

    fn commit_exchange(&mut self, commit: &ExchangeCommit) -> Result<Exchanged> {
        if position(&self.sql, &commit.scope)? != commit.base {
            return Ok(Exchanged::Moved);
        }
        let mut touched = Vec::new();
        for fork in &commit.forks {
            self.put_fork(fork)?;
        }
        for pulled in &commit.entries {
            let (frame, verified) = (&pulled.entry.frame, &pulled.entry.verified);
            if self.insert_entry(frame, verified, false)? {
                touched.push(verified.header.ent);
            }
        }
        let mut pending_again = Vec::new();
        for lack in &commit.lacks {
            let sql = "UPDATE entry SET sseq = NULL WHERE log = ?1 AND seq >= ?2 AND sseq IS NOT NULL RETURNING id";
            let mut statement = self.sql.prepare_cached(sql)?;
            let rows = statement.query_map((lack.log.as_bytes(), sql_int(lack.from_seq)), |row| row.get::<_, [u8; 32]>(0))?;
            for id in rows {
                pending_again.push(entries::entry_id(id?));
            }
        }
        for ack in &commit.acks {
            let sql = "UPDATE entry SET sseq = ?2 WHERE id = ?1 AND sseq IS NOT ?2 RETURNING ent";
            let ent: Option<[u8; 16]> = self
                .sql
                .prepare_cached(sql)?
                .query_row((ack.id.as_bytes(), sql_int(ack.sseq)), |row| row.get(0))
                .optional()?;
            self.changed.extend(ent.map(uuid::Uuid::from_bytes));
        }
        pending_again.retain(|id| !commit.acks.iter().any(|ack| ack.id == *id));
        for refused in &commit.refused {
            let sql = "INSERT INTO refused (id, reason) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
            self.sql.execute(sql, (refused.id.as_bytes(), refused.reason.to_string()))?;
        }
        for refused in &commit.refused_by_server {
            let sql = "UPDATE entry SET server_refused = ?2 WHERE id = ?1";
            self.sql.execute(sql, (refused.id.as_bytes(), &refused.reason))?;
        }
        for receipt in &commit.receipts {
            let sql = "INSERT INTO receipt (entry, receipt) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
            self.sql
                .prepare_cached(sql)?
                .execute((receipt.entry.as_bytes(), serde_json::to_string(receipt)?))?;
        }
        if let Some(checkpoint) = &commit.checkpoint {
            self.set_meta(Meta::Beacon, Some(&serde_json::to_string(&checkpoint.beacon)?))?;
        }
        let off = commit.server_time_ms.saturating_sub(self.now_ms);
        self.set_meta(Meta::ClockOff, Some(&off.to_string()))?;
        if let Some((log, reason)) = commit.retire {
            self.retire_log(log, reason)?;
        }
        let Position { epoch, cursor, reconcile } = commit.position;
        let text = serde_json::to_string(&StoredPosition { epoch, cursor, reconcile })?;
        self.set_meta(Meta::Position, Some(&text))?;
        self.fold(&touched)?;
        Ok(Exchanged::Committed {
            pending_again: pending_again.len(),
        })
    }
}
