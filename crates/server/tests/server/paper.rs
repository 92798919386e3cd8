//! Paper signed by hand that joined a sealed record: shown with what was verified, exported where it proves something; and the bytes that
//! only a refused entry names.

use domain::PhotoId;
use domain::operation::{Operation, PhotoAttached};
use reqwest::{Method, StatusCode};
use seal::Digest;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::laptop::{Laptop, attached_as};
use crate::running::Server;

fn page(original: &[u8], thumbnail: &[u8]) -> PhotoAttached {
    PhotoAttached {
        method: "paper".into(),
        distance_m: None,
        ..attached_as(PhotoId(Uuid::now_v7()), original, thumbnail)
    }
}

struct Reviewer<'a> {
    server: &'a Server,
    cookie: String,
    which: Value,
}

impl Reviewer<'_> {
    async fn view(&self) -> Value {
        let (status, view) = self.server.call(Some(&self.cookie), "get_visit", self.which.clone()).await;
        assert_eq!(status, StatusCode::OK, "{view}");
        view
    }

    async fn document(&self, part: &str) -> Vec<u8> {
        let path = format!(
            "/api/scopes/{}/visits/{}/{part}",
            self.which["scope"].as_str().unwrap(),
            self.which["visit"].as_str().unwrap()
        );
        let response = self.server.ask(Method::GET, &path).header("Cookie", &self.cookie).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{part}");
        response.bytes().await.unwrap().to_vec()
    }
}

#[tokio::test]
async fn a_paper_is_shown_printed_and_exported_only_as_far_as_it_proves_something() {
    let server = Server::start().await;
    let mut laptop = Laptop::ready(&server, "qinghe").await;
    laptop.sync(&server).await;
    let sealed = laptop.make_visit(&server);
    laptop.sync(&server).await;
    for blob in &sealed.blobs {
        laptop.upload(&server, blob).await;
    }
    let reviewer = Reviewer {
        server: &server,
        cookie: server.log_in("qinghe-reviewer").await,
        which: json!({"scope": laptop.scope, "visit": sealed.visit}),
    };
    let before = (reviewer.document("record.pdf").await.len(), reviewer.document("bundle").await);
    assert_eq!(reviewer.view().await["data_state"], "originals_arrived");

    let bytes = [b"\xff\xd8page 1".as_slice(), b"\xff\xd8small 1", b"\xff\xd8page 2", b"\xff\xd8small 2"];
    let good = laptop.paper(&sealed, 1, vec![page(bytes[0], bytes[1])]);
    // One whose signature is over other pages, and one in a name that is not in the team.
    let mut forged = laptop.paper(&sealed, 0, vec![page(bytes[2], bytes[3])]);
    forged.paper.note = "改过".into();
    let mut stranger = laptop.paper(&sealed, 0, vec![page(b"\xff\xd8page 3", b"\xff\xd8small 3")]);
    stranger.person = domain::PersonId(Uuid::now_v7());
    for attached in [&good, &forged, &stranger] {
        laptop.say(sealed.visit.0, &Operation::PaperAttached(Box::new(attached.clone())));
    }
    laptop.sync(&server).await;
    let view = reviewer.view().await;
    assert_eq!((view["phase"].as_str(), &view["seal_id"]), (Some("sealed"), &json!(sealed.statement)));
    assert_eq!(view["data_state"], "receipted", "its pages have not arrived");
    let notes = |view: &Value| -> Vec<(bool, bool, bool)> {
        let notes = view["paper_notes"].as_array().unwrap().iter();
        notes
            .map(|note| (note["holds"] == true, note["certified"] == true, note["previews"][0] == true))
            .collect()
    };
    assert_eq!(notes(&view), [(true, true, false), (false, true, false), (true, false, false)]);
    for bytes in bytes.iter().chain(&[b"\xff\xd8page 3".as_slice(), b"\xff\xd8small 3"]) {
        laptop.upload(&server, bytes).await;
    }
    let view = reviewer.view().await;
    assert_eq!(view["data_state"], "originals_arrived");
    assert_eq!(notes(&view)[0], (true, true, true));
    let photo = good.paper.pages[0].photo;
    assert_eq!(reviewer.document(&format!("photos/{photo}/original?save")).await, bytes[0]);
    let kept = reviewer.view().await["downloads"].as_array().unwrap().last().cloned().unwrap();
    assert_eq!((&kept["photo"], &kept["sha256"]), (&json!(photo), &json!(Digest::of(bytes[0]))));

    assert!(reviewer.document("record.pdf").await.len() > before.0);
    let bundle = reviewer.document("bundle").await;
    let holds = |zip: &[u8], bytes: &[u8]| String::from_utf8_lossy(zip).contains(&format!("photos/{}", Digest::of(bytes)));
    assert!(holds(&bundle, bytes[0]) && !holds(&before.1, bytes[0]));
    assert!(
        !holds(&bundle, bytes[2]) && !holds(&bundle, b"\xff\xd8page 3"),
        "what proves nothing stays out"
    );
    if let Some(keep) = std::env::var_os("XUNZHAN_KEEP_BUNDLE") {
        std::fs::write(std::path::Path::new(&keep).join("bundle-paper.zip"), &bundle).unwrap();
        let root = &server.secrets.counties[0].authority_fingerprint;
        std::fs::write(std::path::Path::new(&keep).join("root-paper.txt"), root).unwrap();
    }
    server.assert_rebuilt_equals_grown();
}

/// Nobody sends what only a refused entry names; a visit must not wait for it for ever.
#[tokio::test]
async fn bytes_that_only_a_refused_entry_names_are_not_missing() {
    let server = Server::start().await;
    let mut laptop = Laptop::ready(&server, "qinghe").await;
    let sealed = laptop.make_visit(&server);
    laptop.sync(&server).await;
    for blob in &sealed.blobs {
        laptop.upload(&server, blob).await;
    }
    let reviewer = Reviewer {
        server: &server,
        cookie: server.log_in("qinghe-reviewer").await,
        which: json!({"scope": laptop.scope, "visit": sealed.visit}),
    };
    assert_eq!(reviewer.view().await["data_state"], "originals_arrived");
    let mut refused = laptop.paper(&sealed, 0, vec![page(b"\xff\xd8nobody", b"\xff\xd8sends this")]);
    refused.paper.seal = "0".repeat(64);
    laptop.say(sealed.visit.0, &Operation::PaperAttached(Box::new(refused)));
    laptop.say(
        sealed.visit.0,
        &Operation::VisitSealed(domain::operation::VisitSealed {
            record: crate::laptop::blob(b"another record"),
            statement: crate::laptop::blob(b"another statement"),
            covers: Vec::new(),
            signers: 2,
            supersedes: Some("1".repeat(64)),
        }),
    );
    laptop.sync(&server).await;
    let view = reviewer.view().await;
    let rules: Vec<&str> = view["visit"]["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["rule"].as_str().unwrap())
        .collect();
    assert_eq!(rules, ["not_sealed"]);
    assert_eq!(view["data_state"], "originals_arrived", "nothing of the visit is missing");
    let (_, rows) = server.call(Some(&reviewer.cookie), "list_visits", json!({"scope": laptop.scope})).await;
    assert_eq!(rows[0]["data_state"], "originals_arrived");
    let answered = laptop.sync(&server).await;
    assert!(answered.lacks_blobs.is_empty(), "and the server asks for nothing");
    server.assert_rebuilt_equals_grown();
}
