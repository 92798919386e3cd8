//! Files of a second copy on their medium: a name that is there holds bytes that were synced and read back.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use age::x25519::Identity;
use ledger::copy::{
    BLOBS_FOLDER, CARD_FILE, CopyCard, CopyError, CopyManifest, CopyPart, FOLDER_PREFIX, Items, MAX_CARD_BYTES, MAX_MANIFEST_BYTES, write_item,
};
use seal::Digest;

use crate::error::{Error, Result};
use crate::hash::Hasher;
use crate::os::files;
use crate::vault::{Vault, VaultReader, finish_sealing, open_file};

const CHUNK_BYTES: usize = 256 * 1024;

/// Says what went wrong with the medium: it is not this laptop's disk that is full or broken.
pub fn fault(error: io::Error) -> Error {
    if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
        Error::MediumFull { needed: 0, available: 0 }
    } else {
        Error::MediumFault(error)
    }
}

/// A copy's folder.
pub struct Medium {
    dir: PathBuf,
}

impl Medium {
    /// A folder that holds, or will hold, a copy.
    pub fn new(dir: PathBuf) -> Self {
        Self { dir }
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where a file of the copy lies.
    pub fn path(&self, file: &str) -> PathBuf {
        self.dir.join(file)
    }

    /// Where a blob's file lies.
    pub fn blob_path(&self, file: &str) -> PathBuf {
        self.dir.join(BLOBS_FOLDER).join(file)
    }

    /// The card, if there is one.
    pub fn card(&self) -> Result<Option<CopyCard>> {
        let Some(bytes) = read_at_most(&self.path(CARD_FILE), MAX_CARD_BYTES)? else {
            return Ok(None);
        };
        CopyCard::parse(&bytes).map(Some).map_err(unread)
    }

    /// Times of all manifests, the newest first.
    pub fn manifest_times(&self) -> Result<Vec<i64>> {
        let mut times = Vec::new();
        for entry in fs::read_dir(&self.dir).map_err(fault)? {
            times.extend(CopyManifest::made_at(&entry.map_err(fault)?.file_name().to_string_lossy()));
        }
        times.sort_unstable_by(|a, b| b.cmp(a));
        Ok(times)
    }

    /// The newest manifest that reads; an interrupted copy leaves the one before it in force.
    pub fn manifest(&self, identity: &Identity) -> Result<Option<CopyManifest>> {
        let mut last = None;
        for made_ms in self.manifest_times()? {
            match self.read_manifest(made_ms, identity) {
                Ok(manifest) => return Ok(Some(manifest)),
                Err(newer @ Error::CopyNewer) => return Err(newer),
                Err(e) => last = last.or(Some(e)),
            }
        }
        last.map_or(Ok(None), Err)
    }

    fn read_manifest(&self, made_ms: i64, identity: &Identity) -> Result<CopyManifest> {
        let damaged = |e: io::Error| Error::CopyDamaged(e.to_string());
        let mut bytes = Vec::new();
        let most = u64::try_from(MAX_MANIFEST_BYTES).unwrap_or(u64::MAX).saturating_add(1);
        let source = open_file(&self.path(&CopyManifest::file(made_ms)), identity).map_err(damaged)?;
        source.take(most).read_to_end(&mut bytes).map_err(damaged)?;
        CopyManifest::parse(&bytes).map_err(unread)
    }

    /// Writes a whole file in place of what was there.
    pub fn write(&self, file: &str, bytes: &[u8]) -> Result<()> {
        let mut out = Pending::begin(&self.path(file))?;
        out.write_all(bytes).map_err(fault)?;
        out.place().map(drop)
    }

    /// Writes bytes for this laptop and the county to read.
    pub fn write_sealed(&self, vault: &Vault, file: &str, bytes: &[u8]) -> Result<()> {
        let mut stream = vault.encrypt(Pending::begin(&self.path(file))?).map_err(fault)?;
        stream.write_all(bytes).map_err(fault)?;
        finish_sealing(stream).map_err(fault)?.place().map(drop)
    }

    /// Writes items into a new file; none when there are none.
    pub fn write_part(&self, vault: &Vault, file: String, items: impl Iterator<Item = Result<Vec<u8>>>) -> Result<Option<CopyPart>> {
        let mut items = items.peekable();
        if items.peek().is_none() {
            return Ok(None);
        }
        let stream = vault.encrypt(Pending::begin(&self.path(&file))?).map_err(fault)?;
        let mut out = BufWriter::with_capacity(CHUNK_BYTES, stream);
        let mut count: u64 = 0;
        for item in items {
            write_item(&mut out, &item?).map_err(fault)?;
            count = count.saturating_add(1);
        }
        let stream = out.into_inner().map_err(|e| fault(e.into_error()))?;
        let (sha256, file_len) = finish_sealing(stream).map_err(fault)?.place()?;
        Ok(Some(CopyPart {
            file,
            file_len,
            sha256,
            items: count,
        }))
    }

    /// Whether a part lies there as it was written.
    pub fn is_sound(&self, part: &CopyPart) -> bool {
        let path = self.path(&part.file);
        fs::metadata(&path).is_ok_and(|m| m.len() == part.file_len) && digest_of(&path).is_ok_and(|digest| digest == part.sha256)
    }

    /// The items of a part, as far as they can be read.
    pub fn items(&self, part: &CopyPart, identity: &Identity) -> io::Result<Items<VaultReader>> {
        Ok(Items::new(open_file(&self.path(&part.file), identity)?))
    }

    /// Makes all names durable.
    pub fn sync(&self) -> Result<()> {
        files::sync_dir(&self.dir.join(BLOBS_FOLDER)).map_err(fault)?;
        files::sync_dir(&self.dir).map_err(fault)
    }

    /// Removes what no copy needs: everything of our naming that the manifest in force does not name. A file that stays does no harm.
    pub fn tidy(&self, manifest: &CopyManifest) {
        let mut parts: Vec<String> = manifest.parts().map(|part| part.file.clone()).collect();
        parts.extend([CARD_FILE.to_owned(), CopyManifest::file(manifest.made_ms)]);
        let blobs: Vec<String> = manifest.blobs.iter().map(|blob| blob.file.clone()).collect();
        for (dir, mut named) in [(self.dir.clone(), parts), (self.dir.join(BLOBS_FOLDER), blobs)] {
            named.sort_unstable();
            for entry in fs::read_dir(&dir).into_iter().flatten().flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                let ours = name.ends_with(".age") || name.ends_with(NEW);
                if ours && named.binary_search(&name).is_err() {
                    let _ = fs::remove_file(entry.path());
                }
            }
        }
    }
}

