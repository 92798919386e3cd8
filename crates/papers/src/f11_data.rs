//! The data of F11 as its template reads it: every text ready to print, nothing left to decide but layout.

use crate::f11::{RecordInput, SignatureShown, SignatureStanding};
use crate::fonts::characters_without_glyph;
use crate::{hand_paper, wording as w};
use domain::operation::{Countersign, TeamMember};
use domain::record::{RecordItem, RecordPhoto, VisitRecord};
use domain::words::BLANK;
use domain::{Answer, Finding, PersonId, PhotoId};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const LEVELS: &str = "签字等级：L0 为现场手写笔迹，记下签字人在场并看过本记录；L1 为个人密钥签名，签名后内容有任何改动都能查出。\
L0、L1 不等同于法律所称的可靠电子签名；需要时，请在纸质件上签字盖章。";
const UNPLACED: &str = "站点无登记坐标";
const VERIFY: &str = "封存后，封存码所指的内容不再改动。任何人都可以用核验程序 xunzhan-verify 和上面的签发机构指纹，离线核对本记录和照片原件。";
const PRIVACY: &str = "本记录含姓名和位置，只用于本项目的监督检查，按规定保管。表中“／”表示未填写或没有。";
const STRANGE: &str = "带〔U+〕的字，本机字库没有字形，印出的是字的编码，以封存的记录为准。";

/// The template's data; `printed` names the picture file of each photo that has one.
pub(crate) fn data(input: &RecordInput<'_>, printed: &BTreeMap<PhotoId, String>, drawn: &BTreeMap<PersonId, String>, strokes: bool) -> Value {
    let record = input.record;
    let offset = record.utc_offset_min;
    let number_of: BTreeMap<PhotoId, u32> = record.photos.iter().map(|p| (p.photo, p.number)).collect();
    let holding = input.signatures.iter().filter(|s| s.standing != SignatureStanding::Broken).count();
    let missing = usize::try_from(record.signers).unwrap_or(0).saturating_sub(holding);
    let waiting: Vec<String> = match input.seal {
        None => record.team.iter().map(|m| format!("{}（{}）　待签", m.name, m.org)).collect(),
        Some(_) => std::iter::repeat_n("待签名：还需要一名检查人员用个人密钥签名".to_owned(), missing).collect(),
    };
    let mut data = json!({
        "blank": BLANK,
        "title": record.title.zh,
        "county": record.county,
        "day": w::day(record.started_at_ms, offset),
        "number": record.visit.to_string(),
        "pack": format!("{} 第 {} 版", record.pack.id, record.pack.version),
        "copy": input.copy,
        "station": {
            "name": if record.station.proposed { format!("{}（未核准）", record.station.name) } else { record.station.name.clone() },
            "township": record.station.township,
            "village": record.station.village,
            "address": w::or_blank(&record.station.address),
            "manager": w::or_blank(&record.station.manager),
            "position": record.station.position.map_or_else(|| UNPLACED.into(), |p| format!("登记位置：{}", w::position(p))),
        },
        "time": w::span(record.started_at_ms, record.ended_at_ms, offset),
        "place": photo_places(record),
        "team": record.team.iter().enumerate().map(|(i, m)| json!({"name": m.name, "org": m.org, "lead": i == 0})).collect::<Vec<_>>(),
        "basis": w::or_blank(&record.basis.zh),
        "methods": w::or_blank(&record.methods.iter().map(|m| m.label.zh.as_str()).collect::<Vec<_>>().join("、")),
        "counts": counts(&record.items),
        "items": record.items.iter().map(|item| item_data(item, record)).collect::<Vec<_>>(),
        "situation": w::or_blank(&record.situation),
        "findings": record.findings.iter().enumerate().map(|(i, f)| finding_data(i + 1, f, &number_of)).collect::<Vec<_>>(),
        "found": found(&record.findings),
        "countersign": countersign_data(record.countersign.as_ref(), offset, &number_of),
        "signatures": input.signatures.iter().map(|s| signature_data(s, offset)).collect::<Vec<_>>(),
        "waiting": waiting,
        "seconded": record.seconded.iter().map(|member| hand_data(member, record, drawn, offset)).collect::<Vec<_>>(),
        "levels": LEVELS,
        "seal": input.seal.map(|seal| json!({
            "id": w::fingerprint(seal.id),
            "short": seal.id.chars().take(16).collect::<String>(),
            "at": w::moment(seal.at_ms, offset),
        })),
        "supersedes": record.supersedes.as_deref().map(w::fingerprint),
        "qr": input.seal.is_some(),
        "authority": {"name": w::or_blank(input.authority_name), "root": w::fingerprint(input.authority_sha256)},
        "verify": VERIFY,
        "privacy": PRIVACY,
        "strange-note": STRANGE,
        "papers": hand_paper::data(input, printed),
        "photos": record.photos.iter().map(|p| photo_data(p, record, printed, offset)).collect::<Vec<_>>(),
    });
    let strange = only_printable(&mut data);
    if let Some(object) = data.as_object_mut() {
        object.insert("strange".into(), strange.into());
        if let Some(countersign) = object.get_mut("countersign").and_then(Value::as_object_mut) {
            countersign.insert("strokes".into(), strokes.into());
        }
    }
    data
}

