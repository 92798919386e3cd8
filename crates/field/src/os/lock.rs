//! One process per store: the folder's lock file is held as long as the store is open.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::error::{Error, Result};

/// The lock of a store's folder; the operating system frees it when the process ends, however it ends.
pub struct FolderLock(#[expect(dead_code, reason = "held, never read")] File);

impl FolderLock {
    /// Takes the lock, or says that the store is in use.
    pub fn take(dir: &Path) -> Result<Self> {
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(dir.join("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(Error::StoreBusy),
            Err(TryLockError::Error(e)) => Err(e.into()),
        }
    }
}
