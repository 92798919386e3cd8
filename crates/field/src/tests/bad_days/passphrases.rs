//! A mistyped passphrase, and a forgotten one: the data stay, the person's key is made anew.

use contract::ErrorCode;
use contract::field::{AddPerson, FieldHost as _, StartPhase, Unlock, VisitArgs};
use contract::shared::{KeyStanding, Nothing};

use super::super::county::{County, LI, WANG, field, person};
use super::super::visit::{not_checked, open_visit};
use crate::Field;

fn unlock(field: &Field, id: &str, passphrase: &str) -> Result<contract::field::AppState, contract::ApiError> {
    field.unlock(Unlock {
        person: person(id),
        passphrase: passphrase.into(),
    })
}

fn renew(field: &Field, passphrase: &str) -> Result<contract::field::AppState, contract::ApiError> {
    field.add_person(AddPerson {
        person: Some(person(WANG)),
        name: "王喆".into(),
        org: "县商务局".into(),
        passphrase: passphrase.into(),
    })
}

#[test]
fn a_mistyped_passphrase_opens_nothing_and_costs_nothing() {
    let home = tempfile::tempdir().unwrap();
    let mut county = County::new();
    let first = county.laptop(home.path());
    let visit = open_visit(&first);
    drop(first);
    let field = field(home.path());
    for wrong in ["wang-passphras", "Wang-passphrase", "wang-passphrase ", "", "li-passphrase"] {
        assert_eq!(unlock(&field, WANG, wrong).unwrap_err().code, ErrorCode::WrongPassphrase, "{wrong:?}");
        assert_eq!(field.get_visit(VisitArgs { visit }).unwrap_err().code, ErrorCode::Locked);
    }
    assert_eq!(unlock(&field, WANG, "wang-passphrase").unwrap().phase, StartPhase::Ready);
    not_checked(&field, visit, "C4-01", "没有钥匙");
    assert!(field.rebuild().unwrap());
}

#[test]
fn a_forgotten_passphrase_loses_a_key_and_no_data() {
    let home = tempfile::tempdir().unwrap();
    let mut county = County::new();
    let first = county.laptop(home.path());
    let visit = open_visit(&first);
    not_checked(&first, visit, "C4-01", "没有钥匙");
    let kid = |field: &Field| {
        let people = field.app_state(Nothing {}).unwrap().people;
        people.into_iter().find(|p| p.person == person(WANG)).unwrap().kid
    };
    let old = kid(&first);
    drop(first);

    // Nobody has opened the laptop: a new key cannot be made over data that nobody here may read, and nothing is changed.
    let field = field(home.path());
    assert_eq!(renew(&field, "a new passphrase").unwrap_err().code, ErrorCode::Locked);
    assert_eq!(kid(&field), old);
    // A colleague opens it.
    unlock(&field, LI, "li-passphrase").unwrap();
    assert_eq!(renew(&field, "short").unwrap_err().code, ErrorCode::WeakPassphrase);
    renew(&field, "a new passphrase").unwrap();
    let new = kid(&field);
    assert_ne!(new, old);
    field.lock(Nothing {}).unwrap();
    assert_eq!(unlock(&field, WANG, "wang-passphrase").unwrap_err().code, ErrorCode::WrongPassphrase);
    let state = unlock(&field, WANG, "a new passphrase").unwrap();
    let wang = state.people.iter().find(|p| p.person == person(WANG)).unwrap();
    assert_eq!(
        (state.people.len(), wang.standing),
        (2, KeyStanding::Pending),
        "the county has to approve the new key"
    );
    let request = field.enrolment_request(Nothing {}).unwrap();
    let envelope = seal::dsse::Envelope::parse(request.text.as_bytes()).unwrap();
    assert!(envelope.signatures.iter().any(|s| s.keyid.to_string() == new), "and is asked to");
    // The data are there, and still after the next start.
    drop(field);
    let field = super::super::county::field(home.path());
    unlock(&field, WANG, "a new passphrase").unwrap();
    assert_eq!(field.get_visit(VisitArgs { visit }).unwrap().visit.answers.len(), 1);
    assert!(field.rebuild().unwrap());
}
