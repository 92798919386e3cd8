//! Every route × every role × own and foreign scope, on the real server. The table is the server's own, so that a new route is asked
//! too; what it must answer is said here a second time.

use contract::console::Access;
use domain::Role;
use reqwest::{Method, StatusCode};
use seal::Digest;
use serde_json::{Value, json};
use server::http::{Guard, routes};

use crate::laptop::{Laptop, Sealed};
use crate::running::Server;

/// Routes that anyone may ask. A new one is to be thought about, and written here.
const OPEN: [(&str, &str); 6] = [
    ("POST", "/v1/session"),
    ("POST", "/v1/session/prove"),
    ("POST", "/v1/enrol"),
    ("OPTIONS", "/v1/blobs"),
    ("GET", "/"),
    ("GET", "/{*file}"),
];

/// Who may make which call, by name; `None` needs a session only.
const CALLS: [(&str, Option<&[Role]>); 20] = [
    ("me", None),
    ("logout", None),
    ("list_visits", Some(&Role::ALL)),
    ("visits_revision", Some(&Role::ALL)),
    ("list", Some(&Role::ALL)),
    ("list_filters", Some(&Role::ALL)),
    ("save_filter", Some(&Role::ALL)),
    ("forget_filter", Some(&Role::ALL)),
    ("get_visit", Some(&Role::ALL)),
    ("accept_visit", Some(&[Role::Reviewer])),
    ("return_visit", Some(&[Role::Reviewer])),
    ("list_enrolments", Some(&[Role::Administrator])),
    ("approve_enrolment", Some(&[Role::Administrator])),
    ("read_station_table", Some(&[Role::Administrator])),
    ("preview_stations", Some(&[Role::Administrator])),
    ("import_stations", Some(&[Role::Administrator])),
    ("list_proposed_stations", Some(&[Role::Administrator])),
    ("approve_station", Some(&[Role::Administrator])),
    ("list_unplaced_stations", Some(&[Role::Administrator])),
    ("place_station", Some(&[Role::Administrator])),
];

fn account(county: &str, role: Role) -> String {
    let word = serde_json::to_value(role).unwrap();
    format!("{county}-{}", word.as_str().unwrap())
}

fn args(call: &str, scope: &str, visit: &str) -> Value {
    match call {
        "list_visits" | "visits_revision" | "list_enrolments" | "list_proposed_stations" | "list_unplaced_stations" => json!({"scope": scope}),
        "get_visit" => json!({"scope": scope, "visit": visit}),
        "accept_visit" => json!({"scope": scope, "visit": visit, "statement": "0".repeat(64), "comment": ""}),
        "return_visit" => json!({"scope": scope, "visit": visit, "statement": "0".repeat(64), "comment": "x", "items": []}),
        "approve_enrolment" => json!({"scope": scope, "request": "0".repeat(64), "authority_passphrase": "x"}),
        "list_filters" => json!({"scope": scope, "list": "visits"}),
        "save_filter" => json!({"scope": scope, "filter": {"name": "青河", "query": visits_by_start()}}),
        "forget_filter" => json!({"scope": scope, "list": "visits", "name": "青河"}),
        "list" => json!({"scope": scope, "query": visits_by_start(), "after": null, "limit": 200}),
        "read_station_table" => json!({"scope": scope, "upload": "0", "sheet": null, "header_row": null}),
        "preview_stations" => json!({"scope": scope, "reading": reading(), "show": null, "after": 0}),
        "place_station" => json!({"scope": scope, "station": uuid::Uuid::nil(), "position": {"lat_e7": 0, "lon_e7": 0, "datum": "wgs84"}}),
        "approve_station" => json!({"scope": scope, "station": {
            "id": uuid::Uuid::nil(), "name": "甲站", "township": "乙镇", "village": "丙村", "address": "", "manager": "", "position": null}}),
        "import_stations" => json!({"scope": scope, "reading": reading(), "plan": "0"}),
        _ => json!({}),
    }
}

fn visits_by_start() -> Value {
    json!({"list": "visits", "search": "", "filters": [], "sort": "started_at_ms", "descending": true})
}

fn reading() -> Value {
    json!({"upload": "0", "sheet": null, "header_row": 1, "mapping": []})
}

