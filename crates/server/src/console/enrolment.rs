//! Requests of laptops and people to be certified, and their approval with the authority's key.

use std::collections::BTreeSet;

use contract::console::{ApproveEnrolment, EnrolmentPerson, EnrolmentRow};
use contract::{ApiError, ErrorCode};
use domain::operation::{DeviceCertified, PersonCertified};
use domain::{Aggregate, Operation, Person, PersonId, Role};
use ledger::ScopeId;
use seal::cert::{self, Certificate, Issue, issue, random_serial};
use seal::dsse::Envelope;
use seal::keys::{Ed25519Key, Kid, PublicKey};
use seal::{Digest, base64_encode};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Answer, login, screen};
use crate::county::device_aggregate;
use crate::http::App;
use crate::secrets::unwrap_key;
use crate::store::{Account, County, Db, Said};
use crate::{Error, Result};

/// Payload type of a request.
pub const ENROLMENT_TYPE: &str = "application/vnd.xunzhan.enrolment+json";
/// The most persons in a request.
const MAX_PERSONS: usize = 16;
/// The longest request.
const MAX_BYTES: usize = 64 * 1024;
/// The longest name, as certificates have it.
const MAX_NAME: usize = 64;
/// How long a device's or person's certificate is valid, for those who look: five years.
const VALID_MS: i64 = 5 * 365 * 24 * 60 * 60 * 1_000;

/// The request's payload.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payload {
    /// Always 1.
    pub v: u32,
    /// The county.
    pub scope: ScopeId,
    /// The laptop.
    pub device: RequestDevice,
    /// Its people.
    pub persons: Vec<RequestPerson>,
    /// When it was made, ms since 1970 UTC.
    pub made_ms: i64,
}

/// The laptop of a request.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestDevice {
    /// Its name.
    pub name: String,
    /// Its key.
    pub key: PublicKey,
}

/// A person of a request.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestPerson {
    /// Who.
    pub person: PersonId,
    /// Name.
    pub name: String,
    /// Home department.
    pub org: String,
    /// The person's key on this laptop.
    pub key: PublicKey,
}

/// A request whose signatures hold.
#[derive(Clone, Debug)]
pub struct Request {
    /// The county.
    pub scope: ScopeId,
    /// SHA-256 of the payload.
    pub fingerprint: Digest,
    /// What it says.
    pub payload: Payload,
}

impl Request {
    /// Reads a request and checks that exactly the keys that it names signed it. None for anything else.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > MAX_BYTES {
            return None;
        }
        let envelope = Envelope::parse_typed(bytes, ENROLMENT_TYPE).ok()?;
        let payload: Payload = seal::canonical::from_slice(&envelope.payload).ok()?;
        let person_names = payload.persons.iter().flat_map(|p| [&p.name, &p.org]);
        let fits = |name: &String| !name.trim().is_empty() && name.chars().count() <= MAX_NAME && !name.chars().any(char::is_control);
        if payload.v != 1 || payload.persons.len() > MAX_PERSONS || ![&payload.device.name].into_iter().chain(person_names).all(fits) {
            return None;
        }
        let keys: Vec<&PublicKey> = payload.persons.iter().map(|p| &p.key).chain([&payload.device.key]).collect();
        let kids: BTreeSet<Kid> = keys.iter().map(|k| k.kid()).collect();
        let signed: BTreeSet<Kid> = envelope.signatures.iter().map(|s| s.keyid).collect();
        let persons: BTreeSet<PersonId> = payload.persons.iter().map(|p| p.person).collect();
        if kids.len() != keys.len() || signed != kids || persons.len() != payload.persons.len() {
            return None;
        }
        keys.iter().all(|key| envelope.verify_by(key).is_ok()).then(|| Self {
            scope: payload.scope,
            fingerprint: Digest::of(&envelope.payload),
            payload,
        })
    }
}

fn registered(db: &Db, scope: &ScopeId, person: PersonId) -> Result<(Option<Person>, Vec<PersonCertified>)> {
    Ok(match db.aggregate(scope, person.0)? {
        Some(Aggregate::Person(state)) => (state.registered, state.certificates),
        _ => (None, Vec::new()),
    })
}

/// All requests of a scope.
pub(super) fn list(app: &App, scope: &ScopeId) -> Answer<Vec<EnrolmentRow>> {
    let read = app.with_db(|db| {
        let mut rows = Vec::new();
        for kept in db.enrolments(scope)? {
            let request = Request::read(&kept.envelope).ok_or(Error::Corrupt("an enrolment request"))?;
            let mut people = Vec::new();
            for person in &request.payload.persons {
                // The county's list decides whose certificate it will be, so its name is the one to be shown.
                let known = registered(db, scope, person.person)?.0;
                people.push(EnrolmentPerson {
                    person: person.person,
                    name: known.as_ref().map_or(&person.name, |k| &k.name).clone(),
                    org: known.as_ref().map_or(&person.org, |k| &k.org).clone(),
                    registered: known.is_some(),
                });
            }
            rows.push(EnrolmentRow {
                request: kept.request.to_string(),
                device_name: request.payload.device.name,
                fingerprint: request.fingerprint.to_string(),
                people,
                received_at_ms: kept.received_ms,
                approved_at_ms: kept.approved_ms,
            });
        }
        Ok(rows)
    });
    read.map_err(screen)
}

