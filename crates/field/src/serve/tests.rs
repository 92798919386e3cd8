use std::collections::BTreeMap;
use std::time::Duration;

use contract::field::HostEvent;
use futures::StreamExt as _;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::Serving;
use crate::core::{Field, Options, lock};
use crate::import::begun::Begun;
use crate::tests::copies::stick;
use crate::tests::county::{County, LI, WANG, person};
use crate::tests::visit::{open_visit, photo};

/// A served core in a folder of its own, and what a browser knows of it.
struct Served {
    origin: String,
    token: String,
    http: Client,
    field: Field,
    home: tempfile::TempDir,
    stop: oneshot::Sender<()>,
    ended: tokio::task::JoinHandle<crate::Result<()>>,
}

/// A browser that was let in.
struct Inside {
    base: String,
    cookie: String,
}

impl Served {
    async fn start() -> Served {
        let home = tempfile::tempdir().unwrap();
        let options = Options {
            key_store: false,
            state_dir: Some(home.path().join("state")),
            auto_sync: false,
        };
        let field = Field::open_with(&home.path().join("data"), options).unwrap();
        Self::of(field, home).await
    }

    async fn of(field: Field, home: tempfile::TempDir) -> Served {
        let serving = Serving::listen(field.clone(), Some(0)).await.unwrap();
        let address = serving.address().to_string();
        let (origin, token) = address.split_once("/#token=").unwrap();
        let (stop, asked) = oneshot::channel();
        Served {
            origin: origin.to_owned(),
            token: token.to_owned(),
            http: Client::builder().no_proxy().build().unwrap(),
            field,
            home,
            stop,
            ended: tokio::spawn(serving.until(async { drop(asked.await) })),
        }
    }

