//! Operations: every change that can be made, carried as the payload of one signed entry.

use crate::answer::Answer;
use crate::clock::ClockCorrected;
use crate::custody::{CustodyStated, Derived, PhotoExported};
use crate::finding::Finding;
use crate::fingerprint::Fingerprint;
use crate::ids::{FindingId, ItemCode, PersonId, PhotoId, StationId, VisitId};
use crate::pack::PackRef;
use crate::person::{Person, Role};
use crate::photo::PhotoMeta;
use crate::station::{Position, Station};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// One change. The kind of the entry is the tag, the payload (without its `salt`) is the content; see [`Operation::to_parts`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "payload")]
pub enum Operation {
    /// Server: a station is on the county's list.
    #[serde(rename = "station.registered/1")]
    StationRegistered(Station),
    /// Server: a person is on the county's list.
    #[serde(rename = "person.registered/1")]
    PersonRegistered(Person),
    /// Server: the authority certified a device's key.
    #[serde(rename = "device.certified/1")]
    DeviceCertified(DeviceCertified),
    /// Server: the authority certified a person's key.
    #[serde(rename = "person.certified/1")]
    PersonCertified(PersonCertified),
    /// Server: the authority signed a new list of revocations (possibly empty).
    #[serde(rename = "revocations.published/1")]
    RevocationsPublished(RevocationsPublished),
    /// Server: the bytes of a blob arrived and hash to their name.
    #[serde(rename = "blob.stored/1")]
    BlobStored(BlobStored),
    /// A station that is not on the county's list is put to use: 未核准 until the county registers it under the same id.
    #[serde(rename = "station.proposed/1")]
    StationProposed(Station),
    /// A visit begins.
    #[serde(rename = "visit.opened/1")]
    VisitOpened(VisitOpened),
    /// Team, times, methods, mode or place of a visit are stated anew.
    #[serde(rename = "visit.described/1")]
    VisitDescribed(VisitDescription),
    /// A visit opened by mistake ends without a record.
    #[serde(rename = "visit.aborted/1")]
    VisitAborted(VisitAborted),
    /// A visit opened for the wrong station goes to another one.
    #[serde(rename = "visit.reaimed/1")]
    VisitReaimed(VisitReaimed),
    /// The laptop that leads a visit gives it to another inspector, on the same or on another laptop.
    #[serde(rename = "visit.handed_over/1")]
    VisitHandedOver(VisitHandedOver),
    /// The clock of a camera is put right for the visit, or left as it was again.
    #[serde(rename = "visit.clock_corrected/1")]
    ClockCorrected(ClockCorrected),
    /// An item is answered.
    #[serde(rename = "visit.answered/1")]
    VisitAnswered(VisitAnswered),
    /// A photo joins a visit.
    #[serde(rename = "photo.attached/1")]
    PhotoAttached(Box<PhotoAttached>),
    /// What a photo shows is stated anew.
    #[serde(rename = "photo.tied/1")]
    PhotoTied(PhotoTied),
    /// A photo is withdrawn with a reason; its bytes stay.
    #[serde(rename = "photo.withdrawn/1")]
    PhotoWithdrawn(PhotoWithdrawn),
    /// The withdrawal of a photo is taken back.
    #[serde(rename = "photo.restored/1")]
    PhotoRestored(PhotoRestored),
    /// Who made a photo, how, and what it is to prove is stated.
    #[serde(rename = "photo.custody_stated/1")]
    PhotoCustodyStated(CustodyStated),
    /// A photo left the laptop as a file.
    #[serde(rename = "photo.exported/1")]
    PhotoExported(PhotoExported),
    /// A finding is written or written anew.
    #[serde(rename = "finding.recorded/1")]
    FindingRecorded(Finding),
    /// A finding is withdrawn with a reason.
    #[serde(rename = "finding.withdrawn/1")]
    FindingWithdrawn(FindingWithdrawn),
    /// The station signed, refused, or nobody was there.
    #[serde(rename = "visit.countersigned/1")]
    VisitCountersigned(Countersign),
    /// A seconded member signed by hand, level L0.
    #[serde(rename = "visit.hand_signed/1")]
    VisitHandSigned(HandSigned),
    /// The record is written; from here on nothing of the visit can change.
    #[serde(rename = "visit.sealed/1")]
    VisitSealed(VisitSealed),
    /// One person's signature over the statement of a sealed visit.
    #[serde(rename = "seal.signed/1")]
    SealSigned(SealSigned),
    /// A sealed record was given to somebody: on a stick, to a phone, on paper.
    #[serde(rename = "record.given/1")]
    RecordGiven(RecordGiven),
    /// Paper that was signed by hand and photographed or scanned joins a sealed record, level L0.
    #[serde(rename = "paper.attached/1")]
    PaperAttached(Box<PaperAttached>),
    /// Server: a reviewer accepted a sealed visit.
    #[serde(rename = "review.accepted/1")]
    ReviewAccepted(ReviewAccepted),
    /// Server: a reviewer returned a sealed visit with what is to be mended.
    #[serde(rename = "review.returned/1")]
    ReviewReturned(ReviewReturned),
}

