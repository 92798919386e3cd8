//! What must hold after whatever happened.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use contract::field::FieldHost as _;
use domain::Answer;
use ledger::sync::ClientStore as _;
use ledger::{EntryId, LogId};
use seal::Digest;
use seal::keys::Signer as _;

use super::super::county::scope;
use super::super::visit::not_checked;
use super::fixture::{Fixture, PHOTOS_A_ROUND};
use super::life::{Said, open};
use crate::Field;
use crate::core::Open;
use crate::store::{Meta, Replica};

type Claim = Result<(), String>;

fn require(holds: bool, otherwise: impl FnOnce() -> String) -> Claim {
    if holds { Ok(()) } else { Err(otherwise()) }
}

fn told<T, E: std::fmt::Display>(what: &str, outcome: Result<T, E>) -> Result<T, String> {
    outcome.map_err(|e| format!("{what}: {e}"))
}

/// Opens the laptop again and looks at everything. Answers whether the call that was under way took effect without being acknowledged.
pub fn check(home: &Path, fixture: &Fixture, said: &Said) -> Result<bool, String> {
    let field = told("opening again", open(home, &fixture.key))?;
    let opened = told("opening again", field.0.opened())?;
    let whole = opened
        .store
        .read(|conn| Ok(conn.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0))?));
    require(told("the database", whole)? == "ok", || "the database is damaged".into())?;
    let reasons = log(&opened)?;
    for (item, reason) in &said.answers {
        require(reasons.contains(reason), || format!("the answer to {item}, {reason}, is not in the log"))?;
    }
    answers(&field, &opened, fixture, said)?;
    photos(&opened, fixture, said)?;
    vault(home, fixture)?;
    require(told("making the state again", field.rebuild())?, || {
        "the state is not what the log says".into()
    })?;
    let visit = told("the visit", opened.store.visit(fixture.visit))?.ok_or("the visit is missing")?;
    let doing = said.doing.as_deref().unwrap_or_default();
    let took_effect = visit.photos.len() > said.photos.len() || reasons.iter().any(|r| !r.is_empty() && doing.ends_with(r));
    finished(&field, &opened, fixture, said)?;
    // And the work goes on.
    not_checked(&field, fixture.visit, "C4-01", "之后");
    Ok(took_effect)
}

/// An import that was noted as begun is gone on with, to its last photo.
fn finished(field: &Field, opened: &Open, fixture: &Fixture, said: &Said) -> Claim {
    let begun = || told("imports that were begun", opened.store.meta(Meta::Imports));
    if begun()?.is_none() {
        return Ok(());
    }
    field.0.resume_imports();
    let began = Instant::now();
    while begun()?.is_some() {
        require(began.elapsed() < Duration::from_secs(60), || "an import was not gone on with".into())?;
        std::thread::sleep(Duration::from_millis(5));
    }
    let visit = told("the visit", opened.store.visit(fixture.visit))?.ok_or("the visit is missing")?;
    let round = said
        .doing
        .as_deref()
        .and_then(|doing| doing.strip_prefix("import "))
        .and_then(|round| round.parse::<usize>().ok());
    let wanted = round.map_or(0, |round| (round + 1) * PHOTOS_A_ROUND);
    require(visit.photos.len() >= wanted, || {
        format!("{} photos instead of {wanted}: the rest of an import is missing", visit.photos.len())
    })
}

/// The own log from its first entry to its last: signatures, digests, order. Answers with the reasons of all answers in it.
fn log(opened: &Open) -> Result<BTreeSet<String>, String> {
    let frames = told("reading the log", Replica(opened.store.clone()).pending(&scope(), 1 << 30))?;
    let mut heads: BTreeMap<LogId, (u64, EntryId)> = BTreeMap::new();
    let mut reasons = BTreeSet::new();
    for frame in &frames {
        let entry = told("an entry does not verify", ledger::verify(frame, opened.author.key.public()))?;
        let head = heads.get(&entry.header.log);
        let follows = (entry.header.seq, entry.header.prev) == (head.map_or(0, |h| h.0 + 1), head.map(|h| h.1));
        require(follows, || format!("entry {} does not follow the one before it", entry.header.seq))?;
        heads.insert(entry.header.log, (entry.header.seq, entry.id));
        if let Some(reason) = entry.payload.pointer("/answer/reason").and_then(|r| r.as_str()) {
            reasons.insert(reason.to_owned());
        }
    }
    require(!frames.is_empty(), || "the log is empty".into())?;
    Ok(reasons)
}

