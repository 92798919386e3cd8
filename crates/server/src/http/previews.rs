//! Large views of what a browser does not show itself, made when they are asked for and forgotten again.

use std::collections::VecDeque;
use std::fs::File;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use decode::NoPreview;
use seal::Digest;
use tokio::sync::Semaphore;
use tracing::info;

use super::app::{blocking, lock};
use crate::error::file;
use crate::{Error, Result};

/// Bytes of previews that are kept for whoever turns back to one.
const MAX_KEPT_BYTES: usize = 32 << 20;
/// Files of which is remembered that they have none: what ends a decoder shall not end one at each look.
const MAX_WITHOUT: usize = 1000;
/// So long is remembered what may have been for want of time or memory.
const FOR_NOW: Duration = Duration::from_secs(300);
/// Originals held in memory at a time.
const MOST: usize = 2;

/// Previews (预览) of originals: upright JPEGs of at most 1600 px. Derived from the bytes, by a process that may die of them.
#[derive(Debug)]
pub(crate) struct Previews {
    kept: Arc<Mutex<Kept>>,
    turns: Arc<Semaphore>,
}

#[derive(Debug, Default)]
struct Kept {
    /// Latest last.
    previews: VecDeque<(Digest, Bytes)>,
    /// Until when, if not for good.
    without: VecDeque<(Digest, Option<Instant>)>,
}

impl Default for Previews {
    fn default() -> Self {
        Self {
            kept: Arc::default(),
            turns: Arc::new(Semaphore::new(MOST)),
        }
    }
}

impl Previews {
    /// The preview of a stored original; none where none can be made. Whether it may be seen was asked before. What was begun is finished
    /// and remembered even if nobody waits for it any more.
    pub(crate) async fn of(&self, sha256: Digest, original: PathBuf) -> Result<Option<Bytes>> {
        if let Some(known) = lock(&self.kept).get(&sha256) {
            return Ok(known);
        }
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| Error::Task)?;
        let kept = self.kept.clone();
        blocking(move || {
            let _turn = turn;
            // Whoever had the turn before may have made it.
            if let Some(known) = lock(&kept).get(&sha256) {
                return Ok(known);
            }
            let mut original = File::open(original).map_err(file("reading a blob"))?;
            match decode::preview_apart(&mut original).map_err(file("reading a blob"))? {
                Ok(small) => {
                    let preview = Bytes::from(small.jpeg);
                    lock(&kept).keep(sha256, preview.clone());
                    Ok(Some(preview))
                }
                Err(why) => {
                    info!(%sha256, why = why.code(), "no preview");
                    lock(&kept).do_without(sha256, why);
                    Ok(None)
                }
            }
        })
        .await
    }
}

impl Kept {
    fn get(&mut self, sha256: &Digest) -> Option<Option<Bytes>> {
        self.without.retain(|(_, until)| until.is_none_or(|until| Instant::now() < until));
        if self.without.iter().any(|(known, _)| known == sha256) {
            return Some(None);
        }
        let at = self.previews.iter().position(|(known, _)| known == sha256)?;
        let found = self.previews.remove(at)?;
        let bytes = found.1.clone();
        self.previews.push_back(found);
        Some(Some(bytes))
    }

    fn keep(&mut self, sha256: Digest, preview: Bytes) {
        self.previews.retain(|(known, _)| *known != sha256);
        self.previews.push_back((sha256, preview));
        let mut bytes: usize = self.previews.iter().map(|(_, preview)| preview.len()).sum();
        while bytes > MAX_KEPT_BYTES
            && let Some((_, old)) = self.previews.pop_front()
        {
            bytes -= old.len();
        }
    }

    fn do_without(&mut self, sha256: Digest, why: NoPreview) {
        let until = match why {
            // The program is not as it was installed; that is mended without a restart.
            NoPreview::NoDecoder => return,
            NoPreview::TooSlow | NoPreview::TooMuchMemory | NoPreview::DecoderFailed => Some(Instant::now() + FOR_NOW),
            _ => None,
        };
        self.without.push_back((sha256, until));
        if self.without.len() > MAX_WITHOUT {
            self.without.pop_front();
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
            kept.keep(digest(n), Bytes::from(vec![0; MAX_KEPT_BYTES / 4]));
            // The first is turned back to again and again.
            assert!(kept.get(&digest(0)).is_some());
        }
        assert!(kept.get(&digest(1)).is_none());
        assert_eq!(kept.get(&digest(4)).unwrap().unwrap().len(), MAX_KEPT_BYTES / 4);
        for n in 0..=MAX_WITHOUT as u32 {
            kept.do_without(digest(100 + n), NoPreview::Broken);
        }
        assert_eq!(kept.get(&digest(100)), None);
        assert_eq!(kept.get(&digest(101)), Some(None));
        // What may be for want of time is tried again later, and what is for want of the program at once.
        kept.do_without(digest(8), NoPreview::TooSlow);
        kept.do_without(digest(9), NoPreview::NoDecoder);
        assert_eq!((kept.get(&digest(8)), kept.get(&digest(9))), (Some(None), None));
        kept.without.back_mut().unwrap().1 = Some(Instant::now());
        assert_eq!(kept.get(&digest(8)), None);
    }
}
