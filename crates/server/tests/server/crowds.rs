//! What strangers in great number can do, and what they cannot keep others from.

use domain::Operation;
use domain::operation::RevocationsPublished;
use reqwest::{Method, StatusCode};
use seal::Digest;
use seal::keys::Signer as _;
use seal::revocation::{RevocationList, Revoked};
use serde_json::{Value, json};
use server::county::revocations_aggregate;
use server::secrets::unwrap_key;
use server::store::Said;

use crate::laptop::Laptop;
use crate::running::Server;

#[tokio::test]
async fn a_crowd_at_the_login_is_told_so_and_nobody_is_shut_out() {
    let server = Server::start().await;
    let tries = (0..40).map(|n| server.call(None, "login", json!({"account": format!("nobody-{n}"), "password": "x"})));
    let answers = futures::future::join_all(tries).await;
    let codes: Vec<&str> = answers.iter().map(|(_, error)| error["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"server_busy") && codes.contains(&"wrong_login"), "{codes:?}");
    let busy = answers.iter().find(|(_, error)| error["code"] == "server_busy").unwrap();
    assert_eq!(busy.0, StatusCode::SERVICE_UNAVAILABLE);
    server.log_in("qinghe-reviewer").await;
}

#[tokio::test]
async fn wrong_logins_under_any_name_never_close_the_authority() {
    let server = Server::start().await;
    let laptop = Laptop::new(&server, "qinghe");
    let account = "qinghe-administrator";
    for name in [
        format!("authority of {} by {account}", laptop.scope),
        format!("authority/{}/{account}", laptop.scope),
    ] {
        for _ in 0..5 {
            let (_, error) = server.call(None, "login", json!({"account": name, "password": "x"})).await;
            assert_eq!(error["code"], "wrong_login");
        }
    }
    laptop.enrol(&server, "qinghe").await;
}

#[tokio::test]
async fn unapproved_requests_give_way_to_newer_ones_and_are_forgotten_after_two_weeks() {
    let server = Server::start().await;
    let laptop = Laptop::new(&server, "qinghe");
    let (scope, envelope) = (laptop.scope, laptop.enrolment());
    let number = |n: u32| Digest::of(&n.to_be_bytes());
    for n in 0..205 {
        server.app.with_db(|db| db.keep_enrolment(&scope, &number(n), &envelope, 200)).unwrap();
        server.wait_minutes(1);
    }
    let waiting = server.app.with_db(|db| db.enrolments(&scope)).unwrap();
    assert_eq!((waiting.len(), waiting[0].request), (200, number(204)));
    assert!(server.app.with_db(|db| db.enrolment(&scope, &number(4))).unwrap().is_none());
    server.wait_minutes(14 * 24 * 60);
    assert!(server.app.with_db(|db| db.enrolments(&scope)).unwrap().is_empty());
    server.app.with_db(server::store::Db::forget_old_enrolments).unwrap();
    assert!(server.app.with_db(|db| db.enrolment(&scope, &number(204))).unwrap().is_none());
}

#[tokio::test]
async fn what_strangers_send_is_short() {
    let server = Server::start().await;
    for (path, most) in [("/v1/session", 4), ("/v1/session/prove", 4), ("/v1/enrol", 64)] {
        let response = server.ask(Method::POST, path).body(vec![b' '; most * 1024 + 1]).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE, "{path}");
        assert_eq!(response.json::<Value>().await.unwrap()["code"], "too_large", "{path}");
    }
}

#[tokio::test]
async fn a_session_ends_with_the_revocation_of_its_laptop() {
    let server = Server::start().await;
    let mut laptop = Laptop::ready(&server, "qinghe").await;
    let other = Laptop::ready(&server, "qinghe").await;
    laptop.sync(&server).await;
    let scope = laptop.scope;
    let county = server.app.with_db(|db| db.county(&scope)).unwrap().unwrap();
    let authority = unwrap_key(&county.authority_wrapped, &server.secrets.authority_passphrases["qinghe"]);
    let list = RevocationList {
        v: 1,
        scope: scope.to_string(),
        number: 2,
        as_of_ms: 2,
        revoked: vec![Revoked {
            kid: laptop.key.public().kid(),
            at_ms: 1,
            reason: "被盗".into(),
        }],
    };
    let envelope = String::from_utf8(list.sign(&authority.unwrap().unwrap()).unwrap()).unwrap();
    let said = Said {
        ent: revocations_aggregate(&scope),
        by: None,
        operation: Operation::RevocationsPublished(RevocationsPublished { envelope }),
    };
    server.app.with_db(|db| db.say(&scope, &[said])).unwrap();
    let ask = |laptop: &Laptop| laptop.authorised(&server, Method::GET, "/v1/checkpoint").send();
    let refused = ask(&laptop).await.unwrap();
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    assert_eq!(refused.json::<Value>().await.unwrap()["code"], "device_revoked");
    assert_eq!(ask(&other).await.unwrap().status(), StatusCode::OK);
}
