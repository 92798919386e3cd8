//! State: derived from the log by `domain::apply` in the one order of `ledger::fold`, as JSON and as columns for lists.

use std::collections::{BTreeMap, BTreeSet};

use domain::lead::{Said, closing_entries};
use domain::{Aggregate, LogKind, Meta as OperationMeta, Operation, PersonId, Visit, VisitPhase, apply};
use ledger::fold::{Folder, Meta as OrderMeta, order, order_before, predecessor};
use ledger::{EntryId, LogId};
use rusqlite::{Connection, OptionalExtension};
use seal::Digest;
use tracing::warn;
use uuid::Uuid;

use super::entries::{self, EntryRow};
use super::meta::Meta;
use super::{Store, Tx};
use crate::error::Result;
use crate::standing::counts;

pub(super) mod list_rows;
mod rows;

/// An aggregate as last committed (or as this transaction sees it).
pub fn aggregate(conn: &Connection, ent: &Uuid) -> Result<Option<Aggregate>> {
    let sql = "SELECT json FROM aggregate WHERE ent = ?1";
    let json: Option<String> = conn.prepare_cached(sql)?.query_row([ent.as_bytes()], |row| row.get(0)).optional()?;
    json.map(|json| Ok(serde_json::from_str(&json)?)).transpose()
}

/// The persons for whom the county certified a key.
pub fn certified_for(conn: &Connection, kid: &str) -> Result<Vec<PersonId>> {
    let mut statement = conn.prepare_cached("SELECT ent FROM certificate_row WHERE kid = ?1")?;
    let rows = statement.query_map([kid], |row| Ok(PersonId(Uuid::from_bytes(row.get(0)?))))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// What the next own entry of an aggregate must name in `deps`.
pub fn unseen(conn: &Connection, ent: &Uuid, own: Option<&LogId>) -> Result<Vec<EntryId>> {
    if own.is_some_and(|own| is_plain(conn, ent, Some(own)).unwrap_or_default()) {
        return Ok(Vec::new());
    }
    let rows = entries::of_aggregate(conn, ent)?;
    let own_last = rows.iter().filter(|row| Some(&row.header.log) == own).max_by_key(|row| row.header.seq);
    let own_last = own_last.map(|row| row.id);
    Ok(Folder::of(order_metas(conn, &rows)?).unseen(own_last))
}

/// Whether all entries of an aggregate stand in one unforked log and name no others: then its order is the log's.
fn is_plain(conn: &Connection, ent: &Uuid, own: Option<&LogId>) -> Result<bool> {
    let sql = "SELECT count(DISTINCT e.log), max(e.has_deps), max(l.forked), min(e.log) FROM entry e JOIN log l ON l.log = e.log WHERE e.ent = ?1";
    let (logs, deps, forked, log) = conn.prepare_cached(sql)?.query_row([ent.as_bytes()], |row| {
        Ok((
            row.get::<_, i64>(0)?,
            row.get::<_, Option<bool>>(1)?,
            row.get::<_, Option<bool>>(2)?,
            row.get::<_, Option<[u8; 16]>>(3)?,
        ))
    })?;
    let same = own.is_none_or(|own| log.is_none_or(|log| log == *own.as_bytes()));
    Ok(logs <= 1 && deps != Some(true) && forked != Some(true) && same)
}

fn order_metas(conn: &Connection, rows: &[EntryRow]) -> Result<Vec<OrderMeta>> {
    let mut by_log: BTreeMap<LogId, Vec<(u64, EntryId)>> = BTreeMap::new();
    for row in rows {
        by_log.entry(row.header.log).or_default().push((row.header.seq, row.id));
    }
    rows.iter()
        .map(|row| {
            let forked = entries::is_forked(conn, &row.header.log)?;
            let branch = if forked { entries::branch(conn, &row.id)? } else { BTreeSet::new() };
            let candidates = by_log.get(&row.header.log).map(Vec::as_slice).unwrap_or_default();
            Ok(OrderMeta {
                id: row.id,
                log: row.header.log,
                seq: row.header.seq,
                after: predecessor(row.header.seq, candidates, || branch, forked),
                deps: row.header.deps.clone(),
            })
        })
        .collect()
}

/// What an entry says of who may close the visit.
fn said(row: &EntryRow, after: Vec<usize>) -> Said {
    let handed = row.header.kind.as_str() == "visit.handed_over/1";
    let to = || entries::payload(&row.payload).ok()?.get("device")?.as_str().map(str::to_owned);
    Said {
        kind: row.header.kind.as_str().to_owned(),
        kid: row.header.kid.to_string(),
        server: row.server,
        to: if handed { to() } else { None },
        after,
    }
}

/// The order in which the entries are folded: the canonical one, with what reviews and the leads' seals contain before the rest.
fn folding_order(metas: &[OrderMeta], ent: &Uuid, by_id: &BTreeMap<EntryId, &EntryRow>) -> Vec<EntryId> {
    let plain = order(metas);
    let places: BTreeMap<EntryId, usize> = plain.iter().copied().zip(0..).collect();
    let metas_by_id: BTreeMap<EntryId, &OrderMeta> = metas.iter().map(|meta| (meta.id, meta)).collect();
    let said = plain.iter().map(|id| {
        let ancestors = metas_by_id.get(id).into_iter().flat_map(|meta| meta.after.iter().chain(&meta.deps));
        let after = ancestors.filter_map(|id| places.get(id).copied()).collect();
        by_id.get(id).map_or_else(Said::default, |row| said(row, after))
    });
    let said: Vec<Said> = said.collect();
    let first = closing_entries(*ent, &said);
    let first: Vec<EntryId> = first.iter().filter_map(|place| plain.get(*place).copied()).collect();
    if first.is_empty() { plain } else { order_before(metas, &first) }
}

/// Applies an entry and says whether this version understands it.
fn apply_row(state: &mut Option<Aggregate>, row: &EntryRow) -> Result<bool> {
    if !row.header.is_known_version() {
        return Ok(false);
    }
    if row.header.kind.only_orders() {
        return Ok(true);
    }
    let operation = match Operation::from_parts(row.header.kind.as_str(), &entries::payload(&row.payload)?) {
        Ok(operation) => operation,
        Err(_) => {
            warn!(entry = %row.id, kind = %row.header.kind, "not applied");
            return Ok(false);
        }
    };
    let meta = OperationMeta {
        entry: row.id.to_string(),
        ent: row.header.ent,
        by: row.header.by.map(PersonId),
        log_kind: if row.server { LogKind::Server } else { LogKind::Device },
        kid: row.header.kid.to_string(),
        ts_ms: row.header.ts,
    };
    apply(state, &operation, &meta);
    Ok(true)
}

/// A state, and whether every entry behind it was understood.
type Folded = (Option<Aggregate>, bool);

fn folded_on<'a>(mut state: Option<Aggregate>, rows: impl IntoIterator<Item = &'a EntryRow>) -> Result<Folded> {
    let mut understood = true;
    for row in rows {
        understood &= apply_row(&mut state, row)?;
    }
    Ok((state, understood))
}

