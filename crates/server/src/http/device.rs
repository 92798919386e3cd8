//! Small routes of a device's session: the latest checkpoint, what is missing, and bytes of its scope.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::{Extension, Json};
use seal::Digest;
use serde::{Deserialize, Serialize};

use super::App;
use super::answer::{Refusal, value};
use super::parts::partly;
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
    let source = tokio::fs::File::open(path).await.map_err(file("reading a blob"))?;
    let mut response = partly(source, size_bytes, &headers).await?;
    response.headers_mut().insert(header::CONTENT_TYPE, value("application/octet-stream"));
    Ok(response)
}
