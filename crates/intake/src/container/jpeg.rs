//! JPEG segments (ISO 10918-1 annex B): size from the frame header, Exif and XMP from APP1.

use super::{MAX_BLOCK, Own, Parts, ciff, flir, photoshop, tiff_in};
use crate::bytes::{be16, be32, upto};
use crate::notes;
use crate::when::{LocalTime, local_time, of_clock};
use crate::xmp::MAX_PACKET;
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

const XMP_EXTENSION: &[u8] = b"http://ns.adobe.com/xmp/extension/\0";

/// What of a packet did not fit into its segment, joined from the segments that bear the mark which the packet names (XMP part 3,
/// 1.1.3.1). None when a part is missing, or when there is more than is read of a packet.
fn xmp_extension(packet: &[u8], header: &[Segment<'_>]) -> Option<Vec<u8>> {
    const NAME: &[u8] = b"HasExtendedXMP";
    let named = packet.windows(NAME.len()).position(|name| name == NAME)?;
    let rest = packet.get(named + NAME.len()..)?;
    let mark = rest.get(rest.iter().take(8).position(u8::is_ascii_hexdigit)?..)?.get(..32)?;
    let mut parts: Vec<(usize, usize, &[u8])> = header
        .iter()
        .filter(|s| s.marker == 0xe1)
        .filter_map(|s| {
            let part = s.body.strip_prefix(XMP_EXTENSION)?.strip_prefix(mark)?;
            let number = |at| usize::try_from(be32(part, at)?).ok();
            Some((number(4)?, number(0)?, part.get(8..)?))
        })
        .collect();
    parts.sort_by_key(|(from, ..)| *from);
    let whole = parts.first().map(|(_, whole, _)| *whole).filter(|whole| *whole <= MAX_PACKET)?;
    let mut joined = Vec::new();
    for (from, of, data) in parts {
        if from != joined.len() || of != whole || data.len() > whole - from {
            return None;
        }
        joined.extend_from_slice(data);
    }
    (joined.len() == whole).then_some(joined)
}

/// Photoshop's resources, which run on from one segment to the next.
fn resources(header: &[Segment<'_>]) -> Vec<u8> {
    let bodies = header.iter().filter(|s| s.marker == 0xed);
    let mut joined = Vec::new();
    for body in bodies.filter_map(|s| s.body.strip_prefix(photoshop::SEGMENT)) {
        if joined.len() + body.len() <= MAX_BLOCK {
            joined.extend_from_slice(body);
        }
    }
    joined
}

/// The text segment that cameras wrote before Exif: a line for each value, the time as seconds of the camera's clock since 1970.
fn picture_info(own: &mut Own, body: &[u8]) {
    let text = upto(body, 0, 4096);
    let value = |name: &[u8]| {
        let lines = text.split(|b| matches!(b, b'\r' | b'\n' | 0));
        lines.filter_map(|line| line.strip_prefix(name)?.strip_prefix(b"=")).next()
    };
    let seconds = value(b"TimeDate").and_then(|digits| std::str::from_utf8(digits).ok()?.trim().parse().ok());
    let (time, serial) = (seconds.and_then(of_clock), value(b"Serial#").and_then(notes::serial_text));
    own.original = own.original.take().or(time.map(|time| (time, "APP12.TimeDate")));
    own.serial = own.serial.take().or(serial.map(|serial| (serial, "APP12.Serial#")));
}

/// The time in the segment that Casio's cameras wrote before Exif, its parts held apart by points.
fn casio_time(body: &[u8]) -> Option<LocalTime> {
    let text = std::str::from_utf8(body.get(0x4d..0x60)?).ok()?.replace('.', ":");
    let (day, time) = text.split_at_checked(10)?;
    local_time(&format!("{day} {}", time.strip_prefix(':')?))
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
    for segment in &header {
        match segment.marker {
            0xe1 if parts.exif.is_none() && exif_start(segment.body).is_some() => {
                parts.exif = exif_in(segment.body).map(Cow::Borrowed);
                if parts.exif.is_none() {
                    parts.warnings.push("Exif segment without a TIFF header".into());
                }
            }
            0xe1 if segment.body.starts_with(b"QVCI\0") => {
                parts.own.original = parts.own.original.take().or(casio_time(segment.body).map(|time| (time, "QVCI.DateTime")));
            }
            0xe1 if parts.xmp.is_none() => parts.xmp = xmp_in(segment.body).map(Cow::Borrowed),
            0xe0 => ciff::fill(&mut parts.own, segment.body),
            0xec => picture_info(&mut parts.own, segment.body),
            marker if is_frame(marker) && parts.size.is_none() => {
                let size = be16(segment.body, 3).zip(be16(segment.body, 1));
                parts.size = size.map(|(w, h)| (w.into(), h.into()));
            }
            _ => {}
        }
    }
    let captioned = || photoshop::taken(&resources(&header)).map(|time| (time, "IPTC.DateCreated"));
    parts.own.original = parts.own.original.take().or_else(captioned);
    parts.own.exact = flir::taken(&header).map(|time| (time, "FLIR.DateTimeOriginal"));
    parts.xmp_extension = parts.xmp.as_deref().and_then(|packet| xmp_extension(packet, &header));
    parts
}

#[cfg(test)]
mod tests {
    use crate::metadata::{Metadata, read};

    fn with_segments(segments: &[(u8, &[u8])]) -> Metadata {
        let segments = segments.iter().flat_map(|(marker, body)| {
            let len = (body.len() as u16 + 2).to_be_bytes();
            [&[0xff, *marker][..], &len, body].concat()
        });
        let segments: Vec<u8> = segments.collect();
        read(&[b"\xff\xd8", &segments[..], b"\xff\xd9"].concat())
    }

    fn with_segment(marker: u8, body: &[u8]) -> Metadata {
        with_segments(&[(marker, body)])
    }

    #[test]
    fn resources_run_on_from_segment_to_segment() {
        let caption = b"8BIM\x04\x04\0\0\0\0\0\x18\x1c\x02\x37\0\x0820220110\x1c\x02\x3c\0\x06151544";
        for at in 0..caption.len() {
            let [one, two] = [&caption[..at], &caption[at..]].map(|part| [super::photoshop::SEGMENT, part].concat());
            let read = with_segments(&[(0xed, &one), (0xed, &two)]);
            assert_eq!(read.taken_at.as_deref(), Some("2022-01-10T15:15:44"), "split at {at}");
        }
    }

    #[test]
    fn the_rest_of_a_packet_is_read_when_all_of_it_is_there() {
        let packet = |space: &str, properties: &str| {
            format!(
                r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:{space} {properties}/></rdf:RDF></x:xmpmeta>"#
            )
        };
        let mark = "0123456789ABCDEF0123456789ABCDEF";
        let note = format!(r#"xmpNote:HasExtendedXMP="{mark}""#);
        let main = [
            super::XMP_NAMESPACE,
            packet(r#"xmpNote="http://ns.adobe.com/xmp/note/""#, &note).as_bytes(),
        ]
        .concat();
        let rest = packet(r#"tiff="http://ns.adobe.com/tiff/1.0/""#, r#"tiff:Model="Long""#);
        let part = |mark: &str, whole: usize, from: usize, to: usize| {
            let numbers = [whole as u32, from as u32].map(u32::to_be_bytes).concat();
            [super::XMP_EXTENSION, mark.as_bytes(), &numbers, &rest.as_bytes()[from..to]].concat()
        };
        let (all, half) = (rest.len(), rest.len() / 2);
        let model = |parts: &[Vec<u8>]| {
            let segments: Vec<(u8, &[u8])> = std::iter::once(&main).chain(parts).map(|body| (0xe1, &body[..])).collect();
            with_segments(&segments).model
        };
        let (one, two) = (part(mark, all, 0, half), part(mark, all, half, all));
        for right in [&[part(mark, all, 0, all)][..], &[one.clone(), two.clone()], &[two.clone(), one.clone()]] {
            assert_eq!(model(right).as_deref(), Some("Long"));
        }
        let other = mark.replace('0', "1");
        for wrong in [
            &[][..],
            std::slice::from_ref(&one),
            std::slice::from_ref(&two),
            &[one.clone(), one.clone(), two.clone()],
            &[part(&other, all, 0, all)],
            &[part(mark, half, 0, all)],
            &[part(mark, u32::MAX as usize, 0, all)],
            &[one.clone(), part(mark, all + 1, half, all)],
        ] {
            assert_eq!(model(wrong), None);
        }
    }

    #[test]
    fn what_cameras_wrote_before_exif_is_read() {
        let said = with_segment(0xec, b"[picture info]\r\nTimeDate=909698819\r\nSerial#=#00000001\r\nZoom=1\r\n");
        assert_eq!(said.taken_at.as_deref(), Some("1998-10-29T22:06:59"));
        assert_eq!(said.serial.as_deref(), Some("#00000001"));
        let unset = with_segment(0xec, b"[picture info]\r\nTimeDate=0\r\nSerial#=#00000000\r\n");
        assert_eq!((unset.taken_at, unset.serial), (None, None));
        let casio = [b"QVCI\0", &[0; 72][..], b"1998.10.24.12.08.57\0"].concat();
        assert_eq!(with_segment(0xe1, &casio).taken_at.as_deref(), Some("1998-10-24T12:08:57"));
        assert_eq!(with_segment(0xe1, &casio[..90]).taken_at, None);
    }
}
