//! Pictures coded with HEVC in HEIF, by a decoder in pure Rust: the thumbnail that the camera put beside the picture where
//! that is large enough, else the picture itself. Rotation and mirroring of the container are applied here, and only here.

use crate::colour::{on_white, profile_of};
use crate::decode::{Limits, Picture};
use crate::format::FileFormat;
use crate::reason::NoPreview;
use heic_rs::context::Context;
use heic_rs::hevc::Frame;
use heic_rs::meta::iref::RefKind;
use heic_rs::{DecodeOptions, Error, Image, Nclx, PixelLayout, Transform, color, hevc, transform};
use image::RgbImage;

/// Tiles of one picture at most; a telephone writes about fifty.
const MAX_TILES: usize = 4096;
/// A thumbnail of more pixels than this is none.
const MAX_THUMBNAIL: u64 = 4_000_000;

/// Decodes the primary picture, or a thumbnail of it whose longest side is at least `wanted`.
pub(crate) fn decode(bytes: &[u8], wanted: u32, limits: &Limits) -> Result<Picture, NoPreview> {
    let context = Context::open(bytes).map_err(|e| reason(&e))?;
    let primary = context.meta.primary;
    let props = context.props(primary).map_err(|e| reason(&e))?;
    let size = context.coded_size(primary, &props).map_err(|e| reason(&e))?;
    let too_large = u64::from(size.0) * u64::from(size.1) > limits.max_pixels;
    // Of a picture that is too large, any thumbnail is better than none.
    let least = if too_large { 0 } else { wanted };
    let primaries = props.nclx.map_or(1, |nclx| nclx.primaries);
    let icc = context.icc(&props).map(<[u8]>::to_vec).or_else(|| profile_of(primaries));
    if let Some(small) = thumbnail(&context, primary, size, least) {
        return picture(small, icc);
    }
    if too_large || coded_pixels(&context, primary)? > limits.max_pixels.saturating_mul(2) {
        return Err(NoPreview::TooLarge);
    }
    let options = DecodeOptions::default()
        .with_max_pixels(Some(limits.max_pixels))
        .with_alpha(false)
        .with_threads(Some(1));
    picture(heic_rs::decode(bytes, &options).map_err(|e| reason(&e))?, icc)
}

/// Whether the file holds a thumbnail of its primary picture whose longest side is at least `wanted`.
pub(crate) fn has_thumbnail(bytes: &[u8], wanted: u32) -> bool {
    let found = || {
        let context = Context::open(bytes).ok()?;
        let primary = context.meta.primary;
        let props = context.props(primary).ok()?;
        let size = context.coded_size(primary, &props).ok()?;
        thumbnail(&context, primary, size, wanted)
    };
    found().is_some()
}

/// The smallest thumbnail of the primary picture that is large enough and has its shape.
fn thumbnail(context: &Context<'_>, primary: u32, (width, height): (u32, u32), least: u32) -> Option<Image> {
    let mut found: Vec<(u32, u32)> = Vec::new();
    for reference in context.meta.refs.iter().filter(|r| r.kind == RefKind::Thmb && r.to.contains(&primary)) {
        let props = context.props(reference.from).ok()?;
        let (w, h) = context.coded_size(reference.from, &props).ok()?;
        let same_shape = (f64::from(w) / f64::from(h) / (f64::from(width) / f64::from(height)) - 1.0).abs() < 0.05;
        if w.max(h) >= least && same_shape && u64::from(w) * u64::from(h) <= MAX_THUMBNAIL {
            found.push((w.max(h), reference.from));
        }
    }
    let (_, item) = found.into_iter().min()?;
    let props = context.props(item).ok()?;
    let config = props.hvcc.as_ref()?;
    if coded_pixels(context, item).ok()? > MAX_THUMBNAIL {
        return None;
    }
    let data = context.item_data(item).ok()?;
    let frame = hevc::decode_still(&config.parameter_sets(), &config.split_nals(&data).ok()?).ok()?;
    frame.validate().ok()?;
    let nclx = props.nclx.unwrap_or_default();
    let image = color::convert(&frame, None, nclx, PixelLayout::Rgb8, MAX_THUMBNAIL, Some(1)).ok()?;
    // A thumbnail that says nothing of its own stands as its picture does.
    let transforms = if props.transforms.is_empty() {
        context.props(primary).ok()?.transforms
    } else {
        props.transforms
    };
    transform::apply_all(image, &transforms).ok()
}

/// Pixels that the coded pictures behind an item really have, whatever the container says of them.
fn coded_pixels(context: &Context<'_>, item: u32) -> Result<u64, NoPreview> {
    let items = match context.grid(item).map_err(|e| reason(&e))? {
        Some((_, tiles)) => tiles,
        None => vec![item],
    };
    if items.len() > MAX_TILES {
        return Err(NoPreview::TooCostly);
    }
    let mut sum = 0_u64;
    for item in items {
        let props = context.props(item).map_err(|e| reason(&e))?;
        let config = props.hvcc.as_ref().ok_or(NoPreview::Format { format: FileFormat::Heic })?;
        let info = hevc::probe(&config.parameter_sets()).map_err(|e| reason(&e))?;
        sum = sum.saturating_add(u64::from(info.width) * u64::from(info.height));
    }
    Ok(sum)
}

/// Decoded samples as a picture to be looked at: in RGB, turned as the container says, transparent parts on white.
pub(crate) fn upright(
    frame: &Frame,
    alpha: Option<&Frame>,
    nclx: Nclx,
    icc: Option<&[u8]>,
    transforms: &[Transform],
    limits: &Limits,
) -> Result<Picture, NoPreview> {
    let layout = if alpha.is_some() { PixelLayout::Rgba8 } else { PixelLayout::Rgb8 };
    let image = color::convert(frame, alpha, nclx, layout, limits.max_pixels, Some(1)).map_err(|e| reason(&e))?;
    let image = transform::apply_all(image, transforms).map_err(|e| reason(&e))?;
    picture(image, icc.map(<[u8]>::to_vec).or_else(|| profile_of(nclx.primaries)))
}

fn picture(image: Image, icc: Option<Vec<u8>>) -> Result<Picture, NoPreview> {
    let Image { width, height, data, layout } = image;
    let data = if layout == PixelLayout::Rgba8 {
        data.as_chunks::<4>().0.iter().flat_map(on_white).collect()
    } else {
        data
    };
    let pixels = RgbImage::from_raw(width, height, data).ok_or(NoPreview::DecoderFailed)?;
    Ok(Picture { pixels, icc, upright: true })
}

pub(crate) fn reason(error: &Error) -> NoPreview {
    match error {
        Error::PixelLimit { .. } | Error::BoxTooLarge { .. } => NoPreview::TooLarge,
        Error::Unsupported(_) | Error::MissingBox(_) => NoPreview::Format { format: FileFormat::Heic },
        _ => NoPreview::Broken,
    }
}
