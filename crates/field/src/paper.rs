//! Paper that was signed by hand and photographed or scanned joins a sealed record (纸质签字件): an addendum, level L0. A member of the team
//! signs with his key that he attached these pages; what was sealed stays as it is.

use std::io;
use std::sync::atomic::AtomicBool;

use contract::field::{AttachPaper, VisitView};
use contract::shared::PaperNotes;
use domain::decide::{Command, Refusal};
use domain::operation::{BlobRef, Paper, PaperAttached, PaperSigner, PhotoAttached};
use domain::paper::{MOST_PAGES, VERSION};
use domain::{PhotoId, Visit};
use papers::{PaperShown, SignatureStanding};
use seal::keys::{PublicKey, Signature, Signer as _};
use seal::{Digest, canonical, dsse, payload_type};
use uuid::Uuid;

use crate::core::{Core, Open};
use crate::error::{Error, Result};
use crate::intake::folder::expand;
use crate::intake::import::{Context, Imported, Outcome, import, look};
use crate::intake::reason;
use crate::store::{BlobKind, now_ms};

/// How a page says that it came.
const METHOD: &str = "paper";

/// A page whose bytes are durable, with its thumbnail.
struct Page {
    attached: PhotoAttached,
    sha256: Digest,
    thumb: Option<Vec<u8>>,
}

impl Core {
    pub(crate) fn attach_paper(&self, args: AttachPaper) -> Result<VisitView> {
        let (open, _) = self.unlocked()?;
        let passphrase = zeroize::Zeroizing::new(args.passphrase);
        let visit = open.store.visit(args.visit)?.ok_or(Refusal::NoVisit)?;
        // Whatever can be refused without a passphrase is refused before anybody waits for one, and before a file is read.
        let sealed = visit.sealed.as_ref().ok_or(Refusal::NotSealed)?;
        let member = visit.description.team.iter().find(|member| member.person == args.person);
        let member = member.ok_or(Refusal::NotInTeam(args.person))?;
        let signers = named(args.signers)?;
        let keys = self.keys().clone().ok_or(Error::NoCounty)?;
        let slot = keys.person(args.person).ok_or(Error::NotFound("person key"))?;
        let key = slot.open(&passphrase)?.person_key;
        let pages = self.pages(&open, &args.handles)?;
        let paper = Paper {
            v: VERSION,
            visit: visit.id,
            seal: sealed.statement.sha256.clone(),
            pages: pages.iter().map(|page| page.attached.clone()).collect(),
            signers,
            note: args.note.trim().to_owned(),
            at_ms: now_ms(),
        };
        let signature = dsse::sign(&key, payload_type::PAPER, &canonical::to_vec(&paper)?)?;
        let attached = PaperAttached {
            paper,
            person: args.person,
            name: member.name.clone(),
            kid: key.public().kid().to_string(),
            public_key: key.public().to_string(),
            signature: seal::base64_encode(signature.as_bytes()),
        };
        self.change(args.visit, |tx, _| {
            for page in pages {
                tx.put_blob(&page.sha256, page.attached.original.len, BlobKind::Original)?;
                if let Some(jpeg) = page.thumb {
                    tx.put_thumb(&jpeg)?;
                }
            }
            Ok(Some(Command::AttachPaper(Box::new(attached))))
        })
    }

    /// Takes the chosen files in whole; when one cannot be taken it is named and nothing is attached.
    fn pages(&self, open: &Open, handles: &[String]) -> Result<Vec<Page>> {
        let roots = handles.iter().map(|handle| self.path_of(handle)).collect::<Result<Vec<_>>>()?;
        // A folder stands for what is in it; one with more than a paper has is not read at all.
        if !(1..=MOST_PAGES).contains(&expand(&roots).len()) {
            return Err(Refusal::Pages { most: MOST_PAGES }.into());
        }
        let report = import(
            &roots,
            &Context {
                keep: &open.vault,
                known: &|_| false,
                progress: &|_| (),
                done: &page,
                cancel: &AtomicBool::new(false),
                look: &look,
            },
        );
        report.files.into_iter().collect()
    }
}

