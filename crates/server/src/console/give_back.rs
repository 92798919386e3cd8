//! Returning a visit: the reviewer says what is to be mended, about the record that he saw.

use contract::console::ReturnVisit;
use contract::{ApiError, ErrorCode};
use domain::operation::ReviewReturned;
use domain::{Operation, VisitPhase};
use ledger::ScopeId;

use super::review::gather;
use super::{Answer, packs, screen};
use crate::http::App;
use crate::store::{Account, Said};

/// The most bytes of all comments together; with the rest of the payload they fit into an entry.
const MAX_BYTES: usize = 48 * 1024;

/// Writes the reviewer's words into the server's log.
pub(super) fn give_back(app: &App, scope: &ScopeId, account: &Account, args: &ReturnVisit) -> Answer<()> {
    let refused = |rule: &str| ApiError::new(ErrorCode::Refused).with("rule", rule);
    let bad = |detail: &str| ApiError::new(ErrorCode::BadRequest).with("detail", detail);
    let said = || args.items.iter().map(|one| one.comment.as_str()).chain([args.comment.as_str()]);
    if said().map(str::len).sum::<usize>() > MAX_BYTES {
        return Err(bad("comments"));
    }
    if args.items.iter().any(|one| one.comment.trim().is_empty()) || said().all(|text| text.trim().is_empty()) {
        return Err(refused("no_comment"));
    }
    let returned = app.with_db(|db| {
        let Some(dossier) = gather(db, app.blobs(), scope, args.visit)? else {
            return Ok(Err(ApiError::new(ErrorCode::NotFound)));
        };
        match (dossier.visit.phase(), dossier.sealed()) {
            (VisitPhase::Sealed, Some(sealed)) if sealed.statement.sha256 == args.statement => {}
            (VisitPhase::InProgress | VisitPhase::AwaitingSignature, _) => return Ok(Err(refused("not_sealed"))),
            _ => return Ok(Err(ApiError::new(ErrorCode::ChangedMeanwhile))),
        }
        let pack = packs::find(&dossier.visit.pack);
        let place = |code: &str| pack.and_then(|pack| pack.items.iter().position(|item| item.code == code));
        if pack.is_some() && args.items.iter().any(|one| place(&one.item).is_none()) {
            return Ok(Err(bad("items")));
        }
        let mut items = args.items.clone();
        items.sort_by_key(|one| place(&one.item));
        let said = Said {
            ent: args.visit.0,
            by: Some(account.person.0),
            operation: Operation::ReviewReturned(ReviewReturned {
                statement: args.statement.clone(),
                person: account.person,
                account: account.account.clone(),
                name: account.name.clone(),
                comment: args.comment.clone(),
                items,
                at_ms: db.now_ms(),
            }),
        };
        db.say(scope, &[said])?;
        Ok(Ok(()))
    });
    returned.map_err(screen)??;
    tracing::info!(%scope, visit = %args.visit, account = %account.account, "a visit is returned");
    Ok(())
}
