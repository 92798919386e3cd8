//! A returned visit on the laptop: a task with the reviewer's words, mended, and refused in words when it comes too late.

use contract::field::*;
use contract::shared::Nothing;
use domain::operation::{ItemComment, ReviewAccepted, ReviewReturned};
use domain::{Operation, VisitId, VisitPhase};

use super::county::{County, LI, WANG, person};
use super::visit::{end, not_checked, open_visit, signer};
use crate::Field;

fn seal(field: &Field, visit: VisitId) -> Result<VisitView, contract::ApiError> {
    let way = CountersignWay::Absent {
        reason: "关门".into(),
        photo: None,
    };
    field.countersign(CountersignArgs { visit, way }).unwrap();
    field.seal_visit(SealVisit {
        visit,
        signers: vec![signer(WANG, "wang-passphrase"), signer(LI, "li-passphrase")],
    })
}

#[test]
fn mended_offline_while_the_reviewer_accepted_the_first_record_it_is_refused_and_said_so() {
    let home = tempfile::tempdir().unwrap();
    let mut county = County::new();
    let field = county.laptop(home.path());
    let visit = open_visit(&field);
    not_checked(&field, visit, "C4-01", "没有钥匙");
    end(&field, visit);
    let first = seal(&field, visit).unwrap().seal_id.unwrap();

    let returned = Operation::ReviewReturned(ReviewReturned {
        statement: first.clone(),
        person: person(WANG),
        account: "fuhe".into(),
        name: "周敏".into(),
        comment: String::new(),
        items: vec![ItemComment {
            item: "C4-01".into(),
            comment: "钥匙在谁处".into(),
        }],
        at_ms: 6,
    });
    county.say(&field, vec![(visit.0, returned)]);
    let row = field.list_visits(Nothing {}).unwrap().remove(0);
    assert_eq!((row.phase, row.returned.unwrap().comment.as_str()), (VisitPhase::Returned, "钥匙在谁处"));
    assert_eq!(seal(&field, visit).unwrap_err().params["rule"], "nothing_mended");

    // Offline: mended and signed. The first record's bytes stay in the vault.
    assert_eq!(not_checked(&field, visit, "C4-01", "在站长处").comparison.unwrap().answers.len(), 1);
    let mended = seal(&field, visit).unwrap();
    let sealed = mended.visit.sealed.clone().unwrap();
    assert_eq!(sealed.supersedes.as_ref(), Some(&first));
    let vault = &field.0.opened().unwrap().vault;
    let statement = vault.read(&sealed.statement.sha256.parse().unwrap()).unwrap();
    let statement = seal::statement::Statement::parse(&statement).unwrap();
    assert_eq!(statement.predicate["supersedes"], first.as_str());
    assert!(vault.read(&first.parse().unwrap()).is_ok());

    // Meanwhile the reviewer had accepted the first one after all.
    let accepted = Operation::ReviewAccepted(ReviewAccepted {
        statement: first.clone(),
        person: person(WANG),
        account: "fuhe".into(),
        name: "周敏".into(),
        comment: "电话里已说明".into(),
        at_ms: 7,
    });
    county.say(&field, vec![(visit.0, accepted)]);
    let view = field.get_visit(VisitArgs { visit }).unwrap();
    assert_eq!((view.phase, view.seal_id), (VisitPhase::Reviewed, Some(first)));
    assert!(view.visit.refused.iter().any(|one| one.rule == domain::apply::ACCEPTED_MEANWHILE));
    let answer = view.visit.answer("C4-01").unwrap();
    assert!(matches!(answer, domain::Answer::NotChecked { reason } if reason == "没有钥匙"));
    assert!(field.rebuild().unwrap(), "rebuilt equals incremental");
}
