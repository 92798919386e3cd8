//! Copies of photos (副本): marks are drawn and parts blurred on pixels opened from the original, and what comes of it joins the visit as a
//! photo of its own that names its original. The original is only read.

use std::io::Write as _;

use contract::field::{CopyPhoto, Mark, Spot, VisitView};
use domain::custody::{Alteration, Derived};
use domain::decide::{Command, Refusal, decide};
use domain::operation::{BlobRef, PhotoAttached};
use domain::photo::PhotoMeta;
use domain::{PhotoId, Visit};
use intake::redraw::{Area, blur};
use intake::{Limits, redraw};
use papers::overlay::{self, Shape};
use seal::Digest;
use uuid::Uuid;

use crate::core::{Core, Open};
use crate::error::{Error, Result};
use crate::store::BlobKind;

const MOST_MARKS: usize = 200;
const MOST_LETTERS: usize = 60;
/// [`Spot`]s count in shares of this.
const WHOLE: u64 = 10_000;
/// How a copy came in.
const COPY: &str = "copy";

impl Core {
    pub(crate) fn copy_photo(&self, args: &CopyPhoto) -> Result<VisitView> {
        let (open, by) = self.unlocked()?;
        check(&args.marks)?;
        let visit = open.store.visit(args.visit)?.ok_or(Refusal::NoVisit)?;
        let of = visit.photo(args.photo).ok_or(Refusal::NoPhoto(args.photo))?;
        if !visit.phase().is_open() {
            return Err(Refusal::Sealed.into());
        }
        let jpeg = drawn(&open, &of.attached, &args.marks)?;
        let limits = Limits {
            seek_pattern: false,
            ..Limits::default()
        };
        let small = decode::thumbnail(&jpeg, None, &limits).map_err(|_| Error::Rule("no_picture"))?;
        let sha256 = Digest::of(&jpeg);
        // Durable before it counts, and never out of the room that is kept for sealing.
        let mut writer = open.vault.begin()?;
        writer.write_all(&jpeg)?;
        writer.finish(&sha256)?;
        let len = jpeg.len() as u64;
        let photo = PhotoId(Uuid::now_v7());
        self.reserved(|| {
            open.store.transact(|tx| {
                let visit = tx.visit(args.visit)?.ok_or(Refusal::NoVisit)?;
                let of = visit.photo(args.photo).ok_or(Refusal::NoPhoto(args.photo))?;
                tx.put_blob(&sha256, len, BlobKind::Original)?;
                let thumbnail = BlobRef {
                    sha256: tx.put_thumb(&small.jpeg)?.to_hex(),
                    len: small.jpeg.len() as u64,
                };
                let attached = PhotoAttached {
                    photo,
                    original: BlobRef {
                        sha256: sha256.to_hex(),
                        len,
                    },
                    thumbnail: Some(thumbnail),
                    name: copy_name(&visit, &of.attached.name),
                    mime: "image/jpeg".into(),
                    method: COPY.into(),
                    meta: said(&jpeg),
                    fingerprint: None,
                    pattern_db: None,
                    distance_m: None,
                    items: of.items.clone(),
                    arrived_at_ms: None,
                    no_preview: None,
                    derived: Some(Derived {
                        from: args.photo,
                        original: of.attached.original.sha256.clone(),
                        alterations: alterations(&args.marks),
                    }),
                };
                let operation = decide(Some(&visit), self.pack_of(&visit)?, Command::AttachPhoto(Box::new(attached)))?;
                tx.author(&open.author, args.visit.0, Some(by), &operation)
            })
        })?;
        self.view(&open, args.visit)
    }
}

fn check(marks: &[Mark]) -> Result<()> {
    if marks.is_empty() {
        return Err(Error::Rule("no_marks"));
    }
    let long = |mark: &Mark| matches!(mark, Mark::Text { text, .. } if text.chars().count() > MOST_LETTERS);
    if marks.len() > MOST_MARKS || marks.iter().any(long) {
        return Err(Error::BadRequest("more marks, or longer ones, than a copy takes"));
    }
    Ok(())
}

