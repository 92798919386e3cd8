//! One process that decodes, as this program holds it.

use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use intake::format::{FileFormat, sniff};
use intake::reason::NoPreview;
use intake::redraw::{REDRAWN_PX, RgbImage};
use intake::thumbnail::{PREVIEW_PX, THUMBNAIL_PX, Thumbnail};

use crate::frames::{self, Asked, Said, Wanted};
use crate::lock;
use crate::os::{start_beside, was_out_of_time};

/// Bytes that are kept of what the process complained about.
const MAX_COMPLAINT: u64 = 16 << 10;
/// How long a new process may take until it is ready, on a laptop that is busy.
const TO_START: Duration = Duration::from_secs(15);

/// A process that decodes.
pub(super) struct Process {
    child: Arc<Mutex<Child>>,
    to: ChildStdin,
    from: ChildStdout,
    complaint: Option<JoinHandle<Vec<u8>>>,
    /// How long it has been asked for answers, all together.
    pub(super) busy: Duration,
}

/// A process that is not to be asked again, and what that says about the picture.
pub(super) struct Lost {
    pub(super) why: NoPreview,
}

/// What a process can be asked for.
pub(super) trait Answer: Sized {
    /// Bytes of it at most.
    const MOST_BYTES: u32;

    /// It, if what was answered is what was asked for.
    fn of(wanted: Wanted, said: Said, bytes: Vec<u8>) -> Option<Self>;
}

impl Answer for Thumbnail {
    const MOST_BYTES: u32 = 8 << 20;

    fn of(wanted: Wanted, said: Said, jpeg: Vec<u8>) -> Option<Self> {
        let Said::Picture {
            width,
            height,
            fingerprint,
            pattern_db,
        } = said
        else {
            return None;
        };
        let longest = if wanted == Wanted::Thumbnail { THUMBNAIL_PX } else { PREVIEW_PX };
        (sniff(&jpeg) == FileFormat::Jpeg && width.max(height) <= longest && width.min(height) > 0).then(|| Self {
            jpeg,
            width,
            height,
            fingerprint: fingerprint.map(Into::into),
            pattern_db,
        })
    }
}

impl Answer for RgbImage {
    const MOST_BYTES: u32 = REDRAWN_PX * REDRAWN_PX * 3;

    fn of(_: Wanted, said: Said, pixels: Vec<u8>) -> Option<Self> {
        let Said::Pixels { width, height } = said else { return None };
        let is_whole = pixels.len() as u64 == u64::from(width) * u64::from(height) * 3;
        (is_whole && width.max(height) <= REDRAWN_PX && width.min(height) > 0)
            .then(|| Self::from_raw(width, height, pixels))
            .flatten()
    }
}

impl Process {
    /// Starts a process and waits until it is ready.
    pub(super) fn start(program: &Path, args: &[String]) -> io::Result<Self> {
        let mut child = start_beside(program, args)?;
        let pipe = || io::Error::from(io::ErrorKind::BrokenPipe);
        let (to, from) = (child.stdin.take().ok_or_else(pipe)?, child.stdout.take().ok_or_else(pipe)?);
        let complaint = child.stderr.take().map(|mut stderr| {
            std::thread::spawn(move || {
                let mut kept = Vec::new();
                let _ = stderr.by_ref().take(MAX_COMPLAINT).read_to_end(&mut kept);
                // The rest is read too, so that the process never waits for somebody to hear it.
                let _ = io::copy(&mut stderr, &mut io::sink());
                kept
            })
        });
        let mut process = Self {
            child: Arc::new(Mutex::new(child)),
            to,
            from,
            complaint,
            busy: Duration::ZERO,
        };
        let (_, ready) = process.within(TO_START, |process| frames::read::<Said>(&mut process.from, 0));
        match ready {
            Ok(Some((Said::Ready, _))) => Ok(process),
            Ok(_) => Err(io::ErrorKind::InvalidData.into()),
            Err(error) => Err(error),
        }
    }

    /// Whether it still runs.
    pub(super) fn is_there(&self) -> bool {
        matches!(lock(&self.child).try_wait(), Ok(None))
    }

    /// Asks for a picture. After [`Lost`] the process has ended or is ended, and is not to be used again.
    pub(super) fn ask<T: Answer>(&mut self, asked: &Asked, bytes: &[u8], limit: Duration) -> Result<Result<T, NoPreview>, Lost> {
        let began = Instant::now();
        let (overdue, answer) = self.within(limit, |process| {
            frames::write(&mut process.to, asked, bytes)?;
            frames::read::<Said>(&mut process.from, T::MOST_BYTES)
        });
        self.busy += began.elapsed();
        match answer {
            Ok(Some((Said::None { why }, _))) => Ok(Err(why)),
            // A decoder that was taken over could answer anything; it is shown only if it is what was asked for.
            Ok(Some((said, picture))) => match T::of(asked.wanted, said, picture) {
                Some(answer) => Ok(Ok(answer)),
                None => Err(self.lost(NoPreview::DecoderFailed)),
            },
            _ if overdue => Err(self.lost(NoPreview::TooSlow)),
            _ => {
                let why = self.cause();
                Err(self.lost(why))
            }
        }
    }

    /// Does something that may wait for the process; after the time it is ended, and so the waiting. Answers whether it came to that.
    fn within<T>(&mut self, limit: Duration, act: impl FnOnce(&mut Self) -> T) -> (bool, T) {
        let (done, waiting) = mpsc::channel::<()>();
        let (child, overdue) = (self.child.clone(), AtomicBool::new(false));
        let late = &overdue;
        let answer = std::thread::scope(|scope| {
            scope.spawn(move || {
                if waiting.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
                    late.store(true, Ordering::Relaxed);
                    let _ = lock(&child).kill();
                }
            });
            let answer = act(self);
            drop(done);
            answer
        });
        (overdue.into_inner(), answer)
    }

    fn lost(&self, why: NoPreview) -> Lost {
        let _ = lock(&self.child).kill();
        Lost { why }
    }

    /// What a process that ended by itself died of.
    fn cause(&mut self) -> NoPreview {
        // What babbles is still there; it is ended, so that its end can be waited for.
        let ended = {
            let mut child = lock(&self.child);
            match wait_a_little(&mut child) {
                Some(ended) => Ok(ended),
                None => child.kill().and_then(|()| child.wait()),
            }
        };
        let complaint = self.complaint.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        if ended.is_ok_and(was_out_of_time) {
            NoPreview::TooSlow
        } else if String::from_utf8_lossy(&complaint).contains("memory allocation of") {
            NoPreview::TooMuchMemory
        } else {
            NoPreview::DecoderFailed
        }
    }
}

/// The status of a process whose output has ended; it ends right after, or never.
fn wait_a_little(child: &mut Child) -> Option<std::process::ExitStatus> {
    for _ in 0..100 {
        if let Ok(Some(ended)) = child.try_wait() {
            return Some(ended);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    None
}

impl Drop for Process {
    fn drop(&mut self) {
        let mut child = lock(&self.child);
        let _ = child.kill();
        let _ = child.wait();
    }
}
