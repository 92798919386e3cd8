//! Stations that laptops put to use (未核准): what waits for the county, and approving one.

use std::collections::BTreeMap;

use contract::stations::{ApproveStation, ProposedStation};
use contract::{ApiError, ErrorCode};
use domain::approve_station::{NotApproved, approve_station};
use domain::{Aggregate, Station, StationId};
use ledger::ScopeId;

use super::{Answer, screen};
use crate::Result;
use crate::http::App;
use crate::store::{Account, Db, Said};

/// The longest text of one field.
const MAX_CHARS: usize = 120;

fn stations(db: &Db, scope: &ScopeId) -> Result<Vec<Station>> {
    let all = db.aggregates(scope, "station")?.into_iter();
    Ok(all
        .filter_map(|(_, state)| match state {
            Aggregate::Station(station) => Some(station),
            _ => None,
        })
        .collect())
}

/// What waits, with what speaks for and against it.
pub(super) fn list(app: &App, scope: &ScopeId) -> Answer<Vec<ProposedStation>> {
    let listed = app.with_db(|db| {
        let all = stations(db, scope)?;
        let mut visits: BTreeMap<StationId, u32> = BTreeMap::new();
        for row in db.visits(scope)? {
            let count = visits.entry(row.station).or_default();
            *count = count.saturating_add(1);
        }
        let alike = |one: &Station| {
            let same =
                |other: &&Station| !other.proposed && other.township == one.township && (other.name == one.name || other.village == one.village);
            all.iter().filter(same).map(|other| other.name.clone()).collect()
        };
        Ok(all
            .iter()
            .filter(|one| one.proposed)
            .map(|one| ProposedStation {
                visits: visits.get(&one.id).copied().unwrap_or_default(),
                alike: alike(one),
                station: one.clone(),
            })
            .collect())
    });
    listed.map_err(screen)
}

/// Registers a proposed station as the administrator typed it, under the proposal's id.
pub(super) fn approve(app: &App, scope: &ScopeId, account: &Account, args: &ApproveStation) -> Answer<()> {
    let wanted = &args.station;
    let texts = [&wanted.name, &wanted.township, &wanted.village, &wanted.address, &wanted.manager];
    let unfit = |text: &String| text.chars().count() > MAX_CHARS || text.contains(char::is_control);
    if texts.into_iter().chain(&wanted.code).chain(&wanted.phone).any(unfit) {
        return Err(ApiError::new(ErrorCode::BadRequest).with("detail", "text"));
    }
    let approved = app.with_db(|db| {
        let all = stations(db, scope)?;
        let known = all.iter().find(|one| one.id == wanted.id);
        let operation = match approve_station(known, &all, wanted.clone()) {
            Ok(operation) => operation,
            Err(why) => return Ok(Err(refused(&why))),
        };
        let said = Said {
            ent: wanted.id.0,
            by: Some(account.person.0),
            operation,
        };
        db.say(scope, &[said])?;
        Ok(Ok(()))
    });
    approved.map_err(screen)??;
    tracing::info!(%scope, station = %wanted.id, account = %account.account, "a proposed station is approved");
    Ok(())
}

fn refused(why: &NotApproved) -> ApiError {
    match why {
        NotApproved::NoStation => ApiError::new(ErrorCode::NotFound),
        NotApproved::OnTheList => ApiError::new(ErrorCode::ChangedMeanwhile),
        NotApproved::NameMissing => ApiError::new(ErrorCode::NameMissing),
        NotApproved::CodeTaken(name) => ApiError::new(ErrorCode::Refused).with("rule", "code_taken").with("name", name),
    }
}
