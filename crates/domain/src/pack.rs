//! Rule packs (规则包): versioned checklists as data. A visit keeps the version that it was opened with.

use crate::answer::{Answer, FieldValue};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A text in both languages of the product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// Names one version of a pack by its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PackRef {
    /// Pack id, such as `C4`.
    pub id: String,
    /// Version, counting from 1.
    pub version: u32,
    /// SHA-256 of the pack file's bytes, hex.
    pub sha256: String,
}

/// A checklist with its items and sealing rule, read from `assets/rulepacks/*.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    /// Pack id, such as `C4`.
    pub id: String,
    /// Version, counting from 1.
    pub version: u32,
    /// Title of the checklist.
    pub title: Text,
    /// The basis (检查依据) that the record prints.
    pub basis: Text,
    /// Number of distinct persons whose signatures seal a visit; two by default.
    pub signers: u32,
    /// Distance in metres beyond which a photo is flagged, never refused (domain §13-8).
    pub far_from_station_m: u32,
    /// Inspection methods (检查方式) to choose from (R-chapter 5).
    pub methods: Vec<Choice>,
    /// The items in order.
    pub items: Vec<Item>,
}

/// One thing to check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Code, such as `C4-09`.
    pub code: String,
    /// Requirement id of the catalogue, such as `R-088`.
    pub requirement: String,
    /// Short name for the outline, at most eight Chinese characters.
    pub short: Text,
    /// The question as put to the inspector.
    pub question: Text,
    /// What to look at and how (查看要点); may be empty.
    pub hint: Text,
    /// What evidence is expected, in words; may be empty.
    pub evidence: Text,
    /// Number of photos expected with the item; fewer is shown as missing and never blocks.
    pub photos_expected: u32,
    /// Whether 不适用 may be chosen.
    pub may_be_not_applicable: bool,
    /// What to fill in.
    pub fields: Vec<Field>,
    /// When an answer deserves a closer look; suggests a finding, never makes one.
    pub concerns: Vec<Concern>,
}

/// One value to fill in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Key within the item: ASCII lower case.
    pub key: String,
    /// Label.
    pub label: Text,
    /// What can be entered.
    pub kind: FieldKind,
    /// Whether the item counts as answered without it.
    pub required: bool,
}

/// What a field takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum FieldKind {
    /// 是/否.
    YesNo,
    /// One of the options; digit keys 1–9 choose.
    Choice {
        /// The options in order.
        options: Vec<Choice>,
    },
    /// Any of the options.
    Choices {
        /// The options in order.
        options: Vec<Choice>,
    },
    /// A whole number.
    Integer {
        /// Unit shown behind the number.
        unit: Text,
        /// Smallest value taken.
        min: i64,
        /// Largest value taken.
        max: i64,
    },
    /// Money, entered in yuan, kept in fen.
    Money {
        /// Unit shown behind the amount, such as 元/月.
        unit: Text,
    },
    /// A calendar date.
    Date,
    /// Free text.
    Text {
        /// Whether the entry field has several lines.
        long: bool,
    },
    /// Villages served, with poverty marks.
    Villages,
    /// k of N units in order.
    Sample {
        /// Unit shown behind the numbers.
        unit: Text,
    },
}

/// An option.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Key: ASCII lower case.
    pub key: String,
    /// Label.
    pub label: Text,
}

/// A condition on an answer that deserves a closer look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "when", rename_all = "snake_case", deny_unknown_fields)]
pub enum Concern {
    /// A yes/no field says no.
    No {
        /// Field key.
        field: String,
        /// What to say.
        says: Text,
    },
    /// A choice field is one of the keys.
    Is {
        /// Field key.
        field: String,
        /// Option keys.
        keys: Vec<String>,
        /// What to say.
        says: Text,
    },
    /// A number (or money in fen) is below the limit.
    Below {
        /// Field key.
        field: String,
        /// Limit, exclusive.
        limit: i64,
        /// What to say.
        says: Text,
    },
    /// A sample has fewer units in order than were drawn.
    SampleShort {
        /// Field key.
        field: String,
        /// What to say.
        says: Text,
    },
}

impl Concern {
    /// The sentence of this concern if the answer raises it.
    pub fn raised_by(&self, answer: &Answer) -> Option<&Text> {
        let Answer::Answered { fields, .. } = answer else { return None };
        match self {
            Self::No { field, says } => matches!(fields.get(field), Some(FieldValue::YesNo(false))).then_some(says),
            Self::Is { field, keys, says } => match fields.get(field) {
                Some(FieldValue::Choice(key)) if keys.contains(key) => Some(says),
                Some(FieldValue::Choices(chosen)) if chosen.iter().any(|key| keys.contains(key)) => Some(says),
                _ => None,
            },
            Self::Below { field, limit, says } => match fields.get(field) {
                Some(FieldValue::Integer(n) | FieldValue::MoneyFen(n)) if n < limit => Some(says),
                _ => None,
            },
            Self::SampleShort { field, says } => match fields.get(field) {
                Some(FieldValue::Sample { passed, drawn }) if passed < drawn => Some(says),
                _ => None,
            },
        }
    }
}