impl Tx<'_> {
    /// Brings aggregates up to date after entries were stored.
    pub fn fold(&mut self, ents: &[Uuid]) -> Result<()> {
        for ent in ents.iter().collect::<BTreeSet<_>>() {
            let next = if is_plain(&self.sql, ent, None)? { self.plain_next(ent)? } else { None };
            let refolded = next.is_none();
            let folded = match next {
                Some((state, rows)) => folded_on(state, &rows)?,
                None => self.refold(ent)?,
            };
            self.keep(ent, folded, refolded)?;
        }
        Ok(())
    }

    /// The state to go on from and the entries to be applied to it, where the order is the log's.
    fn plain_next(&mut self, ent: &Uuid) -> Result<Option<(Option<Aggregate>, Vec<EntryRow>)>> {
        let folded: Option<i64> = self
            .sql
            .prepare_cached("SELECT folded_n FROM aggregate WHERE ent = ?1")?
            .query_row([ent.as_bytes()], |row| row.get(0))
            .optional()?;
        let Some(folded) = folded else { return Ok(None) };
        let state = match self.cache.get(ent) {
            Some(state) => Some(state.clone()),
            None => aggregate(&self.sql, ent)?,
        };
        Ok(Some((state, entries::after(&self.sql, ent, folded)?)))
    }

    fn refold(&self, ent: &Uuid) -> Result<Folded> {
        let rows = entries::of_aggregate(&self.sql, ent)?;
        let by_id: BTreeMap<EntryId, &EntryRow> = rows.iter().map(|row| (row.id, row)).collect();
        let order = folding_order(&order_metas(&self.sql, &rows)?, ent, &by_id);
        folded_on(None, order.iter().filter_map(|id| by_id.get(id).copied()))
    }

    fn keep(&mut self, ent: &Uuid, (state, understood): Folded, refolded: bool) -> Result<()> {
        self.changed.insert(*ent);
        if !understood {
            self.sql
                .prepare_cached("INSERT OR IGNORE INTO unapplied (ent) VALUES (?1)")?
                .execute([ent.as_bytes()])?;
        }
        let Some(state) = state else { return Ok(()) };
        let sql = "INSERT INTO aggregate (ent, json, folded_n) VALUES (?1, ?2, (SELECT max(n) FROM entry WHERE ent = ?1))
                   ON CONFLICT (ent) DO UPDATE SET json = excluded.json, folded_n = excluded.folded_n";
        self.sql.prepare_cached(sql)?.execute((ent.as_bytes(), serde_json::to_string(&state)?))?;
        let phase = match &state {
            Aggregate::Visit(visit) => Some(self.phase(visit)),
            _ => None,
        };
        rows::write(&self.sql, ent, &state, phase, refolded)?;
        list_rows::write(&self.sql, ent, &state)?;
        if matches!(state, Aggregate::Visit(_)) {
            self.cache.insert(*ent, state);
        }
        Ok(())
    }

    /// Where a visit stands: signatures that do not count over a statement which is here are left out.
    fn phase(&self, visit: &Visit) -> VisitPhase {
        let sha256 = visit.sealed.as_ref().and_then(|sealed| sealed.statement.sha256.parse().ok());
        let read = |sha256: &Digest| self.statements.as_ref().and_then(|read| read(sha256));
        let statement = sha256.as_ref().filter(|_| !visit.signatures.is_empty()).and_then(read);
        visit.phase_with(|signed| {
            let own = self.keys.get(&signed.kid).copied();
            let owners: Vec<PersonId> = own.into_iter().chain(certified_for(&self.sql, &signed.kid).unwrap_or_default()).collect();
            statement.as_ref().is_none_or(|bytes| counts(bytes, signed, &owners))
        })
    }

    /// A visit as this transaction sees it.
    pub fn visit(&mut self, id: domain::VisitId) -> Result<Option<Visit>> {
        if !self.cache.contains_key(&id.0)
            && let Some(state) = aggregate(&self.sql, &id.0)?
        {
            self.cache.insert(id.0, state);
        }
        Ok(match self.cache.get(&id.0) {
            Some(Aggregate::Visit(visit)) => Some((**visit).clone()),
            _ => None,
        })
    }

    /// Drops all state and makes it again from the log.
    fn rebuild(&mut self) -> Result<()> {
        self.cache.clear();
        for (table, _) in DERIVED {
            self.sql.execute_batch(&format!("DELETE FROM {table}"))?;
        }
        list_rows::clear(&self.sql)?;
        let ents: Vec<[u8; 16]> = {
            let mut statement = self.sql.prepare("SELECT DISTINCT ent FROM entry ORDER BY ent")?;
            statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?
        };
        for ent in ents {
            let ent = Uuid::from_bytes(ent);
            let folded = self.refold(&ent)?;
            self.keep(&ent, folded, true)?;
        }
        Ok(())
    }

    /// Folds again whatever an older version did not understand all of.
    fn catch_up(&mut self) -> Result<()> {
        let ents: Vec<[u8; 16]> = {
            let mut statement = self.sql.prepare("DELETE FROM unapplied RETURNING ent")?;
            statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?
        };
        for ent in ents {
            let ent = Uuid::from_bytes(ent);
            let folded = self.refold(&ent)?;
            self.keep(&ent, folded, true)?;
        }
        self.set_meta(Meta::FoldedBy, Some(&Operation::understood()))
    }
}

