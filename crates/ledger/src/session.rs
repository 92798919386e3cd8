//! The device session: what a device signs to show that it holds its key. Messages of `POST /v1/session` and
//! `POST /v1/session/prove`.

use seal::keys::{Kid, PublicKey, Signature, Signer};
use serde::{Deserialize, Serialize};

use crate::{EntryError, ScopeId};

/// Payload type of what is signed.
pub const SESSION_TYPE: &str = "application/vnd.xunzhan.session+json";
/// How long a token is good for, in milliseconds.
pub const TOKEN_LIFE_MS: i64 = 12 * 60 * 60 * 1_000;

/// Body of `POST /v1/session`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// The device key's id.
    pub kid: Kid,
    /// The scope to be synced.
    pub scope: ScopeId,
}

/// Answer to [`Hello`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Challenge {
    /// 32 random bytes as 64 hex digits, good once and for two minutes.
    pub nonce: String,
}

/// Body of `POST /v1/session/prove`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// The device key's id.
    pub kid: Kid,
    /// The scope to be synced.
    pub scope: ScopeId,
    /// The challenge's nonce.
    pub nonce: String,
    /// Signature over [`signed_bytes`], strict base64.
    pub signature: Signature,
}

/// Answer to [`Proof`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Granted {
    /// The bearer token. A secret: never logged.
    pub token: String,
    /// When it ends by the server's clock, milliseconds since 1970 UTC.
    pub expires_ms: i64,
}

#[derive(Serialize)]
struct Signed<'a> {
    kid: &'a Kid,
    nonce: &'a str,
    scope: &'a ScopeId,
    server_kid: &'a Kid,
}

/// The exact bytes that the device signs: PAE of [`SESSION_TYPE`] and canonical JSON of {kid, nonce, scope, server_kid}.
/// The server's key id binds the signature to the server that the device means.
pub fn signed_bytes(kid: &Kid, scope: &ScopeId, nonce: &str, server_kid: &Kid) -> Result<Vec<u8>, EntryError> {
    let signed = Signed {
        kid,
        nonce,
        scope,
        server_kid,
    };
    let json = seal::canonical::to_vec(&signed).map_err(|e| EntryError::Header(e.to_string()))?;
    Ok(seal::pae(SESSION_TYPE, &json))
}

/// Answers a challenge.
pub fn prove(signer: &dyn Signer, scope: ScopeId, challenge: &Challenge, server_kid: &Kid) -> Result<Proof, EntryError> {
    let kid = signer.public().kid();
    let bytes = signed_bytes(&kid, &scope, &challenge.nonce, server_kid)?;
    let signature = signer.sign(&bytes).map_err(|_| EntryError::Signer)?;
    Ok(Proof {
        kid,
        scope,
        nonce: challenge.nonce.clone(),
        signature,
    })
}

/// Checks an answer. That the nonce was issued to this kid and scope, is fresh and is used once is the server's duty.
pub fn check(proof: &Proof, key: &PublicKey, server_kid: &Kid) -> Result<(), EntryError> {
    if key.kid() != proof.kid {
        return Err(EntryError::OtherKey);
    }
    let bytes = signed_bytes(&proof.kid, &proof.scope, &proof.nonce, server_kid)?;
    key.verify_strict(&bytes, &proof.signature).map_err(|_| EntryError::Signature)
}

#[cfg(test)]
mod tests {
    use seal::keys::Ed25519Key;

    use super::*;

    #[test]
    fn a_proof_holds_for_one_server_one_scope_and_one_nonce() {
        let device = Ed25519Key::from_seed([1; 32]).unwrap();
        let server = Ed25519Key::from_seed([2; 32]).unwrap().public().kid();
        let scope = ScopeId::from_bytes([3; 16]);
        let challenge = Challenge { nonce: "00".repeat(32) };
        let proof = prove(&device, scope, &challenge, &server).unwrap();
        assert_eq!(check(&proof, device.public(), &server), Ok(()));

        let other_server = Ed25519Key::from_seed([4; 32]).unwrap().public().kid();
        assert_eq!(check(&proof, device.public(), &other_server), Err(EntryError::Signature));
        let mut moved = proof.clone();
        moved.scope = ScopeId::from_bytes([5; 16]);
        assert_eq!(check(&moved, device.public(), &server), Err(EntryError::Signature));
        let mut replayed = proof;
        replayed.nonce = "11".repeat(32);
        assert_eq!(check(&replayed, device.public(), &server), Err(EntryError::Signature));
    }
}
