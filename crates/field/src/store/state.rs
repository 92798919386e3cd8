//! State: derived from the log by `domain::apply` in the one order of `ledger::fold`, as JSON and as columns for lists.

use std::collections::{BTreeMap, BTreeSet};

use domain::lead::seals_of_the_opener;
use domain::{Aggregate, LogKind, Meta as OperationMeta, Operation, PersonId, Visit, apply};
use ledger::fold::{Folder, Meta as OrderMeta, order, order_before, predecessor};
use ledger::{EntryId, LogId};
use rusqlite::{Connection, OptionalExtension};
use tracing::warn;
use uuid::Uuid;

use super::entries::{self, EntryRow};
use super::{Store, Tx};
use crate::error::Result;

mod rows;

/// An aggregate as last committed (or as this transaction sees it).
pub fn aggregate(conn: &Connection, ent: &Uuid) -> Result<Option<Aggregate>> {
    let sql = "SELECT json FROM aggregate WHERE ent = ?1";
    let json: Option<String> = conn.prepare_cached(sql)?.query_row([ent.as_bytes()], |row| row.get(0)).optional()?;
    json.map(|json| Ok(serde_json::from_str(&json)?)).transpose()
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

/// The order in which the entries are folded: the canonical one, with what a seal of the opening laptop contains before the rest.
fn folding_order(metas: &[OrderMeta], ent: &Uuid, by_id: &BTreeMap<EntryId, &EntryRow>) -> Vec<EntryId> {
    let plain = order(metas);
    let kids: Vec<String> = plain
        .iter()
        .filter_map(|id| by_id.get(id))
        .map(|row| row.header.kid.to_string())
        .collect();
    let kinds = plain.iter().filter_map(|id| by_id.get(id)).map(|row| row.header.kind.as_str());
    let seals = seals_of_the_opener(*ent, kinds.zip(kids.iter().map(String::as_str)));
    let seals: Vec<EntryId> = seals.iter().filter_map(|place| plain.get(*place).copied()).collect();
    if seals.is_empty() { plain } else { order_before(metas, &seals) }
}

fn apply_row(state: &mut Option<Aggregate>, row: &EntryRow) -> Result<()> {
    if !row.header.is_known_version() || entries::is_ledger_kind(&row.header.kind) {
        return Ok(());
    }
    let operation = match Operation::from_parts(row.header.kind.as_str(), &entries::payload(&row.payload)?) {
        Ok(operation) => operation,
        Err(_) => {
            warn!(entry = %row.id, kind = %row.header.kind, "not applied");
            return Ok(());
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
    Ok(())
}

impl Tx<'_> {
    /// Brings aggregates up to date after entries were stored.
    pub fn fold(&mut self, ents: &[Uuid]) -> Result<()> {
        for ent in ents.iter().collect::<BTreeSet<_>>() {
            let next = if is_plain(&self.sql, ent, None)? { self.plain_next(ent)? } else { None };
            let refolded = next.is_none();
            let state = match next {
                Some((mut state, rows)) => {
                    for row in &rows {
                        apply_row(&mut state, row)?;
                    }
                    state
                }
                None => self.refold(ent)?,
            };
            self.keep(ent, state, refolded)?;
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

    fn refold(&self, ent: &Uuid) -> Result<Option<Aggregate>> {
        let rows = entries::of_aggregate(&self.sql, ent)?;
        let by_id: BTreeMap<EntryId, &EntryRow> = rows.iter().map(|row| (row.id, row)).collect();
        let mut state = None;
        for id in folding_order(&order_metas(&self.sql, &rows)?, ent, &by_id) {
            if let Some(row) = by_id.get(&id) {
                apply_row(&mut state, row)?;
            }
        }
        Ok(state)
    }

    fn keep(&mut self, ent: &Uuid, state: Option<Aggregate>, refolded: bool) -> Result<()> {
        self.changed.insert(*ent);
        let Some(state) = state else { return Ok(()) };
        let sql = "INSERT INTO aggregate (ent, json, folded_n) VALUES (?1, ?2, (SELECT max(n) FROM entry WHERE ent = ?1))
                   ON CONFLICT (ent) DO UPDATE SET json = excluded.json, folded_n = excluded.folded_n";
        self.sql.prepare_cached(sql)?.execute((ent.as_bytes(), serde_json::to_string(&state)?))?;
        rows::write(&self.sql, ent, &state, refolded)?;
        if matches!(state, Aggregate::Visit(_)) {
            self.cache.insert(*ent, state);
        }
        Ok(())
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
        for table in DERIVED {
            self.sql.execute_batch(&format!("DELETE FROM {table}"))?;
        }
        let ents: Vec<[u8; 16]> = {
            let mut statement = self.sql.prepare("SELECT DISTINCT ent FROM entry ORDER BY ent")?;
            statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?
        };
        for ent in ents {
            let ent = Uuid::from_bytes(ent);
            let state = self.refold(&ent)?;
            self.keep(&ent, state, true)?;
        }
        Ok(())
    }
}

const DERIVED: [&str; 8] = [
    "aggregate",
    "station_row",
    "person_row",
    "certificate_row",
    "visit_row",
    "photo_row",
    "visit_blob",
    "stored_row",
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

    /// Drops all state and makes it again from the log.
    pub fn rebuild(&self) -> Result<()> {
        self.transact(|tx| tx.rebuild())
    }

    /// All derived state as text, for comparing before and after a rebuild.
    pub fn dump_state(&self) -> Result<String> {
        self.read(|conn| {
            let mut text = String::new();
            for table in DERIVED {
                let mut statement = conn.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2"))?;
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
            Ok(text)
        })
    }
}
