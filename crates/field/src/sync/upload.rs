//! Uploads by tus 1.0: each resumes at the byte that the server has stored, by whoever began it.

use std::collections::VecDeque;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::{self, FuturesUnordered};
use reqwest::{Body, Method, RequestBuilder, Response, StatusCode};
use seal::Digest;
use serde::Deserialize;
use tracing::{debug, warn};

use super::http::{Server, accepted, unreachable};
use crate::core::{Core, Open};
use crate::error::{Error, Result};
use crate::store::BlobRow;

const MIN_PATCH: u64 = 32 * 1024;
const MAX_PATCH: u64 = 4 * 1024 * 1024;
const PATCH_SECONDS: u64 = 25;
const PIECE: usize = 16 * 1024;
const STALL: Duration = Duration::from_secs(6);
const IN_FLIGHT: usize = 3;
const ASK_AT_ONCE: usize = 500;
// So often an upload is taken up again without the server having more bytes than before.
const MOST_STALLS: u32 = 3;

#[derive(Deserialize)]
struct Missing {
    missing: Vec<MissingBlob>,
}

#[derive(Deserialize)]
struct MissingBlob {
    sha256: Digest,
    upload: Option<String>,
    offset: u64,
}

/// The blobs of one kind that the server lacks.
pub(super) struct Uploads<'a> {
    core: &'a Arc<Core>,
    open: &'a Arc<Open>,
    server: &'a Server,
    /// Not yet asked for.
    rows: VecDeque<BlobRow>,
    /// Asked for and missing there.
    queue: VecDeque<(BlobRow, Option<String>, u64)>,
    pace: AtomicU64,
}

impl<'a> Uploads<'a> {
    /// Lists what has no storage receipt yet.
    pub(super) fn new(core: &'a Arc<Core>, open: &'a Arc<Open>, server: &'a Server, thumbs: bool) -> Result<Self> {
        Ok(Self {
            core,
            open,
            server,
            rows: open.store.blobs_to_send(thumbs)?.into(),
            queue: VecDeque::new(),
            pace: AtomicU64::new(8 * 1024),
        })
    }

    /// Sends up to `count` blobs; false when nothing was left to send.
    pub(super) async fn some(&mut self, count: usize) -> Result<bool> {
        while self.queue.is_empty() && !self.rows.is_empty() {
            let asked: Vec<BlobRow> = self.rows.drain(..self.rows.len().min(ASK_AT_ONCE)).collect();
            self.queue = self.missing(asked).await?;
        }
        if self.queue.is_empty() {
            return Ok(false);
        }
        let mut next: VecDeque<_> = self.queue.drain(..self.queue.len().min(count)).collect();
        let this = &*self;
        let mut running = FuturesUnordered::new();
        let mut fault = None;
        loop {
            while fault.is_none() && running.len() < IN_FLIGHT {
                let Some((row, upload, offset)) = next.pop_front() else { break };
                running.push(async move { this.one(&row, upload, offset).await });
            }
            match running.next().await {
                Some(Ok(())) => {}
                Some(Err(e)) => fault = fault.or(Some(e)),
                None => break,
            }
        }
        fault.map_or(Ok(true), Err)
    }

    async fn missing(&self, rows: Vec<BlobRow>) -> Result<VecDeque<(BlobRow, Option<String>, u64)>> {
        let digests: Vec<String> = rows.iter().map(|row| row.sha256.to_hex()).collect();
        let body = seal::canonical::to_vec(&serde_json::json!({ "sha256": digests }))?;
        let bytes = self.server.post("/v1/blobs/missing", "application/json", body).await?;
        let told: Missing = serde_json::from_slice(&bytes).map_err(|e| Error::Confused(e.to_string()))?;
        let mut queue = VecDeque::new();
        for row in rows {
            if let Some(missing) = told.missing.iter().find(|m| m.sha256 == row.sha256) {
                queue.push_back((row, missing.upload.clone(), missing.offset));
            }
        }
        Ok(queue)
    }

    /// Sends one blob whole. A blob that cannot be read here, or that the server does not take, is left out and the others go on.
    async fn one(&self, row: &BlobRow, upload: Option<String>, offset: u64) -> Result<()> {
        let (location, mut offset) = match upload {
            Some(location) => (location, offset),
            None => match self.create(row).await? {
                Some(location) => (location, 0),
                None => return Ok(()),
            },
        };
        let mut stalls = 0;
        while offset < row.len {
            let chunk = match self.read(row, offset) {
                Ok(chunk) => chunk,
                Err(e) => {
                    warn!(sha256 = %row.sha256, error = %e, "a blob cannot be read here");
                    return Ok(());
                }
            };
            let now = match self.patch(&location, offset, chunk).await {
                Ok(Patched::At(now)) => now,
                Ok(Patched::Refused(status)) => {
                    warn!(sha256 = %row.sha256, %status, "an upload was refused");
                    return Ok(());
                }
                Err(e) => {
                    debug!(error = %e, "an upload was cut");
                    self.head(&location).await?
                }
            };
            stalls = if now > offset { 0 } else { stalls + 1 };
            if stalls >= MOST_STALLS {
                return Err(Error::Unreachable("no byte was stored any more".into()));
            }
            offset = now;
        }
        Ok(())
    }

