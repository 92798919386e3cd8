//! Pictures for the window under `xunzhan://localhost/<kind>/<id>`: straight from the encrypted store, never through the calls.

use contract::{ApiError, ErrorCode};
use tauri::http::{Response, StatusCode, header};

use crate::core::{Shell, internal};

/// Where our own pages come from: the window on Linux and macOS, and on Windows.
const OWN_ORIGINS: [&str; 3] = ["tauri://localhost", "http://tauri.localhost", "https://tauri.localhost"];

/// Answers one request; `path` is the address's path, in which slashes may be written as `%2F`. A page of another origin may not read it.
/// Of an original a part is given if one is asked for, as players do.
pub fn answer(shell: &Shell, path: &str, origin: Option<&str>, range: Option<&str>) -> Response<Vec<u8>> {
    let mut response = found(shell, path, range);
    if let Some(origin) = own_origin(origin) {
        let value = header::HeaderValue::from_static(origin);
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, value);
    }
    response.headers_mut().insert(header::VARY, header::HeaderValue::from_static("Origin"));
    response
}

fn own_origin(origin: Option<&str>) -> Option<&'static str> {
    OWN_ORIGINS.into_iter().find(|own| Some(*own) == origin)
}

/// What an address leads to.
enum Found {
    Whole(String, Vec<u8>),
    Part(field::Part),
}

fn look_up(shell: &Shell, path: &str, range: Option<&str>) -> Result<Found, ApiError> {
    let (kind, id) = kind_and_id(path).ok_or_else(|| ApiError::new(ErrorCode::NotFound))?;
    let field = shell.field()?;
    if let Some(range) = range.filter(|_| kind == "original")
        && let Some(part) = field.part(&id, range)?
    {
        return Ok(Found::Part(part));
    }
    let (media_type, bytes) = field.image(&kind, &id)?;
    Ok(Found::Whole(media_type, bytes))
}

fn found(shell: &Shell, path: &str, range: Option<&str>) -> Response<Vec<u8>> {
    let response = match look_up(shell, path, range) {
        Ok(Found::Part(part)) => Response::builder()
            .status(if part.first.is_some() {
                StatusCode::PARTIAL_CONTENT
            } else {
                StatusCode::RANGE_NOT_SATISFIABLE
            })
            .header(header::CONTENT_RANGE, part.content_range())
            .header(header::ACCEPT_RANGES, "bytes")
            .header(header::CONTENT_TYPE, part.media_type)
            .header(header::CACHE_CONTROL, "no-store")
            .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
            .body(part.bytes),
        Ok(Found::Whole(media_type, bytes)) => Response::builder()
            .status(StatusCode::OK)
            .header(header::ACCEPT_RANGES, "bytes")
            .header(header::CONTENT_TYPE, media_type)
            // The store is encrypted; a cache of the browser would not be.
            .header(header::CACHE_CONTROL, "no-store")
            .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
            .body(bytes),
        Err(error) => refusal(error.code),
    };
    response.unwrap_or_else(|error| {
        tracing::error!(error = %internal(error), "a picture's answer could not be written");
        Response::new(Vec::new())
    })
}

fn refusal(code: ErrorCode) -> Result<Response<Vec<u8>>, tauri::http::Error> {
    let status = match code {
        ErrorCode::Locked => StatusCode::FORBIDDEN,
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    Response::builder()
        .status(status)
        .header(header::CACHE_CONTROL, "no-store")
        .body(Vec::new())
}

fn kind_and_id(path: &str) -> Option<(String, String)> {
    let plain = path.trim_start_matches('/').replace("%2F", "/").replace("%2f", "/");
    let (kind, id) = plain.split_once('/')?;
    let harmless = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '/';
    (!id.is_empty() && id.chars().all(harmless)).then(|| (kind.to_owned(), id.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{kind_and_id, own_origin};

    #[test]
    fn only_our_own_pages_may_read_pictures() {
        assert_eq!(own_origin(Some("tauri://localhost")), Some("tauri://localhost"));
        for other in [
            None,
            Some("null"),
            Some("*"),
            Some("https://example.org"),
            Some("http://localhost"),
            Some("tauri://localhost.evil"),
        ] {
            assert_eq!(own_origin(other), None, "{other:?}");
        }
    }

    #[test]
    fn addresses_are_read_with_slashes_of_either_kind() {
        let page = Some(("page".to_owned(), "0190-ab/2".to_owned()));
        assert_eq!(kind_and_id("/page/0190-ab/2"), page);
        assert_eq!(kind_and_id("/page%2F0190-ab%2f2"), page);
        assert_eq!(kind_and_id("/thumbnail/"), None);
        assert_eq!(kind_and_id("/thumbnail"), None);
        assert_eq!(kind_and_id("/thumbnail/..%2F..%2Fkeys.json"), None);
    }
}
