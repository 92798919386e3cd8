//! What a signature needs of a record that was written on another laptop: the record, its statement, the drawn strokes, thumbnails.
//!
//! They come for visits that wait for somebody with a key on this laptop, and only what an entry names; bytes that do not hash to their
//! name are not kept.

use std::collections::BTreeSet;
use std::sync::Arc;

use contract::field::HostEvent;
use reqwest::{Method, StatusCode};
use seal::Digest;
use tracing::info;

use super::http::{Server, accepted, whole};
use crate::core::{Core, Open};
use crate::error::{Error, Result};
use crate::store::BlobKind;

/// Fetches what is missing here and has arrived on the server.
pub(super) async fn fetch(core: &Arc<Core>, open: &Arc<Open>, server: &Server) -> Result<()> {
    let here: BTreeSet<_> = core.local_people(open).into_iter().map(|local| local.person).collect();
    for visit in open.store.awaiting_visits()? {
        let waits = open
            .store
            .visit(visit)?
            .is_some_and(|visit| visit.awaits().iter().any(|person| here.contains(person)));
        if !waits {
            continue;
        }
        let mut arrived = false;
        for missing in open.store.blobs_to_fetch(visit)? {
            let Some(bytes) = blob(server, &missing.sha256).await? else { continue };
            if Digest::of(&bytes) != missing.sha256 {
                return Err(Error::Confused("bytes that do not hash to their name".into()));
            }
            let len = bytes.len() as u64;
            if missing.thumb {
                open.store.transact(|tx| tx.put_thumb(&bytes).map(drop))?;
            } else {
                open.vault.keep(&bytes)?;
                open.store.transact(|tx| tx.put_blob(&missing.sha256, len, BlobKind::Record))?;
            }
            arrived = true;
        }
        if arrived {
            info!(%visit, "a record that waits for a signature arrived");
            core.tell(HostEvent::Changed {
                ids: vec![visit.to_string()],
            });
        }
    }
    Ok(())
}

/// The bytes, or none while the server does not have them yet.
async fn blob(server: &Server, sha256: &Digest) -> Result<Option<Vec<u8>>> {
    let request = server.request(Method::GET, &format!("/v1/blobs/{sha256}"))?;
    let response = server.send(request).await?;
    if response.status() == StatusCode::NOT_FOUND {
        return Ok(None);
    }
    Ok(Some(whole(accepted(response).await?).await?))
}
