//! Giving a sealed record away: on a stick, on paper, or to a phone in the same network.

use domain::operation::{GivenHow, PaperSigner};
use domain::{PersonId, VisitId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Arguments of `give_record`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct GiveRecord {
    /// Which visit.
    pub visit: VisitId,
    /// [`super::RecordReady::handle`] of the PDF that was given; what was printed is the one saved last, where any was.
    pub handle: String,
    /// How; to a phone it is recorded by itself.
    pub how: GivenHow,
    /// To whom.
    pub to: String,
}

/// Arguments of `attach_paper`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AttachPaper {
    /// Which visit.
    pub visit: VisitId,
    /// Handles of the pages in order: photos or scans.
    pub handles: Vec<String>,
    /// Who signed the paper by hand.
    pub signers: Vec<PaperSigner>,
    /// What is to be said of it, may be empty.
    pub note: String,
    /// Who attaches it: a member of the team with a key on this laptop.
    pub person: PersonId,
    /// This person's passphrase.
    pub passphrase: String,
}

/// Arguments of `share_record`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ShareRecord {
    /// Which visit.
    pub visit: VisitId,
    /// [`super::RecordReady::handle`] of the PDF.
    pub handle: String,
    /// Address of this laptop in the phone's network, one of `list_addresses`.
    pub address: String,
    /// To whom.
    pub to: String,
}

/// An address of this laptop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LocalAddress {
    /// The address.
    pub address: String,
    /// Name of the network card.
    pub card: String,
}

/// A record that is offered to a phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Sharing {
    /// Which visit.
    pub visit: VisitId,
    /// The address that the phone opens.
    pub url: String,
    /// The same as a QR code: rows of squares, `#` for dark.
    pub qr: Vec<String>,
    /// When it is over at the latest, ms since 1970 UTC.
    pub until_ms: i64,
    /// How often the PDF was fetched.
    pub fetched: u32,
    /// How often it still can be.
    pub left: u32,
    /// Whether it is still offered.
    pub open: bool,
}
