//! Where files from a phone arrive piece by piece, until they are taken in. What the laptop has already is not sent again: the phone tells the
//! digest of as many bytes as are here.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use contract::field::{FromPhone, ImportOutcome};
use domain::photo::Missing;
use domain::{PhotoId, VisitId};
use seal::Digest;
use tracing::warn;
use uuid::Uuid;

use super::parts::{About, Part, make_room, remove};
use crate::core::lock;
use crate::error::{Error, Result};
use crate::os::files::{create_new, make_dir};
use crate::serve::plain_name;
use crate::vault::Vault;

/// One file at most; a film of an hour.
const MOST_BYTES: u64 = 8 << 30;
/// Files of one page at most.
const MOST_FILES: usize = 5_000;

/// Takes a file into the visit.
type Take = Box<dyn Fn(&Path) -> Result<Stored> + Send + Sync>;
/// The photos of the visit that have so many bytes, and are here whole.
type Known = Box<dyn Fn(u64) -> Result<Vec<(Digest, Stored)>> + Send + Sync>;

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
    /// So many of its first bytes may be here, or all of it; the phone is asked for their digest.
    Asked(u64),
    /// Some of it is here.
    Arriving,
    /// It is whole and being stored.
    Checking,
    /// It is over.
    Done(Stored),
}

struct Arrival {
    id: String,
    about: About,
    part: Part,
    /// Photos that it may be.
    known: Vec<(Digest, Stored)>,
    stage: Stage,
}

/// The files of one page.
pub(super) struct Desk {
    below: PathBuf,
    visit: VisitId,
    vault: Vault,
    arrivals: Mutex<Vec<Arc<Mutex<Arrival>>>>,
    /// One file is taken in at a time.
    taking: Mutex<()>,
    known: Known,
    take: Take,
}

/// What a phone is told when it names a file.
#[derive(Debug)]
pub(super) enum Next {
    /// It goes on at this byte of the file of this id.
    At(String, u64),
    /// It tells the digest of so many of the first bytes of the file of this id.
    Compare(String, u64),
    /// It is not wanted: a code.
    Refused(&'static str),
}

impl Desk {
    /// An empty desk. What it has of files lies below a folder, where it finds what desks before it left.
    pub(super) fn new(
        below: &Path,
        visit: VisitId,
        vault: Vault,
        known: impl Fn(u64) -> Result<Vec<(Digest, Stored)>> + Send + Sync + 'static,
        take: impl Fn(&Path) -> Result<Stored> + Send + Sync + 'static,
    ) -> Result<Self> {
        make_dir(below)?;
        make_room(below);
        Ok(Self {
            below: below.to_owned(),
            visit,
            vault,
            arrivals: Mutex::default(),
            taking: Mutex::default(),
            known: Box::new(known),
            take: Box::new(take),
        })
    }

    /// Begins a file, or finds the one that was begun: the same name, size and time of change.
    pub(super) fn begin(&self, name: &str, size: u64, modified_ms: i64) -> Result<Next> {
        if size == 0 {
            return Ok(Next::Refused("empty"));
        }
        if size > MOST_BYTES {
            return Ok(Next::Refused("too_large"));
        }
        let about = About {
            visit: self.visit,
            name: plain_name(name),
            size,
            modified_ms,
        };
        let known = (self.known)(size)?;
        let mut arrivals = lock(&self.arrivals);
        // A file that was refused may be sent again.
        let again = |one: &Arrival| one.about == about && !matches!(&one.stage, Stage::Done(stored) if stored.outcome == ImportOutcome::Refused);
        if let Some(begun) = arrivals.iter().map(|one| lock(one)).find(|one| again(one)) {
            return Ok(begun.next());
        }
        if arrivals.len() >= MOST_FILES {
            return Ok(Next::Refused("too_many"));
        }
        let id = Uuid::now_v7().simple().to_string();
        let folder = self.below.join(&id);
        let left = Part::left(&self.below, &about, &self.vault, folder.clone());
        let mut arrival = Arrival {
            id,
            about,
            part: left.unwrap_or_else(|| Part::new(self.vault.clone(), folder)),
            known,
            stage: Stage::Arriving,
        };
        arrival.ask();
        let next = arrival.next();
        arrivals.push(Arc::new(Mutex::new(arrival)));
        Ok(next)
    }

    /// Compares the digest of a file's first bytes with what is here.
    pub(super) fn compare(&self, id: &str, bytes: u64, sha256: &str) -> Result<Next> {
        let arrival = self.arrival(id)?;
        let mut arrival = lock(&arrival);
        if matches!(arrival.stage, Stage::Asked(asked) if asked == bytes) {
            arrival.compare(bytes, sha256);
        }
        Ok(arrival.next())
    }

