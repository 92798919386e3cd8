//! `apply`: the one pure fold of operations into state, the same on laptop, server and in tests.

use crate::authority::{LogKind, authority};
use crate::clock::{ClockCorrected, CorrectedClock};
use crate::custody::ExportedPhoto;
use crate::ids::{PersonId, StationId, VisitId};
use crate::lead::is_opened_by;
use crate::operation::{
    BlobStored, Countersign, DeviceCertified, Operation, PersonCertified, PhotoTied, ReviewReturned, RevocationsPublished, VisitAnswered,
    VisitHandedOver, VisitOpened,
};
use crate::paper;
use crate::person::Person;
use crate::station::Station;
use crate::visit::{
    Aborted, AnswerVersion, GivenRecord, HandedOver, Opening, Reaimed, RefusedEntry, ReturnedRecord, UncoveredEntry, Visit, VisitFinding, VisitPhase,
    VisitPhoto,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What an entry says besides its operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meta {
    /// Entry id, hex.
    pub entry: String,
    /// The aggregate (`ent` of the header).
    pub ent: Uuid,
    /// Whose session, as claimed.
    pub by: Option<PersonId>,
    /// Kind of log it stands in.
    pub log_kind: LogKind,
    /// Key id of the device or server that signed it, hex. A restored laptop keeps its key and opens a new log.
    pub kid: String,
    /// When, ms since 1970 UTC, as claimed.
    pub ts_ms: i64,
}

/// State of one aggregate. An aggregate is what its first applicable entry makes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Aggregate {
    /// A station on the county's list.
    Station(Station),
    /// A person with the certificates ever issued in his name.
    Person(PersonState),
    /// A device certificate.
    Device(DeviceCertified),
    /// The latest list of revocations.
    Revocations(RevocationsPublished),
    /// A storage receipt.
    Blob(BlobStored),
    /// A visit.
    Visit(Box<Visit>),
}

/// A person's registration and certificates. Either may arrive first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonState {
    /// As registered, once it is.
    pub registered: Option<Person>,
    /// Every certificate issued in his name.
    pub certificates: Vec<PersonCertified>,
}

/// Folds one operation into the aggregate. Total: whatever cannot count is listed under the visit's `refused`, or ignored where
/// there is no state to list it in; nothing panics and nothing is lost from the log.
pub fn apply(state: &mut Option<Aggregate>, operation: &Operation, meta: &Meta) {
    let kind = operation.kind();
    if authority(kind).is_none_or(|allowed| allowed.log != meta.log_kind) {
        if let Some(Aggregate::Visit(visit)) = state {
            visit.refused.push(refusal(meta, kind, "authority"));
        }
        return;
    }
    // What the county registers is not to be taken over: a visit that a laptop opened under a registry's id gives way.
    if is_registry(operation) && matches!(state, Some(Aggregate::Visit(_))) {
        *state = None;
    }
    match (state.as_mut(), operation) {
        (None | Some(Aggregate::Station(_)), Operation::StationRegistered(station)) => {
            *state = Some(Aggregate::Station(Station {
                proposed: false,
                ..station.clone()
            }));
        }
        // What the county registered is not changed by a proposal, and a proposal is made once.
        (None, Operation::StationProposed(station)) => {
            *state = Some(Aggregate::Station(Station {
                id: StationId(meta.ent),
                proposed: true,
                ..station.clone()
            }));
        }
        (None, Operation::PersonRegistered(person)) => {
            *state = Some(Aggregate::Person(PersonState {
                registered: Some(person.clone()),
                certificates: Vec::new(),
            }));
        }
        (Some(Aggregate::Person(known)), Operation::PersonRegistered(person)) => known.registered = Some(person.clone()),
        (None, Operation::PersonCertified(certified)) => {
            *state = Some(Aggregate::Person(PersonState {
                registered: None,
                certificates: vec![certified.clone()],
            }));
        }
        (Some(Aggregate::Person(known)), Operation::PersonCertified(certified)) => known.certificates.push(certified.clone()),
        (None | Some(Aggregate::Device(_)), Operation::DeviceCertified(certified)) => *state = Some(Aggregate::Device(certified.clone())),
        (None | Some(Aggregate::Revocations(_)), Operation::RevocationsPublished(list)) => *state = Some(Aggregate::Revocations(list.clone())),
        (None, Operation::BlobStored(stored)) => *state = Some(Aggregate::Blob(stored.clone())),
        (None, Operation::VisitOpened(opened)) => *state = Some(Aggregate::Visit(Box::new(begun(opened, meta)))),
        // Another key opened this visit first in the order; what that began gives way to the opening that the visit's id is made for.
        (Some(Aggregate::Visit(visit)), Operation::VisitOpened(opened))
            if is_opened_by(meta.ent, &meta.kid) && !is_opened_by(meta.ent, &visit.opening.kid) =>
        {
            let mut right = begun(opened, meta);
            right.refused = std::mem::take(&mut visit.refused);
            right.refused.push(RefusedEntry {
                entry: visit.opening.entry.clone(),
                kind: kind.to_owned(),
                rule: "not_its_opener".to_owned(),
            });
            **visit = right;
        }
        (Some(Aggregate::Visit(visit)), operation) => {
            if let Err(rule) = apply_to_visit(visit, operation, meta) {
                if rule == UNCOVERED {
                    visit.uncovered.push(uncovered(operation, meta));
                } else {
                    visit.refused.push(refusal(meta, kind, rule));
                }
            }
        }
        _ => {}
    }
}

