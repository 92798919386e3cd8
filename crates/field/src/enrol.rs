//! The request by which the county certifies this laptop and its people: public keys and names, signed by every key.
//!
//! It is made when a passphrase is at hand.

use contract::field::EnrolmentRequest;
use domain::PersonId;
use seal::Digest;
use seal::dsse::Envelope;
use seal::keys::{Ed25519Key, PublicKey, Signer};
use serde::Serialize;

use crate::core::{Core, Open};
use crate::error::{Error, Result};
use crate::keys::PersonSlot;

/// Payload type of the envelope.
pub const ENROLMENT_TYPE: &str = "application/vnd.xunzhan.enrolment+json";

#[derive(Serialize)]
struct Request<'a> {
    v: u32,
    scope: &'a str,
    device: Device<'a>,
    persons: Vec<Person<'a>>,
    made_ms: i64,
}

#[derive(Serialize)]
struct Device<'a> {
    name: &'a str,
    key: &'a PublicKey,
}

#[derive(Serialize)]
struct Person<'a> {
    person: PersonId,
    name: &'a str,
    org: &'a str,
    key: &'a PublicKey,
}

impl Core {
    /// The request that still waits for approval, or the last one made.
    pub(crate) fn enrolment_request(&self) -> Result<EnrolmentRequest> {
        let open = self.opened()?;
        let (fingerprint, text) = open.store.last_enrolment()?.ok_or(Error::NotFound("person"))?;
        Ok(EnrolmentRequest { fingerprint, text })
    }
}

/// Keys of people who join, in memory until the session is locked: a request is signed by every key that it names, so two who join
/// one after the other can only be asked for together while both keys are at hand.
#[derive(Default)]
pub(crate) struct Joining {
    people: Vec<(PersonSlot, Ed25519Key)>,
    asked: Option<Digest>,
}

impl Joining {
    /// Makes and keeps the request for everybody who joins. It takes the place of the one before it, unless that was sent.
    pub(crate) fn ask(&mut self, open: &Open, device_name: &str, more: Vec<(PersonSlot, Ed25519Key)>) -> Result<()> {
        for (slot, key) in more {
            self.people.retain(|(known, _)| known.person != slot.person);
            self.people.push((slot, key));
        }
        let fingerprint = open.store.transact(|tx| {
            let request = Request {
                v: 1,
                scope: &open.card.scope,
                device: Device {
                    name: device_name,
                    key: open.author.key.public(),
                },
                persons: self
                    .people
                    .iter()
                    .map(|(slot, _)| Person {
                        person: slot.person,
                        name: &slot.name,
                        org: &slot.org,
                        key: &slot.key,
                    })
                    .collect(),
                made_ms: tx.now_ms,
            };
            let payload = seal::canonical::to_vec(&request)?;
            let fingerprint = Digest::of(&payload);
            let mut envelope = Envelope::signed(ENROLMENT_TYPE, payload, &open.author.key)?;
            for (_, key) in &self.people {
                envelope.sign(key)?;
            }
            let text = String::from_utf8(envelope.to_vec()?).map_err(|_| Error::Broken("an envelope is not UTF-8"))?;
            tx.put_enrolment(&fingerprint, &text, self.asked.as_ref())?;
            Ok(fingerprint)
        })?;
        self.asked = Some(fingerprint);
        Ok(())
    }
}
