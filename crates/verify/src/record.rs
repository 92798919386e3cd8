//! What the verifier reads of a `visit-record/1`. Everything else in it is evidence too, but needs no rule here.

use seal::Digest;
use serde::Deserialize;
use uuid::Uuid;

/// The value of `format`.
pub(crate) const FORMAT: &str = "visit-record/1";
/// The predicate type of the statement over a record.
pub(crate) const PREDICATE_TYPE: &str = "urn:xunzhan:visit-record:1";

#[derive(Deserialize)]
pub(crate) struct Record {
    pub(crate) format: String,
    pub(crate) scope: String,
    pub(crate) visit: Uuid,
    pub(crate) station: Station,
    pub(crate) title: Text,
    pub(crate) signers: u32,
    pub(crate) started_at_ms: i64,
    pub(crate) ended_at_ms: i64,
    pub(crate) utc_offset_min: i32,
    pub(crate) team: Vec<Member>,
    pub(crate) photos: Vec<Photo>,
    pub(crate) countersign: Countersign,
    pub(crate) covers: Vec<Head>,
    pub(crate) supersedes: Option<Digest>,
    #[serde(default)]
    pub(crate) hand_signed: Vec<HandSigned>,
    /// Pages of papers that joined the record; no part of its bytes.
    #[serde(skip)]
    pub(crate) pages: Vec<Photo>,
}

/// Payload of `paper.attached/1`.
#[derive(Deserialize)]
pub(crate) struct PaperAttached {
    pub(crate) paper: Paper,
    pub(crate) person: Uuid,
    pub(crate) name: String,
    pub(crate) kid: seal::keys::Kid,
    pub(crate) public_key: seal::keys::PublicKey,
    pub(crate) signature: seal::keys::Signature,
}

/// Paper that was signed by hand.
#[derive(Deserialize)]
pub(crate) struct Paper {
    pub(crate) visit: Uuid,
    pub(crate) seal: Digest,
    pub(crate) pages: Vec<Photo>,
    pub(crate) signers: Vec<PaperSigner>,
    pub(crate) note: String,
}

/// Who signed a paper by hand.
#[derive(Deserialize)]
pub(crate) struct PaperSigner {
    pub(crate) name: String,
    pub(crate) role: String,
}

/// Members of a record that are no part of what is shown before anybody signs by hand.
pub(crate) const CLOSING: [&str; 5] = ["countersign", "hand_signed", "covers", "written_at_ms", "app_version"];

/// A seconded member's signature by hand.
#[derive(Deserialize)]
pub(crate) struct HandSigned {
    pub(crate) shown: Digest,
}

#[derive(Deserialize)]
pub(crate) struct Station {
    pub(crate) name: String,
}

#[derive(Deserialize)]
pub(crate) struct Text {
    pub(crate) zh: String,
    pub(crate) en: String,
}

#[derive(Deserialize)]
pub(crate) struct Member {
    pub(crate) person: Uuid,
}

#[derive(Deserialize)]
pub(crate) struct Photo {
    pub(crate) photo: Option<Uuid>,
    pub(crate) original: Blob,
    pub(crate) thumbnail: Option<Blob>,
    pub(crate) derived: Option<Derived>,
}

/// Of which photo a copy with marks or blurred parts was made.
#[derive(Deserialize)]
pub(crate) struct Derived {
    pub(crate) from: Uuid,
    pub(crate) original: Digest,
}

#[derive(Deserialize, PartialEq, Eq)]
pub(crate) struct Blob {
    pub(crate) sha256: Digest,
    pub(crate) len: u64,
}

#[derive(Deserialize, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) log: String,
    pub(crate) seq: u64,
    pub(crate) entry: Digest,
}

#[derive(Deserialize)]
#[serde(tag = "way", rename_all = "snake_case")]
pub(crate) enum Countersign {
    Signed {
        name: String,
        role: String,
        strokes: Blob,
        shown: Option<Digest>,
    },
    Refused {
        reason: String,
        witness: String,
    },
    Absent {
        reason: String,
    },
}

/// Payload of `visit.sealed/1`.
#[derive(Deserialize)]
pub(crate) struct VisitSealed {
    pub(crate) record: Blob,
    pub(crate) statement: Blob,
    pub(crate) covers: Vec<Head>,
    pub(crate) signers: u32,
}

/// Payload of `visit.handed_over/1`.
#[derive(Deserialize)]
pub(crate) struct VisitHandedOver {
    pub(crate) device: seal::keys::Kid,
    pub(crate) to: Inspector,
    pub(crate) reason: String,
}

/// Who goes on with a visit.
#[derive(Deserialize)]
pub(crate) struct Inspector {
    pub(crate) name: String,
    pub(crate) org: String,
}

/// Payload of `seal.signed/1`.
#[derive(Deserialize)]
pub(crate) struct SealSigned {
    pub(crate) statement: Digest,
    pub(crate) person: Uuid,
    pub(crate) name: String,
    pub(crate) kid: seal::keys::Kid,
    pub(crate) public_key: seal::keys::PublicKey,
    pub(crate) signature: seal::keys::Signature,
}

/// Payload of `review.accepted/1`.
#[derive(Deserialize)]
pub(crate) struct ReviewAccepted {
    pub(crate) statement: Digest,
    pub(crate) account: String,
    pub(crate) name: String,
    pub(crate) comment: String,
    pub(crate) at_ms: i64,
}

/// Payload of `review.returned/1`.
#[derive(Deserialize)]
pub(crate) struct ReviewReturned {
    pub(crate) statement: Digest,
    pub(crate) account: String,
    pub(crate) name: String,
    pub(crate) at_ms: i64,
}
