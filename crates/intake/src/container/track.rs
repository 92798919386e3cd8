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
    /// Where the first picture's bytes lie in the file, and how many there are; none when the film is in fragments (see
    /// [`first_in_fragment`]) or says nonsense.
    pub first: Option<(u64, u64)>,
    /// The number by which fragments name it.
    id: u32,
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
        id: find(trak, b"tkhd").and_then(track_id).unwrap_or_default(),
    })
}

/// A track's number in its `tkhd` (ISO 14496-12 §8.3.2).
fn track_id(tkhd: &[u8]) -> Option<u32> {
    be32(tkhd, if tkhd.first()? == &1 { 20 } else { 12 })
}

/// Place and length of a track's first sample in a fragment of the film (ISO 14496-12 §8.8): `moof` is the body of a box that begins at
/// `start`. None where the fragment does not hold the track, or counts from what came before.
pub(crate) fn first_in_fragment(film: &[u8], track: &Track<'_>, moof: &[u8], start: u64) -> Option<(u64, u64)> {
    let mut parts = boxes(moof).filter(|(name, _)| name == b"traf").map(|(_, traf)| traf).enumerate();
    let (at, traf) = parts.find(|(_, traf)| find(traf, b"tfhd").and_then(|tfhd| be32(tfhd, 4)) == Some(track.id))?;
    let (header, run) = (find(traf, b"tfhd")?, find(traf, b"trun")?);
    let (said, runs) = (be32(header, 0)?, be32(run, 0)?);
    be32(run, 4).filter(|samples| *samples > 0)?;
    // Fields stand there in order as far as their flags are set.
    let field = |flags: u32, flag: u32, before: &[(u32, usize)], from: usize| {
        let skipped: usize = before.iter().filter(|(other, _)| flags & other != 0).map(|(_, len)| len).sum();
        (flags & flag != 0).then_some(from + skipped)
    };
    let base = match field(said, 0x1, &[], 8) {
        Some(at) => be_sized(header, at, 8)?,
        None if said & 0x02_0000 != 0 || at == 0 => start,
        None => return None,
    };
    let offset = match field(runs, 0x1, &[], 8) {
        Some(at) => i64::from(be32(run, at)?.cast_signed()),
        None => return None,
    };
    let in_run = field(runs, 0x200, &[(0x1, 4), (0x4, 4), (0x100, 4)], 8).and_then(|at| be32(run, at));
    let of_track = || field(said, 0x10, &[(0x1, 8), (0x2, 4), (0x8, 4)], 8).and_then(|at| be32(header, at));
    let of_film = || {
        let extends = find(find(film, b"moov")?, b"mvex")?;
        let of = |trex: &[u8]| (be32(trex, 4)? == track.id).then(|| be32(trex, 16))?;
        boxes(extends).filter(|(name, _)| name == b"trex").find_map(|(_, trex)| of(trex))
    };
    let size = in_run.or_else(of_track).or_else(of_film)?;
    Some((base.checked_add_signed(offset)?, size.into()))
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
    fn the_first_sample_of_a_fragment_is_found_by_its_tracks_number() {
        let track = Track {
            codec: *b"avc1",
            configuration: &[],
            size: (1, 1),
            orientation: 1,
            first: None,
            id: 2,
        };
        let other = boxed(b"traf", &boxed(b"tfhd", &words(&[0x02_0000, 1])));
        let fragment = |tfhd: &[u32], trun: &[u32]| {
            let traf = [boxed(b"tfhd", &words(tfhd)), boxed(b"trun", &words(trun))].concat();
            [other.clone(), boxed(b"traf", &traf)].concat()
        };
        let found = |moof: &[u8], film: &[u8]| first_in_fragment(film, &track, moof, 1000);
        // With the first sample's flags and each one's length in the run, counted from the fragment or from a place of its own.
        let run = [0x205, 2, 64, 0, 500, 600];
        assert_eq!(found(&fragment(&[0x02_0000, 2], &run), &[]), Some((1064, 500)));
        assert_eq!(found(&fragment(&[0x1, 2, 0, 7000], &run), &[]), Some((7064, 500)));
        assert_eq!(found(&fragment(&[0, 2], &run), &[]), None, "counted from what came before");
        // One length for all, in the fragment or in the film.
        assert_eq!(found(&fragment(&[0x02_0018, 2, 40, 300], &[0x1, 2, 64]), &[]), Some((1064, 300)));
        let film = boxed(b"moov", &boxed(b"mvex", &boxed(b"trex", &words(&[0, 2, 1, 0, 80, 0]))));
        assert_eq!(found(&fragment(&[0x02_0000, 2], &[0x1, 2, 64]), &film), Some((1064, 80)));
        assert_eq!(found(&fragment(&[0x02_0000, 3], &run), &[]), None);
        assert_eq!(found(&fragment(&[0x02_0018, 2, 40, 300], &[0x1, 0, 64]), &[]), None, "an empty run");
        assert_eq!(found(&[], &[]), None);
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
