//! The tree against the recursive definition of RFC 6962, and every proof up to 66 leaves.

use proptest::prelude::*;

use super::*;

/// RFC 6962 §2.1, word for word.
fn reference(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => Digest::of(b""),
        [one] => *one,
        many => {
            let mut k = 1;
            while k * 2 < many.len() {
                k *= 2;
            }
            node_hash(&reference(&many[..k]), &reference(&many[k..]))
        }
    }
}

fn leaves(n: u64) -> Vec<Digest> {
    (0..n).map(|i| leaf_hash(&i.to_be_bytes())).collect()
}

#[test]
fn every_root_and_proof_up_to_66_leaves() {
    let all = leaves(66);
    let tree = Tree::from_leaves(all.iter().copied());
    for n in 0..=66_u64 {
        let root = tree.root_at(n).unwrap();
        assert_eq!(root, reference(&all[..n as usize]));
        for i in 0..n {
            let proof = tree.inclusion_proof(i, n).unwrap();
            verify_inclusion(&all[i as usize], i, n, &proof, &root).unwrap();
            assert!(verify_inclusion(&all[i as usize], (i + 1) % n, n, &proof, &root).is_err() || n == 1);
        }
        for m in 0..=n {
            let proof = tree.consistency_proof(m, n).unwrap();
            let old = tree.root_at(m).unwrap();
            verify_consistency(m, &old, n, &root, &proof).unwrap();
            if m > 0 && m < n {
                assert!(verify_consistency(m, &root, n, &old, &proof).is_err());
            }
        }
    }
    assert_eq!(tree.root(), reference(&all));
    assert!(tree.root_at(67).is_err());
    assert!(tree.inclusion_proof(66, 66).is_err());
    assert!(tree.consistency_proof(3, 67).is_err());
}

proptest! {
    #[test]
    fn a_changed_proof_never_verifies(n in 2_u64..200, at in any::<prop::sample::Index>(), node in any::<prop::sample::Index>(), byte in 0_usize..32, flip in 1_u8..) {
        let all = leaves(n);
        let tree = Tree::from_leaves(all.iter().copied());
        let i = at.index(all.len()) as u64;
        let proof = tree.inclusion_proof(i, n).unwrap();
        let root = tree.root();
        let mut bad = proof.clone();
        let k = node.index(bad.len());
        let mut bytes = *bad[k].as_bytes();
        bytes[byte] ^= flip;
        bad[k] = Digest::from_bytes(bytes);
        prop_assert!(verify_inclusion(&all[i as usize], i, n, &bad, &root).is_err());
        prop_assert!(verify_inclusion(&all[i as usize], i, n, &proof[1..], &root).is_err());
        prop_assert!(verify_inclusion(&all[i as usize], i, n, &[proof.clone(), vec![root]].concat(), &root).is_err());

        let proof = tree.consistency_proof(i, n).unwrap();
        let old = tree.root_at(i).unwrap();
        if !proof.is_empty() {
            let mut bad = proof.clone();
            let k = node.index(bad.len());
            let mut bytes = *bad[k].as_bytes();
            bytes[byte] ^= flip;
            bad[k] = Digest::from_bytes(bytes);
            prop_assert!(verify_consistency(i, &old, n, &root, &bad).is_err());
            prop_assert!(verify_consistency(i, &old, n, &root, &proof[1..]).is_err());
        }
    }

    #[test]
    fn appending_equals_building(n in 0_u64..300) {
        let all = leaves(n);
        let mut tree = Tree::new();
        for (i, leaf) in all.iter().enumerate() {
            prop_assert_eq!(tree.append(*leaf), i as u64);
            prop_assert_eq!(tree.leaf(i as u64), Some(*leaf));
        }
        prop_assert_eq!(tree.root(), reference(&all));
        prop_assert_eq!(tree.size(), n);
    }
}
