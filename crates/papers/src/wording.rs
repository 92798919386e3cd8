//! Dates, places and sizes in the words of a Chinese paper.

use chrono::{DateTime, FixedOffset, NaiveDate};
use domain::custody::{Alteration, Method};
use domain::photo::TimeGrade;
use domain::station::{Datum, Position};
use domain::words::BLANK;
use domain::{Severity, UnitRole};

/// The instant in local time; none when out of the calendar.
pub(crate) fn local(at_ms: i64, offset_min: i32) -> Option<DateTime<FixedOffset>> {
    let zone = FixedOffset::east_opt(offset_min.checked_mul(60)?)?;
    Some(DateTime::from_timestamp_millis(at_ms)?.with_timezone(&zone))
}

/// `2026年11月21日 09:05`, without leading zeros in the date (GB/T 9704).
pub(crate) fn moment(at_ms: i64, offset_min: i32) -> String {
    local(at_ms, offset_min).map_or_else(|| BLANK.into(), |t| t.format("%Y年%-m月%-d日 %H:%M").to_string())
}

/// `2026年11月21日`.
pub(crate) fn day(at_ms: i64, offset_min: i32) -> String {
    local(at_ms, offset_min).map_or_else(|| BLANK.into(), |t| t.format("%Y年%-m月%-d日").to_string())
}

/// From–to in one line; the day stands once when both fall on it.
pub(crate) fn span(from_ms: i64, to_ms: i64, offset_min: i32) -> String {
    let (from, to) = (local(from_ms, offset_min), local(to_ms, offset_min));
    let end = match (from, to) {
        (Some(from), Some(to)) if from.date_naive() == to.date_naive() => to.format("%H:%M").to_string(),
        _ => moment(to_ms, offset_min),
    };
    let zone = if offset_min == 480 {
        "北京时间".to_owned()
    } else {
        format!(
            "UTC{}{:02}:{:02}",
            if offset_min < 0 { '-' } else { '+' },
            offset_min.abs() / 60,
            offset_min.abs() % 60
        )
    };
    format!("{} 至 {end}（{zone}）", moment(from_ms, offset_min))
}

/// A deadline `YYYY-MM-DD` as the last day; none means that it was put right on the spot or needs no date.
pub(crate) fn deadline(date: Option<&str>) -> String {
    match date.map(|text| (text, NaiveDate::parse_from_str(text, "%Y-%m-%d"))) {
        Some((_, Ok(date))) => date.format("%Y年%-m月%-d日前（含当日）").to_string(),
        Some((text, Err(_))) => text.to_owned(),
        None => BLANK.into(),
    }
}

/// A position with every digit as sealed, and its datum.
pub(crate) fn position(p: Position) -> String {
    let (lat, lon) = (degrees(p.lat_e7, "北纬 ", "南纬 "), degrees(p.lon_e7, "东经 ", "西经 "));
    format!("{lat}，{lon}（{}）", datum(p))
}

/// The same in the narrow form of the annex.
pub(crate) fn position_short(p: Position) -> String {
    let (lat, lon) = (degrees(p.lat_e7, "N", "S"), degrees(p.lon_e7, "E", "W"));
    format!("{lat} {lon}（{}）", datum(p))
}

fn degrees(e7: i64, plus: &str, minus: &str) -> String {
    let side = if e7 < 0 { minus } else { plus };
    let e7 = e7.unsigned_abs();
    format!("{side}{}.{:07}°", e7 / 10_000_000, e7 % 10_000_000)
}

fn datum(p: Position) -> &'static str {
    match p.datum {
        Datum::Wgs84 => "WGS-84",
        Datum::Cgcs2000 => "CGCS2000",
        Datum::Gcj02 => "GCJ-02",
        Datum::Bd09 => "BD-09",
        Datum::Unknown => "基准未注明",
    }
}

/// `320 米`, `12.4 公里`.
pub(crate) fn distance(metres: i64) -> String {
    if metres < 1_000 {
        format!("{metres} 米")
    } else {
        format!("{}.{} 公里", metres / 1_000, metres % 1_000 / 100)
    }
}

/// `4.2 MB`, `87 KB`.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} 字节"),
        1_000..1_000_000 => format!("{} KB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// How a photo came about.
pub(crate) fn method(method: Method) -> &'static str {
    match method {
        Method::Camera => "现场拍摄",
        Method::Imported => "导入",
        Method::Scan => "扫描",
    }
}

/// What was done to a copy.
pub(crate) fn alterations(done: &[Alteration]) -> String {
    let word = |one: &Alteration| match one {
        Alteration::Marked => "标注",
        Alteration::Blurred => "打码",
    };
    done.iter().map(word).collect::<Vec<_>>().join("、")
}

/// How well a photo's time is known.
pub(crate) fn time_grade(grade: TimeGrade) -> &'static str {
    match grade {
        TimeGrade::Anchored => "两次联网之间",
        TimeGrade::Gps => "GPS 时间",
        TimeGrade::DeviceOnly => "仅设备时钟",
        TimeGrade::Contradictory => "互相矛盾",
        TimeGrade::None => "没有时间",
    }
}

/// Severity as printed.
pub(crate) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Minor => "一般",
        Severity::Major => "较重",
        Severity::Severe => "严重",
    }
}

/// A unit's part as printed.
pub(crate) fn unit_role(role: UnitRole) -> &'static str {
    match role {
        UnitRole::Lead => "牵头单位",
        UnitRole::Cooperating => "配合单位",
    }
}

/// 一, 二, … 十, 十一, … 九十九; beyond that Arabic numerals.
pub(crate) fn ordinal(n: usize) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |i: usize| DIGITS.get(i).copied().unwrap_or_default();
    match n {
        1..10 => digit(n).into(),
        10..20 => format!("十{}", digit(n - 10)),
        20..100 => format!("{}十{}", digit(n / 10), digit(n % 10)),
        _ => n.to_string(),
    }
}

/// Hex in groups of eight, four groups a line.
pub(crate) fn fingerprint(hex: &str) -> Vec<String> {
    let groups: Vec<String> = hex.chars().collect::<Vec<_>>().chunks(8).map(|g| g.iter().collect()).collect();
    groups.chunks(4).map(|line| line.join(" ")).collect()
}

/// Text, or ／ when there is none.
pub(crate) fn or_blank(text: &str) -> String {
    if text.trim().is_empty() { BLANK.into() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_within_a_day_names_the_day_once() {
        let start = 1_795_223_100_000; // 2026-11-21T01:05:00Z
        assert_eq!(span(start, start + 5_400_000, 480), "2026年11月21日 09:05 至 10:35（北京时间）");
        assert_eq!(
            span(start, start + 86_400_000, 360),
            "2026年11月21日 07:05 至 2026年11月22日 07:05（UTC+06:00）"
        );
    }

    #[test]
    fn positions_keep_every_digit_and_side() {
        let p = Position {
            lat_e7: -5,
            lon_e7: 924_756_712,
            datum: Datum::Wgs84,
        };
        assert_eq!(position(p), "南纬 0.0000005°，东经 92.4756712°（WGS-84）");
    }

    #[test]
    fn ordinals_and_deadlines() {
        let all: Vec<String> = [1, 10, 11, 20, 21, 99, 100].into_iter().map(ordinal).collect();
        assert_eq!(all, ["一", "十", "十一", "二十", "二十一", "九十九", "100"]);
        assert_eq!(deadline(Some("2026-12-05")), "2026年12月5日前（含当日）");
        assert_eq!(deadline(None), "／");
    }
}
