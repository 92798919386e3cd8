//! Parts of originals, as a player asks for them (RFC 9110 §14): a film is shown without being held in memory whole.

use std::io::{self, Read as _, Seek as _, SeekFrom};

use contract::ApiError;
use domain::PhotoId;

use crate::core::{Core, Field};
use crate::error::{Error, Result};
use crate::vault::VaultReader;

/// Bytes of one answer at most; a player asks for the next ones by itself.
const MOST: u64 = 4 << 20;

/// A part of an original.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The original's media type.
    pub media_type: String,
    /// Number of the part's first byte; none when the original ends before it.
    pub first: Option<u64>,
    /// The part's bytes.
    pub bytes: Vec<u8>,
    /// Length of the original.
    pub total: u64,
}

impl Part {
    /// The value of the header that says which part it is.
    pub fn content_range(&self) -> String {
        content_range(self.first, self.bytes.len() as u64, self.total)
    }
}

/// Which part of an original it is; without a first byte, that there is no such part.
pub(crate) fn content_range(first: Option<u64>, len: u64, total: u64) -> String {
    match first {
        Some(first) => format!("bytes {first}-{}/{total}", first.saturating_add(len).saturating_sub(1)),
        None => format!("bytes */{total}"),
    }
}

/// An original that is read from anywhere in it.
pub(crate) struct Original {
    pub(crate) media_type: String,
    pub(crate) total: u64,
    reader: VaultReader,
}

impl Original {
    /// So many bytes from there; fewer where it ends.
    pub(crate) fn read(&mut self, first: u64, len: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.reader.seek(SeekFrom::Start(first))?;
        (&mut self.reader).take(len).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl Field {
    /// The part of an original that a `Range` header asks for; none when it asks for nothing that is understood, and all is to be given.
    pub fn part(&self, photo: &str, range: &str) -> std::result::Result<Option<Part>, ApiError> {
        Ok(self.0.part(photo, range)?)
    }
}

impl Core {
    fn part(&self, photo: &str, range: &str) -> Result<Option<Part>> {
        let mut original = self.original(photo)?;
        let Some(wanted) = wanted(range, original.total) else { return Ok(None) };
        let bytes = match wanted {
            Some((first, len)) => original.read(first, len.min(MOST))?,
            None => Vec::new(),
        };
        Ok(Some(Part {
            media_type: original.media_type,
            first: wanted.map(|(first, _)| first),
            bytes,
            total: original.total,
        }))
    }

    /// Opens an original, which nobody may while the session is locked.
    pub(crate) fn original(&self, photo: &str) -> Result<Original> {
        let (open, _) = self.unlocked()?;
        let photo: PhotoId = photo.parse().map_err(|_| Error::NotFound("photo"))?;
        let row = open.store.photo(photo)?.ok_or(Error::NotFound("photo"))?;
        let mut reader = open.vault.reader(&row.original)?;
        Ok(Original {
            media_type: row.mime,
            total: reader.seek(SeekFrom::End(0))?,
            reader,
        })
    }
}

/// First byte and length of what is asked for; the inner none when there are no such bytes, the outer when the header is of another kind
/// or asks for several parts.
pub(crate) fn wanted(range: &str, total: u64) -> Option<Option<(u64, u64)>> {
    let (first, last) = range.trim().strip_prefix("bytes=")?.split_once('-')?;
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let (first, end) = if first.is_empty() {
        (total.saturating_sub(number(last)?), total)
    } else if last.is_empty() {
        (number(first)?, total)
    } else {
        let (first, last) = (number(first)?, number(last)?);
        if last < first {
            return None;
        }
        (first, last.saturating_add(1).min(total))
    };
    let len = end.saturating_sub(first);
    Some((len > 0).then_some((first, len)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        assert_eq!(wanted("bytes=0-", 100), Some(Some((0, 100))));
        assert_eq!(wanted("bytes=10-19", 100), Some(Some((10, 10))));
        assert_eq!(wanted("bytes=90-500", 100), Some(Some((90, 10))));
        assert_eq!(wanted("bytes=-30", 100), Some(Some((70, 30))));
        assert_eq!(wanted("bytes=-300", 100), Some(Some((0, 100))));
        assert_eq!(wanted("bytes=0-", 1 << 40), Some(Some((0, 1 << 40))));
        for beyond in ["bytes=100-", "bytes=100-200", "bytes=-0"] {
            assert_eq!(wanted(beyond, 100), Some(None), "{beyond}");
        }
        for other in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "items=0-1",
            "bytes=5-4",
            "bytes=0-1,5-6",
            "bytes=a-b",
            "bytes=0x1-",
        ] {
            assert_eq!(wanted(other, 100), None, "{other}");
        }
    }

    #[test]
    fn a_part_says_which_one_it_is() {
        let part = |first, bytes: &[u8]| Part {
            media_type: "video/mp4".into(),
            first,
            bytes: bytes.to_vec(),
            total: 100,
        };
        assert_eq!(part(Some(10), &[0; 5]).content_range(), "bytes 10-14/100");
        assert_eq!(part(None, &[]).content_range(), "bytes */100");
    }
}
