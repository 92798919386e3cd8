//! Making entries: the next one in the log that is written here, in the transaction that applies it.

use domain::{Operation, PersonId};
use ledger::fold::split_deps;
use ledger::{Draft, EntryId, Incarnation, Kind, LogId, LogOpen, LogWriter, PreviousLog, ScopeId, open_log, verify};
use seal::keys::{Ed25519Key, Signer};
use uuid::Uuid;

use super::{Meta, Tx, entries, state};
use crate::error::{Error, Result};
use crate::keys::random;

/// Who writes: the device's key, for a scope.
pub struct Author {
    /// The device key.
    pub key: Ed25519Key,
    /// The scope.
    pub scope: ScopeId,
    /// Nonce of this life of the store.
    pub incarnation: Incarnation,
    /// Version of the program.
    pub app_version: String,
}

impl Tx<'_> {
    /// Signs an operation as the next entry, stores and applies it. Answers with the entry's id.
    pub fn author(&mut self, author: &Author, ent: Uuid, by: Option<PersonId>, operation: &Operation) -> Result<EntryId> {
        let id = self.write(author, ent, by, operation)?;
        self.fold(&[ent])?;
        Ok(id)
    }

    /// Signs operations on one aggregate as the next entries, stores them and applies them together: what lists show of them is
    /// written once.
    pub fn author_all(&mut self, author: &Author, ent: Uuid, by: PersonId, operations: &[Operation]) -> Result<()> {
        for operation in operations {
            self.write(author, ent, Some(by), operation)?;
        }
        self.fold(&[ent])
    }

    fn write(&mut self, author: &Author, ent: Uuid, by: Option<PersonId>, operation: &Operation) -> Result<EntryId> {
        let (kind, payload) = operation.to_parts()?;
        let unseen = state::unseen(&self.sql, &ent, self.own_log()?.as_ref())?;
        let (groups, deps) = split_deps(&unseen);
        for group in groups {
            self.append(author, ent, by, Kind::ENT_SEEN, serde_json::json!({}), group)?;
        }
        self.append(author, ent, by, &kind, payload, deps)
    }

    /// The log that is written here, if one is open.
    pub fn own_log(&self) -> Result<Option<LogId>> {
        Ok(self.meta(Meta::OwnLog)?.map(|log| log.parse()).transpose()?)
    }

    fn append(
        &mut self,
        author: &Author,
        ent: Uuid,
        by: Option<PersonId>,
        kind: &str,
        payload: serde_json::Value,
        deps: Vec<EntryId>,
    ) -> Result<EntryId> {
        let mut writer = self.writer(author)?;
        let beacon = self.meta(Meta::Beacon)?.map(|text| serde_json::from_str(&text)).transpose()?;
        let frame = writer.author(
            &author.key,
            Draft {
                kind: kind.parse()?,
                ent,
                by: by.map(|p| p.0),
                deps,
                payload,
                ts: self.now_ms,
                beacon,
                salt: random()?,
            },
        )?;
        let verified = verify(&frame, author.key.public())?;
        self.insert_entry(&frame, &verified, true)?;
        Ok(verified.id)
    }

    fn writer(&mut self, author: &Author) -> Result<LogWriter> {
        if let Some(log) = self.own_log()? {
            let (id, last) = entries::head(&self.sql, &log)?.ok_or(Error::Broken("the own log has no entry"))?;
            return Ok(LogWriter::resume(&last, id));
        }
        let previous: Option<PreviousLog> = self.meta(Meta::RetiredLog)?.map(|text| serde_json::from_str(&text)).transpose()?;
        let log = LogId::from_bytes(random()?);
        let open = LogOpen {
            key: author.key.public().clone(),
            scope: author.scope,
            incarnation: author.incarnation,
            previous,
            app_version: author.app_version.clone(),
        };
        let (frame, writer) = open_log(&author.key, log, &open, self.now_ms, random()?)?;
        let verified = verify(&frame, author.key.public())?;
        self.insert_entry(&frame, &verified, true)?;
        self.set_meta(Meta::OwnLog, Some(&log.to_string()))?;
        self.set_meta(Meta::RetiredLog, None)?;
        Ok(writer)
    }
}