/// Each item has the answer acknowledged last, or the one that was on its way; so do drafts.
fn answers(field: &Field, opened: &Open, fixture: &Fixture, said: &Said) -> Claim {
    let visit = told("the visit", opened.store.visit(fixture.visit))?.ok_or("the visit is missing")?;
    let last: BTreeMap<&String, &String> = said.answers.iter().map(|(item, reason)| (item, reason)).collect();
    let doing = said.doing.as_deref().unwrap_or_default();
    for (item, reason) in last {
        let holds = visit.answers.get(item.as_str()).into_iter().flatten().any(|standing| {
            matches!(&standing.answer, Some(Answer::NotChecked { reason: found }) if found == reason || doing == format!("answer {item} {found}"))
        });
        require(holds, || format!("{item} does not have its last answer, {reason}"))?;
    }
    let view = told("the visit", field.get_visit(contract::field::VisitArgs { visit: fixture.visit }))?;
    for (slot, raw) in &said.drafts {
        let holds = view
            .drafts
            .iter()
            .any(|d| d.slot == *slot && (d.raw == *raw || doing == format!("draft {slot} {}", d.raw)));
        require(holds, || format!("what was typed into {slot}, {raw}, is gone"))?;
    }
    Ok(())
}

/// Every acknowledged photo is there, and every photo that is there is whole, thumbnail included.
fn photos(opened: &Open, fixture: &Fixture, said: &Said) -> Claim {
    let visit = told("the visit", opened.store.visit(fixture.visit))?.ok_or("the visit is missing")?;
    for (name, id) in &said.photos {
        let there = visit
            .photos
            .iter()
            .any(|p| p.attached.photo.to_string() == *id && p.attached.name == *name);
        require(there, || format!("the photo {name} was acknowledged and is missing"))?;
    }
    for photo in &visit.photos {
        let name = &photo.attached.name;
        let digest: Digest = told("a photo's digest", photo.attached.original.sha256.parse())?;
        require(fixture.photos.contains(&(name.clone(), digest)), || {
            format!("the photo {name} has another digest")
        })?;
        told(&format!("the photo {name} is not whole"), opened.vault.read(&digest))?;
        let thumbnail = photo.attached.thumbnail.as_ref().ok_or("a photo has no thumbnail")?;
        let bytes = told("a thumbnail", opened.store.thumb(&told("a digest", thumbnail.sha256.parse())?))?;
        let same = bytes.is_some_and(|b| Digest::of(&b).to_hex() == thumbnail.sha256);
        require(same, || format!("the thumbnail of photo {name} is missing or another"))?;
    }
    Ok(())
}

/// Whatever has its name in the vault is whole, and nothing half is left.
fn vault(home: &Path, fixture: &Fixture) -> Claim {
    let folder = |path: &Path| -> Result<Vec<std::path::PathBuf>, String> {
        told(
            "the vault",
            fs::read_dir(path).and_then(|entries| entries.map(|e| e.map(|e| e.path())).collect()),
        )
    };
    let vault = home.join("data/vault");
    if !vault.exists() {
        return Ok(());
    }
    for shelf in folder(&vault)? {
        for file in folder(&shelf)? {
            require(!shelf.ends_with("tmp"), || "a half copy was left".into())?;
            let bytes = told("a file of the vault", fs::read(&file))?;
            let plain = told("a photo in the vault is half there", age::decrypt(&fixture.recovery, &bytes))?;
            let digest = Digest::of(&plain);
            require(fixture.photos.iter().any(|(_, known)| *known == digest), || {
                "the vault holds a photo nobody took".into()
            })?;
        }
    }
    Ok(())
}