/// Folders with a copy in or right below a folder.
pub fn find(folder: &Path) -> Result<Vec<Medium>> {
    if folder.join(CARD_FILE).is_file() {
        return Ok(vec![Medium::new(folder.to_owned())]);
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(fault)? {
        let path = entry.map_err(fault)?.path();
        let named = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(FOLDER_PREFIX));
        if named && path.join(CARD_FILE).is_file() {
            found.push(path);
        }
    }
    found.sort_unstable();
    Ok(found.into_iter().map(Medium::new).collect())
}

/// What a copy's reader says, as an error of ours.
pub fn unread(error: CopyError) -> Error {
    match error {
        CopyError::Version(_) => Error::CopyNewer,
        other => Error::CopyDamaged(other.to_string()),
    }
}

fn read_at_most(path: &Path, most: usize) -> Result<Option<Vec<u8>>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(fault(e)),
    };
    let mut bytes = Vec::new();
    let most = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    file.take(most).read_to_end(&mut bytes).map_err(fault)?;
    Ok(Some(bytes))
}

fn digest_of(path: &Path) -> io::Result<Digest> {
    let mut source = File::open(path)?;
    let mut hasher = Hasher::default();
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let n = source.read(&mut chunk)?;
        match chunk.get(..n) {
            Some([]) | None => return Ok(hasher.finish()),
            Some(part) => hasher.update(part),
        }
    }
}

const NEW: &str = ".new";

/// A file that is being written; it gets its name in [`Pending::place`], or goes away.
pub struct Pending {
    file: Option<File>,
    temporary: PathBuf,
    path: PathBuf,
    hasher: Hasher,
    len: u64,
}

impl Pending {
    /// Begins a file beside the place where it will be.
    pub fn begin(path: &Path) -> Result<Self> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(NEW);
        let temporary = path.with_file_name(name);
        let _ = fs::remove_file(&temporary);
        Ok(Self {
            file: Some(files::create_new(&temporary).map_err(fault)?),
            temporary,
            path: path.to_owned(),
            hasher: Hasher::default(),
            len: 0,
        })
    }

    /// Syncs the file, reads it back from the medium, compares, and gives it its name. Answers with digest and length of the file.
    pub fn place(mut self) -> Result<(Digest, u64)> {
        let written = std::mem::take(&mut self.hasher).finish();
        if let Some(file) = self.file.take() {
            files::sync_file(&file).map_err(fault)?;
            files::forget_cached(&file);
        }
        if digest_of(&self.temporary).map_err(fault)? != written {
            return Err(Error::MediumFault(io::Error::new(
                io::ErrorKind::InvalidData,
                "what was written reads back otherwise",
            )));
        }
        fs::rename(&self.temporary, &self.path).map_err(fault)?;
        Ok((written, self.len))
    }
}

impl Write for Pending {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let file = self.file.as_mut().ok_or(io::ErrorKind::NotConnected)?;
        let written = file.write(buf)?;
        if let Some(part) = buf.get(..written) {
            self.hasher.update(part);
        }
        self.len = self.len.saturating_add(u64::try_from(written).unwrap_or(u64::MAX));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        // After `place` there is nothing under this name.
        let _ = fs::remove_file(&self.temporary);
    }
}
