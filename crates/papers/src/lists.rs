//! A list as a workbook: what is shown is what is written, with the question and the time above it.

use chrono::{DateTime, FixedOffset};
use domain::lists::{Cell, CellKind, ListColumn, ListFilter, ListKind, ListQuery};

use crate::sheet::{self, Column, Sheet, SheetError, workbook};

/// What is written besides the rows.
#[derive(Clone, Copy, Debug)]
pub struct Exported<'a> {
    /// The county's name.
    pub county: &'a str,
    /// The question that was asked.
    pub query: &'a ListQuery,
    /// Keys of the columns in the order chosen; unknown ones are left out.
    pub columns: &'a [String],
    /// Offset of local time from UTC in minutes.
    pub utc_offset_min: i32,
    /// When it is made, ms since 1970 UTC.
    pub made_at_ms: i64,
    /// Whether titles and words are English.
    pub english: bool,
}

/// The workbook. Each row has its cells in the order of the list's columns.
pub fn list(exported: &Exported<'_>, rows: &[Vec<Cell>]) -> Result<Vec<u8>, SheetError> {
    let all = exported.query.list.columns();
    let chosen: Vec<(usize, &ListColumn)> = exported
        .columns
        .iter()
        .filter_map(|key| all.iter().enumerate().find(|(_, column)| column.key == *key))
        .collect();
    let pick = |zh: String, en: String| if exported.english { en } else { zh };
    let name = list_name(exported.query.list, exported.english);
    let made = time(exported.made_at_ms, exported.utc_offset_min);
    let count = rows.len();
    let sheet = Sheet {
        name: name.to_owned(),
        heading: vec![
            format!("{} {name}", exported.county),
            question(exported),
            pick(format!("生成时间 {made}，共{count}行"), format!("Made {made}, {count} rows")),
        ],
        columns: chosen
            .iter()
            .map(|(_, column)| Column {
                title: title(column.key, exported.english).to_owned(),
                width: width(column),
            })
            .collect(),
        made_at_ms: exported.made_at_ms,
    };
    let written = rows.iter().map(|row| {
        let cell = |(at, column): &(usize, &ListColumn)| {
            row.get(*at)
                .map_or(sheet::Cell::Text(String::new()), |cell| shown(column, cell, exported))
        };
        chosen.iter().map(cell).collect()
    });
    workbook(&sheet, written)
}

fn width(column: &ListColumn) -> u16 {
    match (column.key, column.kind) {
        ("facts" | "requirement" | "address", _) => 40,
        (_, CellKind::Time) => 18,
        (_, CellKind::Whole) => 9,
        (_, CellKind::Word) => 13,
        _ => 20,
    }
}

fn shown(column: &ListColumn, cell: &Cell, exported: &Exported<'_>) -> sheet::Cell {
    match (column.kind, cell) {
        (CellKind::Time, Cell::Whole(0)) => sheet::Cell::Text(String::new()),
        (CellKind::Time, Cell::Whole(at)) => sheet::Cell::Text(time(*at, exported.utc_offset_min)),
        (_, Cell::Whole(whole)) if *whole < 0 => sheet::Cell::Text(String::new()),
        (_, Cell::Whole(whole)) => sheet::Cell::Whole(*whole),
        (CellKind::Word, Cell::Text(key)) => sheet::Cell::Text(word(key, exported.english).to_owned()),
        (_, Cell::Text(text)) => sheet::Cell::Text(text.clone()),
    }
}

fn time(at_ms: i64, utc_offset_min: i32) -> String {
    let zone = FixedOffset::east_opt(utc_offset_min.saturating_mul(60));
    let local = DateTime::from_timestamp_millis(at_ms)
        .zip(zone)
        .map(|(time, zone)| time.with_timezone(&zone));
    local.map(|time| time.format("%Y-%m-%d %H:%M").to_string()).unwrap_or_default()
}

