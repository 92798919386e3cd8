//! Tables that an administrator brings, and the reports on them. The guard has checked roles and scope.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use axum::{Extension, Json};
use contract::ErrorCode;
use contract::stations::StationTable;
use serde::Deserialize;

use super::App;
use super::answer::{Failed, bytes};
use super::app::blocking;
use super::guard::{ByAccount, InScope};
use crate::console::stations;
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
