//! The embedded fonts (`assets/fonts`), and which characters they can print.

use std::collections::BTreeSet;
use std::sync::LazyLock;
use typst::foundations::Bytes;
use typst::text::Font;

static PLAIN: [&[u8]; 5] = [
    include_bytes!("../../../assets/fonts/FandolFang-Regular.otf"),
    include_bytes!("../../../assets/fonts/FandolHei-Regular.otf"),
    include_bytes!("../../../assets/fonts/FandolKai-Regular.otf"),
    include_bytes!("../../../assets/fonts/FandolSong-Bold.otf"),
    include_bytes!("../../../assets/fonts/NotoSerifCJKsc-Rare.otf"),
];
static EXTENSIONS: &[u8] = include_bytes!("../../../assets/fonts/HanaMinB.ttf.zst");

static COMMON: LazyLock<Vec<Font>> = LazyLock::new(|| PLAIN.iter().filter_map(|bytes| Font::new(Bytes::new(*bytes), 0)).collect());

// Unpacked (31 MB) only when a character beyond the common fonts occurs.
static RARE: LazyLock<Option<Font>> = LazyLock::new(|| {
    let bytes = zstd::decode_all(EXTENSIONS).ok()?;
    Font::new(Bytes::new(bytes), 0)
});

// Some fonts map control characters to pictures; on a page they are nothing but trouble.
fn covered(font: &Font, c: char) -> bool {
    !c.is_control() && font.info().coverage.contains(u32::from(c))
}

// Neither printed nor missed: the line breaks that the templates split at.
fn is_break(c: char) -> bool {
    c == '\n'
}

// Looking up one character walks the font's whole table: ask once for each character, not for each occurrence.
fn beyond_common(text: &str) -> BTreeSet<char> {
    let all: BTreeSet<char> = text.chars().filter(|&c| !is_break(c)).collect();
    all.into_iter().filter(|&c| !COMMON.iter().any(|font| covered(font, c))).collect()
}

/// The fonts that the text needs: always the common ones, the large one only when a character asks for it.
pub(crate) fn for_text(text: &str) -> Vec<Font> {
    let mut fonts = COMMON.clone();
    if !beyond_common(text).is_empty()
        && let Some(rare) = RARE.as_ref()
    {
        fonts.push(rare.clone());
    }
    fonts
}

/// The characters of the text that no embedded font can print, in code point order; a paper shows `〔U+30000〕` in their place.
/// Control and direction characters count as such, so that they cannot rearrange an official page.
pub fn characters_without_glyph(text: &str) -> Vec<char> {
    let beyond = beyond_common(text);
    if beyond.is_empty() {
        return Vec::new();
    }
    beyond
        .into_iter()
        .filter(|&c| !RARE.as_ref().is_some_and(|font| covered(font, c)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_embedded_font_is_readable() {
        let families: Vec<&str> = COMMON.iter().map(|font| font.info().family.as_str()).collect();
        assert_eq!(families, ["FandolFang R", "FandolHei", "FandolKai", "FandolSong", "Noto Serif CJK SC"]);
        assert_eq!(RARE.as_ref().unwrap().info().family, "HanaMinB");
    }

    #[test]
    fn rare_names_are_covered_and_the_large_font_stays_packed_without_need() {
        assert_eq!(characters_without_glyph("沈𬭼、葛𪨶、王喆、㛃䶮堃"), Vec::<char>::new());
        assert_eq!(for_text("沈𬭼、葛𪨶、王喆").len(), 5, "these stand in the subset of Noto Serif");
        assert_eq!(for_text("𠀀𫝀𬺰").len(), 6);
        assert_eq!(characters_without_glyph("𠀀𫝀𬺰"), Vec::<char>::new());
    }

    #[test]
    fn what_cannot_be_printed_is_named() {
        assert_eq!(
            characters_without_glyph("甲\u{202E}乙\u{7}丙\u{30000}\u{1F600}\n"),
            ['\u{7}', '\u{202E}', '\u{1F600}', '\u{30000}']
        );
    }
}
