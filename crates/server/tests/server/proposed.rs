//! A station that a laptop put to use (未核准) is approved by the county's administrator and comes back to the laptop registered.

use domain::{Aggregate, Operation, Station, StationId};
use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::laptop::Laptop;
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
