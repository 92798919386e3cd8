//! Files of which a page had a part when it closed. The next page of the same visit goes on with them, as long as the session lasts; what a
//! run leaves behind, the next one removes.

use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;

use domain::VisitId;
use tracing::warn;

use crate::core::lock;

/// So many at most; the oldest makes room.
const MOST: usize = 8;

/// A file of which the first bytes are here, in a folder of its own.
pub(super) struct Part {
    pub(super) visit: VisitId,
    pub(super) name: String,
    pub(super) size: u64,
    pub(super) modified_ms: i64,
    pub(super) path: PathBuf,
    /// How many bytes of it are here.
    pub(super) here: u64,
}

impl Part {
    fn remove(self) {
        if let Some(folder) = self.path.parent()
            && let Err(error) = fs::remove_dir_all(folder)
        {
            warn!(%error, "what a phone had begun to send could not be removed");
        }
    }
}

/// The parts of one session.
#[derive(Default)]
pub(crate) struct Parts(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    parts: Vec<Part>,
    /// The session is over: what a page that still closes hands over is not kept.
    over: bool,
}

impl Parts {
    /// Keeps a part, or removes it where nobody will ask for it.
    pub(super) fn keep(&self, part: Part) {
        let mut kept = lock(&self.0);
        if kept.over {
            return part.remove();
        }
        kept.parts.push(part);
        if kept.parts.len() > MOST {
            kept.parts.remove(0).remove();
        }
    }

    /// Gives out the part of a file, if there is one.
    pub(super) fn take(&self, visit: VisitId, name: &str, size: u64, modified_ms: i64) -> Option<Part> {
        let mut kept = lock(&self.0);
        let is_it = |part: &Part| part.visit == visit && part.name == name && part.size == size && part.modified_ms == modified_ms;
        let at = kept.parts.iter().position(is_it)?;
        Some(kept.parts.remove(at))
    }

    /// Removes all, for good.
    pub(crate) fn end(&self) {
        let mut kept = lock(&self.0);
        kept.over = true;
        kept.parts.drain(..).for_each(Part::remove);
    }

    /// How many there are.
    #[cfg(test)]
    pub(crate) fn count(&self) -> usize {
        lock(&self.0).parts.len()
    }
}
