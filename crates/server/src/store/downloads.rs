//! What left by the console as a file (导出登记): which photo or bundle, who kept it, and when.

use contract::console::Download;
use domain::{PhotoId, VisitId};
use ledger::ScopeId;
use rusqlite::params;
use seal::Digest;
use uuid::Uuid;

use super::{Account, Db};
use crate::Result;

impl Db {
    /// Notes that an account keeps a photo's original, or, without a photo, the proof bundle with all of them. Noted before the first byte
    /// leaves: what could not be noted does not leave.
    pub fn note_download(&self, scope: &ScopeId, visit: VisitId, photo: Option<PhotoId>, sha256: &Digest, account: &Account) -> Result<()> {
        self.conn.execute(
            "INSERT INTO download (scope, visit, photo, sha256, account, at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                scope.as_bytes(),
                visit.0.as_bytes(),
                photo.map(|photo| photo.0.into_bytes()),
                sha256.to_hex(),
                account.account,
                self.now_ms()
            ],
        )?;
        Ok(())
    }

    /// What left of a visit, in its order.
    pub fn downloads(&self, scope: &ScopeId, visit: VisitId) -> Result<Vec<Download>> {
        let sql = "SELECT d.photo, d.sha256, a.name, d.at_ms FROM download d JOIN account a USING (account) WHERE d.scope = ?1 AND d.visit = ?2 ORDER BY d.n";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map(params![scope.as_bytes(), visit.0.as_bytes()], |row| {
            let photo: Option<[u8; 16]> = row.get(0)?;
            Ok(Download {
                photo: photo.map(|id| PhotoId(Uuid::from_bytes(id))),
                sha256: row.get(1)?,
                name: row.get(2)?,
                at_ms: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
