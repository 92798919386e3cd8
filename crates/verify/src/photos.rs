//! Photos: those in the bundle are the record's, or pages of its papers; those that are not are named by digest alone.

use std::collections::{BTreeMap, BTreeSet};

use seal::Digest;

use crate::check::Check;
use crate::files::Files;
use crate::record::Record;
use crate::report::{PhotoCopy, PhotoCount, Report};

pub(crate) fn count(files: &Files, record: &Record, check: &mut Check, report: &mut Report) {
    let mut named: BTreeMap<Digest, u64> = BTreeMap::new();
    for photo in record.photos.iter().chain(&record.pages) {
        for blob in photo.thumbnail.iter().chain([&photo.original]) {
            named.insert(blob.sha256, blob.len);
        }
    }
    let lengths: BTreeMap<&str, u64> = files.manifest.files.iter().map(|f| (f.path.as_str(), f.len)).collect();
    let mut present = BTreeSet::new();
    for path in &files.photos {
        let stem = path.strip_prefix("photos/").and_then(|p| p.split_once('.')).map_or("", |(s, _)| s);
        let listed = files.manifest.files.iter().find(|f| f.path == *path);
        // The digest was computed from the bytes when the files were compared with the manifest.
        let digest = stem.parse::<Digest>().ok().filter(|d| listed.is_some_and(|f| f.sha256 == *d));
        let Some(digest) = digest else {
            check.refuse(path, ("照片的内容与文件名的摘要不同", "the photo's bytes do not hash to its name"));
            continue;
        };
        let fits = named.get(&digest) == lengths.get(path.as_str());
        if check.require(
            fits && present.insert(digest),
            path,
            "检查记录和纸质签字件里都没有这张照片",
            "neither the record nor a paper names this photo, or it names another length",
        ) {}
    }
    for page in report.papers.iter_mut().flat_map(|paper| &mut paper.pages) {
        page.present = present.contains(&page.sha256);
    }
    let originals: BTreeSet<Digest> = record.photos.iter().map(|p| p.original.sha256).collect();
    let (here, absent): (Vec<Digest>, Vec<Digest>) = originals.into_iter().partition(|d| present.contains(d));
    let copies = copies(record, check);
    report.photos = PhotoCount {
        named: (here.len() + absent.len()) as u64,
        present: here.len() as u64,
        digest_only: absent,
        copies,
    };
}

/// Copies with marks or blurred parts; each has to name another photo of this record, by its id and its bytes.
fn copies(record: &Record, check: &mut Check) -> Vec<PhotoCopy> {
    let named = record.photos.iter().filter_map(|photo| Some((photo, photo.derived.as_ref()?)));
    let copies = named.filter_map(|(photo, derived)| {
        let from = record
            .photos
            .iter()
            .find(|known| known.photo == Some(derived.from) && known.photo != photo.photo);
        let known = from.is_some_and(|from| from.original.sha256 == derived.original);
        check
            .require(
                known,
                "record.json",
                "一张副本所指的原件不在检查记录里",
                "a copy names an original that is not in the record",
            )
            .then_some(PhotoCopy {
                copy: photo.original.sha256,
                original: derived.original,
            })
    });
    copies.collect()
}
