//! Bits of an entropy-coded segment: stuffed zeros taken out, markers never crossed (T.81 F.2.2.5).

/// Where a reader of bits stands.
#[derive(Clone, Copy, Default)]
pub(super) struct Place {
    /// The next byte of the data.
    pub(super) at: usize,
    window: u64,
    held: u32,
    invented: u32,
}

/// A reader of bits, most significant first. After a marker or the end of the file it yields zeros and counts them.
pub(super) struct Bits<'a> {
    data: &'a [u8],
    at: usize,
    window: u64,
    held: u32,
    invented: u32,
}

impl<'a> Bits<'a> {
    /// Goes on from a place in these data.
    pub(super) fn from(data: &'a [u8], place: Place) -> Self {
        let Place { at, window, held, invented } = place;
        Self {
            data,
            at,
            window,
            held,
            invented,
        }
    }

    /// Where it stands.
    pub(super) fn place(&self) -> Place {
        let Self {
            at, window, held, invented, ..
        } = *self;
        Place { at, window, held, invented }
    }

    /// Makes sure that at least 56 bits are held.
    #[inline]
    pub(super) fn fill(&mut self) {
        if let Some(word) = self.data.get(self.at..).and_then(|rest| rest.first_chunk::<8>()) {
            let word = u64::from_be_bytes(*word);
            // No byte is 0xff: as many whole bytes at once as there is room for. What is set below them are the bits that come next.
            if (!word).wrapping_sub(0x0101_0101_0101_0101) & word & 0x8080_8080_8080_8080 == 0 {
                let bytes = (63 - self.held) >> 3;
                self.window |= word >> self.held;
                self.at += bytes as usize;
                self.held += bytes * 8;
                return;
            }
        }
        self.fill_bytewise();
    }

    /// Byte by byte, where one of the next is stuffed, or a marker, or missing.
    #[inline(never)]
    fn fill_bytewise(&mut self) {
        while self.held < 56 {
            let byte = match (self.data.get(self.at), self.data.get(self.at + 1)) {
                (Some(0xff), Some(0)) => {
                    self.at += 2;
                    0xff
                }
                (Some(0xff), _) | (None, _) => {
                    self.invented += 8;
                    0
                }
                (Some(byte), _) => {
                    self.at += 1;
                    *byte
                }
            };
            self.window |= u64::from(byte) << (56 - self.held);
            self.held += 8;
        }
    }

    /// The next `count` (1 to 16) bits as an index into a table.
    #[inline]
    pub(super) fn peek(&self, count: u32) -> usize {
        (self.window >> (64 - count)) as usize
    }

    /// Drops `count` of the bits held (at most 56 after a fill).
    #[inline]
    pub(super) fn drop(&mut self, count: u32) {
        self.window <<= count;
        self.held = self.held.saturating_sub(count);
    }

    /// Takes `count` (1 to 15) bits.
    #[inline]
    pub(super) fn take(&mut self, count: u32) -> i32 {
        let value = (self.window >> (64 - count)) as i32;
        self.drop(count);
        value
    }

    /// Goes past the next restart marker; none when there is none.
    pub(super) fn restart(&mut self) -> Option<()> {
        if self.overrun() {
            return None;
        }
        let rest = self.data.get(self.at..)?;
        let marker = rest.windows(2).position(|w| matches!(w, [0xff, 0xd0..=0xd7]))?;
        let at = self.at + marker + 2;
        *self = Self::from(self.data, Place { at, ..Place::default() });
        Some(())
    }

    /// Whether bits were used that are not in the file.
    pub(super) fn overrun(&self) -> bool {
        self.invented > self.held
    }
}
