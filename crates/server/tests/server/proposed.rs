//! A station that a laptop put to use (未核准) is approved by the county's administrator and comes back to the laptop registered.

use domain::station::{Datum, Position};
use domain::{Aggregate, Operation, PhotoMeta, Station, StationId};
use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::laptop::{Laptop, Shot};
use crate::running::Server;

#[tokio::test]
async fn a_proposed_station_is_approved_once_under_its_own_id() {
    let server = Server::start().await;
    let mut laptop = Laptop::ready(&server, "qinghe").await;
    let (scope, id) = (laptop.scope, StationId(Uuid::now_v7()));
    let proposed = Station {
        id,
        name: "柳湾村站".into(),
        township: "青禾镇".into(),
        village: "柳湾村".into(),
        address: String::new(),
        manager: "葛𪨶".into(),
        position: None,
        code: None,
        phone: None,
        proposed: true,
    };
    laptop.say(id.0, &Operation::StationProposed(proposed.clone()));
    laptop.sync(&server).await;
    let administrator = server.log_in("qinghe-administrator").await;
    let list = server.call(Some(&administrator), "list_proposed_stations", json!({"scope": scope}));
    let (status, waiting) = list.await;
    assert_eq!((status, waiting.as_array().map(Vec::len)), (StatusCode::OK, Some(1)), "{waiting}");
    assert_eq!((&waiting[0]["station"]["name"], &waiting[0]["visits"]), (&json!("柳湾村站"), &json!(0)));

    let approve = |change: Value| {
        let mut station = serde_json::to_value(&proposed).unwrap();
        for (key, value) in change.as_object().unwrap() {
            station[key] = value.clone();
        }
        let args = json!({"scope": scope, "station": station});
        server.call(Some(&administrator), "approve_station", args)
    };
    assert_eq!(approve(json!({"id": Uuid::now_v7()})).await.1["code"], "not_found");
    assert_eq!(approve(json!({"township": " "})).await.1["code"], "name_missing");
    assert_eq!(approve(json!({"address": "长".repeat(121)})).await.1["code"], "bad_request");
    let known = server.app.with_db(|db| db.aggregates(&scope, "station")).unwrap();
    let coded = known.iter().find_map(|(_, state)| match state {
        Aggregate::Station(station) => station.code.clone(),
        _ => None,
    });
    if let Some(code) = coded {
        assert_eq!(approve(json!({"code": code})).await.1["params"]["rule"], "code_taken");
    }

    let (status, left) = approve(json!({"name": "柳湾村服务站", "code": "NEW-1"})).await;
    assert_eq!((status, left), (StatusCode::OK, json!([])));
    let pulled = laptop.sync(&server).await;
    assert!(!pulled.items.is_empty(), "the registration comes down to the laptop");
    let state = server.app.with_db(|db| db.aggregate(&scope, id.0)).unwrap();
    let registered = Station {
        name: "柳湾村服务站".into(),
        code: Some("NEW-1".into()),
        proposed: false,
        ..proposed.clone()
    };
    assert_eq!(state, Some(Aggregate::Station(registered)));
    assert_eq!(approve(json!({})).await.1["code"], "changed_meanwhile", "it is on the list already");
    server.assert_rebuilt_equals_grown();
}

#[tokio::test]
async fn a_station_without_a_point_gets_the_one_that_its_photos_propose() {
    let server = Server::start().await;
    let mut laptop = Laptop::ready(&server, "qinghe").await;
    let (scope, id) = (laptop.scope, StationId(Uuid::now_v7()));
    let station = Station {
        id,
        name: "沙沟村站".into(),
        township: "青禾镇".into(),
        village: "沙沟村".into(),
        address: String::new(),
        manager: String::new(),
        position: None,
        code: None,
        phone: None,
        proposed: true,
    };
    laptop.say(id.0, &Operation::StationProposed(station.clone()));
    laptop.sync(&server).await;
    let administrator = server.log_in("qinghe-administrator").await;
    let args = json!({"scope": scope, "station": station});
    server.call(Some(&administrator), "approve_station", args).await;
    let unplaced = || server.call(Some(&administrator), "list_unplaced_stations", json!({"scope": scope}));
    let of_ours = |rows: &Value| rows.as_array().unwrap().iter().find(|row| row["station"]["id"] == json!(id)).cloned();
    assert_eq!(of_ours(&unplaced().await.1).unwrap()["proposal"], Value::Null);

    let at = |lat_e7| Position {
        lat_e7,
        lon_e7: 1_050_000_000,
        datum: Datum::Wgs84,
    };
    for metres in [0, 10, 30] {
        let now = server::Clock::system().now_ms() - 60_000;
        let meta = PhotoMeta {
            taken_at_utc_ms: Some(now),
            position: Some(at(350_000_000 + metres * 90)),
            ..PhotoMeta::default()
        };
        let shot = Shot {
            meta: Some(meta),
            station: Some(id),
            ..Shot::default()
        };
        laptop.make_visit_with(&server, shot);
    }
    laptop.sync(&server).await;
    let proposal = of_ours(&unplaced().await.1).unwrap()["proposal"].clone();
    assert_eq!((&proposal["photos"], &proposal["visits"]), (&json!(3), &json!(3)), "{proposal}");
    let place = |position: Position| {
        let args = json!({"scope": scope, "station": id, "position": position});
        server.call(Some(&administrator), "place_station", args)
    };
    assert_eq!(place(at(0)).await.1["code"], "changed_meanwhile");
    let (status, left) = place(at(350_000_000 + 10 * 90)).await;
    assert_eq!(status, StatusCode::OK, "{left}");
    assert_eq!(of_ours(&left), None);
    let Ok(Some(Aggregate::Station(now))) = server.app.with_db(|db| db.aggregate(&scope, id.0)) else {
        panic!("the station is gone")
    };
    assert_eq!(now.position, Some(at(350_000_000 + 10 * 90)));
    assert_eq!(place(at(350_000_000 + 10 * 90)).await.1["code"], "changed_meanwhile");
    server.assert_rebuilt_equals_grown();
}
