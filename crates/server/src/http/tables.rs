//! Tables that an administrator brings, and the reports on them. The guard has checked roles and scope.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use axum::{Extension, Json};
use contract::lists::ExportList;
use contract::stations::StationTable;
use contract::{ApiError, ErrorCode};
use serde::Deserialize;

use super::App;
use super::answer::{Failed, bytes, value};
use super::app::blocking;
use super::guard::{ByAccount, InScope};
use crate::console::{lists, stations};
use crate::stations::MAX_FILE_BYTES;
use crate::stations::report::Language;
use crate::stations::table::Unreadable;

/// The media type of a workbook.
pub(super) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Takes a file: the body is its bytes.
pub(super) async fn bring(
    State(app): State<App>,
    Extension(InScope(scope)): Extension<InScope>,
    Extension(ByAccount(account)): Extension<ByAccount>,
    request: Request,
) -> Result<Json<StationTable>, Failed> {
    let body = axum::body::to_bytes(request.into_body(), MAX_FILE_BYTES).await;
    let body = body.map_err(|_| Failed(Unreadable::TooLarge.into()))?;
    let table = blocking(move || Ok(stations::bring(&app, &scope, &account, body.into()))).await??;
    Ok(Json(table))
}

/// Options of a report.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ReportOptions {
    /// `en` for English.
    lang: Option<String>,
}

/// The report on a file, as a workbook.
pub(super) async fn report(
    State(app): State<App>,
    Extension(InScope(scope)): Extension<InScope>,
    Extension(ByAccount(account)): Extension<ByAccount>,
    Path(path): Path<BTreeMap<String, String>>,
    Query(options): Query<ReportOptions>,
) -> Result<Response, Failed> {
    let upload = path.get("upload").cloned().unwrap_or_default();
    let language = if options.lang.as_deref() == Some("en") {
        Language::En
    } else {
        Language::Zh
    };
    let made = blocking(move || stations::download(&app, &scope, &account, &upload, language)).await?;
    let mut response = bytes(XLSX, made.ok_or(Failed::from(ErrorCode::NotFound))?);
    let named = HeaderValue::from_static("attachment; filename=\"stations-report.xlsx\"");
    response.headers_mut().insert(header::CONTENT_DISPOSITION, named);
    Ok(response)
}

/// What of a list is to be written.
#[derive(Debug, Deserialize)]
pub(super) struct ListOptions {
    /// [`ExportList`] as JSON.
    export: String,
}

/// A list as a workbook, as it is filtered and sorted on the screen.
pub(super) async fn list(
    State(app): State<App>,
    Extension(InScope(scope)): Extension<InScope>,
    Query(options): Query<ListOptions>,
) -> Result<Response, Failed> {
    let bad = |error: serde_json::Error| Failed(ApiError::new(ErrorCode::BadRequest).with("detail", error));
    let wanted: ExportList = serde_json::from_str(&options.export).map_err(bad)?;
    let name = format!("attachment; filename=\"xunzhan-{}.xlsx\"", wanted.query.list.key());
    let made = blocking(move || Ok(lists::export(&app, &scope, &wanted.query, &wanted.columns, wanted.english))).await??;
    let mut response = bytes(XLSX, made);
    response.headers_mut().insert(header::CONTENT_DISPOSITION, value(&name));
    Ok(response)
}
