//! Working days (工作日): the official holidays and make-up working days of the years that are known (domain §13-10).
//!
//! A year's arrangement is announced in the November before it. Beyond the years known a date is counted by weekends alone, and said to be
//! provisional.

use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use ts_rs::TS;

/// No holiday lasts longer, so that a search for the next working day ends.
const LONGEST_REST: u64 = 30;

/// Holidays by year, as `assets/calendar/cn.json` has them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// Version of the data; a date that was worked out from it names it.
    pub version: String,
    /// Whose data it is.
    pub source: String,
    years: BTreeMap<i32, Year>,
}

/// Days as `MM-DD`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Year {
    /// Days off that are no Saturdays and Sundays.
    off: BTreeSet<String>,
    /// Saturdays and Sundays on which people work.
    work: BTreeSet<String>,
}

/// A day as the calendar knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WorkingDay {
    /// The day, `YYYY-MM-DD`.
    pub day: String,
    /// Whether people work on it.
    pub works: bool,
    /// The first working day from it on: where a term ends whose last day is this one (civil code, article 203).
    pub next: String,
    /// Whether the arrangement of a year that this needs is not known yet.
    pub provisional: bool,
    /// Version of the calendar.
    pub version: String,
}

static KNOWN: LazyLock<Calendar> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../assets/calendar/cn.json")).unwrap_or(Calendar {
        version: String::new(),
        source: String::new(),
        years: BTreeMap::new(),
    })
});

impl Calendar {
    /// The calendar that the program brings.
    pub fn known() -> &'static Self {
        &KNOWN
    }

    /// The last day whose year's arrangement is known; none where no year is.
    pub fn known_until(&self) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(*self.years.last_key_value()?.0, 12, 31)
    }

    /// Whether people work on a day; weekends alone tell it where the year's arrangement is not known.
    pub fn works(&self, day: NaiveDate) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        let short = day.format("%m-%d").to_string();
        match self.years.get(&day.year()) {
            Some(year) if weekend => year.work.contains(&short),
            Some(year) => !year.off.contains(&short),
            None => !weekend,
        }
    }

    fn is_known(&self, day: NaiveDate) -> bool {
        self.years.contains_key(&day.year())
    }

    /// The first working day from a day on.
    fn next(&self, day: NaiveDate) -> NaiveDate {
        let from = (0..=LONGEST_REST).filter_map(|later| day.checked_add_days(Days::new(later)));
        from.into_iter().find(|day| self.works(*day)).unwrap_or(day)
    }

    /// What is known of a day, `YYYY-MM-DD`; none when it is no date.
    pub fn day(&self, text: &str) -> Option<WorkingDay> {
        let day: NaiveDate = text.parse().ok()?;
        let next = self.next(day);
        Some(WorkingDay {
            day: day.to_string(),
            works: next == day,
            next: next.to_string(),
            provisional: !(self.is_known(day) && self.is_known(next)),
            version: self.version.clone(),
        })
    }

    /// The n-th working day after a day, which does not count itself (civil code, article 201), and whether that is provisional.
    pub fn after(&self, start: NaiveDate, working_days: u32) -> (NaiveDate, bool) {
        let mut day = start;
        for _ in 0..working_days {
            day = self.next(day.checked_add_days(Days::new(1)).unwrap_or(day));
        }
        (day, !self.is_known(day))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_fifth_working_day_is_counted_over_holidays_and_make_up_days() {
        let calendar = Calendar::known();
        for (start, fifth) in [
            ("2026-09-28", "2026-10-10"),
            ("2026-09-24", "2026-10-09"),
            ("2026-02-11", "2026-02-25"),
            ("2026-04-30", "2026-05-11"),
        ] {
            assert_eq!(calendar.after(date(start), 5), (date(fifth), false), "{start}");
        }
        assert_eq!(calendar.after(date("2027-03-01"), 5), (date("2027-03-08"), true));
    }

    #[test]
    fn every_day_of_the_years_known_is_as_the_vectors_have_it() {
        let table = std::fs::read_to_string(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../shared/vectors/cn-holidays/workdays_2019_2026.tsv"
        ));
        let mut compared = 0;
        for line in table.unwrap().lines().skip(1) {
            let (day, works) = line.split_once('\t').unwrap();
            let day = date(day);
            if Calendar::known().is_known(day) {
                assert_eq!(Calendar::known().works(day), works == "1", "{day}");
                compared += 1;
            }
        }
        assert_eq!(compared, 730);
    }

    #[test]
    fn a_term_that_ends_on_a_day_off_ends_on_the_next_working_day() {
        let known = Calendar::known().day("2026-10-01").unwrap();
        assert_eq!((known.works, known.next.as_str(), known.provisional), (false, "2026-10-08", false));
        let saturday = Calendar::known().day("2026-10-10").unwrap();
        assert!(saturday.works, "a Saturday on which people work");
        let later = Calendar::known().day("2027-01-02").unwrap();
        assert_eq!((later.next.as_str(), later.provisional), ("2027-01-04", true));
        assert!(Calendar::known().day("2026-12-31").unwrap().works);
        assert_eq!(Calendar::known().day("2026-02-30"), None);
        assert!(Calendar::known().day("31.12.2026").is_none());
    }
}
