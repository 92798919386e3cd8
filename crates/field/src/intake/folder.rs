//! From what a person dropped to a list of files: folders are opened, bounded, and every entry is accounted for.

use super::reason::Refusal;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Files of one import at most.
pub const MAX_FILES: usize = 20_000;
/// Entries of one folder that are named in a report at most; what lies beyond them is named by its folder.
const MOST_NAMED: usize = 200_000;
/// Folders below a dropped folder at most; cameras write three.
const MAX_DEPTH: usize = 16;
/// Names that operating systems leave beside photos.
const SYSTEM_FILES: &[&str] = &[".DS_Store", "Thumbs.db", "desktop.ini", ".nomedia"];

/// One entry of the list: a file to read, or one that is already refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Where it is.
    pub path: PathBuf,
    /// Its name with its folders from the chosen one on, as the report shows it.
    pub name: String,
    /// Why it will not be read, if so.
    pub refused: Option<Refusal>,
    /// Size when listed, 0 when unknown; for the progress display only.
    pub bytes: u64,
}

/// Lists the files behind `paths` in order, those of a folder by name. A path that comes up twice is listed once. Files
/// named by the person are never judged by name; links to folders are followed only when named by the person.
pub fn expand(paths: &[PathBuf]) -> Vec<Listed> {
    expand_within(paths, MAX_FILES, MOST_NAMED)
}

fn expand_within(paths: &[PathBuf], most_files: usize, most_named: usize) -> Vec<Listed> {
    let mut list = List {
        most_files,
        most_named,
        found: Vec::new(),
        seen: HashSet::new(),
        chosen: PathBuf::new(),
    };
    for path in paths {
        list.chosen = path.parent().unwrap_or(Path::new("")).to_owned();
        match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => list.folder(path, 0),
            Ok(metadata) => list.push(path.clone(), None, metadata.len()),
            // Not there, no permission, a circle of links: reading it will say which.
            Err(_) => list.push(path.clone(), None, 0),
        }
    }
    list.found
}

struct List {
    most_files: usize,
    most_named: usize,
    found: Vec<Listed>,
    seen: HashSet<PathBuf>,
    /// The folder that holds what the person chose; names are told from here.
    chosen: PathBuf,
}

impl List {
    fn push(&mut self, path: PathBuf, refused: Option<Refusal>, bytes: u64) {
        if self.seen.insert(path.clone()) {
            let refused = refused.or_else(|| (self.found.len() >= self.most_files).then_some(Refusal::TooMany));
            let name = path.strip_prefix(&self.chosen).unwrap_or(&path).to_string_lossy().into_owned();
            self.found.push(Listed { path, name, refused, bytes });
        }
    }

    fn folder(&mut self, folder: &Path, depth: usize) {
        if depth > MAX_DEPTH {
            return self.push(folder.to_owned(), Some(Refusal::TooDeep), 0);
        }
        if self.found.len() >= self.most_files {
            // The folder stands for what is in it: a medium of millions of files must not be listed to the end.
            return self.push(folder.to_owned(), Some(Refusal::TooMany), 0);
        }
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(e) => return self.push(folder.to_owned(), Some(Refusal::of_reading(&e)), 0),
        };
        let mut paths: Vec<PathBuf> = Vec::new();
        for (number, entry) in entries.enumerate() {
            if number >= self.most_named {
                self.push(folder.to_owned(), Some(Refusal::TooMany), 0);
                break;
            }
            match entry {
                Ok(entry) => paths.push(entry.path()),
                Err(e) => self.push(folder.to_owned(), Some(Refusal::of_reading(&e)), 0),
            }
        }
        paths.sort();
        for path in paths {
            self.entry(path, depth);
        }
    }

    fn entry(&mut self, path: PathBuf, depth: usize) {
        let Ok(own) = std::fs::symlink_metadata(&path) else {
            return self.push(path, None, 0);
        };
        if own.is_dir() {
            self.folder(&path, depth + 1);
        } else if own.is_symlink() {
            match std::fs::metadata(&path) {
                Ok(target) if target.is_dir() => self.push(path, Some(Refusal::LinkedFolder), 0),
                Ok(target) => self.push(path, None, target.len()),
                Err(_) => self.push(path, None, 0),
            }
        } else {
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            let system = SYSTEM_FILES.contains(&name.as_str()) || name.starts_with("._");
            self.push(path, system.then_some(Refusal::SystemFile), own.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn folders_are_opened_in_order_and_nothing_is_listed_twice() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::create_dir_all(at("b/c")).unwrap();
        for name in ["b/c/2.jpg", "b/1.jpg", "a.jpg", "b/._1.jpg"] {
            fs::write(at(name), b"x").unwrap();
        }
        let list = expand(&[dir.path().to_owned(), at("a.jpg"), at("missing")]);
        let names: Vec<_> = list
            .iter()
            .map(|l| (l.path.strip_prefix(dir.path()).unwrap().to_str().unwrap(), l.refused))
            .collect();
        assert_eq!(
            names,
            [
                ("a.jpg", None),
                ("b/._1.jpg", Some(Refusal::SystemFile)),
                ("b/1.jpg", None),
                ("b/c/2.jpg", None),
                ("missing", None)
            ]
        );
    }

    #[test]
    fn files_beyond_the_most_are_named_and_never_dropped_in_silence() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("DCIM");
        fs::create_dir(&folder).unwrap();
        for number in 0..9 {
            fs::write(folder.join(format!("{number}.jpg")), b"x").unwrap();
        }
        let list = expand_within(std::slice::from_ref(&folder), 4, 100);
        assert_eq!(list.len(), 9);
        assert_eq!(list.iter().filter(|l| l.refused.is_none()).count(), 4);
        assert!(list[4..].iter().all(|l| l.refused == Some(Refusal::TooMany)), "{list:?}");

        // So many that even their names are too many: the folder stands for the rest.
        let list = expand_within(std::slice::from_ref(&folder), 4, 6);
        assert_eq!(list.len(), 7);
        assert!(list.iter().any(|l| l.path == folder && l.refused == Some(Refusal::TooMany)), "{list:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_the_folder_above_is_named_and_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("in")).unwrap();
        std::os::unix::fs::symlink(dir.path(), dir.path().join("in/up")).unwrap();
        let list = expand(&[dir.path().to_owned()]);
        assert_eq!(list.len(), 1);
        assert_eq!(list[0].refused, Some(Refusal::LinkedFolder));
    }

    #[test]
    fn the_depth_is_bounded() {
        let dir = tempfile::tempdir().unwrap();
        let deep = (0..MAX_DEPTH + 3).fold(dir.path().to_owned(), |p, _| p.join("d"));
        fs::create_dir_all(&deep).unwrap();
        fs::write(deep.join("x.jpg"), b"x").unwrap();
        let list = expand(&[dir.path().to_owned()]);
        assert_eq!(list.iter().map(|l| l.refused).collect::<Vec<_>>(), [Some(Refusal::TooDeep)]);
    }
}
