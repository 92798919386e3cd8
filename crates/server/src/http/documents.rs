//! Documents of the console: photos, the printed record, the proof bundle. The guard has checked roles and scope.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Seek as _;
use std::path::PathBuf;

use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::Response;
use contract::{ApiError, ErrorCode};
use domain::{PhotoId, VisitId};
use seal::Digest;
use serde::Deserialize;
use uuid::Uuid;

use super::App;
use super::answer::{Failed, bytes, stream, value};
use super::app::blocking;
use super::guard::{ByAccount, InScope};
use super::parts::partly;
use crate::blobs::hash_of;
use crate::bundle::{Photos, export};
use crate::console::paper;
use crate::error::file;
use crate::store::Named;

fn not_found() -> Failed {
    ErrorCode::NotFound.into()
}

fn uuid_of(path: &BTreeMap<String, String>, name: &str) -> std::result::Result<Uuid, Failed> {
    path.get(name).and_then(|v| v.parse().ok()).ok_or_else(not_found)
}

fn typed(mut response: Response, mime: &str) -> Response {
    response.headers_mut().insert(header::CONTENT_TYPE, value(mime));
    response
}

/// A file to be kept under a name.
fn named(response: Response, mime: &str, name: &str) -> Response {
    let mut response = typed(response, mime);
    let disposition = value(&format!("attachment; filename=\"{name}\""));
    response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    response
}

/// Options of a photo.
#[derive(Debug, Default, Deserialize)]
pub(super) struct PhotoOptions {
    /// There when the original is to be kept as a file, not looked at: it is noted who did.
    save: Option<String>,
}

const JPEG: &str = "image/jpeg";

/// What a page shows or plays itself; anything else is kept as a file by whoever opens it.
fn is_shown(mime: &str) -> bool {
    matches!(mime, "image/jpeg" | "image/png" | "video/mp4" | "video/quicktime")
}

/// What of a photo is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Original,
    Thumb,
    Preview,
}

/// What is answered with: a file as it arrived, or what is made of one.
enum Found {
    AsItIs(File, u64, String, Digest),
    ToShow(Digest, PathBuf),
}

/// A photo's `original` or `thumb`, exactly as it arrived, films also in parts; or a `preview`, made from the original. Of originals,
/// what a browser neither shows nor plays is offered as a file.
pub(super) async fn photo(
    State(app): State<App>,
    Extension(InScope(scope)): Extension<InScope>,
    Extension(ByAccount(account)): Extension<ByAccount>,
    Path(path): Path<BTreeMap<String, String>>,
    Query(options): Query<PhotoOptions>,
    method: Method,
    headers: HeaderMap,
) -> std::result::Result<Response, Failed> {
    let (visit, photo) = (VisitId(uuid_of(&path, "visit")?), uuid_of(&path, "photo")?);
    let asked = match path.get("part").map(String::as_str) {
        Some("original") => Asked::Original,
        Some("thumb") => Asked::Thumb,
        Some("preview") => Asked::Preview,
        _ => return Err(not_found()),
    };
    // The rest of what is fetched in parts is no other file.
    let begins = headers.get(header::RANGE).is_none_or(|range| range.as_bytes().starts_with(b"bytes=0-"));
    let counts = asked == Asked::Original && begins && method == Method::GET;
    let previews = app.clone();
    let work = blocking(move || {
        let Some(known) = app.with_db(|db| db.photo(&scope, visit, photo))? else {
            return Ok(None);
        };
        let (sha256, mime) = match asked {
            Asked::Original | Asked::Preview => (Some(known.original), known.mime),
            Asked::Thumb => (known.thumbnail, JPEG.to_owned()),
        };
        let Some(sha256) = sha256.and_then(|s| s.parse::<Digest>().ok()) else {
            return Ok(None);
        };
        if !matches!(app.with_db(|db| db.named(&scope, &sha256))?, Named::Stored) {
            return Ok(None);
        }
        if asked == Asked::Preview {
            return Ok(Some(Found::ToShow(sha256, app.blobs().path(&scope, &sha256))));
        }
        let source = app.blobs().open_blob(&scope, &sha256)?;
        if counts && (options.save.is_some() || !is_shown(&mime)) {
            app.with_db(|db| db.note_download(&scope, visit, Some(PhotoId(photo)), &sha256, &account))?;
        }
        let len = source.metadata().map_err(file("reading a blob"))?.len();
        Ok(Some(Found::AsItIs(source, len, mime, sha256)))
    });
    let (source, len, mime, sha256) = match work.await?.ok_or_else(not_found)? {
        Found::AsItIs(source, len, mime, sha256) => (source, len, mime, sha256),
        Found::ToShow(sha256, original) => {
            let preview = previews.previews().of(sha256, original).await?.ok_or_else(not_found)?;
            return Ok(alone(bytes(JPEG, preview)));
        }
    };
    let body = partly(tokio::fs::File::from_std(source), len, &headers).await?;
    let mut response = alone(if is_shown(&mime) {
        typed(body, &mime)
    } else {
        named(body, "application/octet-stream", &sha256.to_string())
    });
    response.headers_mut().insert(header::ETAG, value(&format!("\"{sha256}\"")));
    Ok(response)
}

/// Something that a stranger made: opened by itself, it may run and load nothing.
fn alone(mut response: Response) -> Response {
    let policy = HeaderValue::from_static("default-src 'none'; sandbox");
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

/// The record F11 as PDF, marked as a copy.
pub(super) async fn record(
    State(app): State<App>,
    Extension(InScope(scope)): Extension<InScope>,
    Path(path): Path<BTreeMap<String, String>>,
) -> std::result::Result<Response, Failed> {
    let visit = VisitId(uuid_of(&path, "visit")?);
    let pdf = blocking(move || Ok(paper::record_pdf(&app, &scope, visit))).await??;
    let mut response = bytes("application/pdf", pdf);
    let disposition = value(&format!("inline; filename=\"record-{visit}.pdf\""));
    response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    Ok(response)
}

/// Options of a bundle.
#[derive(Debug, Default, Deserialize)]
pub(super) struct BundleOptions {
    /// `digests` leaves the photos out; the record names them by digest.
    photos: Option<String>,
}

/// The proof bundle of a sealed visit. It is noted who kept one with photos.
pub(super) async fn bundle(
    State(app): State<App>,
    Extension(InScope(scope)): Extension<InScope>,
    Extension(ByAccount(account)): Extension<ByAccount>,
    Path(path): Path<BTreeMap<String, String>>,
    Query(options): Query<BundleOptions>,
    method: Method,
) -> std::result::Result<Response, Failed> {
    let visit = VisitId(uuid_of(&path, "visit")?);
    let photos = match options.photos.as_deref() {
        None | Some("all") => Photos::All,
        Some("digests") => Photos::DigestsOnly,
        Some(_) => return Err(ApiError::new(ErrorCode::BadRequest).with("detail", "photos").into()),
    };
    let made = blocking(move || {
        let Some(mut zip) = export(&app, &scope, visit, photos)? else {
            return Ok(None);
        };
        if photos == Photos::All && method == Method::GET {
            let sha256 = hash_of(&mut zip)?;
            zip.rewind().map_err(file("reading a bundle"))?;
            app.with_db(|db| db.note_download(&scope, visit, None, &sha256, &account))?;
        }
        let len = zip.metadata().map_err(file("reading a bundle"))?.len();
        Ok(Some((zip, len)))
    });
    let (zip, len) = made.await?.ok_or_else(not_found)?;
    let response = stream(tokio::fs::File::from_std(zip), len);
    Ok(named(response, "application/zip", &format!("xunzhan-{visit}.zip")))
}
