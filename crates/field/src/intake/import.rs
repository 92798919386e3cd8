//! Many files into the vault, each whole or refused with a reason, and a report that names every one. Two threads read and look at files;
//! others wait for the disk meanwhile.

use super::folder::{Listed, expand};
use super::read::{Again, ReadFile, read_one};
use super::reason::Refusal;
use super::said::photo_meta;
use crate::decode;
use crate::vault::{Vault, VaultWriter};
use domain::photo::PhotoMeta;
use intake::Limits;
use intake::format::FileFormat;
use intake::metadata::{self, Metadata};
use intake::reason::NoPreview;
use intake::source::MAX_IN_MEMORY;
use intake::thumbnail::{self, Thumbnail};
use seal::Digest;
use std::collections::HashMap;
use std::io::{self, Read as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};

/// Threads of an import that read and look at files; the window needs the rest of the processor.
pub const WORKERS: usize = 2;
/// Threads that wait until files are durable. A file system's journal settles several files at the price of one.
const SETTLERS: usize = 4;
/// Memory for a file's bytes that a thread keeps for the next one.
const KEPT_ROOM: usize = 16 << 20;
/// Files that may have been read and not be durable, besides those at which a thread is.
const UNSETTLED: usize = 4;

/// Where originals are kept. When `keep` returns, the bytes are durable under their digest (file, name and folder synced);
/// keeping bytes that are already there changes nothing. A writer that is dropped leaves nothing behind.
pub trait Keep: Sync {
    /// Takes the bytes of one original.
    type Writer: io::Write + Send;
    /// Begins an original in the temporary area.
    fn begin(&self) -> io::Result<Self::Writer>;
    /// Makes it durable under its digest.
    fn keep(&self, writer: Self::Writer, sha256: &Digest, len: u64) -> io::Result<()>;
}

impl Keep for Vault {
    type Writer = VaultWriter;

    fn begin(&self) -> io::Result<VaultWriter> {
        Vault::begin(self)
    }

    fn keep(&self, writer: VaultWriter, sha256: &Digest, len: u64) -> io::Result<()> {
        let kept = writer.finish(sha256)?;
        if kept.len == len {
            Ok(())
        } else {
            Err(io::Error::other("the vault holds another length than was read"))
        }
    }
}

/// A file that was taken in whole.
#[derive(Debug, Clone)]
pub struct Taken {
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// Number of bytes.
    pub len: u64,
    /// Format by content.
    pub format: FileFormat,
    /// What it says about itself.
    pub meta: PhotoMeta,
    /// A small picture, or why there is none.
    pub thumbnail: Result<Thumbnail, NoPreview>,
}

impl Taken {
    /// The code of why there is no small picture.
    pub fn no_preview(&self) -> Option<String> {
        self.thumbnail.as_ref().err().map(|why| why.code().to_owned())
    }
}

/// What became of one file.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Kept whole.
    Taken(Box<Taken>),
    /// The same bytes are in this visit already, or came earlier in this import.
    Duplicate {
        /// SHA-256 of the bytes.
        sha256: Digest,
        /// The file of this import with the same bytes; none when they were in the visit before.
        of: Option<PathBuf>,
    },
    /// Not kept, and why.
    Refused(Refusal),
}

/// One file of an import.
#[derive(Debug, Clone)]
pub struct Imported {
    /// Where it was.
    pub path: PathBuf,
    /// Its name with its folders from the chosen one on.
    pub name: String,
    /// Its size when it was listed, 0 when unknown.
    pub bytes: u64,
    /// What became of it.
    pub outcome: Outcome,
}

/// How far an import is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Files finished, in whatever way.
    pub done: usize,
    /// Files in all.
    pub total: usize,
    /// Bytes read so far, or of files that will not be read on.
    pub bytes: u64,
    /// Bytes in all, as listed.
    pub total_bytes: u64,
    /// File being read.
    pub current: PathBuf,
}

/// What became of every file, in the order given. Each appears once.
#[derive(Debug, Clone)]
pub struct ImportReport<T> {
    /// What [`Context::done`] made of each file.
    pub files: Vec<T>,
    /// Whether the person stopped it.
    pub cancelled: bool,
}

impl ImportReport<Imported> {
    /// Counts of taken, duplicate and refused files.
    pub fn counts(&self) -> (usize, usize, usize) {
        self.files.iter().fold((0, 0, 0), |(taken, duplicate, refused), file| match file.outcome {
            Outcome::Taken(_) => (taken + 1, duplicate, refused),
            Outcome::Duplicate { .. } => (taken, duplicate + 1, refused),
            Outcome::Refused(_) => (taken, duplicate, refused + 1),
        })
    }
}

