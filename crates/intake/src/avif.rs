//! Pictures coded with AV1: in HEIF (AVIF), and the first picture of a film. The container is read by the same library as HEIC's, the
//! pixels by a port of dav1d to Rust. That port may abort the process on damaged data: it runs in a process of its own.

use crate::decode::{Limits, Picture};
use crate::format::FileFormat;
use crate::heic::{reason, upright};
use crate::reason::NoPreview;
use heic_rs::context::Context;
use heic_rs::ftyp::{Brand, FileType};
use heic_rs::hevc::Frame;
use heic_rs::{ChromaFormat, MatrixCoefficients, Nclx, Range, grid, meta};
use re_rav1d::dav1d::pixel::{MatrixCoefficients as Matrix, YUVRange};
use re_rav1d::dav1d::{Decoder, Error, Picture as Coded, PixelLayout, PlanarImageComponent as Plane, Settings};

/// Tiles of one picture at most.
const MAX_TILES: usize = 1024;
/// Times that the decoder is asked for the picture of one item.
const MAX_ROUNDS: usize = 8;
const UNKNOWN: NoPreview = NoPreview::Format { format: FileFormat::Avif };

/// Decodes the primary picture. Rotation and mirroring of the container are applied here, and only here.
pub(crate) fn decode(bytes: &[u8], limits: &Limits) -> Result<Picture, NoPreview> {
    let context = open(bytes)?;
    let primary = context.meta.primary;
    let props = context.props(primary).map_err(|e| of_avif(&e))?;
    let (width, height) = context.coded_size(primary, &props).map_err(|e| of_avif(&e))?;
    if u64::from(width) * u64::from(height) > limits.max_pixels {
        return Err(NoPreview::TooLarge);
    }
    let (frame, said) = item(&context, primary, limits)?;
    let alpha = match context.alpha_item(primary) {
        Ok(Some(id)) => item(&context, id, limits).ok().map(|(alpha, _)| alpha),
        _ => None,
    };
    let nclx = props.nclx.unwrap_or(said);
    let nclx = Nclx {
        // Readers of AVIF agree on BT.601 where the file leaves the matrix open.
        matrix: if nclx.matrix == MatrixCoefficients::Unspecified {
            MatrixCoefficients::Bt601
        } else {
            nclx.matrix
        },
        ..nclx
    };
    if matches!(nclx.matrix, MatrixCoefficients::Other(_)) {
        return Err(UNKNOWN);
    }
    let alpha = alpha.filter(|alpha| (alpha.width, alpha.height) == (frame.width, frame.height));
    upright(&frame, alpha.as_ref(), nclx, props.icc, &props.transforms, limits)
}

/// The container, as the reader of HEIC reads it once it is told that the brand is one of its own.
fn open(bytes: &[u8]) -> Result<Context<'_>, NoPreview> {
    let ftyp = FileType {
        major: Brand::Avif,
        effective: Brand::Avif,
        minor_version: 0,
        compatible_count: 0,
    };
    let meta = meta::parse(bytes).map_err(|e| of_avif(&e))?;
    Ok(Context { file: bytes, ftyp, meta })
}

/// The samples of an item, of one coded picture or of a grid of them, and what the coded data say of their colours.
fn item(context: &Context<'_>, id: u32, limits: &Limits) -> Result<(Frame, Nclx), NoPreview> {
    let Some((grid, tiles)) = context.grid(id).map_err(|e| of_avif(&e))? else {
        return coded(context, id, limits);
    };
    if tiles.len() > MAX_TILES {
        return Err(NoPreview::TooCostly);
    }
    let (mut frames, mut said, mut pixels) = (Vec::with_capacity(tiles.len()), None, 0_u64);
    for tile in tiles {
        let (frame, nclx) = coded(context, tile, limits)?;
        pixels += u64::from(frame.width) * u64::from(frame.height);
        if pixels > limits.max_pixels.saturating_mul(2) {
            return Err(NoPreview::TooLarge);
        }
        said.get_or_insert(nclx);
        frames.push(frame);
    }
    let frame = grid::compose(&grid, &frames, limits.max_pixels).map_err(|e| of_avif(&e))?;
    Ok((frame, said.unwrap_or_default()))
}

fn coded(context: &Context<'_>, id: u32, limits: &Limits) -> Result<(Frame, Nclx), NoPreview> {
    if context.meta.item(id).is_none_or(|info| &info.item_type != b"av01") {
        return Err(UNKNOWN);
    }
    let data = context.item_data(id).map_err(|e| of_avif(&e))?;
    first_picture(data.into_owned(), limits)
}

