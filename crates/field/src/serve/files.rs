//! Bytes in and out: chosen files come in whole, pictures and records go out by their names, never by a path.
//!
//! What comes in lies under `incoming/` until the import that took it is over, readable by this account only. What an import that was cut
//! still wants stays there for the next run, which goes on with it; the rest that a run left is removed once the store can be asked.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path as FilePath, PathBuf};
use std::sync::{Arc, Mutex};

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use contract::{ApiError, ErrorCode};
use futures::StreamExt as _;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt as _;
use uuid::Uuid;

use super::{Failed, Shell, beside};
use crate::core::{Field, lock};
use crate::error::{Error, Result};
use crate::os::files::{create_new, make_dir};

const FOLDER: &str = "incoming";

/// Files that a page handed in. Cheap to clone.
#[derive(Clone)]
pub(super) struct Incoming(Arc<Kept>);

struct Kept {
    folder: PathBuf,
    /// Folders of files that an earlier run left.
    left: Mutex<Vec<PathBuf>>,
    /// Folders of the files by the handle they were given.
    by_handle: Mutex<BTreeMap<String, PathBuf>>,
    /// Handles by the import that reads them.
    by_import: Mutex<BTreeMap<String, Vec<String>>>,
}

impl Incoming {
    pub(super) fn new(field: &Field) -> Result<Self> {
        let folder = field.0.dir.join(FOLDER);
        Ok(Self(Arc::new(Kept {
            left: Mutex::new(folders_in(&folder)?),
            folder,
            by_handle: Mutex::default(),
            by_import: Mutex::default(),
        })))
    }

    /// Removes what an earlier run left and no import wants any more. While the store is locked nobody knows, and all of it stays.
    pub(super) fn sweep(&self, field: &Field) {
        let Ok(wanted) = wanted(field) else { return };
        lock(&self.0.left).retain(|folder| is_wanted(folder, &wanted) || !remove(folder));
    }

    /// Removes all that no import wants; at the end of a run.
    pub(super) fn clear(&self, field: &Field) -> Result<()> {
        let unknown = lock(&self.0.left).clone();
        let wanted = wanted(field).unwrap_or(unknown);
        for folder in folders_in(&self.0.folder)? {
            if !is_wanted(&folder, &wanted) {
                remove(&folder);
            }
        }
        // It stays while something is in it.
        let _ = std::fs::remove_dir(&self.0.folder);
        Ok(())
    }

    /// An empty file of this name in a folder of its own, so that the name can stay as it is.
    fn create(&self, name: &str) -> Result<(std::fs::File, PathBuf)> {
        let folder = self.0.folder.join(Uuid::now_v7().to_string());
        make_dir(&folder)?;
        let path = folder.join(name);
        let unreadable = |source| Error::FileUnreadable {
            name: name.to_owned(),
            source,
        };
        Ok((create_new(&path).map_err(unreadable)?, path))
    }

    fn keep(&self, field: &Field, path: PathBuf) -> Result<String> {
        let folder = path.parent().map(FilePath::to_owned).unwrap_or_default();
        let file = field.register_paths(vec![path]).into_iter().next().ok_or(Error::NotFound("file"))?;
        lock(&self.0.by_handle).insert(file.handle.clone(), folder);
        Ok(file.handle)
    }

    /// An import reads these; when it is over they are removed.
    pub(super) fn wanted_by(&self, field: &Field, import: &str, handles: Vec<String>) {
        lock(&self.0.by_import).insert(import.to_owned(), handles);
        // It may have been over before it was noted.
        let over = field.0.import_report(import).is_ok_and(|report| report.finished);
        if over {
            self.finished(import);
        }
    }

    pub(super) fn finished(&self, import: &str) {
        let handles = lock(&self.0.by_import).remove(import).unwrap_or_default();
        for handle in handles {
            let folder = lock(&self.0.by_handle).remove(&handle);
            if let Some(folder) = folder {
                remove(&folder);
            }
        }
    }
}

/// What lies in a folder; nothing where there is none.
fn folders_in(folder: &FilePath) -> Result<Vec<PathBuf>> {
    match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        entries => Ok(entries?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?),
    }
}

/// What imports that have not ended are still to read.
fn wanted(field: &Field) -> Result<Vec<PathBuf>> {
    field.0.opened()?.store.still_wanted()
}

fn is_wanted(folder: &FilePath, wanted: &[PathBuf]) -> bool {
    wanted.iter().any(|file| file.starts_with(folder))
}

/// Whether it is gone.
fn remove(folder: &FilePath) -> bool {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::warn!(%error, "a file that was handed in could not be removed");
            false
        }
        _ => true,
    }
}

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

/// Takes a whole file and answers a handle for calls. A file that was cut is no file.
pub(super) async fn take(State(shell): State<Shell>, Query(named): Query<Named>, body: Body) -> std::result::Result<Json<Taken>, Failed> {
    let incoming = shell.0.incoming.clone();
    let name = plain_name(&named.name);
    let (file, path) = beside(move || Ok(incoming.create(&name)?)).await?;
    if let Err(failed) = write(tokio::fs::File::from_std(file), body).await {
        let folder = path.parent().map(FilePath::to_owned).unwrap_or_default();
        let _ = tokio::fs::remove_dir_all(folder).await;
        return Err(failed);
    }
    let handle = shell.0.incoming.keep(&shell.0.field, path).map_err(ApiError::from)?;
    Ok(Json(Taken { handle }))
}

async fn write(mut file: tokio::fs::File, body: Body) -> std::result::Result<(), Failed> {
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let cut = |error| ApiError::new(ErrorCode::BadRequest).with("detail", error);
        let chunk = chunk.map_err(cut)?;
        file.write_all(&chunk).await.map_err(Error::from).map_err(ApiError::from)?;
    }
    Ok(file.flush().await.map_err(Error::from).map_err(ApiError::from)?)
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
