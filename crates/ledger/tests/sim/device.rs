//! A device: its disk, what lies outside its database, and its writing.

use std::collections::{BTreeMap, BTreeSet};

use ledger::chain::{Fork, LogIndex as _};
use ledger::fold::split_deps;
use ledger::receipt::Receipt;
use ledger::sync::{ClientStore, ExchangeCommit, Exchanged, NewEntry, Position};
use ledger::{
    Beacon, Draft, EntryId, Frame, Header, Incarnation, Kind, LogId, LogOpen, LogWriter, NewLogReason, PreviousLog, ScopeId, open_log, verify,
    verify_open,
};
use seal::keys::{Ed25519Key, Signer as _};
use serde_json::json;
use uuid::Uuid;

use super::core::{Core, index_of_core};
use super::rng::Rng;
use super::{Bug, Crash, Fuse};

/// Everything that is durable on a device.
#[derive(Debug, Clone)]
pub struct Disk {
    pub core: Core,
    scope: ScopeId,
    pub position: Position,
    pub incarnation: Incarnation,
    pub own_log: Option<LogId>,
    retired: Option<(LogId, NewLogReason)>,
    pub acked: BTreeMap<EntryId, u64>,
    refused: BTreeSet<EntryId>,
    pub forks: BTreeSet<(LogId, u64)>,
    pub receipts: BTreeMap<EntryId, Receipt>,
    beacon: Option<Beacon>,
    pub fuse: Fuse,
    pub bug: Option<Bug>,
}

index_of_core!(Disk);

impl Disk {
    pub fn new(scope: ScopeId, incarnation: Incarnation, bug: Option<Bug>) -> Self {
        Self {
            core: Core::default(),
            scope,
            position: Position::start(&scope),
            incarnation,
            own_log: None,
            retired: None,
            acked: BTreeMap::new(),
            refused: BTreeSet::new(),
            forks: BTreeSet::new(),
            receipts: BTreeMap::new(),
            beacon: None,
            fuse: Fuse::default(),
            bug,
        }
    }

    /// What a program does first: compares the incarnation here with the one outside.
    pub fn start(&mut self, outside: Incarnation) {
        if self.incarnation != outside {
            self.incarnation = outside;
            if self.bug != Some(Bug::OldLogAfterRestore)
                && let Some(log) = self.own_log.take()
            {
                self.retired = Some((log, NewLogReason::Incarnation));
            }
        }
    }

    /// Says something about an aggregate, in one durable write. The new entries' headers.
    pub fn author(&mut self, key: &Ed25519Key, ent: Uuid, rng: &mut Rng, ts: i64) -> Result<Vec<Header>, Crash> {
        let (write, die) = self.fuse.burn();
        let before = (!write).then(|| self.clone());
        let mut made = Vec::new();
        let mut writer = match self.own_log {
            Some(log) => {
                let tips = self.core.tips(&log)?;
                let last = &self.core.entries[&tips[0].id];
                LogWriter::resume(&last.header, tips[0].id)
            }
            None => self.open(key, rng, ts, &mut made),
        };
        let own_last = self.core.last_of(&writer.log(), &ent);
        let heads = self.core.aggregates.get(&ent).map(|a| a.folder.unseen(own_last)).unwrap_or_default();
        let (ahead, own) = split_deps(&heads);
        let seen = ahead.into_iter().map(|deps| (Kind::ENT_SEEN, deps, json!({})));
        let said = ("sim.said/1", own, json!({"text": format!("第 {} 句", rng.below(1_000))}));
        for (kind, deps, payload) in seen.chain([said]) {
            let draft = Draft {
                kind: kind.parse().unwrap(),
                ent,
                by: None,
                deps,
                payload,
                ts,
                beacon: self.beacon.clone(),
                salt: rng.bytes16(),
            };
            let frame = writer.author(key, draft).unwrap();
            let verified = verify(&frame, key.public()).unwrap();
            made.push(verified.header.clone());
            self.core.insert(&NewEntry { frame, verified });
        }
        if let Some(before) = before {
            *self = before;
            self.fuse.put_out();
        }
        if die { Err(Crash) } else { Ok(made) }
    }

