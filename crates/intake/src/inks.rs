//! JPEG pictures of four inks (CMYK, YCCK), as presses and older programs write them.

use crate::colour;
use crate::container::jpeg::{is_frame, segments};
use crate::decode::{Limits, Picture};
use crate::reason::NoPreview;
use image::RgbImage;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// More segments than any program writes before the picture.
const MAX_SEGMENTS: usize = 20_000;

/// Whether a JPEG has four components.
pub(crate) fn has_four(bytes: &[u8]) -> bool {
    let frame = segments(bytes).take(MAX_SEGMENTS).find(|s| is_frame(s.marker));
    frame.is_some_and(|s| s.body.get(5) == Some(&4))
}

/// Decodes a picture of four inks to sRGB, by the profile of the press where the file has one.
pub(crate) fn decode(bytes: &[u8], icc: Option<&[u8]>, limits: &Limits) -> Result<Picture, NoPreview> {
    let options = DecoderOptions::default()
        .set_strict_mode(false)
        .set_max_width(usize::MAX)
        .set_max_height(usize::MAX);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|_| NoPreview::Broken)?;
    let stored = decoder.input_colorspace().ok_or(NoPreview::Broken)?;
    decoder.set_options(options.jpeg_set_out_colorspace(stored));
    let (width, height) = decoder.dimensions().ok_or(NoPreview::Broken)?;
    let size = decoder.output_buffer_size().ok_or(NoPreview::Broken)?;
    if size as u64 > limits.max_decoded_bytes || size != width.saturating_mul(height).saturating_mul(4) {
        return Err(NoPreview::TooLarge);
    }
    let mut inks = decoder.decode().map_err(|_| NoPreview::Broken)?;
    let adobe = segments(bytes)
        .take(MAX_SEGMENTS)
        .any(|s| s.marker == 0xee && s.body.starts_with(b"Adobe"));
    for pixel in inks.as_chunks_mut::<4>().0 {
        *pixel = match (stored, adobe, *pixel) {
            // Adobe's programs write every ink inverted, and say so by their segment.
            (ColorSpace::YCCK, _, [y, cb, cr, black]) => {
                let [cyan, magenta, yellow] = of_luma(y, cb, cr);
                [cyan, magenta, yellow, 255 - black]
            }
            (_, true, inverted) => inverted.map(|ink| 255 - ink),
            (_, false, inks) => inks,
        };
    }
    let (width, height) = (
        u32::try_from(width).map_err(|_| NoPreview::TooLarge)?,
        u32::try_from(height).map_err(|_| NoPreview::TooLarge)?,
    );
    Ok(Picture::new(
        RgbImage::from_raw(width, height, colour::of_inks(&inks, icc)).ok_or(NoPreview::Broken)?,
        None,
        false,
    ))
}

/// JFIF's colour conversion. Its result stands for the inverted inks inverted once more: the inks themselves.
fn of_luma(y: u8, cb: u8, cr: u8) -> [u8; 3] {
    let (y, cb, cr) = (i32::from(y), i32::from(cb) - 128, i32::from(cr) - 128);
    let clamp = |v: i32| u8::try_from(v.clamp(0, 255)).unwrap_or(0);
    [
        clamp(y + ((91_881 * cr + 32_768) >> 16)),
        clamp(y + ((-22_554 * cb - 46_802 * cr + 32_768) >> 16)),
        clamp(y + ((116_130 * cb + 32_768) >> 16)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::thumbnail;

    /// Bits as a JPEG's scan holds them.
    #[derive(Default)]
    struct Bits(Vec<u8>, u32, u32);

    impl Bits {
        fn put(&mut self, value: u32, count: u32) {
            for bit in (0..count).rev() {
                self.1 = self.1 << 1 | (value >> bit & 1);
                self.2 += 1;
                if self.2 == 8 {
                    self.0.push(self.1 as u8);
                    if self.1 == 0xff {
                        self.0.push(0);
                    }
                    (self.1, self.2) = (0, 0);
                }
            }
        }
    }

    /// A JPEG of 16 × 16 pixels whose four components have one value each.
    fn jpeg(values: [u8; 4], adobe: Option<u8>) -> Vec<u8> {
        let segment = |marker: u8, body: &[u8]| [&[0xff, marker][..], &(body.len() as u16 + 2).to_be_bytes(), body].concat();
        let mut file = vec![0xff, 0xd8];
        if let Some(transform) = adobe {
            file.extend(segment(0xee, &[b"Adobe\0\x64\0\0\0\0", &[transform][..]].concat()));
        }
        file.extend(segment(0xdb, &[&[0][..], &[1; 64]].concat()));
        let components: Vec<u8> = (1..=4).flat_map(|id| [id, 0x11, 0]).collect();
        file.extend(segment(0xc0, &[&[8, 0, 16, 0, 16, 4][..], &components].concat()));
        // Sizes 0 to 11 of the DC difference have codes of four bits; the end of a block has one bit.
        let dc: Vec<u8> = [&[0x00, 0, 0, 0, 12][..], &[0; 12], &(0..12).collect::<Vec<u8>>()].concat();
        file.extend(segment(0xc4, &dc));
        file.extend(segment(0xc4, &[&[0x10, 1][..], &[0; 15], &[0]].concat()));
        file.extend(segment(0xda, &[4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0]));
        let mut bits = Bits::default();
        for block in 0..4 {
            for value in values {
                let difference = if block == 0 { (i32::from(value) - 128) * 8 } else { 0 };
                let size = 32 - difference.unsigned_abs().leading_zeros();
                bits.put(size, 4);
                bits.put(
                    if difference < 0 {
                        (difference + (1 << size) - 1) as u32
                    } else {
                        difference as u32
                    },
                    size,
                );
                bits.put(0, 1);
            }
        }
        bits.put(0xff, (8 - bits.2) % 8);
        file.extend(bits.0);
        file.extend([0xff, 0xd9]);
        file
    }

    fn shown(jpeg: &[u8]) -> [u8; 3] {
        assert!(has_four(jpeg));
        let made = thumbnail::make(jpeg, None, &Limits::default()).unwrap();
        image::load_from_memory(&made.jpeg).unwrap().into_rgb8().get_pixel(8, 8).0
    }

    fn near(a: [u8; 3], b: [u8; 3]) -> bool {
        a.iter().zip(b).all(|(a, b)| a.abs_diff(b) <= 3)
    }

    #[test]
    fn inks_are_told_from_inverted_inks_by_adobes_segment() {
        // Half of the cyan, no magenta, all of the yellow, a fifth of the black.
        let inks = [128, 0, 255, 51];
        let expected = [127 * 204 / 255, 204, 0].map(|v: u32| v as u8);
        assert!(near(shown(&jpeg(inks, None)), expected), "{:?}", shown(&jpeg(inks, None)));
        let inverted = inks.map(|ink| 255 - ink);
        assert!(near(shown(&jpeg(inverted, Some(0))), expected), "{:?}", shown(&jpeg(inverted, Some(0))));
        // White paper, and all of the black.
        assert!(near(shown(&jpeg([255; 4], Some(0))), [255; 3]));
        assert!(near(shown(&jpeg([255, 255, 255, 0], Some(0))), [0; 3]));
    }

    #[test]
    fn inks_behind_a_luma_are_turned_back() {
        // A luma of 60 without colour stands for three inks of 60 each, beside a black of 0.
        assert!(
            near(shown(&jpeg([60, 128, 128, 255], Some(2))), [195; 3]),
            "{:?}",
            shown(&jpeg([60, 128, 128, 255], Some(2)))
        );
    }
}
