//! `visit-record/1` (检查记录): what is sealed. Written once as canonical JSON; verification hashes these bytes and never derives them again.

use crate::answer::Answer;
use crate::custody::{Custody, Derived};
use crate::finding::Finding;
use crate::ids::{ItemCode, PhotoId, VisitId};
use crate::operation::{BlobRef, Countersign, CoveredHead, HandSigned, TeamMember};
use crate::pack::{Choice, PackRef, Text};
use crate::photo::PhotoMeta;
use crate::station::Station;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Predicate type of the statement over a record.
pub const PREDICATE_TYPE: &str = "urn:xunzhan:visit-record:1";

/// The sealed record of a visit. It repeats question texts so that it can be read without the pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct VisitRecord {
    /// `visit-record/1`.
    pub format: String,
    /// Scope, 32 hex.
    pub scope: String,
    /// County name.
    pub county: String,
    /// The visit.
    pub visit: VisitId,
    /// The station as known to the laptop.
    pub station: Station,
    /// Checklist version.
    pub pack: PackRef,
    /// Checklist title.
    pub title: Text,
    /// Basis of the inspection.
    pub basis: Text,
    /// Distinct persons whose signatures the pack asks for.
    pub signers: u32,
    /// Start, ms since 1970 UTC, as stated.
    pub started_at_ms: i64,
    /// End, ms since 1970 UTC, as stated.
    pub ended_at_ms: i64,
    /// Offset of local time from UTC in minutes.
    pub utc_offset_min: i32,
    /// Methods used.
    pub methods: Vec<Choice>,
    /// Overall situation found.
    pub situation: String,
    /// The team in order.
    pub team: Vec<TeamMember>,
    /// Seconded members without a key, who sign by hand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<TeamMember>>")]
    pub seconded: Vec<TeamMember>,
    /// Every item of the pack in order.
    pub items: Vec<RecordItem>,
    /// Standing findings in order.
    pub findings: Vec<Finding>,
    /// Standing photos in order; also withdrawn ones with their reason.
    pub photos: Vec<RecordPhoto>,
    /// The station's side. None only while the record is shown before the station signs; one that is read always has it.
    #[serde(deserialize_with = "given")]
    #[ts(as = "Countersign")]
    pub countersign: Option<Countersign>,
    /// Their signatures by hand, level L0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<HandSigned>>")]
    pub hand_signed: Vec<HandSigned>,
    /// Heads of the logs that this record contains.
    pub covers: Vec<CoveredHead>,
    /// Seal id of the returned record that this one mends and supersedes (补正); absent on a first record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub supersedes: Option<String>,
    /// When the record was written, ms since 1970 UTC, by the device.
    pub written_at_ms: i64,
    /// Version of the application that wrote it.
    pub app_version: String,
}

/// Members that only the closing of a record adds; everything else is its content.
const CLOSING: [&str; 5] = ["countersign", "hand_signed", "covers", "written_at_ms", "app_version"];

impl VisitRecord {
    /// What the station is shown before it signs: the record without its closing members. The digest of its canonical JSON stands in
    /// the countersignature as `shown`.
    pub fn content(&self) -> serde_json::Result<serde_json::Value> {
        let mut content = serde_json::to_value(self)?;
        if let Some(members) = content.as_object_mut() {
            members.retain(|name, _| !CLOSING.contains(&name.as_str()));
        }
        Ok(content)
    }
}

fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Countersign>, D::Error> {
    Countersign::deserialize(deserializer).map(Some)
}

/// An item with its answer as put and given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RecordItem {
    /// Code.
    pub code: ItemCode,
    /// Question.
    pub question: Text,
    /// The answer as data; none when the item was left blank.
    pub answer: Option<Answer>,
    /// The answer in words, as printed; a blank is ／.
    pub words: Text,
    /// Concerns that the answer raises, in words.
    pub concerns: Vec<Text>,
    /// 事后补录: the answer was typed in afterwards from a paper form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub from_paper: Option<FromPaper>,
}

/// The two times of an answer that was typed in afterwards from a paper form (事后补录).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct FromPaper {
    /// When it was written on the paper, ms since 1970 UTC, as stated.
    pub observed_at_ms: i64,
    /// When it was typed in, ms since 1970 UTC, by the device.
    pub typed_at_ms: i64,
}

/// A photo in the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RecordPhoto {
    /// Number in the annex, from 1.
    pub number: u32,
    /// Identity.
    pub photo: PhotoId,
    /// The original's bytes.
    pub original: BlobRef,
    /// The thumbnail's bytes, if any.
    pub thumbnail: Option<BlobRef>,
    /// File name.
    pub name: String,
    /// Media type.
    pub mime: String,
    /// What the file says.
    pub meta: PhotoMeta,
    /// Distance to the station's point in metres.
    pub distance_m: Option<i64>,
    /// Items that it shows.
    pub items: Vec<ItemCode>,
    /// Caption.
    pub caption: String,
    /// Reason of withdrawal, if withdrawn.
    pub withdrawn: Option<String>,
    /// Of which photo it is a copy with marks or blurred parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub derived: Option<Derived>,
    /// Who made it, how, and what it is to prove, where somebody said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub custody: Option<Custody>,
}
