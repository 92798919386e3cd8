//! The sealed record: statement, record, the entry that sealed it, what it covers, and each person's signature.

use std::collections::BTreeSet;

use seal::bundle::{GuideFacts, path};
use seal::cert::Role;
use seal::dsse::Envelope;
use seal::statement::{Statement, seal_id, signing_bytes};
use seal::{Digest, canonical, payload_type};
use serde::de::DeserializeOwned;

use crate::check::Check;
use crate::files::Files;
use crate::lead;
use crate::log::{Log, LoggedEntry, certified_in};
use crate::paper;
use crate::reason::Reason;
use crate::record::{CLOSING, Countersign, FORMAT, PREDICATE_TYPE, Record, ReviewAccepted, ReviewReturned, SealSigned, VisitSealed};
use crate::report::{Acceptance, Countersignature, Report, Seal, Superseded};
use crate::trust::Trust;

/// No checklist asks for fewer distinct persons, and a record cannot lower it.
const MIN_SIGNERS: u32 = 2;

/// Reads the record and checks everything that hangs on it.
pub(crate) fn read(files: &mut Files, trust: &Trust, log: &Log, check: &mut Check, report: &mut Report) -> Option<Record> {
    let statement_bytes = files.need(path::STATEMENT, check)?;
    let record_bytes = files.need(path::RECORD, check)?;
    let id = seal_id(statement_bytes);
    check.require(
        id == files.manifest.seal,
        path::STATEMENT,
        "声明的摘要不是清单写明的封存码",
        "its digest is not the seal id that the manifest names",
    );
    let statement = check.take(path::STATEMENT, Statement::parse(statement_bytes))?;
    check_subject(&statement, &Digest::of(record_bytes), check);
    files.expect(path::STATEMENT_PAE, &signing_bytes(statement_bytes), check);
    let mut record: Record = check.take(path::RECORD, parse_record(record_bytes))?;
    let known = record.format == FORMAT && record.scope == trust.card.scope;
    check.require(
        known,
        path::RECORD,
        "检查记录的格式或县与证据包不符",
        "the record's format or scope is not the bundle's",
    );
    describe(&record, report);
    let sealing = sealing_entry(log, &record, &id, (record_bytes, statement_bytes), check);
    check_covers(log, &record, sealing, check);
    if let Some(sealing) = sealing {
        lead::check(log, &record, sealing, check, report);
    }
    let envelope = signatures(files, trust, log, &record, statement_bytes, check, report);
    let guide = seal::bundle::guide(&GuideFacts {
        seal: id,
        authority: files.manifest.authority,
        exporter: files.manifest.exporter,
        persons: envelope.signatures.iter().map(|s| s.keyid).collect(),
        entries: log.entries.iter().map(|e| e.entry.header.kid).collect(),
    });
    files.expect(path::VERIFY, guide.as_bytes(), check);
    let envelope = check.take(path::STATEMENT_DSSE, envelope.to_vec())?;
    files.expect(path::STATEMENT_DSSE, &envelope, check);
    let persons: BTreeSet<_> = report.signatures.iter().map(|s| s.person).collect();
    let needed = record.signers.max(MIN_SIGNERS);
    if persons.len() < usize::try_from(needed).unwrap_or(usize::MAX) {
        let zh = format!("有效签名只有 {} 人，要求 {needed} 人", persons.len());
        let en = format!("{} distinct persons signed validly, {needed} are required", persons.len());
        check.refuse(path::STATEMENT_DSSE, Reason { zh, en });
    }
    let content = check.take(path::RECORD, content(record_bytes));
    countersignature(files, &record, content, check, report);
    acceptances(log, &id, check, report);
    superseded(log, &record, &statement, check, report);
    let past = returns(log, &record).map(|returned| returned.statement).collect();
    paper::check(trust, log, &mut record, &id, &past, check, report);
    Some(record)
}

/// A record has more members than the verifier reads, so the type lets unknown ones pass; the bytes are canonical all the same.
fn parse_record(bytes: &[u8]) -> seal::Result<Record> {
    canonical::from_slice(bytes)
}

