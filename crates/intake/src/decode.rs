//! Opening pictures under limits. A picture is data from a stranger: its size is checked before a byte is decoded, and a panic of a
//! decoder is caught here and becomes a reason. What a decoder could do beyond a panic, [`apart`] says: such files are to be opened in
//! a process that may die.

use crate::container::{self, jpeg};
use crate::eighth::Eighth;
use crate::format::{FileFormat, sniff};
use crate::reason::NoPreview;
use crate::thumbnail::THUMBNAIL_PX;
use crate::{avif, document, eighth, embedded, heic, inks, pattern, poster, rows, tiff_picture};
use image::codecs::{jpeg::JpegDecoder, png::PngDecoder, webp::WebPDecoder};
use image::{DynamicImage, ImageDecoder, RgbImage};
use std::io::{self, Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What opening a picture may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most pixels of a picture that is decoded in full.
    pub max_pixels: u64,
    /// Most pixels of a JPEG that is decoded at an eighth of its size.
    pub max_pixels_eighth: u64,
    /// Most pixels of a PNG that is decoded row by row.
    pub max_pixels_in_rows: u64,
    /// Most pixels of a HEIC that is put together of tiles, smaller than it is.
    pub max_pixels_in_tiles: u64,
    /// Whether a JPEG that is large enough is decoded at an eighth of its size.
    pub prefer_eighth: bool,
    /// Most bytes of decoded picture.
    pub max_decoded_bytes: u64,
    /// Most scans of a progressive JPEG; each may cost a pass over the whole picture.
    pub max_scans: usize,
    /// Whether the thumbnail of a JPEG says what regular pattern lies all over the picture.
    pub seek_pattern: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_pixels: 64_000_000,
            max_pixels_eighth: 300_000_000,
            max_pixels_in_rows: 200_000_000,
            max_pixels_in_tiles: 300_000_000,
            prefer_eighth: true,
            max_decoded_bytes: 260_000_000,
            max_scans: 64,
            seek_pattern: true,
        }
    }
}

impl Limits {
    /// For a process that decodes one picture at a time and may die: telephones of 108 megapixels bring other formats than JPEG, too.
    pub fn apart() -> Self {
        Self {
            max_pixels: 120_000_000,
            max_decoded_bytes: 400_000_000,
            ..Self::default()
        }
    }
}

/// A decoded picture, transparent parts on white.
#[derive(Debug, PartialEq)]
pub(crate) struct Picture {
    pub pixels: RgbImage,
    /// The colour profile of the numbers.
    pub icc: Option<Vec<u8>>,
    /// Whether it stands as it is to be looked at; else the orientation of the metadata is still to be applied.
    pub upright: bool,
    /// By how many decibels a regular pattern stands out that lies all over it; none where it was not looked for.
    pub pattern_db: Option<u8>,
}

impl Picture {
    /// A picture of which nothing more is known.
    pub fn new(pixels: RgbImage, icc: Option<Vec<u8>>, upright: bool) -> Self {
        Self {
            pixels,
            icc,
            upright,
            pattern_db: None,
        }
    }
}

/// Pictures above this many pixels are decoded one at a time, so that several threads cannot add up to a gigabyte.
const ALONE_ABOVE_PIXELS: u64 = 25_000_000;
static ALONE: Mutex<()> = Mutex::new(());

