//! Where an entry stands in its log: next, a branch of a fork, known already, after a gap, or refused.
//!
//! The key of an entry is its id; (log, seq) is an index. Several ids at one position are branches of a fork: all are kept
//! and reported. An entry is stored only after the entry that its `prev` names, so whoever has an entry has all before it.

use std::collections::{BTreeMap, BTreeSet};

use seal::keys::PublicKey;
use serde::{Deserialize, Serialize};

use crate::{EntryError, EntryId, Frame, Header, LogId, ScopeId, Verified, verify, verify_open};

/// What record 0 settles for a whole log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRecord {
    /// The log.
    pub log: LogId,
    /// The county's replica that all its entries belong to.
    pub scope: ScopeId,
    /// The key that signs all its entries.
    pub key: PublicKey,
}

/// One entry's place: its log, position and id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tip {
    /// Position in the log.
    pub seq: u64,
    /// The entry there.
    pub id: EntryId,
}

/// Two or more entries at one position of a log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fork {
    /// The forked log.
    pub log: LogId,
    /// The position.
    pub seq: u64,
    /// All entries known there, ascending.
    pub ids: Vec<EntryId>,
}

/// What a store must be able to say about the entries that it holds. Implemented by the device store, the server store and
/// the memory store of the simulator. Reads only; every answer includes what was last committed.
pub trait LogIndex {
    /// What can go wrong in the store.
    type Error;

    /// The log's record 0, if stored. Two rival records 0 of one log have the same key, or the second was refused.
    fn log(&self, log: &LogId) -> Result<Option<LogRecord>, Self::Error>;

    /// Position of a stored entry.
    fn place(&self, id: &EntryId) -> Result<Option<(LogId, u64)>, Self::Error>;

    /// All entries stored at a position, ascending by id.
    fn ids_at(&self, log: &LogId, seq: u64) -> Result<Vec<EntryId>, Self::Error>;

    /// All logs of a scope, ascending.
    fn logs(&self, scope: &ScopeId) -> Result<Vec<LogId>, Self::Error>;

    /// The ends of a log's branches: entries that no stored entry names as `prev`. One, unless the log is forked.
    fn tips(&self, log: &LogId) -> Result<Vec<Tip>, Self::Error>;

    /// The exact bytes of a stored entry.
    fn frame(&self, id: &EntryId) -> Result<Option<Frame>, Self::Error>;
}

/// Where an entry stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// New, and the only one at its position.
    Accepted(Verified),
    /// New, and a branch: the fork names every entry at its position, this one included.
    Branch(Verified, Fork),
    /// Stored already.
    Duplicate(EntryId),
    /// Its `prev` is not stored. `expected` is the next position that would connect.
    Gap {
        /// The entry.
        id: EntryId,
        /// Its log.
        log: LogId,
        /// The first position that is missing here.
        expected: u64,
    },
    /// Broken. The log stops here for whoever depends on it; nothing else is affected.
    Refused(Refused),
}

/// An entry that was refused, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// SHA-256 of its header bytes.
    pub id: EntryId,
    /// Its log and position, if the header could be read.
    pub place: Option<(LogId, u64)>,
    /// Why.
    pub reason: Refusal,
}

/// Why an entry was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Bytes, signature or payload are broken.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// It belongs to another scope than the one that is synced, or than its log.
    #[error("the entry belongs to another scope")]
    ForeignScope,
    /// Its `prev` is an entry of another log or not the position before.
    #[error("the entry does not follow the one that it names")]
    WrongPrevious,
    /// A second record 0 of the log is signed by another key.
    #[error("the log was opened by another key")]
    OtherOpener,
}

/// Judges entries one after another, each over the store and those accepted before it.
pub struct Batch<'a, I: LogIndex> {
    index: &'a I,
    scope: ScopeId,
    logs: BTreeMap<LogId, LogRecord>,
    places: BTreeMap<EntryId, (LogId, u64)>,
    at: BTreeMap<(LogId, u64), BTreeSet<EntryId>>,
}

impl<'a, I: LogIndex> Batch<'a, I> {
    /// Starts a batch of entries of one scope.
    pub fn new(index: &'a I, scope: ScopeId) -> Self {
        Self {
            index,
            scope,
            logs: BTreeMap::new(),
            places: BTreeMap::new(),
            at: BTreeMap::new(),
        }
    }

