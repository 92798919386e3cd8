//! Exif directories to values (CIPA DC-008-2023), and those of TIFF and DNG files, which are built alike.

use crate::container::photoshop;
use crate::metadata::{Metadata, SecondBest};
use crate::notes::{self, Said};
use crate::tiff::{Entry, Kind, Tiff, Visited};
use crate::when::{self, LocalTime};
use std::collections::HashMap;

/// The longest text that is taken over; longer ones are broken or not meant for people.
const MAX_TEXT: usize = 200;

const WIDTH: u16 = 0x0100;
const HEIGHT: u16 = 0x0101;
const MAKE: u16 = 0x010f;
const MODEL: u16 = 0x0110;
const ORIENTATION: u16 = 0x0112;
const SOFTWARE: u16 = 0x0131;
const XMP: u16 = 0x02bc;
const SUB_DIRECTORIES: u16 = 0x014a;
const NEW_SUBFILE_TYPE: u16 = 0x00fe;
const EXIF_DIRECTORY: u16 = 0x8769;
const GPS_DIRECTORY: u16 = 0x8825;
/// CameraSerialNumber of DNG, older than the Exif tag.
const DNG_SERIAL: u16 = 0xc62f;
const BODY_SERIAL: u16 = 0xa431;
const MAKER_NOTE: u16 = 0x927c;
/// Date, fraction and zone of taking, and of digitising.
const ORIGINAL: [u16; 3] = [0x9003, 0x9291, 0x9011];
/// Where TIFF files keep an IPTC record, and Photoshop's resources.
const CAPTION: u16 = 0x83bb;
const RESOURCES: u16 = 0x8649;
const DIGITIZED: [u16; 3] = [0x9004, 0x9292, 0x9012];

/// The values of the main and Exif directories, which share one table of tags, and of the GPS directory.
#[derive(Default)]
struct Tags<'a> {
    main: HashMap<u16, Entry<'a>>,
    gps: HashMap<u16, Entry<'a>>,
    /// Size of the picture in full, which in a DNG is not that of the first directory.
    full_size: Option<(u32, u32)>,
    visited: Visited,
    warnings: Vec<String>,
}

#[derive(Clone, Copy, PartialEq)]
enum Which {
    Main,
    Exif,
    Gps,
    Sub,
}

impl<'a> Tags<'a> {
    /// Reads a directory and those below it. Where a tag comes twice the later one counts, except for what describes the
    /// picture: that is said by the first.
    fn walk(&mut self, tiff: &Tiff<'a>, at: usize, which: Which) {
        if !self.visited.may_read(at) {
            return;
        }
        let name = match which {
            Which::Main => "the main directory of Exif",
            Which::Exif => "the Exif directory",
            Which::Gps => "the GPS directory",
            Which::Sub => "a picture's directory",
        };
        let Some(directory) = tiff.directory(at, name, &mut self.warnings) else {
            return;
        };
        self.visited.read(directory.entries.len());
        let own = |tag| directory.entries.iter().find(|e| e.tag == tag).and_then(Entry::whole);
        if own(NEW_SUBFILE_TYPE) == Some(0) {
            self.full_size = self.full_size.or(own(WIDTH).zip(own(HEIGHT)));
        }
        for entry in &directory.entries {
            match (entry.tag, which) {
                (EXIF_DIRECTORY, Which::Main | Which::Exif) => self.below(tiff, entry, Which::Exif),
                (GPS_DIRECTORY, Which::Main | Which::Exif) => self.below(tiff, entry, Which::Gps),
                (SUB_DIRECTORIES, Which::Main) => self.below(tiff, entry, Which::Sub),
                (_, Which::Sub) => {}
                (tag, Which::Gps) => drop(self.gps.insert(tag, *entry)),
                (tag @ (ORIENTATION | WIDTH | HEIGHT), _) => drop(self.main.entry(tag).or_insert(*entry)),
                (tag, _) => drop(self.main.insert(tag, *entry)),
            }
        }
        // Where the first picture is a small one, the one in full may come behind it.
        let is_small = which == Which::Main && own(NEW_SUBFILE_TYPE).is_some_and(|kind| kind & 1 == 1);
        let mut next = directory.next.filter(|_| is_small);
        while let Some(at) = next.filter(|at| self.full_size.is_none() && !self.visited.saw(*at)) {
            next = tiff
                .directory(at, "a picture's directory", &mut Vec::new())
                .and_then(|directory| directory.next);
            self.walk(tiff, at, Which::Sub);
        }
    }

