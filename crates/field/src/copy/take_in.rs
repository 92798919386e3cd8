//! Taking another laptop's copy in: every entry proves itself, every blob is hashed again. Doing it twice changes nothing.

use std::collections::BTreeSet;
use std::io::{self, Read, Write};

use age::x25519::Identity;
use contract::field::{RefusedFromCopy, TakenIn};
use ledger::Frame;
use ledger::copy::{CopyBlob, CopyDraft, CopyManifest, CopyPart};
use seal::Digest;
use tracing::{info, warn};

use super::Copying;
use super::medium::Medium;
use crate::core::Open;
use crate::error::{Error, Result};
use crate::hash::Hasher;
use crate::store::BlobKind;
use crate::vault::open_file;

/// Entries are judged and stored in transactions of so many.
const BATCH: usize = 256;
const CHUNK_BYTES: usize = 1 << 20;

/// Takes everything in. None when it was stopped; what was taken in before stays.
pub fn take_in(open: &Open, medium: &Medium, manifest: &CopyManifest, identity: &Identity, job: &Copying) -> Result<Option<TakenIn>> {
    let parts = manifest.parts().map(|part| part.file_len);
    job.expect(manifest.blobs.iter().map(|blob| blob.file_len).chain(parts).fold(0, u64::saturating_add));
    let mut taking = Taking {
        open,
        medium,
        identity,
        job,
        taken: TakenIn::default(),
        ents: BTreeSet::new(),
    };
    let whole = taking.entries(manifest)? && taking.thumbs(manifest)? && taking.blobs(manifest)? && taking.drafts(manifest)?;
    let Taking { mut taken, ents, .. } = taking;
    taken.visits = u64::try_from(ents.into_iter().filter(|ent| is_visit(open, ent)).count()).unwrap_or(u64::MAX);
    info!(
        new = taken.entries_new,
        refused = taken.refused.len(),
        blobs = taken.blobs_new,
        damaged = taken.damaged.len(),
        "second copy taken in"
    );
    Ok(whole.then_some(taken))
}

fn is_visit(open: &Open, ent: &uuid::Uuid) -> bool {
    matches!(open.store.visit(domain::VisitId(*ent)), Ok(Some(_)))
}

struct Taking<'a> {
    open: &'a Open,
    medium: &'a Medium,
    identity: &'a Identity,
    job: &'a Copying,
    taken: TakenIn,
    ents: BTreeSet<uuid::Uuid>,
}

impl Taking<'_> {
    /// Hands every item of the parts over, and names a part that does not read to its end.
    fn items(&mut self, parts: &[CopyPart], mut take: impl FnMut(&mut Self, Vec<u8>) -> Result<()>) -> Result<bool> {
        for part in parts {
            if self.job.is_cancelled() {
                return Ok(false);
            }
            let mut read: u64 = 0;
            if let Ok(items) = self.medium.items(part, self.identity) {
                for item in items {
                    let Ok(item) = item else { break };
                    read = read.saturating_add(1);
                    take(self, item)?;
                }
            }
            if read < part.items {
                warn!(part = %part.file, read, of = part.items, "a file of the copy does not read to its end");
                self.taken.damaged.push(part.file.clone());
            }
            self.job.step(part.file_len);
        }
        Ok(true)
    }

    fn entries(&mut self, manifest: &CopyManifest) -> Result<bool> {
        let mut batch = Vec::with_capacity(BATCH);
        let whole = self.items(&manifest.entries, |taking, item| {
            match Frame::parse(&item) {
                Ok(frame) => batch.push(frame),
                Err(e) => taking.taken.refused.push(RefusedFromCopy {
                    entry: String::new(),
                    reason: e.to_string(),
                }),
            }
            if batch.len() >= BATCH {
                taking.store(&std::mem::take(&mut batch))?;
            }
            Ok(())
        })?;
        self.store(&batch)?;
        Ok(whole)
    }

    fn store(&mut self, frames: &[Frame]) -> Result<()> {
        let taken = self.open.store.take_in(self.open.author.scope, frames)?;
        self.taken.entries_new = self.taken.entries_new.saturating_add(taken.new);
        self.taken.entries_known = self.taken.entries_known.saturating_add(taken.known);
        self.taken.refused.extend(taken.refused);
        self.ents.extend(taken.ents);
        Ok(())
    }

    fn thumbs(&mut self, manifest: &CopyManifest) -> Result<bool> {
        self.items(&manifest.thumbs, |taking, item| {
            let known = taking.open.store.thumb(&Digest::of(&item))?.is_some();
            if !known {
                taking.open.store.transact(|tx| tx.put_thumb(&item).map(drop))?;
            }
            Ok(())
        })
    }

    fn drafts(&mut self, manifest: &CopyManifest) -> Result<bool> {
        self.items(&manifest.drafts, |taking, item| {
            if let Ok(draft) = serde_json::from_slice::<CopyDraft>(&item)
                && taking.open.store.transact(|tx| tx.take_draft(&draft))?
            {
                taking.taken.drafts = taking.taken.drafts.saturating_add(1);
            }
            Ok(())
        })
    }

    fn blobs(&mut self, manifest: &CopyManifest) -> Result<bool> {
        for blob in &manifest.blobs {
            if self.job.is_cancelled() {
                return Ok(false);
            }
            if self.open.vault.has(&blob.sha256) && self.open.store.has_blob(&blob.sha256)? {
                self.taken.blobs_known = self.taken.blobs_known.saturating_add(1);
                self.job.step(blob.file_len);
                continue;
            }
            match self.blob(blob) {
                Ok(true) => self.taken.blobs_new = self.taken.blobs_new.saturating_add(1),
                Ok(false) => {
                    let name = self.open.store.photo_name(&blob.sha256)?;
                    self.taken.damaged.push(name.unwrap_or_else(|| blob.file.clone()));
                }
                Err(e) if super::cancelled(&e) => return Ok(false),
                Err(e) => return Err(e),
            }
        }
        Ok(true)
    }

    /// Decrypts, hashes and keeps one blob; false when the copy's file does not hold the bytes of the digest.
    fn blob(&self, blob: &CopyBlob) -> Result<bool> {
        let Some(kind) = BlobKind::of(&blob.kind) else { return Ok(false) };
        let Ok(mut source) = open_file(&self.medium.blob_path(&blob.file), self.identity) else {
            self.job.step(blob.file_len);
            return Ok(false);
        };
        let mut writer = self.open.vault.begin()?;
        let mut hasher = Hasher::default();
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            self.job.check()?;
            let Ok(n) = read_some(&mut source, &mut chunk) else { return Ok(false) };
            match chunk.get(..n) {
                Some([]) | None => break,
                Some(part) => {
                    hasher.update(part);
                    writer.write_all(part)?;
                }
            }
            self.job.step(u64::try_from(n).unwrap_or(u64::MAX));
        }
        if hasher.finish() != blob.sha256 {
            return Ok(false);
        }
        let kept = writer.finish(&blob.sha256).map_err(Error::from)?;
        self.open.store.transact(|tx| tx.put_blob(&blob.sha256, kept.len, kind))?;
        Ok(true)
    }
}

fn read_some(source: &mut impl Read, chunk: &mut [u8]) -> io::Result<usize> {
    loop {
        match source.read(chunk) {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}
