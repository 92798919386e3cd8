//! The record F11: shown before anybody signs, printed and saved afterwards. Its PDF and pages are in memory only; what lies on the disk
//! are the encrypted bytes that they are made of.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use chrono::{DateTime, FixedOffset};
use contract::field::{MakeRecord, RecordReady};
use domain::decide::Refusal;
use domain::record::VisitRecord;
use domain::write_record::{RecordContext, show_record};
use domain::{PersonId, PhotoId, Visit, VisitId};
use papers::{RecordInput, SealShown, SignatureShown, record_f11_with_pages};
use seal::Digest;

use crate::core::{APP_VERSION, Core, Field, Open, lock};
use crate::error::{Error, Result};
use crate::pictures::preview;
use crate::store::{SavedRecord, now_ms};

// With more photos than this the annex is printed from thumbnails, so that the paper is there within seconds.
const MOST_PREVIEWS: usize = 12;
const MOST_LAID_OUT: usize = 32;

/// The record that was laid out last.
pub(crate) struct Made {
    /// Digest of everything that it was laid out from.
    from: Digest,
    /// Counts the askings; of two under way at once the later one stays.
    turn: u64,
    visit: VisitId,
    ready: RecordReady,
    paper: papers::Paper,
}

/// What is known of a sealed record that was laid out in this session.
#[derive(Clone)]
pub(crate) struct LaidOut {
    pub(crate) handle: String,
    pub(crate) visit: VisitId,
    pub(crate) pdf: SavedRecord,
}

impl Field {
    /// The PDF of a [`RecordReady::handle`], for the host's save and print; only while an inspector is unlocked.
    pub(crate) fn record_pdf(&self, handle: &str) -> std::result::Result<Vec<u8>, contract::ApiError> {
        self.0.unlocked()?;
        if let Some(pdf) = self.0.blank_pdf(handle) {
            return Ok(pdf);
        }
        let made = lock(&self.0.made);
        match made.as_ref().filter(|made| made.ready.handle == handle) {
            Some(made) => Ok(made.paper.pdf.clone()),
            None => Err(Error::NotFound("record").into()),
        }
    }
}

impl Field {
    /// Hears from the host that the PDF of a handle is durable outside, or printed: what is made of that record from now on is a copy.
    pub(crate) fn record_kept(&self, handle: &str) -> std::result::Result<(), contract::ApiError> {
        Ok(self.0.record_kept(handle)?)
    }
}

impl Core {
    fn record_kept(&self, handle: &str) -> Result<()> {
        let (open, _) = self.unlocked()?;
        if self.blank_pdf(handle).is_some() {
            return Ok(());
        }
        let made = lock(&self.made)
            .as_ref()
            .filter(|made| made.ready.handle == handle)
            .map(|made| made.visit);
        let visit = made.ok_or(Error::NotFound("record"))?;
        // What is not sealed yet is a preview, and is not counted.
        let sealed = lock(&self.laid_out).iter().find(|paper| paper.handle == handle).cloned();
        match sealed {
            Some(paper) => open.store.transact(|tx| tx.save_record(visit, &paper.pdf)),
            None => Ok(()),
        }
    }

    /// The PDF laid out last and its name, if it has this handle.
    pub(crate) fn made_pdf(&self, handle: &str) -> Option<(Vec<u8>, String)> {
        let made = lock(&self.made);
        let made = made.as_ref().filter(|made| made.ready.handle == handle)?;
        Some((made.paper.pdf.clone(), made.ready.file_name.clone()))
    }

    fn laid_out(&self, paper: LaidOut) {
        let mut all = lock(&self.laid_out);
        all.retain(|known| known.handle != paper.handle);
        if all.len() >= MOST_LAID_OUT {
            all.remove(0);
        }
        all.push(paper);
    }

    pub(crate) fn make_record(&self, args: &MakeRecord) -> Result<RecordReady> {
        let (open, _) = self.unlocked()?;
        let turn = self.next_handle.fetch_add(1, Ordering::Relaxed);
        let visit = open.store.visit(args.visit)?.ok_or(Refusal::NoVisit)?;
        let record = self.record_of(&open, &visit)?;
        let copy = args.copy || (visit.sealed.is_some() && open.store.record_kept(visit.id)?.is_some());
        let times = open.store.signature_times(visit.id)?;
        let shown = content_digest(&record)?;
        let from = {
            let standings = visit
                .signatures
                .iter()
                .map(|signed| format!("{:?}", open.signature_standing(&visit, signed)));
            let papers = open.papers_shown(&visit).into_iter().map(|paper| format!("{paper:?}"));
            let papers: Vec<_> = papers.collect();
            let parts = (shown, &record.countersign, &visit.signatures, standings.collect::<Vec<_>>(), copy, papers);
            Digest::of(&serde_json::to_vec(&parts)?)
        };
        if let Some(made) = lock(&self.made).as_mut().filter(|made| made.from == from) {
            made.turn = made.turn.max(turn);
            return Ok(made.ready.clone());
        }
        let paper = lay_out(&open, &visit, &record, &times, copy)?;
        let ready = RecordReady {
            pages: u32::try_from(paper.pages.len()).unwrap_or(u32::MAX),
            copy,
            file_name: file_name(&visit, &record, copy),
            size_bytes: paper.pdf.len() as u64,
            handle: from.to_hex(),
            shown: visit.sealed.is_none().then(|| shown.to_hex()),
        };
        // Whoever locked meanwhile locked this too.
        self.unlocked()?;
        if let Some(sealed) = &visit.sealed {
            self.laid_out(LaidOut {
                handle: ready.handle.clone(),
                visit: visit.id,
                pdf: SavedRecord {
                    seal: sealed.statement.sha256.clone(),
                    pdf: Digest::of(&paper.pdf).to_hex(),
                    copy,
                },
            });
        }
        let mut made = lock(&self.made);
        // What was asked for earlier and took longer shall not take the place of what the screen shows by now.
        if made.as_ref().is_some_and(|later| later.turn > turn) {
            return Ok(ready);
        }
        *made = Some(Made {
            turn,
            from,
            visit: args.visit,
            ready: ready.clone(),
            paper,
        });
        Ok(ready)
    }