/// Decodes a picture to RGB. `wanted` is the longest side that the caller needs: a JPEG that is eight times as large is
/// decoded at an eighth of its size, and a thumbnail inside the file is taken where it is large enough.
pub(crate) fn decode(bytes: &[u8], wanted: u32, limits: &Limits) -> Result<Picture, NoPreview> {
    catch_unwind(AssertUnwindSafe(|| match sniff(bytes) {
        FileFormat::Jpeg => decode_jpeg(bytes, wanted, limits).or_else(|why| instead(bytes, why, limits)),
        FileFormat::Tiff if embedded::is_raw(bytes) => instead(bytes, NoPreview::Format { format: FileFormat::Tiff }, limits),
        FileFormat::Tiff => decode_full(bytes, FileFormat::Tiff, limits).or_else(|why| instead(bytes, why, limits)),
        FileFormat::Png => decode_png(bytes, wanted, limits),
        FileFormat::Webp => decode_full(bytes, FileFormat::Webp, limits),
        FileFormat::Heic => {
            let _alone = alone(pixels_of(bytes, FileFormat::Heic).map_or(0, |(pixels, _)| pixels));
            heic::decode(bytes, wanted, limits)
        }
        FileFormat::Avif => avif::decode(bytes, limits),
        FileFormat::Pdf => document::decode(bytes, wanted, limits),
        FileFormat::Mp4 | FileFormat::Mov | FileFormat::ThreeGp => poster::decode(bytes, limits),
        FileFormat::Other => Err(NoPreview::Format { format: FileFormat::Other }),
    }))
    .map_err(|_| NoPreview::DecoderFailed)?
}

/// Whether a file is to be opened in a process of its own. In this one stay the formats whose decoders are small and in safe Rust, as
/// long as their pictures need little memory: they are nearly all that telephones and cameras bring.
pub fn apart(bytes: &[u8]) -> bool {
    match sniff(bytes) {
        format @ (FileFormat::Jpeg | FileFormat::Png | FileFormat::Webp) => {
            pixels_of(bytes, format).is_some_and(|(pixels, _)| pixels > ALONE_ABOVE_PIXELS)
        }
        FileFormat::Other => false,
        _ => true,
    }
}

/// Where the scan of a JPEG begins of which a small picture is made while it passes by: its header is all that need be at hand. None for
/// other files, and while the header is not whole.
pub fn passes(head: &[u8]) -> Option<usize> {
    let begins = eighth::scan_begins(head).filter(|_| sniff(head) == FileFormat::Jpeg)?;
    let (pixels, longest) = pixels_of(head, FileFormat::Jpeg)?;
    (pixels <= ALONE_ABOVE_PIXELS && longest / 8 >= THUMBNAIL_PX).then_some(begins)
}

/// As [`decode`], of a file that [`passes`]; none when it has to be opened whole.
pub(crate) fn decode_passing(header: &[u8], rest: impl Read, seek_pattern: bool) -> io::Result<Option<Picture>> {
    let decoded = || Ok(eighth::decode_passing(header, rest, seek_pattern)?.map(|read| of_eighth(read, header)));
    catch_unwind(AssertUnwindSafe(decoded)).unwrap_or(Ok(None))
}

fn of_eighth(read: Eighth, header: &[u8]) -> Picture {
    Picture {
        pixels: read.pixels,
        icc: jpeg::colour_profile(header),
        upright: false,
        pattern_db: read.patches.and_then(|patches| pattern::of(&patches)),
    }
}

/// What a file shows in place of a picture that is too large to open, or of a kind that is not opened: the largest JPEG inside.
/// A damaged picture is not replaced: what is shown would not be what is in the file.
fn instead(bytes: &[u8], why: NoPreview, limits: &Limits) -> Result<Picture, NoPreview> {
    if matches!(why, NoPreview::Broken | NoPreview::DecoderFailed) {
        return Err(why);
    }
    let parts = container::open(bytes, sniff(bytes));
    let Some(block) = parts.exif else { return Err(why) };
    let shown = embedded::jpegs(&block).into_iter().find_map(|jpeg| decode_jpeg(jpeg, 0, limits).ok());
    shown.ok_or(why)
}

/// Lets large pictures through one at a time.
fn alone(pixels: u64) -> Option<MutexGuard<'static, ()>> {
    (pixels > ALONE_ABOVE_PIXELS).then(|| ALONE.lock().unwrap_or_else(PoisonError::into_inner))
}

