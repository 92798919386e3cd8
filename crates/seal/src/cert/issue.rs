//! Issues certificates with the builder of `x509-cert`, signing through [`Signer`].

use std::str::FromStr;
use std::time::Duration;

use der::Encode;
use der::asn1::{BitString, Ia5String, Utf8StringRef};
use der::flagset::FlagSet;
use spki::{AlgorithmIdentifierOwned, DynSignatureAlgorithmIdentifier, EncodePublicKey, SubjectPublicKeyInfoRef};
use uuid::Uuid;
use x509_cert::TbsCertificate;
use x509_cert::builder::profile::BuilderProfile;
use x509_cert::builder::{Builder, CertificateBuilder};
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, BasicConstraints, KeyUsage, KeyUsages, SubjectAltName, SubjectKeyIdentifier};
use x509_cert::ext::{Extension, ToExtension};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::{Time, Validity};

use super::parse::ED25519_OID;
use super::{Certificate, PERSON_URI, ROLE_URI, Role, SCOPE_URI};
use crate::keys::{PublicKey, Signer};
use crate::{Error, Result};

const UNBUILT: Error = Error::Certificate("could not be built");

/// What a new certificate says.
#[derive(Clone, Debug)]
pub struct Issue {
    /// Common name: the person's, device's, server's or authority's name exactly as written.
    pub name: String,
    /// Organisation, if any.
    pub org: Option<String>,
    /// Roles; at least one.
    pub roles: Vec<Role>,
    /// Scopes, 32 lower-case hex digits each; at least one.
    pub scopes: Vec<String>,
    /// The person, for a person's key.
    pub person: Option<Uuid>,
    /// Start of validity, ms since 1970 UTC; cut to seconds.
    pub not_before_ms: i64,
    /// End of validity, ms since 1970 UTC; cut to seconds.
    pub not_after_ms: i64,
    /// Serial number, see [`random_serial`].
    pub serial: [u8; 16],
}

/// A random serial number.
pub fn random_serial() -> Result<[u8; 16]> {
    let mut serial = [0; 16];
    getrandom::fill(&mut serial).map_err(|_| Error::Random)?;
    Ok(serial)
}

/// Issues a county's authority: self-signed, and the only kind that may certify. The role is added if it is missing.
pub fn issue_root(mut what: Issue, signer: &dyn Signer) -> Result<Certificate> {
    if !what.roles.contains(&Role::Authority) {
        what.roles.insert(0, Role::Authority);
    }
    let issued = build(&what, signer.public(), None, signer)?;
    issued.verify_root()?;
    Ok(issued)
}

/// Certifies a key under the authority.
pub fn issue(what: &Issue, key: &PublicKey, authority: &Certificate, signer: &dyn Signer) -> Result<Certificate> {
    if authority.public_key() != signer.public() {
        return Err(Error::Certificate("the signer is not the authority"));
    }
    let issued = build(what, key, Some(authority), signer)?;
    issued.verify_chain(authority, None)?;
    Ok(issued)
}

fn build(what: &Issue, key: &PublicKey, authority: Option<&Certificate>, signer: &dyn Signer) -> Result<Certificate> {
    let subject = name(&what.name, what.org.as_deref())?;
    let issuer = match authority {
        Some(authority) => name(authority.name(), authority.org())?,
        None => subject.clone(),
    };
    let profile = Profile {
        subject,
        issuer,
        san: san(what)?,
        is_authority: authority.is_none(),
    };
    // A leading zero bit keeps the number positive, a leading one bit below it keeps its length.
    let mut serial = what.serial;
    if let Some(first) = serial.first_mut() {
        *first = (*first & 0x7f) | 0x40;
    }
    let serial = SerialNumber::new(&serial).map_err(|_| UNBUILT)?;
    let validity = Validity::new(time(what.not_before_ms)?, time(what.not_after_ms)?);
    let spki = spki::SubjectPublicKeyInfoOwned::try_from(key.spki_der().as_slice()).map_err(|_| UNBUILT)?;
    let adapter = Adapter(signer.public().clone());
    let mut builder = CertificateBuilder::new(profile, serial, validity, spki).map_err(|_| UNBUILT)?;
    let tbs = builder.finalize(&adapter).map_err(|_| UNBUILT)?;
    let signature = BitString::from_bytes(signer.sign(&tbs)?.as_bytes()).map_err(|_| UNBUILT)?;
    let certificate = builder.assemble(signature, &adapter).map_err(|_| UNBUILT)?;
    Certificate::parse(&certificate.to_der().map_err(|_| UNBUILT)?)
}

