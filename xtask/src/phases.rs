//! What the gate does, phase by phase, and which test targets belong to which.

use std::fs;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::shell;

/// Whole-gate budgets, in minutes, on two cores from nothing.
pub const BUDGETS: [(Group, u64); 7] = [
    (Group::Install, 8),
    (Group::Build, 28),
    (Group::Unit, 4),
    (Group::Simulator, 2),
    (Group::Fuzz, 3),
    (Group::Crash, 4),
    (Group::Stories, 10),
];

/// Seconds that all fuzz and mutation targets may spend together; the rest of their budget is for starting them.
pub const FUZZ_SECONDS: u64 = 150;

/// One width of features for every cargo call, so that nothing is built twice. `story` only adds
/// test targets; `test-hooks` lets the stories hand files to the window where a native dialog would stand.
pub const FEATURES: &str = "xunzhan-tests/story,xunzhan-desktop/test-hooks";

/// Parts of the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Install,
    Build,
    Unit,
    Simulator,
    Fuzz,
    Crash,
    Stories,
}

impl Group {
    /// The word in the table.
    pub fn word(self) -> &'static str {
        match self {
            Group::Install => "install",
            Group::Build => "build",
            Group::Unit => "unit tests",
            Group::Simulator => "simulator",
            Group::Fuzz => "fuzz",
            Group::Crash => "crash",
            Group::Stories => "stories",
        }
    }

    /// Where an integration test belongs: one that needs the feature `story` is a story, the others go by their names.
    fn of_test(name: &str, is_story: bool) -> Group {
        if is_story {
            Group::Stories
        } else if name.starts_with("simulator") {
            Group::Simulator
        } else if name.contains("fuzz") || name.contains("mutation") {
            Group::Fuzz
        } else {
            Group::Unit
        }
    }
}

/// Names of the integration tests of the workspace that belong to a group, each once.
pub fn tests_of(group: Group) -> Result<Vec<String>> {
    let text = shell::answer(shell::command("cargo").args(["metadata", "--no-deps", "--offline", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&text).context("reading cargo metadata")?;
    let mut names: Vec<String> = Vec::new();
    for package in array(&metadata, "packages") {
        for target in array(package, "targets") {
            let is_test = array(target, "kind").iter().any(|k| k == "test");
            let Some(name) = target.get("name").and_then(Value::as_str) else {
                continue;
            };
            let is_story = array(target, "required-features").iter().any(|f| f == "story");
            if is_test && Group::of_test(name, is_story) == group {
                names.push(name.to_owned());
            }
        }
    }
    names.sort();
    names.dedup();
    Ok(names)
}

/// Whether the large shared test data lies beside the work tree; tests fall back to the small copies by themselves.
pub fn test_data() -> String {
    let root = shell::root();
    let count = |folder: &str| fs::read_dir(root.join(folder)).map(Iterator::count).unwrap_or(0);
    let photos = count("../shared/photos/files");
    if photos > 0 {
        format!("test data: ../shared ({photos} photos, {} sets of vectors)", count("../shared/vectors"))
    } else {
        format!(
            "test data: the small copies in the crates' tests/data ({} photos, {} sets of vectors); ../shared is not here",
            count("crates/intake/tests/data/photos/files"),
            count("crates/seal/tests/data")
        )
    }
}

fn array<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
