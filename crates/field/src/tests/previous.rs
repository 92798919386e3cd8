//! What was answered in the visit before stands beside what is asked now.

use contract::field::*;
use domain::{Answer, VisitId, VisitPhase};

use super::county::{County, LI, WANG, person, station};
use super::visit::{not_checked, signer};
use crate::Field;

const FIRST_MS: i64 = 1_780_000_000_000;
const DAY_MS: i64 = 86_400_000;

fn opened(field: &Field, day: i64) -> VisitId {
    let args = OpenVisit {
        station: station(),
        pack: "C4".into(),
        team: vec![person(WANG), person(LI)],
        methods: vec!["on_site".into()],
        started_at_ms: FIRST_MS + day * DAY_MS,
        utc_offset_min: 480,
    };
    field.open_visit(args).unwrap().visit.id
}

fn seal(field: &Field, visit: VisitId) {
    let description = field.get_visit(VisitArgs { visit }).unwrap().visit.description;
    field
        .describe_visit(DescribeVisit {
            visit,
            team: vec![person(WANG), person(LI)],
            methods: description.methods,
            started_at_ms: description.started_at_ms,
            ended_at_ms: Some(description.started_at_ms + 3_600_000),
            utc_offset_min: 480,
            situation: String::new(),
            seconded: Vec::new(),
        })
        .unwrap();
    let way = CountersignWay::Refused {
        reason: "不同意".into(),
        witness: String::new(),
    };
    field.countersign(CountersignArgs { visit, way }).unwrap();
    let signers = vec![signer(WANG, "wang-passphrase"), signer(LI, "li-passphrase")];
    assert_eq!(field.seal_visit(SealVisit { visit, signers }).unwrap().phase, VisitPhase::Sealed);
}

fn previous(field: &Field, visit: VisitId) -> Option<PreviousVisit> {
    field.get_visit(VisitArgs { visit }).unwrap().previous
}

#[test]
fn the_latest_earlier_sealed_visit_is_the_one_before() {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let (first, second, aborted, open, now) = (
        opened(&field, 0),
        opened(&field, 30),
        opened(&field, 40),
        opened(&field, 50),
        opened(&field, 60),
    );
    let later = opened(&field, 70);
    assert_eq!(previous(&field, now), None, "none of them is sealed");
    not_checked(&field, first, "C4-01", "没有钥匙");
    not_checked(&field, second, "C4-09", "台账被锁在镇里");
    not_checked(&field, second, "C4-10", "没有看");
    field
        .answer_item(AnswerItem {
            visit: second,
            item: "C4-10".into(),
            answer: None,
        })
        .unwrap();
    for visit in [first, second, later] {
        seal(&field, visit);
    }
    let reason = "开错了".into();
    field.abort_visit(AbortVisit { visit: aborted, reason }).unwrap();
    not_checked(&field, open, "C4-09", "这一次还没有封存");

    let before = previous(&field, now).unwrap();
    assert_eq!((before.visit, before.started_at_ms), (second, FIRST_MS + 30 * DAY_MS));
    let reason = "台账被锁在镇里".into();
    assert_eq!(
        before.answers.into_iter().collect::<Vec<_>>(),
        [("C4-09".into(), Answer::NotChecked { reason })]
    );
    assert_eq!(previous(&field, second).map(|before| before.visit), Some(first));
    assert_eq!(previous(&field, first), None);
    let answered = not_checked(&field, now, "C4-09", "又没有看到");
    assert_eq!(answered.previous.map(|before| before.visit), Some(second), "each answer brings it along");
    assert!(field.rebuild().unwrap());
    assert_eq!(previous(&field, now).map(|before| before.visit), Some(second));
}
