//! The model of a disk: what programs see, and what would be there after a power cut.
//!
//! Content is durable after a sync of the file, up to the state at that sync. A name (creation, rename, removal) is durable after a sync
//! of its folder, and of nothing else: some file systems do more, none has to. Each change is counted; at the count where the power is
//! cut every call fails from then on.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::Path;

/// Number of an inode; the root is 1.
pub type Ino = u64;
pub const ROOT: Ino = 1;
/// What a disk writes at once; an unsynced block may be there after a cut or not.
const BLOCK: usize = 4096;

pub type Names = BTreeMap<OsString, Ino>;

/// What programs see now, and what was synced last.
pub enum Body {
    File { now: Vec<u8>, synced: Vec<u8> },
    Folder { now: Names, synced: Names },
}

pub struct Node {
    pub body: Body,
    /// The name that it got last.
    pub name: OsString,
    pub mode: u16,
    pub changed: std::time::SystemTime,
}

impl Node {
    fn new(body: Body, name: &OsStr, mode: u16) -> Self {
        let changed = std::time::SystemTime::now();
        Self {
            body,
            name: name.to_owned(),
            mode,
            changed,
        }
    }
}

/// How much of what was not synced is forgotten.
#[derive(Clone, Copy, Debug)]
pub enum Cut {
    /// All of it.
    Everything,
    /// Each unsynced name and block by the throw of a coin.
    Some(u64),
}

pub struct Disk {
    nodes: BTreeMap<Ino, Node>,
    next: Ino,
    /// Changes so far.
    pub changes: u64,
    /// The change at which the power is cut.
    pub cut_at: Option<u64>,
    /// Bytes that fit.
    pub capacity: u64,
    /// Numbers of the changes that were no writes.
    pub rare: Vec<u64>,
    /// What was being done when the power went, and to which name.
    pub cut_in: String,
}

/// The power is off, or there is no such thing, …: an error number.
pub type Reply<T> = Result<T, i32>;

impl Disk {
    pub fn new(capacity: u64) -> Self {
        let root = Node::new(
            Body::Folder {
                now: Names::new(),
                synced: Names::new(),
            },
            OsStr::new("/"),
            0o755,
        );
        Self {
            nodes: BTreeMap::from([(ROOT, root)]),
            next: ROOT + 1,
            changes: 0,
            cut_at: None,
            capacity,
            rare: Vec::new(),
            cut_in: String::new(),
        }
    }

    pub fn is_off(&self) -> bool {
        self.cut_at.is_some_and(|at| self.changes >= at)
    }

    /// Counts a change that is about to be made, unless the power is off or goes off now.
    fn change(&mut self, what: &str, name: Option<&OsStr>, ino: Ino) -> Reply<()> {
        if self.is_off() {
            return Err(libc::EIO);
        }
        self.changes += 1;
        if what != "write" {
            self.rare.push(self.changes);
        }
        if !self.is_off() {
            return Ok(());
        }
        let name = name.or_else(|| self.nodes.get(&ino).map(|n| n.name.as_os_str())).unwrap_or_default();
        self.cut_in = format!("{what} {}", name.to_string_lossy());
        Err(libc::EIO)
    }

    /// Whether anything may be read.
    pub fn powered(&self) -> Reply<()> {
        if self.is_off() { Err(libc::EIO) } else { Ok(()) }
    }

    pub fn used(&self) -> u64 {
        self.nodes
            .values()
            .map(|n| if let Body::File { now, .. } = &n.body { now.len() as u64 } else { 0 })
            .sum()
    }

    pub fn node(&self, ino: Ino) -> Reply<&Node> {
        self.nodes.get(&ino).ok_or(libc::ENOENT)
    }

    pub fn names(&self, ino: Ino) -> Reply<&Names> {
        match &self.node(ino)?.body {
            Body::Folder { now, .. } => Ok(now),
            Body::File { .. } => Err(libc::ENOTDIR),
        }
    }

    fn names_mut(&mut self, ino: Ino) -> Reply<&mut Names> {
        let node = self.nodes.get_mut(&ino).ok_or(libc::ENOENT)?;
        node.changed = std::time::SystemTime::now();
        match &mut node.body {
            Body::Folder { now, .. } => Ok(now),
            Body::File { .. } => Err(libc::ENOTDIR),
        }
    }

    fn content_mut(&mut self, ino: Ino) -> Reply<&mut Vec<u8>> {
        let node = self.nodes.get_mut(&ino).ok_or(libc::ENOENT)?;
        node.changed = std::time::SystemTime::now();
        match &mut node.body {
            Body::File { now, .. } => Ok(now),
            Body::Folder { .. } => Err(libc::EISDIR),
        }
    }

    pub fn find(&self, parent: Ino, name: &OsStr) -> Reply<Ino> {
        self.names(parent)?.get(name).copied().ok_or(libc::ENOENT)
    }

