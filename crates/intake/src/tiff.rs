//! TIFF directories (TIFF 6.0 section 2, CIPA DC-008 §4.6), read as far as they hold and no further.
//!
//! What is believed of a broken directory follows exiftool: one that is cut short is none, one whose first entry is of no
//! type is none, a value that lies outside, in the header or in the directory itself is none, and ten such values end it.

use crate::bytes::{be16, n16, n32};

/// Directories and entries of one block that are looked at; cameras write some hundreds of entries in ten directories.
const MAX_DIRECTORIES: usize = 64;
const MAX_ENTRIES: usize = 20_000;
/// Bad values after which a directory is left.
const MAX_BAD: usize = 10;

/// What a value's bytes are (TIFF field types).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Numbers without sign, of 1, 2, 4 or 8 bytes.
    Unsigned(usize),
    /// Numbers with sign, of 1, 2, 4 or 8 bytes.
    Signed(usize),
    /// Text, ASCII by the standard, UTF-8 in practice and since Exif 3.0.
    Text,
    /// Bytes of no stated meaning.
    Undefined,
    /// Fractions without and with sign.
    Rational,
    /// Fractions with sign.
    SignedRational,
    /// Binary fractions of 4 or 8 bytes.
    Float(usize),
}

impl Kind {
    fn of(code: u16) -> Option<Self> {
        Some(match code {
            1 => Self::Unsigned(1),
            2 | 129 => Self::Text,
            3 => Self::Unsigned(2),
            4 | 13 => Self::Unsigned(4),
            5 => Self::Rational,
            6 => Self::Signed(1),
            7 => Self::Undefined,
            8 => Self::Signed(2),
            9 => Self::Signed(4),
            10 => Self::SignedRational,
            11 => Self::Float(4),
            12 => Self::Float(8),
            _ => return None,
        })
    }

    fn width(self) -> usize {
        match self {
            Self::Unsigned(width) | Self::Signed(width) | Self::Float(width) => width,
            Self::Text | Self::Undefined => 1,
            Self::Rational | Self::SignedRational => 8,
        }
    }
}

/// One value of a directory.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry<'a> {
    pub tag: u16,
    pub kind: Kind,
    /// The value's bytes, all of them.
    pub data: &'a [u8],
    /// Where in the structure they begin.
    pub at: usize,
    little: bool,
}

impl<'a> Entry<'a> {
    /// The first `most` numbers; a fraction over zero is none in its place. Text gives the numbers that stand in it, as some
    /// telephones write them.
    pub fn numbers(&self, most: usize) -> Vec<Option<f64>> {
        if self.kind == Kind::Text {
            return numbers_in(self.data).into_iter().take(most).map(Some).collect();
        }
        let parts = self.data.chunks_exact(self.kind.width()).take(most);
        parts.map(|part| self.number(part)).collect()
    }

    /// The first number, if it is one.
    pub fn first(&self) -> Option<f64> {
        self.numbers(1).first().copied().flatten()
    }

    /// The first number as a whole one without sign.
    pub fn whole(&self) -> Option<u32> {
        let number = self.first()?;
        (number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number)).then_some(number as u32)
    }

    /// Offsets of directories; only whole numbers can be such. Some programs give them a sign.
    pub fn offsets(&self) -> impl Iterator<Item = usize> + 'a {
        let Entry { kind, data, little, .. } = *self;
        let width = match kind {
            Kind::Unsigned(width) | Kind::Signed(width) => width,
            _ => 0,
        };
        let parts = (width > 0).then(|| data.chunks_exact(width)).into_iter().flatten();
        parts.filter_map(move |part| usize::try_from(unsigned(part, little)).ok())
    }

    fn number(&self, part: &[u8]) -> Option<f64> {
        let width = self.kind.width();
        let signed = |part: &[u8]| {
            let shift = 64 - 8 * part.len().clamp(1, 8);
            (((unsigned(part, self.little) << shift) as i64) >> shift) as f64
        };
        let half = || Some((part.get(..4)?, part.get(4..8)?));
        let number = match self.kind {
            Kind::Unsigned(_) | Kind::Text | Kind::Undefined => unsigned(part, self.little) as f64,
            Kind::Signed(_) => signed(part),
            Kind::Rational => {
                let (above, below) = half()?;
                unsigned(above, self.little) as f64 / unsigned(below, self.little) as f64
            }
            Kind::SignedRational => {
                let (above, below) = half()?;
                signed(above) / signed(below)
            }
            Kind::Float(_) if width == 4 => f32::from_bits(u32::try_from(unsigned(part, self.little)).ok()?).into(),
            Kind::Float(_) => f64::from_bits(unsigned(part, self.little)),
        };
        number.is_finite().then_some(number)
    }
}

