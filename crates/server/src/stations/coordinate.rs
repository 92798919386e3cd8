//! Coordinates as people write them: decimal degrees, or degrees, minutes and seconds. Nothing is corrected silently.

/// Degrees × 10^7, or `None` where the text is no coordinate. A letter or word for the hemisphere may stand before or after.
pub fn degrees_e7(text: &str) -> Option<i64> {
    // Two single marks are also written for seconds.
    let mut text = half_width(text).replace("''", "\"").replace("′′", "″");
    let mut sign = 1.0;
    for (word, factor) in [
        ("东经", 1.0),
        ("北纬", 1.0),
        ("西经", -1.0),
        ("南纬", -1.0),
        ("E", 1.0),
        ("N", 1.0),
        ("W", -1.0),
        ("S", -1.0),
    ] {
        let rest = text
            .strip_prefix(word)
            .or_else(|| text.strip_suffix(word))
            .map(|rest| rest.trim().to_owned());
        if let Some(rest) = rest {
            (text, sign) = (rest, factor);
            break;
        }
    }
    let mut parts = Vec::new();
    let mut rest = text.as_str();
    for marks in [
        &['°', '度', 'º', '˚'][..],
        &['\'', '′', '’', '‘', '分'][..],
        &['"', '″', '”', '“', '秒'][..],
    ] {
        rest = rest.trim_start();
        let end = rest.find(marks);
        let part = match end {
            Some(end) => rest.get(..end)?,
            None => rest,
        };
        if part.trim().is_empty() {
            if end.is_some() {
                return None;
            }
            break;
        }
        parts.push(number(part.trim())?);
        rest = match end {
            Some(end) => rest.get(end..)?.strip_prefix(marks)?,
            None => "",
        };
    }
    if !rest.trim().is_empty() {
        return None;
    }
    let whole = |value: f64| value.fract() == 0.0;
    let value = match parts.as_slice() {
        [degrees] => *degrees,
        [degrees, minutes] if whole(*degrees) && (0.0..60.0).contains(minutes) => degrees + minutes / 60.0,
        [degrees, minutes, seconds] if whole(*degrees) && whole(*minutes) && (0.0..60.0).contains(minutes) && (0.0..60.0).contains(seconds) => {
            degrees + minutes / 60.0 + seconds / 3600.0
        }
        _ => return None,
    };
    let e7 = (value * sign * 1e7).round();
    (e7.abs() <= 1_800_000_000.0).then(|| format!("{e7:.0}").parse().ok()).flatten()
}

/// Plain digits with at most one point; no exponent, no blanks.
fn number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.chars().all(|c| c.is_ascii_digit() || c == '.') && digits.starts_with(|c: char| c.is_ascii_digit());
    if plain && text.len() <= 24 { text.parse().ok() } else { None }
}

/// Full-width digits and letters as an input method leaves them.
fn half_width(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c).saturating_sub(0xfee0)).unwrap_or(c),
        '\u{3000}' => ' ',
        other => other,
    };
    text.chars().map(narrow).collect::<String>().trim().to_ascii_uppercase()
}

/// Whether a longitude can lie in China.
pub fn is_longitude(e7: i64) -> bool {
    (730_000_000..=1_360_000_000).contains(&e7)
}

/// Whether a latitude can lie in China, the islands of the south included.
pub fn is_latitude(e7: i64) -> bool {
    (30_000_000..=540_000_000).contains(&e7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ways_in_which_a_coordinate_is_written() {
        for (text, wanted) in [
            ("116.3974", Some(1_163_974_000)),
            (" １１６．３９７４° ", Some(1_163_974_000)),
            ("39", Some(390_000_000)),
            ("-33.5", Some(-335_000_000)),
            ("116°23'50.64\"", Some(1_163_974_000)),
            ("东经116度23分50.64秒", Some(1_163_974_000)),
            ("116°23′50.64″E", Some(1_163_974_000)),
            ("E116° 23′ 50.64″", Some(1_163_974_000)),
            ("116°23'50.64''", Some(1_163_974_000)),
            ("116°23.844'", Some(1_163_974_000)),
            ("N 39.9", Some(399_000_000)),
            ("S39.9", Some(-399_000_000)),
            ("92.0631741", Some(920_631_741)),
            ("116.39740000000001", Some(1_163_974_000)),
            ("4432100.5", None),
            ("116°63'", None),
            ("116.5°23'", None),
            ("116,39", None),
            ("116.39,39.9", None),
            ("1e2", None),
            ("NaN", None),
            ("inf", None),
            ("°", None),
            ("", None),
            ("一百一十六", None),
            ("116°23'50\"60", None),
        ] {
            assert_eq!(degrees_e7(text), wanted, "{text}");
        }
    }
}