/// What an import needs from around it.
pub struct Context<'a, K, T> {
    /// Where originals go.
    pub keep: &'a K,
    /// Whether the visit has these bytes already.
    pub known: &'a (dyn Fn(&Digest) -> bool + Sync),
    /// Told how far the import is, at least once per file and per 256 KB, from its worker threads.
    pub progress: &'a (dyn Fn(Progress) + Sync),
    /// Told of every file when it is finished, from the worker threads; a taken one is durable from here on. Its answer stands in the
    /// report, so that the small pictures of ten thousand files need not stay in memory together.
    pub done: &'a (dyn Fn(Imported) -> T + Sync),
    /// Set to stop; whole photos stay, the one being read is dropped.
    pub cancel: &'a AtomicBool,
    /// Reads what a whole file says and shows; usually [`look`].
    pub look: &'a (dyn Fn(&ReadFile) -> Taken + Sync),
}

/// Takes in files and folders. Blocks until done; run it on a thread of its own.
pub fn import<K: Keep, T: Send>(paths: &[PathBuf], context: &Context<'_, K, T>) -> ImportReport<T> {
    let list = expand(paths);
    let run = Run {
        context,
        total: list.len(),
        total_bytes: list.iter().map(|l| l.bytes).sum(),
        next: AtomicUsize::new(0),
        done: AtomicUsize::new(0),
        bytes: AtomicU64::new(0),
        taken: Mutex::new(HashMap::new()),
    };
    // How much it is in all is known before anything is read.
    if let Some(first) = list.first() {
        run.progress(&first.path);
    }
    let (ready, unsettled) = sync_channel(UNSETTLED);
    let unsettled = Mutex::new(unsettled);
    let mut files: Vec<(usize, T)> = std::thread::scope(|scope| {
        let settlers = (0..SETTLERS.min(list.len())).map(|_| scope.spawn(|| run.settle(&list, &unsettled)));
        let mut threads: Vec<_> = settlers.collect();
        threads.extend((0..WORKERS.min(list.len())).map(|_| {
            let ready = ready.clone();
            scope.spawn(|| run.work(&list, ready))
        }));
        // The last reader to end lets the settlers end.
        drop(ready);
        threads.into_iter().flat_map(|w| w.join().unwrap_or_default()).collect()
    });
    files.sort_by_key(|(index, _)| *index);
    ImportReport {
        files: files.into_iter().map(|(_, file)| file).collect(),
        cancelled: context.cancel.load(Ordering::Relaxed),
    }
}

struct Run<'a, K, T> {
    context: &'a Context<'a, K, T>,
    total: usize,
    total_bytes: u64,
    next: AtomicUsize,
    done: AtomicUsize,
    bytes: AtomicU64,
    /// Digests taken in this import and from which file.
    taken: Mutex<HashMap<Digest, PathBuf>>,
}

/// A file that was read whole and is not durable yet.
struct Unsettled<W> {
    index: usize,
    writer: W,
    taken: Box<Taken>,
}

