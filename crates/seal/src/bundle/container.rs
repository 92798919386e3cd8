//! Reads a bundle's container strictly: no byte of the zip is left unaccounted for, so that two programs cannot see two
//! different sets of files in it.

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};

use sha2::{Digest as _, Sha256};
use zip::ZipArchive;

use super::is_plain_path;
use crate::{Digest, Error, Result};

/// The longest member that is read into memory; photos are hashed as a stream instead.
pub const MAX_MEMBER_BYTES: u64 = 16 * 1024 * 1024;
/// The most members of a bundle.
const MAX_MEMBERS: u16 = 20_000;
/// More than the directory of so many members with the longest paths can have.
const MAX_DIRECTORY_BYTES: u64 = MAX_MEMBERS as u64 * 256;
const END_LEN: u64 = 22;
const END: u32 = 0x0605_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const LOCAL: u32 = 0x0403_4b50;

/// Where a member is and how long.
struct Place {
    /// Index in the archive.
    index: usize,
    len: u64,
    /// Whether it is stored as it is, not deflated.
    stored: bool,
}

/// An opened container whose structure was checked; contents are read on demand.
pub struct Container<R: Read + Seek> {
    archive: ZipArchive<R>,
    members: BTreeMap<String, Place>,
}

impl<R: Read + Seek> Container<R> {
    /// Opens a zip: members back to back from the first byte, the central directory after them, its end at the last byte;
    /// no comment, extra field, encryption, data descriptor, folder entry, zip64, odd path or duplicate name.
    pub fn open(mut inner: R) -> Result<Self> {
        let names = check_structure(&mut inner)?;
        let archive = ZipArchive::new(inner).map_err(|e| refused(&e.to_string()))?;
        if archive.len() != names.len() {
            return Err(refused("the zip can be read in two ways"));
        }
        let mut members = BTreeMap::new();
        for (index, (name, len, stored)) in names.into_iter().enumerate() {
            if members.insert(name.clone(), Place { index, len, stored }).is_some() {
                return Err(refused(&format!("{name}: the name stands twice in the zip")));
            }
        }
        Ok(Self { archive, members })
    }

    /// Paths and lengths of all members, sorted by path.
    pub fn members(&self) -> impl Iterator<Item = (&str, u64)> {
        self.members.iter().map(|(path, place)| (path.as_str(), place.len))
    }

    /// Whether a member stands in the zip byte for byte; a deflated one may be a thousand times longer than what holds it.
    pub fn is_stored(&self, path: &str) -> bool {
        self.members.get(path).is_some_and(|place| place.stored)
    }

    /// Whether there is such a member.
    pub fn contains(&self, path: &str) -> bool {
        self.members.contains_key(path)
    }

    /// Reads a member of at most [`MAX_MEMBER_BYTES`].
    pub fn read(&mut self, path: &str) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        self.copy(path, MAX_MEMBER_BYTES, |chunk| out.extend_from_slice(chunk))?;
        Ok(out)
    }

    /// Hashes a member of any length without keeping it.
    pub fn digest(&mut self, path: &str) -> Result<Digest> {
        let mut hasher = Sha256::new();
        self.copy(path, u64::MAX, |chunk| hasher.update(chunk))?;
        Ok(Digest::from_bytes(hasher.finalize().into()))
    }

    fn copy(&mut self, path: &str, limit: u64, mut sink: impl FnMut(&[u8])) -> Result<()> {
        let fault = |reason: &str| Error::Container(format!("{path}: {reason}"));
        let &Place { index, len, .. } = self.members.get(path).ok_or_else(|| fault("missing"))?;
        if len > limit {
            return Err(fault("too long"));
        }
        let mut file = self.archive.by_index(index).map_err(|e| fault(&e.to_string()))?;
        if file.name().ok().as_deref() != Some(path) {
            return Err(fault("the zip can be read in two ways"));
        }
        // One byte more than expected shows a member that is longer than stated.
        let mut buffer = vec![0; usize::try_from(len).unwrap_or(usize::MAX).saturating_add(1).min(64 * 1024)];
        let mut total = 0_u64;
        loop {
            let read = file.read(&mut buffer).map_err(|e| fault(&e.to_string()))?;
            let Some(chunk) = buffer.get(..read).filter(|c| !c.is_empty()) else {
                break;
            };
            total += chunk.len() as u64;
            if total > len {
                break;
            }
            sink(chunk);
        }
        if total == len {
            Ok(())
        } else {
            Err(fault("its length is not the one that the zip states"))
        }
    }
}

fn refused(reason: &str) -> Error {
    Error::Container(reason.to_owned())
}

