//! A page for one phone: under one secret address, one PDF, for some minutes. Nothing else can be reached, whatever is asked.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use domain::VisitId;
use tokio::sync::watch;
use tracing::{info, warn};
use zeroize::Zeroizing;

use crate::error::Result;
use crate::phone_page;
use crate::serve::door::{same, secret};
use crate::store::now_ms;

/// How often the PDF can be fetched: phones ask twice, and a colleague wants it too.
pub(super) const MOST_FETCHES: u32 = 5;
const MINUTES: u64 = 10;

/// A PDF that is offered to a phone.
pub(crate) struct Offer {
    url: Zeroizing<String>,
    visit: VisitId,
    until_ms: i64,
    offered: Arc<Offered>,
    stop: watch::Sender<bool>,
}

struct Offered {
    /// `address:port`, as a request must name it.
    host: String,
    token: Zeroizing<String>,
    pdf: Vec<u8>,
    file_name: String,
    fetched: AtomicU32,
    open: AtomicBool,
    /// Whether the first fetching is recorded; held while it is.
    recorded: Mutex<bool>,
    record: Box<dyn Fn() -> Result<()> + Send + Sync>,
    stop: watch::Sender<bool>,
}

impl Offer {
    /// Listens on one address of this machine, on any free port. `record` is called before the PDF is given out for the first time; as
    /// long as it fails nothing is given out.
    pub(super) fn open(
        visit: VisitId,
        address: Ipv4Addr,
        (pdf, file_name): (Vec<u8>, String),
        record: impl Fn() -> Result<()> + Send + Sync + 'static,
    ) -> Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from((address, 0)))?;
        listener.set_nonblocking(true)?;
        let host = listener.local_addr()?.to_string();
        let token = secret()?;
        let (stop, stopped) = watch::channel(false);
        let url = Zeroizing::new(format!("http://{host}/r/{}", token.as_str()));
        let offered = Arc::new(Offered {
            host,
            token,
            pdf,
            file_name,
            fetched: AtomicU32::new(0),
            open: AtomicBool::new(true),
            recorded: Mutex::new(false),
            record: Box::new(record),
            stop: stop.clone(),
        });
        let serving = offered.clone();
        std::thread::Builder::new().name("give".into()).spawn(move || {
            if let Err(error) = serve(listener, &serving, stopped) {
                warn!(%error, "a record could not be offered to a phone");
            }
            serving.open.store(false, Ordering::Release);
            info!("a record is no longer offered to a phone");
        })?;
        let life = i64::try_from(Duration::from_secs(MINUTES.saturating_mul(60)).as_millis()).unwrap_or(i64::MAX);
        Ok(Self {
            url,
            visit,
            until_ms: now_ms().saturating_add(life),
            offered,
            stop,
        })
    }

    pub(super) fn visit(&self) -> VisitId {
        self.visit
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn until_ms(&self) -> i64 {
        self.until_ms
    }

    pub(super) fn fetched(&self) -> u32 {
        self.offered.fetched.load(Ordering::Acquire)
    }

    pub(super) fn left(&self) -> u32 {
        MOST_FETCHES.saturating_sub(self.fetched())
    }

    pub(super) fn is_open(&self) -> bool {
        self.offered.open.load(Ordering::Acquire)
    }

    /// Ends the offer; whoever is fetching has a moment to finish.
    pub(super) fn close(&self) {
        self.offered.open.store(false, Ordering::Release);
        let _ = self.stop.send(true);
    }
}

impl Drop for Offer {
    fn drop(&mut self) {
        self.close();
    }
}

fn serve(listener: TcpListener, offered: &Arc<Offered>, stopped: watch::Receiver<bool>) -> Result<()> {
    let router = Router::new().fallback(answer).with_state(offered.clone());
    let mut over = stopped.clone();
    phone_page::serve(listener, router, &stopped, async {
        let minutes = Duration::from_secs(MINUTES.saturating_mul(60));
        let _ = tokio::time::timeout(minutes, over.wait_for(|stop| *stop)).await;
        let _ = offered.stop.send(true);
    })
}

/// What a request asks for.
enum Asked {
    Page,
    Pdf,
}

impl Offered {
    /// Only a GET to this very address under the secret path asks for anything; all others learn nothing.
    fn asked(&self, method: &Method, headers: &HeaderMap, path: &str) -> Option<Asked> {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        if !self.open.load(Ordering::Acquire) || *method != Method::GET || host != Some(self.host.as_str()) {
            return None;
        }
        let below = path.strip_prefix("/r/")?;
        let (token, file) = below.split_once('/').unwrap_or((below, ""));
        match file {
            _ if !same(token, &self.token) => None,
            "" => Some(Asked::Page),
            "record.pdf" => Some(Asked::Pdf),
            _ => None,
        }
    }

    /// Counts a fetching, and records the first one before anything goes out. None when it was fetched often enough.
    fn take(&self) -> Result<Option<Vec<u8>>> {
        let mut recorded = self.recorded.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if self.fetched.load(Ordering::Acquire) >= MOST_FETCHES {
            return Ok(None);
        }
        if !*recorded {
            (self.record)()?;
            *recorded = true;
        }
        if self.fetched.fetch_add(1, Ordering::AcqRel).saturating_add(1) >= MOST_FETCHES {
            let _ = self.stop.send(true);
        }
        Ok(Some(self.pdf.clone()))
    }

    fn page(&self) -> String {
        let link = format!("/r/{}/record.pdf", self.token.as_str());
        let size_kb = self.pdf.len().div_ceil(1024).to_string();
        PAGE.replace("{link}", &link).replace("{size_kb}", &size_kb)
    }
}

const PAGE: &str = include_str!("page.html");
const BUSY: &str = include_str!("busy.html");

async fn answer(State(offered): State<Arc<Offered>>, request: Request) -> Response {
    let mut response = match offered.asked(request.method(), request.headers(), request.uri().path()) {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(Asked::Page) => Html(offered.page()).into_response(),
        Some(Asked::Pdf) => {
            let taking = offered.clone();
            match tokio::task::spawn_blocking(move || taking.take()).await {
                Ok(Ok(Some(pdf))) => pdf_response(pdf, &offered.file_name),
                Ok(Ok(None)) => StatusCode::NOT_FOUND.into_response(),
                Ok(Err(error)) => {
                    warn!(%error, "a giving away could not be recorded");
                    (StatusCode::SERVICE_UNAVAILABLE, Html(BUSY)).into_response()
                }
                Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            }
        }
    };
    let headers = response.headers_mut();
    // Nothing more is asked for on this connection: it must not hold up the end.
    headers.insert(header::CONNECTION, header::HeaderValue::from_static("close"));
    phone_page::seclude(
        headers,
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    response
}

fn pdf_response(pdf: Vec<u8>, file_name: &str) -> Response {
    // RFC 8187: every byte that is no letter or digit stands as its percent code.
    let encoded: String = file_name
        .bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || byte == b'.' {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect();
    let disposition = format!("attachment; filename=\"record.pdf\"; filename*=UTF-8''{encoded}");
    let kind = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    (kind, Body::from(pdf)).into_response()
}
