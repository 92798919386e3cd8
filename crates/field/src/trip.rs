//! The trip check (出发检查): whether everything that a day without network needs is on this laptop. Only what the laptop can know is
//! said; what it cannot know is left out.

use std::collections::BTreeSet;

use chrono::{Local, Offset, TimeDelta};
use contract::field::{TripCheck, TripCheckArgs, TripLine, TripState};
use contract::shared::KeyStanding;
use domain::calendar::Calendar;
use seal::cert::Certificate;
use seal::keys::{PublicKey, Signer};

use crate::core::{Core, Open};
use crate::error::Result;
use crate::os::{files, power};
use crate::reserve::WHOLE_BYTES;
use crate::store::{Meta, TownshipRow, now_ms};
use crate::vault::RESERVE_BYTES;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// Lists older than this are worth a synchronisation before leaving.
const LISTS_OLD_MS: i64 = 7 * DAY_MS;
/// A certificate that ends so soon is worth a word.
const EXPIRES_SOON_MS: i64 = 30 * DAY_MS;
/// Room for a day's photos, beside what imports leave free.
const DAY_BYTES: u64 = 2 << 30;
/// As in `trust-and-sync`: a clock off by more is flagged.
const CLOCK_OFF_MS: i64 = 5 * 60 * 1_000;
/// The longest deadline that is proposed for a finding, days.
const COUNTED_DAYS: i64 = 30;
const BATTERY_LOW: u8 = 80;
/// Photos of last visits that are counted one by one.
const MOST_COUNTED: u32 = 100_000;
const CHINA_OFFSET_S: i32 = 8 * 60 * 60;

struct Lines(Vec<TripLine>);

impl Lines {
    fn say(&mut self, check: &str, state: TripState, params: &[(&str, String)]) {
        self.0.push(TripLine {
            check: check.into(),
            state,
            params: params.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect(),
        });
    }

    fn when(&mut self, check: &str, good: bool, otherwise: TripState, params: &[(&str, String)]) {
        self.say(check, if good { TripState::Good } else { otherwise }, params);
    }
}

impl Core {
    pub(crate) fn trip_check(&self, args: &TripCheckArgs) -> Result<TripCheck> {
        let (open, _) = self.unlocked()?;
        let all = open.store.townships()?;
        let chosen: BTreeSet<&String> = args.townships.iter().collect();
        let planned: Vec<&TownshipRow> = all.iter().filter(|row| chosen.is_empty() || chosen.contains(&row.township)).collect();
        let mut lines = Lines(Vec::new());
        self.packs_line(&open, &mut lines);
        lists_lines(&open, &planned, &mut lines)?;
        self.certificate_lines(&open, &mut lines);
        clock_lines(&open, &mut lines)?;
        calendar_line(&mut lines);
        self.disk_line(&mut lines);
        if let Some(battery) = power::battery() {
            let good = battery.charging || battery.percent >= BATTERY_LOW;
            lines.when("battery", good, TripState::Care, &[("percent", battery.percent.to_string())]);
        }
        let uncopied = open.store.uncopied()?;
        lines.when("alone", uncopied.visits == 0, TripState::Care, &[("visits", uncopied.visits.to_string())]);
        Ok(TripCheck {
            ready: lines.0.iter().all(|line| line.state != TripState::Missing),
            townships: all.into_iter().map(|row| row.township).collect(),
            lines: lines.0,
        })
    }

    fn packs_line(&self, open: &Open, lines: &mut Lines) {
        let missing: Vec<&str> = open
            .card
            .packs
            .iter()
            .filter(|pack| self.packs.by_digest(&pack.sha256.to_hex()).is_none())
            .map(|pack| pack.id.as_str())
            .collect();
        let params = [("n", open.card.packs.len().to_string()), ("missing", missing.join("、"))];
        lines.when("packs", missing.is_empty(), TripState::Missing, &params);
    }

    fn certificate_lines(&self, open: &Open, lines: &mut Lines) {
        let device = self.keys().as_ref().map(|keys| keys.device_name.clone()).unwrap_or_default();
        certificate_line(open, "device", &device, open.author.key.public(), lines);
        let people: Vec<_> = self.keys().iter().flat_map(|keys| keys.persons.clone()).collect();
        if people.len() < 2 {
            lines.say("people", TripState::Missing, &[("n", people.len().to_string())]);
        }
        for slot in people {
            certificate_line(open, "person", &slot.name, &slot.key, lines);
        }
    }

