//! Entries as they are kept: the exact bytes, with columns to find them by.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Operation, PersonId};
use ledger::chain::Tip;
use ledger::{EntryId, Frame, Header, LogId, NewLogReason, PreviousLog, Verified, verify_open};
use rusqlite::{Connection, OptionalExtension};
use seal::keys::PublicKey;
use uuid::Uuid;

use super::{Meta, Tx, count, sql_int};
use crate::error::{Error, Result};

/// An entry with what folding needs.
pub struct EntryRow {
    /// Its id.
    pub id: EntryId,
    /// Its header.
    pub header: Header,
    /// Its payload bytes.
    pub payload: Vec<u8>,
    /// Whether its log is the server's.
    pub server: bool,
}

impl Tx<'_> {
    /// Stores an entry whose place in its chain was judged. An entry stored already is left alone; false says so. `own` says that this
    /// laptop answers for its arrival at the server: it was written here, or taken in from another laptop's second copy.
    pub fn insert_entry(&mut self, frame: &Frame, verified: &Verified, own: bool) -> Result<bool> {
        let header = &verified.header;
        if header.seq == 0 {
            self.insert_log(frame, header.log)?;
        }
        let sql = "INSERT INTO entry (id, log, seq, prev, kind, ent, has_deps, own, stored_ms, frame)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (id) DO NOTHING";
        let added = self.sql.prepare_cached(sql)?.execute((
            verified.id.as_bytes(),
            header.log.as_bytes(),
            sql_int(header.seq),
            header.prev.as_ref().map(EntryId::as_bytes),
            header.kind.as_str(),
            header.ent.as_bytes(),
            !header.deps.is_empty(),
            own,
            self.now_ms,
            frame.to_bytes()?,
        ))?;
        Ok(added > 0)
    }

    fn insert_log(&mut self, frame: &Frame, log: LogId) -> Result<()> {
        let (_, open) = verify_open(frame)?;
        let server = self.meta(Meta::ServerKid)?.is_some_and(|kid| kid == open.key.kid().to_string());
        let sql = "INSERT INTO log (log, scope, public_key, server) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
        self.sql
            .execute(sql, (log.as_bytes(), open.scope.as_bytes(), open.key.to_string(), server))?;
        Ok(())
    }

    /// Forgets that a log is written here, so that the next entry opens a new one that names it.
    pub fn retire_log(&mut self, log: LogId, reason: NewLogReason) -> Result<()> {
        if self.meta(Meta::OwnLog)?.is_none_or(|own| own != log.to_string()) {
            return Ok(());
        }
        let previous = tips(&self.sql, &log)?.into_iter().max().map(|tip| PreviousLog {
            log,
            seq: tip.seq,
            id: tip.id,
            reason,
        });
        let text = previous.map(|p| serde_json::to_string(&p)).transpose()?;
        self.set_meta(Meta::RetiredLog, text.as_deref())?;
        self.set_meta(Meta::OwnLog, None)
    }
}

/// Key and scope of a log.
pub fn log(conn: &Connection, log: &LogId) -> Result<Option<(PublicKey, [u8; 16])>> {
    let sql = "SELECT public_key, scope FROM log WHERE log = ?1";
    let row: Option<(String, [u8; 16])> = conn
        .prepare_cached(sql)?
        .query_row([log.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    row.map(|(key, scope)| Ok((key.parse()?, scope))).transpose()
}

/// The ends of a log's branches.
pub fn tips(conn: &Connection, log: &LogId) -> Result<Vec<Tip>> {
    let sql = "SELECT e.seq, e.id FROM entry e WHERE e.log = ?1
               AND NOT EXISTS (SELECT 1 FROM entry later WHERE later.prev = e.id) ORDER BY e.seq, e.id";
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map([log.as_bytes()], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, [u8; 32]>(1)?)))?;
    rows.map(|row| {
        let (seq, id) = row?;
        Ok(Tip {
            seq: count(seq),
            id: entry_id(id),
        })
    })
    .collect()
}

