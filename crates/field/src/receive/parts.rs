//! What has arrived of a file, sealed piece by piece. A page that is closed, a session that ends, a program that is killed: the next page of the
//! visit goes on with it, and nobody who takes the disk can read it.

use std::fs;
use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use domain::VisitId;
use seal::Digest;
use serde::{Deserialize, Serialize};
use tracing::warn;

use crate::error::Result;
use crate::hash::Hasher;
use crate::os::files::{create_new, make_dir};
use crate::vault::{Vault, finish_sealing, open_file};

/// How long a part waits for its phone.
const WAITS: Duration = Duration::from_secs(3 * 24 * 60 * 60);
/// So many wait at most, and so many bytes of them; the oldest make room.
const MOST: usize = 8;
const MOST_BYTES: u64 = 8 << 30;
const ABOUT: &str = "about.age";

/// Of which file it is a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct About {
    pub(super) visit: VisitId,
    pub(super) name: String,
    pub(super) size: u64,
    pub(super) modified_ms: i64,
}

/// The first bytes of a file, in a folder of its own: `about.age`, and each piece under its first byte and its length.
#[derive(Clone)]
pub(super) struct Part {
    vault: Vault,
    folder: PathBuf,
    /// First byte and length of each piece, without gaps.
    pieces: Vec<(u64, u64)>,
}

impl Part {
    /// A part without bytes; its folder is made for the first of them.
    pub(super) fn new(vault: Vault, folder: PathBuf) -> Self {
        Self {
            vault,
            folder,
            pieces: Vec::new(),
        }
    }

    /// Moves what earlier pages left of a file to `folder`; whoever wrote there so far writes no more.
    pub(super) fn left(below: &Path, about: &About, vault: &Vault, folder: PathBuf) -> Option<Self> {
        let known = |left: &PathBuf| {
            read(&left.join(ABOUT), vault).is_ok_and(|bytes| serde_json::from_slice(&bytes).is_ok_and(|found: About| found == *about))
        };
        let left = folders(below).find(known)?;
        fs::rename(left, &folder).ok()?;
        let mut named: Vec<_> = entries(&folder).filter_map(|entry| piece_of(&entry.file_name())).collect();
        named.sort_unstable();
        let mut part = Self::new(vault.clone(), folder);
        for (first, len) in named {
            if first == part.here() {
                part.pieces.push((first, len));
            }
        }
        Some(part)
    }

    /// How many bytes are here.
    pub(super) fn here(&self) -> u64 {
        self.pieces.last().map_or(0, |(first, len)| first.saturating_add(*len))
    }

    /// Seals the next bytes. They are not synced: what a power cut takes of them does not open later, and is sent again.
    pub(super) fn append(&mut self, about: &About, piece: &[u8]) -> Result<()> {
        self.vault.leave_reserve()?;
        // Of a part that another page took over, nothing is here any more.
        if self.pieces.is_empty() {
            make_dir(&self.folder)?;
            self.put(&self.folder.join(ABOUT), &serde_json::to_vec(about)?)?;
        }
        let (first, len) = (self.here(), piece.len() as u64);
        self.put(&self.path_of(first, len), piece)?;
        self.pieces.push((first, len));
        Ok(())
    }

    /// Writes beside, so that under its name everything is whole.
    fn put(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let beside = self.folder.join("half");
        let _ = fs::remove_file(&beside);
        let mut sealing = self.vault.encrypt(create_new(&beside)?)?;
        sealing.write_all(bytes)?;
        finish_sealing(sealing)?;
        fs::rename(beside, path)
    }

    /// Writes all that is here in clear; fails where a piece is not what it was.
    pub(super) fn copy_to(&self, out: &mut impl Write) -> io::Result<()> {
        for (first, len) in &self.pieces {
            let mut sealed = open_file(&self.path_of(*first, *len), self.vault.identity())?;
            if io::copy(&mut sealed, out)? != *len {
                return Err(io::ErrorKind::InvalidData.into());
            }
        }
        Ok(())
    }

    /// The digest of all that is here.
    pub(super) fn digest(&self) -> io::Result<Digest> {
        let mut hasher = Hasher::default();
        self.copy_to(&mut hasher)?;
        Ok(hasher.finish())
    }

    /// Where a piece lies; [`piece_of`] reads its name.
    fn path_of(&self, first: u64, len: u64) -> PathBuf {
        self.folder.join(format!("{first:013}-{len}.age"))
    }

    /// Removes all that is here.
    pub(super) fn clear(&mut self) {
        self.pieces.clear();
        remove(&self.folder);
    }
}

/// Removes what is no part: what a run that was killed had in clear. Nothing may arrive meanwhile.
pub(super) fn clear_all_else(below: &Path) {
    folders(below).filter(|folder| !is_part(folder)).for_each(|folder| remove(&folder));
}

/// Removes the parts that nobody came back for.
pub(super) fn make_room(below: &Path) {
    let mut parts: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
    for folder in folders(below).filter(|folder| is_part(folder)) {
        let changed = fs::metadata(&folder).and_then(|meta| meta.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
        let bytes = entries(&folder).filter_map(|entry| entry.metadata().ok()).map(|meta| meta.len()).sum();
        parts.push((changed, bytes, folder));
    }
    parts.sort_unstable_by(|one, other| other.cmp(one));
    let mut bytes = 0_u64;
    for (at, (changed, len, folder)) in parts.into_iter().enumerate() {
        bytes = bytes.saturating_add(len);
        // A clock that was set back makes nothing old.
        let old = changed.elapsed().is_ok_and(|age| age > WAITS);
        if old || at >= MOST || bytes > MOST_BYTES {
            remove(&folder);
        }
    }
}

fn is_part(folder: &Path) -> bool {
    folder.join(ABOUT).is_file()
}

fn read(path: &Path, vault: &Vault) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_file(path, vault.identity())?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn entries(folder: &Path) -> impl Iterator<Item = fs::DirEntry> {
    fs::read_dir(folder).into_iter().flatten().flatten()
}

fn folders(below: &Path) -> impl Iterator<Item = PathBuf> {
    entries(below).map(|entry| entry.path()).filter(|path| path.is_dir())
}

/// First byte and length, as a piece's name tells them.
fn piece_of(name: &std::ffi::OsStr) -> Option<(u64, u64)> {
    let (first, len) = name.to_str()?.strip_suffix(".age")?.split_once('-')?;
    Some((first.parse().ok()?, len.parse().ok()?))
}

pub(super) fn remove(folder: &Path) {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => warn!(%error, "what a phone had begun to send could not be removed"),
        _ => (),
    }
}