/// Replaces what no font can print by its code; whether there was any.
pub(crate) fn only_printable(data: &mut Value) -> bool {
    let mut text = String::new();
    collect(data, &mut text);
    let strange = characters_without_glyph(&text);
    make_printable(data, &strange);
    !strange.is_empty()
}

fn photo_places(record: &VisitRecord) -> String {
    let standing = || record.photos.iter().filter(|p| p.withdrawn.is_none());
    let placed = standing().filter(|p| p.meta.position.is_some()).count();
    let distances = || standing().filter_map(|p| p.distance_m);
    match (standing().count(), distances().min(), distances().max()) {
        (0, ..) => "现场照片：／".into(),
        (all, Some(near), Some(far)) => {
            format!(
                "现场照片 {all} 张，{placed} 张带定位，距登记位置 {} 至 {}",
                w::distance(near),
                w::distance(far)
            )
        }
        (all, ..) => format!("现场照片 {all} 张，{placed} 张带定位"),
    }
}

fn counts(items: &[RecordItem]) -> String {
    let of = |test: fn(&Option<Answer>) -> bool| items.iter().filter(|item| test(&item.answer)).count();
    format!(
        "共 {} 项：已查 {} 项，不适用 {} 项，未查 {} 项，未填 {} 项。",
        items.len(),
        of(|a| matches!(a, Some(Answer::Answered { .. }))),
        of(|a| matches!(a, Some(Answer::NotApplicable { .. }))),
        of(|a| matches!(a, Some(Answer::NotChecked { .. }))),
        of(Option::is_none),
    )
}

fn found(findings: &[Finding]) -> String {
    match (findings.len(), findings.iter().filter(|finding| finding.fixed.is_some()).count()) {
        (0, _) => String::new(),
        (all, 0) => format!("共发现问题 {all} 个。"),
        (all, fixed) => format!("共发现问题 {all} 个，其中现场整改 {fixed} 个。"),
    }
}

fn item_data(item: &RecordItem, record: &VisitRecord) -> Value {
    let (how, reason) = match &item.answer {
        Some(Answer::NotChecked { reason }) => ("not_checked", reason.as_str()),
        _ => ("other", ""),
    };
    let shown = record.photos.iter().filter(|p| p.withdrawn.is_none() && p.items.contains(&item.code));
    json!({
        "code": item.code,
        "question": item.question.zh,
        "how": how,
        "reason": reason,
        "answer": w::or_blank(&item.words.zh),
        "paper": item.from_paper.map(|times| format!(
            "事后补录：纸面记录 {}，录入 {}",
            w::moment(times.observed_at_ms, record.utc_offset_min),
            w::moment(times.typed_at_ms, record.utc_offset_min),
        )),
        "concerns": item.concerns.iter().map(|c| &c.zh).collect::<Vec<_>>(),
        "photos": shown.map(|p| p.number.to_string()).collect::<Vec<_>>().join("、"),
    })
}

fn finding_data(nth: usize, finding: &Finding, number_of: &BTreeMap<PhotoId, u32>) -> Value {
    let photos: Vec<String> = finding
        .photos
        .iter()
        .filter_map(|id| number_of.get(id))
        .map(|n| format!("照片 {n}"))
        .collect();
    let units = finding.units.iter().enumerate();
    let fixed = finding.fixed.as_ref().map(|fixed| {
        let after: Vec<String> = fixed
            .after
            .iter()
            .filter_map(|id| number_of.get(id))
            .map(|n| format!("照片 {n}"))
            .collect();
        json!({"how": fixed.how, "before": w::or_blank(&photos.join("、")), "after": w::or_blank(&after.join("、"))})
    });
    json!({
        "fixed": fixed,
        "ordinal": w::ordinal(nth),
        "severity": w::severity(finding.severity),
        "item": finding.item.as_deref().unwrap_or_default(),
        "facts": w::or_blank(&finding.facts),
        "requirement": w::or_blank(&finding.requirement),
        "deadline": w::deadline(finding.deadline.as_deref()),
        "units": units.map(|(i, u)| json!({"order": i + 1, "name": u.name, "role": w::unit_role(u.role)})).collect::<Vec<_>>(),
        "photos": w::or_blank(&photos.join("、")),
    })
}

fn countersign_data(countersign: Option<&Countersign>, offset: i32, number_of: &BTreeMap<PhotoId, u32>) -> Value {
    match countersign {
        None => json!({"kind": "waiting"}),
        Some(Countersign::Signed {
            name, role, opinion, at_ms, ..
        }) => json!({
            "kind": "signed", "name": name, "role": w::or_blank(role), "opinion": w::or_blank(opinion), "at": w::moment(*at_ms, offset),
        }),
        Some(Countersign::Refused { reason, witness, at_ms }) => json!({
            "kind": "refused", "reason": w::or_blank(reason), "witness": witness, "at": w::moment(*at_ms, offset),
        }),
        Some(Countersign::Absent { reason, photo, at_ms }) => json!({
            "kind": "absent",
            "reason": w::or_blank(reason),
            "photo": photo.and_then(|id| number_of.get(&id).map(|n| format!("照片 {n}"))).unwrap_or_default(),
            "at": w::moment(*at_ms, offset),
        }),
    }
}

