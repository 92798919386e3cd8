//! The server's folder, opened whole: database, bytes, server key, epoch; and ids that are derived instead of drawn.
//!
//! | in the folder | |
//! |---|---|
//! | `server.sqlite` | the database |
//! | `blobs/` | bytes by digest, see [`crate::blobs`] |
//! | `server.key` | the server's private key, readable by its owner only |
//! | `epoch` | the epoch, kept outside the database so that a restored database is noticed |
//! | `lock` | held while a program has the folder open |

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ledger::{Epoch, ScopeId};
use seal::Digest;
use seal::keys::{Ed25519Key, Kid};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::blobs::Blobs;
use crate::error::file;
use crate::secrets::random;
use crate::store::Db;
use crate::{Clock, Error, Result};

/// Name of the file that keeps the epoch.
pub(crate) const EPOCH_FILE: &str = "epoch";

/// A uuid v8 whose bits are the first of a digest over a name and parts.
fn derived(name: &str, parts: &[&[u8]]) -> Uuid {
    let mut all: Vec<&[u8]> = vec![name.as_bytes(), b"\n"];
    all.extend(parts);
    let digest = Digest::of_parts(&all);
    let bytes = digest.as_bytes().first_chunk::<16>().copied().unwrap_or_default();
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// The aggregate of a device's certificates: `derived("xunzhan-device/1", kid)`.
pub fn device_aggregate(kid: &Kid) -> Uuid {
    derived("xunzhan-device/1", &[kid.digest().as_bytes()])
}

/// The aggregate of a blob's storage receipt: `derived("xunzhan-blob/1", scope ‖ digest)`.
pub fn blob_aggregate(scope: &ScopeId, sha256: &Digest) -> Uuid {
    derived("xunzhan-blob/1", &[scope.as_bytes(), sha256.as_bytes()])
}

/// The aggregate of a scope's revocation list: `derived("xunzhan-revocations/1", scope)`.
pub fn revocations_aggregate(scope: &ScopeId) -> Uuid {
    derived("xunzhan-revocations/1", &[scope.as_bytes()])
}

/// An opened folder. It stays locked until this is dropped.
pub struct Opened {
    /// The database.
    pub db: Db,
    /// The bytes.
    pub blobs: Blobs,
    _lock: File,
}

/// Writes a file that only its owner can read; durable when this returns. An existing file is never overwritten.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut out = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(file("making a private file"))?;
    out.write_all(bytes)
        .and_then(|()| out.sync_all())
        .map_err(file("writing a private file"))?;
    sync_folder(path)
}

/// Makes a rename or a new name durable.
pub fn sync_folder(path: &Path) -> Result<()> {
    let folder = path.parent().unwrap_or(path);
    File::open(folder).and_then(|f| f.sync_all()).map_err(file("syncing a folder"))
}

/// Whether a server was made in this folder.
pub fn exists(data: &Path) -> bool {
    data.join("server.key").exists() || data.join("server.sqlite").exists()
}

/// Makes a new server in an empty or missing folder.
pub fn create(data: &Path, clock: Clock) -> Result<Opened> {
    if exists(data) {
        return Err(Error::Folder(format!("{} holds a server already; nothing was changed", data.display())));
    }
    fs::create_dir_all(data).map_err(file("making the data folder"))?;
    let key = Ed25519Key::generate()?;
    write_private(&data.join("server.key"), Zeroizing::new(hex::encode(*key.seed())).as_bytes())?;
    open(data, clock)
}

/// Opens a server's folder.
pub fn open(data: &Path, clock: Clock) -> Result<Opened> {
    if !data.join("server.key").exists() {
        return Err(Error::Folder(format!("there is no server in {}", data.display())));
    }
    let lock = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(data.join("lock"))
        .map_err(file("opening the lock"))?;
    lock.try_lock().map_err(|_| Error::Busy(data.to_path_buf()))?;
    let key = Arc::new(read_key(&data.join("server.key"))?);
    let database = data.join("server.sqlite");
    let epoch = settle_epoch(&data.join(EPOCH_FILE), Db::epoch_of(&database)?)?;
    Ok(Opened {
        db: Db::open(&database, key, epoch, clock)?,
        blobs: Blobs::open(data)?,
        _lock: lock,
    })
}

/// Mints a new epoch: to be done after the database was restored from a backup, before the server is started again.
pub fn restored(data: &Path) -> Result<()> {
    let path = data.join(EPOCH_FILE);
    if path.exists() {
        fs::remove_file(&path).map_err(file("removing the epoch"))?;
    }
    sync_folder(&path)
}

fn read_key(path: &Path) -> Result<Ed25519Key> {
    let text = Zeroizing::new(fs::read_to_string(path).map_err(file("reading the server's key"))?);
    let mut seed = Zeroizing::new([0; 32]);
    hex::decode_to_slice(text.trim(), seed.as_mut()).map_err(|_| Error::Corrupt("the server's key"))?;
    Ok(Ed25519Key::from_seed(*seed)?)
}

/// The epoch that both places agree on; a new one when they do not, or when either is missing.
fn settle_epoch(path: &Path, in_database: Option<Epoch>) -> Result<Epoch> {
    let outside: Option<Epoch> = fs::read_to_string(path).ok().and_then(|t| t.trim().parse().ok());
    if let (Some(outside), Some(inside)) = (outside, in_database)
        && outside == inside
    {
        return Ok(outside);
    }
    let epoch = write_new_epoch(path)?;
    if in_database.is_some() {
        tracing::warn!(epoch = %epoch, "the database is not of the last epoch: a new one begins");
    }
    Ok(epoch)
}

/// Mints an epoch and keeps it outside the database; durable when this returns.
pub(crate) fn write_new_epoch(path: &Path) -> Result<Epoch> {
    let epoch = Epoch::from_bytes(random()?);
    let new: PathBuf = path.with_extension("new");
    let mut out = File::create(&new).map_err(file("writing the epoch"))?;
    out.write_all(epoch.to_string().as_bytes())
        .and_then(|()| out.sync_all())
        .and_then(|()| fs::rename(&new, path))
        .map_err(file("writing the epoch"))?;
    sync_folder(path)?;
    Ok(epoch)
}
