//! The printed record of a visit, from what arrived here.

use std::collections::BTreeMap;

use contract::{ApiError, ErrorCode};
use domain::{PhotoId, VisitId};
use ledger::{Header, ScopeId};
use papers::{RecordInput, SealShown, SignatureShown, SignatureStanding, record_f11};

use super::{Answer, hand_paper, review, screen};
use crate::http::App;

/// F11 as PDF, marked 副本. Not found until the sealed record has arrived.
pub(crate) fn record_pdf(app: &App, scope: &ScopeId, visit: VisitId) -> Answer<Vec<u8>> {
    let not_found = || ApiError::new(ErrorCode::NotFound);
    let dossier = app
        .with_db(|db| review::gather(db, app.blobs(), scope, visit))
        .map_err(screen)?
        .ok_or_else(not_found)?;
    let record = dossier.sound_record().ok_or_else(not_found)?;
    let sealed = dossier.sealed().ok_or_else(not_found)?;
    let sealed_at = dossier.entries.iter().find(|e| dossier.is_sealing(e));
    let sealed_at = sealed_at
        .and_then(|e| Header::parse(&e.frame.header).ok())
        .map_or(record.written_at_ms, |h| h.ts);
    let signatures: Vec<SignatureShown> = dossier
        .signatures
        .iter()
        .filter(|s| dossier.statement.as_deref().is_some_and(|statement| s.holds(statement)))
        .map(|s| {
            let org = record.team.iter().find(|m| m.person == s.signed.person).map(|m| m.org.clone());
            SignatureShown {
                name: s.signed.name.clone(),
                org: org.unwrap_or_default(),
                at_ms: s.header.ts,
                kid: s.signed.kid.clone(),
                standing: match dossier.statement.as_deref().is_some_and(|statement| s.holds(statement)) {
                    true if s.is_certified(&dossier.authority, scope) => SignatureStanding::Certified,
                    true => SignatureStanding::Pending,
                    false => SignatureStanding::Broken,
                },
            }
        })
        .collect();
    let mut pictures: BTreeMap<PhotoId, Vec<u8>> = BTreeMap::new();
    for photo in &record.photos {
        let thumbnail = photo.thumbnail.as_ref().and_then(|t| t.sha256.parse().ok());
        // A thumbnail that has not arrived prints 暂无预览.
        if let Some(bytes) = thumbnail.and_then(|sha256| app.blobs().read_small(scope, &sha256).ok().flatten()) {
            pictures.insert(photo.photo, bytes);
        }
    }
    for page in dossier.visit.pages() {
        let thumbnail = page.thumbnail.as_ref().and_then(|t| t.sha256.parse().ok());
        if let Some(bytes) = thumbnail.and_then(|sha256| app.blobs().read_small(scope, &sha256).ok().flatten()) {
            pictures.insert(page.photo, bytes);
        }
    }
    let papers = app.with_db(|db| hand_paper::shown(db, scope, &dossier)).map_err(screen)?;
    let strokes = dossier.strokes();
    let input = RecordInput {
        record: &record,
        seal: Some(SealShown {
            id: &sealed.statement.sha256,
            at_ms: sealed_at,
        }),
        signatures: &signatures,
        authority_name: dossier.authority.name(),
        authority_sha256: &dossier.authority.fingerprint().to_string(),
        strokes: strokes.as_ref(),
        hand_strokes: &dossier.hand_strokes,
        pictures: &pictures,
        papers: &papers,
        copy: true,
    };
    record_f11(&input).map_err(|error| ApiError::new(ErrorCode::PaperFailed).with("detail", error))
}
