//! A visit (走访): its state as derived from its entries.

use crate::answer::Answer;
use crate::clock::CorrectedClock;
use crate::custody::{Custody, ExportedPhoto};
use crate::finding::Finding;
use crate::ids::{FindingId, ItemCode, PersonId, PhotoId, StationId, VisitId};
use crate::operation::{
    BlobRef, Countersign, HandSigned, PaperAttached, PhotoAttached, RecordGiven, ReviewAccepted, ReviewReturned, SealSigned, TeamMember,
    VisitDescription, VisitSealed,
};
use crate::pack::PackRef;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use ts_rs::TS;

/// Where a visit stands (走访状态).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum VisitPhase {
    /// 进行中.
    InProgress,
    /// 待第二人签名: the record is written, signatures are missing.
    AwaitingSignature,
    /// 已封存.
    Sealed,
    /// 退回: a reviewer sent the sealed record back; the visit is open for mending.
    Returned,
    /// 已复核.
    Reviewed,
    /// 已中止: opened by mistake, without a record.
    Aborted,
}

impl VisitPhase {
    /// All phases.
    pub const ALL: [Self; 6] = [
        Self::InProgress,
        Self::AwaitingSignature,
        Self::Sealed,
        Self::Returned,
        Self::Reviewed,
        Self::Aborted,
    ];

    /// Whether a visit can be worked on: under way, or returned to be mended.
    pub fn is_open(self) -> bool {
        matches!(self, Self::InProgress | Self::Returned)
    }

    /// The phase of a key.
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.key() == key)
    }

    /// Key used in typed columns and on screens.
    pub fn key(self) -> &'static str {
        match self {
            Self::InProgress => "in_progress",
            Self::AwaitingSignature => "awaiting_signature",
            Self::Sealed => "sealed",
            Self::Returned => "returned",
            Self::Reviewed => "reviewed",
            Self::Aborted => "aborted",
        }
    }
}

/// One of possibly several concurrent answers to an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AnswerVersion {
    /// Entry that said it.
    pub entry: String,
    /// Whose session, as claimed.
    pub by: Option<PersonId>,
    /// When, ms since 1970 UTC, as claimed.
    pub ts_ms: i64,
    /// The answer; none stands for one taken back.
    pub answer: Option<Answer>,
    /// 事后补录: when it was written on the paper that it was typed in from, ms since 1970 UTC, as stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub observed_at_ms: Option<i64>,
}

/// A photo of the visit with all that was said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VisitPhoto {
    /// Entry that attached it.
    pub entry: String,
    /// When it was attached, ms since 1970 UTC, as claimed.
    pub ts_ms: i64,
    /// The file.
    pub attached: PhotoAttached,
    /// Items that it shows now.
    pub items: Vec<ItemCode>,
    /// Caption.
    pub caption: String,
    /// Reason of its withdrawal, if withdrawn.
    pub withdrawn: Option<String>,
    /// Who made it, how, and what it is to prove, once somebody says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub custody: Option<Custody>,
}

/// A finding with its standing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VisitFinding {
    /// Entry that said it last.
    pub entry: String,
    /// When first recorded, ms since 1970 UTC, as claimed.
    pub ts_ms: i64,
    /// What it says.
    pub finding: Finding,
    /// Reason of its withdrawal, if withdrawn.
    pub withdrawn: Option<String>,
}

/// How a visit ended without a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Aborted {
    /// Whose session, as claimed.
    pub by: Option<PersonId>,
    /// When, ms since 1970 UTC, as claimed.
    pub ts_ms: i64,
    /// Why, as typed.
    pub reason: String,
}

/// A station that a visit was opened for by mistake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Reaimed {
    /// The wrong station.
    pub from: StationId,
    /// Whose session, as claimed.
    pub by: Option<PersonId>,
    /// When, ms since 1970 UTC, as claimed.
    pub ts_ms: i64,
    /// Why, as typed.
    pub reason: String,
}

