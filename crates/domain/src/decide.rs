//! `decide`: what a command makes of the present state. Runs once, on the author's machine.

use crate::answer::Answer;
use crate::clock::{self, ClockCorrected};
use crate::custody::{Custody, CustodyStated, PhotoExported};
use crate::finding::Finding;
use crate::ids::{FindingId, ItemCode, PersonId, PhotoId};
use crate::operation::{
    Countersign, FindingWithdrawn, HandSigned, Operation, PaperAttached, PhotoAttached, PhotoRestored, PhotoTied, PhotoWithdrawn, RecordGiven,
    SealSigned, TeamMember, VisitAborted, VisitAnswered, VisitDescription, VisitHandedOver, VisitOpened, VisitReaimed, VisitSealed,
};
use crate::pack::Pack;
use crate::paper;
use crate::visit::{ReturnedRecord, Visit, VisitPhase};

/// What an inspector asks for.
#[derive(Clone, Debug)]
pub enum Command {
    /// Open a visit.
    Open(VisitOpened),
    /// Restate team, times, methods, situation.
    Describe(VisitDescription),
    /// End a visit that was opened by mistake.
    Abort(VisitAborted),
    /// Move a visit that was opened for the wrong station.
    Reaim(VisitReaimed),
    /// Give a visit to another inspector.
    HandOver(VisitHandedOver),
    /// Answer an item, or take the answer back.
    Answer {
        /// Which item.
        item: ItemCode,
        /// The answer, or none to take it back.
        answer: Option<Answer>,
    },
    /// Answer an item by what stands on a paper form (事后补录).
    AnswerFromPaper {
        /// Which item.
        item: ItemCode,
        /// The answer.
        answer: Answer,
        /// When it was written on the paper, ms since 1970 UTC, as stated.
        observed_at_ms: i64,
    },
    /// Attach a photo whose bytes are durably kept.
    AttachPhoto(Box<PhotoAttached>),
    /// Say what a photo shows.
    TiePhoto(PhotoTied),
    /// Withdraw a photo.
    WithdrawPhoto(PhotoWithdrawn),
    /// Take the withdrawal of a photo back.
    RestorePhoto(PhotoRestored),
    /// Put a camera's clock right for the visit, or leave it as it was again.
    CorrectClock(ClockCorrected),
    /// Say who made a photo, how, and what it is to prove.
    StateCustody(CustodyStated),
    /// Record that a photo left as a file.
    ExportPhoto(PhotoExported),
    /// Record a finding, or record it anew.
    RecordFinding(Finding),
    /// Withdraw a finding.
    WithdrawFinding(FindingWithdrawn),
    /// The station's side.
    Countersign(Countersign),
    /// A seconded member's signature by hand.
    HandSign(HandSigned),
    /// Write the record.
    Seal(VisitSealed),
    /// Add one person's signature.
    Sign(SealSigned),
    /// Attach paper that was signed by hand to a sealed record.
    AttachPaper(Box<PaperAttached>),
    /// Record that a sealed record was given to somebody.
    Give(RecordGiven),
}

