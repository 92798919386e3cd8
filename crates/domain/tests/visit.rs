//! A visit from opening to review, told by commands, and what must be refused on the way.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use domain::decide::{Command, Refusal, decide};
use domain::operation::*;
use domain::visit::VisitPhase;
use domain::write_record::{RecordContext, write_record};
use domain::*;
use std::collections::BTreeMap;
use uuid::Uuid;

fn pack() -> Pack {
    Pack::parse(include_bytes!("../../../assets/rulepacks/c4-village-station.json")).unwrap()
}

fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(n))
}

fn opened(pack: &Pack) -> VisitOpened {
    let member = |n| TeamMember {
        person: person(n),
        name: format!("检查员{n}"),
        org: "商务局".into(),
    };
    VisitOpened {
        station: StationId(Uuid::from_u128(9)),
        pack: PackRef {
            id: pack.id.clone(),
            version: pack.version,
            sha256: "0".repeat(64),
        },
        description: VisitDescription {
            team: vec![member(1), member(2)],
            methods: vec![pack.methods[0].key.clone()],
            started_at_ms: 1_000,
            ended_at_ms: None,
            utc_offset_min: 480,
            situation: String::new(),
            seconded: Vec::new(),
        },
    }
}

/// A laptop that folds what it decides.
struct Desk {
    pack: Pack,
    state: Option<Aggregate>,
    entries: u32,
}

impl Desk {
    fn new() -> Self {
        let mut desk = Self {
            pack: pack(),
            state: None,
            entries: 0,
        };
        let opened = opened(&desk.pack);
        desk.say(Command::Open(opened)).unwrap();
        desk
    }

    fn visit(&self) -> &Visit {
        match &self.state {
            Some(Aggregate::Visit(visit)) => visit,
            other => panic!("{other:?}"),
        }
    }

    fn say(&mut self, command: Command) -> Result<(), Refusal> {
        let visit = match &self.state {
            Some(Aggregate::Visit(visit)) => Some(&**visit),
            _ => None,
        };
        let operation = decide(visit, &self.pack, command)?;
        self.fold(&operation, LogKind::Device, "d1");
        Ok(())
    }

    fn fold(&mut self, operation: &Operation, log_kind: LogKind, device: &str) {
        self.entries += 1;
        let meta = Meta {
            entry: format!("{:064x}", self.entries),
            ent: Uuid::from_u128(77),
            by: Some(person(1)),
            log_kind,
            kid: device.into(),
            ts_ms: i64::from(self.entries),
        };
        let (kind, payload) = operation.to_parts().unwrap();
        assert_eq!(operation.kind(), kind);
        assert_eq!(
            &Operation::from_parts(&kind, &payload).unwrap(),
            operation,
            "an operation survives the wire"
        );
        apply(&mut self.state, operation, &meta);
    }

    fn seal(&mut self) -> VisitSealed {
        let mut description = self.visit().description.clone();
        description.ended_at_ms = Some(2_000);
        self.say(Command::Describe(description)).unwrap();
        self.say(Command::Countersign(Countersign::Refused {
            reason: "不同意结论".into(),
            witness: String::new(),
            at_ms: 1,
        }))
        .unwrap();
        let blob = |n: char| BlobRef {
            sha256: n.to_string().repeat(64),
            len: 1,
        };
        let sealed = VisitSealed {
            record: blob('a'),
            statement: blob('b'),
            covers: vec![],
            signers: self.pack.signers,
            supersedes: None,
        };
        self.say(Command::Seal(sealed.clone())).unwrap();
        sealed
    }

    fn sign(&mut self, n: u128, sealed: &VisitSealed) -> Result<(), Refusal> {
        self.say(Command::Sign(SealSigned {
            statement: sealed.statement.sha256.clone(),
            person: person(n),
            name: "x".into(),
            kid: "k".into(),
            public_key: String::new(),
            signature: String::new(),
        }))
    }
}

fn yes(pack: &Pack) -> (String, Answer) {
    for item in &pack.items {
        for field in &item.fields {
            if field.kind == domain::pack::FieldKind::YesNo {
                let fields = BTreeMap::from([(field.key.clone(), FieldValue::YesNo(true))]);
                return (item.code.clone(), Answer::Answered { fields, note: None });
            }
        }
    }
    panic!("the pack asks no yes/no question");
}

#[test]
fn the_village_checklist_has_22_items_and_county_shares_fail_no_station() {
    let pack = pack();
    assert_eq!(pack.items.len(), 22);
    let served = pack.item("C4-18").unwrap();
    assert!(served.fields.iter().any(|field| field.kind == domain::pack::FieldKind::Villages));
    assert!(served.concerns.is_empty(), "R-322: the shares are the county's, never one station's");
}