/// Payload of `device.certified/1`; its aggregate is the device's certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DeviceCertified {
    /// Key id, hex SHA-256 of the SPKI.
    pub kid: String,
    /// Name given to the laptop.
    pub name: String,
    /// Certificate, base64 of DER.
    pub certificate: String,
}

/// Payload of `person.certified/1`; its aggregate is the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PersonCertified {
    /// Whose key.
    pub person: PersonId,
    /// Key id of the person's key on one device.
    pub kid: String,
    /// Key id of that device.
    pub device: String,
    /// Name in the certificate.
    pub name: String,
    /// Home department.
    pub org: String,
    /// Roles in the certificate.
    pub roles: Vec<Role>,
    /// Certificate, base64 of DER.
    pub certificate: String,
    /// Account of the administrator who approved.
    pub approved_by: String,
}

/// Payload of `revocations.published/1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RevocationsPublished {
    /// DSSE envelope signed by the authority, its JSON text.
    pub envelope: String,
}

/// Payload of `blob.stored/1`: the storage receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BlobStored {
    /// SHA-256 of the bytes, hex.
    pub sha256: String,
    /// Length in bytes.
    pub len: u64,
}

/// A member of the inspecting team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TeamMember {
    /// Who.
    pub person: PersonId,
    /// Name as printed.
    pub name: String,
    /// Home department as printed.
    pub org: String,
}

/// What a visit is about and when; stated at the opening and restated as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct VisitDescription {
    /// The team in order; the first leads.
    pub team: Vec<TeamMember>,
    /// Keys of the pack's methods.
    pub methods: Vec<String>,
    /// Start, ms since 1970 UTC, as stated.
    pub started_at_ms: i64,
    /// End, ms since 1970 UTC, as stated; none while it goes on.
    pub ended_at_ms: Option<i64>,
    /// Offset of local time from UTC in minutes.
    pub utc_offset_min: i32,
    /// Overall situation found, free text.
    pub situation: String,
    /// 抽调人员: seconded members without a key, named with the home office. They sign by hand and never in place of the team.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<TeamMember>>")]
    pub seconded: Vec<TeamMember>,
}

/// Payload of `visit.opened/1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct VisitOpened {
    /// Where.
    pub station: StationId,
    /// Checklist version, fixed for the visit.
    pub pack: PackRef,
    /// Team, times, methods.
    pub description: VisitDescription,
}

/// Payload of `visit.aborted/1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct VisitAborted {
    /// Why, as typed; never empty.
    pub reason: String,
}

/// Payload of `visit.reaimed/1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct VisitReaimed {
    /// The right station.
    pub station: StationId,
    /// Its registered point as known to the laptop; distances of photos are measured to it from here on.
    pub position: Option<Position>,
    /// Why, as typed; never empty.
    pub reason: String,
}

/// Payload of `visit.handed_over/1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct VisitHandedOver {
    /// Key id of the laptop that leads from here on; it may be the one that led before.
    pub device: String,
    /// Who goes on: the first of the team from here on.
    pub to: TeamMember,
    /// Why, as typed; never empty.
    pub reason: String,
}

/// Payload of `visit.answered/1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct VisitAnswered {
    /// Which item.
    pub item: ItemCode,
    /// The answer; none takes it back.
    pub answer: Option<Answer>,
    /// Ids of the answer entries that the author saw and replaces; concurrent ones stay.
    pub overwrites: Vec<String>,
    /// 事后补录: when it was written on the paper form that it was typed in from, ms since 1970 UTC, as stated. None for an answer that
    /// was given at the laptop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub observed_at_ms: Option<i64>,
}

/// Digest and length of a blob.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BlobRef {
    /// SHA-256, hex.
    pub sha256: String,
    /// Length in bytes.
    pub len: u64,
}

