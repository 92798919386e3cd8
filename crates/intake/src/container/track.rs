//! Where a film keeps its first picture (ISO 14496-12 §8.5–8.7): the codec, its configuration, and the bytes of the first sample that
//! needs no other.

use super::boxes::{MAX_ENTRIES, boxes, find};
use crate::bytes::{be_sized, be16, be32};

/// The box under which the first picture's bytes are kept beside what a film says about itself. No film has it of its own.
pub(crate) const FIRST_PICTURE: [u8; 4] = *b"xzfp";
/// Samples before the first picture in its chunk that are added up.
const MAX_BEFORE: u64 = 100_000;
/// Bytes of a visual sample entry before its boxes (ISO 14496-12 §12.1.3).
const ENTRY: usize = 78;

/// The track of a film that is seen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Track<'a> {
    /// Codec by its four letters.
    pub codec: [u8; 4],
    /// The boxes of the codec's configuration.
    pub configuration: &'a [u8],
    /// Width and height of the coded picture.
    pub size: (u32, u32),
    /// Exif's number for the rotation and mirroring that the track asks for.
    pub orientation: u8,
    /// Where the first picture's bytes lie in the file, and how many there are; none when the film is in fragments or says nonsense.
    pub first: Option<(u64, u64)>,
}

/// The first track of pictures of a film.
pub(crate) fn pictures(film: &[u8]) -> Option<Track<'_>> {
    let moov = find(film, b"moov")?;
    boxes(moov).filter(|(name, _)| name == b"trak").find_map(|(_, trak)| track(trak))
}

fn track(trak: &[u8]) -> Option<Track<'_>> {
    let media = find(trak, b"mdia")?;
    if find(media, b"hdlr")?.get(8..12)? != b"vide" {
        return None;
    }
    let table = find(find(media, b"minf")?, b"stbl")?;
    let (codec, entry) = boxes(find(table, b"stsd")?.get(8..)?).next()?;
    Some(Track {
        codec,
        configuration: entry.get(ENTRY..)?,
        size: (be16(entry, 24)?.into(), be16(entry, 26)?.into()),
        orientation: find(trak, b"tkhd").and_then(orientation).unwrap_or(1),
        first: first_sync(table),
    })
}

/// What a track's matrix does to its pictures, as Exif numbers it. Anything but quarter turns and mirrors is not followed.
fn orientation(tkhd: &[u8]) -> Option<u8> {
    let at = if tkhd.first()? == &1 { 52 } else { 40 };
    let sign = |n: usize| Some(be32(tkhd, at + 4 * n)?.cast_signed().signum());
    // The new right is (a, b) and the new down is (c, d) of what was right and down.
    match (sign(0)?, sign(1)?, sign(3)?, sign(4)?) {
        (1, 0, 0, 1) => Some(1),
        (-1, 0, 0, 1) => Some(2),
        (-1, 0, 0, -1) => Some(3),
        (1, 0, 0, -1) => Some(4),
        (0, 1, 1, 0) => Some(5),
        (0, 1, -1, 0) => Some(6),
        (0, -1, -1, 0) => Some(7),
        (0, -1, 1, 0) => Some(8),
        _ => None,
    }
}

/// Place and length of the first sample that is complete in itself.
fn first_sync(table: &[u8]) -> Option<(u64, u64)> {
    let marked = find(table, b"stss").filter(|stss| be32(stss, 4).is_some_and(|n| n > 0));
    // Counted from 0 here, from 1 there; without marks every sample is complete.
    let wanted = marked.map_or(Some(0), |stss| be32(stss, 8)?.checked_sub(1)).map(u64::from)?;
    let (chunk, before) = chunk_of(find(table, b"stsc")?, wanted)?;
    if before > MAX_BEFORE {
        return None;
    }
    let at = usize::try_from(chunk).ok()?.checked_mul(8)?;
    let start = match find(table, b"stco") {
        Some(stco) => be32(stco, 8_usize.checked_add(at / 2)?)?.into(),
        None => be_sized(find(table, b"co64")?, 8_usize.checked_add(at)?, 8)?,
    };
    let sizes = find(table, b"stsz")?;
    let skipped = (wanted.checked_sub(before)?..wanted).try_fold(0_u64, |sum, sample| sum.checked_add(size_of(sizes, sample)?))?;
    Some((start.checked_add(skipped)?, size_of(sizes, wanted)?))
}

