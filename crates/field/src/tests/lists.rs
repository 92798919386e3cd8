//! Lists of the window: what is written shows at once, in pages, by two characters, and as a workbook.

use contract::ErrorCode;
use contract::field::*;
use contract::lists::{ExportList, FiltersOf, ForgetFilter, ListArgs, ListPage, SavedFilter};
use domain::lists::{Cell, ListFilter, ListKind, ListQuery};
use domain::{Finding, FindingId};
use uuid::Uuid;

use super::county::{County, LI, WANG, person, whole};
use super::visit::open_visit;
use crate::Field;

fn query(list: ListKind, sort: &str) -> ListQuery {
    ListQuery {
        list,
        search: String::new(),
        filters: Vec::new(),
        sort: sort.into(),
        descending: true,
    }
}

fn page(field: &Field, query: ListQuery) -> ListPage {
    let limit = 100;
    field.list(ListArgs { query, after: None, limit }).unwrap()
}

fn cell(page: &ListPage, row: usize, key: &str) -> Cell {
    let at = page.columns.iter().position(|column| column == key).unwrap();
    page.rows[row].cells[at].clone()
}

fn text(text: &str) -> Cell {
    Cell::Text(text.into())
}

#[test]
fn lists_follow_what_is_written() {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let first = open_visit(&field);
    let second = open_visit(&field);
    let finding = |facts: &str| Finding {
        id: FindingId(Uuid::now_v7()),
        item: Some("C4-09".into()),
        facts: facts.into(),
        severity: domain::finding::Severity::Severe,
        requirement: "限期整改".into(),
        deadline: Some("2027-01-01".into()),
        units: vec![domain::finding::ResponsibleUnit {
            name: "青禾镇人民政府".into(),
            role: domain::finding::UnitRole::Lead,
        }],
        photos: Vec::new(),
        fixed: None,
    };
    for (visit, facts) in [(first, "网吧占用站点用房，沈𬭼在场"), (second, "台账缺页")] {
        let finding = finding(facts);
        field.record_finding(RecordFinding { visit, finding }).unwrap();
    }
    let visits = page(&field, query(ListKind::Visits, "started_at_ms"));
    assert_eq!(visits.total, Some(2));
    assert_eq!(
        (cell(&visits, 0, "findings"), cell(&visits, 0, "phase")),
        (Cell::Whole(1), text("in_progress"))
    );
    assert_eq!(
        (cell(&visits, 0, "station_approval"), cell(&visits, 0, "data_state")),
        (text("registered"), text("local_only"))
    );
    let stations = page(&field, query(ListKind::Stations, "visits"));
    assert_eq!(
        (cell(&stations, 0, "name"), cell(&stations, 0, "visits")),
        (text("后榆林村站"), Cell::Whole(2))
    );

    for (search, wanted) in [("网吧", 1), ("吧网", 0), ("𬭼", 1), ("榆林 台账", 1), ("", 2)] {
        let mut asked = query(ListKind::Findings, "recorded_at_ms");
        asked.search = search.into();
        assert_eq!(page(&field, asked).rows.len(), wanted, "{search}");
    }
    let mut asked = query(ListKind::Findings, "deadline");
    asked.filters = vec![ListFilter {
        column: "severity".into(),
        any: vec!["minor".into()],
        contains: String::new(),
        from: None,
        to: None,
    }];
    assert_eq!(page(&field, asked).total, Some(0));

    // One at a time, each once.
    let asked = |after| ListArgs {
        query: query(ListKind::Findings, "recorded_at_ms"),
        after,
        limit: 1,
    };
    let one = field.list(asked(None)).unwrap();
    let two = field.list(asked(one.next.clone())).unwrap();
    assert_ne!(one.rows[0].id, two.rows[0].id);
    assert!(two.next.is_none() && two.total.is_none());
    let wrong = field.list(ListArgs {
        query: query(ListKind::Findings, "frame"),
        after: None,
        limit: 1,
    });
    assert_eq!(wrong.unwrap_err().code, ErrorCode::BadRequest);

    let ready = field.export_list(ExportList {
        query: query(ListKind::Findings, "recorded_at_ms"),
        columns: vec!["facts".into(), "severity".into()],
        english: false,
    });
    let ready = ready.unwrap();
    assert_eq!(ready.rows, 2);
    assert!(whole(&field, &ready.handle).starts_with(b"PK"));
    assert!(field.rebuild().unwrap(), "made again, the lists are the same");
}

