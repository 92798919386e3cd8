//! `cargo xtask test`: the whole gate, its table and its closing line; `cargo xtask soak`: the same tests for longer.

use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::clean_root;
use crate::install;
use crate::package;
use crate::phases::{self, BUDGETS, FEATURES, FUZZ_SECONDS, Group};
use crate::shell;
use crate::tally::Tally;
use crate::window;

/// One step of the gate.
struct Phase {
    name: &'static str,
    group: Group,
    /// What comes later cannot run without it.
    needed: bool,
    act: fn() -> Result<Tally>,
}

const PHASES: &[Phase] = &[
    Phase {
        name: "packages",
        group: Group::Install,
        needed: true,
        act: packages,
    },
    Phase {
        name: "ui-types",
        group: Group::Build,
        needed: false,
        act: || npm("check"),
    },
    Phase {
        name: "ui-lint",
        group: Group::Build,
        needed: false,
        act: || npm("lint"),
    },
    Phase {
        name: "ui-build",
        group: Group::Build,
        needed: true,
        act: || npm("build"),
    },
    Phase {
        name: "fmt",
        group: Group::Build,
        needed: false,
        act: fmt,
    },
    Phase {
        name: "build",
        group: Group::Build,
        needed: true,
        act: build,
    },
    Phase {
        name: "ui-tests",
        group: Group::Unit,
        needed: false,
        act: || npm("test"),
    },
    Phase {
        name: "unit",
        group: Group::Unit,
        needed: false,
        act: unit,
    },
    Phase {
        name: "doc",
        group: Group::Unit,
        needed: false,
        act: doc,
    },
    Phase {
        name: "simulator",
        group: Group::Simulator,
        needed: false,
        act: simulator,
    },
    Phase {
        name: "fuzz",
        group: Group::Fuzz,
        needed: false,
        act: fuzz,
    },
    Phase {
        name: "crash",
        group: Group::Crash,
        needed: false,
        act: || crash(&[]),
    },
    Phase {
        name: "look",
        group: Group::Stories,
        needed: false,
        act: || npm("look"),
    },
    Phase {
        name: "story",
        group: Group::Stories,
        needed: false,
        act: story,
    },
];

/// What the stories drive is built before them: otherwise they would pass or fail by programs and screens of another day.
const BEFORE_STORY: [&str; 2] = ["ui-build", "build"];

/// Whether a phase is to run; all are where none is named.
fn is_wanted(phase: &str, named: &[&str]) -> bool {
    named.is_empty() || named.contains(&phase) || (named.contains(&"story") && BEFORE_STORY.contains(&phase))
}

/// What became of a phase.
struct Outcome {
    name: &'static str,
    group: Group,
    took: Duration,
    tally: Tally,
    error: Option<String>,
}

/// Runs the gate, or the named phases of it.
pub fn test(wanted: &[&str]) -> Result<ExitCode> {
    if shell::under_ci() && !wanted.is_empty() {
        bail!("under CI the whole gate runs; name no phases");
    }
    if let Some(unknown) = wanted.iter().find(|w| !PHASES.iter().any(|p| p.name == **w)) {
        let names: Vec<&str> = PHASES.iter().map(|p| p.name).collect();
        bail!("no phase is called {unknown}; there are: {}", names.join(" "));
    }
    println!("{}", phases::test_data());
    let mut outcomes: Vec<Outcome> = Vec::new();
    let mut not_run: Vec<&str> = Vec::new();
    let mut stopped = false;
    for phase in PHASES.iter().filter(|p| is_wanted(p.name, wanted)) {
        if stopped {
            not_run.push(phase.name);
            continue;
        }
        println!("\n== {} ==", phase.name);
        let start = Instant::now();
        let result = (phase.act)();
        let took = start.elapsed();
        let (tally, error) = match result {
            Ok(tally) if tally.failed > 0 => (tally, Some(format!("{} tests failed", tally.failed))),
            Ok(tally) => (tally, None),
            Err(error) => (
                Tally {
                    failed: 1,
                    ..Tally::default()
                },
                Some(format!("{error:#}")),
            ),
        };
        if let Some(error) = &error {
            println!("phase {} failed: {error}", phase.name);
            stopped = phase.needed;
        }
        outcomes.push(Outcome {
            name: phase.name,
            group: phase.group,
            took,
            tally,
            error,
        });
    }
    Ok(report(&outcomes, &not_run))
}

