//! Makers' own notes in Exif (MakerNote, tag 0x927c): of no standard, but many are publicly described. Read are the serial number of
//! the body, and the time of taking where trail cameras keep it. Whose notes they are is told by their first bytes or by the maker.
//!
//! A program that moves the notes of which the offsets count from the Exif block makes these point elsewhere. What such a note
//! does not hold within itself is therefore not believed.

use crate::tiff::{Entry, Kind, Tiff};
use crate::when::{LocalTime, local_time};

/// What the notes say.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Said {
    /// Serial number of the body.
    pub serial: Option<String>,
    /// When the picture was taken.
    pub taken: Option<LocalTime>,
}

/// What the offsets in a note count from.
#[derive(Clone, Copy, PartialEq)]
enum Base {
    /// The Exif block in which it stands.
    Block,
    /// This byte of the note.
    Note(usize),
}

/// Notes that are a TIFF directory.
struct Maker {
    /// What they begin with.
    head: &'static [u8],
    /// What the maker's name begins with, in capitals, where the head says too little.
    make: &'static [u8],
    /// Where in them the directory is.
    directory: usize,
    base: Base,
    /// Tags of the serial number, each behind those of the directories above it. The first that is there counts, also where it is blank.
    serials: &'static [&'static [u16]],
}

const NIKON: &[&[u16]] = &[&[0x00a0], &[0x001d]];
const OLYMPUS: &[&[u16]] = &[&[0x2010, 0x0101], &[0x101a], &[0x0404]];
const PENTAX: &[&[u16]] = &[&[0x0229]];
const SIGMA: &[&[u16]] = &[&[0x0002]];

/// The first that fits counts.
const MAKERS: [Maker; 13] = [
    Maker::new(b"Nikon\0\x02", b"", 18, Base::Note(10), NIKON),
    Maker::new(b"OLYMPUS\0", b"", 12, Base::Note(0), OLYMPUS),
    Maker::new(b"OM SYSTEM\0", b"", 16, Base::Note(0), OLYMPUS),
    Maker::new(b"OLYMP\0", b"", 8, Base::Block, OLYMPUS),
    Maker::new(b"PENTAX \0", b"", 10, Base::Note(0), PENTAX),
    Maker::new(b"RICOH\0II", b"", 8, Base::Note(0), PENTAX),
    Maker::new(b"RICOH\0MM", b"", 8, Base::Note(0), PENTAX),
    Maker::new(b"AOC\0", b"", 6, Base::Block, PENTAX),
    Maker::new(b"MOT\0", b"", 8, Base::Note(0), &[&[0x5501]]),
    Maker::new(b"SIGMA\0", b"", 10, Base::Block, SIGMA),
    Maker::new(b"FOVEON\0", b"", 10, Base::Block, SIGMA),
    Maker::new(b"", b"CANON", 0, Base::Block, &[&[0x000c]]),
    Maker::new(b"", b"NIKON", 0, Base::Block, NIKON),
];

impl Maker {
    const fn new(head: &'static [u8], make: &'static [u8], directory: usize, base: Base, serials: &'static [&'static [u16]]) -> Self {
        Self {
            head,
            make,
            directory,
            base,
            serials,
        }
    }

    fn wrote(&self, note: &[u8], make: &[u8]) -> bool {
        let named = make.get(..self.make.len()).is_some_and(|start| start.eq_ignore_ascii_case(self.make));
        note.starts_with(self.head) && named
    }

    fn serial(&self, block: &Tiff<'_>, note: &Entry<'_>) -> Option<String> {
        let (base, within) = match self.base {
            Base::Block => (0, Some(note.at)),
            Base::Note(from) => (note.at + from, None),
        };
        let at = (note.at + self.directory).checked_sub(base)?;
        let notes = block.part(base..note.at + note.data.len(), at)?;
        let surest = self.serials.iter().find_map(|path| found(&notes, at, path, within));
        serial_in(&surest?)
    }
}

/// The value of the last tag of `path`, the others being directories. Where a note begins at `within` and can have been moved, a value
/// that stands elsewhere than in its entry counts only in a directory all of whose values lie in the note.
fn found<'a>(notes: &Tiff<'a>, at: usize, path: &[u16], within: Option<usize>) -> Option<Entry<'a>> {
    let mut bad = Vec::new();
    let directory = notes.directory(at, "a maker's directory", &mut bad)?;
    let (tag, below) = path.split_first()?;
    let entry = directory.entries.iter().find(|entry| entry.tag == *tag)?;
    let elsewhere = |entry: &&Entry<'_>| entry.data.len() > 4;
    let holds = |start| bad.is_empty() && directory.entries.iter().filter(elsewhere).all(|entry| entry.at >= start);
    if elsewhere(&entry) && !within.is_none_or(holds) {
        return None;
    }
    if below.is_empty() {
        return Some(*entry);
    }
    // A directory is pointed to, or is the value.
    found(notes, entry.offsets().next().unwrap_or(entry.at), below, within)
}

