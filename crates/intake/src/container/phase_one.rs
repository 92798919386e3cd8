//! IIQ, which Phase One's digital backs write: a TIFF whose own directories describe dummies, and behind its header a directory of the maker's
//! for the picture itself.

use crate::bytes::n32;

const AT: usize = 8;
const WIDTH: u32 = 0x010c;
const HEIGHT: u32 = 0x010d;
/// Entries that are looked at; backs write some sixty.
const MAX_ENTRIES: u32 = 1000;
/// Tag, type, length and value, of four bytes each.
const ENTRY_BYTES: usize = 16;

/// Width and height of the picture, if the file is one.
pub(super) fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    let own = bytes.get(AT..)?;
    let little = match own.first_chunk::<8>()? {
        [b'I', b'I', b'I', b'I', _, b'w', b'a', b'R'] => true,
        [b'M', b'M', b'M', b'M', b'R', b'a', b'w', _] => false,
        _ => return None,
    };
    let directory = own.get(usize::try_from(n32(own, 8, little)?).ok()?..)?;
    let count = usize::try_from(n32(directory, 0, little)?.min(MAX_ENTRIES)).ok()?;
    let value = |tag| {
        let mut entries = directory.get(8..)?.chunks_exact(ENTRY_BYTES).take(count);
        n32(entries.find(|entry| n32(entry, 0, little) == Some(tag))?, 12, little)
    };
    Some((value(WIDTH)?, value(HEIGHT)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(little: bool, entries: &[(u32, u32)]) -> Vec<u8> {
        let n = |number: u32| if little { number.to_le_bytes() } else { number.to_be_bytes() };
        let count = u32::try_from(entries.len()).unwrap();
        let mut bytes = b"........".to_vec();
        bytes.extend(if little { b"IIIICwaR" } else { b"MMMMRawC" });
        bytes.extend([n(16), n(0), n(count), n(0)].concat());
        bytes.extend(entries.iter().flat_map(|(tag, value)| [n(*tag), n(4), n(4), n(*value)].concat()));
        bytes
    }

    #[test]
    fn the_size_is_that_of_the_makers_directory_in_either_order() {
        let entries = [(0x0108, 7372), (WIDTH, 7320), (HEIGHT, 5484)];
        for little in [true, false] {
            let bytes = made(little, &entries);
            assert_eq!(size(&bytes), Some((7320, 5484)));
            (0..bytes.len()).for_each(|len| assert_eq!(size(&bytes[..len]), None, "{len}"));
        }
        assert_eq!(size(&made(true, &entries[..2])), None);
        assert_eq!(size(b"II\x2a\0\x08\0\0\0IIII and other things"), None);
    }
}
