//! Taking stations in, as the console does it: bring, read, preview, take in, download, and again.

use domain::{Aggregate, Operation, Station};
use papers::sheet::{Cell, Column, Sheet, workbook};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::laptop::Laptop;
use crate::running::Server;

const HEADER: &str = "序号,站点编号,站点名称,乡镇,村,经度,纬度,坐标系,负责人,联系电话";

struct Desk {
    server: Server,
    cookie: String,
    scope: String,
}

impl Desk {
    async fn open() -> Desk {
        let server = Server::start().await;
        let cookie = server.log_in("qinghe-administrator").await;
        let scope = server.scope("qinghe");
        Desk { server, cookie, scope }
    }

    async fn bring(&self, bytes: Vec<u8>) -> (StatusCode, Value) {
        let path = format!("/api/scopes/{}/station-tables", self.scope);
        let request = self
            .server
            .ask(Method::POST, &path)
            .header("Cookie", &self.cookie)
            .header("X-Xunzhan", "1");
        let response = request.body(bytes).send().await.unwrap();
        (response.status(), response.json().await.unwrap())
    }

    async fn call(&self, name: &str, mut args: Value) -> (StatusCode, Value) {
        args["scope"] = json!(self.scope);
        self.server.call(Some(&self.cookie), name, args).await
    }

    fn reading(table: &Value) -> Value {
        json!({"upload": table["upload"], "sheet": table["sheet"], "header_row": table["header_row"], "mapping": table["mapping"]})
    }

    async fn preview(&self, table: &Value) -> Value {
        let args = json!({"reading": Self::reading(table), "show": null, "after": 0});
        let (status, report) = self.call("preview_stations", args).await;
        assert_eq!(status, StatusCode::OK, "{report}");
        report
    }

    async fn take_in(&self, text: &str) -> Value {
        let (status, table) = self.bring(text.as_bytes().to_vec()).await;
        assert_eq!(status, StatusCode::OK, "{table}");
        let plan = self.preview(&table).await["plan"].clone();
        let (status, report) = self
            .call("import_stations", json!({"reading": Self::reading(&table), "plan": plan}))
            .await;
        assert_eq!(status, StatusCode::OK, "{report}");
        assert_eq!(report["done"], true);
        report
    }

    fn stations(&self) -> Vec<Station> {
        let scope = self.scope.parse().unwrap();
        let all = self.server.app.with_db(|db| db.aggregates(&scope, "station")).unwrap();
        let stations = all.into_iter().filter_map(|(_, state)| match state {
            Aggregate::Station(station) => Some(station),
            _ => None,
        });
        stations.collect()
    }

    fn station(&self, name: &str) -> Station {
        self.stations().into_iter().find(|s| s.name == name).unwrap()
    }
}

fn counts(report: &Value) -> [u64; 4] {
    ["new", "changed", "same", "bad"].map(|key| report[key].as_u64().unwrap())
}

fn faults(report: &Value) -> Vec<(u64, String, String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let lines = report["lines"].as_array().unwrap().iter();
    lines
        .flat_map(|line| {
            let faults = line["faults"].as_array().unwrap().iter();
            faults.map(|f| {
                (
                    line["row"].as_u64().unwrap(),
                    text(&f["kind"]),
                    text(&f["field"]),
                    text(&f["column"]),
                    text(&f["value"]),
                )
            })
        })
        .collect()
}