/// Payload of `photo.attached/1`: bytes by digest, the thumbnail's digest too, so that nobody reviews another picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PhotoAttached {
    /// Identity of the photo.
    pub photo: PhotoId,
    /// The original's bytes.
    pub original: BlobRef,
    /// Thumbnail (JPEG, at most 320 px), if one could be made.
    pub thumbnail: Option<BlobRef>,
    /// File name as it was on the medium.
    pub name: String,
    /// Media type by content, such as `image/jpeg`.
    pub mime: String,
    /// How it came in: `dialog`, `drop`, `paste`, `phone`; `copy` when it was made here from another photo.
    pub method: String,
    /// When it came onto the laptop, ms since 1970 UTC as claimed, where that is not when it was attached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub arrived_at_ms: Option<i64>,
    /// What the file says.
    pub meta: PhotoMeta,
    /// What the picture looks like, where it shows anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub fingerprint: Option<Fingerprint>,
    /// By how many decibels a regular fine pattern stands out that lies all over the picture, as where a screen was photographed; none
    /// where it was not looked for. A measure, not a judgement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub pattern_db: Option<u8>,
    /// Distance to the station's registered point in metres, where both are known.
    pub distance_m: Option<i64>,
    /// Items shown at the time of attaching.
    pub items: Vec<ItemCode>,
    /// Of which photo it is a copy with marks or blurred parts; none for a file that came from outside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub derived: Option<Derived>,
    /// Why there is no thumbnail, as a code such as `locked`; none where there is one, or nothing was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub no_preview: Option<String>,
}

/// Payload of `photo.tied/1`: replaces caption and items of the photo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PhotoTied {
    /// Which photo.
    pub photo: PhotoId,
    /// Items that it shows.
    pub items: Vec<ItemCode>,
    /// Caption, as typed.
    pub caption: String,
}

/// Payload of `photo.withdrawn/1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PhotoWithdrawn {
    /// Which photo.
    pub photo: PhotoId,
    /// Why, as typed; never empty.
    pub reason: String,
}

/// Payload of `photo.restored/1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PhotoRestored {
    /// Which photo.
    pub photo: PhotoId,
}

/// Payload of `finding.withdrawn/1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct FindingWithdrawn {
    /// Which finding.
    pub finding: FindingId,
    /// Why, as typed; never empty.
    pub reason: String,
}

/// The station's side: three equal ways.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "way", rename_all = "snake_case", deny_unknown_fields)]
pub enum Countersign {
    /// Signed by drawing; level L0.
    Signed {
        /// Name as stated.
        name: String,
        /// Function at the station.
        role: String,
        /// What the counterpart said of the record; may be empty.
        opinion: String,
        /// The strokes: canonical JSON [`Strokes`] as a blob.
        strokes: BlobRef,
        /// SHA-256 of the canonical JSON of the record's content as it was shown before signing, hex. None in drawings of older versions.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        shown: Option<String>,
        /// When, ms since 1970 UTC, by the device.
        at_ms: i64,
    },
    /// Refused.
    Refused {
        /// Reason given.
        reason: String,
        /// Witness, or empty.
        witness: String,
        /// When, ms since 1970 UTC, by the device.
        at_ms: i64,
    },
    /// Nobody there or shop shut.
    Absent {
        /// What was found.
        reason: String,
        /// A photo that shows it, if one was taken.
        photo: Option<PhotoId>,
        /// When, ms since 1970 UTC, by the device.
        at_ms: i64,
    },
}

/// Payload of `visit.hand_signed/1`: a seconded member's signature by hand, level L0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct HandSigned {
    /// Which seconded member.
    pub person: PersonId,
    /// The strokes: canonical JSON [`Strokes`] as a blob; none when the member signs on the printed record.
    pub strokes: Option<BlobRef>,
    /// SHA-256 of the canonical JSON of the record's content as it was shown before signing, hex.
    pub shown: String,
    /// When, ms since 1970 UTC, by the device.
    pub at_ms: i64,
}

/// Drawn strokes: integers only, so that their digest is the same everywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Strokes {
    /// Format version, 1.
    pub v: u32,
    /// Width of the canvas in its own units.
    pub width: i64,
    /// Height of the canvas.
    pub height: i64,
    /// Strokes of points `[x, y, milliseconds since the first point]`.
    pub strokes: Vec<Vec<[i64; 3]>>,
}

/// Head of a log as contained in a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CoveredHead {
    /// Log id.
    pub log: String,
    /// Sequence number of the last entry of this visit contained.
    pub seq: u64,
    /// Its entry id.
    pub entry: String,
}