/// A visit that went from one inspector to another (交接).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HandedOver {
    /// The entry that said it.
    pub entry: String,
    /// Key id of the laptop that led before.
    pub from_device: String,
    /// Key id of the laptop that leads since; it may be the same.
    pub device: String,
    /// Who goes on.
    pub to: TeamMember,
    /// Whose session gave it away, as claimed.
    pub by: Option<PersonId>,
    /// When, ms since 1970 UTC, as claimed.
    pub ts_ms: i64,
    /// Why, as typed.
    pub reason: String,
}

/// A record that was given to somebody (交付).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct GivenRecord {
    /// The entry that said it.
    pub entry: String,
    /// Whose session, as claimed.
    pub by: Option<PersonId>,
    /// What it says.
    pub given: RecordGiven,
}

/// Paper that joined a sealed record (纸质签字件), level L0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AttachedPaper {
    /// The entry that said it.
    pub entry: String,
    /// What it says, its signature as claimed.
    pub attached: PaperAttached,
}

/// An entry that was kept but changes nothing, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RefusedEntry {
    /// The entry.
    pub entry: String,
    /// Its kind.
    pub kind: String,
    /// The rule that it breaks, as a code.
    pub rule: String,
}

/// What a visit says at the time of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Content {
    /// Team, times, methods.
    pub description: VisitDescription,
    /// Answers by item.
    pub answers: BTreeMap<ItemCode, Vec<AnswerVersion>>,
    /// Photos in order of attaching.
    pub photos: Vec<VisitPhoto>,
    /// Findings in order of recording.
    pub findings: Vec<VisitFinding>,
    /// The station's side.
    pub countersign: Option<Countersign>,
    /// Signatures by hand of seconded members.
    #[serde(default)]
    pub hand_signed: Vec<HandSigned>,
    /// Clocks of cameras that were put right. The record has the photos' own values alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<CorrectedClock>>")]
    pub clocks: Vec<CorrectedClock>,
}

/// A record that a reviewer returned, with what it held. It stays as it is; what mends it supersedes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ReturnedRecord {
    /// The record.
    pub sealed: VisitSealed,
    /// The entry that sealed it.
    pub entry: String,
    /// Signatures over it as claimed.
    pub signatures: Vec<SealSigned>,
    /// What the visit said when it was sealed.
    pub held: Content,
    /// What the reviewer said.
    pub returned: ReviewReturned,
}

/// The opening of a visit that counts, see [`crate::lead`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Opening {
    /// The entry.
    pub entry: String,
    /// Key id of the laptop that said it.
    pub kid: String,
}

/// An entry that came after the seal, or that the sealing laptop had not seen (未纳入封存): kept, and no part of what was sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UncoveredEntry {
    /// The entry.
    pub entry: String,
    /// Its kind.
    pub kind: String,
    /// Whose session, as claimed.
    pub by: Option<PersonId>,
    /// When, ms since 1970 UTC, as claimed.
    #[serde(default)]
    pub ts_ms: i64,
    /// The item that it answers.
    pub item: Option<ItemCode>,
    /// The photo that it attaches; its bytes are kept like any other's.
    pub photo: Option<Box<PhotoAttached>>,
}