/// Derived tables, and what of them is the same however they came about.
const DERIVED: [(&str, &str); 10] = [
    ("aggregate", "*"),
    ("station_row", "*"),
    ("person_row", "*"),
    ("certificate_row", "*"),
    ("visit_row", "*"),
    ("photo_row", "*"),
    ("photo_print", "photo, visit, print"),
    ("visit_blob", "*"),
    ("stored_row", "*"),
    ("unapplied", "ent, 'behind'"),
];

impl Store {
    /// A visit as last committed.
    pub fn visit(&self, id: domain::VisitId) -> Result<Option<Visit>> {
        let db = self.lock();
        let state = match db.cache.get(&id.0) {
            Some(state) => Some(state.clone()),
            None => aggregate(&db.conn, &id.0)?,
        };
        Ok(match state {
            Some(Aggregate::Visit(visit)) => Some(*visit),
            _ => None,
        })
    }

    /// After an update, applies the entries that only this version understands.
    pub fn catch_up(&self) -> Result<()> {
        if self.meta(Meta::FoldedBy)?.is_some_and(|by| by == Operation::understood()) {
            return Ok(());
        }
        self.transact(|tx| tx.catch_up())
    }

    /// Drops all state and makes it again from the log.
    pub fn rebuild(&self) -> Result<()> {
        self.transact(|tx| tx.rebuild())
    }

    /// All derived state as text, for comparing before and after a rebuild.
    pub fn dump_state(&self) -> Result<String> {
        self.read(|conn| {
            let mut text = String::new();
            for (table, columns) in DERIVED {
                let mut statement = conn.prepare(&format!("SELECT {columns} FROM {table} ORDER BY 1, 2"))?;
                let columns = statement.column_count();
                let mut rows = statement.query([])?;
                while let Some(row) = rows.next()? {
                    text.push_str(table);
                    for column in 0..columns {
                        text.push_str(&format!(" | {:?}", row.get_ref(column)?));
                    }
                    text.push('\n');
                }
            }
            list_rows::dump(conn, &mut text)?;
            Ok(text)
        })
    }
}
