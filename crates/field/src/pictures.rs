//! Bytes for the screen: thumbnails, previews, originals and the pages of a record, by id, never by path.

use domain::{PhotoId, VisitId};

use crate::core::{Core, Field, Open};
use crate::decode;
use crate::error::{Error, Result};
use intake::Limits;
use intake::source::{self, Needed};
use intake::thumbnail::Thumbnail;
use seal::Digest;

/// What kind of picture is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageKind {
    /// At most 320 px; id is the photo.
    Thumb,
    /// At most 1600 px, upright; id is the photo.
    Preview,
    /// The original's bytes; id is the photo.
    Original,
    /// A page of a record; id is `<visit>/<page from 1>`, or `blank/<page>` for the blank form made last.
    Page,
}

impl std::str::FromStr for ImageKind {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "thumbnail" => Ok(Self::Thumb),
            "preview" => Ok(Self::Preview),
            "original" => Ok(Self::Original),
            "page" => Ok(Self::Page),
            _ => Err(Error::NotFound("kind of picture")),
        }
    }
}

impl Field {
    /// Media type and bytes of a picture; `kind` is `thumbnail`, `preview`, `original` or `page`.
    pub fn image(&self, kind: &str, id: &str) -> std::result::Result<(String, Vec<u8>), contract::ApiError> {
        let kind = kind.parse()?;
        Ok(self.0.image(kind, id)?)
    }
}

impl Core {
    fn image(&self, kind: ImageKind, id: &str) -> Result<(String, Vec<u8>)> {
        let (open, _) = self.unlocked()?;
        if kind == ImageKind::Page {
            let (visit, page) = id.split_once('/').ok_or(Error::NotFound("page"))?;
            if visit == "blank" {
                return self.blank_page(page.parse().map_err(|_| Error::NotFound("page"))?);
            }
            let visit: VisitId = visit.parse().map_err(|_| Error::NotFound("visit"))?;
            return self.page(visit, page.parse().map_err(|_| Error::NotFound("page"))?);
        }
        let photo: PhotoId = id.parse().map_err(|_| Error::NotFound("photo"))?;
        let row = match open.store.photo(photo)? {
            Some(row) => row,
            None => open.store.waiting_row(photo)?.ok_or(Error::NotFound("photo"))?,
        };
        let jpeg = |bytes| Ok(("image/jpeg".to_owned(), bytes));
        match kind {
            ImageKind::Thumb => {
                let sha256 = row.thumb.ok_or(Error::NotFound("thumbnail"))?;
                jpeg(open.store.thumb(&sha256)?.ok_or(Error::NotFound("thumbnail"))?)
            }
            ImageKind::Preview => jpeg(preview(&open, &row.original)?.jpeg),
            _ => Ok((row.mime, open.vault.read(&row.original)?)),
        }
    }
}

/// The large view of an original.
pub(crate) fn preview(open: &Open, original: &Digest) -> Result<Thumbnail> {
    let Needed { format, bytes, .. } = to_look_at(open, original)?;
    let orientation = intake::metadata::read_as(&bytes, format).orientation;
    decode::preview(&bytes, orientation, &Limits::default()).map_err(|_| Error::NotFound("preview"))
}

/// What is needed of an original to show it: of a film its first picture alone, which may be a thousandth of it.
fn to_look_at(open: &Open, original: &Digest) -> Result<Needed> {
    let needed = source::needed(&mut open.vault.reader(original)?)?;
    if needed.whole && Digest::of(&needed.bytes) != *original {
        return Err(Error::Broken("an original does not hash to its name"));
    }
    if needed.whole || needed.format.is_video() {
        Ok(needed)
    } else {
        Err(Error::NotFound("preview"))
    }
}
