//! PNG chunks (ISO 15948): size from IHDR, metadata from eXIf, from XMP text, and from the raw profiles of older programs.

use super::jpeg::xmp_in;
use super::{MAX_BLOCK, Parts, photoshop, tiff_in};
use crate::bytes::{be32, upto};
use crate::when::local_time;
use flate2::read::ZlibDecoder;
use std::borrow::Cow;
use std::io::Read;

pub(super) fn open(bytes: &[u8]) -> Parts<'_> {
    let mut parts = Parts::default();
    let mut profile = None;
    let mut budget = MAX_INFLATED;
    let mut at = 8_usize;
    while let (Some(len), Some(name)) = (be32(bytes, at), bytes.get(at.saturating_add(4)..at.saturating_add(8))) {
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        let body = upto(bytes, at + 8, len);
        match name {
            b"IHDR" if at == 8 => parts.size = be32(body, 0).zip(be32(body, 4)),
            b"eXIf" if parts.exif.is_none() => parts.exif = tiff_in(body).map(Cow::Borrowed),
            b"tEXt" | b"zTXt" | b"iTXt" => {
                let chunk = Chunk {
                    name,
                    body,
                    whole: body.len() == len,
                };
                text(&chunk, &mut parts, &mut profile, &mut budget);
            }
            b"IEND" => break,
            _ => {}
        }
        at = at.saturating_add(12).saturating_add(len);
    }
    if parts.exif.is_none() {
        parts.exif = profile.map(Cow::Owned);
    }
    parts
}

/// A chunk of text.
struct Chunk<'a> {
    name: &'a [u8],
    /// Cut short where the file is.
    body: &'a [u8],
    whole: bool,
}

/// A longer text is none for people.
const MAX_TEXT: usize = 200;
/// Bytes that the text chunks of one file may inflate to in all. A few kilobytes can hold gigabytes of nothing, chunk after chunk.
const MAX_INFLATED: usize = MAX_BLOCK;
/// So many warnings say enough; a file of nothing but broken chunks is left alone after them.
const MAX_WARNINGS: usize = 20;

/// Keywords of text chunks that are looked at; some programs write them in small letters.
const WANTED: [&[u8]; 10] = [
    b"Software",
    b"Make",
    b"Model",
    b"create-date",
    b"XML:com.adobe.xmp",
    b"Raw profile type exif",
    b"Raw profile type APP1",
    b"Raw profile type xmp",
    b"Raw profile type iptc",
    b"Raw profile type 8bim",
];

/// Takes what is wanted from a text chunk: program, device, time, an XMP packet, a raw profile.
fn text(chunk: &Chunk<'_>, parts: &mut Parts<'_>, profile: &mut Option<Vec<u8>>, budget: &mut usize) {
    let body = chunk.body;
    let Some(end) = body.iter().take(80).position(|b| *b == 0) else { return };
    let (keyword, rest) = (upto(body, 0, end), upto(body, end + 1, usize::MAX));
    let Some(&keyword) = WANTED.iter().find(|wanted| wanted.eq_ignore_ascii_case(keyword)) else {
        return;
    };
    if parts.warnings.len() >= MAX_WARNINGS {
        return;
    }
    // Half a text is another text; half a profile has whole values in it.
    if !chunk.whole && !keyword.starts_with(b"Raw profile") {
        return;
    }
    let Some(value) = text_value(chunk.name, rest, budget) else {
        parts.warnings.push("a compressed text chunk cannot be read".into());
        return;
    };
    let own = &mut parts.own;
    let readable = |value: &[u8]| readable(value, chunk.name == b"iTXt");
    match keyword {
        b"Software" => own.software = own.software.take().or_else(|| Some((readable(&value)?, "PNG.Software"))),
        b"Make" => own.make = own.make.take().or_else(|| Some((readable(&value)?, "PNG.Make"))),
        b"Model" => own.model = own.model.take().or_else(|| Some((readable(&value)?, "PNG.Model"))),
        b"create-date" if own.taken.is_none() => own.taken = readable(&value).and_then(|t| local_time(&t)).map(|time| (time, "PNG.create-date")),
        b"XML:com.adobe.xmp" if parts.xmp.is_none() => parts.xmp = Some(Cow::Owned(value)),
        b"Raw profile type iptc" | b"Raw profile type 8bim" if own.original.is_none() => {
            let time = raw_profile(&value).and_then(|raw| photoshop::taken(&raw));
            own.original = time.map(|time| (time, "IPTC.DateCreated"));
        }
        _ if keyword.starts_with(b"Raw profile") => {
            let Some(raw) = raw_profile(&value) else { return };
            if let Some(packet) = xmp_in(&raw) {
                parts.xmp.get_or_insert_with(|| Cow::Owned(packet.to_vec()));
            } else if profile.is_none() {
                *profile = tiff_in(&raw).map(<[u8]>::to_vec);
            }
        }
        _ => {}
    }
}

/// A short text for people; blank is none. Only international text is UTF-8 by the standard and the rest Latin-1 (§11.3.4), but
/// programs write UTF-8 everywhere.
fn readable(value: &[u8], is_international: bool) -> Option<String> {
    let text = match std::str::from_utf8(value) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) if is_international => return None,
        Err(_) => Cow::Owned(value.iter().take(MAX_TEXT + 1).map(|b| char::from(*b)).collect()),
    };
    let text = text.trim();
    (!text.is_empty() && text.len() <= MAX_TEXT && !text.contains(char::is_control)).then(|| text.to_owned())
}