/// Reads a note of an Exif block. `make` is the maker's name as that says it.
pub(crate) fn read(block: &Tiff<'_>, note: &Entry<'_>, make: &[u8]) -> Said {
    reconyx(note.data, make).unwrap_or_else(|| Said {
        serial: MAKERS
            .iter()
            .find(|maker| maker.wrote(note.data, make))
            .and_then(|maker| maker.serial(block, note)),
        taken: None,
    })
}

/// The serial number in a value: a number, or a text up to its NUL.
fn serial_in(entry: &Entry<'_>) -> Option<String> {
    match entry.kind {
        Kind::Unsigned(4) if entry.data.len() == 4 => entry.whole().filter(|number| *number > 0).map(|number| number.to_string()),
        Kind::Text => serial_text(entry.data.split(|b| *b == 0).next()?),
        _ => None,
    }
}

/// A serial number as text. Blanks, zeros, words and what is too short to tell one camera from another are none.
pub(crate) fn serial_text(bytes: &[u8]) -> Option<String> {
    let text = words(bytes)?;
    let tells = text.bytes().any(|b| b.is_ascii_digit()) && text.bytes().any(|b| b.is_ascii_alphanumeric() && b != b'0');
    (tells && text.len() >= 5 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b" -_=#".contains(&b))).then_some(text)
}

/// A short line of printable ASCII, trimmed; blank is none.
pub(crate) fn words(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?.trim_matches(' ');
    let printable = text.bytes().all(|b| matches!(b, b' '..=b'~'));
    (printable && (1..=64).contains(&text.len())).then(|| text.to_owned())
}

/// The notes of Reconyx's trail cameras, in which all has its place: UltraFire, HyperFire 2 and HyperFire.
fn reconyx(note: &[u8], make: &[u8]) -> Option<Said> {
    if note.starts_with(b"RECONYXUF\0") {
        let time = note.get(0x3b..).and_then(|rest| rest.first_chunk::<7>());
        return Some(Said {
            serial: note.get(0x4b..0x5a).and_then(|text| serial_text(text.split(|b| *b == 0).next()?)),
            taken: time.and_then(|&[second, minute, hour, day, month, low, high]| {
                let rest = [month, day, hour, minute, second].map(u16::from);
                time_of(u16::from_le_bytes([low, high]), rest)
            }),
        });
    }
    if note.starts_with(b"RECONYXH2\0") {
        return Some(Said {
            serial: wide_text(note, 0x7e),
            taken: numbers(note, 0x3e).and_then(|[second, minute, hour, day, month, year]| time_of(year, [month, day, hour, minute, second])),
        });
    }
    let is_hyperfire = matches!(note, [0x01, 0xf1, 2 | 3, 0, ..]) || (note.starts_with(b"\x01\xf1") && make.starts_with(b"RECONYX"));
    is_hyperfire.then(|| {
        let time = |[second, minute, hour, month, day, year]: [u16; 6]| time_of(year, [month, day, hour, minute, second]);
        let found = numbers(note, 0x16);
        Said {
            serial: wide_text(note, 0x2a),
            // Some write the time, and nothing else, with the high byte first.
            taken: found.and_then(|parts| time(parts).or_else(|| time(parts.map(u16::swap_bytes)))),
        }
    })
}

fn time_of(year: u16, [month, day, hour, minute, second]: [u16; 5]) -> Option<LocalTime> {
    local_time(&format!("{year:04}:{month:02}:{day:02} {hour:02}:{minute:02}:{second:02}"))
}

/// Six numbers of two bytes, the low one first.
fn numbers(note: &[u8], at: usize) -> Option<[u16; 6]> {
    let pairs = note.get(at..)?.as_chunks::<2>().0.first_chunk::<6>()?;
    Some(pairs.map(u16::from_le_bytes))
}

/// A serial number of fifteen letters of two bytes, up to the first zero.
fn wide_text(note: &[u8], at: usize) -> Option<String> {
    let letters = note.get(at..at + 30)?.as_chunks::<2>().0.iter().take_while(|pair| **pair != [0, 0]);
    let text: Option<Vec<u8>> = letters.map(|pair| u8::try_from(u16::from_le_bytes(*pair)).ok()).collect();
    serial_text(&text?)
}

#[cfg(test)]
mod tests {
    use crate::metadata::{Metadata, read};

    const EXIF: u16 = 0x8769;
    const NOTE: u16 = 0x927c;

