//! Pictures that are drawn anew for people: upright, in sRGB, with parts made unrecognisable, and without a byte of metadata.

use crate::colour::to_srgb;
use crate::decode::{Limits, Picture, decode};
use crate::reason::NoPreview;
use crate::thumbnail::shrink;
pub use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ExtendedColorType, ImageEncoder, Rgb};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Longest side of a picture that is drawn anew, in pixels: photos of 12 MP keep all of theirs.
pub const REDRAWN_PX: u32 = 4096;

/// Blocks along the longer side of a part that is made unrecognisable. So few leave neither a face nor a number to be guessed,
/// however the picture is sharpened afterwards.
const MOST_BLOCKS: u32 = 8;

/// A rectangle of whole pixels; what of it lies outside the picture does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// Left edge.
    pub left: u32,
    /// Upper edge.
    pub top: u32,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

/// Opens a picture to draw on it: upright, at most [`REDRAWN_PX`] on its longest side.
pub fn open(bytes: &[u8], orientation: Option<u8>, limits: &Limits) -> Result<RgbImage, NoPreview> {
    let picture = decode(bytes, REDRAWN_PX, limits)?;
    catch_unwind(AssertUnwindSafe(|| upright(picture, orientation))).map_err(|_| NoPreview::DecoderFailed)?
}

fn upright(picture: Picture, orientation: Option<u8>) -> Result<RgbImage, NoPreview> {
    let Picture { pixels, icc, upright, .. } = picture;
    let mut whole = DynamicImage::ImageRgb8(to_srgb(shrink(pixels, REDRAWN_PX)?, icc.as_deref()));
    let orientation = orientation.filter(|_| !upright);
    whole.apply_orientation(orientation.and_then(Orientation::from_exif).unwrap_or(Orientation::NoTransforms));
    Ok(whole.into_rgb8())
}

/// Makes a part unrecognisable (打码): each block of it becomes its mean colour, and what was there is gone from the pixels.
pub fn blur(picture: &mut RgbImage, area: Area) {
    let (right, bottom) = (
        area.left.saturating_add(area.width).min(picture.width()),
        area.top.saturating_add(area.height).min(picture.height()),
    );
    let longer = right.saturating_sub(area.left).max(bottom.saturating_sub(area.top));
    let block = longer.div_ceil(MOST_BLOCKS).max(1);
    let step = usize::try_from(block).unwrap_or(1);
    for top in (area.top..bottom).step_by(step) {
        for left in (area.left..right).step_by(step) {
            let rows = top..top.saturating_add(block).min(bottom);
            let columns = left..left.saturating_add(block).min(right);
            let spots = || rows.clone().flat_map(|y| columns.clone().map(move |x| (x, y)));
            let mut sum = [0_u64; 3];
            let mut count = 0_u64;
            for (x, y) in spots() {
                let Rgb([red, green, blue]) = *picture.get_pixel(x, y);
                sum = [sum[0] + u64::from(red), sum[1] + u64::from(green), sum[2] + u64::from(blue)];
                count += 1;
            }
            let mean = sum.map(|channel| u8::try_from(channel / count.max(1)).unwrap_or(u8::MAX));
            for (x, y) in spots() {
                picture.put_pixel(x, y, Rgb(mean));
            }
        }
    }
}

/// The picture as a JPEG file with no metadata at all, and so without the small picture that a camera puts into its own.
pub fn jpeg(picture: &RgbImage) -> Result<Vec<u8>, NoPreview> {
    let mut jpeg = Vec::with_capacity(2 << 20);
    let encoder = JpegEncoder::new_with_quality(&mut jpeg, 92);
    encoder
        .write_image(picture.as_raw(), picture.width(), picture.height(), ExtendedColorType::Rgb8)
        .map_err(|_| NoPreview::DecoderFailed)?;
    Ok(jpeg)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stripes of one pixel, black and white, with a red column at the left.
    fn stripes(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| match (x, (x + y) % 2) {
            (0, _) => Rgb([255, 0, 0]),
            (_, 0) => Rgb([0, 0, 0]),
            _ => Rgb([255, 255, 255]),
        })
    }

    #[test]
    fn what_was_in_a_blurred_part_is_gone_and_the_rest_is_untouched() {
        let before = stripes(200, 120);
        let area = Area {
            left: 40,
            top: 20,
            width: 80,
            height: 40,
        };
        let mut after = before.clone();
        blur(&mut after, area);
        let mut colours = std::collections::BTreeSet::new();
        for (x, y, pixel) in after.enumerate_pixels() {
            let inside = (40..120).contains(&x) && (20..60).contains(&y);
            if inside {
                colours.insert(pixel.0);
                assert!((120..136).contains(&pixel.0[0]), "a grey of the mean at {x},{y}: {:?}", pixel.0);
            } else {
                assert_eq!(pixel, before.get_pixel(x, y), "{x},{y}");
            }
        }
        assert!(colours.len() <= 32, "at most 8 × 4 blocks");
    }

    #[test]
    fn a_part_outside_the_picture_and_one_of_no_size_change_nothing_else() {
        for (left, top, width, height) in [(500, 500, 10, 10), (10, 10, 0, 0), (u32::MAX, 0, 5, 5), (0, 0, u32::MAX, u32::MAX)] {
            let mut picture = stripes(30, 20);
            blur(&mut picture, Area { left, top, width, height });
            assert_eq!(picture.dimensions(), (30, 20));
            assert_eq!(picture == stripes(30, 20), width != u32::MAX, "{left} {top} {width}");
        }
    }

    #[test]
    fn a_copy_is_upright_and_says_nothing_of_its_original() {
        let original = include_bytes!("../tests/data/photos/files/pillow__hopper_orientation_6.jpg");
        let orientation = crate::metadata::read(original).orientation;
        assert_eq!(orientation, Some(6));
        let picture = open(original, orientation, &Limits::default()).unwrap();
        let stored = crate::decode::shown(original);
        assert_eq!(picture.dimensions(), (stored.height(), stored.width()));
        let copy = jpeg(&picture).unwrap();
        for trace in [&b"Exif"[..], b"http://ns.adobe.com", b"ICC_PROFILE", b"Photoshop"] {
            assert!(!copy.windows(trace.len()).any(|part| part == trace), "{trace:?}");
        }
        // One picture begins in the file, and none inside its metadata.
        assert_eq!(copy.windows(3).filter(|part| *part == b"\xff\xd8\xff").count(), 1);
        let said = crate::metadata::read(&copy);
        assert_eq!((said.taken_at, said.place, said.make, said.orientation), (None, None, None, None));
    }
}