    /// A request as our page makes it.
    fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method.clone(), format!("{}{path}", self.origin));
        let request = request.header("sec-fetch-site", "same-origin");
        if method == Method::POST {
            request.header("x-xunzhan", "1").header("origin", &self.origin)
        } else {
            request
        }
    }

    async fn enter(&self) -> Inside {
        let answer = self
            .ask(Method::POST, "/session")
            .json(&json!({"token": self.token}))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
        let base: Value = answer.json().await.unwrap();
        let base = base["base"].as_str().unwrap().to_owned();
        for part in ["HttpOnly", "SameSite=Strict", &format!("Path={base}")] {
            assert!(cookie.contains(part), "{cookie}");
        }
        let cookie = cookie.split(';').next().unwrap().to_owned();
        Inside { base, cookie }
    }

    async fn call(&self, inside: &Inside, name: &str, args: Value) -> Value {
        let request = self.ask(Method::POST, &format!("{}/call/{name}", inside.base));
        let answer = request.header("cookie", &inside.cookie).json(&args).send().await.unwrap();
        answer.json().await.unwrap()
    }

    /// The work on a second copy once it is over.
    async fn copied(&self, inside: &Inside) -> Value {
        for _ in 0..1000 {
            let status = self.call(inside, "copy_status", json!({})).await;
            if status["job"]["finished"] == true {
                return status["job"].clone();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the copy does not end");
    }

    async fn stopped(self) -> tempfile::TempDir {
        self.stop.send(()).unwrap();
        let ended = tokio::time::timeout(Duration::from_secs(10), self.ended).await;
        ended.expect("it ends while a page listens").unwrap().unwrap();
        self.home
    }
}

fn code(error: &Value) -> &str {
    error["code"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn the_address_lets_one_browser_in_once() {
    let served = Served::start().await;
    let wrong = served
        .ask(Method::POST, "/session")
        .json(&json!({"token": "0".repeat(64)}))
        .send()
        .await
        .unwrap();
    assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
    let inside = served.enter().await;
    let again = served
        .ask(Method::POST, "/session")
        .json(&json!({"token": served.token}))
        .send()
        .await
        .unwrap();
    assert_eq!(again.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(code(&again.json().await.unwrap()), "shell_closed");

    let state = served
        .ask(Method::POST, &format!("{}/call/app_state", inside.base))
        .header("cookie", &inside.cookie);
    let state: Value = state.json(&json!({})).send().await.unwrap().json().await.unwrap();
    assert_eq!(state["phase"], "needs_card");
    // The window's rule holds here too: nothing is read before somebody has unlocked.
    let locked = served
        .ask(Method::POST, &format!("{}/call/list_visits", inside.base))
        .header("cookie", &inside.cookie);
    assert_eq!(code(&locked.json(&json!({})).send().await.unwrap().json().await.unwrap()), "locked");
    served.stopped().await;
}

/// Everything below the path, each with what is wrong with the request.
#[tokio::test]
async fn whoever_was_not_let_in_gets_nothing() {
    let served = Served::start().await;
    let inside = served.enter().await;
    let (base, cookie) = (inside.base.as_str(), inside.cookie.as_str());
    let elsewhere = format!("/s/{}", "0".repeat(64));
    let routes = [
        (Method::POST, "/call/app_state"),
        (Method::POST, "/files?name=a.jpg"),
        (Method::GET, "/events"),
        (Method::GET, "/pictures/thumbnail/0190"),
        (Method::GET, "/records/0190"),
    ];
    for (method, route) in routes {
        let at = |base: &str| served.ask(method.clone(), &format!("{base}{route}")).body("{}");
        let tried: BTreeMap<&str, RequestBuilder> = [
            ("no cookie", at(base)),
            ("another cookie", at(base).header("cookie", format!("xunzhan_field={}", "0".repeat(64)))),
            ("the cookie under another path", at(&elsewhere).header("cookie", cookie)),
        ]
        .into();
        for (what, request) in tried {
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{method} {route}: {what}");
        }
        let bare = |headers: &[(&str, &str)]| {
            let mut request = served.http.request(method.clone(), format!("{}{base}{route}", served.origin)).body("{}");
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            request.header("cookie", cookie)
        };
        let port = served.origin.rsplit(':').next().unwrap();
        let (evil, local) = (format!("evil.example:{port}"), format!("localhost:{port}"));
        let neighbour = "http://127.0.0.1:1";
        let mut refused = vec![
            ("a foreign origin", bare(&[("origin", "http://evil.example"), ("x-xunzhan", "1")])),
            ("a page of another port", bare(&[("origin", neighbour), ("x-xunzhan", "1")])),
            ("a hidden origin", bare(&[("origin", "null"), ("x-xunzhan", "1")])),
            ("a foreign host", bare(&[("host", &evil), ("origin", &served.origin), ("x-xunzhan", "1")])),
            ("another name of this machine", bare(&[("host", &local), ("x-xunzhan", "1")])),
            (
                "a page of the same site",
                bare(&[("sec-fetch-site", "same-site"), ("origin", &served.origin), ("x-xunzhan", "1")]),
            ),
        ];
        if method == Method::POST {
            refused.push(("no origin", bare(&[("x-xunzhan", "1")])));
            refused.push(("a form", bare(&[("origin", &served.origin)])));
        }
        for (what, request) in refused {
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{method} {route}: {what}");
        }
    }
    // Without any secret there is the page, which holds nothing, with all that it names, and nothing else.
    let page = served.http.get(&served.origin).send().await.unwrap().text().await.unwrap();
    let named = page.split('"').filter(|part| part.starts_with('/') && part.len() > 1);
    for path in named {
        let answer = served.http.get(format!("{}{path}", served.origin)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
    }
    for path in [
        "/keys.json",
        "/store.db",
        "/console.html",
        "/assets/../index.html",
        "/assets/%2e%2e/index.html",
        "/s",
    ] {
        let answer = served.http.get(format!("{}{path}", served.origin)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
    served.stopped().await;
}

#[tokio::test]
async fn files_come_in_whole_and_are_gone_after_the_run() {
    let served = Served::start().await;
    let inside = served.enter().await;
    let incoming = served.home.path().join("data/incoming");
    // More than a call may carry.
    let bytes: Vec<u8> = (0..12_000_000u32).map(|n| n.to_le_bytes()[0] ^ n.to_le_bytes()[1]).collect();
    let path = format!("{}/files?name={}", inside.base, "%E7%85%A7%E7%89%87%2F%E5%A4%A7%E9%97%A8.jpg");
    let taken = served
        .ask(Method::POST, &path)
        .header("cookie", &inside.cookie)
        .body(bytes.clone())
        .send()
        .await
        .unwrap();
    assert_eq!(taken.status(), StatusCode::OK);
    let taken: Value = taken.json().await.unwrap();
    assert_eq!(taken["handle"], "file-1");
    let folders: Vec<_> = std::fs::read_dir(&incoming).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(folders.len(), 1);
    assert_eq!(std::fs::read(folders[0].join("大门.jpg")).unwrap(), bytes);

    // A file that is cut on the way is no file.
    let chunks = futures::stream::iter([Ok("half of it"), Err(std::io::Error::other("the stick was pulled"))]);
    let cut = served.ask(Method::POST, &path).header("cookie", &inside.cookie);
    let cut = cut.body(reqwest::Body::wrap_stream(chunks)).send().await;
    assert!(cut.is_err() || !cut.unwrap().status().is_success());
    for _ in 0..100 {
        if std::fs::read_dir(&incoming).unwrap().count() == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(std::fs::read_dir(&incoming).unwrap().count(), 1);
    let home = served.stopped().await;
    assert!(!home.path().join("data/incoming").exists());
}

#[tokio::test]
async fn an_import_that_was_cut_finds_what_was_handed_in_at_the_next_start() {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let visit = open_visit(&field);
    let served = Served::of(field, home).await;
    let inside = served.enter().await;
    let mut roots = Vec::new();
    for shade in [1, 90, 180] {
        let made = served.home.path().join("made.jpg");
        photo(&made, shade);
        let path = format!("{}/files?name={shade}.jpg", inside.base);
        let taken = served.ask(Method::POST, &path).header("cookie", &inside.cookie);
        let taken: Value = taken.body(std::fs::read(&made).unwrap()).send().await.unwrap().json().await.unwrap();
        roots.push(served.field.0.path_of(taken["handle"].as_str().unwrap()).unwrap());
    }
    let incoming = roots[0].parent().unwrap().parent().unwrap().to_owned();
    let begun = Begun::new(Some(visit), Vec::new(), "dialog", roots);
    served.field.0.opened().unwrap().store.note_begun(person(WANG), &begun).unwrap();
    let home = served.stopped().await;
    let stray = incoming.join(uuid::Uuid::now_v7().to_string());
    std::fs::create_dir(&stray).unwrap();
    std::fs::write(stray.join("nobody's.jpg"), b"half of").unwrap();

    let served = Served::of(crate::tests::county::field(home.path()), home).await;
    let unlock = json!({"person": WANG, "passphrase": "wang-passphrase"});
    let inside = served.enter().await;
    served.call(&inside, "unlock", unlock).await;
    assert!(!stray.exists(), "what no import wants is removed");
    let mut report = Value::Null;
    for _ in 0..1000 {
        report = served.call(&inside, "import_report", json!({"import": begun.id})).await;
        if report["finished"] == true {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let outcomes: Vec<_> = report["rows"].as_array().unwrap().iter().map(|row| row["outcome"].as_str()).collect();
    assert_eq!(outcomes, [Some("taken"); 3], "{report}");
    assert_eq!(
        std::fs::read_dir(&incoming).unwrap().count(),
        0,
        "an import that has ended leaves nothing there"
    );
    served.stopped().await;
}

#[tokio::test]
async fn a_page_that_listens_hears_events_and_does_not_hold_up_the_end() {
    let served = Served::start().await;
    let inside = served.enter().await;
    let events = served
        .ask(Method::GET, &format!("{}/events", inside.base))
        .header("cookie", &inside.cookie)
        .send()
        .await
        .unwrap();
    assert_eq!(events.headers()["content-type"], "text/event-stream");
    served.field.0.tell(HostEvent::Changed { ids: Vec::new() });
    let mut chunks = events.bytes_stream();
    let first = tokio::time::timeout(Duration::from_secs(5), chunks.next())
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    let text = String::from_utf8(first.to_vec()).unwrap();
    assert!(text.starts_with("data: {\"event\":\"changed\""), "{text}");
    served.stopped().await;
}

#[tokio::test]
async fn a_second_copy_is_made_and_taken_in_at_a_place_that_the_core_names() {
    let (home, stick) = (tempfile::tempdir().unwrap(), stick());
    let field = County::new().laptop(home.path());
    open_visit(&field);
    let served = Served::of(field, home).await;
    let inside = served.enter().await;
    *lock(&served.field.0.media) = Some(vec![stick.path().to_owned(), stick.path().join("pulled")]);

    let places = served.call(&inside, "copy_places", json!({})).await;
    let places = places["places"].as_array().unwrap();
    assert_eq!(places.len(), 1, "a medium that is gone is no place");
    assert_eq!(places[0]["name"], stick.path().file_name().unwrap().to_str().unwrap());
    assert!(places[0]["free_bytes"].as_u64().unwrap() > 0);
    let handle = &places[0]["handle"];

    // A path is no handle.
    let refused = served.call(&inside, "make_copy", json!({"handle": stick.path()})).await;
    assert_eq!(code(&refused), "not_found");
    served.call(&inside, "make_copy", json!({"handle": handle})).await;
    let job = served.copied(&inside).await;
    assert!(job["made"].is_object(), "{job}");

    let found = served.call(&inside, "find_copies", json!({"handle": handle})).await;
    let args = json!({"handle": found[0]["handle"], "person": LI, "passphrase": "li-passphrase"});
    served.call(&inside, "take_in_copy", args).await;
    let job = served.copied(&inside).await;
    assert!(job["taken"]["entries_known"].as_u64().unwrap() > 0, "{job}");

    served.call(&inside, "lock", json!({})).await;
    assert_eq!(code(&served.call(&inside, "copy_places", json!({})).await), "locked");
    served.stopped().await;
}