#[tokio::test]
async fn every_bad_row_is_named_and_the_good_ones_are_taken() {
    let desk = Desk::open().await;
    let before = desk.stations().len();
    let rows = [
        "1,X-01,𬭼家湾村站,青禾镇,𬭼家湾村,116.3974,39.9042,CGCS2000,葛𪨶,13800000000",
        "2,X-02,,青禾镇,某村,116.3,39.9,,张三,",
        "3,X-03,南湾村站,柳溪镇,南湾村,39.9042,116.3974,,李四,",
        "4,X-04,北湾村站,柳溪镇,北湾村,116.3974,,,,",
        "5,X-05,东湾村站,柳溪镇,东湾村,4432100,39.9,,,",
        "6,X-06,西湾村站,柳溪镇,西湾村,2.35,48.85,,,",
        "7,X-07,上湾村站,柳溪镇,上湾村,116.39,39.90,西安80,,",
        "8,X-01,另一村站,柳溪镇,另一村,,,,,",
        "9,X-09,下湾村站,柳溪镇,下湾村,,,,#N/A,不知道",
        "10,X-10,中湾村站,柳溪镇,中湾村,116°23′50.64″,39°54'15.12\",GCJ-02,,0991-1234567",
    ];
    let text = format!("青禾县村级站点台账\n\n{HEADER}\n{}\n", rows.join("\n"));
    let (bytes, _, lost) = encoding_rs::GB18030.encode(&text);
    assert!(!lost);
    let (status, table) = desk.bring(bytes.into_owned()).await;
    assert_eq!(status, StatusCode::OK, "{table}");
    assert_eq!(
        (&table["format"], &table["header_row"], &table["rows"]),
        (&json!("GB 18030"), &json!(3), &json!(10))
    );
    assert_eq!(table["first_rows"][0]["cells"][2], "𬭼家湾村站");
    let report = desk.preview(&table).await;
    assert_eq!(counts(&report), [2, 0, 0, 8]);
    let named = faults(&report);
    let wanted = [
        (5, "missing", "name", "站点名称", ""),
        (6, "swapped", "longitude", "经度", "39.9042, 116.3974"),
        (7, "half_position", "longitude", "经度", "116.3974"),
        (8, "not_degrees", "longitude", "经度", "4432100"),
        (9, "outside_china", "longitude", "经度", "2.35"),
        (10, "unknown_datum", "datum", "坐标系", "西安80"),
        (11, "repeated", "code", "站点编号", "X-01"),
        (12, "cell_error", "manager", "负责人", "#N/A"),
        (12, "not_phone", "phone", "联系电话", "不知道"),
    ];
    let wanted = wanted.map(|(row, kind, field, column, value)| (row, kind.to_owned(), field.to_owned(), column.to_owned(), value.to_owned()));
    assert_eq!(named, wanted);
    assert_eq!(desk.stations().len(), before, "a preview changes nothing");

    let args = json!({"reading": Desk::reading(&table), "plan": report["plan"]});
    let (_, done) = desk.call("import_stations", args).await;
    assert_eq!((counts(&done), &done["done"]), ([2, 0, 0, 8], &json!(true)));
    assert_eq!(desk.stations().len(), before + 2);
    let rare = desk.station("𬭼家湾村站");
    assert_eq!(
        (rare.manager.as_str(), rare.code.as_deref(), rare.phone.as_deref()),
        ("葛𪨶", Some("X-01"), Some("13800000000"))
    );
    assert_eq!(rare.position.unwrap().lon_e7, 1_163_974_000);
    assert_eq!(serde_json::to_value(rare.position.unwrap().datum).unwrap(), "cgcs2000");
    let point = desk.station("中湾村站").position.unwrap();
    assert_eq!((point.lon_e7, point.lat_e7), (1_163_974_000, 399_042_000));
    desk.server.assert_rebuilt_equals_grown();

    // The report is a workbook that names row, column, value and reason.
    let path = format!("/api/scopes/{}/station-tables/{}/report", desk.scope, table["upload"].as_str().unwrap());
    let response = desk.server.ask(Method::GET, &path).header("Cookie", &desk.cookie).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let bytes = response.bytes().await.unwrap();
    let report = server::stations::table::read(&bytes, None).unwrap();
    let cells: Vec<String> = report.rows.iter().flat_map(|row| row.cells.clone()).collect();
    for text in [
        "已新增",
        "𬭼家湾村站",
        "经度“39.9042, 116.3974”：经度、纬度填反了",
        "站点编号“X-01”：与第4行是同一个站点",
    ] {
        assert!(cells.iter().any(|cell| cell == text), "{text}: {cells:?}");
    }
}

