//! Which laptop led a visit when it was sealed: the one that the visit's id was made for, or the last that it was handed over to.

use seal::Digest;
use seal::keys::Kid;
use uuid::{Builder, Uuid};

use crate::check::Check;
use crate::log::{Log, LoggedEntry};
use crate::reason::Reason;
use crate::record::{Record, VisitHandedOver};
use crate::report::{HandedOver, Report};
use crate::sealed::payload;

/// Bytes of a uuid v7 that hold its time.
const TIME_BYTES: usize = 6;

/// Whether a visit's id was made for this key.
fn is_opened_by(visit: Uuid, kid: &Kid) -> bool {
    let time = visit.as_bytes().first_chunk::<TIME_BYTES>().copied().unwrap_or_default();
    let bytes = [b"xunzhan-visit/1\n".as_slice(), kid.to_string().as_bytes(), &time].concat();
    let bits = Digest::of(&bytes).as_bytes().first_chunk::<10>().copied().unwrap_or_default();
    let at_ms = time.iter().fold(0_u64, |ms, byte| (ms << 8) | u64::from(*byte));
    Builder::from_unix_timestamp_millis(at_ms, &bits).into_uuid() == visit
}

/// Only the laptop that led the visit can have sealed it. What the log shows to be said after the sealing changes nothing of it.
pub(crate) fn check(log: &Log, record: &Record, sealing: &LoggedEntry, check: &mut Check, report: &mut Report) {
    let mut given = Vec::new();
    for entry in log.of_kind("visit.handed_over/1", false) {
        if entry.entry.header.ent == record.visit && entry.leaf < sealing.leaf {
            given.extend(check.take(&entry.path, payload::<VisitHandedOver>(entry)).map(|handed| (entry, handed)));
        }
    }
    given.sort_by_key(|(entry, _)| entry.leaf);
    let sealer = &sealing.entry.header.kid;
    let first = given
        .iter()
        .map(|(entry, _)| &entry.entry.header.kid)
        .chain([sealer])
        .find(|kid| is_opened_by(record.visit, kid));
    let Some(first) = first else {
        let reason = (
            "封存的电脑不是开始走访的电脑，也没有交接登记",
            "the laptop that sealed is not the one that opened the visit, and nothing shows that it was handed over",
        );
        check.refuse(&sealing.path, reason);
        return;
    };
    let mut lead = *first;
    for (entry, handed) in &given {
        if entry.entry.header.kid == lead {
            lead = handed.device;
            report.handed_over.push(HandedOver {
                name: handed.to.name.clone(),
                org: handed.to.org.clone(),
                device: lead.to_string(),
                reason: handed.reason.clone(),
                claimed_ms: entry.entry.header.ts,
            });
        }
    }
    if lead != *sealer {
        let zh = format!("封存的电脑当时不主持这次走访：走访已交接给密钥 {lead} 的电脑");
        let en = format!("the laptop that sealed did not lead the visit: it had been handed over to the laptop with key {lead}");
        check.refuse(&sealing.path, Reason { zh, en });
    }
}