#[test]
fn answers_by_one_laptop_replace_and_by_two_stand_side_by_side() {
    let mut desk = Desk::new();
    let (item, answer) = yes(&desk.pack);
    desk.say(Command::Answer {
        item: item.clone(),
        answer: Some(answer.clone()),
    })
    .unwrap();
    let unseen = Answer::NotChecked { reason: "停电".into() };
    let concurrent = Operation::VisitAnswered(VisitAnswered {
        item: item.clone(),
        answer: Some(unseen),
        overwrites: vec![],
        observed_at_ms: None,
    });
    desk.fold(&concurrent, LogKind::Device, "d2");
    assert_eq!(desk.visit().answers[&item].len(), 2);
    assert_eq!(desk.visit().answer(&item), None, "a disputed item has no single answer");
    desk.say(Command::Answer {
        item: item.clone(),
        answer: Some(answer.clone()),
    })
    .unwrap();
    assert_eq!(desk.visit().answer(&item), Some(&answer), "choosing replaces everything that was seen");
}

#[test]
fn any_item_can_be_not_checked_but_never_without_a_reason() {
    let mut desk = Desk::new();
    for item in desk.pack.items.clone() {
        let unchecked = |reason: &str| Command::Answer {
            item: item.code.clone(),
            answer: Some(Answer::NotChecked { reason: reason.into() }),
        };
        assert!(matches!(desk.say(unchecked(" ")), Err(Refusal::Answer { .. })));
        desk.say(unchecked("负责人不在")).unwrap();
    }
    assert_eq!(desk.visit().answers.len(), 22);
}

#[test]
fn nothing_is_sealed_without_an_end_and_the_stations_side() {
    let mut desk = Desk::new();
    assert_eq!(domain::decide::ready_to_seal(desk.visit()), Err(Refusal::NoEnd));
    let mut description = desk.visit().description.clone();
    description.ended_at_ms = Some(2_000);
    desk.say(Command::Describe(description)).unwrap();
    assert_eq!(domain::decide::ready_to_seal(desk.visit()), Err(Refusal::NoCountersign));
}

#[test]
fn after_the_seal_nothing_changes_and_late_entries_are_named() {
    let mut desk = Desk::new();
    let sealed = desk.seal();
    assert_eq!(desk.visit().phase(), VisitPhase::AwaitingSignature);
    let (item, answer) = yes(&desk.pack);
    assert_eq!(
        desk.say(Command::Answer {
            item: item.clone(),
            answer: Some(answer.clone())
        }),
        Err(Refusal::Sealed)
    );
    let before = desk.visit().answers.clone();
    let late = Operation::VisitAnswered(VisitAnswered {
        item,
        answer: Some(answer),
        overwrites: vec![],
        observed_at_ms: None,
    });
    desk.fold(&late, LogKind::Device, "d2");
    assert_eq!(desk.visit().answers, before);
    assert_eq!(desk.visit().uncovered.len(), 1);
    desk.sign(1, &sealed).unwrap();
    assert_eq!(desk.sign(1, &sealed), Err(Refusal::SignedAlready(person(1))));
    assert_eq!(desk.sign(3, &sealed), Err(Refusal::NotInTeam(person(3))));
    assert_eq!(
        desk.visit().phase(),
        VisitPhase::AwaitingSignature,
        "two distinct persons seal, not one twice"
    );
    desk.sign(2, &sealed).unwrap();
    assert_eq!(desk.visit().phase(), VisitPhase::Sealed);
}

#[test]
fn a_signature_by_another_key_stands_beside_the_real_one_and_counts_no_second_person() {
    let mut desk = Desk::new();
    let sealed = desk.seal();
    let garbage = SealSigned {
        statement: sealed.statement.sha256.clone(),
        person: person(1),
        name: "x".into(),
        kid: "other".into(),
        public_key: String::new(),
        signature: "AAAA".into(),
    };
    desk.fold(&Operation::SealSigned(garbage), LogKind::Device, "d2");
    desk.sign(1, &sealed).unwrap();
    assert_eq!(desk.visit().signatures.len(), 2);
    assert_eq!(desk.visit().phase(), VisitPhase::AwaitingSignature);
    desk.sign(2, &sealed).unwrap();
    assert_eq!(desk.visit().phase(), VisitPhase::Sealed);
}

