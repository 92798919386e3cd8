//! What a signature is worth: whether it holds over the sealed statement, and whether the county certified the key for that person.

use domain::operation::SealSigned;
use domain::{PersonId, Visit, VisitPhase};
use papers::SignatureStanding;
use seal::cert::{Certificate, Role};
use seal::keys::{PublicKey, Signature};
use seal::statement::signing_bytes;

use crate::core::Open;

impl Open {
    /// The standing of one signature of a sealed visit. A key that is certified for another person is not certified for this one.
    pub(crate) fn signature_standing(&self, visit: &Visit, signed: &SealSigned) -> SignatureStanding {
        let holds = self.holds(visit, signed);
        match holds {
            None => SignatureStanding::Broken,
            Some(key) if self.certified_for(&key, signed.person) => SignatureStanding::Certified,
            Some(_) => SignatureStanding::Pending,
        }
    }

    /// The key, if the signature is its over the statement of this visit.
    fn holds(&self, visit: &Visit, signed: &SealSigned) -> Option<PublicKey> {
        let sealed = visit.sealed.as_ref().filter(|sealed| sealed.statement.sha256 == signed.statement)?;
        let statement = self.vault.read(&sealed.statement.sha256.parse().ok()?).ok()?;
        holds_over(&statement, signed)
    }

    /// Where a visit stands: only signatures that hold count, once the statement is on this laptop.
    pub(crate) fn phase(&self, visit: &Visit) -> VisitPhase {
        let statement = self.statement(visit);
        visit.phase_with(|signed| {
            statement
                .as_ref()
                .is_none_or(|bytes| counts(bytes, signed, &self.store.owners(&signed.kid)))
        })
    }

    /// Members of the team in whose names no signature stands that holds, while the record awaits any.
    pub(crate) fn awaits(&self, visit: &Visit) -> Vec<PersonId> {
        let statement = self.statement(visit);
        visit.awaits_with(|signed| {
            statement
                .as_ref()
                .is_none_or(|bytes| counts(bytes, signed, &self.store.owners(&signed.kid)))
        })
    }

    fn statement(&self, visit: &Visit) -> Option<Vec<u8>> {
        let sha256 = visit.sealed.as_ref()?.statement.sha256.parse().ok()?;
        self.vault.read(&sha256).ok()
    }

    /// Whether the county certified a key for a person.
    pub(crate) fn certified_for(&self, key: &PublicKey, person: PersonId) -> bool {
        let root = self.authority.fingerprint();
        let fits = |text: &String| {
            let certificate = seal::base64_decode(text).ok().and_then(|der| Certificate::parse(&der).ok());
            certificate.is_some_and(|certificate| {
                certificate.verify_chain(&self.authority, Some(&root)).is_ok()
                    && certificate.public_key() == key
                    && certificate.has_scope(&self.card.scope)
                    && certificate.has_role(&Role::Person)
                    && certificate.person() == Some(person.0)
            })
        };
        self.store.certificates(&key.kid().to_string()).unwrap_or_default().iter().any(fits)
    }
}

/// Whether a signature counts on this laptop: it holds, and its key is not known to be somebody else's.
pub(crate) fn counts(statement: &[u8], signed: &SealSigned, owners: &[PersonId]) -> bool {
    holds_over(statement, signed).is_some() && (owners.is_empty() || owners.contains(&signed.person))
}

/// The key, if the signature is its over the statement's bytes.
fn holds_over(statement: &[u8], signed: &SealSigned) -> Option<PublicKey> {
    let key: PublicKey = signed.public_key.parse().ok()?;
    let signature = Signature(seal::base64_decode(&signed.signature).ok()?);
    let valid = key.kid().to_string() == signed.kid && key.verify_strict(&signing_bytes(statement), &signature).is_ok();
    valid.then_some(key)
}
