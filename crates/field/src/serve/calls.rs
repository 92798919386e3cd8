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
    let handles = match (name.as_str(), args.get("handles")) {
        ("import_photos" | "import_to_inbox", Some(Value::Array(handles))) => handles.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    let answer = beside(move || {
        let answer = shell.0.field.answer(&name, args)?;
        if let Some(import) = answer.get("import").and_then(Value::as_str).filter(|_| !handles.is_empty()) {
            shell.0.incoming.wanted_by(&shell.0.field, import, handles);
        }
        if name == "unlock" {
            shell.0.incoming.sweep(&shell.0.field);
        }
        Ok(answer)
    });
    Ok(Json(answer.await?))
}
