//! What this program and the process that decodes say to each other: a frame is two lengths, a head as JSON, and bytes. Neither side
//! believes a length of the other beyond what it may be.

use std::io::{self, Read, Write};

use intake::fingerprint::Fingerprint;
use intake::reason::NoPreview;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Bytes of a frame's head at most.
const MAX_HEAD: u32 = 4096;

/// How large the picture is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// For lists.
    Thumbnail,
    /// For the large view.
    Preview,
    /// For the large view, turned as the file's own metadata say.
    Upright,
    /// To be drawn on.
    Canvas,
}

/// What a process that was started on trial does instead of decoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trial {
    /// Never answers, and uses no processor.
    Hang,
    /// Never answers, and uses all of one processor.
    Spin,
    /// Takes memory until there is none.
    Eat,
    /// Ends as a crash would end it.
    Crash,
    /// Answers what no decoder answers.
    Babble,
}

/// Asks for a picture of the file whose bytes follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// How large.
    pub wanted: Wanted,
    /// Orientation by the file's metadata.
    pub orientation: Option<u8>,
    /// For tests of what happens when a decoder fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial: Option<Trial>,
}

/// What the process that decodes says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "said")]
pub enum Said {
    /// It is there and has put its limits on.
    Ready,
    /// The picture; the JPEG follows.
    Picture {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// What it looks like, in hexadecimal digits.
        fingerprint: Option<Print>,
        /// By how many decibels a regular pattern stands out.
        pattern_db: Option<u8>,
    },
    /// A picture to be drawn on; its pixels follow, three bytes for each, row by row.
    Pixels {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// There is none.
    None {
        /// Why.
        why: NoPreview,
    },
}

/// A fingerprint as JSON can hold it: as two halves, since numbers of 64 bits are not exact there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Print(u32, u32);

impl From<Fingerprint> for Print {
    fn from(Fingerprint(bits): Fingerprint) -> Self {
        let [a, b, c, d, e, f, g, h] = bits.to_be_bytes();
        Self(u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]))
    }
}

impl From<Print> for Fingerprint {
    fn from(Print(high, low): Print) -> Self {
        Self(u64::from(high) << 32 | u64::from(low))
    }
}

/// Writes a frame.
pub fn write<T: Serialize>(out: &mut impl Write, head: &T, bytes: &[u8]) -> io::Result<()> {
    let head = serde_json::to_vec(head).map_err(io::Error::other)?;
    let length = |part: &[u8]| u32::try_from(part.len()).map_err(io::Error::other);
    out.write_all(&length(&head)?.to_be_bytes())?;
    out.write_all(&length(bytes)?.to_be_bytes())?;
    out.write_all(&head)?;
    out.write_all(bytes)?;
    out.flush()
}

/// Reads a frame of at most so many bytes; none when the other side has ended before it.
pub fn read<T: DeserializeOwned>(from: &mut impl Read, most: u32) -> io::Result<Option<(T, Vec<u8>)>> {
    let mut lengths = [0; 8];
    let mut got = 0;
    while let Some(rest) = lengths.get_mut(got..).filter(|rest| !rest.is_empty()) {
        match from.read(rest) {
            Ok(0) if got == 0 => return Ok(None),
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => got += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let [a, b, c, d, e, f, g, h] = lengths;
    let head = part(from, u32::from_be_bytes([a, b, c, d]), MAX_HEAD)?;
    let bytes = part(from, u32::from_be_bytes([e, f, g, h]), most)?;
    let head = serde_json::from_slice(&head).map_err(io::Error::other)?;
    Ok(Some((head, bytes)))
}

fn part(from: &mut impl Read, len: u32, most: u32) -> io::Result<Vec<u8>> {
    if len > most {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a frame is longer than it may be"));
    }
    let mut bytes = Vec::new();
    from.by_ref().take(len.into()).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == u64::from(len) {
        Ok(bytes)
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_comes_back_and_a_long_one_is_refused_before_it_is_read() {
        let said = Said::Picture {
            width: 320,
            height: 240,
            fingerprint: Some(Fingerprint(0xfedc_ba98_7654_3210).into()),
            pattern_db: Some(27),
        };
        let mut wire = Vec::new();
        write(&mut wire, &said, b"bytes").unwrap();
        write(
            &mut wire,
            &Said::None {
                why: NoPreview::Codec { codec: *b"s263" },
            },
            &[],
        )
        .unwrap();
        let mut from = wire.as_slice();
        let (back, bytes) = read::<Said>(&mut from, 5).unwrap().unwrap();
        assert_eq!((back, bytes.as_slice()), (said, &b"bytes"[..]));
        let Said::Picture {
            fingerprint: Some(print), ..
        } = back
        else {
            panic!()
        };
        assert_eq!(Fingerprint::from(print), Fingerprint(0xfedc_ba98_7654_3210));
        assert!(matches!(
            read::<Said>(&mut from, 5),
            Ok(Some((
                Said::None {
                    why: NoPreview::Codec { .. }
                },
                _
            )))
        ));
        assert!(matches!(read::<Said>(&mut from, 5), Ok(None)));
        assert!(read::<Said>(&mut wire.as_slice(), 4).is_err());
        assert!(read::<Said>(&mut &wire[..20], 5).is_err());
        assert!(read::<Said>(&mut &b"running 0 tests in a harness"[..], 5).is_err());
    }
}
