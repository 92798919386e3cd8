//! Answers: a device's errors as `{code, message}`, a screen's errors as the contract's `ApiError`.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use contract::{ApiError, ErrorCode};
use serde::Serialize;
use tokio::io::AsyncReadExt as _;

use crate::Error;

/// Bytes of a file sent at once.
const CHUNK: usize = 64 * 1024;

/// An error as a device hears it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: &'static str,
}

#[derive(Serialize)]
struct RefusalBody {
    code: &'static str,
    message: &'static str,
}

impl Refusal {
    /// An answer of this status; the code is for programs, the message for people who read logs.
    pub const fn new(status: StatusCode, code: &'static str, message: &'static str) -> Self {
        Self { status, code, message }
    }

    /// 404 for whatever is not there, or not this scope's.
    pub const fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "there is no such thing in this scope")
    }

    /// 400 for bytes that are not what the route takes.
    pub const fn malformed() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", "the request is not of the route's form")
    }

    /// 401 for a token that is unknown or over.
    pub const fn session_over() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "session_over", "no session runs under this token; begin again")
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = RefusalBody {
            code: self.code,
            message: self.message,
        };
        (self.status, Json(body)).into_response()
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        tracing::error!(%error, "a device's request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "the server could not do it; what was acknowledged is safe, try again later",
        )
    }
}

/// An error as a screen meets it.
pub struct Failed(pub ApiError);

impl From<ErrorCode> for Failed {
    fn from(code: ErrorCode) -> Self {
        Self(ApiError::new(code))
    }
}

impl From<ApiError> for Failed {
    fn from(error: ApiError) -> Self {
        Self(error)
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self(to_screen(&error))
    }
}

/// The one place where faults of the server become errors of a screen.
pub(crate) fn to_screen(error: &Error) -> ApiError {
    tracing::error!(%error, "a call failed");
    match error {
        Error::File { source, .. } if source.kind() == std::io::ErrorKind::StorageFull => ApiError::new(ErrorCode::DiskFull).with("detail", error),
        other => ApiError::new(ErrorCode::Internal).with("detail", other),
    }
}

fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::BadRequest | ErrorCode::TableUnreadable => StatusCode::BAD_REQUEST,
        ErrorCode::NotLoggedIn | ErrorCode::WrongLogin => StatusCode::UNAUTHORIZED,
        ErrorCode::NotAllowed | ErrorCode::WrongAuthorityPassphrase => StatusCode::FORBIDDEN,
        ErrorCode::NotFound | ErrorCode::NoSuchCall => StatusCode::NOT_FOUND,
        ErrorCode::TooManyAttempts => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::ServerBusy => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::ChangedMeanwhile | ErrorCode::Refused => StatusCode::CONFLICT,
        ErrorCode::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        (status(self.0.code), Json(self.0)).into_response()
    }
}

/// A header's value from text that is plain ASCII by its making.
pub(super) fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// Bytes of a media type.
pub(super) fn bytes(mime: &str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    response.headers_mut().insert(header::CONTENT_TYPE, value(mime));
    response
}

/// A stream of `len` bytes of a file from where it stands.
pub(super) fn stream(source: tokio::fs::File, len: u64) -> Response {
    let chunks = futures::stream::try_unfold((source.take(len), len), |(mut source, left)| async move {
        if left == 0 {
            return Ok::<_, std::io::Error>(None);
        }
        let mut chunk = Vec::with_capacity(CHUNK.min(usize::try_from(left).unwrap_or(CHUNK)));
        source.read_buf(&mut chunk).await?;
        if chunk.is_empty() {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let left = left.saturating_sub(u64::try_from(chunk.len()).unwrap_or(left));
        Ok(Some((Bytes::from(chunk), (source, left))))
    });
    let mut response = Body::from_stream(chunks).into_response();
    response.headers_mut().insert(header::CONTENT_LENGTH, len.into());
    response
}
