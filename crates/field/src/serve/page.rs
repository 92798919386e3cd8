//! The page, its scripts and styles, from inside the program. They hold nothing of anybody, so they are for everyone.

use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../ui/dist"]
#[allow_missing = true]
struct Built;

const NOT_BUILT: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>巡站</title>\
<h1>界面尚未生成</h1><p>本机数据完好；只是这个版本里没有界面文件，请换用完整的安装包。</p>\
<h1>The page was not built</h1><p>The data on this computer is whole; only the page is missing from this build. Install the full package.</p></html>";

/// `/`.
pub(super) async fn page() -> Response {
    found("index.html").unwrap_or_else(|| (StatusCode::SERVICE_UNAVAILABLE, Html(NOT_BUILT)).into_response())
}

/// What puts on the remembered look before anything is drawn.
pub(super) async fn look() -> Response {
    found("look.js").unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

/// Scripts and styles; their names change with their content.
pub(super) async fn asset(Path(name): Path<String>) -> Response {
    let Some(mut response) = found(&format!("assets/{name}")) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
    response.headers_mut().insert(header::CACHE_CONTROL, forever);
    response
}

fn found(name: &str) -> Option<Response> {
    let plain = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', ':']);
    if !name.split('/').all(plain) {
        return None;
    }
    let file = Built::get(name)?;
    let media_type = match file.metadata.mimetype() {
        text if text.starts_with("text/") => format!("{text}; charset=utf-8"),
        other => other.to_owned(),
    };
    Some(([(header::CONTENT_TYPE, media_type)], file.data.into_owned()).into_response())
}
