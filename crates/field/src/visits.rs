//! Visits: every change goes through `decide`, becomes a signed entry and is applied, in one transaction.

use std::collections::BTreeMap;

use contract::field::{
    AnswerFromPaper, AnswerItem, CorrectClock, CountersignArgs, CountersignWay, DescribeVisit, HandSign, OpenVisit, RecordFinding, SaveDraft, Saved,
    SecondedMember, StationRow, TiePhoto, VisitView, WithdrawFinding, WithdrawPhoto,
};
use contract::shared::{DataState, PhotoNotes, ReturnedNote, VisitRow};
use domain::clock::{Camera, ClockCorrected};
use domain::compare::compare;
use domain::decide::{Command, Refusal, decide};
use domain::operation::{
    BlobRef, Countersign, FindingWithdrawn, HandSigned, PhotoTied, PhotoWithdrawn, Strokes, TeamMember, VisitDescription, VisitOpened,
};
use domain::{Pack, PersonId, Visit, VisitId, VisitPhase};
use seal::keys::Signer as _;
use uuid::Uuid;

use crate::core::{Core, Open};
use crate::error::{Error, Result};
use crate::record::content_digest;
use crate::store::{BlobKind, Tx, VisitSummary, now_ms};
use crate::undo;

const MOST_DRAFT_BYTES: usize = 64 * 1024;
const MOST_STROKE_POINTS: usize = 50_000;

impl Core {
    pub(crate) fn stations(&self, search: &str) -> Result<Vec<StationRow>> {
        let (open, _) = self.unlocked()?;
        open.store.stations(search)
    }

    pub(crate) fn list_packs(&self) -> Result<Vec<Pack>> {
        let (open, _) = self.unlocked()?;
        Ok(self.packs.in_force(&open.card).map(|(_, pack)| pack.clone()).collect())
    }

    pub(crate) fn visits(&self) -> Result<Vec<VisitRow>> {
        let (open, _) = self.unlocked()?;
        let rows = open.store.work()?;
        let states = open.store.visit_states(rows.iter().map(|row| row.visit))?;
        rows.into_iter()
            .map(|row| {
                let state = states.get(&row.visit).copied().unwrap_or(DataState::LocalOnly);
                let mut row = self.visit_row(row, state);
                match row.phase {
                    VisitPhase::AwaitingSignature => {
                        row.awaits = open.store.visit(row.visit)?.map(|visit| open.awaits(&visit)).unwrap_or_default();
                    }
                    VisitPhase::Returned => row.returned = open.store.visit(row.visit)?.as_ref().and_then(ReturnedNote::of),
                    _ => {}
                }
                Ok(row)
            })
            .collect()
    }

    fn visit_row(&self, row: VisitSummary, data_state: DataState) -> VisitRow {
        let items = self.packs.by_digest(&row.pack_sha256).map_or(0, |pack| pack.items.len());
        VisitRow {
            visit: row.visit,
            station: row.station,
            station_name: row.station_name,
            township: row.township,
            station_proposed: row.station_proposed,
            pack: row.pack,
            phase: VisitPhase::of_key(&row.phase).unwrap_or(VisitPhase::InProgress),
            data_state,
            started_at_ms: row.started_at_ms,
            team: row.team,
            answered: row.answered,
            items: u32::try_from(items).unwrap_or(u32::MAX),
            findings: row.findings,
            photos: row.photos,
            awaits: Vec::new(),
            changed_at_ms: row.changed_at_ms,
            returned: None,
        }
    }

    pub(crate) fn open_visit(&self, args: OpenVisit) -> Result<VisitView> {
        let (open, by) = self.unlocked()?;
        open.store.station(args.station)?.ok_or(Error::NotFound("station"))?;
        let mut packs = self.packs.in_force(&open.card);
        let (reference, pack) = packs.find(|(reference, _)| reference.id == args.pack).ok_or(Error::NotFound("pack"))?;
        let opened = VisitOpened {
            station: args.station,
            pack: reference.clone(),
            description: VisitDescription {
                team: self.team(&args.team)?,
                methods: args.methods,
                started_at_ms: args.started_at_ms,
                ended_at_ms: None,
                utc_offset_min: args.utc_offset_min,
                situation: String::new(),
                seconded: Vec::new(),
            },
        };
        let operation = decide(None, pack, Command::Open(opened))?;
        let kid = open.author.key.public().kid().to_string();
        let visit = open.store.transact(|tx| {
            // The clock may stand still or have been set back: the next millisecond that no visit of this laptop was opened in.
            let mut at_ms = tx.now_ms.max(0);
            let visit = loop {
                let visit = VisitId::opened_by(&kid, at_ms);
                if tx.visit(visit)?.is_none() {
                    break visit;
                }
                at_ms = at_ms.saturating_add(1);
            };
            tx.author(&open.author, visit.0, Some(by), &operation).map(|_| visit)
        })?;
        self.view(&open, visit)
    }