#[test]
fn a_laptop_cannot_accept_its_own_visit() {
    let mut desk = Desk::new();
    let sealed = desk.seal();
    desk.sign(1, &sealed).unwrap();
    desk.sign(2, &sealed).unwrap();
    let review = Operation::ReviewAccepted(ReviewAccepted {
        statement: sealed.statement.sha256,
        person: person(5),
        account: "review".into(),
        name: "复核人".into(),
        comment: String::new(),
        at_ms: 9,
    });
    desk.fold(&review, LogKind::Device, "d1");
    assert_eq!(desk.visit().phase(), VisitPhase::Sealed);
    assert_eq!(desk.visit().refused[0].rule, "authority");
    desk.fold(&review, LogKind::Server, "s1");
    assert_eq!(desk.visit().phase(), VisitPhase::Reviewed);
}

#[test]
fn another_laptop_than_the_lead_cannot_seal() {
    let mut desk = Desk::new();
    let blob = |n: char| BlobRef {
        sha256: n.to_string().repeat(64),
        len: 1,
    };
    let sealed = Operation::VisitSealed(VisitSealed {
        record: blob('a'),
        statement: blob('b'),
        covers: vec![],
        signers: 2,
        supersedes: None,
    });
    desk.fold(&sealed, LogKind::Device, "d2");
    assert_eq!(desk.visit().phase(), VisitPhase::InProgress);
    assert_eq!(desk.visit().refused[0].rule, "not_the_lead");
}

#[test]
fn a_finding_needs_facts_a_unit_and_a_real_date() {
    let mut desk = Desk::new();
    let good = Finding {
        id: FindingId(Uuid::from_u128(5)),
        item: Some("C4-04".into()),
        facts: "门头无统一标识".into(),
        severity: Severity::Minor,
        requirement: "补装".into(),
        deadline: Some("2026-12-20".into()),
        units: vec![ResponsibleUnit {
            name: "青石镇人民政府".into(),
            role: UnitRole::Lead,
        }],
        photos: vec![],
        fixed: None,
    };
    let with = |change: fn(&mut Finding)| {
        let mut finding = good.clone();
        change(&mut finding);
        Command::RecordFinding(finding)
    };
    assert_eq!(desk.say(with(|f| f.facts = "  ".into())), Err(Refusal::FindingFacts));
    assert_eq!(desk.say(with(|f| f.units.clear())), Err(Refusal::Units));
    assert_eq!(
        desk.say(with(|f| f.deadline = Some("2026-02-30".into()))),
        Err(Refusal::Date("2026-02-30".into()))
    );
    desk.say(with(|_| ())).unwrap();
    desk.say(with(|f| f.facts = "门头标识脱落".into())).unwrap();
    assert_eq!(desk.visit().findings.len(), 1, "recording again replaces");
}

#[test]
fn the_record_repeats_questions_and_prints_blanks() {
    let mut desk = Desk::new();
    desk.seal();
    let station = Station {
        id: StationId(Uuid::from_u128(9)),
        name: "青河村站".into(),
        township: "青石镇".into(),
        village: "青河村".into(),
        address: String::new(),
        manager: String::new(),
        proposed: false,
        position: None,
        code: Some("QH-001".into()),
        phone: Some("0991-1234567".into()),
    };
    let context = RecordContext {
        scope: "s",
        county: "青禾县",
        station: &station,
        pack: &desk.pack,
        covers: vec![],
        now_ms: 3_000,
        app_version: "0.1.0",
    };
    let record = write_record(desk.visit(), context).unwrap();
    assert_eq!((record.station.code.as_deref(), record.station.phone), (Some("QH-001"), None));
    assert_eq!(record.items.len(), 22);
    assert!(
        record
            .items
            .iter()
            .all(|item| item.words.zh == domain::words::BLANK && !item.question.zh.is_empty())
    );
}

#[test]
fn the_station_is_asked_again_when_something_changes_after_it_signed() {
    let mut desk = Desk::new();
    let strokes = BlobRef {
        sha256: "c".repeat(64),
        len: 1,
    };
    let signed = |shown: Option<String>| {
        Command::Countersign(Countersign::Signed {
            name: "站长".into(),
            role: "负责人".into(),
            opinion: String::new(),
            strokes: strokes.clone(),
            shown,
            at_ms: 1,
        })
    };
    let shown = Some("d".repeat(64));
    assert_eq!(desk.say(signed(shown.clone())), Err(Refusal::NoEnd), "there is no record to show yet");
    let mut description = desk.visit().description.clone();
    description.ended_at_ms = Some(2_000);
    desk.say(Command::Describe(description)).unwrap();
    assert_eq!(desk.say(signed(None)), Err(Refusal::NotShown));
    desk.say(signed(shown)).unwrap();
    assert!(desk.visit().countersign.is_some());
    let (item, answer) = yes(&desk.pack);
    desk.say(Command::Answer { item, answer: Some(answer) }).unwrap();
    assert_eq!(desk.visit().countersign, None);
}