/// A name of an organisation, if any, and a common name, both UTF8String, handed over in RFC 4514's hex form.
fn name(common: &str, org: Option<&str>) -> Result<Name> {
    let attribute = |oid: &str, text: &str| {
        if text.is_empty() || text.chars().count() > 64 || text.chars().any(char::is_control) {
            return Err(Error::Certificate("a name is empty, too long or has control characters"));
        }
        let der = Utf8StringRef::new(text).and_then(|t| t.to_der()).map_err(|_| UNBUILT)?;
        Ok(format!("{oid}=#{}", hex::encode(der)))
    };
    let mut parts = vec![attribute("2.5.4.3", common)?];
    if let Some(org) = org {
        parts.push(attribute("2.5.4.10", org)?);
    }
    // RFC 4514 writes the last component first.
    Name::from_str(&parts.join(",")).map_err(|_| UNBUILT)
}

fn san(what: &Issue) -> Result<SubjectAltName> {
    let mut uris = Vec::new();
    for scope in &what.scopes {
        uris.push(format!("{SCOPE_URI}{scope}"));
    }
    for role in &what.roles {
        uris.push(format!("{ROLE_URI}{role}"));
    }
    if let Some(person) = what.person {
        uris.push(format!("{PERSON_URI}{}", person.hyphenated()));
    }
    let uri = |u: String| Ia5String::new(&u).map(GeneralName::UniformResourceIdentifier).map_err(|_| UNBUILT);
    Ok(SubjectAltName(uris.into_iter().map(uri).collect::<Result<_>>()?))
}

fn time(ms: i64) -> Result<Time> {
    let bad = Error::Certificate("a date is outside 1970 to 9999");
    let seconds = u64::try_from(ms.div_euclid(1000)).map_err(|_| bad.clone())?;
    let date = der::DateTime::from_unix_duration(Duration::from_secs(seconds)).map_err(|_| bad.clone())?;
    // The builder turns dates before 2050 into UTCTime, as RFC 5280 asks.
    Ok(Time::GeneralTime(der::asn1::GeneralizedTime::from_date_time(date)))
}

struct Profile {
    subject: Name,
    issuer: Name,
    san: SubjectAltName,
    is_authority: bool,
}

impl BuilderProfile for Profile {
    fn get_issuer(&self, _subject: &Name) -> Name {
        self.issuer.clone()
    }

    fn get_subject(&self) -> Name {
        self.subject.clone()
    }

    fn build_extensions(
        &self,
        spk: SubjectPublicKeyInfoRef<'_>,
        issuer_spk: SubjectPublicKeyInfoRef<'_>,
        tbs: &TbsCertificate,
    ) -> x509_cert::builder::Result<Vec<Extension>> {
        let basic = BasicConstraints {
            ca: self.is_authority,
            path_len_constraint: self.is_authority.then_some(0),
        };
        let usage: FlagSet<KeyUsages> = if self.is_authority {
            KeyUsages::KeyCertSign | KeyUsages::DigitalSignature
        } else {
            KeyUsages::DigitalSignature.into()
        };
        let mut out = Vec::new();
        for extension in [
            basic.to_extension(tbs.subject(), &out)?,
            KeyUsage(usage).to_extension(tbs.subject(), &out)?,
            SubjectKeyIdentifier::try_from(spk)?.to_extension(tbs.subject(), &out)?,
            AuthorityKeyIdentifier::try_from(issuer_spk)?.to_extension(tbs.subject(), &out)?,
            self.san.to_extension(tbs.subject(), &out)?,
        ] {
            out.push(extension);
        }
        Ok(out)
    }
}

/// Shows a public key to the builder, which asks for it by traits of its own.
#[derive(Clone)]
struct Adapter(PublicKey);

impl signature::Keypair for Adapter {
    type VerifyingKey = Self;

    fn verifying_key(&self) -> Self {
        self.clone()
    }
}

impl EncodePublicKey for Adapter {
    fn to_public_key_der(&self) -> spki::Result<der::Document> {
        Ok(der::Document::try_from(self.0.spki_der())?)
    }
}

impl DynSignatureAlgorithmIdentifier for Adapter {
    fn signature_algorithm_identifier(&self) -> spki::Result<AlgorithmIdentifierOwned> {
        Ok(AlgorithmIdentifierOwned {
            oid: ED25519_OID,
            parameters: None,
        })
    }
}
