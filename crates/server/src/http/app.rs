//! What every request can reach.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::blobs::Blobs;
use crate::console::stations::Brought;
use crate::county::Opened;
use crate::store::Db;
use crate::{Clock, Error, Result};

use super::enrol::Pace;
use super::previews::Previews;
use super::session::Nonces;
use super::uploads::Turn;

/// How the server is run.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Serve the console from this folder instead of from the program.
    pub ui: Option<PathBuf>,
    /// Whether the plain address is reached through something that speaks TLS, so that the session's cookie may say so.
    pub behind_tls: bool,
}

/// The running server. Cheap to clone.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
    over_tls: bool,
}

struct Inner {
    opened: Mutex<Opened>,
    blobs: Blobs,
    clock: Clock,
    settings: Settings,
    nonces: Mutex<Nonces>,
    enrolments: Mutex<Pace>,
    turns: Mutex<HashMap<String, Arc<Turn>>>,
    brought: Mutex<Brought>,
    previews: Previews,
    /// Tables are read one at a time: reading one may cost much memory.
    tables: Mutex<()>,
    /// Passwords are hashed one at a time: hashing costs memory, and guessing shall not be quick.
    passwords: Mutex<()>,
    /// How many hash one or wait to.
    at_passwords: AtomicUsize,
}

/// So many may wait while a password is hashed; each keeps a thread.
const MAX_WAITING: usize = 8;

/// The right to hash a password; ends when dropped.
pub(crate) struct OnePassword<'a> {
    _turn: MutexGuard<'a, ()>,
    _place: Place<'a>,
}

struct Place<'a>(&'a AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A thread that panicked left nothing half done: the database rolls back, the rest are plain values.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl App {
    /// Takes over an opened folder.
    pub fn new(opened: Opened, clock: Clock, settings: Settings) -> Self {
        let blobs = opened.blobs.clone();
        let inner = Arc::new(Inner {
            opened: Mutex::new(opened),
            blobs,
            clock,
            settings,
            nonces: Mutex::default(),
            enrolments: Mutex::default(),
            turns: Mutex::default(),
            brought: Mutex::default(),
            previews: Previews::default(),
            tables: Mutex::default(),
            passwords: Mutex::default(),
            at_passwords: AtomicUsize::new(0),
        });
        Self { inner, over_tls: false }
    }

    /// Works on the database on this thread, which must be one that may wait.
    pub fn with_db<T>(&self, work: impl FnOnce(&mut Db) -> Result<T>) -> Result<T> {
        work(&mut lock(&self.inner.opened).db)
    }

    /// Works on the database on a thread that may wait. The work is finished even if nobody waits for it any more.
    pub async fn db<T: Send + 'static>(&self, work: impl FnOnce(&mut Db) -> Result<T> + Send + 'static) -> Result<T> {
        let app = self.clone();
        blocking(move || app.with_db(work)).await
    }

    /// The bytes.
    pub fn blobs(&self) -> &Blobs {
        &self.inner.blobs
    }

    /// Large views of what lies in the folder.
    pub(crate) fn previews(&self) -> &Previews {
        &self.inner.previews
    }

    /// Now, ms since 1970 UTC.
    pub fn now_ms(&self) -> i64 {
        self.inner.clock.now_ms()
    }

    /// How the server is run.
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// The same server for those who reach it over its own TLS.
    pub fn over_tls(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            over_tls: true,
        }
    }

    /// Whether the browser came over TLS, so that its cookie shall never go without.
    pub(super) fn is_secure(&self) -> bool {
        self.over_tls || self.inner.settings.behind_tls
    }

    pub(super) fn nonces(&self) -> MutexGuard<'_, Nonces> {
        lock(&self.inner.nonces)
    }

    pub(super) fn enrolments(&self) -> MutexGuard<'_, Pace> {
        lock(&self.inner.enrolments)
    }

    /// Files with tables that were brought.
    pub(crate) fn brought(&self) -> MutexGuard<'_, Brought> {
        lock(&self.inner.brought)
    }

    /// Reads a table when no other one is being read.
    pub(crate) fn one_table<T>(&self, read: impl FnOnce() -> T) -> T {
        let _turn = lock(&self.inner.tables);
        read()
    }

    /// Waits until no other password is being checked; None when too many wait already.
    pub(crate) fn one_password(&self) -> Option<OnePassword<'_>> {
        let before = self.inner.at_passwords.fetch_add(1, Ordering::AcqRel);
        let place = Place(&self.inner.at_passwords);
        (before <= MAX_WAITING).then(|| OnePassword {
            _turn: lock(&self.inner.passwords),
            _place: place,
        })
    }

    pub(super) fn turn(&self, upload: &str) -> Arc<Turn> {
        let mut turns = lock(&self.inner.turns);
        turns.retain(|_, turn| Arc::strong_count(turn) > 1);
        Arc::clone(turns.entry(upload.to_owned()).or_default())
    }

    /// Gives up uploads that nobody went on with and enrolment requests that nobody approved, now and every hour.
    pub async fn sweep(self) {
        loop {
            let app = self.clone();
            let swept = blocking(move || {
                for upload in app.with_db(|db| db.expired_uploads())? {
                    app.blobs().discard(&upload.id)?;
                    app.with_db(|db| db.drop_upload(&upload.id))?;
                    tracing::info!(upload = %upload.id, "an upload expired");
                }
                app.with_db(|db| db.forget_old_enrolments())
            });
            if let Err(error) = swept.await {
                tracing::error!(%error, "sweeping uploads failed");
            }
            tokio::time::sleep(Duration::from_secs(3600)).await;
        }
    }
}

/// Runs work that waits for disk or computes long, off the threads that serve the network.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Error::Task)?
}
