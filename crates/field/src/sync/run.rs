//! One synchronisation: enrolment, session, entries, thumbnails, originals. Whatever came through before a fault stays.

use std::sync::Arc;
use std::time::Instant;

use contract::field::SyncPhase;
use ledger::sync::{Absorbed, ClientStore, Goodput, MESSAGE_TYPE, Problem, SyncError, absorb, request};
use ledger::wire;
use seal::checkpoint::Checkpoint;
use tracing::{info, warn};

use super::http::Server;
use super::upload::Uploads;
use crate::core::{Core, Open};
use crate::error::{Error, Result};
use crate::store::{Meta, Replica, now_ms};

// Between uploads the storage receipts are fetched, so that chips move while a long queue drains.
const UPLOADS_PER_ROUND: usize = 40;
// A server that never finishes is left for the next time.
const MOST_STEPS: usize = 2_000;

/// How a synchronisation that met no fault ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// Neither end has anything left to say.
    Whole,
    /// Stopped by a pause, or never begun; the next one goes on where it stands.
    Paused,
}

/// Runs on the worker's thread with a runtime of its own.
pub(super) fn run(core: &Arc<Core>) -> Result<Ended> {
    let open = core.opened()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(until_pause(&open, synchronise(core, &open)))
}

/// Does the work up to a pause. What is under way then is dropped as a cut connection would drop it: the bytes that are stored stay.
async fn until_pause(open: &Open, work: impl Future<Output = Result<()>>) -> Result<Ended> {
    tokio::select! {
        biased;
        paused = open.until_sync_paused() => paused.map(|()| Ended::Paused),
        done = work => done.map(|()| Ended::Whole),
    }
}

async fn synchronise(core: &Arc<Core>, open: &Arc<Open>) -> Result<()> {
    let address = open
        .card
        .server_url
        .as_deref()
        .ok_or_else(|| Error::Unreachable("no server in the card".into()))?;
    let mut server = Server::new(address, &open.card.server_key)?;
    core.set_phase(Some(SyncPhase::Entries));
    for (fingerprint, text) in open.store.unsent_enrolments()? {
        server.post("/v1/enrol", "application/json", text.into_bytes()).await?;
        core.set_online();
        open.store.transact(|tx| tx.enrolment_sent(&fingerprint))?;
        info!(%fingerprint, "asked to be certified");
    }
    server.open_session(open).await?;
    core.set_online();
    let mut link = Goodput::default();
    entries(core, open, &server, &mut link).await?;
    super::download::fetch(core, open, &server).await?;
    for (phase, thumbs) in [(SyncPhase::Thumbnails, true), (SyncPhase::Originals, false)] {
        core.set_phase(Some(phase));
        let mut uploads = Uploads::new(core, open, &server, thumbs)?;
        while uploads.some(UPLOADS_PER_ROUND).await? {
            entries(core, open, &server, &mut link).await?;
        }
    }
    entries(core, open, &server, &mut link).await?;
    open.store.transact(|tx| tx.set_meta(Meta::LastSync, Some(&now_ms().to_string())))
}

/// Round trips until neither end has anything to say.
async fn entries(core: &Arc<Core>, open: &Arc<Open>, server: &Server, link: &mut Goodput) -> Result<()> {
    let scope = open.author.scope;
    let mut replica = Replica(open.store.clone());
    let mut unreceipted = usize::MAX;
    for _ in 0..MOST_STEPS {
        let asked = request(&replica, &scope, link.batch_bytes())?;
        let body = wire::encode_request(&asked).map_err(|e| Error::Confused(e.to_string()))?;
        let (began, sent) = (Instant::now(), body.len());
        let bytes = match server.post("/v1/sync", MESSAGE_TYPE, body).await {
            Ok(bytes) => bytes,
            Err(e) => {
                link.cut();
                return Err(e);
            }
        };
        let took = began.elapsed();
        link.done((sent + bytes.len()) as u64, u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
        let answer = wire::decode_response(&bytes).map_err(|e| Error::Confused(e.to_string()))?;
        // Nothing of an answer counts, acknowledgements least of all, unless the pinned key signed its checkpoint.
        let signed = answer
            .checkpoint
            .as_deref()
            .map(|note| Checkpoint::open(note.as_bytes(), &open.card.server_key));
        let silent = answer.items.is_empty() && answer.acks.is_empty();
        if !(matches!(signed, Some(Ok(_))) || (signed.is_none() && silent)) {
            return Err(Error::Untrusted);
        }
        let absorbed = absorb(&mut replica, &asked, &answer, &open.card.server_key).map_err(|e| match e {
            SyncError::Store(e) => e,
            SyncError::Unasked => Error::Confused(e.to_string()),
        })?;
        core.tell_sync(false);
        let Absorbed::Done(done) = absorbed else { continue };
        for problem in &done.problems {
            warn!(?problem, "synchronisation found a problem");
        }
        if done.problems.contains(&Problem::BadProof) {
            return Err(Error::Untrusted);
        }
        if let Some((log, reason)) = done.retired {
            warn!(%log, ?reason, "the own log is written no more");
        }
        let left = replica.unreceipted(&scope, usize::MAX)?.len();
        let receipts_come = left > 0 && left < unreceipted;
        unreceipted = left;
        if !done.again && !receipts_come {
            return Ok(());
        }
    }
    Ok(())
}

/// Sends all thumbnails or all other blobs without a session, for tests of the uploads alone.
#[cfg(test)]
pub(crate) fn upload_all(core: &Arc<Core>, address: &str, thumbs: bool) -> Result<()> {
    let open = core.opened()?;
    let server = Server::new(address, &open.card.server_key)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut uploads = Uploads::new(core, &open, &server, thumbs)?;
        while uploads.some(UPLOADS_PER_ROUND).await? {}
        Ok(())
    })
}
