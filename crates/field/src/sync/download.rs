//! What a signature needs of a record that was written on another laptop: the record, its statement, the drawn strokes, thumbnails. And
//! what the next visit needs of the last one to its station: thumbnails.
//!
//! The former come for visits that wait for somebody with a key on this laptop or were handed over to it, and only what an entry names;
//! bytes that do not hash to their name are not kept.

use std::collections::BTreeSet;
use std::sync::Arc;

use contract::field::HostEvent;
use domain::PersonId;
use reqwest::{Method, StatusCode};
use seal::Digest;
use seal::keys::Signer as _;
use tracing::info;

use super::http::{Server, accepted, whole};
use crate::core::{Core, Open};
use crate::error::{Error, Result};
use crate::store::BlobKind;

/// Pictures of last visits that one synchronisation fetches; of ten kilobytes each.
const MOST_LAST_PHOTOS: u32 = 500;

/// Fetches what is missing here and has arrived on the server.
pub(super) async fn fetch(core: &Arc<Core>, open: &Arc<Open>, server: &Server) -> Result<()> {
    let here: BTreeSet<_> = core.local_people(open).into_iter().map(|local| local.person).collect();
    // Whether the signatures in their names hold, only the statement shows.
    for id in open.store.sealed_elsewhere()? {
        let Some(visit) = open.store.visit(id)? else { continue };
        let ours = visit.description.team.iter().any(|member| here.contains(&member.person));
        let named = visit.sealed.filter(|_| ours).and_then(|sealed| sealed.statement.sha256.parse().ok());
        let Some(sha256) = named.filter(|sha256| !open.vault.has(sha256)) else {
            continue;
        };
        if let Some(bytes) = blob(server, &sha256).await? {
            keep(open, &sha256, &bytes, BlobKind::Statement)?;
            open.store.transact(|tx| tx.fold(&[id.0]))?;
        }
    }
    of_others(core, open, server, &here).await?;
    last_photos(core, open, server).await
}

/// What is needed to sign or go on with a visit of another laptop.
async fn of_others(core: &Arc<Core>, open: &Arc<Open>, server: &Server, here: &BTreeSet<PersonId>) -> Result<()> {
    let own = open.author.key.public().kid().to_string();
    for visit in open.store.visits_of_others()? {
        let wanted = open.store.visit(visit)?.is_some_and(|visit| {
            let handed = visit.phase().is_open() && visit.lead_device == own && visit.opening.kid != own;
            handed || open.awaits(&visit).iter().any(|person| here.contains(person))
        });
        if !wanted {
            continue;
        }
        let mut arrived = false;
        for missing in open.store.blobs_to_fetch(visit)? {
            let Some(bytes) = blob(server, &missing.sha256).await? else { continue };
            keep(
                open,
                &missing.sha256,
                &bytes,
                if missing.thumb { BlobKind::Thumb } else { BlobKind::Record },
            )?;
            arrived = true;
        }
        if arrived {
            open.store.transact(|tx| tx.fold(&[visit.0]))?;
            info!(%visit, "what another laptop wrote of a visit arrived");
            core.tell(HostEvent::Changed {
                ids: vec![visit.to_string()],
            });
        }
    }
    Ok(())
}

/// Small pictures of the last visit to each station, so that they can be seen at the next one without network; as many as take no long time,
/// and the rest with the next synchronisation.
async fn last_photos(core: &Arc<Core>, open: &Arc<Open>, server: &Server) -> Result<()> {
    let mut arrived = BTreeSet::new();
    for (visit, sha256) in open.store.last_thumbs_to_fetch(&[], MOST_LAST_PHOTOS)? {
        if let Some(bytes) = blob(server, &sha256).await? {
            keep(open, &sha256, &bytes, BlobKind::Thumb)?;
            arrived.insert(visit.to_string());
        }
    }
    if !arrived.is_empty() {
        core.tell(HostEvent::Changed {
            ids: arrived.into_iter().collect(),
        });
    }
    Ok(())
}

/// Keeps bytes that hash to their name.
fn keep(open: &Open, sha256: &Digest, bytes: &[u8], kind: BlobKind) -> Result<()> {
    if Digest::of(bytes) != *sha256 {
        return Err(Error::Confused("bytes that do not hash to their name".into()));
    }
    if kind == BlobKind::Thumb {
        return open.store.transact(|tx| tx.put_thumb(bytes).map(drop));
    }
    open.vault.keep(bytes)?;
    open.store.transact(|tx| tx.put_blob(sha256, bytes.len() as u64, kind))
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
