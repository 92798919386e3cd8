//! Enrolment, sessions and sync.

use ledger::receipt::Receipt;
use ledger::sync::{Request, StreamHead, StreamItem};
use ledger::wire::encode_request;
use reqwest::{Method, StatusCode};
use seal::checkpoint::Checkpoint;
use seal::keys::Signer as _;
use seal::merkle::{entry_leaf, verify_inclusion};
use serde_json::json;

use crate::laptop::Laptop;
use crate::running::Server;

#[tokio::test]
async fn a_laptop_is_unknown_then_pending_then_certified() {
    let server = Server::start().await;
    let laptop = Laptop::new(&server, "qinghe");
    let (status, error) = laptop.try_session(&server).await;
    assert_eq!((status, error["code"].as_str()), (StatusCode::FORBIDDEN, Some("device_pending")));

    let first = server.ask(Method::POST, "/v1/enrol").body(laptop.enrolment()).send().await.unwrap();
    assert_eq!(first.status(), StatusCode::ACCEPTED);
    assert_eq!(laptop.try_session(&server).await.1["code"], "device_pending");
    for bad in [
        b"{}".to_vec(),
        Laptop::new(&server, "yunting").enrolment().split_last().unwrap().1.to_vec(),
        vec![b' '; 60_000],
    ] {
        let response = server.ask(Method::POST, "/v1/enrol").body(bad).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    }

    // The wrong passphrase certifies nothing.
    let administrator = server.log_in("qinghe-administrator").await;
    let (_, rows) = server.call(Some(&administrator), "list_enrolments", json!({"scope": laptop.scope})).await;
    assert_eq!(rows.as_array().unwrap().len(), 1);
    assert_eq!(rows[0]["people"][0]["registered"], true);
    let args = json!({"scope": laptop.scope, "request": rows[0]["request"], "authority_passphrase": "wrong"});
    let (status, error) = server.call(Some(&administrator), "approve_enrolment", args).await;
    assert_eq!(
        (status, error["code"].as_str()),
        (StatusCode::FORBIDDEN, Some("wrong_authority_passphrase"))
    );
    assert_eq!(laptop.try_session(&server).await.1["code"], "device_pending");

    let rows = laptop.enrol(&server, "qinghe").await;
    assert!(rows.as_array().unwrap().iter().any(|r| r["approved_at_ms"].is_i64()));
    assert_eq!(laptop.try_session(&server).await.0, StatusCode::OK);
    // Another key cannot use it.
    let mut stranger = Laptop::new(&server, "qinghe");
    stranger.server_key = laptop.key.public().clone();
    assert_eq!(stranger.try_session(&server).await.0, StatusCode::FORBIDDEN);
    server.assert_rebuilt_equals_grown();
}

#[tokio::test]
async fn a_nonce_is_good_once() {
    let server = Server::start().await;
    let laptop = Laptop::ready(&server, "qinghe").await;
    let hello = json!({"kid": laptop.key.public().kid(), "scope": laptop.scope});
    let challenge = server.ask(Method::POST, "/v1/session").json(&hello).send().await.unwrap();
    let challenge = challenge.json().await.unwrap();
    let proof = ledger::session::prove(&laptop.key, laptop.scope, &challenge, &laptop.server_key.kid()).unwrap();
    for expected in [StatusCode::OK, StatusCode::UNAUTHORIZED] {
        let response = server.ask(Method::POST, "/v1/session/prove").json(&proof).send().await.unwrap();
        assert_eq!(response.status(), expected);
    }
    server.wait_minutes(12 * 60 + 1);
    let response = laptop.authorised(&server, Method::GET, "/v1/checkpoint").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn pushing_again_changes_nothing_and_receipts_prove_what_is_there() {
    let server = Server::start().await;
    let mut laptop = Laptop::ready(&server, "qinghe").await;
    laptop.make_visit(&server);
    let first = laptop.sync(&server).await;
    assert_eq!(first.acks.len(), laptop.frames.len());
    assert!(first.refused.is_empty() && first.branches.is_empty());
    // 54 stations, 6 people, revocations and log.open; a device and two people certified; and what we pushed.
    assert_eq!(first.items.len(), 62 + 3 + laptop.frames.len());
    let end = laptop.cursor;
    assert_eq!(
        first
            .items
            .iter()
            .fold(StreamHead::start(&laptop.scope), |head, item| head.then(&item.id())),
        end
    );

    let again = laptop.sync(&server).await;
    assert_eq!(again.acks, first.acks);
    assert!(again.items.is_empty());
    assert_eq!(laptop.cursor, end);

    let request = Request {
        receipts: first.acks.iter().map(|a| a.sseq).collect(),
        entries: Vec::new(),
        ..laptop.request()
    };
    let receipts: Vec<Receipt> = laptop.send(&server, &request).await.receipts;
    assert_eq!(receipts.len(), laptop.frames.len());
    for receipt in receipts {
        let checkpoint = Checkpoint::open(receipt.checkpoint.as_bytes(), &laptop.server_key).unwrap();
        verify_inclusion(
            &entry_leaf(&receipt.entry.0),
            receipt.leaf,
            checkpoint.size,
            &receipt.proof,
            &checkpoint.root,
        )
        .unwrap();
    }
    server.assert_rebuilt_equals_grown();
}

#[tokio::test]
async fn what_came_whole_before_a_cut_is_kept() {
    let server = Server::start().await;
    let mut laptop = Laptop::ready(&server, "qinghe").await;
    laptop.make_visit(&server);
    let body = encode_request(&laptop.request()).unwrap();
    let half = body[..body.len() - 3].to_vec();
    let cut = laptop.authorised(&server, Method::POST, "/v1/sync").body(half).send().await.unwrap();
    assert_eq!(cut.status(), StatusCode::BAD_REQUEST);
    let request = Request {
        entries: Vec::new(),
        ..laptop.request()
    };
    let pulled = laptop.send(&server, &request).await;
    let ids: Vec<_> = pulled.items.iter().map(StreamItem::id).collect();
    let kept = laptop.frames.iter().filter(|f| ids.contains(&f.id())).count();
    assert!(kept > 0, "nothing was kept");
    // Then the whole: each entry stands in the stream once.
    laptop.sync(&server).await;
    let again = laptop.send(&server, &request).await;
    for frame in &laptop.frames {
        assert_eq!(again.items.iter().filter(|i| i.id() == frame.id()).count(), 1);
    }
}
