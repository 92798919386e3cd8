//! Files that are on the disk when the call returns: temporary file, fsync, rename, fsync of the folder.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Makes the entries of a folder durable. On Windows a folder cannot be synced; NTFS journals renames by itself.
pub fn sync_dir(dir: &Path) -> io::Result<()> {
    #[cfg(test)]
    if planted("folder-sync") {
        return Ok(());
    }
    if cfg!(unix) { File::open(dir)?.sync_all() } else { Ok(()) }
}

/// Makes what was written to a file durable; its name needs the folder's sync.
pub fn sync_file(file: &File) -> io::Result<()> {
    #[cfg(test)]
    if planted("file-sync") {
        return Ok(());
    }
    file.sync_all()
}

/// Makes a file durable that was written through a handle closed since. Windows flushes only through handles that may write.
pub fn sync_path(path: &Path) -> io::Result<()> {
    sync_file(&OpenOptions::new().write(true).open(path)?)
}

/// Whether a test has taken this sync away, to see that its loss is noticed.
#[cfg(test)]
fn planted(fault: &str) -> bool {
    std::env::var_os("XUNZHAN_PLANTED").is_some_and(|planted| planted == fault)
}

/// Bytes that this account may still write to the disk of a folder.
pub fn available(dir: &Path) -> io::Result<u64> {
    fs4::available_space(dir)
}

/// Whether two places lie on one file system; true when it cannot be told, so that nobody is told of a second disk that is none.
pub fn same_disk(one: &Path, other: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        match (fs::metadata(one), fs::metadata(other)) {
            (Ok(one), Ok(other)) => one.dev() == other.dev(),
            _ => true,
        }
    }
    #[cfg(not(unix))]
    {
        let volume = |path: &Path| {
            fs::canonicalize(path)
                .ok()
                .and_then(|path| path.components().next().map(|c| c.as_os_str().to_owned()))
        };
        volume(one) == volume(other)
    }
}

/// Lets go of what the system keeps of a synced file in memory, so that the next read comes from the medium.
pub fn forget_cached(file: &File) {
    #[cfg(target_os = "linux")]
    {
        // A system that keeps the bytes all the same only makes the read less telling.
        let _ = rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = file;
}

/// Makes a folder that only this account can read, durably, with its parents.
pub fn make_dir(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty());
    // Each folder on the way is synced into its own parent: a name is as durable as the least durable folder above it.
    parent.map_or(Ok(()), make_dir)?;
    make_dir_unsynced(dir)?;
    parent.map_or(Ok(()), sync_dir)
}

/// Makes a folder that only this account can read; its name is durable when the caller has synced the folder above it.
pub fn make_dir_unsynced(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    match builder.create(dir) {
        // Another thread was faster; its sync may still be on the way.
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists && dir.is_dir() => {}
        made => made?,
    }
    Ok(())
}

/// Makes a file whose blocks are really taken from the disk.
pub fn allocate(path: &Path, len: u64) -> io::Result<()> {
    let mut file = create_new(path)?;
    let taken = {
        use fs4::FileExt;
        file.allocate(len)
    };
    if taken.is_err() {
        // A file system that cannot promise blocks gets bytes that it cannot compress away.
        let mut chunk = vec![0; 1 << 20];
        let mut left = len;
        while left > 0 {
            getrandom::fill(&mut chunk).map_err(io::Error::other)?;
            let part = usize::try_from(left).unwrap_or(usize::MAX).min(chunk.len());
            file.write_all(chunk.get(..part).unwrap_or_default())?;
            left = left.saturating_sub(u64::try_from(part).unwrap_or(u64::MAX));
        }
    }
    file.set_len(len)?;
    file.sync_all()
}

/// Makes a new file that only this account can read; fails if it exists.
pub fn create_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

/// Puts a synced temporary file in its place and makes that durable. Both must lie in one file system.
pub fn place(temporary: &Path, path: &Path) -> io::Result<()> {
    fs::rename(temporary, path)?;
    path.parent().map_or(Ok(()), sync_dir)
}

/// Writes a whole file so that after a crash it is either the old or the new one.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let temporary = path.with_file_name(name);
    let _ = fs::remove_file(&temporary);
    let mut file = create_new(&temporary)?;
    file.write_all(bytes)?;
    sync_file(&file)?;
    drop(file);
    place(&temporary, path)
}