    fn arrival(&self, id: &str) -> Result<Arc<Mutex<Arrival>>> {
        let arrivals = lock(&self.arrivals);
        let found = arrivals.iter().find(|one| lock(one).id == id);
        found.cloned().ok_or(Error::NotFound("file"))
    }

    /// Appends a piece; answers how many bytes are here. A piece at another byte changes nothing. A phone that sends the first byte instead of
    /// comparing begins anew.
    pub(super) fn append(&self, id: &str, offset: u64, piece: &[u8]) -> Result<u64> {
        let arrival = self.arrival(id)?;
        let mut arrival = lock(&arrival);
        match arrival.stage {
            Stage::Asked(_) if offset == 0 => arrival.begin_anew(),
            Stage::Asked(_) => return Ok(0),
            Stage::Arriving => (),
            Stage::Checking | Stage::Done(_) => return Ok(arrival.about.size),
        }
        let here = arrival.part.here();
        let after = here.saturating_add(piece.len() as u64);
        if offset != here || piece.is_empty() || after > arrival.about.size {
            return Ok(here);
        }
        let Arrival { part, about, .. } = &mut *arrival;
        part.append(about, piece)?;
        if after == about.size {
            arrival.stage = Stage::Checking;
        }
        Ok(after)
    }

    /// Takes a file in that has arrived whole; afterwards its bytes here are removed.
    pub(super) fn store(&self, id: &str) -> Result<()> {
        let arrival = self.arrival(id)?;
        let _one = lock(&self.taking);
        let (part, name) = {
            let known = lock(&arrival);
            match known.stage {
                Stage::Checking => (known.part.clone(), known.about.name.clone()),
                _ => return Ok(()),
            }
        };
        // In clear for as long as it is read; without the description of a part, so that the next run removes it if this one is killed.
        let folder = self.below.join(format!("{id}-whole"));
        let stored = whole(&part, &folder, &name).and_then(|path| (self.take)(&path));
        remove(&folder);
        let stored = stored.unwrap_or_else(|error| {
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
        let mut arrival = lock(&arrival);
        arrival.part.clear();
        arrival.stage = Stage::Done(stored);
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
                Stage::Asked(_) => (0, None),
                Stage::Arriving => (arrival.part.here(), None),
                Stage::Checking => (arrival.about.size, None),
                Stage::Done(stored) => (arrival.about.size, Some(stored.clone())),
            };
            FromPhone {
                name: arrival.about.name.clone(),
                size_bytes: arrival.about.size,
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

/// Writes a file whole into a folder.
fn whole(part: &Part, folder: &Path, name: &str) -> Result<PathBuf> {
    make_dir(folder)?;
    let path = folder.join(name);
    let unreadable = |source| Error::FileUnreadable {
        name: name.to_owned(),
        source,
    };
    let mut file = create_new(&path).map_err(unreadable)?;
    part.copy_to(&mut file)?;
    Ok(path)
}

impl Arrival {
    /// Asks for a digest if there is something to compare: photos first, since nothing of them needs to be sent.
    fn ask(&mut self) {
        let here = self.part.here();
        self.stage = match (self.known.is_empty(), here) {
            (false, _) => Stage::Asked(self.about.size),
            (true, 0) => Stage::Arriving,
            (true, _) => Stage::Asked(here),
        };
    }

    fn compare(&mut self, bytes: u64, sha256: &str) {
        let known = std::mem::take(&mut self.known);
        let is_it = |digest: &Digest| digest.to_hex() == sha256;
        if let Some((_, stored)) = known.iter().find(|(digest, _)| is_it(digest)) {
            self.part.clear();
            self.stage = Stage::Done(stored.clone());
        } else if bytes != self.part.here() {
            self.ask();
        } else if !self.part.digest().is_ok_and(|digest| is_it(&digest)) {
            // Another file, or one of which the disk lost something.
            self.begin_anew();
        } else if bytes == self.about.size {
            self.stage = Stage::Checking;
        } else {
            self.stage = Stage::Arriving;
        }
    }

    fn begin_anew(&mut self) {
        self.part.clear();
        self.known.clear();
        self.stage = Stage::Arriving;
    }

    fn next(&self) -> Next {
        let id = self.id.clone();
        match self.stage {
            Stage::Asked(bytes) => Next::Compare(id, bytes),
            Stage::Arriving => Next::At(id, self.part.here()),
            Stage::Checking | Stage::Done(_) => Next::At(id, self.about.size),
        }
    }
}
