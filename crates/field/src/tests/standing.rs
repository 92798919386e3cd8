//! What stands between a stranger at the laptop and the people on it, and what a signature is worth.

use std::sync::atomic::{AtomicUsize, Ordering};

use contract::ErrorCode;
use contract::field::*;
use contract::shared::Nothing;
use domain::operation::{PersonCertified, SealSigned};
use domain::person::Role;
use domain::{Operation, PersonId, Visit, VisitPhase};
use ledger::{Draft, Incarnation, LogId, LogOpen, open_log};
use papers::SignatureStanding;
use seal::cert::{Issue, Role as CertRole, issue};
use seal::keys::{Ed25519Key, PublicKey, Signer as _};

use super::county::{County, LI, SCOPE, WANG, person, scope};
use super::visit::{end, not_checked, open_visit, signer};
use crate::Field;
use crate::keys::AS_SHIPPED;

const NEW: &str = "01a05a44-0000-76b8-ae47-000000000003";

fn joins(field: &Field, id: &str, passphrase: &str) -> Result<AppState, contract::ApiError> {
    field.add_person(AddPerson {
        person: Some(person(id)),
        name: "新来的".into(),
        org: "县商务局".into(),
        passphrase: passphrase.into(),
    })
}

#[test]
fn a_locked_screen_adds_nobody_and_replaces_nobodys_key() {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let before = field.app_state(Nothing {}).unwrap().people;
    FieldHost::lock(&field, Nothing {}).unwrap();
    for id in [NEW, WANG] {
        assert_eq!(joins(&field, id, "a stranger's passphrase").unwrap_err().code, ErrorCode::Locked);
    }
    let state = field.app_state(Nothing {}).unwrap();
    assert_eq!((state.session, state.phase), (None, StartPhase::Locked));
    let kids = |people: &[LocalPerson]| people.iter().map(|p| p.kid.clone()).collect::<Vec<_>>();
    assert_eq!(kids(&state.people), kids(&before));

    let passphrase = "wang-passphrase".into();
    let wang = person(WANG);
    field.unlock(Unlock { person: wang, passphrase }).unwrap();
    let state = joins(&field, NEW, "a colleague's passphrase").unwrap();
    assert_eq!(
        (state.session, state.people.len()),
        (Some(person(WANG)), 3),
        "whoever was at work stays at work"
    );
}

#[test]
fn while_a_passphrase_is_stretched_others_are_served() {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let served = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let adding = scope.spawn(|| {
            AS_SHIPPED.set(true);
            joins(&field, NEW, "a colleague's passphrase").unwrap()
        });
        while !adding.is_finished() {
            field.app_state(Nothing {}).unwrap();
            served.fetch_add(1, Ordering::Relaxed);
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
    });
    assert!(served.load(Ordering::Relaxed) > 5, "{served:?}");
}

fn sealed(field: &Field) -> Visit {
    let visit = open_visit(field);
    end(field, visit);
    let way = CountersignWay::Refused {
        reason: "不同意".into(),
        witness: String::new(),
    };
    field.countersign(CountersignArgs { visit, way }).unwrap();
    let signers = vec![signer(WANG, "wang-passphrase"), signer(LI, "li-passphrase")];
    field.seal_visit(SealVisit { visit, signers }).unwrap().visit
}

pub fn certified(county: &County, field: &Field, whose: PersonId, key: &PublicKey) -> Operation {
    let what = Issue {
        name: "王喆".into(),
        org: Some("县商务局".into()),
        roles: vec![CertRole::Person],
        scopes: vec![SCOPE.into()],
        person: Some(whose.0),
        not_before_ms: 0,
        not_after_ms: 4_000_000_000_000,
        serial: [5; 16],
    };
    let authority = &field.0.opened().unwrap().authority;
    let certificate = issue(&what, key, authority, &county.authority).unwrap();
    Operation::PersonCertified(PersonCertified {
        person: whose,
        kid: key.kid().to_string(),
        device: String::new(),
        name: "王喆".into(),
        org: "县商务局".into(),
        roles: vec![Role::Inspector],
        certificate: seal::base64_encode(certificate.der()),
        approved_by: "admin".into(),
    })
}

#[test]
fn a_signature_counts_as_certified_only_for_its_own_person_and_only_while_it_holds() {
    let home = tempfile::tempdir().unwrap();
    let mut county = County::new();
    let field = county.laptop(home.path());
    let visit = sealed(&field);
    let open = field.0.opened().unwrap();
    let signed: SealSigned = visit.signatures.iter().find(|s| s.person == person(WANG)).unwrap().clone();
    let key: PublicKey = signed.public_key.parse().unwrap();
    assert_eq!(open.signature_standing(&visit, &signed), SignatureStanding::Pending);

    let other = certified(&county, &field, person(LI), &key);
    county.say(&field, vec![(person(LI).0, other)]);
    let standing = open.signature_standing(&visit, &signed);
    assert_eq!(standing, SignatureStanding::Pending, "the key is certified, but for somebody else");

    let own = certified(&county, &field, person(WANG), &key);
    county.say(&field, vec![(person(WANG).0, own)]);
    assert_eq!(open.signature_standing(&visit, &signed), SignatureStanding::Certified);

    let mut forged = signed.clone();
    forged.signature = visit.signatures.iter().find(|s| s.person == person(LI)).unwrap().signature.clone();
    assert_eq!(open.signature_standing(&visit, &forged), SignatureStanding::Broken);
    let mut renamed = signed;
    renamed.kid = "0".repeat(64);
    assert_eq!(open.signature_standing(&visit, &renamed), SignatureStanding::Broken);
}