fn pixels_of(bytes: &[u8], format: FileFormat) -> Option<(u64, u32)> {
    let (width, height) = container::open(bytes, format).size.filter(|(w, h)| *w > 0 && *h > 0)?;
    Some((u64::from(width) * u64::from(height), width.max(height)))
}

fn decode_jpeg(bytes: &[u8], wanted: u32, limits: &Limits) -> Result<Picture, NoPreview> {
    let (pixels, longest) = pixels_of(bytes, FileFormat::Jpeg).ok_or(NoPreview::Broken)?;
    let full = pixels <= limits.max_pixels;
    let seek = limits.seek_pattern && (1..=THUMBNAIL_PX).contains(&wanted);
    let _alone = alone(pixels);
    if pixels <= limits.max_pixels_eighth && (!full || limits.prefer_eighth && wanted > 0 && longest / 8 >= wanted) {
        // What is too large for the full decoder is better shown roughly than not at all.
        let rough = || {
            let pixels = (!full).then(|| eighth::decode_roughly(bytes)).flatten()?;
            Some(Eighth { pixels, patches: None })
        };
        let decoded = || Some(of_eighth(eighth::decode_with(bytes, seek).or_else(rough)?, bytes));
        let decoded = catch_unwind(AssertUnwindSafe(decoded)).map_err(|_| NoPreview::DecoderFailed)?;
        if let Some(picture) = decoded {
            return Ok(picture);
        }
    }
    if !full {
        return Err(NoPreview::TooLarge);
    }
    if scans(bytes) > limits.max_scans {
        return Err(NoPreview::TooCostly);
    }
    let icc = jpeg::colour_profile(bytes);
    if inks::has_four(bytes) {
        return inks::decode(bytes, icc.as_deref(), limits);
    }
    let picture = open(JpegDecoder::new(Cursor::new(bytes)), FileFormat::Jpeg, limits)?;
    let pattern_db = if seek { pattern::of_pixels(&picture.pixels) } else { None };
    Ok(Picture { icc, pattern_db, ..picture })
}

/// A PNG in full, or row by row where that would be too much.
fn decode_png(bytes: &[u8], wanted: u32, limits: &Limits) -> Result<Picture, NoPreview> {
    let (pixels, longest) = pixels_of(bytes, FileFormat::Png).ok_or(NoPreview::Broken)?;
    if pixels > ALONE_ABOVE_PIXELS && wanted > 0 && longest / 2 >= wanted && pixels <= limits.max_pixels_in_rows {
        let _alone = alone(pixels);
        match rows::decode(bytes, wanted, limits) {
            Err(NoPreview::TooLarge) => {}
            decoded => return decoded,
        }
    }
    decode_full(bytes, FileFormat::Png, limits)
}

/// A JPEG that another file is made of, in full.
pub(crate) fn jpeg_of_a_film(bytes: &[u8], limits: &Limits) -> Result<Picture, NoPreview> {
    decode_jpeg(bytes, 0, limits)
}

fn decode_full(bytes: &[u8], format: FileFormat, limits: &Limits) -> Result<Picture, NoPreview> {
    let pixels = pixels_of(bytes, format).map(|(pixels, _)| pixels);
    if pixels.is_none() && format != FileFormat::Tiff {
        return Err(NoPreview::Broken);
    }
    let pixels = pixels.unwrap_or(0);
    if pixels > limits.max_pixels {
        return Err(NoPreview::TooLarge);
    }
    let _alone = alone(pixels);
    let cursor = Cursor::new(bytes);
    match format {
        FileFormat::Png => open(PngDecoder::with_limits(cursor, image_limits(limits)), format, limits),
        FileFormat::Webp => open(WebPDecoder::new(cursor), format, limits),
        _ => tiff_picture::decode(bytes, limits),
    }
}