    pub fn read(&self, ino: Ino, at: u64, size: usize) -> Reply<&[u8]> {
        match &self.node(ino)?.body {
            Body::File { now, .. } => {
                let from = usize::try_from(at).unwrap_or(usize::MAX).min(now.len());
                Ok(&now[from..from.saturating_add(size).min(now.len())])
            }
            Body::Folder { .. } => Err(libc::EISDIR),
        }
    }

    pub fn write(&mut self, ino: Ino, at: u64, data: &[u8]) -> Reply<()> {
        let going_off = self.change("write", None, ino);
        // What is being written when the power goes may have reached the disk in part, and like all unsynced content may be forgotten.
        let data = if going_off.is_ok() { data } else { &data[..data.len() / 2] };
        let used = self.used();
        let (free, from) = (self.capacity.saturating_sub(used), usize::try_from(at).map_err(|_| libc::EFBIG)?);
        let content = self.content_mut(ino)?;
        let end = from + data.len();
        if (end.saturating_sub(content.len()) as u64) > free {
            return Err(libc::ENOSPC);
        }
        if content.len() < end {
            content.resize(end, 0);
        }
        content[from..end].copy_from_slice(data);
        going_off
    }

    pub fn resize(&mut self, ino: Ino, len: u64) -> Reply<()> {
        self.change("resize", None, ino)?;
        let len = usize::try_from(len).map_err(|_| libc::EFBIG)?;
        self.content_mut(ino)?.resize(len, 0);
        Ok(())
    }

    pub fn set_mode(&mut self, ino: Ino, mode: u16) -> Reply<()> {
        self.change("mode", None, ino)?;
        self.nodes.get_mut(&ino).ok_or(libc::ENOENT)?.mode = mode;
        Ok(())
    }

    pub fn create(&mut self, parent: Ino, name: &OsStr, mode: u16, folder: bool) -> Reply<Ino> {
        self.change("create", Some(name), parent)?;
        if self.find(parent, name).is_ok() {
            return Err(libc::EEXIST);
        }
        let body = if folder {
            Body::Folder {
                now: Names::new(),
                synced: Names::new(),
            }
        } else {
            Body::File {
                now: Vec::new(),
                synced: Vec::new(),
            }
        };
        let ino = self.next;
        self.next += 1;
        self.nodes.insert(ino, Node::new(body, name, mode));
        self.names_mut(parent)?.insert(name.to_owned(), ino);
        Ok(ino)
    }

    /// Removes a name. The inode stays: a program may have it open, and the folder's last sync may name it.
    pub fn remove(&mut self, parent: Ino, name: &OsStr, folder: bool) -> Reply<()> {
        self.change("remove", Some(name), parent)?;
        let ino = self.find(parent, name)?;
        if folder && !self.names(ino)?.is_empty() {
            return Err(libc::ENOTEMPTY);
        }
        self.names_mut(parent)?.remove(name);
        Ok(())
    }

    pub fn rename(&mut self, parent: Ino, name: &OsStr, to: Ino, to_name: &OsStr) -> Reply<()> {
        self.change("rename", Some(to_name), parent)?;
        let ino = self.find(parent, name)?;
        self.names_mut(parent)?.remove(name);
        self.names_mut(to)?.insert(to_name.to_owned(), ino);
        self.nodes.get_mut(&ino).ok_or(libc::ENOENT)?.name = to_name.to_owned();
        Ok(())
    }

    /// A sync of a file or of a folder.
    pub fn sync(&mut self, ino: Ino) -> Reply<()> {
        self.change("sync", None, ino)?;
        match &mut self.nodes.get_mut(&ino).ok_or(libc::ENOENT)?.body {
            Body::File { now, synced } => synced.clone_from(now),
            Body::Folder { now, synced } => synced.clone_from(now),
        }
        Ok(())
    }

    /// Takes a folder of the real disk in, as if all of it had been synced.
    pub fn load(&mut self, from: &Path) -> io::Result<()> {
        self.load_into(from, ROOT)
    }

