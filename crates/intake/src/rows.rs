//! PNG pictures that are too large to be held: read row by row, and made smaller as they pass. What is in memory at any time is one row
//! and the small picture.

use crate::colour::on_white;
use crate::decode::{Limits, Picture};
use crate::reason::NoPreview;
use image::RgbImage;
use png::{ColorType, Decoder, DecodingError, Transformations};
use std::io::Cursor;

/// Bytes of a PNG's chunks that are held beside the pixels.
const MAX_CHUNKS: usize = 8 << 20;

/// Decodes a PNG to at least twice `wanted`, in whole steps. Interlaced pictures come in seven passes, which would all have to be held:
/// they are too large here.
pub(crate) fn decode(bytes: &[u8], wanted: u32, limits: &Limits) -> Result<Picture, NoPreview> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: MAX_CHUNKS });
    decoder.set_transformations(Transformations::normalize_to_color8());
    decoder.set_ignore_text_chunk(true);
    let mut reader = decoder.read_info().map_err(|e| reason(&e))?;
    let info = reader.info();
    let (width, height) = (info.width, info.height);
    if info.interlaced || u64::from(width) * u64::from(height) > limits.max_pixels_in_rows {
        return Err(NoPreview::TooLarge);
    }
    let icc = info.icc_profile.as_ref().map(|icc| icc.to_vec());
    let channels = match reader.output_color_type().0 {
        ColorType::Grayscale => 1,
        ColorType::GrayscaleAlpha => 2,
        ColorType::Rgb => 3,
        ColorType::Rgba => 4,
        ColorType::Indexed => return Err(NoPreview::Broken),
    };
    let step = (width.max(height) / wanted.max(1) / 2).max(1);
    let mut sums = Sums::new(width, step);
    let mut small = Vec::new();
    while let Some(row) = reader.next_row().map_err(|e| reason(&e))? {
        sums.add(row.data(), channels);
        if sums.rows == step {
            sums.put(&mut small);
        }
    }
    if sums.rows > 0 {
        sums.put(&mut small);
    }
    Ok(Picture::new(
        RgbImage::from_raw(width.div_ceil(step), height.div_ceil(step), small).ok_or(NoPreview::Broken)?,
        icc,
        false,
    ))
}

/// Sums of the pixels that become one row of the small picture.
struct Sums {
    cells: Vec<[u64; 3]>,
    width: u32,
    step: u32,
    rows: u32,
}

impl Sums {
    fn new(width: u32, step: u32) -> Self {
        let cells = usize::try_from(width.div_ceil(step)).unwrap_or(0);
        Self {
            cells: vec![[0; 3]; cells],
            width,
            step,
            rows: 0,
        }
    }

    fn add(&mut self, row: &[u8], channels: usize) {
        let step = usize::try_from(self.step).unwrap_or(1);
        for (cell, pixels) in self.cells.iter_mut().zip(row.chunks(step * channels)) {
            for pixel in pixels.chunks_exact(channels) {
                let rgb = match *pixel {
                    [grey] => [grey; 3],
                    [grey, alpha] => on_white(&[grey, grey, grey, alpha]),
                    [red, green, blue] => [red, green, blue],
                    [red, green, blue, alpha] => on_white(&[red, green, blue, alpha]),
                    _ => return,
                };
                for (sum, sample) in cell.iter_mut().zip(rgb) {
                    *sum += u64::from(sample);
                }
            }
        }
        self.rows += 1;
    }

    fn put(&mut self, small: &mut Vec<u8>) {
        let mut left = self.width;
        for cell in &mut self.cells {
            let count = u64::from(left.min(self.step)) * u64::from(self.rows);
            left = left.saturating_sub(self.step);
            small.extend(cell.map(|sum| u8::try_from((sum + count / 2) / count.max(1)).unwrap_or(u8::MAX)));
            *cell = [0; 3];
        }
        self.rows = 0;
    }
}

fn reason(error: &DecodingError) -> NoPreview {
    match error {
        DecodingError::LimitsExceeded => NoPreview::TooLarge,
        _ => NoPreview::Broken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::ZlibEncoder};
    use std::io::Write;

    /// A PNG of `width` × `height` pixels, left half red and right half blue, as a stream of rows that is never whole in memory.
    fn png(width: u32, height: u32, interlaced: bool) -> Vec<u8> {
        let chunk = |name: &[u8; 4], body: &[u8]| {
            let mut crc = flate2::Crc::new();
            crc.update(name);
            crc.update(body);
            [&(body.len() as u32).to_be_bytes()[..], name, body, &crc.sum().to_be_bytes()].concat()
        };
        let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, u8::from(interlaced)]].concat();
        let half = width as usize / 2;
        let row = [&[0][..], &[255, 0, 0].repeat(half), &[0, 0, 255].repeat(width as usize - half)].concat();
        let mut pixels = ZlibEncoder::new(Vec::new(), Compression::fast());
        (0..height).for_each(|_| pixels.write_all(&row).unwrap());
        let chunks = [chunk(b"IHDR", &head), chunk(b"IDAT", &pixels.finish().unwrap()), chunk(b"IEND", b"")];
        [b"\x89PNG\r\n\x1a\n".to_vec(), chunks.concat()].concat()
    }

    #[test]
    fn rows_become_the_mean_of_their_cells() {
        let shown = decode(&png(1001, 500, false), 100, &Limits::default()).unwrap().pixels;
        assert_eq!(shown.dimensions(), (201, 100));
        assert_eq!((shown.get_pixel(10, 50).0, shown.get_pixel(200, 99).0), ([255, 0, 0], [0, 0, 255]));
        // Two thirds of 1001 pixels end inside a cell; half of the cells' third row is the last.
        let shown = decode(&png(7, 5, false), 1, &Limits::default()).unwrap().pixels;
        assert_eq!((shown.dimensions(), shown.get_pixel(1, 0).0), ((3, 2), [0, 0, 255]));
        assert_eq!(shown.get_pixel(0, 1).0, [255, 0, 0]);
    }

    #[test]
    fn what_would_have_to_be_held_is_too_large() {
        let limits = Limits {
            max_pixels_in_rows: 1000,
            ..Limits::default()
        };
        assert_eq!(decode(&png(40, 40, false), 320, &limits), Err(NoPreview::TooLarge));
        assert_eq!(decode(&png(8, 8, true), 320, &limits), Err(NoPreview::TooLarge));
        let mut cut = png(400, 400, false);
        cut.truncate(cut.len() / 2);
        assert_eq!(decode(&cut, 20, &Limits::default()), Err(NoPreview::Broken));
    }
}
