//! Receipts (回执): proof that an entry is a leaf of the server's transparency log under a signed checkpoint.

use seal::Digest;
use serde::{Deserialize, Serialize};

use crate::EntryId;

/// An inclusion proof of one entry. The leaf is the entry's id: its 32 bytes, hashed as RFC 6962 hashes leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The entry.
    pub entry: EntryId,
    /// Index of its leaf, from 0.
    pub leaf: u64,
    /// Hashes from the leaf's sibling up to the root's child (RFC 9162 §2.1.3).
    pub proof: Vec<Digest>,
    /// The checkpoint, a signed note, exactly as the server signed it.
    pub checkpoint: String,
}
