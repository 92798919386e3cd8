//! Imports: files chosen or dropped become photos of a visit, each in one transaction, on threads of their own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use contract::field::{HostEvent, ImportOutcome, ImportPhotos, ImportProgress, ImportReport, ImportRow, ImportStarted, ImportToInbox};
use domain::decide::{Command, Refusal, decide};
use domain::fingerprint::Fingerprint;
use domain::operation::{BlobRef, PhotoAttached};
use domain::station::Position;
use domain::{ItemCode, PersonId, PhotoId, VisitId};
use seal::Digest;
use tracing::{info, warn};
use uuid::Uuid;

use crate::core::{Core, Field, FileHandle, Open, lock};
use crate::error::{Error, Result};
use crate::intake::import::{Context, Imported, Outcome, Progress, Taken, import, look};
use crate::store::{BlobKind, Waiting};

pub(crate) mod begun;
mod handed;

use begun::Begun;

/// How photos come in: chosen in a dialog, dropped, pasted, or handed in by a phone.
const METHODS: [&str; 4] = ["dialog", "drop", "paste", "phone"];
const PROGRESS_EVERY: Duration = Duration::from_millis(120);

/// An import that runs or has run.
pub(crate) struct Import {
    cancel: AtomicBool,
    state: Mutex<State>,
}

struct State {
    report: ImportReport,
    progress: ImportProgress,
    told: Option<Instant>,
}

/// Where the files of an import go.
enum Target {
    /// Into a visit.
    Visit {
        visit: VisitId,
        /// The station's registered point.
        position: Option<Position>,
        items: Vec<ItemCode>,
    },
    /// Into the inbox of whoever brings them.
    Inbox {
        /// Photos that wait by their digest; nothing is to wait twice.
        waiting: Mutex<BTreeMap<String, PhotoId>>,
    },
}

/// What every file of one import shares.
struct Job {
    core: Arc<Core>,
    open: Arc<Open>,
    by: PersonId,
    id: String,
    target: Target,
    method: String,
    roots: Vec<PathBuf>,
    import: Arc<Import>,
}

impl Field {
    /// Takes paths from a native dialog or a drop and hands out opaque handles for calls.
    pub fn register_paths(&self, paths: Vec<PathBuf>) -> Vec<FileHandle> {
        self.0.register_paths(paths)
    }
}

impl Core {
    pub(crate) fn register_paths(&self, paths: Vec<PathBuf>) -> Vec<FileHandle> {
        let mut handles = lock(&self.handles);
        paths
            .into_iter()
            .map(|path| {
                let number = self.next_handle.fetch_add(1, Ordering::Relaxed);
                let handle = format!("file-{number}");
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                handles.insert(handle.clone(), path);
                FileHandle { handle, name }
            })
            .collect()
    }

    pub(crate) fn path_of(&self, handle: &str) -> Result<PathBuf> {
        lock(&self.handles).get(handle).cloned().ok_or(Error::NotFound("file"))
    }

    pub(crate) fn import_photos(self: &Arc<Self>, args: ImportPhotos) -> Result<ImportStarted> {
        self.unlocked()?;
        let roots = self.roots(&args.handles)?;
        self.begin(&Begun::new(Some(args.visit), args.items, &args.method, roots), false)
    }

    pub(crate) fn import_to_inbox(self: &Arc<Self>, args: &ImportToInbox) -> Result<ImportStarted> {
        self.unlocked()?;
        let roots = self.roots(&args.handles)?;
        self.begin(&Begun::new(None, Vec::new(), &args.method, roots), false)
    }

    fn roots(&self, handles: &[String]) -> Result<Vec<PathBuf>> {
        handles.iter().map(|handle| self.path_of(handle)).collect()
    }

    /// Starts an import, or goes on with one. Until it ends it is noted as begun.
    pub(super) fn begin(self: &Arc<Self>, begun: &Begun, resumed: bool) -> Result<ImportStarted> {
        let (open, by) = self.unlocked()?;
        let target = match begun.visit {
            Some(visit) => self.visit_target(&open, visit, &begun.items)?,
            None => Target::inbox(&open, by)?,
        };
        // On a disk too full for a note the import says of every file what became of it all the same.
        if let Err(e) = open.store.note_begun(by, begun) {
            warn!(import = %begun.id, error = %e, "an import could not be noted as begun");
        }
        let import = Arc::new(Import {
            cancel: AtomicBool::new(false),
            state: Mutex::new(State {
                report: ImportReport {
                    finished: false,
                    cancelled: false,
                    rows: Vec::new(),
                },
                progress: ImportProgress {
                    import: begun.id.clone(),
                    visit: begun.visit,
                    resumed,
                    done: 0,
                    total: 0,
                    bytes: 0,
                    total_bytes: 0,
                    finished: false,
                },
                told: None,
            }),
        });
        lock(&self.imports).insert(begun.id.clone(), import.clone());
        let job = Job {
            core: self.clone(),
            open,
            by,
            id: begun.id.clone(),
            target,
            method: METHODS.into_iter().find(|known| *known == begun.method).unwrap_or("dialog").to_owned(),
            roots: begun.roots.clone(),
            import,
        };
        std::thread::Builder::new().name("import".into()).spawn(move || job.run())?;
        Ok(ImportStarted { import: begun.id.clone() })
    }

