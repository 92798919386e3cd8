//! The proofs of a bundle as files.

use serde::{Deserialize, Serialize};

use crate::merkle::{entry_leaf, verify_consistency, verify_inclusion};
use crate::{Digest, Error, Result};

/// `proofs/NNNN.json`: the entry stands at `leaf` in the tree of `size` leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InclusionFile {
    /// The entry's id.
    pub entry: Digest,
    /// Index of its leaf, from 0.
    pub leaf: u64,
    /// Hashes from the leaf's sibling upwards.
    pub proof: Vec<Digest>,
    /// Number of leaves.
    pub size: u64,
}

impl InclusionFile {
    /// Checks the proof for this entry under the root of the tree of `size` leaves.
    pub fn verify(&self, entry: &Digest, size: u64, root: &Digest) -> Result<()> {
        if self.entry != *entry || self.size != size {
            return Err(Error::Proof("a proof of something else"));
        }
        verify_inclusion(&entry_leaf(entry), self.leaf, self.size, &self.proof, root)
    }
}

/// `consistency/<old>-<new>.json`: the older tree is a prefix of the newer one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsistencyFile {
    /// Leaves of the newer tree.
    pub new: u64,
    /// Leaves of the older tree.
    pub old: u64,
    /// The hashes of RFC 6962 §2.1.2.
    pub proof: Vec<Digest>,
}

impl ConsistencyFile {
    /// Checks the proof between two roots of those sizes.
    pub fn verify(&self, old: u64, old_root: &Digest, new: u64, new_root: &Digest) -> Result<()> {
        if self.old != old || self.new != new {
            return Err(Error::Proof("a proof of something else"));
        }
        verify_consistency(old, old_root, new, new_root, &self.proof)
    }
}
