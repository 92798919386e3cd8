//! Making the second copy: blobs, then entries, thumbnails and drafts, and last the manifest, whose name is the moment from which the
//! copy holds. Whatever stops it before, the copy that was there is whole.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use contract::field::LastCopy;
use ledger::copy::{BLOBS_FOLDER, CARD_FILE, COPY_VERSION, CopyBlob, CopyCard, CopyManifest, CopyPart, FOLDER_PREFIX};
use ledger::sync::StreamHead;
use seal::Digest;
use seal::keys::Signer;
use tracing::{info, warn};

use super::lock::CopyLock;
use super::medium::{Medium, Pending, fault};
use super::{Copying, cancelled};
use crate::core::Open;
use crate::error::{Error, Result};
use crate::hash::Hasher;
use crate::keys::KeysFile;
use crate::os::files;
use crate::store::Snapshot;
use crate::vault::{Vault, open_file};

const CHUNK_BYTES: usize = 1 << 20;
/// Room beside what is counted: the manifest, the card, folders.
const SPARE_BYTES: u64 = 4 << 20;
/// Each copy adds a file of entries; so many are written anew as one.
const MOST_PARTS: usize = 24;

/// Makes or renews this laptop's copy in a folder. None when it was stopped.
pub fn make(open: &Open, keys: &KeysFile, store_dir: &Path, folder: &Path, job: &Copying) -> Result<Option<LastCopy>> {
    if files::same_disk(store_dir, folder) {
        return Err(Error::CopySameDisk);
    }
    let kid = open.author.key.public().kid();
    let name = CopyCard::folder(&kid);
    let inside = folder.file_name().is_some_and(|last| last.to_string_lossy().starts_with(FOLDER_PREFIX));
    let medium = Medium::new(if inside { folder.with_file_name(&name) } else { folder.join(&name) });
    fs::create_dir_all(medium.dir().join(BLOBS_FOLDER)).map_err(fault)?;
    files::sync_dir(folder).map_err(fault)?;
    let former = medium.manifest(open.vault.identity()).unwrap_or_else(|e| {
        warn!(error = %e, "the copy on the medium does not read; it is made anew");
        None
    });
    let former = former.filter(|former| former.kid == kid && former.scope == open.author.scope);

    let snapshot = open.store.copy_snapshot(open.author.key.public())?;
    let plan = Plan::new(open, &medium, &snapshot, former.as_ref())?;
    job.expect(plan.bytes.saturating_mul(2));
    let (needed, available) = (plan.bytes.saturating_add(SPARE_BYTES), files::available(folder).map_err(fault)?);
    if needed > available {
        return Err(Error::MediumFull { needed, available });
    }
    match write(open, keys, &medium, &snapshot, former.as_ref(), plan, place_of(folder), job) {
        // Another program filled the medium meanwhile.
        Err(Error::MediumFull { .. }) => Err(Error::MediumFull {
            needed,
            available: files::available(folder).unwrap_or_default(),
        }),
        other => other,
    }
}

/// Name of a folder or stick as a person knows it.
pub fn place_of(folder: &Path) -> String {
    folder
        .file_name()
        .map_or_else(|| folder.display().to_string(), |name| name.to_string_lossy().into_owned())
}

#[expect(clippy::too_many_arguments, reason = "one step of `make`, split only for its errors")]
fn write(
    open: &Open,
    keys: &KeysFile,
    medium: &Medium,
    snapshot: &Snapshot,
    former: Option<&CopyManifest>,
    mut plan: Plan,
    place: String,
    job: &Copying,
) -> Result<Option<LastCopy>> {
    write_card(open, keys, medium)?;
    let mut manifest = CopyManifest {
        v: COPY_VERSION,
        scope: open.author.scope,
        kid: open.author.key.public().kid(),
        made_ms: former.map_or(snapshot.now_ms, |former| snapshot.now_ms.max(former.made_ms.saturating_add(1))),
        stream: plan.stream,
        entries: std::mem::take(&mut plan.entries),
        thumbs: std::mem::take(&mut plan.thumbs),
        drafts: Vec::new(),
        blobs: Vec::new(),
    };
    let mut damaged: u64 = 0;
    for blob in std::mem::take(&mut plan.blobs) {
        if job.is_cancelled() {
            return Ok(None);
        }
        match copy_blob(&open.vault, medium, &blob, job) {
            Ok(true) => manifest.blobs.push(blob),
            Ok(false) => damaged = damaged.saturating_add(1),
            Err(e) if cancelled(&e) => return Ok(None),
            Err(e) => return Err(e),
        }
    }
    damaged = damaged.saturating_add(plan.gone);
    plan.write_parts(open, medium, snapshot, &mut manifest)?;
    job.step(plan.parts_bytes.saturating_mul(2));
    medium.sync()?;
    if job.is_cancelled() {
        return Ok(None);
    }
    let bytes = manifest.to_bytes().map_err(|_| Error::Broken("a manifest cannot be written"))?;
    medium.write_sealed(&open.vault, &CopyManifest::file(manifest.made_ms), &bytes)?;
    medium.sync()?;

    let size = manifest
        .blobs
        .iter()
        .map(|b| b.file_len)
        .chain(manifest.parts().map(|p| p.file_len))
        .sum();
    let made = LastCopy {
        made_at_ms: snapshot.now_ms,
        place,
        entries: manifest.stream.sseq,
        blobs: u64::try_from(manifest.blobs.len()).unwrap_or(u64::MAX),
        bytes: size,
        damaged,
    };
    let thumbs = snapshot.thumbs.iter().copied();
    let here: Vec<Digest> = manifest.blobs.iter().map(|blob| blob.sha256).chain(thumbs).collect();
    open.store.copied(&made, snapshot.through_n, &here)?;
    medium.tidy(&manifest);
    info!(entries = made.entries, blobs = made.blobs, damaged, "second copy made");
    Ok(Some(made))
}

