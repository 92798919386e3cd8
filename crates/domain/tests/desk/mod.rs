//! A laptop and a server that speak of one visit: from a sealed record on.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

use domain::decide::{Command, Refusal, decide};
use domain::operation::*;
use domain::*;
use uuid::Uuid;

pub fn pack() -> Pack {
    Pack::parse(include_bytes!("../../../../assets/rulepacks/c4-village-station.json")).unwrap()
}

pub fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(n))
}

pub fn blob(c: char) -> BlobRef {
    BlobRef {
        sha256: c.to_string().repeat(64),
        len: 1,
    }
}

/// Folds operations of a laptop and of the server.
pub struct Desk {
    pub pack: Pack,
    state: Option<Aggregate>,
    entries: u32,
}

impl Desk {
    pub fn sealed() -> Self {
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

    pub fn visit(&self) -> &Visit {
        match &self.state {
            Some(Aggregate::Visit(visit)) => visit,
            other => panic!("{other:?}"),
        }
    }

    pub fn device(&mut self, operation: &Operation) {
        self.fold(operation, LogKind::Device);
    }

    pub fn fold(&mut self, operation: &Operation, log_kind: LogKind) {
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

    pub fn say(&mut self, command: Command) -> Result<(), Refusal> {
        let operation = decide(Some(self.visit()), &self.pack, command)?;
        self.device(&operation);
        Ok(())
    }

    /// The station's side, the record and both signatures.
    pub fn seal(&mut self, statement: char, supersedes: Option<char>) -> Result<(), Refusal> {
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

pub fn not_checked(item: &str, reason: &str) -> Command {
    Command::Answer {
        item: item.into(),
        answer: Some(Answer::NotChecked { reason: reason.into() }),
    }
}

pub fn finding(n: u128, facts: &str) -> Command {
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

pub fn returned(statement: char) -> Operation {
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

pub fn accepted(statement: char) -> Operation {
    Operation::ReviewAccepted(ReviewAccepted {
        statement: statement.to_string().repeat(64),
        person: person(5),
        account: "review".into(),
        name: "复核人".into(),
        comment: String::new(),
        at_ms: 10,
    })
}
