//! Which laptop leads a visit, in a way that every replica finds alike and no other laptop can take over.
//!
//! A visit's id is made from the key of the laptop that opens it. Whoever opens the same visit with another key would have to find a
//! key that gives this id; the opening whose key fits therefore counts, wherever chance or somebody's effort puts the others.

use crate::ids::VisitId;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
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

/// What an entry of a visit says of who may close it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Its kind.
    pub kind: String,
    /// Key id of the laptop or server that said it.
    pub kid: String,
    /// Whether it stands in a server's log.
    pub server: bool,
    /// Key id of the laptop to which a `visit.handed_over/1` gives the visit.
    pub to: Option<String>,
    /// Places of the entries that it comes after at once.
    pub after: Vec<usize>,
}

/// The places of the entries that are folded, each with all that it had seen, before everything else, one after the other. `said` are a
/// visit's entries in their order of folding.
///
/// These are the reviews, and the seals and handings over of the laptops that lead: what a late entry of another laptop, or of one that
/// led before, says can then neither change what was sealed nor hinder the seal, wherever its id would put it. A laptop leads that the
/// visit's id was made for, until it hands over; whoever was handed the visit leads only in what it says having seen so. What a reviewer
/// had seen goes before all that he had not: with its own key not even the laptop that led can change it afterwards.
pub fn closing_entries(visit: Uuid, said: &[Said]) -> Vec<usize> {
    let openings = || said.iter().filter(|entry| entry.kind == "visit.opened/1").map(|entry| entry.kid.as_str());
    let Some(opener) = openings().find(|kid| is_opened_by(visit, kid)).or_else(|| openings().next()) else {
        return Vec::new();
    };
    let mut first = Vec::new();
    let mut add = |places: Vec<usize>| {
        for place in places {
            if !first.contains(&place) {
                first.push(place);
            }
        }
    };
    let reviews = said
        .iter()
        .enumerate()
        .filter(|(_, entry)| entry.server && entry.kind.starts_with("review."));
    for (review, _) in reviews {
        add(closed_by_leads(opener, said, Some(&seen_by(said, review))));
        add(vec![review]);
    }
    add(closed_by_leads(opener, said, None));
    first
}

/// Seals and handings over by the laptops that lead, among the entries of `within`.
fn closed_by_leads(opener: &str, said: &[Said], within: Option<&BTreeSet<usize>>) -> Vec<usize> {
    let of_kind = |kind: &'static str| {
        let among = move |place: &usize| within.is_none_or(|within| within.contains(place));
        said.iter()
            .enumerate()
            .filter(move |(_, entry)| entry.kind == kind)
            .map(|(place, _)| place)
            .filter(among)
    };
    let by = |place: &usize, kid: &str| said.get(*place).is_some_and(|entry| entry.kid == kid);
    let mut closing = Vec::new();
    let (mut lead, mut since) = (opener.to_owned(), None);
    loop {
        // Whoever was given the visit leads only where he knew of it.
        let leads = |place: &usize| by(place, &lead) && since.is_none_or(|since| seen_by(said, *place).contains(&since));
        let gives = of_kind("visit.handed_over/1").find(leads);
        let seen = gives.map(|gives| seen_by(said, gives));
        let seals = of_kind("visit.sealed/1").filter(leads);
        closing.extend(seals.filter(|seal| seen.as_ref().is_none_or(|seen| seen.contains(seal))));
        let Some((gives, to)) = gives.and_then(|gives| Some((gives, said.get(gives)?.to.clone()?))) else {
            return closing;
        };
        closing.push(gives);
        (lead, since) = (to, Some(gives));
    }
}

/// The places of all entries that an entry comes after.
fn seen_by(said: &[Said], place: usize) -> BTreeSet<usize> {
    let after = |place: usize| said.get(place).into_iter().flat_map(|entry| entry.after.iter().copied());
    let mut seen = BTreeSet::new();
    let mut open: Vec<usize> = after(place).collect();
    while let Some(next) = open.pop() {
        if seen.insert(next) {
            open.extend(after(next));
        }
    }
    seen
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

    fn said(kind: &str, kid: &str, after: &[usize]) -> Said {
        Said {
            kind: kind.into(),
            kid: kid.into(),
            after: after.to_vec(),
            ..Said::default()
        }
    }

    fn gives(kid: &str, to: &str, after: &[usize]) -> Said {
        Said {
            to: Some(to.into()),
            ..said("visit.handed_over/1", kid, after)
        }
    }

    fn review(after: &[usize]) -> Said {
        Said {
            server: true,
            ..said("review.accepted/1", "s", after)
        }
    }

    fn opened() -> (Uuid, Said) {
        (VisitId::opened_by("a1", 5).0, said("visit.opened/1", "a1", &[]))
    }

    #[test]
    fn only_seals_of_the_laptop_whose_key_fits_come_first() {
        let (visit, opening) = opened();
        let entries = [
            said("visit.opened/1", "b2", &[]),
            said("visit.sealed/1", "b2", &[0]),
            opening,
            said("visit.sealed/1", "a1", &[2]),
        ];
        assert_eq!(closing_entries(visit, &entries), [3]);
        assert_eq!(closing_entries(Uuid::from_u128(7), &entries), [1], "an id of no key: the first opening");
        assert!(closing_entries(visit, &[]).is_empty());
    }

    #[test]
    fn whoever_was_handed_the_visit_closes_it_and_nobody_else() {
        let (visit, opening) = opened();
        let entries = [
            opening,
            said("visit.sealed/1", "a1", &[0]), // by a laptop that was restored and has forgotten
            gives("a1", "b2", &[0]),
            said("visit.sealed/1", "b2", &[0]), // before it was told
            said("visit.sealed/1", "b2", &[2]), // 4
            said("visit.sealed/1", "a1", &[2]), // after giving it away
            said("visit.sealed/1", "c3", &[2]), // nobody's
        ];
        assert_eq!(closing_entries(visit, &entries), [2, 4]);

        let entries = [
            entries[0].clone(),
            gives("c3", "c3", &[0]), // a laptop cannot take
            gives("a1", "b2", &[0]),
            gives("b2", "a1", &[2]),
            said("visit.sealed/1", "a1", &[3]),
            gives("a1", "c3", &[2]), // not knowing that it leads again
        ];
        assert_eq!(closing_entries(visit, &entries), [2, 3, 4], "and back again");
        let round = [entries[0].clone(), gives("a1", "a1", &[0]), gives("a1", "a1", &[1])];
        assert_eq!(closing_entries(visit, &round), [1, 2]);
    }

    #[test]
    fn what_a_reviewer_saw_cannot_be_handed_away_or_sealed_otherwise_afterwards() {
        let (visit, opening) = opened();
        let entries = [
            opening,
            gives("a1", "c3", &[0]), // said years later, its id ground until it sorts first
            said("visit.sealed/1", "c3", &[1]),
            said("visit.sealed/1", "a1", &[0]), // another one
            said("visit.sealed/1", "a1", &[0]), // 4: the one that was reviewed
            review(&[4]),
        ];
        let first = closing_entries(visit, &entries);
        assert_eq!(first.get(..2), Some([4, 5].as_slice()), "{first:?}");
        let without = closing_entries(visit, &entries[..5]);
        assert_eq!(
            without,
            [1, 2],
            "before a review a laptop that speaks with two tongues is believed in the first"
        );
    }
}