/// The question in words: search, conditions, order.
fn question(exported: &Exported<'_>) -> String {
    let english = exported.english;
    let mut parts = Vec::new();
    if !exported.query.search.trim().is_empty() {
        parts.push(format!("{}“{}”", if english { "Search " } else { "搜索" }, exported.query.search.trim()));
    }
    parts.extend(exported.query.filters.iter().map(|filter| condition(filter, exported)));
    if parts.is_empty() {
        parts.push(if english { "All rows" } else { "全部" }.to_owned());
    }
    let order = match (english, exported.query.descending) {
        (false, false) => "按{}升序",
        (false, true) => "按{}降序",
        (true, false) => "by {} ascending",
        (true, true) => "by {} descending",
    };
    parts.push(order.replace("{}", title(&exported.query.sort, english)));
    format!(
        "{}{}",
        if english { "Filter: " } else { "筛选：" },
        parts.join(if english { "; " } else { "；" })
    )
}

fn condition(filter: &ListFilter, exported: &Exported<'_>) -> String {
    let english = exported.english;
    let column = exported.query.list.columns().iter().find(|column| column.key == filter.column);
    let bound = |cell: &Cell| match (column.map(|c| c.kind), cell) {
        (Some(CellKind::Time), Cell::Whole(at)) => time(*at, exported.utc_offset_min),
        (_, Cell::Whole(whole)) => whole.to_string(),
        (_, Cell::Text(text)) => text.clone(),
    };
    let mut said = Vec::new();
    if !filter.any.is_empty() {
        let words: Vec<&str> = filter.any.iter().map(|key| word(key, english)).collect();
        said.push(words.join(if english { ", " } else { "、" }));
    }
    if !filter.contains.is_empty() {
        said.push(format!("{}“{}”", if english { "contains " } else { "含" }, filter.contains));
    }
    if let Some(from) = &filter.from {
        said.push(format!("≥ {}", bound(from)));
    }
    if let Some(to) = &filter.to {
        said.push(format!("≤ {}", bound(to)));
    }
    format!("{} {}", title(&filter.column, english), said.join(" "))
}

fn list_name(list: ListKind, english: bool) -> &'static str {
    let (zh, en) = match list {
        ListKind::Stations => ("站点清单", "Stations"),
        ListKind::Visits => ("走访清单", "Visits"),
        ListKind::Findings => ("问题清单", "Findings"),
        ListKind::Photos => ("照片清单", "Photos"),
    };
    if english { en } else { zh }
}

/// Titles of columns: key, Chinese, English.
const TITLES: [(&str, &str, &str); 44] = [
    ("name", "名称", "Name"),
    ("township", "乡镇", "Township"),
    ("village", "村", "Village"),
    ("code", "站点编号", "Code"),
    ("manager", "负责人", "Manager"),
    ("phone", "电话", "Phone"),
    ("address", "地址", "Address"),
    ("position", "位置", "Position"),
    ("approval", "核准", "Approval"),
    ("visits", "走访次数", "Visits"),
    ("last_visit_ms", "最近走访", "Last visit"),
    ("station_name", "站点", "Station"),
    ("started_at_ms", "开始时间", "Started"),
    ("phase", "走访状态", "State of visit"),
    ("team", "检查人员", "Team"),
    ("answered", "已答", "Answered"),
    ("findings", "问题", "Findings"),
    ("photos", "照片", "Photos"),
    ("pack", "检查表", "Checklist"),
    ("station_approval", "站点核准", "Approval of station"),
    ("disputed", "有争议", "Disputed items"),
    ("uncovered", "未纳入封存", "Outside the seal"),
    ("changed_at_ms", "最后更改", "Last change"),
    ("data_state", "数据状态", "State of data"),
    ("facts", "事实", "Facts"),
    ("severity", "程度", "Severity"),
    ("standing", "整改情况", "Standing"),
    ("requirement", "整改要求", "Requirement"),
    ("deadline", "期限", "Deadline"),
    ("units", "责任单位", "Units"),
    ("item", "检查项", "Item"),
    ("recorded_at_ms", "记录时间", "Recorded"),
    ("fixed", "现场整改措施", "Put right by"),
    ("withdrawn", "撤回原因", "Withdrawn because"),
    ("taken_at", "拍摄时间", "Taken"),
    ("caption", "说明", "Caption"),
    ("item_codes", "佐证检查项", "Items shown"),
    ("distance_m", "距站点（米）", "Distance (m)"),
    ("time_grade", "时间等级", "Grade of time"),
    ("device", "设备", "Device"),
    ("mime", "格式", "Format"),
    ("size_bytes", "字节数", "Bytes"),
    ("validity", "有效性", "Validity"),
    ("attached_at_ms", "导入时间", "Taken in"),
];

