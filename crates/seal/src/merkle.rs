//! The Merkle tree of RFC 6962 §2.1 (RFC 9162 §2.1): roots, inclusion proofs, consistency proofs.

mod proof;

pub use proof::{verify_consistency, verify_inclusion};

use crate::{Digest, Error, Result};

/// Hash of a leaf's data: SHA-256(0x00 ‖ data).
pub fn leaf_hash(data: &[u8]) -> Digest {
    Digest::of_parts(&[&[0], data])
}

/// Hash of an inner node: SHA-256(0x01 ‖ left ‖ right).
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    Digest::of_parts(&[&[1], left.as_ref(), right.as_ref()])
}

/// Hash of the leaf of a ledger entry: the leaf's data are the 32 bytes of the entry's id.
pub fn entry_leaf(entry_id: &Digest) -> Digest {
    leaf_hash(entry_id.as_ref())
}

/// Root of the empty tree: SHA-256 of nothing.
pub fn empty_root() -> Digest {
    Digest::of(b"")
}

/// An append-only tree in memory, about 64 bytes a leaf; every proof costs O(log² n).
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// `levels[k][i]` is the hash of the complete subtree over leaves `i·2^k .. (i+1)·2^k`.
    levels: Vec<Vec<Digest>>,
}

impl Tree {
    /// An empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// A tree over the leaf hashes, in order.
    pub fn from_leaves(leaves: impl IntoIterator<Item = Digest>) -> Self {
        let mut tree = Self::new();
        for leaf in leaves {
            tree.append(leaf);
        }
        tree
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, |l| l.len() as u64)
    }

    /// Appends a leaf hash and returns its index.
    pub fn append(&mut self, leaf: Digest) -> u64 {
        let index = self.size();
        let mut hash = leaf;
        let mut k = 0;
        loop {
            if self.levels.len() == k {
                self.levels.push(Vec::new());
            }
            let Some(level) = self.levels.get_mut(k) else { return index };
            level.push(hash);
            if level.len() % 2 == 1 {
                return index;
            }
            let Some([left, right]) = level.last_chunk::<2>() else { return index };
            hash = node_hash(left, right);
            k += 1;
        }
    }

    /// The leaf hash at an index.
    pub fn leaf(&self, index: u64) -> Option<Digest> {
        self.subtree(0, index)
    }

    /// Root over all leaves.
    pub fn root(&self) -> Digest {
        self.range(0, self.size()).unwrap_or_else(empty_root)
    }

    /// Root of the tree as it was at `size` leaves.
    pub fn root_at(&self, size: u64) -> Result<Digest> {
        if size == 0 {
            return Ok(empty_root());
        }
        self.range(0, size).ok_or(Error::Proof("the tree is smaller than that"))
    }

    /// Proof that leaf `index` is in the tree of `size` leaves (RFC 6962 §2.1.1), from the leaf's sibling upwards.
    pub fn inclusion_proof(&self, index: u64, size: u64) -> Result<Vec<Digest>> {
        if index >= size || size > self.size() {
            return Err(Error::Proof("no such leaf in a tree of that size"));
        }
        let mut proof = Vec::new();
        let (mut start, mut end) = (0, size);
        while end - start > 1 {
            let split = start + largest_power_below(end - start);
            let other = if index < split {
                let other = (split, end);
                end = split;
                other
            } else {
                let other = (start, split);
                start = split;
                other
            };
            proof.push(self.range(other.0, other.1).ok_or(Error::Proof("the tree is incomplete"))?);
        }
        proof.reverse();
        Ok(proof)
    }

    /// Proof that the tree of `old` leaves is a prefix of the tree of `new` leaves (RFC 6962 §2.1.2).
    pub fn consistency_proof(&self, old: u64, new: u64) -> Result<Vec<Digest>> {
        if old > new || new > self.size() {
            return Err(Error::Proof("no trees of those sizes"));
        }
        if old == 0 || old == new {
            return Ok(Vec::new());
        }
        let incomplete = Error::Proof("the tree is incomplete");
        let mut proof = Vec::new();
        let (mut start, mut end, mut whole) = (0, new, true);
        while end != old {
            let split = start + largest_power_below(end - start);
            if old <= split {
                proof.push(self.range(split, end).ok_or(incomplete.clone())?);
                end = split;
            } else {
                proof.push(self.range(start, split).ok_or(incomplete.clone())?);
                start = split;
                whole = false;
            }
        }
        if !whole {
            proof.push(self.range(start, end).ok_or(incomplete)?);
        }
        proof.reverse();
        Ok(proof)
    }

    fn subtree(&self, level: usize, index: u64) -> Option<Digest> {
        self.levels.get(level)?.get(usize::try_from(index).ok()?).copied()
    }

    /// Hash over leaves `start..end`, where `start` is a multiple of a power of two that is not below the length.
    fn range(&self, start: u64, end: u64) -> Option<Digest> {
        let length = end.checked_sub(start).filter(|n| *n > 0)?;
        if length.is_power_of_two() {
            let level = length.trailing_zeros();
            return self.subtree(usize::try_from(level).ok()?, start >> level);
        }
        let split = start + largest_power_below(length);
        Some(node_hash(&self.range(start, split)?, &self.range(split, end)?))
    }
}

/// The largest power of two that is smaller than `n`, for `n` ≥ 2.
fn largest_power_below(n: u64) -> u64 {
    1 << (u64::BITS - 1 - (n - 1).leading_zeros())
}

#[cfg(test)]
mod tests;