pub(crate) fn payload<T: DeserializeOwned>(entry: &LoggedEntry) -> Result<T, Reason> {
    serde_json::from_value(entry.entry.payload.clone()).map_err(|e| Reason {
        zh: "登记的内容项目与规定不符".to_owned(),
        en: format!("the entry's payload has an unexpected shape: {e}"),
    })
}

fn check_subject(statement: &Statement, record: &Digest, check: &mut Check) {
    check.require(
        statement.predicate_type == PREDICATE_TYPE,
        path::STATEMENT,
        "声明的类型不对",
        "another predicate type",
    );
    let [subject] = statement.subject.as_slice() else {
        check.refuse(path::STATEMENT, ("声明的对象不是恰好一个", "not exactly one subject"));
        return;
    };
    check.require(
        subject.digest.sha256 == *record,
        path::RECORD,
        "检查记录不是声明里签名的那一份：摘要不同",
        "it is not the record that was signed: its digest differs from the statement",
    );
}

fn describe(record: &Record, report: &mut Report) {
    report.visit = Some(record.visit);
    report.title = (record.title.zh.clone(), record.title.en.clone());
    report.station.clone_from(&record.station.name);
    report.started_at_ms = record.started_at_ms;
    report.ended_at_ms = record.ended_at_ms;
    report.utc_offset_min = record.utc_offset_min;
    report.signers_required = record.signers.max(MIN_SIGNERS);
}

/// The one `visit.sealed/1` of this statement, checked against record and statement.
fn sealing_entry<'a>(log: &'a Log, record: &Record, seal: &Digest, bytes: (&[u8], &[u8]), check: &mut Check) -> Option<&'a LoggedEntry> {
    for entry in log.of_kind("visit.sealed/1", false) {
        let Some(sealed) = check.take(&entry.path, payload::<VisitSealed>(entry)) else {
            continue;
        };
        if sealed.statement.sha256 != *seal {
            continue;
        }
        let lengths = (sealed.record.len, sealed.statement.len) == (bytes.0.len() as u64, bytes.1.len() as u64);
        let fits = entry.entry.header.ent == record.visit
            && sealed.record.sha256 == Digest::of(bytes.0)
            && lengths
            && sealed.covers == record.covers
            && sealed.signers == record.signers;
        check.require(
            fits,
            &entry.path,
            "封存登记与检查记录不符",
            "the sealing entry does not agree with the record",
        );
        return Some(entry);
    }
    check.refuse(
        path::STATEMENT,
        ("证据包里没有这次封存的登记", "the bundle has no entry that sealed this statement"),
    );
    None
}

/// The heads that the record says it contains must be logged entries of this visit, before the sealing.
fn check_covers(log: &Log, record: &Record, sealing: Option<&LoggedEntry>, check: &mut Check) {
    check.require(
        !record.covers.is_empty(),
        path::RECORD,
        "检查记录没有写明所含的登记",
        "the record names no entries that it covers",
    );
    for head in &record.covers {
        let found = log.entries.iter().find(|e| e.entry.id.0 == head.entry);
        let Some(found) = found else {
            let zh = format!("证据包里缺少检查记录所含的登记 {}", head.entry);
            let en = format!("the bundle lacks entry {} that the record covers", head.entry);
            check.refuse(path::RECORD, Reason { zh, en });
            continue;
        };
        let header = &found.entry.header;
        let before = sealing.is_none_or(|s| s.entry.header.log != header.log || header.seq < s.entry.header.seq);
        check.require(
            header.log.to_string() == head.log && header.seq == head.seq && header.ent == record.visit && before,
            &found.path,
            "与检查记录所含登记的说明不符",
            "it is not what the record says that it covers",
        );
    }
}

