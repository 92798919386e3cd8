//! One visit on one page: its state, and what the server verified of it, computed anew each time from the stored bytes.

use std::collections::{BTreeMap, BTreeSet};

use contract::console::{AcceptVisit, CheckLine, ReviewView, SignatureRow};
use contract::shared::{DataState, PhotoNotes};
use contract::{ApiError, ErrorCode};
use domain::compare::{Comparison, compare};
use domain::operation::{BlobRef, Countersign, PersonCertified, ReviewAccepted, SealSigned, Strokes, VisitSealed};
use domain::worth::Remark;
use domain::{Aggregate, Operation, Pack, PersonId, TimeGrade, Visit, VisitId, VisitPhase, VisitRecord};
use ledger::{Header, ScopeId};
use seal::Digest;
use seal::cert::{Certificate, Role};
use seal::keys::{PublicKey, Signature};
use seal::merkle::{entry_leaf, verify_inclusion};
use seal::statement::{Statement, signing_bytes};

use super::doubts::{doubts, remarks};
use super::{Answer, hand_paper, packs, screen};
use crate::blobs::Blobs;
use crate::http::App;
use crate::store::{Account, Db, EntryRow, Named, Said};
use crate::{Error, Result};

/// A claimed time may differ from the anchors by so much before the two contradict each other.
const CLOCK_SLACK_MS: i64 = 5 * 60 * 1_000;
/// The longest comment.
const MAX_COMMENT: usize = 4_000;

/// A sealed visit with its bytes and signatures, as far as they have arrived.
pub(crate) struct Dossier {
    /// State.
    pub visit: Visit,
    /// All its entries in the stream's order.
    pub entries: Vec<EntryRow>,
    /// The record's bytes, as they lie in the folder.
    pub record: Option<Vec<u8>>,
    /// The statement's bytes.
    pub statement: Option<Vec<u8>>,
    /// The strokes' bytes.
    pub strokes: Option<Vec<u8>>,
    /// Strokes of seconded members, as far as they are here.
    pub hand_strokes: BTreeMap<PersonId, Strokes>,
    /// The authority.
    pub authority: Certificate,
    /// Signatures in the state's order with the entries that carry them.
    pub signatures: Vec<Signed>,
}

/// A signature with its entry.
pub(crate) struct Signed {
    /// What the entry says.
    pub signed: SealSigned,
    /// The entry.
    pub entry: EntryRow,
    /// Its header.
    pub header: Header,
    /// The person's certificate for this key, if the authority issued one.
    pub certified: Option<PersonCertified>,
    /// Name of the laptop, from its certificate.
    pub device_name: String,
}

fn bytes_of(db: &Db, blobs: &Blobs, scope: &ScopeId, blob: &BlobRef) -> Result<Option<Vec<u8>>> {
    let Ok(sha256) = blob.sha256.parse::<Digest>() else { return Ok(None) };
    match db.named(scope, &sha256)? {
        Named::Stored => blobs.read_small(scope, &sha256),
        _ => Ok(None),
    }
}

