//! Boxes of the ISO base media file format (ISO 14496-12 §4.2) and of QuickTime, which it comes from.

use crate::bytes::{be_sized, be32, upto};

/// Boxes, items and properties looked at in one list; real files have some hundreds at most.
pub(super) const MAX_ENTRIES: usize = 20_000;

/// Boxes that stand side by side: type and body, each body cut short where the file is.
pub(super) fn boxes(parent: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    parts(parent).map(|(name, body, _)| (name, body))
}

/// Those of them that are all there: half a text is another text.
pub(super) fn whole_boxes(parent: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    parts(parent).filter(|(_, _, whole)| *whole).map(|(name, body, _)| (name, body))
}

/// Type and body of boxes, and whether the body is all there.
fn parts(mut rest: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8], bool)> {
    std::iter::from_fn(move || {
        let (short, name) = (be32(rest, 0)?, *rest.get(4..)?.first_chunk::<4>()?);
        let (header, len) = match short {
            0 => (8, rest.len()),
            1 => (16, usize::try_from(be_sized(rest, 8, 8)?).ok()?),
            n => (8, usize::try_from(n).ok()?),
        };
        if len < header {
            return None;
        }
        let body = upto(rest, header, len - header);
        rest = rest.get(len..).unwrap_or_default();
        Some((name, body, body.len() == len - header))
    })
    .take(MAX_ENTRIES)
}

/// The first box of a kind.
pub(crate) fn find<'a>(parent: &'a [u8], name: &[u8; 4]) -> Option<&'a [u8]> {
    boxes(parent).find(|(n, _)| n == name).map(|(_, body)| body)
}
