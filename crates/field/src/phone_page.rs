//! A page for one phone beside this laptop: served by a thread of its own for as long as it lives, seen and kept by nobody else.

use std::net::TcpListener;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, header};
use tokio::sync::watch;

use crate::error::Result;

/// How long a request that is under way may go on after the end.
const GRACE: Duration = Duration::from_secs(3);

/// Answers until `stopped` is told, or until `life` is over; `life` says so to whoever holds the page.
pub(crate) fn serve(listener: TcpListener, router: Router, stopped: &watch::Receiver<bool>, life: impl Future<Output = ()>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut ended = stopped.clone();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let serving = axum::serve(listener, router).with_graceful_shutdown(async move {
            let _ = ended.wait_for(|stop| *stop).await;
        });
        let ending = async {
            life.await;
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            served = serving.into_future() => served?,
            () = ending => {}
        }
        Ok(())
    })
}

/// Keeps an answer out of caches, frames and the addresses that other pages learn. `content` says what the page may load.
pub(crate) fn seclude(headers: &mut HeaderMap, content: &'static str) {
    let always = [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::CONTENT_SECURITY_POLICY, content),
    ];
    for (name, value) in always {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