#[test]
fn an_answer_typed_in_from_paper_keeps_both_times_into_the_record() {
    let mut desk = Desk::new();
    let (item, answer) = yes(&desk.pack);
    let from_paper = |item: &str, answer: &Answer| Command::AnswerFromPaper {
        item: item.into(),
        answer: answer.clone(),
        observed_at_ms: -5_000,
    };
    assert_eq!(desk.say(from_paper("C4-99", &answer)), Err(Refusal::NoItem("C4-99".into())));
    desk.say(from_paper(&item, &answer)).unwrap();
    let typed_at_ms = desk.visit().answer_version(&item).unwrap().ts_ms;
    let sealed = desk.seal();
    let station = serde_json::from_value(serde_json::json!({
        "id": Uuid::from_u128(9), "name": "n", "township": "t", "village": "v", "address": "", "manager": "", "position": null,
    }))
    .unwrap();
    let mut open = desk.visit().clone();
    open.sealed = None;
    let record = |visit: &Visit| {
        write_record(
            visit,
            RecordContext {
                scope: "s",
                county: "c",
                station: &station,
                pack: &desk.pack,
                covers: Vec::new(),
                now_ms: 1,
                app_version: "1",
            },
        )
        .unwrap()
    };
    let marked: Vec<_> = record(&open)
        .items
        .into_iter()
        .filter_map(|item| Some((item.code, item.from_paper?)))
        .collect();
    let times = domain::record::FromPaper {
        observed_at_ms: -5_000,
        typed_at_ms,
    };
    assert_eq!(marked, [(item.clone(), times)]);
    let as_live = serde_json::to_string(&open).unwrap().replace(",\"observed_at_ms\":-5000", "");
    let live = record(&serde_json::from_str::<Visit>(&as_live).unwrap());
    assert!(live.items.iter().all(|item| item.from_paper.is_none()));
    assert_ne!(
        record(&open).content().unwrap(),
        live.content().unwrap(),
        "whoever signs by hand is shown it"
    );
    drop(sealed);

    // Whoever answers it anew at the laptop says so.
    let mut desk = Desk::new();
    desk.say(from_paper(&item, &answer)).unwrap();
    let answer = Some(Answer::NotChecked { reason: "停电".into() });
    desk.say(Command::Answer { item: item.clone(), answer }).unwrap();
    assert_eq!(desk.visit().answer_version(&item).unwrap().observed_at_ms, None);
}

#[test]
fn a_visit_under_a_registrys_id_gives_way_to_the_county() {
    let mut desk = Desk::new();
    let list = RevocationsPublished { envelope: "{}".into() };
    desk.fold(&Operation::RevocationsPublished(list.clone()), LogKind::Server, "s1");
    assert_eq!(desk.state, Some(Aggregate::Revocations(list)));
}

#[test]
fn an_opening_by_another_key_cannot_take_a_visit_over() {
    let pack = pack();
    let ent = VisitId::opened_by("d1", 1_000).0;
    let mut state = None;
    let mut fold = |operation: &Operation, entry: u32, kid: &str| {
        let meta = Meta {
            entry: format!("{entry:064x}"),
            ent,
            by: None,
            log_kind: LogKind::Device,
            kid: kid.into(),
            ts_ms: 1,
        };
        apply(&mut state, operation, &meta);
        match &state {
            Some(Aggregate::Visit(visit)) => (**visit).clone(),
            other => panic!("{other:?}"),
        }
    };
    let sealed = Operation::VisitSealed(VisitSealed {
        record: BlobRef {
            sha256: "a".repeat(64),
            len: 1,
        },
        statement: BlobRef {
            sha256: "b".repeat(64),
            len: 1,
        },
        covers: vec![],
        signers: 2,
        supersedes: None,
    });
    // Ground until it sorts first.
    let thief = Operation::VisitOpened(opened(&pack));
    assert_eq!(fold(&thief, 1, "d2").lead_device, "d2");
    assert!(fold(&sealed, 2, "d2").sealed.is_some());
    let visit = fold(&Operation::VisitOpened(opened(&pack)), 3, "d1");
    assert_eq!((visit.lead_device.as_str(), visit.opening.kid.as_str(), visit.sealed), ("d1", "d1", None));
    assert_eq!(
        (visit.refused[0].rule.as_str(), &visit.refused[0].entry),
        ("not_its_opener", &format!("{:064x}", 1))
    );
    let visit = fold(&thief, 4, "d2");
    assert_eq!((visit.lead_device.as_str(), visit.refused[1].rule.as_str()), ("d1", "opened_already"));
    assert!(fold(&sealed, 5, "d1").sealed.is_some());
}

