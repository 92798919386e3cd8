//! SHA-256 of many bytes, by the OpenSSL that SQLCipher brings along: on a processor without instructions for it, half the time of a
//! portable implementation. Formats and signatures keep to [`seal::Digest::of`].

use std::io::{self, Write};

use openssl::sha::Sha256;
use seal::Digest;

/// Hashes what passes in parts.
#[derive(Default)]
pub struct Hasher(Sha256);

impl Hasher {
    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of everything that passed.
    pub fn finish(self) -> Digest {
        Digest::from_bytes(self.0.finish())
    }
}

impl Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The digest of bytes that are at hand.
pub fn digest(bytes: &[u8]) -> Digest {
    Digest::from_bytes(openssl::sha::sha256(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_formats() {
        let bytes: Vec<u8> = (0..100_000_u32).map(|i| (i * 31 % 251) as u8).collect();
        for len in [0, 1, 55, 56, 63, 64, 65, 1000, 100_000] {
            let part = &bytes[..len];
            let mut hasher = Hasher::default();
            part.chunks(37).for_each(|chunk| hasher.update(chunk));
            assert_eq!((hasher.finish(), digest(part)), (Digest::of(part), Digest::of(part)), "{len}");
        }
    }
}
