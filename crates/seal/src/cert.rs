//! X.509 certificates of two levels: a county's authority, and the keys it certifies. Ed25519 only today.
//!
//! Scopes, roles and the person stand as URIs in the subject alternative name, so that `openssl x509` shows them.
//! Validity dates are written for people; devices ignore them, because a laptop's clock may stand at 1970.

mod issue;
mod parse;

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::keys::PublicKey;
use crate::{Digest, Error, Result};

pub use issue::{Issue, issue, issue_root, random_serial};

pub(crate) const SCOPE_URI: &str = "urn:xunzhan:scope:";
pub(crate) const ROLE_URI: &str = "urn:xunzhan:role:";
pub(crate) const PERSON_URI: &str = "urn:xunzhan:person:";

/// What a certificate lets its key do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Certifies others and signs county cards and revocation lists.
    Authority,
    /// Signs entries of a device's log.
    Device,
    /// Signs seals as a person.
    Person,
    /// Signs the server's log and its checkpoints.
    Server,
    /// Signs the manifests of proof bundles.
    Exporter,
    /// A role of the application, such as `inspector`: lower-case ASCII letters, digits, `-` and `_`.
    Named(String),
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Authority => "authority",
            Self::Device => "device",
            Self::Person => "person",
            Self::Server => "server",
            Self::Exporter => "exporter",
            Self::Named(name) => name,
        })
    }
}

impl FromStr for Role {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Ok(match text {
            "authority" => Self::Authority,
            "device" => Self::Device,
            "person" => Self::Person,
            "server" => Self::Server,
            "exporter" => Self::Exporter,
            _ => {
                let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
                if text.is_empty() || text.len() > 32 || !text.bytes().all(fits) {
                    return Err(Error::Certificate("a role is malformed"));
                }
                Self::Named(text.to_owned())
            }
        })
    }
}

/// A certificate in our profile, with the exact bytes it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    tbs: Vec<u8>,
    signature: crate::keys::Signature,
    issuer_der: Vec<u8>,
    subject_der: Vec<u8>,
    serial: Vec<u8>,
    public_key: PublicKey,
    name: String,
    org: Option<String>,
    issuer_name: String,
    roles: Vec<Role>,
    scopes: Vec<String>,
    person: Option<Uuid>,
    is_authority: bool,
    not_before_ms: i64,
    not_after_ms: i64,
}

impl Certificate {
    /// Reads DER strictly: one encoding, our extensions in our order and nothing else. Checks no signature.
    pub fn parse(der: &[u8]) -> Result<Self> {
        parse::parse(der)
    }

    /// The exact DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The PEM form that `openssl x509` reads.
    pub fn pem(&self) -> String {
        let base64 = crate::base64_encode(&self.der);
        let mut out = String::from("-----BEGIN CERTIFICATE-----\n");
        let mut rest = base64.as_str();
        while !rest.is_empty() {
            let (line, tail) = rest.split_at(rest.len().min(64));
            out.push_str(line);
            out.push('\n');
            rest = tail;
        }
        out + "-----END CERTIFICATE-----\n"
    }

    /// SHA-256 of the DER; for the authority this is the fingerprint printed on every record.
    pub fn fingerprint(&self) -> Digest {
        Digest::of(&self.der)
    }

    /// The certified key.
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// Common name: a person, a device, a server or the authority.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Organisation, if any.
    pub fn org(&self) -> Option<&str> {
        self.org.as_deref()
    }

    /// Common name of the issuer.
    pub fn issuer_name(&self) -> &str {
        &self.issuer_name
    }

    /// Roles in the order of the certificate.
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// Scopes, 32 hex digits each.
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// The person, if the key is a person's.
    pub fn person(&self) -> Option<Uuid> {
        self.person
    }

    /// Serial number as lower-case hex.
    pub fn serial(&self) -> String {
        hex::encode(&self.serial)
    }

    /// Start of validity, ms since 1970 UTC.
    pub fn not_before_ms(&self) -> i64 {
        self.not_before_ms
    }

    /// End of validity, ms since 1970 UTC.
    pub fn not_after_ms(&self) -> i64 {
        self.not_after_ms
    }

    /// Whether the certificate names this role.
    pub fn has_role(&self, role: &Role) -> bool {
        self.roles.contains(role)
    }

    /// Whether the certificate names this scope.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|s| s == scope)
    }

    /// Checks that this is an authority that signed itself.
    pub fn verify_root(&self) -> Result<()> {
        if !self.is_authority || !self.has_role(&Role::Authority) {
            return Err(Error::Certificate("not an authority"));
        }
        if self.issuer_der != self.subject_der {
            return Err(Error::Certificate("the authority did not issue itself"));
        }
        self.verify_signature(self)
    }

    /// Checks that the authority, itself in order, issued this certificate, and that each scope is one of the authority's.
    /// `root_sha256`, when given, is the fingerprint that the authority must have. Dates are not looked at.
    pub fn verify_chain(&self, authority: &Self, root_sha256: Option<&Digest>) -> Result<()> {
        if root_sha256.is_some_and(|expected| *expected != authority.fingerprint()) {
            return Err(Error::Certificate("the authority has another fingerprint"));
        }
        authority.verify_root()?;
        if self.is_authority || self.has_role(&Role::Authority) {
            return Err(Error::Certificate("an authority below an authority"));
        }
        if self.issuer_der != authority.subject_der {
            return Err(Error::Certificate("issued by another authority"));
        }
        if !self.scopes.iter().all(|s| authority.has_scope(s)) {
            return Err(Error::Certificate("a scope that is not the authority's"));
        }
        self.verify_signature(authority)
    }

    fn verify_signature(&self, issuer: &Self) -> Result<()> {
        let checked = issuer.public_key.verify_strict(&self.tbs, &self.signature);
        checked.map_err(|_| Error::Certificate("not signed by the authority"))
    }
}

#[cfg(test)]
mod tests;
