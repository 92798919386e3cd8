//! Photoshop's resources in APP13, and the IPTC record in them (IPTC-IIM 4.2): when a picture was taken, by its caption.

use crate::bytes::{be16, be32};
use crate::when::{LocalTime, local_time};

/// Resources and values looked at; real files have some dozens.
const MOST: usize = 2_000;
/// The resource that holds IPTC values.
const IPTC: u16 = 0x0404;

/// The time of taking in an APP13 segment, if date and time of day are both there.
pub(super) fn taken(segment: &[u8]) -> Option<LocalTime> {
    let mut rest = segment.strip_prefix(b"Photoshop 3.0\0")?;
    for _ in 0..MOST {
        rest = rest.strip_prefix(b"8BIM")?;
        let id = be16(rest, 0)?;
        // A name behind its length, both together of even length.
        let name = (usize::from(*rest.get(2)?) + 2) & !1;
        let len = usize::try_from(be32(rest, 2 + name)?).ok()?;
        let from = 2 + name + 4;
        let body = rest.get(from..from.checked_add(len)?)?;
        if id == IPTC {
            return iptc(body);
        }
        rest = rest.get(from + len + (len & 1)..)?;
    }
    None
}

fn iptc(mut rest: &[u8]) -> Option<LocalTime> {
    let (mut date, mut time) = (None, None);
    for _ in 0..MOST {
        let Some(&[0x1c, record, number, high, low]) = rest.first_chunk::<5>() else {
            break;
        };
        let len = usize::from(u16::from_be_bytes([high, low]));
        let Some(value) = rest.get(5..5 + len) else { break };
        match (record, number) {
            (2, 55) => date = std::str::from_utf8(value).ok(),
            (2, 60) => time = std::str::from_utf8(value).ok(),
            _ => {}
        }
        rest = rest.get(5 + len..)?;
    }
    // CCYYMMDD and HHMMSS±HHMM.
    let (date, time) = (date?, time?);
    let (day, of_day, zone) = (date.get(..8)?, time.get(..6)?, time.get(6..).unwrap_or_default());
    let colons = |text: &str| -> Option<String> { Some(format!("{}:{}:{}", text.get(..2)?, text.get(2..4)?, text.get(4..6)?)) };
    let zone = match zone.len() {
        5 => format!("{}:{}", zone.get(..3)?, zone.get(3..)?),
        _ => String::new(),
    };
    local_time(&format!(
        "{}:{}:{} {}{zone}",
        day.get(..4)?,
        day.get(4..6)?,
        day.get(6..)?,
        colons(of_day)?
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(date: &str, time: &str) -> Vec<u8> {
        let value = |number: u8, text: &str| [&[0x1c, 2, number, 0, text.len() as u8], text.as_bytes()].concat();
        let iptc = [value(55, date), value(60, time)].concat();
        let resource = |id: u16, body: &[u8]| {
            let padding = vec![0; body.len() & 1];
            [
                b"8BIM",
                &id.to_be_bytes()[..],
                &[0, 0],
                &(body.len() as u32).to_be_bytes(),
                body,
                &padding,
            ]
            .concat()
        };
        [b"Photoshop 3.0\0".to_vec(), resource(0x03ed, b"odd"), resource(IPTC, &iptc)].concat()
    }

    #[test]
    fn date_and_time_of_day_make_a_time() {
        let time = taken(&segment("20220110", "151544-0400")).unwrap();
        assert_eq!((time.text().as_str(), time.offset.as_deref()), ("2022-01-10T15:15:44", Some("-04:00")));
        assert_eq!(taken(&segment("20220110", "151544")).unwrap().offset, None);
        assert_eq!(taken(&segment("20220110", "")), None);
        assert_eq!(taken(&segment("00000000", "151544-0400")), None);
        assert_eq!(taken(b"Photoshop 3.0\08BIM"), None);
    }
}
