//! The server's end of one round trip.

use super::frontier::{Held, Lacking, lacking};
use super::{Ack, End, NewEntry, PushCommit, Pushed, RefusedEntry, Request, Response, ServerStore, StreamHead, StreamItem};
use crate::chain::{Batch, Fork, Verdict};
use crate::{EntryId, Frame, ScopeId};

/// How often a push is judged again when another one got in between.
const PUSH_TRIES: usize = 16;
/// The most stream rows in one answer.
const MAX_ROWS: usize = 4_096;
/// The most content in one answer, before compression.
const MAX_ANSWER_BYTES: usize = 4 * 1024 * 1024;
/// A device may ask for as many receipts at once.
const MAX_RECEIPTS: usize = 64;
/// So many lacking blobs are named in one answer.
const MAX_LACKING_BLOBS: usize = 64;

/// What judging a request's entries gave.
#[derive(Default)]
struct Judged {
    entries: Vec<NewEntry>,
    forks: Vec<Fork>,
    refused: Vec<RefusedEntry>,
    known: usize,
    gaps: Vec<EntryId>,
}

/// What became of entries that came by a carrier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    /// Stored now.
    pub new: usize,
    /// Stored before.
    pub known: usize,
    /// Broken, and why.
    pub refused: Vec<RefusedEntry>,
    /// Not stored, because the entry before each is missing.
    pub gaps: Vec<EntryId>,
}

/// Answers one request: stores what is sound, says what is lacking, and goes on with the stream. The caller has checked that
/// the session is bound to the request's scope. `now_ms` is the server's clock.
pub fn answer<S: ServerStore>(store: &mut S, request: &Request, now_ms: i64) -> Result<Response, S::Error> {
    let scope = request.scope;
    // This very epoch told the device of entries that are not here: the store was put back from a backup.
    if request.epoch == Some(store.epoch()?) && request.cursor.sseq > store.stream_head(&scope)?.sseq {
        store.begin_epoch()?;
    }
    let (judged, _) = push(store, scope, &request.entries)?;
    let epoch = store.epoch()?;
    let mut response = Response {
        scope,
        epoch,
        server_time_ms: now_ms,
        acks: Vec::new(),
        refused: judged.refused,
        branches: judged.forks,
        lacks: Vec::new(),
        lacks_blobs: store.lacking_blobs(&scope, MAX_LACKING_BLOBS)?,
        reconcile: !judged.gaps.is_empty() || request.epoch.is_some_and(|e| e != epoch),
        from: request.cursor,
        checkpoint: store.checkpoint(&scope)?,
        receipts: Vec::new(),
        items: Vec::new(),
        end: None,
    };
    for frame in &request.entries {
        acknowledge(store, frame.id(), &mut response)?;
    }
    for theirs in &request.frontier {
        match lacking(store, theirs, request.reconcile)? {
            Lacking::Nothing => {}
            Lacking::From(lack) => response.lacks.push(lack),
            Lacking::Unknown => response.reconcile = true,
        }
    }
    let wanted = request.receipts.get(..MAX_RECEIPTS).unwrap_or(&request.receipts);
    response.receipts = store.receipts(&scope, wanted)?;
    let here = store.stream_hash(&scope, request.cursor.sseq)?;
    if here != Some(request.cursor.hash) {
        response.from = StreamHead::start(&scope);
        response.reconcile = true;
    }
    // A reconciling request has told all that it can; its answer is what it asked for.
    response.reconcile &= !request.reconcile;
    let again = response.from != request.cursor && !request.reconcile;
    response.end = Some(if again {
        // Its frontier names few logs: entries that the device has would go out whole.
        End {
            cursor: response.from,
            more: true,
        }
    } else {
        stream(store, request, &mut response)?
    });
    Ok(response)
}

/// Stores the sound entries of a request that was cut. Nobody hears of it; the device will send them again.
pub fn keep<S: ServerStore>(store: &mut S, request: &Request) -> Result<(), S::Error> {
    push(store, request.scope, &request.entries).map(drop)
}

