//! Messages and batches of frames as bytes: `prev` and `pay.sha256` left off where they follow, zstd around the whole.
//!
//! Layout: `docs/protocol.md`, chapter Sync, "Message". Reading takes hostile bytes: memory is bounded by
//! [`MAX_CONTENT_BYTES`], every fault is a [`WireError`], and what came whole before a cut is kept.

mod elide;
mod pack;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::sync::{End, Request, Response, StreamItem};
use crate::{EntryId, Frame, MAX_HEADER_BYTES, MAX_PAYLOAD_BYTES};

/// First byte of a message: the version of this encoding.
pub const WIRE_VERSION: u8 = 1;
/// The most bytes that a message's content may have once decompressed.
pub const MAX_CONTENT_BYTES: usize = 8 * 1024 * 1024;

/// The most items that a message may have.
pub const MAX_ITEMS: usize = 16_384;

const TAG_END: u8 = 0;
const TAG_ENTRY: u8 = 1;
const TAG_KNOWN: u8 = 2;

/// Why bytes are no message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// The first byte names another version of the encoding.
    #[error("unknown version of the encoding")]
    Version,
    /// The message ends, or was cut, before its head was whole.
    #[error("the message was cut within its head")]
    Cut,
    /// More content than [`MAX_CONTENT_BYTES`].
    #[error("the message is too large")]
    TooLarge,
    /// The head or the end is not canonical JSON of the expected shape.
    #[error("the message is malformed: {0}")]
    Json(String),
    /// An item breaks a rule.
    #[error("an item of the message is malformed: {0}")]
    Item(&'static str),
    /// The message cannot be compressed or a part is too long to be written.
    #[error("the message cannot be written")]
    Unwritable,
}

/// The head of a batch of frames without a conversation.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// Encodes entries alone, as a stick carries them.
pub fn encode_frames(frames: &[Frame]) -> Result<Vec<u8>, WireError> {
    encode(&Nothing {}, frames.iter().map(Item::Entry), &Nothing {})
}

/// Decodes entries alone. False when the batch was cut: then the entries before the cut are there.
pub fn decode_frames(bytes: &[u8]) -> Result<(Vec<Frame>, bool), WireError> {
    let (_, items, end) = decode::<Nothing, Nothing>(bytes)?;
    Ok((entries_only(items)?, end.is_some()))
}

/// Encodes a request.
pub fn encode_request(request: &Request) -> Result<Vec<u8>, WireError> {
    encode(request, request.entries.iter().map(Item::Entry), &Nothing {})
}

/// Decodes a request. False when it was cut: then the entries before the cut are there, and storing them is right.
pub fn decode_request(bytes: &[u8]) -> Result<(Request, bool), WireError> {
    let (mut request, items, end) = decode::<Request, Nothing>(bytes)?;
    request.entries = entries_only(items)?;
    Ok((request, end.is_some()))
}

/// Encodes an answer.
pub fn encode_response(response: &Response) -> Result<Vec<u8>, WireError> {
    let end = response.end.ok_or(WireError::Unwritable)?;
    let items = response.items.iter().map(|item| match item {
        StreamItem::Entry(frame) => Item::Entry(frame),
        StreamItem::Known(id) => Item::Known(id),
    });
    encode(response, items, &end)
}

/// Decodes an answer. Its `end` is None when it was cut: then the items before the cut are there.
pub fn decode_response(bytes: &[u8]) -> Result<Response, WireError> {
    let (mut response, items, end) = decode::<Response, End>(bytes)?;
    response.items = items;
    response.end = end;
    Ok(response)
}

fn entries_only(items: Vec<StreamItem>) -> Result<Vec<Frame>, WireError> {
    let only = items.into_iter().map(|item| match item {
        StreamItem::Entry(frame) => Ok(frame),
        StreamItem::Known(_) => Err(WireError::Item("an id where an entry belongs")),
    });
    only.collect()
}

enum Item<'a> {
    Entry(&'a Frame),
    Known(&'a EntryId),
}

fn encode<'a>(head: &impl Serialize, items: impl Iterator<Item = Item<'a>>, end: &impl Serialize) -> Result<Vec<u8>, WireError> {
    let mut out = pack::Packer::new(WIRE_VERSION);
    let mut ids = elide::Ids::default();
    out.write(&json_block(head)?)?;
    for (n, item) in items.enumerate() {
        if n >= MAX_ITEMS {
            return Err(WireError::TooLarge);
        }
        match item {
            Item::Entry(frame) => {
                out.write(&entry_block(frame, &ids)?)?;
                ids.push(frame.id());
            }
            Item::Known(id) => {
                out.write(&[TAG_KNOWN])?;
                out.write(id.as_bytes())?;
                ids.push(*id);
            }
        }
    }
    out.write(&[TAG_END])?;
    out.write(&json_block(end)?)?;
    out.finish()
}