/// Certifies the keys of a request. The authority's key exists in memory for this approval only.
pub(super) fn approve(app: &App, scope: &ScopeId, account: &Account, args: &ApproveEnrolment) -> Answer<()> {
    let passphrase = Zeroizing::new(args.authority_passphrase.clone());
    let not_found = || ApiError::new(ErrorCode::NotFound);
    let fingerprint: Digest = args.request.parse().map_err(|_| not_found())?;
    let (kept, county) = app
        .with_db(|db| Ok((db.enrolment(scope, &fingerprint)?, db.county(scope)?)))
        .map_err(screen)?;
    let (Some(kept), Some(county)) = (kept, county) else {
        return Err(not_found());
    };
    if kept.approved_ms.is_some() {
        return Ok(());
    }
    let one = login::one_password(app)?;
    let door = login::Door::Authority(scope, &account.account);
    login::check_attempts(app, door)?;
    let Some(authority) = unwrap_key(&county.authority_wrapped, &passphrase).map_err(screen)? else {
        login::count_attempt(app, door)?;
        return Err(ApiError::new(ErrorCode::WrongAuthorityPassphrase));
    };
    drop(one);
    let request = Request::read(&kept.envelope).ok_or_else(not_found)?;
    let approve = app.with_db(|db| {
        let said = certify(db, &county, &authority, account, &request)?;
        db.approve_enrolment(scope, &fingerprint, &said)
    });
    approve.map_err(screen)?;
    tracing::info!(%scope, request = %fingerprint, account = %account.account, "an enrolment is approved");
    Ok(())
}

fn certify(db: &Db, county: &County, authority: &Ed25519Key, account: &Account, request: &Request) -> Result<Vec<Said>> {
    let root = Certificate::parse(&county.authority_certificate)?;
    let (scope, now) = (county.scope, db.now_ms());
    let by = Some(account.person.0);
    let issue_for = |name: &str, org: Option<&str>, roles: Vec<cert::Role>, person: Option<PersonId>, key: &PublicKey| {
        let what = Issue {
            name: name.to_owned(),
            org: org.map(str::to_owned),
            roles,
            scopes: vec![scope.to_string()],
            person: person.map(|p| p.0),
            not_before_ms: now,
            not_after_ms: now.saturating_add(VALID_MS),
            serial: random_serial()?,
        };
        Ok::<_, Error>(base64_encode(issue(&what, key, &root, authority)?.der()))
    };
    let device = &request.payload.device;
    let device_kid = device.key.kid();
    let mut said = Vec::new();
    if db.device_certificate(&scope, &device_kid)?.is_none() {
        said.push(Said {
            ent: device_aggregate(&device_kid),
            by,
            operation: Operation::DeviceCertified(DeviceCertified {
                kid: device_kid.to_string(),
                name: device.name.clone(),
                certificate: issue_for(&device.name, None, vec![cert::Role::Device], None, &device.key)?,
            }),
        });
    }
    for asked in &request.payload.persons {
        let (known, certificates) = registered(db, &scope, asked.person)?;
        let kid = asked.key.kid().to_string();
        if certificates.iter().any(|c| c.kid == kid) {
            continue;
        }
        // The county's list decides how a person is called; someone who is not on it is put there first.
        let person = known.clone().unwrap_or_else(|| Person {
            id: asked.person,
            name: asked.name.clone(),
            org: asked.org.clone(),
            roles: vec![Role::Inspector],
        });
        if known.is_none() {
            said.push(Said {
                ent: asked.person.0,
                by,
                operation: Operation::PersonRegistered(person.clone()),
            });
        }
        let mut roles = vec![cert::Role::Person];
        for role in &person.roles {
            let word = serde_json::to_value(role)?;
            roles.push(word.as_str().unwrap_or_default().parse()?);
        }
        said.push(Said {
            ent: asked.person.0,
            by,
            operation: Operation::PersonCertified(PersonCertified {
                person: asked.person,
                kid,
                device: device_kid.to_string(),
                name: person.name.clone(),
                org: person.org.clone(),
                roles: person.roles.clone(),
                certificate: issue_for(&person.name, Some(&person.org), roles, Some(asked.person), &asked.key)?,
                approved_by: account.account.clone(),
            }),
        });
    }
    Ok(said)
}
