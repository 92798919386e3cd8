//! Visits in the list that wait for somebody: for a review, with what deserves a second look, or to be mended.

use std::collections::BTreeMap;

use contract::console::ReviewRow;
use contract::shared::{ReturnedNote, VisitRow};
use domain::{Station, StationId, VisitPhase};
use ledger::ScopeId;

use super::{doubts, packs};
use crate::Result;
use crate::store::Db;

/// A visit that waits for nobody here.
pub(super) fn plain(row: VisitRow) -> ReviewRow {
    ReviewRow {
        row,
        seal_id: None,
        doubts: None,
    }
}

/// A visit with its doubts and the seal that they are about, or with what it was returned for.
pub(super) fn row(db: &Db, scope: &ScopeId, mut row: VisitRow, stations: &BTreeMap<StationId, Station>) -> Result<ReviewRow> {
    let Some(visit) = db.visit(scope, row.visit)? else {
        return Ok(plain(row));
    };
    if row.phase == VisitPhase::Returned {
        row.returned = ReturnedNote::of(&visit);
    }
    if row.phase != VisitPhase::Sealed {
        return Ok(plain(row));
    }
    let remarks = doubts::remarks(db, scope, &visit, packs::find(&visit.pack), stations.get(&row.station))?;
    Ok(ReviewRow {
        row,
        seal_id: visit.standing_record().map(|(sealed, ..)| sealed.statement.sha256.clone()),
        doubts: Some(doubts::doubts(&visit, &remarks)),
    })
}
