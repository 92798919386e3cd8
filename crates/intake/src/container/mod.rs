//! Where each kind of file keeps its size in pixels and its metadata blocks. The blocks are found here and read elsewhere.

mod boxes;
mod ciff;
mod flir;
mod heif;
pub(crate) mod jpeg;
mod phase_one;
pub(crate) mod photoshop;
mod png;
pub(crate) mod track;
mod video;
mod webp;

pub(crate) use boxes::find;

use crate::bytes::{be16, be32, le32};
use crate::format::FileFormat;
use crate::when::LocalTime;
use std::borrow::Cow;

/// The largest metadata block that is looked at; JPEG's own limit is 64 KiB, a DNG's directory lies anywhere in the file.
const MAX_BLOCK: usize = 16 << 20;

/// What a container says: the size in pixels as stored, and the metadata blocks in it.
#[derive(Debug, Default)]
pub(crate) struct Parts<'a> {
    /// Width and height as the container gives them, before any rotation.
    pub size: Option<(u32, u32)>,
    /// A TIFF structure with Exif directories, from its byte order mark on.
    pub exif: Option<Cow<'a, [u8]>>,
    /// An XMP packet.
    pub xmp: Option<Cow<'a, [u8]>>,
    /// What did not fit into that packet.
    pub xmp_extension: Option<Vec<u8>>,
    /// What the container says outside of these blocks.
    pub own: Own,
    /// What was seen to be wrong.
    pub warnings: Vec<String>,
}

/// What a container says by itself, each value with its source.
#[derive(Debug, Default)]
pub(crate) struct Own {
    /// When the picture was taken, by its caption or by what cameras wrote before Exif; this goes before a date of digitising.
    pub original: Option<(LocalTime, &'static str)>,
    /// When the picture was taken, by what says it more exactly than Exif.
    pub exact: Option<(LocalTime, &'static str)>,
    /// When the container was made.
    pub taken: Option<(LocalTime, &'static str)>,
    /// Degrees north and east.
    pub place: Option<(f64, f64, &'static str)>,
    /// Metres above sea level, of the same source as the place.
    pub altitude_m: Option<f64>,
    /// Metres.
    pub position_error_m: Option<f64>,
    /// Maker of the device.
    pub make: Option<(String, &'static str)>,
    /// Model of the device.
    pub model: Option<(String, &'static str)>,
    /// Serial number of the device.
    pub serial: Option<(String, &'static str)>,
    /// The writing program.
    pub software: Option<(String, &'static str)>,
}

/// Opens a container. Never fails: what cannot be found is absent.
pub(crate) fn open(bytes: &[u8], format: FileFormat) -> Parts<'_> {
    match format {
        FileFormat::Jpeg => jpeg::open(bytes),
        FileFormat::Png => png::open(bytes),
        FileFormat::Webp => webp::open(bytes),
        FileFormat::Heic | FileFormat::Avif => heif::open(bytes),
        FileFormat::Tiff => Parts {
            size: phase_one::size(bytes),
            exif: Some(Cow::Borrowed(bytes)),
            ..Parts::default()
        },
        FileFormat::Mp4 | FileFormat::Mov | FileFormat::ThreeGp => video::open(bytes),
        FileFormat::Pdf => Parts::default(),
        FileFormat::Other => Parts {
            size: size_of_other(bytes),
            ..Parts::default()
        },
    }
}

/// Width and height of pictures of old formats, which hold nothing else that is wanted: GIF and BMP.
fn size_of_other(bytes: &[u8]) -> Option<(u32, u32)> {
    match bytes {
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', w0, w1, h0, h1, ..] => {
            Some((u16::from_le_bytes([*w0, *w1]).into(), u16::from_le_bytes([*h0, *h1]).into()))
        }
        // A height below zero says that the rows run downwards.
        [b'B', b'M', ..] if le32(bytes, 14)? >= 40 => Some((le32(bytes, 18)?, le32(bytes, 22)?.cast_signed().unsigned_abs())),
        _ => None,
    }
}

/// The TIFF structure in an Exif block, after whatever prefix the writer put before it: `Exif\0\0`, a whole APP1 segment, nothing.
fn tiff_in(block: &[u8]) -> Option<&[u8]> {
    let is_tiff = |b: &[u8]| match b.first_chunk::<2>() {
        Some(b"II") => b.get(2..4) == Some(&[0x2a, 0]),
        Some(b"MM") => be16(b, 2) == Some(0x2a),
        _ => false,
    };
    let found = (0..=24).find_map(|at| block.get(at..).filter(|rest| is_tiff(rest)))?;
    be32(found, 4)?;
    found.get(..found.len().min(MAX_BLOCK))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiff_is_found_behind_the_prefixes_that_writers_use() {
        let tiff = b"MM\0\x2a\0\0\0\x08";
        for prefix in [&b""[..], b"Exif\0\0", b"\xff\xe1\x12\x34Exif\0\0", b"\0\0\0\x06Exif\0\0"] {
            assert_eq!(tiff_in(&[prefix, tiff].concat()), Some(&tiff[..]));
        }
        assert_eq!(tiff_in(b"MM\0\x2a\0\0"), None);
        assert_eq!(tiff_in(b""), None);
    }
}
