//! The second copy (第二份): a laptop's work that no server has yet, on a stick or another disk, so that a broken laptop loses nothing.
//!
//! A folder with a card in clear, files of age, and a manifest that is written last: a copy is what its newest readable manifest
//! says. Here are the shapes that both who writes and who takes in must agree on; encryption and files are theirs.

mod items;

use seal::Digest;
use seal::keys::Kid;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::ScopeId;
use crate::sync::StreamHead;

pub use items::{Items, MAX_ITEM_BYTES, write_item};

/// Version of card and manifest.
pub const COPY_VERSION: u32 = 1;
/// The file in clear.
pub const CARD_FILE: &str = "copy.json";
/// How the folder of a copy is called: this, then the start of the device's key id.
pub const FOLDER_PREFIX: &str = "xunzhan-copy-";
/// The folder of originals within the copy.
pub const BLOBS_FOLDER: &str = "blobs";
/// The largest card in bytes.
pub const MAX_CARD_BYTES: usize = 256 * 1024;
/// The largest manifest in bytes, decrypted.
pub const MAX_MANIFEST_BYTES: usize = 64 * 1024 * 1024;

const MANIFEST_PREFIX: &str = "manifest-";
const AGE_SUFFIX: &str = ".age";
const MAX_NAME_BYTES: usize = 200;

/// What stands in clear: whose copy it is, and what a passphrase of that laptop opens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopyCard {
    /// Always [`COPY_VERSION`].
    pub v: u32,
    /// The county's replica.
    pub scope: ScopeId,
    /// The county's name.
    pub county: String,
    /// What people call the laptop.
    pub device_name: String,
    /// The laptop's device key.
    pub kid: Kid,
    /// The laptop's vault identity under its people's passphrases. The county's recovery identity needs none of it.
    pub lock: Value,
}

/// What a copy holds. Canonical JSON under age; the files that it names are on the medium before it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopyManifest {
    /// Always [`COPY_VERSION`].
    pub v: u32,
    /// The county's replica.
    pub scope: ScopeId,
    /// The laptop's device key.
    pub kid: Kid,
    /// When, ms since 1970 UTC, as claimed.
    pub made_ms: i64,
    /// Number and running hash of all entries in the order of the files, so that the next copy can add to them.
    pub stream: StreamHead,
    /// Files of frames: whole chains, each entry after its `prev`.
    pub entries: Vec<CopyPart>,
    /// Files of thumbnails.
    pub thumbs: Vec<CopyPart>,
    /// Files of drafts, each a [`CopyDraft`] as JSON.
    pub drafts: Vec<CopyPart>,
    /// Originals and documents without a storage receipt.
    pub blobs: Vec<CopyBlob>,
}

/// A file of items, see [`Items`], under age.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopyPart {
    /// Its name in the copy's folder.
    pub file: String,
    /// Its length in bytes.
    pub file_len: u64,
    /// SHA-256 of the file as it lies there.
    pub sha256: Digest,
    /// How many items it holds.
    pub items: u64,
}

/// One blob: a file of the laptop's vault, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopyBlob {
    /// SHA-256 of the plain bytes.
    pub sha256: Digest,
    /// Their length.
    pub len: u64,
    /// What they are: `original`, `strokes`, `record`, `statement`.
    pub kind: String,
    /// Name of the file in [`BLOBS_FOLDER`].
    pub file: String,
    /// Its length in bytes.
    pub file_len: u64,
}

/// What was being typed. It is nobody's entry yet, so only a laptop can take it in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopyDraft {
    /// The visit.
    pub visit: Uuid,
    /// Where in the visit.
    pub slot: String,
    /// As typed.
    pub raw: String,
    /// When, ms since 1970 UTC, as claimed.
    pub saved_ms: i64,
}

/// Why a card or manifest was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CopyError {
    /// It is not JSON of the expected shape.
    #[error("the copy's {0} does not read: {1}")]
    Shape(&'static str, String),
    /// A newer program made it.
    #[error("the copy has version {0}, which a newer program made")]
    Version(u32),
    /// A file name that could lead out of the folder.
    #[error("the copy names a file that cannot be one of its own")]
    Name,
}

impl CopyCard {
    /// Writes the card.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CopyError> {
        let mut text = serde_json::to_vec_pretty(self).map_err(|e| CopyError::Shape("card", e.to_string()))?;
        text.push(b'\n');
        Ok(text)
    }

    /// Reads a card.
    pub fn parse(bytes: &[u8]) -> Result<Self, CopyError> {
        if bytes.len() > MAX_CARD_BYTES {
            return Err(CopyError::Shape("card", "too large".into()));
        }
        check_version(bytes, "card")?;
        serde_json::from_slice(bytes).map_err(|e| CopyError::Shape("card", e.to_string()))
    }

    /// Name of the folder in which this laptop's copy lies.
    pub fn folder(kid: &Kid) -> String {
        let kid = kid.to_string();
        format!("{FOLDER_PREFIX}{}", kid.get(..12).unwrap_or(&kid))
    }
}