/// Payload of `visit.sealed/1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct VisitSealed {
    /// The `visit-record/1` bytes as a blob.
    pub record: BlobRef,
    /// The in-toto statement bytes as a blob; its SHA-256 is the seal id (封存码).
    pub statement: BlobRef,
    /// Heads contained in the record.
    pub covers: Vec<CoveredHead>,
    /// Distinct persons that the pack asks for.
    pub signers: u32,
    /// Seal id of the returned record that this one mends and supersedes; absent on a first record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub supersedes: Option<String>,
}

/// Payload of `seal.signed/1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SealSigned {
    /// Seal id: SHA-256 of the statement, hex.
    pub statement: String,
    /// Who signed.
    pub person: PersonId,
    /// Name as printed.
    pub name: String,
    /// The person's key id.
    pub kid: String,
    /// The person's public key, base64 of the SPKI DER.
    pub public_key: String,
    /// Signature over the statement's PAE, base64.
    pub signature: String,
}

impl SealSigned {
    /// Whether both are one signature: the same person's, by the same key, the same bytes.
    pub fn is_same(&self, other: &Self) -> bool {
        (self.person, &self.kid, &self.signature) == (other.person, &other.kid, &other.signature)
    }
}

/// How a record was given away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum GivenHow {
    /// 手机: over a page that the laptop served for it.
    Phone,
    /// U 盘: as a file.
    Stick,
    /// 纸质: printed.
    Print,
}

/// Payload of `record.given/1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RecordGiven {
    /// Seal id of the record.
    pub seal: String,
    /// SHA-256 of the PDF that was given, hex.
    pub pdf: String,
    /// How.
    pub how: GivenHow,
    /// To whom, as typed; never empty.
    pub to: String,
    /// Whether 副本 stood on it.
    pub copy: bool,
    /// When, ms since 1970 UTC, by the device.
    pub at_ms: i64,
}

/// Who signed a paper by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PaperSigner {
    /// Name as it stands on the paper.
    pub name: String,
    /// Function, such as 站点负责人.
    pub role: String,
}

/// 纸质签字件: pages of paper that were signed or stamped by hand and belong to a sealed record. They are an addendum to it, level L0, and
/// change nothing of what was sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// Format version, 1.
    pub v: u32,
    /// The visit.
    pub visit: VisitId,
    /// Seal id of the record that the paper belongs to.
    pub seal: String,
    /// The pages in order, as photos or scans.
    pub pages: Vec<PhotoAttached>,
    /// Who signed by hand, as stated by whoever attaches it.
    pub signers: Vec<PaperSigner>,
    /// What is to be said of it, may be empty.
    pub note: String,
    /// When it was attached, ms since 1970 UTC, by the device.
    pub at_ms: i64,
}

/// Payload of `paper.attached/1`: the paper, and the signature of the member of the team who attaches it, made over the canonical JSON of
/// `paper` with the payload type `application/vnd.xunzhan.paper+json`. It says who attached these pages, and nothing of the hands on them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PaperAttached {
    /// The paper.
    pub paper: Paper,
    /// Who attaches it.
    pub person: PersonId,
    /// Name as printed.
    pub name: String,
    /// The person's key id.
    pub kid: String,
    /// The person's public key, base64 of the SPKI DER.
    pub public_key: String,
    /// Signature over the paper's PAE, base64.
    pub signature: String,
}

/// Payload of `review.accepted/1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ReviewAccepted {
    /// Seal id that was reviewed.
    pub statement: String,
    /// Reviewer.
    pub person: PersonId,
    /// Account name.
    pub account: String,
    /// Reviewer's name.
    pub name: String,
    /// Comment, may be empty.
    pub comment: String,
    /// When, ms since 1970 UTC, by the server.
    pub at_ms: i64,
}

/// What a reviewer says to one item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ItemComment {
    /// Which item.
    pub item: ItemCode,
    /// What is to be mended, as typed; never empty.
    pub comment: String,
}

/// Payload of `review.returned/1`: what is to be mended, in general or item by item; at least one of both is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ReviewReturned {
    /// Seal id that was reviewed.
    pub statement: String,
    /// Reviewer.
    pub person: PersonId,
    /// Account name.
    pub account: String,
    /// Reviewer's name.
    pub name: String,
    /// What is to be mended in general, may be empty.
    pub comment: String,
    /// What is to be mended on items, in the checklist's order.
    pub items: Vec<ItemComment>,
    /// When, ms since 1970 UTC, by the server.
    pub at_ms: i64,
}

