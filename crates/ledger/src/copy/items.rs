//! Items one after another in a file: each behind its length, 4 bytes big-endian. The file's end is the age stream's.

use std::io::{self, Read, Write};

/// The longest item in bytes: well over any frame or thumbnail.
pub const MAX_ITEM_BYTES: usize = 16 * 1024 * 1024;

/// Writes an item behind its length.
pub fn write_item(out: &mut impl Write, item: &[u8]) -> io::Result<()> {
    let too_long = || io::Error::new(io::ErrorKind::InvalidInput, "an item is too long");
    let len = u32::try_from(item.len()).map_err(|_| too_long())?;
    if item.len() > MAX_ITEM_BYTES {
        return Err(too_long());
    }
    out.write_all(&len.to_be_bytes())?;
    out.write_all(item)
}

/// Reads items until the source ends. An end within an item is an error, never a shorter list.
pub struct Items<R>(R);

impl<R: Read> Items<R> {
    /// Reads from a source that was decrypted already.
    pub fn new(source: R) -> Self {
        Self(source)
    }

    fn item(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut len = [0; 4];
        let mut first = self.0.by_ref().take(1);
        let mut start = Vec::with_capacity(1);
        if first.read_to_end(&mut start)? == 0 {
            return Ok(None);
        }
        if let (Some(to), Some(from)) = (len.first_mut(), start.first()) {
            *to = *from;
        }
        if let Some(rest) = len.get_mut(1..) {
            self.0.read_exact(rest)?;
        }
        let invalid = |why| io::Error::new(io::ErrorKind::InvalidData, why);
        let len = usize::try_from(u32::from_be_bytes(len)).map_err(|_| invalid("an item's length"))?;
        if len > MAX_ITEM_BYTES {
            return Err(invalid("an item is too long"));
        }
        // What is there decides how much memory is taken, not what a broken length promises.
        let mut item = Vec::new();
        let wanted = u64::try_from(len).unwrap_or(u64::MAX);
        if self.0.by_ref().take(wanted).read_to_end(&mut item)? < len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Some(item))
    }
}

impl<R: Read> Iterator for Items<R> {
    type Item = io::Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.item().transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_come_back_and_a_cut_is_never_a_shorter_list() {
        let mut bytes = Vec::new();
        for item in [b"one".as_slice(), b"", &[7; 70_000]] {
            write_item(&mut bytes, item).unwrap();
        }
        let read = |bytes: &[u8]| Items::new(bytes).collect::<io::Result<Vec<_>>>();
        let whole = read(&bytes).unwrap();
        assert_eq!(whole, [b"one".to_vec(), Vec::new(), vec![7; 70_000]]);
        for cut in 1..40 {
            let items = read(bytes.get(..bytes.len() - cut * 1_700).unwrap());
            assert!(items.is_err() || cut == 0, "{cut}");
        }
        for cut in 1..7 {
            assert!(read(bytes.get(..cut).unwrap()).is_err());
        }
        assert_eq!(read(bytes.get(..7).unwrap()).unwrap().len(), 1);
        assert!(read(&[0xff; 8]).is_err());
        assert!(write_item(&mut Vec::new(), &vec![0; MAX_ITEM_BYTES + 1]).is_err());
    }
}
