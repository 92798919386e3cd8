//! What a photo says about itself, every value with its source. A wrong value is worse than none: what is blank, out of
//! range, contradictory or half there is left out and named in the warnings.

use super::container::{self, Parts};
use super::exif;
use super::format::{FileFormat, sniff};
use super::xmp;
use domain::photo::PhotoMeta;

/// Reads the metadata of a file from its bytes; a file cut short gives what is left of it. Never fails and never panics on
/// any input: unreadable parts become warnings.
///
/// Precedence of sources: Exif, then XMP, then the container.
pub fn read(bytes: &[u8]) -> PhotoMeta {
    read_as(bytes, sniff(bytes))
}

/// As [`read`], for a caller that already knows the format.
pub fn read_as(bytes: &[u8], format: FileFormat) -> PhotoMeta {
    let Parts {
        size,
        exif,
        xmp,
        software,
        warnings,
    } = container::open(bytes, format);
    let mut meta = PhotoMeta {
        warnings,
        ..PhotoMeta::default()
    };
    if let Some((width, height)) = size.filter(|(w, h)| *w > 0 && *h > 0) {
        (meta.width, meta.height) = (Some(width), Some(height));
        note(&mut meta, "width,height", format.name());
    }
    let digitized = exif.and_then(|block| exif::fill(&mut meta, &block, format == FileFormat::Tiff));
    let created = xmp.and_then(|packet| xmp::fill(&mut meta, &packet));
    let next_best = [(digitized, "Exif.DateTimeDigitized"), (created, "XMP.CreateDate")];
    if let (None, Some((time, name))) = (&meta.taken_at, next_best.iter().find_map(|(time, name)| Some((time.as_ref()?, name)))) {
        exif::put_time(&mut meta, time, name);
    }
    if let (None, Some(software)) = (&meta.software, software) {
        meta.software = Some(software);
        note(&mut meta, "software", "PNG.Software");
    }
    meta.warnings.sort();
    meta.warnings.dedup();
    meta.warnings.truncate(20);
    meta
}

/// Records which tag a value came from.
pub(super) fn note(meta: &mut PhotoMeta, field: &str, source: &str) {
    meta.sources.push(format!("{field}: {source}"));
}
