//! Entries in memory, and the aggregates folded from them: what device and server have in common.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use ledger::chain::{LogIndex, LogRecord, Tip};
use ledger::fold::{Folded, Folder, Meta, predecessor};
use ledger::sync::NewEntry;
use ledger::{EntryId, Frame, Header, LogId, ScopeId};
use seal::Digest;
use uuid::Uuid;

use super::Crash;

#[derive(Debug, Clone)]
pub struct Stored {
    pub frame: Frame,
    pub header: Header,
    pub meta: Meta,
}

/// The state of an aggregate: as sensitive to order and repetition as can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    pub hash: Digest,
    pub applied: Vec<EntryId>,
}

impl State {
    fn new() -> Self {
        Self {
            hash: Digest::of(b""),
            applied: Vec::new(),
        }
    }

    fn apply(&mut self, entry: &Stored) {
        let id = entry.frame.id();
        self.hash = Digest::of_parts(&[self.hash.as_bytes(), id.as_bytes(), &entry.frame.payload]);
        self.applied.push(id);
    }
}

#[derive(Debug, Clone)]
pub struct Aggregate {
    pub folder: Folder,
    pub state: State,
    /// Entries by log, with their positions.
    by_log: BTreeMap<LogId, Vec<(u64, EntryId)>>,
}

#[derive(Debug, Clone, Default)]
pub struct Core {
    pub logs: BTreeMap<LogId, LogRecord>,
    pub entries: BTreeMap<EntryId, Rc<Stored>>,
    /// Ids in the order of storing.
    pub order: Vec<EntryId>,
    at: BTreeMap<(LogId, u64), BTreeSet<EntryId>>,
    followed: BTreeSet<EntryId>,
    pub aggregates: BTreeMap<Uuid, Aggregate>,
}

impl Core {
    /// Stores and applies one checked entry; one stored already is left alone.
    pub fn insert(&mut self, entry: &NewEntry) {
        let header = entry.verified.header.clone();
        let id = entry.verified.id;
        if self.entries.contains_key(&id) {
            return;
        }
        if header.seq == 0 {
            let (_, open) = ledger::verify_open(&entry.frame).expect("checked before");
            self.logs.entry(header.log).or_insert(LogRecord {
                log: header.log,
                scope: header.scope,
                key: open.key,
            });
        }
        self.followed.extend(header.prev);
        self.at.entry((header.log, header.seq)).or_default().insert(id);
        let candidates = self
            .aggregates
            .get(&header.ent)
            .and_then(|a| a.by_log.get(&header.log))
            .cloned()
            .unwrap_or_default();
        let forked = self.at.range((header.log, 0)..=(header.log, header.seq)).any(|(_, ids)| ids.len() > 1);
        let after = predecessor(header.seq, &candidates, || self.branch(header.prev), forked);
        let meta = Meta {
            id,
            log: header.log,
            seq: header.seq,
            after,
            deps: header.deps.clone(),
        };
        let stored = Rc::new(Stored {
            frame: entry.frame.clone(),
            header,
            meta,
        });
        self.entries.insert(id, stored.clone());
        self.order.push(id);
        self.fold(&stored);
    }

    fn fold(&mut self, stored: &Stored) {
        let aggregate = self.aggregates.entry(stored.header.ent).or_insert_with(|| Aggregate {
            folder: Folder::default(),
            state: State::new(),
            by_log: BTreeMap::new(),
        });
        let place = (stored.header.seq, stored.meta.id);
        aggregate.by_log.entry(stored.header.log).or_default().push(place);
        match aggregate.folder.add(stored.meta.clone()) {
            Folded::Append(ids) => {
                for id in ids {
                    aggregate.state.apply(&self.entries[&id]);
                }
            }
            Folded::Refold => {
                aggregate.state = State::new();
                for id in aggregate.folder.order() {
                    aggregate.state.apply(&self.entries[id]);
                }
            }
            Folded::Delayed | Folded::Known => {}
        }
    }