/// A number of up to eight bytes.
fn unsigned(part: &[u8], little: bool) -> u64 {
    let join = |n: u64, b: &u8| n << 8 | u64::from(*b);
    if little {
        part.iter().rev().take(8).fold(0, join)
    } else {
        part.iter().take(8).fold(0, join)
    }
}

/// The decimal numbers in a text, whatever stands between them.
fn numbers_in(text: &[u8]) -> Vec<f64> {
    let text = text.split(|b| *b == 0).next().unwrap_or_default();
    text.split(|b| !matches!(b, b'0'..=b'9' | b'.' | b'+' | b'-'))
        .take(100)
        .filter_map(|part| std::str::from_utf8(part).ok()?.parse::<f64>().ok())
        .filter(|n| n.is_finite())
        .collect()
}

/// A TIFF structure: a byte order and directories.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tiff<'a> {
    bytes: &'a [u8],
    little: bool,
    /// Whether the structure is a file of its own; there a value that is not in the file ends its directory.
    is_file: bool,
}

/// A directory's values in file order, and where the next one is.
#[derive(Debug, Default)]
pub(crate) struct Directory<'a> {
    pub entries: Vec<Entry<'a>>,
    pub next: Option<usize>,
}

impl<'a> Tiff<'a> {
    /// Opens a structure from its byte order mark on; none without one.
    pub fn open(bytes: &'a [u8], is_file: bool) -> Option<Self> {
        let little = match bytes.first_chunk::<2>()? {
            b"II" => true,
            b"MM" => false,
            _ => return None,
        };
        Some(Self { bytes, little, is_file })
    }

    /// A part of it as a structure of its own, whose offsets count from the part's beginning. Its byte order is the one in which the
    /// directory at `at` has fewer entries, as none has thousands.
    pub fn part(&self, range: std::ops::Range<usize>, at: usize) -> Option<Self> {
        let bytes = self.bytes.get(range)?;
        let count = be16(bytes, at)?;
        let little = if count == count.swap_bytes() {
            self.little
        } else {
            count > count.swap_bytes()
        };
        Some(Self {
            bytes,
            little,
            is_file: false,
        })
    }

    fn n16(&self, at: usize) -> Option<u16> {
        n16(self.bytes, at, self.little)
    }

    fn n32(&self, at: usize) -> Option<usize> {
        usize::try_from(n32(self.bytes, at, self.little)?).ok()
    }

    /// Where the first directory is.
    pub fn first(&self) -> Option<usize> {
        self.n32(4).filter(|at| *at >= 8)
    }

    /// Some bytes of the structure, if all are there.
    pub fn bytes(&self, at: usize, len: usize) -> Option<&'a [u8]> {
        self.bytes.get(at..at.checked_add(len)?)
    }

    /// The directory at `at`; none when it is not all there or its first entry is of no type. What is wrong with the rest of
    /// it goes to `warnings`.
    pub fn directory(&self, at: usize, name: &str, warnings: &mut Vec<String>) -> Option<Directory<'a>> {
        let count = self.n16(at).map(usize::from);
        let Some((count, end)) = count.and_then(|n| Some((n, self.bytes(at, 2 + 12 * n).map(|_| at + 2 + 12 * n)?))) else {
            warnings.push(format!("{name} is cut short or missing"));
            return None;
        };
        let mut directory = Directory {
            entries: Vec::new(),
            next: self.n32(end).filter(|n| *n >= 8),
        };
        let mut bad = 0;
        for index in 0..count {
            let entry = at + 2 + 12 * index;
            let (tag, code, items) = (self.n16(entry)?, self.n16(entry + 2)?, self.n32(entry + 4)?);
            let Some(kind) = Kind::of(code) else {
                if index == 0 {
                    warnings.push(format!("{name} begins with a value of no type"));
                    return None;
                }
                // Zeros are padding.
                bad += usize::from(code != 0);
                if bad > MAX_BAD {
                    break;
                }
                continue;
            };
            match self.value(entry + 8, items.checked_mul(kind.width()), at..end) {
                Some((at, data)) => directory.entries.push(Entry {
                    tag,
                    kind,
                    data,
                    at,
                    little: self.little,
                }),
                None => {
                    bad += 1;
                    // In a file of its own, what lies outside is lost with the rest of the file; elsewhere it may be one slip.
                    let outside = self.n32(entry + 8).is_none_or(|from| from >= self.bytes.len());
                    if bad > MAX_BAD || (self.is_file && outside) {
                        break;
                    }
                }
            }
        }
        if bad > 0 {
            warnings.push(format!("{name} has values that cannot be read"));
        }
        Some(directory)
    }

    /// A value's bytes and where they begin: in the entry, or where it says.
    fn value(&self, place: usize, len: Option<usize>, own: std::ops::Range<usize>) -> Option<(usize, &'a [u8])> {
        let len = len.filter(|len| *len <= 0x7fff_ffff)?;
        if len <= 4 {
            return Some((place, self.bytes(place, len)?));
        }
        let from = self.n32(place)?;
        let overlaps = from < own.end && from.saturating_add(len) > own.start;
        let bytes = (from >= 8 && !overlaps).then(|| self.bytes(from, len)).flatten()?;
        Some((from, bytes))
    }
}