    fn below(&mut self, tiff: &Tiff<'a>, entry: &Entry<'a>, which: Which) {
        let most = if which == Which::Sub { 8 } else { 1 };
        for at in entry.offsets().take(most) {
            self.walk(tiff, at, which);
        }
    }

    fn number(&self, tag: u16) -> Option<f64> {
        self.gps.get(&tag).and_then(Entry::first)
    }
}

/// What the maker's own notes say, read by whose they are.
fn notes(tiff: &Tiff<'_>, tags: &Tags<'_>) -> Option<Said> {
    let note = tags.main.get(&MAKER_NOTE)?;
    let make = tags.main.get(&MAKE).map(|make| make.data).unwrap_or_default();
    Some(notes::read(tiff, note, make))
}

/// Fills in what the Exif block says. `is_file` tells that the block is a whole TIFF file.
pub(crate) fn fill(meta: &mut Metadata, block: &[u8], is_file: bool) -> SecondBest {
    let mut tags = Tags::default();
    let mut noted = None;
    match Tiff::open(block, is_file).and_then(|tiff| Some((tiff, tiff.first()?))) {
        Some((tiff, first)) => {
            tags.walk(&tiff, first, Which::Main);
            noted = notes(&tiff, &tags);
        }
        None => meta.warn("Exif has no directory"),
    }
    meta.warnings.append(&mut tags.warnings);
    let original = time(meta, &tags, ORIGINAL, "Exif.DateTimeOriginal");
    meta.take_time(original, "Exif.DateTimeOriginal");
    for (field, tag, name) in [
        ("make", MAKE, "Exif.Make"),
        ("model", MODEL, "Exif.Model"),
        ("software", SOFTWARE, "Exif.Software"),
        ("serial", BODY_SERIAL, "Exif.BodySerialNumber"),
        ("serial", DNG_SERIAL, "DNG.CameraSerialNumber"),
    ] {
        let text = text(meta, tags.main.get(&tag), name);
        meta.take_text(field, text, name);
    }
    let whole = |tag| tags.main.get(&tag).and_then(Entry::whole);
    meta.take_orientation(whole(ORIENTATION), "Exif.Orientation");
    // Of a picture in another container this says what it once was: only for want of anything better.
    meta.take_size(tags.full_size.or(whole(WIDTH).zip(whole(HEIGHT))), "Exif.ImageWidth");
    position(meta, &tags);
    gps_time(meta, &tags);
    let reference = tags.gps.get(&0x05).and_then(Entry::first);
    let altitude = altitude(meta, reference, tags.number(0x06));
    meta.take_altitude(altitude.filter(|_| reference.is_some()), "GPS.GPSAltitude");
    meta.take_direction(tags.number(0x11), "GPS.GPSImgDirection");
    meta.take_position_error(tags.number(0x1f), "GPS.GPSHPositioningError");
    SecondBest {
        taken: time(meta, &tags, DIGITIZED, "Exif.DateTimeDigitized"),
        captioned: [CAPTION, RESOURCES]
            .into_iter()
            .find_map(|tag| photoshop::taken(tags.main.get(&tag)?.data)),
        altitude_m: altitude,
        notes: noted.unwrap_or_default(),
    }
}

/// The XMP packet that stands in the main directory, where TIFF files and some cameras keep it (XMP part 3, 3.2).
pub(crate) fn xmp(block: &[u8], is_file: bool) -> Option<&[u8]> {
    let tiff = Tiff::open(block, is_file)?;
    let main = tiff.directory(tiff.first()?, "the main directory of Exif", &mut Vec::new())?;
    let packet = main.entries.iter().find(|entry| entry.tag == XMP)?;
    matches!(packet.kind, Kind::Undefined | Kind::Unsigned(1) | Kind::Text).then_some(packet.data)
}

