//! Bytes in the folder: `blobs/<scope>/<first two digits>/<sha256>` once whole and re-hashed, `uploads/<id>` while they arrive.
//!
//! A name in `blobs/` appears only by a rename of a synced file whose bytes hash to it, and the folder is synced after: a name that
//! is there holds its bytes.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ledger::ScopeId;
use seal::Digest;
use sha2::{Digest as _, Sha256};

use crate::Result;
use crate::county::sync_folder;
use crate::error::file;
use crate::secrets::random;

/// The most bytes of a blob that is read whole.
const MAX_WHOLE_BYTES: u64 = 16 * 1024 * 1024;
/// So many bytes may arrive before they are made durable …
const SYNC_BYTES: u64 = 256 * 1024;
/// … or so much time may pass.
const SYNC_EVERY: Duration = Duration::from_secs(1);

/// The folder of bytes.
#[derive(Clone, Debug)]
pub struct Blobs {
    blobs: PathBuf,
    uploads: PathBuf,
}

impl Blobs {
    /// Opens the two folders of a data folder, making them if need be.
    pub fn open(data: &Path) -> Result<Self> {
        let (blobs, uploads) = (data.join("blobs"), data.join("uploads"));
        for folder in [&blobs, &uploads] {
            fs::create_dir_all(folder).map_err(file("making a folder"))?;
        }
        sync_folder(&blobs)?;
        Ok(Self { blobs, uploads })
    }

    /// Where a blob lies, or will.
    pub fn path(&self, scope: &ScopeId, sha256: &Digest) -> PathBuf {
        let name = sha256.to_string();
        let start = name.get(..2).unwrap_or_default().to_owned();
        self.blobs.join(scope.to_string()).join(start).join(name)
    }

    /// The bytes of a stored blob that is read whole: a record, a statement, strokes, a thumbnail. None for one that is longer than any
    /// of these may be; whoever named it so does not make the server hold it.
    pub fn read_small(&self, scope: &ScopeId, sha256: &Digest) -> Result<Option<Vec<u8>>> {
        let mut bytes = Vec::new();
        let source = self.open_blob(scope, sha256)?;
        source
            .take(MAX_WHOLE_BYTES.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(file("reading a blob"))?;
        Ok(u64::try_from(bytes.len()).is_ok_and(|len| len <= MAX_WHOLE_BYTES).then_some(bytes))
    }

    /// A stored blob for reading.
    pub fn open_blob(&self, scope: &ScopeId, sha256: &Digest) -> Result<File> {
        File::open(self.path(scope, sha256)).map_err(file("reading a blob"))
    }

    fn upload_path(&self, id: &str) -> PathBuf {
        self.uploads.join(id)
    }

    /// Makes the file of a new upload; an existing one stays as it is.
    pub fn begin(&self, id: &str) -> Result<()> {
        let path = self.upload_path(id);
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(file("beginning an upload"))?;
        sync_folder(&path)
    }

    /// How many bytes of an upload are durably here; None when it has no file.
    pub fn offset(&self, id: &str) -> Result<Option<u64>> {
        match File::open(self.upload_path(id)) {
            Ok(upload) => {
                upload.sync_all().map_err(file("syncing an upload"))?;
                Ok(Some(upload.metadata().map_err(file("reading an upload"))?.len()))
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(file("reading an upload")(e)),
        }
    }

    /// Opens an upload for more bytes.
    pub fn append(&self, id: &str) -> Result<Arriving> {
        let upload = OpenOptions::new()
            .append(true)
            .open(self.upload_path(id))
            .map_err(file("opening an upload"))?;
        let len = upload.metadata().map_err(file("reading an upload"))?.len();
        Ok(Arriving {
            upload,
            len,
            unsynced: 0,
            synced_at: Instant::now(),
        })
    }

    /// The digest of an upload's bytes as they lie on the disk.
    pub fn hash_upload(&self, id: &str) -> Result<Digest> {
        hash(&self.upload_path(id))
    }

    /// Moves a whole, re-hashed upload to its name.
    pub fn finish(&self, id: &str, scope: &ScopeId, sha256: &Digest) -> Result<()> {
        let path = self.path(scope, sha256);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(file("making a folder"))?;
            sync_folder(folder)?;
            folder.parent().map(sync_folder).transpose()?;
        }
        fs::rename(self.upload_path(id), &path).map_err(file("storing a blob"))?;
        sync_folder(&path)
    }

    /// Removes the bytes of an upload that came to nothing.
    pub fn discard(&self, id: &str) -> Result<()> {
        match fs::remove_file(self.upload_path(id)) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(file("removing an upload")(e)),
            _ => Ok(()),
        }
    }