fn begun(opened: &VisitOpened, meta: &Meta) -> Visit {
    Visit {
        id: VisitId(meta.ent),
        opening: Opening {
            entry: meta.entry.clone(),
            kid: meta.kid.clone(),
        },
        lead_device: meta.kid.clone(),
        handed_over: Vec::new(),
        station: opened.station,
        pack: opened.pack.clone(),
        description: opened.description.clone(),
        answers: Default::default(),
        photos: Vec::new(),
        findings: Vec::new(),
        countersign: None,
        hand_signed: Vec::new(),
        sealed: None,
        sealed_entry: None,
        returns: Vec::new(),
        signatures: Vec::new(),
        aborted: None,
        reaimed: Vec::new(),
        review: None,
        given: Vec::new(),
        papers: Vec::new(),
        exported: Vec::new(),
        clocks: Vec::new(),
        uncovered: Vec::new(),
        refused: Vec::new(),
    }
}

/// Whether an operation is the county's own register, whose aggregates have ids that anybody can work out.
fn is_registry(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::StationRegistered(_)
            | Operation::PersonRegistered(_)
            | Operation::PersonCertified(_)
            | Operation::DeviceCertified(_)
            | Operation::RevocationsPublished(_)
            | Operation::BlobStored(_)
    )
}

const UNCOVERED: &str = "after_seal";
/// Rule under which a record is refused that mends one which was accepted meanwhile.
pub const ACCEPTED_MEANWHILE: &str = "accepted_meanwhile";

fn uncovered(operation: &Operation, meta: &Meta) -> UncoveredEntry {
    let (item, photo) = match operation {
        Operation::VisitAnswered(answered) => (Some(answered.item.clone()), None),
        Operation::PhotoAttached(attached) => (None, Some(attached.clone())),
        Operation::FindingRecorded(finding) => (finding.item.clone(), None),
        _ => (None, None),
    };
    UncoveredEntry {
        entry: meta.entry.clone(),
        kind: operation.kind().to_owned(),
        by: meta.by,
        ts_ms: meta.ts_ms,
        item,
        photo,
    }
}

fn refusal(meta: &Meta, kind: &str, rule: &str) -> RefusedEntry {
    RefusedEntry {
        entry: meta.entry.clone(),
        kind: kind.to_owned(),
        rule: rule.to_owned(),
    }
}

