//! What an inspector answers to a checklist item.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// An answer to one checklist item. "Not checked" and "not applicable" are different things and neither counts as "no".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "how", rename_all = "snake_case", deny_unknown_fields)]
pub enum Answer {
    /// The item was looked at; `fields` holds the value of every field that was filled in, by field key.
    Answered {
        /// Value by field key of the item.
        fields: BTreeMap<String, FieldValue>,
        /// Free remark (备注), as typed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        note: Option<String>,
    },
    /// 不适用: the item has no object at this station.
    NotApplicable {
        /// Free remark (备注), as typed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        note: Option<String>,
    },
    /// 未查: the item could not be looked at; the reason is required.
    NotChecked {
        /// Why it was not checked, as typed; never empty.
        reason: String,
    },
}

/// The value of one field of an item; which variant fits is said by the pack's field type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "t", content = "v", rename_all = "snake_case")]
pub enum FieldValue {
    /// Yes or no (是/否).
    YesNo(bool),
    /// One option's key.
    Choice(String),
    /// Several options' keys, in the pack's order.
    Choices(Vec<String>),
    /// A whole number in the field's unit.
    Integer(i64),
    /// Money in fen (分).
    MoneyFen(i64),
    /// A calendar date, `YYYY-MM-DD`.
    Date(String),
    /// Free text exactly as typed.
    Text(String),
    /// Villages served by a station.
    Villages(Vec<ServedVillage>),
    /// A drawn sample: how many of how many units were in order.
    Sample {
        /// Units in order.
        passed: i64,
        /// Units drawn.
        drawn: i64,
    },
}

/// A village that a station serves (服务覆盖的村), with its poverty mark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ServedVillage {
    /// Name as typed.
    pub name: String,
    /// Whether it is registered as a (formerly) poor village (脱贫村).
    pub poor: bool,
}
