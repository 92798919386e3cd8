//! Papers that were signed by hand and joined the sealed record: an addendum, level L0, signed by whoever attached it.

use std::collections::BTreeSet;

use seal::cert::Role;
use seal::{Digest, canonical, dsse, payload_type};

use crate::check::Check;
use crate::log::{Log, LoggedEntry};
use crate::record::{Paper, PaperAttached, Record};
use crate::report::{HandPaper, PaperPage, Report};
use crate::sealed::payload;
use crate::trust::Trust;

/// Checks the papers of this record and names their pages to the photos. `past` are the seals that were returned: their papers may stand in
/// the log because the record covers it, and belong to them.
pub(crate) fn check(trust: &Trust, log: &Log, record: &mut Record, seal: &Digest, past: &BTreeSet<Digest>, check: &mut Check, report: &mut Report) {
    for entry in log.of_kind("paper.attached/1", false) {
        let Some(attached) = check.take(&entry.path, payload::<PaperAttached>(entry)) else {
            continue;
        };
        if past.contains(&attached.paper.seal) && attached.paper.seal != *seal {
            continue;
        }
        if let Some((shown, paper)) = one(trust, log, record, seal, entry, attached, check) {
            report.papers.push(shown);
            record.pages.extend(paper.pages);
        }
    }
}

fn one(
    trust: &Trust,
    log: &Log,
    record: &Record,
    seal: &Digest,
    entry: &LoggedEntry,
    attached: PaperAttached,
    check: &mut Check,
) -> Option<(HandPaper, Paper)> {
    let header = &entry.entry.header;
    let same = header.ent == record.visit && attached.paper.visit == record.visit && attached.paper.seal == *seal;
    let same = check.require(same, &entry.path, "纸质签字件属于另一份检查记录", "the paper belongs to another record");
    let Some(certificate) = trust.certificate(&attached.kid, &Role::Person) else {
        let reason = (
            "补附纸质签字件的人，密钥没有证书（待认证）",
            "the key of whoever attached the paper is not certified",
        );
        check.refuse(&entry.path, reason);
        return None;
    };
    let key = certificate.public_key();
    let named = certificate.person() == Some(attached.person) && certificate.name() == attached.name && *key == attached.public_key;
    let named = check.require(
        named && record.team.iter().any(|member| member.person == attached.person),
        &entry.path,
        "补附纸质签字件的人与证书不符，或不在检查组名单里",
        "whoever attached the paper is not the one in the certificate, or not of the team",
    );
    let paper = entry.entry.payload.get("paper").cloned().unwrap_or_default();
    let bytes = check.take(&entry.path, canonical::to_vec(&paper))?;
    let valid = key.verify_strict(&dsse::pae(payload_type::PAPER, &bytes), &attached.signature);
    let valid = check.take(&entry.path, valid).is_some();
    let at = log.anchors.bound(entry.leaf, header.ts, header.beacon.as_ref());
    // The record stands without it: a key that was lost later marks the paper, and does not take the record away.
    let contested = [attached.kid, header.kid]
        .iter()
        .any(|kid| trust.revocations.find(kid).is_some_and(|revoked| at.not_after_ms > revoked.at_ms));
    let page = |page: &crate::record::Photo| PaperPage {
        sha256: page.original.sha256,
        present: false,
    };
    let shown = HandPaper {
        level: "L0",
        pages: attached.paper.pages.iter().map(page).collect(),
        signers: attached
            .paper
            .signers
            .iter()
            .map(|signer| (signer.name.clone(), signer.role.clone()))
            .collect(),
        note: attached.paper.note.clone(),
        attached_by: attached.name,
        contested,
        at,
    };
    (same && named && valid).then_some((shown, attached.paper))
}
