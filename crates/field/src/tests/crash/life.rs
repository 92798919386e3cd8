//! A process with the real core in it that answers, types and brings in photos, and what it was told is safe.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use contract::field::{FieldHost as _, ImportArgs, ImportOutcome, ImportPhotos, SaveDraft};
use domain::VisitId;
use zeroize::Zeroizing;

use super::super::county::{WANG, options, person};
use super::super::visit::not_checked;
use super::fixture::{Fixture, PHOTOS_A_ROUND, ROUNDS};
use crate::Field;

/// Before each line for the parent; the test harness writes to the same pipe.
const MARK: &str = "@@";
const PATIENCE: Duration = Duration::from_secs(120);

/// What the process said until it ended.
#[derive(Clone, Default)]
pub struct Said {
    /// Acknowledged answers in order: item and reason.
    pub answers: Vec<(String, String)>,
    /// Acknowledged drafts, the last of each slot.
    pub drafts: BTreeMap<String, String>,
    /// Acknowledged photos: name and id.
    pub photos: Vec<(String, String)>,
    /// The call that had begun and was not over, with its arguments.
    pub doing: Option<String>,
    /// Calls begun, by kind.
    pub begun: BTreeMap<String, usize>,
    /// By how much the core knows its clock to be behind, in ms.
    pub clock_behind_ms: Option<i64>,
    /// What each call took, by kind.
    pub took: BTreeMap<String, Vec<Duration>>,
    since: Option<Instant>,
}

impl Said {
    fn hear(&mut self, at: Instant, line: &str) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let two = || rest.split_once(' ').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap_or_default();
        match word {
            "begin" => {
                let kind = rest.split(' ').next().unwrap_or_default().to_owned();
                *self.begun.entry(kind).or_default() += 1;
                self.doing = Some(rest.to_owned());
                self.since = Some(at);
            }
            "answer" => self.answers.push(two()),
            "draft" => drop(self.drafts.insert(two().0, two().1)),
            "photo" => self.photos.push(two()),
            "clock" => self.clock_behind_ms = rest.parse().ok(),
            "end" => {
                self.doing = None;
                let took = self.since.map(|since| at - since).unwrap_or_default();
                self.took.entry(rest.to_owned()).or_default().push(took);
            }
            _ => {}
        }
    }
}

/// The process, seen from its parent.
pub struct Life {
    child: Child,
    lines: Receiver<(Instant, String)>,
    pub said: Said,
}

impl Life {
    /// Starts it over a laptop's folders.
    pub fn start(fixture: &Fixture, home: &Path, planted: Option<&str>) -> Self {
        Self::started(Command::new(std::env::current_exe().unwrap()), fixture, home, planted)
    }

    /// Starts it with its clock at another time.
    pub fn start_at(fixture: &Fixture, home: &Path, time: &str) -> Self {
        let mut command = Command::new("faketime");
        command
            .args(["-m", "--exclude-monotonic", "-f", &format!("@{time}")])
            .arg(std::env::current_exe().unwrap());
        Self::started(command, fixture, home, None)
    }

    fn started(mut command: Command, fixture: &Fixture, home: &Path, planted: Option<&str>) -> Self {
        let mut child = command
            .args(["--exact", "tests::crash::life::life", "--ignored", "--nocapture", "--test-threads=1"])
            .env("XUNZHAN_LIFE", home)
            .env("XUNZHAN_LIFE_KEY", hex::encode(fixture.key.as_slice()))
            .env("XUNZHAN_LIFE_VISIT", fixture.visit.to_string())
            .env("XUNZHAN_LIFE_CARD", fixture.card())
            .env("XUNZHAN_PLANTED", planted.unwrap_or_default())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (tell, lines) = channel();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                let said = line.find(MARK).map(|at| line[at + MARK.len()..].to_owned());
                if said.is_some_and(|said| tell.send((Instant::now(), said)).is_err()) {
                    return;
                }
            }
        });
        Self {
            child,
            lines,
            said: Said::default(),
        }
    }

    /// Listens until something was said, or the process is over.
    pub fn until(&mut self, heard: impl Fn(&Said) -> bool) {
        while !heard(&self.said) {
            match self.lines.recv_timeout(PATIENCE) {
                Ok((at, line)) => self.said.hear(at, &line),
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => panic!("nothing was said for {PATIENCE:?}"),
            }
        }
    }

    /// Listens to the end.
    pub fn until_over(&mut self) -> Said {
        self.until(|_| false);
        self.child.wait().unwrap();
        self.said.clone()
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // The parent may be gone; then nobody has to know.
    let _ = writeln!(out, "{MARK}{line}").and_then(|()| out.flush());
}

