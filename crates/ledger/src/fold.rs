//! The one order in which the entries of an aggregate are folded everywhere.
//!
//! An entry comes after its ancestors: the entry of the same aggregate before it on its own branch, and its `deps`. Among
//! those free to go, the smallest entry id goes first. A missing ancestor delays folding, never storing.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use crate::{EntryId, LogId, MAX_DEPS};

/// What the order needs to know of an entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Meta {
    /// The entry.
    pub id: EntryId,
    /// Its log.
    pub log: LogId,
    /// Its position in the log.
    pub seq: u64,
    /// The entry of the same aggregate before it on its own branch, see [`predecessor`]; not the header's `prev`.
    pub after: Option<EntryId>,
    /// The header's `deps`.
    pub deps: Vec<EntryId>,
}

impl Meta {
    fn ancestors(&self) -> impl Iterator<Item = &EntryId> {
        self.after.iter().chain(&self.deps)
    }
}

/// What adding an entry did to the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Folded {
    /// These entries are to be applied next, in this order, after all applied before.
    Append(Vec<EntryId>),
    /// The aggregate is to be folded again from nothing, in the order of [`Folder::order`].
    Refold,
    /// Nothing to apply yet: an ancestor is missing.
    Delayed,
    /// The entry was there already.
    Known,
}

/// The order of one aggregate, kept up to date as entries arrive in any order.
#[derive(Clone, Debug, Default)]
pub struct Folder {
    metas: BTreeMap<EntryId, Meta>,
    order: Vec<EntryId>,
    ordered: BTreeSet<EntryId>,
    delayed: BTreeSet<EntryId>,
}

impl Folder {
    /// Makes the order of these entries.
    pub fn of(metas: impl IntoIterator<Item = Meta>) -> Self {
        let mut folder = Self::default();
        for meta in metas {
            folder.delayed.insert(meta.id);
            folder.metas.insert(meta.id, meta);
        }
        let metas: Vec<Meta> = folder.metas.values().cloned().collect();
        folder.order = order(&metas);
        for id in &folder.order {
            folder.delayed.remove(id);
            folder.ordered.insert(*id);
        }
        folder
    }

    /// Adds one entry and says what is to be applied.
    pub fn add(&mut self, meta: Meta) -> Folded {
        if self.metas.contains_key(&meta.id) {
            return Folded::Known;
        }
        let before = self.order.len();
        let mut moved = false;
        let mut next = Some(meta.id);
        self.delayed.insert(meta.id);
        self.metas.insert(meta.id, meta);
        // Each step places one entry whose ancestors are all placed; which of them goes first does not change the result.
        while let Some(id) = next {
            if let Some(at) = self.position(&id) {
                moved |= at < before;
                self.order.insert(at, id);
                self.ordered.insert(id);
                self.delayed.remove(&id);
            }
            next = self.delayed.iter().find(|id| self.is_free(id)).copied();
        }
        match self.order.get(before..) {
            _ if moved => Folded::Refold,
            Some(added) if !added.is_empty() => Folded::Append(added.to_vec()),
            _ => Folded::Delayed,
        }
    }

    /// The entries that can be folded, in order.
    pub fn order(&self) -> &[EntryId] {
        &self.order
    }

    /// Entries that wait for a missing ancestor, ascending.
    pub fn delayed(&self) -> impl Iterator<Item = &EntryId> {
        self.delayed.iter()
    }

    /// What the next own entry must name in `deps`: the last entries, on other branches, that were folded here and that
    /// `own_last`, our last entry for this aggregate on the log we write, does not already come after. Ascending.
    pub fn unseen(&self, own_last: Option<EntryId>) -> Vec<EntryId> {
        let mut seen: BTreeSet<EntryId> = BTreeSet::new();
        let mut stack: Vec<EntryId> = own_last.into_iter().collect();
        while let Some(id) = stack.pop() {
            if seen.insert(id) {
                stack.extend(self.metas.get(&id).into_iter().flat_map(Meta::ancestors));
            }
        }
        let mut heads: BTreeSet<EntryId> = self.ordered.difference(&seen).copied().collect();
        for id in self.ordered.difference(&seen) {
            for ancestor in self.metas.get(id).into_iter().flat_map(Meta::ancestors) {
                heads.remove(ancestor);
            }
        }
        heads.into_iter().collect()
    }

