//! Large views of what a browser does not show itself, made when they are asked for and forgotten again.

use std::collections::VecDeque;
use std::fs::File;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use decode::NoPreview;
use seal::Digest;
use tokio::sync::Semaphore;
use tracing::info;

use super::app::blocking;
use crate::error::file;
use crate::{Error, Result};

/// Bytes of previews that are kept for whoever turns back to one.
const MAX_KEPT_BYTES: usize = 32 << 20;
/// Files of which is remembered that they have none: what ends a decoder shall not end one at each look.
const MAX_WITHOUT: usize = 1000;
/// Originals held in memory at a time.
const MOST: usize = 2;

/// Previews (预览) of originals: upright JPEGs of at most 1600 px. Derived from the bytes, by a process that may die of them.
#[derive(Debug)]
pub(crate) struct Previews {
    kept: Mutex<Kept>,
    turns: Semaphore,
}

#[derive(Debug, Default)]
struct Kept {
    /// Latest last.
    previews: VecDeque<(Digest, Bytes)>,
    without: VecDeque<Digest>,
}

impl Default for Previews {
    fn default() -> Self {
        Self {
            kept: Mutex::default(),
            turns: Semaphore::new(MOST),
        }
    }
}

impl Previews {
    /// The preview of a stored original; none where none can be made. Whether it may be seen was asked before.
    pub(crate) async fn of(&self, sha256: Digest, original: File) -> Result<Option<Bytes>> {
        let known = || self.kept().get(&sha256);
        if let Some(known) = known() {
            return Ok(known);
        }
        let _turn = self.turns.acquire().await.map_err(|_| Error::Task)?;
        // Whoever had the turn before may have made it.
        if let Some(known) = known() {
            return Ok(known);
        }
        let mut original = original;
        let made = blocking(move || decode::preview_apart(&mut original).map_err(file("reading a blob"))).await?;
        let preview = match made {
            Ok(small) => Some(Bytes::from(small.jpeg)),
            Err(why) => {
                info!(%sha256, why = why.code(), "no preview");
                if why == NoPreview::NoDecoder {
                    return Ok(None);
                }
                None
            }
        };
        self.kept().keep(sha256, preview.clone());
        Ok(preview)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn get(&mut self, sha256: &Digest) -> Option<Option<Bytes>> {
        if self.without.contains(sha256) {
            return Some(None);
        }
        let at = self.previews.iter().position(|(known, _)| known == sha256)?;
        let found = self.previews.remove(at)?;
        let bytes = found.1.clone();
        self.previews.push_back(found);
        Some(Some(bytes))
    }

    fn keep(&mut self, sha256: Digest, preview: Option<Bytes>) {
        let Some(preview) = preview else {
            self.without.push_back(sha256);
            if self.without.len() > MAX_WITHOUT {
                self.without.pop_front();
            }
            return;
        };
        self.previews.push_back((sha256, preview));
        let mut bytes: usize = self.previews.iter().map(|(_, preview)| preview.len()).sum();
        while bytes > MAX_KEPT_BYTES
            && let Some((_, old)) = self.previews.pop_front()
        {
            bytes -= old.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_last_is_kept_within_bounds() {
        let mut kept = Kept::default();
        let digest = |n: u32| Digest::of(&n.to_be_bytes());
        for n in 0..5 {
            kept.keep(digest(n), Some(Bytes::from(vec![0; MAX_KEPT_BYTES / 4])));
            // The first is turned back to again and again.
            assert!(kept.get(&digest(0)).is_some());
        }
        assert!(kept.get(&digest(1)).is_none());
        assert_eq!(kept.get(&digest(4)).unwrap().unwrap().len(), MAX_KEPT_BYTES / 4);
        for n in 0..=MAX_WITHOUT as u32 {
            kept.keep(digest(100 + n), None);
        }
        assert_eq!(kept.get(&digest(100)), None);
        assert_eq!(kept.get(&digest(101)), Some(None));
    }
}
