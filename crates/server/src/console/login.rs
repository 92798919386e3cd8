//! Logging in: one password at a time, five wrong ones in a quarter of an hour, and the same answer whether an account exists or not.

use contract::console::Login;
use contract::{ApiError, ErrorCode};
use ledger::ScopeId;
use seal::Digest;
use zeroize::Zeroizing;

use super::{Answer, screen};
use crate::http::{App, OnePassword};
use crate::secrets;
use crate::store::Account;

/// How long a session lasts: a working day.
pub const SESSION_LIFE_MS: i64 = 12 * 60 * 60 * 1_000;
/// Wrong passwords that are let pass …
const TRIES: usize = 5;
/// … within this time.
const WITHIN_MS: i64 = 15 * 60 * 1_000;
/// The longest name and password that are looked at.
const MAX_CHARS: usize = 256;

/// A door at which wrong attempts are counted. No name that somebody types can reach the count of another kind of door.
#[derive(Clone, Copy)]
pub enum Door<'a> {
    /// Logging in as an account.
    Login(&'a str),
    /// Using a county's authority key from an account.
    Authority(&'a ScopeId, &'a str),
}

impl Door<'_> {
    fn key(self) -> String {
        match self {
            Self::Login(account) => format!("login/{account}"),
            Self::Authority(scope, account) => format!("authority/{scope}/{account}"),
        }
    }
}

/// Refuses when too many wait already to have a password checked.
pub fn one_password(app: &App) -> Answer<OnePassword<'_>> {
    app.one_password().ok_or_else(|| ApiError::new(ErrorCode::ServerBusy))
}

/// Refuses while a door has too many wrong attempts behind it.
pub fn check_attempts(app: &App, door: Door<'_>) -> Answer<()> {
    let since = app.now_ms().saturating_sub(WITHIN_MS);
    let failures = app.with_db(|db| db.login_failures(&door.key(), since)).map_err(screen)?;
    // The door opens again when the oldest of the last five is a quarter of an hour old.
    let Some(oldest) = failures.iter().rev().nth(TRIES.saturating_sub(1)) else {
        return Ok(());
    };
    let wait_ms = oldest.saturating_add(WITHIN_MS).saturating_sub(app.now_ms()).max(1);
    let minutes = wait_ms.saturating_add(59_999) / 60_000;
    Err(ApiError::new(ErrorCode::TooManyAttempts).with("minutes", minutes))
}

/// Counts a wrong attempt.
pub fn count_attempt(app: &App, door: Door<'_>) -> Answer<()> {
    let forget = app.now_ms().saturating_sub(WITHIN_MS);
    app.with_db(|db| db.count_login_failure(&door.key(), forget)).map_err(screen)
}

/// Checks the password and opens a session; the token is for the cookie alone.
pub fn login(app: &App, args: &Login) -> Answer<(Account, Zeroizing<String>)> {
    let password = Zeroizing::new(args.password.clone());
    let wrong = || ApiError::new(ErrorCode::WrongLogin);
    if args.account.chars().count() > MAX_CHARS || password.chars().count() > MAX_CHARS {
        return Err(wrong());
    }
    let door = Door::Login(&args.account);
    let _one = one_password(app)?;
    check_attempts(app, door)?;
    let hash = app.with_db(|db| db.password_hash(&args.account)).map_err(screen)?;
    if !secrets::password_fits(&password, hash.as_deref()).map_err(screen)? {
        count_attempt(app, door)?;
        tracing::warn!("a wrong password");
        return Err(wrong());
    }
    let token = secrets::token().map_err(screen)?;
    let until = app.now_ms().saturating_add(SESSION_LIFE_MS);
    let hashed = Digest::of(token.as_bytes());
    let account = app
        .with_db(|db| {
            db.forget_login_failures(&door.key())?;
            db.open_console_session(&hashed, &args.account, until)?;
            db.account(&args.account)
        })
        .map_err(screen)?
        .ok_or_else(wrong)?;
    Ok((account, token))
}
