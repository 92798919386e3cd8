//! A visit that a reviewer returns, mended by an addendum, accepted; and what comes too late.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod desk;

use desk::{Desk, accepted, blob, finding, not_checked, returned};
use domain::compare::{Change, compare};
use domain::decide::{Command, Refusal};
use domain::operation::*;
use domain::visit::VisitPhase;
use domain::*;
use uuid::Uuid;

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
