//! Exporting the proof bundle of a sealed visit: gathering what `seal::bundle` writes, signed with the server's key as exporter.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufWriter, Seek as _, SeekFrom, Write as _};

use domain::VisitId;
use domain::operation::PhotoAttached;
use ledger::{EntryId, Header, ScopeId};
use seal::Digest;
use seal::bundle::{BundleBuilder, BundleEntry, BundleInputs};
use seal::keys::PublicKey;

use crate::console::hand_paper;
use crate::console::review::{Dossier, gather};
use crate::county::{device_aggregate, revocations_aggregate};
use crate::error::file;
use crate::http::App;
use crate::store::{Db, EntryRow, Named};
use crate::{Error, Result};

/// Whether photos go along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Photos {
    /// Originals and thumbnails, as far as they have arrived.
    All,
    /// None: the record names them by digest.
    DigestsOnly,
}

/// What a bundle is made of, besides photos.
struct Gathered {
    entries: BTreeMap<EntryId, EntryRow>,
    certificates: Vec<Vec<u8>>,
    revocations: Vec<u8>,
    /// Pages of the papers among the entries.
    pages: Vec<PhotoAttached>,
}

/// Writes the bundle into an unnamed file and returns it, rewound. None when the visit is not sealed or its record has not arrived.
pub fn export(app: &App, scope: &ScopeId, visit: VisitId, photos: Photos) -> Result<Option<File>> {
    let out = app.blobs().scratch()?;
    let begun = app.with_db(|db| {
        let Some(dossier) = gather(db, app.blobs(), scope, visit)? else {
            return Ok(None);
        };
        let Some(builder) = begin(db, scope, &dossier, BufWriter::new(out))? else {
            return Ok(None);
        };
        Ok(Some((dossier, builder, db.signer())))
    })?;
    let Some((dossier, (mut builder, pages), signer)) = begun else {
        return Ok(None);
    };
    if photos == Photos::All {
        for (sha256, extension) in photo_files(&dossier, &pages) {
            if matches!(app.with_db(|db| db.named(scope, &sha256))?, Named::Stored) {
                builder.add_photo(&sha256, &extension, &mut app.blobs().open_blob(scope, &sha256)?)?;
            }
        }
    }
    let mut buffered = builder.finish(signer.as_ref())?;
    buffered.flush().map_err(file("writing a bundle"))?;
    let mut out = buffered.into_inner().map_err(|e| file("writing a bundle")(e.into_error()))?;
    out.seek(SeekFrom::Start(0)).map_err(file("writing a bundle"))?;
    Ok(Some(out))
}

/// A bundle begun, and the pages of papers that belong into it.
type Begun = (BundleBuilder<BufWriter<File>>, Vec<PhotoAttached>);

fn begin(db: &Db, scope: &ScopeId, dossier: &Dossier, out: BufWriter<File>) -> Result<Option<Begun>> {
    let (Some(record), Some(statement)) = (&dossier.record, &dossier.statement) else {
        return Ok(None);
    };
    let county = db.county(scope)?.ok_or(Error::Corrupt("a county is missing"))?;
    let gathered = gather_entries(db, scope, dossier)?;
    db.sign_checkpoint(scope)?;
    let latest = db.latest_checkpoint(scope)?.ok_or(Error::Corrupt("no checkpoint"))?;
    let mut entries = Vec::new();
    for row in gathered.entries.into_values() {
        entries.push(BundleEntry {
            leaf: row.sseq.saturating_sub(1),
            key: key_of(db, &row)?,
            frame: row.frame.to_bytes()?,
            header: row.frame.header,
            signature: row.frame.signature,
            payload: row.frame.payload,
        });
    }
    let checkpoints = db.checkpoints(scope)?;
    let mut certificates = vec![county.server_certificate];
    certificates.extend(gathered.certificates);
    let exporter = db.server_key().clone();
    let built = db.with_tree(scope, |tree| {
        let inputs = BundleInputs {
            created_ms: db.now_ms(),
            card: county.card,
            certificates,
            record: record.clone(),
            statement: statement.clone(),
            strokes: dossier.strokes.clone(),
            revocations: gathered.revocations,
            entries,
            tree,
            checkpoint: latest.note,
            checkpoints,
        };
        BundleBuilder::new(out, inputs, &exporter)
    });
    Ok(Some((built??, gathered.pages)))
}

fn key_of(db: &Db, row: &EntryRow) -> Result<PublicKey> {
    use ledger::chain::LogIndex as _;
    let header = Header::parse(&row.frame.header)?;
    Ok(db.log(&header.log)?.ok_or(Error::Corrupt("a log is missing"))?.key)
}