    fn visit_target(&self, open: &Open, id: VisitId, items: &[ItemCode]) -> Result<Target> {
        let visit = open.store.visit(id)?.ok_or(Refusal::NoVisit)?;
        if visit.sealed.is_some() {
            return Err(Refusal::Sealed.into());
        }
        let pack = self.pack_of(&visit)?;
        if let Some(unknown) = items.iter().find(|code| pack.item(code).is_none()) {
            return Err(Refusal::NoItem(unknown.clone()).into());
        }
        Ok(Target::Visit {
            visit: id,
            position: open.store.station(visit.station)?.ok_or(Error::NotFound("station"))?.position,
            items: items.to_vec(),
        })
    }

    pub(crate) fn import_report(&self, id: &str) -> Result<ImportReport> {
        let import = self.import(id)?;
        Ok(lock(&import.state).report.clone())
    }

    pub(crate) fn cancel_import(&self, id: &str) -> Result<()> {
        self.import(id)?.cancel.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Whether an import runs or has run since the program began.
    fn is_importing(&self, id: &str) -> bool {
        lock(&self.imports).contains_key(id)
    }

    fn import(&self, id: &str) -> Result<Arc<Import>> {
        lock(&self.imports).get(id).cloned().ok_or(Error::NotFound("import"))
    }
}

impl Target {
    fn inbox(open: &Open, by: PersonId) -> Result<Self> {
        let waiting = open.store.waiting_for(by)?;
        let known = waiting
            .into_iter()
            .map(|one| (one.attached.original.sha256, one.attached.photo))
            .collect();
        Ok(Self::Inbox { waiting: Mutex::new(known) })
    }
}

impl Job {
    fn run(self) {
        let began = Instant::now();
        let known = |digest: &Digest| self.standing(digest).is_some();
        let progress = |so_far: Progress| {
            {
                let mut state = lock(&self.import.state);
                state.progress.total = u32::try_from(so_far.total).unwrap_or(u32::MAX);
                state.progress.bytes = so_far.bytes;
                state.progress.total_bytes = so_far.total_bytes;
            }
            self.tell(false);
        };
        let context = Context {
            keep: &self.open.vault,
            known: &known,
            progress: &progress,
            done: &|file| self.done(&file),
            cancel: &self.import.cancel,
            look: &look,
        };
        let report = import(&self.roots, &context);
        match self.open.store.note_ended(&self.id) {
            Ok(()) => self.core.let_go(&self.roots),
            Err(e) => warn!(import = %self.id, error = %e, "the end of an import could not be noted; it will be gone through once more"),
        }
        let files = report.files.len();
        {
            let mut state = lock(&self.import.state);
            state.report = ImportReport {
                finished: true,
                cancelled: report.cancelled,
                // In the order in which the files were given.
                rows: report.files,
            };
            state.progress.finished = true;
            state.progress.total = state.progress.done;
        }
        self.tell(true);
        info!(import = %self.id, files, ms = began.elapsed().as_millis(), "import over");
    }

    /// One file is finished: a taken one becomes a photo, and then the report says so.
    fn done(&self, file: &Imported) -> ImportRow {
        let mut row = ImportRow {
            name: self.name(&file.path),
            outcome: ImportOutcome::Refused,
            photo: None,
            size_bytes: std::fs::metadata(&file.path).map_or(0, |m| m.len()),
            reason: None,
            detail: None,
        };
        match &file.outcome {
            Outcome::Taken(taken) => self.take(&file.path, taken, &mut row),
            Outcome::Duplicate { sha256, .. } => {
                row.outcome = ImportOutcome::Duplicate;
                row.photo = self.standing(sha256);
            }
            Outcome::Refused(reason) => {
                row.reason = Some(reason.code().into());
                row.detail = Some(reason.en().into());
            }
        }
        {
            let mut state = lock(&self.import.state);
            state.progress.done = state.progress.done.saturating_add(1);
            state.report.rows.push(row.clone());
        }
        self.tell(false);
        row
    }

