//! Where files from a phone arrive piece by piece: each in a folder of its own, readable by this account only, until it is taken in.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use contract::field::{FromPhone, ImportOutcome};
use domain::photo::Missing;
use domain::{PhotoId, VisitId};
use tracing::warn;
use uuid::Uuid;

use super::parts::{Part, Parts};
use crate::core::lock;
use crate::error::{Error, Result};
use crate::os::files::{create_new, make_dir};
use crate::serve::plain_name;

/// One file at most; a film of an hour.
const MOST_BYTES: u64 = 8 << 30;
/// What is compared at the end of a part that another page left: a piece, as the page sends them.
const COMPARED_BYTES: u64 = 1 << 20;
/// Files of one page at most.
const MOST_FILES: usize = 5_000;

type Take = Box<dyn Fn(&Path) -> Result<Stored> + Send + Sync>;

/// What became of a file that arrived whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) outcome: ImportOutcome,
    pub(crate) photo: Option<PhotoId>,
    pub(crate) reason: Option<String>,
    pub(crate) missing: Vec<Missing>,
}

/// How far a file is.
#[derive(Clone, Debug)]
pub(super) enum Stage {
    /// Another page left so many bytes, which are not known to be of the same file: the phone sends its first and last pieces again, and the
    /// one at `at` is compared next.
    Unsure { here: u64, at: u64 },
    /// So many bytes of it are here.
    Arriving(u64),
    /// It is whole and being stored.
    Checking,
    /// It is over.
    Done(Stored),
}

struct Arrival {
    id: String,
    name: String,
    size: u64,
    modified_ms: i64,
    path: PathBuf,
    stage: Stage,
}

/// The files of one page.
pub(super) struct Desk {
    below: PathBuf,
    folder: PathBuf,
    visit: VisitId,
    parts: Arc<Parts>,
    arrivals: Mutex<Vec<Arc<Mutex<Arrival>>>>,
    /// One file is taken in at a time.
    taking: Mutex<()>,
    take: Take,
}

/// What a phone is told when it names a file.
pub(super) enum Begun {
    /// It goes on at this byte of the file of this id.
    At(String, u64),
    /// It is not wanted: a code.
    Refused(&'static str),
}

impl Desk {
    /// An empty desk in a folder of its own below one: the desk before may still be closing. What is not whole when it closes, goes to
    /// `parts`, and comes from there.
    pub(super) fn new(
        below: &Path,
        visit: VisitId,
        parts: Arc<Parts>,
        take: impl Fn(&Path) -> Result<Stored> + Send + Sync + 'static,
    ) -> Result<Self> {
        let folder = below.join(Uuid::now_v7().simple().to_string());
        make_dir(&folder)?;
        Ok(Self {
            below: below.to_owned(),
            folder,
            visit,
            parts,
            arrivals: Mutex::default(),
            taking: Mutex::default(),
            take: Box::new(take),
        })
    }

    /// Begins a file, or finds the one that was begun: the same name, size and time of change.
    pub(super) fn begin(&self, name: &str, size: u64, modified_ms: i64) -> Result<Begun> {
        if size == 0 {
            return Ok(Begun::Refused("empty"));
        }
        if size > MOST_BYTES {
            return Ok(Begun::Refused("too_large"));
        }
        let name = plain_name(name);
        let mut arrivals = lock(&self.arrivals);
        for known in arrivals.iter() {
            let known = lock(known);
            if known.name == name && known.size == size && known.modified_ms == modified_ms {
                let at = match &known.stage {
                    Stage::Unsure { at, .. } => Some(*at),
                    Stage::Arriving(bytes) => Some(*bytes),
                    Stage::Checking => Some(size),
                    // A file that was refused may be sent again.
                    Stage::Done(stored) if stored.outcome != ImportOutcome::Refused => Some(size),
                    Stage::Done(_) => None,
                };
                if let Some(at) = at {
                    return Ok(Begun::At(known.id.clone(), at));
                }
            }
        }
        if arrivals.len() >= MOST_FILES {
            return Ok(Begun::Refused("too_many"));
        }
        let id = Uuid::now_v7().simple().to_string();
        let folder = self.folder.join(&id);
        let path = folder.join(&name);
        let kept = self.parts.take(self.visit, &name, size, modified_ms);
        let stage = kept.as_ref().map_or(Stage::Arriving(0), |part| Stage::Unsure { here: part.here, at: 0 });
        if let Some(before) = kept.as_ref().and_then(|part| part.path.parent()) {
            std::fs::rename(before, &folder)?;
        } else {
            make_dir(&folder)?;
            let unreadable = |source| Error::FileUnreadable { name: name.clone(), source };
            drop(create_new(&path).map_err(unreadable)?);
        }
        let arrival = Arrival {
            id: id.clone(),
            name,
            size,
            modified_ms,
            path,
            stage,
        };
        arrivals.push(Arc::new(Mutex::new(arrival)));
        Ok(Begun::At(id, 0))
    }

    fn arrival(&self, id: &str) -> Result<Arc<Mutex<Arrival>>> {
        let arrivals = lock(&self.arrivals);
        let found = arrivals.iter().find(|one| lock(one).id == id);
        found.cloned().ok_or(Error::NotFound("file"))
    }

