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
        format!("{}{fraction}", self.at.format("%Y-%m-%dT%H:%M:%S"))
    }

    /// The instant in milliseconds since 1970 UTC, where the zone is known.
    pub(crate) fn utc_ms(&self) -> Option<i64> {
        let millis: String = self.fraction.iter().flat_map(|f| f.chars()).chain("000".chars()).take(3).collect();
        let shift_ms = offset_minutes(self.offset.as_deref()?)? * 60_000;
        Some(self.at.and_utc().timestamp_millis() + millis.parse::<i64>().ok()? - shift_ms)
    }
}

/// Reads `2023:07:09 20:36:33`, also with `-`, `/` or `T`, a fraction and a zone. Anything else, and any date that is in no
/// calendar, is none: a blank or half-filled date must not become a day.
pub(crate) fn local_time(text: &str) -> Option<LocalTime> {
    let text = text.trim_matches(|c: char| c == ' ' || c == '\0');
    let (date, rest) = (date(text.get(..10)?)?, text.get(10..)?);
    let rest = rest.strip_prefix([' ', 'T'])?;
    let at = date.and_time(time(rest.get(..8)?)?);
    let rest = rest.get(8..)?;
    let (digits, zone) = match rest.strip_prefix('.') {
        None => (None, rest),
        Some(rest) => {
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            (Some(fraction(rest.get(..end)?)?), rest.get(end..)?)
        }
    };
    let offset = if zone.is_empty() { None } else { Some(offset(zone)?) };
    Some(LocalTime {
        at,
        fraction: digits,
        offset,
    })
}

/// A calendar date `YYYY:MM:DD`; years before photography are refused.
pub(crate) fn date(text: &str) -> Option<NaiveDate> {
    let mut parts = text.split([':', '-', '/']);
    let mut number = |digits: usize| {
        parts
            .next()
            .filter(|p| p.len() == digits && p.bytes().all(|b| b.is_ascii_digit()))?
            .parse::<u32>()
            .ok()
    };
    let (year, month, day) = (number(4)?, number(2)?, number(2)?);
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    (parts.next().is_none() && year >= 1826).then_some(date)
}

fn time(text: &str) -> Option<NaiveTime> {
    let mut parts = text.split(':').map(|p| {
        if p.len() == 2 && p.bytes().all(|b| b.is_ascii_digit()) {
            p.parse().ok()
        } else {
            None
        }
    });
    let time = NaiveTime::from_hms_opt(parts.next()??, parts.next()??, parts.next()??)?;
    parts.next().is_none().then_some(time)
}

/// Digits of a fraction of a second, at most nine.
pub(crate) fn fraction(text: &str) -> Option<String> {
    let text = text.trim_matches(|c: char| c == ' ' || c == '\0');
    (!text.is_empty() && text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.to_owned())
}

/// A zone `+08:00`, `-05:00`, `Z`; none beyond the zones that exist (−12:00 to +14:00).
pub(crate) fn offset(text: &str) -> Option<String> {
    let text = text.trim_matches(|c: char| c == ' ' || c == '\0');
    if text == "Z" {
        return Some("+00:00".into());
    }
    offset_minutes(text).map(|_| text.to_owned())
}

fn offset_minutes(text: &str) -> Option<i64> {
    let sign = match text.get(..1)? {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let number = |p: &str| {
        if p.len() == 2 && p.bytes().all(|b| b.is_ascii_digit()) {
            p.parse::<i64>().ok()
        } else {
            None
        }
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
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
        let time = local_time("2022:07:22 21:26:32+08:00").unwrap();
        assert_eq!(time.utc_ms(), Some(1_658_496_392_000));
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
