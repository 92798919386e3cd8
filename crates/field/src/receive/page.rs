//! The page and its calls: one secret address, one phone. Whatever else is asked for is not there.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};
use std::time::Duration;

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use axum::{Json, Router};
use contract::field::{FromPhone, ImportOutcome};
use domain::VisitId;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::watch;
use tracing::{info, warn};
use zeroize::Zeroizing;

use super::desk::{Desk, Next, Stage};
use crate::error::{Error, Result};
use crate::phone_page;
use crate::serve::door::{same, secret};
use crate::store::now_ms;

const LOOK: Duration = Duration::from_secs(5);
/// The largest piece; the page sends 1 MiB.
const MOST_PIECE_BYTES: usize = 4 << 20;
const COOKIE: &str = "xunzhan_phone";
const PAGE: &str = include_str!("phone.html");
const SCRIPT: &str = include_str!("phone.js");
/// What everybody is told who opens it after the first.
const TAKEN: &str = include_str!("taken.html");

/// A page that takes photos from one phone.
pub(crate) struct Reception {
    url: Zeroizing<String>,
    visit: VisitId,
    counter: Arc<Counter>,
    stop: watch::Sender<bool>,
}

struct Counter {
    /// `address:port`, as a request must name it.
    host: String,
    token: Zeroizing<String>,
    /// What the browser carries that opened the page first, and no other.
    cookie: Zeroizing<String>,
    claimed: AtomicBool,
    /// How often somebody else tried to open it.
    others: AtomicU32,
    open: AtomicBool,
    used_ms: AtomicI64,
    desk: Desk,
}

#[derive(Deserialize)]
struct Named {
    name: String,
    size: u64,
    modified_ms: i64,
}

/// The digest of so many of a file's first bytes.
#[derive(Deserialize)]
struct Compared {
    bytes: u64,
    sha256: String,
}

impl Reception {
    /// Listens on one address of this machine, on any free port. It closes itself when its phone asked for nothing for `idle`.
    pub(super) fn open(visit: VisitId, address: Ipv4Addr, idle: Duration, desk: Desk) -> Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from((address, 0)))?;
        listener.set_nonblocking(true)?;
        let host = listener.local_addr()?.to_string();
        let token = secret()?;
        let url = Zeroizing::new(format!("http://{host}/u/{}", token.as_str()));
        let counter = Arc::new(Counter {
            host,
            token,
            cookie: secret()?,
            claimed: AtomicBool::new(false),
            others: AtomicU32::new(0),
            open: AtomicBool::new(true),
            used_ms: AtomicI64::new(now_ms()),
            desk,
        });
        let (stop, stopped) = watch::channel(false);
        let (serving, ending) = (counter.clone(), stop.clone());
        std::thread::Builder::new().name("receive".into()).spawn(move || {
            if let Err(error) = serve(listener, &serving, stopped, &ending, idle) {
                warn!(%error, "photos could not be taken from a phone");
            }
            serving.open.store(false, Ordering::Release);
            info!("photos are no longer taken from a phone");
        })?;
        Ok(Self { url, visit, counter, stop })
    }

    pub(super) fn visit(&self) -> VisitId {
        self.visit
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn is_open(&self) -> bool {
        self.counter.open.load(Ordering::Acquire)
    }

    pub(super) fn is_claimed(&self) -> bool {
        self.counter.claimed.load(Ordering::Acquire)
    }

    pub(super) fn others(&self) -> u32 {
        self.counter.others.load(Ordering::Acquire)
    }

    pub(super) fn files(&self) -> Vec<FromPhone> {
        self.counter.desk.files()
    }

    /// Ends it; a piece that is under way has a moment to finish.
    pub(super) fn close(&self) {
        self.counter.open.store(false, Ordering::Release);
        let _ = self.stop.send(true);
    }
}

impl Drop for Reception {
    fn drop(&mut self) {
        self.close();
    }
}

