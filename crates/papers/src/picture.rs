//! Makes any preview that decodes into a plain RGB JPEG of annex size, so that an odd file can never stop a record.

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{ImageReader, Limits};
use std::io::Cursor;

// The annex prints pictures 72 mm wide: 900 px are 317 dpi.
const LONG_SIDE_PX: u32 = 900;

/// The picture for the annex, or none when the bytes are no JPEG or PNG that decodes.
pub(crate) fn for_annex(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(20_000);
    limits.max_image_height = Some(20_000);
    limits.max_alloc = Some(512 << 20);
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    reader.limits(limits);
    let mut picture = reader.decode().ok()?;
    if picture.width().max(picture.height()) > LONG_SIDE_PX {
        picture = picture.resize(LONG_SIDE_PX, LONG_SIDE_PX, FilterType::Triangle);
    }
    // Transparency prints on white, as a viewer would show it on paper.
    let rgba = picture.to_rgba8();
    let mut rgb = image::RgbImage::new(rgba.width(), rgba.height());
    for (to, from) in rgb.pixels_mut().zip(rgba.pixels()) {
        let [r, g, b, a] = from.0;
        let on_white = |c: u8| u8::try_from((u32::from(c) * u32::from(a) + 255 * (255 - u32::from(a))) / 255).unwrap_or(255);
        to.0 = [on_white(r), on_white(g), on_white(b)];
    }
    let mut jpeg = Vec::new();
    rgb.write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, 82)).ok()?;
    Some(jpeg)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{DynamicImage, ImageFormat, RgbaImage};

    #[test]
    fn large_and_transparent_pictures_become_small_plain_jpegs() {
        let mut png = Vec::new();
        DynamicImage::from(RgbaImage::from_pixel(1800, 600, image::Rgba([0, 0, 0, 0])))
            .write_to(&mut Cursor::new(&mut png), ImageFormat::Png)
            .unwrap();
        let jpeg = for_annex(&png).unwrap();
        let back = image::load_from_memory_with_format(&jpeg, ImageFormat::Jpeg).unwrap().to_rgb8();
        assert_eq!(back.dimensions(), (900, 300));
        assert!(back.pixels().all(|p| p.0.iter().all(|&c| c > 250)));
    }

    #[test]
    fn what_does_not_decode_is_left_out() {
        assert_eq!(for_annex(b""), None);
        assert_eq!(for_annex(b"\xff\xd8\xff\xe0 no picture"), None);
    }
}
