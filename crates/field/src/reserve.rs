//! The disk reserve (磁盘预留): room on the disk that is really taken, and given back slice by slice when a write finds the disk full, so
//! that the work of the day can still be finished and sealed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tracing::{info, warn};

use crate::os::files;

const SLICES: u32 = 8;
const SLICE_BYTES: u64 = 8 << 20;
/// The reserve is made only out of room that is plentiful: so much stays free beside it.
const BESIDE_BYTES: u64 = 32 << 20;
/// Less than one transaction may need.
const LOW_BYTES: u64 = 2 << 20;

/// All of the reserve in bytes.
pub const WHOLE_BYTES: u64 = SLICE_BYTES * 8;

/// The reserve of a store's folder. It is the files that are there; the value holds nothing.
#[derive(Clone)]
pub struct Reserve {
    dir: PathBuf,
}

impl Reserve {
    /// The reserve in a store's folder, which is the file system that runs full.
    pub fn new(store_dir: &Path) -> Self {
        Self {
            dir: store_dir.join("reserve"),
        }
    }

    fn slice(&self, n: u32) -> PathBuf {
        self.dir.join(format!("slice-{n}"))
    }

    /// Takes what is missing, as far as the disk has room to spare. That it could not be taken is no fault: the work goes on.
    pub fn hold(&self) {
        if let Err(e) = self.try_hold() {
            warn!(error = %e, "the disk reserve could not be taken whole");
        }
    }

    fn try_hold(&self) -> io::Result<()> {
        files::make_dir(&self.dir)?;
        for n in 0..SLICES {
            let path = self.slice(n);
            if fs::metadata(&path).is_ok_and(|slice| slice.len() == SLICE_BYTES) {
                continue;
            }
            if files::available(&self.dir)? < SLICE_BYTES.saturating_add(BESIDE_BYTES) {
                return Ok(());
            }
            let _ = fs::remove_file(&path);
            files::allocate(&path, SLICE_BYTES)?;
        }
        files::sync_dir(&self.dir)
    }

    /// Bytes that are held.
    pub fn held_bytes(&self) -> u64 {
        (0..SLICES)
            .filter_map(|n| fs::metadata(self.slice(n)).ok())
            .map(|slice| slice.len())
            .sum()
    }

    /// Gives one slice back to the disk; false when none is left.
    pub fn release(&self) -> bool {
        for n in (0..SLICES).rev() {
            if fs::remove_file(self.slice(n)).is_ok() {
                let _ = files::sync_dir(&self.dir);
                info!(slices_left = n, "the disk is full; a slice of the reserve was given back");
                return true;
            }
        }
        false
    }

    /// Gives a slice back when so little is left that the next write would fail.
    pub fn relieve(&self) {
        if files::available(&self.dir).is_ok_and(|left| left < LOW_BYTES) {
            self.release();
        }
    }

    /// Whether so little is left that a strange fault of a write is a full disk.
    pub fn is_low(&self) -> bool {
        files::available(&self.dir).is_ok_and(|left| left < LOW_BYTES)
    }
}
