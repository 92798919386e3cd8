//! The history checker: what must hold at every moment, and what must hold once faults have stopped.

use std::collections::BTreeSet;

use ledger::sync::{ClientStore as _, ServerStore as _};
use ledger::{EntryId, LogId};
use seal::keys::Signer as _;

use super::core::Core;
use super::world::{DEVICES, World};

/// A promise that was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Violation {
    /// An acknowledged entry is not on the server.
    AckedLost(EntryId),
    /// A device's cursor lies past an entry that it does not hold.
    CursorPastHole { device: usize, sseq: usize },
    /// An entry was applied twice, or in another order than a rebuild would.
    StateDiffers { whose: String },
    /// An entry of another county is on a device or in the scope's stream.
    ForeignScope { whose: String },
    /// Several entries at one position, and nobody was told.
    ForkHidden { whose: String, log: LogId, seq: u64 },
    /// A device that was restored went on in its old log.
    OldLogWritten { device: usize, log: LogId },
    /// After the faults: a device lacks entries, or the server does.
    NotConverged { device: usize, missing: usize, extra: usize },
    /// After the faults: work is left and nothing moves.
    NoProgress { device: usize },
    /// A receipt that does not verify was recorded, or none ever came.
    Receipts { device: usize },
    /// A step failed that cannot fail.
    Unexpected(String),
}

impl World {
    /// What must hold at every moment.
    pub fn check(&self) -> Result<(), Violation> {
        if let Some(lost) = self.acked_ever.iter().find(|id| !self.server.core.entries.contains_key(id)) {
            // After a server's restore the devices bring it back, in time; then `check_converged` asks.
            if !self.server_was_restored {
                return Err(Violation::AckedLost(*lost));
            }
        }
        folded_well("server", &self.server.core)?;
        for log in self.server.core.forks() {
            if !self.server.forks.contains(&log) {
                let (log, seq) = log;
                return Err(Violation::ForkHidden {
                    whose: "server".into(),
                    log,
                    seq,
                });
            }
        }
        let stream = self.stream_ids();
        let foreign = |core: &Core, id: &EntryId| core.entries[id].header.scope != self.scope;
        if stream.iter().any(|id| foreign(&self.server.core, id)) {
            return Err(Violation::ForeignScope { whose: "server".into() });
        }
        for (at, device) in self.devices.iter().enumerate() {
            let disk = &device.disk;
            let whose = format!("device {at}");
            folded_well(&whose, &disk.core)?;
            if disk.core.entries.keys().any(|id| foreign(&disk.core, id)) {
                return Err(Violation::ForeignScope { whose });
            }
            for (log, seq) in disk.core.forks() {
                if !disk.forks.contains(&(log, seq)) {
                    return Err(Violation::ForkHidden { whose, log, seq });
                }
            }
            // A cursor of this stream covers only what is stored.
            let cursor = disk.position.cursor;
            if self.server.stream_hash(&self.scope, cursor.sseq) == Ok(Some(cursor.hash)) {
                let covered = stream.iter().take(cursor.sseq as usize);
                if let Some(sseq) = covered.clone().position(|id| !disk.core.entries.contains_key(id)) {
                    return Err(Violation::CursorPastHole { device: at, sseq });
                }
            }
        }
        Ok(())
    }

    /// What must hold once faults have stopped and everybody has synced.
    pub fn check_converged(&self) -> Result<(), Violation> {
        if let Some(lost) = self.acked_ever.iter().find(|id| !self.server.core.entries.contains_key(id)) {
            return Err(Violation::AckedLost(*lost));
        }
        let stream: BTreeSet<EntryId> = self.stream_ids().into_iter().collect();
        let head = self.server.stream_head(&self.scope).unwrap();
        for at in 0..DEVICES {
            let disk = &self.devices[at].disk;
            let here = self.ids_of(at);
            let (missing, extra) = (stream.difference(&here).count(), here.difference(&stream).count());
            if missing + extra > 0 {
                return Err(Violation::NotConverged { device: at, missing, extra });
            }
            let pending = disk.pending(&self.scope, 1).unwrap();
            if !pending.is_empty() || disk.position.reconcile || disk.position.cursor != head {
                return Err(Violation::NoProgress { device: at });
            }
            for (ent, state) in disk.core.states() {
                if self.server.core.aggregates.get(&ent).map(|a| &a.state) != Some(&state) {
                    return Err(Violation::StateDiffers {
                        whose: format!("device {at}, {ent}"),
                    });
                }
            }
            let key = super::server::server_key();
            if disk.receipts.values().any(|r| r.verify(key.public()).is_err()) {
                return Err(Violation::Receipts { device: at });
            }
            let own_acked = disk.acked.keys().filter(|id| Some(disk.core.entries[*id].header.log) == disk.own_log);
            if own_acked.count() > 8 && disk.receipts.is_empty() {
                return Err(Violation::Receipts { device: at });
            }
        }
        Ok(())
    }
}

fn folded_well(whose: &str, core: &Core) -> Result<(), Violation> {
    let once = |applied: &Vec<EntryId>| applied.iter().collect::<BTreeSet<_>>().len() == applied.len();
    let states = core.states();
    if states == core.rebuilt() && states.values().all(|s| once(&s.applied)) {
        return Ok(());
    }
    Err(Violation::StateDiffers { whose: whose.to_owned() })
}
