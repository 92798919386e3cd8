//! Taking a laptop's second copy in, with the county's recovery identity: entries by the ordinary push, bytes re-hashed and receipted
//! like any upload. Doing it twice changes nothing. What drafts the copy holds only a laptop can take in.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use age::x25519::Identity;
use ledger::copy::{BLOBS_FOLDER, CARD_FILE, CopyBlob, CopyCard, CopyError, CopyManifest, CopyPart, Items, MAX_MANIFEST_BYTES};
use ledger::sync::carry;
use ledger::{Frame, ScopeId};
use seal::Digest;

use crate::county::Opened;
use crate::error::file;
use crate::secrets::random;
use crate::store::Named;
use crate::{Error, Result};

/// Entries are pushed in batches of so many.
const BATCH: usize = 256;
const CHUNK_BYTES: usize = 1 << 20;

/// What became of a copy.
#[derive(Debug, Default)]
pub struct TakenIn {
    /// Name of the laptop.
    pub device_name: String,
    /// Name of the county.
    pub county: String,
    /// When the copy was made, ms since 1970 UTC, as claimed.
    pub made_ms: i64,
    /// Entries stored now.
    pub entries_new: usize,
    /// Entries stored before.
    pub entries_known: usize,
    /// Entries that were not stored: id and why.
    pub refused: Vec<(String, String)>,
    /// Blobs stored now.
    pub blobs_new: u64,
    /// Blobs stored before.
    pub blobs_known: u64,
    /// Files that the copy does not hold whole, or that no entry names.
    pub damaged: Vec<String>,
    /// Drafts, which stay in the copy.
    pub drafts: u64,
}

impl TakenIn {
    /// Whether everything in the copy is on the server now.
    pub fn whole(&self) -> bool {
        self.refused.is_empty() && self.damaged.is_empty()
    }
}

/// Takes a copy in. `folder` is the copy itself or what it lies in.
pub fn take_in(opened: &mut Opened, folder: &Path, recovery: &Identity) -> Result<TakenIn> {
    let folder = copy_folder(folder)?;
    let card = CopyCard::parse(&fs::read(folder.join(CARD_FILE)).map_err(file("reading the copy's card"))?).map_err(unread)?;
    let scope = card.scope;
    let county = opened.db.county(&scope)?;
    let county = county.ok_or_else(|| Error::Folder(format!("the copy belongs to {}, which this server does not keep", card.county)))?;
    if county.recovery_recipient != recovery.to_public().to_string() {
        return Err(Error::Folder(format!("the recovery identity is not that of {}", county.name)));
    }
    let manifest = newest_manifest(&folder, recovery)?;
    if manifest.scope != scope || manifest.kid != card.kid {
        return Err(Error::Folder("card and manifest of the copy are not of one laptop".into()));
    }
    let mut taking = Taking {
        opened,
        folder,
        recovery,
        scope,
        taken: TakenIn {
            device_name: card.device_name,
            county: county.name,
            made_ms: manifest.made_ms,
            drafts: manifest.drafts.iter().map(|part| part.items).sum(),
            ..TakenIn::default()
        },
    };
    for part in &manifest.entries {
        taking.entries(part)?;
    }
    for part in &manifest.thumbs {
        taking.thumbs(part)?;
    }
    for blob in &manifest.blobs {
        taking.blob(blob)?;
    }
    taking.opened.db.sign_checkpoint(&scope)?;
    tracing::info!(%scope, new = taking.taken.entries_new, blobs = taking.taken.blobs_new, "a second copy was taken in");
    Ok(taking.taken)
}

struct Taking<'a> {
    opened: &'a mut Opened,
    folder: PathBuf,
    recovery: &'a Identity,
    scope: ScopeId,
    taken: TakenIn,
}