    /// Appends a piece; answers how many bytes are here. A piece at another byte changes nothing.
    pub(super) fn append(&self, id: &str, offset: u64, piece: &[u8]) -> Result<u64> {
        let arrival = self.arrival(id)?;
        let mut arrival = lock(&arrival);
        let here = match arrival.stage {
            Stage::Unsure { here, at } => return arrival.compare(here, at, offset, piece),
            Stage::Arriving(here) => here,
            _ => return Ok(arrival.size),
        };
        let after = here.saturating_add(piece.len() as u64);
        if offset != here || after > arrival.size {
            return Ok(here);
        }
        let mut file = File::options().write(true).open(&arrival.path)?;
        // What a failed write left behind is written over.
        file.seek(SeekFrom::Start(here))?;
        file.write_all(piece)?;
        arrival.stage = if after == arrival.size {
            Stage::Checking
        } else {
            Stage::Arriving(after)
        };
        Ok(after)
    }

    /// Takes a file in that has arrived whole; afterwards its bytes here are removed.
    pub(super) fn store(&self, id: &str) -> Result<()> {
        let arrival = self.arrival(id)?;
        let _one = lock(&self.taking);
        let path = {
            let known = lock(&arrival);
            match known.stage {
                Stage::Checking => known.path.clone(),
                _ => return Ok(()),
            }
        };
        let stored = (self.take)(&path).unwrap_or_else(|error| {
            warn!(%error, "a file from a phone could not be taken in");
            let told = contract::ApiError::from(error);
            let rule = told.params.get("rule").cloned();
            Stored {
                outcome: ImportOutcome::Refused,
                photo: None,
                reason: rule.or_else(|| serde_json::to_value(told.code).ok().and_then(|code| code.as_str().map(str::to_owned))),
                missing: Vec::new(),
            }
        });
        lock(&arrival).stage = Stage::Done(stored);
        if let Some(folder) = path.parent() {
            let _ = std::fs::remove_dir_all(folder);
        }
        Ok(())
    }

    /// How far a file is.
    pub(super) fn stage(&self, id: &str) -> Result<Stage> {
        let arrival = self.arrival(id)?;
        let stage = lock(&arrival).stage.clone();
        Ok(stage)
    }

    /// Every file as the screen shows it.
    pub(super) fn files(&self) -> Vec<FromPhone> {
        let shown = |arrival: &Arrival| {
            let (received_bytes, stored) = match &arrival.stage {
                Stage::Unsure { .. } => (0, None),
                Stage::Arriving(here) => (*here, None),
                Stage::Checking => (arrival.size, None),
                Stage::Done(stored) => (arrival.size, Some(stored.clone())),
            };
            FromPhone {
                name: arrival.name.clone(),
                size_bytes: arrival.size,
                received_bytes,
                outcome: stored.as_ref().map(|one| one.outcome),
                photo: stored.as_ref().and_then(|one| one.photo),
                reason: stored.as_ref().and_then(|one| one.reason.clone()),
                missing: stored.map(|one| one.missing).unwrap_or_default(),
            }
        };
        let arrivals: Vec<_> = lock(&self.arrivals).clone();
        arrivals.iter().map(|arrival| shown(&lock(arrival))).collect()
    }
}

impl Arrival {
    /// Compares a piece with what another page left; answers where the phone goes on: at the last piece that is here, then behind it, or from
    /// the beginning, if this is another file after all.
    fn compare(&mut self, here: u64, at: u64, offset: u64, piece: &[u8]) -> Result<u64> {
        if offset != at || piece.is_empty() {
            return Ok(at);
        }
        let mut file = File::options().read(true).write(true).open(&self.path)?;
        file.seek(SeekFrom::Start(at))?;
        let mut left = Vec::new();
        let known = here.saturating_sub(at).min(piece.len() as u64);
        (&file).take(known).read_to_end(&mut left)?;
        if left.len() as u64 != known || !piece.starts_with(&left) {
            file.set_len(0)?;
            self.stage = Stage::Arriving(0);
            return Ok(0);
        }
        let last = here.saturating_sub(COMPARED_BYTES);
        if at == 0 && last >= piece.len() as u64 {
            self.stage = Stage::Unsure { here, at: last };
            return Ok(last);
        }
        self.stage = Stage::Arriving(here);
        Ok(here)
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        for arrival in lock(&self.arrivals).drain(..) {
            let arrival = lock(&arrival);
            let here = match arrival.stage {
                Stage::Unsure { here, .. } | Stage::Arriving(here) => here,
                _ => 0,
            };
            let folder = self.below.join(&arrival.id);
            if here == 0 || std::fs::rename(self.folder.join(&arrival.id), &folder).is_err() {
                continue;
            }
            self.parts.keep(Part {
                visit: self.visit,
                name: arrival.name.clone(),
                size: arrival.size,
                modified_ms: arrival.modified_ms,
                path: folder.join(&arrival.name),
                here,
            });
        }
        if let Err(error) = clear(&self.folder) {
            warn!(%error, "what a phone had begun to send could not be removed");
        }
    }
}

/// Removes what is there; files on their way belong to nobody yet.
pub(super) fn clear(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}