fn apply_to_visit(visit: &mut Visit, operation: &Operation, meta: &Meta) -> Result<(), &'static str> {
    match operation {
        Operation::SealSigned(signed) => {
            let sealed = visit.sealed.as_ref().ok_or("not_sealed")?;
            if sealed.statement.sha256 != signed.statement {
                return Err("other_statement");
            }
            if !visit.description.team.iter().any(|member| member.person == signed.person) {
                return Err("not_in_team");
            }
            // A signature is not checked here: one that does not hold must not keep the person's real one out.
            if visit.signatures.iter().any(|known| known.is_same(signed)) {
                return Err("signed_already");
            }
            visit.signatures.push(signed.clone());
            return Ok(());
        }
        Operation::ReviewAccepted(review) => {
            let is_returned = visit.returned().is_some_and(|last| last.sealed.statement.sha256 == review.statement);
            if is_returned && visit.review.is_none() {
                accept_after_all(visit);
                visit.review = Some(review.clone());
                return Ok(());
            }
            if visit.phase() != VisitPhase::Sealed {
                return Err("not_sealed");
            }
            if visit.sealed.as_ref().is_none_or(|sealed| sealed.statement.sha256 != review.statement) {
                return Err("other_statement");
            }
            visit.review = Some(review.clone());
            return Ok(());
        }
        Operation::ReviewReturned(returned) => return give_back(visit, returned),
        Operation::PaperAttached(attached) => return paper::join(visit, attached, &meta.entry),
        Operation::RecordGiven(given) => {
            if !visit.has_record(&given.seal) {
                return Err("not_sealed");
            }
            visit.given.push(GivenRecord {
                entry: meta.entry.clone(),
                by: meta.by,
                given: given.clone(),
            });
            return Ok(());
        }
        Operation::PhotoExported(exported) => {
            if !visit.names_photo(exported.photo, &exported.original) {
                return Err("photo_unknown");
            }
            visit.exported.push(ExportedPhoto {
                entry: meta.entry.clone(),
                by: meta.by,
                exported: exported.clone(),
            });
            return Ok(());
        }
        Operation::VisitOpened(_) => return Err("opened_already"),
        // The reviewer accepted the record that this one was to mend: it came too late, and says so.
        Operation::VisitSealed(sealed) if sealed.supersedes.is_some() && visit.review.is_some() => return Err(ACCEPTED_MEANWHILE),
        _ if visit.sealed.is_some() => return Err(UNCOVERED),
        _ if visit.aborted.is_some() => return Err("aborted"),
        _ => {}
    }
    match operation {
        Operation::VisitDescribed(description) => visit.description = description.clone(),
        Operation::VisitAborted(aborted) => {
            lead_only(visit, meta)?;
            visit.aborted = Some(Aborted {
                by: meta.by,
                ts_ms: meta.ts_ms,
                reason: aborted.reason.clone(),
            });
        }
        Operation::VisitReaimed(reaimed) => {
            lead_only(visit, meta)?;
            if visit.station == reaimed.station {
                return Err("same_station");
            }
            visit.reaimed.push(Reaimed {
                from: visit.station,
                by: meta.by,
                ts_ms: meta.ts_ms,
                reason: reaimed.reason.clone(),
            });
            visit.station = reaimed.station;
            for photo in &mut visit.photos {
                photo.attached.distance_m = photo.attached.meta.distance_m(reaimed.position);
            }
        }
        Operation::VisitHandedOver(handed) => {
            lead_only(visit, meta)?;
            hand_over(visit, handed, meta)?;
        }
        Operation::VisitAnswered(answered) => apply_answer(visit, answered, meta),
        Operation::ClockCorrected(corrected) => correct_clock(visit, corrected, meta),
        Operation::PhotoAttached(attached) => {
            if visit.photo(attached.photo).is_some() {
                return Err("photo_known");
            }
            if visit
                .standing_photos()
                .any(|known| known.attached.original.sha256 == attached.original.sha256)
            {
                return Err("same_bytes");
            }
            // A copy that names no photo of the visit would prove nothing of where it comes from.
            if let Some(derived) = &attached.derived
                && visit
                    .photo(derived.from)
                    .is_none_or(|from| from.attached.original.sha256 != derived.original)
            {
                return Err("original_unknown");
            }
            visit.photos.push(VisitPhoto {
                entry: meta.entry.clone(),
                ts_ms: meta.ts_ms,
                attached: (**attached).clone(),
                items: attached.items.clone(),
                caption: String::new(),
                withdrawn: None,
                custody: None,
            });
        }
        Operation::PhotoTied(PhotoTied { photo, items, caption }) => {
            let known = visit
                .photos
                .iter_mut()
                .find(|known| known.attached.photo == *photo)
                .ok_or("photo_unknown")?;
            known.items.clone_from(items);
            known.caption.clone_from(caption);
        }
        Operation::PhotoCustodyStated(stated) => {
            let known = visit
                .photos
                .iter_mut()
                .find(|known| known.attached.photo == stated.photo)
                .ok_or("photo_unknown")?;
            known.custody = Some(stated.custody.clone());
        }
        Operation::PhotoWithdrawn(withdrawn) => {
            let known = visit
                .photos
                .iter_mut()
                .find(|known| known.attached.photo == withdrawn.photo)
                .ok_or("photo_unknown")?;
            known.withdrawn = Some(withdrawn.reason.clone());
        }
        Operation::PhotoRestored(restored) => {
            let known = visit.photo(restored.photo).ok_or("photo_unknown")?;
            let sha256 = &known.attached.original.sha256;
            if visit.standing_photos().any(|standing| standing.attached.original.sha256 == *sha256) {
                return Err("same_bytes");
            }
            if let Some(known) = visit.photos.iter_mut().find(|known| known.attached.photo == restored.photo) {
                known.withdrawn = None;
            }
        }
        Operation::FindingRecorded(finding) => match visit.findings.iter_mut().find(|known| known.finding.id == finding.id) {
            Some(known) => {
                known.withdrawn = None;
                known.entry.clone_from(&meta.entry);
                known.finding = finding.clone();
            }
            None => visit.findings.push(VisitFinding {
                entry: meta.entry.clone(),
                ts_ms: meta.ts_ms,
                finding: finding.clone(),
                withdrawn: None,
            }),
        },
        Operation::FindingWithdrawn(withdrawn) => {
            let known = visit
                .findings
                .iter_mut()
                .find(|known| known.finding.id == withdrawn.finding)
                .ok_or("finding_unknown")?;
            known.withdrawn = Some(withdrawn.reason.clone());
        }
        Operation::VisitCountersigned(countersign) => visit.countersign = Some(countersign.clone()),
        Operation::VisitHandSigned(signed) => {
            if !visit.description.seconded.iter().any(|member| member.person == signed.person) {
                return Err("not_seconded");
            }
            visit.hand_signed.retain(|known| known.person != signed.person);
            visit.hand_signed.push(signed.clone());
        }
        Operation::VisitSealed(sealed) => {
            lead_only(visit, meta)?;
            if visit.disputed_items().next().is_some() {
                return Err("disputed");
            }
            if sealed.signers == 0 {
                return Err("no_signers");
            }
            if sealed.supersedes.as_ref() != visit.returned().map(|last| &last.sealed.statement.sha256) {
                return Err("supersedes");
            }
            visit.sealed = Some(sealed.clone());
            visit.sealed_entry = Some(meta.entry.clone());
        }
        _ => return Err("not_for_a_visit"),
    }
    // Whoever signed at the station signed what stood there then: after a change the station is asked again. A
    // correction of a clock changes nothing that stands in the record.
    let keeps = matches!(
        operation,
        Operation::VisitCountersigned(_) | Operation::VisitHandSigned(_) | Operation::VisitSealed(_) | Operation::ClockCorrected(_)
    );
    if !keeps {
        visit.hand_signed.clear();
        if matches!(visit.countersign, Some(Countersign::Signed { .. })) {
            visit.countersign = None;
        }
    }
    Ok(())
}