    /// Drops all state and folds the log again.
    pub fn rebuilt(&self) -> BTreeMap<Uuid, State> {
        let mut metas: BTreeMap<Uuid, Vec<Meta>> = BTreeMap::new();
        for stored in self.entries.values() {
            metas.entry(stored.header.ent).or_default().push(stored.meta.clone());
        }
        let fold = |metas: Vec<Meta>| {
            let mut state = State::new();
            for id in ledger::fold::order(&metas) {
                state.apply(&self.entries[&id]);
            }
            state
        };
        metas.into_iter().map(|(ent, metas)| (ent, fold(metas))).collect()
    }

    /// All states, as they were kept up to date.
    pub fn states(&self) -> BTreeMap<Uuid, State> {
        let states = self.aggregates.iter();
        states.map(|(ent, a)| (*ent, a.state.clone())).collect()
    }

    /// The last entry of an aggregate on a log.
    pub fn last_of(&self, log: &LogId, ent: &Uuid) -> Option<EntryId> {
        let entries = self.aggregates.get(ent)?.by_log.get(log)?;
        entries.iter().max().map(|e| e.1)
    }

    /// Positions with several entries.
    pub fn forks(&self) -> impl Iterator<Item = (LogId, u64)> {
        let forked = self.at.iter().filter(|(_, ids)| ids.len() > 1);
        forked.map(|(at, _)| *at)
    }

    fn branch(&self, mut prev: Option<EntryId>) -> BTreeSet<EntryId> {
        let mut branch = BTreeSet::new();
        while let Some(id) = prev {
            branch.insert(id);
            prev = self.entries[&id].header.prev;
        }
        branch
    }
}

impl LogIndex for Core {
    type Error = Crash;

    fn log(&self, log: &LogId) -> Result<Option<LogRecord>, Crash> {
        Ok(self.logs.get(log).cloned())
    }

    fn place(&self, id: &EntryId) -> Result<Option<(LogId, u64)>, Crash> {
        Ok(self.entries.get(id).map(|e| (e.header.log, e.header.seq)))
    }

    fn ids_at(&self, log: &LogId, seq: u64) -> Result<Vec<EntryId>, Crash> {
        Ok(self.at.get(&(*log, seq)).into_iter().flatten().copied().collect())
    }

    fn logs(&self, scope: &ScopeId) -> Result<Vec<LogId>, Crash> {
        let logs = self.logs.values().filter(|l| l.scope == *scope);
        Ok(logs.map(|l| l.log).collect())
    }

    fn tips(&self, log: &LogId) -> Result<Vec<Tip>, Crash> {
        let positions = self.at.range((*log, 0)..=(*log, u64::MAX));
        let all = positions.flat_map(|((_, seq), ids)| ids.iter().map(|id| Tip { seq: *seq, id: *id }));
        Ok(all.filter(|tip| !self.followed.contains(&tip.id)).collect())
    }

    fn frame(&self, id: &EntryId) -> Result<Option<Frame>, Crash> {
        Ok(self.entries.get(id).map(|e| e.frame.clone()))
    }
}

/// Forwards what a store's core can say.
macro_rules! index_of_core {
    ($store:ty) => {
        impl ledger::chain::LogIndex for $store {
            type Error = super::Crash;
            fn log(&self, log: &ledger::LogId) -> Result<Option<ledger::chain::LogRecord>, super::Crash> {
                self.core.log(log)
            }
            fn place(&self, id: &ledger::EntryId) -> Result<Option<(ledger::LogId, u64)>, super::Crash> {
                self.core.place(id)
            }
            fn ids_at(&self, log: &ledger::LogId, seq: u64) -> Result<Vec<ledger::EntryId>, super::Crash> {
                self.core.ids_at(log, seq)
            }
            fn logs(&self, scope: &ledger::ScopeId) -> Result<Vec<ledger::LogId>, super::Crash> {
                self.core.logs(scope)
            }
            fn tips(&self, log: &ledger::LogId) -> Result<Vec<ledger::chain::Tip>, super::Crash> {
                self.core.tips(log)
            }
            fn frame(&self, id: &ledger::EntryId) -> Result<Option<ledger::Frame>, super::Crash> {
                self.core.frame(id)
            }
        }
    };
}
pub(crate) use index_of_core;