/// The chunk of a sample, and how many samples of the chunk come before it.
fn chunk_of(stsc: &[u8], wanted: u64) -> Option<(u64, u64)> {
    let count = usize::try_from(be32(stsc, 4)?).ok()?.min(MAX_ENTRIES);
    let mut passed = 0_u64;
    for entry in 0..count {
        let at = 8 + 12 * entry;
        let (first, each) = (u64::from(be32(stsc, at)?), u64::from(be32(stsc, at + 4)?));
        let next = if entry + 1 < count {
            be32(stsc, at + 12)?.into()
        } else {
            u64::from(u32::MAX) + 1
        };
        let here = wanted.checked_sub(passed)?;
        let samples = next.checked_sub(first)?.checked_mul(each)?;
        if here < samples {
            return Some((first.checked_sub(1)?.checked_add(here / each)?, here % each));
        }
        passed = passed.checked_add(samples)?;
    }
    None
}

fn size_of(stsz: &[u8], sample: u64) -> Option<u64> {
    match be32(stsz, 4)? {
        0 => be32(stsz, usize::try_from(sample).ok()?.checked_mul(4)?.checked_add(12)?).map(u64::from),
        same => Some(same.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[u32]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_be_bytes()).collect()
    }

    fn boxed(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
        [&(body.len() as u32 + 8).to_be_bytes()[..], name, body].concat()
    }

    #[test]
    fn the_first_sync_sample_is_found_in_its_chunk() {
        // Chunks 1 and 2 hold two samples each, all further ones three; the seventh sample is the first that is complete.
        let table = [
            boxed(b"stss", &words(&[0, 2, 7, 12])),
            boxed(b"stsc", &words(&[0, 2, 1, 2, 1, 3, 3, 1])),
            boxed(b"stsz", &words(&[0, 0, 8, 10, 20, 30, 40, 50, 60, 70, 80])),
            boxed(b"stco", &words(&[0, 3, 1000, 2000, 3000])),
        ]
        .concat();
        assert_eq!(first_sync(&table), Some((3000 + 50 + 60, 70)));
    }

    #[test]
    fn tables_that_contradict_themselves_lead_nowhere() {
        for stsc in [&[0, 1, 1, 0, 1][..], &[0, 1, 0, 2, 1], &[0, 2, 5, 1, 1, 1, 1, 1], &[0, 9, 1, 1]] {
            let table = [
                boxed(b"stsc", &words(stsc)),
                boxed(b"stsz", &words(&[0, 0, 1, 10])),
                boxed(b"stco", &words(&[0, 1, 1000])),
            ]
            .concat();
            assert_eq!(first_sync(&table), None, "{stsc:?}");
        }
    }

    #[test]
    fn a_matrix_is_told_as_exif_tells_it() {
        let header = |a: i32, b: i32, c: i32, d: i32| {
            let matrix: Vec<u8> = [a << 16, b << 16, 0, c << 16, d << 16, 0].iter().flat_map(|n| n.to_be_bytes()).collect();
            [&[0; 40][..], &matrix, &[0; 20]].concat()
        };
        assert_eq!(orientation(&header(1, 0, 0, 1)), Some(1));
        assert_eq!(orientation(&header(0, 1, -1, 0)), Some(6));
        assert_eq!(orientation(&header(0, -1, 1, 0)), Some(8));
        assert_eq!(orientation(&header(-1, 0, 0, -1)), Some(3));
        assert_eq!(orientation(&header(1, 1, -1, 1)), None);
    }
}
