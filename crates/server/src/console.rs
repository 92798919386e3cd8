//! What the console's calls do. Access was checked before: see `http::guard`.

mod approve_station;
mod doubts;
pub(crate) mod enrolment;
mod give_back;
pub(crate) mod hand_paper;
pub(crate) mod lists;
mod login;
pub mod packs;
pub(crate) mod paper;
mod place_station;
pub(crate) mod review;
pub(crate) mod stations;
mod waiting;

use std::cell::RefCell;
use std::collections::BTreeMap;

use contract::console::{
    AcceptVisit, ApproveEnrolment, ConsoleHost, EnrolmentRow, Login, Me, ReturnVisit, ReviewRow, ReviewView, Revision, ScopeArgs, ScopeRow,
    ScopeVisit,
};
use contract::lists::{ListPage, SavedFilter, ScopeFilters, ScopeForgetFilter, ScopeList, ScopeSavedFilter};
use contract::shared::Nothing;
use contract::stations::{
    ApproveStation, ImportStations, PlaceStation, PreviewStations, ProposedStation, ReadStationTable, StationTable, StationsReport, UnplacedStation,
};
use contract::{ApiError, ErrorCode};
use domain::{Aggregate, Role, StationId, VisitPhase};
use ledger::ScopeId;
use seal::Digest;
use zeroize::Zeroizing;

use crate::http::App;
use crate::store::{Account, Db};
use crate::{Error, Result};

/// A console call's answer.
pub(crate) type Answer<T> = std::result::Result<T, ApiError>;

/// What the answer does to the session's cookie.
#[derive(Clone)]
pub(crate) enum CookieChange {
    /// A session began.
    Set {
        /// Its token.
        token: Zeroizing<String>,
        /// How long it lasts, in seconds.
        life_s: i64,
    },
    /// The session ended.
    Clear,
}

/// One call's caller.
pub(crate) struct Caller {
    app: App,
    account: Option<Account>,
    token: Option<Digest>,
    cookie: RefCell<Option<CookieChange>>,
}

/// Maps faults of the server, once.
pub(crate) fn screen(error: Error) -> ApiError {
    crate::http::to_screen(&error)
}

impl Caller {
    pub fn new(app: App, account: Option<Account>, token: Option<Digest>) -> Self {
        Self {
            app,
            account,
            token,
            cookie: RefCell::new(None),
        }
    }

    /// What the call did to the cookie.
    pub fn cookie_change(&self) -> Option<CookieChange> {
        self.cookie.borrow().clone()
    }

    fn account(&self) -> Answer<&Account> {
        self.account.as_ref().ok_or_else(|| ApiError::new(ErrorCode::NotLoggedIn))
    }

    fn db<T>(&self, work: impl FnOnce(&mut Db) -> Result<T>) -> Answer<T> {
        self.app.with_db(work).map_err(screen)
    }

    fn me_of(&self, account: &Account) -> Answer<Me> {
        let mut roles: Vec<Role> = account.grants.iter().map(|g| g.role).collect();
        roles.sort_unstable();
        roles.dedup();
        let mut scopes: Vec<ScopeId> = account.grants.iter().map(|g| g.scope).collect();
        scopes.sort_unstable();
        scopes.dedup();
        let scopes = self.db(|db| {
            let rows = scopes.iter().map(|scope| {
                let county = db.county(scope)?.ok_or(Error::Corrupt("a county is missing"))?;
                Ok(ScopeRow {
                    scope: scope.to_string(),
                    name: county.name,
                    authority_fingerprint: Digest::of(&county.authority_certificate).to_string(),
                })
            });
            rows.collect()
        })?;
        Ok(Me {
            account: account.account.clone(),
            person: account.person,
            name: account.name.clone(),
            roles,
            scopes,
        })
    }
}

/// Reads the scope of checked arguments.
fn scope_of(text: &str) -> Answer<ScopeId> {
    text.parse().map_err(|_| ApiError::new(ErrorCode::NotAllowed))
}

impl ConsoleHost for Caller {
    fn login(&self, args: Login) -> Answer<Me> {
        let (account, token) = login::login(&self.app, &args)?;
        *self.cookie.borrow_mut() = Some(CookieChange::Set {
            token,
            life_s: login::SESSION_LIFE_MS / 1_000,
        });
        self.me_of(&account)
    }

    fn me(&self, _: Nothing) -> Answer<Me> {
        self.me_of(self.account()?)
    }

    fn logout(&self, _: Nothing) -> Answer<Nothing> {
        if let Some(token) = self.token {
            self.db(|db| db.close_console_session(&token))?;
        }
        *self.cookie.borrow_mut() = Some(CookieChange::Clear);
        Ok(Nothing {})
    }

