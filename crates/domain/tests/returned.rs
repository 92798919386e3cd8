//! A visit that a reviewer returns, mended by an addendum, accepted; and what comes too late.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use domain::compare::{Change, compare};
use domain::decide::{Command, Refusal, decide};
use domain::operation::*;
use domain::visit::VisitPhase;
use domain::*;
use uuid::Uuid;

fn pack() -> Pack {
    Pack::parse(include_bytes!("../../../assets/rulepacks/c4-village-station.json")).unwrap()
}

fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(n))
}

fn blob(c: char) -> BlobRef {
    BlobRef {
        sha256: c.to_string().repeat(64),
        len: 1,
    }
}

/// Folds operations of a laptop and of the server.
struct Desk {
    pack: Pack,
    state: Option<Aggregate>,
    entries: u32,
}

impl Desk {
    fn sealed() -> Self {
        let mut desk = Self {
            pack: pack(),
            state: None,
            entries: 0,
        };
        let member = |n| TeamMember {
            person: person(n),
            name: format!("检查员{n}"),
            org: "商务局".into(),
        };
        desk.device(&Operation::VisitOpened(VisitOpened {
            station: StationId(Uuid::from_u128(9)),
            pack: PackRef {
                id: desk.pack.id.clone(),
                version: desk.pack.version,
                sha256: "0".repeat(64),
            },
            description: VisitDescription {
                team: vec![member(1), member(2)],
                methods: Vec::new(),
                started_at_ms: 1_000,
                ended_at_ms: Some(2_000),
                utc_offset_min: 480,
                situation: String::new(),
                seconded: Vec::new(),
            },
        }));
        desk.say(not_checked("C4-01", "没有钥匙")).unwrap();
        desk.say(finding(1, "门头脱落")).unwrap();
        desk.seal('b', None).unwrap();
        desk
    }

    fn visit(&self) -> &Visit {
        match &self.state {
            Some(Aggregate::Visit(visit)) => visit,
            other => panic!("{other:?}"),
        }
    }

    fn device(&mut self, operation: &Operation) {
        self.fold(operation, LogKind::Device);
    }

    fn fold(&mut self, operation: &Operation, log_kind: LogKind) {
        self.entries += 1;
        let meta = Meta {
            entry: format!("{:064x}", self.entries),
            ent: Uuid::from_u128(77),
            by: None,
            log_kind,
            kid: "d1".into(),
            ts_ms: i64::from(self.entries),
        };
        let (kind, payload) = operation.to_parts().unwrap();
        assert_eq!(&Operation::from_parts(&kind, &payload).unwrap(), operation);
        apply(&mut self.state, operation, &meta);
    }

    fn say(&mut self, command: Command) -> Result<(), Refusal> {
        let operation = decide(Some(self.visit()), &self.pack, command)?;
        self.device(&operation);
        Ok(())
    }

    /// The station's side, the record and both signatures.
    fn seal(&mut self, statement: char, supersedes: Option<char>) -> Result<(), Refusal> {
        self.say(Command::Countersign(Countersign::Absent {
            reason: "关门".into(),
            photo: None,
            at_ms: 1,
        }))?;
        self.say(Command::Seal(VisitSealed {
            record: blob('a'),
            statement: blob(statement),
            covers: vec![],
            signers: 2,
            supersedes: supersedes.map(|c| c.to_string().repeat(64)),
        }))?;
        for n in [1, 2] {
            self.say(Command::Sign(SealSigned {
                statement: statement.to_string().repeat(64),
                person: person(n),
                name: "x".into(),
                kid: format!("k{n}"),
                public_key: String::new(),
                signature: String::new(),
            }))?;
        }
        Ok(())
    }
}

fn not_checked(item: &str, reason: &str) -> Command {
    Command::Answer {
        item: item.into(),
        answer: Some(Answer::NotChecked { reason: reason.into() }),
    }
}

fn finding(n: u128, facts: &str) -> Command {
    Command::RecordFinding(Finding {
        id: FindingId(Uuid::from_u128(n)),
        item: None,
        facts: facts.into(),
        severity: Severity::Minor,
        requirement: String::new(),
        deadline: None,
        units: vec![ResponsibleUnit {
            name: "镇政府".into(),
            role: UnitRole::Lead,
        }],
        photos: vec![],
        fixed: None,
    })
}

fn returned(statement: char) -> Operation {
    Operation::ReviewReturned(ReviewReturned {
        statement: statement.to_string().repeat(64),
        person: person(5),
        account: "review".into(),
        name: "复核人".into(),
        comment: String::new(),
        items: vec![ItemComment {
            item: "C4-01".into(),
            comment: "请说明钥匙在谁处".into(),
        }],
        at_ms: 9,
    })
}

fn accepted(statement: char) -> Operation {
    Operation::ReviewAccepted(ReviewAccepted {
        statement: statement.to_string().repeat(64),
        person: person(5),
        account: "review".into(),
        name: "复核人".into(),
        comment: String::new(),
        at_ms: 10,
    })
}

