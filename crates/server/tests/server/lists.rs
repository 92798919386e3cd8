//! Lists of the console: pages, search, filters, order, the workbook, and an upgrade of an older store.

use domain::{Aggregate, Operation, Station, StationId};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::store::Said;
use server::{Clock, county, demo};

use crate::laptop::Laptop;
use crate::running::Server;

struct Reader<'a> {
    server: &'a Server,
    cookie: String,
    scope: String,
}

fn query(list: &str, sort: &str) -> Value {
    json!({"list": list, "search": "", "filters": [], "sort": sort, "descending": false})
}

impl Reader<'_> {
    async fn page(&self, query: &Value, after: &Value, limit: u32) -> Value {
        let args = json!({"scope": self.scope, "query": query, "after": after, "limit": limit});
        let (status, page) = self.server.call(Some(&self.cookie), "list", args).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        page
    }

    /// Everything that a question finds, a page of seven at a time.
    async fn all(&self, query: &Value) -> Vec<Value> {
        let (mut rows, mut after) = (Vec::new(), Value::Null);
        loop {
            let page = self.page(query, &after, 7).await;
            rows.extend(page["rows"].as_array().unwrap().clone());
            after = page["next"].clone();
            if after.is_null() {
                return rows;
            }
        }
    }

    async fn found(&self, list: &str, sort: &str, search: &str) -> usize {
        let mut query = query(list, sort);
        query["search"] = json!(search);
        self.all(&query).await.len()
    }
}

fn say(server: &Server, scope: &str, station: &Station) {
    let said = Said {
        ent: station.id.0,
        by: None,
        operation: Operation::StationRegistered(station.clone()),
    };
    server.app.with_db(|db| db.say(&scope.parse().unwrap(), &[said])).unwrap();
}

#[tokio::test]
async fn stations_are_paged_searched_sorted_and_filtered() {
    let server = Server::start().await;
    let scope = server.scope("qinghe");
    let reader = Reader {
        server: &server,
        cookie: server.log_in("qinghe-auditor").await,
        scope: scope.clone(),
    };
    let rare = Station {
        id: StationId(uuid::Uuid::now_v7()),
        name: "𬭼家湾网吧旁村站".into(),
        township: "青禾镇".into(),
        village: "𬭼家湾村".into(),
        address: String::new(),
        manager: "葛𪨶".into(),
        position: None,
        code: Some("QH-900".into()),
        phone: None,
        proposed: false,
    };
    say(&server, &scope, &rare);

    let by_name = query("stations", "name");
    let first = reader.page(&by_name, &Value::Null, 7).await;
    assert_eq!((&first["total"], first["rows"].as_array().unwrap().len()), (&json!(55), 7));
    let all = reader.all(&by_name).await;
    let names: Vec<&str> = all.iter().map(|row| row["cells"][0].as_str().unwrap()).collect();
    assert_eq!(names.len(), 55, "each row once, none twice");
    assert!(names.windows(2).all(|pair| pair[0] <= pair[1]));
    let mut down = by_name.clone();
    down["descending"] = json!(true);
    let reversed = reader.all(&down).await;
    assert!(all.iter().rev().eq(reversed.iter()));

    // Two characters, one, outside the basic plane, several words, parts of a code whatever its capitals.
    for (search, wanted) in [
        ("网吧", 1),
        ("吧网", 0),
        ("𪨶", 2),
        ("𬭼家", 1),
        ("葛𪨶 网吧", 1),
        ("葛𪨶 没有", 0),
        ("qh-900", 1),
        ("ＱＨ", 1),
        ("榆林", 2),
        ("后榆林", 1),
    ] {
        assert_eq!(reader.found("stations", "name", search).await, wanted, "{search}");
    }
    assert_eq!(reader.found("stations", "name", "站").await, 55);
    assert_eq!(reader.found("stations", "name", "\" OR 1 NEAR(").await, 0, "what is typed is text");

    let mut filtered = by_name.clone();
    filtered["filters"] = json!([{"column": "township", "any": [], "contains": "青禾", "from": null, "to": null}]);
    let few = reader.all(&filtered).await;
    assert!(!few.is_empty() && few.len() < 55);
    assert!(few.iter().all(|row| row["cells"][1].as_str().unwrap().contains("青禾")));
    let args = json!({"scope": scope, "query": query("stations", "frame"), "after": null, "limit": 7});
    assert_eq!(server.call(Some(&reader.cookie), "list", args).await.0, StatusCode::BAD_REQUEST);

    // The other county sees none of it.
    let other = Reader {
        server: &server,
        cookie: server.log_in("yunting-auditor").await,
        scope: server.scope("yunting"),
    };
    assert_eq!(other.all(&by_name).await.len(), 2);
    assert_eq!(other.found("stations", "name", "网吧").await, 0);
}

