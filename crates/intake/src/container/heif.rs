//! HEIF items (ISO 14496-12 §8.11, ISO 23008-12): size of the primary item, and the Exif and XMP items.

use super::boxes::{MAX_ENTRIES, boxes, find};
use super::{MAX_BLOCK, Parts, tiff_in, video};
use crate::bytes::{be_sized, be16, be32, upto};
use std::borrow::Cow;
use std::collections::HashMap;

pub(super) fn open(bytes: &[u8]) -> Parts<'_> {
    let mut parts = Parts::default();
    // Version and flags of the box are 0 by definition; a file in which they are not is spoiled throughout.
    let Some(meta) = find(bytes, b"meta").and_then(|m| m.strip_prefix(&[0; 4])) else {
        // A sequence of pictures may be a film only.
        parts = video::open(bytes);
        parts.warnings.push("the item directory is missing or spoiled".into());
        return parts;
    };
    let primary = primary_item(meta);
    parts.size = primary.and_then(|id| item_size(meta, id));
    // A sequence of pictures says more as a film.
    if find(bytes, b"moov").is_some() {
        let film = video::open(bytes);
        (parts.own, parts.xmp) = (film.own, film.xmp);
        parts.size = parts.size.or(film.size);
    }
    // One try each: a hostile directory names thousands of items that all lead nowhere.
    let (items, described) = (items(meta), primary.map(|id| described(meta, id)).unwrap_or_default());
    let of_primary = |is_wanted: &dyn Fn(&Item<'_>) -> bool| {
        let wanted = || items.iter().filter(|item| is_wanted(item));
        let own = wanted().find(|item| described.get(&item.id) == Some(&true));
        let undescribed = || wanted().find(|item| !described.contains_key(&item.id));
        // The only one of its kind is the file's, whatever spoiled or careless references say.
        let only = || wanted().next().filter(|_| wanted().count() == 1);
        own.or_else(undescribed).or_else(only).map(|item| item.id)
    };
    if let Some(id) = of_primary(&|item| &item.kind == b"Exif") {
        parts.exif = item_bytes(bytes, meta, id).and_then(exif_payload);
        if parts.exif.is_none() {
            parts.warnings.push("Exif item cannot be read".into());
        }
    }
    if let Some(id) = of_primary(&|item| &item.kind == b"mime" && item.content_type == b"application/rdf+xml") {
        parts.xmp = item_bytes(bytes, meta, id).or(parts.xmp);
    }
    parts
}

/// The items that describe others (ISO 23008-12 §A.2.1), and whether the primary item is among those. A file holds more pictures than
/// one, maps of brightness among them, and each may have its own Exif and XMP.
fn described(meta: &[u8], primary: u32) -> HashMap<u32, bool> {
    let mut described = HashMap::new();
    let Some(iref) = find(meta, b"iref") else { return described };
    let width = if iref.first() == Some(&0) { 2 } else { 4 };
    let mut left = MAX_ENTRIES;
    for (_, body) in boxes(iref.get(4..).unwrap_or_default()).filter(|(name, _)| name == b"cdsc") {
        let id = |at| be_sized(body, at, width).and_then(|id| u32::try_from(id).ok());
        let Some((from, count)) = id(0).zip(be16(body, width)) else { continue };
        for index in 0..usize::from(count).min(left) {
            let is_primary = id(width + 2 + width * index) == Some(primary);
            *described.entry(from).or_default() |= is_primary;
        }
        left = left.saturating_sub(count.into());
    }
    described
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

/// An item of the file.
struct Item<'a> {
    id: u32,
    kind: [u8; 4],
    /// Of an item of kind `mime`.
    content_type: &'a [u8],
}

/// Every item.
fn items(meta: &[u8]) -> Vec<Item<'_>> {
    let Some(iinf) = find(meta, b"iinf") else { return Vec::new() };
    let entries = iinf.get(if iinf.first() == Some(&0) { 6 } else { 8 }..).unwrap_or_default();
    boxes(entries)
        .filter(|(name, _)| name == b"infe")
        .filter_map(|(_, infe)| item(infe))
        .collect()
}

fn item(infe: &[u8]) -> Option<Item<'_>> {
    let (id, at) = match infe.first()? {
        2 => (be16(infe, 4)?.into(), 8),
        3 => (be32(infe, 4)?, 10),
        _ => return None,
    };
    let kind = *infe.get(at..)?.first_chunk::<4>()?;
    let content_type = infe.get(at + 4..)?.split(|b| *b == 0).nth(1).unwrap_or_default();
    Some(Item { id, kind, content_type })
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