/// A visit's state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Visit {
    /// Identity.
    pub id: VisitId,
    /// The opening that counts.
    pub opening: Opening,
    /// Key id of the laptop that leads: the one that opened it, or that it was handed over to.
    pub lead_device: String,
    /// How it went from one inspector to another, in order.
    #[serde(default)]
    pub handed_over: Vec<HandedOver>,
    /// Where.
    pub station: StationId,
    /// Checklist version.
    pub pack: PackRef,
    /// Team, times, methods.
    pub description: VisitDescription,
    /// Answers by item; more than one version means that people disagree and a choice is due.
    pub answers: BTreeMap<ItemCode, Vec<AnswerVersion>>,
    /// Photos in order of attaching.
    pub photos: Vec<VisitPhoto>,
    /// Findings in order of recording.
    pub findings: Vec<VisitFinding>,
    /// The station's side.
    pub countersign: Option<Countersign>,
    /// Signatures by hand of seconded members, one a person.
    #[serde(default)]
    pub hand_signed: Vec<HandSigned>,
    /// The record, once written; none again while a returned visit is mended.
    pub sealed: Option<VisitSealed>,
    /// The entry that sealed it.
    pub sealed_entry: Option<String>,
    /// Records that a reviewer returned, oldest first.
    pub returns: Vec<ReturnedRecord>,
    /// Signatures over it as claimed; only who has the statement's bytes can tell which of them hold.
    pub signatures: Vec<SealSigned>,
    /// Why it ended without a record, if it did.
    #[serde(default)]
    pub aborted: Option<Aborted>,
    /// Stations that it was opened for by mistake, in order.
    #[serde(default)]
    pub reaimed: Vec<Reaimed>,
    /// The reviewer's word.
    pub review: Option<ReviewAccepted>,
    /// To whom the sealed records were given, in order.
    #[serde(default)]
    pub given: Vec<GivenRecord>,
    /// Papers that joined the sealed records, in order.
    #[serde(default)]
    pub papers: Vec<AttachedPaper>,
    /// Photos that left a laptop as files, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<ExportedPhoto>>")]
    pub exported: Vec<ExportedPhoto>,
    /// Clocks of cameras that were put right, each camera once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<CorrectedClock>>")]
    pub clocks: Vec<CorrectedClock>,
    /// Draft entries that came after the seal: kept, shown as 未纳入封存.
    pub uncovered: Vec<UncoveredEntry>,
    /// Entries that break a rule: kept, changing nothing.
    pub refused: Vec<RefusedEntry>,
}

impl Visit {
    /// Where it stands, derived from what was said: signatures count as claimed.
    pub fn phase(&self) -> VisitPhase {
        self.phase_with(|_| true)
    }

    /// Where it stands when only the signatures count that hold; who has the statement's bytes can tell.
    pub fn phase_with(&self, holds: impl Fn(&SealSigned) -> bool) -> VisitPhase {
        let signers = || -> BTreeSet<PersonId> {
            self.signatures
                .iter()
                .filter(|signed| holds(signed))
                .map(|signed| signed.person)
                .collect()
        };
        match (&self.sealed, &self.review) {
            (None, _) if self.aborted.is_some() => VisitPhase::Aborted,
            (None, _) if !self.returns.is_empty() => VisitPhase::Returned,
            (None, _) => VisitPhase::InProgress,
            (Some(_), Some(_)) => VisitPhase::Reviewed,
            (Some(sealed), None) if signers().len() >= sealed.signers as usize => VisitPhase::Sealed,
            (Some(_), None) => VisitPhase::AwaitingSignature,
        }
    }

    /// While the record awaits signatures: members of the team who have not signed it, as claimed.
    pub fn awaits(&self) -> Vec<PersonId> {
        self.awaits_with(|_| true)
    }

    /// While the record awaits signatures: members of the team in whose names none stands that holds.
    pub fn awaits_with(&self, holds: impl Fn(&SealSigned) -> bool) -> Vec<PersonId> {
        let signed = |person| self.signatures.iter().any(|known| known.person == person && holds(known));
        let team = self.description.team.iter().map(|member| member.person);
        match self.phase_with(&holds) {
            VisitPhase::AwaitingSignature => team.filter(|person| !signed(*person)).collect(),
            _ => Vec::new(),
        }
    }

    /// The record that a reviewer returned last.
    pub fn returned(&self) -> Option<&ReturnedRecord> {
        self.returns.last()
    }

    /// The record that stands, with its signatures and the entry that sealed it: the one written last, or while a returned visit is
    /// mended the one that was returned.
    pub fn standing_record(&self) -> Option<(&VisitSealed, &[SealSigned], &str)> {
        match (&self.sealed, self.returns.last()) {
            (Some(sealed), _) => Some((sealed, &self.signatures, self.sealed_entry.as_deref().unwrap_or_default())),
            (None, Some(last)) => Some((&last.sealed, &last.signatures, &last.entry)),
            (None, None) => None,
        }
    }

    /// Papers that belong to the record of a seal id.
    pub fn papers_of<'a>(&'a self, seal: &'a str) -> impl Iterator<Item = &'a AttachedPaper> {
        self.papers.iter().filter(move |one| one.attached.paper.seal == seal)
    }