/// Tables: who may have them, and what an own scope answers where there is nothing or nothing was asked.
fn tables(path: &str) -> Option<(&'static [Role], StatusCode)> {
    match path {
        "/api/scopes/{scope}/list" => Some((&Role::ALL, StatusCode::BAD_REQUEST)),
        "/api/scopes/{scope}/station-tables" => Some((&[Role::Administrator], StatusCode::OK)),
        "/api/scopes/{scope}/station-tables/{upload}/report" => Some((&[Role::Administrator], StatusCode::NOT_FOUND)),
        _ => None,
    }
}

struct Case {
    server: Server,
    sealed: Sealed,
    own: Laptop,
    foreign: Laptop,
}

async fn case() -> Case {
    let server = Server::start().await;
    let mut own = Laptop::ready(&server, "qinghe").await;
    let sealed = own.make_visit(&server);
    own.sync(&server).await;
    for blob in &sealed.blobs {
        own.upload(&server, blob).await;
    }
    let foreign = Laptop::ready(&server, "yunting").await;
    Case {
        server,
        sealed,
        own,
        foreign,
    }
}

#[tokio::test]
async fn every_route_holds_for_every_role_and_scope() {
    let case = case().await;
    let server = &case.server;
    let (own, foreign) = (server.scope("qinghe"), server.scope("yunting"));
    let visit = case.sealed.visit.to_string();
    let nothing = uuid::Uuid::now_v7().to_string();
    let mut cookies = Vec::new();
    for county in ["qinghe", "yunting"] {
        for role in Role::ALL {
            cookies.push((county, role, server.log_in(&account(county, role)).await));
        }
    }
    let mut asked = 0;
    for route in routes().unwrap() {
        let (method, path) = (route.method().clone(), route.path().to_owned());
        match route.guard() {
            Guard::Open(_) => assert!(OPEN.contains(&(method.as_str(), path.as_str())), "{method} {path} is open"),
            Guard::Call("login", access) => assert_eq!(access, Access::Public),
            Guard::Call(call, access) => {
                let (_, roles) = CALLS
                    .iter()
                    .find(|(name, _)| *name == call)
                    .unwrap_or_else(|| panic!("{call} is not in the table"));
                assert_ne!(access, Access::Public, "{call}");
                let (status, error) = server.call(None, call, args(call, &own, &visit)).await;
                assert_eq!(
                    (status, error["code"].as_str()),
                    (StatusCode::UNAUTHORIZED, Some("not_logged_in")),
                    "{call}"
                );
                let Some(roles) = roles else { continue };
                for (county, role, cookie) in &cookies {
                    for scope in [&own, &foreign, &"0".repeat(32), &String::new()] {
                        let here = (*county == "qinghe") == (*scope == own) && (*scope == own || *scope == foreign);
                        let (status, answer) = server.call(Some(cookie), call, args(call, scope, &visit)).await;
                        let refused = status == StatusCode::FORBIDDEN && answer["code"] == "not_allowed";
                        assert_eq!(
                            !refused,
                            here && roles.contains(role),
                            "{call} by {role:?} of {county} in {scope}: {status} {answer}"
                        );
                        if !refused && *scope == foreign {
                            assert!(!answer.to_string().contains(&visit), "{call} shows a foreign visit");
                        }
                        asked += 1;
                    }
                }
            }
            Guard::Scoped(roles) if tables(&path).is_some() => {
                let (wanted, answered) = tables(&path).unwrap();
                assert_eq!(roles, wanted, "{path}");
                let ask = async |scope: &str, cookie: &str| {
                    let filled = path.replace("{scope}", scope).replace("{upload}", "0");
                    let request = server.ask(method.clone(), &filled).header("X-Xunzhan", "1").header("Cookie", cookie);
                    request.body("名称,乡镇\n甲站,乙镇\n").send().await.unwrap().status()
                };
                assert_eq!(ask(&own, "").await, StatusCode::UNAUTHORIZED, "{path}");
                for (county, role, cookie) in &cookies {
                    for scope in [&own, &foreign, &"0".repeat(32)] {
                        let here = (*county == "qinghe") == (*scope == own) && (*scope == own || *scope == foreign);
                        let wanted = if here && roles.contains(role) { answered } else { StatusCode::FORBIDDEN };
                        assert_eq!(ask(scope, cookie).await, wanted, "{path} by {role:?} of {county} in {scope}");
                        asked += 1;
                    }
                }
            }
            Guard::Scoped(roles) => {
                assert_eq!(roles, Role::ALL, "{path}");
                let fill = |scope: &str, visit: &str, photo: &str| {
                    let filled = path.replace("{scope}", scope).replace("{visit}", visit);
                    filled.replace("{photo}", photo).replace("{part}", "original")
                };
                let photo = case.sealed.photo.to_string();
                let nobody = server.ask(Method::GET, &fill(&own, &visit, &photo)).send().await.unwrap();
                assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED, "{path}");
                for (county, role, cookie) in &cookies {
                    let ask = async |scope: &str, visit: &str, photo: &str| {
                        let response = server
                            .ask(Method::GET, &fill(scope, visit, photo))
                            .header("Cookie", cookie)
                            .send()
                            .await
                            .unwrap();
                        (response.status(), response.bytes().await.unwrap())
                    };
                    let (status, there) = ask(&own, &visit, &photo).await;
                    let (other_status, not_there) = ask(&own, &nothing, &nothing).await;
                    if *county == "qinghe" {
                        assert_eq!((status, other_status), (StatusCode::OK, StatusCode::NOT_FOUND), "{path} by {role:?}");
                    } else {
                        assert_eq!(status, StatusCode::FORBIDDEN, "{path} by {role:?} of {county}");
                        // A foreign thing and a thing that does not exist are answered alike.
                        assert_eq!((other_status, not_there), (status, there), "{path}");
                        let (status, _) = ask(&foreign, &visit, &photo).await;
                        assert_eq!(status, StatusCode::NOT_FOUND, "{path}: a foreign thing under an own scope");
                    }
                    asked += 3;
                }
            }
            Guard::Device => asked += device_route(&case, &method, &path, &cookies[0].2).await,
        }
    }
    assert!(asked > 200, "{asked}");
}