fn alterations(marks: &[Mark]) -> Vec<Alteration> {
    let blurred = |mark: &Mark| matches!(mark, Mark::Blur { .. });
    let mut done = Vec::new();
    if marks.iter().any(|mark| !blurred(mark)) {
        done.push(Alteration::Marked);
    }
    if marks.iter().any(blurred) {
        done.push(Alteration::Blurred);
    }
    done
}

/// The bytes of a photo as they came, or why they are not at hand.
pub(crate) fn here(open: &Open, attached: &PhotoAttached) -> Result<Digest> {
    let sha256 = attached.original.sha256.parse()?;
    if open.vault.has(&sha256) {
        Ok(sha256)
    } else {
        Err(Error::Rule("original_not_here"))
    }
}

/// A photo's pixels, upright, to be drawn on.
pub(crate) fn pixels(open: &Open, attached: &PhotoAttached) -> Result<redraw::RgbImage> {
    if !attached.mime.starts_with("image/") {
        return Err(Error::Rule("no_picture"));
    }
    let bytes = open.vault.read(&here(open, attached)?)?;
    decode::canvas(&bytes, attached.meta.orientation, &Limits::default()).map_err(|_| Error::Rule("no_picture"))
}

fn drawn(open: &Open, attached: &PhotoAttached, marks: &[Mark]) -> Result<Vec<u8>> {
    let mut picture = pixels(open, attached)?;
    let (width, height) = picture.dimensions();
    let shapes: Vec<Shape> = marks.iter().filter_map(|mark| shape(mark, width, height)).collect();
    for mark in marks {
        if let Mark::Blur { from, to } = mark {
            blur(&mut picture, area(*from, *to, width, height));
        }
    }
    overlay::draw(&mut picture, &shapes).map_err(|e| Error::Paper(e.to_string()))?;
    redraw::jpeg(&picture).map_err(|_| Error::Rule("no_picture"))
}

/// A share of a length in whole pixels.
fn share(part: u32, of: u32) -> u32 {
    let part = u64::from(part).min(WHOLE);
    u32::try_from(part * u64::from(of) / WHOLE).unwrap_or(of)
}

fn area(one: Spot, other: Spot, width: u32, height: u32) -> Area {
    let (left, right) = (share(one.x.min(other.x), width), share(one.x.max(other.x), width));
    let (top, bottom) = (share(one.y.min(other.y), height), share(one.y.max(other.y), height));
    Area {
        left,
        top,
        // A line drawn in place of a rectangle hides at least what it lies on.
        width: (right - left).max(1),
        height: (bottom - top).max(1),
    }
}

fn shape(mark: &Mark, width: u32, height: u32) -> Option<Shape> {
    let spot = |spot: &Spot| overlay::Spot {
        x: share(spot.x, width) as f32,
        y: share(spot.y, height) as f32,
    };
    Some(match mark {
        Mark::Arrow { from, to } => Shape::Arrow(spot(from), spot(to)),
        Mark::Rectangle { from, to } => Shape::Rectangle(spot(from), spot(to)),
        Mark::Text { at, text } => Shape::Text(spot(at), text.clone()),
        Mark::Blur { .. } => return None,
    })
}

/// `IMG_0001-副本1.jpg`: the first number that is free in the visit.
fn copy_name(visit: &Visit, of: &str) -> String {
    let stem = of.rsplit_once('.').map_or(of, |(stem, _)| stem);
    let name = |n: usize| format!("{stem}-副本{n}.jpg");
    let taken = |name: &String| visit.photos.iter().any(|known| known.attached.name == *name);
    (1..=visit.photos.len() + 1)
        .map(name)
        .find(|name| !taken(name))
        .unwrap_or_else(|| name(1))
}

/// What the copy's own file says: its size, and nothing else.
fn said(jpeg: &[u8]) -> PhotoMeta {
    crate::intake::said::photo_meta(intake::metadata::read(jpeg))
}
