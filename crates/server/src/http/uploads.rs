//! tus 1.0 over `/v1/blobs`: core, creation, checksum, expiration.
//!
//! An offset that is told is durable. The bytes of a PATCH that was cut are kept; the digest of the whole decides. One request at
//! a time works on an upload: a newer one ends an older one, which waits for a connection that is dead already.

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use futures::StreamExt as _;
use ledger::ScopeId;
use seal::Digest;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use tokio::sync::{Mutex, MutexGuard, watch};

use super::App;
use super::answer::{Refusal, value};
use super::app::blocking;
use crate::blobs::Arriving;
use crate::secrets::random;
use crate::store::{Device, Named, Upload};
use crate::{Error, Result};

/// The largest blob: 1 GiB.
const MAX_BYTES: u64 = 1024 * 1024 * 1024;
/// An upload that nobody goes on with is given up after a week.
const LIFE_MS: i64 = 7 * 24 * 60 * 60 * 1_000;

const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");

const NOT_TUS: Refusal = Refusal::new(StatusCode::PRECONDITION_FAILED, "tus_version", "Tus-Resumable must be 1.0.0");
const NOT_NAMED: Refusal = Refusal::new(
    StatusCode::FORBIDDEN,
    "blob_not_named",
    "no entry of this scope names these bytes; send entries first",
);
const STORED: Refusal = Refusal::new(StatusCode::CONFLICT, "blob_stored", "these bytes are stored already");
const TOO_LARGE: Refusal = Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "blob_too_large", "more bytes than may come");
const OTHER_LENGTH: Refusal = Refusal::new(StatusCode::BAD_REQUEST, "length_differs", "no entry names these bytes with this length");
const OTHER_OFFSET: Refusal = Refusal::new(StatusCode::CONFLICT, "offset_differs", "the upload stands at another offset; ask where");
const OTHER_TYPE: Refusal = Refusal::new(
    StatusCode::UNSUPPORTED_MEDIA_TYPE,
    "wrong_type",
    "Content-Type must be application/offset+octet-stream",
);
const GONE: Refusal = Refusal::new(StatusCode::GONE, "upload_gone", "the upload expired; begin again");
const REPLACED: Refusal = Refusal::new(StatusCode::CONFLICT, "replaced", "a newer request goes on with this upload");

/// 460 of the checksum extension.
fn checksum_status() -> StatusCode {
    StatusCode::from_u16(460).unwrap_or(StatusCode::BAD_REQUEST)
}

/// Whose turn it is at one upload.
pub struct Turn {
    latest: watch::Sender<u64>,
    at_work: Mutex<()>,
}

impl Default for Turn {
    fn default() -> Self {
        Self {
            latest: watch::Sender::new(0),
            at_work: Mutex::new(()),
        }
    }
}

/// The right to work on an upload until a newer request comes.
struct Mine<'a> {
    number: u64,
    latest: watch::Receiver<u64>,
    _at_work: MutexGuard<'a, ()>,
}

impl Turn {
    async fn take(&self) -> Mine<'_> {
        let latest = self.latest.subscribe();
        let mut number = 0;
        self.latest.send_modify(|n| {
            *n = n.wrapping_add(1);
            number = *n;
        });
        Mine {
            number,
            latest,
            _at_work: self.at_work.lock().await,
        }
    }
}

impl Mine<'_> {
    /// Ends when a newer request has come.
    async fn replaced(&mut self) {
        let number = self.number;
        // The sender lives as long as the turn; were it gone, nobody could replace us.
        if self.latest.wait_for(|n| *n != number).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Where an upload is reached.
pub(super) fn location(id: &str) -> String {
    format!("/v1/blobs/uploads/{id}")
}

fn http_date(ms: i64) -> HeaderValue {
    let time = chrono::DateTime::from_timestamp_millis(ms).unwrap_or_default();
    value(&time.format("%a, %d %b %Y %H:%M:%S GMT").to_string())
}

fn tus(status: StatusCode, headers: &[(HeaderName, HeaderValue)]) -> Response {
    let mut response = status.into_response();
    response.headers_mut().insert(RESUMABLE, HeaderValue::from_static("1.0.0"));
    for (name, value) in headers {
        response.headers_mut().insert(name, value.clone());
    }
    response
}

fn check_version(headers: &HeaderMap) -> std::result::Result<(), Refusal> {
    if headers.get(RESUMABLE).is_some_and(|v| v == "1.0.0") {
        Ok(())
    } else {
        Err(NOT_TUS)
    }
}

fn number(headers: &HeaderMap, name: &HeaderName) -> std::result::Result<u64, Refusal> {
    let text = headers.get(name).and_then(|v| v.to_str().ok()).ok_or(Refusal::malformed())?;
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| digits).ok_or(Refusal::malformed())
}

