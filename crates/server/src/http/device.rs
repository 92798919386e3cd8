//! Small routes of a device's session: the latest checkpoint, what is missing, and bytes of its scope.

use std::io::SeekFrom;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use seal::Digest;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncSeekExt as _;

use super::App;
use super::answer::{Refusal, stream, value};
use super::uploads::location;
use crate::error::file;
use crate::store::{Device, Named};

/// The most digests in one question.
const MAX_ASKED: usize = 1_000;

/// `GET /v1/checkpoint`: the latest checkpoint of the session's scope, a signed note.
pub async fn checkpoint(State(app): State<App>, Extension(device): Extension<Device>) -> Result<String, Refusal> {
    let note = app.db(move |db| ledger::sync::ServerStore::checkpoint(db, &device.scope)).await?;
    note.ok_or(Refusal::not_found())
}

/// Body of `POST /v1/blobs/missing`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    sha256: Vec<Digest>,
}

/// Its answer.
#[derive(Serialize)]
pub struct Missing {
    missing: Vec<MissingBlob>,
}

#[derive(Serialize)]
struct MissingBlob {
    sha256: Digest,
    upload: Option<String>,
    offset: u64,
}

/// Which of these does the scope name and the server not hold, and how far has each come?
pub async fn missing(State(app): State<App>, Extension(device): Extension<Device>, body: Bytes) -> Result<Json<Missing>, Refusal> {
    let asked: Asked = serde_json::from_slice(&body).map_err(|_| Refusal::malformed())?;
    if asked.sha256.len() > MAX_ASKED {
        return Err(Refusal::malformed());
    }
    let blobs = app.blobs().clone();
    let work = app.db(move |db| {
        let mut missing = Vec::new();
        for sha256 in asked.sha256 {
            let Named::Missing(lengths) = db.named(&device.scope, &sha256)? else {
                continue;
            };
            // Which of several lengths the asking device has is for it to say, by beginning an upload.
            let mut uploads = db.uploads_of(&device.scope, &sha256)?;
            let upload = if lengths.len() == 1 { uploads.pop() } else { None };
            let offset = match &upload {
                Some(upload) => blobs.offset(&upload.id)?.unwrap_or(0),
                None => 0,
            };
            let upload = upload.map(|u| location(&u.id));
            missing.push(MissingBlob { sha256, upload, offset });
        }
        Ok(Missing { missing })
    });
    Ok(Json(work.await?))
}

/// `GET /v1/blobs/{sha256}`: the bytes, if an entry of the scope names them and they are here.
pub async fn blob(
    State(app): State<App>,
    Extension(device): Extension<Device>,
    Path(sha256): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let sha256: Digest = sha256.parse().map_err(|_| Refusal::not_found())?;
    let here = app.db(move |db| {
        Ok(match db.named(&device.scope, &sha256)? {
            Named::Stored => db.stored(&device.scope, &sha256)?,
            _ => None,
        })
    });
    let size_bytes = here.await?.ok_or(Refusal::not_found())?;
    let path = app.blobs().path(&device.scope, &sha256);
    let mut source = tokio::fs::File::open(path).await.map_err(file("reading a blob"))?;
    let asked = headers.get(header::RANGE).and_then(|r| r.to_str().ok());
    let (start, end) = match asked.map(|r| range(r, size_bytes)) {
        None | Some(Range::Ignored) => (0, size_bytes),
        Some(Range::Part(start, end)) => (start, end),
        Some(Range::Outside) => {
            let total = [(header::CONTENT_RANGE, format!("bytes */{size_bytes}"))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, total).into_response());
        }
    };
    source.seek(SeekFrom::Start(start)).await.map_err(file("reading a blob"))?;
    let len = end.saturating_sub(start);
    let mut response = stream(source, len);
    if len < size_bytes {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let part = format!("bytes {start}-{}/{size_bytes}", end.saturating_sub(1));
        response.headers_mut().insert(header::CONTENT_RANGE, value(&part));
    }
    let head = response.headers_mut();
    head.insert(header::CONTENT_TYPE, value("application/octet-stream"));
    head.insert(header::ACCEPT_RANGES, value("bytes"));
    Ok(response)
}

#[derive(Debug, PartialEq, Eq)]
enum Range {
    /// From a byte up to before another.
    Part(u64, u64),
    /// Not one range of bytes: the whole is answered.
    Ignored,
    /// Nothing of it exists.
    Outside,
}

/// One range of bytes (RFC 9110 §14.1.2).
fn range(text: &str, size: u64) -> Range {
    let Some((first, last)) = text.strip_prefix("bytes=").and_then(|r| r.split_once('-')) else {
        return Range::Ignored;
    };
    let (first, last): (Option<u64>, Option<u64>) = (first.parse().ok(), last.parse().ok());
    let part = match (first, last) {
        (Some(first), Some(last)) if last < first => return Range::Ignored,
        (Some(first), Some(last)) => (first, last.saturating_add(1).min(size)),
        (Some(first), None) if text.ends_with('-') => (first, size),
        (None, Some(suffix)) if text.starts_with("bytes=-") => (size.saturating_sub(suffix), size),
        _ => return Range::Ignored,
    };
    if part.0 < part.1 { Range::Part(part.0, part.1) } else { Range::Outside }
}

#[cfg(test)]
mod tests {
    use super::{Range, range};

    #[test]
    fn ranges() {
        for (text, expected) in [
            ("bytes=0-0", Range::Part(0, 1)),
            ("bytes=2-", Range::Part(2, 10)),
            ("bytes=-3", Range::Part(7, 10)),
            ("bytes=5-99", Range::Part(5, 10)),
            ("bytes=-99", Range::Part(0, 10)),
            ("bytes=10-", Range::Outside),
            ("bytes=-0", Range::Outside),
            ("bytes=3-2", Range::Ignored),
            ("bytes=0-1,3-4", Range::Ignored),
            ("lines=0-1", Range::Ignored),
            ("bytes=-", Range::Ignored),
        ] {
            assert_eq!(range(text, 10), expected, "{text}");
        }
    }
}