    /// One page of the record made last, counted from 1.
    pub(crate) fn page(&self, visit: VisitId, page: usize) -> Result<(String, Vec<u8>)> {
        let known = lock(&self.made).as_ref().is_some_and(|made| made.visit == visit);
        if !known {
            self.make_record(&MakeRecord { visit, copy: false })?;
        }
        let made = lock(&self.made);
        let svg = made.as_ref().and_then(|made| made.paper.pages.get(page.checked_sub(1)?));
        let svg = svg.ok_or(Error::NotFound("page"))?;
        Ok(("image/svg+xml".into(), svg.clone().into_bytes()))
    }

    /// The sealed record, its bytes hashed again; before the seal the record as it would be written now.
    fn record_of(&self, open: &Open, visit: &Visit) -> Result<VisitRecord> {
        if let Some(sealed) = &visit.sealed {
            let sha256 = sealed.record.sha256.parse()?;
            if !open.vault.has(&sha256) {
                return Err(Error::Rule("record_not_here"));
            }
            let bytes = open.vault.read(&sha256)?;
            return Ok(seal::canonical::from_slice(&bytes)?);
        }
        self.shown_record(open, visit)
    }

    /// The record as it would be written now, before or after the station signed.
    pub(crate) fn shown_record(&self, open: &Open, visit: &Visit) -> Result<VisitRecord> {
        let station = open.store.station(visit.station)?.ok_or(Error::NotFound("station"))?;
        let context = RecordContext {
            scope: &open.card.scope,
            county: &open.card.name,
            station: &station,
            pack: self.pack_of(visit)?,
            covers: Vec::new(),
            now_ms: now_ms(),
            app_version: APP_VERSION,
        };
        Ok(show_record(visit, context)?)
    }
}

/// Digest of what the station is shown; a countersignature names it.
pub(crate) fn content_digest(record: &VisitRecord) -> Result<Digest> {
    Ok(Digest::of(&seal::canonical::to_vec(&record.content()?)?))
}

fn lay_out(open: &Open, visit: &Visit, record: &VisitRecord, times: &BTreeMap<PersonId, i64>, copy: bool) -> Result<papers::Paper> {
    let strokes = open.strokes(visit)?;
    let hand_strokes = open.hand_strokes(visit)?;
    let pictures = pictures(open, visit)?;
    let signatures: Vec<SignatureShown> = visit
        .signatures
        .iter()
        .map(|signed| {
            let member = record.team.iter().find(|member| member.person == signed.person);
            SignatureShown {
                name: signed.name.clone(),
                org: member.map(|member| member.org.clone()).unwrap_or_default(),
                at_ms: times.get(&signed.person).copied().unwrap_or(record.written_at_ms),
                kid: signed.kid.clone(),
                standing: open.signature_standing(visit, signed),
            }
        })
        .collect();
    let papers = open.papers_shown(visit);
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
        hand_strokes: &hand_strokes,
        pictures: &pictures,
        papers: &papers,
        copy,
    })
    .map_err(|e| Error::Paper(e.to_string()))
}

fn pictures(open: &Open, visit: &Visit) -> Result<BTreeMap<PhotoId, Vec<u8>>> {
    let few = visit.standing_photos().count() <= MOST_PREVIEWS;
    let mut pictures = BTreeMap::new();
    for photo in visit.standing_photos() {
        let attached = &photo.attached;
        let Some(thumb) = &attached.thumbnail else { continue };
        let large = if few {
            preview(open, &attached.original.sha256.parse()?).ok()
        } else {
            None
        };
        let picture = match large {
            Some(preview) => Some(preview.jpeg),
            None => open.store.thumb(&thumb.sha256.parse()?)?,
        };
        pictures.extend(picture.map(|picture| (attached.photo, picture)));
    }
    for page in visit.pages() {
        let Some(thumb) = &page.thumbnail else { continue };
        let picture = open.store.thumb(&thumb.sha256.parse()?)?;
        pictures.extend(picture.map(|picture| (page.photo, picture)));
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