fn open(decoder: image::ImageResult<impl ImageDecoder>, format: FileFormat, limits: &Limits) -> Result<Picture, NoPreview> {
    let mut decoder = decoder.map_err(|e| reason(&e, format))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > limits.max_pixels || decoder.total_bytes() > limits.max_decoded_bytes {
        return Err(NoPreview::TooLarge);
    }
    decoder.set_limits(image_limits(limits)).map_err(|e| reason(&e, format))?;
    let icc = decoder.icc_profile().ok().flatten();
    let picture = DynamicImage::from_decoder(decoder).map_err(|e| reason(&e, format))?;
    let pixels = if picture.color().has_alpha() {
        on_white(&picture)
    } else {
        picture.into_rgb8()
    };
    Ok(Picture::new(pixels, icc, false))
}

fn image_limits(limits: &Limits) -> image::Limits {
    let mut own = image::Limits::default();
    own.max_alloc = Some(limits.max_decoded_bytes);
    own
}

fn reason(error: &image::ImageError, format: FileFormat) -> NoPreview {
    match error {
        image::ImageError::Limits(_) => NoPreview::TooLarge,
        image::ImageError::Unsupported(_) => NoPreview::Format { format },
        _ => NoPreview::Broken,
    }
}

fn on_white(picture: &DynamicImage) -> RgbImage {
    let source = picture.to_rgba8();
    let mut flat = RgbImage::new(source.width(), source.height());
    for (to, from) in flat.pixels_mut().zip(source.pixels()) {
        let [red, green, blue, alpha] = from.0.map(u32::from);
        let blend = |c: u32| u8::try_from((c * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX);
        to.0 = [blend(red), blend(green), blend(blue)];
    }
    flat
}

/// The number of start-of-scan markers; in entropy-coded data 0xff is always followed by a zero, so no false ones there.
fn scans(bytes: &[u8]) -> usize {
    bytes.windows(2).filter(|w| *w == [0xff, 0xda]).count()
}

/// A JPEG as a test looks at it.
#[cfg(test)]
pub(crate) fn shown(jpeg: &[u8]) -> RgbImage {
    let limits = Limits {
        prefer_eighth: false,
        ..Limits::default()
    };
    decode(jpeg, 0, &limits).map(|picture| picture.pixels).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A PNG header that claims `width` × `height` and holds no picture.
    fn bomb(width: u32, height: u32) -> Vec<u8> {
        let mut png = vec![0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a];
        let mut chunk = b"IHDR".to_vec();
        chunk.extend_from_slice(&width.to_be_bytes());
        chunk.extend_from_slice(&height.to_be_bytes());
        chunk.extend_from_slice(&[8, 6, 0, 0, 0]);
        let mut crc = flate2::Crc::new();
        crc.update(&chunk);
        png.extend_from_slice(&13_u32.to_be_bytes());
        png.extend_from_slice(&chunk);
        png.extend_from_slice(&crc.sum().to_be_bytes());
        png
    }

    #[test]
    fn a_bomb_is_refused_before_a_byte_is_decoded() {
        let limits = Limits::default();
        assert_eq!(decode(&bomb(u32::MAX, u32::MAX), 320, &limits), Err(NoPreview::TooLarge));
        assert_eq!(decode(&bomb(50_000, 50_000), 320, &limits), Err(NoPreview::TooLarge));
        assert_eq!(decode(&bomb(0, 5), 320, &limits), Err(NoPreview::Broken));
        assert_eq!(decode(&bomb(5, 5), 320, &limits), Err(NoPreview::Broken));
    }

    #[test]
    fn a_jpeg_of_endless_scans_is_refused() {
        let mut jpeg = Vec::new();
        image::codecs::jpeg::JpegEncoder::new(&mut jpeg)
            .encode_image(&RgbImage::new(40, 40))
            .unwrap();
        assert!(decode(&jpeg, 320, &Limits::default()).is_ok());
        jpeg.extend([0xff, 0xda].repeat(1000));
        assert_eq!(decode(&jpeg, 320, &Limits::default()), Err(NoPreview::TooCostly));
    }
}