#[tokio::test]
async fn importing_again_makes_no_duplicates_and_shows_changes() {
    let desk = Desk::open().await;
    let before = desk.stations().len();
    let first = format!("{HEADER}\n1,A-1,甲村站,青禾镇,甲村,116.1,39.1,WGS84,王一,\n2,,乙村站,青禾镇,乙村,,,,王二,13900000000\n");
    assert_eq!(counts(&desk.take_in(&first).await), [2, 0, 0, 0]);
    assert_eq!(counts(&desk.take_in(&first).await), [0, 0, 2, 0]);
    assert_eq!(desk.stations().len(), before + 2);
    let (first_a, first_b) = (desk.station("甲村站"), desk.station("乙村站"));

    // By code, though the name is another; by name, township and village, which gives it a code. Empty cells take nothing away.
    let second = "站点编号,站点名称,乡镇,村,经度,纬度,负责人\nA-1,甲村服务站,青禾镇,甲村,116.1,39.1,\nB-1,乙村站,青禾镇,乙村,,,赵三\n";
    let report = desk.take_in(second).await;
    assert_eq!(counts(&report), [0, 2, 0, 0]);
    assert_eq!(
        report["lines"][0]["changes"],
        json!([{"field": "name", "from": "甲村站", "to": "甲村服务站"}])
    );
    let changes = json!([{"field": "code", "from": "", "to": "B-1"}, {"field": "manager", "from": "王二", "to": "赵三"}]);
    assert_eq!(report["lines"][1]["changes"], changes);
    assert_eq!(desk.stations().len(), before + 2);
    let a = desk.station("甲村服务站");
    assert_eq!((a.id, a.manager.as_str(), a.position), (first_a.id, "王一", first_a.position));
    let b = desk.station("乙村站");
    assert_eq!((b.id, b.code.as_deref(), b.phone), (first_b.id, Some("B-1"), first_b.phone));

    // A likeness of names does not give a station another code.
    let third = "编号,名称,乡镇,村\nB-2,乙村站,青禾镇,乙村\n";
    let report = desk.take_in(third).await;
    assert_eq!(counts(&report), [0, 0, 0, 1]);
    assert_eq!(report["lines"][0]["faults"][0]["params"], json!({"code": "B-1"}));
    desk.server.assert_rebuilt_equals_grown();
}

#[tokio::test]
async fn a_stale_preview_takes_nothing_and_files_belong_to_their_account() {
    let desk = Desk::open().await;
    let text = "名称,乡镇\n丙村站,青禾镇\n";
    let (_, table) = desk.bring(text.as_bytes().to_vec()).await;
    let stale = desk.preview(&table).await["plan"].clone();
    let scope = desk.scope.parse().unwrap();
    let mut twin = desk.stations().remove(0);
    twin.id = domain::StationId(uuid::Uuid::now_v7());
    (twin.name, twin.township, twin.village) = ("丙村站".into(), "青禾镇".into(), String::new());
    let said = server::store::Said {
        ent: twin.id.0,
        by: None,
        operation: Operation::StationRegistered(twin),
    };
    desk.server.app.with_db(|db| db.say(&scope, &[said])).unwrap();
    let (status, error) = desk
        .call("import_stations", json!({"reading": Desk::reading(&table), "plan": stale}))
        .await;
    assert_eq!((status, &error["code"]), (StatusCode::CONFLICT, &json!("changed_meanwhile")));

    let other = desk.server.log_in("yunting-administrator").await;
    let args = json!({"scope": desk.server.scope("yunting"), "upload": table["upload"], "sheet": null, "header_row": null});
    let (status, _) = desk.server.call(Some(&other), "read_station_table", args).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    desk.server.wait_minutes(61);
    let (status, _) = desk
        .call(
            "read_station_table",
            json!({"upload": table["upload"], "sheet": null, "header_row": null}),
        )
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND, "after an hour it is forgotten");
}

