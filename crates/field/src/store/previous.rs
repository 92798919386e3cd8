//! The visit before.

use std::collections::BTreeMap;

use domain::visit::AnswerVersion;
use domain::{ItemCode, Visit, VisitId};
use rusqlite::OptionalExtension;
use serde::Deserialize;
use uuid::Uuid;

use super::Store;
use crate::error::Result;

/// A visit that was there before another one.
#[derive(Clone, Debug)]
pub struct VisitBefore {
    /// Which visit.
    pub visit: VisitId,
    /// Checklist digest.
    pub pack_sha256: String,
    /// Start, ms since 1970 UTC.
    pub started_at_ms: i64,
    /// Answers by item.
    pub answers: BTreeMap<ItemCode, Vec<AnswerVersion>>,
}

/// The answers of a visit's state; the rest of it is passed over.
#[derive(Deserialize)]
struct Answers {
    answers: BTreeMap<ItemCode, Vec<AnswerVersion>>,
}

impl Store {
    /// The latest visit to the same station by the same checklist that began earlier and is sealed or reviewed.
    pub fn visit_before(&self, visit: &Visit) -> Result<Option<VisitBefore>> {
        let found = self.read(|conn| {
            let sql = "SELECT v.ent, v.pack_sha256, v.started_at_ms, a.json FROM visit_row v CROSS JOIN aggregate a ON a.ent = v.ent
                       WHERE v.station = ?1 AND v.started_at_ms < ?2 AND v.pack = ?3 AND v.phase IN ('sealed', 'reviewed')
                       ORDER BY v.started_at_ms DESC, v.ent DESC LIMIT 1";
            let asked = (visit.station.0.as_bytes(), visit.description.started_at_ms, &visit.pack.id);
            let row = conn.prepare_cached(sql)?.query_row(asked, |row| {
                let id: [u8; 16] = row.get(0)?;
                Ok((VisitId(Uuid::from_bytes(id)), row.get(1)?, row.get(2)?, row.get::<_, String>(3)?))
            });
            Ok(row.optional()?)
        })?;
        let Some((visit, pack_sha256, started_at_ms, json)) = found else {
            return Ok(None);
        };
        Ok(Some(VisitBefore {
            visit,
            pack_sha256,
            started_at_ms,
            answers: serde_json::from_str::<Answers>(&json)?.answers,
        }))
    }
}