impl Taking<'_> {
    /// The items of a part as far as they read; a part that ends early is named.
    fn items(&mut self, part: &CopyPart, mut take: impl FnMut(&mut Self, Vec<u8>) -> Result<()>) -> Result<()> {
        let mut read: u64 = 0;
        if let Ok(source) = decrypt(&self.folder.join(&part.file), self.recovery) {
            for item in Items::new(source) {
                let Ok(item) = item else { break };
                read = read.saturating_add(1);
                take(self, item)?;
            }
        }
        if read < part.items {
            self.taken.damaged.push(part.file.clone());
        }
        Ok(())
    }

    fn entries(&mut self, part: &CopyPart) -> Result<()> {
        let mut batch = Vec::with_capacity(BATCH);
        self.items(part, |taking, item| {
            match Frame::parse(&item) {
                Ok(frame) => batch.push(frame),
                Err(e) => taking.taken.refused.push((String::new(), e.to_string())),
            }
            if batch.len() >= BATCH {
                taking.push(&std::mem::take(&mut batch))?;
            }
            Ok(())
        })?;
        self.push(&batch)
    }

    fn push(&mut self, frames: &[Frame]) -> Result<()> {
        let carried = carry(&mut self.opened.db, self.scope, frames)?;
        let told = carried.new + carried.known + carried.refused.len() + carried.gaps.len();
        if told < frames.len() {
            return Err(Error::Task);
        }
        self.taken.entries_new += carried.new;
        self.taken.entries_known += carried.known;
        let refused = carried.refused.into_iter().map(|r| (r.id.to_string(), r.reason));
        self.taken.refused.extend(refused);
        let gaps = carried
            .gaps
            .into_iter()
            .map(|id| (id.to_string(), "the entry before it is missing".to_owned()));
        self.taken.refused.extend(gaps);
        Ok(())
    }

    fn thumbs(&mut self, part: &CopyPart) -> Result<()> {
        self.items(part, |taking, item| {
            let sha256 = Digest::of(&item);
            let name = format!("thumbnail {sha256}");
            taking.store(&sha256, &name, &mut item.as_slice())
        })
    }

    fn blob(&mut self, blob: &CopyBlob) -> Result<()> {
        let path = self.folder.join(BLOBS_FOLDER).join(&blob.file);
        match decrypt(&path, self.recovery) {
            Ok(mut source) => self.store(&blob.sha256, &blob.file, &mut source),
            Err(_) => {
                self.taken.damaged.push(blob.file.clone());
                Ok(())
            }
        }
    }

    /// Stores bytes that an entry names, as an upload that arrives at once.
    fn store(&mut self, sha256: &Digest, name: &str, source: &mut impl Read) -> Result<()> {
        let lengths = match self.opened.db.named(&self.scope, sha256)? {
            Named::Missing(lengths) => lengths,
            Named::Stored if self.opened.blobs.path(&self.scope, sha256).is_file() => {
                self.taken.blobs_known += 1;
                return Ok(());
            }
            // Recorded as stored and gone from the folder: the copy brings it back.
            Named::Stored => Vec::new(),
            Named::No => {
                self.taken.damaged.push(name.to_owned());
                return Ok(());
            }
        };
        let blobs = &self.opened.blobs;
        let id = hex::encode(random::<16>()?);
        blobs.begin(&id)?;
        let mut arriving = blobs.append(&id)?;
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut whole = true;
        loop {
            let n = match source.read(&mut chunk) {
                Ok(n) => n,
                Err(_) => {
                    whole = false;
                    0
                }
            };
            match chunk.get(..n) {
                Some([]) | None => break,
                Some(part) => arriving.write(part)?,
            }
        }
        arriving.sync()?;
        let len = arriving.len();
        let fits = lengths.is_empty() || lengths.contains(&len);
        if !whole || !fits || blobs.hash_upload(&id)? != *sha256 {
            blobs.discard(&id)?;
            self.taken.damaged.push(name.to_owned());
            return Ok(());
        }
        blobs.finish(&id, &self.scope, sha256)?;
        self.opened.db.record_stored(&self.scope, sha256, len)?;
        self.taken.blobs_new += 1;
        Ok(())
    }
}

/// The identity in a file as `age-keygen` and the county's own set-up write it: comments, then one line.
pub fn read_identity(path: &Path) -> Result<Identity> {
    let text = zeroize::Zeroizing::new(fs::read_to_string(path).map_err(file("reading the recovery identity"))?);
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    let identity = line.and_then(|line| line.parse().ok());
    identity.ok_or_else(|| Error::Folder(format!("{} holds no recovery identity", path.display())))
}

fn copy_folder(folder: &Path) -> Result<PathBuf> {
    if folder.join(CARD_FILE).is_file() {
        return Ok(folder.to_owned());
    }
    let entries = fs::read_dir(folder).map_err(file("reading the copy's folder"))?;
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.join(CARD_FILE).is_file())
        .collect();
    found.sort_unstable();
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(Error::Folder(format!("there is no second copy in {}", folder.display()))),
        _ => Err(Error::Folder(format!(
            "there are {} second copies in {}; name one of them",
            found.len(),
            folder.display()
        ))),
    }
}

/// The newest manifest that reads; an interrupted copy leaves the one before it in force.
fn newest_manifest(folder: &Path, recovery: &Identity) -> Result<CopyManifest> {
    let entries = fs::read_dir(folder).map_err(file("reading the copy's folder"))?;
    let mut times: Vec<i64> = entries
        .flatten()
        .filter_map(|entry| CopyManifest::made_at(&entry.file_name().to_string_lossy()))
        .collect();
    times.sort_unstable_by(|a, b| b.cmp(a));
    let mut last = None;
    for made_ms in times {
        let mut bytes = Vec::new();
        let most = u64::try_from(MAX_MANIFEST_BYTES).unwrap_or(u64::MAX).saturating_add(1);
        let read = decrypt(&folder.join(CopyManifest::file(made_ms)), recovery).and_then(|source| source.take(most).read_to_end(&mut bytes));
        match read.map(|_| CopyManifest::parse(&bytes)) {
            Ok(Ok(manifest)) => return Ok(manifest),
            Ok(Err(newer @ CopyError::Version(_))) => return Err(unread(newer)),
            Ok(Err(e)) => last = last.or(Some(e.to_string())),
            Err(e) => last = last.or(Some(e.to_string())),
        }
    }
    let why = last.unwrap_or_else(|| "no copy was ever finished".into());
    Err(Error::Folder(format!("the copy has no manifest that reads: {why}")))
}

fn decrypt(path: &Path, identity: &Identity) -> io::Result<impl Read + use<>> {
    let source = BufReader::new(File::open(path)?);
    let decryptor = age::Decryptor::new_buffered(source).map_err(io::Error::other)?;
    decryptor
        .decrypt(std::iter::once(identity as &dyn age::Identity))
        .map_err(io::Error::other)
}

fn unread(error: CopyError) -> Error {
    match error {
        CopyError::Version(_) => Error::Newer,
        other => Error::Folder(other.to_string()),
    }
}
