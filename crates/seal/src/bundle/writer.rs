//! Writes a bundle's container: members stored uncompressed in the order of adding, then the signed manifest.

use std::collections::BTreeMap;
use std::io::{Read, Seek, Write};

use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::{FileEntry, Manifest, is_plain_path, path};
use crate::keys::Signer;
use crate::{Digest, Error, Result};

/// Writes members one by one and remembers their digests for the manifest.
pub struct BundleWriter<W: Write + Seek> {
    zip: ZipWriter<W>,
    files: BTreeMap<String, FileEntry>,
}

impl<W: Write + Seek> BundleWriter<W> {
    /// Starts an empty bundle.
    pub fn new(inner: W) -> Self {
        Self {
            zip: ZipWriter::new(inner),
            files: BTreeMap::new(),
        }
    }

    /// The members so far, sorted by path.
    pub fn files(&self) -> impl Iterator<Item = &FileEntry> {
        self.files.values()
    }

    /// Adds a member; each path once.
    pub fn add(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        self.add_stream(path, &mut &*bytes).map(drop)
    }

    /// Adds a member from a reader, hashing while copying, and returns what was written.
    pub fn add_stream(&mut self, path: &str, reader: &mut dyn Read) -> Result<FileEntry> {
        if !is_plain_path(path) || path == path::MANIFEST {
            return Err(failed(path, "the path is not allowed"));
        }
        if self.files.contains_key(path) {
            return Err(failed(path, "added twice"));
        }
        let entry = self.write(path, reader)?;
        self.files.insert(path.to_owned(), entry.clone());
        Ok(entry)
    }

    /// Completes the manifest's list of files, signs it, adds it as the last member and ends the zip.
    pub fn finish(mut self, mut manifest: Manifest, exporter: &dyn Signer) -> Result<W> {
        manifest.files = self.files.values().cloned().collect();
        let bytes = manifest.sign(exporter)?;
        self.write(path::MANIFEST, &mut bytes.as_slice())?;
        self.zip.finish().map_err(|e| Error::Container(e.to_string()))
    }

    fn write(&mut self, path: &str, reader: &mut dyn Read) -> Result<FileEntry> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644);
        self.zip.start_file(path, options).map_err(|e| failed(path, &e.to_string()))?;
        let mut hasher = Sha256::new();
        let mut len = 0_u64;
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let read = reader.read(&mut buffer).map_err(|e| failed(path, &e.to_string()))?;
            let Some(chunk) = buffer.get(..read).filter(|c| !c.is_empty()) else {
                break;
            };
            hasher.update(chunk);
            self.zip.write_all(chunk).map_err(|e| failed(path, &e.to_string()))?;
            len += chunk.len() as u64;
        }
        Ok(FileEntry {
            path: path.to_owned(),
            len,
            sha256: Digest::from_bytes(hasher.finalize().into()),
        })
    }
}

fn failed(path: &str, reason: &str) -> Error {
    Error::Container(format!("{path}: {reason}"))
}