/// Visits each directory once and ends after the most that are looked at, whatever offsets say.
#[derive(Debug, Default)]
pub(crate) struct Visited {
    directories: Vec<usize>,
    entries: usize,
}

impl Visited {
    /// Whether the directory at `at` may be read now.
    pub fn may_read(&mut self, at: usize) -> bool {
        let fresh = self.directories.len() < MAX_DIRECTORIES && self.entries < MAX_ENTRIES && !self.directories.contains(&at);
        if fresh {
            self.directories.push(at);
        }
        fresh
    }

    /// Whether the directory at `at` was read, or no more may be.
    pub fn saw(&self, at: usize) -> bool {
        self.directories.len() >= MAX_DIRECTORIES || self.entries >= MAX_ENTRIES || self.directories.contains(&at)
    }

    /// Counts what was read.
    pub fn read(&mut self, entries: usize) {
        self.entries += entries;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A structure with one directory; values of more than four bytes follow it.
    fn tiff(entries: &[(u16, u16, u32, &[u8])]) -> Vec<u8> {
        let mut bytes = b"MM\0\x2a\0\0\0\x08".to_vec();
        bytes.extend((entries.len() as u16).to_be_bytes());
        let mut values = Vec::new();
        let after = 8 + 2 + 12 * entries.len() + 4;
        for (tag, code, count, data) in entries {
            bytes.extend(tag.to_be_bytes());
            bytes.extend(code.to_be_bytes());
            bytes.extend(count.to_be_bytes());
            if data.len() <= 4 {
                bytes.extend([data, &[0; 4][data.len()..]].concat());
            } else {
                bytes.extend(((after + values.len()) as u32).to_be_bytes());
                values.extend_from_slice(data);
            }
        }
        [bytes, vec![0; 4], values].concat()
    }

    fn read(bytes: &[u8]) -> (Option<Directory<'_>>, Vec<String>) {
        let mut warnings = Vec::new();
        let opened = Tiff::open(bytes, false).unwrap();
        let directory = opened.directory(opened.first().unwrap(), "directory", &mut warnings);
        (directory, warnings)
    }

    #[test]
    fn values_of_all_types_are_numbers() {
        let fraction = |a: i32, b: i32| [a.to_be_bytes(), b.to_be_bytes()].concat();
        let bytes = tiff(&[
            (1, 3, 1, &[1, 2]),
            (2, 8, 1, &[0xff, 0xfe]),
            (3, 5, 2, &[fraction(1, 2), fraction(1, 0)].concat()),
            (4, 10, 1, &fraction(-3, 2)),
            (5, 12, 1, &1.25_f64.to_be_bytes()),
            (6, 2, 9, b"52,0.5,5\0"),
        ]);
        let (directory, warnings) = read(&bytes);
        let numbers: Vec<_> = directory.unwrap().entries.iter().map(|e| e.numbers(9)).collect();
        assert_eq!(
            numbers,
            [
                vec![Some(258.0)],
                vec![Some(-2.0)],
                vec![Some(0.5), None],
                vec![Some(-1.5)],
                vec![Some(1.25)],
                vec![Some(52.0), Some(0.5), Some(5.0)]
            ]
        );
        assert!(warnings.is_empty());
    }

    #[test]
    fn broken_directories_are_believed_as_far_as_they_hold() {
        let whole = tiff(&[(1, 3, 1, &[0, 1]), (2, 2, 6, b"hello\0")]);
        assert_eq!(read(&whole).0.unwrap().entries.len(), 2);
        // The text is cut off: the number stays.
        let (directory, warnings) = read(&whole[..whole.len() - 1]);
        assert_eq!((directory.unwrap().entries.len(), warnings.len()), (1, 1));
        // The directory itself is cut off.
        assert!(read(&whole[..30]).0.is_none());
        // A value that points into its own directory, and one of no type behind a good one.
        let mut inside = whole.clone();
        inside[30..34].copy_from_slice(&12_u32.to_be_bytes());
        assert_eq!(read(&inside).0.unwrap().entries.len(), 1);
        assert!(read(&tiff(&[(1, 99, 1, &[0])])).0.is_none());
        assert_eq!(read(&tiff(&[(1, 3, 1, &[0, 1]), (2, 99, 1, &[0])])).0.unwrap().entries.len(), 1);
    }
}