    fn take(&self, path: &Path, taken: &Taken, row: &mut ImportRow) {
        row.size_bytes = taken.len;
        if let Err(none) = &taken.thumbnail {
            row.reason = Some(none.code().into());
            row.detail = Some(none.en());
        }
        match self.attach(path, taken) {
            Ok(photo) => {
                row.outcome = ImportOutcome::Taken;
                row.photo = Some(photo);
            }
            Err(Error::Refused(Refusal::SamePhoto(photo))) => {
                row.outcome = ImportOutcome::Duplicate;
                row.photo = Some(photo);
            }
            Err(e) => {
                warn!(import = %self.id, error = %e, "a photo could not be attached");
                let refused = contract::ApiError::from(e);
                let rule = refused.params.get("rule").cloned();
                row.reason = Some(rule.unwrap_or_else(|| "store_error".into()));
                row.detail = refused.params.get("detail").cloned();
            }
        }
    }

    /// Entry or waiting photo, thumbnail and the list of local blobs in one transaction. The original is durable already.
    fn attach(&self, path: &Path, taken: &Taken) -> Result<PhotoId> {
        let photo = PhotoId(Uuid::now_v7());
        let open = &self.open;
        let blob = |sha256: &Digest, len: u64| BlobRef {
            sha256: sha256.to_hex(),
            len,
        };
        open.store.transact(|tx| {
            tx.put_blob(&taken.sha256, taken.len, BlobKind::Original)?;
            let thumbnail = match &taken.thumbnail {
                Ok(thumb) => Some(blob(&tx.put_thumb(&thumb.jpeg)?, thumb.jpeg.len() as u64)),
                Err(_) => None,
            };
            let mut attached = PhotoAttached {
                photo,
                original: blob(&taken.sha256, taken.len),
                thumbnail,
                name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                mime: taken.format.media_type().into(),
                method: self.method.clone(),
                arrived_at_ms: None,
                fingerprint: taken
                    .thumbnail
                    .as_ref()
                    .ok()
                    .and_then(|thumb| thumb.fingerprint)
                    .map(|f| Fingerprint(f.0)),
                pattern_db: taken.thumbnail.as_ref().ok().and_then(|thumb| thumb.pattern_db),
                distance_m: None,
                meta: taken.meta.clone(),
                items: Vec::new(),
                derived: None,
                no_preview: taken.no_preview(),
            };
            match &self.target {
                Target::Visit { visit: id, position, items } => {
                    let visit = tx.visit(*id)?.ok_or(Refusal::NoVisit)?;
                    attached.distance_m = attached.meta.distance_m(*position);
                    attached.items.clone_from(items);
                    let operation = decide(Some(&visit), self.core.pack_of(&visit)?, Command::AttachPhoto(Box::new(attached)))?;
                    tx.author(&open.author, id.0, Some(self.by), &operation)?;
                }
                Target::Inbox { waiting } => {
                    let arrived_at_ms = tx.now_ms;
                    tx.put_waiting(&Waiting {
                        by: self.by,
                        arrived_at_ms,
                        aside: false,
                        attached,
                    })?;
                    lock(waiting).insert(taken.sha256.to_hex(), photo);
                }
            }
            Ok(photo)
        })
    }

    /// The photo with these bytes that was not withdrawn: of the visit, or in the inbox or any visit.
    fn standing(&self, sha256: &Digest) -> Option<PhotoId> {
        let hex = sha256.to_hex();
        match &self.target {
            Target::Visit { visit, .. } => {
                self.open.store.photo_with(*visit, sha256).ok().flatten()?;
                let visit = self.open.store.visit(*visit).ok().flatten()?;
                let found = visit.standing_photos().find(|photo| photo.attached.original.sha256 == hex);
                found.map(|photo| photo.attached.photo)
            }
            Target::Inbox { waiting } => {
                let waits = lock(waiting).get(&hex).copied();
                waits.or_else(|| self.open.store.standing_anywhere(sha256).ok().flatten())
            }
        }
    }

    /// The file's name with its folders below the chosen one.
    fn name(&self, path: &Path) -> String {
        let below = self.roots.iter().find_map(|root| path.strip_prefix(root).ok());
        let shown = below.filter(|rest| !rest.as_os_str().is_empty()).map(Path::to_owned);
        shown
            .unwrap_or_else(|| PathBuf::from(path.file_name().unwrap_or_default()))
            .to_string_lossy()
            .into_owned()
    }

    fn tell(&self, now: bool) {
        let progress = {
            let mut state = lock(&self.import.state);
            if !now && state.told.is_some_and(|told| told.elapsed() < PROGRESS_EVERY) {
                return;
            }
            state.told = Some(Instant::now());
            state.progress.clone()
        };
        self.core.tell(HostEvent::Import { progress });
    }
}