/// Gathers a visit from the store; None when there is none.
pub(crate) fn gather(db: &Db, blobs: &Blobs, scope: &ScopeId, id: VisitId) -> Result<Option<Dossier>> {
    let Some(visit) = db.visit(scope, id)? else { return Ok(None) };
    let county = db.county(scope)?.ok_or(Error::Corrupt("a county is missing"))?;
    let entries = db.entries_of(scope, id.0)?;
    let (sealed, claimed) = match visit.standing_record() {
        Some((sealed, signatures, _)) => (Some(sealed), signatures.to_vec()),
        None => (None, Vec::new()),
    };
    // While a returned visit is mended the station's side of the record that stands is the one that was returned.
    let countersign = match (&visit.sealed, visit.returned()) {
        (None, Some(last)) => &last.held.countersign,
        _ => &visit.countersign,
    };
    let record = sealed.map(|s| bytes_of(db, blobs, scope, &s.record)).transpose()?.flatten();
    let statement = sealed.map(|s| bytes_of(db, blobs, scope, &s.statement)).transpose()?.flatten();
    let strokes = match countersign {
        Some(Countersign::Signed { strokes, .. }) => bytes_of(db, blobs, scope, strokes)?,
        _ => None,
    };
    let mut hand_strokes = BTreeMap::new();
    for signed in &visit.hand_signed {
        let Some(named) = &signed.strokes else { continue };
        let drawn = bytes_of(db, blobs, scope, named)?.and_then(|bytes| seal::canonical::from_slice(&bytes).ok());
        hand_strokes.extend(drawn.map(|strokes| (signed.person, strokes)));
    }
    let mut signatures = Vec::new();
    for signed in &claimed {
        for entry in entries.iter().filter(|e| e.kind == "seal.signed/1") {
            let payload = seal::canonical::parse(&entry.frame.payload)?;
            if !matches!(Operation::from_parts(&entry.kind, &payload), Ok(Operation::SealSigned(s)) if s == *signed) {
                continue;
            }
            let header = Header::parse(&entry.frame.header)?;
            let person = db.aggregate(scope, signed.person.0)?;
            let certified = match person {
                Some(Aggregate::Person(state)) => state.certificates.into_iter().find(|c| c.kid == signed.kid),
                _ => None,
            };
            let device = db.device_certificate(scope, &header.kid)?;
            signatures.push(Signed {
                signed: signed.clone(),
                entry: entry.clone(),
                header,
                certified,
                device_name: device.map(|d| d.name).unwrap_or_default(),
            });
            break;
        }
    }
    Ok(Some(Dossier {
        authority: Certificate::parse(&county.authority_certificate)?,
        visit,
        entries,
        record,
        statement,
        strokes,
        hand_strokes,
        signatures,
    }))
}

impl Signed {
    /// Whether the signature holds over the statement, by the key whose id it names.
    pub fn holds(&self, statement: &[u8]) -> bool {
        let key: Option<PublicKey> = self.signed.public_key.parse().ok();
        let signature = seal::base64_decode(&self.signed.signature).ok().map(Signature);
        let (Some(key), Some(signature)) = (key, signature) else { return false };
        key.kid().to_string() == self.signed.kid
            && Digest::of(statement).to_string() == self.signed.statement
            && key.verify_strict(&signing_bytes(statement), &signature).is_ok()
    }

    /// Whether the authority certified this key, in this scope, for this person.
    pub fn is_certified(&self, authority: &Certificate, scope: &ScopeId) -> bool {
        let Some(der) = self.certified.as_ref().and_then(|c| seal::base64_decode(&c.certificate).ok()) else {
            return false;
        };
        Certificate::parse(&der).is_ok_and(|certificate| {
            certificate.verify_chain(authority, None).is_ok()
                && certificate.has_scope(&scope.to_string())
                && certificate.has_role(&Role::Person)
                && certificate.person() == Some(self.signed.person.0)
                && certificate.public_key().kid().to_string() == self.signed.kid
        })
    }

    /// Whether it counts: it holds over the statement, and the key is the person's by the authority's word.
    pub fn counts(&self, dossier: &Dossier, scope: &ScopeId) -> bool {
        let statement = dossier.statement.as_deref();
        statement.is_some_and(|statement| self.holds(statement)) && self.is_certified(&dossier.authority, scope)
    }

    /// Between the checkpoint that the laptop had seen and the first that includes the entry.
    fn time_grade(&self, db: &Db, scope: &ScopeId) -> Result<TimeGrade> {
        let after = match &self.header.beacon {
            Some(beacon) => db.checkpoint_of(scope, beacon)?.map(|c| c.time_ms),
            None => None,
        };
        let before = db.first_checkpoint_over(scope, self.entry.sseq)?.map(|c| c.time_ms);
        let claimed = self.header.ts;
        let early = after.is_some_and(|t| claimed < t.saturating_sub(CLOCK_SLACK_MS));
        let late = before.is_some_and(|t| claimed > t.saturating_add(CLOCK_SLACK_MS));
        Ok(match (early || late, after, before) {
            (true, ..) => TimeGrade::Contradictory,
            (false, Some(_), Some(_)) => TimeGrade::Anchored,
            _ => TimeGrade::DeviceOnly,
        })
    }
}

fn line(check: &str, good: usize, of: usize) -> CheckLine {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    CheckLine {
        check: check.to_owned(),
        holds: (of > 0).then_some(good == of),
        good: number(good),
        of: number(of),
    }
}

