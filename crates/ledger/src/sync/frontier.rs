//! What each end tells of the logs that it holds, and what follows from it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Lack, LogFrontier, Rung, StreamRow};
use crate::chain::LogIndex;
use crate::{EntryId, LogId};

/// Tells of one log; with rungs for a reconciliation.
pub(super) fn of_log<I: LogIndex>(index: &I, log: &LogId, rungs: bool) -> Result<LogFrontier, I::Error> {
    let tips = index.tips(log)?;
    let mut found = Vec::new();
    if let Some(top) = tips.iter().map(|t| t.seq).max().filter(|_| rungs) {
        for seq in rung_positions(top) {
            let ids = index.ids_at(log, seq)?;
            found.push(Rung { seq, ids });
        }
    }
    Ok(LogFrontier {
        log: *log,
        tips,
        rungs: found,
    })
}

/// `top`, then 1, 2, 4, 8 … below it, and 0.
fn rung_positions(top: u64) -> Vec<u64> {
    let mut positions = vec![top];
    let mut step = 1_u64;
    while let Some(seq) = top.checked_sub(step).filter(|seq| *seq > 0) {
        positions.push(seq);
        step = step.saturating_mul(2);
    }
    if top > 0 {
        positions.push(0);
    }
    positions
}

/// What a frontier says that is not held here.
pub(super) enum Lacking {
    Nothing,
    From(Lack),
    /// Only a reconciliation can tell.
    Unknown,
}

/// Compares a device's frontier of one log with what is held here.
pub(super) fn lacking<I: LogIndex>(index: &I, theirs: &LogFrontier, reconciling: bool) -> Result<Lacking, I::Error> {
    let mut unknown = Vec::new();
    for tip in &theirs.tips {
        if index.place(&tip.id)?.is_none() {
            unknown.push(tip.seq);
        }
    }
    let Some(&lowest) = unknown.iter().min() else {
        return Ok(Lacking::Nothing);
    };
    let log = theirs.log;
    if reconciling {
        let mut same = BTreeSet::new();
        for rung in &theirs.rungs {
            let mut all = true;
            for id in &rung.ids {
                all &= index.place(id)?.is_some();
            }
            if all {
                same.insert(rung.seq);
            }
        }
        // Whatever is lacking of a branch lies after the last position below its tip at which all of theirs is held here.
        let after = |tip: &u64| same.range(..tip).next_back().map_or(0, |s| s.saturating_add(1));
        let from_seq = unknown.iter().map(after).min().unwrap_or(0);
        return Ok(Lacking::From(Lack { log, from_seq }));
    }
    let ours = index.tips(&log)?.into_iter().map(|t| t.seq).max();
    let from_seq = ours.map_or(0, |seq| seq.saturating_add(1));
    if lowest < from_seq {
        return Ok(Lacking::Unknown);
    }
    Ok(Lacking::From(Lack { log, from_seq }))
}

/// Which entries of the stream a device shows to have.
pub(super) struct Held {
    ids: BTreeSet<EntryId>,
    /// Unforked logs, and the position up to which the device has everything that is here.
    up_to: BTreeMap<LogId, u64>,
}

impl Held {
    /// Reads a device's frontier; `pushed` are the entries of its request.
    pub(super) fn of<I: LogIndex>(index: &I, frontier: &[LogFrontier], pushed: impl Iterator<Item = EntryId>) -> Result<Self, I::Error> {
        let mut held = Self {
            ids: pushed.collect(),
            up_to: BTreeMap::new(),
        };
        for theirs in frontier {
            let rungs = theirs.rungs.iter().flat_map(|r| &r.ids);
            let mut top = None;
            for id in theirs.tips.iter().map(|t| &t.id).chain(rungs) {
                if let Some((log, seq)) = index.place(id)?
                    && log == theirs.log
                {
                    held.ids.insert(*id);
                    top = top.max(Some(seq));
                }
            }
            // On a forked log one tip does not tell which branch the entries below belong to.
            if let Some(top) = top
                && index.tips(&theirs.log)?.len() == 1
            {
                held.up_to.insert(theirs.log, top);
            }
        }
        Ok(held)
    }

    pub(super) fn covers(&self, row: &StreamRow) -> bool {
        self.ids.contains(&row.id) || self.up_to.get(&row.log).is_some_and(|top| row.seq <= *top)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rungs_thin_out_towards_the_start() {
        assert_eq!(rung_positions(0), [0]);
        assert_eq!(rung_positions(1), [1, 0]);
        assert_eq!(rung_positions(20), [20, 19, 18, 16, 12, 4, 0]);
        assert!(rung_positions(u64::MAX).len() < 70);
    }
}