    /// Names and departments as printed, from the county's list or from this laptop.
    fn team(&self, persons: &[PersonId]) -> Result<Vec<TeamMember>> {
        let people = self.people()?;
        let member = |person: &PersonId| {
            let known = people.iter().find(|row| row.person == *person).ok_or(Error::NotFound("person"))?;
            Ok(TeamMember {
                person: *person,
                name: known.name.clone(),
                org: known.org.clone(),
            })
        };
        persons.iter().map(member).collect()
    }

    pub(crate) fn get_visit(&self, visit: VisitId) -> Result<VisitView> {
        let (open, _) = self.unlocked()?;
        self.view(&open, visit)
    }

    pub(crate) fn describe_visit(&self, args: DescribeVisit) -> Result<VisitView> {
        let description = VisitDescription {
            team: self.team(&args.team)?,
            methods: args.methods,
            started_at_ms: args.started_at_ms,
            ended_at_ms: args.ended_at_ms,
            utc_offset_min: args.utc_offset_min,
            situation: args.situation,
            seconded: args.seconded.into_iter().map(seconded).collect(),
        };
        self.change(args.visit, |tx, visit| {
            tx.drop_draft(args.visit, "situation")?;
            Ok((visit.description != description).then_some(Command::Describe(description)))
        })
    }

    pub(crate) fn save_draft(&self, args: &SaveDraft) -> Result<Saved> {
        let (open, _) = self.unlocked()?;
        if args.raw.len() > MOST_DRAFT_BYTES || args.slot.is_empty() || args.slot.len() > 128 {
            return Err(Error::BadRequest("a draft has a slot and at most 64 KiB"));
        }
        open.store.transact(|tx| {
            let visit = tx.visit(args.visit)?.ok_or(Refusal::NoVisit)?;
            // What was being typed when the visit ended for another can still be put away.
            match visit.phase() {
                phase if phase.is_open() => {}
                _ if args.raw.is_empty() => {}
                VisitPhase::Aborted => return Err(Refusal::Aborted.into()),
                _ => return Err(Refusal::Sealed.into()),
            }
            tx.put_draft(args.visit, &args.slot, &args.raw)
        })?;
        Ok(Saved { saved_at_ms: now_ms() })
    }

    pub(crate) fn answer_item(&self, args: AnswerItem) -> Result<VisitView> {
        self.change(args.visit, |tx, visit| {
            tx.drop_draft(args.visit, &args.item)?;
            let versions = visit.answers.get(&args.item).map(Vec::as_slice).unwrap_or_default();
            let same = match versions {
                [] => args.answer.is_none(),
                [only] => only.answer == args.answer,
                _ => false,
            };
            Ok((!same || !visit.phase().is_open()).then_some(Command::Answer {
                item: args.item,
                answer: args.answer,
            }))
        })
    }

    /// Answers an item by what stands on a paper form; the time on the paper cannot be still to come.
    pub(crate) fn answer_from_paper(&self, args: AnswerFromPaper) -> Result<VisitView> {
        if args.observed_at_ms > now_ms() {
            return Err(Error::Rule("paper_time"));
        }
        self.change(args.visit, |tx, visit| {
            tx.drop_draft(args.visit, &args.item)?;
            let same = visit
                .answer_version(&args.item)
                .is_some_and(|only| only.answer.as_ref() == Some(&args.answer) && only.observed_at_ms == Some(args.observed_at_ms));
            Ok((!same || !visit.phase().is_open()).then_some(Command::AnswerFromPaper {
                item: args.item,
                answer: args.answer,
                observed_at_ms: args.observed_at_ms,
            }))
        })
    }

    pub(crate) fn tie_photo(&self, args: TiePhoto) -> Result<VisitView> {
        let tied = PhotoTied {
            photo: args.photo,
            items: args.items,
            caption: args.caption,
        };
        self.change(args.visit, |_, _| Ok(Some(Command::TiePhoto(tied))))
    }

    pub(crate) fn withdraw_photo(&self, args: WithdrawPhoto) -> Result<VisitView> {
        let withdrawn = PhotoWithdrawn {
            photo: args.photo,
            reason: args.reason,
        };
        self.change(args.visit, |_, _| Ok(Some(Command::WithdrawPhoto(withdrawn))))
    }

