//! The bytes of a scan: all at hand, or so many at a time as a row of blocks needs.

use std::io::{self, Read};

/// Where the bytes of a scan come from.
pub(super) trait Scan {
    /// The bytes at hand.
    fn bytes(&self) -> &[u8];

    /// Whether the last byte is among them.
    fn is_whole(&self) -> bool;

    /// Forgets what lies before a place, which moves with it, and brings more behind; false when no more are held at a time.
    fn more(&mut self, at: &mut usize) -> io::Result<bool>;
}

impl Scan for &[u8] {
    fn bytes(&self) -> &[u8] {
        self
    }

    fn is_whole(&self) -> bool {
        true
    }

    fn more(&mut self, _: &mut usize) -> io::Result<bool> {
        Ok(false)
    }
}

/// Bytes that pass by.
pub(super) struct Passing<R> {
    rest: R,
    held: Vec<u8>,
    whole: bool,
    /// Bytes that are held as a rule, and at most.
    sizes: (usize, usize),
}

impl<R: Read> Passing<R> {
    pub(super) fn new(rest: R, sizes: (usize, usize)) -> Self {
        Self {
            rest,
            held: Vec::new(),
            whole: false,
            sizes,
        }
    }
}

impl<R: Read> Scan for Passing<R> {
    fn bytes(&self) -> &[u8] {
        &self.held
    }

    fn is_whole(&self) -> bool {
        self.whole
    }

    fn more(&mut self, at: &mut usize) -> io::Result<bool> {
        let (usual, most) = self.sizes;
        self.held.drain(..(*at).min(self.held.len()));
        *at = 0;
        // One row is longer than what is held as a rule.
        let wanted = if self.held.len() < usual { usual } else { most };
        let room = wanted.saturating_sub(self.held.len());
        let had = self.held.len();
        self.held.reserve_exact(room);
        self.rest.by_ref().take(room as u64).read_to_end(&mut self.held)?;
        self.whole = room > 0 && self.held.len() < wanted;
        Ok(self.whole || self.held.len() > had)
    }
}
