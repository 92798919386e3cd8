//! Answers in words, as the record prints them and screens show them.

use crate::answer::{Answer, FieldValue};
use crate::pack::{Choice, Field, FieldKind, Item, Text};

/// What stands where nothing was filled in (domain §13-12).
pub const BLANK: &str = "／";

/// The answer in both languages; a blank item is ／.
pub fn answer_in_words(item: &Item, answer: Option<&Answer>) -> Text {
    let both = |zh: String, en: String| Text { zh, en };
    match answer {
        None => both(BLANK.into(), BLANK.into()),
        Some(Answer::NotChecked { reason }) => both(format!("未查，原因：{reason}"), format!("Not checked, because: {reason}")),
        Some(Answer::NotApplicable { note }) => with_note(both("不适用".into(), "Not applicable".into()), note.as_deref()),
        Some(Answer::Answered { fields, note }) => {
            let single = item.fields.len() == 1;
            let mut zh = Vec::new();
            let mut en = Vec::new();
            for field in &item.fields {
                let Some(value) = fields.get(&field.key) else { continue };
                let words = value_in_words(field, value);
                if single {
                    zh.push(words.zh);
                    en.push(words.en);
                } else {
                    zh.push(format!("{}：{}", field.label.zh, words.zh));
                    en.push(format!("{}: {}", field.label.en, words.en));
                }
            }
            let or_blank = |parts: Vec<String>, between: &str| if parts.is_empty() { BLANK.to_owned() } else { parts.join(between) };
            with_note(both(or_blank(zh, "；"), or_blank(en, "; ")), note.as_deref())
        }
    }
}

fn with_note(mut words: Text, note: Option<&str>) -> Text {
    if let Some(note) = note.filter(|note| !note.trim().is_empty()) {
        words.zh.push_str(&format!("（备注：{note}）"));
        words.en.push_str(&format!(" (note: {note})"));
    }
    words
}

/// One field's value in words.
pub fn value_in_words(field: &Field, value: &FieldValue) -> Text {
    let same = |text: String| Text { zh: text.clone(), en: text };
    match (value, &field.kind) {
        (FieldValue::YesNo(true), _) => Text {
            zh: "是".into(),
            en: "Yes".into(),
        },
        (FieldValue::YesNo(false), _) => Text {
            zh: "否".into(),
            en: "No".into(),
        },
        (FieldValue::Choice(key), FieldKind::Choice { options } | FieldKind::Choices { options }) => label(options, key),
        (FieldValue::Choices(keys), FieldKind::Choice { options } | FieldKind::Choices { options }) => {
            let labels: Vec<Text> = keys.iter().map(|key| label(options, key)).collect();
            let list = |pick: fn(&Text) -> &str, between: &str| labels.iter().map(pick).collect::<Vec<_>>().join(between);
            Text {
                zh: list(|t| &t.zh, "、"),
                en: list(|t| &t.en, ", "),
            }
        }
        (FieldValue::Integer(n), FieldKind::Integer { unit, .. }) => Text {
            zh: format!("{n} {}", unit.zh),
            en: format!("{n} {}", unit.en),
        },
        (FieldValue::MoneyFen(fen), FieldKind::Money { unit }) => {
            let yuan = yuan(*fen);
            Text {
                zh: format!("{yuan} {}", unit.zh),
                en: format!("{yuan} {}", unit.en),
            }
        }
        (FieldValue::Villages(list), _) => {
            let names = |mark: &str, between: &str| {
                list.iter()
                    .map(|v| if v.poor { format!("{}{mark}", v.name) } else { v.name.clone() })
                    .collect::<Vec<_>>()
                    .join(between)
            };
            Text {
                zh: format!("{} 个村：{}", list.len(), names("（脱贫村）", "、")),
                en: format!("{} villages: {}", list.len(), names(" (poor)", ", ")),
            }
        }
        (FieldValue::Sample { passed, drawn }, FieldKind::Sample { unit }) => Text {
            zh: format!("抽 {drawn} {}，相符 {passed}", unit.zh),
            en: format!("{passed} of {drawn} {} in order", unit.en),
        },
        (FieldValue::Date(text) | FieldValue::Text(text) | FieldValue::Choice(text), _) => same(text.clone()),
        (FieldValue::Integer(n) | FieldValue::MoneyFen(n), _) => same(n.to_string()),
        (FieldValue::Choices(keys), _) => same(keys.join("、")),
        (FieldValue::Sample { passed, drawn }, _) => same(format!("{passed}/{drawn}")),
    }
}

fn label(options: &[Choice], key: &str) -> Text {
    options.iter().find(|option| option.key == key).map_or_else(
        || Text {
            zh: key.to_owned(),
            en: key.to_owned(),
        },
        |option| option.label.clone(),
    )
}

/// Fen as yuan with thousands separators; decimals only where there are any.
pub fn yuan(fen: i64) -> String {
    let (sign, fen) = if fen < 0 { ("-", fen.unsigned_abs()) } else { ("", fen.unsigned_abs()) };
    let digits = (fen / 100).to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    match fen % 100 {
        0 => format!("{sign}{grouped}"),
        rest => format!("{sign}{grouped}.{rest:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_groups_thousands_and_keeps_fen() {
        assert_eq!(yuan(186_000), "1,860");
        assert_eq!(yuan(100_000_005), "1,000,000.05");
        assert_eq!(yuan(-1), "-0.01");
        assert_eq!(yuan(i64::MIN), "-92,233,720,368,547,758.08");
    }
}
