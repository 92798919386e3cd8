//! Accounts of the console, their grants, sessions and wrong passwords.

use domain::{PersonId, Role};
use ledger::ScopeId;
use rusqlite::{OptionalExtension, params};
use seal::Digest;
use uuid::Uuid;

use super::Db;
use crate::{Error, Result};

/// A right of an account: to be something in one scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Where.
    pub scope: ScopeId,
    /// As what.
    pub role: Role,
}

/// An account of the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Account name.
    pub account: String,
    /// The person behind it.
    pub person: PersonId,
    /// The person's name.
    pub name: String,
    /// What it may be, and where.
    pub grants: Vec<Grant>,
}

impl Account {
    /// Whether it has one of the roles in the scope.
    pub fn may(&self, roles: &[Role], scope: &ScopeId) -> bool {
        self.grants.iter().any(|g| g.scope == *scope && roles.contains(&g.role))
    }
}

fn role_key(role: Role) -> &'static str {
    match role {
        Role::Inspector => "inspector",
        Role::Reviewer => "reviewer",
        Role::Administrator => "administrator",
        Role::Auditor => "auditor",
    }
}

impl Db {
    /// Adds an account; `password` is its hash.
    pub fn add_account(&mut self, account: &Account, password: &str) -> Result<()> {
        let tx = self.begin()?;
        tx.execute(
            "INSERT INTO account (account, person, name, password) VALUES (?1, ?2, ?3, ?4)",
            params![account.account, account.person.0.as_bytes(), account.name, password],
        )?;
        for grant in &account.grants {
            tx.execute(
                "INSERT INTO account_grant (account, scope, role) VALUES (?1, ?2, ?3)",
                params![account.account, grant.scope.as_bytes(), role_key(grant.role)],
            )?;
        }
        tx.commit()?;
        Ok(())
    }

    /// An account by name.
    pub fn account(&self, name: &str) -> Result<Option<Account>> {
        let mut statement = self.conn.prepare_cached("SELECT person, name FROM account WHERE account = ?1")?;
        let known: Option<([u8; 16], String)> = statement.query_row([name], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((person, display)) = known else { return Ok(None) };
        let mut statement = self
            .conn
            .prepare_cached("SELECT scope, role FROM account_grant WHERE account = ?1 ORDER BY scope, role")?;
        let mut rows = statement.query([name])?;
        let mut grants = Vec::new();
        while let Some(row) = rows.next()? {
            let key: String = row.get(1)?;
            let role = Role::ALL.into_iter().find(|r| role_key(*r) == key).ok_or(Error::Corrupt("a role"))?;
            let scope = ScopeId::from_bytes(row.get(0)?);
            grants.push(Grant { scope, role });
        }
        Ok(Some(Account {
            account: name.to_owned(),
            person: PersonId(Uuid::from_bytes(person)),
            name: display,
            grants,
        }))
    }

    /// The hash of an account's password.
    pub fn password_hash(&self, name: &str) -> Result<Option<String>> {
        let mut statement = self.conn.prepare_cached("SELECT password FROM account WHERE account = ?1")?;
        Ok(statement.query_row([name], |row| row.get(0)).optional()?)
    }

    /// Forgets wrong passwords at a door that was passed.
    pub fn forget_login_failures(&mut self, name: &str) -> Result<()> {
        self.conn.execute("DELETE FROM login_failure WHERE account = ?1", [name])?;
        Ok(())
    }

    /// Times of wrong passwords for a name since a time, oldest first. Names that no account has are counted too, so that the
    /// answer does not tell them apart.
    pub fn login_failures(&self, name: &str, since_ms: i64) -> Result<Vec<i64>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT at_ms FROM login_failure WHERE account = ?1 AND at_ms > ?2 ORDER BY at_ms")?;
        let rows = statement.query_map(params![name, since_ms], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Counts a wrong password; forgets all that are older than `forget_ms`.
    pub fn count_login_failure(&mut self, name: &str, forget_ms: i64) -> Result<()> {
        let now = self.now_ms();
        let tx = self.begin()?;
        tx.execute("DELETE FROM login_failure WHERE at_ms <= ?1", [forget_ms])?;
        tx.execute(
            "INSERT INTO login_failure (account, at_ms, number) SELECT ?1, ?2, coalesce(max(number), 0) + 1 FROM login_failure WHERE account = ?1",
            params![name, now],
        )?;
        tx.commit()?;
        Ok(())
    }

    /// Opens a session of the console under the hash of its token, and forgets sessions that are over.
    pub fn open_console_session(&mut self, token: &Digest, account: &str, expires_ms: i64) -> Result<()> {
        let now = self.now_ms();
        let tx = self.begin()?;
        tx.execute("DELETE FROM console_session WHERE expires_ms <= ?1", [now])?;
        tx.execute(
            "INSERT INTO console_session (token, account, expires_ms) VALUES (?1, ?2, ?3)",
            params![token.as_bytes(), account, expires_ms],
        )?;
        tx.commit()?;
        Ok(())
    }

    /// The account of a running session.
    pub fn console_session(&self, token: &Digest) -> Result<Option<Account>> {
        let sql = "SELECT account FROM console_session WHERE token = ?1 AND expires_ms > ?2";
        let mut statement = self.conn.prepare_cached(sql)?;
        let name: Option<String> = statement
            .query_row(params![token.as_bytes(), self.now_ms()], |row| row.get(0))
            .optional()?;
        name.map_or(Ok(None), |name| self.account(&name))
    }

    /// Ends a session.
    pub fn close_console_session(&mut self, token: &Digest) -> Result<()> {
        self.conn.execute("DELETE FROM console_session WHERE token = ?1", [token.as_bytes()])?;
        Ok(())
    }
}
