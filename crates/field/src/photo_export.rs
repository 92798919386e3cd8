//! Photos that leave as files (导出): byte for byte, or as a copy with time, place and digest in a band below it (水印). Nothing is kept of
//! such a copy here but an entry that says when it left, for whom, and its digest.

use contract::field::{ExportPhoto, PhotoReady, StateCustody, VisitView};
use domain::custody::{Custody, CustodyStated, PhotoExported};
use domain::decide::{Command, Refusal, decide};
use domain::operation::PhotoAttached;
use domain::station::Datum;
use domain::{PhotoId, Position, Station, Visit, VisitId};
use intake::redraw;
use papers::overlay;
use seal::Digest;

use crate::core::{Core, Open, lock};
use crate::documents::Document;
use crate::error::{Error, Result};
use crate::photo_copy::{here, pixels};
use crate::store::now_ms;

/// The most characters of to whom a photo goes.
const MOST_LETTERS: usize = 200;

/// A photo that is ready to leave.
#[derive(Clone)]
pub(crate) struct Leaving {
    handle: String,
    visit: VisitId,
    photo: PhotoId,
    to: String,
    original: String,
    file: String,
    /// The copy with a watermark; an original is read from the vault when it is saved.
    copy: Option<Vec<u8>>,
}

impl Core {
    pub(crate) fn state_custody(&self, args: StateCustody) -> Result<VisitView> {
        let custody = Custody {
            maker: args.custody.maker.trim().to_owned(),
            purpose: args.custody.purpose.trim().to_owned(),
            ..args.custody
        };
        let photo = args.photo;
        let (open, by) = self.unlocked()?;
        open.store.transact(|tx| {
            let visit = tx.visit(args.visit)?.ok_or(Refusal::NoVisit)?;
            if visit.photo(photo).is_some_and(|known| known.custody.as_ref() == Some(&custody)) {
                return Ok(());
            }
            let stated = Command::StateCustody(CustodyStated { photo, custody });
            let operation = decide(Some(&visit), self.pack_of(&visit)?, stated)?;
            tx.author(&open.author, args.visit.0, Some(by), &operation).map(drop)
        })?;
        self.view(&open, args.visit)
    }

    pub(crate) fn export_photo(&self, args: &ExportPhoto) -> Result<PhotoReady> {
        let (open, _) = self.unlocked()?;
        if args.to.chars().count() > MOST_LETTERS {
            return Err(Refusal::TooLong.into());
        }
        let visit = open.store.visit(args.visit)?.ok_or(Refusal::NoVisit)?;
        let attached = attached(&visit, args.photo)?;
        let (copy, file, size_bytes) = if args.watermark {
            let station = open.store.station(visit.station)?.ok_or(Error::NotFound("station"))?;
            let jpeg = watermarked(&open, &station, attached, args.english)?;
            let (file, len) = (Digest::of(&jpeg), jpeg.len() as u64);
            (Some(jpeg), file.to_hex(), len)
        } else {
            // Read, and hashed again, before anybody is asked where to save it.
            open.vault.copy_to(&here(&open, attached)?, &mut std::io::sink())?;
            (None, attached.original.sha256.clone(), attached.original.len)
        };
        let leaving = Leaving {
            handle: format!("photo-{file}"),
            visit: args.visit,
            photo: args.photo,
            to: args.to.trim().to_owned(),
            original: attached.original.sha256.clone(),
            file: file.clone(),
            copy,
        };
        let ready = PhotoReady {
            file_name: file_name(attached, args.watermark, args.english),
            handle: leaving.handle.clone(),
            size_bytes,
            sha256: file,
        };
        *lock(&self.leaving) = Some(leaving);
        Ok(ready)
    }

    fn leaving(&self, handle: &str) -> Option<Leaving> {
        lock(&self.leaving).as_ref().filter(|leaving| leaving.handle == handle).cloned()
    }

    /// The file of a handle, if it is a photo's.
    pub(crate) fn leaving_photo(&self, handle: &str) -> Result<Option<Document>> {
        let (open, _) = self.unlocked()?;
        let Some(leaving) = self.leaving(handle) else { return Ok(None) };
        if let Some(bytes) = leaving.copy {
            return Ok(Some(Document::made("image/jpeg", bytes)));
        }
        let visit = open.store.visit(leaving.visit)?.ok_or(Refusal::NoVisit)?;
        let attached = attached(&visit, leaving.photo)?;
        let sha256 = here(&open, attached)?;
        let len = attached.original.len;
        Ok(Some(Document::kept(&attached.mime, open.vault.clone(), sha256, len)))
    }

