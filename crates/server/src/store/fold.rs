//! State from entries: `domain::apply` over the canonical order of `ledger::fold`.
//!
//! The document of an aggregate stands with the number of entries folded into it and a hash over their ids. When entries arrive,
//! the order is made anew from the index columns; if what was folded is its beginning, only the rest is applied, else the
//! aggregate is folded again from nothing.

use std::collections::{BTreeMap, BTreeSet};

use domain::lead::{Said, closing_entries};
use domain::operation::Operation;
use domain::{Aggregate, LogKind, Meta, PersonId, apply};
use ledger::sync::StreamHead;
use ledger::{EntryId, Frame, Header, LogId, ScopeId, fold as order};
use rusqlite::{Connection, OptionalExtension, params};
use seal::Digest;
use uuid::Uuid;

use super::index::{self, count, entry_id, log_id, number};
use super::{Db, lists, names, twins, visits};
use crate::{Error, Result};

/// What the index columns say of one entry.
struct Row {
    id: EntryId,
    log: LogId,
    seq: u64,
    deps: Vec<EntryId>,
    kind: String,
    kid: String,
    server: bool,
}

fn rows(conn: &Connection, scope: &ScopeId, ent: Uuid) -> Result<Vec<Row>> {
    let sql =
        "SELECT e.id, e.log, e.seq, e.deps, e.kind, l.kid, l.is_server FROM entry e JOIN log l ON l.log = e.log WHERE e.scope = ?1 AND e.ent = ?2";
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map(params![scope.as_bytes(), ent.as_bytes()], |row| {
        let deps: Vec<u8> = row.get(3)?;
        let deps = deps.as_chunks::<32>().0.iter().map(|d| EntryId(Digest::from_bytes(*d)));
        Ok(Row {
            id: entry_id(row, 0)?,
            log: log_id(row, 1)?,
            seq: count(row, 2)?,
            deps: deps.collect(),
            kind: row.get(4)?,
            kid: entry_id(row, 5)?.0.to_string(),
            server: row.get(6)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn metas(conn: &Connection, rows: &[Row]) -> Result<Vec<order::Meta>> {
    let mut places: BTreeMap<LogId, Vec<(u64, EntryId)>> = BTreeMap::new();
    for row in rows {
        places.entry(row.log).or_default().push((row.seq, row.id));
    }
    let mut first_fork: BTreeMap<LogId, Option<u64>> = BTreeMap::new();
    for log in places.keys() {
        let mut statement = conn.prepare_cached("SELECT min(seq) FROM fork WHERE log = ?1")?;
        let seq: Option<i64> = statement.query_row([log.as_bytes().as_slice()], |row| row.get(0))?;
        first_fork.insert(*log, seq.map(i64::unsigned_abs));
    }
    let mut metas = Vec::with_capacity(rows.len());
    for row in rows {
        let candidates = places.get(&row.log).map_or(&[][..], Vec::as_slice);
        let forked = first_fork.get(&row.log).copied().flatten().is_some_and(|seq| seq <= row.seq);
        let branch = if forked { branch(conn, row.id)? } else { BTreeSet::new() };
        metas.push(order::Meta {
            id: row.id,
            log: row.log,
            seq: row.seq,
            after: order::predecessor(row.seq, candidates, || branch, forked),
            deps: row.deps.clone(),
        });
    }
    Ok(metas)
}

/// The order in which the entries are folded: the canonical one, with what reviews and the leads' seals contain before the rest.
fn folding_order(conn: &Connection, ent: Uuid, rows: &[Row]) -> Result<Vec<EntryId>> {
    let metas = metas(conn, rows)?;
    let plain = order::order(&metas);
    let places: BTreeMap<EntryId, usize> = plain.iter().copied().zip(0..).collect();
    let metas_by_id: BTreeMap<EntryId, &order::Meta> = metas.iter().map(|meta| (meta.id, meta)).collect();
    let by_id: BTreeMap<EntryId, &Row> = rows.iter().map(|row| (row.id, row)).collect();
    let mut said = Vec::with_capacity(plain.len());
    for id in &plain {
        let Some(row) = by_id.get(id) else { continue };
        let ancestors = metas_by_id.get(id).into_iter().flat_map(|meta| meta.after.iter().chain(&meta.deps));
        said.push(Said {
            kind: row.kind.clone(),
            kid: row.kid.clone(),
            server: row.server,
            to: if row.kind == "visit.handed_over/1" { handed_to(conn, id)? } else { None },
            after: ancestors.filter_map(|id| places.get(id).copied()).collect(),
        });
    }
    let first = closing_entries(ent, &said);
    let first: Vec<EntryId> = first.iter().filter_map(|place| plain.get(*place).copied()).collect();
    Ok(if first.is_empty() { plain } else { order::order_before(&metas, &first) })
}

/// Key id of the laptop that an entry gives its visit to.
fn handed_to(conn: &Connection, id: &EntryId) -> Result<Option<String>> {
    let frame = index::frame(conn, id)?.ok_or(Error::Corrupt("an entry is missing"))?;
    let payload = seal::canonical::parse(&frame.payload)?;
    Ok(payload.get("device").and_then(|kid| kid.as_str()).map(str::to_owned))
}

/// All entries before one on its own branch.
fn branch(conn: &Connection, id: EntryId) -> Result<BTreeSet<EntryId>> {
    let sql = "WITH RECURSIVE back (id) AS (SELECT prev FROM entry WHERE id = ?1 UNION SELECT e.prev FROM entry e JOIN back b ON e.id = b.id)
               SELECT id FROM back WHERE id IS NOT NULL";
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map([id.as_bytes()], |row| entry_id(row, 0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// What the server's next entry for an aggregate must come after.
pub(super) fn unseen(conn: &Connection, scope: &ScopeId, ent: Uuid, own: LogId) -> Result<Vec<EntryId>> {
    let rows = rows(conn, scope, ent)?;
    let own_last = rows.iter().filter(|r| r.log == own).max_by_key(|r| r.seq).map(|r| r.id);
    Ok(order::Folder::of(metas(conn, &rows)?).unseen(own_last))
}

/// Brings one aggregate's state up to date with its stored entries.
pub(super) fn fold(conn: &Connection, scope: &ScopeId, ent: Uuid) -> Result<()> {
    let rows = rows(conn, scope, ent)?;
    let server: BTreeSet<EntryId> = rows.iter().filter(|r| r.server).map(|r| r.id).collect();
    let order = folding_order(conn, ent, &rows)?;
    let known = conn
        .prepare_cached("SELECT state, folded, folded_hash FROM aggregate WHERE scope = ?1 AND ent = ?2")?
        .query_row(params![scope.as_bytes(), ent.as_bytes()], |row| {
            Ok((row.get::<_, String>(0)?, count(row, 1)?, entry_id(row, 2)?.0))
        })
        .optional()?;
    let start = StreamHead::start(scope);
    let (mut state, done) = match known {
        Some((json, folded, hash)) if hash_over(start, &order, folded) == Some(hash) => (Some(serde_json::from_str(&json)?), folded),
        _ => (None, 0),
    };
    let done = usize::try_from(done).map_err(|_| Error::Corrupt("the count of folded entries"))?;
    let mut understood = true;
    for id in order.iter().skip(done) {
        let frame = index::frame(conn, id)?.ok_or(Error::Corrupt("an entry is missing"))?;
        understood &= apply_frame(&mut state, &frame, server.contains(id))?;
    }
    if !understood {
        conn.prepare_cached("INSERT OR IGNORE INTO unapplied (scope, ent) VALUES (?1, ?2)")?
            .execute(params![scope.as_bytes(), ent.as_bytes()])?;
    }
    let Some(state) = state else { return Ok(()) };
    let folded = u64::try_from(order.len()).unwrap_or(u64::MAX);
    let hash = hash_over(start, &order, folded).unwrap_or(start.hash);
    conn.prepare_cached(
        "INSERT INTO aggregate (scope, ent, type, state, folded, folded_hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (scope, ent) DO UPDATE SET type = excluded.type, state = excluded.state, folded = excluded.folded,
         folded_hash = excluded.folded_hash",
    )?
    .execute(params![
        scope.as_bytes(),
        ent.as_bytes(),
        type_of(&state),
        serde_json::to_string(&state)?,
        number(folded),
        hash.as_bytes()
    ])?;
    if let Aggregate::Visit(visit) = &state {
        visits::project(conn, scope, visit)?;
        twins::project(conn, scope, visit)?;
    }
    lists::project(conn, scope, ent, &state)?;
    Ok(())
}

/// The hash over the first `count` ids of an order; None when it is shorter.
fn hash_over(start: StreamHead, order: &[EntryId], count: u64) -> Option<Digest> {
    let ids = order.get(..usize::try_from(count).ok()?)?;
    Some(ids.iter().fold(start, |head, id| head.then(id)).hash)
}

/// Applies an entry and says whether this version understands it: an unknown kind, or a payload that does not fit its kind, is kept and
/// forwarded and changes nothing.
fn apply_frame(state: &mut Option<Aggregate>, frame: &Frame, server: bool) -> Result<bool> {
    let header = Header::parse(&frame.header)?;
    let Some(operation) = operation(&header, &frame.payload) else {
        return Ok(header.is_known_version() && header.kind.only_orders());
    };
    let meta = Meta {
        entry: frame.id().to_string(),
        ent: header.ent,
        by: header.by.map(PersonId),
        log_kind: if server { LogKind::Server } else { LogKind::Device },
        kid: header.kid.to_string(),
        ts_ms: header.ts,
    };
    apply(state, &operation, &meta);
    Ok(true)
}

/// What an entry says, where this version understands it.
fn operation(header: &Header, payload: &[u8]) -> Option<Operation> {
    let payload = seal::canonical::parse(payload).ok().filter(|_| header.is_known_version())?;
    Operation::from_parts(header.kind.as_str(), &payload).ok()
}

/// The word by which an aggregate's type stands in its column.
fn type_of(state: &Aggregate) -> &'static str {
    match state {
        Aggregate::Station(_) => "station",
        Aggregate::Person(_) => "person",
        Aggregate::Device(_) => "device",
        Aggregate::Revocations(_) => "revocations",
        Aggregate::Blob(_) => "blob",
        Aggregate::Visit(_) => "visit",
    }
}

/// What a rebuild did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rebuilt {
    /// Entries read.
    pub entries: u64,
    /// Aggregates made.
    pub aggregates: u64,
}

impl Db {
    /// Drops all state and makes it again from the entries, in one transaction.
    pub fn rebuild(&mut self) -> Result<Rebuilt> {
        let tx = self.begin()?;
        tx.execute_batch(
            "DELETE FROM aggregate; DELETE FROM visit; DELETE FROM photo; DELETE FROM photo_print; DELETE FROM blob_named; DELETE FROM visit_blob;
             DELETE FROM unapplied;",
        )?;
        tx.execute_batch(lists::TABLES)?;
        let mut touched: BTreeSet<(ScopeId, Uuid)> = BTreeSet::new();
        let mut entries = 0_u64;
        {
            let mut statement = tx.prepare("SELECT scope, frame FROM entry ORDER BY scope, sseq")?;
            let mut found = statement.query([])?;
            while let Some(row) = found.next()? {
                let scope = ScopeId::from_bytes(row.get(0)?);
                let frame = Frame::parse(&row.get::<_, Vec<u8>>(1)?)?;
                let header = Header::parse(&frame.header)?;
                entries = entries.saturating_add(1);
                touched.insert((scope, header.ent));
                if let Some(operation) = operation(&header, &frame.payload) {
                    names::remember(&tx, &scope, header.ent, &operation)?;
                }
            }
        }
        for (scope, ent) in touched {
            fold(&tx, &scope, ent)?;
        }
        let aggregates = tx.query_row("SELECT count(*) FROM aggregate", [], |row| count(row, 0))?;
        tx.commit()?;
        Ok(Rebuilt { entries, aggregates })
    }

    /// After an update, applies the entries that only this version understands.
    pub(super) fn catch_up(&mut self) -> Result<()> {
        let understood = Operation::understood();
        let by: Option<String> = self
            .conn
            .query_row("SELECT value FROM meta WHERE name = 'folded_by'", [], |row| row.get(0))
            .optional()?;
        if by.as_deref() == Some(&understood) {
            return Ok(());
        }
        let tx = self.begin()?;
        let behind: Vec<(ScopeId, Uuid)> = {
            let mut statement = tx.prepare("DELETE FROM unapplied RETURNING scope, ent")?;
            let rows = statement.query_map([], |row| Ok((ScopeId::from_bytes(row.get(0)?), Uuid::from_bytes(row.get(1)?))))?;
            rows.collect::<rusqlite::Result<_>>()?
        };
        for (scope, ent) in behind {
            for row in rows(&tx, &scope, ent)? {
                let frame = index::frame(&tx, &row.id)?.ok_or(Error::Corrupt("an entry is missing"))?;
                if let Some(operation) = operation(&Header::parse(&frame.header)?, &frame.payload) {
                    names::remember(&tx, &scope, ent, &operation)?;
                }
            }
            tx.execute(
                "DELETE FROM aggregate WHERE scope = ?1 AND ent = ?2",
                params![scope.as_bytes(), ent.as_bytes()],
            )?;
            fold(&tx, &scope, ent)?;
        }
        tx.execute(
            "INSERT INTO meta (name, value) VALUES ('folded_by', ?1) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [understood],
        )?;
        tx.commit()?;
        Ok(())
    }

    /// All state as text, one line a row: equal for a store that grew and one that was rebuilt.
    pub fn state_text(&self) -> Result<String> {
        let mut text = String::new();
        for sql in [
            "SELECT quote(scope) || ' ' || quote(ent) || ' ' || type || ' ' || state || ' ' || folded || ' ' || quote(folded_hash)
             FROM aggregate ORDER BY scope, ent",
            "SELECT quote(scope) || ' ' || quote(visit) || ' ' || quote(station) || ' ' || pack || ' ' || phase || ' ' || team || ' ' || started_ms
             || ' ' || changed_ms || ' ' || answered || ' ' || findings || ' ' || photos FROM visit ORDER BY scope, visit",
            "SELECT quote(scope) || ' ' || quote(photo) || ' ' || quote(visit) || ' ' || original || ' ' || coalesce(thumbnail, '') || ' ' || mime
             FROM photo ORDER BY scope, photo, visit",
            "SELECT quote(scope) || ' ' || quote(photo) || ' ' || quote(visit) || ' ' || print FROM photo_print ORDER BY scope, photo, visit",
            "SELECT quote(scope) || ' ' || quote(sha256) || ' ' || quote(ent) || ' ' || part || ' ' || size_bytes FROM blob_named ORDER BY 1",
            "SELECT quote(scope) || ' ' || quote(visit) || ' ' || quote(sha256) || ' ' || part FROM visit_blob ORDER BY 1",
            "SELECT 'unapplied ' || quote(scope) || ' ' || quote(ent) FROM unapplied ORDER BY 1",
        ] {
            let mut statement = self.conn.prepare(sql)?;
            let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
            for line in lines {
                text.push_str(&line?);
                text.push('\n');
            }
        }
        text.push_str(&self.lists_text()?);
        Ok(text)
    }
}
