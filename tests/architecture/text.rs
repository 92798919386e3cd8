//! What no file may say: a path of somebody's machine, a download address, a sentence of a source document. And how
//! long files are.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use super::tree::{Source, planted, sources};
use super::{found, holds, root};

/// Files that are part of the repository: what git tracks, or everything where there is no git.
fn tracked(root: &Path) -> Vec<Source> {
    let mut all = sources(root, ".");
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(root).output();
    if let Ok(listed) = listed
        && listed.status.success()
        && !listed.stdout.is_empty()
    {
        let names = String::from_utf8(listed.stdout).unwrap();
        let names: std::collections::HashSet<&str> = names.split('\0').collect();
        all.retain(|s| names.contains(s.path.as_str()));
    }
    all
}

/// First folders of absolute paths that exist on one machine only.
const OF_ONE_MACHINE: [&str; 5] = ["work", "root", "farm", "home", "Users"];

/// Absolute paths of one machine, and download addresses in lock files and settings of package managers.
fn places(root: &Path) -> Vec<String> {
    let mut broken = Vec::new();
    for source in tracked(root) {
        let name = source.path.rsplit('/').next().unwrap_or_default();
        let package_manager = ["package-lock.json", ".npmrc", "config.toml", "pip.conf"].contains(&name);
        for (number, line) in source.text.lines().enumerate() {
            let place = format!("{}:{}", source.path, number + 1);
            for folder in OF_ONE_MACHINE {
                let path = format!("/{folder}/");
                let hit = line.match_indices(&path).any(|(at, _)| {
                    // "a/root/b" and "https://host/home/" are not paths of a machine.
                    line[..at].chars().next_back().is_none_or(|c| " \t\"'`(=:,<>[".contains(c))
                });
                if hit {
                    broken.push(format!("{place} holds a path of one machine (/{folder}/…)"));
                }
            }
            if package_manager && (line.contains("\"resolved\": \"http") || line.contains("registry = \"") || line.contains("registry=http")) {
                broken.push(format!("{place} holds a download address"));
            }
        }
    }
    broken
}

/// Shortest run of Chinese that counts as a sentence of its own.
const SENTENCE: usize = 16;

fn is_han(c: char) -> bool {
    ('\u{3400}'..='\u{9fff}').contains(&c) || c > '\u{20000}'
}

/// Whole sentences of source documents that stand in the product.
fn copied_sentences(documents: &[Source], product: &[Source]) -> Vec<String> {
    let mut known: HashMap<Vec<char>, Vec<(Vec<char>, String)>> = HashMap::new();
    for document in documents {
        let mut run: Vec<char> = Vec::new();
        // A sentence may start at any of these: a heading before it ends with its line, not with a full stop.
        let mut starts: Vec<usize> = vec![0];
        for c in document.text.chars() {
            if is_han(c) {
                run.push(c);
            } else if c == '\n' {
                starts.push(run.len());
            } else if "。！？；".contains(c) {
                starts.dedup();
                for sentence in starts.iter().map(|at| &run[*at..]).filter(|s| s.len() >= SENTENCE) {
                    let whole = (sentence.to_vec(), document.path.clone());
                    known.entry(sentence[..SENTENCE].to_vec()).or_default().push(whole);
                }
                run.clear();
                starts = vec![0];
            }
        }
    }
    let mut broken = Vec::new();
    for source in product {
        let han: Vec<char> = source.text.chars().filter(|c| is_han(*c)).collect();
        for (at, window) in han.windows(SENTENCE).enumerate() {
            for (sentence, document) in known.get(window).into_iter().flatten() {
                if han[at..].starts_with(sentence) {
                    let sentence: String = sentence.iter().collect();
                    broken.push(format!("{} holds a sentence of {document}: {sentence}", source.path));
                }
            }
        }
    }
    broken
}

/// Files of this length need a reason; longer ones are refused.
const LONG: usize = 400;
const TOO_LONG: usize = 800;

/// Sources written by hand, with their number of lines, longest first.
fn lengths(root: &Path) -> Vec<(usize, String)> {
    let mut all: Vec<(usize, String)> = ["crates", "src-tauri", "ui/src", "tests", "xtask"]
        .iter()
        .flat_map(|folder| sources(root, folder))
        .filter(|s| [".rs", ".ts", ".vue", ".sql", ".css"].iter().any(|e| s.path.ends_with(e)))
        .filter(|s| !s.text.lines().take(5).any(|l| l.contains("generated") || l.contains("Generated")))
        .map(|s| (s.text.lines().count(), s.path))
        .collect();
    all.sort_by(|a, b| b.cmp(a));
    all
}