impl CopyManifest {
    /// Writes the manifest as canonical JSON.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CopyError> {
        seal::canonical::to_vec(self).map_err(|e| CopyError::Shape("manifest", e.to_string()))
    }

    /// Reads a manifest; every file that it names is one in the copy's own folder.
    pub fn parse(bytes: &[u8]) -> Result<Self, CopyError> {
        if bytes.len() > MAX_MANIFEST_BYTES {
            return Err(CopyError::Shape("manifest", "too large".into()));
        }
        check_version(bytes, "manifest")?;
        let manifest: Self = seal::canonical::from_slice(bytes).map_err(|e| CopyError::Shape("manifest", e.to_string()))?;
        let names = manifest
            .parts()
            .map(|part| &part.file)
            .chain(manifest.blobs.iter().map(|blob| &blob.file));
        if names.into_iter().all(|name| is_plain(name)) {
            Ok(manifest)
        } else {
            Err(CopyError::Name)
        }
    }

    /// All files of items.
    pub fn parts(&self) -> impl Iterator<Item = &CopyPart> {
        self.entries.iter().chain(&self.thumbs).chain(&self.drafts)
    }

    /// Name of the manifest made at a time.
    pub fn file(made_ms: i64) -> String {
        format!("{MANIFEST_PREFIX}{made_ms}{AGE_SUFFIX}")
    }

    /// When the manifest of this name was made; none for the name of another file.
    pub fn made_at(file: &str) -> Option<i64> {
        file.strip_prefix(MANIFEST_PREFIX)?.strip_suffix(AGE_SUFFIX)?.parse().ok()
    }
}

/// The version is looked at first, so that a newer copy is called newer and not damaged.
fn check_version(bytes: &[u8], what: &'static str) -> Result<(), CopyError> {
    #[derive(Deserialize)]
    struct Versioned {
        v: u32,
    }
    match serde_json::from_slice(bytes) {
        Ok(Versioned { v: COPY_VERSION }) => Ok(()),
        Ok(Versioned { v }) => Err(CopyError::Version(v)),
        Err(e) => Err(CopyError::Shape(what, e.to_string())),
    }
}

/// Lower-case letters, digits, dot and hyphen, and no dot in front: never a path.
fn is_plain(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-';
    !name.is_empty() && name.len() <= MAX_NAME_BYTES && !name.starts_with('.') && name.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(file: &str) -> Vec<u8> {
        let manifest = CopyManifest {
            v: 1,
            scope: ScopeId::from_bytes([1; 16]),
            kid: seal::keys::Ed25519Key::from_seed([1; 32]).unwrap().public().kid(),
            made_ms: 5,
            stream: StreamHead::start(&ScopeId::from_bytes([1; 16])),
            entries: Vec::new(),
            thumbs: Vec::new(),
            drafts: Vec::new(),
            blobs: vec![CopyBlob {
                sha256: Digest::of(b"x"),
                len: 1,
                kind: "original".into(),
                file: file.into(),
                file_len: 9,
            }],
        };
        manifest.to_bytes().unwrap()
    }

    use seal::keys::Signer as _;

    #[test]
    fn a_manifest_names_no_file_outside_its_folder() {
        assert!(CopyManifest::parse(&manifest("ab12.age")).is_ok());
        for name in ["../keys.json", "/etc/passwd", ".hidden", "a/b", "a\\b", "", "A.age"] {
            assert_eq!(CopyManifest::parse(&manifest(name)).unwrap_err(), CopyError::Name, "{name}");
        }
    }

    #[test]
    fn a_newer_copy_is_called_newer() {
        assert_eq!(CopyManifest::parse(b"{\"v\":2,\"more\":1}").unwrap_err(), CopyError::Version(2));
        assert_eq!(CopyCard::parse(b"{\"v\":3}").unwrap_err(), CopyError::Version(3));
        assert!(matches!(CopyCard::parse(b"not json"), Err(CopyError::Shape("card", _))));
    }

    #[test]
    fn a_manifest_is_known_by_its_name() {
        assert_eq!(CopyManifest::made_at(&CopyManifest::file(1_700_000_000_000)), Some(1_700_000_000_000));
        assert_eq!(CopyManifest::made_at("entries-5.age"), None);
        assert_eq!(CopyManifest::made_at("manifest-5.age.new"), None);
    }
}