/// Why a command is refused; each has a sentence in both message catalogues.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such visit here.
    #[error("there is no such visit on this laptop")]
    NoVisit,
    /// The visit exists already.
    #[error("the visit is open already")]
    OpenAlready,
    /// Nothing can change after the seal.
    #[error("the visit is sealed; nothing in it can change")]
    Sealed,
    /// The visit was aborted.
    #[error("the visit was aborted; nothing in it can change")]
    Aborted,
    /// Only the laptop that opened the visit may do this.
    #[error("only the laptop that opened the visit may do this")]
    NotTheLead,
    /// The visit is at this station already.
    #[error("the visit is at this station already")]
    SameStation,
    /// The inspector and the laptop lead the visit already.
    #[error("this inspector leads the visit on that laptop already")]
    SameLead,
    /// A team needs at least as many members as signatures, each once.
    #[error("the team needs {needed} different persons")]
    Team {
        /// Persons needed.
        needed: u32,
    },
    /// The end lies before the start.
    #[error("the end lies before the start")]
    Times,
    /// A method is not in the pack.
    #[error("the method {0} is not in the checklist")]
    Method(String),
    /// There is no such item.
    #[error("there is no item {0}")]
    NoItem(ItemCode),
    /// The answer does not fit the item.
    #[error("the answer does not fit item {item}: {why}")]
    Answer {
        /// Which item.
        item: ItemCode,
        /// What does not fit.
        why: String,
    },
    /// There is no such photo.
    #[error("there is no such photo in this visit")]
    NoPhoto(PhotoId),
    /// The same bytes are attached already.
    #[error("the same photo is attached already")]
    SamePhoto(PhotoId),
    /// No such correction of this camera's clock is offered, or there is none to take back.
    #[error("no such correction of the camera's clock is offered now")]
    ClockNotOffered,
    /// There is no such finding.
    #[error("there is no such finding in this visit")]
    NoFinding(FindingId),
    /// Facts and requirement are needed.
    #[error("a finding needs facts")]
    FindingFacts,
    /// The deadline is no calendar date.
    #[error("{0} is not a date")]
    Date(String),
    /// At least one responsible unit is needed, and every unit a name.
    #[error("a finding needs a responsible unit")]
    Units,
    /// A fix on the spot needs words, a photo from before and another one from after.
    #[error("a fix on the spot needs words, a photo from before and another from after")]
    Fix,
    /// A reason is needed.
    #[error("a reason is needed")]
    Reason,
    /// A paper has no page, or more than fit into an entry.
    #[error("a paper needs 1 to {most} pages")]
    Pages {
        /// The most that fit.
        most: usize,
    },
    /// A page is neither a picture nor a PDF.
    #[error("{0} is neither a picture nor a PDF")]
    PageFormat(String),
    /// The page is attached to a paper of this visit already.
    #[error("the same page is attached already")]
    SamePage(PhotoId),
    /// It is not said who signed a paper by hand.
    #[error("it is not said who signed the paper by hand")]
    PaperSigners,
    /// A text is longer than its place.
    #[error("the text is too long")]
    TooLong,
    /// It is not said to whom the record is given.
    #[error("it is not said to whom the record is given")]
    Recipient,
    /// Several answers stand side by side; one must be chosen.
    #[error("item {0} has two answers side by side; choose one")]
    Disputed(ItemCode),
    /// The station's side is missing.
    #[error("the station has neither signed nor refused, and absence is not recorded")]
    NoCountersign,
    /// The station signed, or is to sign, another content than the record has now.
    #[error("the record is not what the station was shown")]
    NotShown,
    /// A seconded member has not signed by hand.
    #[error("{0} has not signed by hand")]
    NoHandSign(String),
    /// A seconded member needs a name and a home office.
    #[error("a seconded member needs a name and a home office")]
    Seconded,
    /// The visit has no end yet.
    #[error("the end of the visit is not stated")]
    NoEnd,
    /// A returned visit says what it said before.
    #[error("nothing was mended since the visit was returned")]
    NothingMended,
    /// The visit is not sealed yet.
    #[error("the record is not written yet")]
    NotSealed,
    /// The signer is not in the team.
    #[error("the signer is not in the team")]
    NotInTeam(PersonId),
    /// The signer signed already.
    #[error("this person signed already")]
    SignedAlready(PersonId),
}

