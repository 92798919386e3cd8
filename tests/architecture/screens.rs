//! Import rules of the screens: one file per host, and features that know nothing of each other.

use std::path::Path;

use super::tree::{Source, planted, sources};
use super::{found, holds, root};

fn screens(root: &Path) -> Vec<Source> {
    let mut all = sources(root, "ui/src");
    all.retain(|s| [".ts", ".vue", ".mts", ".js"].iter().any(|e| s.path.ends_with(e)));
    all
}

/// A test replaces hosts on purpose, so it is not held to where they may be named.
fn is_test(path: &str) -> bool {
    path.contains(".test.") || path.contains(".spec.") || path.contains("/__tests__/")
}

/// What only one file may say, and which.
const ONLY_IN: [(&str, &str); 6] = [
    ("@tauri-apps", "ui/src/host/tauri.ts"),
    ("__TAURI", "ui/src/host/tauri.ts"),
    ("fetch(", "ui/src/host/web.ts"),
    ("XMLHttpRequest", "ui/src/host/web.ts"),
    ("new EventSource", "ui/src/host/web.ts"),
    ("new WebSocket", "ui/src/host/web.ts"),
];

/// Calls of a host outside the one file that adapts it.
fn hosts(root: &Path) -> Vec<String> {
    let mut broken = Vec::new();
    for source in screens(root) {
        for (word, home) in ONLY_IN {
            if source.path == home || is_test(&source.path) {
                continue;
            }
            for (number, line) in source.text.lines().enumerate() {
                let hit = line.match_indices(word).any(|(at, _)| {
                    let before = line[..at].chars().next_back();
                    !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
                });
                let comment = line.trim_start().starts_with("//") || line.trim_start().starts_with('*');
                if hit && !comment {
                    broken.push(format!("{}:{} says {word}, which belongs in {home}", source.path, number + 1));
                }
            }
        }
    }
    broken
}

/// What a module imports, as written: after `from`, `import` and inside `import(…)`.
fn imports(text: &str) -> Vec<(usize, String)> {
    let mut all = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for opener in ["from ", "import ", "import("] {
            for (at, _) in line.match_indices(opener) {
                let rest = line[at + opener.len()..].trim_start();
                let Some(quote) = rest.chars().next().filter(|c| *c == '"' || *c == '\'') else {
                    continue;
                };
                if let Some(end) = rest[1..].find(quote) {
                    all.push((number + 1, rest[1..=end].to_owned()));
                }
            }
        }
    }
    all
}

/// The path below the root that an import names; packages have none.
fn resolved(importer: &str, import: &str) -> Option<String> {
    if let Some(rest) = import.strip_prefix("@/") {
        return Some(format!("ui/src/{rest}"));
    }
    if !import.starts_with('.') {
        return None;
    }
    let mut parts: Vec<&str> = importer.split('/').collect();
    parts.pop();
    for part in import.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

fn feature(path: &str) -> Option<&str> {
    path.strip_prefix("ui/src/features/")?.split('/').next()
}

/// Features that import another feature, and shared parts that import any.
fn features(root: &Path) -> Vec<String> {
    let mut broken = Vec::new();
    for source in screens(root) {
        for (line, import) in imports(&source.text) {
            let Some(target) = resolved(&source.path, &import) else { continue };
            let Some(to) = feature(&target) else { continue };
            let shared = source.path.starts_with("ui/src/host/") || source.path.starts_with("ui/src/components/");
            match feature(&source.path) {
                Some(from) if from != to => {
                    broken.push(format!("{}:{line} imports the feature {to}", source.path));
                }
                None if shared => broken.push(format!("{}:{line} is shared and imports the feature {to}", source.path)),
                _ => {}
            }
        }
    }
    broken
}

#[test]
fn each_host_is_named_in_one_file() {
    holds("hosts", &hosts(&root()));
}

#[test]
fn a_host_named_elsewhere_is_found() {
    let tree = planted(&[
        ("ui/src/host/web.ts", "const r = await fetch(\"/v1/x\");\n"),
        ("ui/src/features/visit/Visit.vue", "import { invoke } from \"@tauri-apps/api/core\";\n"),
        (
            "ui/src/features/review/list.ts",
            "// fetch( is not ours\nrefetch();\nawait fetch(\"/v1/visits\");\n",
        ),
    ]);
    let broken = hosts(tree.path());
    found(&broken, "ui/src/features/visit/Visit.vue:1 says @tauri-apps");
    found(&broken, "ui/src/features/review/list.ts:3 says fetch(");
    assert_eq!(broken.len(), 2, "{broken:?}");
}

#[test]
fn features_know_nothing_of_each_other() {
    holds("features", &features(&root()));
}

#[test]
fn a_feature_that_imports_another_is_found() {
    let tree = planted(&[
        (
            "ui/src/features/visit/a.ts",
            "import { b } from '@/features/evidence/b';\nimport x from './own';\n",
        ),
        (
            "ui/src/features/visit/deep/c.ts",
            "const d = () => import(\"../../sync/d.vue\");\nimport y from '../own';\n",
        ),
        ("ui/src/components/Chip.vue", "import '@/features/visit/a';\n"),
        ("ui/src/field/router.ts", "import a from '@/features/visit/a';\n"),
    ]);
    let broken = features(tree.path());
    found(&broken, "ui/src/features/visit/a.ts:1 imports the feature evidence");
    found(&broken, "ui/src/features/visit/deep/c.ts:1 imports the feature sync");
    found(&broken, "ui/src/components/Chip.vue:1 is shared");
    assert_eq!(broken.len(), 3, "{broken:?}");
}
