//! `POST /s/{key}/call/{name}`: one call of the contract.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use contract::{ApiError, ErrorCode};
use serde_json::Value;

use super::{Failed, Shell, beside};

/// Makes the call, by the same table as the window.
pub(super) async fn call(State(shell): State<Shell>, Path((_, name)): Path<(String, String)>, body: Bytes) -> Result<Json<Value>, Failed> {
    let bad = |error| ApiError::new(ErrorCode::BadRequest).with("detail", error);
    let args: Value = serde_json::from_slice(&body).map_err(bad)?;
    Ok(Json(beside(move || shell.0.field.answer(&name, args)).await?))
}
