//! Locks, passphrases, drops without warning, restored and damaged stores.

use contract::ErrorCode;
use contract::field::*;
use contract::shared::Nothing;
use domain::{Answer, VisitId};

use super::county::{County, LI, WANG, field, options, person, scope};
use super::visit::{end, not_checked, open_visit, signer};
use crate::store::Meta;
use crate::{Error, Field};

fn unlock(field: &Field, id: &str, passphrase: &str) -> Result<AppState, contract::ApiError> {
    field.unlock(Unlock {
        person: person(id),
        passphrase: passphrase.into(),
    })
}

fn answers(field: &Field, visit: VisitId) -> usize {
    field.get_visit(VisitArgs { visit }).unwrap().visit.answers.len()
}

#[test]
fn without_a_card_nothing_opens_and_a_second_card_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let county = County::new();
    let field = field(home.path());
    assert_eq!(field.app_state(Nothing {}).unwrap().phase, StartPhase::NeedsCard);
    assert_eq!(field.list_visits(Nothing {}).unwrap_err().code, ErrorCode::NoCounty);
    let card = |text: String| CardSource {
        handle: None,
        text: Some(text),
    };
    assert_eq!(field.read_card(card("{}".into())).unwrap_err().code, ErrorCode::CardUnreadable);
    let good = county.card();
    let start = |text: String| {
        field.start_from_card(StartFromCard {
            card: card(text),
            device_name: "一号".into(),
        })
    };
    let at = good.find("\"sig\":\"").unwrap() + 7;
    let mut forged = good.clone();
    let other = if &good[at..=at] == "A" { "B" } else { "A" };
    forged.replace_range(at..=at, other);
    assert_eq!(start(forged).unwrap_err().code, ErrorCode::CardUntrusted);
    assert!(field.read_card(card(good.clone())).unwrap().packs_present);
    assert_eq!(start(good.clone()).unwrap().phase, StartPhase::NeedsPerson);
    assert_eq!(start(good).unwrap_err().code, ErrorCode::CardAlready);
}

#[test]
fn a_start_that_nobody_joined_begins_again_from_the_kept_card() {
    let home = tempfile::tempdir().unwrap();
    let county = County::new();
    let first = field(home.path());
    let args = StartFromCard {
        card: county.source(),
        device_name: "一号".into(),
    };
    first.start_from_card(args).unwrap();
    drop(first);
    let second = field(home.path());
    let state = second.app_state(Nothing {}).unwrap();
    assert_eq!((state.phase, state.device.unwrap().name.as_str()), (StartPhase::NeedsPerson, "一号"));
}

#[test]
fn dropped_without_a_word_everything_said_to_be_saved_is_there() {
    let home = tempfile::tempdir().unwrap();
    let mut county = County::new();
    let first = county.laptop(home.path());
    let visit = open_visit(&first);
    not_checked(&first, visit, "C4-01", "没有钥匙");
    let draft = SaveDraft {
        visit,
        slot: "C4-02".into(),
        raw: "半句".into(),
    };
    first.save_draft(draft).unwrap();
    let Err(busy) = Field::open_with(&home.path().join("data"), options(home.path())) else {
        panic!("two processes in one store")
    };
    assert!(matches!(busy, Error::StoreBusy));
    // No farewell: what a kill leaves is the files as they are.
    let copy = tempfile::tempdir().unwrap();
    copy_dir(home.path(), copy.path());
    let second = field(copy.path());
    let state = second.app_state(Nothing {}).unwrap();
    assert_eq!((state.phase, state.people.len()), (StartPhase::Locked, 2));
    assert_eq!(second.list_visits(Nothing {}).unwrap_err().code, ErrorCode::Locked);
    assert_eq!(unlock(&second, WANG, "not the one").unwrap_err().code, ErrorCode::WrongPassphrase);
    assert_eq!(unlock(&second, LI, "li-passphrase").unwrap().phase, StartPhase::Ready);
    assert_eq!(answers(&second, visit), 1);
    assert_eq!(second.get_visit(VisitArgs { visit }).unwrap().drafts[0].raw, "半句");
    assert!(second.rebuild().unwrap());
    assert_eq!(second.lock(Nothing {}).unwrap().phase, StartPhase::Locked);
    assert_eq!(second.get_visit(VisitArgs { visit }).unwrap_err().code, ErrorCode::Locked);
}

