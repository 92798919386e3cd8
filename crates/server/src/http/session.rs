//! `POST /v1/session` and `/v1/session/prove`: a device shows that it holds its key.

use std::collections::{BTreeMap, VecDeque};

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
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

/// A body within the route's limit, or why there is none.
type Sent = std::result::Result<Bytes, BytesRejection>;

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
pub(super) const REVOKED: Refusal = Refusal::new(
    StatusCode::FORBIDDEN,
    "device_revoked",
    "the county revoked this device's key; its data is kept",
);
const TOO_LARGE: Refusal = Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "a request for a session is at most 4 KiB");

/// Nonces that are out, each for one key and scope. Anyone may ask for one, so when there are too many the oldest goes: whoever floods
/// the server must do so faster than a laptop answers.
#[derive(Default)]
pub struct Nonces {
    out: BTreeMap<String, (Kid, ScopeId, i64)>,
    oldest_first: VecDeque<String>,
}

impl Nonces {
    fn give(&mut self, kid: Kid, scope: ScopeId, now_ms: i64) -> Result<String> {
        while self.oldest_first.len() >= MAX_NONCES
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.out.remove(&oldest);
        }
        let nonce = secrets::token()?.to_string();
        self.out.insert(nonce.clone(), (kid, scope, now_ms.saturating_add(NONCE_LIFE_MS)));
        self.oldest_first.push_back(nonce.clone());
        Ok(nonce)
    }

    /// Takes a nonce back; it is never good again.
    fn take(&mut self, proof: &Proof, now_ms: i64) -> bool {
        let known = self.out.remove(&proof.nonce);
        known.is_some_and(|(kid, scope, until)| kid == proof.kid && scope == proof.scope && until > now_ms)
    }
}

fn read<T: DeserializeOwned>(body: Sent) -> std::result::Result<T, Refusal> {
    let body = body.map_err(|_| TOO_LARGE)?;
    serde_json::from_slice(&body).map_err(|_| Refusal::malformed())
}

/// Gives a nonce, to unknown keys too.
pub async fn challenge(State(app): State<App>, body: Sent) -> std::result::Result<Json<Challenge>, Refusal> {
    let hello: Hello = read(body)?;
    let nonce = app.nonces().give(hello.kid, hello.scope, app.now_ms())?;
    Ok(Json(Challenge { nonce }))
}

/// Checks the proof and opens the session.
pub async fn prove(State(app): State<App>, body: Sent) -> std::result::Result<Json<Granted>, Refusal> {
    let proof: Proof = read(body)?;
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
    if is_revoked(db, &proof.scope, &proof.kid)? {
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

/// Whether the county revoked a key.
pub(super) fn is_revoked(db: &Db, scope: &ScopeId, kid: &Kid) -> Result<bool> {
    let Some(domain::Aggregate::Revocations(list)) = db.aggregate(scope, revocations_aggregate(scope))? else {
        return Ok(false);
    };
    let county = db.county(scope)?.ok_or(Error::Corrupt("a county is missing"))?;
    let authority = Certificate::parse(&county.authority_certificate)?;
    let list = RevocationList::open(list.envelope.as_bytes(), &authority)?;
    Ok(list.find(kid).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_strangers_takes_the_oldest_nonces_and_never_the_newest() {
        let mut nonces = Nonces::default();
        let (kid, scope) = (Kid::from(Digest::of(b"laptop")), ScopeId::from_bytes([1; 16]));
        let proof = |nonce: String| Proof {
            kid,
            scope,
            nonce,
            signature: seal::keys::Signature(vec![0; 64]),
        };
        let early = nonces.give(kid, scope, 0).unwrap();
        for _ in 0..MAX_NONCES {
            nonces.give(Kid::from(Digest::of(b"stranger")), scope, 0).unwrap();
        }
        let late = nonces.give(kid, scope, 0).unwrap();
        assert!(nonces.out.len() <= MAX_NONCES);
        assert!(!nonces.take(&proof(early), 1));
        assert!(nonces.take(&proof(late.clone()), 1));
        assert!(!nonces.take(&proof(late), 1));
    }
}
