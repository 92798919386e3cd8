//! The console's page, scripts and styles: in the program, or from a folder.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use rust_embed::RustEmbed;

use super::App;
use super::answer::bytes;
use super::app::blocking;

/// The page that `/` answers.
const PAGE: &str = "console.html";

#[derive(RustEmbed)]
#[folder = "../../ui/dist"]
#[allow_missing = true]
struct Built;

const NOT_BUILT: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>巡站</title>\
<h1>网页尚未生成</h1><p>服务正常运行，数据不受影响；只是这个版本里没有审阅网页。请用 <code>cargo xtask run</code> 启动，它会先生成网页。</p>\
<h1>The page was not built</h1><p>The server is running and its data is safe; only the console's page is missing from this build. \
Start it with <code>cargo xtask run</code>, which builds the page first.</p></html>";

/// `/`.
pub(super) async fn page(state: State<App>) -> Response {
    match find(state.0, PAGE.to_owned()).await {
        Some(response) => response,
        None => (StatusCode::SERVICE_UNAVAILABLE, axum::response::Html(NOT_BUILT)).into_response(),
    }
}

/// Any other file of the page.
pub(super) async fn file(State(app): State<App>, Path(name): Path<String>) -> Response {
    match find(app, name).await {
        Some(response) => response,
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn find(app: App, name: String) -> Option<Response> {
    let plain = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', ':']);
    if !name.split('/').all(plain) {
        return None;
    }
    let hashed = name.starts_with("assets/");
    let mime = mime_of(&name);
    let content = match app.settings().ui.clone() {
        Some(folder) => blocking(move || Ok(std::fs::read(folder.join(name)).ok())).await.ok()??,
        None => Built::get(&name)?.data.into_owned(),
    };
    let mut response = bytes(mime, content);
    if hashed {
        // Names of assets change with their content.
        let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
        response.headers_mut().insert(header::CACHE_CONTROL, forever);
    }
    Some(response)
}

fn mime_of(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}
