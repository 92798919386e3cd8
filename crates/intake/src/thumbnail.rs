//! Small pictures for lists (320 px) and large views (1600 px): derived, disposable, upright.

use crate::colour::to_srgb;
use crate::decode::{Limits, Picture, decode, decode_passing};
use crate::fingerprint::Fingerprint;
use crate::reason::NoPreview;
use fast_image_resize::images::Image;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::metadata::Orientation;
use image::{DynamicImage, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Longest side of a thumbnail (缩略图) in pixels.
pub const THUMBNAIL_PX: u32 = 320;
/// Quality of a thumbnail.
const QUALITY: u8 = 78;
/// Longest side of a preview (预览) in pixels.
pub const PREVIEW_PX: u32 = 1600;

/// A small upright picture as JPEG (sRGB, no metadata).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumbnail {
    /// The JPEG file.
    pub jpeg: Vec<u8>,
    /// Width in pixels after rotation.
    pub width: u32,
    /// Height in pixels after rotation.
    pub height: u32,
    /// What it looks like; none when it shows next to nothing, and none for a preview.
    pub fingerprint: Option<Fingerprint>,
    /// By how many decibels a regular pattern stands out that lies all over a JPEG, as where a screen was photographed: below 12 of usual
    /// photos. None of small pictures, of other formats, and for a preview.
    pub pattern_db: Option<u8>,
}

/// Makes a thumbnail of at most 320 px, turned upright by the Exif orientation (1–8; anything else counts as 1), or by what
/// the container says where it says it: never by both. Every failure is a reason, and a panic of a decoder ends here.
pub fn make(bytes: &[u8], orientation: Option<u8>, limits: &Limits) -> Result<Thumbnail, NoPreview> {
    scaled(bytes, orientation, limits, THUMBNAIL_PX, QUALITY)
}

/// As [`make`], of a JPEG of which the header is at hand and the rest passes by (see [`passes`](crate::passes)); none when it has to be
/// opened whole. An error is one of `rest`.
pub fn make_passing(header: &[u8], rest: impl Read, orientation: Option<u8>, seek_pattern: bool) -> io::Result<Option<Thumbnail>> {
    let Some(picture) = decode_passing(header, rest, seek_pattern)? else {
        return Ok(None);
    };
    let made = catch_unwind(AssertUnwindSafe(|| finish(picture, orientation, THUMBNAIL_PX, QUALITY)));
    Ok(made.ok().and_then(Result::ok))
}

/// As [`make`], at most 1600 px, for the large view and for documents.
pub fn preview(bytes: &[u8], orientation: Option<u8>, limits: &Limits) -> Result<Thumbnail, NoPreview> {
    scaled(bytes, orientation, limits, PREVIEW_PX, 85)
}

/// Decodes a picture whole, without any short cut, and forgets it: what its thumbnail would cost otherwise. For benchmarks.
pub fn whole(bytes: &[u8], limits: &Limits) -> Result<(u32, u32), NoPreview> {
    decode(bytes, u32::MAX, limits).map(|picture| picture.pixels.dimensions())
}

/// Whether a HEIC file holds a picture beside the picture from which its thumbnail is made.
pub fn is_beside(bytes: &[u8]) -> bool {
    crate::heic::has_thumbnail(bytes, THUMBNAIL_PX)
}

fn scaled(bytes: &[u8], orientation: Option<u8>, limits: &Limits, longest: u32, quality: u8) -> Result<Thumbnail, NoPreview> {
    let picture = decode(bytes, longest, limits)?;
    catch_unwind(AssertUnwindSafe(|| finish(picture, orientation, longest, quality))).map_err(|_| NoPreview::DecoderFailed)?
}

fn finish(picture: Picture, orientation: Option<u8>, longest: u32, quality: u8) -> Result<Thumbnail, NoPreview> {
    let Picture {
        pixels,
        icc,
        upright,
        pattern_db,
    } = picture;
    let mut small = DynamicImage::ImageRgb8(to_srgb(shrink(pixels, longest)?, icc.as_deref()));
    let orientation = orientation.filter(|_| !upright);
    small.apply_orientation(orientation.and_then(Orientation::from_exif).unwrap_or(Orientation::NoTransforms));
    let (width, height) = (small.width(), small.height());
    let jpeg = encoded(&small, longest, quality).ok_or(NoPreview::DecoderFailed)?;
    let fingerprint = small.as_rgb8().filter(|_| longest <= THUMBNAIL_PX).and_then(Fingerprint::of);
    Ok(Thumbnail {
        jpeg,
        width,
        height,
        fingerprint,
        pattern_db,
    })
}