/// A text tag: up to the first NUL, trimmed, UTF-8, without control characters; blank is none.
fn text(meta: &mut Metadata, entry: Option<&Entry<'_>>, name: &str) -> Option<String> {
    let entry = entry?;
    if !matches!(entry.kind, Kind::Text | Kind::Undefined | Kind::Unsigned(1)) {
        meta.warn(format!("{name} is not text"));
        return None;
    }
    let bytes = entry.data.split(|b| *b == 0).next()?;
    let Ok(text) = std::str::from_utf8(bytes) else {
        meta.warn(format!("{name} is in an unknown encoding"));
        return None;
    };
    let text = text.trim();
    if text.len() > MAX_TEXT || text.contains(char::is_control) {
        meta.warn(format!("{name} is not readable text"));
        return None;
    }
    (!text.is_empty()).then(|| text.to_owned())
}

/// The time in a date tag with its fraction and zone.
fn time(meta: &mut Metadata, tags: &Tags<'_>, [date, subsec, offset]: [u16; 3], name: &str) -> Option<LocalTime> {
    let written = text(meta, tags.main.get(&date), name)?;
    let Some(mut time) = when::local_time(&written) else {
        meta.warn(format!("{name} is not a date"));
        return None;
    };
    if time.fraction.is_none() {
        time.fraction = text(meta, tags.main.get(&subsec), "SubSecTime").and_then(|t| when::fraction(&t));
    }
    if time.offset.is_none() {
        time.offset = text(meta, tags.main.get(&offset), "OffsetTime").and_then(|t| when::offset(&t));
    }
    Some(time)
}

/// One angle in degrees from degrees, minutes and seconds; later parts may be left out. Some telephones write the parts with
/// a sign, which the letter repeats; it counts for nothing, unless the parts differ in it.
fn degrees(parts: &[Option<f64>]) -> Option<f64> {
    let parts: Vec<f64> = parts.iter().copied().collect::<Option<_>>()?;
    let part = |i: usize| parts.get(i).copied().unwrap_or(0.0);
    let (whole, minutes, seconds) = (*parts.first()?, part(1), part(2));
    let alike = parts.iter().all(|p| *p >= 0.0) || parts.iter().all(|p| *p <= 0.0);
    let [whole, minutes, seconds] = [whole, minutes, seconds].map(f64::abs);
    (alike && minutes <= 60.0 && seconds <= 60.0).then(|| whole + minutes / 60.0 + seconds / 3600.0)
}

/// Metres above the sea or the ellipsoid (0, 2) or below them (1, 3). A reference that is none of these says nothing of which it is.
fn altitude(meta: &mut Metadata, reference: Option<f64>, metres: Option<f64>) -> Option<f64> {
    match reference {
        None | Some(0.0 | 2.0) => metres,
        Some(1.0 | 3.0) => metres.map(|m| -m.abs()),
        Some(_) => {
            meta.warn("the altitude is neither above nor below the sea");
            None
        }
    }
}

fn position(meta: &mut Metadata, tags: &Tags<'_>) {
    let parts = |tag| tags.gps.get(&tag).map(|e| e.numbers(3)).unwrap_or_default();
    let (lat, lon) = (parts(0x02), parts(0x04));
    if lat.is_empty() && lon.is_empty() {
        return;
    }
    let is_text = |e: &&Entry<'_>| matches!(e.kind, Kind::Text | Kind::Undefined | Kind::Unsigned(1));
    let letter = |tag| {
        tags.gps
            .get(&tag)
            .filter(is_text)
            .and_then(|e| e.data.first().map(u8::to_ascii_uppercase))
    };
    let axis = |parts: &[Option<f64>], letter: Option<u8>, [plus, minus]: [u8; 2], limit: f64| {
        let sign = match letter? {
            l if l == plus => 1.0,
            l if l == minus => -1.0,
            _ => return None,
        };
        degrees(parts).filter(|d| *d <= limit).map(|d| sign * d)
    };
    let lat = axis(&lat, letter(0x01), *b"NS", 90.0);
    let lon = axis(&lon, letter(0x03), *b"EW", 180.0);
    let Some((lat, lon)) = lat.zip(lon) else {
        meta.warn("the position is incomplete or out of range");
        return;
    };
    let datum = text(meta, tags.gps.get(&0x12), "GPSMapDatum");
    meta.take_place(lat, lon, datum, "GPS");
}

