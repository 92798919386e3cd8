//! `POST /v1/session` and `/v1/session/prove`: a device shows that it holds its key.

use std::collections::BTreeMap;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use ledger::ScopeId;
use ledger::session::{Challenge, Granted, Hello, Proof, TOKEN_LIFE_MS, check};
use seal::Digest;
use seal::cert::Certificate;
use seal::keys::Kid;
use seal::revocation::RevocationList;
use serde::de::DeserializeOwned;

use super::App;
use super::answer::Refusal;
use crate::county::revocations_aggregate;
use crate::secrets;
use crate::store::{Db, Device};
use crate::{Error, Result};

/// How long a nonce is good for.
const NONCE_LIFE_MS: i64 = 2 * 60 * 1_000;
/// So many nonces may be out at once; they live in memory alone.
const MAX_NONCES: usize = 10_000;

const REFUSED: Refusal = Refusal::new(StatusCode::UNAUTHORIZED, "proof_refused", "the proof does not hold; ask for a new nonce");
const PENDING: Refusal = Refusal::new(
    StatusCode::FORBIDDEN,
    "device_pending",
    "the county has not certified this device yet; all else works",
);
const REVOKED: Refusal = Refusal::new(
    StatusCode::FORBIDDEN,
    "device_revoked",
    "the county revoked this device's key; its data is kept",
);
const BUSY: Refusal = Refusal::new(
    StatusCode::TOO_MANY_REQUESTS,
    "too_many_requests",
    "too many devices at once; try again later",
);

/// Nonces that are out, each for one key and scope.
#[derive(Default)]
pub struct Nonces(BTreeMap<String, (Kid, ScopeId, i64)>);

impl Nonces {
    fn give(&mut self, kid: Kid, scope: ScopeId, now_ms: i64) -> Result<Option<String>> {
        if self.0.len() >= MAX_NONCES {
            self.0.retain(|_, (_, _, until)| *until > now_ms);
        }
        if self.0.len() >= MAX_NONCES {
            return Ok(None);
        }
        let nonce = secrets::token()?.to_string();
        self.0.insert(nonce.clone(), (kid, scope, now_ms.saturating_add(NONCE_LIFE_MS)));
        Ok(Some(nonce))
    }

    /// Takes a nonce back; it is never good again.
    fn take(&mut self, proof: &Proof, now_ms: i64) -> bool {
        let known = self.0.remove(&proof.nonce);
        known.is_some_and(|(kid, scope, until)| kid == proof.kid && scope == proof.scope && until > now_ms)
    }
}

fn read<T: DeserializeOwned>(body: &Bytes) -> std::result::Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|_| Refusal::malformed())
}

/// Gives a nonce, to unknown keys too.
pub async fn challenge(State(app): State<App>, body: Bytes) -> std::result::Result<Json<Challenge>, Refusal> {
    let hello: Hello = read(&body)?;
    let nonce = app.nonces().give(hello.kid, hello.scope, app.now_ms())?.ok_or(BUSY)?;
    Ok(Json(Challenge { nonce }))
}

/// Checks the proof and opens the session.
pub async fn prove(State(app): State<App>, body: Bytes) -> std::result::Result<Json<Granted>, Refusal> {
    let proof: Proof = read(&body)?;
    if !app.nonces().take(&proof, app.now_ms()) {
        return Err(REFUSED);
    }
    let granted = app.db(move |db| open(db, &proof)).await?;
    granted.map(Json)
}

fn open(db: &mut Db, proof: &Proof) -> Result<std::result::Result<Granted, Refusal>> {
    let Some(certified) = db.device_certificate(&proof.scope, &proof.kid)? else {
        return Ok(Err(PENDING));
    };
    let certificate = Certificate::parse(&seal::base64_decode(&certified.certificate)?)?;
    if check(proof, certificate.public_key(), &db.server_kid()).is_err() {
        return Ok(Err(REFUSED));
    }
    if is_revoked(db, proof)? {
        return Ok(Err(REVOKED));
    }
    let token = secrets::token()?;
    let expires_ms = db.now_ms().saturating_add(TOKEN_LIFE_MS);
    let device = Device {
        scope: proof.scope,
        kid: proof.kid,
    };
    db.open_device_session(&Digest::of(token.as_bytes()), device, expires_ms)?;
    tracing::info!(scope = %proof.scope, device = %proof.kid, "a device session begins");
    Ok(Ok(Granted {
        token: token.to_string(),
        expires_ms,
    }))
}

fn is_revoked(db: &Db, proof: &Proof) -> Result<bool> {
    let Some(domain::Aggregate::Revocations(list)) = db.aggregate(&proof.scope, revocations_aggregate(&proof.scope))? else {
        return Ok(false);
    };
    let county = db.county(&proof.scope)?.ok_or(Error::Corrupt("a county is missing"))?;
    let authority = Certificate::parse(&county.authority_certificate)?;
    let list = RevocationList::open(list.envelope.as_bytes(), &authority)?;
    Ok(list.find(&proof.kid).is_some())
}
