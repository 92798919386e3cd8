//! The picture of a TIFF file, by a library: black and white and grey, RGB, RGBA, CMYK of 8 and 16 bits, and what a JPEG in it holds.

use crate::colour::{self, on_white};
use crate::decode::{Limits, Picture};
use crate::format::FileFormat;
use crate::reason::NoPreview;
use image::RgbImage;
use std::io::Cursor;
use tiff::decoder::{Decoder, DecodingResult};
use tiff::tags::Tag;
use tiff::{ColorType, TiffError};

/// A larger colour profile is none.
const MAX_PROFILE: usize = 2 << 20;

/// Decodes the first picture of the file.
pub(crate) fn decode(bytes: &[u8], limits: &Limits) -> Result<Picture, NoPreview> {
    let most = usize::try_from(limits.max_decoded_bytes).unwrap_or(usize::MAX);
    let mut own = tiff::decoder::Limits::default();
    own.decoding_buffer_size = most;
    own.intermediate_buffer_size = most;
    own.ifd_value_size = MAX_PROFILE;
    let mut decoder = Decoder::new(Cursor::new(bytes)).map_err(|e| reason(&e))?.with_limits(own);
    let (width, height) = decoder.dimensions().map_err(|e| reason(&e))?;
    if u64::from(width) * u64::from(height) > limits.max_pixels {
        return Err(NoPreview::TooLarge);
    }
    let colour = decoder.colortype().map_err(|e| reason(&e))?;
    // Bits that stand in their bytes the other way round, the library does not turn.
    if matches!(colour, ColorType::Gray(..8)) && decoder.find_tag_unsigned::<u16>(Tag::FillOrder).ok().flatten() == Some(2) {
        return Err(UNKNOWN);
    }
    let icc = decoder.get_tag_u8_vec(Tag::IccProfile).ok();
    let samples = match decoder.read_image().map_err(|e| reason(&e))? {
        DecodingResult::U8(samples) => samples,
        DecodingResult::U16(samples) => samples.iter().map(|s| s.to_be_bytes()[0]).collect(),
        _ => return Err(UNKNOWN),
    };
    let (pixels, icc): (Vec<u8>, Option<Vec<u8>>) = match colour {
        ColorType::Gray(bits @ (1 | 2 | 4)) => (spread(&samples, bits, width).flat_map(|g| [g; 3]).collect(), None),
        ColorType::YCbCr(8) => (samples.as_chunks::<3>().0.iter().flat_map(colour::of_luma).collect(), icc),
        ColorType::Gray(8 | 16) => (samples.iter().flat_map(|g| [*g; 3]).collect(), None),
        ColorType::RGB(8 | 16) => (samples, icc),
        ColorType::RGBA(8 | 16) => (samples.as_chunks::<4>().0.iter().flat_map(on_white).collect(), icc),
        ColorType::CMYK(8 | 16) => (colour::of_inks(&samples, icc.as_deref()), None),
        _ => return Err(UNKNOWN),
    };
    Ok(Picture::new(
        RgbImage::from_raw(width, height, pixels).ok_or(NoPreview::Broken)?,
        icc,
        false,
    ))
}

/// Samples of fewer bits than a byte, each row from a byte on, as bytes from black to white.
fn spread(rows: &[u8], bits: u8, width: u32) -> impl Iterator<Item = u8> {
    let width = usize::try_from(width).unwrap_or(usize::MAX);
    let most = (1_u16 << bits) - 1;
    let in_row = width.saturating_mul(bits.into()).div_ceil(8).max(1);
    rows.chunks(in_row).flat_map(move |row| {
        let samples = row
            .iter()
            .flat_map(move |byte| (1..=8 / bits).map(move |n| u16::from(*byte) >> (8 - n * bits) & most));
        samples
            .take(width)
            .map(move |sample| u8::try_from(sample * 255 / most).unwrap_or(u8::MAX))
    })
}

const UNKNOWN: NoPreview = NoPreview::Format { format: FileFormat::Tiff };

fn reason(error: &TiffError) -> NoPreview {
    match error {
        TiffError::LimitsExceeded => NoPreview::TooLarge,
        TiffError::UnsupportedError(_) => UNKNOWN,
        _ => NoPreview::Broken,
    }
}
