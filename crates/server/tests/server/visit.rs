//! One visit: pushed, uploaded, reviewed, accepted, printed and exported.

use domain::fingerprint::Fingerprint;
use reqwest::{Method, StatusCode};
use seal::Digest;
use seal::bundle::path;
use serde_json::{Value, json};

use crate::laptop::{Laptop, Sealed, Shot};
use crate::running::Server;

fn check<'a>(view: &'a Value, name: &str) -> &'a Value {
    let checks = view["checks"].as_array().unwrap();
    checks.iter().find(|c| c["check"] == name).unwrap_or_else(|| panic!("no check {name}"))
}

#[tokio::test]
async fn a_visit_is_reviewed_accepted_and_exported() {
    let server = Server::start().await;
    let mut laptop = Laptop::ready(&server, "qinghe").await;
    laptop.sync(&server).await;
    let sealed = laptop.make_visit(&server);
    laptop.sync(&server).await;
    let reviewer = server.log_in("qinghe-reviewer").await;
    let which = json!({"scope": laptop.scope, "visit": sealed.visit});

    // Before its bytes arrive nothing is claimed of them.
    let (status, view) = server.call(Some(&reviewer), "get_visit", which.clone()).await;
    assert_eq!(status, StatusCode::OK, "{view}");
    assert_eq!((view["phase"].as_str(), view["data_state"].as_str()), (Some("sealed"), Some("receipted")));
    for name in ["record_digest", "statement", "signatures", "persons", "originals", "thumbnails"] {
        assert_eq!(check(&view, name)["holds"], Value::Null, "{name}");
    }
    assert!(view["record"].is_null());
    let document = |part: &str| format!("/api/scopes/{}/visits/{}/{part}", laptop.scope, sealed.visit);
    let early = server
        .ask(Method::GET, &document("bundle"))
        .header("Cookie", &reviewer)
        .send()
        .await
        .unwrap();
    assert_eq!(early.status(), StatusCode::NOT_FOUND);

    for blob in &sealed.blobs {
        laptop.upload(&server, blob).await;
    }
    let (_, view) = server.call(Some(&reviewer), "get_visit", which.clone()).await;
    assert_eq!(view["data_state"], "originals_arrived");
    for line in view["checks"].as_array().unwrap() {
        assert_eq!(line["holds"], true, "{line}");
    }
    assert_eq!(view["seal_id"], sealed.statement);
    assert_eq!(view["record"]["photos"].as_array().unwrap().len(), 1);
    let remarks = view["photo_notes"][0]["remarks"].as_array().unwrap();
    assert_eq!(remarks.iter().map(|one| one["kind"].as_str().unwrap()).collect::<Vec<_>>(), ["far"]);
    let plotted = &view["plot"]["points"][0];
    assert_eq!(view["plot"]["centre"], "station");
    assert_eq!(
        (&plotted["photo"], &plotted["distance_m"]),
        (&view["visit"]["photos"][0]["attached"]["photo"], &remarks[0]["distance_m"])
    );
    for signature in view["signatures"].as_array().unwrap() {
        assert_eq!(signature["time_grade"], "anchored");
        assert_eq!((&signature["holds"], &signature["certified"]), (&json!(true), &json!(true)));
        assert_eq!(signature["device_name"], "laptop 1");
    }
    let (_, rows) = server.call(Some(&reviewer), "list_visits", json!({"scope": laptop.scope})).await;
    assert_eq!(
        (&rows[0]["phase"], &rows[0]["items"], &rows[0]["photos"]),
        (&json!("sealed"), &json!(22), &json!(1))
    );
    assert_eq!(rows[0]["station_name"], view["station"]["name"]);
    // The list says what the page shows, and of which seal.
    assert_eq!((&rows[0]["doubts"], &rows[0]["seal_id"]), (&view["doubts"], &json!(sealed.statement)));
    let far = view["doubts"].as_array().unwrap().iter().find(|doubt| doubt["why"] == "far").unwrap();
    assert_eq!(far["photos"], json!([view["visit"]["photos"][0]["attached"]["photo"]]));

    // Accepting another seal than the one here is refused; then it is accepted, once.
    let accept = |statement: &str| json!({"scope": laptop.scope, "visit": sealed.visit, "statement": statement, "comment": "好"});
    let (status, error) = server.call(Some(&reviewer), "accept_visit", accept(&"0".repeat(64))).await;
    assert_eq!((status, error["code"].as_str()), (StatusCode::CONFLICT, Some("changed_meanwhile")));
    let (status, view) = server.call(Some(&reviewer), "accept_visit", accept(&sealed.statement)).await;
    assert_eq!((status, view["phase"].as_str()), (StatusCode::OK, Some("reviewed")), "{view}");
    assert_eq!(view["visit"]["review"]["account"], "qinghe-reviewer");
    let (status, _) = server.call(Some(&reviewer), "accept_visit", accept(&sealed.statement)).await;
    assert_eq!(status, StatusCode::CONFLICT);

    for (part, expected) in [("original", &sealed.blobs[0]), ("thumb", &sealed.blobs[1])] {
        let path = format!("/api/scopes/{}/visits/{}/photos/{}/{part}", laptop.scope, sealed.visit, sealed.photo);
        let response = server.ask(Method::GET, &path).header("Cookie", &reviewer).send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "image/jpeg");
        assert_eq!(response.bytes().await.unwrap(), expected.as_slice());
    }
    // A player of films asks for parts.
    let path = document(&format!("photos/{}/original", sealed.photo));
    let part = server.ask(Method::GET, &path).header("Cookie", &reviewer).header("Range", "bytes=1-2");
    let part = part.send().await.unwrap();
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.bytes().await.unwrap(), sealed.blobs[0][1..3]);
    let whole = server
        .ask(Method::GET, &path)
        .header("Cookie", &reviewer)
        .header("Range", "bytes=0-")
        .send();
    assert_eq!(whole.await.unwrap().status(), StatusCode::PARTIAL_CONTENT);
    // Neither a question about a file nor the rest of one is a file that left.
    for (method, range) in [(Method::HEAD, "bytes=0-"), (Method::GET, "bytes=1-"), (Method::GET, "bytes=999999-")] {
        let asked = server
            .ask(method, &format!("{path}?save"))
            .header("Cookie", &reviewer)
            .header("Range", range);
        asked.send().await.unwrap();
    }
    let view = server.call(Some(&reviewer), "get_visit", which.clone()).await.1;
    assert_eq!(view["downloads"], json!([]), "looking is no export");
    let pdf = server
        .ask(Method::GET, &document("record.pdf"))
        .header("Cookie", &reviewer)
        .send()
        .await
        .unwrap();
    assert_eq!(pdf.status(), StatusCode::OK);
    assert!(pdf.bytes().await.unwrap().starts_with(b"%PDF-"));

    let (mut sizes, mut bundle) = (Vec::new(), None);
    for (query, members) in [("bundle", 2), ("bundle?photos=digests", 0)] {
        let zip = server
            .ask(Method::GET, &document(query))
            .header("Cookie", &reviewer)
            .send()
            .await
            .unwrap();
        assert_eq!(zip.status(), StatusCode::OK);
        assert_eq!(zip.headers()["content-type"], "application/zip");
        let zip = zip.bytes().await.unwrap();
        sizes.push(zip.len());
        bundle = bundle.or(Some(Digest::of(&zip)));
        let text = String::from_utf8_lossy(&zip).into_owned();
        for name in [path::RECORD, path::STATEMENT_PAE, path::MANIFEST, path::REVOCATIONS] {
            assert!(text.contains(name), "{name}");
        }
        let photos = text.matches("photos/").count() / 2;
        assert!(photos >= members, "{photos}");
        if let Some(keep) = std::env::var_os("XUNZHAN_KEEP_BUNDLE") {
            std::fs::write(std::path::Path::new(&keep).join(format!("bundle-{members}.zip")), &zip).unwrap();
            std::fs::write(
                std::path::Path::new(&keep).join("root.txt"),
                &server.secrets.counties[0].authority_fingerprint,
            )
            .unwrap();
        }
    }
    assert!(sizes[0] > sizes[1]);

    // What leaves as a file is noted: the bundle with photos, not the one without; a photo that is kept, by whom and when.
    let original = format!("photos/{}/original?save", sealed.photo);
    let auditor = server.log_in("qinghe-auditor").await;
    let stranger = server.log_in("yunting-reviewer").await;
    for (cookie, status) in [(&auditor, StatusCode::OK), (&stranger, StatusCode::FORBIDDEN)] {
        let kept = server
            .ask(Method::GET, &document(&original))
            .header("Cookie", cookie)
            .send()
            .await
            .unwrap();
        assert_eq!(kept.status(), status);
    }
    server.assert_rebuilt_equals_grown();
    let view = server.call(Some(&reviewer), "get_visit", which).await.1;
    let left = view["downloads"].as_array().unwrap();
    assert_eq!(left.len(), 2, "{left:?}");
    assert_eq!((&left[0]["photo"], &left[0]["sha256"]), (&Value::Null, &json!(bundle)));
    assert_eq!(
        (&left[1]["photo"], &left[1]["sha256"]),
        (&json!(sealed.photo), &json!(Digest::of(&sealed.blobs[0])))
    );
    assert_ne!(left[0]["name"], left[1]["name"], "two people");
    assert!(left[0]["at_ms"].as_i64() <= left[1]["at_ms"].as_i64());
}

