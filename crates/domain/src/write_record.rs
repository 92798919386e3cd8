//! Writes the record of a visit from its state: the one moment at which state becomes evidence.

use crate::decide::{Refusal, ready_to_seal, ready_to_show};
use crate::operation::CoveredHead;
use crate::pack::{Choice, Pack};
use crate::record::{FromPaper, RecordItem, RecordPhoto, VisitRecord};
use crate::station::Station;
use crate::visit::Visit;
use crate::words::answer_in_words;

/// What the record needs besides the visit.
#[derive(Clone, Debug)]
pub struct RecordContext<'a> {
    /// Scope, 32 hex.
    pub scope: &'a str,
    /// County name.
    pub county: &'a str,
    /// The visit's station.
    pub station: &'a Station,
    /// The visit's checklist.
    pub pack: &'a Pack,
    /// Heads of the logs that the state contains.
    pub covers: Vec<CoveredHead>,
    /// Now, ms since 1970 UTC.
    pub now_ms: i64,
    /// Version of the application.
    pub app_version: &'a str,
}

/// Writes the record, or says why it cannot be written yet.
pub fn write_record(visit: &Visit, context: RecordContext<'_>) -> Result<VisitRecord, Refusal> {
    ready_to_seal(visit)?;
    show_record(visit, context)
}

/// The record as it would be written now, with the station's side as far as it is known: what the station sees before it signs.
pub fn show_record(visit: &Visit, context: RecordContext<'_>) -> Result<VisitRecord, Refusal> {
    ready_to_show(visit)?;
    let pack = context.pack;
    let method = |key: &String| {
        pack.methods.iter().find(|method| &method.key == key).cloned().unwrap_or_else(|| Choice {
            key: key.clone(),
            label: crate::pack::Text {
                zh: key.clone(),
                en: key.clone(),
            },
        })
    };
    let items = pack.items.iter().map(|item| {
        let version = visit.answer_version(&item.code);
        let answer = version.and_then(|version| version.answer.as_ref());
        RecordItem {
            code: item.code.clone(),
            question: item.question.clone(),
            answer: answer.cloned(),
            words: answer_in_words(item, answer),
            concerns: answer
                .map(|a| item.concerns.iter().filter_map(|c| c.raised_by(a)).cloned().collect())
                .unwrap_or_default(),
            from_paper: version.and_then(|version| {
                Some(FromPaper {
                    observed_at_ms: version.observed_at_ms?,
                    typed_at_ms: version.ts_ms,
                })
            }),
        }
    });
    let photos = (1..).zip(&visit.photos).map(|(number, photo)| RecordPhoto {
        number,
        photo: photo.attached.photo,
        original: photo.attached.original.clone(),
        thumbnail: photo.attached.thumbnail.clone(),
        name: photo.attached.name.clone(),
        mime: photo.attached.mime.clone(),
        meta: photo.attached.meta.clone(),
        distance_m: photo.attached.distance_m,
        items: photo.items.clone(),
        caption: photo.caption.clone(),
        withdrawn: photo.withdrawn.clone(),
        derived: photo.attached.derived.clone(),
        custody: photo.custody.clone(),
    });
    Ok(VisitRecord {
        format: "visit-record/1".into(),
        scope: context.scope.into(),
        county: context.county.into(),
        visit: visit.id,
        station: Station {
            phone: None,
            ..context.station.clone()
        },
        pack: visit.pack.clone(),
        title: pack.title.clone(),
        basis: pack.basis.clone(),
        signers: pack.signers,
        started_at_ms: visit.description.started_at_ms,
        ended_at_ms: visit.description.ended_at_ms.ok_or(Refusal::NoEnd)?,
        utc_offset_min: visit.description.utc_offset_min,
        methods: visit.description.methods.iter().map(method).collect(),
        situation: visit.description.situation.clone(),
        team: visit.description.team.clone(),
        seconded: visit.description.seconded.clone(),
        items: items.collect(),
        findings: visit.standing_findings().map(|f| f.finding.clone()).collect(),
        photos: photos.collect(),
        countersign: visit.countersign.clone(),
        hand_signed: visit.hand_signed.clone(),
        covers: context.covers,
        supersedes: visit.returned().map(|last| last.sealed.statement.sha256.clone()),
        written_at_ms: context.now_ms,
        app_version: context.app_version.into(),
    })
}