/// The last entry of an unforked log, or one of the ends of a forked one.
pub fn head(conn: &Connection, log: &LogId) -> Result<Option<(EntryId, Header)>> {
    let sql = "SELECT id, frame FROM entry WHERE log = ?1 ORDER BY seq DESC LIMIT 1";
    let row: Option<([u8; 32], Vec<u8>)> = conn
        .prepare_cached(sql)?
        .query_row([log.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    row.map(|(id, frame)| Ok((entry_id(id), Header::parse(&Frame::parse(&frame)?.header)?)))
        .transpose()
}

/// The exact bytes of an entry.
pub fn frame(conn: &Connection, id: &EntryId) -> Result<Option<Frame>> {
    let sql = "SELECT frame FROM entry WHERE id = ?1";
    let bytes: Option<Vec<u8>> = conn.prepare_cached(sql)?.query_row([id.as_bytes()], |row| row.get(0)).optional()?;
    bytes.map(|bytes| Ok(Frame::parse(&bytes)?)).transpose()
}

/// All entries of an aggregate in the order of storing.
pub fn of_aggregate(conn: &Connection, ent: &Uuid) -> Result<Vec<EntryRow>> {
    after(conn, ent, -1)
}

/// Entries of an aggregate stored after the one with number `n`, in the order of storing.
pub fn after(conn: &Connection, ent: &Uuid, n: i64) -> Result<Vec<EntryRow>> {
    let sql = "SELECT e.id, e.frame, l.server FROM entry e JOIN log l ON l.log = e.log WHERE e.ent = ?1 AND e.n > ?2 ORDER BY e.n";
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map((ent.as_bytes(), n), |row| {
        Ok((row.get::<_, [u8; 32]>(0)?, row.get::<_, Vec<u8>>(1)?, row.get::<_, bool>(2)?))
    })?;
    rows.map(|row| {
        let (id, bytes, server) = row?;
        let frame = Frame::parse(&bytes)?;
        Ok(EntryRow {
            id: entry_id(id),
            header: Header::parse(&frame.header)?,
            payload: frame.payload,
            server,
        })
    })
    .collect()
}

impl super::Store {
    /// The last entry of an aggregate in each log, by log.
    pub fn heads_of(&self, ent: &Uuid) -> Result<Vec<(LogId, Tip)>> {
        self.read(|conn| {
            let sql = "SELECT log, seq, id FROM entry e WHERE ent = ?1
                       AND seq = (SELECT max(seq) FROM entry o WHERE o.ent = ?1 AND o.log = e.log) ORDER BY log, id";
            let mut statement = conn.prepare_cached(sql)?;
            let rows = statement.query_map([ent.as_bytes()], |row| {
                Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, i64>(1)?, row.get::<_, [u8; 32]>(2)?))
            })?;
            rows.map(|row| {
                let (log, seq, id) = row?;
                let tip = Tip {
                    seq: count(seq),
                    id: entry_id(id),
                };
                Ok((LogId::from_bytes(log), tip))
            })
            .collect()
        })
    }
}

impl super::Store {
    /// When each person signed a visit, as claimed, ms since 1970 UTC.
    pub fn signature_times(&self, visit: domain::VisitId) -> Result<BTreeMap<PersonId, i64>> {
        let rows = self.read(|conn| of_aggregate(conn, &visit.0))?;
        let mut times = BTreeMap::new();
        for row in rows.iter().filter(|row| row.header.kind.as_str() == "seal.signed/1") {
            if let Ok(Operation::SealSigned(signed)) = Operation::from_parts("seal.signed/1", &payload(&row.payload)?) {
                times.entry(signed.person).or_insert(row.header.ts);
            }
        }
        Ok(times)
    }
}

/// All ids on the branch that ends in an entry, by walking `prev`.
pub fn branch(conn: &Connection, from: &EntryId) -> Result<BTreeSet<EntryId>> {
    let sql = "WITH RECURSIVE back (id, prev) AS (
                 SELECT id, prev FROM entry WHERE id = ?1 UNION ALL SELECT e.id, e.prev FROM entry e JOIN back ON e.id = back.prev)
               SELECT id FROM back";
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map([from.as_bytes()], |row| row.get::<_, [u8; 32]>(0))?;
    rows.map(|row| Ok(entry_id(row?))).collect()
}

/// Whether some position of the log holds several entries.
pub fn is_forked(conn: &Connection, log: &LogId) -> Result<bool> {
    let sql = "SELECT forked FROM log WHERE log = ?1";
    let forked: Option<bool> = conn.prepare_cached(sql)?.query_row([log.as_bytes()], |row| row.get(0)).optional()?;
    Ok(forked.unwrap_or_default())
}

/// An entry id from its column.
pub fn entry_id(bytes: [u8; 32]) -> EntryId {
    EntryId(seal::Digest::from_bytes(bytes))
}

/// Reads a JSON payload that was checked when it was stored.
pub fn payload(bytes: &[u8]) -> Result<serde_json::Value> {
    serde_json::from_slice(bytes).map_err(Error::from)
}