fn gps_time(meta: &mut Metadata, tags: &Tags<'_>) {
    let Some(time) = tags.gps.get(&0x07).map(|e| e.numbers(3)) else { return };
    let Some(date) = tags.gps.get(&0x1d).and_then(|e| when::loose_date(e.data)) else {
        return;
    };
    let of_day = match *time.as_slice() {
        [Some(hours), Some(minutes), Some(seconds)] => when::time_of_day(hours, minutes, seconds),
        _ => None,
    };
    match of_day {
        Some(of_day) => {
            meta.gps_time = Some(format!("{date}T{of_day}Z"));
            meta.note("gps_time", "GPS.GPSDateStamp, GPS.GPSTimeStamp");
        }
        None => meta.warn("the GPS time is not a time"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn angles_are_read_as_telephones_write_them() {
        let some = |parts: &[f64]| parts.iter().copied().map(Some).collect::<Vec<_>>();
        assert_eq!(degrees(&some(&[30.0, 30.0, 36.0])), Some(30.51));
        assert_eq!(degrees(&some(&[30.51])), Some(30.51));
        assert_eq!(degrees(&some(&[-30.0, -30.0, -36.0])), Some(30.51));
        assert_eq!(degrees(&some(&[-30.0, 30.0])), None);
        assert_eq!(degrees(&some(&[30.0, 61.0])), None);
        assert_eq!(degrees(&[Some(30.0), Some(30.0), None]), None);
        assert_eq!(degrees(&[]), None);
    }

    /// A block of directories one behind the other, each of whole numbers.
    fn chain(directories: &[&[(u16, u32)]], last: u32) -> Vec<u8> {
        let mut block = b"MM\0\x2a\0\0\0\x08".to_vec();
        for (number, entries) in directories.iter().enumerate() {
            block.extend((entries.len() as u16).to_be_bytes());
            for (tag, value) in *entries {
                block.extend([&tag.to_be_bytes()[..], &4_u16.to_be_bytes(), &1_u32.to_be_bytes(), &value.to_be_bytes()].concat());
            }
            let next = if number + 1 == directories.len() { last } else { block.len() as u32 + 4 };
            block.extend(next.to_be_bytes());
        }
        block
    }

    #[test]
    fn behind_a_small_picture_the_one_in_full_is_looked_for() {
        let size = |directories: &[&[(u16, u32)]], last| {
            let mut meta = Metadata::default();
            fill(&mut meta, &chain(directories, last), true);
            meta.width.zip(meta.height)
        };
        let picture = |kind, width| [(NEW_SUBFILE_TYPE, kind), (WIDTH, width), (HEIGHT, 30)];
        let (small, full) = (picture(1, 40), picture(0, 4000));
        assert_eq!(size(&[&small, &full], 0), Some((4000, 30)));
        assert_eq!(size(&[&small, &small, &full], 0), Some((4000, 30)));
        assert_eq!(size(&[&full, &picture(0, 5)], 0), Some((4000, 30)));
        assert_eq!(size(&[&[(WIDTH, 40), (HEIGHT, 30)], &full], 0), Some((40, 30)), "a page of its own");
        assert_eq!(size(&[&small, &small], 8), Some((40, 30)), "a ring");
        assert_eq!(size(&[&small[..]; 200], 0), Some((40, 30)));
    }

    #[test]
    fn a_reference_that_does_not_exist_makes_no_altitude() {
        let mut meta = Metadata::default();
        let mut read = |reference| altitude(&mut meta, reference, Some(50.0));
        assert_eq!([None, Some(0.0), Some(2.0)].map(&mut read), [Some(50.0); 3]);
        assert_eq!([1.0, 3.0].map(Some).map(&mut read), [Some(-50.0); 2]);
        assert_eq!([4.0, 255.0].map(Some).map(&mut read), [None; 2]);
        assert_eq!(meta.warnings.len(), 2);
    }

    #[test]
    fn a_directory_that_holds_itself_is_read_once() {
        // One directory whose Exif pointer points back to it, and whose GPS pointer does too.
        let mut block = b"MM\0\x2a\0\0\0\x08\0\x03".to_vec();
        for (tag, code, value) in [(EXIF_DIRECTORY, 4_u16, 8_u32), (GPS_DIRECTORY, 4, 8), (ORIENTATION, 3, 6 << 16)] {
            block.extend(tag.to_be_bytes());
            block.extend(code.to_be_bytes());
            block.extend(1_u32.to_be_bytes());
            block.extend(value.to_be_bytes());
        }
        block.extend([0; 4]);
        let mut meta = Metadata::default();
        fill(&mut meta, &block, false);
        assert_eq!(meta.orientation, Some(6));
    }
}
