//! Sealing: the record is written once, stated about, and signed by persons with keys that only their passphrases open.

use std::sync::Arc;

use contract::field::{SealGap, SealPreview, SealVisit, SignerPassphrase, VisitView};
use domain::decide::{Command, Refusal, decide, ready_to_seal, ready_to_show};
use domain::operation::{BlobRef, Countersign, CoveredHead, SealSigned, TeamMember, VisitSealed};
use domain::record::PREDICATE_TYPE;
use domain::write_record::{RecordContext, write_record};
use domain::{Pack, PersonId, Visit, VisitId, VisitRecord};
use seal::keys::{Ed25519Key, Signer};
use seal::statement::{Statement, signing_bytes};

use crate::core::{APP_VERSION, Core, Open};
use crate::error::{Error, Result};
use crate::record::content_digest;
use crate::store::{BlobKind, Tx, now_ms};

/// File name of the record as subject of its statement.
pub const RECORD_NAME: &str = "visit-record.json";

/// A person whose passphrase fitted.
struct UnlockedSigner {
    person: PersonId,
    name: String,
    key: Ed25519Key,
}

impl Core {
    pub(crate) fn seal_preview(&self, id: VisitId) -> Result<SealPreview> {
        let (open, _) = self.unlocked()?;
        let visit = open.store.visit(id)?.ok_or(Refusal::NoVisit)?;
        let pack = self.pack_of(&visit)?;
        let mut gaps = gaps(&visit, pack);
        if visit.sealed.is_none() && visit.lead_device != open.author.key.public().kid().to_string() {
            gaps.push(SealGap {
                kind: "not_the_lead".into(),
                item: None,
                blocks: true,
            });
        }
        if self.signed_another_content(&open, &visit)? {
            gaps.push(SealGap {
                kind: "not_shown".into(),
                item: None,
                blocks: true,
            });
        }
        for draft in open.store.drafts(id)? {
            gaps.push(SealGap {
                kind: "draft".into(),
                item: pack.item(&draft.slot).map(|item| item.code.clone()),
                blocks: true,
            });
        }
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let team = &visit.description.team;
        let mut signers_here = self.local_people(&open);
        signers_here.retain(|local| team.iter().any(|member| member.person == local.person));
        Ok(SealPreview {
            gaps,
            answered: count(pack.items.iter().filter(|item| visit.answer(&item.code).is_some()).count()),
            items: count(pack.items.len()),
            findings: count(visit.standing_findings().count()),
            photos: count(visit.standing_photos().count()),
            signers_here,
            signers_needed: pack.signers,
        })
    }

    /// Whether the station signed something else than would be written now, as when its entry on the county's list changed since.
    fn signed_another_content(&self, open: &Open, visit: &Visit) -> Result<bool> {
        if visit.sealed.is_some() || ready_to_show(visit).is_err() {
            return Ok(false);
        }
        another_content(&self.shown_record(open, visit)?)
    }

    pub(crate) fn seal_visit(self: &Arc<Self>, args: SealVisit) -> Result<VisitView> {
        let (open, by) = self.unlocked()?;
        if args.signers.is_empty() {
            return Err(Error::BadRequest("a seal needs a signer"));
        }
        let visit = open.store.visit(args.visit)?.ok_or(Refusal::NoVisit)?;
        // Whatever can be refused without a passphrase is refused before anybody waits for one.
        if visit.sealed.is_none() {
            ready_to_seal(&visit)?;
        }
        let signers = self.open_signers(&visit, args.signers)?;
        let pack = self.pack_of(&visit)?;
        let before = visit.sealed.is_none().then(|| self.write(&open, &visit, pack)).transpose()?;
        open.store.transact(|tx| {
            let now = tx.visit(args.visit)?.ok_or(Refusal::NoVisit)?;
            if let Some(written) = &before {
                // The record is of the state that was read; anything written meanwhile would be missing from it.
                if now != visit || tx.has_drafts(args.visit)? {
                    return Err(Error::Rule("draft"));
                }
                let operation = decide(Some(&now), pack, Command::Seal(written.sealed.clone()))?;
                for (sha256, len, kind) in &written.blobs {
                    tx.put_blob(sha256, *len, *kind)?;
                }
                tx.author(&open.author, args.visit.0, Some(by), &operation)?;
            }
            sign(tx, &open, args.visit, pack, &signers)
        })?;
        crate::sync::nudge(self);
        self.view(&open, args.visit)
    }

