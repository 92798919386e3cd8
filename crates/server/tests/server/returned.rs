//! A reviewer returns a visit, by the record that he saw, and may still accept that record after all.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::laptop::Laptop;
use crate::running::Server;

#[tokio::test]
async fn a_visit_is_returned_once_with_words_and_by_the_record_that_was_seen() {
    let server = Server::start().await;
    let mut laptop = Laptop::ready(&server, "qinghe").await;
    let sealed = laptop.make_visit(&server);
    laptop.sync(&server).await;
    for blob in &sealed.blobs {
        laptop.upload(&server, blob).await;
    }
    let reviewer = server.log_in("qinghe-reviewer").await;
    let give_back = |statement: &str, comment: &str, items: Value| {
        let args = json!({"scope": laptop.scope, "visit": sealed.visit, "statement": statement, "comment": comment, "items": items});
        server.call(Some(&reviewer), "return_visit", args)
    };
    let item = |code: &str, comment: &str| json!([{"item": code, "comment": comment}]);
    let (status, error) = give_back(&sealed.statement, " ", json!([])).await;
    assert_eq!((status, error["params"]["rule"].as_str()), (StatusCode::CONFLICT, Some("no_comment")));
    assert_eq!(
        give_back(&sealed.statement, "x", item("C4-01", "")).await.1["params"]["rule"],
        "no_comment"
    );
    assert_eq!(give_back(&sealed.statement, "", item("C9-99", "x")).await.1["code"], "bad_request");
    assert_eq!(
        give_back(&sealed.statement, &"字".repeat(17_000), json!([])).await.1["code"],
        "bad_request"
    );
    assert_eq!(give_back(&"0".repeat(64), "x", json!([])).await.1["code"], "changed_meanwhile");

    let (status, view) = give_back(&sealed.statement, "", item("C4-04", "门楣照片看不清")).await;
    assert_eq!((status, view["phase"].as_str()), (StatusCode::OK, Some("returned")), "{view}");
    assert_eq!(view["seal_id"], sealed.statement, "the record that was returned stands");
    assert_eq!(view["comparison"], Value::Null);
    assert_eq!(view["visit"]["returns"][0]["returned"]["account"], "qinghe-reviewer");
    for line in view["checks"].as_array().unwrap() {
        assert_eq!(line["holds"], true, "{line}");
    }
    let (_, rows) = server.call(Some(&reviewer), "list_visits", json!({"scope": laptop.scope})).await;
    assert_eq!(rows[0]["phase"], "returned");
    assert_eq!(
        (&rows[0]["returned"]["comment"], &rows[0]["returned"]["items"]),
        (&json!("门楣照片看不清"), &json!(1))
    );
    assert_eq!(give_back(&sealed.statement, "x", json!([])).await.1["code"], "changed_meanwhile");
    let document = |part: &str| format!("/api/scopes/{}/visits/{}/{part}", laptop.scope, sealed.visit);
    for part in ["record.pdf", "bundle"] {
        let asked = server.ask(Method::GET, &document(part)).header("Cookie", &reviewer).send().await.unwrap();
        assert_eq!(asked.status(), StatusCode::OK, "{part}");
    }
    server.assert_rebuilt_equals_grown();

    // The words come down to the laptop as an entry of the server.
    let pulled = laptop.sync(&server).await;
    assert!(pulled.items.len() >= 2, "the return and storage receipts");
    let accept = json!({"scope": laptop.scope, "visit": sealed.visit, "statement": sealed.statement, "comment": "说明已补"});
    let (status, view) = server.call(Some(&reviewer), "accept_visit", accept).await;
    assert_eq!((status, view["phase"].as_str()), (StatusCode::OK, Some("reviewed")), "{view}");
    server.assert_rebuilt_equals_grown();
}

#[tokio::test]
async fn the_mark_of_the_list_is_another_once_entries_or_bytes_came() {
    let server = Server::start().await;
    let mut laptop = Laptop::ready(&server, "qinghe").await;
    let reviewer = server.log_in("qinghe-reviewer").await;
    let scope = laptop.scope;
    let mark = async || {
        let (status, answer) = server.call(Some(&reviewer), "visits_revision", json!({"scope": scope})).await;
        assert_eq!(status, StatusCode::OK);
        answer["revision"].as_str().unwrap().to_owned()
    };
    let empty = mark().await;
    assert_eq!(mark().await, empty);
    let sealed = laptop.make_visit(&server);
    laptop.sync(&server).await;
    let arrived = mark().await;
    assert_ne!(arrived, empty);
    laptop.upload(&server, &sealed.blobs[0]).await;
    assert_ne!(mark().await, arrived);
}