#[test]
fn a_visit_opened_by_mistake_is_aborted_with_a_reason_and_by_its_own_laptop_only() {
    let mut desk = Desk::new();
    let abort = |reason: &str| Command::Abort(VisitAborted { reason: reason.into() });
    assert_eq!(desk.say(abort(" ")), Err(Refusal::Reason));
    desk.fold(&Operation::VisitAborted(VisitAborted { reason: "x".into() }), LogKind::Device, "d2");
    assert_eq!(desk.visit().phase(), VisitPhase::InProgress);
    assert_eq!(desk.visit().refused[0].rule, "not_the_lead");

    desk.say(abort("选错了站点，昨天已经查过")).unwrap();
    assert_eq!(desk.visit().phase(), VisitPhase::Aborted);
    let (item, answer) = yes(&desk.pack);
    let command = Command::Answer {
        item: item.clone(),
        answer: Some(answer.clone()),
    };
    assert_eq!(desk.say(command), Err(Refusal::Aborted));
    let late = VisitAnswered {
        item,
        answer: Some(answer),
        overwrites: Vec::new(),
        observed_at_ms: None,
    };
    desk.fold(&Operation::VisitAnswered(late), LogKind::Device, "d2");
    assert_eq!(desk.visit().refused[1].rule, "aborted", "kept and named, changing nothing");
    assert!(desk.visit().answers.is_empty() && desk.visit().uncovered.is_empty());
}

#[test]
fn a_sealed_visit_is_neither_aborted_nor_moved() {
    let mut desk = Desk::new();
    desk.seal();
    assert_eq!(desk.say(Command::Abort(VisitAborted { reason: "x".into() })), Err(Refusal::Sealed));
    desk.fold(&Operation::VisitAborted(VisitAborted { reason: "x".into() }), LogKind::Device, "d1");
    assert_eq!(desk.visit().aborted, None);
    assert_eq!(desk.visit().uncovered.len(), 1);
}

#[test]
fn a_visit_moved_to_the_right_station_measures_its_photos_anew_and_asks_for_another_signature() {
    use domain::station::Datum;
    let at = |lat_e7| Position {
        lat_e7,
        lon_e7: 920_000_000,
        datum: Datum::Wgs84,
    };
    let mut desk = Desk::new();
    let meta = PhotoMeta {
        position: Some(at(350_000_000)),
        ..PhotoMeta::default()
    };
    let blob = BlobRef {
        sha256: "e".repeat(64),
        len: 1,
    };
    desk.say(Command::AttachPhoto(Box::new(PhotoAttached {
        photo: PhotoId(Uuid::from_u128(5)),
        original: blob,
        thumbnail: None,
        name: "a.jpg".into(),
        mime: "image/jpeg".into(),
        method: "drop".into(),
        fingerprint: None,
        pattern_db: None,
        distance_m: meta.distance_m(Some(at(351_000_000))),
        meta,
        items: Vec::new(),
        arrived_at_ms: None,
        derived: None,
        no_preview: None,
    })))
    .unwrap();
    assert!(desk.visit().photos[0].attached.distance_m.unwrap() > 1_000);
    let reaim = |station: u128, position| {
        Command::Reaim(VisitReaimed {
            station: StationId(Uuid::from_u128(station)),
            position,
            reason: "点错了".into(),
        })
    };
    assert_eq!(desk.say(reaim(9, None)), Err(Refusal::SameStation));
    desk.say(reaim(10, Some(at(350_000_100)))).unwrap();
    assert_eq!(desk.visit().station, StationId(Uuid::from_u128(10)));
    assert_eq!(desk.visit().reaimed[0].from, StationId(Uuid::from_u128(9)));
    assert!(desk.visit().photos[0].attached.distance_m.unwrap() < 10);
    desk.say(reaim(11, None)).unwrap();
    assert_eq!(
        desk.visit().photos[0].attached.distance_m,
        None,
        "a station without a point has no distance"
    );
}