/// Checks each `seal.signed/1`, fills the report with those that count, and rebuilds the envelope from all of them.
fn signatures(files: &Files, trust: &Trust, log: &Log, record: &Record, statement: &[u8], check: &mut Check, report: &mut Report) -> Envelope {
    let mut envelope = Envelope::new(payload_type::STATEMENT, statement.to_vec());
    let mut devices = BTreeSet::new();
    let past: BTreeSet<Digest> = returns(log, record).map(|returned| returned.statement).collect();
    for entry in log.of_kind("seal.signed/1", false) {
        let Some(signed) = check.take(&entry.path, payload::<SealSigned>(entry)) else {
            continue;
        };
        // It stands in the log because the record covers it; it signed what was returned.
        if past.contains(&signed.statement) && signed.statement != seal_id(statement) {
            continue;
        }
        envelope.insert(signed.kid, signed.signature.clone());
        files.expect(&format!("signatures/{}.sig", signed.kid), signed.signature.as_bytes(), check);
        if let Some(seal) = signature(trust, log, record, statement, entry, &signed, check) {
            devices.insert(entry.entry.header.kid);
            report.signatures.push(seal);
        }
    }
    report.one_device = devices.len() == 1;
    envelope
}

fn signature(
    trust: &Trust,
    log: &Log,
    record: &Record,
    statement: &[u8],
    entry: &LoggedEntry,
    signed: &SealSigned,
    check: &mut Check,
) -> Option<Seal> {
    let header = &entry.entry.header;
    let same = header.ent == record.visit && signed.statement == seal_id(statement);
    let same = check.require(same, &entry.path, "签名的不是这份检查记录", "it signs another statement or visit");
    let Some(certificate) = trust.certificate(&signed.kid, &Role::Person) else {
        check.refuse(
            &entry.path,
            ("签名人的密钥没有证书（待认证）", "the signing person's key is not certified"),
        );
        return None;
    };
    let key = certificate.public_key();
    let named = certificate.person() == Some(signed.person) && certificate.name() == signed.name && *key == signed.public_key;
    let named = check.require(
        named,
        &entry.path,
        "签名登记里的人与证书不符",
        "the person in the entry is not the one in the certificate",
    );
    let member = check.require(
        record.team.iter().any(|m| m.person == signed.person),
        &entry.path,
        "签名人不在检查组名单里",
        "the signing person is not of the record's team",
    );
    let valid = key.verify_strict(&signing_bytes(statement), &signed.signature);
    let valid = check.take(&format!("signatures/{}.sig", signed.kid), valid).is_some();
    let at = log.anchors.bound(entry.leaf, header.ts, header.beacon.as_ref());
    let mut trusted = true;
    for kid in [signed.kid, header.kid] {
        // What the log shows to be signed before the revocation stays valid; what it cannot show is contested.
        let contested = trust.revocations.find(&kid).is_some_and(|r| at.not_after_ms > r.at_ms);
        trusted &= check.require(
            !contested,
            &entry.path,
            "签名人或电脑的密钥已吊销，且不能证明签名早于吊销（有争议）",
            "the person's or laptop's key was revoked and the signature is not shown to be older (contested)",
        );
    }
    let certified = certified_in(log, "person.certified/1", certificate);
    let certified_later_ms = certified
        .filter(|c| c.leaf > entry.leaf)
        .map(|c| log.anchors.bound(c.leaf, c.entry.header.ts, None).not_after_ms);
    let device = trust.certificate(&header.kid, &Role::Device).map(|c| c.name().to_owned());
    (same && named && member && valid && trusted).then(|| Seal {
        person: signed.person,
        name: signed.name.clone(),
        org: certificate.org().unwrap_or_default().to_owned(),
        level: "L1",
        kid: signed.kid.to_string(),
        device: device.unwrap_or_default(),
        at,
        certified_later_ms,
    })
}

/// Digest of what is shown to those who sign by hand: the record without its closing members.
fn content(record: &[u8]) -> seal::Result<Digest> {
    let mut value = canonical::parse(record)?;
    if let Some(members) = value.as_object_mut() {
        members.retain(|name, _| !CLOSING.contains(&name.as_str()));
    }
    Ok(Digest::of(&canonical::to_vec(&value)?))
}

