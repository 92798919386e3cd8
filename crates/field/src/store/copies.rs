//! What a second copy must hold, what it lacks, and what of another laptop's copy is new here.

use std::sync::Arc;

use contract::field::{LastCopy, RefusedFromCopy, Uncopied};
use ledger::chain::{Batch, LogIndex, Refusal, Verdict};
use ledger::copy::CopyDraft;
use ledger::sync::NewEntry;
use ledger::{EntryId, Frame, LogId, NewLogReason, ScopeId};
use rusqlite::Connection;
use seal::Digest;
use seal::keys::PublicKey;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Meta, Replica, Store, Tx, count, entries, inbox, meta, sql_int};
use crate::error::{Error, Result};

/// Work that stands alone for so long calls for a second copy …
const REMIND_AFTER_MS: i64 = 24 * 60 * 60 * 1_000;
/// … and so do so many visits.
const REMIND_VISITS: u64 = 5;
const JUDGE_TRIES: usize = 16;

/// Everything that a second copy must hold, as of one moment.
pub struct Snapshot {
    /// Entries in the order of storing: whole chains of every log that the server may not have whole.
    pub entries: Vec<(i64, EntryId)>,
    /// The last entry stored at all, by number.
    pub through_n: i64,
    /// What is being typed.
    pub drafts: Vec<CopyDraft>,
    /// Thumbnails without a storage receipt.
    pub thumbs: Vec<Digest>,
    /// Other blobs without a storage receipt: digest, length, kind.
    pub blobs: Vec<(Digest, u64, String)>,
    /// The moment, ms since 1970 UTC.
    pub now_ms: i64,
}

/// The last copy as kept.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    through_n: i64,
    copy: LastCopy,
}

/// What became of some entries of a copy.
#[derive(Default)]
pub struct Taken {
    /// Stored now.
    pub new: u64,
    /// Stored before.
    pub known: u64,
    /// Not stored.
    pub refused: Vec<RefusedFromCopy>,
    /// Aggregates of the new ones.
    pub ents: Vec<Uuid>,
}

fn kept(conn: &Connection) -> Result<Option<Kept>> {
    let text = meta::get(conn, Meta::LastCopy)?;
    Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
}

/// The last entry and the last moment that a copy holds; before all of them when there is no copy.
pub fn covered(conn: &Connection) -> Result<(i64, i64)> {
    Ok(kept(conn)?.map_or((-1, i64::MIN), |kept| (kept.through_n, kept.copy.made_at_ms)))
}

/// Work that is neither at the server nor in the last copy.
pub fn uncopied(conn: &Connection) -> Result<Uncopied> {
    let (through_n, made_ms) = covered(conn)?;
    let sql = "WITH alone (visit, ms, sha256) AS (
        SELECT e.ent, e.stored_ms, NULL FROM entry e INDEXED BY entry_unsent
          WHERE e.sseq IS NULL AND e.server_refused IS NULL AND e.own AND e.n > ?1 AND EXISTS (SELECT 1 FROM visit_row v WHERE v.ent = e.ent)
        UNION ALL SELECT iif(d.slot = 'inbox', x'00', d.visit), d.saved_at_ms, NULL FROM draft d WHERE d.saved_at_ms >= ?2
        UNION ALL SELECT vb.visit, v.changed_at_ms, b.sha256 FROM blob b
          JOIN visit_blob vb ON vb.sha256 = b.sha256 JOIN visit_row v ON v.ent = vb.visit
          WHERE NOT EXISTS (SELECT 1 FROM stored_row s WHERE s.sha256 = b.sha256) AND NOT EXISTS (SELECT 1 FROM copied c WHERE c.sha256 = b.sha256))
      SELECT count(DISTINCT visit), min(ms), count(DISTINCT sha256) FROM alone";
    let (visits, since_ms, blobs): (i64, Option<i64>, i64) = conn
        .prepare_cached(sql)?
        .query_row([through_n, made_ms], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let visits = count(visits);
    let old = since_ms.is_some_and(|ms| super::now_ms().saturating_sub(ms) > REMIND_AFTER_MS);
    Ok(Uncopied {
        visits,
        blobs: count(blobs),
        since_ms,
        remind: visits > 0 && (old || visits >= REMIND_VISITS),
    })
}

impl Store {
    /// The second copy made last.
    pub fn last_copy(&self) -> Result<Option<LastCopy>> {
        self.read(|conn| Ok(kept(conn)?.map(|kept| kept.copy)))
    }

    /// What is neither in the second copy nor at the server.
    pub fn uncopied(&self) -> Result<Uncopied> {
        self.read(uncopied)
    }

