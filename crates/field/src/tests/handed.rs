//! A visit goes to another inspector: who leads then, and what whoever led before can still do.

use std::sync::Arc;

use contract::field::*;
use contract::shared::Nothing;
use domain::operation::{BlobRef, PersonCertified, TeamMember, VisitAborted, VisitHandedOver, VisitSealed};
use domain::person::Role;
use domain::{Answer, Operation, Visit, VisitId, VisitPhase};
use ledger::sync::ClientStore as _;
use ledger::{Draft, EntryId, Frame, Incarnation, LogId, LogOpen, LogWriter, open_log};
use seal::keys::{Ed25519Key, Signer as _};

use super::county::{County, LI, WANG, person, scope};
use super::visit::{end, not_checked, open_visit, signer};
use crate::Field;
use crate::os::lock::FolderLock;
use crate::store::{Replica, Store};

/// What a laptop has written so far.
fn written(field: &Field) -> Vec<Frame> {
    Replica(field.0.opened().unwrap().store.clone()).pending(&scope(), 1 << 20).unwrap()
}

fn kid(field: &Field) -> String {
    field.0.opened().unwrap().author.key.public().kid().to_string()
}

fn state(field: &Field, visit: VisitId) -> Visit {
    field.get_visit(VisitArgs { visit }).unwrap().visit
}

/// The county certifies a person's key on a laptop.
fn certify(county: &mut County, on: &[&Field], whose: &str, laptop: &Field) {
    let certified = Operation::PersonCertified(PersonCertified {
        person: person(whose),
        kid: "0".repeat(64),
        device: kid(laptop),
        name: "李𬭼".into(),
        org: "县商务局".into(),
        roles: vec![Role::Inspector],
        certificate: String::new(),
        approved_by: "admin".into(),
    });
    county.say(on[0], vec![(person(whose).0, certified)]);
    on.iter().skip(1).for_each(|field| county.say(field, Vec::new()));
}

fn gives(field: &Field, visit: VisitId, whose: &str, device: &str) -> Result<VisitView, contract::ApiError> {
    field.hand_over_visit(HandOverVisit {
        visit,
        person: person(whose),
        device: device.into(),
        reason: "另有任务".into(),
    })
}

fn shut(field: &Field, visit: VisitId) {
    end(field, visit);
    let way = CountersignWay::Absent {
        reason: "关门".into(),
        photo: None,
    };
    field.countersign(CountersignArgs { visit, way }).unwrap();
}

fn seals(field: &Field, visit: VisitId) -> Result<VisitView, contract::ApiError> {
    let signers = vec![signer(WANG, "wang-passphrase"), signer(LI, "li-passphrase")];
    field.seal_visit(SealVisit { visit, signers })
}

/// A laptop of whom the county knows and which nobody gave anything; its key is fixed.
struct Stranger {
    key: Ed25519Key,
    writer: LogWriter,
    frames: Vec<Frame>,
}

impl Stranger {
    fn new(seed: u8) -> Self {
        let key = Ed25519Key::from_seed([seed; 32]).unwrap();
        Self::with(key, seed)
    }

    /// Another log by the key.
    fn with(key: Ed25519Key, log: u8) -> Self {
        let open = LogOpen {
            key: key.public().clone(),
            scope: scope(),
            incarnation: Incarnation::from_bytes([log; 16]),
            previous: None,
            app_version: "0".into(),
        };
        let (frame, writer) = open_log(&key, LogId::from_bytes([log; 16]), &open, 1, [log; 16]).unwrap();
        Self {
            key,
            writer,
            frames: vec![frame],
        }
    }

    fn says(&mut self, visit: VisitId, after: &[EntryId], operation: &Operation) -> EntryId {
        let (kind, payload) = operation.to_parts().unwrap();
        let mut deps = after.to_vec();
        deps.sort();
        let draft = Draft {
            kind: kind.parse().unwrap(),
            ent: visit.0,
            by: None,
            deps,
            payload,
            ts: 5,
            beacon: None,
            salt: [7; 16],
        };
        let frame = self.writer.author(&self.key, draft).unwrap();
        self.frames.push(frame);
        self.frames.last().unwrap().id()
    }
}

fn sealed(c: char) -> Operation {
    let blob = |c: char| BlobRef {
        sha256: c.to_string().repeat(64),
        len: 1,
    };
    Operation::VisitSealed(VisitSealed {
        record: blob('a'),
        statement: blob(c),
        covers: Vec::new(),
        signers: 2,
        supersedes: None,
    })
}

