//! Who may pass: the one place in which a request's session, roles and scope are checked.
//!
//! A thing of another county and a thing that does not exist are answered alike: the check comes before any look into the store.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequestParts as _, RawPathParams, Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use contract::console::Access;
use contract::{ApiError, ErrorCode};
use domain::Role;
use ledger::ScopeId;
use seal::Digest;
use serde_json::Value;

use super::App;
use super::answer::{Failed, Refusal};
use super::session::{REVOKED, is_revoked};
use crate::store::{Account, Device};
use crate::{Error, Result};

/// The most bytes of a call's arguments.
const MAX_ARGS_BYTES: usize = 64 * 1024;
/// Every call carries this header, which no other site can make a browser send.
const CSRF_HEADER: &str = "x-xunzhan";
/// Name of the console's cookie.
pub(super) const COOKIE: &str = "xunzhan_session";

/// Who may pass a route. There is no route without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// Anyone, for the reason given.
    Open(&'static str),
    /// A device with a session; the session's scope is the only one it reaches.
    Device,
    /// A call of the console by the contract's table; its scope stands in the arguments.
    Call(&'static str, Access),
    /// An account with one of these roles in the scope that the path names.
    Scoped(&'static [Role]),
}

/// A checked call: who makes it, with which token and arguments.
#[derive(Clone, Debug)]
pub(super) struct Called {
    pub account: Option<Account>,
    pub token: Option<Digest>,
    pub args: Value,
}

/// The scope that a checked path names.
#[derive(Clone, Copy, Debug)]
pub(super) struct InScope(pub ScopeId);

/// The account that a checked path was asked by.
#[derive(Clone, Debug)]
pub(super) struct ByAccount(pub Account);

/// Checks and hands on.
pub(super) async fn pass(State((app, guard)): State<(App, Guard)>, request: Request, next: Next) -> Response {
    let checked = match guard {
        Guard::Open(_) => Ok(request),
        Guard::Device => device(&app, request).await.map_err(|r| r.into_response()),
        Guard::Call(_, access) => call(&app, access, request).await.map_err(|f| f.into_response()),
        Guard::Scoped(roles) => scoped(&app, roles, request).await.map_err(|f| f.into_response()),
    };
    match checked {
        Ok(request) => next.run(request).await,
        Err(refused) => refused,
    }
}

async fn device(app: &App, mut request: Request) -> std::result::Result<Request, Refusal> {
    let token = request.headers().get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
    let token = token.and_then(|v| v.strip_prefix("Bearer ")).ok_or(Refusal::session_over())?;
    let token = Digest::of(token.as_bytes());
    let known: Option<(Device, bool)> = app
        .db(move |db| {
            let Some(device) = db.device_session(&token)? else { return Ok(None) };
            let revoked = is_revoked(db, &device.scope, &device.kid)?;
            Ok(Some((device, revoked)))
        })
        .await?;
    // A session ends with the revocation, not when its token would.
    let (device, revoked) = known.ok_or(Refusal::session_over())?;
    if revoked {
        return Err(REVOKED);
    }
    request.extensions_mut().insert(device);
    Ok(request)
}

/// The rule of the whole console: an account with one of the roles in this scope.
fn allow(account: Option<&Account>, roles: &[Role], scope: Option<ScopeId>) -> std::result::Result<ScopeId, Failed> {
    let account = account.ok_or(ErrorCode::NotLoggedIn)?;
    match scope {
        Some(scope) if account.may(roles, &scope) => Ok(scope),
        _ => Err(ErrorCode::NotAllowed.into()),
    }
}

async fn call(app: &App, access: Access, request: Request) -> std::result::Result<Request, Failed> {
    let (mut parts, body) = request.into_parts();
    if !parts.headers.contains_key(CSRF_HEADER) || !same_origin(&parts.headers) {
        return Err(ErrorCode::NotAllowed.into());
    }
    let (account, token) = session(app, &parts.headers).await?;
    if access != Access::Public && account.is_none() {
        return Err(ErrorCode::NotLoggedIn.into());
    }
    let bad = |detail: &str| Failed(ApiError::new(ErrorCode::BadRequest).with("detail", detail));
    let bytes = axum::body::to_bytes(body, MAX_ARGS_BYTES).await.map_err(|_| bad("too long or cut"))?;
    let args: Value = serde_json::from_slice(&bytes).map_err(|_| bad("no JSON"))?;
    if let Access::Roles(roles) = access {
        let scope = args.get("scope").and_then(Value::as_str).and_then(|s| s.parse().ok());
        allow(account.as_ref(), roles, scope)?;
    }
    parts.extensions.insert(Arc::new(Called { account, token, args }));
    Ok(Request::from_parts(parts, Body::empty()))
}

async fn scoped(app: &App, roles: &[Role], request: Request) -> std::result::Result<Request, Failed> {
    let (mut parts, body) = request.into_parts();
    let reads = parts.method == Method::GET || parts.method == Method::HEAD;
    if !reads && (!parts.headers.contains_key(CSRF_HEADER) || !same_origin(&parts.headers)) {
        return Err(ErrorCode::NotAllowed.into());
    }
    let path = RawPathParams::from_request_parts(&mut parts, app).await;
    let path = path.map_err(|_| Failed::from(ErrorCode::NotAllowed))?;
    let scope = path.iter().find(|(name, _)| *name == "scope").and_then(|(_, value)| value.parse().ok());
    let (account, _) = session(app, &parts.headers).await?;
    let scope = allow(account.as_ref(), roles, scope)?;
    parts.extensions.insert(InScope(scope));
    if let Some(account) = account {
        parts.extensions.insert(ByAccount(account));
    }
    Ok(Request::from_parts(parts, body))
}

/// The account of the request's cookie.
async fn session(app: &App, headers: &HeaderMap) -> Result<(Option<Account>, Option<Digest>)> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    let pairs = cookies.flat_map(|v| v.split(';')).filter_map(|p| p.trim().split_once('='));
    let Some(token) = pairs.filter(|(name, _)| *name == COOKIE).map(|(_, v)| Digest::of(v.as_bytes())).next() else {
        return Ok((None, None));
    };
    let account = app.db(move |db| db.console_session(&token)).await?;
    Ok((account, Some(token)))
}

/// A browser names the page's origin with every POST; it must be ours. Programs that are no browsers name none.
fn same_origin(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let host = headers.get(header::HOST).and_then(|h| h.to_str().ok());
    let origin = origin.to_str().ok().and_then(|o| o.split_once("://")).map(|(_, rest)| rest);
    host.is_some() && origin == host
}

impl Guard {
    /// Whether a path has what this guard needs to look at.
    pub(super) fn fits(&self, method: &Method, path: &str) -> std::result::Result<(), Error> {
        let wrong = |what: &str| Err(Error::Folder(format!("{method} {path}: {what}")));
        match self {
            Self::Scoped([]) => wrong("no role may pass"),
            Self::Scoped(_) if !path.contains("{scope}") => wrong("no scope in the path"),
            Self::Call(..) if method != Method::POST => wrong("calls are POST"),
            Self::Open("") => wrong("open without a reason"),
            _ => Ok(()),
        }
    }
}
