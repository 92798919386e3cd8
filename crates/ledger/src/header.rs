//! The header of an entry: who says what about which thing, after which other entries.

use seal::Digest;
use seal::keys::Kid;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{EntryError, EntryId, Kind, LogId, ScopeId};

/// The header version that this program writes and applies.
pub const HEADER_VERSION: u32 = 1;
/// The longest header in bytes.
pub const MAX_HEADER_BYTES: usize = 1_280;
/// The most `deps` that one header holds; more go ahead in `ent.seen/1` entries.
pub const MAX_DEPS: usize = 8;
/// The longest checkpoint origin in bytes.
pub const MAX_ORIGIN_BYTES: usize = 80;

/// What the device's signature covers: [`seal::pae`] of this type and the header bytes.
pub fn header_type(v: u32) -> String {
    format!("application/vnd.xunzhan.entry+json;v={v}")
}

/// The header of an entry. Its bytes are canonical JSON and are kept exactly as they arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Header version; a receiver that does not know it stores and forwards the entry without applying it.
    pub v: u32,
    /// The log that the entry belongs to.
    pub log: LogId,
    /// Position in the log, from 0 without a gap.
    pub seq: u64,
    /// The entry before it in its log; null only for `seq` 0.
    pub prev: Option<EntryId>,
    /// What the payload says.
    pub kind: Kind,
    /// The one aggregate that the entry belongs to.
    pub ent: Uuid,
    /// The county's replica.
    pub scope: ScopeId,
    /// The device's claim of whose session was unlocked; it proves nothing about the person.
    pub by: Option<Uuid>,
    /// Entries of this aggregate in *other* logs that were applied here since our last entry for it: the last one of each
    /// branch, ascending, each once, at most [`MAX_DEPS`].
    pub deps: Vec<EntryId>,
    /// The payload's digest and length.
    pub pay: Pay,
    /// Claimed time, milliseconds since 1970 UTC. Never a reason to refuse.
    pub ts: i64,
    /// The last server checkpoint that the author had seen.
    pub beacon: Option<Beacon>,
    /// The key that signs this log.
    pub kid: Kid,
}

/// The payload that a header names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pay {
    /// SHA-256 of the payload bytes.
    pub sha256: Digest,
    /// Length of the payload in bytes.
    pub len: u32,
}

/// A checkpoint of the server's transparency log, as another device's signed entry repeats it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beacon {
    /// The tree's origin line, at most [`MAX_ORIGIN_BYTES`] bytes of printable ASCII without `"` and `\`.
    pub origin: String,
    /// Number of leaves.
    pub size: u64,
    /// Root hash.
    pub root: Digest,
}

/// The fields that stay in every future header version: enough to check a chain and a signature, to store and to forward.
#[derive(Deserialize)]
struct Known {
    v: u32,
    log: LogId,
    seq: u64,
    prev: Option<EntryId>,
    kind: Kind,
    ent: Uuid,
    scope: ScopeId,
    pay: Pay,
    ts: i64,
    kid: Kid,
}

impl Header {
    /// Writes the header as canonical JSON; refuses what breaks a rule.
    pub fn to_bytes(&self) -> Result<Vec<u8>, EntryError> {
        self.check()?;
        let bytes = seal::canonical::to_vec(self).map_err(|e| EntryError::Header(e.to_string()))?;
        if bytes.len() > MAX_HEADER_BYTES {
            return Err(header("over 1280 bytes"));
        }
        Ok(bytes)
    }

    /// Reads header bytes strictly. A header of a later version is read by the fields that all versions share.
    pub fn parse(bytes: &[u8]) -> Result<Self, EntryError> {
        if bytes.len() > MAX_HEADER_BYTES {
            return Err(header("over 1280 bytes"));
        }
        let value = seal::canonical::parse_canonical(bytes).map_err(|e| EntryError::Header(e.to_string()))?;
        let shape = |e: serde_json::Error| EntryError::Header(e.to_string());
        let v = value.get("v").and_then(Value::as_u64);
        // A UUID has several text forms; the one that we write is the only one taken.
        for key in ["ent", "by"] {
            let text = value.get(key).and_then(Value::as_str);
            if text.is_some_and(|t| Uuid::parse_str(t).is_ok_and(|u| u.to_string() != t)) {
                return Err(header("a uuid is not in its one text form"));
            }
        }
        let parsed = match v {
            None | Some(0) => return Err(header("no version")),
            Some(1) => serde_json::from_value::<Self>(value).map_err(shape)?,
            Some(_) => {
                let k: Known = serde_json::from_value(value).map_err(shape)?;
                Self {
                    v: k.v,
                    log: k.log,
                    seq: k.seq,
                    prev: k.prev,
                    kind: k.kind,
                    ent: k.ent,
                    scope: k.scope,
                    by: None,
                    deps: Vec::new(),
                    pay: k.pay,
                    ts: k.ts,
                    beacon: None,
                    kid: k.kid,
                }
            }
        };
        parsed.check()?;
        Ok(parsed)
    }

    /// Whether this program knows the header's version well enough to apply the entry.
    pub fn is_known_version(&self) -> bool {
        self.v == HEADER_VERSION
    }

    fn check(&self) -> Result<(), EntryError> {
        if self.prev.is_none() != (self.seq == 0) {
            return Err(header("prev is null exactly for seq 0"));
        }
        if (self.seq == 0) != (self.kind.as_str() == Kind::LOG_OPEN) && self.is_known_version() {
            return Err(header("record 0, and no other, is log.open/1"));
        }
        if self.deps.len() > MAX_DEPS {
            return Err(header("more than 8 deps"));
        }
        if !self.deps.is_sorted_by(|a, b| a < b) {
            return Err(header("deps are not ascending"));
        }
        if self.beacon.as_ref().is_some_and(|b| !b.fits()) {
            return Err(header("the beacon's origin is malformed"));
        }
        Ok(())
    }
}

impl Beacon {
    /// Whether a header can hold it.
    pub(crate) fn fits(&self) -> bool {
        let printable = |b: u8| (0x20..0x7f).contains(&b) && b != b'"' && b != b'\\';
        self.origin.len() <= MAX_ORIGIN_BYTES && self.origin.bytes().all(printable)
    }
}

fn header(reason: &str) -> EntryError {
    EntryError::Header(reason.to_owned())
}
