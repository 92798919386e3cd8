//! The transparency log as far as the bundle shows it: checkpoints, consistency, and entries with their inclusion.

use std::collections::BTreeMap;

use ledger::{Frame, Verified};
use seal::bundle::{ConsistencyFile, InclusionFile, path};
use seal::canonical;
use seal::cert::{Certificate, Role};
use seal::checkpoint::{Checkpoint, is_origin_of};
use seal::keys::PublicKey;
use serde_json::Value;

use crate::anchor::Anchors;
use crate::check::Check;
use crate::files::Files;
use crate::report::Report;
use crate::trust::{Trust, expect_server_key};

/// An entry whose signature and inclusion were checked.
pub(crate) struct LoggedEntry {
    /// Path of its frame.
    pub(crate) path: String,
    pub(crate) entry: Verified,
    /// Index of its leaf.
    pub(crate) leaf: u64,
    /// Whether the server's key signed it, and not a device's.
    pub(crate) by_server: bool,
}

impl LoggedEntry {
    /// A text member of the payload.
    pub(crate) fn text(&self, member: &str) -> &str {
        self.entry.payload.get(member).and_then(Value::as_str).unwrap_or_default()
    }
}

/// Checkpoints and entries.
pub(crate) struct Log {
    pub(crate) anchors: Anchors,
    pub(crate) entries: Vec<LoggedEntry>,
}

impl Log {
    /// Entries of a kind by a device (`false`) or the server (`true`).
    pub(crate) fn of_kind(&self, kind: &str, by_server: bool) -> impl Iterator<Item = &LoggedEntry> {
        let wanted = move |e: &&LoggedEntry| e.entry.header.kind.as_str() == kind && e.by_server == by_server;
        self.entries.iter().filter(wanted)
    }
}

/// Reads checkpoints and entries, then checks that certificates and revocations are in the log.
pub(crate) fn read(files: &mut Files, trust: &Trust, check: &mut Check, report: &mut Report) -> Option<Log> {
    expect_server_key(files, &trust.card.server_key, check);
    let anchors = checkpoints(files, trust, check)?;
    report.logged_as_of_ms = anchors.last().time_ms;
    let log = Log {
        entries: entries(files, trust, &anchors, check),
        anchors,
    };
    check_certificates_logged(trust, &log, check);
    check_revocations_logged(files, &log, check);
    Some(log)
}

fn checkpoints(files: &Files, trust: &Trust, check: &mut Check) -> Option<Anchors> {
    // One server may keep the logs of several counties under one key: only the name tells whose log speaks.
    check.require(
        is_origin_of(&files.manifest.origin, &trust.card.scope),
        path::MANIFEST,
        "登记簿不是本县的",
        "the log is not that of the card's county",
    );
    let mut all = BTreeMap::new();
    for stem in files.stems("checkpoints/", ".note") {
        let note_path = format!("checkpoints/{stem}.note");
        let Some(note) = files.get(&note_path) else { continue };
        let Some(checkpoint) = check.take(&note_path, Checkpoint::open(note, &trust.card.server_key)) else {
            continue;
        };
        let fits = checkpoint.size.to_string() == stem && checkpoint.origin == files.manifest.origin;
        if check.require(
            fits,
            &note_path,
            "登记簿签章的大小或名称与文件名、清单不符",
            "its size or origin differs from its name or the manifest",
        ) {
            all.insert(checkpoint.size, checkpoint);
        }
    }
    let size = files.manifest.size;
    let Some(last) = all.remove(&size) else {
        check.refuse(
            &format!("checkpoints/{size}.note"),
            ("缺少最后的登记簿签章", "the final checkpoint is missing"),
        );
        return None;
    };
    let mut earlier = BTreeMap::new();
    for (old, checkpoint) in all {
        let proof_path = format!("consistency/{old}-{size}.json");
        let Some(bytes) = files.need(&proof_path, check) else { continue };
        let proof = canonical::from_slice::<ConsistencyFile>(bytes);
        let Some(proof) = check.take(&proof_path, proof) else { continue };
        let verdict = proof.verify(old, &checkpoint.root, size, &last.root);
        if check.take(&proof_path, verdict).is_some() {
            earlier.insert(old, checkpoint);
        }
    }
    Some(Anchors::new(last, earlier))
}

