//! Paper signed by hand joins the record that stands, and changes nothing of it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod desk;

use desk::{Desk, blob, not_checked, person, returned};
use domain::decide::{Command, Refusal};
use domain::operation::*;
use domain::paper::MOST_PAGES;
use domain::visit::VisitPhase;
use domain::*;
use uuid::Uuid;

fn page(n: u128, bytes: char) -> PhotoAttached {
    PhotoAttached {
        photo: PhotoId(Uuid::from_u128(n)),
        original: blob(bytes),
        thumbnail: None,
        name: format!("第{n}页.jpg"),
        mime: "image/jpeg".into(),
        method: "paper".into(),
        meta: PhotoMeta::default(),
        fingerprint: None,
        pattern_db: None,
        distance_m: None,
        items: Vec::new(),
        arrived_at_ms: None,
        derived: None,
        no_preview: None,
    }
}

fn paper(seal: char, pages: Vec<PhotoAttached>) -> PaperAttached {
    PaperAttached {
        paper: Paper {
            v: 1,
            visit: VisitId(Uuid::from_u128(77)),
            seal: seal.to_string().repeat(64),
            pages,
            signers: vec![PaperSigner {
                name: "葛𪨶".into(),
                role: "站长".into(),
            }],
            note: String::new(),
            at_ms: 20,
        },
        person: person(1),
        name: "检查员1".into(),
        kid: "k1".into(),
        public_key: String::new(),
        signature: String::new(),
    }
}

fn attach(desk: &mut Desk, attached: &PaperAttached) -> Result<(), Refusal> {
    desk.say(Command::AttachPaper(Box::new(attached.clone())))
}

#[test]
fn it_joins_without_touching_what_was_sealed() {
    let mut desk = Desk::sealed();
    let before = desk.visit().clone();
    let attached = paper('b', vec![page(1, '1'), page(2, '2')]);
    attach(&mut desk, &attached).unwrap();
    let visit = desk.visit();
    assert_eq!((visit.papers.len(), &visit.papers[0].attached), (1, &attached));
    assert_eq!(visit.papers_of(&"b".repeat(64)).count(), 1);
    assert_eq!(
        (visit.pages().count(), visit.late_photos().count()),
        (2, 2),
        "its bytes are kept and sent"
    );
    assert!(visit.uncovered.is_empty() && visit.refused.is_empty());
    let without = Visit {
        papers: Vec::new(),
        ..visit.clone()
    };
    assert_eq!(without, before, "nothing else changed");
    // More may join, with other pages.
    attach(&mut desk, &paper('b', vec![page(3, '3')])).unwrap();
    assert_eq!(desk.visit().pages().count(), 3);
}

#[test]
fn what_says_nothing_or_says_it_twice_is_refused() {
    let mut desk = Desk::sealed();
    let whole = paper('b', vec![page(1, '1')]);
    let with = |change: &dyn Fn(&mut PaperAttached)| {
        let mut changed = whole.clone();
        change(&mut changed);
        changed
    };
    let pages = |n: usize| (0..n).map(|n| page(n as u128 + 1, 'x')).collect::<Vec<_>>();
    for (changed, refusal) in [
        (with(&|p| p.paper.seal = "c".repeat(64)), Refusal::NotSealed),
        (with(&|p| p.person = person(3)), Refusal::NotInTeam(person(3))),
        (with(&|p| p.paper.pages.clear()), Refusal::Pages { most: MOST_PAGES }),
        (with(&|p| p.paper.pages = pages(MOST_PAGES + 1)), Refusal::Pages { most: MOST_PAGES }),
        (with(&|p| p.paper.signers.clear()), Refusal::PaperSigners),
        (with(&|p| p.paper.signers[0].name = " ".into()), Refusal::PaperSigners),
        (
            with(&|p| p.paper.pages[0].mime = "video/mp4".into()),
            Refusal::PageFormat("第1页.jpg".into()),
        ),
        (
            with(&|p| p.paper.pages.push(page(2, '1'))),
            Refusal::SamePage(PhotoId(Uuid::from_u128(2))),
        ),
    ] {
        assert_eq!(attach(&mut desk, &changed), Err(refusal));
    }
    attach(&mut desk, &whole).unwrap();
    let again = paper('b', vec![page(9, '1')]);
    assert_eq!(attach(&mut desk, &again), Err(Refusal::SamePage(PhotoId(Uuid::from_u128(9)))));
    assert!(desk.visit().refused.is_empty());
}

/// What another machine sends is kept and changes nothing.
#[test]
fn what_breaks_a_rule_on_arrival_is_listed_and_its_bytes_are_not_the_visits() {
    let mut desk = Desk::sealed();
    let whole = paper('b', vec![page(1, '1')]);
    desk.device(&Operation::PaperAttached(Box::new(whole.clone())));
    let with = |change: &dyn Fn(&mut PaperAttached)| {
        let mut changed = paper('b', vec![page(5, '5')]);
        change(&mut changed);
        changed
    };
    for (changed, rule) in [
        (whole.clone(), "paper_known"),
        (with(&|p| p.paper.v = 2), "paper_version"),
        (with(&|p| p.paper.visit = VisitId(Uuid::from_u128(78))), "other_visit"),
        (with(&|p| p.paper.seal = "e".repeat(64)), "not_sealed"),
        (with(&|p| p.paper.pages.clear()), "paper_pages"),
        (with(&|p| p.paper.pages[0].photo = PhotoId(Uuid::from_u128(1))), "photo_known"),
        (with(&|p| p.paper.pages.push(page(5, '6'))), "photo_known"),
    ] {
        desk.device(&Operation::PaperAttached(Box::new(changed)));
        assert_eq!(desk.visit().refused.last().unwrap().rule, rule);
        assert_eq!(desk.visit().pages().count(), 1, "{rule}");
    }
    desk.fold(&Operation::PaperAttached(Box::new(with(&|_| ()))), LogKind::Server);
    assert_eq!(desk.visit().refused.last().unwrap().rule, "authority", "a server attaches nothing");
}

#[test]
fn it_stays_with_the_record_that_it_was_attached_to() {
    let mut desk = Desk::sealed();
    attach(&mut desk, &paper('b', vec![page(1, '1')])).unwrap();
    desk.fold(&returned('b'), LogKind::Server);
    // The returned record still takes what was signed before the laptop heard of the return; the laptop itself waits for the mended one.
    assert_eq!(attach(&mut desk, &paper('b', vec![page(2, '2')])), Err(Refusal::NotSealed));
    desk.device(&Operation::PaperAttached(Box::new(paper('b', vec![page(3, '3')]))));
    desk.say(not_checked("C4-01", "钥匙在站长处")).unwrap();
    desk.seal('c', Some('b')).unwrap();
    attach(&mut desk, &paper('c', vec![page(4, '4')])).unwrap();
    let visit = desk.visit();
    assert_eq!(visit.phase(), VisitPhase::Sealed);
    assert_eq!(visit.papers_of(&"b".repeat(64)).count(), 2);
    assert_eq!(visit.papers_of(&"c".repeat(64)).count(), 1);
}
