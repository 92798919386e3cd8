//! The device's end of one round trip: what to send, and what to do with the answer.

use std::collections::BTreeMap;

use seal::checkpoint::Checkpoint;
use seal::keys::PublicKey;

use super::{
    Ack, ClientStore, ExchangeCommit, Exchanged, NewEntry, Position, Pulled, Request, Response, SeenCheckpoint, StreamHead, StreamItem, frontier,
};
use crate::chain::{Batch, Fork, Refused, Verdict};
use crate::receipt::Receipt;
use crate::{Beacon, EntryId, LogId, NewLogReason, ScopeId};

/// Entries compress to about a quarter on the wire.
const CONTENT_PER_WIRE_BYTE: u64 = 4;
/// So many receipts are asked for at once: their proofs travel down the same slow link.
const MAX_RECEIPTS: usize = 32;

/// Makes the next request. `batch_bytes` is what the link carries in one step, see [`super::Goodput`].
pub fn request<S: ClientStore>(store: &S, scope: &ScopeId, batch_bytes: u64) -> Result<Request, S::Error> {
    let position = store.position(scope)?;
    let content = batch_bytes.saturating_mul(CONTENT_PER_WIRE_BYTE);
    let entries = store.pending(scope, usize::try_from(content).unwrap_or(usize::MAX))?;
    let mut logs: Vec<LogId> = if position.reconcile {
        store.logs(scope)?
    } else {
        store.own_log(scope)?.into_iter().collect()
    };
    for frame in &entries {
        if let Some((log, _)) = store.place(&frame.id())? {
            logs.push(log);
        }
    }
    logs.sort_unstable();
    logs.dedup();
    let tell = |log: &LogId| frontier::of_log(store, log, position.reconcile);
    Ok(Request {
        scope: *scope,
        epoch: position.epoch,
        cursor: position.cursor,
        reconcile: position.reconcile,
        frontier: logs.iter().map(tell).collect::<Result<_, _>>()?,
        room_bytes: u32::try_from(batch_bytes).unwrap_or(u32::MAX),
        receipts: store.unreceipted(scope, MAX_RECEIPTS)?,
        entries,
    })
}

/// What became of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Absorbed {
    /// It was recorded.
    Done(Exchange),
    /// The store has moved on since the request was made, so the answer fits no more; nothing was changed. Ask again.
    Stale,
}

/// What one recorded answer did.
#[derive(Clone, Debug, PartialEq)]
pub struct Exchange {
    /// How many entries of the request are acknowledged.
    pub acked: usize,
    /// How many entries are new here.
    pub pulled: usize,
    /// The new position.
    pub position: Position,
    /// Whether another round trip has something to do at once.
    pub again: bool,
    /// The own log that is written no more, and why: tell the person that the laptop was restored or copied.
    pub retired: Option<(LogId, NewLogReason)>,
    /// Forks that were found here or told by the server.
    pub forks: Vec<Fork>,
    /// What did not hold. None of it stopped the rest.
    pub problems: Vec<Problem>,
}

/// Something that a person should hear of.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// An entry from the server is broken; its log stops there.
    Broken(Refused),
    /// The server refused an entry of ours.
    RefusedByServer(EntryId),
    /// The server names, or builds upon, an entry that was never sent here. The stream waits before it.
    Inconsistent(EntryId),
    /// The stream's hash differs from the server's; the stream is read again from its start.
    StreamDiffers,
    /// The checkpoint or a receipt is not signed by the server's key, its proof fails, or its origin is over 80 bytes. It was not recorded.
    BadProof,
}

/// Why an answer could not be recorded at all.
#[derive(Debug, thiserror::Error)]
pub enum SyncError<E> {
    /// The store failed.
    #[error("the store failed")]
    Store(E),
    /// The answer does not belong to the request: another scope, or a stream position that was not asked for.
    #[error("the answer does not belong to the request")]
    Unasked,
}

impl<E> From<E> for SyncError<E> {
    fn from(error: E) -> Self {
        Self::Store(error)
    }
}