    /// Opens every signer's key, or none: a wrong passphrase leaves everything as it was.
    fn open_signers(&self, visit: &Visit, signers: Vec<SignerPassphrase>) -> Result<Vec<UnlockedSigner>> {
        let keys = self.keys().clone().ok_or(Error::NoCounty)?;
        let mut opened: Vec<UnlockedSigner> = Vec::new();
        for signer in signers {
            let person = signer.person;
            let member = visit.description.team.iter().find(|member| member.person == person);
            let member = member.ok_or(Refusal::NotInTeam(person))?;
            if opened.iter().any(|known| known.person == person) {
                return Err(Refusal::SignedAlready(person).into());
            }
            let slot = keys.person(person).ok_or(Error::NotFound("person key"))?;
            let passphrase = zeroize::Zeroizing::new(signer.passphrase);
            opened.push(UnlockedSigner {
                person,
                name: member.name.clone(),
                key: slot.open(&passphrase)?.person_key,
            });
        }
        Ok(opened)
    }

    /// Writes record and statement and keeps both in the vault; nothing counts before the entry.
    fn write(&self, open: &Open, visit: &Visit, pack: &Pack) -> Result<Written> {
        let station = open.store.station(visit.station)?.ok_or(Error::NotFound("station"))?;
        let record = write_record(
            visit,
            RecordContext {
                scope: &open.card.scope,
                county: &open.card.name,
                station: &station,
                pack,
                covers: open.store.covers(visit.id)?,
                now_ms: now_ms(),
                app_version: APP_VERSION,
            },
        )?;
        if another_content(&record)? {
            return Err(Refusal::NotShown.into());
        }
        let (covers, supersedes) = (record.covers.clone(), record.supersedes.clone());
        let record = seal::canonical::to_vec(&record)?;
        let record_sha256 = open.vault.keep(&record)?;
        let mut predicate = serde_json::json!({
            "format": "visit-record/1",
            "scope": open.card.scope,
            "visit": visit.id,
            "signers": pack.signers,
            "authority": open.authority.fingerprint(),
        });
        if let (Some(first), Some(members)) = (&supersedes, predicate.as_object_mut()) {
            members.insert("supersedes".into(), first.as_str().into());
        }
        let statement = Statement::about(RECORD_NAME, record_sha256, PREDICATE_TYPE, predicate).to_vec()?;
        let statement_sha256 = open.vault.keep(&statement)?;
        let (record_len, statement_len) = (record.len() as u64, statement.len() as u64);
        let blob = |sha256: &seal::Digest, len| BlobRef {
            sha256: sha256.to_hex(),
            len,
        };
        Ok(Written {
            sealed: VisitSealed {
                record: blob(&record_sha256, record_len),
                statement: blob(&statement_sha256, statement_len),
                covers,
                signers: pack.signers,
                supersedes,
            },
            blobs: vec![
                (record_sha256, record_len, BlobKind::Record),
                (statement_sha256, statement_len, BlobKind::Statement),
            ],
        })
    }
}

struct Written {
    sealed: VisitSealed,
    blobs: Vec<(seal::Digest, u64, BlobKind)>,
}

