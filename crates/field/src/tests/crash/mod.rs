//! Killed and cut: whatever the moment, nothing that was acknowledged is missing, no photo is half there, the log verifies, and the
//! state is what the log says.
//!
//! The core runs in a process of its own (`life`), which tells over a pipe what the core acknowledged; so what must be there is known
//! outside of it. `XUNZHAN_KILLS` and `XUNZHAN_CUTS` say how many moments are tried.

mod claims;
mod fixture;
mod life;
mod power;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

pub use claims::check;
pub use fixture::Fixture;
pub use life::{Life, Said, open};
pub use power::Power;

/// Bytes that fit on the disk of the power cuts: the vault's reserve and more.
pub const ROOMY: u64 = 1 << 30;

fn wanted(variable: &str, otherwise: usize) -> usize {
    std::env::var(variable).ok().and_then(|n| n.parse().ok()).unwrap_or(otherwise)
}

/// How often something fell where.
#[derive(Default)]
struct Histogram(std::sync::Mutex<std::collections::BTreeMap<String, usize>>);

impl Histogram {
    fn add(&self, place: impl Into<String>) {
        *self.0.lock().unwrap().entry(place.into()).or_default() += 1;
    }

    fn print(&self, title: &str) {
        println!("{title}");
        for (place, count) in self.0.lock().unwrap().iter() {
            println!("  {place:<44} {count:>4} {}", "#".repeat(*count));
        }
    }
}

/// Works through numbers on two threads; the first panic ends all.
fn on_two_threads(count: usize, work: impl Fn(usize) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let run = || {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return;
                }
                work(number);
            }
        };
        let other = scope.spawn(run);
        run();
        other.join().unwrap();
    });
}

#[test]
fn kills() {
    killed(wanted("XUNZHAN_KILLS", 12));
}

/// Half of the moments fall into answers, half into imports, at even fractions of what such a call takes. Only moments count at which the
/// call had begun and was not acknowledged.
fn killed(count: usize) {
    let fixture = Fixture::new();
    let usual = usual_durations(&fixture);
    println!("an answer takes {:?}, an import of three photos {:?}", usual[0], usual[1]);
    let fell = Histogram::default();
    let tries = AtomicUsize::new(0);
    on_two_threads(count, |number| {
        let (kind, usual) = if number % 2 == 0 { ("answer", usual[0]) } else { ("import", usual[1]) };
        let fraction = (number / 2) as f64 / (count as f64 / 2.0);
        for attempt in 0..40 {
            tries.fetch_add(1, Ordering::Relaxed);
            let home = fixture.copy();
            let mut life = Life::start(&fixture, home.path(), None);
            // Later tries aim earlier: a machine with other work to do is late at killing.
            let after = usual.mul_f64(fraction * 0.9_f64.powi(attempt));
            let Some(said) = life.kill_in(kind, 1 + number % 3, after) else {
                continue;
            };
            let copy = half_copy(home.path());
            let took_effect = check(home.path(), &fixture, &said).unwrap_or_else(|lost| panic!("killed {after:?} into an {kind}: {lost}"));
            fell.add(format!(
                "{kind} after {:>2}0 % of its time",
                (after.as_secs_f64() / usual.as_secs_f64() * 10.0) as usize
            ));
            let left = match (copy, took_effect) {
                (true, _) => "a half copy was in the vault's tmp",
                (false, true) => "it was committed and not yet acknowledged",
                (false, false) => "nothing of it was committed",
            };
            fell.add(format!("{kind}: {left}"));
            return;
        }
        panic!("no moment found inside an {kind} at {fraction}");
    });
    fell.print(&format!("{count} kills in {} runs:", tries.into_inner()));
}

/// Medians over one undisturbed life.
fn usual_durations(fixture: &Fixture) -> [Duration; 2] {
    let home = fixture.copy();
    let mut life = Life::start(fixture, home.path(), None);
    life.until_over();
    check(home.path(), fixture, &life.said).unwrap();
    ["answer", "import"].map(|kind| {
        let mut took = life.said.took[kind].clone();
        took.sort();
        took[took.len() / 2]
    })
}