#[tokio::test]
async fn the_same_file_and_the_same_picture_are_found_in_another_visit() {
    let server = Server::start().await;
    let mut laptop = Laptop::ready(&server, "qinghe").await;
    laptop.sync(&server).await;
    let mut visit_with = |original, bits| {
        let shot = Shot {
            original: Some(original),
            fingerprint: Some(Fingerprint(bits)),
            ..Shot::default()
        };
        laptop.make_visit_with(&server, shot)
    };
    let first = visit_with(b"\xff\xd8 one", 0x0f0f);
    let same_bytes = visit_with(b"\xff\xd8 one", 0x0f0f);
    let same_picture = visit_with(b"\xff\xd8 two", 0x0f0e);
    let other = visit_with(b"\xff\xd8 three", u64::MAX);
    laptop.sync(&server).await;
    let reviewer = server.log_in("qinghe-reviewer").await;
    let mut seen = Vec::new();
    for visit in [&first, &same_bytes, &same_picture, &other] {
        let which = json!({"scope": laptop.scope, "visit": visit.visit});
        let (_, view) = server.call(Some(&reviewer), "get_visit", which).await;
        let remarks = view["photo_notes"][0]["remarks"].as_array().unwrap().clone();
        let elsewhere: Vec<(String, Value)> = remarks
            .iter()
            .filter(|one| one["elsewhere"].is_object())
            .map(|one| (one["kind"].as_str().unwrap().to_owned(), one["elsewhere"]["photo"].clone()))
            .collect();
        for (kind, _) in &elsewhere {
            assert!(view["doubts"].as_array().unwrap().iter().any(|doubt| doubt["why"] == kind.as_str()));
        }
        seen.push(elsewhere);
    }
    let bytes = |of: &Sealed| ("same_bytes".to_owned(), json!(of.photo));
    let picture = |of: &Sealed| ("same_picture".to_owned(), json!(of.photo));
    assert_eq!(seen[0], [bytes(&same_bytes)]);
    assert_eq!(seen[1], [bytes(&first)]);
    assert_eq!(seen[2], [picture(&first), picture(&same_bytes)]);
    assert_eq!(seen[3], []);
}