fn sign(tx: &mut Tx<'_>, open: &Open, id: VisitId, pack: &Pack, signers: &[UnlockedSigner]) -> Result<()> {
    for signer in signers {
        let visit = tx.visit(id)?.ok_or(Refusal::NoVisit)?;
        let sealed = visit.sealed.as_ref().ok_or(Error::Rule("not_the_lead"))?;
        let statement = statement_of(open, sealed)?;
        let signature = signer.key.sign(&signing_bytes(&statement))?;
        let signed = SealSigned {
            statement: sealed.statement.sha256.clone(),
            person: signer.person,
            name: signer.name.clone(),
            kid: signer.key.public().kid().to_string(),
            public_key: signer.key.public().to_string(),
            signature: seal::base64_encode(signature.as_bytes()),
        };
        let operation = decide(Some(&visit), pack, Command::Sign(signed))?;
        tx.author(&open.author, id.0, Some(signer.person), &operation)?;
    }
    Ok(())
}

/// The statement to be signed. It must be about the record that can be read on this laptop: nobody signs what he could not see.
fn statement_of(open: &Open, sealed: &VisitSealed) -> Result<Vec<u8>> {
    let (record, statement) = (sealed.record.sha256.parse()?, sealed.statement.sha256.parse()?);
    if !open.vault.has(&record) || !open.vault.has(&statement) {
        return Err(Error::Rule("record_not_here"));
    }
    let bytes = open.vault.read(&statement)?;
    open.vault.read(&record)?;
    match Statement::parse(&bytes)?.subject.as_slice() {
        [only] if only.digest.sha256 == record => Ok(bytes),
        _ => Err(Error::Rule("other_record")),
    }
}

/// Whether somebody signed by hand for another content than the record has.
fn another_content(record: &VisitRecord) -> Result<bool> {
    let content = content_digest(record)?.to_hex();
    let station = match &record.countersign {
        Some(Countersign::Signed { shown, .. }) => shown.as_ref() != Some(&content),
        _ => false,
    };
    Ok(station || record.hand_signed.iter().any(|signed| signed.shown != content))
}

/// What the record would leave blank, in the checklist's order.
fn gaps(visit: &Visit, pack: &Pack) -> Vec<SealGap> {
    let mut gaps = Vec::new();
    let mut gap = |kind: &str, item: Option<&str>, blocks: bool| {
        gaps.push(SealGap {
            kind: kind.into(),
            item: item.map(str::to_owned),
            blocks,
        });
    };
    if visit.sealed.is_some() {
        return gaps;
    }
    if visit.description.ended_at_ms.is_none() {
        gap("no_end", None, true);
    }
    if visit.countersign.is_none() {
        gap("no_countersign", None, true);
    }
    let unsigned = |member: &&TeamMember| !visit.hand_signed.iter().any(|signed| signed.person == member.person);
    visit
        .description
        .seconded
        .iter()
        .filter(unsigned)
        .for_each(|_| gap("no_hand_sign", None, true));
    if visit.standing_photos().next().is_none() {
        gap("no_photo_at_all", None, false);
    }
    for item in &pack.items {
        let code = Some(item.code.as_str());
        let disputed = visit.answers.get(&item.code).is_some_and(|versions| versions.len() > 1);
        match visit.answer(&item.code) {
            _ if disputed => gap("disputed", code, true),
            None => gap("blank_item", code, false),
            Some(answer) if !item.is_complete(answer) => gap("incomplete_item", code, false),
            Some(_) => {}
        }
        let shown = visit.standing_photos().filter(|photo| photo.items.contains(&item.code)).count();
        if shown < usize::try_from(item.photos_expected).unwrap_or(usize::MAX) {
            gap("photo_missing", code, false);
        }
    }
    gaps
}

impl crate::store::Store {
    /// Heads of the logs that the state of a visit contains: the last entry of this visit in each.
    fn covers(&self, visit: VisitId) -> Result<Vec<CoveredHead>> {
        Ok(self
            .heads_of(&visit.0)?
            .into_iter()
            .map(|(log, tip)| CoveredHead {
                log: log.to_string(),
                seq: tip.seq,
                entry: tip.id.to_string(),
            })
            .collect())
    }
}
