//! Imports: files chosen or dropped become photos of a visit, each in one transaction, on threads of their own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use contract::field::{HostEvent, ImportOutcome, ImportPhotos, ImportProgress, ImportReport, ImportRow, ImportStarted};
use domain::decide::{Command, Refusal, decide};
use domain::fingerprint::Fingerprint;
use domain::operation::{BlobRef, PhotoAttached};
use domain::{ItemCode, PersonId, PhotoId, Station, VisitId};
use seal::Digest;
use tracing::{info, warn};
use uuid::Uuid;

use crate::core::{Core, Field, FileHandle, Open, lock};
use crate::error::{Error, Result};
use crate::intake::import::{Context, Event, Imported, Outcome, Taken, import};
use crate::store::BlobKind;

/// How photos come in: chosen in a dialog, dropped, pasted, or handed in by a phone.
const METHODS: [&str; 4] = ["dialog", "drop", "paste", "phone"];
const PROGRESS_EVERY: Duration = Duration::from_millis(120);

/// An import that runs or has run.
pub(crate) struct Import {
    cancel: AtomicBool,
    state: Mutex<State>,
}

struct State {
    rows: BTreeMap<PathBuf, ImportRow>,
    report: ImportReport,
    progress: ImportProgress,
    told: Option<Instant>,
}

/// What every file of one import shares.
struct Job {
    core: Arc<Core>,
    open: Arc<Open>,
    by: PersonId,
    id: String,
    visit: VisitId,
    station: Station,
    items: Vec<ItemCode>,
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
        let (open, by) = self.unlocked()?;
        let visit = open.store.visit(args.visit)?.ok_or(Refusal::NoVisit)?;
        if visit.sealed.is_some() {
            return Err(Refusal::Sealed.into());
        }
        let pack = self.pack_of(&visit)?;
        if let Some(unknown) = args.items.iter().find(|code| pack.item(code).is_none()) {
            return Err(Refusal::NoItem(unknown.clone()).into());
        }
        let roots = args.handles.iter().map(|handle| self.path_of(handle)).collect::<Result<Vec<_>>>()?;
        let id = Uuid::now_v7().to_string();
        let import = Arc::new(Import {
            cancel: AtomicBool::new(false),
            state: Mutex::new(State {
                rows: BTreeMap::new(),
                report: ImportReport {
                    finished: false,
                    cancelled: false,
                    rows: Vec::new(),
                },
                progress: ImportProgress {
                    import: id.clone(),
                    visit: args.visit,
                    done: 0,
                    total: 0,
                    bytes: 0,
                    finished: false,
                },
                told: None,
            }),
        });
        lock(&self.imports).insert(id.clone(), import.clone());
        let job = Job {
            core: self.clone(),
            station: open.store.station(visit.station)?.ok_or(Error::NotFound("station"))?,
            open,
            by,
            id: id.clone(),
            visit: args.visit,
            items: args.items,
            method: METHODS.into_iter().find(|known| *known == args.method).unwrap_or("dialog").to_owned(),
            roots,
            import,
        };
        std::thread::Builder::new().name("import".into()).spawn(move || job.run())?;
        Ok(ImportStarted { import: id })
    }

    pub(crate) fn import_report(&self, id: &str) -> Result<ImportReport> {
        let import = self.import(id)?;
        Ok(lock(&import.state).report.clone())
    }

    pub(crate) fn cancel_import(&self, id: &str) -> Result<()> {
        self.import(id)?.cancel.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn import(&self, id: &str) -> Result<Arc<Import>> {
        lock(&self.imports).get(id).cloned().ok_or(Error::NotFound("import"))
    }
}

impl Job {
    fn run(self) {
        let began = Instant::now();
        let known = |digest: &Digest| self.standing(digest).is_some();
        let event = |event: Event<'_>| match event {
            Event::Progress(progress) => {
                {
                    let mut state = lock(&self.import.state);
                    state.progress.total = u32::try_from(progress.total).unwrap_or(u32::MAX);
                    state.progress.bytes = progress.bytes;
                }
                self.tell(false);
            }
            Event::Done(file) => self.done(file),
        };
        let context = Context {
            keep: &self.open.vault,
            known: &known,
            event: &event,
            cancel: &self.import.cancel,
            limits: intake::Limits::default(),
        };
        let report = import(&self.roots, &context);
        {
            let mut state = lock(&self.import.state);
            // In the order in which the files were given.
            let rows = report.files.iter().filter_map(|file| state.rows.get(&file.path).cloned()).collect();
            state.report = ImportReport {
                finished: true,
                cancelled: report.cancelled,
                rows,
            };
            state.progress.finished = true;
            state.progress.total = state.progress.done;
        }
        self.tell(true);
        info!(import = %self.id, files = report.files.len(), ms = began.elapsed().as_millis(), "import over");
    }

    /// One file is finished: a taken one becomes a photo, and then the report says so.
    fn done(&self, file: &Imported) {
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
            state.rows.insert(file.path.clone(), row.clone());
            state.report.rows.push(row);
        }
        self.tell(false);
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

    /// Entry, state, thumbnail and the list of local blobs in one transaction. The original is durable already.
    fn attach(&self, path: &Path, taken: &Taken) -> Result<PhotoId> {
        let photo = PhotoId(Uuid::now_v7());
        let open = &self.open;
        let blob = |sha256: &Digest, len: u64| BlobRef {
            sha256: sha256.to_hex(),
            len,
        };
        open.store.transact(|tx| {
            let visit = tx.visit(self.visit)?.ok_or(Refusal::NoVisit)?;
            let pack = self.core.pack_of(&visit)?;
            tx.put_blob(&taken.sha256, taken.len, BlobKind::Original)?;
            let thumbnail = match &taken.thumbnail {
                Ok(thumb) => Some(blob(&tx.put_thumb(&thumb.jpeg)?, thumb.jpeg.len() as u64)),
                Err(_) => None,
            };
            let attached = PhotoAttached {
                photo,
                original: blob(&taken.sha256, taken.len),
                thumbnail,
                name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                mime: taken.format.media_type().into(),
                method: self.method.clone(),
                fingerprint: taken
                    .thumbnail
                    .as_ref()
                    .ok()
                    .and_then(|thumb| thumb.fingerprint)
                    .map(|f| Fingerprint(f.0)),
                distance_m: taken.meta.distance_m(self.station.position),
                meta: taken.meta.clone(),
                items: self.items.clone(),
                derived: None,
            };
            let operation = decide(Some(&visit), pack, Command::AttachPhoto(Box::new(attached)))?;
            tx.author(&open.author, self.visit.0, Some(self.by), &operation)?;
            Ok(photo)
        })
    }

    /// The photo of the visit with these bytes that was not withdrawn.
    fn standing(&self, sha256: &Digest) -> Option<PhotoId> {
        self.open.store.photo_with(self.visit, sha256).ok().flatten()?;
        let visit = self.open.store.visit(self.visit).ok().flatten()?;
        let hex = sha256.to_hex();
        let found = visit.standing_photos().find(|photo| photo.attached.original.sha256 == hex);
        found.map(|photo| photo.attached.photo)
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
