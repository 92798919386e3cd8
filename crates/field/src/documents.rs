//! Finished documents for the host's save: the record that was laid out last, the list that was made a workbook last, and the photo that is
//! to leave.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use contract::ApiError;
use seal::Digest;

use crate::core::{Field, lock};
use crate::os::files;
use crate::vault::Vault;

/// A finished document.
pub struct Document {
    /// Its media type.
    pub media_type: String,
    /// Number of its bytes.
    pub len: u64,
    content: Content,
}

enum Content {
    Made(Vec<u8>),
    /// A film may be larger than memory.
    Kept(Vault, Digest),
}

impl Document {
    pub(crate) fn made(media_type: &str, bytes: Vec<u8>) -> Self {
        Self {
            media_type: media_type.to_owned(),
            len: bytes.len() as u64,
            content: Content::Made(bytes),
        }
    }

    /// What lies in the vault under its digest.
    pub(crate) fn kept(media_type: &str, vault: Vault, sha256: Digest, len: u64) -> Self {
        Self {
            media_type: media_type.to_owned(),
            len,
            content: Content::Kept(vault, sha256),
        }
    }

    /// Writes it whole. After an error what was written is not to be used: it may be less, or not the bytes that were kept.
    pub fn write_to(&self, out: &mut impl Write) -> io::Result<()> {
        match &self.content {
            Content::Made(bytes) => out.write_all(bytes),
            Content::Kept(vault, sha256) => vault.copy_to(sha256, out),
        }
    }

    /// Puts it where the person wants it, on the medium when this returns: a stick may be pulled out right after. What stood there stays until
    /// the new one is whole.
    pub fn save(&self, to: &Path) -> io::Result<()> {
        let name = to.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let mut part = name.to_owned();
        part.push(".part");
        let part = to.with_file_name(part);
        let saved = self.save_beside(&part).and_then(|()| fs::rename(&part, to));
        if saved.is_err() {
            let _ = fs::remove_file(&part);
        }
        saved?;
        match to.parent().map_or(Ok(()), files::sync_dir) {
            // Shares of other computers know no such sync.
            Err(e) if matches!(e.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
            synced => synced,
        }
    }

    fn save_beside(&self, part: &Path) -> io::Result<()> {
        let mut target = File::create(part)?;
        self.write_to(&mut target)?;
        target.sync_all()?;
        if fs::metadata(part)?.len() == self.len {
            Ok(())
        } else {
            Err(io::Error::other("the file on the medium is shorter than it should be"))
        }
    }
}

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {} bytes", self.media_type, self.len)
    }
}

const PDF: &str = "application/pdf";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

impl Field {
    /// The document of a handle; only while an inspector is unlocked.
    pub fn document(&self, handle: &str) -> Result<Document, ApiError> {
        if let Some(photo) = self.0.leaving_photo(handle)? {
            return Ok(photo);
        }
        if let Some(bytes) = self.workbook(handle)? {
            return Ok(Document::made(XLSX, bytes));
        }
        Ok(Document::made(PDF, self.record_pdf(handle)?))
    }

    /// Hears from the host that the document of a handle is durable outside, or printed.
    pub fn document_kept(&self, handle: &str) -> Result<(), ApiError> {
        if self.0.reserved(|| self.0.photo_left(handle))? {
            return Ok(());
        }
        match self.workbook(handle)? {
            Some(_) => Ok(()),
            None => self.record_kept(handle),
        }
    }

    fn workbook(&self, handle: &str) -> Result<Option<Vec<u8>>, ApiError> {
        self.0.unlocked()?;
        let listed = lock(&self.0.listed);
        Ok(listed.as_ref().filter(|(known, _)| known == handle).map(|(_, book)| book.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_replaces_what_was_there_once_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("record.pdf");
        fs::write(&to, b"something longer than that").unwrap();
        Document::made(PDF, b"record".to_vec()).save(&to).unwrap();
        assert_eq!(fs::read(&to).unwrap(), b"record");

        let vault = age::x25519::Identity::generate();
        let county = age::x25519::Identity::generate().to_public();
        let vault = Vault::open(&folder.path().join("vault"), vault, county, [7; 32]).unwrap();
        let film: Vec<u8> = (0..300_000_u32).map(|n| (n % 251) as u8).collect();
        let sha256 = vault.keep(&film).unwrap();
        let document = |sha256| Document::kept("video/mp4", vault.clone(), sha256, film.len() as u64);
        let out = folder.path().join("film.mp4");
        document(sha256).save(&out).unwrap();
        assert!(fs::read(&out).unwrap() == film);

        // Of bytes that are not those of the digest nothing is left, and what stood there is as it was.
        let stored = vault.path(&sha256);
        let mut spoiled = fs::read(&stored).unwrap();
        *spoiled.last_mut().unwrap() ^= 1;
        fs::write(&stored, spoiled).unwrap();
        assert!(document(sha256).save(&out).is_err());
        assert!(document(Digest::of(b"never kept")).save(&out).is_err());
        assert!(fs::read(&out).unwrap() == film);
        let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names.len(), 3, "{names:?}");
        assert!(document(sha256).save(&folder.path().join("missing/film.mp4")).is_err());
    }
}
