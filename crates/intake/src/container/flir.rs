//! What FLIR's thermal cameras write beside Exif: a file of records in APP1 segments, one of which tells of the camera. It has the time
//! of taking with its fraction and zone, which the cameras leave out of Exif.

use super::MAX_BLOCK;
use super::jpeg::Segment;
use crate::bytes::{be32, n16, n32};
use crate::when::{self, LocalTime};

/// Records that are looked at; cameras write some dozens.
const MAX_RECORDS: usize = 200;
const RECORD: usize = 32;
const CAMERA: u16 = 0x20;
/// Where in that record the time is: seconds since 1970 in UTC, milliseconds, minutes west of Greenwich.
const TIME: usize = 0x384;

/// The time of taking in the segments of a JPEG.
pub(super) fn taken(header: &[Segment<'_>]) -> Option<LocalTime> {
    let mut parts: Vec<(u8, &[u8])> = header
        .iter()
        .filter(|s| s.marker == 0xe1)
        // A version, the number of the part and that of the last one follow the name.
        .filter_map(|s| {
            let (&[_, number, _], data) = s.body.strip_prefix(b"FLIR\0")?.split_first_chunk::<3>()?;
            Some((number, data))
        })
        .collect();
    parts.sort_by_key(|(number, _)| *number);
    let mut file = Vec::new();
    for (_, data) in parts {
        if file.len() + data.len() <= MAX_BLOCK {
            file.extend_from_slice(data);
        }
    }
    in_file(&file)
}

fn in_file(file: &[u8]) -> Option<LocalTime> {
    if !file.starts_with(b"FFF\0") && !file.starts_with(b"AFF\0") {
        return None;
    }
    // The version, some more than a hundred, tells the order of bytes.
    let version = be32(file, 0x14)?;
    let is_version = |n: u32| (100..200).contains(&n);
    let little = !is_version(version);
    if little && !is_version(version.swap_bytes()) {
        return None;
    }
    let number = |at| usize::try_from(n32(file, at, little)?).ok();
    let (directory, count) = (number(0x18)?, number(0x1c)?);
    let at = (0..count.min(MAX_RECORDS))
        .filter_map(|index| directory.checked_add(RECORD * index))
        .find(|at| n16(file, *at, little) == Some(CAMERA))?;
    let from = number(at + 0x0c)?;
    camera(file.get(from..from.checked_add(number(at + 0x10)?)?)?)
}

/// The time in the record of the camera, which begins with a 2 in its own order of bytes.
fn camera(record: &[u8]) -> Option<LocalTime> {
    let little = match record.first_chunk::<2>()? {
        [2, 0] => true,
        [0, 2] => false,
        _ => return None,
    };
    let west = n16(record, TIME + 8, little)?.cast_signed();
    let millis = n32(record, TIME + 4, little)? & 0xffff;
    let time = when::of_clock(i64::from(n32(record, TIME, little)?) - 60 * i64::from(west))?;
    let minutes = west.unsigned_abs();
    let zone = format!("{}{:02}:{:02}", if west > 0 { '-' } else { '+' }, minutes / 60, minutes % 60);
    Some(LocalTime {
        fraction: (millis < 1000).then(|| format!("{millis:03}")),
        // Zero is also what a camera has whose zone was never set.
        offset: when::offset(&zone).filter(|_| west != 0),
        ..time
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::{Metadata, read};

    /// A file with one record of another kind before that of the camera, in either order of bytes.
    fn file(little: bool, seconds: u32, millis: u32, west: i16) -> Vec<u8> {
        let n16 = |n: u16| if little { n.to_le_bytes() } else { n.to_be_bytes() };
        let n32 = |n: u32| if little { n.to_le_bytes() } else { n.to_be_bytes() };
        let record = |kind: u16, from: u32, len: u32| [&n16(kind)[..], &[0; 10], &n32(from), &n32(len), &[0; 12]].concat();
        let mut camera = vec![0; TIME + 20];
        camera[..2].copy_from_slice(&n16(2));
        let time = [&n32(seconds)[..], &n32(millis), &n16(west.cast_unsigned())].concat();
        camera[TIME..TIME + 10].copy_from_slice(&time);
        let head = [b"FFF\0", &[0; 16][..], &n32(101), &n32(64), &n32(2), &[0; 32]].concat();
        let directory = [record(1, 0, 64), record(CAMERA, 128, camera.len() as u32)].concat();
        [head, directory, camera].concat()
    }

    fn said(file: &[u8]) -> Option<(String, Option<String>)> {
        in_file(file).map(|time| (time.text(), time.offset))
    }

    #[test]
    fn the_time_has_its_fraction_and_its_zone() {
        let at = |text: &str, zone: Option<&str>| Some((text.to_owned(), zone.map(str::to_owned)));
        for little in [true, false] {
            let east = file(little, 1_620_296_430, 253, -480);
            assert_eq!(said(&east), at("2021-05-06T18:20:30.253", Some("+08:00")));
            let west = file(little, 1_620_296_430, 7, 210);
            assert_eq!(said(&west), at("2021-05-06T06:50:30.007", Some("-03:30")));
            assert_eq!(said(&file(little, 1_620_296_430, 5000, 0)), at("2021-05-06T10:20:30", None));
            assert_eq!(said(&file(little, 0, 0, 0)), None);
            for end in 0..east.len() {
                assert_eq!(said(&east[..end]), None, "cut to {end}");
            }
        }
        assert_eq!(said(b"FFF\0"), None);
    }

    fn photo(file: &[u8], exif_date: &str) -> Metadata {
        let date = [exif_date.as_bytes(), b"\0"].concat();
        // The main directory with the pointer to that of Exif, which holds the date.
        let directory = |tag: u16, kind: u16, count: u32, value: u32| {
            let entry = [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &value.to_be_bytes()].concat();
            [&[0, 1][..], &entry, &[0; 4]].concat()
        };
        let exif = [
            b"Exif\0\0MM\0\x2a\0\0\0\x08",
            &directory(0x8769, 4, 1, 26)[..],
            &directory(0x9003, 2, date.len() as u32, 44),
            &date,
        ]
        .concat();
        let (one, two) = file.split_at(file.len() / 2);
        let part = |number: u8, data: &[u8]| [b"FLIR\0\x01", &[number, 1][..], data].concat();
        let segments = [exif, part(1, two), part(0, one)].into_iter().flat_map(|body| {
            let len = (body.len() as u16 + 2).to_be_bytes();
            [&b"\xff\xe1"[..], &len, &body].concat()
        });
        read(&[b"\xff\xd8", &segments.collect::<Vec<_>>()[..], b"\xff\xd9"].concat())
    }

    #[test]
    fn the_rest_of_a_time_of_exif_is_taken_from_the_same_time() {
        let file = file(true, 1_620_296_430, 253, -480);
        let same = photo(&file, "2021:05:06 18:20:30");
        assert_eq!(
            (same.taken_at.as_deref(), same.offset.as_deref()),
            (Some("2021-05-06T18:20:30.253"), Some("+08:00"))
        );
        assert_eq!(same.sources, ["taken_at: Exif.DateTimeOriginal", "taken_at: FLIR.DateTimeOriginal"]);
        let other = photo(&file, "2021:05:06 18:20:31");
        assert_eq!((other.taken_at.as_deref(), other.offset), (Some("2021-05-06T18:20:31"), None));
        let alone = photo(&file, "0000:00:00 00:00:00");
        assert_eq!(
            (alone.taken_at.as_deref(), alone.offset.as_deref()),
            (Some("2021-05-06T18:20:30.253"), Some("+08:00"))
        );
    }
}