    /// A directory to stand at `at`, each value of more than four bytes behind it.
    fn directory(little: bool, at: usize, entries: &[(u16, u16, &[u8])]) -> Vec<u8> {
        let n16 = |n: u16| if little { n.to_le_bytes() } else { n.to_be_bytes() };
        let n32 = |n: usize| if little { (n as u32).to_le_bytes() } else { (n as u32).to_be_bytes() };
        let (mut bytes, mut values) = (n16(entries.len() as u16).to_vec(), Vec::new());
        let behind = at + 2 + 12 * entries.len() + 4;
        for (tag, code, data) in entries {
            bytes.extend(n16(*tag));
            bytes.extend(n16(*code));
            bytes.extend(n32(data.len() / if *code == 4 { 4 } else { 1 }));
            if data.len() <= 4 {
                bytes.extend([data, &[0; 4][data.len()..]].concat());
            } else {
                bytes.extend(n32(behind + values.len()));
                values.extend_from_slice(data);
            }
        }
        [bytes, vec![0; 4], values].concat()
    }

    /// Where the note stands in the block of a file of `maker`.
    fn place(maker: &str) -> usize {
        8 + (2 + 24 + 4) + maker.len() + (2 + 12 + 4)
    }

    /// What is read from a JPEG of this maker with this note.
    fn noted(little: bool, maker: &str, note: &[u8]) -> Metadata {
        let head: &[u8] = if little { b"II\x2a\0\x08\0\0\0" } else { b"MM\0\x2a\0\0\0\x08" };
        let below = 8 + 2 + 24 + 4 + maker.len();
        let at = if little {
            (below as u32).to_le_bytes()
        } else {
            (below as u32).to_be_bytes()
        };
        let main = directory(little, 8, &[(0x010f, 2, maker.as_bytes()), (EXIF, 4, &at)]);
        let exif = directory(little, below, &[(NOTE, 7, note)]);
        let body = [b"Exif\0\0", head, &main, &exif].concat();
        let len = (body.len() as u16 + 2).to_be_bytes();
        read(&[b"\xff\xd8\xff\xe1", &len[..], &body, b"\xff\xd9"].concat())
    }

    fn serial(little: bool, maker: &str, note: &[u8]) -> Option<String> {
        noted(little, maker, note).serial
    }

    #[test]
    fn the_serial_number_is_read_from_the_notes_of_each_maker() {
        for little in [true, false] {
            let order: &[u8] = if little { b"II\x2a\0\x08\0\0\0" } else { b"MM\0\x2a\0\0\0\x08" };
            let mark = &order[..2];
            let text: &[(u16, u16, &[u8])] = &[(0x0001, 7, b"0210"), (0, 2, b"7654321\0")];
            let with = |at: usize, tag: u16| directory(little, at, &[text[0], (tag, 2, text[1].2)]);
            let equipment = |at: usize, code: u16| {
                let inner = at + 2 + 12 + 4;
                let here = if little {
                    (inner as u32).to_le_bytes()
                } else {
                    (inner as u32).to_be_bytes()
                };
                let below = with(inner, 0x0101);
                let value: &[u8] = if code == 4 { &here } else { &below };
                let main = directory(little, at, &[(0x2010, code, value)]);
                if code == 4 { [main, below].concat() } else { main }
            };
            let block = |maker: &str, head: &[u8], tag: u16| [head, &with(place(maker) + head.len(), tag)].concat();
            let number = if little {
                730_267_814_u32.to_le_bytes()
            } else {
                730_267_814_u32.to_be_bytes()
            };
            let canon = directory(little, 0, &[(0x0006, 7, b"IMG:"), (0x000c, 4, &number)]);
            assert_eq!(serial(little, "Canon\0", &canon).as_deref(), Some("730267814"));
            for (maker, note) in [
                ("NIKON CORPORATION\0", [b"Nikon\0\x02\x10\0\0", order, &with(8, 0x001d)].concat()),
                ("NIKON\0", block("NIKON\0", b"", 0x00a0)),
                ("OLYMPUS IMAGING CORP.\0", [b"OLYMPUS\0", mark, b"\x03\0", &equipment(12, 4)].concat()),
                ("OLYMPUS IMAGING CORP.\0", [b"OLYMPUS\0", mark, b"\x03\0", &equipment(12, 7)].concat()),
                (
                    "OM Digital Solutions\0",
                    [b"OM SYSTEM\0\0\0", mark, b"\x04\0", &equipment(16, 4)].concat(),
                ),
                ("OLYMPUS OPTICAL CO.,LTD\0", block("OLYMPUS OPTICAL CO.,LTD\0", b"OLYMP\0\x01\0", 0x0404)),
                ("PENTAX\0", [b"PENTAX \0", mark, &with(10, 0x0229)].concat()),
                ("RICOH\0", [b"RICOH\0", mark, &with(8, 0x0229)].concat()),
                ("PENTAX Corporation\0", block("PENTAX Corporation\0", &[b"AOC\0", mark].concat(), 0x0229)),
                ("motorola\0", [b"MOT\0\x01\0\0\0", &with(8, 0x5501)[..]].concat()),
                ("SIGMA\0", block("SIGMA\0", b"SIGMA\0\0\0\x01\0", 0x0002)),
            ] {
                let read = noted(little, maker, &note);
                assert_eq!(read.serial.as_deref(), Some("7654321"), "{maker} {little}");
                assert_eq!(read.sources.last().unwrap(), "serial: MakerNote.SerialNumber");
                for end in 0..note.len() {
                    let cut = serial(little, maker, &note[..end]);
                    assert!(cut.is_none(), "{maker} {little} cut to {end}: {cut:?}");
                }
            }
        }
    }