/// From here on another laptop or another inspector leads. Who goes on is the first of the team.
fn hand_over(visit: &mut Visit, handed: &VisitHandedOver, meta: &Meta) -> Result<(), &'static str> {
    let first = visit.description.team.first().map(|member| member.person);
    if handed.device == visit.lead_device && first == Some(handed.to.person) {
        return Err("same_lead");
    }
    visit.handed_over.push(HandedOver {
        entry: meta.entry.clone(),
        from_device: std::mem::replace(&mut visit.lead_device, handed.device.clone()),
        device: handed.device.clone(),
        to: handed.to.clone(),
        by: meta.by,
        ts_ms: meta.ts_ms,
        reason: handed.reason.clone(),
    });
    let team = &mut visit.description.team;
    team.retain(|member| member.person != handed.to.person);
    team.insert(0, handed.to.clone());
    visit.description.seconded.retain(|member| member.person != handed.to.person);
    Ok(())
}

/// Only the laptop that leads a visit closes it, in whatever way.
fn lead_only(visit: &Visit, meta: &Meta) -> Result<(), &'static str> {
    if meta.kid == visit.lead_device { Ok(()) } else { Err("not_the_lead") }
}

/// The reviewer returns the record that he saw: it is kept with what it held, and the visit is open again. The station is asked anew.
fn give_back(visit: &mut Visit, returned: &ReviewReturned) -> Result<(), &'static str> {
    if visit.phase() != VisitPhase::Sealed {
        return Err("not_sealed");
    }
    if visit.sealed.as_ref().is_none_or(|sealed| sealed.statement.sha256 != returned.statement) {
        return Err("other_statement");
    }
    let held = visit.content();
    if let Some(sealed) = visit.sealed.take() {
        visit.returns.push(ReturnedRecord {
            sealed,
            entry: visit.sealed_entry.take().unwrap_or_default(),
            signatures: std::mem::take(&mut visit.signatures),
            held,
            returned: returned.clone(),
        });
    }
    visit.countersign = None;
    visit.hand_signed.clear();
    Ok(())
}

