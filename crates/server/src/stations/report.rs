//! The report on a file, as a workbook: every row that was not taken with the reason, and what was new or changed.

use contract::stations::{StationFault, StationFaultKind, StationField, StationLine, StationOutcome, StationsReport};
use papers::sheet::{Cell, Column, Sheet, SheetError, workbook};

/// The language of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

impl Language {
    fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

fn field(field: StationField, language: Language) -> &'static str {
    let (zh, en) = match field {
        StationField::Code => ("站点编号", "Code"),
        StationField::Name => ("站点名称", "Name"),
        StationField::Township => ("乡镇", "Township"),
        StationField::Village => ("村", "Village"),
        StationField::Address => ("地址", "Address"),
        StationField::Manager => ("负责人", "Manager"),
        StationField::Phone => ("电话", "Phone"),
        StationField::Longitude => ("经纬度", "Position"),
        StationField::Latitude => ("纬度", "Latitude"),
        StationField::Datum => ("坐标系", "Datum"),
    };
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
}

fn outcome(outcome: StationOutcome, done: bool, language: Language) -> &'static str {
    let (zh, en) = match (outcome, done) {
        (StationOutcome::New, true) => ("已新增", "added"),
        (StationOutcome::New, false) => ("将新增", "to be added"),
        (StationOutcome::Changed, true) => ("已更改", "changed"),
        (StationOutcome::Changed, false) => ("将更改", "to be changed"),
        (StationOutcome::Same, _) => ("无变化", "as known"),
        (StationOutcome::Bad, _) => ("未导入", "not taken"),
    };
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
}

fn reason(fault: &StationFault, language: Language) -> String {
    let param = |name: &str| fault.params.get(name).map_or("", String::as_str);
    let pick = |zh: &str, en: &str| language.pick(zh, en).to_owned();
    match fault.kind {
        StationFaultKind::Missing => pick("没有填写", "missing"),
        StationFaultKind::TooLong => match language {
            Language::Zh => format!("超过{}个字", param("max")),
            Language::En => format!("longer than {} characters", param("max")),
        },
        StationFaultKind::Unreadable => pick("有无法识别的字符或换行", "holds characters that cannot be read, or a line break"),
        StationFaultKind::CellError => pick("是表格的错误值", "is a spreadsheet's error value"),
        StationFaultKind::NotDegrees => pick("不是以度表示的坐标", "is no coordinate in degrees"),
        StationFaultKind::HalfPosition => pick("经度、纬度只有一个", "one of longitude and latitude is missing"),
        StationFaultKind::Swapped => pick("经度、纬度填反了", "longitude and latitude stand in each other's place"),
        StationFaultKind::OutsideChina => pick("坐标不在中国境内", "lies outside China"),
        StationFaultKind::UnknownDatum => pick("不认识的坐标系", "is a datum that is not known"),
        StationFaultKind::NotPhone => pick("不是电话号码", "is no telephone number"),
        StationFaultKind::Repeated => match language {
            Language::Zh => format!("与第{}行是同一个站点", param("row")),
            Language::En => format!("is the station of row {}", param("row")),
        },
        StationFaultKind::OtherCode => match language {
            Language::Zh => format!("名称、乡镇、村相同的站点已有另一个编号{}", param("code")),
            Language::En => format!("a station of this name, township and village has another code, {}", param("code")),
        },
        StationFaultKind::Ambiguous => pick("县里有几个站点与此相符，请写明编号", "several stations fit; give the code"),
    }
}

fn remarks(line: &StationLine, language: Language) -> String {
    let faults = line.faults.iter().map(|fault| {
        let column = if fault.column.trim().is_empty() {
            field(fault.field, language)
        } else {
            fault.column.trim()
        };
        let value = if fault.value.is_empty() {
            String::new()
        } else {
            format!("“{}”", fault.value)
        };
        match language {
            Language::Zh => format!("{column}{value}：{}", reason(fault, language)),
            Language::En => format!("{column} {value}: {}", reason(fault, language)),
        }
    });
    let changes = line.changes.iter().map(|change| {
        let blank = language.pick("（空）", "(empty)");
        let from = if change.from.is_empty() { blank } else { &change.from };
        format!("{}：{from} → {}", field(change.field, language), change.to)
    });
    faults.chain(changes).collect::<Vec<_>>().join(language.pick("；", "; "))
}

/// The report as a workbook, all rows of it. `county` and `made` stand in the heading.
pub fn report(whole: &StationsReport, county: &str, made: &str, made_at_ms: i64, language: Language) -> Result<Vec<u8>, SheetError> {
    let pick = |zh: &'static str, en: &'static str| language.pick(zh, en).to_owned();
    let counts = match language {
        Language::Zh => format!(
            "共{}行：新增{}，更改{}，无变化{}，未导入{}",
            whole.rows, whole.new, whole.changed, whole.same, whole.bad
        ),
        Language::En => format!(
            "{} rows: {} new, {} changed, {} as known, {} not taken",
            whole.rows, whole.new, whole.changed, whole.same, whole.bad
        ),
    };
    let title = if whole.done {
        pick("站点导入报告", "Report on taking stations in")
    } else {
        pick("站点导入预览", "Preview of taking stations in")
    };
    let column = |zh: &'static str, en: &'static str, width: u16| Column {
        title: language.pick(zh, en).to_owned(),
        width,
    };
    let sheet = Sheet {
        name: pick("导入报告", "Report"),
        heading: vec![format!("{county} {title}"), made.to_owned(), counts],
        columns: vec![
            column("行号", "Row", 8),
            column("结果", "Outcome", 10),
            column("站点编号", "Code", 14),
            column("站点名称", "Name", 22),
            column("乡镇", "Township", 14),
            column("村", "Village", 14),
            column("说明", "Remarks", 80),
        ],
        made_at_ms,
    };
    let rows = whole.lines.iter().map(|line| {
        vec![
            Cell::Whole(i64::from(line.row)),
            Cell::Text(outcome(line.outcome, whole.done, language).to_owned()),
            Cell::Text(line.code.clone()),
            Cell::Text(line.name.clone()),
            Cell::Text(line.township.clone()),
            Cell::Text(line.village.clone()),
            Cell::Text(remarks(line, language)),
        ]
    });
    workbook(&sheet, rows)
}
