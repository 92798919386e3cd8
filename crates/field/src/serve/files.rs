//! Bytes in and out: chosen files come in whole, pictures and records go out by their names, never by a path.
//!
//! What comes in lies where `import/handed.rs` keeps it until the import that took it is over.

use std::io::{self, Write};
use std::path::Path as FilePath;

use axum::Json;
use axum::body::{Body, BodyDataStream};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use contract::{ApiError, ErrorCode};
use futures::StreamExt as _;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt as _;

use super::{Failed, Shell, beside};
use crate::error::Error;

/// The last part of a name, without what no file can be called.
pub(crate) fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|c| !c.is_control()).collect();
    if plain.is_empty() || plain == "." || plain == ".." {
        "file".to_owned()
    } else {
        plain
    }
}

#[derive(Deserialize)]
pub(super) struct Named {
    name: String,
}

#[derive(Serialize)]
pub(super) struct Taken {
    handle: String,
}

/// Takes a whole file, durably, and answers a handle for calls. A file that was cut is no file.
pub(super) async fn take(State(shell): State<Shell>, Query(named): Query<Named>, body: Body) -> std::result::Result<Json<Taken>, Failed> {
    let core = shell.0.field.0.clone();
    let name = plain_name(&named.name);
    let (file, path) = match beside(move || Ok(core.begin_incoming(&name)?)).await {
        Ok(begun) => begun,
        Err(failed) => {
            drain(body.into_data_stream()).await;
            return Err(failed);
        }
    };
    let folder = path.parent().map(FilePath::to_owned).unwrap_or_default();
    let kept = async {
        let file = write(tokio::fs::File::from_std(file), body).await?.into_std().await;
        let core = shell.0.field.0.clone();
        beside(move || {
            core.settle_incoming(&file, &path)?;
            let handed = core.register_paths(vec![path]).into_iter().next();
            Ok(handed.ok_or(Error::NotFound("file"))?.handle)
        })
        .await
    };
    match kept.await {
        Ok(handle) => Ok(Json(Taken { handle })),
        Err(failed) => {
            let _ = tokio::fs::remove_dir_all(folder).await;
            Err(failed)
        }
    }
}

async fn write(mut file: tokio::fs::File, body: Body) -> std::result::Result<tokio::fs::File, Failed> {
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let cut = |error| ApiError::new(ErrorCode::BadRequest).with("detail", error);
        let chunk = chunk.map_err(cut)?;
        if let Err(error) = file.write_all(&chunk).await {
            drain(chunks).await;
            return Err(ApiError::from(Error::from(error)).into());
        }
    }
    file.flush().await.map_err(Error::from).map_err(ApiError::from)?;
    Ok(file)
}

/// Lets the rest of a body pass: a browser that still has to send may never read the answer.
async fn drain(mut chunks: BodyDataStream) {
    while chunks.next().await.is_some_and(|chunk| chunk.is_ok()) {}
}

/// Says that parts may be asked for.
const PARTS: [(HeaderName, &str); 1] = [(header::ACCEPT_RANGES, "bytes")];

/// A thumbnail, preview, original or page of a record; of an original also a part, as players ask for films.
pub(super) async fn picture(
    State(shell): State<Shell>,
    Path((_, kind, id)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> std::result::Result<Response, Failed> {
    let range = headers.get(header::RANGE).and_then(|range| range.to_str().ok()).map(str::to_owned);
    if let Some(range) = range.filter(|_| kind == "original") {
        let (shell, photo) = (shell.clone(), id.clone());
        if let Some(part) = beside(move || shell.0.field.part(&photo, &range)).await? {
            let status = if part.first.is_some() {
                StatusCode::PARTIAL_CONTENT
            } else {
                StatusCode::RANGE_NOT_SATISFIABLE
            };
            let headers = [(header::CONTENT_RANGE, part.content_range()), (header::CONTENT_TYPE, part.media_type)];
            return Ok((status, PARTS, headers, part.bytes).into_response());
        }
    }
    let (media_type, bytes) = beside(move || shell.0.field.image(&kind, &id)).await?;
    Ok((PARTS, [(header::CONTENT_TYPE, media_type)], bytes).into_response())
}

/// A finished document, to be saved where the browser saves.
pub(super) async fn record(State(shell): State<Shell>, Path((_, handle)): Path<(String, String)>) -> std::result::Result<Response, Failed> {
    let document = beside(move || {
        let document = shell.0.field.document(&handle)?;
        // A browser does not tell when it has saved: what it is handed counts as kept, and the next record is a copy.
        shell.0.field.document_kept(&handle)?;
        Ok(document)
    });
    let document = document.await?;
    let headers = [
        (header::CONTENT_TYPE, document.media_type.clone()),
        (header::CONTENT_DISPOSITION, "attachment".to_owned()),
        (header::CONTENT_LENGTH, document.len.to_string()),
    ];
    let (pieces, body) = tokio::sync::mpsc::channel(PIECES_AHEAD);
    tokio::task::spawn_blocking(move || {
        let mut out = io::BufWriter::with_capacity(PIECE_BYTES, Pieces(pieces.clone()));
        // A browser keeps no file that ends with an error.
        if let Err(error) = document.write_to(&mut out).and_then(|()| out.flush()) {
            let _ = pieces.blocking_send(Err(error));
        }
    });
    let body = futures::stream::unfold(body, |mut body| async { body.recv().await.map(|piece| (piece, body)) });
    Ok((headers, Body::from_stream(body)).into_response())
}

const PIECE_BYTES: usize = 256 << 10;
const PIECES_AHEAD: usize = 4;

/// The pieces of an answer, each waited for until there is room for it.
struct Pieces(tokio::sync::mpsc::Sender<io::Result<Vec<u8>>>);

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(Ok(bytes.to_vec()));
        sent.map(|()| bytes.len()).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::plain_name;

    #[test]
    fn a_name_is_the_last_part_and_leads_nowhere() {
        assert_eq!(plain_name("大门 1.jpg"), "大门 1.jpg");
        assert_eq!(plain_name("照片/11月/大门.jpg"), "大门.jpg");
        assert_eq!(plain_name("..\\..\\keys.json"), "keys.json");
        for nothing in ["", ".", "..", "../", "a/..", "\0", "/"] {
            assert_eq!(plain_name(nothing), "file", "{nothing:?}");
        }
    }
}