    /// A file without a name, gone when it is closed.
    pub fn scratch(&self) -> Result<File> {
        let name = format!("scratch-{}", hex::encode(random::<8>()?));
        let path = self.uploads.join(name);
        let options = OpenOptions::new().read(true).write(true).create_new(true).open(&path);
        let scratch = options.map_err(file("making a temporary file"))?;
        fs::remove_file(&path).map_err(file("making a temporary file"))?;
        Ok(scratch)
    }

    /// Whether the bytes of a blob lie in the folder and hash to their name.
    pub fn is_sound(&self, scope: &ScopeId, sha256: &Digest) -> bool {
        hash(&self.path(scope, sha256)).is_ok_and(|d| d == *sha256)
    }
}

fn hash(path: &Path) -> Result<Digest> {
    hash_of(&mut File::open(path).map_err(file("reading bytes"))?)
}

/// The digest of all bytes that a source still has.
pub(crate) fn hash_of(source: &mut impl Read) -> Result<Digest> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let n = source.read(&mut buffer).map_err(file("reading bytes"))?;
        match buffer.get(..n) {
            Some([]) | None => return Ok(Digest::from_bytes(hasher.finalize().into())),
            Some(part) => hasher.update(part),
        }
    }
}

/// Bytes arriving at the end of an upload.
pub struct Arriving {
    upload: File,
    len: u64,
    unsynced: u64,
    synced_at: Instant,
}

impl Arriving {
    /// Length so far; durable only after [`Arriving::sync`].
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether nothing has arrived yet.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds bytes; makes them durable once there are enough of them or a second has passed.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.upload.write_all(bytes).map_err(file("writing an upload"))?;
        let added = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.len = self.len.saturating_add(added);
        self.unsynced = self.unsynced.saturating_add(added);
        if self.unsynced >= SYNC_BYTES || self.synced_at.elapsed() >= SYNC_EVERY {
            self.sync()?;
        }
        Ok(())
    }

    /// Makes everything that arrived durable.
    pub fn sync(&mut self) -> Result<()> {
        if self.unsynced > 0 {
            self.upload.sync_data().map_err(file("syncing an upload"))?;
            self.unsynced = 0;
        }
        self.synced_at = Instant::now();
        Ok(())
    }

    /// Takes back what arrived after a length.
    pub fn cut_to(&mut self, len: u64) -> Result<()> {
        self.upload
            .set_len(len)
            .and_then(|()| self.upload.sync_all())
            .map_err(file("cutting an upload"))?;
        self.len = len;
        self.unsynced = 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_longer_than_16_mib_is_not_read_whole() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(folder.path()).unwrap();
        let scope = ScopeId::from_bytes([1; 16]);
        for (len, whole) in [(MAX_WHOLE_BYTES, true), (MAX_WHOLE_BYTES + 1, false)] {
            let sha256 = Digest::of(&len.to_be_bytes());
            let path = blobs.path(&scope, &sha256);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            File::create(&path).unwrap().set_len(len).unwrap();
            assert_eq!(blobs.read_small(&scope, &sha256).unwrap().is_some(), whole, "{len}");
        }
    }
}
