//! JPEG pictures inside other files: the thumbnail of Exif, the previews of raw photos. Found here, decoded like any other.

use crate::tiff::{Directory, Entry, Tiff, Visited};

/// Directories of one after the other that are looked at for pictures.
const MAX_CHAIN: usize = 8;
/// Pictures of one file at most.
const MAX_PICTURES: usize = 16;

/// Pictures in a TIFF structure, the longest data first.
pub(crate) fn jpegs(block: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    if let Some(tiff) = Tiff::open(block, true) {
        let (mut visited, mut next) = (Visited::default(), tiff.first());
        for _ in 0..MAX_CHAIN {
            let Some(at) = next.filter(|at| visited.may_read(*at)) else { break };
            let Some(directory) = tiff.directory(at, "a picture's directory", &mut Vec::new()) else {
                break;
            };
            visited.read(directory.entries.len());
            found.extend(picture(&tiff, &directory));
            let below = directory.entries.iter().filter(|e| e.tag == 0x014a).flat_map(Entry::offsets);
            for at in below.take(MAX_CHAIN) {
                if visited.may_read(at)
                    && let Some(directory) = tiff.directory(at, "a picture's directory", &mut Vec::new())
                {
                    visited.read(directory.entries.len());
                    found.extend(picture(&tiff, &directory));
                }
            }
            next = directory.next;
        }
    }
    found.truncate(MAX_PICTURES);
    found.sort_by_key(|jpeg: &&[u8]| std::cmp::Reverse(jpeg.len()));
    found
}

/// The JPEG of a directory: by Exif's two tags, or a single strip that is one.
fn picture<'a>(tiff: &Tiff<'a>, directory: &Directory<'a>) -> Option<&'a [u8]> {
    let offset = |tag: u16| {
        let mut all = directory.entries.iter().find(|e| e.tag == tag)?.offsets();
        all.next().filter(|_| all.next().is_none())
    };
    let of = |from: u16, len: u16| tiff.bytes(offset(from)?, offset(len)?).filter(|b| b.starts_with(&[0xff, 0xd8, 0xff]));
    of(0x0201, 0x0202).or_else(|| of(0x0111, 0x0117))
}

/// Whether a TIFF file is a raw photo: its main picture is the sensor's, not one to look at.
pub(crate) fn is_raw(block: &[u8]) -> bool {
    const DNG_VERSION: u16 = 0xc612;
    const PHOTOMETRIC: u16 = 0x0106;
    let first = Tiff::open(block, true).and_then(|tiff| tiff.directory(tiff.first()?, "the first directory", &mut Vec::new()));
    first.is_some_and(|directory| {
        directory.entries.iter().any(|e| match e.tag {
            DNG_VERSION => true,
            PHOTOMETRIC => matches!(e.whole(), Some(32_803 | 34_892)),
            _ => false,
        })
    })
}
