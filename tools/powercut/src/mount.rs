//! The model as a file system of the kernel.

use std::ffi::OsStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use fuser::{
    AccessFlags, BsdFileFlags, Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags, Generation, INodeNo, LockOwner, OpenFlags, RenameFlags,
    ReplyAttr, ReplyCreate, ReplyData, ReplyDirectory, ReplyEmpty, ReplyEntry, ReplyOpen, ReplyStatfs, ReplyWrite, Request, TimeOrNow, WriteFlags,
};

use crate::disk::{Body, Disk, Ino, ROOT, Reply};

const FRESH: Duration = Duration::from_secs(1);
const NEW: Generation = Generation(0);

pub struct Mounted(pub Arc<Mutex<Disk>>);

impl Mounted {
    fn disk(&self) -> MutexGuard<'_, Disk> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn number(ino: INodeNo) -> Ino {
    u64::from(ino)
}

fn attributes(disk: &Disk, ino: Ino) -> Reply<FileAttr> {
    let node = disk.node(ino)?;
    let (kind, size, nlink) = match &node.body {
        Body::File { now, .. } => (FileType::RegularFile, now.len() as u64, 1),
        Body::Folder { .. } => (FileType::Directory, 0, 2),
    };
    let time = node.changed;
    Ok(FileAttr {
        ino: INodeNo(ino),
        size,
        blocks: size.div_ceil(512),
        atime: time,
        mtime: time,
        ctime: time,
        crtime: time,
        kind,
        perm: node.mode,
        nlink,
        uid: unsafe { libc::geteuid() },
        gid: unsafe { libc::getegid() },
        rdev: 0,
        blksize: 4096,
        flags: 0,
    })
}

fn errno(code: i32) -> Errno {
    Errno::from_i32(code)
}

fn empty(outcome: Reply<()>, reply: ReplyEmpty) {
    match outcome {
        Ok(()) => reply.ok(),
        Err(code) => reply.error(errno(code)),
    }
}

fn entry(outcome: Reply<FileAttr>, reply: ReplyEntry) {
    match outcome {
        Ok(attr) => reply.entry(&FRESH, &attr, NEW),
        Err(code) => reply.error(errno(code)),
    }
}

impl Filesystem for Mounted {
    fn lookup(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        let disk = self.disk();
        let found = disk.powered().and_then(|()| disk.find(number(parent), name));
        entry(found.and_then(|ino| attributes(&disk, ino)), reply);
    }

    fn getattr(&self, _: &Request, ino: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        // The root can be seen without power, or nobody could unmount.
        let disk = self.disk();
        let powered = if number(ino) == ROOT { Ok(()) } else { disk.powered() };
        match powered.and_then(|()| attributes(&disk, number(ino))) {
            Ok(attr) => reply.attr(&FRESH, &attr),
            Err(code) => reply.error(errno(code)),
        }
    }

    fn setattr(
        &self,
        _: &Request,
        ino: INodeNo,
        mode: Option<u32>,
        _: Option<u32>,
        _: Option<u32>,
        size: Option<u64>,
        _: Option<TimeOrNow>,
        _: Option<TimeOrNow>,
        _: Option<SystemTime>,
        _: Option<FileHandle>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        let mut disk = self.disk();
        let ino = number(ino);
        let sized = size.map_or(Ok(()), |len| disk.resize(ino, len));
        let moded = sized.and_then(|()| mode.map_or(Ok(()), |mode| disk.set_mode(ino, (mode & 0o7777) as u16)));
        match moded.and_then(|()| attributes(&disk, ino)) {
            Ok(attr) => reply.attr(&FRESH, &attr),
            Err(code) => reply.error(errno(code)),
        }
    }

    fn mkdir(&self, _: &Request, parent: INodeNo, name: &OsStr, mode: u32, umask: u32, reply: ReplyEntry) {
        let mut disk = self.disk();
        let made = disk.create(number(parent), name, (mode & !umask & 0o7777) as u16, true);
        entry(made.and_then(|ino| attributes(&disk, ino)), reply);
    }

    fn unlink(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        empty(self.disk().remove(number(parent), name, false), reply);
    }

    fn rmdir(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        empty(self.disk().remove(number(parent), name, true), reply);
    }

    fn rename(&self, _: &Request, parent: INodeNo, name: &OsStr, to: INodeNo, to_name: &OsStr, flags: RenameFlags, reply: ReplyEmpty) {
        if !flags.is_empty() {
            return reply.error(errno(libc::EINVAL));
        }
        empty(self.disk().rename(number(parent), name, number(to), to_name), reply);
    }

    fn open(&self, _: &Request, _: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        match self.disk().powered() {
            Ok(()) => reply.opened(FileHandle(0), FopenFlags::empty()),
            Err(code) => reply.error(errno(code)),
        }
    }

    fn create(&self, _: &Request, parent: INodeNo, name: &OsStr, mode: u32, umask: u32, _: i32, reply: ReplyCreate) {
        let mut disk = self.disk();
        let made = disk.create(number(parent), name, (mode & !umask & 0o7777) as u16, false);
        match made.and_then(|ino| attributes(&disk, ino)) {
            Ok(attr) => reply.created(&FRESH, &attr, NEW, FileHandle(0), FopenFlags::empty()),
            Err(code) => reply.error(errno(code)),
        }
    }

    fn read(&self, _: &Request, ino: INodeNo, _: FileHandle, at: u64, size: u32, _: OpenFlags, _: Option<LockOwner>, reply: ReplyData) {
        let disk = self.disk();
        match disk.powered().and_then(|()| disk.read(number(ino), at, size as usize)) {
            Ok(bytes) => reply.data(bytes),
            Err(code) => reply.error(errno(code)),
        }
    }

    fn write(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        at: u64,
        data: &[u8],
        _: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        match self.disk().write(number(ino), at, data) {
            Ok(()) => reply.written(data.len() as u32),
            Err(code) => reply.error(errno(code)),
        }
    }

    fn flush(&self, _: &Request, _: INodeNo, _: FileHandle, _: LockOwner, reply: ReplyEmpty) {
        reply.ok();
    }

    fn fsync(&self, _: &Request, ino: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        empty(self.disk().sync(number(ino)), reply);
    }

    fn fsyncdir(&self, _: &Request, ino: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        empty(self.disk().sync(number(ino)), reply);
    }

    fn readdir(&self, _: &Request, ino: INodeNo, _: FileHandle, offset: u64, mut reply: ReplyDirectory) {
        let disk = self.disk();
        match disk.powered().and_then(|()| disk.names(number(ino))) {
            Ok(names) => {
                for (at, (name, ino)) in (1..).zip(names).skip(offset as usize) {
                    let folder = disk.names(*ino).is_ok();
                    let kind = if folder { FileType::Directory } else { FileType::RegularFile };
                    if reply.add(INodeNo(*ino), at, kind, name) {
                        break;
                    }
                }
                reply.ok();
            }
            Err(code) => reply.error(errno(code)),
        }
    }

    fn statfs(&self, _: &Request, _: INodeNo, reply: ReplyStatfs) {
        let disk = self.disk();
        let (all, free) = (disk.capacity / 4096, disk.capacity.saturating_sub(disk.used()) / 4096);
        reply.statfs(all, free, free, 1 << 20, 1 << 20, 4096, 255, 4096);
    }

    fn access(&self, _: &Request, _: INodeNo, _: AccessFlags, reply: ReplyEmpty) {
        reply.ok();
    }
}