/// The reviewer accepts the record that was returned last after all: it stands again as it was, and a record that was to mend it is
/// refused, whichever of the two a replica hears of first.
fn accept_after_all(visit: &mut Visit) {
    let Some(last) = visit.returns.pop() else { return };
    if let Some(entry) = visit.sealed_entry.replace(last.entry) {
        visit.refused.push(RefusedEntry {
            entry,
            kind: "visit.sealed/1".to_owned(),
            rule: ACCEPTED_MEANWHILE.to_owned(),
        });
    }
    visit.sealed = Some(last.sealed);
    visit.signatures = last.signatures;
    visit.description = last.held.description;
    visit.answers = last.held.answers;
    visit.photos = last.held.photos;
    visit.findings = last.held.findings;
    visit.countersign = last.held.countersign;
    visit.hand_signed = last.held.hand_signed;
    visit.clocks = last.held.clocks;
}

fn correct_clock(visit: &mut Visit, corrected: &ClockCorrected, meta: &Meta) {
    visit.clocks.retain(|known| known.camera != corrected.camera);
    visit.clocks.extend(corrected.correction.map(|correction| CorrectedClock {
        entry: meta.entry.clone(),
        by: meta.by,
        ts_ms: meta.ts_ms,
        camera: corrected.camera.clone(),
        correction,
    }));
}

fn apply_answer(visit: &mut Visit, answered: &VisitAnswered, meta: &Meta) {
    let versions = visit.answers.entry(answered.item.clone()).or_default();
    versions.retain(|known| !answered.overwrites.contains(&known.entry));
    versions.push(AnswerVersion {
        entry: meta.entry.clone(),
        by: meta.by,
        ts_ms: meta.ts_ms,
        answer: answered.answer.clone(),
        observed_at_ms: answered.observed_at_ms.filter(|_| answered.answer.is_some()),
    });
}
