//! How large a batch may be, from what the link carried before.

/// Bytes per second that got through, as a running estimate. Times are handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Goodput {
    bytes_per_second: u64,
}

impl Goodput {
    /// The smallest batch in bytes.
    pub const MIN_BATCH: u64 = 4 * 1024;
    /// The largest batch in bytes.
    pub const MAX_BATCH: u64 = 256 * 1024;
    const BATCH_SECONDS: u64 = 20;

    /// Notes a step that was done: bytes in both directions and how long it took. Steps under 1 KiB tell more about latency
    /// than about the link and are left out.
    pub fn done(&mut self, bytes: u64, millis: u64) {
        if bytes < 1024 {
            return;
        }
        let now = bytes.saturating_mul(1000) / millis.max(1);
        self.bytes_per_second = self.bytes_per_second.saturating_add(now) / 2;
    }

    /// Notes a step that was cut: the next batch is half as large.
    pub fn cut(&mut self) {
        self.bytes_per_second = (self.bytes_per_second / 2).max(1);
    }

    /// What about 20 seconds carry, within 4 and 256 KiB.
    pub fn batch_bytes(&self) -> u64 {
        let bytes = self.bytes_per_second.saturating_mul(Self::BATCH_SECONDS);
        bytes.clamp(Self::MIN_BATCH, Self::MAX_BATCH)
    }
}

impl Default for Goodput {
    /// A slow mobile link until something is known.
    fn default() -> Self {
        Self { bytes_per_second: 8 * 1024 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_twenty_seconds_within_bounds() {
        let mut link = Goodput::default();
        assert_eq!(link.batch_bytes(), 160 * 1024);
        for _ in 0..20 {
            link.done(7_700, 1_000);
        }
        assert!((7_600 * 20..=7_800 * 20).contains(&link.batch_bytes()));
        for _ in 0..20 {
            link.cut();
        }
        assert_eq!(link.batch_bytes(), Goodput::MIN_BATCH);
        for _ in 0..40 {
            link.done(10_000_000, 10);
        }
        assert_eq!(link.batch_bytes(), Goodput::MAX_BATCH);
        link.done(u64::MAX, 0);
        assert_eq!(link.batch_bytes(), Goodput::MAX_BATCH);
    }
}
