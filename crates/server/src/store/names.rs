//! Which operations name which bytes: a device may only bring, and only ask for, what an entry of its scope names.

use domain::Operation;
use domain::operation::{BlobRef, Countersign};
use ledger::ScopeId;
use rusqlite::{Connection, params};
use seal::Digest;
use uuid::Uuid;

use super::index::number;
use crate::Result;

/// The blobs that an operation names, each with the part that it plays.
fn named(operation: &Operation) -> Vec<(&'static str, &BlobRef)> {
    match operation {
        Operation::PhotoAttached(photo) => {
            let thumbnail = photo.thumbnail.iter().map(|blob| ("thumbnail", blob));
            thumbnail.chain([("original", &photo.original)]).collect()
        }
        Operation::PaperAttached(attached) => {
            let pages = attached.paper.pages.iter();
            let parts = pages.flat_map(|page| {
                page.thumbnail
                    .iter()
                    .map(|blob| ("thumbnail", blob))
                    .chain([("original", &page.original)])
            });
            parts.collect()
        }
        Operation::VisitCountersigned(Countersign::Signed { strokes, .. }) => vec![("strokes", strokes)],
        Operation::VisitHandSigned(signed) => signed.strokes.iter().map(|strokes| ("strokes", strokes)).collect(),
        Operation::VisitSealed(sealed) => vec![("record", &sealed.record), ("statement", &sealed.statement)],
        _ => Vec::new(),
    }
}

/// Remembers what an operation names. A digest that is no digest names nothing.
pub(super) fn remember(conn: &Connection, scope: &ScopeId, ent: Uuid, operation: &Operation) -> Result<()> {
    for (part, blob) in named(operation) {
        let Ok(sha256) = blob.sha256.parse::<Digest>() else { continue };
        conn.prepare_cached("INSERT OR IGNORE INTO blob_named (scope, sha256, ent, part, size_bytes) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![scope.as_bytes(), sha256.as_bytes(), ent.as_bytes(), part, number(blob.len)])?;
    }
    Ok(())
}