fn json_block(value: &impl Serialize) -> Result<Vec<u8>, WireError> {
    let json = seal::canonical::to_vec(value).map_err(|_| WireError::Unwritable)?;
    let len = u32::try_from(json.len()).map_err(|_| WireError::Unwritable)?;
    let mut out = len.to_be_bytes().to_vec();
    out.extend(json);
    Ok(out)
}

fn entry_block(frame: &Frame, ids: &elide::Ids) -> Result<Vec<u8>, WireError> {
    let unwritable = |_| WireError::Unwritable;
    let short = elide::shorten(frame, ids);
    let mut out = vec![TAG_ENTRY, short.flags];
    out.extend(short.back);
    out.extend(u16::try_from(short.header.len()).map_err(unwritable)?.to_be_bytes());
    out.extend(&short.header);
    out.extend(u8::try_from(frame.signature.len()).map_err(unwritable)?.to_be_bytes());
    out.extend(&frame.signature);
    out.extend(u32::try_from(frame.payload.len()).map_err(unwritable)?.to_be_bytes());
    out.extend(&frame.payload);
    Ok(out)
}

type Decoded<H, E> = (H, Vec<StreamItem>, Option<E>);

fn decode<H: DeserializeOwned, E: DeserializeOwned>(bytes: &[u8]) -> Result<Decoded<H, E>, WireError> {
    let (&version, packed) = bytes.split_first().ok_or(WireError::Cut)?;
    if version != WIRE_VERSION {
        return Err(WireError::Version);
    }
    let (content, whole) = pack::unpack(packed, MAX_CONTENT_BYTES)?;
    let mut cursor = Cursor(&content);
    let head = cursor.json()?.ok_or(WireError::Cut)?;
    let mut ids = elide::Ids::default();
    let mut items = Vec::new();
    let mut end = None;
    while let Some(tag) = cursor.byte() {
        let item = match tag {
            TAG_ENTRY => cursor.entry(&ids)?.map(StreamItem::Entry),
            TAG_KNOWN => cursor.id().map(StreamItem::Known),
            TAG_END => {
                end = cursor.json()?;
                if !cursor.0.is_empty() {
                    return Err(WireError::Item("bytes after the end"));
                }
                None
            }
            _ => return Err(WireError::Item("unknown tag")),
        };
        let Some(item) = item else { break };
        if items.len() >= MAX_ITEMS {
            return Err(WireError::TooLarge);
        }
        ids.push(item.id());
        items.push(item);
    }
    Ok((head, items, end.filter(|_| whole)))
}

/// What is left to read. Each method gives None when the content ends before the part does.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (part, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(part)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn byte(&mut self) -> Option<u8> {
        self.array().map(u8::from_be_bytes)
    }

    fn id(&mut self) -> Option<EntryId> {
        self.array().map(|b| EntryId(seal::Digest::from_bytes(b)))
    }

    fn json<T: DeserializeOwned>(&mut self) -> Result<Option<T>, WireError> {
        let Some(len) = self.array().map(u32::from_be_bytes) else {
            return Ok(None);
        };
        let len = usize::try_from(len).map_err(|_| WireError::TooLarge)?;
        if len > MAX_CONTENT_BYTES {
            return Err(WireError::TooLarge);
        }
        let Some(json) = self.take(len) else {
            return Ok(None);
        };
        seal::canonical::from_slice(json).map(Some).map_err(|e| WireError::Json(e.to_string()))
    }

    fn entry(&mut self, ids: &elide::Ids) -> Result<Option<Frame>, WireError> {
        let Some((short, signature, payload)) = self.entry_parts()? else {
            return Ok(None);
        };
        let header = elide::lengthen(&short, payload, ids)?;
        if header.is_empty() || header.len() > MAX_HEADER_BYTES || signature.is_empty() {
            return Err(WireError::Item("a length is out of bounds"));
        }
        Ok(Some(Frame {
            header,
            signature: signature.to_vec(),
            payload: payload.to_vec(),
        }))
    }

    #[allow(clippy::type_complexity)] // one use, read right above
    fn entry_parts(&mut self) -> Result<Option<(elide::Short, &'a [u8], &'a [u8])>, WireError> {
        let Some(flags) = self.byte() else { return Ok(None) };
        let back = if flags & elide::PREV != 0 {
            let Some(back) = self.byte() else { return Ok(None) };
            Some(back)
        } else {
            None
        };
        let Some(len) = self.array().map(u16::from_be_bytes) else {
            return Ok(None);
        };
        let Some(header) = self.take(usize::from(len)) else { return Ok(None) };
        let Some(len) = self.byte() else { return Ok(None) };
        let Some(signature) = self.take(usize::from(len)) else { return Ok(None) };
        let Some(len) = self.array().map(u32::from_be_bytes) else {
            return Ok(None);
        };
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        if len > MAX_PAYLOAD_BYTES {
            return Err(WireError::Item("a payload is over 64 KiB"));
        }
        let Some(payload) = self.take(len) else { return Ok(None) };
        let header = header.to_vec();
        Ok(Some((elide::Short { flags, back, header }, signature, payload)))
    }
}
