//! The evidence vault (影像库): bytes of photos and records, encrypted with age to this device and to the county's recovery
//! recipient.
//!
//! A file's name is HMAC-SHA-256 of the bytes' digest under a key in the database, so that a thief cannot test for known
//! pictures. A file under its name is whole: it was synced before it got the name, and the folder after.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use age::x25519::{Identity, Recipient};
use hmac::{Hmac, KeyInit, Mac};
use seal::Digest;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::hash::{self, Hasher};
use crate::os::files;

/// Bytes that imports leave free, so that typing, entries and sealing still work on a disk that photos filled.
pub const RESERVE_BYTES: u64 = 64 << 20;

// A video may be larger than what is left, and others write to the same disk.
const CHECK_EVERY: u64 = 4 << 20;

/// Bytes on their way into an age file. They are buffered for what age makes of a fault while it writes its header: an error without its
/// kind, in which a full disk can no longer be told from a broken one.
pub type Sealing<W> = age::stream::StreamWriter<BufWriter<W>>;

const SEALING_BYTES: usize = 64 * 1024;

/// Writes age's last block and everything that is still buffered.
pub fn finish_sealing<W: Write>(sealing: Sealing<W>) -> io::Result<W> {
    sealing.finish()?.into_inner().map_err(io::IntoInnerError::into_error)
}

/// The vault; cheap to clone, used by several threads at once.
#[derive(Clone)]
pub struct Vault(Arc<Inner>);

struct Inner {
    dir: PathBuf,
    identity: Identity,
    recipients: Vec<Recipient>,
    name_key: Zeroizing<[u8; 32]>,
    reserve_bytes: AtomicU64,
}

/// A blob that is durably in the vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Length of the plain bytes.
    pub len: u64,
    /// Whether the same bytes were there before.
    pub known: bool,
}

impl Vault {
    /// Opens the vault in a folder, which is made if need be, and removes what an interrupted run left in `tmp`.
    pub fn open(dir: &Path, identity: Identity, county: Recipient, name_key: [u8; 32]) -> io::Result<Self> {
        let tmp = dir.join("tmp");
        files::make_dir(&tmp)?;
        for left in fs::read_dir(&tmp)? {
            fs::remove_file(left?.path())?;
        }
        // All shelves at once, so that the first file on each of them need not wait for it. What a full disk keeps from being made now is
        // made when it is needed.
        let _ = (0..=u8::MAX).try_for_each(|shelf| files::make_dir_unsynced(&dir.join(hex::encode([shelf]))));
        // A shelf must be durable before whatever is put on it.
        files::sync_dir(dir)?;
        let recipients = vec![identity.to_public(), county];
        Ok(Self(Arc::new(Inner {
            dir: dir.to_owned(),
            identity,
            recipients,
            name_key: Zeroizing::new(name_key),
            reserve_bytes: AtomicU64::new(RESERVE_BYTES),
        })))
    }

    /// Begins a blob; what is written goes encrypted into `tmp` until [`VaultWriter::finish`]. Refused with `StorageFull`, now or
    /// while it is written, when less than [`RESERVE_BYTES`] are left on the disk.
    pub fn begin(&self) -> io::Result<VaultWriter> {
        self.leave_reserve()?;
        let mut writer = self.begin_in_reserve()?;
        writer.until_check = Some(CHECK_EVERY);
        Ok(writer)
    }

    /// Refuses with `StorageFull` when less than [`RESERVE_BYTES`] are left on the disk.
    pub fn leave_reserve(&self) -> io::Result<()> {
        if files::available(&self.0.dir)? < self.0.reserve_bytes.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }

    fn begin_in_reserve(&self) -> io::Result<VaultWriter> {
        let mut name = [0; 16];
        getrandom::fill(&mut name).map_err(io::Error::other)?;
        let path = self.0.dir.join("tmp").join(hex::encode(name));
        let file = Temporary {
            file: files::create_new(&path)?,
            path,
        };
        Ok(VaultWriter {
            vault: self.clone(),
            stream: self.encrypt(file)?,
            len: 0,
            until_check: None,
        })
    }

    /// Encrypts to whoever can read the vault: this laptop and the county.
    pub fn encrypt<W: Write>(&self, out: W) -> io::Result<Sealing<W>> {
        let recipients = self.0.recipients.iter().map(|r| r as &dyn age::Recipient);
        let encryptor = age::Encryptor::with_recipients(recipients).map_err(io::Error::other)?;
        encryptor.wrap_output(BufWriter::with_capacity(SEALING_BYTES, out))
    }

