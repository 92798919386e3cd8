//! Pictures for the window under `xunzhan://localhost/<kind>/<id>`: straight from the encrypted store, never through the calls.

use contract::{ApiError, ErrorCode};
use tauri::http::{Response, StatusCode, header};

use crate::core::{Shell, internal};

/// Answers one request; `path` is the address's path, in which slashes may be written as `%2F`.
pub fn answer(shell: &Shell, path: &str) -> Response<Vec<u8>> {
    let found = kind_and_id(path)
        .ok_or_else(|| ApiError::new(ErrorCode::NotFound))
        .and_then(|(kind, id)| shell.field()?.image(&kind, &id));
    let response = match found {
        Ok((media_type, bytes)) => Response::builder()
            .status(StatusCode::OK)
            .header(header::CONTENT_TYPE, media_type)
            // The store is encrypted; a cache of the browser would not be.
            .header(header::CACHE_CONTROL, "no-store")
            .header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
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
    use super::kind_and_id;

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
