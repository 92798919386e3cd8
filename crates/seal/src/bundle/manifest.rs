//! The manifest: which files make up a bundle, signed by whoever exported it.

use serde::{Deserialize, Serialize};

use super::{is_plain_path, path};
use crate::dsse::Envelope;
use crate::keys::{Kid, Signer};
use crate::{Digest, Error, Result, canonical, payload_type};

/// The value of `format`.
pub const FORMAT: &str = "xunzhan-bundle/1";

/// What a bundle is and holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Always [`FORMAT`].
    pub format: String,
    /// The scope, 32 hex digits.
    pub scope: String,
    /// The seal id: SHA-256 of `statement.json`.
    pub seal: Digest,
    /// Fingerprint of the authority: SHA-256 of `certs/root.der`.
    pub authority: Digest,
    /// Origin of the transparency log.
    pub origin: String,
    /// Size of the final checkpoint.
    pub size: u64,
    /// When the bundle was made, ms since 1970 UTC.
    pub created_ms: i64,
    /// The key that signs this manifest.
    pub exporter: Kid,
    /// Every member but the manifest itself, sorted by path.
    pub files: Vec<FileEntry>,
}

/// One file of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Path inside the zip.
    pub path: String,
    /// Length in bytes.
    pub len: u64,
    /// SHA-256 of the bytes.
    pub sha256: Digest,
}

impl Manifest {
    /// Signs the manifest and returns the bytes of its envelope.
    pub fn sign(&self, exporter: &dyn Signer) -> Result<Vec<u8>> {
        self.check()?;
        if exporter.public().kid() != self.exporter {
            return Err(Error::Envelope("the manifest names another exporter"));
        }
        Envelope::signed(payload_type::MANIFEST, canonical::to_vec(self)?, exporter)?.to_vec()
    }

    /// Reads a manifest; the signature is left to the caller, who first has to find the exporter's certificate.
    pub fn parse(bytes: &[u8]) -> Result<(Self, Envelope)> {
        let envelope = Envelope::parse_typed(bytes, payload_type::MANIFEST)?;
        let manifest: Self = canonical::from_slice(&envelope.payload)?;
        manifest.check()?;
        let [signature] = envelope.signatures.as_slice() else {
            return Err(Error::Envelope("more or fewer than one signature"));
        };
        if signature.keyid != manifest.exporter {
            return Err(Error::Envelope("signed by another key than the exporter's"));
        }
        Ok((manifest, envelope))
    }

    fn check(&self) -> Result<()> {
        if self.format != FORMAT {
            return Err(Error::Envelope("a bundle of another format"));
        }
        if !self.files.is_sorted_by(|a, b| a.path < b.path) {
            return Err(Error::Envelope("files are not in order or not unique"));
        }
        if !self.files.iter().all(|f| is_plain_path(&f.path) && f.path != path::MANIFEST) {
            return Err(Error::Envelope("a file's path is not allowed"));
        }
        Ok(())
    }
}
