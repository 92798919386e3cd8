//! The server: its store, its own log and its transparency log.

use std::collections::{BTreeMap, BTreeSet};

use ledger::chain::LogIndex as _;
use ledger::receipt::Receipt;
use ledger::sync::{NewEntry, PushCommit, Pushed, ServerStore, StreamHead, StreamRow};
use ledger::{Draft, EntryId, Epoch, Incarnation, LogId, LogOpen, LogWriter, NewLogReason, PreviousLog, ScopeId, open_log, verify, verify_open};
use seal::Digest;
use seal::checkpoint::Checkpoint;
use seal::keys::{Ed25519Key, Signer as _};
use seal::merkle::{Tree, entry_leaf};
use serde_json::json;
use uuid::Uuid;

use super::core::{Core, index_of_core};
use super::rng::Rng;
use super::{Bug, Crash, Fuse};

pub fn server_key() -> Ed25519Key {
    Ed25519Key::from_seed([0x5e; 32]).unwrap()
}

#[derive(Debug, Clone)]
pub struct Server {
    pub core: Core,
    pub epoch: Epoch,
    pub streams: BTreeMap<ScopeId, Vec<(EntryId, Digest)>>,
    pub forks: BTreeSet<(LogId, u64)>,
    own_log: Option<LogId>,
    trees: BTreeMap<ScopeId, Tree>,
    rng: Rng,
    pub fuse: Fuse,
    pub bug: Option<Bug>,
    /// What would be left after a crash, when writes are not durable at once.
    pub durable: Option<Box<Server>>,
}

index_of_core!(Server);

impl Server {
    pub fn new(scope: ScopeId, mut rng: Rng, bug: Option<Bug>) -> Self {
        let mut server = Self {
            core: Core::default(),
            epoch: Epoch::from_bytes(rng.bytes16()),
            streams: BTreeMap::new(),
            forks: BTreeSet::new(),
            own_log: None,
            trees: BTreeMap::new(),
            rng,
            fuse: Fuse::default(),
            bug,
            durable: None,
        };
        server.open_own_log(scope);
        server.flush();
        server
    }

    /// What is left after the process died.
    pub fn restart(&mut self) {
        if let Some(durable) = self.durable.take() {
            *self = *durable;
            self.flush();
        }
        self.fuse.put_out();
    }

    /// A planted bug: durable only now.
    pub fn flush(&mut self) {
        if self.bug == Some(Bug::AckBeforeCommit) {
            self.durable = None;
            self.durable = Some(Box::new(self.clone()));
        }
    }

    /// Goes on from a backup: a new epoch and a new server log.
    pub fn restored(&mut self, scope: ScopeId, rng: Rng) {
        self.rng = rng;
        self.epoch = Epoch::from_bytes(self.rng.bytes16());
        self.open_own_log(scope);
    }

    pub fn append(&mut self, entry: &NewEntry) {
        let scope = entry.verified.header.scope;
        let head = self.stream_head(&scope).unwrap().then(&entry.verified.id);
        self.core.insert(entry);
        self.streams.entry(scope).or_default().push((entry.verified.id, head.hash));
        self.trees.entry(scope).or_default().append(entry_leaf(&entry.verified.id.0));
    }

    fn open_own_log(&mut self, scope: ScopeId) {
        let key = server_key();
        let previous = self.own_log.map(|log| {
            let tip = self.core.tips(&log).unwrap()[0];
            PreviousLog {
                log,
                seq: tip.seq,
                id: tip.id,
                reason: NewLogReason::Epoch,
            }
        });
        let open = LogOpen {
            key: key.public().clone(),
            scope,
            incarnation: Incarnation::from_bytes(self.rng.bytes16()),
            previous,
            app_version: "0.1.0".into(),
        };
        let log = LogId::from_bytes(self.rng.bytes16());
        let (frame, _) = open_log(&key, log, &open, 0, self.rng.bytes16()).unwrap();
        let (verified, _) = verify_open(&frame).unwrap();
        self.append(&NewEntry { frame, verified });
        self.own_log = Some(log);
    }

    pub fn say(&mut self, text: String) {
        let key = server_key();
        let tip = self.core.tips(&self.own_log.unwrap()).unwrap()[0];
        let mut writer = LogWriter::resume(&self.core.entries[&tip.id].header, tip.id);
        let draft = Draft {
            kind: "server.noted/1".parse().unwrap(),
            ent: Uuid::from_bytes([7; 16]),
            by: None,
            deps: Vec::new(),
            payload: json!({ "text": text }),
            ts: 0,
            beacon: None,
            salt: self.rng.bytes16(),
        };
        let frame = writer.author(&key, draft).unwrap();
        let verified = verify(&frame, key.public()).unwrap();
        self.append(&NewEntry { frame, verified });
    }