    /// The identity that reads the vault.
    pub fn identity(&self) -> &Identity {
        &self.0.identity
    }

    /// Keeps bytes that are at hand (records, statements, strokes) and tells their digest; may use the reserve.
    pub fn keep(&self, bytes: &[u8]) -> io::Result<Digest> {
        let digest = hash::digest(bytes);
        let mut writer = self.begin_in_reserve()?;
        writer.write_all(bytes)?;
        writer.finish(&digest)?;
        Ok(digest)
    }

    /// Whether a blob is in the vault.
    pub fn has(&self, sha256: &Digest) -> bool {
        self.path(sha256).is_file()
    }

    /// Opens a blob for reading from any offset. Every 64 KiB are authenticated; whether they are those of the digest only
    /// [`Vault::read`] tells.
    pub fn reader(&self, sha256: &Digest) -> io::Result<VaultReader> {
        open_file(&self.path(sha256), &self.0.identity)
    }

    /// Reads a blob whole and hashes it again; bytes that are not those of the digest are an error of kind `InvalidData`.
    pub fn read(&self, sha256: &Digest) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.copy_to(sha256, &mut bytes)?;
        Ok(bytes)
    }

    /// As [`Vault::read`], into `out`, holding only some of it in memory. After an error what was written is not to be used.
    pub fn copy_to(&self, sha256: &Digest, out: &mut impl Write) -> io::Result<()> {
        let (mut reader, mut hasher) = (self.reader(sha256)?, Hasher::default());
        let mut chunk = vec![0; SEALING_BYTES];
        loop {
            let count = match reader.read(&mut chunk) {
                Ok(0) => break,
                Ok(count) => count,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(e),
            };
            let bytes = chunk.get(..count).unwrap_or_default();
            hasher.update(bytes);
            out.write_all(bytes)?;
        }
        if hasher.finish() == *sha256 {
            Ok(())
        } else {
            Err(io::Error::new(io::ErrorKind::InvalidData, "the bytes do not hash to their name"))
        }
    }

    /// Where a blob's encrypted file lies.
    pub fn path(&self, sha256: &Digest) -> PathBuf {
        // HMAC takes a key of any length, so there is no failure to report.
        let name = Hmac::<Sha256>::new_from_slice(self.0.name_key.as_slice())
            .map(|mac| mac.chain_update(sha256.as_bytes()).finalize().into_bytes())
            .map(hex::encode)
            .unwrap_or_default();
        let (shelf, _) = name.split_at_checked(2).unwrap_or_default();
        self.0.dir.join(shelf).join(format!("{name}.age"))
    }
}

/// Opens a file of a vault, of this laptop or of another, with the identity that reads it.
pub fn open_file(path: &Path, identity: &Identity) -> io::Result<VaultReader> {
    let file = io::BufReader::new(File::open(path)?);
    let decryptor = age::Decryptor::new_buffered(file).map_err(io::Error::other)?;
    let identity: &dyn age::Identity = identity;
    let stream = decryptor.decrypt(std::iter::once(identity)).map_err(io::Error::other)?;
    Ok(VaultReader(stream))
}

/// A temporary file that goes away unless it was put in its place.
struct Temporary {
    file: File,
    path: PathBuf,
}

impl Write for Temporary {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.file.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // After `finish` there is nothing under this name.
        let _ = fs::remove_file(&self.path);
    }
}

/// A blob that is being written. Dropped before [`VaultWriter::finish`], it leaves nothing behind.
pub struct VaultWriter {
    vault: Vault,
    stream: Sealing<Temporary>,
    len: u64,
    /// Bytes until the disk is looked at again; none for what may use the reserve.
    until_check: Option<u64>,
}

impl VaultWriter {
    /// Makes the blob durable under the digest of what was written, which the caller computed on the way.
    pub fn finish(self, sha256: &Digest) -> io::Result<Kept> {
        let Self { vault, stream, len, .. } = self;
        let temporary = finish_sealing(stream)?;
        files::sync_file(&temporary.file)?;
        let path = vault.path(sha256);
        let known = path.is_file();
        if let Some(shelf) = path.parent() {
            files::make_dir(shelf)?;
        }
        // Also over a known one: the same bytes again heal a file that the disk spoiled.
        files::place(&temporary.path, &path)?;
        Ok(Kept { len, known })
    }
}

impl Write for VaultWriter {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        if self.until_check == Some(0) {
            self.vault.leave_reserve()?;
            self.until_check = Some(CHECK_EVERY);
        }
        let written = self.stream.write(buf)?;
        self.len = self.len.saturating_add(written as u64);
        self.until_check = self.until_check.map(|left| left.saturating_sub(written as u64));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// A blob that is being read.
pub struct VaultReader(age::stream::StreamReader<io::BufReader<File>>);

impl Read for VaultReader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf)
    }
}