/// Decides on a command. `visit` is the state as folded here (none before the opening), `pack` the visit's checklist.
pub fn decide(visit: Option<&Visit>, pack: &Pack, command: Command) -> Result<Operation, Refusal> {
    if let Command::Open(opened) = command {
        if visit.is_some() {
            return Err(Refusal::OpenAlready);
        }
        check_description(&opened.description, pack)?;
        return Ok(Operation::VisitOpened(opened));
    }
    let visit = visit.ok_or(Refusal::NoVisit)?;
    if let Command::Sign(signed) = command {
        if visit.sealed.as_ref().is_none_or(|sealed| sealed.statement.sha256 != signed.statement) {
            return Err(Refusal::NotSealed);
        }
        if !visit.description.team.iter().any(|member| member.person == signed.person) {
            return Err(Refusal::NotInTeam(signed.person));
        }
        if visit.signatures.iter().any(|known| known.is_same(&signed)) {
            return Err(Refusal::SignedAlready(signed.person));
        }
        return Ok(Operation::SealSigned(signed));
    }
    if let Command::AttachPaper(attached) = command {
        return paper::attach(visit, attached);
    }
    if let Command::Give(given) = command {
        need(&given.to, Refusal::Recipient)?;
        if !visit.has_record(&given.seal) {
            return Err(Refusal::NotSealed);
        }
        return Ok(Operation::RecordGiven(given));
    }
    if let Command::ExportPhoto(exported) = command {
        if !visit.names_photo(exported.photo, &exported.original) {
            return Err(Refusal::NoPhoto(exported.photo));
        }
        return Ok(Operation::PhotoExported(exported));
    }
    match visit.phase() {
        phase if phase.is_open() => {}
        VisitPhase::Aborted => return Err(Refusal::Aborted),
        _ => return Err(Refusal::Sealed),
    }
    Ok(match command {
        Command::Open(_) | Command::Sign(_) | Command::Give(_) | Command::AttachPaper(_) | Command::ExportPhoto(_) => {
            return Err(Refusal::OpenAlready);
        }
        Command::Describe(description) => {
            check_description(&description, pack)?;
            Operation::VisitDescribed(description)
        }
        Command::Abort(aborted) => {
            need(&aborted.reason, Refusal::Reason)?;
            Operation::VisitAborted(aborted)
        }
        Command::Reaim(reaimed) => {
            need(&reaimed.reason, Refusal::Reason)?;
            if reaimed.station == visit.station {
                return Err(Refusal::SameStation);
            }
            Operation::VisitReaimed(reaimed)
        }
        Command::HandOver(handed) => {
            need(&handed.reason, Refusal::Reason)?;
            let first = visit.description.team.first().map(|member| member.person);
            if handed.device == visit.lead_device && first == Some(handed.to.person) {
                return Err(Refusal::SameLead);
            }
            Operation::VisitHandedOver(handed)
        }
        Command::Answer { item, answer } => answered(visit, pack, item, answer, None)?,
        Command::AnswerFromPaper {
            item,
            answer,
            observed_at_ms,
        } => answered(visit, pack, item, Some(answer), Some(observed_at_ms))?,
        Command::AttachPhoto(photo) => {
            if let Some(same) = visit
                .standing_photos()
                .find(|known| known.attached.original.sha256 == photo.original.sha256)
            {
                return Err(Refusal::SamePhoto(same.attached.photo));
            }
            if let Some(derived) = &photo.derived {
                let from = visit.photo(derived.from);
                from.filter(|from| from.attached.original.sha256 == derived.original)
                    .ok_or(Refusal::NoPhoto(derived.from))?;
            }
            check_items(&photo.items, pack)?;
            Operation::PhotoAttached(photo)
        }
        Command::TiePhoto(tied) => {
            visit.photo(tied.photo).ok_or(Refusal::NoPhoto(tied.photo))?;
            check_items(&tied.items, pack)?;
            Operation::PhotoTied(tied)
        }
        Command::WithdrawPhoto(withdrawn) => {
            visit.photo(withdrawn.photo).ok_or(Refusal::NoPhoto(withdrawn.photo))?;
            need(&withdrawn.reason, Refusal::Reason)?;
            Operation::PhotoWithdrawn(withdrawn)
        }
        Command::RestorePhoto(restored) => {
            let known = visit.photo(restored.photo).ok_or(Refusal::NoPhoto(restored.photo))?;
            let sha256 = &known.attached.original.sha256;
            if let Some(same) = visit.standing_photos().find(|standing| standing.attached.original.sha256 == *sha256) {
                return Err(Refusal::SamePhoto(same.attached.photo));
            }
            Operation::PhotoRestored(restored)
        }
        Command::CorrectClock(corrected) => clock::correct(visit, corrected)?,
        Command::StateCustody(stated) => {
            visit.photo(stated.photo).ok_or(Refusal::NoPhoto(stated.photo))?;
            let fits = |text: &str| text.chars().count() <= Custody::MOST_CHARACTERS;
            if !fits(&stated.custody.maker) || !fits(&stated.custody.purpose) {
                return Err(Refusal::TooLong);
            }
            Operation::PhotoCustodyStated(stated)
        }
        Command::RecordFinding(finding) => {
            check_finding(&finding, visit, pack)?;
            Operation::FindingRecorded(finding)
        }
        Command::WithdrawFinding(withdrawn) => {
            visit.finding(withdrawn.finding).ok_or(Refusal::NoFinding(withdrawn.finding))?;
            need(&withdrawn.reason, Refusal::Reason)?;
            Operation::FindingWithdrawn(withdrawn)
        }
        Command::Countersign(countersign) => {
            match &countersign {
                Countersign::Signed { name, shown, .. } => {
                    need(name, Refusal::Reason)?;
                    ready_to_show(visit)?;
                    shown.as_ref().ok_or(Refusal::NotShown)?;
                }
                Countersign::Refused { reason, .. } => need(reason, Refusal::Reason)?,
                Countersign::Absent { reason, photo, .. } => {
                    need(reason, Refusal::Reason)?;
                    if let Some(photo) = photo {
                        visit.photo(*photo).ok_or(Refusal::NoPhoto(*photo))?;
                    }
                }
            }
            Operation::VisitCountersigned(countersign)
        }
        Command::HandSign(signed) => {
            if !visit.description.seconded.iter().any(|member| member.person == signed.person) {
                return Err(Refusal::NotInTeam(signed.person));
            }
            ready_to_show(visit)?;
            Operation::VisitHandSigned(signed)
        }
        Command::Seal(sealed) => {
            ready_to_seal(visit)?;
            if visit
                .returned()
                .is_some_and(|last| last.held.answers == visit.answers && !is_mended(last, visit))
            {
                return Err(Refusal::NothingMended);
            }
            Operation::VisitSealed(sealed)
        }
    })
}