/// Stores the sound ones of entries that came by a carrier instead of a session, such as a second copy: they prove themselves. The
/// caller has checked that the carrier may speak to this scope.
pub fn carry<S: ServerStore>(store: &mut S, scope: ScopeId, entries: &[Frame]) -> Result<Carried, S::Error> {
    let (judged, new) = push(store, scope, entries)?;
    Ok(Carried {
        new,
        known: judged.known,
        refused: judged.refused,
        gaps: judged.gaps,
    })
}

/// Judges and stores; says how many are new.
fn push<S: ServerStore>(store: &mut S, scope: ScopeId, entries: &[Frame]) -> Result<(Judged, usize), S::Error> {
    for _ in 0..PUSH_TRIES {
        let base = store.stream_head(&scope)?;
        let mut judged = judge(store, scope, entries)?;
        if judged.entries.is_empty() {
            return Ok((judged, 0));
        }
        let new = judged.entries.len();
        let commit = PushCommit {
            scope,
            base,
            entries: std::mem::take(&mut judged.entries),
            forks: judged.forks.clone(),
        };
        if store.commit_push(&commit)? == Pushed::Committed {
            return Ok((judged, new));
        }
    }
    // Not stored, so not acknowledged: the device will send them again.
    Ok((Judged::default(), 0))
}

fn judge<S: ServerStore>(store: &S, scope: ScopeId, entries: &[Frame]) -> Result<Judged, S::Error> {
    let mut judged = Judged::default();
    let mut batch = Batch::new(store, scope);
    for frame in entries {
        let mut take = |verified| {
            let frame = frame.clone();
            judged.entries.push(NewEntry { frame, verified });
        };
        match batch.judge(frame)? {
            Verdict::Accepted(verified) => take(verified),
            Verdict::Branch(verified, fork) => {
                take(verified);
                judged.forks.push(fork);
            }
            Verdict::Duplicate(_) => judged.known += 1,
            Verdict::Gap { id, .. } => judged.gaps.push(id),
            Verdict::Refused(refused) => judged.refused.push(RefusedEntry {
                id: refused.id,
                log: refused.place.map(|(log, _)| log),
                reason: refused.reason.to_string(),
            }),
        }
    }
    Ok(judged)
}

fn acknowledge<S: ServerStore>(store: &S, id: EntryId, response: &mut Response) -> Result<(), S::Error> {
    let (Some(sseq), Some((log, seq))) = (store.sseq(&id)?, store.place(&id)?) else {
        return Ok(());
    };
    response.acks.push(Ack { id, sseq });
    let ids = store.ids_at(&log, seq)?;
    let known = response.branches.iter().any(|f| f.log == log && f.seq == seq);
    if ids.len() > 1 && !known {
        response.branches.push(Fork { log, seq, ids });
    }
    Ok(())
}

fn stream<S: ServerStore>(store: &S, request: &Request, response: &mut Response) -> Result<End, S::Error> {
    let pushed = request.entries.iter().map(Frame::id);
    let held = Held::of(store, &request.frontier, pushed)?;
    let room = usize::try_from(request.room_bytes).unwrap_or(usize::MAX);
    let mut cursor = response.from;
    let mut wire = 0_usize;
    let mut content = 0_usize;
    for row in store.stream(&request.scope, cursor.sseq, MAX_ROWS)? {
        if wire >= room || content >= MAX_ANSWER_BYTES {
            break;
        }
        let whole = if held.covers(&row) { None } else { store.frame(&row.id)? };
        let (item, bytes) = match whole {
            Some(frame) => {
                let bytes = frame.encoded_len();
                (StreamItem::Entry(frame), bytes)
            }
            None => (StreamItem::Known(row.id), 33),
        };
        content = content.saturating_add(bytes);
        wire = wire.saturating_add(on_the_wire(&item, bytes));
        response.items.push(item);
        cursor = cursor.then(&row.id);
    }
    let more = cursor.sseq < store.stream_head(&request.scope)?.sseq;
    Ok(End { cursor, more })
}

/// About what an item costs once compressed: an id does not compress, an entry does to about a quarter.
fn on_the_wire(item: &StreamItem, bytes: usize) -> usize {
    match item {
        StreamItem::Known(_) => bytes,
        StreamItem::Entry(_) => (bytes / 4).max(128),
    }
}