    /// Pages of all papers.
    pub fn pages(&self) -> impl Iterator<Item = &PhotoAttached> {
        self.papers.iter().flat_map(|one| &one.attached.paper.pages)
    }

    /// What came after a seal, and pages of papers: no photos of the visit, and kept and sent all the same.
    pub fn late_photos(&self) -> impl Iterator<Item = &PhotoAttached> {
        let uncovered = self.uncovered.iter().filter_map(|entry| entry.photo.as_deref());
        uncovered.chain(self.pages())
    }

    /// Strokes, records and statements that stand or stood: what a returned record consists of stays evidence. What a refused entry names
    /// is not among them.
    pub fn documents(&self) -> impl Iterator<Item = &BlobRef> {
        fn drawn(countersign: Option<&Countersign>) -> Option<&BlobRef> {
            match countersign {
                Some(Countersign::Signed { strokes, .. }) => Some(strokes),
                _ => None,
            }
        }
        let past = self.returns.iter().map(|past| &past.sealed);
        let records = past.chain(&self.sealed).flat_map(|sealed| [&sealed.record, &sealed.statement]);
        let held = self.returns.iter().filter_map(|past| drawn(past.held.countersign.as_ref()));
        let by_hand = self.hand_signed.iter().filter_map(|signed| signed.strokes.as_ref());
        drawn(self.countersign.as_ref()).into_iter().chain(by_hand).chain(records).chain(held)
    }

    /// Whether a record of this seal id was ever written for the visit.
    pub fn has_record(&self, seal: &str) -> bool {
        let past = self.returns.iter().map(|past| &past.sealed);
        past.chain(&self.sealed).any(|sealed| sealed.statement.sha256 == seal)
    }

    /// What the visit says now.
    pub fn content(&self) -> Content {
        Content {
            description: self.description.clone(),
            answers: self.answers.clone(),
            photos: self.photos.clone(),
            findings: self.findings.clone(),
            countersign: self.countersign.clone(),
            hand_signed: self.hand_signed.clone(),
            clocks: self.clocks.clone(),
        }
    }

    /// The answer to an item, when exactly one stands.
    pub fn answer(&self, item: &str) -> Option<&Answer> {
        self.answer_version(item)?.answer.as_ref()
    }

    /// The same with who said it and when.
    pub fn answer_version(&self, item: &str) -> Option<&AnswerVersion> {
        match self.answers.get(item).map(Vec::as_slice) {
            Some([only]) => Some(only),
            _ => None,
        }
    }

    /// Items on which concurrent answers stand.
    pub fn disputed_items(&self) -> impl Iterator<Item = &ItemCode> {
        self.answers.iter().filter(|(_, versions)| versions.len() > 1).map(|(item, _)| item)
    }

    /// The photo, withdrawn or not.
    pub fn photo(&self, id: PhotoId) -> Option<&VisitPhoto> {
        self.photos.iter().find(|photo| photo.attached.photo == id)
    }

    /// Whether the visit has a photo with these bytes (SHA-256, hex), also one that came after the seal.
    pub fn names_photo(&self, id: PhotoId, sha256: &str) -> bool {
        let mut all = self.photos.iter().map(|photo| &photo.attached).chain(self.late_photos());
        all.any(|known| known.photo == id && known.original.sha256 == sha256)
    }

    /// The finding, withdrawn or not.
    pub fn finding(&self, id: FindingId) -> Option<&VisitFinding> {
        self.findings.iter().find(|finding| finding.finding.id == id)
    }

    /// Photos that were not withdrawn.
    pub fn standing_photos(&self) -> impl Iterator<Item = &VisitPhoto> {
        self.photos.iter().filter(|photo| photo.withdrawn.is_none())
    }

    /// Standing findings that were put right on the spot.
    pub fn fixed_findings(&self) -> impl Iterator<Item = &VisitFinding> {
        self.standing_findings().filter(|finding| finding.finding.fixed.is_some())
    }

    /// Findings that were not withdrawn.
    pub fn standing_findings(&self) -> impl Iterator<Item = &VisitFinding> {
        self.findings.iter().filter(|finding| finding.withdrawn.is_none())
    }
}