#[test]
fn a_proposed_station_keeps_its_id_when_the_county_registers_it_and_nothing_else_changes_it() {
    let station = |name: &str| Station {
        id: StationId(Uuid::from_u128(77)),
        name: name.into(),
        township: "青禾镇".into(),
        village: "柳湾村".into(),
        address: String::new(),
        manager: String::new(),
        position: None,
        code: None,
        phone: None,
        proposed: true,
    };
    let mut desk = Desk::new();
    desk.state = None;
    desk.fold(&Operation::StationProposed(station("柳湾村站")), LogKind::Server, "s1");
    assert_eq!(desk.state, None, "only a laptop proposes");
    desk.fold(&Operation::StationProposed(station("柳湾村站")), LogKind::Device, "d1");
    desk.fold(&Operation::StationProposed(station("别的站")), LogKind::Device, "d2");
    assert_eq!(desk.state, Some(Aggregate::Station(station("柳湾村站"))));
    desk.fold(&Operation::StationRegistered(station("柳湾村服务站")), LogKind::Server, "s1");
    let registered = Station {
        proposed: false,
        ..station("柳湾村服务站")
    };
    assert_eq!(desk.state, Some(Aggregate::Station(registered.clone())));
    desk.fold(&Operation::StationProposed(station("柳湾村站")), LogKind::Device, "d1");
    assert_eq!(desk.state, Some(Aggregate::Station(registered)));
}

#[test]
fn a_fix_on_the_spot_needs_words_a_photo_from_before_and_another_from_after() {
    let mut desk = Desk::new();
    for (n, shade) in [(1, "a"), (2, "b")] {
        desk.say(Command::AttachPhoto(Box::new(PhotoAttached {
            photo: PhotoId(Uuid::from_u128(n)),
            original: BlobRef {
                sha256: shade.repeat(64),
                len: 1,
            },
            thumbnail: None,
            name: format!("{n}.jpg"),
            mime: "image/jpeg".into(),
            method: "drop".into(),
            meta: PhotoMeta::default(),
            fingerprint: None,
            pattern_db: None,
            distance_m: None,
            items: Vec::new(),
            arrived_at_ms: None,
            derived: None,
            no_preview: None,
        })))
        .unwrap();
    }
    let photo = |n| PhotoId(Uuid::from_u128(n));
    let finding = |how: &str, before: Vec<PhotoId>, after: Vec<PhotoId>| {
        Command::RecordFinding(Finding {
            id: FindingId(Uuid::from_u128(5)),
            item: None,
            facts: "灭火器被货物挡住".into(),
            severity: Severity::Minor,
            requirement: "移开".into(),
            deadline: None,
            units: vec![ResponsibleUnit {
                name: "站点".into(),
                role: UnitRole::Lead,
            }],
            photos: before,
            fixed: Some(OnSiteFix { how: how.into(), after }),
        })
    };
    assert_eq!(desk.say(finding(" ", vec![photo(1)], vec![photo(2)])), Err(Refusal::Fix));
    assert_eq!(desk.say(finding("已移开", vec![], vec![photo(2)])), Err(Refusal::Fix));
    assert_eq!(desk.say(finding("已移开", vec![photo(1)], vec![])), Err(Refusal::Fix));
    assert_eq!(desk.say(finding("已移开", vec![photo(1)], vec![photo(1)])), Err(Refusal::Fix));
    assert_eq!(
        desk.say(finding("已移开", vec![photo(1)], vec![photo(3)])),
        Err(Refusal::NoPhoto(photo(3)))
    );
    desk.say(finding("已移开", vec![photo(1)], vec![photo(2)])).unwrap();
    assert_eq!((desk.visit().standing_findings().count(), desk.visit().fixed_findings().count()), (1, 1));
}

