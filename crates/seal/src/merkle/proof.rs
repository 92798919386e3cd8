//! Checks proofs without a tree (RFC 9162 §2.1.3.2 and §2.1.4.2).

use super::{empty_root, node_hash};
use crate::{Digest, Error, Result};

/// Checks that the leaf hash stands at `index` in the tree of `size` leaves with this root.
pub fn verify_inclusion(leaf: &Digest, index: u64, size: u64, proof: &[Digest], root: &Digest) -> Result<()> {
    if index >= size {
        return Err(Error::Proof("the index is beyond the tree"));
    }
    let (mut node, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in proof {
        if last == 0 {
            return Err(Error::Proof("the proof is too long"));
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(Error::Proof("the proof is too short"));
    }
    if hash != *root {
        return Err(Error::Proof("the proof leads to another root"));
    }
    Ok(())
}

/// Checks that the tree of `old` leaves and `old_root` is a prefix of the tree of `new` leaves and `new_root`.
pub fn verify_consistency(old: u64, old_root: &Digest, new: u64, new_root: &Digest, proof: &[Digest]) -> Result<()> {
    if old > new {
        return Err(Error::Proof("the older tree is larger"));
    }
    if old == new || old == 0 {
        if !proof.is_empty() {
            return Err(Error::Proof("the proof is too long"));
        }
        let expected = if old == 0 && new != 0 { empty_root() } else { *new_root };
        return if *old_root == expected {
            Ok(())
        } else {
            Err(Error::Proof("the roots differ"))
        };
    }
    let (mut node, mut last) = (old - 1, new - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    let too_short = Error::Proof("the proof is too short");
    let mut rest = proof.iter();
    // An old tree that is a complete subtree of the new one is not repeated in the proof.
    let first = if old.is_power_of_two() {
        old_root
    } else {
        rest.next().ok_or(too_short.clone())?
    };
    let (mut old_hash, mut new_hash) = (*first, *first);
    for sibling in rest {
        if last == 0 {
            return Err(Error::Proof("the proof is too long"));
        }
        if node & 1 == 1 || node == last {
            old_hash = node_hash(sibling, &old_hash);
            new_hash = node_hash(sibling, &new_hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = node_hash(&new_hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(too_short);
    }
    if old_hash != *old_root {
        return Err(Error::Proof("the proof leads to another old root"));
    }
    if new_hash != *new_root {
        return Err(Error::Proof("the proof leads to another new root"));
    }
    Ok(())
}