#[test]
fn a_returned_visit_is_mended_by_a_record_that_supersedes_the_first() {
    let mut desk = Desk::sealed();
    desk.device(&returned('b'));
    assert_eq!(desk.visit().phase(), VisitPhase::Sealed, "no laptop returns a visit");
    desk.fold(&returned('c'), LogKind::Server);
    assert_eq!(desk.visit().phase(), VisitPhase::Sealed, "another record was seen than stands here");
    desk.fold(&returned('b'), LogKind::Server);
    assert_eq!(desk.visit().phase(), VisitPhase::Returned);
    assert_eq!(desk.visit().standing_record().unwrap().0.statement, blob('b'), "the first record stands");
    assert_eq!(desk.visit().countersign, None, "the station is asked anew");

    assert_eq!(desk.seal('c', Some('b')), Err(Refusal::NothingMended));
    desk.say(not_checked("C4-01", "钥匙在站长处，站长外出")).unwrap();
    desk.say(finding(1, "门头脱落，已有半年")).unwrap();
    desk.say(finding(2, "无台账")).unwrap();
    desk.say(Command::WithdrawFinding(FindingWithdrawn {
        finding: FindingId(Uuid::from_u128(2)),
        reason: "记错".into(),
    }))
    .unwrap();
    desk.say(finding(3, "无价签")).unwrap();
    let first = &desk.visit().returns[0];
    let comparison = compare(&desk.pack, &first.held, &desk.visit().content());
    assert_eq!(comparison.answers.len(), 1);
    assert_eq!(comparison.answers[0].item, "C4-01");
    assert!(comparison.answers[0].from.zh.contains("没有钥匙") && comparison.answers[0].to.zh.contains("站长外出"));
    let changes: Vec<Change> = comparison.findings.iter().map(|f| f.change).collect();
    assert_eq!(changes, [Change::Changed, Change::Added], "what came and went in between is no change");
    assert_eq!(comparison.description, None);

    // A record that supersedes nothing, or something else, is no addendum.
    for wrong in [None, Some('e')] {
        desk.seal('c', wrong).ok();
        assert_eq!(desk.visit().phase(), VisitPhase::Returned);
        assert_eq!(desk.visit().refused.last().unwrap().rule, "supersedes");
    }
    desk.seal('d', Some('b')).unwrap();
    assert_eq!(desk.visit().phase(), VisitPhase::Sealed);
    assert_eq!((desk.visit().returns.len(), desk.visit().signatures.len()), (1, 2));
    assert_eq!(desk.visit().returns[0].signatures.len(), 2, "the first record keeps its signatures");
    desk.fold(&accepted('d'), LogKind::Server);
    assert_eq!(desk.visit().phase(), VisitPhase::Reviewed);
}

#[test]
fn a_mended_visit_can_be_returned_again() {
    let mut desk = Desk::sealed();
    desk.fold(&returned('b'), LogKind::Server);
    desk.say(not_checked("C4-01", "一")).unwrap();
    desk.seal('c', Some('b')).unwrap();
    desk.fold(&returned('c'), LogKind::Server);
    assert_eq!((desk.visit().phase(), desk.visit().returns.len()), (VisitPhase::Returned, 2));
    desk.say(not_checked("C4-01", "二")).unwrap();
    desk.seal('d', Some('c')).unwrap();
    assert_eq!(desk.visit().phase(), VisitPhase::Sealed);
}

#[test]
fn an_addendum_to_a_record_that_was_accepted_meanwhile_is_refused_in_either_order() {
    let mended = |desk: &mut Desk| {
        desk.say(not_checked("C4-01", "钥匙在站长处")).unwrap();
        desk.seal('c', Some('b')).unwrap();
    };
    // The laptop's entries first, then the server's.
    let mut desk = Desk::sealed();
    desk.fold(&returned('b'), LogKind::Server);
    mended(&mut desk);
    desk.fold(&accepted('b'), LogKind::Server);
    let visit = desk.visit();
    assert_eq!(visit.phase(), VisitPhase::Reviewed);
    assert_eq!(visit.sealed.as_ref().unwrap().statement, blob('b'));
    assert!(matches!(visit.answer("C4-01"), Some(Answer::NotChecked { reason }) if reason == "没有钥匙"));
    assert_eq!(visit.refused.last().unwrap().rule, domain::apply::ACCEPTED_MEANWHILE);

    // The server's first: what the laptop decided offline is folded after it.
    let mut ahead = Desk::sealed();
    ahead.fold(&returned('b'), LogKind::Server);
    let mut offline = Desk::sealed();
    offline.fold(&returned('b'), LogKind::Server);
    mended(&mut offline);
    ahead.fold(&accepted('b'), LogKind::Server);
    ahead.device(&Operation::VisitSealed(offline.visit().sealed.clone().unwrap()));
    let visit = ahead.visit();
    assert_eq!(visit.phase(), VisitPhase::Reviewed);
    assert_eq!(visit.sealed.as_ref().unwrap().statement, blob('b'));
    assert_eq!(visit.refused.last().unwrap().rule, domain::apply::ACCEPTED_MEANWHILE);
}
