//! How a statement is made provable: canonical JSON, digests, keys, DSSE envelopes, certificates, the Merkle log
//! and the proof bundle. Knows nothing of inspections; does no I/O; the only randomness is that of new keys and serials.

pub mod bundle;
pub mod canonical;
pub mod card;
pub mod cert;
pub mod checkpoint;
mod digest;
pub mod dsse;
mod encoding;
mod error;
pub mod keys;
pub mod merkle;
pub mod note;
pub mod revocation;
pub mod statement;

pub use digest::Digest;
pub use dsse::pae;
pub use encoding::{base64_decode, base64_encode};
pub use error::{Error, Result};

/// Payload types under which bytes are signed; each one is part of what DSSE's PAE covers.
pub mod payload_type {
    /// The header of a ledger entry.
    pub const ENTRY: &str = "application/vnd.xunzhan.entry+json;v=1";
    /// An in-toto Statement v1.
    pub const STATEMENT: &str = "application/vnd.in-toto+json";
    /// Paper that joins a sealed record.
    pub const PAPER: &str = "application/vnd.xunzhan.paper+json";
    /// A county card.
    pub const COUNTY_CARD: &str = "application/vnd.xunzhan.county-card+json";
    /// The manifest of a proof bundle.
    pub const MANIFEST: &str = "application/vnd.xunzhan.manifest+json";
    /// A revocation list.
    pub const REVOCATIONS: &str = "application/vnd.xunzhan.revocations+json";
}