    /// Judges one entry, and remembers it if it is new and sound. Errors are the store's.
    pub fn judge(&mut self, frame: &Frame) -> Result<Verdict, I::Error> {
        let id = frame.id();
        if self.place(&id)?.is_some() {
            return Ok(Verdict::Duplicate(id));
        }
        let refused = |place, reason| Ok(Verdict::Refused(Refused { id, place, reason }));
        let header = match Header::parse(&frame.header) {
            Ok(header) => header,
            Err(e) => return refused(None, e.into()),
        };
        let place = Some((header.log, header.seq));
        if header.scope != self.scope {
            return refused(place, Refusal::ForeignScope);
        }
        let known = self.log(&header.log)?;
        let (verified, record) = match header.prev {
            None => match self.open(frame, known) {
                Ok(opened) => opened,
                Err(reason) => return refused(place, reason),
            },
            Some(prev) => {
                let Some(at) = self.place(&prev)? else {
                    let expected = self.connects_at(&header)?;
                    let log = header.log;
                    return Ok(Verdict::Gap { id, log, expected });
                };
                if Some(at) != header.seq.checked_sub(1).map(|seq| (header.log, seq)) {
                    return refused(place, Refusal::WrongPrevious);
                }
                // The entry before it is here, so its log's record 0 is too.
                let Some(record) = known else {
                    return refused(place, Refusal::WrongPrevious);
                };
                match verify(frame, &record.key) {
                    Ok(verified) => (verified, record),
                    Err(e) => return refused(place, e.into()),
                }
            }
        };
        if record.scope != header.scope {
            return refused(place, Refusal::ForeignScope);
        }
        let mut ids = self.ids_at(&header.log, header.seq)?;
        self.logs.insert(record.log, record);
        self.places.insert(id, (header.log, header.seq));
        self.at.entry((header.log, header.seq)).or_default().insert(id);
        if ids.is_empty() {
            return Ok(Verdict::Accepted(verified));
        }
        ids.insert(id);
        let fork = Fork {
            log: header.log,
            seq: header.seq,
            ids: ids.into_iter().collect(),
        };
        Ok(Verdict::Branch(verified, fork))
    }

    /// Whether an entry is stored or was accepted in this batch.
    pub fn contains(&self, id: &EntryId) -> Result<bool, I::Error> {
        Ok(self.place(id)?.is_some())
    }

    fn open(&self, frame: &Frame, known: Option<LogRecord>) -> Result<(Verified, LogRecord), Refusal> {
        let (verified, open) = verify_open(frame)?;
        match known {
            Some(known) if known.key != open.key => Err(Refusal::OtherOpener),
            Some(known) => Ok((verified, known)),
            None => {
                let record = LogRecord {
                    log: verified.header.log,
                    scope: open.scope,
                    key: open.key,
                };
                Ok((verified, record))
            }
        }
    }

    fn log(&self, log: &LogId) -> Result<Option<LogRecord>, I::Error> {
        match self.logs.get(log) {
            Some(record) => Ok(Some(record.clone())),
            None => self.index.log(log),
        }
    }

    fn place(&self, id: &EntryId) -> Result<Option<(LogId, u64)>, I::Error> {
        match self.places.get(id) {
            Some(place) => Ok(Some(*place)),
            None => self.index.place(id),
        }
    }

    fn ids_at(&self, log: &LogId, seq: u64) -> Result<BTreeSet<EntryId>, I::Error> {
        let mut ids: BTreeSet<_> = self.index.ids_at(log, seq)?.into_iter().collect();
        ids.extend(self.at.get(&(*log, seq)).into_iter().flatten());
        Ok(ids)
    }

    /// The first position after everything known of the log, but never past the entry's own.
    fn connects_at(&self, header: &Header) -> Result<u64, I::Error> {
        let stored = self.index.tips(&header.log)?.into_iter().map(|t| t.seq);
        let here = self.places.values().filter(|p| p.0 == header.log);
        let last = stored.chain(here.map(|p| p.1)).max();
        Ok(last.map_or(0, |seq| seq.saturating_add(1)).min(header.seq))
    }
}