#[test]
fn cuts() {
    let count = wanted("XUNZHAN_CUTS", 24);
    let fixture = Fixture::new();
    // An undisturbed life tells how many changes the disk sees, from the start of the program on.
    let power = match Power::on(fixture.home(), ROOMY) {
        Ok(power) => power,
        Err(e) if std::env::var_os("XUNZHAN_CUTS").is_some() => panic!("cuts were asked for, and there is no file system in user space here: {e}"),
        Err(e) => {
            println!("no file system in user space here ({e}): power cuts were not tried; {count} kills instead");
            return killed(count);
        }
    };
    let mut life = Life::start(&fixture, power.home(), None);
    life.until_over();
    let changes: u64 = power.ask("changes").parse().unwrap();
    let rare: Vec<u64> = power.ask("rare").split(' ').map(|n| n.parse().unwrap()).collect();
    drop(power);
    println!("a whole life makes {changes} changes, {} of them no writes", rare.len());
    let (fell, did) = (Histogram::default(), Histogram::default());
    on_two_threads(count, |number| {
        // Most changes are writes; every third cut goes to a sync, a new name, a removal or a change of length.
        let at = match number % 3 {
            0 => rare[rare.len() * number / count],
            _ => 1 + changes * (2 * number as u64 + 1) / (2 * count as u64),
        };
        let power = Power::on(fixture.home(), ROOMY).unwrap();
        power.ask(&format!("cut {at}"));
        let mut life = Life::start(&fixture, power.home(), None);
        let said = life.until_over();
        // Threads take turns as they like: this life may have made fewer changes than the first. Then the power goes at its end.
        if power.ask("where").is_empty() {
            power.ask("cut 0");
        }
        // Every second disk keeps some of what was not synced: pieces of files, and names, in any mixture.
        let seed = if number % 2 == 0 { 0 } else { number as u64 };
        let image = power.image(seed);
        check(image.path(), &fixture, &said)
            .unwrap_or_else(|lost| panic!("power cut at change {at} of {changes} ({}), seed {seed}: {lost}", power.ask("where")));
        fell.add(said.doing.as_ref().map_or("the end", |d| d.split(' ').next().unwrap_or_default()));
        did.add(kind_of(&power.ask("where")));
    });
    fell.print(&format!("{count} power cuts, by what the inspector was doing:"));
    did.print("and by what the disk was doing:");
}

/// A change without the random part of its name.
fn kind_of(change: &str) -> String {
    let (verb, name) = change.split_once(' ').unwrap_or(("the end", ""));
    let what = match name {
        name if name.ends_with(".age") => "a photo's place",
        name if name.len() == 32 => "a photo's copy",
        name if name.len() == 2 => "a shelf",
        name if name.starts_with("incarnation") => "incarnation",
        name => name,
    };
    format!("{verb} {what}")
}

/// A name is as durable as the least durable folder above it.
#[test]
fn cuts_of_new_folders() {
    let empty = tempfile::tempdir().unwrap();
    let Ok(power) = Power::on(empty.path(), ROOMY) else {
        return println!("no file system in user space here: new folders were not cut");
    };
    crate::os::files::make_dir(&power.home().join("a/b/c")).unwrap();
    assert!(power.image(0).path().join("a/b/c").is_dir());
}

/// Whoever was told that he has a key here can open the laptop with it after the power went.
#[test]
fn cuts_after_a_first_start() {
    let empty = tempfile::tempdir().unwrap();
    let Ok(power) = Power::on(empty.path(), ROOMY) else {
        return println!("no file system in user space here: a first start was not cut");
    };
    let mut county = super::county::County::new();
    let field = county.laptop(power.home());
    let visit = super::visit::open_visit(&field);
    let image = power.image(0);
    drop(field);
    let field = super::county::field(image.path());
    let unlock = contract::field::Unlock {
        person: super::county::person(super::county::LI),
        passphrase: "li-passphrase".into(),
    };
    use contract::field::FieldHost as _;
    field.unlock(unlock).unwrap();
    super::visit::not_checked(&field, visit, "C4-01", "停电之后");
    assert!(field.rebuild().unwrap());
}

/// The tests above can fail: with either sync of the vault taken away, a photo that was acknowledged is lost.
#[test]
fn cuts_notice_a_missing_sync() {
    let fixture = Fixture::new();
    for planted in ["file-sync", "folder-sync", "nothing"] {
        let Ok(power) = Power::on(fixture.home(), ROOMY) else {
            return println!("no file system in user space here: a missing sync was not planted");
        };
        let mut life = Life::start(&fixture, power.home(), Some(planted));
        life.until(|said| !said.photos.is_empty());
        power.ask("cut 0");
        let said = life.until_over();
        let outcome = check(power.image(0).path(), &fixture, &said);
        if planted == "nothing" {
            outcome.unwrap();
        } else {
            let lost = outcome.expect_err(planted);
            assert!(lost.contains("photo"), "{planted}: {lost}");
            println!("without {planted}: {lost}");
        }
    }
}

/// Whether an interrupted import left a file in `tmp`; nobody has opened the laptop since.
fn half_copy(home: &std::path::Path) -> bool {
    std::fs::read_dir(home.join("data/vault/tmp")).is_ok_and(|mut left| left.next().is_some())
}

impl Life {
    /// Kills so long after the `nth` call of a kind begins. None when the call was over by then.
    fn kill_in(&mut self, kind: &str, nth: usize, after: Duration) -> Option<Said> {
        let begun = |said: &Said| said.begun.get(kind).copied().unwrap_or(0) >= nth;
        self.until(begun);
        let until = Instant::now() + after;
        while Instant::now() < until {
            std::hint::spin_loop();
        }
        self.kill();
        let said = self.until_over();
        said.doing
            .as_ref()
            .is_some_and(|d| d.starts_with(kind) && said.begun[kind] == nth)
            .then_some(said)
    }
}