/// Little-endian fields of a zip structure, read one after another.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn u16(&mut self) -> Result<u16> {
        let (head, rest) = self.0.split_first_chunk().ok_or_else(|| refused("the zip ends too early"))?;
        self.0 = rest;
        Ok(u16::from_le_bytes(*head))
    }

    fn u32(&mut self) -> Result<u32> {
        let (head, rest) = self.0.split_first_chunk().ok_or_else(|| refused("the zip ends too early"))?;
        self.0 = rest;
        Ok(u32::from_le_bytes(*head))
    }

    fn bytes(&mut self, len: usize) -> Result<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(len).ok_or_else(|| refused("the zip ends too early"))?;
        self.0 = rest;
        Ok(head)
    }

    fn expect(&mut self, values: &[u16], reason: &str) -> Result<()> {
        for value in values {
            if self.u16()? != *value {
                return Err(refused(reason));
            }
        }
        Ok(())
    }
}

fn read_at<R: Read + Seek>(inner: &mut R, at: u64, len: u64) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    inner.seek(SeekFrom::Start(at)).map_err(|e| refused(&e.to_string()))?;
    inner.by_ref().take(len).read_to_end(&mut out).map_err(|e| refused(&e.to_string()))?;
    if out.len() as u64 == len {
        Ok(out)
    } else {
        Err(refused("the zip ends too early"))
    }
}

/// What the central directory says of a member.
#[derive(PartialEq, Eq)]
struct Common {
    flags: u16,
    method: u16,
    crc: u32,
    stored_len: u32,
    len: u32,
    name: Vec<u8>,
}

/// The fields that central and local headers share, from the flags to the lengths of name and extra field.
fn common(fields: &mut Fields<'_>) -> Result<(Common, usize)> {
    let (flags, method) = (fields.u16()?, fields.u16()?);
    fields.u32()?; // date and time carry no evidence
    let (crc, stored_len, len) = (fields.u32()?, fields.u32()?, fields.u32()?);
    let name_len = usize::from(fields.u16()?);
    fields.expect(&[0], "the zip has extra fields")?;
    // Bit 11 says that names are UTF-8; bits 1 and 2 are deflate's hints.
    if flags & !0x0806 != 0 || !matches!(method, 0 | 8) || (method == 0 && stored_len != len) {
        return Err(refused("the zip uses features that are not allowed"));
    }
    let name = Vec::new();
    Ok((
        Common {
            flags,
            method,
            crc,
            stored_len,
            len,
            name,
        },
        name_len,
    ))
}

/// Name, length and whether it is stored, of each member.
fn check_structure<R: Read + Seek>(inner: &mut R) -> Result<Vec<(String, u64, bool)>> {
    let total = inner.seek(SeekFrom::End(0)).map_err(|e| refused(&e.to_string()))?;
    let end_at = total.checked_sub(END_LEN).ok_or_else(|| refused("not a zip"))?;
    let end = read_at(inner, end_at, END_LEN)?;
    let mut end = Fields(&end);
    if end.u32()? != END {
        return Err(refused("not a zip, or bytes stand after its end"));
    }
    end.expect(&[0, 0], "the zip has parts")?;
    let count = end.u16()?;
    end.expect(&[count], "the zip has parts")?;
    let (directory_len, directory_at) = (u64::from(end.u32()?), u64::from(end.u32()?));
    end.expect(&[0], "the zip has a comment")?;
    if count > MAX_MEMBERS || directory_at + directory_len != end_at {
        return Err(refused("bytes stand between the zip's directory and its end"));
    }
    if directory_len > MAX_DIRECTORY_BYTES {
        return Err(refused("the zip's directory is too long"));
    }
    let directory = read_at(inner, directory_at, directory_len)?;
    let mut directory = Fields(&directory);
    let mut expected_at = 0_u64;
    let mut names = Vec::new();
    for _ in 0..count {
        if directory.u32()? != CENTRAL {
            return Err(refused("the zip's directory is damaged"));
        }
        directory.bytes(4)?; // versions
        let (mut central, name_len) = common(&mut directory)?;
        directory.expect(&[0, 0], "the zip has a comment")?;
        directory.bytes(6)?; // attributes
        let at = u64::from(directory.u32()?);
        central.name = directory.bytes(name_len)?.to_vec();
        let name = String::from_utf8(central.name.clone()).unwrap_or_default();
        if !is_plain_path(&name) {
            return Err(refused("a path in the zip is not allowed"));
        }
        if at != expected_at {
            return Err(refused(&format!("{name}: bytes stand before it in the zip")));
        }
        let local_len = 30 + name_len as u64;
        let local = read_at(inner, at, local_len)?;
        let mut local = Fields(&local);
        let signature = local.u32()?;
        local.bytes(2)?; // version
        let (mut header, local_name_len) = common(&mut local)?;
        header.name = local.bytes(local_name_len)?.to_vec();
        if signature != LOCAL || header != central {
            return Err(refused(&format!("{name}: its two headers in the zip differ")));
        }
        expected_at = at + local_len + u64::from(central.stored_len);
        names.push((name, u64::from(central.len), central.method == 0));
    }
    if expected_at != directory_at || !directory.0.is_empty() {
        return Err(refused("bytes in the zip belong to no file"));
    }
    Ok(names)
}