/// Asks a device's route without a token, with a browser's cookie, with a wrong token, and as a device of the other county.
async fn device_route(case: &Case, method: &Method, path: &str, cookie: &str) -> usize {
    let Case {
        server,
        sealed,
        own,
        foreign,
    } = case;
    let digest = Digest::of(&sealed.blobs[0]);
    let filled = path.replace("{sha256}", &digest.to_string()).replace("{id}", &"0".repeat(32));
    let over = |response: reqwest::Response| assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{method} {path}");
    let ask = || server.ask(method.clone(), &filled);
    over(ask().send().await.unwrap());
    over(ask().header("Cookie", cookie).send().await.unwrap());
    over(ask().bearer_auth("0".repeat(64)).send().await.unwrap());
    over(ask().bearer_auth(cookie.split('=').nth(1).unwrap()).send().await.unwrap());

    let tus = foreign.tus(server, method.clone(), &filled);
    match (method.as_str(), path) {
        ("POST", "/v1/sync") => {
            let body = ledger::wire::encode_request(&own.request()).unwrap();
            let response = tus.body(body).send().await.unwrap();
            assert_eq!(response.status(), StatusCode::FORBIDDEN);
            assert_eq!(response.json::<Value>().await.unwrap()["code"], "foreign_scope");
        }
        ("GET", "/v1/checkpoint") => {
            let note = tus.send().await.unwrap().text().await.unwrap();
            assert!(note.contains(&foreign.scope.to_string()) && !note.contains(&own.scope.to_string()));
        }
        ("POST", "/v1/blobs/missing") => {
            let missing: Value = tus.json(&json!({"sha256": [digest]})).send().await.unwrap().json().await.unwrap();
            assert_eq!(missing, json!({"missing": []}));
        }
        ("POST", "/v1/blobs") => {
            let created = foreign.create(server, &sealed.blobs[0]).await;
            assert_eq!(created.json::<Value>().await.unwrap()["code"], "blob_not_named");
        }
        ("GET" | "HEAD", _) => assert_eq!(tus.send().await.unwrap().status(), StatusCode::NOT_FOUND, "{path}"),
        ("PATCH", _) => {
            let tus = tus.header("Upload-Offset", 0).header("Content-Type", "application/offset+octet-stream");
            assert_eq!(tus.send().await.unwrap().status(), StatusCode::NOT_FOUND, "{path}");
        }
        _ => panic!("{method} {path} is not in the table"),
    }
    5
}
