//! The proof bundle: one zip file with everything that is needed to check a sealed record without any network.
//!
//! ```text
//! VERIFY.txt                  how to repeat the core with openssl and sha256sum, Chinese then English
//! SHA256SUMS                  digests of every other file, for `sha256sum -c`
//! manifest.dsse.json          lists every other file by path, length and SHA-256; signed by the exporter
//! card.dsse.json              the county card: authority, server key
//! record.json                 the sealed record, canonical JSON, exactly as it was signed
//! statement.json              the in-toto statement; its SHA-256 is the seal id
//! statement.pae               the bytes that each person signed
//! statement.dsse.json         the statement with all signatures, sorted by key id
//! signatures/<kid>.sig        each person's signature over statement.pae, raw
//! keys/<kid>.pem              every public key used here
//! certs/root.der|.pem         the authority
//! certs/<kid>.der|.pem        certificates of exporter, server, persons, devices
//! entries/NNNN.frame          signed entries in the order of the log, from 0001
//! entries/NNNN.pae|.sig       what the device or server signed, and its signature, raw
//! proofs/NNNN.json            inclusion proof of entry NNNN under the final checkpoint
//! checkpoints/<size>.note     the final checkpoint, and earlier ones that anchor times
//! consistency/<old>-<new>.json  proof that an earlier checkpoint is a prefix of the final one
//! revocations.dsse.json       the authority's list of revoked keys
//! strokes/<sha256>.json       the drawn countersignature
//! photos/<sha256>.<ext>       originals and thumbnails; absent ones are named by digest in the record alone
//! ```
//!
//! Members are stored without compression, in a fixed order and with fixed dates, so equal inputs give equal bytes.

mod assemble;
mod container;
mod guide;
mod manifest;
mod proofs;
mod writer;

pub use assemble::{BundleBuilder, BundleEntry, BundleInputs};
pub use container::{Container, MAX_MEMBER_BYTES};
pub use guide::{GuideFacts, commands, guide};
pub use manifest::{FORMAT, FileEntry, Manifest};
pub use proofs::{ConsistencyFile, InclusionFile};
pub use writer::BundleWriter;

/// Paths of the fixed members.
pub mod path {
    /// Instructions for a reader without our program.
    pub const VERIFY: &str = "VERIFY.txt";
    /// Digests of every other file.
    pub const SUMS: &str = "SHA256SUMS";
    /// The signed list of files.
    pub const MANIFEST: &str = "manifest.dsse.json";
    /// The county card.
    pub const CARD: &str = "card.dsse.json";
    /// The sealed record.
    pub const RECORD: &str = "record.json";
    /// The statement.
    pub const STATEMENT: &str = "statement.json";
    /// What each person signed.
    pub const STATEMENT_PAE: &str = "statement.pae";
    /// The statement with all signatures.
    pub const STATEMENT_DSSE: &str = "statement.dsse.json";
    /// The authority's revocation list.
    pub const REVOCATIONS: &str = "revocations.dsse.json";
    /// The authority's certificate, DER.
    pub const ROOT_DER: &str = "certs/root.der";
    /// The authority's certificate, PEM.
    pub const ROOT_PEM: &str = "certs/root.pem";
}

/// Whether a path may stand in a bundle: relative, ASCII, plain file names in at most one folder.
pub fn is_plain_path(path: &str) -> bool {
    let plain = |part: &str| {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'.' || b == b'-' || b == b'_';
        !part.is_empty() && part.len() <= 80 && !part.starts_with('.') && part.bytes().all(fits)
    };
    let mut parts = path.split('/');
    let (first, second, third) = (parts.next(), parts.next(), parts.next());
    first.is_some_and(plain) && second.is_none_or(plain) && third.is_none()
}

#[cfg(test)]
mod tests;
