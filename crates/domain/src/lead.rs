//! Which laptop leads a visit, in a way that every replica finds alike and no other laptop can take over.
//!
//! A visit's id is made from the key of the laptop that opens it. Whoever opens the same visit with another key would have to find a
//! key that gives this id; the opening whose key fits therefore counts, wherever chance or somebody's effort puts the others.

use crate::ids::VisitId;
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

/// Bytes of a uuid v7 that hold its time.
const TIME_BYTES: usize = 6;

impl VisitId {
    /// The id of the visit that the key `kid` (hex) opens at a time, ms since 1970 UTC: a uuid v7 whose other 74 bits follow from
    /// both. A key opens at most one visit a millisecond.
    pub fn opened_by(kid: &str, at_ms: i64) -> Self {
        Self(made_by(kid, u64::try_from(at_ms).unwrap_or_default()))
    }
}

fn made_by(kid: &str, at_ms: u64) -> Uuid {
    let time = at_ms.to_be_bytes();
    let time = time.last_chunk::<TIME_BYTES>().copied().unwrap_or_default();
    let mut hash = Sha256::new();
    hash.update(b"xunzhan-visit/1\n");
    hash.update(kid.as_bytes());
    hash.update(time);
    let bits = hash.finalize().first_chunk::<10>().copied().unwrap_or_default();
    let time_ms = at_ms & 0xffff_ffff_ffff;
    Builder::from_unix_timestamp_millis(time_ms, &bits).into_uuid()
}

/// Whether a visit's id was made from this key.
pub fn is_opened_by(visit: Uuid, kid: &str) -> bool {
    let mut at_ms = [0; 8];
    if let (Some(low), Some(time)) = (at_ms.last_chunk_mut::<TIME_BYTES>(), visit.as_bytes().first_chunk::<TIME_BYTES>()) {
        *low = *time;
    }
    made_by(kid, u64::from_be_bytes(at_ms)) == visit
}

/// The places of the sealing entries of the laptop that opened a visit, among its entries given as (kind, key id) in their order of folding.
///
/// What such a seal contains are its ancestors, so a store folds these before everything that the sealing laptop had not seen: a late
/// entry of another laptop can then neither change what was sealed nor hinder the seal, wherever its id would put it.
pub fn seals_of_the_opener<'a>(visit: Uuid, entries: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<usize> {
    let entries: Vec<_> = entries.into_iter().collect();
    let openings = || entries.iter().filter(|(kind, _)| *kind == "visit.opened/1").map(|(_, kid)| *kid);
    let Some(opener) = openings().find(|kid| is_opened_by(visit, kid)).or_else(|| openings().next()) else {
        return Vec::new();
    };
    let seals = entries
        .iter()
        .enumerate()
        .filter(|(_, (kind, kid))| *kind == "visit.sealed/1" && *kid == opener);
    seals.map(|(place, _)| place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_fits_the_key_that_made_it_and_no_other() {
        let visit = VisitId::opened_by("a1", 1_795_223_100_123);
        assert_eq!(visit.0.get_version_num(), 7);
        assert_eq!(
            visit.0.get_timestamp().map(|t| t.to_unix()),
            Some((1_795_223_100, 123_000_000)),
            "its time can be read"
        );
        assert!(is_opened_by(visit.0, "a1"));
        assert!(!is_opened_by(visit.0, "a2"));
        assert_ne!(visit, VisitId::opened_by("a1", 1_795_223_100_124));
        assert!(is_opened_by(VisitId::opened_by("a1", -5).0, "a1"), "a clock before 1970 opens visits too");
    }

    #[test]
    fn only_seals_of_the_laptop_whose_key_fits_come_first() {
        let visit = VisitId::opened_by("a1", 5).0;
        let entries = [
            ("visit.opened/1", "b2"),
            ("visit.sealed/1", "b2"),
            ("visit.opened/1", "a1"),
            ("visit.sealed/1", "a1"),
        ];
        assert_eq!(seals_of_the_opener(visit, entries), [3]);
        assert_eq!(
            seals_of_the_opener(Uuid::from_u128(7), entries),
            [1],
            "an id of no key: the first opening"
        );
        assert!(seals_of_the_opener(visit, []).is_empty());
    }
}