/// What the source still has of the extents; in a block that is cut short the readers believe what is whole.
fn join<'a>(source: &'a [u8], extents: &[(usize, usize)]) -> Option<Cow<'a, [u8]>> {
    let part = |&(from, len): &(usize, usize)| Some(upto(source, from, len)).filter(|p| !p.is_empty() && p.len() <= MAX_BLOCK);
    if let [one] = extents {
        return part(one).map(Cow::Borrowed);
    }
    let mut joined = Vec::new();
    for extent in extents {
        let part = part(extent)?;
        joined.extend_from_slice(part);
        if joined.len() > MAX_BLOCK {
            return None;
        }
        if part.len() < extent.1 {
            break;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
        [&(body.len() as u32 + 8).to_be_bytes()[..], name, body].concat()
    }

    /// A file of items by number, type and bytes, whose primary item is 1, with what describes what.
    fn file(parts: &[(u16, &[u8; 4], &[u8])], describes: &[(u16, &[u16])]) -> Vec<u8> {
        let n16 = |n: usize| (n as u16).to_be_bytes();
        let infe = parts.iter().flat_map(|(id, kind, _)| {
            let content_type: &[u8] = if *kind == b"mime" { b"\0application/rdf+xml\0" } else { b"\0" };
            boxed(b"infe", &[b"\x02\0\0\0", &id.to_be_bytes()[..], b"\0\0", *kind, content_type].concat())
        });
        let iinf = boxed(b"iinf", &[&[0; 4][..], &n16(parts.len()), &infe.collect::<Vec<_>>()].concat());
        let references = describes.iter().flat_map(|(from, to)| {
            let to_ids: Vec<u8> = to.iter().flat_map(|id| id.to_be_bytes()).collect();
            boxed(b"cdsc", &[&from.to_be_bytes()[..], &n16(to.len()), &to_ids].concat())
        });
        let iref = boxed(b"iref", &[vec![0; 4], references.collect()].concat());
        let mut at = 0_u32;
        let places = parts.iter().flat_map(|(id, _, bytes)| {
            let from = at;
            at += bytes.len() as u32;
            // Method 1: counted from the item data box.
            let numbers = [from, bytes.len() as u32].map(u32::to_be_bytes).concat();
            [&id.to_be_bytes()[..], b"\0\x01\0\0\0\x01", &numbers].concat()
        });
        let iloc = boxed(
            b"iloc",
            &[&b"\x01\0\0\0\x44\0"[..], &n16(parts.len()), &places.collect::<Vec<_>>()].concat(),
        );
        let idat = boxed(b"idat", &parts.iter().flat_map(|(_, _, bytes)| bytes.to_vec()).collect::<Vec<_>>());
        let pitm = boxed(b"pitm", &[0, 0, 0, 0, 0, 1]);
        boxed(b"meta", &[vec![0; 4], pitm, iinf, iref, iloc, idat].concat())
    }

    #[test]
    fn what_describes_another_picture_is_not_taken_for_the_primary_one() {
        let (one, two) = (*b"\0\0\0\0MM\0\x2a\0\0\0\x08", *b"\0\0\0\0II\x2a\0\x08\0\0\0");
        let parts: &[(u16, &[u8; 4], &[u8])] = &[
            (1, b"hvc1", b""),
            (2, b"hvc1", b""),
            (3, b"Exif", &one),
            (4, b"mime", b"<map/>"),
            (5, b"Exif", &two),
            (6, b"mime", b"<own/>"),
        ];
        let read_of = |parts: &[(u16, &[u8; 4], &[u8])], describes: &[(u16, &[u16])]| {
            let file = file(parts, describes);
            let parts = open(&file);
            let text = |block: Option<Cow<'_, [u8]>>, len| block.map(|b| String::from_utf8_lossy(&b[..len]).into_owned());
            (text(parts.exif, 2), text(parts.xmp, 6))
        };
        let read = |describes: &[(u16, &[u16])]| read_of(parts, describes);
        let said = |exif: &str, xmp: &str| (Some(exif.to_owned()), Some(xmp.to_owned()));
        assert_eq!(read(&[]), said("MM", "<map/>"));
        assert_eq!(read(&[(3, &[2]), (4, &[2]), (5, &[1]), (6, &[2, 1])]), said("II", "<own/>"));
        assert_eq!(read(&[(3, &[2]), (4, &[2])]), said("II", "<own/>"));
        assert_eq!(read(&[(5, &[1]), (6, &[1])]), said("II", "<own/>"));
        assert_eq!(read(&[(3, &[2]), (4, &[2]), (5, &[2]), (6, &[2])]), (None, None));
        assert_eq!(read_of(&parts[..4], &[(3, &[2]), (4, &[2])]), said("MM", "<map/>"));
    }

    #[test]
    fn an_item_that_is_cut_short_gives_what_is_left_of_it() {
        let source = b"0123456789";
        let joined = |extents: &[(usize, usize)]| join(source, extents).map(Cow::into_owned);
        assert_eq!(joined(&[(2, 4)]).unwrap(), b"2345");
        assert_eq!(joined(&[(8, 4)]).unwrap(), b"89");
        assert_eq!(joined(&[(2, 2), (8, 4), (0, 2)]).unwrap(), b"2389");
        assert_eq!(joined(&[(4, 2), (0, 2)]).unwrap(), b"4501");
        for none in [&[(10, 1)][..], &[(2, 0)], &[(usize::MAX, usize::MAX)], &[(0, 2), (20, 2)]] {
            assert_eq!(joined(none), None, "{none:?}");
        }
    }

    #[test]
    fn references_without_end_are_read_to_their_end() {
        let many = vec![2_u16; 65_535];
        let file = file(&[(1, b"hvc1", b"")], &[(3, &many), (4, &many)]);
        let meta = find(&file, b"meta").unwrap().get(4..).unwrap();
        assert_eq!(described(meta, 1), HashMap::from([(3, false)]));
        for end in 0..file.len().min(300) {
            open(&file[..end]);
        }
    }
}
