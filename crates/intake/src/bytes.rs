//! Reading numbers out of bytes that may end anywhere.

/// The big-endian 16-bit number at `at`, or none past the end.
pub(crate) fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    let part = bytes.get(at..at.checked_add(2)?)?;
    part.try_into().ok().map(u16::from_be_bytes)
}

/// The big-endian 32-bit number at `at`, or none past the end.
pub(crate) fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    let part = bytes.get(at..at.checked_add(4)?)?;
    part.try_into().ok().map(u32::from_be_bytes)
}

/// The little-endian 32-bit number at `at`, or none past the end.
pub(crate) fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    be32(bytes, at).map(u32::swap_bytes)
}

/// The 16-bit number at `at` in the order of bytes that a file says it has, or none past the end.
pub(crate) fn n16(bytes: &[u8], at: usize, little: bool) -> Option<u16> {
    be16(bytes, at).map(|n| if little { n.swap_bytes() } else { n })
}

/// As [`n16`], of 32 bits.
pub(crate) fn n32(bytes: &[u8], at: usize, little: bool) -> Option<u32> {
    be32(bytes, at).map(|n| if little { n.swap_bytes() } else { n })
}

/// The big-endian number of `width` bytes (0, 2, 4 or 8) at `at`; width 0 is the number 0 (ISO 14496-12 §8.11.3).
pub(crate) fn be_sized(bytes: &[u8], at: usize, width: usize) -> Option<u64> {
    let part = bytes.get(at..at.checked_add(width)?)?;
    (width <= 8).then(|| part.iter().fold(0, |n, b| n << 8 | u64::from(*b)))
}

/// At most `len` bytes from `at`: what a truncated file still has of them.
pub(crate) fn upto(bytes: &[u8], at: usize, len: usize) -> &[u8] {
    let end = at.saturating_add(len).min(bytes.len());
    bytes.get(at..end).unwrap_or_default()
}
