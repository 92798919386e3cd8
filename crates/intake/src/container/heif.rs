//! HEIF items (ISO 14496-12 §8.11, ISO 23008-12): size of the primary item, and the Exif and XMP items.

use super::boxes::{MAX_ENTRIES, boxes, find};
use super::{MAX_BLOCK, Parts, tiff_in, video};
use crate::bytes::{be_sized, be16, be32};
use std::borrow::Cow;

pub(super) fn open(bytes: &[u8]) -> Parts<'_> {
    let mut parts = Parts::default();
    // Version and flags of the box are 0 by definition; a file in which they are not is spoiled throughout.
    let Some(meta) = find(bytes, b"meta").and_then(|m| m.strip_prefix(&[0; 4])) else {
        // A sequence of pictures may be a film only.
        parts = video::open(bytes);
        parts.warnings.push("the item directory is missing or spoiled".into());
        return parts;
    };
    parts.size = primary_item(meta).and_then(|id| item_size(meta, id));
    // A sequence of pictures says more as a film.
    if find(bytes, b"moov").is_some() {
        let film = video::open(bytes);
        (parts.own, parts.xmp) = (film.own, film.xmp);
        parts.size = parts.size.or(film.size);
    }
    // One try each: a hostile directory names thousands of items that all lead nowhere.
    let (mut tried_exif, mut tried_xmp) = (false, false);
    for (id, kind, content_type) in items(meta) {
        if &kind == b"Exif" && !std::mem::replace(&mut tried_exif, true) {
            parts.exif = item_bytes(bytes, meta, id).and_then(exif_payload);
            if parts.exif.is_none() {
                parts.warnings.push("Exif item cannot be read".into());
            }
        } else if &kind == b"mime" && content_type == b"application/rdf+xml" && !std::mem::replace(&mut tried_xmp, true) {
            parts.xmp = item_bytes(bytes, meta, id).or(parts.xmp);
        }
    }
    parts
}

