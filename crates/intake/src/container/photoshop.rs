//! Photoshop's resources, and the IPTC record in them (IPTC-IIM 4.2): when a picture was taken, by its caption. JPEG keeps them in
//! APP13 segments, PNG in raw profiles, TIFF under tags of its own.

use crate::bytes::{be_sized, be16, be32};
use crate::when::{self, LocalTime, local_time};

/// Resources and values looked at; real files have some dozens.
const MOST: usize = 2_000;
/// The resource that holds IPTC values.
const IPTC: u16 = 0x0404;

/// What begins each resource: Photoshop's own mark, and those of programs that write as it does.
const MARKS: [&[u8; 4]; 5] = [b"8BIM", b"PHUT", b"DCSR", b"AgHg", b"MeSa"];

/// What begins each segment; long resources run on from one segment to the next.
pub(super) const SEGMENT: &[u8] = b"Photoshop 3.0\0";

/// The time of taking in resources or in a bare IPTC record, if date and time of day are both there.
pub(crate) fn taken(block: &[u8]) -> Option<LocalTime> {
    let mut caption = Caption::default();
    if block.first_chunk().is_some_and(|mark| MARKS.contains(&mark)) {
        let _ended_early = resources(block, &mut caption);
    } else {
        let _ended_early = caption.record(block);
    }
    caption.taken()
}

/// Reads the IPTC records among the resources; none once a resource is not there.
fn resources<'a>(mut rest: &'a [u8], caption: &mut Caption<'a>) -> Option<()> {
    for _ in 0..MOST {
        let (mark, after) = rest.split_first_chunk()?;
        rest = MARKS.contains(&mark).then_some(after)?;
        let id = be16(rest, 0)?;
        // A name behind its length, both together of even length.
        let name = (usize::from(*rest.get(2)?) + 2) & !1;
        let len = usize::try_from(be32(rest, 2 + name)?).ok()?;
        let from = 2 + name + 4;
        let body = rest.get(from..from.checked_add(len)?)?;
        if id == IPTC {
            let _ended_early = caption.record(body);
        }
        rest = rest.get(from + len + (len & 1)..)?;
    }
    None
}

/// Date and time of day of creation as they stand there.
#[derive(Default)]
struct Caption<'a> {
    date: Option<&'a [u8]>,
    time: Option<&'a [u8]>,
}

impl<'a> Caption<'a> {
    /// Reads the values of a record; none once a value is not there.
    fn record(&mut self, mut rest: &'a [u8]) -> Option<()> {
        for _ in 0..MOST {
            let &[0x1c, record, number, high, low] = rest.first_chunk::<5>()? else {
                return None;
            };
            let said = u16::from_be_bytes([high, low]);
            // A longer value has the length of its length here (IPTC-IIM 4.2 §1.5 (c)).
            let (from, len) = if said & 0x8000 == 0 {
                (5, usize::from(said))
            } else {
                let width = usize::from(said & 0x7fff);
                (5 + width, usize::try_from(be_sized(rest, 5, width)?).ok()?)
            };
            let value = rest.get(from..from.checked_add(len)?)?;
            match (record, number) {
                (2, 55) => self.date = Some(value),
                (2, 60) => self.time = Some(value),
                _ => {}
            }
            rest = rest.get(from + len..)?;
        }
        None
    }

    /// CCYYMMDD and HHMMSS±HHMM; some programs hold the parts apart.
    fn taken(&self) -> Option<LocalTime> {
        let date = when::loose_date(self.date?)?;
        let time = std::str::from_utf8(self.time?).ok()?.trim_matches(|c: char| c == ' ' || c == '\0');
        let (of_day, zone) = time.split_at(time.find(['+', '-', 'Z']).unwrap_or(time.len()));
        let digits: String = of_day.chars().filter(|c| *c != ':').collect();
        let part = |from: usize| digits.get(from..from + 2);
        let (hours, minutes, seconds) = (part(0)?, part(2)?, part(4).filter(|_| digits.len() == 6)?);
        let time = local_time(&format!("{date} {hours}:{minutes}:{seconds}"))?;
        Some(LocalTime {
            offset: when::offset(zone),
            ..time
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(number: u8, text: &[u8]) -> Vec<u8> {
        [&[0x1c, 2, number, 0, text.len() as u8], text].concat()
    }

    fn resource(id: u16, body: &[u8]) -> Vec<u8> {
        let padding = vec![0; body.len() & 1];
        let len = (body.len() as u32).to_be_bytes();
        [b"8BIM", &id.to_be_bytes()[..], &[0, 0], &len, body, &padding].concat()
    }

    fn block(date: &str, time: &str) -> Vec<u8> {
        let iptc = [value(55, date.as_bytes()), value(60, time.as_bytes())].concat();
        [resource(0x03ed, b"odd"), resource(IPTC, &iptc)].concat()
    }

    fn read(block: &[u8]) -> Option<(String, Option<String>)> {
        taken(block).map(|time| (time.text(), time.offset))
    }

    #[test]
    fn date_and_time_of_day_make_a_time() {
        let whole = "2022-01-10T15:15:44".to_owned();
        for (date, time, zone) in [
            ("20220110", "151544-0400", Some("-04:00")),
            ("20220110", "151544Z", Some("+00:00")),
            ("20220110", "151544", None),
            ("2022:01:10", "15:15:44-04:00", Some("-04:00")),
            ("2022-01-10", "15:15:44", None),
            ("20220110\0", "151544-0400\0", Some("-04:00")),
        ] {
            let expected = Some((whole.clone(), zone.map(str::to_owned)));
            assert_eq!(read(&block(date, time)), expected, "{date} {time}");
            let bare = [value(55, date.as_bytes()), value(60, time.as_bytes())].concat();
            assert_eq!(read(&bare), expected, "{date} {time}");
        }
        for (date, time) in [
            ("20220110", ""),
            ("00000000", "151544-0400"),
            ("20220110", "1515"),
            ("", "151544"),
            ("20220110", "15154400"),
        ] {
            assert_eq!(read(&block(date, time)), None, "{date} {time}");
        }
        assert_eq!(read(b"8BIM"), None);
        assert_eq!(read(b""), None);
    }

    #[test]
    fn records_add_up_and_long_lengths_are_lengths() {
        let (date, time) = (value(55, b"20220110"), value(60, b"151544"));
        let two = [resource(IPTC, &date), resource(IPTC, &time)].concat();
        assert_eq!(read(&two).unwrap().0, "2022-01-10T15:15:44");
        let long = [&b"\x1c\x02\x37\x80\x04\0\0\0\x08"[..], b"20220110", &time].concat();
        assert_eq!(read(&long).unwrap().0, "2022-01-10T15:15:44");
        for endless in [&b"\x1c\x02\x37\xff\xff"[..], b"\x1c\x02\x37\x80\x08\xff\xff\xff\xff\xff\xff\xff\xff"] {
            assert_eq!(read(&[endless, &date, &time].concat()), None);
        }
        let whole = block("20220110", "151544");
        let mut marked = whole.clone();
        marked[..4].copy_from_slice(b"AgHg");
        assert_eq!(read(&marked), read(&whole));
        marked[..4].copy_from_slice(b"none");
        assert_eq!(read(&marked), None);
        for end in 0..whole.len() {
            assert_eq!(read(&whole[..end]), None, "cut to {end}");
        }
    }
}