fn given(to: &str, whose: &str) -> Operation {
    Operation::VisitHandedOver(VisitHandedOver {
        device: to.into(),
        to: TeamMember {
            person: person(whose),
            name: "李𬭼".into(),
            org: "县商务局".into(),
        },
        reason: "x".into(),
    })
}

#[test]
fn a_visit_that_was_handed_over_is_sealed_by_the_new_laptop_and_by_no_other() {
    let (home_a, home_b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut county = County::new();
    let (a, b) = (county.laptop(home_a.path()), county.laptop(home_b.path()));
    let visit = open_visit(&a);
    not_checked(&a, visit, "C4-01", "甲写的");
    assert!(
        a.list_colleagues(Nothing {})
            .unwrap()
            .iter()
            .all(|one| one.laptops.iter().all(|laptop| laptop.own))
    );
    assert_eq!(
        gives(&a, visit, LI, &kid(&b)).unwrap_err().code,
        contract::ErrorCode::NotFound,
        "a laptop that nobody certified"
    );
    certify(&mut county, &[&a, &b], LI, &b);
    let li = a
        .list_colleagues(Nothing {})
        .unwrap()
        .into_iter()
        .find(|one| one.person == person(LI))
        .unwrap();
    assert_eq!(
        li.laptops.iter().map(|laptop| (laptop.kid.clone(), laptop.own)).collect::<Vec<_>>(),
        [(kid(&a), true), (kid(&b), false)]
    );

    county.hand_over(&b, &written(&a));
    assert_eq!(
        gives(&b, visit, LI, &kid(&b)).unwrap_err().params["rule"],
        "not_the_lead",
        "nobody takes a visit"
    );
    let slot = "C4-02".to_owned();
    let raw = "half".to_owned();
    a.save_draft(SaveDraft {
        visit,
        slot: slot.clone(),
        raw,
    })
    .unwrap();
    assert_eq!(gives(&a, visit, LI, &kid(&b)).unwrap_err().params["rule"], "draft");
    a.save_draft(SaveDraft {
        visit,
        slot,
        raw: String::new(),
    })
    .unwrap();
    let view = gives(&a, visit, LI, &kid(&b)).unwrap();
    assert!(!view.leads);
    assert_eq!(
        (view.visit.lead_device.clone(), view.visit.description.team[0].person),
        (kid(&b), person(LI))
    );
    assert_eq!(view.visit.handed_over[0].from_device, kid(&a));

    // Whoever gave it away writes on like a second laptop, and closes nothing.
    not_checked(&a, visit, "C4-03", "甲后来写的");
    shut(&a, visit);
    assert!(
        a.seal_preview(VisitArgs { visit })
            .unwrap()
            .gaps
            .iter()
            .any(|gap| gap.kind == "not_the_lead" && gap.blocks)
    );
    assert_eq!(seals(&a, visit).unwrap_err().params["rule"], "not_the_lead");
    let abort = AbortVisit { visit, reason: "x".into() };
    assert_eq!(a.abort_visit(abort).unwrap_err().params["rule"], "not_the_lead");
    assert_eq!(gives(&a, visit, WANG, &kid(&a)).unwrap_err().params["rule"], "not_the_lead");

    county.hand_over(&b, &written(&a));
    assert!(b.get_visit(VisitArgs { visit }).unwrap().leads);
    not_checked(&b, visit, "C4-04", "乙写的");
    shut(&b, visit);
    not_checked(&a, visit, "C4-05", "没有赶上");
    assert_eq!(seals(&b, visit).unwrap().phase, VisitPhase::Sealed);
    county.hand_over(&b, &written(&a));
    county.hand_over(&a, &written(&b));
    let (of_a, of_b) = (state(&a, visit), state(&b, visit));
    assert_eq!(of_a, of_b);
    assert_eq!(of_a.answers.len(), 3);
    assert_eq!(
        of_a.uncovered.iter().filter_map(|one| one.item.as_deref()).collect::<Vec<_>>(),
        ["C4-05"],
        "kept and shown"
    );
    assert!(a.rebuild().unwrap() && b.rebuild().unwrap());
}

#[test]
fn on_one_laptop_it_goes_to_a_colleague_too() {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let visit = open_visit(&field);
    assert_eq!(gives(&field, visit, WANG, &kid(&field)).unwrap_err().params["rule"], "same_lead");
    let view = gives(&field, visit, LI, &kid(&field)).unwrap();
    assert!(view.leads);
    assert_eq!(
        view.visit.description.team.iter().map(|member| member.person).collect::<Vec<_>>(),
        [person(LI), person(WANG)]
    );
    shut(&field, visit);
    assert_eq!(seals(&field, visit).unwrap().phase, VisitPhase::Sealed);
    assert_eq!(gives(&field, visit, WANG, &kid(&field)).unwrap_err().params["rule"], "sealed");
}

/// The frames of a visit that went from one laptop to another, of a stranger who wants it, and of the first laptop as it was before:
/// restored from a backup, it believes that it leads and seals.
fn contested() -> (VisitId, Vec<Vec<Frame>>) {
    let first = Ed25519Key::from_seed([11; 32]).unwrap();
    let visit = VisitId::opened_by(&first.public().kid().to_string(), 1_790_000_000_000);
    let (mut a, mut b, mut c) = (Stranger::new(11), Stranger::new(12), Stranger::new(13));
    let kid = |laptop: &Stranger| laptop.key.public().kid().to_string();
    let opened: domain::operation::VisitOpened = serde_json::from_value(serde_json::json!({
        "station": uuid::Uuid::from_u128(9),
        "pack": {"id": "C4", "version": 1, "sha256": "0".repeat(64)},
        "description": {
            "team": [{"person": person(WANG), "name": "王喆", "org": "县商务局"}, {"person": person(LI), "name": "李𬭼", "org": "县商务局"}],
            "methods": [], "started_at_ms": 1, "ended_at_ms": 2, "utc_offset_min": 480, "situation": "",
        },
    }))
    .unwrap();
    let answered = |item: &str, reason: &str| {
        Operation::VisitAnswered(domain::operation::VisitAnswered {
            item: item.into(),
            answer: Some(Answer::NotChecked { reason: reason.into() }),
            overwrites: Vec::new(),
            observed_at_ms: None,
        })
    };
    let opening = a.says(visit, &[], &Operation::VisitOpened(opened));
    a.says(visit, &[], &answered("C4-01", "甲"));
    let mut restored = Stranger::with(Ed25519Key::from_seed([11; 32]).unwrap(), 14);
    let gave = a.says(visit, &[], &given(&kid(&b), LI));
    a.says(visit, &[], &answered("C4-02", "甲后来写的"));
    a.says(visit, &[], &sealed('d'));
    restored.says(visit, &[opening], &sealed('e'));
    c.says(visit, &[opening], &given(&kid(&c), WANG));
    c.says(visit, &[], &sealed('f'));
    c.says(visit, &[], &Operation::VisitAborted(VisitAborted { reason: "x".into() }));
    b.says(visit, &[opening], &answered("C4-03", "乙"));
    b.says(visit, &[gave], &sealed('b'));
    (visit, [a, b, c, restored].into_iter().map(|laptop| laptop.frames).collect())
}

#[test]
fn in_whatever_order_it_arrives_the_laptop_that_was_given_the_visit_has_sealed_it() {
    let (visit, logs) = contested();
    let mut known: Option<Visit> = None;
    for seed in 0..48_u64 {
        let mut random = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut next = move |below: usize| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            usize::try_from(random % below as u64).unwrap()
        };
        let home = tempfile::tempdir().unwrap();
        let lock = Arc::new(FolderLock::take(home.path()).unwrap());
        let store = Arc::new(Store::open(home.path(), &zeroize::Zeroizing::new([3; 32]), lock).unwrap());
        let mut county = County::new();
        let mut left: Vec<std::collections::VecDeque<Frame>> = logs.iter().map(|frames| frames.iter().cloned().collect()).collect();
        while left.iter().any(|frames| !frames.is_empty()) {
            let mut batch = Vec::new();
            for _ in 0..=next(4) {
                let log = next(left.len());
                batch.extend(left[log].pop_front());
            }
            county.hand_to(&store, &batch);
        }
        let visit = store.visit(visit).unwrap().unwrap();
        assert_eq!(
            visit.sealed.as_ref().map(|sealed| sealed.statement.sha256.clone()),
            Some("b".repeat(64)),
            "seed {seed}"
        );
        assert_eq!((visit.handed_over.len(), &visit.aborted), (1, &None), "seed {seed}");
        assert_eq!(
            visit.answers.keys().map(String::as_str).collect::<Vec<_>>(),
            ["C4-01", "C4-03"],
            "seed {seed}"
        );
        match &known {
            Some(known) => assert_eq!(visit, *known, "seed {seed}"),
            None => known = Some(visit),
        }
    }
}
