//! Names of things: scope, log, entry, kind, and the epoch and incarnation nonces.

use std::fmt;
use std::str::FromStr;

use seal::Digest;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::EntryError;

/// Declares a random 128-bit id, written as 32 lower-case hex digits.
macro_rules! random_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// Takes 16 random bytes handed in by the caller.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The 16 bytes.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = EntryError;

            fn from_str(text: &str) -> Result<Self, EntryError> {
                strict_hex(text).map(Self).ok_or(EntryError::Id)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

random_id! {
    /// One county's replica (县域副本): random, never an administrative code, because codes change.
    ScopeId
}
random_id! {
    /// One writer's chain of entries: one per device, scope and incarnation; one server log per scope and epoch.
    LogId
}
random_id! {
    /// One life of a server's store; a restore from a backup mints a new one.
    Epoch
}
random_id! {
    /// One life of a device's store, kept in the database and outside it; a difference shows a restored or cloned device.
    Incarnation
}

fn strict_hex(text: &str) -> Option<[u8; 16]> {
    if text.bytes().any(|b| b.is_ascii_uppercase()) {
        return None;
    }
    hex::decode(text).ok()?.try_into().ok()
}

/// The id of an entry: the SHA-256 of its header bytes, written as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EntryId(pub Digest);

impl EntryId {
    /// The id of the entry with these exact header bytes.
    pub fn of_header(header: &[u8]) -> Self {
        Self(Digest::of(header))
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EntryId({self})")
    }
}

impl FromStr for EntryId {
    type Err = EntryError;

    fn from_str(text: &str) -> Result<Self, EntryError> {
        text.parse().map(Self).map_err(|_| EntryError::Id)
    }
}

/// What an entry says and in which version of its payload, such as `visit.answered/1`.
///
/// Lower-case ASCII words joined by `.` or `_`, then `/` and a version from 1 without leading zeros; at most 48 bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind(String);

impl Kind {
    /// The longest kind in bytes.
    pub const MAX_BYTES: usize = 48;
    /// Record 0 of every log.
    pub const LOG_OPEN: &'static str = "log.open/1";
    /// "These entries of other logs were applied here": carries `deps` that do not fit in one header.
    pub const ENT_SEEN: &'static str = "ent.seen/1";

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it orders entries and says nothing of what an aggregate is.
    pub fn only_orders(&self) -> bool {
        matches!(self.as_str(), Self::LOG_OPEN | Self::ENT_SEEN)
    }

    /// The name without the version: `visit.answered`.
    pub fn name(&self) -> &str {
        self.0.split('/').next().unwrap_or_default()
    }

    /// The payload version, from 1.
    pub fn version(&self) -> u32 {
        let version = self.0.split('/').nth(1).unwrap_or_default();
        version.parse().unwrap_or_default()
    }
}

impl FromStr for Kind {
    type Err = EntryError;

    fn from_str(text: &str) -> Result<Self, EntryError> {
        let (name, version) = text.split_once('/').ok_or(EntryError::Kind)?;
        let word =
            |w: &str| w.starts_with(|c: char| c.is_ascii_lowercase()) && w.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        let counts = !version.starts_with('0') && (1..=4).contains(&version.len()) && version.bytes().all(|b| b.is_ascii_digit());
        if text.len() <= Self::MAX_BYTES && name.split('.').all(word) && counts {
            Ok(Self(text.to_owned()))
        } else {
            Err(EntryError::Kind)
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kind({self})")
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        let kind: Kind = "visit.answered/12".parse().unwrap();
        assert_eq!((kind.name(), kind.version()), ("visit.answered", 12));
        let long = format!("{}/1", "a".repeat(47));
        for bad in [
            "", "a", "a/", "/1", "a/0", "a/01", "a/1/2", "A/1", "a..b/1", ".a/1", "a-b/1", "a/x", "a/12345", "问/1", &long,
        ] {
            assert_eq!(bad.parse::<Kind>(), Err(EntryError::Kind), "{bad}");
        }
    }

    #[test]
    fn random_ids_are_strict_hex() {
        let id = LogId::from_bytes([0xab; 16]);
        assert_eq!(id.to_string().parse::<LogId>().unwrap(), id);
        for bad in ["", "ab", &"AB".repeat(16), &"zz".repeat(16), &"ab".repeat(17)] {
            assert_eq!(bad.parse::<LogId>(), Err(EntryError::Id), "{bad}");
        }
    }
}
