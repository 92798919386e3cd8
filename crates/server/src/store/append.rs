//! Appending inside a transaction: pushed entries, and what the server itself has to say.

use std::collections::BTreeSet;

use domain::Operation;
use ledger::fold::split_deps;
use ledger::sync::StreamHead;
use ledger::{Draft, EntryId, Epoch, Frame, Header, Incarnation, Kind, LogId, LogOpen, LogWriter, ScopeId, open_log, verify_open};
use rusqlite::{Connection, OptionalExtension, params};
use seal::keys::{Ed25519Key, Signer};
use serde_json::{Value, json};
use uuid::Uuid;

use super::index::{self, count, entry_id, number};
use super::{Db, fold, names};
use crate::secrets::random;
use crate::{Error, Result};

/// An operation that the server says.
#[derive(Clone, Debug)]
pub struct Said {
    /// The aggregate.
    pub ent: Uuid,
    /// The account's person, for what a person decided in the console.
    pub by: Option<Uuid>,
    /// What is said.
    pub operation: Operation,
}

/// Appends to one scope's stream within one transaction. [`Appender::finish`] must be called before the commit.
pub(super) struct Appender<'a> {
    conn: &'a Connection,
    key: &'a Ed25519Key,
    epoch: Epoch,
    scope: ScopeId,
    now_ms: i64,
    head: StreamHead,
    touched: BTreeSet<Uuid>,
}

impl<'a> Appender<'a> {
    /// Takes up the scope's stream at its end.
    pub fn new(conn: &'a Connection, key: &'a Ed25519Key, epoch: Epoch, scope: ScopeId, now_ms: i64) -> Result<Self> {
        Ok(Self {
            conn,
            key,
            epoch,
            scope,
            now_ms,
            head: stream_head(conn, &scope)?,
            touched: BTreeSet::new(),
        })
    }

    /// Stores a checked entry, gives it its number and remembers which bytes it names.
    pub fn store(&mut self, frame: &Frame, header: &Header, payload: &Value) -> Result<()> {
        let id = frame.id();
        if header.seq == 0 {
            self.store_log(frame, header)?;
        }
        let head = self.head.then(&id);
        let deps: Vec<u8> = header.deps.iter().flat_map(|d| *d.as_bytes()).collect();
        self.conn
            .prepare_cached(
                "INSERT INTO entry (id, scope, sseq, stream_hash, log, seq, prev, ent, kind, deps, received_ms, frame)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            )?
            .execute(params![
                id.as_bytes(),
                self.scope.as_bytes(),
                number(head.sseq),
                head.hash.as_bytes(),
                header.log.as_bytes(),
                number(header.seq),
                header.prev.as_ref().map(|p| p.as_bytes().as_slice()),
                header.ent.as_bytes(),
                header.kind.as_str(),
                deps,
                self.now_ms,
                frame.to_bytes()?,
            ])?;
        self.head = head;
        if header.is_known_version()
            && let Ok(operation) = Operation::from_parts(header.kind.as_str(), payload)
        {
            names::remember(self.conn, &self.scope, header.ent, &operation)?;
        }
        self.touched.insert(header.ent);
        Ok(())
    }

    fn store_log(&self, frame: &Frame, header: &Header) -> Result<()> {
        let (_, open) = verify_open(frame)?;
        self.conn
            .prepare_cached("INSERT OR IGNORE INTO log (log, scope, spki, kid, is_server) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![
                header.log.as_bytes(),
                self.scope.as_bytes(),
                open.key.spki_der(),
                open.key.kid().digest().as_bytes(),
                open.key.kid() == self.key.public().kid()
            ])?;
        Ok(())
    }

    /// Says something in the server's own log, after all that was folded into the aggregate, and returns the entry.
    pub fn say(&mut self, said: &Said) -> Result<EntryId> {
        let mut writer = self.writer()?;
        let heads = fold::unseen(self.conn, &self.scope, said.ent, writer.log())?;
        let (ahead, deps) = split_deps(&heads);
        for group in ahead {
            self.write(&mut writer, said, Kind::ENT_SEEN, json!({}), group)?;
        }
        let (kind, payload) = said.operation.to_parts()?;
        self.write(&mut writer, said, &kind, payload, deps)
    }