    /// Accepts the correction that is offered for the clock of a photo's camera, or takes it back.
    pub(crate) fn correct_clock(&self, args: &CorrectClock) -> Result<VisitView> {
        self.change(args.visit, |_, visit| {
            let photo = visit.photo(args.photo).ok_or(Refusal::NoPhoto(args.photo))?;
            let camera = Camera::of(&photo.attached.meta).ok_or(Refusal::ClockNotOffered)?;
            let correction = args.correction;
            let same = visit.correction_by(&camera) == correction && visit.phase().is_open();
            Ok((!same).then_some(Command::CorrectClock(ClockCorrected { camera, correction })))
        })
    }

    pub(crate) fn record_finding(&self, args: RecordFinding) -> Result<VisitView> {
        self.change(args.visit, |tx, visit| {
            tx.drop_draft(args.visit, &format!("finding:{}", args.finding.id))?;
            let same = visit.finding(args.finding.id).is_some_and(|known| known.finding == args.finding);
            Ok((!same || !visit.phase().is_open()).then_some(Command::RecordFinding(args.finding)))
        })
    }

    pub(crate) fn withdraw_finding(&self, args: WithdrawFinding) -> Result<VisitView> {
        let withdrawn = FindingWithdrawn {
            finding: args.finding,
            reason: args.reason,
        };
        self.change(args.visit, |tx, _| {
            tx.drop_draft(args.visit, &format!("finding:{}", args.finding))?;
            Ok(Some(Command::WithdrawFinding(withdrawn)))
        })
    }

    pub(crate) fn countersign(&self, args: CountersignArgs) -> Result<VisitView> {
        let (open, _) = self.unlocked()?;
        let at_ms = now_ms();
        let before = open.store.visit(args.visit)?.ok_or(Refusal::NoVisit)?;
        let (countersign, blob) = match args.way {
            CountersignWay::Signed {
                name,
                role,
                opinion,
                strokes,
                shown,
            } => {
                if before.sealed.is_none() && content_digest(&self.shown_record(&open, &before)?)?.to_hex() != shown {
                    return Err(Refusal::NotShown.into());
                }
                let (blob, strokes) = keep_strokes(&open, &strokes)?;
                let signed = Countersign::Signed {
                    name,
                    role,
                    opinion,
                    strokes,
                    shown: Some(shown),
                    at_ms,
                };
                (signed, Some(blob))
            }
            CountersignWay::Refused { reason, witness } => (Countersign::Refused { reason, witness, at_ms }, None),
            CountersignWay::Absent { reason, photo } => (Countersign::Absent { reason, photo, at_ms }, None),
        };
        self.change(args.visit, |tx, visit| {
            if blob.is_some() && *visit != before {
                return Err(if visit.sealed.is_some() { Refusal::Sealed } else { Refusal::NotShown }.into());
            }
            if let Some((sha256, len)) = &blob {
                tx.put_blob(sha256, *len, BlobKind::Strokes)?;
            }
            Ok(Some(Command::Countersign(countersign)))
        })
    }

    /// A seconded member signs the content that is on the screen, by drawing or on the printed record.
    pub(crate) fn hand_sign(&self, args: HandSign) -> Result<VisitView> {
        let (open, _) = self.unlocked()?;
        let before = open.store.visit(args.visit)?.ok_or(Refusal::NoVisit)?;
        if before.sealed.is_none() && content_digest(&self.shown_record(&open, &before)?)?.to_hex() != args.shown {
            return Err(Refusal::NotShown.into());
        }
        let kept = args.strokes.as_ref().map(|strokes| keep_strokes(&open, strokes)).transpose()?;
        self.change(args.visit, |tx, visit| {
            if *visit != before {
                return Err(Refusal::NotShown.into());
            }
            if let Some(((sha256, len), _)) = &kept {
                tx.put_blob(sha256, *len, BlobKind::Strokes)?;
            }
            Ok(Some(Command::HandSign(HandSigned {
                person: args.person,
                strokes: kept.map(|(_, strokes)| strokes),
                shown: args.shown,
                at_ms: now_ms(),
            })))
        })
    }

    pub(crate) fn strokes(&self, visit: VisitId) -> Result<Option<Strokes>> {
        let (open, _) = self.unlocked()?;
        let visit = open.store.visit(visit)?.ok_or(Refusal::NoVisit)?;
        open.strokes(&visit)
    }