/// Prints the table and the closing line.
fn report(outcomes: &[Outcome], not_run: &[&str]) -> ExitCode {
    println!("\n{:<12} {:<12} {:>9} {:>8} {:>8}", "phase", "part", "seconds", "passed", "failed");
    let mut sum = Tally::default();
    for outcome in outcomes {
        println!(
            "{:<12} {:<12} {:>9.1} {:>8} {:>8}",
            outcome.name,
            outcome.group.word(),
            outcome.took.as_secs_f64(),
            outcome.tally.passed,
            outcome.tally.failed
        );
        sum.add(outcome.tally);
    }
    println!("\n{:<12} {:>9} {:>9}", "part", "minutes", "budget");
    for (group, budget) in BUDGETS {
        let spent: Duration = outcomes.iter().filter(|o| o.group == group).map(|o| o.took).sum();
        let minutes = spent.as_secs_f64() / 60.0;
        let over = if spent > Duration::from_secs(budget * 60) { "  over budget" } else { "" };
        println!("{:<12} {minutes:>9.1} {budget:>9}{over}", group.word());
    }
    let total: Duration = outcomes.iter().map(|o| o.took).sum();
    println!("{:<12} {:>9.1}", "together", total.as_secs_f64() / 60.0);
    println!("{}", phases::test_data());
    for outcome in outcomes {
        if let Some(error) = &outcome.error {
            println!("failed: {}: {}", outcome.name, error);
        }
    }
    if !not_run.is_empty() {
        println!("not run, because a phase they need failed: {}", not_run.join(" "));
    }
    if sum.ignored > 0 {
        println!("{} passed, {} failed, {} skipped", sum.passed, sum.failed, sum.ignored);
    } else {
        println!("{} passed, {} failed", sum.passed, sum.failed);
    }
    if sum.failed > 0 || !not_run.is_empty() || outcomes.is_empty() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

fn packages() -> Result<Tally> {
    install::everything()?;
    Ok(Tally::default())
}

/// A script of `ui/package.json`, all of which must exist.
fn npm(script: &str) -> Result<Tally> {
    let mut command = shell::command("npm");
    command
        .args(["run", "--silent", script])
        .current_dir(shell::root().join("ui"))
        .env("NO_COLOR", "1");
    counted(&mut command)
}

fn fmt() -> Result<Tally> {
    counted(shell::command("cargo").args(["fmt", "--manifest-path", POWERCUT, "--check"]))?;
    counted(shell::command("cargo").args(["fmt", "--all", "--check"]))
}

/// Builds and lints in one: `cargo clippy` would check all dependencies once more, which takes as long as a third of the build.
fn build() -> Result<Tally> {
    counted(cargo("build").args(["--workspace", "--all-targets", "--features", FEATURES]))?;
    counted(cargo("build").args([
        "--locked",
        "--all-targets",
        "--manifest-path",
        POWERCUT,
        "--target-dir",
        "target/powercut",
    ]))?;
    // The program without its hooks replaces this file whenever somebody builds it; the stories keep their own.
    window::keep_programs()?;
    Ok(Tally::default())
}

fn unit() -> Result<Tally> {
    let mut command = cargo("test");
    command.args(["--workspace", "--features", FEATURES, "--no-fail-fast", "--lib", "--bins"]);
    for name in phases::tests_of(Group::Unit)? {
        command.args(["--test", &name]);
    }
    // They have a phase of their own.
    command.args(["--", "--skip", "tests::crash::"]);
    counted(&mut command)
}

/// Kills and power cuts (`crates/field/src/tests/crash`), and the tests of the disk that forgets (`tools/powercut`), which is no member
/// of the workspace. Where the machine has no file systems in user space, the tests themselves kill instead of cutting, and say so.
fn crash(variables: &[(&str, &str)]) -> Result<Tally> {
    let mut disk = cargo("test");
    disk.args(["--locked", "--manifest-path", POWERCUT, "--target-dir", "target/powercut"]);
    let mut sum = counted(&mut disk)?;
    // The process that they kill is a test too, which nobody else may start.
    sum.add(named(&["tests::crash::kills", "tests::crash::cuts"], variables)?);
    Ok(sum)
}

/// Unit tests whose names begin so.
fn named(names: &[&str], variables: &[(&str, &str)]) -> Result<Tally> {
    let mut command = cargo("test");
    command.args(["--workspace", "--features", FEATURES, "--no-fail-fast", "--lib", "--", "--nocapture"]);
    command.args(names).envs(variables.iter().copied());
    counted(&mut command)
}

fn doc() -> Result<Tally> {
    counted(cargo("test").args(["--workspace", "--features", FEATURES, "--no-fail-fast", "--doc"]))
}

fn simulator() -> Result<Tally> {
    targets(Group::Simulator, &[])
}

fn fuzz() -> Result<Tally> {
    let count = phases::tests_of(Group::Fuzz)?.len().max(1) as u64;
    let seconds = (FUZZ_SECONDS / count).max(1).to_string();
    targets(Group::Fuzz, &[("XUNZHAN_FUZZ_SECONDS", &seconds)])
}

fn story() -> Result<Tally> {
    let mut command = window::on_a_display("cargo");
    command.envs(COMPILING);
    command.args(["test", "--workspace", "--features", FEATURES, "--no-fail-fast"]);
    for name in phases::tests_of(Group::Stories)? {
        command.args(["--test", &name]);
    }
    // One window at a time: focus, and the clock of what is measured, belong to one.
    command.args(["--", "--nocapture", "--test-threads=1"]);
    window::for_stories(&mut command);
    counted(&mut command)
}

/// Every integration test of a group; a group that has none is an error, since the gate would then prove nothing.
fn targets(group: Group, variables: &[(&str, &str)]) -> Result<Tally> {
    let names = phases::tests_of(group)?;
    if names.is_empty() {
        bail!("no test target belongs to the part “{}”", group.word());
    }
    let mut command = cargo("test");
    command.args(["--workspace", "--features", FEATURES, "--no-fail-fast"]);
    for name in &names {
        command.args(["--test", name]);
    }
    command.args(["--", "--nocapture"]);
    command.envs(variables.iter().copied());
    counted(&mut command)
}

fn cargo(verb: &str) -> Command {
    let mut command = shell::command("cargo");
    command.arg(verb).envs(COMPILING);
    command
}

/// How every call of cargo compiles, so that none compiles again what another did: our own crates by the compiler that knows Clippy's
/// lints, of which each fails the build. What a later build could reuse of half a crate is a third of `target`, and the gate starts from
/// nothing where it counts.
const COMPILING: [(&str, &str); 3] = [
    ("CARGO_INCREMENTAL", "0"),
    ("RUSTC_WORKSPACE_WRAPPER", "clippy-driver"),
    ("CLIPPY_ARGS", "-Dwarnings__CLIPPY_HACKERY__"),
];

/// Runs a command and counts tests in its output. A failure without a failed test (it did not compile, it crashed)
/// is an error.
fn counted(command: &mut Command) -> Result<Tally> {
    let mut tally = Tally::default();
    let succeeded = shell::run_reading(command, |line| tally.read(line))?;
    if !succeeded && tally.failed == 0 {
        bail!("{} failed", shell::typed(command));
    }
    Ok(tally)
}

/// The manifest of the disk that forgets.
const POWERCUT: &str = "tools/powercut/Cargo.toml";

/// Moments of a soak at which the inspector's core is killed, and at which the power is cut.
const SOAK_KILLS: &str = "100";
const SOAK_CUTS: &str = "200";

/// The test that a soak runs with a real vault.
const LARGE: &str = "tests::bad_days::files::a_video_of_two_gigabytes_is_taken_whole";

/// Simulator runs that take about a minute of a soak, on one core, in a build without optimisation.
const RUNS_A_MINUTE: u64 = 100;

/// Simulator and fuzz targets with seeds of their own and more time: `--minutes N`, 30 unless told; then all kills and power cuts, a
/// film of 2 GB, and the packages of the present work, made and tried in a clean Debian.
pub fn soak(words: &[&str]) -> Result<ExitCode> {
    let minutes = match words {
        [] => 30,
        ["--minutes", number] => number.parse::<u64>()?,
        _ => bail!("soak knows --minutes N only"),
    };
    clean_root::needs_root()?;
    install::everything()?;
    let fuzzers = phases::tests_of(Group::Fuzz)?.len().max(1) as u64;
    let each = (minutes * 60 / (fuzzers * 2)).max(1).to_string();
    let runs = (minutes * RUNS_A_MINUTE).to_string();
    let seed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs().to_string();
    println!("{runs} simulator runs from seed {seed}; {each} seconds for each of {fuzzers} fuzz targets");
    let variables = [
        ("XUNZHAN_FUZZ_SECONDS", each.as_str()),
        ("XUNZHAN_SIM_SEEDS", &runs),
        ("XUNZHAN_SIM_FIRST", &seed),
    ];
    let mut sum = targets(Group::Simulator, &variables)?;
    sum.add(targets(Group::Fuzz, &variables)?);
    sum.add(crash(&[("XUNZHAN_KILLS", SOAK_KILLS), ("XUNZHAN_CUTS", SOAK_CUTS)])?);
    sum.add(named(&[LARGE], &[("XUNZHAN_LARGE", "1")])?);
    println!("{} passed, {} failed", sum.passed, sum.failed);
    package::package(&[])?;
    clean_root::try_packages()?;
    Ok(if sum.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
