//! A frame: the exact bytes of an entry, {header, signature, payload}, and the check that they belong together.

use std::fmt;

use seal::Digest;
use seal::keys::{PublicKey, Signature};
use serde_json::Value;

use crate::header::header_type;
use crate::{EntryError, EntryId, Header, MAX_HEADER_BYTES};

/// The longest payload in bytes; anything larger is a blob.
pub const MAX_PAYLOAD_BYTES: usize = 64 * 1024;
/// The longest signature in bytes.
pub const MAX_SIGNATURE_BYTES: usize = 255;
/// First byte of an encoded frame: the version of this encoding.
pub const FRAME_VERSION: u8 = 1;
/// The payload member that keeps a short answer from being guessed from its hash: 16 random bytes as 32 hex digits.
pub const SALT_KEY: &str = "salt";

/// The exact bytes of one entry. Nothing is ever re-serialised to be verified.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Frame {
    /// Header: canonical JSON, at most [`MAX_HEADER_BYTES`].
    pub header: Vec<u8>,
    /// The device's signature over [`seal::pae`] of the header.
    pub signature: Vec<u8>,
    /// Payload: canonical JSON, at most [`MAX_PAYLOAD_BYTES`].
    pub payload: Vec<u8>,
}

impl Frame {
    /// The entry's id, which is derived from the header bytes alone.
    pub fn id(&self) -> EntryId {
        EntryId::of_header(&self.header)
    }

    /// Encodes the frame: version byte, then header, signature and payload, each behind its length
    /// (big-endian: 2, 1 and 4 bytes).
    pub fn to_bytes(&self) -> Result<Vec<u8>, EntryError> {
        self.check_lengths()?;
        let too_long = |_| EntryError::Frame("a part is too long");
        let mut out = Vec::with_capacity(self.encoded_len());
        out.push(FRAME_VERSION);
        out.extend(u16::try_from(self.header.len()).map_err(too_long)?.to_be_bytes());
        out.extend(&self.header);
        out.extend(u8::try_from(self.signature.len()).map_err(too_long)?.to_be_bytes());
        out.extend(&self.signature);
        out.extend(u32::try_from(self.payload.len()).map_err(too_long)?.to_be_bytes());
        out.extend(&self.payload);
        Ok(out)
    }

    /// Length of [`Frame::to_bytes`] in bytes.
    pub fn encoded_len(&self) -> usize {
        8 + self.header.len() + self.signature.len() + self.payload.len()
    }

    /// Decodes exactly one frame; checks lengths only, never the content.
    pub fn parse(bytes: &[u8]) -> Result<Self, EntryError> {
        let short = EntryError::Frame("ends too early");
        let (&version, rest) = bytes.split_first().ok_or(short.clone())?;
        if version != FRAME_VERSION {
            return Err(EntryError::Frame("unknown frame version"));
        }
        let (len, rest) = rest.split_first_chunk().ok_or(short.clone())?;
        let len = usize::from(u16::from_be_bytes(*len));
        let (header, rest) = rest.split_at_checked(len).ok_or(short.clone())?;
        let (&len, rest) = rest.split_first().ok_or(short.clone())?;
        let (signature, rest) = rest.split_at_checked(usize::from(len)).ok_or(short.clone())?;
        let (len, payload) = rest.split_first_chunk().ok_or(short.clone())?;
        if usize::try_from(u32::from_be_bytes(*len)) != Ok(payload.len()) {
            return Err(EntryError::Frame("the payload's length is wrong"));
        }
        let frame = Self {
            header: header.to_vec(),
            signature: signature.to_vec(),
            payload: payload.to_vec(),
        };
        frame.check_lengths()?;
        Ok(frame)
    }

    fn check_lengths(&self) -> Result<(), EntryError> {
        if self.header.is_empty() || self.header.len() > MAX_HEADER_BYTES {
            return Err(EntryError::Frame("the header's length is out of bounds"));
        }
        if self.signature.is_empty() || self.signature.len() > MAX_SIGNATURE_BYTES {
            return Err(EntryError::Frame("the signature's length is out of bounds"));
        }
        if self.payload.len() > MAX_PAYLOAD_BYTES {
            return Err(EntryError::Frame("the payload is over 64 KiB"));
        }
        Ok(())
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frame({})", self.id())
    }
}

/// An entry whose signature and payload digest were checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified {
    /// The entry's id.
    pub id: EntryId,
    /// The header.
    pub header: Header,
    /// The payload object with its salt; null when the header's version is unknown here.
    pub payload: Value,
}

impl Verified {
    /// Whether the header's version is known, so that the payload may be read and applied.
    pub fn is_applicable(&self) -> bool {
        self.header.is_known_version()
    }
}

/// Checks one entry by itself: header, key, signature, payload digest, payload form. Its place in the chain is
/// [`crate::chain`]'s duty.
pub fn verify(frame: &Frame, key: &PublicKey) -> Result<Verified, EntryError> {
    frame.check_lengths()?;
    let header = Header::parse(&frame.header)?;
    if header.kid != key.kid() {
        return Err(EntryError::OtherKey);
    }
    let signed = seal::pae(&header_type(header.v), &frame.header);
    key.verify_strict(&signed, &Signature(frame.signature.clone()))
        .map_err(|_| EntryError::Signature)?;
    if usize::try_from(header.pay.len) != Ok(frame.payload.len()) || header.pay.sha256 != Digest::of(&frame.payload) {
        return Err(payload("not the one that the header names"));
    }
    let payload = if header.is_known_version() {
        parse_payload(&frame.payload)?
    } else {
        Value::Null
    };
    Ok(Verified {
        id: frame.id(),
        header,
        payload,
    })
}

/// Reads a payload: a canonical JSON object whose `salt` is 32 lower-case hex digits.
pub(crate) fn parse_payload(bytes: &[u8]) -> Result<Value, EntryError> {
    let value = seal::canonical::parse_canonical(bytes).map_err(|e| EntryError::Payload(e.to_string()))?;
    let salt = value.get(SALT_KEY).and_then(Value::as_str);
    let strict = |s: &str| s.len() == 32 && s.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if salt.is_some_and(strict) {
        Ok(value)
    } else {
        Err(payload("no salt of 16 bytes"))
    }
}

fn payload(reason: &str) -> EntryError {
    EntryError::Payload(reason.to_owned())
}
