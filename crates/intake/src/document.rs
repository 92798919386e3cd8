//! The first page of a PDF as a picture, by a renderer in pure Rust. It opens what strangers wrote in a language with loops and nesting of
//! its own: it runs in a process of its own, under a clock.

use crate::decode::{Limits, Picture};
use crate::format::FileFormat;
use crate::reason::NoPreview;
use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::{LoadPdfError, Pdf};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{RenderCache, RenderSettings, render};
use image::RgbImage;

/// Longest side of a page's picture.
const MAX_SIDE: u32 = 4096;
/// Longest side of a page in points; PDF's own limit is 14,400 (ISO 32000-1, annex C).
const MAX_POINTS: f32 = 200_000.0;

/// Renders the first page on white, so that its longest side has `wanted` pixels.
pub(crate) fn decode(bytes: &[u8], wanted: u32, limits: &Limits) -> Result<Picture, NoPreview> {
    let pdf = Pdf::new(bytes.to_vec()).map_err(|error| match error {
        LoadPdfError::Decryption(_) => NoPreview::Locked,
        LoadPdfError::Invalid => NoPreview::Broken,
    })?;
    let page = pdf.pages().first().ok_or(NoPreview::Broken)?;
    let (width, height) = page.render_dimensions();
    let longest = width.max(height);
    // Also refuses what is no number.
    if !(width > 0.0 && height > 0.0 && longest <= MAX_POINTS) {
        return Err(NoPreview::TooLarge);
    }
    let side = wanted.clamp(64, MAX_SIDE);
    let pixels = |points: f32| (points / longest * side as f32).round().clamp(1.0, side as f32) as u16;
    let (across, down) = (pixels(width), pixels(height));
    if u64::from(across) * u64::from(down) > limits.max_pixels {
        return Err(NoPreview::TooLarge);
    }
    let settings = RenderSettings {
        x_scale: f32::from(across) / width,
        y_scale: f32::from(down) / height,
        width: Some(across),
        height: Some(down),
        bg_color: WHITE,
    };
    let drawn = render(page, &RenderCache::new(), &InterpreterSettings::default(), &settings);
    let rgb = drawn
        .data_as_u8_slice()
        .as_chunks::<4>()
        .0
        .iter()
        .flat_map(|&[red, green, blue, _]| [red, green, blue]);
    Ok(Picture::new(
        RgbImage::from_raw(across.into(), down.into(), rgb.collect()).ok_or(NoPreview::Format { format: FileFormat::Pdf })?,
        None,
        true,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A PDF of one page of `media` points, the lower half filled with red.
    fn pdf(media: (u32, u32), rotate: u32) -> Vec<u8> {
        let drawing = format!("1 0 0 rg 0 0 {} {} re f", media.0, media.1 / 2);
        let objects = [
            "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
            format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {} {}] /Rotate {rotate} /Contents 4 0 R >>",
                media.0, media.1
            ),
            format!("<< /Length {} >>\nstream\n{drawing}\nendstream", drawing.len()),
        ];
        let mut file = "%PDF-1.4\n".to_owned();
        let mut places = Vec::new();
        for (number, object) in objects.iter().enumerate() {
            places.push(file.len());
            file += &format!("{} 0 obj\n{object}\nendobj\n", number + 1);
        }
        let start = file.len();
        file += "xref\n0 5\n0000000000 65535 f \n";
        for place in places {
            file += &format!("{place:010} 00000 n \n");
        }
        file += &format!("trailer << /Size 5 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n");
        file.into_bytes()
    }

    #[test]
    fn the_first_page_is_drawn_upright_on_white() {
        let shown = decode(&pdf((200, 400), 0), 320, &Limits::default()).unwrap().pixels;
        assert_eq!(shown.dimensions(), (160, 320));
        assert_eq!((shown.get_pixel(80, 40).0, shown.get_pixel(80, 280).0), ([255, 255, 255], [255, 0, 0]));
        // Turned a quarter clockwise, what was below is on the left.
        let shown = decode(&pdf((200, 400), 90), 320, &Limits::default()).unwrap().pixels;
        assert_eq!(shown.dimensions(), (320, 160));
        assert_eq!((shown.get_pixel(40, 80).0, shown.get_pixel(280, 80).0), ([255, 0, 0], [255, 255, 255]));
    }

    #[test]
    fn a_page_of_any_size_costs_no_more_than_it_shows() {
        let shown = decode(&pdf((14_000, 7_000), 0), 1600, &Limits::default()).unwrap().pixels;
        assert_eq!(shown.dimensions(), (1600, 800));
        assert_eq!(decode(&pdf((4_000_000, 7), 0), 1600, &Limits::default()), Err(NoPreview::TooLarge));
        assert_eq!(decode(b"%PDF-1.4\nnothing", 320, &Limits::default()), Err(NoPreview::Broken));
    }
}