/// Cannot be said yet: the bytes have not arrived, or the visit is not sealed.
fn unsaid(check: &str, of: usize) -> CheckLine {
    CheckLine {
        holds: None,
        ..line(check, 0, of)
    }
}

fn checks(db: &Db, scope: &ScopeId, dossier: &Dossier) -> Result<Vec<CheckLine>> {
    let mut lines = Vec::new();
    let sealed = dossier.sealed();
    let one = usize::from(sealed.is_some());
    let statement = dossier.statement.as_deref();
    lines.push(match (sealed, &dossier.record, statement.map(Statement::parse)) {
        (Some(sealed), Some(record), Some(parsed)) => {
            let sha256 = Digest::of(record);
            let named = parsed.is_ok_and(|s| s.subject.len() == 1 && s.subject.iter().all(|s| s.digest.sha256 == sha256));
            line("record_digest", usize::from(named && sealed.record.sha256 == sha256.to_string()), 1)
        }
        _ => unsaid("record_digest", one),
    });
    lines.push(match (sealed, statement) {
        (Some(sealed), Some(statement)) => {
            let holds = sealed.statement.sha256 == Digest::of(statement).to_string() && Statement::parse(statement).is_ok();
            line("statement", usize::from(holds), 1)
        }
        _ => unsaid("statement", one),
    });
    let count = dossier.signatures.len();
    lines.push(match statement {
        Some(statement) => line("signatures", dossier.signatures.iter().filter(|s| s.holds(statement)).count(), count),
        None => unsaid("signatures", count),
    });
    let needed = dossier.signers_needed();
    lines.push(match statement {
        Some(_) => line("persons", dossier.signers(scope).len().min(needed), needed),
        None => unsaid("persons", needed),
    });
    let certified = dossier.signatures.iter().filter(|s| s.is_certified(&dossier.authority, scope)).count();
    lines.push(line("certificates", certified, count));
    lines.push(line("receipts", proven(db, scope, dossier)?, dossier.entries.len()));
    lines.push(arrived(db, scope, dossier, "originals", |p| Some(&p.original))?);
    lines.push(arrived(db, scope, dossier, "thumbnails", |p| p.thumbnail.as_ref())?);
    Ok(lines)
}

/// How many of the visit's entries are proven to be under the latest checkpoint.
fn proven(db: &Db, scope: &ScopeId, dossier: &Dossier) -> Result<usize> {
    use ledger::sync::ServerStore as _;
    db.sign_checkpoint(scope)?;
    let Some(latest) = db.latest_checkpoint(scope)? else { return Ok(0) };
    let numbers: Vec<u64> = dossier.entries.iter().map(|e| e.sseq).collect();
    let receipts = db.receipts(scope, &numbers)?;
    let known: BTreeSet<_> = dossier.entries.iter().map(|e| e.id).collect();
    let holds = receipts
        .iter()
        .filter(|r| known.contains(&r.entry) && verify_inclusion(&entry_leaf(&r.entry.0), r.leaf, latest.size, &r.proof, &latest.root).is_ok());
    Ok(holds.count())
}

/// How many of the standing photos' and papers' bytes are here; all of them were re-hashed when they arrived.
fn arrived(
    db: &Db,
    scope: &ScopeId,
    dossier: &Dossier,
    check: &str,
    part: impl Fn(&domain::operation::PhotoAttached) -> Option<&BlobRef>,
) -> Result<CheckLine> {
    let mut counts = (0, 0);
    let photos = dossier.visit.standing_photos().map(|photo| &photo.attached);
    for photo in photos.chain(dossier.visit.pages()) {
        if let Some(blob) = part(photo) {
            counts.1 += 1;
            counts.0 += usize::from(is_here(db, scope, blob)?);
        }
    }
    Ok(if counts.0 < counts.1 {
        CheckLine {
            holds: None,
            ..line(check, counts.0, counts.1)
        }
    } else {
        line(check, counts.0, counts.1)
    })
}

/// Whether the bytes of a blob arrived and were hashed.
pub(super) fn is_here(db: &Db, scope: &ScopeId, blob: &BlobRef) -> Result<bool> {
    let Ok(sha256) = blob.sha256.parse() else { return Ok(false) };
    Ok(matches!(db.named(scope, &sha256)?, Named::Stored))
}

