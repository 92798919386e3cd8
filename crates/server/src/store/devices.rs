//! Devices: which keys the authority certified, and their sessions.

use domain::Aggregate;
use domain::operation::DeviceCertified;
use ledger::ScopeId;
use rusqlite::{OptionalExtension, params};
use seal::Digest;
use seal::keys::Kid;

use super::Db;
use super::index::entry_id;
use crate::Result;
use crate::county::device_aggregate;

/// A device with a running session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Device {
    /// The scope that the session is bound to.
    pub scope: ScopeId,
    /// The device's key.
    pub kid: Kid,
}

impl Db {
    /// The certificate of a device's key in a scope, if the authority issued one.
    pub fn device_certificate(&self, scope: &ScopeId, kid: &Kid) -> Result<Option<DeviceCertified>> {
        Ok(match self.aggregate(scope, device_aggregate(kid))? {
            Some(Aggregate::Device(device)) => Some(device),
            _ => None,
        })
    }

    /// Opens a device's session under the hash of its token; sessions that are over are forgotten.
    pub fn open_device_session(&mut self, token: &Digest, device: Device, expires_ms: i64) -> Result<()> {
        let now = self.now_ms();
        let tx = self.begin()?;
        tx.execute("DELETE FROM device_session WHERE expires_ms <= ?1", [now])?;
        tx.execute(
            "INSERT INTO device_session (token, scope, kid, expires_ms) VALUES (?1, ?2, ?3, ?4)",
            params![token.as_bytes(), device.scope.as_bytes(), device.kid.digest().as_bytes(), expires_ms],
        )?;
        tx.commit()?;
        Ok(())
    }

    /// The device of a running session.
    pub fn device_session(&self, token: &Digest) -> Result<Option<Device>> {
        let sql = "SELECT scope, kid FROM device_session WHERE token = ?1 AND expires_ms > ?2";
        let mut statement = self.conn.prepare_cached(sql)?;
        Ok(statement
            .query_row(params![token.as_bytes(), self.now_ms()], |row| {
                Ok(Device {
                    scope: ScopeId::from_bytes(row.get(0)?),
                    kid: Kid::from(entry_id(row, 1)?.0),
                })
            })
            .optional()?)
    }
}