impl<K: Keep, T> Run<'_, K, T> {
    /// Reads files until none is left.
    fn work(&self, list: &[Listed], ready: SyncSender<Unsettled<K::Writer>>) -> Vec<(usize, T)> {
        let (mut finished, mut room) = (Vec::new(), Vec::new());
        loop {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(listed) = list.get(index) else { return finished };
            // Nothing below is expected to panic; should it, one file is lost to the report's view and not the import.
            let mut passed = 0;
            let read = catch_unwind(AssertUnwindSafe(|| self.one(listed, &mut room, &mut passed)));
            let read = read.unwrap_or(Err(Outcome::Refused(Refusal::StoreError)));
            // What is left of a refused file keeps nobody waiting.
            self.bytes.fetch_add(listed.bytes.saturating_sub(passed), Ordering::Relaxed);
            let decided = match read {
                Ok((writer, taken)) => {
                    let sent = ready.send(Unsettled { index, writer, taken });
                    sent.err().map(|_| Outcome::Refused(Refusal::StoreError))
                }
                Err(decided) => Some(decided),
            };
            finished.extend(decided.map(|outcome| self.finish(index, listed, outcome)));
        }
    }

    /// Makes files durable until none will come.
    fn settle(&self, list: &[Listed], unsettled: &Mutex<Receiver<Unsettled<K::Writer>>>) -> Vec<(usize, T)> {
        let mut finished = Vec::new();
        loop {
            let next = unsettled.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(Unsettled { index, writer, taken }) = next else { return finished };
            let Some(listed) = list.get(index) else { continue };
            let outcome = catch_unwind(AssertUnwindSafe(|| self.keep(&listed.path, writer, taken)));
            finished.push(self.finish(index, listed, outcome.unwrap_or(Outcome::Refused(Refusal::StoreError))));
        }
    }

    fn finish(&self, index: usize, listed: &Listed, outcome: Outcome) -> (usize, T) {
        self.done.fetch_add(1, Ordering::Relaxed);
        let told = (self.context.done)(Imported {
            path: listed.path.clone(),
            name: listed.name.clone(),
            bytes: listed.bytes,
            outcome,
        });
        self.progress(&listed.path);
        (index, told)
    }

    fn progress(&self, current: &Path) {
        (self.context.progress)(Progress {
            done: self.done.load(Ordering::Relaxed),
            total: self.total,
            bytes: self.bytes.load(Ordering::Relaxed),
            total_bytes: self.total_bytes,
            current: current.to_owned(),
        });
    }

    /// A file that is read and looked at, or what became of it already; `passed` counts its bytes meanwhile.
    fn one(&self, listed: &Listed, room: &mut Vec<u8>, passed: &mut u64) -> Result<(K::Writer, Box<Taken>), Outcome> {
        let path = &listed.path;
        let cancelled = || self.context.cancel.load(Ordering::Relaxed);
        if let Some(reason) = listed.refused.or_else(|| cancelled().then_some(Refusal::Cancelled)) {
            return Err(Outcome::Refused(reason));
        }
        let refused = Outcome::Refused;
        let mut writer = self.context.keep.begin().map_err(|e| refused(Refusal::of_storing(&e)))?;
        let file = read_one(path, &mut writer, std::mem::take(room), |count| {
            *passed += count;
            self.bytes.fetch_add(count, Ordering::Relaxed);
            self.progress(path);
            !cancelled()
        });
        let mut file = file.map_err(refused)?;
        let sha256 = file.sha256;
        let of = self.taken.lock().unwrap_or_else(PoisonError::into_inner).get(&sha256).cloned();
        if of.is_some() || (self.context.known)(&sha256) {
            return Err(Outcome::Duplicate { sha256, of });
        }
        let taken = Box::new((self.context.look)(&file));
        if file.head.capacity() <= KEPT_ROOM {
            *room = std::mem::take(&mut file.head);
        }
        Ok((writer, taken))
    }

    /// Kept before it counts as taken: of two equal files read at once, none may be called a copy of one that then fails.
    fn keep(&self, path: &Path, writer: K::Writer, taken: Box<Taken>) -> Outcome {
        let sha256 = taken.sha256;
        if let Err(e) = self.context.keep.keep(writer, &sha256, taken.len) {
            return Outcome::Refused(Refusal::of_storing(&e));
        }
        let mut known = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(first) = known.get(&sha256) {
            return Outcome::Duplicate {
                sha256,
                of: Some(first.clone()),
            };
        }
        known.insert(sha256, path.to_owned());
        Outcome::Taken(taken)
    }
}

/// Reads what a file says and shows. Whatever happens here, the file is taken.
pub fn look(file: &ReadFile) -> Taken {
    let limits = &Limits::default();
    let ReadFile { sha256, len, format, .. } = *file;
    let meta = catch_unwind(AssertUnwindSafe(|| metadata::read_as(&file.head, format))).unwrap_or_else(|_| Metadata {
        warnings: vec!["the metadata reader failed on this file".into()],
        ..Metadata::default()
    });
    let thumbnail = if let Some(again) = &file.again {
        looked_at_again(file, again, meta.orientation, limits)
    } else if file.whole || !matches!(format, FileFormat::Jpeg | FileFormat::Png | FileFormat::Pdf) {
        decode::thumbnail(&file.head, meta.orientation, limits)
    } else {
        Err(NoPreview::TooLarge)
    };
    Taken {
        sha256,
        len,
        format,
        meta: photo_meta(meta),
        thumbnail,
    }
}

/// The small picture of a JPEG that passes by once more, or, where that does not do, is opened whole. A card that was pulled out meanwhile
/// costs the small picture, not the photo.
fn looked_at_again(file: &ReadFile, again: &Again, orientation: Option<u8>, limits: &Limits) -> Result<Thumbnail, NoPreview> {
    let made = again.from(file.head.len() as u64, |scan| {
        thumbnail::make_passing(&file.head, scan, orientation, limits.seek_pattern)
    });
    if let Some(made) = made.ok_or(NoPreview::DecoderFailed)? {
        return Ok(made);
    }
    if file.len > MAX_IN_MEMORY as u64 {
        return Err(NoPreview::TooLarge);
    }
    let mut whole = Vec::new();
    let read = again.from(0, |rest| rest.take(file.len).read_to_end(&mut whole));
    read.ok_or(NoPreview::DecoderFailed)?;
    decode::thumbnail(&whole, orientation, limits)
}