    fn load_into(&mut self, from: &Path, parent: Ino) -> io::Result<()> {
        let mut names = Names::new();
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            let ino = self.next;
            self.next += 1;
            if entry.file_type()?.is_dir() {
                self.nodes.insert(
                    ino,
                    Node::new(
                        Body::Folder {
                            now: Names::new(),
                            synced: Names::new(),
                        },
                        &entry.file_name(),
                        0o700,
                    ),
                );
                self.load_into(&entry.path(), ino)?;
            } else {
                let bytes = fs::read(entry.path())?;
                self.nodes.insert(
                    ino,
                    Node::new(
                        Body::File {
                            now: bytes.clone(),
                            synced: bytes,
                        },
                        &entry.file_name(),
                        0o600,
                    ),
                );
            }
            names.insert(entry.file_name(), ino);
        }
        if let Some(Node {
            body: Body::Folder { now, synced },
            ..
        }) = self.nodes.get_mut(&parent)
        {
            now.clone_from(&names);
            *synced = names;
        }
        Ok(())
    }

    /// Writes into a folder of the real disk what is left after a power cut now.
    pub fn image(&self, to: &Path, cut: Cut) -> io::Result<()> {
        let mut coin = Coin(match cut {
            Cut::Everything => 0,
            // Small seeds alone would begin with many zeros.
            Cut::Some(seed) => seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
        });
        self.image_of(ROOT, to, &mut coin)
    }

    fn image_of(&self, ino: Ino, to: &Path, coin: &mut Coin) -> io::Result<()> {
        let node = self.node(ino).map_err(io::Error::from_raw_os_error)?;
        match &node.body {
            Body::File { now, synced } => fs::write(to, left_of(now, synced, coin)),
            Body::Folder { now, synced } => {
                fs::create_dir_all(to)?;
                let mut left = synced.clone();
                let both: std::collections::BTreeSet<&OsString> = now.keys().chain(synced.keys()).collect();
                for name in both.into_iter().filter(|n| now.get(*n) != synced.get(*n)) {
                    if coin.keeps() {
                        match now.get(name) {
                            Some(ino) => left.insert(name.clone(), *ino),
                            None => left.remove(name),
                        };
                    }
                }
                left.iter().try_for_each(|(name, ino)| self.image_of(*ino, &to.join(name), coin))
            }
        }
    }
}

/// Blocks that differ from the last sync are there or not; so is the new length.
fn left_of(now: &[u8], synced: &[u8], coin: &mut Coin) -> Vec<u8> {
    let mut left = synced.to_vec();
    if now == synced {
        return left;
    }
    if now.len() != synced.len() && coin.keeps() {
        left.resize(now.len(), 0);
    }
    for (block, new) in left.chunks_mut(BLOCK).zip(now.chunks(BLOCK)) {
        let len = block.len().min(new.len());
        if block[..len] != new[..len] && coin.keeps() {
            block[..len].copy_from_slice(&new[..len]);
        }
    }
    left
}

/// A coin with a seed (xorshift); with seed 0 it always says no.
struct Coin(u64);

impl Coin {
    fn keeps(&mut self) -> bool {
        if self.0 == 0 {
            return false;
        }
        for shift in [13_i32, -7, 17] {
            self.0 ^= if shift > 0 { self.0 << shift } else { self.0 >> -shift };
        }
        self.0 >> 63 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(disk: &Disk, cut: Cut) -> BTreeMap<String, Vec<u8>> {
        let to = std::env::temp_dir().join(format!("powercut-{}-{:p}", std::process::id(), disk));
        let _ = fs::remove_dir_all(&to);
        disk.image(&to, cut).unwrap();
        let files = fs::read_dir(&to).unwrap().map(|e| e.unwrap());
        let files = files
            .map(|e| (e.file_name().into_string().unwrap(), fs::read(e.path()).unwrap()))
            .collect();
        fs::remove_dir_all(&to).unwrap();
        files
    }

    #[test]
    fn only_what_was_synced_is_left() {
        let mut disk = Disk::new(1 << 20);
        let file = disk.create(ROOT, OsStr::new("a.new"), 0o600, false).unwrap();
        disk.write(file, 0, b"one").unwrap();
        disk.sync(file).unwrap();
        assert!(
            after(&disk, Cut::Everything).is_empty(),
            "a synced file whose folder was not synced has no name"
        );
        disk.sync(ROOT).unwrap();
        disk.write(file, 1, b"xx").unwrap();
        disk.rename(ROOT, OsStr::new("a.new"), ROOT, OsStr::new("a")).unwrap();
        assert_eq!(after(&disk, Cut::Everything), BTreeMap::from([("a.new".to_owned(), b"one".to_vec())]));
        disk.sync(ROOT).unwrap();
        assert_eq!(after(&disk, Cut::Everything), BTreeMap::from([("a".to_owned(), b"one".to_vec())]));
        disk.remove(ROOT, OsStr::new("a"), false).unwrap();
        assert_eq!(after(&disk, Cut::Everything).len(), 1, "a removal too needs the folder's sync");
        let seen: Vec<_> = (1..200).map(|seed| after(&disk, Cut::Some(seed * 7919))).collect();
        assert!(seen.iter().any(BTreeMap::is_empty) && seen.iter().any(|s| s.get("a").is_some_and(|b| b == b"oxx")));
    }

    #[test]
    fn after_the_cut_nothing_works_and_the_disk_can_fill() {
        let mut disk = Disk::new(4);
        let file = disk.create(ROOT, OsStr::new("a"), 0o600, false).unwrap();
        assert_eq!(disk.write(file, 0, b"12345"), Err(libc::ENOSPC));
        disk.write(file, 0, b"1234").unwrap();
        disk.cut_at = Some(disk.changes + 2);
        disk.sync(file).unwrap();
        assert_eq!(disk.sync(ROOT), Err(libc::EIO));
        assert_eq!(disk.write(file, 0, b"x"), Err(libc::EIO));
        assert!(after(&disk, Cut::Everything).is_empty());
    }
}
