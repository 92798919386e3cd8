//! The sync machine under faults: many seeded runs, and three planted bugs that the checker must see.
//!
//! `XUNZHAN_SIM_SEEDS=n` sets the number of runs, `XUNZHAN_SIM_FIRST=n` the first seed. A failure prints its seed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod sim;

use sim::Bug;
use sim::check::Violation;
use sim::world::{Weather, World};

const STEPS: usize = 260;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(default)
}

/// Runs seeds, alternating the weather, and tells what they met.
fn runs(default: u64, weather: impl Fn(u64) -> Weather) {
    let (first, count) = (number("XUNZHAN_SIM_FIRST", 1), number("XUNZHAN_SIM_SEEDS", default));
    let [mut forks, mut restores, mut crashes, mut cuts, mut entries] = [0; 5];
    for seed in first..first + count {
        let mut world = World::new(seed, weather(seed));
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| world.run(STEPS)));
        match outcome {
            Ok(Ok(())) => {}
            Ok(Err(violation)) => panic!("seed {seed}: {violation:?} (XUNZHAN_SIM_FIRST={seed} XUNZHAN_SIM_SEEDS=1)"),
            Err(_) => panic!("seed {seed}: the run panicked (XUNZHAN_SIM_FIRST={seed} XUNZHAN_SIM_SEEDS=1)"),
        }
        forks += world.forks;
        restores += world.restores;
        crashes += world.crashes;
        cuts += world.cuts;
        entries += world.server.core.order.len();
    }
    println!("{count} runs: {entries} entries, {cuts} cuts, {crashes} crashes, {restores} restores, {forks} forks");
    if count >= 50 {
        assert!(restores > 0 && crashes > 0 && cuts > 0, "the weather was too fine to tell anything");
    }
}

#[test]
fn what_was_promised_holds() {
    runs(100, |_| Weather {
        restored_devices: true,
        restored_server: false,
        bug: None,
    });
}

#[test]
fn what_was_promised_holds_when_the_server_is_restored() {
    runs(40, |_| Weather {
        restored_devices: true,
        restored_server: true,
        bug: None,
    });
}

/// Runs seeds with a planted bug until the checker sees it.
fn caught(bug: Bug) -> Violation {
    for seed in 1..=200 {
        let weather = Weather {
            restored_devices: true,
            restored_server: false,
            bug: Some(bug),
        };
        if let Err(violation) = World::new(seed, weather).run(STEPS) {
            println!("{bug:?} seen with seed {seed}: {violation:?}");
            return violation;
        }
    }
    panic!("{bug:?} was never seen");
}

#[test]
fn an_acknowledgement_before_the_commit_is_seen() {
    assert!(matches!(caught(Bug::AckBeforeCommit), Violation::AckedLost(_)));
}

#[test]
fn a_cursor_moved_before_the_entries_are_stored_is_seen() {
    assert!(matches!(caught(Bug::CursorBeforeApply), Violation::CursorPastHole { .. }));
}

#[test]
fn a_restored_device_that_keeps_its_log_is_seen() {
    assert!(matches!(caught(Bug::OldLogAfterRestore), Violation::OldLogWritten { .. }));
}
