//! The running hash over a scope's stream of entries.

use seal::Digest;
use serde::{Deserialize, Serialize};

use crate::{EntryId, ScopeId};

/// A point in a scope's stream: how many entries there are up to it, and the hash over them.
///
/// `h(0) = SHA-256("xunzhan-stream/1\n" ‖ scope's 16 bytes)`, `h(n) = SHA-256(h(n−1) ‖ id of the n-th entry, 32 bytes)`.
/// The first entry has `sseq` 1. The epoch is not hashed: a restored server whose stream is a prefix of what a device saw
/// has the same hash there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamHead {
    /// Number of the last entry; 0 before the first.
    pub sseq: u64,
    /// Hash over all entries up to it.
    pub hash: Digest,
}

impl StreamHead {
    /// The point before the first entry.
    pub fn start(scope: &ScopeId) -> Self {
        Self {
            sseq: 0,
            hash: Digest::of_parts(&[b"xunzhan-stream/1\n", scope.as_bytes()]),
        }
    }

    /// The point after one more entry.
    #[must_use]
    pub fn then(&self, id: &EntryId) -> Self {
        Self {
            sseq: self.sseq.saturating_add(1),
            hash: Digest::of_parts(&[self.hash.as_bytes(), id.as_bytes()]),
        }
    }
}
