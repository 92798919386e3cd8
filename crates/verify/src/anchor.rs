//! How sure a time is: anchored between two checkpoints of the server, the device's word alone, or contradicted.

use std::collections::BTreeMap;

use ledger::Beacon;
use seal::checkpoint::Checkpoint;
use serde::Serialize;

/// How far a laptop's clock may be off before its time contradicts the anchors, in ms.
pub(crate) const TOLERANCE_MS: i64 = 5 * 60 * 1000;

/// The time grade of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// Between the last checkpoint that the device had seen and the first that includes the signature.
    Anchored,
    /// The device's clock; only the later bound is certain.
    DeviceOnly,
    /// The claimed time lies outside the bounds by more than five minutes.
    Contradictory,
}

/// When something was signed, as claimed and as bounded. Times in ms since 1970 UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignedAt {
    /// By the device's clock.
    pub claimed_ms: i64,
    /// How sure that is.
    pub grade: Grade,
    /// The server's time of the last checkpoint that the device had seen.
    pub not_before_ms: Option<i64>,
    /// The server's time of the first checkpoint in the bundle that includes it.
    pub not_after_ms: i64,
}

/// The checkpoints of a bundle, all consistent with the last.
pub(crate) struct Anchors {
    last: Checkpoint,
    earlier: BTreeMap<u64, Checkpoint>,
}

impl Anchors {
    pub(crate) fn new(last: Checkpoint, earlier: BTreeMap<u64, Checkpoint>) -> Self {
        Self { last, earlier }
    }

    pub(crate) fn last(&self) -> &Checkpoint {
        &self.last
    }

    fn of_size(&self, size: u64) -> Option<&Checkpoint> {
        if size == self.last.size {
            Some(&self.last)
        } else {
            self.earlier.get(&size)
        }
    }

    /// Whether a checkpoint that a device had seen is the one known here; one that is not known contradicts nothing.
    pub(crate) fn agrees_with(&self, beacon: Option<&Beacon>) -> bool {
        let Some(beacon) = beacon.filter(|b| b.origin == self.last.origin) else {
            return true;
        };
        self.of_size(beacon.size).is_none_or(|c| c.root == beacon.root)
    }

    /// Bounds the time of the entry at `leaf`. As every checkpoint is a prefix of the last, the first one larger than `leaf`
    /// includes it.
    pub(crate) fn bound(&self, leaf: u64, claimed_ms: i64, beacon: Option<&Beacon>) -> SignedAt {
        let first = self.earlier.range(leaf.saturating_add(1)..).next().map(|(_, c)| c);
        let not_after_ms = first.unwrap_or(&self.last).time_ms;
        let beacon = beacon.filter(|b| b.origin == self.last.origin);
        let seen = beacon.and_then(|b| self.of_size(b.size).filter(|c| c.root == b.root));
        let not_before_ms = seen.map(|c| c.time_ms);
        // A device cannot have seen a checkpoint that already includes what it signed after seeing it.
        let impossible = beacon.is_some_and(|b| b.size > leaf);
        let too_early = not_before_ms.is_some_and(|t| claimed_ms < t.saturating_sub(TOLERANCE_MS));
        let too_late = claimed_ms > not_after_ms.saturating_add(TOLERANCE_MS);
        let crossed = not_before_ms.is_some_and(|t| t > not_after_ms);
        let grade = if impossible || too_early || too_late || crossed {
            Grade::Contradictory
        } else if not_before_ms.is_some() {
            Grade::Anchored
        } else {
            Grade::DeviceOnly
        };
        SignedAt {
            claimed_ms,
            grade,
            not_before_ms,
            not_after_ms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use seal::Digest;

    fn checkpoint(size: u64, time_ms: i64) -> Checkpoint {
        Checkpoint {
            origin: "o".into(),
            size,
            root: Digest::of(&size.to_be_bytes()),
            time_ms,
        }
    }

    fn beacon(size: u64) -> Beacon {
        Beacon {
            origin: "o".into(),
            size,
            root: Digest::of(&size.to_be_bytes()),
        }
    }

    #[test]
    fn grades() {
        let hour = 3_600_000;
        let earlier = BTreeMap::from([(5, checkpoint(5, 10 * hour)), (9, checkpoint(9, 20 * hour))]);
        let anchors = Anchors::new(checkpoint(12, 30 * hour), earlier);
        let seen = anchors.bound(7, 15 * hour, Some(&beacon(5)));
        assert_eq!(
            (seen.grade, seen.not_before_ms, seen.not_after_ms),
            (Grade::Anchored, Some(10 * hour), 20 * hour)
        );
        assert_eq!(anchors.bound(9, 15 * hour, Some(&beacon(5))).not_after_ms, 30 * hour);
        assert_eq!(anchors.bound(7, 15 * hour, None).grade, Grade::DeviceOnly);
        assert_eq!(anchors.bound(7, 15 * hour, Some(&beacon(6))).grade, Grade::DeviceOnly);
        assert_eq!(anchors.bound(7, 0, None).grade, Grade::DeviceOnly);
        assert_eq!(anchors.bound(7, 21 * hour, None).grade, Grade::Contradictory);
        assert_eq!(anchors.bound(7, 0, Some(&beacon(5))).grade, Grade::Contradictory);
        assert_eq!(anchors.bound(7, 15 * hour, Some(&beacon(9))).grade, Grade::Contradictory);
        let mut forged = beacon(5);
        forged.root = Digest::of(b"other");
        assert!(!anchors.agrees_with(Some(&forged)));
        assert!(anchors.agrees_with(Some(&beacon(5))) && anchors.agrees_with(None));
    }
}
