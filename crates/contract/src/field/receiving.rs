//! Photos from a phone in the same network, over a page that the laptop serves.

use crate::field::ImportOutcome;
use domain::photo::Missing;
use domain::{PhotoId, VisitId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Arguments of `open_phone`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct OpenPhone {
    /// Which visit the photos join.
    pub visit: VisitId,
    /// Address of this laptop in the phone's network, one of `list_addresses`.
    pub address: String,
}

/// A page on which a phone hands in photos (手机传图).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Receiving {
    /// Which visit the photos join.
    pub visit: VisitId,
    /// The address that the phone opens.
    pub url: String,
    /// The same as a QR code: rows of squares, `#` for dark.
    pub qr: Vec<String>,
    /// Whether it still takes photos.
    pub open: bool,
    /// Whether a phone opened it; from then on no other can.
    pub claimed: bool,
    /// How often somebody else tried to since.
    pub others: u32,
    /// What it handed in, in the order in which it came.
    pub files: Vec<FromPhone>,
}

/// A file that a phone hands in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FromPhone {
    /// Its name on the phone.
    pub name: String,
    /// Its size in bytes, as the phone says.
    pub size_bytes: u64,
    /// Bytes that are here.
    pub received_bytes: u64,
    /// What became of it; none while it is on its way or being stored.
    pub outcome: Option<ImportOutcome>,
    /// The photo that it is now, or was already.
    pub photo: Option<PhotoId>,
    /// Why it was not taken: a code of the catalogues.
    pub reason: Option<String>,
    /// What the phone did not hand over with it.
    pub missing: Vec<Missing>,
}
