//! WebP in RIFF: size from VP8X, VP8 or VP8L, metadata from the EXIF and XMP chunks.

use super::{Parts, tiff_in};
use crate::bytes::{le32, upto};
use std::borrow::Cow;

pub(super) fn open(bytes: &[u8]) -> Parts<'_> {
    let mut parts = Parts::default();
    let mut at = 12_usize;
    while let Some(name) = bytes.get(at..at.saturating_add(4)) {
        let Some(len) = le32(bytes, at + 4).and_then(|n| usize::try_from(n).ok()) else {
            break;
        };
        let body = upto(bytes, at + 8, len);
        match name {
            b"VP8X" => parts.size = extended_size(body),
            b"VP8 " => parts.size = parts.size.or_else(|| lossy_size(body)),
            b"VP8L" => parts.size = parts.size.or_else(|| lossless_size(body)),
            b"EXIF" if parts.exif.is_none() => parts.exif = tiff_in(body).map(Cow::Borrowed),
            b"XMP " | b"XMP\0" if parts.xmp.is_none() => parts.xmp = Some(Cow::Borrowed(body)),
            _ => {}
        }
        at = at.saturating_add(8).saturating_add(len).saturating_add(len & 1);
    }
    parts
}

fn extended_size(body: &[u8]) -> Option<(u32, u32)> {
    Some(((le32(body, 4)? & 0xff_ffff) + 1, (le32(body, 6)? >> 8) + 1))
}

fn lossy_size(body: &[u8]) -> Option<(u32, u32)> {
    let both = (body.get(3..6)? == [0x9d, 0x01, 0x2a]).then(|| le32(body, 6))??;
    Some((both & 0x3fff, both >> 16 & 0x3fff))
}

fn lossless_size(body: &[u8]) -> Option<(u32, u32)> {
    let bits = (body.first()? == &0x2f).then(|| le32(body, 1))??;
    Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
}