#[tokio::test]
async fn visits_and_photos_follow_what_is_said_and_keep_the_stations_name() {
    let server = Server::start().await;
    let mut laptop = Laptop::ready(&server, "qinghe").await;
    laptop.sync(&server).await;
    let sealed = laptop.make_visit(&server);
    laptop.sync(&server).await;
    let scope = laptop.scope.to_string();
    let reader = Reader {
        server: &server,
        cookie: server.log_in("qinghe-reviewer").await,
        scope: scope.clone(),
    };
    let visits = reader.page(&query("visits", "started_at_ms"), &Value::Null, 100).await;
    let cell = |page: &Value, key: &str| {
        let at = page["columns"].as_array().unwrap().iter().position(|c| c == key).unwrap();
        page["rows"][0]["cells"][at].clone()
    };
    assert_eq!(visits["rows"][0]["visit"], json!(sealed.visit));
    assert_eq!(
        (cell(&visits, "phase"), cell(&visits, "photos"), cell(&visits, "station_approval")),
        (json!("sealed"), json!(1), json!("registered"))
    );
    assert_eq!(cell(&visits, "data_state"), "receipted");
    let photos = reader.page(&query("photos", "attached_at_ms"), &Value::Null, 100).await;
    assert_eq!(photos["rows"][0]["id"], json!(sealed.photo));
    assert_eq!(cell(&photos, "station_name"), cell(&visits, "station_name"));
    assert_eq!(reader.page(&query("findings", "recorded_at_ms"), &Value::Null, 100).await["total"], 0);

    // A station that gets another name gives it to its rows, and is found by it.
    let station = visits["rows"][0]["station"].as_str().unwrap().parse().unwrap();
    let Some(Aggregate::Station(mut station)) = server.app.with_db(|db| db.aggregate(&laptop.scope, station)).unwrap() else {
        panic!("no station")
    };
    station.name = "改了名的村站".into();
    say(&server, &scope, &station);
    for (list, sort) in [("stations", "name"), ("visits", "started_at_ms"), ("photos", "attached_at_ms")] {
        assert_eq!(reader.found(list, sort, "改了名").await, 1, "{list}");
    }
    let stations = reader.all(&query("stations", "visits")).await;
    assert_eq!(stations.last().unwrap()["cells"][9], 1, "visits of a station are counted");
    server.assert_rebuilt_equals_grown();

    // The workbook holds what the question finds, in the columns chosen, and says so.
    let mut wanted = query("visits", "started_at_ms");
    wanted["search"] = json!("改了名");
    let export = json!({"query": wanted, "columns": ["phase", "station_name"], "english": false}).to_string();
    let escaped: String = export.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let asked = server.ask(Method::GET, &format!("/api/scopes/{scope}/list?export={escaped}"));
    let response = asked.header("Cookie", &reader.cookie).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let book = server::stations::table::read(&response.bytes().await.unwrap(), None).unwrap();
    let lines: Vec<&[String]> = book.rows.iter().map(|row| row.cells.as_slice()).collect();
    assert_eq!(lines[0], ["青禾县 走访清单"]);
    assert_eq!(lines[1], ["筛选：搜索“改了名”；按开始时间升序"]);
    assert_eq!(
        lines[3..],
        [["走访状态", "站点"], ["已封存", "改了名的村站"]].map(|row| row.map(str::to_owned))
    );
}