/// Entries of a laptop that the county knows and whose inspector writes what he likes.
pub fn said_elsewhere(ent: uuid::Uuid, after: &ledger::EntryId, operations: &[Operation]) -> Vec<ledger::Frame> {
    let key = Ed25519Key::from_seed([99; 32]).unwrap();
    let open = LogOpen {
        key: key.public().clone(),
        scope: scope(),
        incarnation: Incarnation::from_bytes([9; 16]),
        previous: None,
        app_version: "0".into(),
    };
    let (open, mut writer) = open_log(&key, LogId::from_bytes([0x99; 16]), &open, 1, [0; 16]).unwrap();
    let mut frames = vec![open];
    for operation in operations {
        let (kind, payload) = operation.to_parts().unwrap();
        let draft = Draft {
            kind: kind.parse().unwrap(),
            ent,
            by: None,
            deps: vec![*after],
            payload,
            ts: 5,
            beacon: None,
            salt: [7; 16],
        };
        frames.push(writer.author(&key, draft).unwrap());
    }
    frames
}

#[test]
fn a_signature_that_does_not_hold_neither_seals_a_visit_nor_takes_a_signers_place() {
    let home = tempfile::tempdir().unwrap();
    let mut county = County::new();
    let field = county.laptop(home.path());
    let visit = open_visit(&field);
    end(&field, visit);
    let way = CountersignWay::Refused {
        reason: "不同意".into(),
        witness: String::new(),
    };
    field.countersign(CountersignArgs { visit, way }).unwrap();
    let signers = vec![signer(WANG, "wang-passphrase")];
    let first = field.seal_visit(SealVisit { visit, signers }).unwrap().visit;
    // Once with a good signature by another's key, once with one that holds by none.
    let mut forged = first.signatures[0].clone();
    forged.person = person(LI);
    let mut broken = forged.clone();
    broken.kid = "0".repeat(64);
    let heads = field.0.opened().unwrap().store.heads_of(&visit.0).unwrap();
    let frames = said_elsewhere(visit.0, &heads[0].1.id, &[Operation::SealSigned(forged), Operation::SealSigned(broken)]);
    county.hand_over(&field, &frames);

    let view = field.get_visit(VisitArgs { visit }).unwrap();
    assert_eq!(view.visit.signatures.len(), 3, "all are kept, as they are");
    assert_eq!(view.visit.phase(), VisitPhase::Sealed, "as claimed");
    assert_eq!((view.phase, view.awaits), (VisitPhase::AwaitingSignature, vec![person(LI)]));
    let row = field.list_visits(Nothing {}).unwrap().remove(0);
    assert_eq!((row.phase, row.awaits), (VisitPhase::AwaitingSignature, vec![person(LI)]));
    assert!(field.rebuild().unwrap());

    let signers = vec![signer(LI, "li-passphrase")];
    assert_eq!(field.seal_visit(SealVisit { visit, signers }).unwrap().phase, VisitPhase::Sealed);
    assert_eq!(field.list_visits(Nothing {}).unwrap()[0].phase, VisitPhase::Sealed);
}

#[test]
fn a_write_that_panics_leaves_neither_state_nor_a_store_that_is_stuck() {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let visit = open_visit(&field);
    let open = field.0.opened().unwrap();
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let wrote = open.store.transact(|tx| -> crate::Result<()> {
            let countersigned = Operation::VisitCountersigned(domain::operation::Countersign::Refused {
                reason: "x".into(),
                witness: String::new(),
                at_ms: 1,
            });
            tx.author(&open.author, visit.0, None, &countersigned)?;
            panic!("a fault in the middle of a write")
        });
        drop(wrote);
    }));
    assert!(panicked.is_err());
    let view = field.get_visit(VisitArgs { visit }).unwrap();
    assert_eq!(view.visit.countersign, None, "what was never committed is not shown");
    not_checked(&field, visit, "C4-21", "台账被锁在镇里");
    assert!(field.rebuild().unwrap());
}

#[test]
fn a_voided_drawing_does_not_wait_to_be_sent() {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let visit = open_visit(&field);
    end(&field, visit);
    let shown = field.make_record(MakeRecord { visit, copy: false }).unwrap().shown.unwrap();
    super::shown::draw(&field, visit, &shown).unwrap();
    assert_eq!(field.sync_status(Nothing {}).unwrap().originals, 1);
    not_checked(&field, visit, "C4-21", "台账被锁在镇里");
    let status = field.sync_status(Nothing {}).unwrap();
    let entries: u64 = status.bytes_left;
    assert_eq!((status.originals, status.originals_stored), (0, 0), "nothing is left to be sent");
    let frames = field.0.opened().unwrap().store.read(|conn| {
        let sql = "SELECT sum(length(frame)) FROM entry WHERE own AND sseq IS NULL";
        Ok(conn.query_row(sql, [], |row| row.get::<_, i64>(0))?)
    });
    assert_eq!(i64::try_from(entries).unwrap(), frames.unwrap());
}
