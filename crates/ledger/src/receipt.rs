//! Receipts (回执): proof that an entry is a leaf of the server's transparency log under a signed checkpoint.

use seal::Digest;
use seal::checkpoint::Checkpoint;
use seal::keys::PublicKey;
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

impl Receipt {
    /// Checks the note's signature by the server's key and the proof up to its root.
    pub fn verify(&self, server: &PublicKey) -> seal::Result<Checkpoint> {
        let checkpoint = Checkpoint::open(self.checkpoint.as_bytes(), server)?;
        self.verify_under(&checkpoint)?;
        Ok(checkpoint)
    }

    /// Checks the proof up to the root of a checkpoint that was opened from this receipt's note.
    pub(crate) fn verify_under(&self, checkpoint: &Checkpoint) -> seal::Result<()> {
        let leaf = seal::merkle::entry_leaf(&self.entry.0);
        seal::merkle::verify_inclusion(&leaf, self.leaf, checkpoint.size, &self.proof, &checkpoint.root)
    }
}

#[cfg(test)]
mod tests {
    use seal::keys::{Ed25519Key, Signer as _};
    use seal::merkle::{Tree, entry_leaf};

    use super::*;

    #[test]
    fn a_receipt_holds_for_its_entry_its_leaf_and_its_server() {
        let server = Ed25519Key::from_seed([9; 32]).unwrap();
        let ids: Vec<EntryId> = (0..7_u8).map(|n| EntryId::of_header(&[n])).collect();
        let tree = Tree::from_leaves(ids.iter().map(|id| entry_leaf(&id.0)));
        let checkpoint = Checkpoint {
            origin: "county.example/log".into(),
            size: 7,
            root: tree.root(),
            time_ms: 1_700_000_000_000,
        };
        let receipt = Receipt {
            entry: ids[4],
            leaf: 4,
            proof: tree.inclusion_proof(4, 7).unwrap(),
            checkpoint: checkpoint.sign(&server).unwrap(),
        };
        assert_eq!(receipt.verify(server.public()).unwrap(), checkpoint);

        let other = Ed25519Key::from_seed([8; 32]).unwrap();
        assert!(receipt.verify(other.public()).is_err());
        let moved = Receipt { leaf: 5, ..receipt.clone() };
        assert!(moved.verify(server.public()).is_err());
        let swapped = Receipt { entry: ids[5], ..receipt };
        assert!(swapped.verify(server.public()).is_err());
    }
}
