//! JPEG segments (ISO 10918-1 annex B): size from the frame header, Exif and XMP from APP1.

use super::{Parts, photoshop, tiff_in};
use crate::bytes::{be16, upto};
use crate::when::{LocalTime, of_instant};
use std::borrow::Cow;

const XMP_NAMESPACE: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";

/// A marker segment: its marker byte and what follows its length field.
pub(crate) struct Segment<'a> {
    /// Marker byte after 0xff.
    pub marker: u8,
    /// Payload, cut short where the file is.
    pub body: &'a [u8],
    /// Whether all of the payload is there.
    pub whole: bool,
    /// Where the payload ends.
    pub end: usize,
}

/// The segments up to the first scan or the end of the image, in file order. Rubbish between segments is skipped, as decoders do.
pub(crate) fn segments(bytes: &[u8]) -> impl Iterator<Item = Segment<'_>> {
    let mut at = 2;
    let mut done = false;
    std::iter::from_fn(move || {
        while !done {
            at += bytes.get(at..)?.iter().position(|b| *b == 0xff)?;
            let marker = *bytes.get(at + 1)?;
            match marker {
                0xff => at += 1,
                0x00 | 0x01 | 0xd0..=0xd7 => at += 2,
                0xd8 | 0xd9 => {
                    done = marker == 0xd9;
                    at += 2;
                    return Some(Segment {
                        marker,
                        body: &[],
                        whole: true,
                        end: at,
                    });
                }
                _ => {
                    let len = usize::from(be16(bytes, at + 2)?);
                    if len < 2 {
                        at += 2;
                        continue;
                    }
                    done = marker == 0xda;
                    let body = upto(bytes, at + 4, len - 2);
                    at = at + 2 + len;
                    return Some(Segment {
                        marker,
                        body,
                        whole: body.len() == len - 2,
                        end: at,
                    });
                }
            }
        }
        None
    })
}

/// Whether a marker begins a frame (SOF0–SOF15 without DHT, JPG and DAC).
pub(crate) fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc)
}

/// Where an APP1 segment's Exif block begins: some devices put a second segment header before its name.
fn exif_start(body: &[u8]) -> Option<usize> {
    let name = |at: &usize| body.get(*at..at + 5).is_some_and(|n| n.eq_ignore_ascii_case(b"Exif\0"));
    (0..=4).find(name).map(|at| at + 6)
}

/// The TIFF structure behind that name. What stands after the byte order mark is not looked at, as some programs write their own.
fn exif_in(body: &[u8]) -> Option<&[u8]> {
    let block = body.get(exif_start(body)?..)?;
    let marked = block.starts_with(b"II") || block.starts_with(b"MM");
    if marked { Some(block) } else { tiff_in(block) }
}

/// The XMP packet of an APP1 segment, also of one whose name was left out.
pub(super) fn xmp_in(body: &[u8]) -> Option<&[u8]> {
    let bare = || body.starts_with(b"<?xpacket").then_some(body);
    body.strip_prefix(XMP_NAMESPACE).or_else(bare)
}

/// The time in the text segment that cameras wrote before Exif: seconds since 1970 of the camera's clock.
fn picture_info(body: &[u8]) -> Option<LocalTime> {
    let text = body.get(..body.len().min(4096))?;
    let at = text.windows(18).position(|w| w.starts_with(b"\r\nTimeDate="))? + 11;
    let digits: Vec<u8> = text.get(at..)?.iter().copied().take_while(u8::is_ascii_digit).collect();
    let time = of_instant(std::str::from_utf8(&digits).ok()?.parse().ok()?)?;
    Some(LocalTime { offset: None, ..time })
}

/// More segments than any camera writes; a file of nothing but empty ones must not fill the memory.
const MAX_SEGMENTS: usize = 20_000;

/// The colour profile in APP2, joined from its parts (ICC.1 annex B.4); none when one is missing.
pub(crate) fn colour_profile(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut parts: Vec<(u8, u8, &[u8])> = segments(bytes)
        .take(MAX_SEGMENTS)
        .filter(|s| s.marker == 0xe2)
        .filter_map(|s| {
            let (&[number, of], data) = s.body.strip_prefix(b"ICC_PROFILE\0")?.split_first_chunk::<2>()?;
            Some((number, of, data))
        })
        .collect();
    parts.sort_by_key(|(number, ..)| *number);
    let count = u8::try_from(parts.len()).ok()?;
    let whole = count > 0
        && parts
            .iter()
            .zip(1..)
            .all(|((number, of, _), expected)| *number == expected && *of == count);
    whole.then(|| parts.iter().flat_map(|(_, _, data)| data.iter().copied()).collect())
}

pub(super) fn open(bytes: &[u8]) -> Parts<'_> {
    let mut parts = Parts::default();
    let mut header: Vec<_> = segments(bytes).take(MAX_SEGMENTS).collect();
    if !header.last().is_some_and(|s| s.whole && matches!(s.marker, 0xd9 | 0xda)) {
        // A header that breaks off is not believed in its last part: what is cut may be the half of a value, and the
        // segment before it has lost the picture that it describes. exiftool judges alike.
        parts.warnings.push("the file ends inside its header".into());
        header.retain(|s| s.whole);
        header.pop();
    }
    for segment in header {
        match segment.marker {
            0xe1 if parts.exif.is_none() && exif_start(segment.body).is_some() => {
                parts.exif = exif_in(segment.body).map(Cow::Borrowed);
                if parts.exif.is_none() {
                    parts.warnings.push("Exif segment without a TIFF header".into());
                }
            }
            0xe1 if parts.xmp.is_none() => parts.xmp = xmp_in(segment.body).map(Cow::Borrowed),
            0xec if parts.own.taken.is_none() => parts.own.taken = picture_info(segment.body).map(|time| (time, "APP12.TimeDate")),
            0xed if parts.own.captioned.is_none() => {
                parts.own.captioned = photoshop::taken(segment.body).map(|time| (time, "IPTC.DateCreated"));
            }
            marker if is_frame(marker) && parts.size.is_none() => {
                let size = be16(segment.body, 3).zip(be16(segment.body, 1));
                parts.size = size.map(|(w, h)| (w.into(), h.into()));
            }
            _ => {}
        }
    }
    parts
}