#[tokio::test]
async fn saved_filters_belong_to_the_account_and_the_county() {
    let server = Server::start().await;
    let scope = server.scope("qinghe");
    let reviewer = server.log_in("qinghe-reviewer").await;
    let mut asked = query("visits", "started_at_ms");
    asked["search"] = json!("葛𪨶");
    let save = |name: &str, asked: &Value| json!({"scope": scope, "filter": {"name": name, "query": asked}});
    let (status, kept) = server.call(Some(&reviewer), "save_filter", save("葛𪨶的", &asked)).await;
    assert_eq!((status, &kept), (StatusCode::OK, &json!([{"name": "葛𪨶的", "query": asked}])));
    let of = json!({"scope": scope, "list": "visits"});
    assert_eq!(server.call(Some(&reviewer), "list_filters", of.clone()).await.1, kept);
    let photos = json!({"scope": scope, "list": "photos"});
    assert_eq!(server.call(Some(&reviewer), "list_filters", photos).await.1, json!([]));
    // Another account of the county has none; it cannot reach for them by name either.
    let auditor = server.log_in("qinghe-auditor").await;
    assert_eq!(server.call(Some(&auditor), "list_filters", of.clone()).await.1, json!([]));
    let forget = json!({"scope": scope, "list": "visits", "name": "葛𪨶的"});
    assert_eq!(server.call(Some(&auditor), "forget_filter", forget.clone()).await.1, json!([]));
    assert_eq!(server.call(Some(&reviewer), "list_filters", of.clone()).await.1, kept);

    let mut unanswerable = asked.clone();
    unanswerable["sort"] = json!("frame");
    for wrong in [
        save("", &asked),
        save(" x", &asked),
        save(&"字".repeat(31), &asked),
        save("x", &unanswerable),
    ] {
        assert_eq!(server.call(Some(&reviewer), "save_filter", wrong).await.0, StatusCode::BAD_REQUEST);
    }
    for n in 0..99 {
        assert_eq!(
            server.call(Some(&reviewer), "save_filter", save(&format!("{n}"), &asked)).await.0,
            StatusCode::OK
        );
    }
    let (_, error) = server.call(Some(&reviewer), "save_filter", save("满了", &asked)).await;
    assert_eq!(error["params"]["rule"], "too_many_filters");
    let (_, left) = server.call(Some(&reviewer), "forget_filter", forget).await;
    assert_eq!(left.as_array().unwrap().len(), 99);
    server.assert_rebuilt_equals_grown();
    assert_eq!(server.call(Some(&reviewer), "list_filters", of).await.1, left, "a rebuild leaves them");
}

#[test]
fn an_older_store_gets_its_lists_when_it_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let made = demo::create(folder.path(), "http://127.0.0.1", Clock::system()).unwrap();
    let grown = made.opened.db.state_text().unwrap();
    assert!(grown.contains("station_list"));
    drop(made.opened);
    // As version 2 left it.
    let old = rusqlite::Connection::open(folder.path().join("server.sqlite")).unwrap();
    for list in ["station", "visit", "finding", "photo"] {
        old.execute_batch(&format!("DROP TABLE {list}_list; DROP TABLE {list}_grams;")).unwrap();
    }
    old.execute_batch("DROP TABLE visit_blob; DROP TABLE saved_filter; DROP TABLE photo_print; DROP INDEX photo_by_original; DROP TABLE download; DROP TABLE unapplied; DELETE FROM meta WHERE name = 'lists'; PRAGMA user_version = 2;")
        .unwrap();
    drop(old);
    let opened = county::open(folder.path(), Clock::system()).unwrap();
    assert_eq!(opened.db.state_text().unwrap(), grown);
}
