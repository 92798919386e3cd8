//! Papers that joined a sealed record: what can be said of the signatures of those who attached them, and which of them prove something.

use contract::shared::PaperNotes;
use domain::operation::{PaperAttached, PhotoAttached};
use domain::visit::AttachedPaper;
use domain::{Aggregate, Visit};
use ledger::{Header, ScopeId};
use papers::{PaperShown, SignatureStanding};
use seal::cert::{Certificate, Role};
use seal::keys::{PublicKey, Signature};
use seal::{canonical, dsse, payload_type};

use super::review::{Dossier, is_here};
use crate::Result;
use crate::store::{Db, EntryRow};

/// Whether the signature is the named key's over these pages.
fn holds(attached: &PaperAttached) -> bool {
    let key: Option<PublicKey> = attached.public_key.parse().ok();
    let signature = seal::base64_decode(&attached.signature).ok().map(Signature);
    let bytes = canonical::to_vec(&attached.paper).ok();
    let (Some(key), Some(signature), Some(bytes)) = (key, signature, bytes) else {
        return false;
    };
    key.kid().to_string() == attached.kid && key.verify_strict(&dsse::pae(payload_type::PAPER, &bytes), &signature).is_ok()
}

/// Whether a certificate, base64 of DER, is the authority's for the key and the person who attached a paper.
fn certifies(text: &str, scope: &ScopeId, authority: &Certificate, attached: &PaperAttached) -> bool {
    let certificate = seal::base64_decode(text).ok().and_then(|der| Certificate::parse(&der).ok());
    certificate.is_some_and(|certificate| {
        certificate.verify_chain(authority, None).is_ok()
            && certificate.has_scope(&scope.to_string())
            && certificate.has_role(&Role::Person)
            && certificate.person() == Some(attached.person.0)
            && certificate.name() == attached.name
            && certificate.public_key().kid().to_string() == attached.kid
    })
}

/// The certificate of the authority for the key and its person, base64 of DER, if there is one.
fn certificate(db: &Db, scope: &ScopeId, authority: &Certificate, attached: &PaperAttached) -> Result<Option<String>> {
    let Some(Aggregate::Person(person)) = db.aggregate(scope, attached.person.0)? else {
        return Ok(None);
    };
    let mut issued = person.certificates.into_iter().map(|certified| certified.certificate);
    Ok(issued.find(|text| certifies(text, scope, authority, attached)))
}

/// What was verified of each paper of a visit, in its order.
pub(super) fn notes(db: &Db, scope: &ScopeId, authority: &Certificate, visit: &Visit) -> Result<Vec<PaperNotes>> {
    let here = |page: &PhotoAttached| match &page.thumbnail {
        Some(thumbnail) => is_here(db, scope, thumbnail),
        None => Ok(false),
    };
    let papers = visit.papers.iter();
    let notes = papers.map(|one| {
        Ok(PaperNotes {
            entry: one.entry.clone(),
            holds: holds(&one.attached),
            certified: certificate(db, scope, authority, &one.attached)?.is_some(),
            previews: one.attached.paper.pages.iter().map(here).collect::<Result<_>>()?,
        })
    });
    notes.collect()
}

/// Papers of the record that stands whose signatures hold.
fn holding(dossier: &Dossier) -> impl Iterator<Item = &AttachedPaper> {
    let seal = dossier.sealed().map(|sealed| sealed.statement.sha256.as_str()).unwrap_or_default();
    dossier.visit.papers_of(seal).filter(|one| holds(&one.attached))
}

/// Papers as F11 prints them.
pub(super) fn shown(db: &Db, scope: &ScopeId, dossier: &Dossier) -> Result<Vec<PaperShown>> {
    let papers = holding(dossier).map(|one| {
        let standing = match certificate(db, scope, &dossier.authority, &one.attached)? {
            Some(_) => SignatureStanding::Certified,
            None => SignatureStanding::Pending,
        };
        Ok(PaperShown::of(&one.attached, standing))
    });
    papers.collect()
}

/// A paper that goes into the bundle, with what the proof of it rests on.
pub(crate) struct Provable<'a> {
    /// The paper.
    pub attached: &'a PaperAttached,
    /// Its entry.
    pub entry: &'a EntryRow,
    /// Certificate of whoever attached it, base64 of DER.
    pub certificate: String,
}

/// The papers that prove who attached them: by certified keys of members of the record's team, from certified laptops. Any other would
/// only make the whole bundle be refused. `chosen` says which certificate the bundle holds for a key already.
pub(crate) fn provable<'a>(db: &Db, scope: &ScopeId, dossier: &'a Dossier, chosen: impl Fn(&str) -> Option<String>) -> Result<Vec<Provable<'a>>> {
    let Some(record) = dossier.sound_record() else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for one in holding(dossier) {
        let attached = &one.attached;
        let certificate = match chosen(&attached.kid) {
            Some(text) => Some(text).filter(|text| certifies(text, scope, &dossier.authority, attached)),
            None => certificate(db, scope, &dossier.authority, attached)?,
        };
        let entry = dossier.entries.iter().find(|entry| entry.id.to_string() == one.entry);
        let (Some(certificate), Some(entry)) = (certificate, entry) else {
            continue;
        };
        let device = Header::parse(&entry.frame.header)?.kid;
        if record.team.iter().any(|member| member.person == attached.person) && db.device_certificate(scope, &device)?.is_some() {
            found.push(Provable {
                attached,
                entry,
                certificate,
            });
        }
    }
    Ok(found)
}