fn hand_data(member: &TeamMember, record: &VisitRecord, drawn: &BTreeMap<PersonId, String>, offset: i32) -> Value {
    let signed = record.hand_signed.iter().find(|signed| signed.person == member.person);
    let how = match signed.map(|signed| &signed.strokes) {
        None => "待签",
        Some(Some(_)) => "现场手写笔迹（L0）",
        Some(None) => "在纸质件上签字（L0）",
    };
    json!({
        "name": member.name,
        "org": member.org,
        "at": signed.map(|signed| w::moment(signed.at_ms, offset)).unwrap_or_default(),
        "how": how,
        "drawn": drawn.get(&member.person),
    })
}

fn signature_data(signature: &SignatureShown, offset: i32) -> Value {
    json!({
        "name": signature.name,
        "org": signature.org,
        "at": w::moment(signature.at_ms, offset),
        "kid": signature.kid.chars().take(16).collect::<String>(),
        "state": match signature.standing {
            SignatureStanding::Certified => "",
            SignatureStanding::Pending => "，待认证",
            SignatureStanding::Broken => "，验证不通过，不作签名",
        },
    })
}

fn photo_data(photo: &RecordPhoto, record: &VisitRecord, printed: &BTreeMap<PhotoId, String>, offset: i32) -> Value {
    let meta = &photo.meta;
    let (picture, why) = match (&photo.withdrawn, printed.get(&photo.photo)) {
        (Some(_), _) => (None, "已撤回"),
        (None, Some(file)) => (Some(file), ""),
        (None, None) => (None, "暂无预览"),
    };
    let taken = match (&meta.taken_at, &meta.offset, meta.taken_at_utc_ms) {
        (Some(at), Some(zone), _) => format!("{} {zone}", at.replace('T', " ")),
        (Some(at), None, _) => at.replace('T', " "),
        (None, _, Some(ms)) => w::moment(ms, offset),
        (None, _, None) => meta.gps_time.clone().unwrap_or_else(|| BLANK.into()),
    };
    let device = [meta.make.as_deref(), meta.model.as_deref()]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ");
    let unplaced = if record.station.position.is_none() { UNPLACED } else { BLANK };
    let distance = photo.distance_m.map_or_else(|| unplaced.into(), w::distance);
    let mut rows = vec![
        ("时间", format!("{taken}（{}）", w::time_grade(meta.time_grade()))),
        ("位置", meta.position.map_or_else(|| BLANK.into(), w::position_short)),
        ("距站点", distance),
        ("设备", w::or_blank(&device)),
        ("对应项", w::or_blank(&photo.items.join("、"))),
        ("文件", format!("{}（{}）", photo.name, w::size(photo.original.len))),
        ("指纹", format!("{}…", photo.original.sha256.chars().take(16).collect::<String>())),
    ];
    if let Some(custody) = &photo.custody {
        rows.push(("制作", format!("{}（{}）", w::or_blank(&custody.maker), w::method(custody.method))));
        rows.push(("证明", w::or_blank(&custody.purpose)));
    }
    if let Some(derived) = &photo.derived {
        let from = record.photos.iter().find(|known| known.photo == derived.from);
        let from = from.map_or_else(|| BLANK.into(), |known| format!("照片 {}", known.number));
        rows.insert(0, ("副本", format!("由{from}{}而成，原件未改动", w::alterations(&derived.alterations))));
    }
    if let Some(reason) = &photo.withdrawn {
        rows.insert(0, ("撤回", w::or_blank(reason)));
    }
    json!({"number": photo.number, "picture": picture, "why": why, "caption": photo.caption, "rows": rows})
}

// All text of the document, its line breaks and tabs already as they will be printed.
fn collect(value: &Value, all: &mut String) {
    match value {
        Value::String(text) => all.push_str(&plain_breaks(text)),
        Value::Array(list) => list.iter().for_each(|item| collect(item, all)),
        Value::Object(map) => map.values().for_each(|item| collect(item, all)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn plain_breaks(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\t', " ")
}

// Replaces what no font can print by its code, and what would rearrange the page too (see `characters_without_glyph`).
fn make_printable(value: &mut Value, strange: &[char]) {
    match value {
        Value::String(text) => {
            *text = plain_breaks(text);
            for &c in strange {
                if text.contains(c) {
                    *text = text.replace(c, &format!("〔U+{:04X}〕", u32::from(c)));
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|item| make_printable(item, strange)),
        Value::Object(map) => map.values_mut().for_each(|item| make_printable(item, strange)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
