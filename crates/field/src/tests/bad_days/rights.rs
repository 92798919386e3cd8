//! Folders without rights. Root may read everything, so there the test goes on as another account.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use contract::field::{ImportOutcome, VisitArgs};
use contract::{ApiError, ErrorCode};

use super::super::county::County;
use super::super::crash::open;
use super::super::visit::open_visit;
use super::import;
use crate::Field;

const AGAIN: &str = "XUNZHAN_AS_NOBODY";
const NOBODY: u32 = 65_534;

fn set(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Whether rights mean nothing to this account.
fn is_mighty() -> bool {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a");
    fs::write(&file, b"a").unwrap();
    set(&file, 0);
    fs::read(&file).is_ok()
}

#[test]
fn folders_without_rights_say_so_and_keep_what_is_in_them() {
    if std::env::var_os(AGAIN).is_some() || !is_mighty() {
        return without_rights();
    }
    let dir = tempfile::tempdir().unwrap();
    set(dir.path(), 0o755);
    let program = dir.path().join("tests");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    set(&program, 0o755);
    let name = "tests::bad_days::rights::folders_without_rights_say_so_and_keep_what_is_in_them";
    let run = Command::new(program)
        .args(["--exact", name, "--nocapture"])
        .env(AGAIN, "1")
        .current_dir(dir.path())
        .uid(NOBODY)
        .gid(NOBODY)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success() && said.contains("1 passed"), "{said}");
}

fn without_rights() {
    let home = tempfile::tempdir().unwrap();
    let mut county = County::new();
    let field = county.laptop(home.path());
    let visit = open_visit(&field);
    let card = home.path().join("card");
    fs::create_dir_all(card.join("private")).unwrap();
    for name in ["a.jpg", "b.jpg", "private/c.jpg"] {
        fs::write(card.join(name), format!("%PDF-1.7 {name}")).unwrap();
    }
    set(&card.join("b.jpg"), 0);
    set(&card.join("private"), 0);
    let report = import(&field, visit, vec![card.clone()]);
    let outcome = |name: &str| {
        let row = report.rows.iter().find(|r| r.name.ends_with(name)).unwrap();
        (row.outcome, row.reason.clone())
    };
    assert_eq!(outcome("a.jpg").0, ImportOutcome::Taken);
    let refused = (ImportOutcome::Refused, Some("no_permission".to_owned()));
    assert_eq!((outcome("b.jpg"), outcome("private")), (refused.clone(), refused));
    set(&card.join("b.jpg"), 0o600);
    let again = import(&field, visit, vec![card.join("b.jpg")]);
    assert_eq!(again.rows[0].outcome, ImportOutcome::Taken, "with rights it is taken");
    set(&card.join("private"), 0o700);

    // The folder with the data itself, and files in it.
    let key = field.0.opened().unwrap().store.key().clone();
    drop(field);
    let data = home.path().join("data");
    let code = |outcome: crate::Result<Field>| ApiError::from(outcome.err().unwrap()).code;
    for (name, mode) in [(".", 0), (".", 0o500), ("lock", 0o400), ("store.db", 0o400), ("store.db", 0)] {
        let path = if name == "." { data.clone() } else { data.join(name) };
        let before = fs::metadata(&path).unwrap().permissions().mode();
        set(&path, mode);
        assert_eq!(code(open(home.path(), &key)), ErrorCode::NoRights, "{name} {mode:o}");
        set(&path, before & 0o777);
        // With its rights back it opens.
        drop(open(home.path(), &key).unwrap_or_else(|e| panic!("after {name} {mode:o}: {e}")));
    }
    let field = open(home.path(), &key).unwrap();
    use contract::field::FieldHost as _;
    assert_eq!(field.get_visit(VisitArgs { visit }).unwrap().visit.photos.len(), 2);
}