#[tokio::test]
async fn refusals_say_why_and_another_reading_can_be_asked_for() {
    let desk = Desk::open().await;
    for (bytes, reason) in [
        (vec![0xd0, 0xcf, 0x11, 0xe0], "old_workbook"),
        (vec![0; 100], "not_a_table"),
        (Vec::new(), "empty"),
        (vec![b'a'; 21 * 1024 * 1024], "too_large"),
    ] {
        let (status, error) = desk.bring(bytes).await;
        assert_eq!(
            (status, error["params"]["reason"].as_str()),
            (StatusCode::BAD_REQUEST, Some(reason)),
            "{error}"
        );
    }
    // Without the header that no other site can make a browser send.
    let path = format!("/api/scopes/{}/station-tables", desk.scope);
    let bare = desk
        .server
        .ask(Method::POST, &path)
        .header("Cookie", &desk.cookie)
        .body("名称\n站\n")
        .send()
        .await
        .unwrap();
    assert_eq!(bare.status(), StatusCode::FORBIDDEN);

    let column = |title: &str| Column {
        title: title.to_owned(),
        width: 10,
    };
    let sheet = Sheet {
        name: "站点".into(),
        heading: vec!["台账".into(), "电话".into()],
        columns: vec![column("单位"), column("镇上"), column("lat")],
        made_at_ms: 0,
    };
    let rows = [vec![Cell::Text("丁村站".into()), Cell::Text("青禾镇".into()), Cell::Whole(39)]];
    let (_, table) = desk.bring(workbook(&sheet, rows).unwrap()).await;
    assert_eq!(
        (&table["format"], &table["sheets"], &table["sheet"]),
        (&json!("XLSX"), &json!(["站点"]), &json!("站点"))
    );
    assert_eq!(table["header_row"], 2, "the first row with a known header");
    let again = json!({"upload": table["upload"], "sheet": "站点", "header_row": 3});
    let (_, table) = desk.call("read_station_table", again).await;
    assert_eq!(
        (&table["columns"], &table["mapping"]),
        (&json!(["单位", "镇上", "lat"]), &json!([null, null, "latitude"]))
    );
    let reading = json!({"upload": table["upload"], "sheet": "站点", "header_row": 3, "mapping": ["name", "township", null]});
    let (_, report) = desk
        .call("preview_stations", json!({"reading": reading, "show": "new", "after": 0}))
        .await;
    assert_eq!((counts(&report), &report["lines"][0]["name"]), ([1, 0, 0, 0], &json!("丁村站")));
    let twice = json!({"upload": table["upload"], "sheet": "站点", "header_row": 3, "mapping": ["name", "name", null]});
    let (status, _) = desk.call("preview_stations", json!({"reading": twice, "show": null, "after": 0})).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn laptops_get_what_was_taken_in() {
    let desk = Desk::open().await;
    let mut laptop = Laptop::ready(&desk.server, "qinghe").await;
    laptop.sync(&desk.server).await;
    let before = laptop.cursor;
    desk.take_in("名称,乡镇,村,负责人\n𪨶家村站,青禾镇,𪨶家村,葛𪨶\n").await;
    laptop.sync(&desk.server).await;
    assert!(laptop.cursor.sseq > before.sseq);
}

/// Names of the Extensions B and later survive a workbook in, the store, the search by one and two characters, and a workbook out.
#[tokio::test]
async fn rare_names_survive_the_way_in_and_out() {
    let desk = Desk::open().await;
    let rows = [["𬭼家湾村站", "青禾镇", "𬭼家湾村", "葛𪨶"], ["𪨶山站", "青禾镇", "𠮷田村", "沈𬭼"]];
    let column = |title: &str| Column {
        title: title.to_owned(),
        width: 12,
    };
    let sheet = Sheet {
        name: "𬭼家站点".into(),
        heading: Vec::new(),
        columns: ["站点名称", "乡镇", "村", "负责人"].map(column).into(),
        made_at_ms: 0,
    };
    let cells = rows.map(|row| row.map(|text| Cell::Text(text.into())).to_vec());
    let (status, table) = desk.bring(workbook(&sheet, cells).unwrap()).await;
    assert_eq!((status, &table["sheet"]), (StatusCode::OK, &json!("𬭼家站点")), "{table}");
    let plan = desk.preview(&table).await["plan"].clone();
    let args = json!({"reading": Desk::reading(&table), "plan": plan});
    let (_, report) = desk.call("import_stations", args).await;
    assert_eq!(counts(&report), [2, 0, 0, 0], "{report}");
    let rare = desk.station("𪨶山站");
    assert_eq!((rare.village.as_str(), rare.manager.as_str()), ("𠮷田村", "沈𬭼"));

    let query = |search: &str| json!({"list": "stations", "search": search, "filters": [], "sort": "name", "descending": false});
    for (search, wanted) in [
        ("𬭼家", 1),
        ("葛𪨶", 1),
        ("𪨶山", 1),
        ("沈𬭼", 1),
        ("𠮷田", 1),
        ("𠮷", 1),
        ("田𠮷", 0),
        ("𬭼𪨶", 0),
    ] {
        let (_, page) = desk.call("list", json!({"query": query(search), "after": null, "limit": 1000})).await;
        let found = page["rows"].as_array().unwrap().iter();
        let own = found.filter(|row| rows.iter().any(|known| row["cells"][0] == known[0])).count();
        assert_eq!(own, wanted, "{search}");
    }

    let export = json!({"query": query("𪨶"), "columns": ["name", "village", "manager"], "english": false}).to_string();
    let escaped: String = export.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let asked = desk.server.ask(Method::GET, &format!("/api/scopes/{}/list?export={escaped}", desk.scope));
    let book = asked.header("Cookie", &desk.cookie).send().await.unwrap().bytes().await.unwrap();
    let read = server::stations::table::read(&book, None).unwrap();
    let lines: Vec<Vec<String>> = read.rows.into_iter().map(|row| row.cells).collect();
    assert!(lines[1][0].contains("搜索“𪨶”"), "{lines:?}");
    for row in [["𪨶山站", "𠮷田村", "沈𬭼"], ["𬭼家湾村站", "𬭼家湾村", "葛𪨶"]] {
        assert!(lines.contains(&row.map(str::to_owned).to_vec()), "{row:?} in {lines:?}");
    }
}
