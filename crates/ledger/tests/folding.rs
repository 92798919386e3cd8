//! The order of folding: one state from any order of arrival, and rebuilt equals incremental.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::collections::BTreeSet;

use ledger::fold::{Folded, Folder, Meta, order, order_before, split_deps};
use ledger::{EntryId, LogId};
use proptest::prelude::*;

fn id(n: usize) -> EntryId {
    EntryId::of_header(&n.to_be_bytes())
}

/// A history of several writers who now and then see each other's entries; each entry's ancestors have smaller numbers.
fn histories() -> impl Strategy<Value = Vec<Meta>> {
    let entry = (0..4_u8, prop::collection::vec(any::<prop::sample::Index>(), 0..3));
    prop::collection::vec(entry, 1..40).prop_map(|entries| {
        let mut metas: Vec<Meta> = Vec::new();
        for (n, (log, seen)) in entries.into_iter().enumerate() {
            let log = LogId::from_bytes([log; 16]);
            let after = metas.iter().rev().find(|m| m.log == log).map(|m| m.id);
            let seen = seen.iter().filter(|_| n > 0).map(|s| s.index(n));
            let deps: BTreeSet<EntryId> = seen.map(|s| metas[s].id).collect();
            metas.push(Meta {
                id: id(n),
                log,
                seq: n as u64,
                after,
                deps: deps.into_iter().collect(),
            });
        }
        metas
    })
}

/// Applies what the folder says, as a store does.
fn apply(folder: &mut Folder, applied: &mut Vec<EntryId>, meta: &Meta) {
    match folder.add(meta.clone()) {
        Folded::Append(ids) => applied.extend(ids),
        Folded::Refold => *applied = folder.order().to_vec(),
        Folded::Delayed | Folded::Known => {}
    }
}

proptest! {
    #[test]
    fn any_arrival_order_gives_one_state(metas in histories(), shuffled in any::<prop::sample::Index>(), seed in any::<u64>()) {
        let wanted = order(&metas);
        prop_assert_eq!(wanted.len(), metas.len());
        let mut arriving = metas.clone();
        let mut state = seed;
        for i in (1..arriving.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            arriving.swap(i, (state >> 33) as usize % (i + 1));
        }
        let repeated = arriving[shuffled.index(arriving.len())].clone();
        arriving.push(repeated);
        let (mut folder, mut applied) = (Folder::default(), Vec::new());
        for (n, meta) in arriving.iter().enumerate() {
            apply(&mut folder, &mut applied, meta);
            // At every moment the state is what a rebuild over the entries so far would give.
            let so_far: Vec<Meta> = arriving[..=n].to_vec();
            prop_assert_eq!(&applied, &order(&so_far));
            let rebuilt = Folder::of(so_far);
            prop_assert_eq!(folder.order(), rebuilt.order());
            prop_assert!(folder.delayed().eq(rebuilt.delayed()));
        }
        prop_assert_eq!(applied, wanted);
        prop_assert_eq!(order(&arriving), order(&metas));
    }

    #[test]
    fn ancestors_come_first_and_then_the_smallest_id(metas in histories()) {
        let order = order(&metas);
        let ancestors = |id: &EntryId| -> BTreeSet<EntryId> {
            let meta = metas.iter().find(|m| m.id == *id).unwrap();
            meta.after.iter().chain(&meta.deps).copied().collect()
        };
        for n in 0..order.len() {
            let done: BTreeSet<EntryId> = order[..n].iter().copied().collect();
            let free = order[n..].iter().filter(|id| ancestors(id).is_subset(&done));
            prop_assert_eq!(free.min(), Some(&order[n]));
        }
    }

    /// An entry that names what `unseen` says comes after everything folded so far.
    #[test]
    fn naming_the_unseen_puts_an_entry_last(metas in histories(), log in 0..5_u8) {
        let mut folder = Folder::of(metas.clone());
        let log = LogId::from_bytes([log; 16]);
        let after = metas.iter().rev().find(|m| m.log == log).map(|m| m.id);
        let heads = folder.unseen(after);
        let meta = Meta { id: EntryId::of_header(b"new"), log, seq: 1_000, after, deps: heads.clone() };
        prop_assert_eq!(folder.add(meta.clone()), Folded::Append(vec![meta.id]));
        prop_assert_eq!(folder.unseen(Some(meta.id)), Vec::<EntryId>::new());
        // None of them is superfluous.
        for left_out in 0..heads.len() {
            let mut deps = heads.clone();
            deps.remove(left_out);
            let mut folder = Folder::of(metas.clone());
            folder.add(Meta { deps, ..meta.clone() });
            prop_assert!(!folder.unseen(Some(meta.id)).is_empty());
        }
    }
}

#[test]
fn a_missing_ancestor_delays_and_its_arrival_frees() {
    let log = LogId::from_bytes([1; 16]);
    let meta = |n: usize, after: Option<usize>| Meta {
        id: id(n),
        log,
        seq: n as u64,
        after: after.map(id),
        deps: Vec::new(),
    };
    let mut folder = Folder::default();
    assert_eq!(folder.add(meta(2, Some(1))), Folded::Delayed);
    assert_eq!(folder.add(meta(1, Some(0))), Folded::Delayed);
    assert_eq!(folder.delayed().count(), 2);
    assert_eq!(folder.add(meta(0, None)), Folded::Append(vec![id(0), id(1), id(2)]));
    assert_eq!(folder.add(meta(0, None)), Folded::Known);
    assert_eq!(folder.delayed().count(), 0);
}

#[test]
fn more_than_eight_heads_go_ahead_in_groups() {
    let heads: Vec<EntryId> = (0..20).map(id).collect();
    let (ahead, own) = split_deps(&heads);
    assert_eq!(ahead.iter().map(Vec::len).collect::<Vec<_>>(), [8, 8]);
    assert_eq!(own.len(), 4);
    assert_eq!(split_deps(&[]), (Vec::new(), Vec::new()));
    assert_eq!(split_deps(&heads[..8]).0.len(), 0);
}

#[test]
fn what_an_entry_contains_goes_before_what_its_author_had_not_seen() {
    let meta = |n: usize, log: u8, after: Option<usize>, deps: &[usize]| Meta {
        id: id(n),
        log: LogId::from_bytes([log; 16]),
        seq: n as u64,
        after: after.map(id),
        deps: deps.iter().copied().map(id).collect(),
    };
    // A lead writes 0, 1, 2, 3; others write from 0 on, unseen: in the plain order some of them would come before 3.
    let mut metas: Vec<Meta> = (0..4).map(|n| meta(n, 1, n.checked_sub(1), &[])).collect();
    metas.extend((4..40).map(|n| meta(n, n as u8, None, &[0])));
    let at = |order: &[EntryId], n| order.iter().position(|o| *o == id(n)).unwrap();
    assert!(at(&order(&metas), 3) > 3, "chance would have to put 36 entries behind one");
    let settled = order_before(&metas, &[id(3)]);
    assert_eq!(settled[..4], [id(0), id(1), id(2), id(3)]);
    assert_eq!(settled.len(), metas.len());
    // A second one, whose author saw one of the others, takes it along before the rest.
    metas.push(meta(40, 1, Some(3), &[17]));
    let settled = order_before(&metas, &[id(3), id(40)]);
    assert_eq!((at(&settled, 3), at(&settled, 17), at(&settled, 40)), (3, 4, 5));
    // An ancestor that is not here yet holds back the entry, not the others.
    metas.push(meta(41, 1, Some(40), &[99]));
    assert_eq!(order_before(&metas, &[id(3), id(40), id(41)]), settled);
}
