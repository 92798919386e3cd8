//! Pictures of files from strangers: in this process where the decoder is small and safe, else in one that may die of it.
//!
//! The other process is this program once more, with an argument that only it knows. It is started when a picture needs it, decodes one
//! after the other, and is replaced after a while. A picture that ends it, or takes too long, has no preview, and a reason; nothing
//! else is touched by it.

mod child;
mod frames;
mod os;
mod process;

use std::ffi::OsString;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

pub use frames::{Trial, Wanted};
pub use intake::reason::NoPreview;
use intake::redraw::RgbImage;
use intake::source;
use intake::thumbnail::{self, Thumbnail};
use intake::{Limits, redraw};
pub use os::memory_kib;
use tracing::warn;

use frames::Asked;
use process::{Answer, Lost, Process};

/// The argument that makes this program the one that decodes.
const ARGUMENT: &str = "decode-pictures";
/// Beside it: does what tests ask of it, too.
const ON_TRIAL: &str = "--on-trial";

/// Memory that a process may take beyond what it has when it begins.
const MEMORY: u64 = 768 << 20;
/// How long one picture may take.
const PER_PICTURE: Duration = Duration::from_secs(20);
/// How long one process is asked for pictures, all together; then another begins.
const PER_PROCESS: Duration = Duration::from_secs(60);
/// Processor time of one process. It decodes on one thread, so that no picture meets this limit for what others used before it.
const CPU_SECONDS: u64 = 90;
/// Processes at a time.
const MOST: usize = 2;
/// A process that waits so long for its next picture is ended.
const IDLE: Duration = Duration::from_secs(30);

/// Two halves, red and blue, as HEIC, and as a film in H.264, which only the decoder in C++ opens.
const SAMPLES: [&[u8]; 2] = [
    include_bytes!("../../../assets/samples/halves.heic"),
    include_bytes!("../../../assets/samples/halves.mp4"),
];

static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
static SHARED: OnceLock<Decoders> = OnceLock::new();

/// For the first line of a program's `main`: decodes if that is what the program was started for, and then answers how that ended. Else
/// it notes that this program can be started again to decode, and answers none.
pub fn instead(mut args: impl Iterator<Item = OsString>) -> Option<anyhow::Result<()>> {
    if args.next().is_some_and(|first| first == ARGUMENT) {
        return Some(child::run(args.any(|arg| arg == ON_TRIAL)));
    }
    if let Ok(program) = std::env::current_exe() {
        let _ = PROGRAM.set(program);
    }
    None
}

/// A thumbnail of a file's bytes.
pub fn thumbnail(bytes: &[u8], orientation: Option<u8>, limits: &Limits) -> Result<Thumbnail, NoPreview> {
    if intake::apart(bytes) {
        return shared()?.small(bytes, orientation, Wanted::Thumbnail);
    }
    thumbnail::make(bytes, orientation, limits)
}

/// A preview of a file's bytes.
pub fn preview(bytes: &[u8], orientation: Option<u8>, limits: &Limits) -> Result<Thumbnail, NoPreview> {
    if intake::apart(bytes) {
        return shared()?.small(bytes, orientation, Wanted::Preview);
    }
    thumbnail::preview(bytes, orientation, limits)
}

/// A picture of a file's bytes to draw on: upright, at most [`redraw::REDRAWN_PX`] on its longest side.
pub fn canvas(bytes: &[u8], orientation: Option<u8>, limits: &Limits) -> Result<RgbImage, NoPreview> {
    if intake::apart(bytes) {
        return shared()?.canvas(bytes, orientation);
    }
    redraw::open(bytes, orientation, limits)
}

/// A preview of a file, by the other process whatever its format, which reads its orientation too: for a server, which shows what many
/// strangers made. Of a film it is the first picture. Holds as much of the file as [`source::needed`] takes.
pub fn preview_apart(file: &mut (impl Read + Seek)) -> io::Result<Result<Thumbnail, NoPreview>> {
    let needed = source::needed(file)?;
    if !needed.whole && !needed.format.is_video() {
        return Ok(Err(NoPreview::TooLarge));
    }
    Ok(shared().and_then(|decoders| decoders.small(&needed.bytes, None, Wanted::Upright)))
}

/// Whether pictures are decoded here: has the other process decode a photo and a film of some kilobytes. For a server to say at its start;
/// what keeps that process from working, such as a filter of system calls, would else be noticed when somebody looks at a photo.
pub fn check() -> Result<(), NoPreview> {
    for sample in SAMPLES {
        preview_apart(&mut io::Cursor::new(sample)).unwrap_or(Err(NoPreview::Broken))?;
    }
    Ok(())
}

fn shared() -> Result<&'static Decoders, NoPreview> {
    let program = PROGRAM.get().cloned().or_else(beside_a_test).ok_or(NoPreview::NoDecoder)?;
    let decoders = SHARED.get_or_init(|| Decoders::new(&program, false));
    decoders.end_idle();
    Ok(decoders)
}

/// Names the program that decodes, for tests of a library whose program is another one.
pub fn by(program: &Path) {
    let _ = PROGRAM.set(program.to_owned());
}

