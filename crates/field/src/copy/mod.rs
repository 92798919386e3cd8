//! The second copy (第二份): work that no server has yet, on a stick or another disk, and another laptop's copy taken in.
//!
//! The format is `ledger::copy`; `docs/protocol.md` has it in words.

mod lock;
mod make;
mod medium;
mod take_in;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use contract::ApiError;
use contract::field::{
    CopyJob, CopyPlace, CopyPlaces, CopyPreview, CopyStatus, CopyWork, FindCopies, HostEvent, LastCopy, MakeCopy, TakeInCopy, TakenIn,
};
use contract::shared::PersonRow;
use ledger::copy::{BLOBS_FOLDER, CopyCard};
use seal::keys::Signer;

use crate::core::{Core, Open, lock};
use crate::error::{Error, Result};
use crate::os::{files, places};
use lock::CopyLock;
use medium::Medium;

const TELL_EVERY: Duration = Duration::from_millis(150);

/// A copy that is being made or taken in, or was last.
pub(crate) struct Copying {
    cancel: AtomicBool,
    state: Mutex<State>,
    tell: Box<dyn Fn(CopyJob) + Send + Sync>,
}

struct State {
    job: CopyJob,
    told: Option<Instant>,
}

/// What a job came to; none when it was stopped.
enum Outcome {
    Made(Option<LastCopy>),
    Taken(Option<TakenIn>),
}

impl Copying {
    fn new(work: CopyWork, tell: impl Fn(CopyJob) + Send + Sync + 'static) -> Self {
        let job = CopyJob {
            work,
            done_bytes: 0,
            total_bytes: 0,
            finished: false,
            cancelled: false,
            error: None,
            made: None,
            taken: None,
        };
        Self {
            cancel: AtomicBool::new(false),
            state: Mutex::new(State { job, told: None }),
            tell: Box::new(tell),
        }
    }

    fn expect(&self, bytes: u64) {
        lock(&self.state).job.total_bytes = bytes;
        self.told(true);
    }

    fn step(&self, bytes: u64) {
        {
            let mut state = lock(&self.state);
            state.job.done_bytes = state.job.done_bytes.saturating_add(bytes).min(state.job.total_bytes);
        }
        self.told(false);
    }

    fn is_cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }

    fn check(&self) -> Result<()> {
        if self.is_cancelled() { Err(stopped()) } else { Ok(()) }
    }

    fn finish(&self, outcome: Result<Outcome>) {
        {
            let mut state = lock(&self.state);
            let job = &mut state.job;
            job.finished = true;
            match outcome {
                Ok(Outcome::Made(made)) => {
                    job.cancelled = made.is_none();
                    job.made = made;
                }
                Ok(Outcome::Taken(taken)) => {
                    job.cancelled = taken.is_none();
                    job.taken = taken;
                }
                Err(e) => {
                    tracing::warn!(error = %e, work = ?job.work, "a second copy failed");
                    job.error = Some(ApiError::from(e));
                }
            }
        }
        self.told(true);
    }

    fn told(&self, now: bool) {
        let job = {
            let mut state = lock(&self.state);
            if !now && state.told.is_some_and(|told| told.elapsed() < TELL_EVERY) {
                return;
            }
            state.told = Some(Instant::now());
            state.job.clone()
        };
        (self.tell)(job);
    }
}

fn stopped() -> Error {
    Error::Io(std::io::Error::new(std::io::ErrorKind::Interrupted, "stopped"))
}

fn cancelled(error: &Error) -> bool {
    matches!(error, Error::Io(e) if e.kind() == std::io::ErrorKind::Interrupted)
}

impl Core {
    pub(crate) fn copy_status(&self) -> Result<CopyStatus> {
        let open = self.opened()?;
        let last = open.store.last_copy()?;
        let job = lock(&self.copying).as_ref().map(|copying| lock(&copying.state).job.clone());
        Ok(CopyStatus { last, job })
    }

    pub(crate) fn make_copy(self: &Arc<Self>, args: &MakeCopy) -> Result<CopyStatus> {
        let (open, _) = self.unlocked()?;
        let folder = self.path_of(&args.handle)?;
        let keys = self.keys().clone().ok_or(Error::NoCounty)?;
        let dir = self.dir.clone();
        self.start_copying(CopyWork::Make, move |job| {
            Ok(Outcome::Made(make::make(&open, &keys, &dir, &folder, job)?))
        })
    }

    pub(crate) fn cancel_copy(&self) -> Result<CopyStatus> {
        if let Some(copying) = lock(&self.copying).as_ref() {
            copying.cancel.store(true, Ordering::Relaxed);
        }
        self.copy_status()
    }