fn too_long(root: &Path) -> Vec<String> {
    // A table of test cases may be as long as its cases.
    lengths(root)
        .into_iter()
        .filter(|(lines, path)| *lines > TOO_LONG && !path.contains("/tests/"))
        .map(|(lines, path)| format!("{path} has {lines} lines"))
        .collect()
}

/// Files that a guide to the code names in backquotes and that are not there.
fn named_but_missing(root: &Path, guide: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root.join(guide)).unwrap_or_default();
    text.split('`')
        .skip(1)
        .step_by(2)
        .filter(|name| name.contains('/') && name.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c)))
        .filter(|name| {
            ["crates/", "ui/", "src-tauri/", "tests/", "xtask/", "assets/"]
                .iter()
                .any(|p| name.starts_with(p))
        })
        .filter(|name| !root.join(name).exists())
        .map(|name| format!("{guide} names {name}"))
        .collect()
}

#[test]
fn guides_name_files_that_exist() {
    let broken: Vec<String> = ["README.md", "ARCHITECTURE.md"]
        .iter()
        .flat_map(|g| named_but_missing(&root(), g))
        .collect();
    holds("guides", &broken);
}

#[test]
fn a_guide_that_names_a_missing_file_is_found() {
    let tree = planted(&[
        (
            "ARCHITECTURE.md",
            "It is in `crates/a/src/lib.rs`, not in `crates/a/src/gone.rs`; see `cargo test`.\n",
        ),
        ("crates/a/src/lib.rs", ""),
    ]);
    assert_eq!(
        named_but_missing(tree.path(), "ARCHITECTURE.md"),
        ["ARCHITECTURE.md names crates/a/src/gone.rs"]
    );
}

#[test]
fn no_file_names_a_place_of_one_machine() {
    holds("places", &places(&root()));
}

#[test]
fn a_place_of_one_machine_is_found() {
    let path = format!("/{}/somebody/target", OF_ONE_MACHINE[3]);
    let lock = format!("  \"{}\": \"https://registry.invalid/a.tgz\"\n", "resolved");
    let fine = format!("see https://example.org/{}/page and crates/{}/x\n", "home", "root");
    let tree = planted(&[
        ("docs/a.md", &format!("first\nput it in {path}\n")),
        ("ui/package-lock.json", &lock),
        ("docs/b.md", &fine),
    ]);
    let broken = places(tree.path());
    found(&broken, "docs/a.md:2 holds a path of one machine");
    found(&broken, "ui/package-lock.json:1 holds a download address");
    assert_eq!(broken.len(), 2, "{broken:?}");
}

#[test]
fn no_sentence_of_a_source_document_is_in_the_product() {
    let documents: Vec<Source> = sources(&root().join("../shared"), "seeds")
        .into_iter()
        .filter(|s| s.path.ends_with(".txt"))
        .collect();
    if documents.is_empty() {
        println!("the source documents are not here: only the planted tree was looked at");
        return;
    }
    let product: Vec<Source> = ["assets", "ui/src", "crates", "docs", "src-tauri/src", "migrations", "README.md"]
        .iter()
        .flat_map(|folder| sources(&root(), folder))
        .collect();
    holds("source documents", &copied_sentences(&documents, &product));
}

#[test]
fn a_copied_sentence_is_found_through_line_breaks_and_quotes() {
    let sentence = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未";
    let tree = planted(&[
        (
            "seeds/a.txt",
            &format!("某个标题不算一句话因为它没有句号结尾\n前一句。{sentence}。短句。"),
        ),
        ("product/copied.md", &format!("> {}\n> {}。\n", &sentence[..24], &sentence[24..])),
        ("product/title.md", "某个标题不算一句话因为它没有句号结尾\n短句。"),
    ]);
    let broken = copied_sentences(&sources(tree.path(), "seeds"), &sources(tree.path(), "product"));
    found(&broken, "product/copied.md holds a sentence of seeds/a.txt");
    assert_eq!(broken.len(), 1, "{broken:?}");
}

#[test]
fn files_stay_readable() {
    for (lines, path) in lengths(&root()).into_iter().filter(|(lines, _)| *lines > LONG) {
        println!("{lines:>6} lines  {path}");
    }
    holds("files over 800 lines", &too_long(&root()));
}

#[test]
fn a_file_that_is_too_long_is_found() {
    let tree = planted(&[("crates/a/src/lib.rs", &"fn a() {}\n".repeat(TOO_LONG + 1)), ("crates/a/src/b.rs", "\n")]);
    assert_eq!(too_long(tree.path()), ["crates/a/src/lib.rs has 801 lines"]);
}
