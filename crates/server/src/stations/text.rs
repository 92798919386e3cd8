//! CSV in the encodings that Chinese offices write: UTF-8 with or without BOM, GB 18030, and the UTF-16 of a spreadsheet's "Unicode text".

use std::borrow::Cow;

use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};

use super::table::{Rows, Table, Unreadable};

const MARK: char = '\u{fffd}';

pub(super) fn read(bytes: &[u8]) -> Result<Table, Unreadable> {
    let (text, format) = decode(bytes)?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(&text))
        .from_reader(text.as_bytes());
    let mut rows = Rows::default();
    let mut record = csv::StringRecord::new();
    let mut number = 0_u32;
    loop {
        // A spreadsheet counts empty lines as rows; the reader passes over them.
        number = number.saturating_add(empty_lines(&text, reader.position().byte()));
        if !reader.read_record(&mut record).map_err(|_| Unreadable::NotATable)? {
            break;
        }
        number = number.saturating_add(1);
        for (column, value) in record.iter().enumerate() {
            rows.put(number, column, value)?;
        }
    }
    Ok(Table {
        format,
        sheets: Vec::new(),
        sheet: None,
        rows: rows.into_rows(),
    })
}

/// The text and its encoding. Bytes that fit none stand as U+FFFD, so that their rows can be named.
fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, &'static str), Unreadable> {
    if let Some(rest) = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]) {
        return Ok((String::from_utf8_lossy(rest), "UTF-8"));
    }
    for (mark, encoding) in [([0xff, 0xfe], UTF_16LE), ([0xfe, 0xff], UTF_16BE)] {
        if let Some(rest) = bytes.strip_prefix(&mark) {
            return Ok((encoding.decode_without_bom_handling(rest).0, "UTF-16"));
        }
    }
    if bytes.contains(&0) {
        return Err(Unreadable::NotATable);
    }
    let utf8 = String::from_utf8_lossy(bytes);
    let broken = utf8.chars().filter(|c| *c == MARK).count();
    let whole = utf8.chars().filter(|c| !c.is_ascii() && *c != MARK).count();
    // A byte that broke on the way does not make a UTF-8 file one of another encoding.
    if broken.saturating_mul(20) <= whole {
        return Ok((utf8, "UTF-8"));
    }
    let (text, wrong) = GB18030.decode_without_bom_handling(bytes);
    let broken = if wrong { text.chars().filter(|c| *c == MARK).count() } else { 0 };
    if broken > 20 && broken.saturating_mul(20) > text.chars().filter(|c| !c.is_ascii()).count() {
        return Err(Unreadable::NotATable);
    }
    Ok((text, "GB 18030"))
}

/// Lines with nothing in them from a byte on.
fn empty_lines(text: &str, from: u64) -> u32 {
    let (before, mut rest) = usize::try_from(from)
        .ok()
        .and_then(|at| text.as_bytes().split_at_checked(at))
        .unwrap_or_default();
    // The reader ends a line at its CR; the LF behind it is no line of its own.
    if before.ends_with(b"\r") {
        rest = rest.strip_prefix(b"\n").unwrap_or(rest);
    }
    let mut lines = 0_u32;
    loop {
        rest = match rest {
            [b'\r', b'\n', after @ ..] | [b'\r' | b'\n', after @ ..] => after,
            _ => return lines,
        };
        lines = lines.saturating_add(1);
    }
}

/// The separator that stands most often in the first lines, outside quotes.
fn delimiter(text: &str) -> u8 {
    let mut counts = [(b',', 0_u32), (b'\t', 0), (b';', 0)];
    let mut quoted = false;
    for byte in text.lines().take(20).flat_map(str::bytes) {
        if byte == b'"' {
            quoted = !quoted;
        } else if !quoted {
            counts
                .iter_mut()
                .filter(|(known, _)| *known == byte)
                .for_each(|(_, n)| *n = n.saturating_add(1));
        }
    }
    counts.iter().rev().max_by_key(|(_, n)| *n).map_or(b',', |(byte, _)| *byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(bytes: &[u8]) -> (Vec<(u32, Vec<String>)>, &'static str) {
        let table = read(bytes).unwrap();
        (table.rows.into_iter().map(|r| (r.row, r.cells)).collect(), table.format)
    }

    fn row(number: u32, cells: &[&str]) -> (u32, Vec<String>) {
        (number, cells.iter().map(|c| (*c).to_owned()).collect())
    }

    #[test]
    fn encodings_are_told_apart_and_rare_names_survive() {
        let text = "站点名称,负责人\n青河村站,沈𬭼\n石头寨站,葛𪨶\n";
        let wanted = vec![
            row(1, &["站点名称", "负责人"]),
            row(2, &["青河村站", "沈𬭼"]),
            row(3, &["石头寨站", "葛𪨶"]),
        ];
        assert_eq!(cells(text.as_bytes()), (wanted.clone(), "UTF-8"));
        assert_eq!(cells(format!("\u{feff}{text}").as_bytes()), (wanted.clone(), "UTF-8"));
        let (gb, _, lost) = GB18030.encode(text);
        assert!(!lost);
        assert_eq!(cells(&gb), (wanted.clone(), "GB 18030"));
        let wide: Vec<u8> = "\u{feff}"
            .encode_utf16()
            .chain(text.replace(',', "\t").encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(cells(&wide), (wanted, "UTF-16"));
    }

    #[test]
    fn one_broken_byte_does_not_change_the_encoding() {
        let mut bytes = "站点名称,乡镇\n青河村站,青禾镇\n石头寨站,柳溪镇\n南坪村站,白鹭镇\n"
            .repeat(3)
            .into_bytes();
        let at = bytes.len() - 3;
        bytes[at] = 0xff;
        let (rows, format) = cells(&bytes);
        assert_eq!(format, "UTF-8");
        assert!(rows.last().unwrap().1[1].contains(MARK));
    }

    #[test]
    fn rows_are_counted_as_a_spreadsheet_counts_them() {
        let text = "\r\n名称;乡镇\r\n\r\n\r\n\"青河\"\"村\r\n站\";青禾镇\r\n ; \r\n石头寨站;柳溪镇";
        let (rows, _) = cells(text.as_bytes());
        let wanted = [
            row(2, &["名称", "乡镇"]),
            row(5, &["青河\"村\r\n站", "青禾镇"]),
            row(7, &["石头寨站", "柳溪镇"]),
        ];
        assert_eq!(rows, wanted);
    }

    #[test]
    fn rubbish_is_no_table() {
        assert_eq!(read(b"\x00\x01\x02"), Err(Unreadable::NotATable));
        let noise: Vec<u8> = (0..4000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8 | 1).collect();
        assert_eq!(read(&noise), Err(Unreadable::NotATable));
    }
}
