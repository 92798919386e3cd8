//! A disk that fills, and a database of a newer version.

use contract::ErrorCode;
use contract::field::{AnswerItem, CountersignArgs, CountersignWay, FieldHost as _, ImportOutcome, SaveDraft, SealVisit, Unlock, VisitArgs};
use contract::shared::Nothing;
use domain::{Answer, VisitPhase};
use seal::Digest;

use super::super::county::{County, LI, WANG, field, person};
use super::super::crash::{Fixture, Power, ROOMY, open};
use super::super::visit::{end, not_checked, open_visit, signer};
use super::import;
use crate::vault::RESERVE_BYTES;

#[test]
fn a_disk_that_fills_during_an_import_keeps_what_was_taken_and_still_seals() {
    let fixture = Fixture::new();
    let Ok(power) = Power::on(fixture.home(), ROOMY) else {
        return println!("no file system in user space here: the disk was not filled");
    };
    let field = open(power.home(), &fixture.key).unwrap();
    let visit = fixture.visit;
    let free = |bytes: u64| {
        let used: u64 = power.ask("used").parse().unwrap();
        power.ask(&format!("capacity {}", used + bytes));
    };
    // Room for some photos above the reserve.
    free(RESERVE_BYTES + 1_200_000);
    let report = import(&field, visit, vec![fixture.card()]);
    let taken = report.rows.iter().filter(|r| r.outcome == ImportOutcome::Taken).count();
    let full = report.rows.iter().filter(|r| r.reason.as_deref() == Some("disk_full")).count();
    assert!(taken > 0 && full > 0, "{:?}", report.rows);
    assert_eq!(taken + full, fixture.photos.len());
    let opened = field.0.opened().unwrap();
    let there = || opened.store.visit(visit).unwrap().unwrap().photos;
    assert_eq!(there().len(), taken);
    for photo in there() {
        let digest: Digest = photo.attached.original.sha256.parse().unwrap();
        opened.vault.read(&digest).unwrap();
    }

    // Not a byte left: what is typed cannot be kept, and says so.
    free(0);
    let answer = AnswerItem {
        visit,
        item: "C4-01".into(),
        answer: Some(Answer::NotChecked {
            reason: "没有钥匙".repeat(2_000),
        }),
    };
    assert_eq!(field.answer_item(answer.clone()).unwrap_err().code, ErrorCode::DiskFull);
    let draft = SaveDraft {
        visit,
        slot: "C4-02".into(),
        raw: "半句".repeat(8_000),
    };
    assert_eq!(field.save_draft(draft.clone()).unwrap_err().code, ErrorCode::DiskFull);
    assert_eq!(there().len(), taken);

    // Photos may not use the reserve; answers, typing and the seal may.
    free(RESERVE_BYTES - 1);
    let again = import(&field, visit, vec![fixture.card()]);
    assert!(again.rows.iter().all(|r| r.reason.as_deref() == Some("disk_full")), "{:?}", again.rows);
    field.answer_item(answer).unwrap();
    field.save_draft(draft).unwrap();
    end(&field, visit);
    let way = CountersignWay::Absent {
        reason: "关门".into(),
        photo: None,
    };
    field.countersign(CountersignArgs { visit, way }).unwrap();
    // What was typed and never recorded stands in the way of a seal, as on any day.
    not_checked(&field, visit, "C4-02", "没有钥匙");
    let signers = vec![signer(WANG, "wang-passphrase"), signer(LI, "li-passphrase")];
    field.seal_visit(SealVisit { visit, signers }).unwrap();
    assert_eq!(field.get_visit(VisitArgs { visit }).unwrap().phase, VisitPhase::Sealed);
    assert!(field.rebuild().unwrap());
}

#[test]
fn a_database_of_a_newer_version_is_refused_in_words_and_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let mut county = County::new();
    let first = county.laptop(home.path());
    let visit = open_visit(&first);
    first
        .0
        .opened()
        .unwrap()
        .store
        .read(|conn| Ok(conn.pragma_update(None, "user_version", 999)?))
        .unwrap();
    drop(first);
    let store = home.path().join("data/store.db");
    let before = std::fs::read(&store).unwrap();
    let unlock = |field: &crate::Field| {
        field.unlock(Unlock {
            person: person(WANG),
            passphrase: "wang-passphrase".into(),
        })
    };
    let old = field(home.path());
    let refused = unlock(&old).unwrap_err();
    assert_eq!((refused.code, refused.params["found"].as_str()), (ErrorCode::StoreNewer, "999"));
    assert_eq!(old.get_visit(VisitArgs { visit }).unwrap_err().code, ErrorCode::Locked);
    assert_eq!(old.app_state(Nothing {}).unwrap().people.len(), 2);
    drop(old);
    assert!(std::fs::read(&store).unwrap() == before, "the newer store was changed");
}
