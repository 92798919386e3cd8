//! The inbox: photos that came in without a visit, what is proposed for each, and their way into visits.

use std::collections::BTreeMap;

use contract::ApiError;
use contract::field::{AssignPhotos, Assigned, Assignment, Inbox, InboxPhoto, NotAssigned, PutAside};
use domain::decide::{Command, Refusal, decide};
use domain::inbox::{Candidate, Waiting as Timed, bursts, propose};
use domain::station::Position;
use domain::worth::taken_ms;
use domain::{PersonId, StationId, Visit, VisitId, VisitPhase};

use crate::core::{Core, Open};
use crate::error::{Error, Result};
use crate::store::{Tx, Waiting, now_ms};

/// Assignments of one call at most.
const MOST: usize = 1_000;
/// A visit that nobody has ended yet may go on for so long without a step, ms.
const WORKING_DAY_MS: i64 = 8 * 60 * 60_000;

impl Core {
    pub(crate) fn list_inbox(&self) -> Result<Inbox> {
        let (open, by) = self.unlocked()?;
        let mut visits = self.visits()?;
        visits.retain(|row| row.phase.is_open());
        let utc_offset_min = chrono::Local::now().offset().local_minus_utc() / 60;
        let mut waiting = open.store.waiting_for(by)?;
        waiting.sort_by_cached_key(|one| {
            let taken = taken_ms(&one.attached.meta, utc_offset_min);
            (taken.is_none(), taken, one.attached.photo)
        });
        let mut candidates = Vec::new();
        for row in &visits {
            if let Some(visit) = open.store.visit(row.visit)? {
                candidates.push(self.candidate(&open, &visit)?);
            }
        }
        let all = open.store.stations("")?;
        let names: BTreeMap<StationId, &str> = all.iter().map(|row| (row.station.id, row.station.name.as_str())).collect();
        let placed: Vec<_> = all.iter().filter_map(|row| Some((row.station.id, row.station.position?))).collect();
        let timed: Vec<Timed<'_>> = waiting
            .iter()
            .map(|one| Timed {
                meta: &one.attached.meta,
                fingerprint: one.attached.fingerprint,
            })
            .collect();
        let bursts = bursts(&timed, utc_offset_min);
        let sorted: Vec<_> = timed.iter().map(|one| propose(*one, utc_offset_min, &candidates, &placed)).collect();
        let photos = waiting.into_iter().zip(bursts).zip(sorted).map(|((one, burst), sorted)| InboxPhoto {
            arrived_at_ms: one.arrived_at_ms,
            time_grade: one.attached.meta.time_grade(),
            missing: one.attached.meta.missing(),
            burst,
            station_name: sorted
                .proposal
                .as_ref()
                .and_then(|p| names.get(&p.station))
                .map(|name| (*name).to_owned()),
            proposal: sorted.proposal,
            reasons: sorted.reasons,
            aside: one.aside,
            attached: one.attached,
        });
        Ok(Inbox {
            photos: photos.collect(),
            visits,
        })
    }

    fn candidate(&self, open: &Open, visit: &Visit) -> Result<Candidate> {
        let pack = self.pack_of(visit)?;
        let times = &visit.description;
        let expects = |code: &str| pack.item(code).is_some_and(|item| item.photos_expected > 0);
        let answered = visit.answers.iter().filter(|(item, _)| expects(item)).filter_map(|(item, versions)| {
            // What was typed in from paper says nothing of when the item was looked at.
            let here = versions.iter().filter(|one| one.answer.is_some() && one.observed_at_ms.is_none());
            Some((item.clone(), here.map(|one| one.ts_ms).max()?))
        });
        let steps = visit.answers.values().flatten().map(|one| one.ts_ms);
        let last_step = steps
            .chain(visit.findings.iter().map(|one| one.ts_ms))
            .max()
            .unwrap_or(times.started_at_ms);
        // Nobody has said yet that a visit under way is over: its photos may be taken until now.
        let under_way = visit.phase() == VisitPhase::InProgress;
        let until_now = now_ms().min(times.started_at_ms.saturating_add(WORKING_DAY_MS));
        Ok(Candidate {
            visit: visit.id,
            station: visit.station,
            position: open.store.station(visit.station)?.and_then(|station| station.position),
            far_m: Some(i64::from(pack.far_from_station_m)),
            started_at_ms: times.started_at_ms,
            until_ms: times.ended_at_ms.unwrap_or(if under_way { last_step.max(until_now) } else { last_step }),
            answered: answered.collect(),
        })
    }

    pub(crate) fn assign_photos(&self, args: &AssignPhotos) -> Result<Assigned> {
        let (open, by) = self.unlocked()?;
        if args.assignments.len() > MOST {
            return Err(Error::BadRequest("at most 1,000 photos are assigned at once"));
        }
        let mut positions: BTreeMap<VisitId, Option<Position>> = BTreeMap::new();
        for one in &args.assignments {
            if let std::collections::btree_map::Entry::Vacant(unknown) = positions.entry(one.visit) {
                let visit = open.store.visit(one.visit)?;
                let station = visit.map(|visit| open.store.station(visit.station)).transpose()?.flatten();
                unknown.insert(station.and_then(|station| station.position));
            }
        }
        let (taken, refused) = open.store.transact(|tx| {
            let (mut taken, mut refused) = (0_u32, Vec::new());
            for one in &args.assignments {
                let position = positions.get(&one.visit).copied().flatten();
                match self.assign(tx, &open, by, one, position) {
                    Ok(()) => taken = taken.saturating_add(1),
                    Err(e @ Error::Refused(_)) => refused.push(NotAssigned {
                        photo: one.photo,
                        rule: ApiError::from(e).params.get("rule").cloned().unwrap_or_default(),
                    }),
                    Err(e) => return Err(e),
                }
            }
            Ok((taken, refused))
        })?;
        Ok(Assigned {
            taken,
            refused,
            inbox: self.list_inbox()?,
        })
    }

    /// One photo from the inbox into a visit, in a transaction with others.
    fn assign(&self, tx: &mut Tx<'_>, open: &Open, by: PersonId, one: &Assignment, position: Option<Position>) -> Result<()> {
        let waiting = tx
            .waiting(one.photo)?
            .filter(|waiting| waiting.by == by)
            .ok_or(Refusal::NoPhoto(one.photo))?;
        let visit = tx.visit(one.visit)?.ok_or(Refusal::NoVisit)?;
        let mut attached = waiting.attached;
        attached.arrived_at_ms = Some(waiting.arrived_at_ms);
        attached.distance_m = attached.meta.distance_m(position);
        attached.items.clone_from(&one.items);
        let operation = decide(Some(&visit), self.pack_of(&visit)?, Command::AttachPhoto(Box::new(attached)))?;
        tx.author(&open.author, one.visit.0, Some(by), &operation)?;
        tx.drop_waiting(one.photo)
    }

    pub(crate) fn put_aside(&self, args: &PutAside) -> Result<Inbox> {
        let (open, by) = self.unlocked()?;
        open.store.transact(|tx| {
            for photo in &args.photos {
                let waiting = tx.waiting(*photo)?.filter(|waiting| waiting.by == by);
                let waiting: Waiting = waiting.ok_or(Error::NotFound("photo"))?;
                tx.put_waiting(&Waiting {
                    aside: args.aside,
                    ..waiting
                })?;
            }
            Ok(())
        })?;
        self.list_inbox()
    }
}
