//! The files of a bundle: that the container is unambiguous and holds exactly what the manifest lists, byte for byte.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek};

use seal::Digest;
use seal::bundle::{Container, Manifest, path};
use seal::cert::Certificate;
use seal::dsse::Envelope;

use crate::check::Check;
use crate::reason::Reason;

/// What a refusal of the zip itself names as its file.
pub(crate) const CONTAINER: &str = "(zip)";

/// The most content besides photos that is read, in all; an honest bundle has some megabytes.
pub(crate) const MAX_CONTENT_BYTES: u64 = 256 << 20;

/// The files, checked against the manifest; photos stay on disk, all else is in memory.
pub(crate) struct Files {
    pub(crate) manifest: Manifest,
    pub(crate) envelope: Envelope,
    contents: BTreeMap<String, Vec<u8>>,
    /// Paths below `photos/`.
    pub(crate) photos: BTreeSet<String>,
    used: RefCell<BTreeSet<String>>,
}

impl Files {
    /// The bytes of a file; marks it as understood.
    pub(crate) fn get(&self, path: &str) -> Option<&[u8]> {
        let bytes = self.contents.get(path)?;
        self.used.borrow_mut().insert(path.to_owned());
        Some(bytes)
    }

    /// The bytes of a file, or a refusal that names it as missing.
    pub(crate) fn need(&self, path: &str, check: &mut Check) -> Option<&[u8]> {
        let found = self.get(path);
        if found.is_none() {
            check.refuse(path, ("缺少这个文件", "the file is missing"));
        }
        found
    }

    /// Refuses the file unless it has exactly these bytes.
    pub(crate) fn expect(&self, path: &str, bytes: &[u8], check: &mut Check) {
        if let Some(found) = self.need(path, check) {
            check.require(found == bytes, path, "内容与应有的不同", "its content differs from what it must be");
        }
    }

    /// Names in a folder that end in `suffix`, without folder and suffix, sorted.
    pub(crate) fn stems(&self, folder: &str, suffix: &str) -> Vec<String> {
        let stem = |p: &String| Some(p.strip_prefix(folder)?.strip_suffix(suffix)?.to_owned());
        self.contents.keys().filter_map(stem).collect()
    }

    /// Refuses files that are listed but that no rule knows.
    pub(crate) fn refuse_strangers(&self, check: &mut Check) {
        let used = self.used.borrow();
        for path in self.contents.keys().filter(|p| !used.contains(*p)) {
            check.refuse(path, ("证据包里不应有这个文件", "the file has no place in a bundle"));
        }
    }
}

/// Opens the container, reads the manifest and compares every file with it.
pub(crate) fn open(bundle: impl Read + Seek, check: &mut Check) -> Option<Files> {
    let mut container = check.take(CONTAINER, Container::open(bundle))?;
    if !container.contains(path::MANIFEST) {
        check.refuse(path::MANIFEST, ("缺少这个文件", "the file is missing"));
        return None;
    }
    check_weight(&container, check)?;
    let bytes = check.take(path::MANIFEST, container.read(path::MANIFEST))?;
    let (manifest, envelope) = check.take(path::MANIFEST, Manifest::parse(&bytes))?;
    // A forged list would make every other refusal misleading, so the signature comes first, where the certificate can be
    // read; whether the certificate itself is in order is looked at later.
    let der = container.read(&format!("certs/{}.der", manifest.exporter)).ok();
    let exporter = der.and_then(|der| Certificate::parse(&der).ok());
    if let Some(exporter) = exporter.filter(|c| c.public_key().kid() == manifest.exporter) {
        check.take(path::MANIFEST, envelope.verify_by(exporter.public_key()))?;
    }
    let members: BTreeMap<String, u64> = container.members().map(|(p, l)| (p.to_owned(), l)).collect();
    let mut contents = BTreeMap::new();
    let mut photos = BTreeSet::new();
    for file in &manifest.files {
        let Some(len) = members.get(&file.path) else {
            check.refuse(&file.path, ("缺少这个文件", "the file is missing"));
            continue;
        };
        if *len != file.len {
            check.refuse(&file.path, ("长度与清单不同", "its length differs from the manifest"));
            continue;
        }
        let is_photo = is_photo(&file.path);
        let digest = if is_photo {
            photos.insert(file.path.clone());
            check.take(&file.path, container.digest(&file.path))
        } else {
            let bytes = check.take(&file.path, container.read(&file.path));
            bytes.map(|bytes| {
                let digest = Digest::of(&bytes);
                contents.insert(file.path.clone(), bytes);
                digest
            })
        };
        if digest.is_some_and(|d| d != file.sha256) {
            check.refuse(
                &file.path,
                ("内容被改动：摘要与清单不同", "it was changed: its digest differs from the manifest"),
            );
        }
    }
    let listed: BTreeSet<&str> = manifest.files.iter().map(|f| f.path.as_str()).collect();
    for path in members.keys().filter(|p| *p != path::MANIFEST && !listed.contains(p.as_str())) {
        check.refuse(path, ("清单里没有这个文件", "the manifest does not list it"));
    }
    let files = Files {
        manifest,
        envelope,
        contents,
        photos,
        used: RefCell::default(),
    };
    check.is_clean().then_some(files)
}

/// Photos are hashed as a stream, everything else is held in memory.
fn is_photo(path: &str) -> bool {
    path.starts_with("photos/")
}

/// A small file must not make the reader work or hold without end: what is held is bounded in all by what the zip states (no member
/// is read beyond that), and what is streamed stands in the zip byte for byte.
fn check_weight(container: &Container<impl Read + Seek>, check: &mut Check) -> Option<()> {
    let mut left = MAX_CONTENT_BYTES;
    for (path, len) in container.members() {
        if is_photo(path) {
            check.require(
                container.is_stored(path),
                path,
                "照片在压缩包里被压缩；照片必须原样存放",
                "the photo is deflated in the zip; photos must be stored as they are",
            );
            continue;
        }
        let Some(rest) = left.checked_sub(len) else {
            let zh = format!("除照片外的内容到此超过 {} MB，未再读取", MAX_CONTENT_BYTES >> 20);
            let en = format!(
                "with this file the content besides photos exceeds {} MB; nothing was read",
                MAX_CONTENT_BYTES >> 20
            );
            check.refuse(path, Reason { zh, en });
            return None;
        };
        left = rest;
    }
    check.is_clean().then_some(())
}
