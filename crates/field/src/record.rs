//! The record F11 as a PDF to print or save, and its pages as pictures for the screen.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use chrono::{DateTime, FixedOffset};
use contract::field::{MakeRecord, RecordReady};
use contract::shared::KeyStanding;
use domain::decide::Refusal;
use domain::record::VisitRecord;
use domain::write_record::{RecordContext, write_record};
use domain::{PhotoId, Visit, VisitId};
use papers::{RecordInput, SealShown, SignatureShown, record_f11_with_pages};

use crate::core::{APP_VERSION, Core, Field, Open, lock};
use crate::error::{Error, Result};
use crate::intake::{Limits, thumbnail};
use crate::os::files;
use crate::store::now_ms;

const FOLDER: &str = "records";
// With more photos than this the annex is printed from thumbnails, so that the paper is there within seconds.
const MOST_PREVIEWS: usize = 12;

impl Field {
    /// Where the file of a [`RecordReady::handle`] lies, for the host's save and open.
    pub fn record_path(&self, handle: &str) -> std::result::Result<PathBuf, contract::ApiError> {
        let relative = Path::new(handle);
        let plain = relative.components().all(|part| matches!(part, Component::Normal(_)));
        let path = self.0.dir.join(relative);
        if plain && relative.starts_with(FOLDER) && path.is_file() {
            Ok(path)
        } else {
            Err(Error::NotFound("record").into())
        }
    }
}

impl Core {
    pub(crate) fn make_record(&self, args: &MakeRecord) -> Result<RecordReady> {
        let (open, _) = self.unlocked()?;
        let visit = open.store.visit(args.visit)?.ok_or(Refusal::NoVisit)?;
        let record = self.record_of(&open, &visit)?;
        let paper = self.lay_out(&open, &visit, &record, args.copy)?;
        let file_name = file_name(&visit, &record, args.copy);
        let handle = format!("{FOLDER}/{file_name}");
        files::make_dir(&self.dir.join(FOLDER))?;
        files::write_atomic(&self.dir.join(&handle), &paper.pdf)?;
        let ready = RecordReady {
            pages: u32::try_from(paper.pages.len()).unwrap_or(u32::MAX),
            file_name,
            size_bytes: paper.pdf.len() as u64,
            handle,
        };
        *lock(&self.pages) = Some((args.visit, paper.pages));
        Ok(ready)
    }

    /// One page of the record made last, counted from 1.
    pub(crate) fn page(&self, visit: VisitId, page: usize) -> Result<(String, Vec<u8>)> {
        let known = lock(&self.pages).as_ref().is_some_and(|(made, _)| *made == visit);
        if !known {
            self.make_record(&MakeRecord { visit, copy: false })?;
        }
        let pages = lock(&self.pages);
        let svg = pages.as_ref().and_then(|(_, pages)| pages.get(page.checked_sub(1)?));
        let svg = svg.ok_or(Error::NotFound("page"))?;
        Ok(("image/svg+xml".into(), svg.clone().into_bytes()))
    }

    /// The sealed record, its bytes hashed again; before the seal the record as it would be written now.
    fn record_of(&self, open: &Open, visit: &Visit) -> Result<VisitRecord> {
        if let Some(sealed) = &visit.sealed {
            let bytes = open.vault.read(&sealed.record.sha256.parse()?)?;
            return Ok(seal::canonical::from_slice(&bytes)?);
        }
        let station = open.store.station(visit.station)?.ok_or(Error::NotFound("station"))?;
        Ok(write_record(
            visit,
            RecordContext {
                scope: &open.card.scope,
                county: &open.card.name,
                station: &station,
                pack: self.pack_of(visit)?,
                covers: Vec::new(),
                now_ms: now_ms(),
                app_version: APP_VERSION,
            },
        )?)
    }

    fn lay_out(&self, open: &Open, visit: &Visit, record: &VisitRecord, copy: bool) -> Result<papers::Paper> {
        let strokes = open.strokes(visit)?;
        let pictures = pictures(open, visit)?;
        let times = open.store.signature_times(visit.id)?;
        let signatures: Vec<SignatureShown> = visit
            .signatures
            .iter()
            .map(|signed| {
                let member = record.team.iter().find(|member| member.person == signed.person);
                let certified = signed.public_key.parse().is_ok_and(|key| open.standing(&key) == KeyStanding::Certified);
                SignatureShown {
                    name: signed.name.clone(),
                    org: member.map(|member| member.org.clone()).unwrap_or_default(),
                    at_ms: times.get(&signed.person).copied().unwrap_or(record.written_at_ms),
                    kid: signed.kid.clone(),
                    certified,
                }
            })
            .collect();
        let seal = visit.sealed.as_ref().map(|sealed| SealShown {
            id: &sealed.statement.sha256,
            at_ms: record.written_at_ms,
        });
        record_f11_with_pages(&RecordInput {
            record,
            seal,
            signatures: &signatures,
            authority_name: open.authority.name(),
            authority_sha256: &open.authority.fingerprint().to_hex(),
            strokes: strokes.as_ref(),
            pictures: &pictures,
            copy,
        })
        .map_err(|e| Error::Paper(e.to_string()))
    }
}

fn pictures(open: &Open, visit: &Visit) -> Result<BTreeMap<PhotoId, Vec<u8>>> {
    let few = visit.standing_photos().count() <= MOST_PREVIEWS;
    let mut pictures = BTreeMap::new();
    for photo in visit.standing_photos() {
        let attached = &photo.attached;
        let Some(thumb) = &attached.thumbnail else { continue };
        let large = if few {
            let bytes = open.vault.read(&attached.original.sha256.parse()?).ok();
            bytes.and_then(|bytes| thumbnail::preview(&bytes, attached.meta.orientation, &Limits::default()).ok())
        } else {
            None
        };
        let picture = match large {
            Some(preview) => Some(preview.jpeg),
            None => open.store.thumb(&thumb.sha256.parse()?)?,
        };
        pictures.extend(picture.map(|picture| (attached.photo, picture)));
    }
    Ok(pictures)
}

/// A name that any file system takes: station, day, first digits of the seal id.
fn file_name(visit: &Visit, record: &VisitRecord, copy: bool) -> String {
    let plain = |c: char| if c.is_alphanumeric() { c } else { '_' };
    let station: String = record.station.name.chars().take(40).map(plain).collect();
    let zone = FixedOffset::east_opt(record.utc_offset_min.saturating_mul(60));
    let day = DateTime::from_timestamp_millis(record.started_at_ms)
        .zip(zone)
        .map(|(at, zone)| at.with_timezone(&zone).format("%Y%m%d").to_string())
        .unwrap_or_default();
    let seal = visit
        .sealed
        .as_ref()
        .and_then(|sealed| sealed.statement.sha256.get(..8))
        .unwrap_or("预览");
    let copy = if copy { "_副本" } else { "" };
    format!("检查记录表_{station}_{day}_{seal}{copy}.pdf")
}
