//! Stations of the list without a point, with what their photos propose, and registering a proposed point.

use std::collections::BTreeMap;

use contract::stations::{PlaceStation, UnplacedStation};
use contract::{ApiError, ErrorCode};
use domain::place_station::{NotPlaced, PointProposal, place_station, propose_point};
use domain::{Aggregate, Station, StationId, Visit, VisitPhase};
use ledger::ScopeId;

use super::{Answer, screen};
use crate::Result;
use crate::http::App;
use crate::store::{Account, Db, Said};

/// Visits that are read for one station at most, the newest.
const MOST_VISITS: usize = 20;

fn proposals(db: &Db, scope: &ScopeId) -> Result<Vec<(Station, Option<PointProposal>)>> {
    let mut visited: BTreeMap<StationId, Vec<_>> = BTreeMap::new();
    for row in db.visits(scope)? {
        if matches!(row.phase, VisitPhase::Sealed | VisitPhase::Reviewed) {
            visited.entry(row.station).or_default().push((row.started_at_ms, row.visit));
        }
    }
    let mut unplaced = Vec::new();
    for (_, state) in db.aggregates(scope, "station")? {
        let Aggregate::Station(station) = state else { continue };
        if station.proposed || station.position.is_some() {
            continue;
        }
        let mut rows = visited.remove(&station.id).unwrap_or_default();
        rows.sort_unstable();
        let mut visits: Vec<Visit> = Vec::new();
        for (_, visit) in rows.into_iter().rev().take(MOST_VISITS) {
            visits.extend(db.visit(scope, visit)?);
        }
        let proposal = propose_point(&visits);
        unplaced.push((station, proposal));
    }
    Ok(unplaced)
}

/// Stations without a point; those with a proposal first.
pub(super) fn list(app: &App, scope: &ScopeId) -> Answer<Vec<UnplacedStation>> {
    let mut found = app.with_db(|db| proposals(db, scope)).map_err(screen)?;
    found.sort_by_key(|(_, proposal)| proposal.is_none());
    Ok(found
        .into_iter()
        .map(|(station, proposal)| UnplacedStation { station, proposal })
        .collect())
}

/// Registers the point that a station's photos propose.
pub(super) fn place(app: &App, scope: &ScopeId, account: &Account, args: &PlaceStation) -> Answer<()> {
    let placed = app.with_db(|db| {
        let found = proposals(db, scope)?.into_iter().find(|(station, _)| station.id == args.station);
        let (station, proposal) = found.map_or((None, None), |(station, proposal)| (Some(station), proposal));
        let station = match station {
            Some(station) => Some(station),
            // It has a point by now, or never was on the list: that makes two different answers.
            None => match db.aggregate(scope, args.station.0)? {
                Some(Aggregate::Station(station)) => Some(station),
                _ => None,
            },
        };
        let operation = match place_station(station.as_ref(), proposal.as_ref(), args.position) {
            Ok(operation) => operation,
            Err(why) => return Ok(Err(refused(&why))),
        };
        let said = Said {
            ent: args.station.0,
            by: Some(account.person.0),
            operation,
        };
        db.say(scope, &[said])?;
        Ok(Ok(()))
    });
    placed.map_err(screen)??;
    tracing::info!(%scope, station = %args.station, account = %account.account, "a station got its point");
    Ok(())
}

fn refused(why: &NotPlaced) -> ApiError {
    match why {
        NotPlaced::NoStation => ApiError::new(ErrorCode::NotFound),
        NotPlaced::Changed => ApiError::new(ErrorCode::ChangedMeanwhile),
    }
}