fn entries(files: &Files, trust: &Trust, anchors: &Anchors, check: &mut Check) -> Vec<LoggedEntry> {
    let mut out: Vec<LoggedEntry> = Vec::new();
    for (stem, number) in files.stems("entries/", ".frame").into_iter().zip(1_u32..) {
        let frame_path = format!("entries/{stem}.frame");
        check.require(
            stem == format!("{number:04}"),
            &frame_path,
            "登记的编号不连续",
            "entries are not numbered without a gap",
        );
        let Some(logged) = entry(files, trust, anchors, &stem, check) else {
            continue;
        };
        check.require(
            out.last().is_none_or(|before| before.leaf < logged.leaf),
            &frame_path,
            "登记没有按登记簿的次序排列",
            "entries are not in the order of the log",
        );
        out.push(logged);
    }
    out
}

fn entry(files: &Files, trust: &Trust, anchors: &Anchors, stem: &str, check: &mut Check) -> Option<LoggedEntry> {
    let frame_path = format!("entries/{stem}.frame");
    let frame = check.take(&frame_path, Frame::parse(files.get(&frame_path)?))?;
    files.expect(
        &format!("entries/{stem}.pae"),
        &seal::pae(seal::payload_type::ENTRY, &frame.header),
        check,
    );
    files.expect(&format!("entries/{stem}.sig"), &frame.signature, check);
    let header = check.take(&frame_path, ledger::Header::parse(&frame.header))?;
    let by_server = header.kid == trust.card.server_key.kid();
    let key: &PublicKey = if by_server {
        &trust.card.server_key
    } else {
        let Some(certificate) = trust.certificate(&header.kid, &Role::Device) else {
            check.refuse(&frame_path, ("签名的电脑没有证书", "the device that signed it has no certificate"));
            return None;
        };
        certificate.public_key()
    };
    let entry = check.take(&frame_path, ledger::verify(&frame, key))?;
    check.require(
        entry.is_applicable(),
        &frame_path,
        "这条登记需要更新版本的核验程序",
        "the entry needs a newer version of this program",
    );
    check.require(
        header.scope.to_string() == trust.card.scope,
        &frame_path,
        "登记属于别的县",
        "the entry is of another scope",
    );
    check.require(
        anchors.agrees_with(header.beacon.as_ref()),
        &frame_path,
        "登记里记下的登记簿签章与服务器现在的不同：服务器给出过两份历史",
        "the checkpoint it has seen differs from the server's log: the server showed two histories",
    );
    let proof_path = format!("proofs/{stem}.json");
    let proof = canonical::from_slice::<InclusionFile>(files.need(&proof_path, check)?);
    let proof = check.take(&proof_path, proof)?;
    let last = anchors.last();
    check.take(&proof_path, proof.verify(&entry.id.0, last.size, &last.root))?;
    Some(LoggedEntry {
        path: frame_path,
        entry,
        leaf: proof.leaf,
        by_server,
    })
}

/// Certificates of devices and persons must have been entered in the log by the server.
fn check_certificates_logged(trust: &Trust, log: &Log, check: &mut Check) {
    for (kid, certificate) in &trust.certificates {
        let kind = if certificate.has_role(&Role::Person) {
            "person.certified/1"
        } else if certificate.has_role(&Role::Device) {
            "device.certified/1"
        } else {
            continue;
        };
        check.require(
            certified_in(log, kind, certificate).is_some(),
            &Trust::path_of(kid),
            "登记簿里没有这张证书的登记",
            "the log has no entry of this certificate",
        );
    }
}

/// The server's entry of a certificate.
pub(crate) fn certified_in<'a>(log: &'a Log, kind: &str, certificate: &Certificate) -> Option<&'a LoggedEntry> {
    let base64 = seal::base64_encode(certificate.der());
    log.of_kind(kind, true).find(|e| e.text("certificate") == base64)
}

/// The list must be the latest that the server entered, as far as the bundle shows.
fn check_revocations_logged(files: &Files, log: &Log, check: &mut Check) {
    let Some(list) = files.need(path::REVOCATIONS, check) else { return };
    let latest = log.of_kind("revocations.published/1", true).last();
    check.require(
        latest.is_some_and(|e| e.text("envelope").as_bytes() == list),
        path::REVOCATIONS,
        "登记簿里最近的吊销名单不是这一份",
        "it is not the latest revocation list in the log",
    );
}
