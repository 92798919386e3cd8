//! Who gets in: the host and origin of a request, the token that is good once, and then the cookie under its path.

use std::sync::{Mutex, PoisonError};

use axum::extract::{RawPathParams, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use axum::{Json, RequestPartsExt as _};
use contract::{ApiError, ErrorCode};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{Failed, Shell};
use crate::error::{Error, Result};

const COOKIE: &str = "xunzhan_field";
/// Every request that acts carries this header, which no other site can make a browser send.
const OURS: &str = "x-xunzhan";
const LIFE_SECONDS: u32 = 12 * 3600;

/// The secrets of one run.
pub(super) struct Door {
    port: u16,
    token: Mutex<Option<Zeroizing<String>>>,
    cookie: Zeroizing<String>,
    /// Name of the path below which everything lies.
    key: Zeroizing<String>,
}

/// 256 random bits as hex.
pub(crate) fn secret() -> Result<Zeroizing<String>> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(bytes.as_mut()).map_err(|_| Error::Broken("the system gave no random bytes"))?;
    Ok(Zeroizing::new(hex::encode(bytes.as_slice())))
}

pub(crate) fn same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

impl Door {
    pub(super) fn new(port: u16, token: Zeroizing<String>) -> Result<Self> {
        Ok(Self {
            port,
            token: Mutex::new(Some(token)),
            cookie: secret()?,
            key: secret()?,
        })
    }

    pub(super) fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Whether a request was made to this address and not by a page from elsewhere. Another name for this machine is refused too: it
    /// could be a page whose own name was turned to 127.0.0.1 after it was loaded.
    fn is_from_here(&self, headers: &HeaderMap) -> bool {
        let text = |name| headers.get(name).and_then(|v: &HeaderValue| v.to_str().ok());
        let origin = self.origin();
        let host = text(header::HOST).is_some_and(|host| origin.strip_prefix("http://") == Some(host));
        host && (!headers.contains_key(header::ORIGIN) || text(header::ORIGIN) == Some(origin.as_str()))
    }

    /// Takes the token away if it is the right one.
    fn let_in(&self, shown: &str) -> bool {
        let mut token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = token.as_ref().is_some_and(|token| same(token, shown));
        if fits {
            *token = None;
        }
        fits
    }

    fn knows(&self, headers: &HeaderMap, key: Option<&str>) -> bool {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
        let mut pairs = cookies.flat_map(|v| v.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let cookie = pairs.any(|(name, value)| name == COOKIE && same(value, &self.cookie));
        cookie && key.is_some_and(|key| same(key, &self.key))
    }
}

/// A POST by a page names the page's origin and carries our header; pictures and streams are asked for by our page alone.
fn is_by_our_page(method: &Method, headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site");
    let here = site.is_none_or(|site| site == "same-origin");
    here && (*method == Method::GET || (headers.contains_key(OURS) && headers.contains_key(header::ORIGIN)))
}

/// Lets only requests to this address and from this address pass.
pub(super) async fn from_here(State(shell): State<Shell>, request: Request, next: Next) -> Response {
    if shell.0.door.is_from_here(request.headers()) {
        next.run(request).await
    } else {
        Failed(ApiError::new(ErrorCode::NotAllowed)).into_response()
    }
}

/// Lets only the browser pass that was let in.
pub(super) async fn known(State(shell): State<Shell>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let path = parts.extract::<RawPathParams>().await.ok();
    let key = path.as_ref().and_then(|path| path.iter().find(|(name, _)| *name == "key"));
    if !shell.0.door.knows(&parts.headers, key.map(|(_, value)| value)) {
        return Failed(ApiError::new(ErrorCode::ShellClosed)).into_response();
    }
    if !is_by_our_page(&parts.method, &parts.headers) {
        return Failed(ApiError::new(ErrorCode::NotAllowed)).into_response();
    }
    next.run(Request::from_parts(parts, body)).await
}

#[derive(Deserialize)]
pub(super) struct Shown {
    token: String,
}

#[derive(Serialize)]
pub(super) struct Inside {
    base: String,
}

/// Trades the token for the cookie and the path.
pub(super) async fn enter(State(shell): State<Shell>, headers: HeaderMap, Json(shown): Json<Shown>) -> std::result::Result<Response, Failed> {
    let door = &shell.0.door;
    if !is_by_our_page(&Method::POST, &headers) {
        return Err(ApiError::new(ErrorCode::NotAllowed).into());
    }
    if !door.let_in(&shown.token) {
        return Err(ApiError::new(ErrorCode::ShellClosed).into());
    }
    let base = format!("/s/{}", door.key.as_str());
    let cookie = format!(
        "{COOKIE}={}; Path={base}; HttpOnly; SameSite=Strict; Max-Age={LIFE_SECONDS}",
        door.cookie.as_str()
    );
    let mut response = Json(Inside { base }).into_response();
    let cookie = HeaderValue::from_str(&cookie).map_err(|error| ApiError::new(ErrorCode::Internal).with("detail", error))?;
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}