/// The card is written again only when it would say something else, so that an interruption finds it whole.
fn write_card(open: &Open, keys: &KeysFile, medium: &Medium) -> Result<()> {
    let kid = open.author.key.public().kid();
    let lock = CopyLock::new(keys, open.store.key(), &kid, open.vault.identity())?;
    let mut card = CopyCard {
        v: COPY_VERSION,
        scope: open.author.scope,
        county: open.card.name.clone(),
        device_name: keys.device_name.clone(),
        kid,
        lock: serde_json::Value::Null,
    };
    if let Ok(Some(known)) = medium.card()
        && let Ok(known_lock) = serde_json::from_value::<CopyLock>(known.lock.clone())
    {
        let opens = known_lock
            .open_with(open.store.key(), &kid)
            .is_ok_and(|identity| identity.to_public() == open.vault.identity().to_public());
        card.lock = known.lock.clone();
        if opens && known_lock.same_people(&lock) && known == card {
            return Ok(());
        }
    }
    card.lock = serde_json::to_value(&lock)?;
    let bytes = card.to_bytes().map_err(|_| Error::Broken("a card cannot be written"))?;
    medium.write(CARD_FILE, &bytes)
}

/// What of a copy is there already and what is to be written.
struct Plan {
    stream: StreamHead,
    entries: Vec<CopyPart>,
    /// Entries of the snapshot that lie in `entries`.
    entries_there: usize,
    thumbs: Vec<CopyPart>,
    thumbs_there: BTreeSet<Digest>,
    blobs: Vec<CopyBlob>,
    /// Blobs that the vault has no file of.
    gone: u64,
    parts_bytes: u64,
    bytes: u64,
}

impl Plan {
    fn new(open: &Open, medium: &Medium, snapshot: &Snapshot, former: Option<&CopyManifest>) -> Result<Self> {
        let start = StreamHead::start(&open.author.scope);
        let mut plan = Self {
            stream: start,
            entries: Vec::new(),
            entries_there: 0,
            thumbs: Vec::new(),
            thumbs_there: BTreeSet::new(),
            blobs: Vec::new(),
            gone: 0,
            parts_bytes: 0,
            bytes: 0,
        };
        if let Some(former) = former {
            plan.keep_entries(snapshot, former, medium, start);
            plan.keep_thumbs(open, snapshot, former, medium);
        }
        for (at, (n, id)) in snapshot.entries.iter().enumerate() {
            plan.stream = plan.stream.then(id);
            if at >= plan.entries_there {
                plan.parts_bytes = plan.parts_bytes.saturating_add(len_of(&open.store.frame_bytes(*n)?));
            }
        }
        for thumb in snapshot.thumbs.iter().filter(|thumb| !plan.thumbs_there.contains(thumb)) {
            plan.parts_bytes = plan
                .parts_bytes
                .saturating_add(open.store.thumb(thumb)?.map_or(0, |bytes| len_of(&bytes)));
        }
        plan.parts_bytes = snapshot
            .drafts
            .iter()
            .fold(plan.parts_bytes, |sum, draft| sum.saturating_add(len_of(draft.raw.as_bytes())));
        plan.bytes = plan.parts_bytes;
        for (sha256, len, kind) in &snapshot.blobs {
            let path = open.vault.path(sha256);
            let Ok(there) = fs::metadata(&path) else {
                plan.gone = plan.gone.saturating_add(1);
                continue;
            };
            let blob = CopyBlob {
                sha256: *sha256,
                len: *len,
                kind: kind.clone(),
                file: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                file_len: there.len(),
            };
            if !is_there(medium, &blob) {
                plan.bytes = plan.bytes.saturating_add(blob.file_len);
            }
            plan.blobs.push(blob);
        }
        Ok(plan)
    }

