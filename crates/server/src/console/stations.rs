//! Taking stations in: a file is brought, read, previewed against the registry and taken in; the report says what came of every row.

use std::sync::Arc;

use contract::stations::{
    ImportStations, PreviewStations, ReadStationTable, StationLine, StationOutcome, StationReading, StationTable, StationsReport,
};
use contract::{ApiError, ErrorCode};
use domain::{Aggregate, Operation, Station, StationId};
use ledger::ScopeId;
use seal::Digest;
use uuid::Uuid;

use super::{Answer, screen};
use crate::http::App;
use crate::secrets::random;
use crate::stations::plan::{Planned, plan};
use crate::stations::report::{Language, report};
use crate::stations::row::Columns;
use crate::stations::table::{Table, Unreadable, read};
use crate::stations::{MAX_ROWS, columns};
use crate::store::{Account, Db, Said};
use crate::{Error, Result};

/// How long a file is kept.
const LIFE_MS: i64 = 60 * 60 * 1_000;
/// So many files are kept at once; the oldest makes room.
const MAX_FILES: usize = 8;
/// Rows that are shown when a file was brought.
const FIRST_ROWS: usize = 8;
/// Lines of one answer.
const PAGE: usize = 200;

/// Files that were brought and not yet forgotten; in memory only, one an account.
#[derive(Default)]
pub(crate) struct Brought(Vec<File>);

struct File {
    upload: String,
    scope: ScopeId,
    account: String,
    at_ms: i64,
    bytes: Arc<Vec<u8>>,
    report: Option<Arc<StationsReport>>,
}

impl Brought {
    fn keep(&mut self, file: File) {
        self.0
            .retain(|known| known.account != file.account && known.at_ms.saturating_add(LIFE_MS) > file.at_ms);
        if self.0.len() >= MAX_FILES {
            self.0.remove(0);
        }
        self.0.push(file);
    }

    /// The file of this account and scope; one of somebody else is as good as none.
    fn find(&mut self, upload: &str, scope: &ScopeId, account: &Account, now_ms: i64) -> Option<&mut File> {
        let mine = |file: &&mut File| file.upload == upload && file.scope == *scope && file.account == account.account;
        self.0.iter_mut().find(mine).filter(|file| file.at_ms.saturating_add(LIFE_MS) > now_ms)
    }
}

fn not_found() -> ApiError {
    ApiError::new(ErrorCode::NotFound)
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Keeps a file and says what stands in it. A file that is no table is not kept.
pub(crate) fn bring(app: &App, scope: &ScopeId, account: &Account, bytes: Vec<u8>) -> Answer<StationTable> {
    let table = app.one_table(|| read(&bytes, None))?;
    let upload = hex::encode(random::<16>().map_err(screen)?);
    let shown = shown(&upload, &table, None)?;
    app.brought().keep(File {
        upload,
        scope: *scope,
        account: account.account.clone(),
        at_ms: app.now_ms(),
        bytes: Arc::new(bytes),
        report: None,
    });
    Ok(shown)
}

fn shown(upload: &str, table: &Table, header_row: Option<u32>) -> std::result::Result<StationTable, Unreadable> {
    let header = columns::header(table, header_row)?;
    let rows = || table.rows.iter().filter(|row| row.row > header.row);
    let width = table.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let mut headers: Vec<String> = header.cells.iter().map(|cell| cell.trim().to_owned()).collect();
    headers.resize(width, String::new());
    if rows().count() > MAX_ROWS {
        return Err(Unreadable::TooManyRows);
    }
    Ok(StationTable {
        upload: upload.to_owned(),
        format: table.format.to_owned(),
        sheets: table.sheets.clone(),
        sheet: table.sheet.clone(),
        header_row: header.row,
        mapping: columns::guess(&headers),
        columns: headers,
        first_rows: rows().take(FIRST_ROWS).cloned().collect(),
        rows: count(rows().count()),
    })
}

fn table_of(app: &App, scope: &ScopeId, account: &Account, upload: &str, sheet: Option<&str>) -> Answer<Table> {
    let bytes = match app.brought().find(upload, scope, account, app.now_ms()) {
        Some(file) => Arc::clone(&file.bytes),
        None => return Err(not_found()),
    };
    Ok(app.one_table(|| read(&bytes, sheet))?)
}

/// Reads a kept file another way.
pub(crate) fn read_again(app: &App, scope: &ScopeId, account: &Account, args: &ReadStationTable) -> Answer<StationTable> {
    let table = table_of(app, scope, account, &args.upload, args.sheet.as_deref())?;
    Ok(shown(&args.upload, &table, args.header_row)?)
}

/// A file with the reading that was chosen for it.
struct Chosen {
    table: Table,
    headers: Vec<String>,
    reading: StationReading,
}

impl Chosen {
    fn of(app: &App, scope: &ScopeId, account: &Account, reading: &StationReading) -> Answer<Self> {
        let mut fields: Vec<_> = reading.mapping.iter().flatten().collect();
        fields.sort_unstable();
        if fields.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
            return Err(ApiError::new(ErrorCode::BadRequest).with("detail", "a field stands twice in the mapping"));
        }
        let table = table_of(app, scope, account, &reading.upload, reading.sheet.as_deref())?;
        let shown = shown(&reading.upload, &table, Some(reading.header_row))?;
        Ok(Self {
            table,
            headers: shown.columns,
            reading: reading.clone(),
        })
    }

    fn plan(&self, db: &Db, scope: &ScopeId) -> Result<Vec<Planned>> {
        let known: Vec<Station> = db
            .aggregates(scope, "station")?
            .into_iter()
            .filter_map(|(_, state)| match state {
                Aggregate::Station(station) => Some(station),
                _ => None,
            })
            .collect();
        let columns = Columns::new(&self.headers, &self.reading.mapping);
        let below = self.table.rows.partition_point(|row| row.row <= self.reading.header_row);
        let rows = self.table.rows.get(below..).unwrap_or_default();
        Ok(plan(&columns, rows, &known, || StationId(Uuid::now_v7())))
    }
}