fn photo_notes(db: &Db, scope: &ScopeId, visit: &Visit, remarks: &[Vec<Remark>]) -> Result<Vec<PhotoNotes>> {
    let mut notes = Vec::new();
    for (photo, remarks) in visit.photos.iter().zip(remarks) {
        let attached = &photo.attached;
        let original = is_here(db, scope, &attached.original)?;
        let thumbnail = match &attached.thumbnail {
            Some(blob) => Some(is_here(db, scope, blob)?),
            None => None,
        };
        notes.push(PhotoNotes {
            photo: attached.photo,
            data_state: match (original, thumbnail) {
                (true, Some(true) | None) => DataState::OriginalsArrived,
                (_, Some(true)) => DataState::ThumbnailsArrived,
                _ => DataState::Receipted,
            },
            has_preview: thumbnail == Some(true),
            time_grade: attached.meta.time_grade(),
            missing: attached.meta.missing(),
            remarks: remarks.clone(),
        });
    }
    Ok(notes)
}

/// The page of one visit.
pub(super) fn view(app: &App, scope: &ScopeId, id: VisitId) -> Answer<ReviewView> {
    let read = app.with_db(|db| {
        let Some(dossier) = gather(db, app.blobs(), scope, id)? else {
            return Ok(None);
        };
        let pack = packs::find(&dossier.visit.pack);
        let station = match db.aggregate(scope, dossier.visit.station.0)? {
            Some(Aggregate::Station(station)) => Some(station),
            _ => None,
        };
        let remarks = remarks(db, scope, &dossier.visit, pack, station.as_ref())?;
        let mut signatures = Vec::new();
        for signed in &dossier.signatures {
            signatures.push(SignatureRow {
                person: signed.signed.person,
                name: signed.signed.name.clone(),
                kid: signed.signed.kid.clone(),
                holds: dossier.statement.as_deref().is_some_and(|s| signed.holds(s)),
                certified: signed.is_certified(&dossier.authority, scope),
                claimed_at_ms: signed.header.ts,
                time_grade: signed.time_grade(db, scope)?,
                received_at_ms: signed.entry.received_ms,
                device_name: signed.device_name.clone(),
            });
        }
        Ok(Some(ReviewView {
            phase: dossier.visit.phase(),
            data_state: db.visit_data_state(scope, id)?,
            plot: domain::plot::of_visit(&dossier.visit, station.as_ref().and_then(|known| known.position)),
            station,
            pack: pack.cloned(),
            record: dossier.sound_record(),
            photo_notes: photo_notes(db, scope, &dossier.visit, &remarks)?,
            strokes: dossier.strokes(),
            signatures,
            checks: checks(db, scope, &dossier)?,
            doubts: doubts(&dossier.visit, &remarks),
            paper_notes: hand_paper::notes(db, scope, &dossier.authority, &dossier.visit)?,
            seal_id: dossier.sealed().map(|s| s.statement.sha256.clone()),
            comparison: pack.and_then(|pack| dossier.comparison(pack)),
            downloads: db.downloads(scope, id)?,
            visit: dossier.visit,
        }))
    });
    read.map_err(screen)?.ok_or_else(|| ApiError::new(ErrorCode::NotFound))
}

impl Dossier {
    /// The record, if its bytes are here, are the ones named and can be read.
    pub fn sound_record(&self) -> Option<VisitRecord> {
        let bytes = self.record.as_deref()?;
        let named = &self.sealed()?.record.sha256;
        if Digest::of(bytes).to_string() != *named {
            return None;
        }
        seal::canonical::from_slice(bytes).ok()
    }

    /// The record that stands.
    pub fn sealed(&self) -> Option<&VisitSealed> {
        self.visit.standing_record().map(|(sealed, ..)| sealed)
    }

    /// Whether an entry is the one that sealed the record which stands: others may claim to.
    pub fn is_sealing(&self, entry: &EntryRow) -> bool {
        self.visit.standing_record().is_some_and(|(.., known)| entry.id.to_string() == known)
    }

