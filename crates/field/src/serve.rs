//! The browser shell: the same core as behind the window, offered to one browser on this machine.
//!
//! Whoever runs the program is told one address, which lets one browser in, once. From then on that browser has a strict cookie and
//! the name of a path. Cookies know no ports, so another program that listens on this machine may be sent the cookie; the path it is
//! not told. Requests under another host name, or sent by a page from elsewhere, are refused before anything is looked at.

mod calls;
pub(crate) mod door;
mod events;
mod files;
mod page;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use contract::{ApiError, ErrorCode};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower_http::set_header::SetResponseHeaderLayer;
use zeroize::Zeroizing;

use crate::core::Field;
use crate::error::Result;
use crate::os::browser;
use crate::os::files::write_atomic;
use door::Door;
use events::Events;
pub(crate) use files::plain_name;

/// The port that is tried first, so that an address which a browser remembers stays good.
pub const PORT: u16 = 8472;
const DOORMAT: &str = "open.html";
const MOST_ARGUMENT_BYTES: usize = 8 << 20;

/// A core that waits for its browser.
pub struct Serving {
    listener: TcpListener,
    shell: Shell,
    token: Zeroizing<String>,
    stop: watch::Sender<bool>,
}

#[derive(Clone)]
struct Shell(Arc<Inner>);

struct Inner {
    field: Field,
    door: Door,
    events: Events,
}

impl Serving {
    /// Listens on 127.0.0.1; without a port on the usual one, or on any that is free.
    pub async fn listen(field: Field, port: Option<u16>) -> Result<Self> {
        let at = |port| TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        let listener = match port {
            Some(port) => at(port).await?,
            None => match at(PORT).await {
                Ok(listener) => listener,
                Err(_) => at(0).await?,
            },
        };
        let token = door::secret()?;
        let (stop, stopped) = watch::channel(false);
        let shell = Shell(Arc::new(Inner {
            door: Door::new(listener.local_addr()?.port(), token.clone())?,
            events: Events::of(&field, stopped),
            field,
        }));
        Ok(Self {
            listener,
            shell,
            token,
            stop,
        })
    }

    /// The address that lets one browser in, once. It is for the person who runs the program and belongs in no log.
    pub fn address(&self) -> Zeroizing<String> {
        let origin = self.shell.0.door.origin();
        Zeroizing::new(format!("{origin}/#token={}", self.token.as_str()))
    }

    /// Shows the address in the person's browser. It goes there by a file that only this account can read: what stands on a
    /// command line, every account of the machine can read.
    pub fn show(&self) -> Result<()> {
        let page = self.shell.0.field.0.dir.join(DOORMAT);
        let address = self.address();
        let text = Zeroizing::new(format!(
            "<!doctype html><meta charset=\"utf-8\"><title>巡站</title><script>location.replace(\"{}\")</script>",
            address.as_str()
        ));
        write_atomic(&page, text.as_bytes())?;
        Ok(browser::show(&page)?)
    }

    /// The router over everything that can be reached.
    fn router(&self) -> Router {
        let shell = self.shell.clone();
        let inside = Router::new()
            .route("/call/{name}", post(calls::call))
            .route("/events", get(events::events))
            .route("/pictures/{kind}/{*id}", get(files::picture))
            .route("/records/{handle}", get(files::record))
            .layer(DefaultBodyLimit::max(MOST_ARGUMENT_BYTES))
            // A video may be as large as the disk.
            .route("/files", post(files::take).layer(DefaultBodyLimit::disable()))
            .layer(from_fn_with_state(shell.clone(), door::known));
        let always = |name: HeaderName, value: &'static str| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
        let policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; media-src 'self' blob:; \
                      font-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
        Router::new()
            .nest("/s/{key}", inside)
            .route("/session", post(door::enter))
            .route("/", get(page::page))
            .route("/look.js", get(page::look))
            .route("/assets/{*file}", get(page::asset))
            .layer(from_fn_with_state(shell.clone(), door::from_here))
            .layer(always(header::CONTENT_SECURITY_POLICY, policy))
            .layer(always(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .layer(always(header::X_FRAME_OPTIONS, "DENY"))
            .layer(always(header::REFERRER_POLICY, "no-referrer"))
            .layer(always(header::CACHE_CONTROL, "no-store"))
            .layer(always(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
            .layer(always(HeaderName::from_static("cross-origin-resource-policy"), "same-origin"))
            .with_state(shell)
    }

    /// Serves until `asked` is over; open streams of events are ended then, and what was handed in is removed, but for what an
    /// import has not ended with.
    pub async fn until(self, asked: impl Future<Output = ()> + Send + 'static) -> Result<()> {
        let (router, field) = (self.router(), self.shell.0.field.clone());
        let stop = self.stop;
        let asked = async move {
            asked.await;
            let _ = stop.send(true);
        };
        let doormat = self.shell.0.field.0.dir.join(DOORMAT);
        axum::serve(self.listener, router).with_graceful_shutdown(asked).await?;
        let _ = std::fs::remove_file(doormat);
        field.0.clear_incoming()
    }
}

/// An error as the page meets it.
struct Failed(ApiError);

impl<E: Into<ApiError>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        use axum::http::StatusCode;
        let status = match self.0.code {
            ErrorCode::BadRequest => StatusCode::BAD_REQUEST,
            ErrorCode::ShellClosed => StatusCode::UNAUTHORIZED,
            ErrorCode::NotAllowed | ErrorCode::Locked => StatusCode::FORBIDDEN,
            ErrorCode::NotFound | ErrorCode::NoSuchCall => StatusCode::NOT_FOUND,
            ErrorCode::Refused => StatusCode::CONFLICT,
            ErrorCode::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, axum::Json(self.0)).into_response()
    }
}

/// Runs what waits for disk or computes long off the threads that serve.
async fn beside<T: Send + 'static>(work: impl FnOnce() -> std::result::Result<T, ApiError> + Send + 'static) -> std::result::Result<T, Failed> {
    let ended = |error| ApiError::new(ErrorCode::Internal).with("detail", error);
    tokio::task::spawn_blocking(work).await.map_err(ended)?.map_err(Failed)
}

#[cfg(test)]
mod tests;