    fn signed(&self, scope: &ScopeId) -> Option<(u64, String)> {
        let tree = self.trees.get(scope)?;
        // The checkpoint lags behind: receipts come later than acknowledgements.
        let size = tree.size() / 4 * 4;
        let checkpoint = Checkpoint {
            origin: format!("sim.example/{scope}/{}", self.epoch),
            size,
            root: tree.root_at(size).ok()?,
            time_ms: 1_700_000_000_000,
        };
        Some((size, checkpoint.sign(&server_key()).unwrap()))
    }
}

impl ServerStore for Server {
    fn epoch(&self) -> Result<Epoch, Crash> {
        Ok(self.epoch)
    }

    fn begin_epoch(&mut self) -> Result<(), Crash> {
        let scopes: Vec<ScopeId> = self.streams.keys().copied().collect();
        for scope in scopes {
            let rng = self.rng.clone();
            self.restored(scope, rng);
        }
        Ok(())
    }

    fn stream_head(&self, scope: &ScopeId) -> Result<StreamHead, Crash> {
        let stream = self.streams.get(scope);
        let last = stream.and_then(|s| Some((s.len() as u64, s.last()?.1)));
        Ok(last.map_or(StreamHead::start(scope), |(sseq, hash)| StreamHead { sseq, hash }))
    }

    fn stream_hash(&self, scope: &ScopeId, sseq: u64) -> Result<Option<Digest>, Crash> {
        let start = StreamHead::start(scope).hash;
        let Some(index) = sseq.checked_sub(1) else { return Ok(Some(start)) };
        let stream = self.streams.get(scope);
        Ok(stream.and_then(|s| s.get(index as usize)).map(|row| row.1))
    }

    fn sseq(&self, id: &EntryId) -> Result<Option<u64>, Crash> {
        let at = |s: &Vec<(EntryId, Digest)>| s.iter().position(|row| row.0 == *id);
        Ok(self.streams.values().find_map(at).map(|i| i as u64 + 1))
    }

    fn stream(&self, scope: &ScopeId, after: u64, limit: usize) -> Result<Vec<StreamRow>, Crash> {
        let rows = self.streams.get(scope).into_iter().flatten().enumerate();
        let row = |(i, (id, _)): (usize, &(EntryId, Digest))| {
            let header = &self.core.entries[id].header;
            StreamRow {
                sseq: i as u64 + 1,
                id: *id,
                log: header.log,
                seq: header.seq,
            }
        };
        Ok(rows.map(row).skip(after as usize).take(limit).collect())
    }

    fn lacking_blobs(&self, _: &ScopeId, _: usize) -> Result<Vec<Digest>, Crash> {
        Ok(Vec::new())
    }

    fn checkpoint(&self, scope: &ScopeId) -> Result<Option<String>, Crash> {
        Ok(self.signed(scope).map(|c| c.1))
    }

    fn receipts(&self, scope: &ScopeId, sseqs: &[u64]) -> Result<Vec<Receipt>, Crash> {
        let Some((size, note)) = self.signed(scope) else { return Ok(Vec::new()) };
        let covered = sseqs.iter().filter(|s| **s <= size && **s > 0);
        let receipt = |sseq: &u64| Receipt {
            entry: self.streams[scope][*sseq as usize - 1].0,
            leaf: sseq - 1,
            proof: self.trees[scope].inclusion_proof(sseq - 1, size).unwrap(),
            checkpoint: note.clone(),
        };
        Ok(covered.map(receipt).collect())
    }

    fn commit_push(&mut self, commit: &PushCommit) -> Result<Pushed, Crash> {
        if self.stream_head(&commit.scope)? != commit.base {
            return Ok(Pushed::Moved);
        }
        let (write, die) = self.fuse.burn();
        if write {
            for entry in &commit.entries {
                self.append(entry);
            }
            for fork in &commit.forks {
                if self.forks.insert((fork.log, fork.seq)) {
                    self.say(format!("分叉 {} 第 {} 条", fork.log, fork.seq));
                }
            }
        }
        if die { Err(Crash) } else { Ok(Pushed::Committed) }
    }
}