fn whole(planned: Vec<Planned>, done: bool) -> Result<StationsReport> {
    let lines: Vec<StationLine> = planned.into_iter().map(|planned| planned.line).collect();
    let of = |outcome| count(lines.iter().filter(|line| line.outcome == outcome).count());
    Ok(StationsReport {
        plan: Digest::of(&serde_json::to_vec(&lines)?).to_string(),
        done,
        rows: count(lines.len()),
        new: of(StationOutcome::New),
        changed: of(StationOutcome::Changed),
        same: of(StationOutcome::Same),
        bad: of(StationOutcome::Bad),
        lines,
        more: false,
    })
}

/// Keeps the whole report with the file, for the download, and answers a page of it.
fn told(
    app: &App,
    scope: &ScopeId,
    account: &Account,
    upload: &str,
    report: StationsReport,
    show: Option<StationOutcome>,
    after: u32,
) -> StationsReport {
    let mut lines: Vec<StationLine> = report
        .lines
        .iter()
        .filter(|line| line.row > after && show.is_none_or(|outcome| outcome == line.outcome))
        .take(PAGE.saturating_add(1))
        .cloned()
        .collect();
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    let page = StationsReport {
        lines,
        more,
        plan: report.plan.clone(),
        ..report
    };
    let now_ms = app.now_ms();
    if let Some(file) = app.brought().find(upload, scope, account, now_ms) {
        file.report = Some(Arc::new(report));
    }
    page
}

/// What would become of every row.
pub(crate) fn preview(app: &App, scope: &ScopeId, account: &Account, args: &PreviewStations) -> Answer<StationsReport> {
    let chosen = Chosen::of(app, scope, account, &args.reading)?;
    let report = app
        .with_db(|db| chosen.plan(db, scope))
        .and_then(|planned| whole(planned, false))
        .map_err(screen)?;
    Ok(told(app, scope, account, &args.reading.upload, report, args.show, args.after))
}

/// Registers what is new and what is changed, all in one transaction; refused when the preview showed something else.
pub(crate) fn import(app: &App, scope: &ScopeId, account: &Account, args: &ImportStations) -> Answer<StationsReport> {
    let chosen = Chosen::of(app, scope, account, &args.reading)?;
    let taken = app.with_db(|db| {
        let mut planned = chosen.plan(db, scope)?;
        let say: Vec<Said> = planned
            .iter_mut()
            .filter_map(|planned| planned.station.take())
            .map(|station| Said {
                ent: station.id.0,
                by: Some(account.person.0),
                operation: Operation::StationRegistered(station),
            })
            .collect();
        let report = whole(planned, true)?;
        if report.plan != args.plan {
            return Ok(None);
        }
        if !say.is_empty() {
            db.say(scope, &say)?;
        }
        Ok(Some(report))
    });
    let report = taken.map_err(screen)?.ok_or_else(|| ApiError::new(ErrorCode::ChangedMeanwhile))?;
    tracing::info!(%scope, new = report.new, changed = report.changed, bad = report.bad, "stations were taken in");
    // What was not taken is what is to be read now; the rest stands in the download.
    let show = (report.bad > 0).then_some(StationOutcome::Bad);
    Ok(told(app, scope, account, &args.reading.upload, report, show, 0))
}

/// The report kept with a file, as a workbook.
pub(crate) fn download(app: &App, scope: &ScopeId, account: &Account, upload: &str, language: Language) -> Result<Option<Vec<u8>>> {
    let now_ms = app.now_ms();
    let kept = app.brought().find(upload, scope, account, now_ms).and_then(|file| file.report.clone());
    let Some(kept) = kept else { return Ok(None) };
    let county = app.with_db(|db| db.county(scope))?.ok_or(Error::Corrupt("a county is missing"))?;
    Ok(Some(report(&kept, &county.name, &beijing(now_ms), now_ms, language)?))
}

/// A time as offices in China write it, to the minute.
fn beijing(at_ms: i64) -> String {
    let zone = chrono::FixedOffset::east_opt(8 * 3600);
    let time = chrono::DateTime::from_timestamp_millis(at_ms)
        .zip(zone)
        .map(|(time, zone)| time.with_timezone(&zone));
    time.map(|t| t.format("%Y-%m-%d %H:%M UTC+8").to_string()).unwrap_or_default()
}
