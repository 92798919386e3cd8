//! Dates as cameras write them: checked against the calendar, refused when in doubt.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

/// A local time as recorded: calendar time, digits of the fraction as written, and zone where the same text has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LocalTime {
    /// Calendar date and time of day to the second.
    pub at: NaiveDateTime,
    /// Digits after the decimal point, as written.
    pub fraction: Option<String>,
    /// Zone as `+08:00`.
    pub offset: Option<String>,
}

impl LocalTime {
    /// `YYYY-MM-DDTHH:MM:SS[.fff]`, digits of the fraction as recorded.
    pub(crate) fn text(&self) -> String {
        let fraction = self.fraction.as_ref().map(|f| format!(".{f}")).unwrap_or_default();
        format!("{}{fraction}", self.whole())
    }

    /// The same without its fraction.
    pub(crate) fn whole(&self) -> String {
        self.at.format("%Y-%m-%dT%H:%M:%S").to_string()
    }

    /// The instant in milliseconds since 1970 UTC, where the zone is known.
    pub(crate) fn utc_ms(&self) -> Option<i64> {
        let millis: String = self.fraction.iter().flat_map(|f| f.chars()).chain("000".chars()).take(3).collect();
        let shift_ms = offset_minutes(self.offset.as_deref()?)? * 60_000;
        Some(self.at.and_utc().timestamp_millis() + millis.parse::<i64>().ok()? - shift_ms)
    }
}

/// Reads `2023:07:09 20:36:33`, also with `-`, `/` or `T`, a fraction and a zone; some devices write a blank for a leading zero.
/// Anything else, and any date that is in no calendar, is none: a blank or half-filled date must not become a day.
pub(crate) fn local_time(text: &str) -> Option<LocalTime> {
    let text = text.trim_matches(|c: char| c == ' ' || c == '\0');
    let (date, rest) = (date(text.get(..10)?)?, text.get(10..)?);
    let rest = rest.strip_prefix([' ', 'T'])?;
    let at = date.and_time(time(rest.get(..8)?)?);
    let rest = rest.get(8..)?;
    // ISO 8601 has a comma before the fraction as well as a point; some programs write the point and no fraction.
    let (digits, zone) = match rest.strip_prefix(['.', ',']) {
        None => (None, rest),
        Some(rest) => {
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            (fraction(rest.get(..end)?), rest.get(end..)?)
        }
    };
    let offset = if zone.is_empty() { None } else { Some(offset(zone)?) };
    Some(LocalTime {
        at,
        fraction: digits,
        offset,
    })
}

/// The calendar time in UTC of seconds since 1970.
pub(crate) fn of_instant(seconds: i64) -> Option<LocalTime> {
    let at = chrono::DateTime::from_timestamp(seconds, 0)?.naive_utc();
    Some(LocalTime {
        at,
        fraction: None,
        offset: Some("+00:00".into()),
    })
}

/// The time on a camera's clock that counts seconds since 1970 without a zone; a clock at its beginning was never set.
pub(crate) fn of_clock(seconds: i64) -> Option<LocalTime> {
    let time = of_instant(seconds).filter(|_| seconds > 0)?;
    Some(LocalTime { offset: None, ..time })
}

/// A calendar date `YYYY:MM:DD`; years before photography are refused.
pub(crate) fn date(text: &str) -> Option<NaiveDate> {
    let mut parts = text.split([':', '-', '/']);
    let year = parts.next().filter(|p| p.len() == 4 && p.bytes().all(|b| b.is_ascii_digit()))?;
    let year = year.parse::<u32>().ok()?;
    let (month, day) = (two_digits(parts.next()?)?, two_digits(parts.next()?)?);
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    (parts.next().is_none() && year >= 1826).then_some(date)
}