#[test]
fn seconded_members_sign_by_hand_before_the_seal_and_never_for_the_team() {
    let mut desk = Desk::new();
    let member = |n, name: &str, org: &str| TeamMember {
        person: person(n),
        name: name.into(),
        org: org.into(),
    };
    let with = |desk: &Desk, seconded: Vec<TeamMember>| {
        let mut description = desk.visit().description.clone();
        description.ended_at_ms = Some(2_000);
        description.seconded = seconded;
        Command::Describe(description)
    };
    let nameless = with(&desk, vec![member(7, "范雨晴", " ")]);
    assert_eq!(desk.say(nameless), Err(Refusal::Seconded));
    let of_the_team = with(&desk, vec![member(1, "检查员1", "商务局")]);
    assert_eq!(desk.say(of_the_team), Err(Refusal::Seconded));
    let good = with(&desk, vec![member(7, "范雨晴", "供销社")]);
    desk.say(good).unwrap();

    let signs = |n| HandSigned {
        person: person(n),
        strokes: None,
        shown: "d".repeat(64),
        at_ms: 1,
    };
    let refused = Countersign::Refused {
        reason: "不同意".into(),
        witness: String::new(),
        at_ms: 1,
    };
    desk.say(Command::Countersign(refused)).unwrap();
    let sealed = VisitSealed {
        record: BlobRef {
            sha256: "a".repeat(64),
            len: 1,
        },
        statement: BlobRef {
            sha256: "b".repeat(64),
            len: 1,
        },
        covers: vec![],
        supersedes: None,
        signers: desk.pack.signers,
    };
    assert_eq!(desk.say(Command::Seal(sealed.clone())), Err(Refusal::NoHandSign("范雨晴".into())));
    assert_eq!(desk.say(Command::HandSign(signs(8))), Err(Refusal::NotInTeam(person(8))));
    desk.say(Command::HandSign(signs(7))).unwrap();
    let (item, answer) = yes(&desk.pack);
    desk.say(Command::Answer { item, answer: Some(answer) }).unwrap();
    assert!(desk.visit().hand_signed.is_empty(), "what was signed is not what stands there now");
    desk.say(Command::HandSign(signs(7))).unwrap();
    desk.say(Command::Seal(sealed.clone())).unwrap();
    assert_eq!(
        desk.sign(7, &sealed),
        Err(Refusal::NotInTeam(person(7))),
        "no key signature counts for a seconded member"
    );
    assert_eq!(desk.visit().phase(), VisitPhase::AwaitingSignature);
}

#[test]
fn a_copy_names_a_photo_of_the_visit_and_exports_change_nothing_else() {
    use domain::custody::*;
    let mut desk = Desk::new();
    let attach = |n: u128, letter: char, derived| {
        Command::AttachPhoto(Box::new(PhotoAttached {
            photo: PhotoId(Uuid::from_u128(n)),
            original: BlobRef {
                sha256: letter.to_string().repeat(64),
                len: 1,
            },
            thumbnail: None,
            name: "a.jpg".into(),
            mime: "image/jpeg".into(),
            method: "drop".into(),
            fingerprint: None,
            pattern_db: None,
            distance_m: None,
            arrived_at_ms: None,
            meta: PhotoMeta::default(),
            items: Vec::new(),
            derived,
            no_preview: None,
        }))
    };
    let derived = |from: u128, letter: char| {
        Some(Derived {
            from: PhotoId(Uuid::from_u128(from)),
            original: letter.to_string().repeat(64),
            alterations: vec![Alteration::Blurred],
        })
    };
    desk.say(attach(1, 'c', None)).unwrap();
    assert_eq!(
        desk.say(attach(2, 'd', derived(7, 'c'))),
        Err(Refusal::NoPhoto(PhotoId(Uuid::from_u128(7))))
    );
    assert_eq!(
        desk.say(attach(2, 'd', derived(1, 'e'))),
        Err(Refusal::NoPhoto(PhotoId(Uuid::from_u128(1))))
    );
    desk.say(attach(2, 'd', derived(1, 'c'))).unwrap();
    let Command::AttachPhoto(forged) = attach(3, 'f', derived(1, 'e')) else {
        panic!("an attachment")
    };
    desk.fold(&Operation::PhotoAttached(forged), LogKind::Device, "d2");
    assert_eq!(
        (desk.visit().photos.len(), desk.visit().refused[0].rule.as_str()),
        (2, "original_unknown")
    );

    let stated = |photo: u128, purpose: &str| {
        Command::StateCustody(CustodyStated {
            photo: PhotoId(Uuid::from_u128(photo)),
            custody: Custody {
                maker: "甲".into(),
                method: Method::Scan,
                purpose: purpose.into(),
            },
        })
    };
    desk.say(stated(1, "证明")).unwrap();
    assert_eq!(desk.say(stated(9, "证明")), Err(Refusal::NoPhoto(PhotoId(Uuid::from_u128(9)))));
    assert_eq!(desk.say(stated(1, &"长".repeat(501))), Err(Refusal::TooLong));
    let sealed = desk.seal();
    assert_eq!(desk.say(stated(1, "别的")), Err(Refusal::Sealed));

    let exported = |letter: char| PhotoExported {
        photo: PhotoId(Uuid::from_u128(1)),
        original: letter.to_string().repeat(64),
        file: letter.to_string().repeat(64),
        watermark: false,
        to: String::new(),
        at_ms: 5,
    };
    desk.say(Command::ExportPhoto(exported('c'))).unwrap();
    assert!(desk.say(Command::ExportPhoto(exported('d'))).is_err(), "other bytes than the photo's");
    desk.fold(&Operation::PhotoExported(exported('d')), LogKind::Device, "d2");
    desk.fold(&Operation::PhotoExported(exported('c')), LogKind::Server, "s");
    let visit = desk.visit();
    assert_eq!(
        (visit.exported.len(), visit.uncovered.len(), visit.sealed.as_ref()),
        (1, 0, Some(&sealed))
    );
    let rules: Vec<&str> = visit.refused.iter().map(|one| one.rule.as_str()).collect();
    assert_eq!(rules, ["original_unknown", "photo_unknown", "authority"]);

    let record = serde_json::to_value(desk.visit()).unwrap();
    assert!(record["photos"][0].get("custody").is_some() && record["photos"][1].get("custody").is_none());
}

