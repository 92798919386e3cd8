//! The sync client: a worker thread that enrols, exchanges entries, and sends blobs, and the status that screens show.

mod download;
mod http;
mod pause;
mod pin;
mod run;
mod upload;

#[cfg(test)]
pub(crate) use run::upload_all;

use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use contract::ApiError;
use contract::field::{HostEvent, SyncPhase, SyncStatus, Uncopied};

use crate::core::{Core, lock};
use crate::error::{Error, Result};
use crate::store::{Meta, now_ms};
use run::Ended;

/// Between synchronisations that nobody asked for.
const AUTO_EVERY: Duration = Duration::from_secs(180);
const TELL_EVERY: Duration = Duration::from_millis(400);

/// What the worker and the calls share.
#[derive(Clone, Default)]
pub(crate) struct Syncing(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    worker: bool,
    asked: bool,
    stop: bool,
    phase: Option<SyncPhase>,
    online: Option<bool>,
    error: Option<ApiError>,
    bytes_per_second: u64,
    told: Option<Instant>,
}

/// When this version was made, 2026-01-01: no clock that is right shows an earlier time.
const RELEASED_MS: i64 = 1_767_225_600_000;

fn behind_release(now_ms: i64) -> Option<i64> {
    (now_ms < RELEASED_MS).then(|| RELEASED_MS.saturating_sub(now_ms))
}

impl Core {
    pub(crate) fn sync_status(&self) -> Result<SyncStatus> {
        let mut status = {
            let state = lock(&self.syncing.0.state);
            SyncStatus {
                phase: state.phase.unwrap_or(SyncPhase::Idle),
                online: state.online,
                paused_since_ms: None,
                last_ok_ms: None,
                entries: 0,
                acknowledged: 0,
                receipted: 0,
                visits_unsynced: 0,
                thumbnails: 0,
                thumbnails_stored: 0,
                originals: 0,
                originals_stored: 0,
                bytes_left: 0,
                bytes_per_second: state.bytes_per_second,
                clock_behind_ms: behind_release(now_ms()),
                error: state.error.clone(),
                uncopied: Uncopied::default(),
            }
        };
        if let Ok(open) = self.opened() {
            open.store.sync_counts(&mut status)?;
            status.paused_since_ms = open.sync_paused_since()?;
            status.last_ok_ms = open.store.meta(Meta::LastSync)?.and_then(|ms| ms.parse().ok());
            let told: Option<i64> = open.store.meta(Meta::ClockOff)?.and_then(|ms| ms.parse().ok());
            status.clock_behind_ms = status.clock_behind_ms.or(told);
        }
        Ok(status)
    }

    /// Ends a pause and starts a synchronisation, or leaves the one under way alone.
    pub(crate) fn sync_now(self: &Arc<Self>) -> Result<SyncStatus> {
        self.opened()?.resume_sync()?;
        self.start_sync()?;
        self.sync_status()
    }

    fn start_sync(self: &Arc<Self>) -> Result<()> {
        let open = self.opened()?;
        if open.card.server_url.is_none() {
            return Err(Error::Unreachable("the county card names no server".into()));
        }
        {
            let mut state = lock(&self.syncing.0.state);
            state.asked = true;
            state.phase.get_or_insert(SyncPhase::Entries);
        }
        self.start_worker()?;
        self.syncing.0.wake.notify_all();
        Ok(())
    }

    /// What nobody asked for does not begin during a pause.
    fn start_unless_paused(self: &Arc<Self>) -> Result<()> {
        if self.opened()?.is_sync_paused()? { Ok(()) } else { self.start_sync() }
    }

    fn start_worker(self: &Arc<Self>) -> Result<()> {
        let mut state = lock(&self.syncing.0.state);
        if state.worker {
            return Ok(());
        }
        let (core, syncing, auto) = (Arc::downgrade(self), self.syncing.clone(), self.options.auto_sync);
        std::thread::Builder::new()
            .name("sync".into())
            .spawn(move || work(&core, &syncing, auto))?;
        state.worker = true;
        Ok(())
    }

    fn set_phase(&self, phase: Option<SyncPhase>) {
        lock(&self.syncing.0.state).phase = phase;
        self.tell_sync(true);
    }

    fn set_pace(&self, bytes: u64, took: Duration) {
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
        lock(&self.syncing.0.state).bytes_per_second = bytes.saturating_mul(1000) / millis;
        self.tell_sync(false);
    }

    fn set_online(&self) {
        lock(&self.syncing.0.state).online = Some(true);
    }

    fn tell_sync(&self, now: bool) {
        {
            let mut state = lock(&self.syncing.0.state);
            if !now && state.told.is_some_and(|told| told.elapsed() < TELL_EVERY) {
                return;
            }
            state.told = Some(Instant::now());
        }
        if let Ok(status) = self.sync_status() {
            self.tell(HostEvent::Sync { status });
        }
    }
}

impl Drop for Core {
    fn drop(&mut self) {
        lock(&self.syncing.0.state).stop = true;
        self.syncing.0.wake.notify_all();
    }
}

/// Synchronises from time to time, unless switched off or without a server.
pub(crate) fn start_auto(core: &Arc<Core>) {
    if core.options.auto_sync && core.opened().is_ok_and(|open| open.card.server_url.is_some()) {
        nudge(core);
    }
}

/// Something is worth sending soon.
pub(crate) fn nudge(core: &Arc<Core>) {
    if core.options.auto_sync
        && let Err(e) = core.start_unless_paused()
    {
        tracing::debug!(error = %e, "not synchronised");
    }
}

fn work(core: &Weak<Core>, syncing: &Syncing, auto: bool) {
    loop {
        {
            let mut state = lock(&syncing.0.state);
            let since = Instant::now();
            while !(state.asked || state.stop || auto && since.elapsed() >= AUTO_EVERY) {
                let wait = syncing.0.wake.wait_timeout(state, AUTO_EVERY);
                state = wait.unwrap_or_else(PoisonError::into_inner).0;
            }
            if state.stop {
                return;
            }
            state.asked = false;
        }
        let Some(core) = core.upgrade() else { return };
        let outcome = run::run(&core);
        {
            let mut state = lock(&syncing.0.state);
            state.phase = None;
            state.bytes_per_second = 0;
            match &outcome {
                Ok(Ended::Whole) => state.online = Some(true),
                Err(Error::Unreachable(_)) => state.online = Some(false),
                Ok(Ended::Paused) | Err(_) => {}
            }
            state.error = outcome.err().map(|e| {
                tracing::info!(error = %e, "synchronisation stopped");
                ApiError::from(e)
            });
        }
        core.tell_sync(true);
    }
}