/// A date whose parts are held apart by whatever the device writes there, NULs among it, or by nothing: `2023-07-09`.
pub(crate) fn loose_date(bytes: &[u8]) -> Option<NaiveDate> {
    let digits: Vec<&[u8]> = bytes.split(|b| !b.is_ascii_digit()).filter(|part| !part.is_empty()).take(4).collect();
    let joined = match *digits.as_slice() {
        [year, month, day] if (year.len(), month.len(), day.len()) == (4, 2, 2) => digits.concat(),
        [all] if all.len() == 8 => all.to_vec(),
        _ => return None,
    };
    let text = std::str::from_utf8(&joined).ok()?;
    date(&format!("{}:{}:{}", text.get(..4)?, text.get(4..6)?, text.get(6..)?))
}

/// `HH:MM:SS[.fff]` of a day from numbers that may carry fractions; none beyond the day.
pub(crate) fn time_of_day(hours: f64, minutes: f64, seconds: f64) -> Option<String> {
    let whole = |n: f64| (0.0..=60.0).contains(&n);
    if !whole(hours) || !whole(minutes) || !whole(seconds) {
        return None;
    }
    let nanos = ((hours * 3600.0 + minutes * 60.0 + seconds) * 1e9).round();
    // Seconds of a day leave 52 bits room for six decimals; what is beyond them is the noise of the fraction.
    let micros = (nanos / 1e3).round() as u64;
    let (of_day, fraction) = (micros / 1_000_000, micros % 1_000_000);
    let time = NaiveTime::from_num_seconds_from_midnight_opt(u32::try_from(of_day).ok()?, 0)?;
    let fraction = format!(".{fraction:06}");
    let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
    Some(format!("{}{fraction}", time.format("%H:%M:%S")))
}

fn time(text: &str) -> Option<NaiveTime> {
    let mut parts = text.split(':').map(two_digits);
    let time = NaiveTime::from_hms_opt(parts.next()??, parts.next()??, parts.next()??)?;
    parts.next().is_none().then_some(time)
}

/// A number of two digits, the first of which may be a blank.
fn two_digits(text: &str) -> Option<u32> {
    match text.as_bytes() {
        [b' ' | b'0'..=b'9', b'0'..=b'9'] => text.trim_start().parse().ok(),
        _ => None,
    }
}

/// Digits of a fraction of a second; what is finer than a nanosecond is left out.
pub(crate) fn fraction(text: &str) -> Option<String> {
    let text = text.trim_matches(|c: char| c == ' ' || c == '\0');
    let digits = !text.is_empty() && text.len() <= 20 && text.bytes().all(|b| b.is_ascii_digit());
    text.get(..text.len().min(9)).filter(|_| digits).map(str::to_owned)
}

/// A zone as `+08:00`, from `+08:00`, `+0800`, `+8:00`, `+08` and `Z`, also behind `GMT` or `UTC`; none beyond the zones that exist
/// (−12:00 to +14:00).
pub(crate) fn offset(text: &str) -> Option<String> {
    let text = text.trim_matches(|c: char| c == ' ' || c == '\0');
    let shift = text.strip_prefix("GMT").or_else(|| text.strip_prefix("UTC"));
    if text == "Z" || shift == Some("") {
        return Some("+00:00".into());
    }
    let text = shift.unwrap_or(text);
    let minutes = offset_minutes(text)?.abs();
    Some(format!("{}{:02}:{:02}", text.get(..1)?, minutes / 60, minutes % 60))
}