    fn is_free(&self, id: &EntryId) -> bool {
        let meta = self.metas.get(id);
        meta.is_some_and(|m| m.ancestors().all(|a| self.ordered.contains(a)))
    }

    /// Where a free entry goes: before the first larger id after its last ancestor, which is where it would have been the
    /// smallest of those free to go.
    fn position(&self, id: &EntryId) -> Option<usize> {
        if !self.is_free(id) {
            return None;
        }
        let meta = self.metas.get(id)?;
        let ancestors: BTreeSet<&EntryId> = meta.ancestors().collect();
        let last = self.order.iter().rposition(|o| ancestors.contains(o));
        let from = last.map_or(0, |i| i.saturating_add(1));
        let later = self.order.iter().skip(from).position(|o| o > id);
        Some(later.map_or(self.order.len(), |i| i.saturating_add(from)))
    }
}

/// The canonical order of an aggregate's entries; those that wait for a missing ancestor are left out.
pub fn order(metas: &[Meta]) -> Vec<EntryId> {
    order_before(metas, &[])
}

/// As [`order`], with the entries in `first` and all their ancestors before everything else, one after the other: an entry that the
/// author of such an entry had not seen comes after it.
pub fn order_before(metas: &[Meta], first: &[EntryId]) -> Vec<EntryId> {
    let ranks = ranks(metas, first);
    let rank = |id: &EntryId| ranks.get(id).copied().unwrap_or(first.len());
    let mut waiting: BTreeMap<EntryId, usize> = BTreeMap::new();
    let mut followers: BTreeMap<EntryId, Vec<EntryId>> = BTreeMap::new();
    let mut free: BTreeSet<(usize, EntryId)> = BTreeSet::new();
    for meta in metas {
        let ancestors: BTreeSet<&EntryId> = meta.ancestors().collect();
        if waiting.insert(meta.id, ancestors.len()).is_some() {
            continue;
        }
        if ancestors.is_empty() {
            free.insert((rank(&meta.id), meta.id));
        }
        for ancestor in ancestors {
            followers.entry(*ancestor).or_default().push(meta.id);
        }
    }
    let mut order = Vec::with_capacity(waiting.len());
    while let Some((_, id)) = free.pop_first() {
        order.push(id);
        for follower in followers.get(&id).into_iter().flatten() {
            if let Some(left) = waiting.get_mut(follower) {
                *left = left.saturating_sub(1);
                if *left == 0 {
                    free.insert((rank(follower), *follower));
                }
            }
        }
    }
    order
}

/// For each ancestor of an entry in `first`, and the entry itself, the number of the first of them that it comes before.
fn ranks(metas: &[Meta], first: &[EntryId]) -> BTreeMap<EntryId, usize> {
    let by_id: BTreeMap<&EntryId, &Meta> = metas.iter().map(|meta| (&meta.id, meta)).collect();
    let mut ranks: BTreeMap<EntryId, usize> = BTreeMap::new();
    for (rank, id) in first.iter().enumerate() {
        let mut stack = vec![*id];
        while let Some(id) = stack.pop() {
            if let Entry::Vacant(place) = ranks.entry(id) {
                place.insert(rank);
                stack.extend(by_id.get(&id).into_iter().flat_map(|meta| meta.ancestors()));
            }
        }
    }
    ranks
}

/// The entry of the same aggregate before a position, on one branch. `candidates` are that aggregate's entries in the same
/// log with their positions; `prev` walks the branch back from the entry and is asked only if the log is forked at or before
/// the position, since otherwise the highest candidate below it is the answer.
pub fn predecessor(seq: u64, candidates: &[(u64, EntryId)], branch: impl FnOnce() -> BTreeSet<EntryId>, forked: bool) -> Option<EntryId> {
    let below = candidates.iter().filter(|c| c.0 < seq);
    if !forked {
        return below.max().map(|c| c.1);
    }
    let branch = branch();
    below.filter(|c| branch.contains(&c.1)).max().map(|c| c.1)
}

/// Splits the heads that an entry must come after into groups of at most [`MAX_DEPS`]: the last group is the entry's own
/// `deps`, each other one goes ahead in an `ent.seen/1` entry of the same aggregate.
pub fn split_deps(heads: &[EntryId]) -> (Vec<Vec<EntryId>>, Vec<EntryId>) {
    let mut groups: Vec<Vec<EntryId>> = heads.chunks(MAX_DEPS).map(<[_]>::to_vec).collect();
    let own = groups.pop().unwrap_or_default();
    (groups, own)
}
