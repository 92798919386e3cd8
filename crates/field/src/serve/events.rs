//! `GET /s/{key}/events`: what the host tells without being asked, as server-sent events.

use std::convert::Infallible;

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures::Stream;
use tokio::sync::{broadcast, watch};

use super::Shell;
use crate::core::Field;

/// A page that is so far behind has its stream ended, and its browser opens another.
const MOST_UNREAD: usize = 4096;

/// The core's events for every open page.
pub(super) struct Events {
    sender: broadcast::Sender<String>,
    stopped: watch::Receiver<bool>,
}

impl Events {
    pub(super) fn of(field: &Field, stopped: watch::Receiver<bool>) -> Self {
        let sender = broadcast::Sender::new(MOST_UNREAD);
        let tell = sender.clone();
        field.subscribe(move |event| {
            if let Ok(text) = serde_json::to_string(&event) {
                // Nobody listening is no fault: a page reads everything when it opens.
                let _ = tell.send(text);
            }
        });
        Self { sender, stopped }
    }

    fn stream(&self) -> impl Stream<Item = Result<Event, Infallible>> + use<> {
        let start = (self.sender.subscribe(), self.stopped.clone());
        futures::stream::unfold(start, |(mut events, mut stopped)| async move {
            let text = tokio::select! {
                text = events.recv() => text.ok()?,
                _ = stopped.wait_for(|stopped| *stopped) => return None,
            };
            Some((Ok(Event::default().data(text)), (events, stopped)))
        })
    }
}

/// Streams until the page or the program ends.
pub(super) async fn events(State(shell): State<Shell>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    Sse::new(shell.0.events.stream()).keep_alive(KeepAlive::default())
}
