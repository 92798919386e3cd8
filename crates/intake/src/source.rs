//! Which bytes of a file the readers need: all of a picture; of a film what it says about itself, and its first picture.

use crate::container::track::{self, FIRST_PICTURE};
use crate::format::{FileFormat, sniff};
use std::io::{self, Read, Seek, SeekFrom};

/// Bytes of a picture that are kept in memory at most; a larger one is read as far as this and has no small picture.
pub const MAX_IN_MEMORY: usize = 96 << 20;
/// Bytes that are kept of a file that is neither picture nor film.
const HEAD: usize = 1 << 20;
/// Bytes of a film's directory that are looked at; an hour of film has some megabytes.
const MAX_DIRECTORY: usize = 24 << 20;
/// Bytes of a fragment's directory that are looked at.
const MAX_FRAGMENT: u64 = 1 << 20;
/// Bytes of a film's first picture; one of 8K has some five megabytes.
const MAX_FIRST_PICTURE: u64 = 24 << 20;
/// Bytes of a document that are kept in memory at most.
const MAX_DOCUMENT: usize = 48 << 20;
/// Boxes of a film that are walked over.
const MAX_BOXES: usize = 20_000;

/// What was taken of a file.
#[derive(Debug, Clone)]
pub struct Needed {
    /// Format by content.
    pub format: FileFormat,
    /// The bytes that the readers need.
    pub bytes: Vec<u8>,
    /// Whether these are all bytes of the file.
    pub whole: bool,
}

/// Bytes from the beginning that are worth keeping while a file of this format passes by. Of a film [`film`] brings the rest.
pub fn beginning(format: FileFormat) -> usize {
    match format {
        FileFormat::Other => HEAD,
        FileFormat::Pdf => MAX_DOCUMENT,
        format if format.is_video() => 0,
        _ => MAX_IN_MEMORY,
    }
}

/// Takes what the readers need. Reads at most [`MAX_IN_MEMORY`] bytes, however large the file is.
pub fn needed(file: &mut (impl Read + Seek)) -> io::Result<Needed> {
    let len = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(0))?;
    let mut bytes = Vec::new();
    file.by_ref().take(1024).read_to_end(&mut bytes)?;
    let format = sniff(&bytes);
    if format.is_video() {
        let bytes = film(file)?;
        return Ok(Needed { format, bytes, whole: false });
    }
    let rest = beginning(format).saturating_sub(bytes.len());
    file.by_ref().take(rest as u64).read_to_end(&mut bytes)?;
    let whole = bytes.len() as u64 == len;
    Ok(Needed { format, bytes, whole })
}

/// The boxes of a film that say something about it, wherever they stand, and behind them its first picture in a box of our own. The
/// film itself is leapt over.
pub fn film(file: &mut (impl Read + Seek)) -> io::Result<Vec<u8>> {
    let (mut kept, mut fragment) = (Vec::new(), None);
    let mut at = 0_u64;
    for _ in 0..MAX_BOXES {
        file.seek(SeekFrom::Start(at))?;
        let mut head = Vec::with_capacity(16);
        file.by_ref().take(16).read_to_end(&mut head)?;
        let Some((&[a, b, c, d, name @ ..], rest)) = head.split_first_chunk::<8>() else {
            break;
        };
        let (header, len) = match (u32::from_be_bytes([a, b, c, d]), rest.first_chunk::<8>()) {
            (0, _) => (8, u64::MAX),
            (1, Some(wide)) => (16, u64::from_be_bytes(*wide)),
            (short, _) => (8, u64::from(short)),
        };
        if len < header {
            break;
        }
        if matches!(&name, b"ftyp" | b"moov" | b"meta" | b"uuid") {
            let room = MAX_DIRECTORY.saturating_sub(kept.len());
            file.seek(SeekFrom::Start(at))?;
            file.by_ref().take(len.min(room as u64)).read_to_end(&mut kept)?;
        }
        if &name == b"moof" && fragment.is_none() && (header..=MAX_FRAGMENT).contains(&len) {
            let mut body = Vec::new();
            file.seek(SeekFrom::Start(at.saturating_add(header)))?;
            file.by_ref().take(len - header).read_to_end(&mut body)?;
            fragment = Some((at, body));
        }
        at = match at.checked_add(len) {
            // No file reaches farther, and seeking there would be an error of the medium for one of the file's making.
            Some(next) if kept.len() < MAX_DIRECTORY && next <= i64::MAX.unsigned_abs() => next,
            _ => break,
        };
    }
    if let Some(sample) = first_picture(file, &kept, fragment)? {
        kept.extend((u32::try_from(sample.len()).unwrap_or(0).saturating_add(8)).to_be_bytes());
        kept.extend(FIRST_PICTURE);
        kept.extend(sample);
    }
    Ok(kept)
}

/// The bytes of a film's first picture; none when the film names none, or more than there are.
fn first_picture(file: &mut (impl Read + Seek), said: &[u8], fragment: Option<(u64, Vec<u8>)>) -> io::Result<Option<Vec<u8>>> {
    let place = track::pictures(said).and_then(|track| {
        let in_fragment = |(start, moof): (u64, Vec<u8>)| track::first_in_fragment(said, &track, &moof, start);
        track.first.or_else(|| fragment.and_then(in_fragment))
    });
    let Some((at, len)) = place.filter(|(at, len)| *at <= i64::MAX.unsigned_abs() && (1..=MAX_FIRST_PICTURE).contains(len)) else {
        return Ok(None);
    };
    file.seek(SeekFrom::Start(at))?;
    let mut sample = Vec::new();
    file.by_ref().take(len).read_to_end(&mut sample)?;
    Ok((sample.len() as u64 == len).then_some(sample))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn boxed(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
        [&(body.len() as u32 + 8).to_be_bytes()[..], name, body].concat()
    }

    #[test]
    fn a_directory_behind_the_film_is_found_without_the_film() {
        let (begin, film, end) = (
            boxed(b"ftyp", b"isom\0\0\0\0"),
            boxed(b"mdat", &vec![7; 3 << 20]),
            boxed(b"moov", b"said"),
        );
        let file = [begin.clone(), film, end.clone()].concat();
        let needed = needed(&mut Cursor::new(&file)).unwrap();
        assert_eq!((needed.format, needed.whole), (FileFormat::Mp4, false));
        assert_eq!(needed.bytes, [begin, end].concat());
    }

    #[test]
    fn lengths_that_lead_nowhere_end_the_walk() {
        for wrong in [&[0, 0, 0, 1][..], &[0, 0, 0, 7], &[0xff; 4], &[0; 4]] {
            let file = [boxed(b"ftyp", b"isom\0\0\0\0"), [wrong, b"mdat", &[0xff; 8]].concat()].concat();
            assert_eq!(needed(&mut Cursor::new(&file)).unwrap().bytes.len(), 16, "{wrong:?}");
        }
        assert!(needed(&mut Cursor::new(b"")).unwrap().bytes.is_empty());
    }

    #[test]
    fn a_picture_is_taken_whole_and_other_files_by_their_head() {
        let picture = [&b"\xff\xd8\xff\xe0"[..], &[1; 3 << 20]].concat();
        assert!(needed(&mut Cursor::new(&picture)).unwrap().whole);
        let other = needed(&mut Cursor::new(vec![1; 3 << 20])).unwrap();
        assert_eq!((other.bytes.len(), other.whole), (HEAD, false));
    }
}