    /// Begins an upload; none when the server has the bytes meanwhile or does not take them.
    async fn create(&self, row: &BlobRow) -> Result<Option<String>> {
        let field = |name: &str, value: &str| format!("{name} {}", seal::base64_encode(value.as_bytes()));
        let metadata = [field("sha256", &row.sha256.to_hex()), field("scope", &self.open.card.scope)].join(",");
        let request = tus(self.server.request(Method::POST, "/v1/blobs")?)
            .header("upload-length", row.len)
            .header("upload-metadata", metadata);
        let response = self.server.send(request).await?;
        match response.status() {
            StatusCode::CONFLICT => return Ok(None),
            StatusCode::FORBIDDEN | StatusCode::PAYLOAD_TOO_LARGE => {
                warn!(sha256 = %row.sha256, status = %response.status(), "the server does not take a blob");
                return Ok(None);
            }
            _ => {}
        }
        let response = accepted(response).await?;
        let location = response.headers().get("location").and_then(|value| value.to_str().ok());
        let location = location.ok_or_else(|| Error::Confused("an upload without a location".into()))?;
        Ok(Some(location.to_owned()))
    }

    async fn head(&self, location: &str) -> Result<u64> {
        let response = self.server.send(tus(self.server.request(Method::HEAD, location)?)).await?;
        if matches!(response.status(), StatusCode::NOT_FOUND | StatusCode::GONE) {
            return Err(Error::Unreachable("an upload ran out".into()));
        }
        offset_of(&accepted(response).await?)
    }

    fn read(&self, row: &BlobRow, offset: u64) -> Result<Vec<u8>> {
        let pace = self.pace.load(Ordering::Relaxed);
        let length = pace.saturating_mul(PATCH_SECONDS).clamp(MIN_PATCH, MAX_PATCH).min(row.len - offset);
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if row.thumb {
            let bytes = self.open.store.thumb(&row.sha256)?.ok_or(Error::NotFound("thumbnail"))?;
            let from = usize::try_from(offset).unwrap_or(usize::MAX);
            return Ok(bytes.into_iter().skip(from).take(length).collect());
        }
        let mut reader = self.open.vault.reader(&row.sha256)?;
        reader.seek(SeekFrom::Start(offset))?;
        let mut chunk = vec![0; length];
        reader.read_exact(&mut chunk)?;
        Ok(chunk)
    }

    /// Sends one stretch of bytes; given up when nothing moves for six seconds, or when what was handed over should long be through.
    async fn patch(&self, location: &str, offset: u64, chunk: Vec<u8>) -> Result<Patched> {
        let length = chunk.len() as u64;
        let handed = Arc::new(AtomicU64::new(0));
        let body = pieces(chunk, handed.clone());
        let request = tus(self.server.request(Method::PATCH, location)?)
            .header("content-type", "application/offset+octet-stream")
            .header("upload-offset", offset)
            .header("content-length", length)
            .body(body);
        let began = Instant::now();
        let pace = self.pace.load(Ordering::Relaxed).max(1);
        let through = STALL + Duration::from_secs(2 * length / pace);
        let stalled = async {
            let (mut last, mut moved) = (0, Instant::now());
            loop {
                tokio::time::sleep(Duration::from_millis(500)).await;
                let now = handed.load(Ordering::Relaxed);
                if now != last {
                    (last, moved) = (now, Instant::now());
                }
                // Once all is handed over, the system's buffer still has to drain.
                if moved.elapsed() > if now < length { STALL } else { through } {
                    return;
                }
            }
        };
        let response = tokio::select! {
            response = request.send() => response.map_err(unreachable)?,
            () = stalled => return Err(Error::Unreachable("nothing moved for six seconds".into())),
        };
        match response.status().as_u16() {
            409 => return self.head(location).await.map(Patched::At),
            404 | 410 | 415 | 460 => return Ok(Patched::Refused(response.status())),
            _ => {}
        }
        let now = offset_of(&accepted(response).await?)?;
        let took = began.elapsed();
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
        self.pace.store((pace + length.saturating_mul(1000) / millis) / 2, Ordering::Relaxed);
        self.core.set_pace(length, took);
        Ok(Patched::At(now))
    }
}

enum Patched {
    At(u64),
    Refused(StatusCode),
}

fn tus(request: RequestBuilder) -> RequestBuilder {
    request.header("tus-resumable", "1.0.0")
}

fn offset_of(response: &Response) -> Result<u64> {
    let header = response.headers().get("upload-offset").and_then(|value| value.to_str().ok());
    header
        .and_then(|value| value.parse().ok())
        .ok_or_else(|| Error::Confused("an answer without an offset".into()))
}

/// The chunk in pieces, counted as the connection takes them.
fn pieces(chunk: Vec<u8>, handed: Arc<AtomicU64>) -> Body {
    let whole = Bytes::from(chunk);
    let count = whole.len().div_ceil(PIECE);
    let parts = (0..count).map(move |i| {
        let piece = whole.slice(i * PIECE..whole.len().min((i + 1) * PIECE));
        handed.fetch_add(piece.len() as u64, Ordering::Relaxed);
        Ok::<_, std::io::Error>(piece)
    });
    Body::wrap_stream(stream::iter(parts))
}