    /// Everything that a copy made now must hold. `device` is the key that writes here: its logs are always whole in a copy.
    pub fn copy_snapshot(&self, device: &PublicKey) -> Result<Snapshot> {
        self.read(|conn| {
            // Another laptop's log is in it while the server lacks some of it: this laptop took that in and answers for it.
            let sql = "SELECT e.n, e.id FROM entry e JOIN log l ON l.log = e.log WHERE NOT l.server AND (l.public_key = ?1
                         OR EXISTS (SELECT 1 FROM entry p WHERE p.log = e.log AND p.sseq IS NULL)) ORDER BY e.n";
            let entries = conn
                .prepare(sql)?
                .query_map([device.to_string()], |row| Ok((row.get(0)?, entries::entry_id(row.get(1)?))))?
                .collect::<rusqlite::Result<_>>()?;
            let drafts = conn
                .prepare("SELECT visit, slot, raw, saved_at_ms FROM draft ORDER BY visit, slot")?
                .query_map([], |row| {
                    Ok(CopyDraft {
                        visit: Uuid::from_bytes(row.get(0)?),
                        slot: row.get(1)?,
                        raw: row.get(2)?,
                        saved_ms: row.get(3)?,
                    })
                })?
                .collect::<rusqlite::Result<_>>()?;
            let sql = "SELECT sha256, len, kind FROM blob WHERE NOT EXISTS (SELECT 1 FROM stored_row s WHERE s.sha256 = blob.sha256) ORDER BY sha256";
            let all: Vec<(Digest, u64, String)> = conn
                .prepare(sql)?
                .query_map([], |row| Ok((Digest::from_bytes(row.get(0)?), count(row.get(1)?), row.get(2)?)))?
                .collect::<rusqlite::Result<_>>()?;
            let (thumbs, blobs): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, _, kind)| kind == "thumb");
            Ok(Snapshot {
                entries,
                through_n: conn.query_row("SELECT coalesce(max(n), -1) FROM entry", [], |row| row.get(0))?,
                drafts,
                thumbs: thumbs.into_iter().map(|(sha256, _, _)| sha256).collect(),
                blobs,
                now_ms: super::now_ms(),
            })
        })
    }

    /// The encoded frame of an entry by its number.
    pub fn frame_bytes(&self, n: i64) -> Result<Vec<u8>> {
        self.read(|conn| {
            let sql = "SELECT frame FROM entry WHERE n = ?1";
            Ok(conn.prepare_cached(sql)?.query_row([n], |row| row.get(0))?)
        })
    }

    /// Remembers that a copy lies on its medium, whole.
    pub fn copied(&self, copy: &LastCopy, through_n: i64, blobs: &[Digest]) -> Result<()> {
        self.transact(|tx| {
            let kept = Kept {
                through_n,
                copy: copy.clone(),
            };
            tx.set_meta(Meta::LastCopy, Some(&serde_json::to_string(&kept)?))?;
            tx.sql.execute("DELETE FROM copied", [])?;
            let mut insert = tx.sql.prepare_cached("INSERT INTO copied (sha256) VALUES (?1) ON CONFLICT DO NOTHING")?;
            for sha256 in blobs {
                insert.execute([sha256.as_bytes()])?;
            }
            Ok(())
        })
    }

    /// Takes in entries that another laptop wrote, each after its `prev`. They are pending like own ones until the server has them.
    pub fn take_in(self: &Arc<Self>, scope: ScopeId, frames: &[Frame]) -> Result<Taken> {
        for _ in 0..JUDGE_TRIES {
            if let Some(taken) = self.try_take_in(scope, frames)? {
                return Ok(taken);
            }
        }
        Err(Error::Broken("the store never stood still while a copy was taken in"))
    }

    /// None when a synchronisation stored entries of the same logs between judging and storing.
    fn try_take_in(self: &Arc<Self>, scope: ScopeId, frames: &[Frame]) -> Result<Option<Taken>> {
        let index = Replica(Arc::clone(self));
        let mut batch = Batch::new(&index, scope);
        let (mut taken, mut new, mut forks) = (Taken::default(), Vec::new(), Vec::new());
        for frame in frames {
            let (verified, fork) = match batch.judge(frame)? {
                Verdict::Accepted(verified) => (verified, None),
                Verdict::Branch(verified, fork) => (verified, Some(fork)),
                Verdict::Duplicate(_) => {
                    taken.known = taken.known.saturating_add(1);
                    continue;
                }
                Verdict::Gap { id, .. } => {
                    taken.refused.push(refused(&id, "the entry before it is missing"));
                    continue;
                }
                Verdict::Refused(broken) => {
                    let reason = match broken.reason {
                        Refusal::ForeignScope => "it belongs to another county".to_owned(),
                        other => other.to_string(),
                    };
                    taken.refused.push(refused(&broken.id, &reason));
                    continue;
                }
            };
            forks.extend(fork);
            new.push(NewEntry {
                frame: frame.clone(),
                verified,
            });
        }
        let places: Vec<(LogId, u64, Vec<EntryId>)> = new
            .iter()
            .map(|entry| (entry.verified.header.log, entry.verified.header.seq))
            .map(|(log, seq)| Ok((log, seq, index.ids_at(&log, seq)?)))
            .collect::<Result<_>>()?;
        let own = self.meta(Meta::OwnLog)?;
        let stored = self.transact(|tx| {
            for (log, seq, ids) in &places {
                if tx.ids_at(log, *seq)? != *ids {
                    return Ok(false);
                }
            }
            for fork in &forks {
                tx.put_fork(fork)?;
            }
            for entry in &new {
                tx.insert_entry(&entry.frame, &entry.verified, true)?;
                let log = entry.verified.header.log;
                if own.as_deref() == Some(log.to_string().as_str()) {
                    // Our log went on elsewhere: this store is older than the copy.
                    let forked = forks.iter().any(|fork| fork.log == log);
                    tx.retire_log(log, if forked { NewLogReason::Fork } else { NewLogReason::HeadAhead })?;
                }
            }
            let ents: Vec<Uuid> = new.iter().map(|entry| entry.verified.header.ent).collect();
            tx.fold(&ents)?;
            Ok(true)
        })?;
        taken.new = u64::try_from(new.len()).unwrap_or(u64::MAX);
        taken.ents = new.into_iter().map(|entry| entry.verified.header.ent).collect();
        Ok(stored.then_some(taken))
    }

    /// Name of a photo by the digest of its bytes.
    pub fn photo_name(&self, original: &Digest) -> Result<Option<String>> {
        let visit: Option<[u8; 16]> = self.read(|conn| {
            let sql = "SELECT visit FROM visit_blob WHERE sha256 = ?1 LIMIT 1";
            let mut statement = conn.prepare_cached(sql)?;
            let mut rows = statement.query_map([original.as_bytes()], |row| row.get(0))?;
            Ok(rows.next().transpose()?)
        })?;
        let Some(visit) = visit else { return Ok(None) };
        let visit = self.visit(domain::VisitId(Uuid::from_bytes(visit)))?;
        let hex = original.to_hex();
        Ok(visit.and_then(|visit| {
            let photo = visit.photos.iter().find(|photo| photo.attached.original.sha256 == hex)?;
            Some(photo.attached.name.clone())
        }))
    }
}