fn serve(listener: TcpListener, counter: &Arc<Counter>, stopped: watch::Receiver<bool>, stop: &watch::Sender<bool>, idle: Duration) -> Result<()> {
    let router = Router::new().fallback(answer).with_state(counter.clone());
    let mut over = stopped.clone();
    phone_page::serve(listener, router, &stopped, async {
        // By the clock on the wall: a laptop that slept with the page open finds it over.
        while let Some(left) = counter.left(idle) {
            if tokio::time::timeout(left.min(LOOK), over.wait_for(|stop| *stop)).await.is_ok() {
                break;
            }
        }
        counter.open.store(false, Ordering::Release);
        let _ = stop.send(true);
    })
}

async fn answer(State(counter): State<Arc<Counter>>, request: Request) -> Response {
    let mut response = counter.answer(request).await;
    phone_page::seclude(
        response.headers_mut(),
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    response
}

impl Counter {
    /// How much longer the page lives if nobody uses it.
    fn left(&self, idle: Duration) -> Option<Duration> {
        let unused = now_ms().saturating_sub(self.used_ms.load(Ordering::Acquire));
        let unused = Duration::from_millis(u64::try_from(unused).unwrap_or_default());
        idle.checked_sub(unused).filter(|left| !left.is_zero())
    }

    /// Only requests to this very address, from its own page, under the secret path ask for anything; all others learn nothing.
    async fn answer(self: &Arc<Self>, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let base = format!("/u/{}", self.token.as_str());
        let (token, below) = match parts.uri.path().strip_prefix("/u/") {
            Some(rest) => rest.split_once('/').unwrap_or((rest, "")),
            None => return StatusCode::NOT_FOUND.into_response(),
        };
        if !self.open.load(Ordering::Acquire) || !same(token, &self.token) || !self.is_own(&parts.headers) {
            return StatusCode::NOT_FOUND.into_response();
        }
        let opens = parts.method == Method::GET && below.is_empty();
        let admitted = self.is_known(&parts.headers) || (opens && self.claim());
        if !admitted {
            return if opens { self.refuse() } else { StatusCode::FORBIDDEN.into_response() };
        }
        self.used_ms.store(now_ms(), Ordering::Release);
        match (&parts.method, below.strip_prefix("files").map(|rest| rest.trim_start_matches('/'))) {
            (&Method::GET, None) if opens => self.page(&base),
            (&Method::GET, None) if below == "page.js" => ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT).into_response(),
            (&Method::POST, Some(id)) => {
                let Ok(bytes) = to_bytes(body, 16 << 10).await else {
                    return StatusCode::BAD_REQUEST.into_response();
                };
                let id = id.to_owned();
                self.told(move |counter| counter.named(&id, &bytes)).await
            }
            (&Method::PATCH, Some(id)) => {
                let offset = parts
                    .headers
                    .get("upload-offset")
                    .and_then(|v| v.to_str().ok())
                    .and_then(|v| v.parse().ok());
                let (Some(offset), Ok(piece)) = (offset, to_bytes(body, MOST_PIECE_BYTES).await) else {
                    return StatusCode::BAD_REQUEST.into_response();
                };
                let id = id.to_owned();
                self.told(move |counter| counter.piece(&id, offset, &piece)).await
            }
            (&Method::GET, Some(id)) => {
                let id = id.to_owned();
                self.told(move |counter| Ok(stage(&counter.desk.stage(&id)?))).await
            }
            _ => StatusCode::NOT_FOUND.into_response(),
        }
    }

    /// Binds the page to who asks, unless somebody was faster.
    fn claim(&self) -> bool {
        !self.claimed.swap(true, Ordering::AcqRel)
    }

    /// Whoever opens the page after the first learns why it is closed to them, and the laptop's dialog says that they tried.
    fn refuse(&self) -> Response {
        self.others.fetch_add(1, Ordering::AcqRel);
        (StatusCode::FORBIDDEN, Html(TAKEN)).into_response()
    }

    fn page(&self, base: &str) -> Response {
        let mut response = Html(PAGE.replace("{base}", base)).into_response();
        let cookie = format!("{COOKIE}={}; Path={base}; HttpOnly; SameSite=Strict; Max-Age=7200", self.cookie.as_str());
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().insert(header::SET_COOKIE, cookie);
        }
        response
    }

    /// Whether a request was made to this address, and by no page from elsewhere.
    fn is_own(&self, headers: &HeaderMap) -> bool {
        let text = |name| headers.get(name).and_then(|v: &HeaderValue| v.to_str().ok());
        let origin = text(header::ORIGIN).is_none_or(|origin| origin.strip_prefix("http://") == Some(self.host.as_str()));
        origin && text(header::HOST) == Some(self.host.as_str())
    }

    fn is_known(&self, headers: &HeaderMap) -> bool {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut ours = cookies
            .flat_map(|line| line.split(';'))
            .filter_map(|one| one.trim().strip_prefix(COOKIE)?.strip_prefix('='));
        ours.any(|value| same(value, &self.cookie))
    }

    /// A file is named, or the digest of what the laptop may have of one.
    fn named(self: &Arc<Self>, id: &str, bytes: &[u8]) -> Result<Value> {
        let next = if id.is_empty() {
            let named: Named = serde_json::from_slice(bytes).map_err(|_| Error::NotFound("file"))?;
            self.desk.begin(&named.name, named.size, named.modified_ms)?
        } else {
            let compared: Compared = serde_json::from_slice(bytes).map_err(|_| Error::NotFound("digest"))?;
            let next = self.desk.compare(id, compared.bytes, &compared.sha256)?;
            self.store_if_whole(id)?;
            next
        };
        Ok(match next {
            Next::At(id, offset) => json!({"id": id, "offset": offset}),
            Next::Compare(id, bytes) => json!({"id": id, "compare": bytes}),
            Next::Refused(reason) => json!({"reason": reason}),
        })
    }

    /// Stores a piece.
    fn piece(self: &Arc<Self>, id: &str, offset: u64, piece: &[u8]) -> Result<Value> {
        let here = match self.desk.append(id, offset, piece) {
            Err(error) if error.disk_full() => return Ok(json!({"reason": "disk_full"})),
            other => other?,
        };
        self.store_if_whole(id)?;
        Ok(json!({"offset": here}))
    }

    /// Has a file taken in of which all is here; that is not waited for.
    fn store_if_whole(self: &Arc<Self>, id: &str) -> Result<()> {
        if matches!(self.desk.stage(id)?, Stage::Checking) {
            let (counter, id) = (self.clone(), id.to_owned());
            std::thread::Builder::new().name("from-phone".into()).spawn(move || {
                if let Err(error) = counter.desk.store(&id) {
                    warn!(%error, "a file from a phone is gone");
                }
            })?;
        }
        Ok(())
    }

    /// Does what touches the disk beside the server's own thread, and answers with what it says.
    async fn told(self: &Arc<Self>, act: impl FnOnce(&Arc<Self>) -> Result<Value> + Send + 'static) -> Response {
        let counter = self.clone();
        match tokio::task::spawn_blocking(move || act(&counter)).await {
            Ok(Ok(said)) => Json(said).into_response(),
            Ok(Err(Error::NotFound(_))) => StatusCode::BAD_REQUEST.into_response(),
            Ok(Err(error)) => {
                warn!(%error, "a phone could not be answered");
                StatusCode::SERVICE_UNAVAILABLE.into_response()
            }
            Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        }
    }
}

fn stage(stage: &Stage) -> Value {
    match stage {
        Stage::Asked(_) | Stage::Arriving => json!({"state": "arriving"}),
        Stage::Checking => json!({"state": "checking"}),
        Stage::Done(stored) => {
            let state = match stored.outcome {
                ImportOutcome::Taken => "taken",
                ImportOutcome::Duplicate => "duplicate",
                ImportOutcome::Refused => "refused",
            };
            json!({"state": state, "reason": stored.reason, "missing": stored.missing})
        }
    }
}