/// The first picture in a run of AV1 data units, and what these say of its colours.
pub(crate) fn first_picture(data: Vec<u8>, limits: &Limits) -> Result<(Frame, Nclx), NoPreview> {
    let mut settings = Settings::new();
    settings.set_n_threads(1);
    settings.set_max_frame_delay(1);
    settings.set_frame_size_limit(u32::try_from(limits.max_pixels).unwrap_or(u32::MAX));
    let mut decoder = Decoder::with_settings(&settings).map_err(of_data)?;
    let mut sent = decoder.send_data(data, None, None, None);
    for _ in 0..MAX_ROUNDS {
        if let Err(error) = sent
            && !error.is_again()
        {
            return Err(of_data(error));
        }
        match decoder.get_picture() {
            Ok(picture) => return frame(&picture).ok_or(NoPreview::Broken),
            Err(error) if error.is_again() => sent = decoder.send_pending_data(),
            Err(error) => return Err(of_data(error)),
        }
    }
    Err(NoPreview::Broken)
}

fn frame(picture: &Coded) -> Option<(Frame, Nclx)> {
    let (width, height) = (picture.width(), picture.height());
    let chroma = match picture.pixel_layout() {
        PixelLayout::I400 => ChromaFormat::Monochrome,
        PixelLayout::I420 => ChromaFormat::Yuv420,
        PixelLayout::I422 => ChromaFormat::Yuv422,
        PixelLayout::I444 => ChromaFormat::Yuv444,
    };
    let depth = picture.bit_depth();
    let (across, down) = chroma.chroma_size(width, height);
    let plane = |plane, width, height| samples(&picture.plane(plane), picture.stride(plane), (width, height), depth > 8);
    let (cb, cr) = match chroma {
        ChromaFormat::Monochrome => Default::default(),
        _ => (plane(Plane::U, across, down), plane(Plane::V, across, down)),
    };
    let frame = Frame {
        width,
        height,
        bit_depth: u8::try_from(depth).ok()?,
        chroma,
        y: plane(Plane::Y, width, height),
        cb,
        cr,
        y_stride: width,
        c_stride: across,
    };
    frame.validate().ok()?;
    let (matrix, matrix_code) = match picture.matrix_coefficients() {
        Matrix::Identity => (MatrixCoefficients::Identity, 0),
        Matrix::BT709 => (MatrixCoefficients::Bt709, 1),
        Matrix::Unspecified => (MatrixCoefficients::Unspecified, 2),
        Matrix::BT470BG | Matrix::ST170M => (MatrixCoefficients::Bt601, 6),
        Matrix::ST240M => (MatrixCoefficients::Smpte240m, 7),
        Matrix::BT2020NonConstantLuminance => (MatrixCoefficients::Bt2020Ncl, 9),
        _ => (MatrixCoefficients::Other(u16::MAX), u16::MAX),
    };
    let range = match picture.color_range() {
        YUVRange::Limited => Range::Limited,
        YUVRange::Full => Range::Full,
    };
    let nclx = Nclx {
        primaries: 2,
        transfer: 2,
        matrix,
        matrix_code,
        range,
    };
    Some((frame, nclx))
}

/// The samples of a plane, of one byte or of two in the order of the machine, without what pads the rows.
fn samples(plane: &[u8], stride: u32, (width, height): (u32, u32), wide: bool) -> Vec<u16> {
    let index = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
    let rows = plane.chunks(index(stride).max(1)).take(index(height));
    let mut samples = Vec::with_capacity(index(width).saturating_mul(index(height)));
    for row in rows {
        if wide {
            samples.extend(row.as_chunks::<2>().0.iter().take(index(width)).map(|pair| u16::from_ne_bytes(*pair)));
        } else {
            samples.extend(row.iter().take(index(width)).map(|sample| u16::from(*sample)));
        }
    }
    samples
}

fn of_avif(error: &heic_rs::Error) -> NoPreview {
    match reason(error) {
        NoPreview::Format { .. } => UNKNOWN,
        other => other,
    }
}

fn of_data(error: Error) -> NoPreview {
    match error {
        Error::NotEnoughMemory => NoPreview::TooLarge,
        Error::UnsupportedBitstream => UNKNOWN,
        _ => NoPreview::Broken,
    }
}