#[test]
fn rows_follow_mistakes_approvals_and_what_is_put_right() {
    let home = tempfile::tempdir().unwrap();
    let mut county = County::new();
    let field = county.laptop(home.path());
    let visit = open_visit(&field);
    let proposed = field.propose_station(ProposeStation {
        name: "𬭼家湾村站".into(),
        township: "柳溪镇".into(),
        village: "𬭼家湾村".into(),
        address: String::new(),
        manager: "葛𪨶".into(),
    });
    let proposed = proposed.unwrap().station;
    let station_row = |search: &str| {
        let mut asked = query(ListKind::Stations, "name");
        asked.search = search.into();
        let found = page(&field, asked);
        assert_eq!(found.rows.len(), 1, "{search}");
        (cell(&found, 0, "approval"), cell(&found, 0, "visits"))
    };
    assert_eq!(station_row("后榆林"), (text("registered"), Cell::Whole(1)));
    assert_eq!(station_row("𪨶"), (text("proposed"), Cell::Whole(0)));

    // Moved to the station that is meant: the row and both counts follow.
    let reason = "列表里点错了".to_owned();
    let station = proposed.id;
    field.reaim_visit(ReaimVisit { visit, station, reason }).unwrap();
    assert_eq!(station_row("后榆林").1, Cell::Whole(0));
    assert_eq!(station_row("𬭼家"), (text("proposed"), Cell::Whole(1)));
    let visits = page(&field, query(ListKind::Visits, "started_at_ms"));
    assert_eq!(
        (cell(&visits, 0, "station_name"), cell(&visits, 0, "station_approval")),
        (text("𬭼家湾村站"), text("proposed"))
    );
    assert_eq!(visits.rows[0].station, Some(proposed.id));

    // Approved: every row that repeats it says so.
    let mut approved = proposed.clone();
    approved.proposed = false;
    county.say(&field, vec![(approved.id.0, domain::Operation::StationRegistered(approved))]);
    assert_eq!(station_row("𬭼家").0, text("registered"));
    let visits = page(&field, query(ListKind::Visits, "started_at_ms"));
    assert_eq!(cell(&visits, 0, "station_approval"), text("registered"));

    // Put right on the spot, then withdrawn: the finding's row and the visit's count.
    let files = tempfile::tempdir().unwrap();
    let paths: Vec<_> = (0..2)
        .map(|n| {
            let path = files.path().join(format!("门{n}.jpg"));
            super::visit::photo(&path, 40 + n * 60);
            path
        })
        .collect();
    super::visit::import(&field, visit, paths);
    let photos = page(&field, query(ListKind::Photos, "name"));
    assert_eq!((photos.total, cell(&photos, 0, "name")), (Some(2), text("门1.jpg")));
    let ids: Vec<domain::PhotoId> = photos.rows.iter().map(|row| domain::PhotoId(row.id.parse().unwrap())).collect();
    let finding = Finding {
        id: FindingId(Uuid::now_v7()),
        item: None,
        facts: "招牌掉落".into(),
        severity: domain::finding::Severity::Minor,
        requirement: "保持完好".into(),
        deadline: None,
        units: vec![domain::finding::ResponsibleUnit {
            name: "青禾镇人民政府".into(),
            role: domain::finding::UnitRole::Lead,
        }],
        photos: vec![ids[0]],
        fixed: Some(domain::finding::OnSiteFix {
            how: "当场挂好".into(),
            after: vec![ids[1]],
        }),
    };
    let id = finding.id;
    field.record_finding(RecordFinding { visit, finding }).unwrap();
    let found = |key: &str| cell(&page(&field, query(ListKind::Findings, "recorded_at_ms")), 0, key);
    assert_eq!((found("standing"), found("fixed")), (text("fixed"), text("当场挂好")));
    let withdrawal = WithdrawFinding {
        visit,
        finding: id,
        reason: "记错了".into(),
    };
    field.withdraw_finding(withdrawal).unwrap();
    assert_eq!((found("standing"), found("withdrawn")), (text("withdrawn"), text("记错了")));
    let withdrawal = WithdrawPhoto {
        visit,
        photo: ids[0],
        reason: "模糊".into(),
    };
    field.withdraw_photo(withdrawal).unwrap();
    let photos = page(&field, query(ListKind::Photos, "name"));
    assert_eq!(
        (cell(&photos, 0, "validity"), cell(&photos, 1, "validity")),
        (text("withdrawn"), text("valid"))
    );
    let visits = page(&field, query(ListKind::Visits, "started_at_ms"));
    assert_eq!(
        (cell(&visits, 0, "findings"), cell(&visits, 0, "photos")),
        (Cell::Whole(0), Cell::Whole(1))
    );

    // Aborted: the visit stays on the list, and is none of the station's.
    let reason = "昨天已经查过".to_owned();
    field.abort_visit(AbortVisit { visit, reason }).unwrap();
    let visits = page(&field, query(ListKind::Visits, "started_at_ms"));
    assert_eq!(cell(&visits, 0, "phase"), text("aborted"));
    assert_eq!(station_row("𬭼家").1, Cell::Whole(0));
    assert!(field.rebuild().unwrap());
}