    fn write(&mut self, writer: &mut LogWriter, said: &Said, kind: &str, payload: Value, deps: Vec<EntryId>) -> Result<EntryId> {
        let draft = Draft {
            kind: kind.parse()?,
            ent: said.ent,
            by: said.by,
            deps,
            payload,
            ts: self.now_ms,
            beacon: None,
            salt: random()?,
        };
        let frame = writer.author(self.key, draft)?;
        let verified = ledger::verify(&frame, self.key.public())?;
        self.store(&frame, &verified.header, &verified.payload)?;
        Ok(verified.id)
    }

    /// The server's log of this scope and epoch; opens it when there is none yet.
    fn writer(&mut self) -> Result<LogWriter> {
        let known: Option<[u8; 16]> = self
            .conn
            .prepare_cached("SELECT log FROM log WHERE scope = ?1 AND epoch = ?2")?
            .query_row(params![self.scope.as_bytes(), self.epoch.as_bytes()], |row| row.get(0))
            .optional()?;
        let Some(log) = known else {
            return self.open_own_log();
        };
        let last = self
            .conn
            .prepare_cached("SELECT id FROM entry WHERE log = ?1 ORDER BY seq DESC LIMIT 1")?
            .query_row([log.as_slice()], |row| entry_id(row, 0))?;
        let frame = index::frame(self.conn, &last)?.ok_or(Error::Corrupt("the server's own log"))?;
        Ok(LogWriter::resume(&Header::parse(&frame.header)?, last))
    }

    fn open_own_log(&mut self) -> Result<LogWriter> {
        let open = LogOpen {
            key: self.key.public().clone(),
            scope: self.scope,
            incarnation: Incarnation::from_bytes(*self.epoch.as_bytes()),
            previous: None,
            app_version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let log = LogId::from_bytes(random()?);
        let (frame, writer) = open_log(self.key, log, &open, self.now_ms, random()?)?;
        let (verified, _) = verify_open(&frame)?;
        self.store(&frame, &verified.header, &verified.payload)?;
        self.conn
            .execute("UPDATE log SET epoch = ?2 WHERE log = ?1", params![log.as_bytes(), self.epoch.as_bytes()])?;
        Ok(writer)
    }

    /// Applies everything that was stored to its aggregates and writes the stream's new end.
    pub fn finish(self) -> Result<()> {
        for ent in &self.touched {
            fold::fold(self.conn, &self.scope, *ent)?;
        }
        self.conn.execute(
            "INSERT INTO scope_head (scope, sseq, hash) VALUES (?1, ?2, ?3)
             ON CONFLICT (scope) DO UPDATE SET sseq = excluded.sseq, hash = excluded.hash",
            params![self.scope.as_bytes(), number(self.head.sseq), self.head.hash.as_bytes()],
        )?;
        Ok(())
    }
}

/// The end of a scope's stream.
pub(super) fn stream_head(conn: &Connection, scope: &ScopeId) -> Result<StreamHead> {
    let known = conn
        .prepare_cached("SELECT sseq, hash FROM scope_head WHERE scope = ?1")?
        .query_row([scope.as_bytes().as_slice()], |row| {
            Ok(StreamHead {
                sseq: count(row, 0)?,
                hash: entry_id(row, 1)?.0,
            })
        })
        .optional()?;
    Ok(known.unwrap_or_else(|| StreamHead::start(scope)))
}

impl Db {
    /// Says operations in the server's log of a scope, all in one transaction, and signs a checkpoint over them.
    pub fn say(&mut self, scope: &ScopeId, said: &[Said]) -> Result<Vec<EntryId>> {
        self.say_with(scope, said, |_| Ok(()))
    }

    /// As [`Db::say`], with further writes of ours in the same transaction.
    pub(super) fn say_with(&mut self, scope: &ScopeId, said: &[Said], also: impl FnOnce(&Connection) -> Result<()>) -> Result<Vec<EntryId>> {
        let (key, epoch, now) = (self.signer(), self.epoch, self.now_ms());
        let tx = self.begin()?;
        let mut appender = Appender::new(&tx, &key, epoch, *scope, now)?;
        let ids = said.iter().map(|s| appender.say(s)).collect::<Result<_>>()?;
        appender.finish()?;
        also(&tx)?;
        tx.commit()?;
        self.sign_checkpoint(scope)?;
        Ok(ids)
    }
}
