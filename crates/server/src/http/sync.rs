//! `POST /v1/sync`: one round trip of the sync machine.

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use futures::StreamExt as _;
use ledger::sync::{MESSAGE_TYPE, answer, keep};
use ledger::wire::{WireError, decode_request, encode_response};

use super::App;
use super::answer::{Refusal, bytes};
use super::app::blocking;
use crate::store::Device;
use crate::{Error, Result};

/// The longest request.
const MAX_BODY_BYTES: usize = 8 * 1024 * 1024;

const TOO_LARGE: Refusal = Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "a request is at most 8 MiB");
const FOREIGN: Refusal = Refusal::new(StatusCode::FORBIDDEN, "foreign_scope", "the session is bound to another scope");

/// Answers a request. The work goes on when the connection breaks: what came whole before a cut is kept.
pub async fn sync(State(app): State<App>, Extension(device): Extension<Device>, body: Body) -> std::result::Result<Response, Refusal> {
    let task = tokio::spawn(async move {
        let (body, whole) = read(body).await?;
        let work = blocking(move || respond(&app, device, &body, whole));
        work.await?
    });
    task.await.unwrap_or_else(|_| Err(Error::Task.into()))
}

/// Reads a body to its end, or to where it was cut.
async fn read(body: Body) -> std::result::Result<(Vec<u8>, bool), Refusal> {
    let mut stream = body.into_data_stream();
    let mut all = Vec::new();
    while let Some(chunk) = stream.next().await {
        let Ok(chunk) = chunk else { return Ok((all, false)) };
        if all.len().saturating_add(chunk.len()) > MAX_BODY_BYTES {
            return Err(TOO_LARGE);
        }
        all.extend_from_slice(&chunk);
    }
    Ok((all, true))
}

fn respond(app: &App, device: Device, body: &[u8], arrived_whole: bool) -> Result<std::result::Result<Response, Refusal>> {
    let (request, whole) = match decode_request(body) {
        Ok(read) => read,
        Err(WireError::TooLarge) => return Ok(Err(TOO_LARGE)),
        Err(_) => return Ok(Err(Refusal::malformed())),
    };
    if request.scope != device.scope {
        return Ok(Err(FOREIGN));
    }
    if !(whole && arrived_whole) {
        app.with_db(|db| keep(db, &request))?;
        return Ok(Err(Refusal::malformed()));
    }
    let now = app.now_ms();
    let response = app.with_db(|db| answer(db, &request, now))?;
    tracing::debug!(
        scope = %device.scope,
        device = %device.kid,
        pushed = request.entries.len(),
        refused = response.refused.len(),
        pulled = response.items.len(),
        "a sync step"
    );
    let encoded = encode_response(&response).map_err(|_| Error::Corrupt("an answer that cannot be written"))?;
    Ok(Ok(bytes(MESSAGE_TYPE, encoded)))
}