#[test]
fn an_older_store_gets_its_lists_when_it_is_opened() {
    let home = tempfile::tempdir().unwrap();
    let first = County::new().laptop(home.path());
    open_visit(&first);
    let dump = |field: &Field| field.0.opened().unwrap().store.dump_state().unwrap();
    let before = dump(&first);
    assert!(before.contains("visit_list") && before.contains("station_list"));
    // As version 2 left it.
    let older = first.0.opened().unwrap().store.read(|conn| {
        for list in ListKind::ALL {
            conn.execute_batch(&format!("DROP TABLE {}; DROP TABLE {};", list.table(), list.grams()))?;
        }
        conn.execute_batch("DROP TABLE saved_filter; DROP TABLE photo_print; DROP INDEX photo_by_original;")?;
        let counted = "DROP TRIGGER entry_tally; DROP TRIGGER sent_tally; DROP TRIGGER receipt_tally; DROP TRIGGER sent_unreceipted;
                       DROP TABLE tally; DROP TABLE unreceipted; DROP INDEX entry_unsent; DROP TABLE unapplied;";
        conn.execute_batch(counted)?;
        Ok(conn.pragma_update(None, "user_version", 2)?)
    });
    older.unwrap();
    drop(first);
    let again = super::county::field(home.path());
    again
        .unlock(Unlock {
            person: person(WANG),
            passphrase: "wang-passphrase".into(),
        })
        .unwrap();
    assert_eq!(dump(&again), before);
}

#[test]
fn each_inspector_has_filters_of_his_own_in_the_encrypted_store() {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let named = |name: &str, search: &str| SavedFilter {
        name: name.into(),
        query: ListQuery {
            search: search.into(),
            ..query(ListKind::Visits, "started_at_ms")
        },
    };
    let names = |filters: Vec<SavedFilter>| filters.into_iter().map(|one| (one.name, one.query.search)).collect::<Vec<_>>();
    let of = |list| names(field.list_filters(FiltersOf { list }).unwrap());
    field.save_filter(named("葛𪨶的", "葛𪨶")).unwrap();
    field.save_filter(named("青河", "青河")).unwrap();
    let all = field.save_filter(named("青河", "青河村")).unwrap();
    assert_eq!(
        names(all),
        [("葛𪨶的", "葛𪨶"), ("青河", "青河村")].map(|(name, search)| (name.to_owned(), search.to_owned()))
    );
    assert!(of(ListKind::Photos).is_empty());

    // What cannot be kept or asked is refused.
    let mut unanswerable = named("x", "");
    unanswerable.query.sort = "frame".into();
    for wrong in [named("", "x"), named(" x", "x"), named(&"字".repeat(31), "x"), unanswerable] {
        assert_eq!(field.save_filter(wrong).unwrap_err().code, ErrorCode::BadRequest);
    }
    for n in 0..98 {
        field.save_filter(named(&format!("{n:02}"), "")).unwrap();
    }
    assert_eq!(field.save_filter(named("满了", "")).unwrap_err().params["rule"], "too_many_filters");
    assert_eq!(of(ListKind::Visits).len(), 100);

    // A colleague on the same laptop sees none of them; nobody who is not unlocked sees any.
    let unlock = |field: &Field, who: &str, passphrase: &str| {
        FieldHost::lock(field, contract::shared::Nothing {}).unwrap();
        let (person, passphrase) = (person(who), passphrase.into());
        field.unlock(Unlock { person, passphrase }).unwrap();
    };
    unlock(&field, LI, "li-passphrase");
    assert!(of(ListKind::Visits).is_empty());
    field.save_filter(named("李的", "镇")).unwrap();
    FieldHost::lock(&field, contract::shared::Nothing {}).unwrap();
    let asked = field.answer("list_filters", serde_json::json!({"list": "visits"}));
    assert_eq!(asked.unwrap_err().code, ErrorCode::Locked);

    // They are there the next time, and nowhere on the disk in clear.
    drop(field);
    let field = super::county::field(home.path());
    let (person, passphrase) = (person(WANG), "wang-passphrase".into());
    field.unlock(Unlock { person, passphrase }).unwrap();
    let list = ListKind::Visits;
    assert_eq!(field.list_filters(FiltersOf { list }).unwrap().len(), 100);
    let name = "葛𪨶的".to_owned();
    assert_eq!(field.forget_filter(ForgetFilter { list, name }).unwrap().len(), 99);
    assert!(field.rebuild().unwrap(), "state is what the log says, and filters are no state");
    assert_eq!(field.list_filters(FiltersOf { list }).unwrap().len(), 99);
    for file in ["store.db", "store.db-wal"] {
        let bytes = std::fs::read(home.path().join("data").join(file)).unwrap_or_default();
        let needle = "青河村".as_bytes();
        assert!(!bytes.windows(needle.len()).any(|part| part == needle), "{file}");
    }
}