/// The program that decodes, where a test runs this library: one or two folders above the test.
fn beside_a_test() -> Option<PathBuf> {
    let test = std::env::current_exe().ok()?;
    let name = format!("xunzhan-field{}", std::env::consts::EXE_SUFFIX);
    test.ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join(&name))
        .find(|program| program.is_file())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A thread that panicked left whole values.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The processes that decode.
pub struct Decoders {
    program: PathBuf,
    args: Vec<String>,
    per_picture: Duration,
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Default)]
struct State {
    idle: Vec<(Process, Instant)>,
    running: usize,
    /// Whether a thread looks after those that wait.
    looked_after: bool,
}

impl Decoders {
    /// Processes of a program whose `main` begins with [`instead`]. None is started yet.
    pub fn new(program: &Path, on_trial: bool) -> Self {
        let mut args = vec![ARGUMENT.to_owned()];
        args.extend(on_trial.then(|| ON_TRIAL.to_owned()));
        Self {
            program: program.to_owned(),
            args,
            per_picture: PER_PICTURE,
            state: Mutex::default(),
            freed: Condvar::new(),
        }
    }

    /// With another time for each picture.
    pub fn with_limit(self, per_picture: Duration) -> Self {
        Self { per_picture, ..self }
    }

    /// A small picture, or why there is none. Blocks; at most two pictures are decoded at a time.
    pub fn small(&self, bytes: &[u8], orientation: Option<u8>, wanted: Wanted) -> Result<Thumbnail, NoPreview> {
        self.asked(
            bytes,
            &Asked {
                wanted,
                orientation,
                trial: None,
            },
        )
    }

    /// A picture to draw on, as [`canvas`] answers it, or why there is none. Blocks as [`Decoders::small`] does.
    pub fn canvas(&self, bytes: &[u8], orientation: Option<u8>) -> Result<RgbImage, NoPreview> {
        let asked = Asked {
            wanted: Wanted::Canvas,
            orientation,
            trial: None,
        };
        self.asked(bytes, &asked)
    }

    /// As [`Decoders::small`], of a process on trial.
    pub fn on_trial(&self, bytes: &[u8], trial: Trial) -> Result<Thumbnail, NoPreview> {
        let asked = Asked {
            wanted: Wanted::Thumbnail,
            orientation: None,
            trial: Some(trial),
        };
        self.asked(bytes, &asked)
    }

    fn asked<T: Answer>(&self, bytes: &[u8], asked: &Asked) -> Result<T, NoPreview> {
        let _turn = self.turn();
        if let Some(mut used) = self.take_idle() {
            match used.ask(asked, bytes, self.per_picture) {
                Ok(answer) => {
                    self.keep(used);
                    return answer;
                }
                Err(Lost { why: NoPreview::TooSlow }) => return Err(NoPreview::TooSlow),
                // It may have died of what earlier pictures left behind: this one is given a process of its own before it is blamed.
                Err(_) => {}
            }
        }
        let mut fresh = Process::start(&self.program, &self.args).map_err(|error| {
            warn!(%error, "the process that decodes does not start");
            NoPreview::NoDecoder
        })?;
        match fresh.ask(asked, bytes, self.per_picture) {
            Ok(answer) => {
                self.keep(fresh);
                answer
            }
            Err(Lost { why }) => {
                warn!(why = why.code(), bytes = bytes.len(), "a picture ended the process that decodes");
                Err(why)
            }
        }
    }

    fn turn(&self) -> Turn<'_> {
        let mut state = lock(&self.state);
        while state.running >= MOST {
            state = self.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.running += 1;
        Turn(self)
    }

    fn take_idle(&self) -> Option<Process> {
        let mut state = lock(&self.state);
        while let Some((process, _)) = state.idle.pop() {
            if process.is_there() {
                return Some(process);
            }
        }
        None
    }

    fn keep(&self, process: Process) {
        if process.busy < PER_PROCESS {
            lock(&self.state).idle.push((process, Instant::now()));
        }
    }

    /// Sees to it that processes which wait for long are ended.
    fn end_idle(&'static self) {
        if std::mem::replace(&mut lock(&self.state).looked_after, true) {
            return;
        }
        let look = move || loop {
            std::thread::sleep(IDLE / 3);
            let ended: Vec<Process> = {
                let mut state = lock(&self.state);
                let (old, kept) = state.idle.drain(..).partition(|(_, since)| since.elapsed() > IDLE);
                state.idle = kept;
                let old: Vec<(Process, Instant)> = old;
                if state.idle.is_empty() && state.running == 0 {
                    state.looked_after = false;
                }
                old.into_iter().map(|(process, _)| process).collect()
            };
            drop(ended);
            if !lock(&self.state).looked_after {
                return;
            }
        };
        if std::thread::Builder::new().name("decoders".into()).spawn(look).is_err() {
            lock(&self.state).looked_after = false;
        }
    }
}

/// The right to decode, given back when it is dropped.
struct Turn<'a>(&'a Decoders);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = lock(&self.0.state);
        state.running = state.running.saturating_sub(1);
        self.0.freed.notify_one();
    }
}
