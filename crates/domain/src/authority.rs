//! Who may say what: one table of kinds.

/// What kind of log an entry stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogKind {
    /// A laptop's log.
    Device,
    /// The server's log.
    Server,
}

/// Where a kind of entry may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Authority {
    /// The only kind of log in which it counts.
    pub log: LogKind,
}

/// The table. `None` for a kind that this version does not know; such an entry is stored and forwarded but never applied.
pub fn authority(kind: &str) -> Option<Authority> {
    let log = match kind {
        "station.registered/1"
        | "person.registered/1"
        | "device.certified/1"
        | "person.certified/1"
        | "revocations.published/1"
        | "blob.stored/1"
        | "review.accepted/1"
        | "review.returned/1" => LogKind::Server,
        "station.proposed/1"
        | "visit.opened/1"
        | "visit.described/1"
        | "visit.aborted/1"
        | "visit.reaimed/1"
        | "visit.handed_over/1"
        | "visit.clock_corrected/1"
        | "visit.answered/1"
        | "photo.attached/1"
        | "photo.tied/1"
        | "photo.withdrawn/1"
        | "photo.restored/1"
        | "photo.custody_stated/1"
        | "photo.exported/1"
        | "finding.recorded/1"
        | "finding.withdrawn/1"
        | "visit.countersigned/1"
        | "visit.hand_signed/1"
        | "visit.sealed/1"
        | "seal.signed/1"
        | "record.given/1"
        | "paper.attached/1" => LogKind::Device,
        _ => return None,
    };
    Some(Authority { log })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Operation;

    #[test]
    fn every_operation_has_an_authority() {
        for kind in Operation::KINDS {
            assert!(authority(kind).is_some(), "{kind}");
        }
        assert_eq!(authority("visit.teleported/1"), None);
    }
}
