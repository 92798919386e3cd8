//! What a certified laptop in wrong hands can say, and what it does not change.

use domain::operation::{SealSigned, VisitAnswered, VisitOpened, VisitSealed};
use domain::{Answer, Operation, StationId, VisitPhase};
use ledger::sync::Request;
use reqwest::{Method, StatusCode};
use seal::keys::{Ed25519Key, Signer as _};
use serde_json::json;
use uuid::Uuid;

use crate::laptop::{Laptop, Sealed};
use crate::running::Server;

fn visit(server: &Server, laptop: &Laptop, sealed: &Sealed) -> domain::Visit {
    let scope = laptop.scope;
    server.app.with_db(|db| db.visit(&scope, sealed.visit)).unwrap().unwrap()
}

/// The opening of a visit, said again by another laptop.
fn opening_of(visit: &domain::Visit) -> Operation {
    Operation::VisitOpened(VisitOpened {
        station: StationId(Uuid::now_v7()),
        pack: visit.pack.clone(),
        description: visit.description.clone(),
    })
}

#[tokio::test]
async fn an_opening_that_sorts_first_takes_no_visit_over() {
    let server = Server::start().await;
    let mut laptop = Laptop::ready(&server, "qinghe").await;
    let sealed = laptop.make_visit(&server);
    laptop.sync(&server).await;
    let before = visit(&server, &laptop, &sealed);
    assert_eq!(before.phase(), VisitPhase::Sealed);

    let mut thief = Laptop::ready(&server, "qinghe").await;
    let first = laptop.said("visit.opened/1").to_string();
    thief.say_before(sealed.visit.0, &opening_of(&before), &[], &first);
    let answer = thief.sync(&server).await;
    assert!(answer.refused.is_empty(), "the log of a laptop is never blocked for what it says");
    let after = visit(&server, &laptop, &sealed);
    assert_eq!((&after.lead_device, after.station), (&before.lead_device, before.station));
    assert_eq!((after.phase(), after.sealed), (VisitPhase::Sealed, before.sealed));
    assert_eq!(after.refused.len(), 1);
    server.assert_rebuilt_equals_grown();
}

#[tokio::test]
async fn a_late_answer_neither_hinders_nor_changes_what_is_sealed() {
    let server = Server::start().await;
    let mut laptop = Laptop::ready(&server, "qinghe").await;
    let sealed = laptop.make_visit(&server);
    laptop.sync(&server).await;
    let before = visit(&server, &laptop, &sealed);

    // Two answers to one item by a laptop that knew the opening alone: each sorts before the photo, so also before the seal.
    let photo = laptop.said("photo.attached/1").to_string();
    for reason in ["停电", "没有钥匙"] {
        let mut late = Laptop::ready(&server, "qinghe").await;
        let answered = Operation::VisitAnswered(VisitAnswered {
            item: "C4-01".into(),
            answer: Some(Answer::NotChecked { reason: reason.into() }),
            overwrites: Vec::new(),
            observed_at_ms: None,
        });
        late.say_before(sealed.visit.0, &answered, &[laptop.said("visit.opened/1")], &photo);
        late.sync(&server).await;
    }
    let after = visit(&server, &laptop, &sealed);
    assert_eq!((after.phase(), &after.sealed), (VisitPhase::Sealed, &before.sealed));
    assert_eq!((after.answers, after.uncovered.len()), (before.answers, 2));
    server.assert_rebuilt_equals_grown();
}

#[tokio::test]
async fn a_signature_that_does_not_hold_neither_counts_nor_keeps_the_real_one_out() {
    let server = Server::start().await;
    let mut laptop = Laptop::ready(&server, "qinghe").await;
    let sealed = laptop.make_visit(&server);
    // All but the second person's signature.
    let mut entries = laptop.frames.clone();
    entries.pop().unwrap();
    let request = Request { entries, ..laptop.request() };
    laptop.send(&server, &request).await;
    for blob in &sealed.blobs {
        laptop.upload(&server, blob).await;
    }

    let mut thief = Laptop::ready(&server, "qinghe").await;
    let second = &laptop.persons[1].0;
    let key = Ed25519Key::generate().unwrap();
    let garbage = Operation::SealSigned(SealSigned {
        statement: sealed.statement.clone(),
        person: second.person,
        name: second.name.clone(),
        kid: key.public().kid().to_string(),
        public_key: key.public().to_string(),
        signature: seal::base64_encode(&[7; 64]),
    });
    thief.say_after(sealed.visit.0, &garbage, laptop.said("visit.sealed/1"));
    let before = visit(&server, &laptop, &sealed);
    // And a seal of its own, with one signature asked for.
    let forged = Operation::VisitSealed(VisitSealed {
        signers: 1,
        ..before.sealed.clone().unwrap()
    });
    thief.say_after(sealed.visit.0, &forged, laptop.said("photo.attached/1"));
    thief.sync(&server).await;
    let claimed = visit(&server, &laptop, &sealed);
    assert_eq!(
        (claimed.phase(), &claimed.sealed),
        (VisitPhase::Sealed, &before.sealed),
        "the phase is what is claimed"
    );

    let reviewer = server.log_in("qinghe-reviewer").await;
    let accept = json!({"scope": laptop.scope, "visit": sealed.visit, "statement": sealed.statement, "comment": ""});
    let (status, error) = server.call(Some(&reviewer), "accept_visit", accept.clone()).await;
    assert_eq!(
        (status, error["params"]["rule"].as_str()),
        (StatusCode::CONFLICT, Some("signatures_missing")),
        "{error}"
    );

    laptop.sync(&server).await;
    assert_eq!(visit(&server, &laptop, &sealed).signatures.len(), 3);
    let (status, view) = server.call(Some(&reviewer), "accept_visit", accept).await;
    assert_eq!((status, view["phase"].as_str()), (StatusCode::OK, Some("reviewed")), "{view}");
    let path = format!("/api/scopes/{}/visits/{}/bundle", laptop.scope, sealed.visit);
    let zip = server.ask(Method::GET, &path).header("Cookie", &reviewer).send().await.unwrap();
    let zip = zip.bytes().await.unwrap();
    let names = String::from_utf8_lossy(&zip).into_owned();
    for (signer, counts) in [(&laptop.persons[0].1, true), (&laptop.persons[1].1, true), (&key, false)] {
        let name = format!("signatures/{}.sig", signer.public().kid());
        assert_eq!(names.contains(&name), counts, "{name}");
    }
    server.assert_rebuilt_equals_grown();
}