/// Opens a laptop's store with its key, as unlocking does after stretching a passphrase.
pub fn open(home: &Path, key: &crate::keys::Secret) -> crate::Result<Field> {
    let field = Field::open_with(&home.join("data"), options(home))?;
    field.0.open_store(key)?;
    field.0.set_session(Some(person(WANG)));
    Ok(field)
}

/// The process itself; ends at the first call that fails.
#[test]
#[ignore = "the other tests start it, as a process of its own"]
fn life() {
    let variable = |name: &str| std::env::var(name).unwrap();
    let home = PathBuf::from(variable("XUNZHAN_LIFE"));
    let key = Zeroizing::new(<[u8; 32]>::try_from(hex::decode(variable("XUNZHAN_LIFE_KEY")).unwrap()).unwrap());
    let visit = VisitId(variable("XUNZHAN_LIFE_VISIT").parse().unwrap());
    let card = PathBuf::from(variable("XUNZHAN_LIFE_CARD"));
    let Ok(field) = open(&home, &key) else { return say("failed open") };
    let clock = field.sync_status(contract::shared::Nothing {}).ok().and_then(|s| s.clock_behind_ms);
    say(&format!("clock {}", clock.map(|ms| ms.to_string()).unwrap_or_default()));
    for round in 0..ROUNDS {
        for item in ["C4-01", "C4-02", "C4-03"] {
            let reason = format!("第{round}轮 {}", uuid::Uuid::now_v7());
            say(&format!("begin answer {item} {reason}"));
            let answered = std::panic::catch_unwind(|| not_checked(&field, visit, item, &reason));
            if answered.is_err() {
                return say("failed answer");
            }
            say(&format!("answer {item} {reason}"));
            say("end answer");
        }
        let (slot, raw) = ("C4-05".to_owned(), format!("半句 {round}"));
        say(&format!("begin draft {slot} {raw}"));
        let draft = SaveDraft {
            visit,
            slot: slot.clone(),
            raw: raw.clone(),
        };
        if field.save_draft(draft).is_err() {
            return say("failed draft");
        }
        say(&format!("draft {slot} {raw}"));
        say("end draft");
        if import(&field, visit, &card, round).is_none() {
            return say("failed import");
        }
    }
    say("over");
}

/// Brings in a round's photos; tells each as soon as the report has it.
fn import(field: &Field, visit: VisitId, card: &Path, round: usize) -> Option<()> {
    let files = (0..PHOTOS_A_ROUND).map(|n| card.join(format!("p{:03}.jpg", round * PHOTOS_A_ROUND + n)));
    let handles = field.register_paths(files.collect()).into_iter().map(|h| h.handle).collect();
    say(&format!("begin import {round}"));
    let args = ImportPhotos {
        visit,
        handles,
        items: vec!["C4-04".into()],
        method: "drop".into(),
    };
    let import = field.import_photos(args).ok()?.import;
    let mut told = 0;
    loop {
        let report = field.import_report(ImportArgs { import: import.clone() }).ok()?;
        for row in &report.rows[told..] {
            if row.outcome != ImportOutcome::Taken {
                return None;
            }
            say(&format!("photo {} {}", row.name, row.photo?));
        }
        told = report.rows.len();
        if report.finished {
            say("end import");
            return Some(());
        }
        std::thread::sleep(Duration::from_micros(300));
    }
}