/// Why a pack file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// Not the JSON shape of a pack.
    #[error("the rule pack is not readable: {0}")]
    Shape(#[from] serde_json::Error),
    /// A rule of the format is broken; the text names the item.
    #[error("the rule pack breaks a rule of the format: {0}")]
    Rule(String),
}

impl Pack {
    /// Reads and checks a pack file. Refused: duplicate codes or keys, concerns on unknown fields, no items, no signers.
    pub fn parse(bytes: &[u8]) -> Result<Self, PackError> {
        let pack: Self = serde_json::from_slice(bytes)?;
        pack.check()?;
        Ok(pack)
    }

    /// The item with the code.
    pub fn item(&self, code: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.code == code)
    }

    fn check(&self) -> Result<(), PackError> {
        let broken = |text: String| Err(PackError::Rule(text));
        if self.items.is_empty() || self.signers == 0 || self.version == 0 {
            return broken("a pack needs items, signers and a version".into());
        }
        let mut codes = std::collections::BTreeSet::new();
        for item in &self.items {
            if !codes.insert(&item.code) {
                return broken(format!("{} stands twice", item.code));
            }
            let mut keys = std::collections::BTreeSet::new();
            for field in &item.fields {
                if !field.key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') || !keys.insert(&field.key) {
                    return broken(format!("{}: field key {:?} is not usable or stands twice", item.code, field.key));
                }
            }
            for concern in &item.concerns {
                let (Concern::No { field, .. } | Concern::Is { field, .. } | Concern::Below { field, .. } | Concern::SampleShort { field, .. }) =
                    concern;
                if !keys.contains(field) {
                    return broken(format!("{}: a concern names the unknown field {field:?}", item.code));
                }
            }
        }
        Ok(())
    }
}

impl Item {
    /// Whether the answer can be taken for this item; the error says in English what does not fit (code for the screen: `answer_unfit`).
    pub fn fits(&self, answer: &Answer) -> Result<(), String> {
        match answer {
            Answer::NotChecked { reason } if reason.trim().is_empty() => Err("a reason is needed".into()),
            Answer::NotChecked { .. } => Ok(()),
            Answer::NotApplicable { .. } if self.may_be_not_applicable => Ok(()),
            Answer::NotApplicable { .. } => Err("this item always applies".into()),
            Answer::Answered { fields, .. } => {
                for (key, value) in fields {
                    let field = self
                        .fields
                        .iter()
                        .find(|f| &f.key == key)
                        .ok_or_else(|| format!("there is no field {key}"))?;
                    field.kind.takes(value).map_err(|why| format!("{key}: {why}"))?;
                }
                Ok(())
            }
        }
    }

    /// Whether every required field is filled, or the item is not applicable or not checked with a reason.
    pub fn is_complete(&self, answer: &Answer) -> bool {
        match answer {
            Answer::Answered { fields, .. } => self.fields.iter().all(|f| !f.required || fields.contains_key(&f.key)),
            _ => true,
        }
    }
}

impl FieldKind {
    /// Whether the value is of this kind and in range; the error says what does not fit.
    pub fn takes(&self, value: &FieldValue) -> Result<(), String> {
        let known = |options: &[Choice], key: &str| options.iter().any(|o| o.key == key);
        match (self, value) {
            (Self::YesNo, FieldValue::YesNo(_)) | (Self::Text { .. }, FieldValue::Text(_)) => Ok(()),
            (Self::Choice { options }, FieldValue::Choice(key)) if known(options, key) => Ok(()),
            (Self::Choices { options }, FieldValue::Choices(keys)) if keys.iter().all(|k| known(options, k)) => Ok(()),
            (Self::Integer { min, max, .. }, FieldValue::Integer(n)) if (min..=max).contains(&n) => Ok(()),
            (Self::Integer { min, max, .. }, FieldValue::Integer(_)) => Err(format!("must lie between {min} and {max}")),
            (Self::Money { .. }, FieldValue::MoneyFen(n)) if *n >= 0 => Ok(()),
            (Self::Date, FieldValue::Date(text)) if chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok() => Ok(()),
            (Self::Villages, FieldValue::Villages(list)) if list.iter().all(|v| !v.name.trim().is_empty()) => Ok(()),
            (Self::Sample { .. }, FieldValue::Sample { passed, drawn }) if 0 <= *passed && passed <= drawn => Ok(()),
            _ => Err("the value does not fit the field".into()),
        }
    }
}