/// Of a thumbnail the colour is half the size, as cameras do it: it waits for its turn on slow lines. A preview is looked at closely.
fn encoded(small: &DynamicImage, longest: u32, quality: u8) -> Option<Vec<u8>> {
    let (width, height) = (u16::try_from(small.width()).ok()?, u16::try_from(small.height()).ok()?);
    let mut jpeg = Vec::with_capacity(32 << 10);
    let mut encoder = Encoder::new(&mut jpeg, quality);
    let is_thumbnail = longest <= THUMBNAIL_PX;
    encoder.set_sampling_factor(if is_thumbnail { SamplingFactor::F_2_2 } else { SamplingFactor::F_1_1 });
    encoder.encode(small.as_bytes(), width, height, ColorType::Rgb).ok()?;
    Some(jpeg)
}

/// Scales so that the longest side is at most `longest`; never enlarges.
pub(crate) fn shrink(picture: RgbImage, longest: u32) -> Result<RgbImage, NoPreview> {
    let (width, height) = picture.dimensions();
    let side = width.max(height);
    if side <= longest {
        return Ok(picture);
    }
    let fit = |n: u32| {
        u32::try_from((u64::from(n) * u64::from(longest) + u64::from(side) / 2) / u64::from(side))
            .unwrap_or(longest)
            .max(1)
    };
    let failed = |_| NoPreview::DecoderFailed;
    let source = Image::from_vec_u8(width, height, picture.into_raw(), PixelType::U8x3).map_err(|_| NoPreview::DecoderFailed)?;
    let mut target = Image::new(fit(width), fit(height), PixelType::U8x3);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
    Resizer::new().resize(&source, &mut target, &options).map_err(failed)?;
    RgbImage::from_raw(target.width(), target.height(), target.into_vec()).ok_or(NoPreview::DecoderFailed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;
    use image::codecs::jpeg::JpegEncoder;

    /// A JPEG that is red on the left half and blue on the right, `width` × `height`.
    fn halves(width: u32, height: u32) -> Vec<u8> {
        let picture = RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([255, 0, 0]) } else { Rgb([0, 0, 255]) });
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, 95).encode_image(&picture).unwrap();
        jpeg
    }

    #[test]
    fn pictures_stand_upright() {
        let (first, last) = (
            |i: &RgbImage| *i.get_pixel(2, 2),
            |i: &RgbImage| *i.get_pixel(i.width() - 3, i.height() - 3),
        );
        let red = |p: Rgb<u8>| p.0[0] > 200 && p.0[2] < 60;
        // Exif orientation 6 turns a quarter clockwise: left becomes top. 8 turns back, 3 turns half.
        for (source, side) in [(halves(640, 320), "small"), (halves(2640, 1320), "eighth")] {
            for (orientation, size, red_first) in [
                (1, (320, 160), true),
                (3, (320, 160), false),
                (6, (160, 320), true),
                (8, (160, 320), false),
            ] {
                let made = make(
                    &source,
                    Some(orientation),
                    &Limits {
                        prefer_eighth: true,
                        ..Limits::default()
                    },
                )
                .unwrap();
                assert_eq!((made.width, made.height), size, "{side} {orientation}");
                let shown = crate::decode::shown(&made.jpeg);
                assert_eq!((red(first(&shown)), red(last(&shown))), (red_first, !red_first), "{side} {orientation}");
            }
        }
    }

    #[test]
    fn nothing_is_enlarged_and_thin_pictures_keep_a_pixel() {
        let made = make(&halves(10, 6), None, &Limits::default()).unwrap();
        assert_eq!((made.width, made.height), (10, 6));
        let made = make(&halves(2000, 1), None, &Limits::default()).unwrap();
        assert_eq!((made.width, made.height), (320, 1));
    }
}