/// Why a payload is not an operation of this version.
#[derive(Debug, thiserror::Error)]
pub enum OperationError {
    /// The kind is not known to this version: keep, forward, show as "needs a newer version".
    #[error("the kind {0:?} needs a newer version")]
    UnknownKind(String),
    /// The kind is known but the payload breaks its shape.
    #[error("the payload does not fit its kind: {0}")]
    Shape(#[from] serde_json::Error),
}

impl Operation {
    /// Kinds that this version knows.
    pub const KINDS: [&'static str; 30] = [
        "station.registered/1",
        "person.registered/1",
        "device.certified/1",
        "person.certified/1",
        "revocations.published/1",
        "blob.stored/1",
        "station.proposed/1",
        "visit.opened/1",
        "visit.described/1",
        "visit.aborted/1",
        "visit.reaimed/1",
        "visit.handed_over/1",
        "visit.clock_corrected/1",
        "visit.answered/1",
        "photo.attached/1",
        "photo.tied/1",
        "photo.withdrawn/1",
        "photo.restored/1",
        "photo.custody_stated/1",
        "photo.exported/1",
        "finding.recorded/1",
        "finding.withdrawn/1",
        "visit.countersigned/1",
        "visit.hand_signed/1",
        "visit.sealed/1",
        "seal.signed/1",
        "record.given/1",
        "paper.attached/1",
        "review.accepted/1",
        "review.returned/1",
    ];

    /// The entry's kind, the tag under which the operation travels.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::StationRegistered(_) => "station.registered/1",
            Self::PersonRegistered(_) => "person.registered/1",
            Self::DeviceCertified(_) => "device.certified/1",
            Self::PersonCertified(_) => "person.certified/1",
            Self::RevocationsPublished(_) => "revocations.published/1",
            Self::BlobStored(_) => "blob.stored/1",
            Self::StationProposed(_) => "station.proposed/1",
            Self::VisitAborted(_) => "visit.aborted/1",
            Self::VisitReaimed(_) => "visit.reaimed/1",
            Self::VisitHandedOver(_) => "visit.handed_over/1",
            Self::VisitOpened(_) => "visit.opened/1",
            Self::VisitDescribed(_) => "visit.described/1",
            Self::ClockCorrected(_) => "visit.clock_corrected/1",
            Self::VisitAnswered(_) => "visit.answered/1",
            Self::PhotoAttached(_) => "photo.attached/1",
            Self::PhotoTied(_) => "photo.tied/1",
            Self::PhotoWithdrawn(_) => "photo.withdrawn/1",
            Self::PhotoRestored(_) => "photo.restored/1",
            Self::PhotoCustodyStated(_) => "photo.custody_stated/1",
            Self::PhotoExported(_) => "photo.exported/1",
            Self::FindingRecorded(_) => "finding.recorded/1",
            Self::FindingWithdrawn(_) => "finding.withdrawn/1",
            Self::VisitCountersigned(_) => "visit.countersigned/1",
            Self::VisitHandSigned(_) => "visit.hand_signed/1",
            Self::VisitSealed(_) => "visit.sealed/1",
            Self::SealSigned(_) => "seal.signed/1",
            Self::RecordGiven(_) => "record.given/1",
            Self::PaperAttached(_) => "paper.attached/1",
            Self::ReviewAccepted(_) => "review.accepted/1",
            Self::ReviewReturned(_) => "review.returned/1",
        }
    }

    /// Splits into the entry's kind and its payload object (still without salt).
    pub fn to_parts(&self) -> Result<(String, Value), OperationError> {
        let mut whole = serde_json::to_value(self)?;
        let kind = whole.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
        let payload = whole.get_mut("payload").map(Value::take).unwrap_or_default();
        Ok((kind, payload))
    }

    /// What this version of the program understands: its number and all kinds. Where another stood before, an entry that said nothing then
    /// may say something now.
    pub fn understood() -> String {
        format!("{} {}", env!("CARGO_PKG_VERSION"), Self::KINDS.join(" "))
    }

    /// Reads an operation from an entry's kind and payload; `salt` is ignored.
    pub fn from_parts(kind: &str, payload: &Value) -> Result<Self, OperationError> {
        if !Self::KINDS.contains(&kind) {
            return Err(OperationError::UnknownKind(kind.to_owned()));
        }
        let mut payload = payload.clone();
        if let Some(object) = payload.as_object_mut() {
            object.shift_remove("salt");
        }
        Ok(serde_json::from_value(serde_json::json!({ "kind": kind, "payload": payload }))?)
    }
}