impl Tx<'_> {
    fn ids_at(&self, log: &LogId, seq: u64) -> Result<Vec<EntryId>> {
        let mut statement = self.sql.prepare_cached("SELECT id FROM entry WHERE log = ?1 AND seq = ?2 ORDER BY id")?;
        let rows = statement.query_map((log.as_bytes(), sql_int(seq)), |row| row.get(0))?;
        rows.map(|id| Ok(entries::entry_id(id?))).collect()
    }

    /// Keeps a draft of another laptop, unless the visit is unknown or sealed here or something newer is being typed; false then. A photo
    /// that waited there waits here, unless it has come into a visit since.
    pub fn take_draft(&mut self, draft: &CopyDraft) -> Result<bool> {
        let over = if draft.slot == inbox::SLOT {
            let sql = "SELECT EXISTS (SELECT 1 FROM photo_row WHERE photo = ?1)";
            self.sql
                .prepare_cached(sql)?
                .query_row([draft.visit.as_bytes().as_slice()], |row| row.get(0))?
        } else {
            self.visit(domain::VisitId(draft.visit))?.is_none_or(|visit| visit.sealed.is_some())
        };
        if over {
            return Ok(false);
        }
        let sql = "INSERT INTO draft (visit, slot, raw, saved_at_ms) VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT (visit, slot) DO UPDATE SET raw = excluded.raw, saved_at_ms = excluded.saved_at_ms
                     WHERE excluded.saved_at_ms > draft.saved_at_ms";
        let row = (draft.visit.as_bytes().as_slice(), &draft.slot, &draft.raw, draft.saved_ms);
        Ok(self.sql.prepare_cached(sql)?.execute(row)? > 0)
    }
}

fn refused(id: &EntryId, reason: &str) -> RefusedFromCopy {
    RefusedFromCopy {
        entry: id.to_string(),
        reason: reason.to_owned(),
    }
}
