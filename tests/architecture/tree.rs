//! Reads a tree of sources, and plants small ones.

use std::fs;
use std::path::Path;

/// A text file below a root; `path` has forward slashes and starts below the root.
pub struct Source {
    pub path: String,
    pub text: String,
}

/// Folders that are made, not written.
const MADE: [&str; 5] = ["target", "node_modules", ".git", "dist", "gen"];

/// Every UTF-8 file below `root/folder`, or that file itself, sorted by path, without what tools make.
pub fn sources(root: &Path, folder: &str) -> Vec<Source> {
    let mut found = Vec::new();
    let start = root.join(folder);
    if start.is_file() {
        read(root, &start, &mut found)
    } else {
        walk(root, &start, &mut found)
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn walk(root: &Path, folder: &Path, found: &mut Vec<Source>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.map(Result::unwrap) {
        let path = entry.path();
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            if !MADE.contains(&name.as_str()) {
                walk(root, &path, found);
            }
        } else {
            read(root, &path, found);
        }
    }
}

fn read(root: &Path, path: &Path, found: &mut Vec<Source>) {
    // A file may be gone since the folder was listed; what is not UTF-8 is not a text.
    if let Ok(bytes) = fs::read(path)
        && let Ok(text) = String::from_utf8(bytes)
    {
        let path = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
        found.push(Source { path, text });
    }
}

/// A Rust source without its comments' text and without a test module at its end.
pub fn product_code(text: &str) -> String {
    let mut code = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if line.trim() == "#[cfg(test)]" && lines.peek().is_some_and(|next| next.trim_start().starts_with("mod ")) {
            let whole = lines.peek().is_some_and(|next| next.trim_end().ends_with('{'));
            if whole {
                break;
            }
            lines.next();
            code.push_str("\n\n");
            continue;
        }
        // Inside a string "//" may stand for a path; what follows it is then lost to the rules, which is harmless.
        let kept = line.split("//").next().unwrap_or(line);
        code.push_str(kept);
        code.push('\n');
    }
    code
}

/// The numbers of the lines that hold `pattern` as a whole word path (no identifier character before it).
pub fn lines_with(code: &str, pattern: &str) -> Vec<usize> {
    let mut numbers = Vec::new();
    for (number, line) in code.lines().enumerate() {
        let hit = line.match_indices(pattern).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
        });
        if hit {
            numbers.push(number + 1);
        }
    }
    numbers
}

/// A temporary tree with these files.
pub fn planted(files: &[(&str, &str)]) -> tempfile::TempDir {
    let tree = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = tree.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    tree
}

#[test]
fn test_modules_and_comments_are_not_product_code() {
    let code = product_code("fn a() {} // std::fs\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n");
    assert_eq!(code, "fn a() {} \n");
    let code = product_code("#[cfg(test)]\nmod tests;\nuse std::fs;\n");
    assert_eq!(lines_with(&code, "std::fs"), [3]);
}