    fn list_visits(&self, args: ScopeArgs) -> Answer<Vec<ReviewRow>> {
        let scope = scope_of(&args.scope)?;
        let (stations, mut visits) = self.db(|db| {
            let all = db.aggregates(&scope, "station")?.into_iter();
            let stations = all.filter_map(|(id, state)| match state {
                Aggregate::Station(station) => Some((StationId(id), station)),
                _ => None,
            });
            Ok((stations.collect::<BTreeMap<_, _>>(), db.visits(&scope)?))
        })?;
        for row in &mut visits {
            if let Some(station) = stations.get(&row.station) {
                row.station_name.clone_from(&station.name);
                row.township.clone_from(&station.township);
                row.station_proposed = station.proposed;
            }
            let items = packs::latest(&row.pack).map_or(0, |pack| pack.items.len());
            row.items = u32::try_from(items).unwrap_or(u32::MAX);
        }
        // What waits for somebody is read whole, one at a time, so that whoever synchronises meanwhile waits for one at most: that list is
        // short however long the others grow.
        let rows = visits.into_iter().map(|row| match row.phase {
            VisitPhase::Returned | VisitPhase::Sealed => self.db(|db| waiting::row(db, &scope, row, &stations)),
            _ => Ok(waiting::plain(row)),
        });
        rows.collect()
    }

    fn visits_revision(&self, args: ScopeArgs) -> Answer<Revision> {
        let scope = scope_of(&args.scope)?;
        let revision = self.db(|db| db.revision(&scope))?;
        Ok(Revision { revision })
    }

    fn list(&self, args: ScopeList) -> Answer<ListPage> {
        lists::page(&self.app, &scope_of(&args.scope)?, &args)
    }

    fn list_filters(&self, args: ScopeFilters) -> Answer<Vec<SavedFilter>> {
        let (scope, account) = (scope_of(&args.scope)?, self.account()?);
        self.db(|db| db.filters(&scope, &account.account, args.list))
    }

    fn save_filter(&self, args: ScopeSavedFilter) -> Answer<Vec<SavedFilter>> {
        let (scope, account) = (scope_of(&args.scope)?, self.account()?);
        let text = args.filter.to_text();
        let text = text.ok_or_else(|| ApiError::new(ErrorCode::BadRequest).with("detail", "filter"))?;
        let saved = self.db(|db| db.save_filter(&scope, &account.account, &args.filter, &text))?;
        saved.ok_or_else(|| ApiError::new(ErrorCode::Refused).with("rule", "too_many_filters"))
    }

    fn forget_filter(&self, args: ScopeForgetFilter) -> Answer<Vec<SavedFilter>> {
        let (scope, account) = (scope_of(&args.scope)?, self.account()?);
        self.db(|db| db.forget_filter(&scope, &account.account, args.list, &args.name))
    }

    fn get_visit(&self, args: ScopeVisit) -> Answer<ReviewView> {
        review::view(&self.app, &scope_of(&args.scope)?, args.visit)
    }

    fn accept_visit(&self, args: AcceptVisit) -> Answer<ReviewView> {
        let scope = scope_of(&args.scope)?;
        review::accept(&self.app, &scope, self.account()?, &args)?;
        review::view(&self.app, &scope, args.visit)
    }

    fn return_visit(&self, args: ReturnVisit) -> Answer<ReviewView> {
        let scope = scope_of(&args.scope)?;
        give_back::give_back(&self.app, &scope, self.account()?, &args)?;
        review::view(&self.app, &scope, args.visit)
    }

    fn list_enrolments(&self, args: ScopeArgs) -> Answer<Vec<EnrolmentRow>> {
        enrolment::list(&self.app, &scope_of(&args.scope)?)
    }

    fn approve_enrolment(&self, args: ApproveEnrolment) -> Answer<Vec<EnrolmentRow>> {
        let scope = scope_of(&args.scope)?;
        enrolment::approve(&self.app, &scope, self.account()?, &args)?;
        enrolment::list(&self.app, &scope)
    }

    fn read_station_table(&self, args: ReadStationTable) -> Answer<StationTable> {
        stations::read_again(&self.app, &scope_of(&args.scope)?, self.account()?, &args)
    }

    fn preview_stations(&self, args: PreviewStations) -> Answer<StationsReport> {
        stations::preview(&self.app, &scope_of(&args.scope)?, self.account()?, &args)
    }

    fn import_stations(&self, args: ImportStations) -> Answer<StationsReport> {
        stations::import(&self.app, &scope_of(&args.scope)?, self.account()?, &args)
    }

    fn list_proposed_stations(&self, args: ScopeArgs) -> Answer<Vec<ProposedStation>> {
        approve_station::list(&self.app, &scope_of(&args.scope)?)
    }

    fn approve_station(&self, args: ApproveStation) -> Answer<Vec<ProposedStation>> {
        let scope = scope_of(&args.scope)?;
        approve_station::approve(&self.app, &scope, self.account()?, &args)?;
        approve_station::list(&self.app, &scope)
    }

    fn list_unplaced_stations(&self, args: ScopeArgs) -> Answer<Vec<UnplacedStation>> {
        place_station::list(&self.app, &scope_of(&args.scope)?)
    }

    fn place_station(&self, args: PlaceStation) -> Answer<Vec<UnplacedStation>> {
        let scope = scope_of(&args.scope)?;
        place_station::place(&self.app, &scope, self.account()?, &args)?;
        place_station::list(&self.app, &scope)
    }
}