    /// Hears that the file of a handle is durable outside: an entry says so. False when the handle is no photo's.
    pub(crate) fn photo_left(&self, handle: &str) -> Result<bool> {
        let (open, by) = self.unlocked()?;
        let Some(leaving) = self.leaving(handle) else { return Ok(false) };
        open.store.transact(|tx| {
            let visit = tx.visit(leaving.visit)?.ok_or(Refusal::NoVisit)?;
            let exported = PhotoExported {
                photo: leaving.photo,
                original: leaving.original,
                file: leaving.file,
                watermark: leaving.copy.is_some(),
                to: leaving.to,
                at_ms: now_ms(),
            };
            let operation = decide(Some(&visit), self.pack_of(&visit)?, Command::ExportPhoto(exported))?;
            tx.author(&open.author, leaving.visit.0, Some(by), &operation)
        })?;
        Ok(true)
    }
}

/// The photo as it was attached, also when it came after the seal, or the page of a paper.
fn attached(visit: &Visit, photo: PhotoId) -> Result<&PhotoAttached> {
    let mut all = visit.photos.iter().map(|known| &known.attached).chain(visit.late_photos());
    Ok(all.find(|known| known.photo == photo).ok_or(Refusal::NoPhoto(photo))?)
}

fn watermarked(open: &Open, station: &Station, attached: &PhotoAttached, english: bool) -> Result<Vec<u8>> {
    let picture = pixels(open, attached)?;
    let whole = overlay::with_band(&picture, &lines(station, attached, english)).map_err(|e| Error::Paper(e.to_string()))?;
    redraw::jpeg(&whole).map_err(|_| Error::Rule("no_picture"))
}

/// What the band says: place and time as the file has them, the digest of the original, and that this is a copy.
fn lines(station: &Station, attached: &PhotoAttached, english: bool) -> Vec<String> {
    let say = |zh: &str, en: &str| if english { en.to_owned() } else { zh.to_owned() };
    let meta = &attached.meta;
    let time = match (&meta.taken_at, &meta.gps_time) {
        (Some(at), _) => [at.replace('T', " ").as_str(), meta.offset.as_deref().unwrap_or_default()].join(" "),
        (None, Some(gps)) => gps.replace('T', " ").replace('Z', " UTC"),
        (None, None) => say("没有拍摄时间", "time not recorded"),
    };
    let place = match (meta.position, station.position) {
        (Some(here), _) => format!("{} {}", say("拍摄位置", "taken at"), point(here, english)),
        (None, Some(there)) => format!(
            "{} {}",
            say("照片没有位置；站点登记位置", "no position; registered point"),
            point(there, english)
        ),
        (None, None) => say("没有位置", "no position"),
    };
    let mut lines = vec![
        format!("{}　{}　{}", station.name, station.township, time.trim_end()),
        place,
        format!("{} SHA-256 {}", say("原件", "original"), attached.original.sha256),
    ];
    if let Some(derived) = &attached.derived {
        lines.push(format!(
            "{} SHA-256 {}",
            say(
                "上述文件是标注或打码的副本，其原件",
                "that file is a copy with marks or blurred parts, made from"
            ),
            derived.original
        ));
    }
    lines.push(say("带水印的副本，原件未改动", "Copy with a watermark; the original is unchanged"));
    lines
}

/// Degrees with six decimals, and the datum as it was recorded.
fn point(position: Position, english: bool) -> String {
    let degrees = |e7: i64| {
        let micro = (e7.unsigned_abs() + 5) / 10;
        format!("{}{}.{:06}", if e7 < 0 { "-" } else { "" }, micro / 1_000_000, micro % 1_000_000)
    };
    let datum = match (position.datum, english) {
        (Datum::Wgs84, _) => "WGS-84",
        (Datum::Cgcs2000, _) => "CGCS2000",
        (Datum::Gcj02, _) => "GCJ-02",
        (Datum::Bd09, _) => "BD-09",
        (Datum::Unknown, true) => "datum not recorded",
        (Datum::Unknown, false) => "坐标系未写明",
    };
    format!("{}, {} ({datum})", degrees(position.lat_e7), degrees(position.lon_e7))
}

fn file_name(attached: &PhotoAttached, watermark: bool, english: bool) -> String {
    if !watermark {
        return attached.name.clone();
    }
    let stem = attached.name.rsplit_once('.').map_or(attached.name.as_str(), |(stem, _)| stem);
    format!("{stem}-{}.jpg", if english { "watermark" } else { "水印" })
}
