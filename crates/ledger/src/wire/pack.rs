//! zstd around a message, with limits on what a reader unpacks.

use std::io::{Read as _, Write as _};

use super::{MAX_CONTENT_BYTES, WireError};

/// Worth its time at 7.7 kB/s; a batch is at most a few hundred kilobytes.
const LEVEL: i32 = 9;
/// Window of at most 8 MiB.
const WINDOW_LOG_MAX: u32 = 23;
/// A cut loses at most this much content.
const FLUSH_BYTES: usize = 32 * 1024;

/// Collects a message's content and compresses it in blocks that can be read without the ones after.
pub(super) struct Packer {
    version: u8,
    content: Vec<u8>,
}

impl Packer {
    pub(super) fn new(version: u8) -> Self {
        Self {
            version,
            content: Vec::new(),
        }
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), WireError> {
        self.content.extend(bytes);
        if self.content.len() > MAX_CONTENT_BYTES {
            return Err(WireError::TooLarge);
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<Vec<u8>, WireError> {
        let mut encoder = zstd::stream::write::Encoder::new(vec![self.version], LEVEL).map_err(io)?;
        encoder.include_checksum(true).map_err(io)?;
        // The size is told ahead, so that a short message does not cost the tables of a long one.
        let size = u64::try_from(self.content.len()).map_err(|_| WireError::TooLarge)?;
        encoder.set_pledged_src_size(Some(size)).map_err(io)?;
        for block in self.content.chunks(FLUSH_BYTES) {
            encoder.write_all(block).map_err(io)?;
            encoder.flush().map_err(io)?;
        }
        encoder.finish().map_err(io)
    }
}

/// Decompresses as much as came whole. False when the bytes end too early or are damaged.
pub(super) fn unpack(packed: &[u8], limit: usize) -> Result<(Vec<u8>, bool), WireError> {
    let mut decoder = zstd::stream::read::Decoder::with_buffer(packed).map_err(io)?.single_frame();
    decoder.window_log_max(WINDOW_LOG_MAX).map_err(io)?;
    let mut content = Vec::new();
    let mut part = vec![0; FLUSH_BYTES];
    loop {
        match decoder.read(&mut part) {
            Ok(0) => {
                let rest = decoder.finish();
                return Ok((content, rest.is_empty()));
            }
            Ok(n) => content.extend(part.iter().take(n)),
            Err(_) => return Ok((content, false)),
        }
        if content.len() > limit {
            return Err(WireError::TooLarge);
        }
    }
}

fn io(_: std::io::Error) -> WireError {
    WireError::Unwritable
}