/// Says what uploads can do.
pub async fn options() -> Response {
    tus(
        StatusCode::NO_CONTENT,
        &[
            (HeaderName::from_static("tus-version"), HeaderValue::from_static("1.0.0")),
            (
                HeaderName::from_static("tus-extension"),
                HeaderValue::from_static("creation,checksum,expiration"),
            ),
            (HeaderName::from_static("tus-checksum-algorithm"), HeaderValue::from_static("sha1,sha256")),
            (HeaderName::from_static("tus-max-size"), MAX_BYTES.into()),
        ],
    )
}

/// The `sha256` of `Upload-Metadata`, and its `scope`, which must be the session's where it is given.
fn metadata(headers: &HeaderMap, scope: &ScopeId) -> std::result::Result<Digest, Refusal> {
    let text = headers.get("upload-metadata").and_then(|v| v.to_str().ok()).ok_or(Refusal::malformed())?;
    let mut sha256 = None;
    for pair in text.split(',') {
        let (key, encoded) = pair.trim().split_once(' ').ok_or(Refusal::malformed())?;
        let bytes = seal::base64_decode(encoded.trim()).map_err(|_| Refusal::malformed())?;
        let text = String::from_utf8(bytes).map_err(|_| Refusal::malformed())?;
        match key {
            "sha256" => sha256 = Some(text.parse().map_err(|_| Refusal::malformed())?),
            "scope" if text != scope.to_string() => return Err(NOT_NAMED),
            _ => {}
        }
    }
    sha256.ok_or(Refusal::malformed())
}

/// Begins an upload, or names the unfinished one of the same blob.
pub async fn create(State(app): State<App>, Extension(device): Extension<Device>, headers: HeaderMap) -> std::result::Result<Response, Refusal> {
    check_version(&headers)?;
    let size_bytes = number(&headers, &LENGTH)?;
    let sha256 = metadata(&headers, &device.scope)?;
    let upload = blocking(move || begin(&app, device.scope, sha256, size_bytes)).await??;
    Ok(tus(
        StatusCode::CREATED,
        &[(header::LOCATION, value(&location(&upload.id))), (EXPIRES, http_date(upload.expires_ms))],
    ))
}

fn begin(app: &App, scope: ScopeId, sha256: Digest, size_bytes: u64) -> Result<std::result::Result<Upload, Refusal>> {
    let named = app.with_db(|db| db.named(&scope, &sha256))?;
    match named {
        Named::No => return Ok(Err(NOT_NAMED)),
        Named::Stored => return Ok(Err(STORED)),
        Named::Missing(_) if size_bytes > MAX_BYTES => return Ok(Err(TOO_LARGE)),
        Named::Missing(lengths) if !lengths.contains(&size_bytes) => return Ok(Err(OTHER_LENGTH)),
        Named::Missing(_) => {}
    }
    // A crash between the rename and the record: the bytes are here and need only be recorded.
    if app.blobs().is_sound(&scope, &sha256) {
        app.with_db(|db| db.record_stored(&scope, &sha256, size_bytes))?;
        return Ok(Err(STORED));
    }
    let wanted = Upload {
        id: hex::encode(random::<16>()?),
        scope,
        sha256,
        size_bytes,
        expires_ms: app.now_ms().saturating_add(LIFE_MS),
    };
    let begun = app.with_db(|db| db.begin_upload(&wanted))?;
    app.blobs().begin(&begun.id)?;
    Ok(Ok(begun))
}

