//! Search in Chinese: text as a row of overlapping pairs of characters, so that two characters find what they stand in, one too.
//!
//! Pairs are written in ASCII, whatever the characters: the index of words need not know scripts, and names outside the basic plane
//! (𬭼, 𪨶) are found like any other.

use std::fmt::Write as _;

/// Characters that look alike on a keyboard are one: capitals, full-width letters and digits.
fn folded(c: char) -> impl Iterator<Item = char> {
    let narrow = match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c).saturating_sub(0xfee0)).unwrap_or(c),
        other => other,
    };
    narrow.to_lowercase()
}

fn words(text: &str) -> impl Iterator<Item = Vec<char>> {
    text.split_whitespace().map(|word| word.chars().flat_map(folded).collect())
}

fn pair(into: &mut String, first: char, second: Option<char>) {
    // Writing to a string does not fail.
    let _ = write!(into, "{:x}z", u32::from(first));
    if let Some(second) = second {
        let _ = write!(into, "{:x}", u32::from(second));
    }
}

/// What the index holds for a text: every pair in order; the last character of a word stands alone.
pub fn grams(text: &str) -> String {
    let mut grams = String::new();
    for word in words(text) {
        for (at, first) in word.iter().enumerate() {
            pair(&mut grams, *first, word.get(at.saturating_add(1)).copied());
            grams.push(' ');
        }
    }
    grams
}

/// The question to the index for what somebody typed: all words must occur, each with its characters in a row. None when nothing was typed.
pub fn matching(search: &str) -> Option<String> {
    let mut phrases = Vec::new();
    for word in words(search) {
        let mut phrase = String::new();
        for both in word.windows(2) {
            if let [first, second] = both {
                phrase.push_str(if phrase.is_empty() { "\"" } else { " " });
                pair(&mut phrase, *first, Some(*second));
            }
        }
        match (phrase.is_empty(), word.as_slice()) {
            (true, [only, ..]) => {
                phrase.push('"');
                pair(&mut phrase, *only, None);
                phrase.push_str("\"*");
            }
            (true, []) => continue,
            (false, _) => phrase.push('"'),
        }
        phrases.push(phrase);
    }
    (!phrases.is_empty()).then(|| phrases.join(" AND "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_overlap_and_words_stay_apart() {
        assert_eq!(grams("网吧 Ａb"), "7f51z5427 5427z 61z62 62z ");
        assert_eq!(grams("𬭼"), "2cb7cz ");
        assert_eq!(grams(" \n "), "");
    }

    #[test]
    fn two_characters_make_one_pair_and_one_makes_a_beginning() {
        assert_eq!(matching("网吧").unwrap(), "\"7f51z5427\"");
        assert_eq!(matching("网吧站 a").unwrap(), "\"7f51z5427 5427z7ad9\" AND \"61z\"*");
        assert_eq!(matching("  "), None);
    }
}