fn answered(visit: &Visit, pack: &Pack, item: ItemCode, answer: Option<Answer>, observed_at_ms: Option<i64>) -> Result<Operation, Refusal> {
    let known = pack.item(&item).ok_or_else(|| Refusal::NoItem(item.clone()))?;
    if let Some(answer) = &answer {
        known.fits(answer).map_err(|why| Refusal::Answer { item: item.clone(), why })?;
    }
    let seen = visit.answers.get(&item).into_iter().flatten();
    Ok(Operation::VisitAnswered(VisitAnswered {
        overwrites: seen.map(|version| version.entry.clone()).collect(),
        item,
        answer,
        observed_at_ms,
    }))
}

/// Whether the record can be written now: an end is stated, the station's side is known, no item is disputed. Blank items and missing
/// photos are shown and printed as blanks, and never block.
pub fn ready_to_seal(visit: &Visit) -> Result<(), Refusal> {
    ready_to_show(visit)?;
    let signed = |member: &TeamMember| visit.hand_signed.iter().any(|known| known.person == member.person);
    if let Some(member) = visit.description.seconded.iter().find(|member| !signed(member)) {
        return Err(Refusal::NoHandSign(member.name.clone()));
    }
    visit.countersign.as_ref().map(|_| ()).ok_or(Refusal::NoCountersign)
}

/// Whether the record can be shown to the station now: all of it but the signatures is settled.
pub fn ready_to_show(visit: &Visit) -> Result<(), Refusal> {
    if let Some(item) = visit.disputed_items().next() {
        return Err(Refusal::Disputed(item.clone()));
    }
    if visit.description.ended_at_ms.is_none() {
        return Err(Refusal::NoEnd);
    }
    Ok(())
}

/// Whether anything but the answers differs from the returned record. The station's side is always stated anew.
fn is_mended(last: &ReturnedRecord, visit: &Visit) -> bool {
    last.held.photos != visit.photos || last.held.findings != visit.findings || last.held.description != visit.description
}

fn need(text: &str, otherwise: Refusal) -> Result<(), Refusal> {
    if text.trim().is_empty() { Err(otherwise) } else { Ok(()) }
}

fn check_description(description: &VisitDescription, pack: &Pack) -> Result<(), Refusal> {
    let persons: std::collections::BTreeSet<_> = description.team.iter().map(|member| member.person).collect();
    if persons.len() != description.team.len() || persons.len() < pack.signers as usize {
        return Err(Refusal::Team { needed: pack.signers });
    }
    let named = |member: &TeamMember| !member.name.trim().is_empty() && !member.org.trim().is_empty();
    let seconded: std::collections::BTreeSet<_> = description.seconded.iter().map(|member| member.person).collect();
    if seconded.len() != description.seconded.len() || !seconded.is_disjoint(&persons) || !description.seconded.iter().all(named) {
        return Err(Refusal::Seconded);
    }
    if description.ended_at_ms.is_some_and(|end| end < description.started_at_ms) {
        return Err(Refusal::Times);
    }
    match description
        .methods
        .iter()
        .find(|key| !pack.methods.iter().any(|method| &method.key == *key))
    {
        Some(unknown) => Err(Refusal::Method(unknown.clone())),
        None => Ok(()),
    }
}

fn check_items(items: &[ItemCode], pack: &Pack) -> Result<(), Refusal> {
    match items.iter().find(|code| pack.item(code).is_none()) {
        Some(unknown) => Err(Refusal::NoItem(unknown.clone())),
        None => Ok(()),
    }
}

fn check_finding(finding: &Finding, visit: &Visit, pack: &Pack) -> Result<(), Refusal> {
    need(&finding.facts, Refusal::FindingFacts)?;
    if let Some(item) = &finding.item {
        pack.item(item).ok_or_else(|| Refusal::NoItem(item.clone()))?;
    }
    if let Some(date) = &finding.deadline {
        chrono::NaiveDate::parse_from_str(date, "%Y-%m-%d").map_err(|_| Refusal::Date(date.clone()))?;
    }
    if finding.units.is_empty() || finding.units.iter().any(|unit| unit.name.trim().is_empty()) {
        return Err(Refusal::Units);
    }
    let after = finding.fixed.iter().flat_map(|fixed| &fixed.after);
    if let Some(unknown) = finding.photos.iter().chain(after).find(|photo| visit.photo(**photo).is_none()) {
        return Err(Refusal::NoPhoto(*unknown));
    }
    if let Some(fixed) = &finding.fixed {
        let both = !finding.photos.is_empty() && !fixed.after.is_empty();
        let apart = fixed.after.iter().all(|photo| !finding.photos.contains(photo));
        if fixed.how.trim().is_empty() || !both || !apart {
            return Err(Refusal::Fix);
        }
    }
    Ok(())
}