    /// Files of entries stay as long as they hold the first entries of the snapshot, in its order.
    fn keep_entries(&mut self, snapshot: &Snapshot, former: &CopyManifest, medium: &Medium, start: StreamHead) {
        let there = usize::try_from(former.stream.sseq).unwrap_or(usize::MAX);
        let hashed = snapshot.entries.iter().take(there).fold(start, |head, (_, id)| head.then(id));
        let fits = hashed == former.stream && former.entries.len() < MOST_PARTS && former.entries.iter().all(|part| medium.is_sound(part));
        if fits {
            self.entries = former.entries.clone();
            self.entries_there = there;
        }
    }

    /// Files of thumbnails stay as long as they read and any thumbnail in them is still to be kept.
    fn keep_thumbs(&mut self, open: &Open, snapshot: &Snapshot, former: &CopyManifest, medium: &Medium) {
        if former.thumbs.len() >= MOST_PARTS {
            return;
        }
        for part in former.thumbs.iter().filter(|part| medium.is_sound(part)) {
            let Ok(items) = medium.items(part, open.vault.identity()) else {
                continue;
            };
            let Ok(digests) = items
                .map(|item| item.map(|bytes| Digest::of(&bytes)))
                .collect::<io::Result<BTreeSet<_>>>()
            else {
                continue;
            };
            if snapshot.thumbs.iter().any(|thumb| digests.contains(thumb)) {
                self.thumbs.push(part.clone());
                self.thumbs_there.extend(digests);
            }
        }
    }

    fn write_parts(&self, open: &Open, medium: &Medium, snapshot: &Snapshot, manifest: &mut CopyManifest) -> Result<()> {
        let made_ms = manifest.made_ms;
        let frames = snapshot.entries.iter().skip(self.entries_there).map(|(n, _)| open.store.frame_bytes(*n));
        manifest
            .entries
            .extend(medium.write_part(&open.vault, format!("entries-{made_ms}.age"), frames)?);
        let thumbs = snapshot.thumbs.iter().filter(|thumb| !self.thumbs_there.contains(thumb));
        let thumbs = thumbs.filter_map(|thumb| open.store.thumb(thumb).transpose());
        manifest
            .thumbs
            .extend(medium.write_part(&open.vault, format!("thumbs-{made_ms}.age"), thumbs)?);
        let drafts = snapshot.drafts.iter().map(|draft| serde_json::to_vec(draft).map_err(Error::from));
        manifest
            .drafts
            .extend(medium.write_part(&open.vault, format!("drafts-{made_ms}.age"), drafts)?);
        Ok(())
    }
}

fn len_of(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX).saturating_add(4)
}

/// A file under its name was read back when it got it.
fn is_there(medium: &Medium, blob: &CopyBlob) -> bool {
    fs::metadata(medium.blob_path(&blob.file)).is_ok_and(|there| there.is_file() && there.len() == blob.file_len)
}

/// Copies a blob's file and decrypts the copy: false when this laptop's own file is spoiled.
fn copy_blob(vault: &Vault, medium: &Medium, blob: &CopyBlob, job: &Copying) -> Result<bool> {
    if is_there(medium, blob) {
        return Ok(true);
    }
    if !decrypts(&vault.path(&blob.sha256), vault, blob, job)? {
        warn!(blob = %blob.sha256, "a file of the vault is spoiled; it is in no copy");
        return Ok(false);
    }
    let mut source = File::open(vault.path(&blob.sha256))?;
    let mut target = Pending::begin(&medium.blob_path(&blob.file))?;
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        job.check()?;
        let n = source.read(&mut chunk)?;
        match chunk.get(..n) {
            Some([]) | None => break,
            Some(part) => target.write_all(part).map_err(fault)?,
        }
        job.step(u64::try_from(n).unwrap_or(u64::MAX));
    }
    target.place()?;
    Ok(true)
}

/// Whether a file of the vault holds the bytes of its digest.
fn decrypts(path: &Path, vault: &Vault, blob: &CopyBlob, job: &Copying) -> Result<bool> {
    let Ok(mut source) = open_file(path, vault.identity()) else {
        return Ok(false);
    };
    let mut hasher = Hasher::default();
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        job.check()?;
        let Ok(n) = source.read(&mut chunk) else { return Ok(false) };
        match chunk.get(..n) {
            Some([]) | None => return Ok(hasher.finish() == blob.sha256),
            Some(part) => hasher.update(part),
        }
        job.step(u64::try_from(n).unwrap_or(u64::MAX));
    }
}
