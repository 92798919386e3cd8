//! One file, read once: hashed and copied while it passes, its beginning kept in memory for metadata and thumbnail. The scan of a large
//! JPEG is not kept, and read again where a small picture is made of it.

use super::reason::Refusal;
use crate::hash::Hasher;
use intake::format::{FileFormat, sniff};
use intake::passes;
use intake::source::{beginning, film};
use seal::Digest;
use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::SystemTime;

const CHUNK: usize = 256 << 10;
/// A JPEG whose header is longer is kept whole; with a preview and a colour profile it has some hundreds of KiB.
const MAX_HEADER: usize = 4 << 20;

/// What became of reading one file.
#[derive(Debug)]
pub struct ReadFile {
    /// SHA-256 of all bytes.
    pub sha256: Digest,
    /// Number of bytes.
    pub len: u64,
    /// Format by content.
    pub format: FileFormat,
    /// What the readers of pictures need: the first bytes, all of them when `whole`; of a film what is said about it.
    pub head: Vec<u8>,
    /// Whether `head` is the whole file.
    pub whole: bool,
    /// Of a JPEG of which `head` is the header: the file, to be read once more for its small picture.
    pub again: Option<Again>,
}

/// A file that may be read a second time, as long as it is what it was.
#[derive(Debug)]
pub struct Again {
    file: File,
    len: u64,
    changed: Option<SystemTime>,
}

impl Again {
    /// Reads from an offset on, and answers what was made of it; none when the file can no longer be read, or has changed since it was
    /// hashed. Its bytes were copied before.
    pub fn from<T>(&self, offset: u64, make: impl FnOnce(&mut dyn Read) -> io::Result<T>) -> Option<T> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(offset)).ok()?;
        let made = make(&mut file).ok()?;
        let now = file.metadata().ok()?;
        (now.len() == self.len && stamp(&now) == self.changed).then_some(made)
    }
}

/// Reads a file once in chunks, writing every byte to `out` and calling `step` with the bytes of each chunk; `step` answers
/// whether to go on. Nothing of `out` counts until the answer is `Ok`: on a refusal the caller drops it. `room` is memory of an earlier
/// file, for [`ReadFile::head`]; what it holds is forgotten.
///
/// Refused are: what is no ordinary file (it is not opened), empty files, files that change meanwhile, and every error of
/// the medium or of `out`.
pub fn read_one(path: &Path, out: &mut impl Write, room: Vec<u8>, mut step: impl FnMut(u64) -> bool) -> Result<ReadFile, Refusal> {
    let reading = |e: io::Error| Refusal::of_reading(&e);
    let storing = |e: io::Error| Refusal::of_storing(&e);
    let mut file = open(path)?;
    let before = file.metadata().map_err(reading)?;
    let mut hasher = Hasher::default();
    let (mut len, mut head, mut format, mut passing) = (0_u64, room, FileFormat::Other, false);
    head.clear();
    let mut chunk = vec![0; CHUNK];
    loop {
        let count = match file.read(&mut chunk) {
            Ok(0) => break,
            Ok(count) => count,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(reading(e)),
        };
        let bytes = chunk.get(..count).unwrap_or_default();
        if len == 0 {
            format = sniff(bytes);
            // A JPEG shows in its header whether more of it is needed.
            let most = if format == FileFormat::Jpeg { CHUNK } else { beginning(format) };
            head.reserve(usize::try_from(before.len()).unwrap_or(0).min(most));
        }
        hasher.update(bytes);
        out.write_all(bytes).map_err(storing)?;
        if !passing {
            let room = beginning(format).saturating_sub(head.len());
            head.extend_from_slice(bytes.get(..count.min(room)).unwrap_or_default());
            if format == FileFormat::Jpeg
                && head.len() <= MAX_HEADER
                && let Some(scan) = passes(&head)
            {
                head.truncate(scan);
                passing = true;
            }
        }
        len += count as u64;
        // A file that is still being written could grow for as long as it is read.
        if len > before.len() {
            return Err(Refusal::Changing);
        }
        if !step(count as u64) {
            return Err(Refusal::Cancelled);
        }
    }
    if len == 0 {
        return Err(Refusal::Empty);
    }
    if format.is_video() {
        head = film(&mut file).map_err(reading)?;
    }
    let after = std::fs::metadata(path).map_err(reading)?;
    if len != before.len() || stamp(&before) != stamp(&after) || after.len() != len {
        return Err(Refusal::Changing);
    }
    let whole = !format.is_video() && head.len() as u64 == len;
    let again = passing.then(|| Again {
        file,
        len,
        changed: stamp(&before),
    });
    Ok(ReadFile {
        sha256: hasher.finish(),
        len,
        format,
        head,
        whole,
        again,
    })
}