pub fn copy_dir(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn own_log(field: &Field) -> Option<String> {
    field.0.opened().unwrap().store.meta(Meta::OwnLog).unwrap()
}

#[test]
fn a_restored_store_opens_a_new_log_and_an_ordinary_start_does_not() {
    let home = tempfile::tempdir().unwrap();
    let mut county = County::new();
    let first = county.laptop(home.path());
    let visit = open_visit(&first);
    let log = own_log(&first).unwrap();
    drop(first);
    let backup = home.path().join("backup");
    copy_dir(&home.path().join("data"), &backup);

    let second = field(home.path());
    unlock(&second, WANG, "wang-passphrase").unwrap();
    assert_eq!(own_log(&second).as_ref(), Some(&log), "an ordinary start goes on");
    not_checked(&second, visit, "C4-01", "没有钥匙");
    drop(second);

    std::fs::rename(home.path().join("data"), home.path().join("lost")).unwrap();
    std::fs::rename(&backup, home.path().join("data")).unwrap();
    let third = field(home.path());
    unlock(&third, WANG, "wang-passphrase").unwrap();
    assert_eq!(own_log(&third), None);
    not_checked(&third, visit, "C4-02", "没有钥匙");
    let new = own_log(&third).unwrap();
    assert_ne!(new, log);
    assert_eq!(answers(&third, visit), 1);
    assert!(third.rebuild().unwrap());
}

#[test]
fn a_fork_and_another_laptop_fold_alike_however_they_arrive() {
    let home = tempfile::tempdir().unwrap();
    let mut county = County::new();
    let first = county.laptop(home.path());
    let visit = open_visit(&first);
    drop(first);
    copy_dir(&home.path().join("data"), &home.path().join("twin"));

    let one = field(home.path());
    unlock(&one, WANG, "wang-passphrase").unwrap();
    not_checked(&one, visit, "C4-01", "甲");
    let twin_home = tempfile::tempdir().unwrap();
    std::fs::rename(home.path().join("twin"), twin_home.path().join("data")).unwrap();
    let two = field(twin_home.path());
    unlock(&two, LI, "li-passphrase").unwrap();
    not_checked(&two, visit, "C4-01", "乙");
    not_checked(&two, visit, "C4-03", "丙");

    // Each gets what the other wrote.
    let written = |field: &Field| {
        use ledger::sync::ClientStore;
        crate::store::Replica(field.0.opened().unwrap().store.clone())
            .pending(&scope(), 1 << 20)
            .unwrap()
    };
    let (from_one, from_two) = (written(&one), written(&two));
    county.hand_over(&one, &from_two);
    county.hand_over(&two, &from_one);
    let state = |field: &Field| field.get_visit(VisitArgs { visit }).unwrap().visit;
    assert_eq!(state(&one), state(&two));
    assert_eq!(state(&one).answers["C4-01"].len(), 2, "both answers stand side by side");
    for field in [&one, &two] {
        assert!(field.rebuild().unwrap());
    }
    // Disputed: no seal before a choice, and the choice names what it overwrites.
    end(&one, visit);
    let way = CountersignWay::Absent {
        reason: "关门".into(),
        photo: None,
    };
    one.countersign(CountersignArgs { visit, way }).unwrap();
    let seal = || {
        one.seal_visit(SealVisit {
            visit,
            signers: vec![signer(WANG, "wang-passphrase"), signer(LI, "li-passphrase")],
        })
    };
    assert_eq!(seal().unwrap_err().params["rule"], "disputed");
    let answer = Some(Answer::NotChecked { reason: "甲".into() });
    let item = "C4-01".to_owned();
    one.answer_item(AnswerItem { visit, item, answer }).unwrap();
    assert_eq!(state(&one).answers["C4-01"].len(), 1);
    assert!(one.rebuild().unwrap());
}

#[test]
fn the_request_names_everybody_who_joins_and_the_county_can_open_the_store() {
    let home = tempfile::tempdir().unwrap();
    let mut county = County::new();
    let field = county.laptop(home.path());
    let request = field.enrolment_request(Nothing {}).unwrap();
    let envelope = seal::dsse::Envelope::parse(request.text.as_bytes()).unwrap();
    assert_eq!(request.fingerprint, seal::Digest::of(&envelope.payload).to_hex());
    let payload: serde_json::Value = seal::canonical::parse_canonical(&envelope.payload).unwrap();
    assert_eq!((payload["persons"].as_array().unwrap().len(), envelope.signatures.len()), (2, 3));
    for signature in &envelope.signatures {
        let keys = payload["persons"]
            .as_array()
            .unwrap()
            .iter()
            .map(|p| &p["key"])
            .chain([&payload["device"]["key"]]);
        let key = keys
            .map(|k| k.as_str().unwrap().parse::<seal::keys::PublicKey>().unwrap())
            .find(|k| k.kid() == signature.keyid)
            .unwrap();
        envelope.verify_by(&key).unwrap();
    }
    let keys = crate::keys::KeysFile::load(&home.path().join("data")).unwrap().unwrap();
    let opened = crate::keys::open_recovery(&county.recovery, &keys.recovery).unwrap();
    assert_eq!(*opened, **field.0.opened().unwrap().store.key());
}

#[test]
fn synchronising_without_a_server_says_so_and_loses_nothing() {
    let home = tempfile::tempdir().unwrap();
    let mut county = County::new();
    let field = county.laptop(home.path());
    open_visit(&field);
    field.sync_now(Nothing {}).unwrap();
    let began = std::time::Instant::now();
    let status = loop {
        let status = field.sync_status(Nothing {}).unwrap();
        if status.phase == SyncPhase::Idle {
            break status;
        }
        assert!(began.elapsed().as_secs() < 20);
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    assert_eq!(status.error.unwrap().code, ErrorCode::ServerUnreachable);
    assert_eq!(
        (status.online, status.entries, status.acknowledged, status.visits_unsynced),
        (Some(false), 2, 0, 1)
    );
}

#[test]
fn nothing_of_the_store_is_read_once_the_process_is_to_end() {
    let home = tempfile::tempdir().unwrap();
    let laptop = County::new().laptop(home.path());
    laptop.end();
    let (told, asked) = std::sync::mpsc::channel();
    std::thread::spawn(move || told.send(laptop.list_visits(Nothing {}).is_ok()));
    let waited = asked.recv_timeout(std::time::Duration::from_millis(300));
    assert_eq!(waited, Err(std::sync::mpsc::RecvTimeoutError::Timeout));
}