    fn disk_line(&self, lines: &mut Lines) {
        let Ok(available) = files::available(&self.dir) else { return };
        let free = available.saturating_sub(RESERVE_BYTES);
        let params = [("free", free.to_string()), ("needed", DAY_BYTES.to_string())];
        lines.when("disk", free >= DAY_BYTES, TripState::Missing, &params);
        if self.reserve.held_bytes() < WHOLE_BYTES {
            lines.say("reserve", TripState::Care, &[]);
        }
    }
}

fn lists_lines(open: &Open, planned: &[&TownshipRow], lines: &mut Lines) -> Result<()> {
    let sum = |of: fn(&TownshipRow) -> u64| planned.iter().map(|row| of(row)).sum::<u64>();
    let stations = sum(|row| row.stations);
    lines.when("stations", stations > 0, TripState::Missing, &[("n", stations.to_string())]);
    let unplaced = sum(|row| row.stations_without_position);
    if unplaced > 0 {
        lines.say("positions", TripState::Care, &[("n", unplaced.to_string())]);
    }
    let last = open.store.meta(Meta::LastSync)?.and_then(|ms| ms.parse::<i64>().ok());
    let days = last.map(|ms| now_ms().saturating_sub(ms) / DAY_MS);
    match (last, days) {
        (Some(ms), Some(days)) => {
            let fresh = now_ms().saturating_sub(ms) <= LISTS_OLD_MS;
            lines.when("lists", fresh, TripState::Care, &[("days", days.to_string())]);
        }
        _ => lines.say("lists_never", TripState::Care, &[]),
    }
    let params = [
        ("visits", sum(|row| row.visits).to_string()),
        ("findings", sum(|row| row.findings).to_string()),
        ("photos", sum(|row| row.photos).to_string()),
        ("shown", sum(|row| row.photos_shown).to_string()),
    ];
    lines.say("history", TripState::Good, &params);
    let named: Vec<&str> = planned.iter().map(|row| row.township.as_str()).collect();
    let lacking = open.store.last_thumbs_to_fetch(&named, MOST_COUNTED)?.len();
    if lacking > 0 {
        lines.say("last_photos", TripState::Care, &[("n", lacking.to_string())]);
    }
    Ok(())
}

/// Whether deadlines that are set these days can be counted in working days.
fn calendar_line(lines: &mut Lines) {
    let Some(until) = Calendar::known().known_until() else { return };
    let enough = Local::now().date_naive() + TimeDelta::days(COUNTED_DAYS) <= until;
    lines.when("calendar", enough, TripState::Care, &[("until", until.to_string())]);
}

/// The certificate of a key that holds longest, as the county's authority issued it.
fn certificate_line(open: &Open, check: &str, name: &str, key: &PublicKey, lines: &mut Lines) {
    if open.standing(key) != KeyStanding::Certified {
        lines.say(&format!("{check}_pending"), TripState::Care, &[("name", name.to_owned())]);
        return;
    }
    let texts = open.store.certificates(&key.kid().to_string()).unwrap_or_default();
    let parsed = texts.iter().filter_map(|text| Certificate::parse(&seal::base64_decode(text).ok()?).ok());
    let Some(ends_ms) = parsed.map(|certificate| certificate.not_after_ms()).max() else {
        return;
    };
    let left = ends_ms.saturating_sub(now_ms());
    let state = match left {
        ..=0 => TripState::Missing,
        1..=EXPIRES_SOON_MS => TripState::Care,
        _ => TripState::Good,
    };
    lines.say(check, state, &[("name", name.to_owned()), ("ends_ms", ends_ms.to_string())]);
}

fn clock_lines(open: &Open, lines: &mut Lines) -> Result<()> {
    let off = open.store.meta(Meta::ClockOff)?.and_then(|ms| ms.parse::<i64>().ok());
    match off {
        Some(off) => {
            let minutes = off.saturating_abs() / 60_000;
            let word = if off > 0 { "slow" } else { "fast" };
            let check = if off.saturating_abs() <= CLOCK_OFF_MS { "clock" } else { word };
            lines.when(check, check == "clock", TripState::Missing, &[("minutes", minutes.to_string())]);
        }
        None => lines.say("clock_unknown", TripState::Care, &[]),
    }
    let zone = Local::now().offset().fix().local_minus_utc();
    let hours = format!("{}{}:{:02}", if zone < 0 { "-" } else { "+" }, zone.abs() / 3600, zone.abs() / 60 % 60);
    lines.when("zone", zone == CHINA_OFFSET_S, TripState::Missing, &[("zone", hours)]);
    Ok(())
}