    #[test]
    fn a_note_that_was_moved_gives_none_of_its_texts() {
        let maker = "PENTAX Corporation\0";
        let noted = |moved: usize| {
            let inner = directory(false, moved, &[(0x0229, 2, b"7654321\0"), (0x022a, 2, b"1234567\0")]);
            serial(false, maker, &[b"AOC\0MM", &inner[..]].concat())
        };
        let right = place(maker) + 6;
        assert_eq!(noted(right).as_deref(), Some("7654321"));
        for moved in [right - 30, right - 8, right - 1, right + 1, right + 8, right + 30] {
            assert_eq!(noted(moved), None, "{moved} for {right}");
        }
    }

    #[test]
    fn what_tells_no_camera_from_another_is_no_serial_number() {
        for text in [b"        ", b"00000000", b"-0-0-0-0", b"NotKnown", b"12\x0134567", b"1234\0\0\0\0"] {
            let note = [b"PENTAX \0II", &directory(true, 10, &[(0x0229, 2, text)])[..]].concat();
            assert_eq!(serial(true, "PENTAX\0", &note), None, "{text:?}");
        }
        assert_eq!(serial(true, "Canon\0", &directory(true, 0, &[(0x000c, 4, &[0; 4])])), None);
        let blank = directory(true, 8, &[(0x001d, 2, b"7654321\0"), (0x00a0, 2, b"       \0")]);
        let note = [b"Nikon\0\x02\x10\0\0II\x2a\0\x08\0\0\0", &blank[..]].concat();
        assert_eq!(serial(true, "NIKON\0", &note), None);
        // Another maker's number under the same tag is something else.
        assert_eq!(serial(true, "Casio\0", &directory(true, 0, &[(0x000c, 4, &[1; 4])])), None);
    }

    #[test]
    fn trail_cameras_tell_time_and_serial_number() {
        let wide = |text: &str| text.bytes().flat_map(|b| [b, 0]).collect::<Vec<_>>();
        let put = |head: &[u8], parts: &[(usize, &[u8])]| {
            let mut note = [head, &[0; 200]].concat();
            for (at, bytes) in parts {
                note[*at..at + bytes.len()].copy_from_slice(bytes);
            }
            note
        };
        let (low, high) = ([59, 8, 23, 3, 16, 2020_u16], [59, 8, 23, 16, 3, 2020_u16]);
        let hyperfire = |time: Vec<u8>| put(b"\x01\xf1", &[(0x16, &time), (0x2a, &wide("H500EE06130468"))]);
        for note in [
            hyperfire(low.into_iter().flat_map(u16::to_le_bytes).collect()),
            hyperfire(low.into_iter().flat_map(u16::to_be_bytes).collect()),
            put(
                b"RECONYXH2\0",
                &[(0x3e, &high.map(u16::to_le_bytes).concat()), (0x7e, &wide("H500EE06130468"))],
            ),
            put(b"RECONYXUF\0", &[(0x3b, &[59, 8, 23, 16, 3, 0xe4, 0x07]), (0x4b, b"H500EE06130468")]),
        ] {
            let read = noted(true, "RECONYX\0", &note);
            assert_eq!(
                (read.taken_at.as_deref(), read.serial.as_deref()),
                (Some("2020-03-16T23:08:59"), Some("H500EE06130468"))
            );
            assert!(read.sources.contains(&"taken_at: MakerNote.DateTimeOriginal".to_owned()));
            for end in 0..note.len() {
                noted(true, "RECONYX\0", &note[..end]);
            }
        }
        assert_eq!(noted(true, "RECONYX\0", &hyperfire(vec![0; 12])).taken_at, None);
        assert_eq!(serial(true, "Other\0", &hyperfire(vec![1; 12])), None);
    }
}