    /// Decides on a command and writes its entry; the closure may also touch drafts and blobs, and may find nothing to say.
    pub(crate) fn change(&self, id: VisitId, command: impl FnOnce(&mut Tx<'_>, &Visit) -> Result<Option<Command>>) -> Result<VisitView> {
        let (open, by) = self.unlocked()?;
        let mut done = None;
        open.store.transact(|tx| {
            let visit = tx.visit(id)?.ok_or(Refusal::NoVisit)?;
            let pack = self.pack_of(&visit)?;
            if let Some(command) = command(tx, &visit)? {
                done = Some(undo::step(&visit, &command));
                let operation = decide(Some(&visit), pack, command)?;
                tx.author(&open.author, id.0, Some(by), &operation)?;
            }
            Ok(())
        })?;
        if let Some(step) = done {
            self.remember(id, step);
        }
        self.view(&open, id)
    }

    pub(crate) fn pack_of(&self, visit: &Visit) -> Result<&Pack> {
        self.packs.by_digest(&visit.pack.sha256).ok_or(Error::NotFound("pack"))
    }

    /// Everything that a visit's screen shows.
    pub(crate) fn view(&self, open: &Open, id: VisitId) -> Result<VisitView> {
        let visit = open.store.visit(id)?.ok_or(Refusal::NoVisit)?;
        let pack = self.pack_of(&visit)?;
        let states = open.store.photo_states(&visit.photos)?;
        let station = open.store.station(visit.station)?.ok_or(Error::NotFound("station"))?;
        let far_m = Some(i64::from(pack.far_from_station_m));
        let remarks = domain::worth::of_visit(&visit, station.position, far_m, open.store.twins(&visit)?);
        let notes = visit.photos.iter().zip(states).zip(remarks).map(|((photo, data_state), remarks)| {
            let meta = &photo.attached.meta;
            PhotoNotes {
                photo: photo.attached.photo,
                data_state,
                has_preview: photo.attached.thumbnail.is_some(),
                time_grade: meta.time_grade(),
                missing: meta.missing(),
                remarks,
            }
        });
        Ok(VisitView {
            phase: open.phase(&visit),
            awaits: open.awaits(&visit),
            data_state: open.store.visit_states([id])?.get(&id).copied().unwrap_or(DataState::LocalOnly),
            plot: domain::plot::of_visit(&visit, station.position),
            station,
            pack: pack.clone(),
            photo_notes: notes.collect(),
            paper_notes: open.paper_notes(&visit)?,
            drafts: open.store.drafts(id)?,
            saved_at_ms: open.store.saved_at_ms(id)?,
            undo: self.next_undo(&visit),
            record_kept_at_ms: open.store.record_kept(id)?,
            seal_id: visit.sealed.as_ref().map(|sealed| sealed.statement.sha256.clone()),
            leads: visit.lead_device == open.author.key.public().kid().to_string(),
            comparison: visit.returned().map(|last| compare(pack, &last.held, &visit.content())),
            previous: self.previous(open, &visit, pack)?,
            visit,
        })
    }
}

impl Open {
    /// The counterpart's strokes, read back and hashed again.
    pub(crate) fn strokes(&self, visit: &Visit) -> Result<Option<Strokes>> {
        let Some(Countersign::Signed { strokes, .. }) = &visit.countersign else {
            return Ok(None);
        };
        self.drawn(strokes).map(Some)
    }

    /// The strokes of seconded members who signed by drawing.
    pub(crate) fn hand_strokes(&self, visit: &Visit) -> Result<BTreeMap<PersonId, Strokes>> {
        let drawn = visit
            .hand_signed
            .iter()
            .filter_map(|signed| Some((signed.person, signed.strokes.as_ref()?)));
        drawn.map(|(person, strokes)| Ok((person, self.drawn(strokes)?))).collect()
    }

    fn drawn(&self, strokes: &BlobRef) -> Result<Strokes> {
        Ok(seal::canonical::from_slice(&self.vault.read(&strokes.sha256.parse()?)?)?)
    }
}

/// Keeps strokes durably; the blob still has to be listed in the transaction that names it.
fn keep_strokes(open: &Open, strokes: &Strokes) -> Result<((seal::Digest, u64), BlobRef)> {
    let points: usize = strokes.strokes.iter().map(Vec::len).sum();
    if !(2..=MOST_STROKE_POINTS).contains(&points) || strokes.v != 1 || strokes.width < 1 || strokes.height < 1 {
        return Err(Error::Rule("strokes"));
    }
    let bytes = seal::canonical::to_vec(strokes)?;
    let sha256 = open.vault.keep(&bytes)?;
    let len = bytes.len() as u64;
    let named = BlobRef {
        sha256: sha256.to_hex(),
        len,
    };
    Ok(((sha256, len), named))
}

/// A seconded member has no entry on the county's list; the identity is made here once.
fn seconded(member: SecondedMember) -> TeamMember {
    TeamMember {
        person: member.person.unwrap_or_else(|| PersonId(Uuid::now_v7())),
        name: member.name.trim().to_owned(),
        org: member.org.trim().to_owned(),
    }
}
