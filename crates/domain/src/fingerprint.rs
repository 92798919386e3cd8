//! What pictures look like, in 64 bits, and the search for others that look the same.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use ts_rs::TS;

/// Most bits in which two fingerprints of the same picture differ.
pub const SAME_WITHIN_BITS: u32 = 8;

/// What a picture looks like (感知指纹), as the intake computed it from its thumbnail: 16 hexadecimal digits on paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, TS)]
#[ts(type = "string")]
pub struct Fingerprint(pub u64);

impl Fingerprint {
    /// Whether two pictures look the same: scaled, compressed again or saved by another program, but not taken anew.
    pub fn looks_like(self, other: Self) -> bool {
        (self.0 ^ other.0).count_ones() <= SAME_WITHIN_BITS
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for Fingerprint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let lower = text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        let number = if lower && text.len() == 16 {
            u64::from_str_radix(text, 16).ok()
        } else {
            None
        };
        number
            .map(Self)
            .ok_or_else(|| "a fingerprint is 16 hexadecimal digits in lower case".to_owned())
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The fingerprints of a whole store with the number of each one's row, in memory: a search passes over all of them.
///
/// Rows are only ever added, under rising numbers; a row that is gone is found by its number no more, which is the caller's to look up.
#[derive(Clone, Debug, Default)]
pub struct Fingerprints {
    known: Vec<(u64, i64)>,
    newest: i64,
    /// What was found for fingerprints asked before, and how many of the known were passed over for it: a visit at work asks for the same
    /// ones after every step.
    asked: HashMap<u64, (usize, Vec<i64>)>,
}

/// Answers that are remembered at most.
const ASKED: usize = 4_096;

impl Fingerprints {
    /// The highest number of a row that is known; 0 when none is.
    pub fn newest(&self) -> i64 {
        self.newest
    }

    /// Adds a row with a number above all that are known.
    pub fn add(&mut self, row: i64, fingerprint: Fingerprint) {
        self.known.push((fingerprint.0, row));
        self.newest = self.newest.max(row);
    }

    /// Rows whose pictures look like this one, oldest first.
    pub fn alike(&mut self, fingerprint: Fingerprint) -> &[i64] {
        if self.asked.len() >= ASKED && !self.asked.contains_key(&fingerprint.0) {
            self.asked.clear();
        }
        let (passed, found) = self.asked.entry(fingerprint.0).or_default();
        let new = self.known.get(*passed..).unwrap_or_default();
        let alike = new.iter().filter(|(known, _)| fingerprint.looks_like(Fingerprint(*known)));
        found.extend(alike.map(|(_, row)| *row));
        *passed = self.known.len();
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_as_sixteen_digits_and_nothing_else_is_read() {
        let one = Fingerprint(0x00ab_cdef_0123_4567);
        assert_eq!(serde_json::to_string(&one).unwrap(), "\"00abcdef01234567\"");
        assert_eq!("00abcdef01234567".parse(), Ok(one));
        for wrong in ["", "abcdef01234567", "00ABCDEF01234567", "+0abcdef01234567", "00abcdef012345678"] {
            assert!(wrong.parse::<Fingerprint>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn finds_what_differs_in_few_bits() {
        let mut known = Fingerprints::default();
        for (row, print) in [0_u64, 0xff, 0x1ff, u64::MAX].into_iter().enumerate() {
            known.add(row as i64 + 1, Fingerprint(print));
        }
        assert_eq!(known.alike(Fingerprint(0)), [1, 2]);
        assert_eq!(known.alike(Fingerprint(0x1ff)), [2, 3]);
        assert_eq!(known.newest(), 4);
        known.add(9, Fingerprint(1));
        assert_eq!(known.alike(Fingerprint(0)), [1, 2, 9], "what came since is found, too");
        assert_eq!(known.alike(Fingerprint(0)), [1, 2, 9]);
    }
}