    /// Whether an entry sealed a record that was returned, or returned it: the story of what a mended record supersedes.
    pub fn is_of_a_return(&self, entry: &EntryRow) -> bool {
        let id = entry.id.to_string();
        entry.kind == "review.returned/1" || self.visit.returns.iter().any(|past| past.entry == id)
    }

    /// Whether an entry handed the visit over, so that another laptop may seal it.
    pub fn is_handing_over(&self, entry: &EntryRow) -> bool {
        let id = entry.id.to_string();
        self.visit.handed_over.iter().any(|handed| handed.entry == id)
    }

    /// How many distinct persons must have signed: what the checklist asks for and what the record says, and never fewer than two.
    pub fn signers_needed(&self) -> usize {
        let Some(sealed) = self.sealed() else { return 0 };
        let asked = packs::find(&self.visit.pack).map_or(0, |pack| pack.signers);
        usize::try_from(sealed.signers.max(asked).max(2)).unwrap_or(usize::MAX)
    }

    /// The distinct persons whose signatures count.
    pub fn signers(&self, scope: &ScopeId) -> BTreeSet<PersonId> {
        let good = self.signatures.iter().filter(|s| s.counts(self, scope));
        good.map(|s| s.signed.person).collect()
    }

    /// What the mended record says otherwise than the one that it supersedes.
    fn comparison(&self, pack: &Pack) -> Option<Comparison> {
        self.visit.sealed.as_ref()?;
        let last = self.visit.returned()?;
        Some(compare(pack, &last.held, &self.visit.content()))
    }

    /// The station's strokes, if they are here.
    pub fn strokes(&self) -> Option<Strokes> {
        seal::canonical::from_slice(self.strokes.as_deref()?).ok()
    }

    /// The entries that carry a kind, by id.
    pub fn entries_by_id(&self) -> BTreeMap<String, &EntryRow> {
        self.entries.iter().map(|e| (e.id.to_string(), e)).collect()
    }
}

/// Whether the seal that a reviewer saw is the one that stands, and enough persons signed it with keys of their own. The phase is only
/// what entries claim; here the signatures are checked.
fn reviewable(dossier: &Dossier, scope: &ScopeId, statement: &str) -> Answer<()> {
    let refused = |rule: &str| Err(ApiError::new(ErrorCode::Refused).with("rule", rule));
    let Some(sealed) = dossier.sealed() else {
        return refused("not_sealed");
    };
    if dossier.visit.phase() == VisitPhase::Reviewed || sealed.statement.sha256 != statement {
        return Err(ApiError::new(ErrorCode::ChangedMeanwhile));
    }
    // Whoever returned a record may accept it after all, as long as nothing supersedes it.
    if !matches!(dossier.visit.phase(), VisitPhase::Sealed | VisitPhase::Returned) {
        return refused("not_sealed");
    }
    if dossier.statement.is_none() || dossier.sound_record().is_none() {
        return refused("record_missing");
    }
    if dossier.signers(scope).len() < dossier.signers_needed() {
        return refused("signatures_missing");
    }
    Ok(())
}

/// Writes the reviewer's word into the server's log.
pub(super) fn accept(app: &App, scope: &ScopeId, account: &Account, args: &AcceptVisit) -> Answer<()> {
    if args.comment.chars().count() > MAX_COMMENT {
        return Err(ApiError::new(ErrorCode::BadRequest).with("detail", "comment"));
    }
    let accept = app.with_db(|db| {
        let Some(dossier) = gather(db, app.blobs(), scope, args.visit)? else {
            return Ok(Err(ApiError::new(ErrorCode::NotFound)));
        };
        if let Err(error) = reviewable(&dossier, scope, &args.statement) {
            return Ok(Err(error));
        }
        let said = Said {
            ent: args.visit.0,
            by: Some(account.person.0),
            operation: Operation::ReviewAccepted(ReviewAccepted {
                statement: args.statement.clone(),
                person: account.person,
                account: account.account.clone(),
                name: account.name.clone(),
                comment: args.comment.clone(),
                at_ms: db.now_ms(),
            }),
        };
        db.say(scope, &[said])?;
        Ok(Ok(()))
    });
    accept.map_err(screen)??;
    tracing::info!(%scope, visit = %args.visit, account = %account.account, "a visit is accepted");
    Ok(())
}