/// The TIFF structure in an Exif item: behind the offset that its first four bytes give, else wherever a header stands.
fn exif_payload(item: Cow<'_, [u8]>) -> Option<Cow<'_, [u8]>> {
    let start = |item: &[u8]| -> Option<(usize, usize)> {
        let skip = usize::try_from(be32(item, 0)?).ok()?.checked_add(4)?;
        let tiff = item.get(skip..).and_then(tiff_in).or_else(|| tiff_in(item))?;
        let from = tiff.as_ptr() as usize - item.as_ptr() as usize;
        Some((from, from + tiff.len()))
    };
    let (from, to) = start(&item)?;
    Some(match item {
        Cow::Borrowed(item) => Cow::Borrowed(item.get(from..to)?),
        Cow::Owned(item) => Cow::Owned(item.get(from..to)?.to_vec()),
    })
}

fn primary_item(meta: &[u8]) -> Option<u32> {
    let pitm = find(meta, b"pitm")?;
    let version = *pitm.first().filter(|v| **v < 2)?;
    if version == 0 { be16(pitm, 4).map(u32::from) } else { be32(pitm, 4) }
}

/// Item id, type and (for `mime`) content type of every item.
fn items(meta: &[u8]) -> Vec<(u32, [u8; 4], &[u8])> {
    let Some(iinf) = find(meta, b"iinf") else { return Vec::new() };
    let entries = iinf.get(if iinf.first() == Some(&0) { 6 } else { 8 }..).unwrap_or_default();
    boxes(entries)
        .filter(|(name, _)| name == b"infe")
        .filter_map(|(_, infe)| item(infe))
        .collect()
}

fn item(infe: &[u8]) -> Option<(u32, [u8; 4], &[u8])> {
    let (id, at) = match infe.first()? {
        2 => (be16(infe, 4)?.into(), 8),
        3 => (be32(infe, 4)?, 10),
        _ => return None,
    };
    let kind = *infe.get(at..)?.first_chunk::<4>()?;
    let content_type = infe.get(at + 4..)?.split(|b| *b == 0).nth(1).unwrap_or_default();
    Some((id, kind, content_type))
}

/// The bytes of an item, its extents joined, from the file or from the item data box.
fn item_bytes<'a>(bytes: &'a [u8], meta: &'a [u8], wanted: u32) -> Option<Cow<'a, [u8]>> {
    let iloc = find(meta, b"iloc")?;
    let version = *iloc.first().filter(|v| **v <= 2)?;
    let (sizes, sizes2) = (*iloc.get(4)?, *iloc.get(5)?);
    let widths = [sizes >> 4, sizes & 15, sizes2 >> 4, sizes2 & 15].map(usize::from);
    let [offset_width, length_width, base_width, index_width] = widths;
    let index_width = if version == 0 { 0 } else { index_width };
    let (count, mut at) = if version < 2 { (be16(iloc, 6)?.into(), 8) } else { (be32(iloc, 6)?, 10) };
    for _ in 0..usize::try_from(count).ok()?.min(MAX_ENTRIES) {
        let id = if version < 2 { be16(iloc, at)?.into() } else { be32(iloc, at)? };
        at += if version < 2 { 2 } else { 4 };
        let mut method = 0;
        if version > 0 {
            method = be16(iloc, at)? & 15;
            at += 2;
        }
        let base = be_sized(iloc, at + 2, base_width)?;
        at += 2 + base_width;
        let extents = be16(iloc, at)?;
        at += 2;
        if extents > 1 && index_width + offset_width + length_width == 0 {
            return None;
        }
        let mut found = Vec::new();
        for _ in 0..extents {
            at += index_width;
            let offset = be_sized(iloc, at, offset_width)?;
            let len = be_sized(iloc, at + offset_width, length_width)?;
            at += offset_width + length_width;
            if id == wanted {
                found.push((usize::try_from(base.checked_add(offset)?).ok()?, usize::try_from(len).ok()?));
            }
        }
        if id == wanted {
            let source = match method {
                0 => bytes,
                1 => find(meta, b"idat")?,
                _ => return None,
            };
            return join(source, &found);
        }
    }
    None
}

fn join<'a>(source: &'a [u8], extents: &[(usize, usize)]) -> Option<Cow<'a, [u8]>> {
    let part = |&(from, len): &(usize, usize)| source.get(from..from.checked_add(len)?).filter(|p| p.len() <= MAX_BLOCK);
    if let [one] = extents {
        return part(one).map(Cow::Borrowed);
    }
    let mut joined = Vec::new();
    for extent in extents {
        joined.extend_from_slice(part(extent)?);
        if joined.len() > MAX_BLOCK {
            return None;
        }
    }
    Some(Cow::Owned(joined))
}

/// Width and height of an item: the first `ispe` property that `ipma` ties to it.
fn item_size(meta: &[u8], wanted: u32) -> Option<(u32, u32)> {
    let iprp = find(meta, b"iprp")?;
    let properties: Vec<_> = boxes(find(iprp, b"ipco")?).collect();
    let ipma = find(iprp, b"ipma")?;
    let (version, wide) = (*ipma.first().filter(|v| **v < 2)?, ipma.get(3)? & 1 == 1);
    let mut at = 8;
    for _ in 0..usize::try_from(be32(ipma, 4)?).ok()?.min(MAX_ENTRIES) {
        let id = if version == 0 { be16(ipma, at)?.into() } else { be32(ipma, at)? };
        at += if version == 0 { 2 } else { 4 };
        let ties = usize::from(*ipma.get(at)?);
        at += 1;
        for _ in 0..ties {
            let index = if wide {
                be16(ipma, at)? & 0x7fff
            } else {
                u16::from(ipma.get(at)? & 0x7f)
            };
            at += if wide { 2 } else { 1 };
            let property = properties.get(usize::from(index).wrapping_sub(1));
            if let (true, Some((b"ispe", body))) = (id == wanted, property.map(|(n, b)| (n, b))) {
                // Version and flags are 0 by definition; anything else is a spoiled file.
                return be32(body, 0).filter(|v| *v == 0).and(be32(body, 4).zip(be32(body, 8)));
            }
        }
    }
    None
}
