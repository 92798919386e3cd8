//! What a mended visit says otherwise than the record that was returned: the comparison that the reviewer reads.

use crate::answer::Answer;
use crate::finding::Finding;
use crate::ids::{FindingId, ItemCode, PhotoId};
use crate::operation::VisitDescription;
use crate::pack::{Pack, Text};
use crate::visit::{Content, VisitPhoto};
use crate::words::answer_in_words;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What changed from one content of a visit to a later one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Comparison {
    /// Items whose answers differ, in the checklist's order.
    pub answers: Vec<AnswerChange>,
    /// Photos that were added.
    pub photos_added: Vec<PhotoId>,
    /// Photos that were withdrawn.
    pub photos_withdrawn: Vec<PhotoId>,
    /// Photos whose caption, items or custody differ.
    pub photos_changed: Vec<PhotoId>,
    /// Findings that were added, changed or withdrawn.
    pub findings: Vec<FindingChange>,
    /// Situation, team, times or methods differ: the two as they were stated.
    pub description: Option<DescriptionChange>,
}

/// An answer, before and after, in words as printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AnswerChange {
    /// Which item.
    pub item: ItemCode,
    /// Before.
    pub from: Text,
    /// After.
    pub to: Text,
}

/// What became of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// 新增.
    Added,
    /// 修改.
    Changed,
    /// 撤回.
    Withdrawn,
}

/// A finding, before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FindingChange {
    /// What became of it.
    pub change: Change,
    /// Before; none when it is new.
    pub from: Option<Finding>,
    /// After; none when it was withdrawn.
    pub to: Option<Finding>,
}

/// What the visit is about and when, before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DescriptionChange {
    /// Before.
    pub from: VisitDescription,
    /// After.
    pub to: VisitDescription,
}

impl Comparison {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn answer<'a>(content: &'a Content, item: &str) -> Option<&'a Answer> {
    match content.answers.get(item).map(Vec::as_slice) {
        Some([only]) => only.answer.as_ref(),
        _ => None,
    }
}

/// Compares two contents of a visit.
pub fn compare(pack: &Pack, before: &Content, after: &Content) -> Comparison {
    let answers = pack.items.iter().filter_map(|item| {
        let (from, to) = (answer(before, &item.code), answer(after, &item.code));
        (from != to).then(|| AnswerChange {
            item: item.code.clone(),
            from: answer_in_words(item, from),
            to: answer_in_words(item, to),
        })
    });
    let photo = |content: &'_ Content, id: PhotoId| content.photos.iter().find(|known| known.attached.photo == id).cloned();
    let photos = |test: &dyn Fn(Option<&VisitPhoto>, &VisitPhoto) -> bool| {
        let fits = |now: &&VisitPhoto| test(photo(before, now.attached.photo).as_ref(), now);
        after.photos.iter().filter(fits).map(|now| now.attached.photo).collect()
    };
    Comparison {
        answers: answers.collect(),
        photos_added: photos(&|was, now| was.is_none() && now.withdrawn.is_none()),
        photos_withdrawn: photos(&|was, now| was.is_some_and(|was| was.withdrawn.is_none()) && now.withdrawn.is_some()),
        photos_changed: photos(&|was, now| {
            now.withdrawn.is_none() && was.is_some_and(|was| (&was.caption, &was.items, &was.custody) != (&now.caption, &now.items, &now.custody))
        }),
        findings: findings(before, after),
        description: (before.description != after.description).then(|| DescriptionChange {
            from: before.description.clone(),
            to: after.description.clone(),
        }),
    }
}

fn findings(before: &Content, after: &Content) -> Vec<FindingChange> {
    let standing = |content: &Content, id: FindingId| {
        let known = content.findings.iter().find(|known| known.finding.id == id && known.withdrawn.is_none());
        known.map(|known| known.finding.clone())
    };
    let changes = after.findings.iter().filter_map(|known| {
        let (from, to) = (standing(before, known.finding.id), standing(after, known.finding.id));
        let change = match (&from, &to) {
            (None, Some(_)) => Change::Added,
            (Some(_), None) => Change::Withdrawn,
            (Some(from), Some(to)) if from != to => Change::Changed,
            _ => return None,
        };
        Some(FindingChange { change, from, to })
    });
    changes.collect()
}
