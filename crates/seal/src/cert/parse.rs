//! Reads a certificate and refuses whatever is not in our profile.

use der::asn1::ObjectIdentifier;
use der::{Decode, Encode};
use uuid::Uuid;
use x509_cert::certificate::Version;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage, SubjectAltName};
use x509_cert::name::Name;
use x509_cert::time::Time;

use super::{Certificate, PERSON_URI, ROLE_URI, Role, SCOPE_URI};
use crate::keys::{PublicKey, Signature};
use crate::{Error, Result};

/// id-Ed25519 (RFC 8410 §3).
pub(super) const ED25519_OID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const ORGANISATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
/// Our extensions in their order: (OID, critical).
const EXTENSIONS: [(ObjectIdentifier, bool); 5] = [
    (ObjectIdentifier::new_unwrap("2.5.29.19"), true),
    (ObjectIdentifier::new_unwrap("2.5.29.15"), true),
    (ObjectIdentifier::new_unwrap("2.5.29.14"), false),
    (ObjectIdentifier::new_unwrap("2.5.29.35"), false),
    (ObjectIdentifier::new_unwrap("2.5.29.17"), false),
];
/// Longer certificates are refused unread.
const MAX_DER_BYTES: usize = 8 * 1024;

fn refuse(reason: &'static str) -> Error {
    Error::Certificate(reason)
}

pub(super) fn parse(bytes: &[u8]) -> Result<Certificate> {
    if bytes.len() > MAX_DER_BYTES {
        return Err(refuse("over 8 KiB"));
    }
    let certificate = x509_cert::Certificate::from_der(bytes).map_err(|_| refuse("not DER of a certificate"))?;
    if certificate.to_der().ok().as_deref() != Some(bytes) {
        return Err(refuse("not strict DER"));
    }
    let tbs = certificate.tbs_certificate();
    let algorithms = [
        certificate.signature_algorithm(),
        tbs.signature(),
        &tbs.subject_public_key_info().algorithm,
    ];
    if algorithms.iter().any(|a| a.oid != ED25519_OID || a.parameters.is_some()) {
        return Err(refuse("an algorithm other than Ed25519"));
    }
    if tbs.version() != Version::V3 || tbs.issuer_unique_id().is_some() || tbs.subject_unique_id().is_some() {
        return Err(refuse("not a plain version 3 certificate"));
    }
    let signature = certificate.signature().as_bytes().ok_or(refuse("the signature has loose bits"))?;
    let spki = tbs.subject_public_key_info().to_der().map_err(|_| refuse("the key is malformed"))?;
    let extensions = tbs.extensions().map(Vec::as_slice).unwrap_or_default();
    check_extensions(extensions)?;
    let is_authority = authority_bits(extensions)?;
    let uris = uris(extensions)?;
    let (name, org) = read_name(tbs.subject())?;
    let (issuer_name, _) = read_name(tbs.issuer())?;
    let encoded = |n: &Name| n.to_der().map_err(|_| refuse("a name is malformed"));
    Ok(Certificate {
        der: bytes.to_vec(),
        tbs: tbs.to_der().map_err(|_| refuse("not strict DER"))?,
        signature: Signature(signature.to_vec()),
        issuer_der: encoded(tbs.issuer())?,
        subject_der: encoded(tbs.subject())?,
        serial: tbs.serial_number().as_bytes().to_vec(),
        public_key: PublicKey::from_spki_der(&spki)?,
        name,
        org,
        issuer_name,
        roles: uris.roles,
        scopes: uris.scopes,
        person: uris.person,
        is_authority,
        not_before_ms: milliseconds(&tbs.validity().not_before),
        not_after_ms: milliseconds(&tbs.validity().not_after),
    })
}

fn check_extensions(extensions: &[Extension]) -> Result<()> {
    let found = extensions.iter().map(|e| (e.extn_id, e.critical));
    if found.eq(EXTENSIONS) {
        Ok(())
    } else {
        Err(refuse("other extensions than ours"))
    }
}

fn value<'a, T: Decode<'a>>(extensions: &'a [Extension], index: usize) -> Result<T> {
    let extension = extensions.get(index).ok_or(refuse("other extensions than ours"))?;
    T::from_der(extension.extn_value.as_bytes()).map_err(|_| refuse("an extension is malformed"))
}

/// Whether the certificate may certify; basic constraints and key usage must agree.
fn authority_bits(extensions: &[Extension]) -> Result<bool> {
    let basic: BasicConstraints = value(extensions, 0)?;
    let usage: KeyUsage = value(extensions, 1)?;
    let paths = if basic.ca { Some(0) } else { None };
    let extra = usage.crl_sign() || usage.non_repudiation() || usage.key_encipherment() || usage.key_agreement();
    if basic.path_len_constraint != paths || usage.key_cert_sign() != basic.ca || !usage.digital_signature() || extra {
        return Err(refuse("constraints and key usage disagree"));
    }
    Ok(basic.ca)
}

#[derive(Default)]
struct Uris {
    roles: Vec<Role>,
    scopes: Vec<String>,
    person: Option<Uuid>,
}

fn uris(extensions: &[Extension]) -> Result<Uris> {
    let san: SubjectAltName = value(extensions, 4)?;
    let mut out = Uris::default();
    for name in &san.0 {
        let GeneralName::UniformResourceIdentifier(uri) = name else {
            return Err(refuse("an alternative name that is not a URI"));
        };
        let uri = uri.as_str();
        if let Some(scope) = uri.strip_prefix(SCOPE_URI) {
            let bytes = crate::encoding::hex_decode(scope).map_err(|_| refuse("a scope is malformed"))?;
            if bytes.len() != 16 || out.scopes.iter().any(|s| s == scope) {
                return Err(refuse("a scope is malformed"));
            }
            out.scopes.push(scope.to_owned());
        } else if let Some(role) = uri.strip_prefix(ROLE_URI) {
            let role: Role = role.parse()?;
            if out.roles.contains(&role) {
                return Err(refuse("a role is named twice"));
            }
            out.roles.push(role);
        } else if let Some(person) = uri.strip_prefix(PERSON_URI) {
            let id = Uuid::parse_str(person).map_err(|_| refuse("a person is malformed"))?;
            if out.person.is_some() || id.hyphenated().to_string() != person {
                return Err(refuse("a person is malformed"));
            }
            out.person = Some(id);
        } else {
            return Err(refuse("an unknown URI"));
        }
    }
    if out.roles.is_empty() || out.scopes.is_empty() {
        return Err(refuse("no role or no scope"));
    }
    if out.roles.contains(&Role::Person) != out.person.is_some() {
        return Err(refuse("the role of a person without a person, or the reverse"));
    }
    Ok(out)
}

/// Common name and organisation, both UTF8String; nothing else is allowed in a name.
fn read_name(name: &Name) -> Result<(String, Option<String>)> {
    let (mut common, mut org) = (None, None);
    for attribute in name.iter() {
        let slot = match attribute.oid {
            COMMON_NAME => &mut common,
            ORGANISATION => &mut org,
            _ => return Err(refuse("a name holds more than name and organisation")),
        };
        let text = attribute.value.decode_as::<String>().map_err(|_| refuse("a name is not UTF-8"))?;
        if slot.replace(text).is_some() {
            return Err(refuse("a name holds a part twice"));
        }
    }
    Ok((common.ok_or(refuse("no common name"))?, org))
}

fn milliseconds(time: &Time) -> i64 {
    i64::try_from(time.to_unix_duration().as_millis()).unwrap_or(i64::MAX)
}