/// Records an answer, whole or cut, in one durable step. `server` is the key that the county card pins.
pub fn absorb<S: ClientStore>(store: &mut S, request: &Request, response: &Response, server: &PublicKey) -> Result<Absorbed, SyncError<S::Error>> {
    let scope = request.scope;
    let start = StreamHead::start(&scope);
    if response.scope != scope || (response.from != request.cursor && response.from != start) {
        return Err(SyncError::Unasked);
    }
    let base = Position {
        epoch: request.epoch,
        cursor: request.cursor,
        reconcile: request.reconcile,
    };
    if store.position(&scope)? != base {
        return Ok(Absorbed::Stale);
    }
    let own_log = store.own_log(&scope)?;
    let mut reading = Reading {
        batch: Batch::new(&*store, scope),
        own_log,
        cursor: response.from,
        entries: Vec::new(),
        acks: Vec::new(),
        forks: response.branches.clone(),
        refused: Vec::new(),
        retire: None,
        problems: Vec::new(),
    };
    let mut acked = 0_usize;
    for ack in &response.acks {
        if reading.batch.contains(&ack.id)? {
            reading.acks.push(*ack);
            acked = acked.saturating_add(1);
        }
    }
    let whole = reading.items(&response.items)?;
    reading.own_log_troubles(response);
    let Reading {
        mut cursor,
        entries,
        acks,
        forks,
        refused,
        retire,
        mut problems,
        ..
    } = reading;

    let mut differs = false;
    if let Some(end) = response.end.filter(|_| whole) {
        differs = end.cursor != cursor;
    }
    if differs {
        problems.push(Problem::StreamDiffers);
        cursor = start;
    }
    let new_epoch = base.epoch.is_some_and(|e| e != response.epoch);
    let more = response.end.is_none_or(|end| end.more);
    // Reconciling is over once the stream was read to its end with every log told.
    let unfinished = base.reconcile && (more || !whole);
    let reconcile = response.reconcile || new_epoch || differs || !whole || unfinished;
    let position = Position {
        epoch: Some(response.epoch),
        cursor,
        reconcile,
    };
    let receipts = proven(&response.receipts, server);
    let checkpoint = response.checkpoint.as_deref().and_then(|n| seen(n, server));
    if receipts.len() != response.receipts.len() || checkpoint.is_some() != response.checkpoint.is_some() {
        problems.push(Problem::BadProof);
    }
    problems.extend(refused.iter().cloned().map(Problem::Broken));
    let theirs = response.refused.iter().map(|r| Problem::RefusedByServer(r.id));
    problems.extend(theirs);

    let pulled = entries.len();
    let commit = ExchangeCommit {
        scope,
        base,
        entries,
        lacks: response.lacks.clone(),
        acks,
        forks: forks.clone(),
        refused,
        refused_by_server: response.refused.clone(),
        receipts,
        checkpoint,
        server_time_ms: response.server_time_ms,
        retire,
        position,
    };
    let Exchanged::Committed { pending_again } = store.commit_exchange(&commit)? else {
        return Ok(Absorbed::Stale);
    };
    let pending = || store.pending(&scope, 1).map(|p| !p.is_empty());
    let again = (more && position.cursor != base.cursor) || (reconcile && !base.reconcile) || ((acked > 0 || pending_again > 0) && pending()?);
    Ok(Absorbed::Done(Exchange {
        acked,
        pulled,
        position,
        again,
        retired: retire,
        forks,
        problems,
    }))
}

/// The receipts that hold. Those of one answer share a checkpoint, whose signature is checked once.
fn proven(receipts: &[Receipt], server: &PublicKey) -> Vec<Receipt> {
    let mut opened: BTreeMap<&str, Option<Checkpoint>> = BTreeMap::new();
    let mut holding = Vec::new();
    for receipt in receipts {
        let note = receipt.checkpoint.as_str();
        let open = || Checkpoint::open(note.as_bytes(), server).ok();
        let checkpoint = opened.entry(note).or_insert_with(open);
        if checkpoint.as_ref().is_some_and(|c| receipt.verify_under(c).is_ok()) {
            holding.push(receipt.clone());
        }
    }
    holding
}

/// Reads a checkpoint that the server signed, if a header can repeat it.
fn seen(note: &str, server: &PublicKey) -> Option<SeenCheckpoint> {
    let checkpoint = Checkpoint::open(note.as_bytes(), server).ok()?;
    let beacon = Beacon {
        origin: checkpoint.origin,
        size: checkpoint.size,
        root: checkpoint.root,
    };
    beacon.fits().then(|| SeenCheckpoint {
        note: note.to_owned(),
        beacon,
        time_ms: checkpoint.time_ms,
    })
}

/// An answer's items as they are judged.
struct Reading<'a, S: ClientStore> {
    batch: Batch<'a, S>,
    own_log: Option<LogId>,
    cursor: StreamHead,
    entries: Vec<Pulled>,
    acks: Vec<Ack>,
    forks: Vec<Fork>,
    refused: Vec<Refused>,
    retire: Option<(LogId, NewLogReason)>,
    problems: Vec<Problem>,
}

impl<S: ClientStore> Reading<'_, S> {
    /// Takes the items in order. False when one does not connect to what is here; what came before it is kept.
    fn items(&mut self, items: &[StreamItem]) -> Result<bool, S::Error> {
        for item in items {
            let next = self.cursor.then(&item.id());
            let sseq = next.sseq;
            let frame = match item {
                StreamItem::Entry(frame) => frame,
                StreamItem::Known(id) => {
                    if !self.batch.contains(id)? {
                        self.problems.push(Problem::Inconsistent(*id));
                        return Ok(false);
                    }
                    self.acks.push(Ack { id: *id, sseq });
                    self.cursor = next;
                    continue;
                }
            };
            let verified = match self.batch.judge(frame)? {
                Verdict::Gap { id, .. } => {
                    self.problems.push(Problem::Inconsistent(id));
                    return Ok(false);
                }
                Verdict::Refused(refused) => {
                    // The server holds it, so the hash goes over it; here its log stops.
                    self.refused.push(refused);
                    self.cursor = next;
                    continue;
                }
                Verdict::Duplicate(_) => None,
                Verdict::Accepted(verified) => Some(verified),
                Verdict::Branch(verified, fork) => {
                    self.forks.push(fork);
                    Some(verified)
                }
            };
            if let Some(verified) = verified {
                if self.own_log == Some(verified.header.log) {
                    self.retire = Some((verified.header.log, NewLogReason::HeadAhead));
                }
                let frame = frame.clone();
                let entry = NewEntry { frame, verified };
                self.entries.push(Pulled { entry, sseq });
            }
            let id = item.id();
            self.acks.push(Ack { id, sseq });
            self.cursor = next;
        }
        Ok(true)
    }

    /// Whatever shows that the own log cannot go on: a fork in it, or an entry of it that the server finds broken.
    fn own_log_troubles(&mut self, response: &Response) {
        let Some(own) = self.own_log else { return };
        if self.forks.iter().any(|fork| fork.log == own) {
            self.retire = Some((own, NewLogReason::Fork));
        } else if response.refused.iter().any(|r| r.log == Some(own)) {
            self.retire = Some((own, NewLogReason::Refused));
        }
    }
}
