//! What a check found, as data; `text` turns it into words.

use seal::Digest;
use serde::Serialize;
use uuid::Uuid;

use crate::anchor::SignedAt;

/// The language of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Chinese, the default.
    Zh,
    /// English.
    En,
}

/// The outcome of a check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Everything holds, under the fingerprint that was given.
    Verified,
    /// Everything holds, but nobody compared the authority's fingerprint.
    ConsistentRootUnchecked,
    /// Something does not hold.
    #[default]
    Refused,
    /// The authority is not the expected one.
    WrongRoot,
}

impl Verdict {
    /// The exit code of the program: 0 verified, 3 consistent with the root unchecked, 1 refused, 4 wrong root. (2 is wrong
    /// usage and 5 an unreadable file.)
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Verified => 0,
            Self::Refused => 1,
            Self::ConsistentRootUnchecked => 3,
            Self::WrongRoot => 4,
        }
    }
}

/// Why a file was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The file inside the bundle, or `(zip)` for the container itself.
    pub file: String,
    /// The reason in Chinese.
    pub zh: String,
    /// The reason in English.
    pub en: String,
}

/// One person's signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Seal {
    /// The person.
    pub person: Uuid,
    /// Name as certified.
    pub name: String,
    /// Organisation as certified.
    pub org: String,
    /// Level: `L1`, a personal key.
    pub level: &'static str,
    /// The key, 64 hex digits.
    pub kid: String,
    /// The laptop's name.
    pub device: String,
    /// When it was signed.
    pub at: SignedAt,
    /// When the person's key was certified, if after the signature: the server's time of that entry's checkpoint, ms.
    pub certified_later_ms: Option<i64>,
}

/// How the station answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "way", rename_all = "snake_case")]
pub enum Countersignature {
    /// Signed by drawing; level L0.
    Signed {
        /// Name as stated.
        name: String,
        /// Function at the station.
        role: String,
        /// Whether the strokes are in the bundle; otherwise their digest alone is.
        strokes_in_bundle: bool,
        /// Whether the record says what was shown before the signature was drawn; if so, it was this record's content.
        content_shown: bool,
    },
    /// Refused.
    Refused {
        /// Reason given.
        reason: String,
        /// Witness, or empty.
        witness: String,
    },
    /// Nobody there or shop shut.
    Absent {
        /// What was found.
        reason: String,
    },
}

/// What the server attests for an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Acceptance {
    /// The account.
    pub account: String,
    /// The reviewer's name as the server states it.
    pub name: String,
    /// Comment, may be empty.
    pub comment: String,
    /// When, by the server, ms.
    pub at_ms: i64,
}

/// A record that was returned and is superseded by this one; attested by the server for an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Superseded {
    /// Its seal id.
    pub seal: Digest,
    /// The account that returned it.
    pub account: String,
    /// The reviewer's name as the server states it.
    pub name: String,
    /// When, by the server, ms.
    pub at_ms: i64,
}

/// A handing over of the visit before it was sealed, by the laptop that led.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HandedOver {
    /// Who went on, as stated.
    pub name: String,
    /// Home department, as stated.
    pub org: String,
    /// Key id of the laptop that led from then on.
    pub device: String,
    /// Why, as typed.
    pub reason: String,
    /// When, by the laptop's clock, ms.
    pub claimed_ms: i64,
}

/// A page of a paper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PaperPage {
    /// Digest of its bytes.
    pub sha256: Digest,
    /// Whether it is in the bundle and equal to its digest; otherwise it is named by digest alone.
    pub present: bool,
}

/// Paper that was signed by hand and joined the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HandPaper {
    /// Level: `L0`, whatever stands on the paper.
    pub level: &'static str,
    /// Pages in order.
    pub pages: Vec<PaperPage>,
    /// Who signed by hand, name and function, as stated by whoever attached it.
    pub signers: Vec<(String, String)>,
    /// What was said of it, may be empty.
    pub note: String,
    /// Who attached it, with a personal key.
    pub attached_by: String,
    /// Whether this person's key or the laptop's was revoked and it is not shown that the paper was attached before.
    pub contested: bool,
    /// When it was attached.
    pub at: SignedAt,
}

/// A photo of the record that was made on a laptop from another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PhotoCopy {
    /// Its own bytes.
    pub copy: Digest,
    /// The bytes that it was made from.
    pub original: Digest,
}

/// Photos of the record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PhotoCount {
    /// Originals that the record names.
    pub named: u64,
    /// Of these, in the bundle and equal to their digest.
    pub present: u64,
    /// Digests of originals that are named only.
    pub digest_only: Vec<Digest>,
    /// Copies with marks or blurred parts, each naming another photo of the record as its original.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub copies: Vec<PhotoCopy>,
}

/// Everything that a check found. Fields are filled as far as the check came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The outcome.
    pub verdict: Verdict,
    /// Why it was refused; empty otherwise.
    pub refusals: Vec<Refusal>,
    /// The seal id.
    pub seal: Option<Digest>,
    /// The authority's fingerprint.
    pub authority: Option<Digest>,
    /// The authority's name.
    pub authority_name: String,
    /// Whether the given fingerprint is another one.
    pub root_mismatch: bool,
    /// County.
    pub county: String,
    /// Scope, 32 hex digits.
    pub scope: String,
    /// Who made the bundle.
    pub exporter: String,
    /// When, ms since 1970 UTC.
    pub created_ms: i64,
    /// Time of the final checkpoint, ms.
    pub logged_as_of_ms: i64,
    /// Time of the revocation list, ms.
    pub revocations_as_of_ms: i64,
    /// The visit.
    pub visit: Option<Uuid>,
    /// The checklist's title, Chinese and English.
    pub title: (String, String),
    /// The station's name.
    pub station: String,
    /// Start of the visit as stated, ms.
    pub started_at_ms: i64,
    /// End of the visit as stated, ms.
    pub ended_at_ms: i64,
    /// Offset of local time from UTC in minutes, as stated in the record.
    pub utc_offset_min: i32,
    /// Distinct persons that the checklist asks for.
    pub signers_required: u32,
    /// Signatures that count, by log order.
    pub signatures: Vec<Seal>,
    /// Handings over of the visit before it was sealed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub handed_over: Vec<HandedOver>,
    /// Whether all signatures were made on one laptop.
    pub one_device: bool,
    /// The station's side.
    pub countersignature: Option<Countersignature>,
    /// Papers that joined the record.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub papers: Vec<HandPaper>,
    /// Photos.
    pub photos: PhotoCount,
    /// Reviews by the server.
    pub acceptances: Vec<Acceptance>,
    /// What the record mends, when it is an addendum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<Superseded>,
}