/// Words of keys: key, Chinese, English.
const WORDS: [(&str, &str, &str); 27] = [
    ("in_progress", "进行中", "in progress"),
    ("awaiting_signature", "待第二人签名", "awaiting a signature"),
    ("sealed", "已封存", "sealed"),
    ("returned", "退回", "returned"),
    ("reviewed", "已复核", "reviewed"),
    ("aborted", "已中止", "aborted"),
    ("local_only", "仅存本机", "on this laptop only"),
    ("copied", "已有第二份", "in a second copy"),
    ("acknowledged", "已确认", "acknowledged"),
    ("receipted", "已回执", "receipted"),
    ("thumbnails_arrived", "缩略图已到", "thumbnails arrived"),
    ("originals_arrived", "原图已到", "originals arrived"),
    ("minor", "一般", "minor"),
    ("major", "较重", "major"),
    ("severe", "严重", "severe"),
    ("open", "未整改", "open"),
    ("fixed", "现场整改", "put right on the spot"),
    ("valid", "有效", "valid"),
    ("withdrawn", "已撤回", "withdrawn"),
    ("uncovered", "未纳入封存", "outside the seal"),
    ("registered", "已核准", "approved"),
    ("proposed", "未核准", "not approved"),
    ("anchored", "时间有前后凭据", "anchored"),
    ("gps", "卫星时间", "satellite time"),
    ("device_only", "仅凭设备时钟", "device clock only"),
    ("contradictory", "时间互相矛盾", "contradictory"),
    ("none", "没有时间", "no time"),
];

fn look<'a>(table: &[(&'static str, &'static str, &'static str)], key: &'a str, english: bool) -> &'a str {
    let known = table.iter().find(|(known, ..)| *known == key);
    known.map_or(key, |(_, zh, en)| if english { en } else { zh })
}

fn title(key: &str, english: bool) -> &str {
    look(&TITLES, key, english)
}

fn word(key: &str, english: bool) -> &str {
    look(&WORDS, key, english)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_a_title_in_both_languages() {
        for column in ListKind::ALL.into_iter().flat_map(ListKind::columns) {
            assert_ne!(title(column.key, false), column.key);
            assert_ne!(title(column.key, true), column.key);
        }
    }

    #[test]
    fn the_heading_says_what_was_asked_and_when() {
        let query = ListQuery {
            list: ListKind::Visits,
            search: "网吧".into(),
            filters: vec![ListFilter {
                column: "phase".into(),
                any: vec!["sealed".into(), "reviewed".into()],
                contains: String::new(),
                from: None,
                to: None,
            }],
            sort: "started_at_ms".into(),
            descending: true,
        };
        let exported = Exported {
            county: "青禾县",
            query: &query,
            columns: &[],
            utc_offset_min: 480,
            made_at_ms: 0,
            english: false,
        };
        assert_eq!(question(&exported), "筛选：搜索“网吧”；走访状态 已封存、已复核；按开始时间降序");
        assert_eq!(time(0, 480), "1970-01-01 08:00");
    }
}