/// The text of a tEXt, zTXt or iTXt chunk after its keyword; what is compressed is inflated as far as the file's budget goes.
fn text_value(chunk: &[u8], rest: &[u8], budget: &mut usize) -> Option<Vec<u8>> {
    match chunk {
        b"tEXt" => Some(rest.to_vec()),
        b"zTXt" => inflate(rest.get(1..)?, budget),
        _ => {
            let compressed = *rest.first()? == 1;
            let mut fields = rest.get(2..)?.splitn(3, |b| *b == 0);
            let text = fields.nth(2)?;
            if compressed { inflate(text, budget) } else { Some(text.to_vec()) }
        }
    }
}

fn inflate(data: &[u8], budget: &mut usize) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let whole = ZlibDecoder::new(data).take((*budget as u64).saturating_add(1)).read_to_end(&mut out);
    let within = out.len() <= *budget;
    *budget = budget.saturating_sub(out.len());
    (whole.is_ok() && within).then_some(out)
}

/// ImageMagick's raw profile: a name, a length in decimal, then hexadecimal digits over many lines, behind which some programs leave rubbish.
fn raw_profile(text: &[u8]) -> Option<Vec<u8>> {
    let mut words = text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let len = words.find_map(|word| std::str::from_utf8(word).ok().filter(|word| word.len() <= 8)?.parse::<usize>().ok())?;
    let digits = words.flatten().copied().take_while(u8::is_ascii_hexdigit).take(2 * len);
    let digits: Vec<u8> = digits.collect();
    hex::decode(digits.get(..digits.len() & !1)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::ZlibEncoder};
    use std::io::Write;

    fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let len = u32::try_from(body.len()).unwrap().to_be_bytes();
        [&len[..], name, body, &[0; 4]].concat()
    }

    #[test]
    fn raw_profiles_are_read_to_their_length() {
        assert_eq!(raw_profile(b"\nexif\n       3\n4d4d\n00\n").unwrap(), b"MM\0");
        // Rubbish behind it, and one that is cut short.
        assert_eq!(raw_profile(b"\nExif\n00000003\n4d4d\n00\n$\"\x1d\x91\xff").unwrap(), b"MM\0");
        assert_eq!(raw_profile(b"\nexif\n8\n4d4d0").unwrap(), b"MM");
        assert_eq!(raw_profile(b"\nexif\nno length"), None);
    }

    #[test]
    fn texts_are_utf_8_or_latin_1_and_captions_are_read() {
        let read = |name: &[u8; 4], body: &[u8]| open(&[b"\x89PNG\r\n\x1a\n".to_vec(), chunk(name, body)].concat()).own;
        let software = |name: &[u8; 4], body: &[u8]| read(name, body).software.map(|text| text.0);
        assert_eq!(software(b"tEXt", b"Software\0Caf\xe9").as_deref(), Some("Café"));
        assert_eq!(software(b"tEXt", "Software\0程序".as_bytes()).as_deref(), Some("程序"));
        assert_eq!(software(b"iTXt", b"Software\0\0\0\0\0Caf\xe9"), None);
        let file = [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"tEXt", b"Software\0Program")].concat();
        for end in 0..file.len() - 4 {
            assert!(open(&file[..end]).own.software.is_none(), "cut to {end}");
        }
        let iptc = b"\x1c\x02\x37\0\x0820220110\x1c\x02\x3c\0\x06151544";
        let resource = [b"8BIM\x04\x04\0\0\0\0\0\x18", &iptc[..]].concat();
        for raw in [&iptc[..], &resource] {
            let profile = format!("Raw profile type iptc\0\niptc\n{:8}\n{}\n", raw.len(), hex::encode(raw));
            let (time, source) = read(b"tEXt", profile.as_bytes()).original.unwrap();
            assert_eq!((time.text().as_str(), source), ("2022-01-10T15:15:44", "IPTC.DateCreated"));
        }
    }

    #[test]
    fn a_file_of_many_small_bombs_inflates_once_and_no_more() {
        let mut bomb = ZlibEncoder::new(Vec::new(), Compression::best());
        bomb.write_all(&vec![b' '; MAX_BLOCK / 4]).unwrap();
        let body = [b"Raw profile type exif\0\0", bomb.finish().unwrap().as_slice()].concat();
        let mut budget = MAX_INFLATED;
        let (mut parts, mut profile) = (Parts::default(), None);
        let mut inflated = 0;
        for _ in 0..40 {
            let before = budget;
            let chunk = Chunk {
                name: b"zTXt",
                body: &body,
                whole: true,
            };
            text(&chunk, &mut parts, &mut profile, &mut budget);
            inflated += before - budget;
        }
        assert!(inflated <= MAX_INFLATED, "{inflated}");
        assert_eq!(budget, 0);

        let file = [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"zTXt", &body).repeat(2_000), chunk(b"IEND", b"")].concat();
        let began = std::time::Instant::now();
        assert!(!open(&file).warnings.is_empty(), "it is said that something was not read");
        assert!(began.elapsed() < std::time::Duration::from_secs(20), "{:?}", began.elapsed());
    }
}