impl Seek for VaultReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault(dir: &Path) -> (Vault, Identity) {
        let county = Identity::generate();
        let vault = Vault::open(dir, Identity::generate(), county.to_public(), [7; 32]).unwrap();
        (vault, county)
    }

    fn only_file(dir: &Path) -> PathBuf {
        let shelves = fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).filter(|p| !p.ends_with("tmp"));
        let found: Vec<_> = shelves.flat_map(|s| fs::read_dir(s).unwrap()).map(|e| e.unwrap().path()).collect();
        assert_eq!(found.len(), 1);
        found[0].clone()
    }

    #[test]
    fn what_was_kept_comes_back_from_any_offset_and_the_county_can_read_it() {
        let dir = tempfile::tempdir().unwrap();
        let (vault, county) = vault(dir.path());
        let bytes: Vec<u8> = (0..200_000u32).map(|i| (i * 7 % 251) as u8).collect();
        let digest = vault.keep(&bytes).unwrap();
        assert_eq!(vault.read(&digest).unwrap(), bytes);
        let mut reader = vault.reader(&digest).unwrap();
        reader.seek(SeekFrom::Start(123_456)).unwrap();
        let mut tail = Vec::new();
        reader.read_to_end(&mut tail).unwrap();
        assert_eq!(tail, bytes[123_456..]);

        let file = only_file(dir.path());
        assert!(!file.to_string_lossy().contains(&digest.to_hex()[..8]));
        assert_eq!(age::decrypt(&county, &fs::read(file).unwrap()).unwrap(), bytes);
    }

    #[test]
    fn a_dropped_writer_leaves_nothing_and_an_interrupted_run_is_cleared() {
        let dir = tempfile::tempdir().unwrap();
        let (vault, _) = vault(dir.path());
        let mut writer = vault.begin().unwrap();
        writer.write_all(&[1; 100_000]).unwrap();
        drop(writer);
        assert_eq!(fs::read_dir(dir.path().join("tmp")).unwrap().count(), 0);
        fs::write(dir.path().join("tmp/left"), b"x").unwrap();
        let _ = self::vault(dir.path());
        assert_eq!(fs::read_dir(dir.path().join("tmp")).unwrap().count(), 0);
    }

    #[test]
    fn a_disk_full_but_for_the_reserve_takes_records_and_no_photos() {
        let dir = tempfile::tempdir().unwrap();
        let (vault, _) = vault(dir.path());
        vault.0.reserve_bytes.store(u64::MAX, Ordering::Relaxed);
        assert_eq!(vault.begin().err().map(|e| e.kind()), Some(io::ErrorKind::StorageFull));
        let digest = vault.keep(b"record").unwrap();
        assert_eq!(vault.read(&digest).unwrap(), b"record");
    }

    #[test]
    fn a_large_file_stops_at_the_reserve_and_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        let (vault, _) = vault(dir.path());
        vault.0.reserve_bytes.store(0, Ordering::Relaxed);
        let mut writer = vault.begin().unwrap();
        let chunk = vec![5; 1 << 20];
        writer.write_all(&chunk).unwrap();
        vault.0.reserve_bytes.store(u64::MAX, Ordering::Relaxed);
        let full = (0..16).find_map(|_| writer.write_all(&chunk).err());
        assert_eq!(full.map(|e| e.kind()), Some(io::ErrorKind::StorageFull));
        drop(writer);
        assert_eq!(fs::read_dir(dir.path().join("tmp")).unwrap().count(), 0);
    }

    #[test]
    fn spoiled_bytes_are_never_handed_out_and_the_same_bytes_heal_them() {
        let dir = tempfile::tempdir().unwrap();
        let (vault, _) = vault(dir.path());
        let digest = vault.keep(b"evidence").unwrap();
        let file = only_file(dir.path());
        let mut spoiled = fs::read(&file).unwrap();
        *spoiled.last_mut().unwrap() ^= 1;
        fs::write(&file, spoiled).unwrap();
        assert!(vault.read(&digest).is_err());
        vault.keep(b"evidence").unwrap();
        assert_eq!(vault.read(&digest).unwrap(), b"evidence");

        let mut writer = vault.begin().unwrap();
        writer.write_all(b"other").unwrap();
        let wrong = Digest::of(b"evidence");
        assert!(writer.finish(&wrong).unwrap().known);
        assert_eq!(vault.read(&wrong).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
