//! Checks a proof bundle offline: who signed what, when, and how sure the time is. No network, no database, no trust in
//! the server that made the bundle beyond what the county's authority signed.

mod anchor;
mod check;
mod files;
mod hidden;
mod lead;
mod log;
mod paper;
mod photos;
mod reason;
mod record;
mod report;
mod sealed;
mod text;
mod trust;

use std::io::{Read, Seek};

use seal::Digest;

pub use anchor::{Grade, SignedAt};
pub use report::{Acceptance, Countersignature, HandPaper, HandedOver, Language, PaperPage, PhotoCopy, PhotoCount, Refusal, Report, Seal, Verdict};
pub use text::{render, render_json};

/// Checks a bundle. `root` is the authority's fingerprint as printed on the paper record; without it the best verdict is
/// [`Verdict::ConsistentRootUnchecked`]. Never fails: what cannot be read is a refusal in the report.
pub fn check(bundle: impl Read + Seek, root: Option<&Digest>) -> Report {
    let mut check = check::Check::default();
    let mut report = Report::default();
    // Each stage needs the one before; a stage that cannot go on has already said why.
    let complete = stages(bundle, root, &mut check, &mut report).is_some();
    report.refusals = check.into_refusals();
    report.verdict = match () {
        () if report.root_mismatch => Verdict::WrongRoot,
        () if !report.refusals.is_empty() || !complete => Verdict::Refused,
        () if root.is_none() => Verdict::ConsistentRootUnchecked,
        () => Verdict::Verified,
    };
    report
}

fn stages(bundle: impl Read + Seek, root: Option<&Digest>, check: &mut check::Check, report: &mut Report) -> Option<()> {
    let mut files = files::open(bundle, check)?;
    let trust = trust::establish(&mut files, root, check, report)?;
    let log = log::read(&mut files, &trust, check, report)?;
    let record = sealed::read(&mut files, &trust, &log, check, report)?;
    photos::count(&files, &record, check, report);
    files.refuse_strangers(check);
    Some(())
}
