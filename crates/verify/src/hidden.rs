//! Characters that a reader cannot see or that change what he sees: in a report they stand as visible escapes, so that no name
//! out of a bundle can forge a line, turn text around or speak to the terminal.

use std::fmt::Write as _;

/// Whether a character has no form of its own: controls (C0, DEL, C1), separators of lines and paragraphs, marks, embeddings,
/// overrides and isolates of direction, invisible operators and tags. Joiners stay: some scripts cannot be written without.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// One line of text with every hidden character as `\u{202e}`.
pub(crate) fn shown(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for c in line.chars() {
        if is_hidden(c) {
            let _ = write!(out, "{}", c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// JSON with every hidden character inside its strings as `\u202e`: it means the same and shows what it is. Line feeds between
/// members are the writer's own, since strings hold them escaped already.
pub(crate) fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c != '\n' && is_hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_spelled_out_and_the_rest_stays() {
        assert_eq!(
            shown("王某\n核验通过\u{202e}x\u{1b}[2J\u{9b}"),
            "王某\\u{a}核验通过\\u{202e}x\\u{1b}[2J\\u{9b}"
        );
        assert_eq!(shown("𬭼𪨶 É 👩\u{200d}🌾 ا\u{200c}ب"), "𬭼𪨶 É 👩\u{200d}🌾 ا\u{200c}ب");
        let value = serde_json::json!({ "name": "a\u{202e}\u{7f}\u{e0041}\n\u{2028}" });
        let text = json(&serde_json::to_string_pretty(&value).unwrap());
        assert!(text.contains("\\u202e\\u007f\\udb40\\udc41\\n\\u2028"), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
