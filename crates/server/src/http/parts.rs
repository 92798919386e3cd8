//! Bytes of a file, whole or the part that a request names (RFC 9110 §14).

use std::io::SeekFrom;

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use tokio::io::AsyncSeekExt as _;

use super::answer::{stream, value};
use crate::Result;
use crate::error::file;

/// A file of `size_bytes`, or the part of it that the headers ask for; never held in memory whole.
pub(super) async fn partly(mut source: tokio::fs::File, size_bytes: u64, headers: &HeaderMap) -> Result<Response> {
    let asked = headers.get(header::RANGE).and_then(|r| r.to_str().ok());
    let (start, end, is_part) = match asked.map(|r| range(r, size_bytes)) {
        None | Some(Range::Ignored) => (0, size_bytes, false),
        Some(Range::Part(start, end)) => (start, end, true),
        Some(Range::Outside) => {
            let total = [(header::CONTENT_RANGE, format!("bytes */{size_bytes}"))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, total).into_response());
        }
    };
    source.seek(SeekFrom::Start(start)).await.map_err(file("reading a blob"))?;
    let len = end.saturating_sub(start);
    let mut response = stream(source, len);
    // Also a part that is the whole: some players ask for it and take nothing else for an answer.
    if is_part {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let part = format!("bytes {start}-{}/{size_bytes}", end.saturating_sub(1));
        response.headers_mut().insert(header::CONTENT_RANGE, value(&part));
    }
    response.headers_mut().insert(header::ACCEPT_RANGES, value("bytes"));
    Ok(response)
}

#[derive(Debug, PartialEq, Eq)]
enum Range {
    /// From a byte up to before another.
    Part(u64, u64),
    /// Not one range of bytes: the whole is answered.
    Ignored,
    /// Nothing of it exists.
    Outside,
}

/// One range of bytes (RFC 9110 §14.1.2).
fn range(text: &str, size: u64) -> Range {
    let Some((first, last)) = text.strip_prefix("bytes=").and_then(|r| r.split_once('-')) else {
        return Range::Ignored;
    };
    let (first, last): (Option<u64>, Option<u64>) = (first.parse().ok(), last.parse().ok());
    let part = match (first, last) {
        (Some(first), Some(last)) if last < first => return Range::Ignored,
        (Some(first), Some(last)) => (first, last.saturating_add(1).min(size)),
        (Some(first), None) if text.ends_with('-') => (first, size),
        (None, Some(suffix)) if text.starts_with("bytes=-") => (size.saturating_sub(suffix), size),
        _ => return Range::Ignored,
    };
    if part.0 < part.1 { Range::Part(part.0, part.1) } else { Range::Outside }
}

#[cfg(test)]
mod tests {
    use super::{Range, range};

    #[test]
    fn ranges() {
        for (text, expected) in [
            ("bytes=0-0", Range::Part(0, 1)),
            ("bytes=2-", Range::Part(2, 10)),
            ("bytes=-3", Range::Part(7, 10)),
            ("bytes=5-99", Range::Part(5, 10)),
            ("bytes=-99", Range::Part(0, 10)),
            ("bytes=10-", Range::Outside),
            ("bytes=-0", Range::Outside),
            ("bytes=3-2", Range::Ignored),
            ("bytes=0-1,3-4", Range::Ignored),
            ("lines=0-1", Range::Ignored),
            ("bytes=-", Range::Ignored),
        ] {
            assert_eq!(range(text, 10), expected, "{text}");
        }
    }
}