#[test]
fn what_an_older_version_wrote_of_a_photo_reads_and_writes_the_same() {
    let attached = serde_json::json!({
        "photo": Uuid::from_u128(1), "original": {"sha256": "c".repeat(64), "len": 1}, "thumbnail": null, "name": "a.jpg", "mime": "image/jpeg",
        "method": "drop", "meta": {}, "distance_m": null, "items": [],
    });
    let operation = Operation::from_parts("photo.attached/1", &attached).unwrap();
    assert_eq!(operation.to_parts().unwrap().1, attached);
}

#[test]
fn only_an_offered_correction_of_a_clock_counts_and_it_touches_neither_record_nor_signature() {
    use domain::clock::{Camera, ClockCorrected, Correction};
    use domain::worth::ClockSource;

    let mut desk = Desk::new();
    let attached = serde_json::json!({
        "photo": Uuid::from_u128(1), "original": {"sha256": "c".repeat(64), "len": 1}, "thumbnail": null, "name": "DSCN0010.jpg",
        "mime": "image/jpeg", "method": "drop", "distance_m": null, "items": [],
        "meta": {"taken_at": "2008-10-22T16:28:39", "gps_time": "2008-10-23T14:27:07Z", "make": "NIKON", "model": "COOLPIX P6000"},
    });
    let Operation::PhotoAttached(photo) = Operation::from_parts("photo.attached/1", &attached).unwrap() else {
        panic!("another operation");
    };
    desk.say(Command::AttachPhoto(photo)).unwrap();
    let meta = desk.visit().photos[0].attached.meta.clone();
    let correct = |seconds: Option<i64>| {
        let against = ClockSource::Gps;
        Command::CorrectClock(ClockCorrected {
            camera: Camera::of(&meta).unwrap(),
            correction: seconds.map(|seconds| Correction { seconds, against }),
        })
    };
    // 16:28:39 as the visit's zone reads it is 08:28:39 UTC of the day before.
    let behind = -(86_400 + 5 * 3600 + 58 * 60 + 28);
    assert_eq!(desk.say(correct(Some(180))), Err(Refusal::ClockNotOffered));
    assert_eq!(desk.say(correct(None)), Err(Refusal::ClockNotOffered));
    let drawn = Operation::VisitCountersigned(Countersign::Signed {
        name: "曹爱莲".into(),
        role: "负责人".into(),
        opinion: String::new(),
        strokes: BlobRef {
            sha256: "e".repeat(64),
            len: 1,
        },
        shown: None,
        at_ms: 3,
    });
    desk.fold(&drawn, LogKind::Device, "d1");
    let before = desk.visit().clone();
    desk.say(correct(Some(behind))).unwrap();
    let known = desk.visit().correction_of(&meta).unwrap();
    assert_eq!((known.seconds, known.against), (behind, ClockSource::Gps));
    assert_eq!(desk.visit().photos, before.photos, "what the file says stays");
    assert_eq!(desk.visit().countersign, before.countersign);
    desk.say(correct(None)).unwrap();
    assert_eq!(desk.visit().clocks, []);
    assert!(serde_json::to_value(desk.visit()).unwrap().get("clocks").is_none());
    desk.say(correct(Some(behind))).unwrap();
    desk.seal();
    assert_eq!(desk.say(correct(None)), Err(Refusal::Sealed));
    let late = Operation::ClockCorrected(ClockCorrected {
        camera: Camera::of(&meta).unwrap(),
        correction: None,
    });
    desk.fold(&late, LogKind::Device, "d2");
    desk.fold(&late, LogKind::Server, "s");
    assert_eq!((desk.visit().clocks.len(), desk.visit().uncovered.len()), (1, 1));
}
