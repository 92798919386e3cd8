//! The picture of a TIFF file, by a library: grey, RGB, RGBA and CMYK of 8 and 16 bits.

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
    let icc = decoder.get_tag_u8_vec(Tag::IccProfile).ok();
    let samples = match decoder.read_image().map_err(|e| reason(&e))? {
        DecodingResult::U8(samples) => samples,
        DecodingResult::U16(samples) => samples.iter().map(|s| s.to_be_bytes()[0]).collect(),
        _ => return Err(UNKNOWN),
    };
    let (pixels, icc): (Vec<u8>, Option<Vec<u8>>) = match colour {
        ColorType::Gray(8 | 16) => (samples.iter().flat_map(|g| [*g; 3]).collect(), None),
        ColorType::RGB(8 | 16) => (samples, icc),
        ColorType::RGBA(8 | 16) => (samples.as_chunks::<4>().0.iter().flat_map(on_white).collect(), icc),
        ColorType::CMYK(8 | 16) => (colour::of_inks(&samples, icc.as_deref()), None),
        _ => return Err(UNKNOWN),
    };
    Ok(Picture {
        pixels: RgbImage::from_raw(width, height, pixels).ok_or(NoPreview::Broken)?,
        icc,
        upright: false,
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