fn offset_minutes(text: &str) -> Option<i64> {
    let sign = match text.get(..1)? {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let rest = text.get(1..)?;
    let (hours, minutes) = match rest.split_once(':') {
        Some(parts) => parts,
        None if rest.len() == 4 => rest.split_at_checked(2)?,
        None => (rest, "00"),
    };
    let number = |p: &str, least: usize, most: usize| {
        let digits = (least..=most).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit());
        p.parse::<i64>().ok().filter(|_| digits)
    };
    let (hours, minutes) = (number(hours, 1, 2)?, number(minutes, 2, 2)?);
    let total = sign * (hours * 60 + minutes);
    (minutes < 60 && (-12 * 60..=14 * 60).contains(&total)).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cameras_write_is_read() {
        let time = local_time("2023:07:09 20:36:33").unwrap();
        assert_eq!(time.text(), "2023-07-09T20:36:33");
        assert_eq!(time.utc_ms(), None);
        let time = local_time("2013-07-05T03:18:27.054Z\0").unwrap();
        assert_eq!(
            (time.text().as_str(), time.offset.as_deref()),
            ("2013-07-05T03:18:27.054", Some("+00:00"))
        );
        for text in ["2022:07:22 21:26:32+08:00", "2022-07-22T21:26:32GMT+08:00"] {
            assert_eq!(local_time(text).unwrap().utc_ms(), Some(1_658_496_392_000), "{text}");
        }
    }

    #[test]
    fn zones_fractions_and_blanks_are_read_as_devices_write_them() {
        let read = |text: &str| local_time(text).map(|time| (time.text(), time.offset));
        let whole = "2021-05-06T09:08:07".to_owned();
        for zone in ["+0800", "+08", "+8:00", " +08:00", "GMT+8", "UTC+08:00"] {
            let text = format!("2021:05:06 09:08:07{zone}");
            assert_eq!(read(&text), Some((whole.clone(), Some("+08:00".into()))), "{text}");
        }
        assert_eq!(offset("-0530").unwrap(), "-05:30");
        assert_eq!((offset("UTC").unwrap(), offset("Z").unwrap()), ("+00:00".to_owned(), "+00:00".to_owned()));
        for none in [
            "",
            "08:00",
            "   :  ",
            "+",
            "+080",
            "+08:0",
            "+08:60",
            "+1500",
            "-12:30",
            "+08:00:00",
            "PM",
        ] {
            assert_eq!(offset(none), None, "{none}");
        }
        for text in ["2021: 5: 6  9: 8: 7", "2021:05:06 09:08:07."] {
            assert_eq!(read(text), Some((whole.clone(), None)), "{text}");
        }
        for half in ["2021:  : 6 09:08:07", "2021:5 :06 09:08:07", " 021:05:06 09:08:07"] {
            assert_eq!(read(half), None, "{half}");
        }
        assert_eq!(read("2021-05-06T09:08:07,25Z"), Some((format!("{whole}.25"), Some("+00:00".into()))));
        assert_eq!(fraction("123456789012").unwrap(), "123456789");
        assert_eq!((fraction("12.5"), fraction("")), (None, None));
    }

    #[test]
    fn gps_dates_and_times_are_read_as_devices_write_them() {
        for text in ["2023:07:09\0", "2023-07-09", "20230709", "2023\x0007\x0009"] {
            assert_eq!(loose_date(text.as_bytes()).unwrap().to_string(), "2023-07-09");
        }
        for text in ["", "2023:7:9", "2023:13:09", "2023:07:09:01", "0000:00:00"] {
            assert_eq!(loose_date(text.as_bytes()), None, "{text}");
        }
        assert_eq!(time_of_day(21.0, 15.0, 33.519).unwrap(), "21:15:33.519");
        assert_eq!(time_of_day(12.0, 36.0, 33.0).unwrap(), "12:36:33");
        assert_eq!(time_of_day(12.5, 0.0, 0.0).unwrap(), "12:30:00");
        assert_eq!(time_of_day(24.0, 0.0, 0.0), None);
        assert_eq!(time_of_day(-1.0, 0.0, 0.0), None);
    }

    #[test]
    fn no_day_is_made_of_blanks_and_impossible_dates() {
        for text in [
            "",
            "    :  :     :  :  ",
            "0000:00:00 00:00:00",
            "2014:10:08 05:10:88",
            "2023:02:29 10:00:00",
            "2023:13:01 10:00:00",
            "2023:07:09",
            "2023:07:09 20:36",
            "2023:07:09 20:36:33 PM",
            "2023:07:09 20:36:33+25:00",
            "+023:07:09 20:36:33",
            "二〇二三年七月",
        ] {
            assert_eq!(local_time(text), None, "{text}");
        }
    }
}
