//! A film under an address of this machine, for a player that knows the network alone: that of WebKitGTK asks neither the window nor its
//! own schemes. One film at a time, under a secret address, for as long as somebody looks at it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use contract::ApiError;
use tokio::sync::watch;
use tracing::warn;
use zeroize::Zeroizing;

use crate::core::{Core, Field, lock};
use crate::error::{Error, Result};
use crate::part::{Original, content_range, wanted};
use crate::phone_page;
use crate::serve::door::{same, secret};

/// Bytes that are read at once.
const PIECE: u64 = 1 << 20;

/// A film that is being played; its address is gone once this is.
pub(crate) struct Playing {
    url: Zeroizing<String>,
    shown: Arc<Shown>,
    stop: watch::Sender<bool>,
}

struct Shown {
    core: Weak<Core>,
    photo: String,
    /// `address:port`, as a request must name it.
    host: String,
    /// The path, which nobody else knows.
    path: Zeroizing<String>,
    open: AtomicBool,
}

impl Field {
    /// Opens an address under which a player gets this film, and closes the one before.
    pub fn play(&self, photo: &str) -> std::result::Result<String, ApiError> {
        Ok(self.0.play(photo)?)
    }

    /// Closes an address; another film that plays by now goes on.
    pub fn end_film(&self, url: &str) {
        let mut playing = lock(&self.0.playing);
        if playing.as_ref().is_some_and(|film| same(&film.url, url)) {
            *playing = None;
        }
    }
}

impl Core {
    fn play(self: &Arc<Self>, photo: &str) -> Result<String> {
        self.original(photo)?;
        let playing = Playing::open(Arc::downgrade(self), photo.to_owned())?;
        let url = playing.url.to_string();
        *lock(&self.playing) = Some(playing);
        Ok(url)
    }
}

impl Playing {
    fn open(core: Weak<Core>, photo: String) -> Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        listener.set_nonblocking(true)?;
        let host = listener.local_addr()?.to_string();
        let path = Zeroizing::new(format!("/{}", secret()?.as_str()));
        let url = Zeroizing::new(format!("http://{host}{}", path.as_str()));
        let shown = Arc::new(Shown {
            core,
            photo,
            host,
            path,
            open: AtomicBool::new(true),
        });
        let (stop, stopped) = watch::channel(false);
        let router = Router::new().fallback(answer).with_state(shown.clone());
        std::thread::Builder::new().name("film".into()).spawn(move || {
            let mut over = stopped.clone();
            let life = async move {
                let _ = over.wait_for(|stop| *stop).await;
            };
            if let Err(error) = phone_page::serve(listener, router, &stopped, life) {
                warn!(%error, "a film could not be played");
            }
        })?;
        Ok(Self { url, shown, stop })
    }
}

impl Drop for Playing {
    fn drop(&mut self) {
        self.shown.open.store(false, Ordering::Release);
        let _ = self.stop.send(true);
    }
}

impl Shown {
    /// Only a GET or HEAD to this very address is answered; all others learn nothing.
    fn is_asked(&self, method: &Method, headers: &HeaderMap, path: &str) -> bool {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let fits = matches!(*method, Method::GET | Method::HEAD) && host == Some(self.host.as_str());
        self.open.load(Ordering::Acquire) && fits && same(path, &self.path)
    }

    /// The film, as long as it may be seen.
    fn original(&self) -> Result<Original> {
        let core = self.core.upgrade().ok_or(Error::NotFound("photo"))?;
        core.original(&self.photo)
    }
}

async fn answer(State(shown): State<Arc<Shown>>, request: Request) -> Response {
    let mut response = if shown.is_asked(request.method(), request.headers(), request.uri().path()) {
        let reading = shown.clone();
        match tokio::task::spawn_blocking(move || reading.original()).await {
            Ok(Ok(original)) => film(shown, original, request.method(), request.headers()),
            _ => StatusCode::NOT_FOUND.into_response(),
        }
    } else {
        StatusCode::NOT_FOUND.into_response()
    };
    phone_page::seclude(response.headers_mut(), "default-src 'none'; frame-ancestors 'none'");
    response
}

/// The film, or the part of it that is asked for, read while it goes.
fn film(shown: Arc<Shown>, original: Original, method: &Method, headers: &HeaderMap) -> Response {
    let total = original.total;
    let range = headers.get(header::RANGE).and_then(|range| range.to_str().ok()).unwrap_or_default();
    let (status, first, len) = match wanted(range, total) {
        None => (StatusCode::OK, 0, total),
        Some(Some((first, len))) => (StatusCode::PARTIAL_CONTENT, first, len),
        Some(None) => (StatusCode::RANGE_NOT_SATISFIABLE, 0, 0),
    };
    let media_type = HeaderValue::from_str(&original.media_type);
    let body = if *method == Method::HEAD {
        Body::empty()
    } else {
        Body::from_stream(pieces(shown, original, first, len))
    };
    let mut response = (status, body).into_response();
    let said = response.headers_mut();
    said.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    said.insert(header::CONTENT_LENGTH, HeaderValue::from(len));
    if let Ok(media_type) = media_type {
        said.insert(header::CONTENT_TYPE, media_type);
    }
    if status != StatusCode::OK
        && let Ok(range) = HeaderValue::from_str(&content_range((len > 0).then_some(first), len, total))
    {
        said.insert(header::CONTENT_RANGE, range);
    }
    response
}

/// Reads on as the player takes it, and breaks off once the address is closed.
fn pieces(shown: Arc<Shown>, original: Original, first: u64, len: u64) -> impl futures::Stream<Item = io::Result<Bytes>> {
    futures::stream::try_unfold((original, first, len), move |(mut original, at, left)| {
        let open = shown.open.load(Ordering::Acquire);
        async move {
            if left == 0 {
                return Ok(None);
            }
            if !open {
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
            let reading = move || original.read(at, left.min(PIECE)).map(|bytes| (bytes, original));
            let (bytes, original) = tokio::task::spawn_blocking(reading).await.map_err(io::Error::other)??;
            let count = bytes.len() as u64;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            Ok(Some((
                Bytes::from(bytes),
                (original, at.saturating_add(count), left.saturating_sub(count)),
            )))
        }
    })
}