async fn find(app: &App, device: Device, id: &str) -> std::result::Result<Upload, Refusal> {
    let (id, now) = (id.to_owned(), app.now_ms());
    let upload = app.db(move |db| db.upload(&device.scope, &id)).await?.ok_or(Refusal::not_found())?;
    if upload.expires_ms <= now { Err(GONE) } else { Ok(upload) }
}

/// Tells the durable offset.
pub async fn head(
    State(app): State<App>,
    Extension(device): Extension<Device>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> std::result::Result<Response, Refusal> {
    check_version(&headers)?;
    let upload = find(&app, device, &id).await?;
    let turn = app.turn(&upload.id);
    let _mine = turn.take().await;
    let (blobs, name) = (app.blobs().clone(), upload.id.clone());
    let offset = blocking(move || blobs.offset(&name)).await?.ok_or(GONE)?;
    if offset == upload.size_bytes {
        // A crash between the last byte and the hash: nobody will send another byte, so it is done now.
        let (app, upload) = (app.clone(), upload.clone());
        blocking(move || complete(&app, &upload)).await?.map_err(|_| GONE)?;
    }
    Ok(tus(
        StatusCode::OK,
        &[
            (OFFSET, offset.into()),
            (LENGTH, upload.size_bytes.into()),
            (EXPIRES, http_date(upload.expires_ms)),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ],
    ))
}

/// Takes more bytes. Runs on when the connection breaks, so that what arrived is kept.
pub async fn patch(
    State(app): State<App>,
    Extension(device): Extension<Device>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> std::result::Result<Response, Refusal> {
    check_version(&headers)?;
    if headers.get(header::CONTENT_TYPE).is_none_or(|v| v != "application/offset+octet-stream") {
        return Err(OTHER_TYPE);
    }
    let offset = number(&headers, &OFFSET)?;
    let checksum = headers.get("upload-checksum").map(Checksum::read).transpose()?;
    let upload = find(&app, device, &id).await?;
    let task = tokio::spawn(async move { take(&app, device, &upload, offset, checksum, body).await });
    task.await.unwrap_or_else(|_| Err(Error::Task.into()))
}

async fn take(
    app: &App,
    device: Device,
    upload: &Upload,
    offset: u64,
    checksum: Option<Checksum>,
    body: Body,
) -> std::result::Result<Response, Refusal> {
    let turn = app.turn(&upload.id);
    let mut mine = turn.take().await;
    let (blobs, name) = (app.blobs().clone(), upload.id.clone());
    // While we waited for our turn another request may have brought the last byte.
    let known = find(app, device, &upload.id).await?;
    let mut arriving = blocking(move || blobs.append(&name)).await?;
    if arriving.len() != offset {
        return Err(OTHER_OFFSET);
    }
    let (received, ended) = receive(&mut mine, arriving, upload.size_bytes, checksum, body).await?;
    arriving = received.arriving;
    let ended = match (ended, received.checksum.map(Checksum::fits)) {
        (Ended::Whole, Some(false)) => Ended::WrongSum,
        (Ended::Whole, _) => Ended::Whole,
        (_, Some(_)) => Ended::CutSum,
        (ended, None) => ended,
    };
    if matches!(ended, Ended::WrongSum | Ended::CutSum) {
        // The sum covers the whole PATCH: without it nothing of the PATCH may stay.
        arriving = blocking(move || arriving.cut_to(offset).map(|()| arriving)).await?;
    }
    let arriving = blocking(move || arriving.sync().map(|()| arriving)).await?;
    let expires_ms = app.now_ms().saturating_add(LIFE_MS);
    let name = upload.id.clone();
    app.db(move |db| db.keep_upload(&name, expires_ms)).await?;
    match ended {
        Ended::WrongSum => {
            return Err(Refusal::new(
                checksum_status(),
                "checksum_differs",
                "the bytes do not have this checksum; they were dropped",
            ));
        }
        Ended::TooLong => return Err(TOO_LARGE),
        Ended::Replaced => return Err(REPLACED),
        Ended::Cut | Ended::CutSum => return Err(Refusal::malformed()),
        Ended::Whole => {}
    }
    let offset = arriving.len();
    if offset == upload.size_bytes {
        let app = app.clone();
        blocking(move || complete(&app, &known)).await??;
    }
    Ok(tus(StatusCode::NO_CONTENT, &[(OFFSET, offset.into()), (EXPIRES, http_date(expires_ms))]))
}

/// How the bytes of a PATCH ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ended {
    Whole,
    Cut,
    Replaced,
    TooLong,
    WrongSum,
    CutSum,
}

struct Received {
    arriving: Arriving,
    checksum: Option<Checksum>,
}

async fn receive(
    mine: &mut Mine<'_>,
    mut arriving: Arriving,
    size: u64,
    mut checksum: Option<Checksum>,
    body: Body,
) -> std::result::Result<(Received, Ended), Refusal> {
    let mut stream = body.into_data_stream();
    let ended = loop {
        let chunk = tokio::select! {
            chunk = stream.next() => chunk,
            () = mine.replaced() => break Ended::Replaced,
        };
        let chunk = match chunk {
            None => break Ended::Whole,
            Some(Err(_)) => break Ended::Cut,
            Some(Ok(chunk)) => chunk,
        };
        let room = usize::try_from(size.saturating_sub(arriving.len())).unwrap_or(usize::MAX);
        let too_long = chunk.len() > room;
        let chunk = chunk.slice(..chunk.len().min(room));
        if let Some(sum) = &mut checksum {
            sum.update(&chunk);
        }
        arriving = blocking(move || arriving.write(&chunk).map(|()| arriving)).await?;
        if too_long {
            break Ended::TooLong;
        }
    };
    Ok((Received { arriving, checksum }, ended))
}

/// All bytes are here: hashes the whole, and keeps it or drops it.
fn complete(app: &App, upload: &Upload) -> Result<std::result::Result<(), Refusal>> {
    if app.blobs().hash_upload(&upload.id)? != upload.sha256 {
        app.blobs().discard(&upload.id)?;
        app.with_db(|db| db.drop_upload(&upload.id))?;
        tracing::warn!(scope = %upload.scope, blob = %upload.sha256, "an upload had another digest and was dropped");
        let refusal = Refusal::new(
            checksum_status(),
            "digest_differs",
            "the bytes are not those that were named; nothing was stored",
        );
        return Ok(Err(refusal));
    }
    app.blobs().finish(&upload.id, &upload.scope, &upload.sha256)?;
    let others = app.with_db(|db| db.uploads_of(&upload.scope, &upload.sha256))?;
    app.with_db(|db| db.record_stored(&upload.scope, &upload.sha256, upload.size_bytes))?;
    // Uploads of another length can come to nothing any more.
    for other in others.iter().filter(|other| other.id != upload.id) {
        app.blobs().discard(&other.id)?;
    }
    tracing::info!(scope = %upload.scope, blob = %upload.sha256, "a blob is stored");
    Ok(Ok(()))
}

/// A running checksum of a PATCH (tus checksum extension).
enum Checksum {
    Sha1(Box<Sha1>, Vec<u8>),
    Sha256(Box<Sha256>, Vec<u8>),
}

impl Checksum {
    fn read(header: &HeaderValue) -> std::result::Result<Self, Refusal> {
        let text = header.to_str().map_err(|_| Refusal::malformed())?;
        let (algorithm, sum) = text.split_once(' ').ok_or(Refusal::malformed())?;
        let sum = seal::base64_decode(sum).map_err(|_| Refusal::malformed())?;
        match algorithm {
            "sha1" => Ok(Self::Sha1(Box::default(), sum)),
            "sha256" => Ok(Self::Sha256(Box::default(), sum)),
            _ => Err(Refusal::malformed()),
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha1(hasher, _) => hasher.update(bytes),
            Self::Sha256(hasher, _) => hasher.update(bytes),
        }
    }

    fn fits(self) -> bool {
        match self {
            Self::Sha1(hasher, sum) => hasher.finalize().as_slice() == sum,
            Self::Sha256(hasher, sum) => hasher.finalize().as_slice() == sum,
        }
    }
}