    pub(crate) fn copy_places(&self) -> Result<CopyPlaces> {
        self.unlocked()?;
        // A medium that was pulled meanwhile is no place.
        let measured = |path: PathBuf| files::available(&path).ok().map(|free| (path, free));
        let (paths, free): (Vec<PathBuf>, Vec<u64>) = self.media().into_iter().filter_map(measured).unzip();
        let names: Vec<String> = paths.iter().map(|path| make::place_of(path)).collect();
        let files = self.register_paths(paths).into_iter();
        let places = files.zip(names).zip(free).map(|((file, name), free_bytes)| CopyPlace {
            handle: file.handle,
            name,
            free_bytes,
        });
        Ok(CopyPlaces { places: places.collect() })
    }

    fn media(&self) -> Vec<PathBuf> {
        #[cfg(test)]
        if let Some(media) = lock(&self.media).clone() {
            return media;
        }
        places::beside(&self.dir)
    }

    pub(crate) fn find_copies(&self, args: &FindCopies) -> Result<Vec<CopyPreview>> {
        let (open, _) = self.unlocked()?;
        let mut previews = Vec::new();
        let mut unread = None;
        for medium in medium::find(&self.path_of(&args.handle)?)? {
            match preview(&open, &medium) {
                Ok(preview) => previews.push((medium.dir().to_owned(), preview)),
                Err(e) => unread = Some(e),
            }
        }
        if previews.is_empty() {
            return Err(unread.unwrap_or(Error::CopyNone));
        }
        let (paths, mut previews): (Vec<PathBuf>, Vec<CopyPreview>) = previews.into_iter().unzip();
        let handles = self.register_paths(paths);
        for (preview, file) in previews.iter_mut().zip(handles) {
            preview.handle = file.handle;
        }
        Ok(previews)
    }

    pub(crate) fn take_in_copy(self: &Arc<Self>, args: &TakeInCopy) -> Result<CopyStatus> {
        let (open, _) = self.unlocked()?;
        let medium = Medium::new(self.path_of(&args.handle)?);
        let card = medium.card()?.ok_or(Error::CopyNone)?;
        if card.scope != open.author.scope {
            return Err(Error::CopyForeign(card.county));
        }
        // A wrong passphrase is told at once and not after the start.
        let identity = read_lock(&card)?.open(args.person, &args.passphrase, &card.kid)?;
        let manifest = medium.manifest(&identity)?.ok_or(Error::CopyNone)?;
        if manifest.scope != card.scope || manifest.kid != card.kid {
            return Err(Error::CopyDamaged("card and manifest are not of one laptop".into()));
        }
        let core = Arc::downgrade(self);
        self.start_copying(CopyWork::TakeIn, move |job| {
            let taken = take_in::take_in(&open, &medium, &manifest, &identity, job)?;
            if let Some(core) = core.upgrade() {
                crate::sync::nudge(&core);
            }
            Ok(Outcome::Taken(taken))
        })
    }

    fn start_copying(self: &Arc<Self>, work: CopyWork, run: impl FnOnce(&Copying) -> Result<Outcome> + Send + 'static) -> Result<CopyStatus> {
        let core = Arc::downgrade(self);
        let copying = Arc::new(Copying::new(work, move |job| {
            if let Some(core) = core.upgrade() {
                core.tell(HostEvent::Copy { job });
            }
        }));
        {
            let mut known = lock(&self.copying);
            if known.as_ref().is_some_and(|known| !lock(&known.state).job.finished) {
                return Err(Error::CopyBusy);
            }
            let job = copying.clone();
            std::thread::Builder::new().name("copy".into()).spawn(move || job.finish(run(&job)))?;
            *known = Some(copying);
        }
        self.copy_status()
    }
}

fn read_lock(card: &CopyCard) -> Result<CopyLock> {
    serde_json::from_value(card.lock.clone()).map_err(|e| Error::CopyDamaged(e.to_string()))
}

/// What can be said of a copy before anybody opened it.
fn preview(open: &Open, medium: &Medium) -> Result<CopyPreview> {
    let card = medium.card()?.ok_or(Error::CopyNone)?;
    let made_at_ms = medium.manifest_times()?.first().copied().ok_or(Error::CopyNone)?;
    let slots = read_lock(&card)?.persons.into_iter();
    let (blobs, blob_bytes) = measure(&medium.dir().join(BLOBS_FOLDER));
    let (_, part_bytes) = measure(medium.dir());
    Ok(CopyPreview {
        handle: String::new(),
        same_county: card.scope == open.author.scope,
        own: card.kid == open.author.key.public().kid(),
        device_name: card.device_name,
        kid: card.kid.to_string(),
        county: card.county,
        made_at_ms,
        blobs,
        bytes: blob_bytes.saturating_add(part_bytes),
        people: slots
            .map(|slot| PersonRow {
                person: slot.person,
                name: slot.name,
                org: slot.org,
            })
            .collect(),
    })
}

/// How many encrypted files lie in a folder, and their size.
fn measure(dir: &Path) -> (u64, u64) {
    let files = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let files = files.filter(|entry| entry.file_name().to_string_lossy().ends_with(".age"));
    files
        .filter_map(|entry| entry.metadata().ok())
        .fold((0, 0), |(count, bytes), meta| (count + 1, bytes + meta.len()))
}
