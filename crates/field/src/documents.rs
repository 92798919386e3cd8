//! Finished documents for the host's save: the record that was laid out last, the list that was made a workbook last, and the photo that is
//! to leave.

use contract::ApiError;

use crate::core::{Field, lock};

/// A finished document.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its media type.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
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
            let media_type = XLSX.to_owned();
            return Ok(Document { media_type, bytes });
        }
        let bytes = self.record_pdf(handle)?;
        let media_type = PDF.to_owned();
        Ok(Document { media_type, bytes })
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