impl Open {
    /// The key, if the signature of whoever attached a paper is its over these pages.
    fn paper_key(attached: &PaperAttached) -> Option<PublicKey> {
        let key: PublicKey = attached.public_key.parse().ok()?;
        let signature = Signature(seal::base64_decode(&attached.signature).ok()?);
        let bytes = canonical::to_vec(&attached.paper).ok()?;
        let valid = key.kid().to_string() == attached.kid && key.verify_strict(&dsse::pae(payload_type::PAPER, &bytes), &signature).is_ok();
        valid.then_some(key)
    }

    fn paper_standing(&self, attached: &PaperAttached) -> SignatureStanding {
        match Self::paper_key(attached) {
            None => SignatureStanding::Broken,
            Some(key) if self.certified_for(&key, attached.person) => SignatureStanding::Certified,
            Some(_) => SignatureStanding::Pending,
        }
    }

    /// What is known here of each paper of a visit, in its order.
    pub(crate) fn paper_notes(&self, visit: &Visit) -> Result<Vec<PaperNotes>> {
        let papers = visit.papers.iter();
        let notes = papers.map(|one| {
            let standing = self.paper_standing(&one.attached);
            let here = |page: &PhotoAttached| -> Result<bool> {
                let Some(thumb) = &page.thumbnail else { return Ok(false) };
                self.store.has_blob(&thumb.sha256.parse()?)
            };
            Ok(PaperNotes {
                entry: one.entry.clone(),
                holds: standing != SignatureStanding::Broken,
                certified: standing == SignatureStanding::Certified,
                previews: one.attached.paper.pages.iter().map(here).collect::<Result<_>>()?,
            })
        });
        notes.collect()
    }

    /// Papers of the record that stands, as F11 prints them. One whose signature does not hold is none of the team's and is not printed.
    pub(crate) fn papers_shown(&self, visit: &Visit) -> Vec<PaperShown> {
        let seal = visit.sealed.as_ref().map(|sealed| sealed.statement.sha256.as_str()).unwrap_or_default();
        let papers = visit.papers_of(seal).map(|one| &one.attached);
        papers
            .map(|attached| PaperShown::of(attached, self.paper_standing(attached)))
            .filter(|shown| shown.standing != SignatureStanding::Broken)
            .collect()
    }
}

/// Who signed by hand, as typed; everybody by a name.
fn named(signers: Vec<PaperSigner>) -> Result<Vec<PaperSigner>> {
    let trimmed = signers.into_iter().map(|signer| PaperSigner {
        name: signer.name.trim().to_owned(),
        role: signer.role.trim().to_owned(),
    });
    let signers: Vec<PaperSigner> = trimmed.collect();
    if signers.is_empty() || signers.iter().any(|signer| signer.name.is_empty()) {
        return Err(Refusal::PaperSigners.into());
    }
    Ok(signers)
}

fn page(file: Imported) -> Result<Page> {
    let name = file.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let photo = PhotoId(Uuid::now_v7());
    let taken = match file.outcome {
        Outcome::Taken(taken) => taken,
        Outcome::Duplicate { .. } => return Err(Refusal::SamePage(photo).into()),
        Outcome::Refused(reason::Refusal::DiskFull) => return Err(io::Error::from(io::ErrorKind::StorageFull).into()),
        Outcome::Refused(reason) => {
            let source = io::Error::other(reason.en());
            return Err(Error::FileUnreadable { name, source });
        }
    };
    let no_preview = taken.no_preview();
    let thumb = taken.thumbnail.ok().map(|thumb| thumb.jpeg);
    let blob = |sha256: &Digest, len: u64| BlobRef {
        sha256: sha256.to_hex(),
        len,
    };
    Ok(Page {
        attached: PhotoAttached {
            photo,
            original: blob(&taken.sha256, taken.len),
            thumbnail: thumb.as_ref().map(|jpeg| blob(&Digest::of(jpeg), jpeg.len() as u64)),
            name,
            mime: taken.format.media_type().into(),
            method: METHOD.into(),
            meta: taken.meta,
            fingerprint: None,
            pattern_db: None,
            distance_m: None,
            items: Vec::new(),
            arrived_at_ms: None,
            derived: None,
            no_preview,
        },
        sha256: taken.sha256,
        thumb,
    })
}