/// Opens what is an ordinary file. A pipe would block for ever on opening, so its kind is asked first.
pub fn open(path: &Path) -> Result<File, Refusal> {
    let reading = |e: io::Error| Refusal::of_reading(&e);
    ordinary(&std::fs::metadata(path).map_err(reading)?)?;
    let file = File::open(path).map_err(reading)?;
    ordinary(&file.metadata().map_err(reading)?)?;
    Ok(file)
}

fn ordinary(metadata: &Metadata) -> Result<(), Refusal> {
    if metadata.is_file() { Ok(()) } else { Err(Refusal::NotAFile) }
}

fn stamp(metadata: &Metadata) -> Option<SystemTime> {
    metadata.modified().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn read(path: &Path) -> Result<(ReadFile, Vec<u8>), Refusal> {
        let mut copy = Vec::new();
        read_one(path, &mut copy, b"of another file".to_vec(), |_| true).map(|r| (r, copy))
    }

    #[test]
    fn the_copy_is_identical_and_hashed() {
        let dir = tempfile::tempdir().unwrap();
        let (path, bytes) = (dir.path().join("a.jpg"), [&b"\xff\xd8\xff\xe0"[..], &[7; 700_001]].concat());
        fs::write(&path, &bytes).unwrap();
        let (file, copy) = read(&path).unwrap();
        assert_eq!(
            (copy == bytes, file.sha256, file.len, file.whole),
            (true, Digest::of(&bytes), 700_005, true)
        );
        assert_eq!((file.format, file.head == bytes), (FileFormat::Jpeg, true));
    }

    #[test]
    fn a_video_is_copied_whole_and_not_held_in_memory() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.mp4");
        let bytes = [&b"\0\0\0\x10ftypisom\0\0\0\0"[..], &[1; 3 << 20]].concat();
        fs::write(&path, &bytes).unwrap();
        let (file, copy) = read(&path).unwrap();
        assert_eq!((copy.len(), file.head.len(), file.whole), (bytes.len(), 16, false));
    }

    #[test]
    fn what_cannot_be_read_has_a_reason() {
        let dir = tempfile::tempdir().unwrap();
        let empty = dir.path().join("empty");
        fs::write(&empty, b"").unwrap();
        assert_eq!(read(&empty).unwrap_err(), Refusal::Empty);
        assert_eq!(read(&dir.path().join("gone")).unwrap_err(), Refusal::Vanished);
        assert_eq!(read(dir.path()).unwrap_err(), Refusal::NotAFile);
        assert_eq!(Refusal::of_reading(&io::ErrorKind::PermissionDenied.into()), Refusal::NoPermission);
        assert_eq!(Refusal::of_storing(&io::ErrorKind::StorageFull.into()), Refusal::DiskFull);
    }

    #[cfg(unix)]
    #[test]
    fn links_in_a_circle_and_pipes_do_not_hang() {
        let dir = tempfile::tempdir().unwrap();
        let (a, b) = (dir.path().join("a"), dir.path().join("b"));
        std::os::unix::fs::symlink(&a, &b).unwrap();
        std::os::unix::fs::symlink(&b, &a).unwrap();
        assert_eq!(read(&a).unwrap_err(), Refusal::LinkLoop);
        let _socket = std::os::unix::net::UnixListener::bind(dir.path().join("s")).unwrap();
        assert_eq!(read(&dir.path().join("s")).unwrap_err(), Refusal::NotAFile);
    }

    #[test]
    fn a_file_that_grows_while_it_is_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("growing");
        fs::write(&path, vec![1; CHUNK * 2]).unwrap();
        let grow = |_| {
            fs::OpenOptions::new()
                .append(true)
                .open(&path)
                .and_then(|mut f| f.write_all(b"x"))
                .is_ok()
        };
        assert_eq!(read_one(&path, &mut io::sink(), Vec::new(), grow).unwrap_err(), Refusal::Changing);
    }

    #[test]
    fn a_full_disk_is_told_apart_from_a_bad_card() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        fs::write(&path, b"bytes").unwrap();
        assert_eq!(read_one(&path, &mut Full, Vec::new(), |_| true).unwrap_err(), Refusal::DiskFull);
    }
}
