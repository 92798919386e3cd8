//! What was begun by mistake: a visit is aborted or moved to the right station, with a reason, before it is sealed. And what the
//! county does not know yet: a station that is put to use at once and marked 未核准.

use contract::field::{AbortVisit, ProposeStation, ReaimVisit, StationRow, VisitView};
use domain::decide::{Command, Refusal};
use domain::operation::{VisitAborted, VisitReaimed};
use domain::{Operation, Station, StationId, Visit};
use seal::keys::Signer;
use uuid::Uuid;

use crate::core::{Core, Open};
use crate::error::{Error, Result};

impl Core {
    /// Ends a visit without a record. What was typed and never recorded is dropped; everything recorded stays in the log.
    pub(crate) fn abort_visit(&self, args: AbortVisit) -> Result<VisitView> {
        let (open, _) = self.unlocked()?;
        self.change(args.visit, |tx, visit| {
            lead_only(&open, visit)?;
            tx.drop_drafts(args.visit)?;
            Ok(Some(Command::Abort(VisitAborted { reason: args.reason })))
        })
    }

    pub(crate) fn reaim_visit(&self, args: ReaimVisit) -> Result<VisitView> {
        let (open, _) = self.unlocked()?;
        let station = open.store.station(args.station)?.ok_or(Error::NotFound("station"))?;
        self.change(args.visit, |_, visit| {
            lead_only(&open, visit)?;
            Ok(Some(Command::Reaim(VisitReaimed {
                station: station.id,
                position: station.position,
                reason: args.reason,
            })))
        })
    }

    pub(crate) fn propose_station(&self, args: ProposeStation) -> Result<StationRow> {
        let (open, by) = self.unlocked()?;
        let typed = |text: String| text.trim().to_owned();
        let station = Station {
            id: StationId(Uuid::now_v7()),
            name: typed(args.name),
            township: typed(args.township),
            village: typed(args.village),
            address: typed(args.address),
            manager: typed(args.manager),
            position: None,
            code: None,
            phone: None,
            proposed: true,
        };
        if station.name.is_empty() || station.township.is_empty() || station.village.is_empty() {
            return Err(Error::Rule("station_name"));
        }
        let operation = Operation::StationProposed(station.clone());
        open.store
            .transact(|tx| tx.author(&open.author, station.id.0, Some(by), &operation).map(drop))?;
        Ok(StationRow {
            station,
            last_visit_ms: None,
            open_visit: None,
        })
    }
}

/// Only the laptop that leads a visit closes, moves or gives it; another one would be refused wherever its entry arrives.
pub(crate) fn lead_only(open: &Open, visit: &Visit) -> Result<()> {
    if visit.lead_device == open.author.key.public().kid().to_string() {
        Ok(())
    } else {
        Err(Refusal::NotTheLead.into())
    }
}