/// The entries that the proof rests on, and the certificates of all who signed them.
fn gather_entries(db: &Db, scope: &ScopeId, dossier: &Dossier) -> Result<Gathered> {
    let mut entries: BTreeMap<EntryId, EntryRow> = BTreeMap::new();
    let mut certificates = Vec::new();
    let by_id = dossier.entries_by_id();
    let covered = dossier
        .sealed()
        .into_iter()
        .flat_map(|s| &s.covers)
        .filter_map(|c| by_id.get(&c.entry).copied());
    let of_kind = dossier
        .entries
        .iter()
        .filter(|e| e.kind == "review.accepted/1" || dossier.is_sealing(e) || dossier.is_of_a_return(e) || dossier.is_handing_over(e));
    // A signature that does not count proves nothing and would only make the whole be refused.
    let good = || dossier.signatures.iter().filter(|s| s.counts(dossier, scope));
    for row in covered.chain(of_kind).chain(good().map(|s| &s.entry)) {
        entries.insert(row.id, row.clone());
    }
    for signed in good() {
        let Some(certified) = &signed.certified else { continue };
        certificates.push(seal::base64_decode(&certified.certificate)?);
        insert_matching(
            db,
            scope,
            signed.signed.person.0,
            "person.certified/1",
            &certified.certificate,
            &mut entries,
        )?;
    }
    let held: BTreeMap<&str, &str> = good()
        .filter_map(|signed| Some((signed.signed.kid.as_str(), signed.certified.as_ref()?.certificate.as_str())))
        .collect();
    let mut pages = Vec::new();
    for paper in hand_paper::provable(db, scope, dossier, |kid| held.get(kid).map(|text| (*text).to_owned()))? {
        entries.insert(paper.entry.id, paper.entry.clone());
        certificates.push(seal::base64_decode(&paper.certificate)?);
        insert_matching(db, scope, paper.attached.person.0, "person.certified/1", &paper.certificate, &mut entries)?;
        pages.extend(paper.attached.paper.pages.iter().cloned());
    }
    let mut devices = BTreeSet::new();
    for row in entries.values() {
        devices.insert(Header::parse(&row.frame.header)?.kid);
    }
    for kid in devices {
        if let Some(device) = db.device_certificate(scope, &kid)? {
            certificates.push(seal::base64_decode(&device.certificate)?);
            insert_matching(db, scope, device_aggregate(&kid), "device.certified/1", &device.certificate, &mut entries)?;
        }
    }
    let ent = revocations_aggregate(scope);
    let Some(domain::Aggregate::Revocations(list)) = db.aggregate(scope, ent)? else {
        return Err(Error::Corrupt("no revocation list"));
    };
    insert_matching(db, scope, ent, "revocations.published/1", &list.envelope, &mut entries)?;
    Ok(Gathered {
        entries,
        certificates,
        revocations: list.envelope.into_bytes(),
        pages,
    })
}

/// Adds the entry of an aggregate whose payload holds this certificate or envelope.
fn insert_matching(db: &Db, scope: &ScopeId, ent: uuid::Uuid, kind: &str, content: &str, entries: &mut BTreeMap<EntryId, EntryRow>) -> Result<()> {
    for row in db.entries_of(scope, ent)?.into_iter().filter(|r| r.kind == kind) {
        let payload = seal::canonical::parse(&row.frame.payload)?;
        if ["certificate", "envelope"]
            .iter()
            .any(|k| payload.get(k).and_then(|v| v.as_str()) == Some(content))
        {
            entries.insert(row.id, row);
        }
    }
    Ok(())
}

/// Digests and extensions of all photos' bytes, each once, in the record's order, and then of the papers' pages.
fn photo_files(dossier: &Dossier, pages: &[PhotoAttached]) -> Vec<(Digest, String)> {
    let mut seen = BTreeSet::new();
    let mut files = Vec::new();
    for attached in dossier.visit.photos.iter().map(|photo| &photo.attached).chain(pages) {
        let original = attached.original.sha256.parse().ok().map(|d| (d, extension(&attached.mime)));
        let thumbnail = attached.thumbnail.as_ref().and_then(|t| t.sha256.parse().ok()).map(|d| (d, "jpg"));
        for (digest, extension) in original.into_iter().chain(thumbnail) {
            if seen.insert(digest) {
                files.push((digest, extension.to_owned()));
            }
        }
    }
    files
}

fn extension(mime: &str) -> &'static str {
    match mime {
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "image/heic" => "heic",
        "image/heif" => "heif",
        "image/webp" => "webp",
        "image/tiff" => "tif",
        "image/avif" => "avif",
        "image/gif" => "gif",
        "image/bmp" => "bmp",
        "application/pdf" => "pdf",
        _ => "bin",
    }
}