fn countersignature(files: &Files, record: &Record, content: Option<Digest>, check: &mut Check, report: &mut Report) {
    // Whoever drew a signature drew it under this content and no other.
    let drawn = match &record.countersign {
        Countersign::Signed { shown, .. } => shown.as_ref(),
        _ => None,
    };
    for shown in record.hand_signed.iter().map(|signed| &signed.shown).chain(drawn) {
        check.require(
            content.as_ref() == Some(shown),
            path::RECORD,
            "手写签名前出示的内容不是这份检查记录的内容",
            "what was shown before a signature by hand was drawn is not the content of this record",
        );
    }
    report.countersignature = Some(match &record.countersign {
        Countersign::Signed { name, role, strokes, shown } => {
            let path = format!("strokes/{}.json", strokes.sha256);
            let bytes = files.get(&path);
            if let Some(bytes) = bytes {
                let same = Digest::of(bytes) == strokes.sha256 && bytes.len() as u64 == strokes.len;
                check.require(same, &path, "笔迹与检查记录里的摘要不同", "the strokes are not those of the record");
                check.take(&path, canonical::parse_canonical(bytes));
            }
            Countersignature::Signed {
                name: name.clone(),
                role: role.clone(),
                strokes_in_bundle: bytes.is_some(),
                content_shown: shown.is_some(),
            }
        }
        Countersign::Refused { reason, witness } => Countersignature::Refused {
            reason: reason.clone(),
            witness: witness.clone(),
        },
        Countersign::Absent { reason } => Countersignature::Absent { reason: reason.clone() },
    });
}

/// Returns of records of this visit by the server.
fn returns<'a>(log: &'a Log, record: &Record) -> impl Iterator<Item = ReviewReturned> + 'a {
    let visit = record.visit;
    let entries = log
        .of_kind("review.returned/1", true)
        .filter(move |entry| entry.entry.header.ent == visit);
    entries.filter_map(|entry| payload(entry).ok())
}

/// A mended record names the one that it supersedes; the log must show that one sealed in the same visit, and returned.
fn superseded(log: &Log, record: &Record, statement: &Statement, check: &mut Check, report: &mut Report) {
    let stated = statement.predicate.get("supersedes").and_then(|v| v.as_str());
    check.require(
        stated == record.supersedes.map(|seal| seal.to_hex()).as_deref(),
        path::STATEMENT,
        "声明与检查记录所取代的封存码不同",
        "statement and record name different seals that they supersede",
    );
    let Some(seal) = record.supersedes else { return };
    let of_visit = |entry: &&LoggedEntry| entry.entry.header.ent == record.visit;
    let sealed = log
        .of_kind("visit.sealed/1", false)
        .filter(of_visit)
        .any(|entry| payload::<VisitSealed>(entry).is_ok_and(|sealed| sealed.statement.sha256 == seal));
    let returned = returns(log, record).find(|returned| returned.statement == seal);
    check.require(
        sealed && returned.is_some(),
        path::RECORD,
        "登记簿里没有所取代的记录的封存或退回登记",
        "the log does not show that the record which it supersedes was sealed and returned",
    );
    report.supersedes = returned.map(|returned| Superseded {
        seal,
        account: returned.account,
        name: returned.name,
        at_ms: returned.at_ms,
    });
}

fn acceptances(log: &Log, seal: &Digest, check: &mut Check, report: &mut Report) {
    for entry in log.of_kind("review.accepted/1", true) {
        let Some(review) = check.take(&entry.path, payload::<ReviewAccepted>(entry)) else {
            continue;
        };
        if !check.require(
            review.statement == *seal,
            &entry.path,
            "复核的是另一份检查记录",
            "it accepts another statement",
        ) {
            continue;
        }
        report.acceptances.push(Acceptance {
            account: review.account,
            name: review.name,
            comment: review.comment,
            at_ms: review.at_ms,
        });
    }
}
