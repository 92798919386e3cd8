//! `POST /v1/enrol`: a device and its people ask to be known. Unauthenticated, so everything about it is bounded.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use serde::Serialize;

use super::App;
use super::answer::Refusal;
use crate::console::enrolment::Request;

/// So many requests a minute from everybody together …
const PER_MINUTE: u32 = 60;
/// … and so many waiting in one scope, of which the oldest gives way.
const MAX_PENDING: i64 = 200;

const REFUSED: Refusal = Refusal::new(
    StatusCode::BAD_REQUEST,
    "enrolment_refused",
    "not a request signed by all its keys for a county of this server",
);
const TOO_LARGE: Refusal = Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "a request is at most 64 KiB");
const TOO_MANY: Refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "too many requests; try again later");

/// Requests counted in the running minute.
#[derive(Default)]
pub struct Pace {
    minute: i64,
    count: u32,
}

impl Pace {
    fn one_more(&mut self, now_ms: i64) -> bool {
        let minute = now_ms.div_euclid(60_000);
        if self.minute != minute {
            *self = Self { minute, count: 0 };
        }
        self.count = self.count.saturating_add(1);
        self.count <= PER_MINUTE
    }
}

/// Told to the device.
#[derive(Serialize)]
pub struct Kept {
    /// SHA-256 of the payload, compared by people on both screens.
    fingerprint: String,
}

/// Keeps a request until an administrator decides.
pub async fn enrol(State(app): State<App>, body: Result<Bytes, BytesRejection>) -> Result<(StatusCode, Json<Kept>), Refusal> {
    if !app.enrolments().one_more(app.now_ms()) {
        return Err(TOO_MANY);
    }
    let body = body.map_err(|_| TOO_LARGE)?;
    let request = Request::read(&body).ok_or(REFUSED)?;
    let (scope, fingerprint) = (request.scope, request.fingerprint);
    let kept = app
        .db(move |db| match db.county(&scope)? {
            Some(_) => db.keep_enrolment(&scope, &fingerprint, &body, MAX_PENDING).map(|()| true),
            None => Ok(false),
        })
        .await?;
    if !kept {
        return Err(REFUSED);
    }
    tracing::info!(%scope, request = %fingerprint, "an enrolment request is kept");
    let fingerprint = fingerprint.to_string();
    Ok((StatusCode::ACCEPTED, Json(Kept { fingerprint })))
}