    fn open(&mut self, key: &Ed25519Key, rng: &mut Rng, ts: i64, made: &mut Vec<Header>) -> LogWriter {
        let previous = self.retired.take().map(|(log, reason)| {
            let tip = self.core.tips(&log).unwrap()[0];
            PreviousLog {
                log,
                seq: tip.seq,
                id: tip.id,
                reason,
            }
        });
        let open = LogOpen {
            key: key.public().clone(),
            scope: self.scope,
            incarnation: self.incarnation,
            previous,
            app_version: "0.1.0".into(),
        };
        let (frame, writer) = open_log(key, LogId::from_bytes(rng.bytes16()), &open, ts, rng.bytes16()).unwrap();
        let (verified, _) = verify_open(&frame).unwrap();
        made.push(verified.header.clone());
        self.core.insert(&NewEntry { frame, verified });
        self.own_log = Some(writer.log());
        writer
    }

    fn apply(&mut self, commit: &ExchangeCommit) {
        for pulled in &commit.entries {
            self.core.insert(&pulled.entry);
        }
    }

    fn record(&mut self, commit: &ExchangeCommit) -> usize {
        let acked_before: BTreeSet<EntryId> = self.acked.keys().copied().collect();
        for lack in &commit.lacks {
            let core = &self.core;
            self.acked.retain(|id, _| {
                let header = &core.entries[id].header;
                header.log != lack.log || header.seq < lack.from_seq
            });
        }
        for ack in &commit.acks {
            self.acked.insert(ack.id, ack.sseq);
        }
        let pending_again = acked_before.iter().filter(|id| !self.acked.contains_key(id)).count();
        self.forks.extend(commit.forks.iter().map(|f: &Fork| (f.log, f.seq)));
        self.refused.extend(commit.refused_by_server.iter().map(|r| r.id));
        for receipt in &commit.receipts {
            self.receipts.insert(receipt.entry, receipt.clone());
        }
        if let Some(seen) = &commit.checkpoint {
            self.beacon = Some(seen.beacon.clone());
        }
        if let Some((log, reason)) = commit.retire
            && self.own_log == Some(log)
            && self.bug != Some(Bug::OldLogAfterRestore)
        {
            self.own_log = None;
            self.retired = Some((log, reason));
        }
        self.position = commit.position;
        pending_again
    }
}

impl ClientStore for Disk {
    fn position(&self, _: &ScopeId) -> Result<Position, Crash> {
        Ok(self.position)
    }

    fn own_log(&self, _: &ScopeId) -> Result<Option<LogId>, Crash> {
        Ok(self.own_log)
    }

    fn pending(&self, _: &ScopeId, max_bytes: usize) -> Result<Vec<Frame>, Crash> {
        let mut frames = Vec::new();
        let mut bytes = 0;
        for id in &self.core.order {
            if self.acked.contains_key(id) || self.refused.contains(id) {
                continue;
            }
            let frame = &self.core.entries[id].frame;
            bytes += frame.encoded_len();
            if bytes > max_bytes && !frames.is_empty() {
                break;
            }
            frames.push(frame.clone());
        }
        Ok(frames)
    }

    fn unreceipted(&self, _: &ScopeId, limit: usize) -> Result<Vec<u64>, Crash> {
        let own = |id: &EntryId| Some(self.core.entries[id].header.log) == self.own_log;
        let wanted = self.acked.iter().filter(|(id, _)| own(id) && !self.receipts.contains_key(id));
        let mut wanted: Vec<u64> = wanted.map(|(_, sseq)| *sseq).collect();
        wanted.sort_unstable();
        wanted.truncate(limit);
        Ok(wanted)
    }

    fn commit_exchange(&mut self, commit: &ExchangeCommit) -> Result<Exchanged, Crash> {
        if self.position != commit.base {
            return Ok(Exchanged::Moved);
        }
        let (write, die) = self.fuse.burn();
        if self.bug == Some(Bug::CursorBeforeApply) {
            self.position = commit.position;
            if die {
                return Err(Crash);
            }
        } else if !write {
            return Err(Crash);
        }
        self.apply(commit);
        let pending_again = self.record(commit);
        if die {
            return Err(Crash);
        }
        Ok(Exchanged::Committed { pending_again })
    }
}

/// A laptop: its disk, its key, and what a backup of the disk does not hold.
pub struct Device {
    pub disk: Disk,
    pub key: Ed25519Key,
    /// The incarnation in the key store of the operating system.
    pub outside: Incarnation,
    pub backup: Option<Disk>,
    /// Logs that must be written no more, as the checker sees it.
    pub banned: BTreeSet<LogId>,
}
