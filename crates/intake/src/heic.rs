//! Pictures coded with HEVC in HEIF, by a decoder in pure Rust: the thumbnail that the camera put beside the picture where
//! that is large enough, else the picture itself. Rotation and mirroring of the container are applied here, and only here.

use crate::colour::{on_white, profile_of};
use crate::decode::{Limits, Picture};
use crate::format::FileFormat;
use crate::reason::NoPreview;
use crate::sps;
use heic_rs::context::Context;
use heic_rs::hevc::Frame;
use heic_rs::meta::iref::RefKind;
use heic_rs::{DecodeOptions, Error, Image, MatrixCoefficients, Mirror, Nclx, PixelLayout, Range, Transform, color, hevc, transform};
use image::{RgbImage, imageops};

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
    let pixels = u64::from(size.0) * u64::from(size.1);
    let too_large = pixels > limits.max_pixels;
    let icc = context
        .icc(&props)
        .map(<[u8]>::to_vec)
        .or_else(|| profile_of(colours(&context, primary).primaries));
    let alpha = context.alpha_item(primary).ok().flatten();
    // What is transparent shows in the picture alone.
    let small = |least| thumbnail(&context, primary, size, least).filter(|_| too_large || alpha.is_none());
    if let Some(small) = small(wanted) {
        return picture(small, icc);
    }
    if too_large {
        let tiles = (pixels <= limits.max_pixels_in_tiles).then(|| tiled(&context, primary, size, limits.max_pixels));
        if let Some(Ok(image)) = tiles {
            return picture(turned(image, &props.transforms)?, icc);
        }
        // Any thumbnail is better than none.
        return picture(small(0).ok_or(NoPreview::TooLarge)?, icc);
    }
    let of_alpha = alpha.and_then(|alpha| coded_pixels(&context, alpha).ok()).unwrap_or(0);
    let most = limits.max_pixels.saturating_mul(2);
    if coded_pixels(&context, primary)?.saturating_add(of_alpha) > most {
        return Err(NoPreview::TooLarge);
    }
    let opaque = || tiled(&context, primary, size, most);
    let image = if alpha.is_some() {
        whole(bytes, limits).or_else(|_| opaque())
    } else {
        opaque()
    }?;
    picture(turned(within(image, size), &props.transforms)?, icc)
}

/// A picture with its transparent parts, as the library puts it together: where the container does not say what samples mean, it takes them
/// for BT.709 of limited range. Cameras make none.
fn whole(bytes: &[u8], limits: &Limits) -> Result<Image, NoPreview> {
    let options = DecodeOptions::default()
        .with_max_pixels(Some(limits.max_pixels))
        .with_layout(PixelLayout::Rgba8)
        .with_transforms(false)
        .with_threads(Some(1));
    heic_rs::decode(bytes, &options).map_err(|e| reason(&e))
}

/// A picture of one coded picture or of many, of which one at a time is held.
fn tiled(context: &Context<'_>, primary: u32, (width, height): (u32, u32), most: u64) -> Result<Image, NoPreview> {
    let nclx = colours(context, primary);
    let Some((grid, tiles)) = context.grid(primary).map_err(|e| reason(&e))? else {
        return coded(context, primary, nclx, most);
    };
    if tiles.len() as u64 != grid.tile_count() {
        return Err(NoPreview::Broken);
    }
    let pictures = tiles.iter().map(|tile| {
        let Image { width, height, data, .. } = coded(context, *tile, nclx, most)?;
        RgbImage::from_raw(width, height, data).ok_or(NoPreview::DecoderFailed)
    });
    let size = (grid.output_width.min(width), grid.output_height.min(height));
    let canvas = mosaic(size, (grid.columns, grid.rows), pictures, most)?;
    Ok(Image {
        width: canvas.width(),
        height: canvas.height(),
        data: canvas.into_raw(),
        layout: PixelLayout::Rgb8,
    })
}

/// A picture put together of tiles, row by row; all are of one size, and the last of a row or column may reach beyond the picture. One of
/// more than `most` pixels is made of tiles that are smaller by a power of two.
fn mosaic(
    (width, height): (u32, u32),
    (columns, rows): (u32, u32),
    tiles: impl Iterator<Item = Result<RgbImage, NoPreview>>,
    most: u64,
) -> Result<RgbImage, NoPreview> {
    let pixels = |step: u32| u64::from(width / step) * u64::from(height / step);
    let step = (0..8)
        .map(|power| 1 << power)
        .find(|step| pixels(*step) <= most)
        .ok_or(NoPreview::TooLarge)?;
    let mut canvas = RgbImage::new(width / step, height / step);
    let mut of_each = None;
    for (number, tile) in (0_u32..).zip(tiles) {
        let tile = tile?;
        let (w, h) = *of_each.get_or_insert(tile.dimensions());
        let covers = u64::from(w) * u64::from(columns) >= width.into() && u64::from(h) * u64::from(rows) >= height.into();
        if tile.dimensions() != (w, h) || !covers {
            return Err(NoPreview::Broken);
        }
        if w % step != 0 || h % step != 0 {
            return Err(NoPreview::TooLarge);
        }
        let (w, h) = (w / step, h / step);
        let tile = if step == 1 { tile } else { imageops::thumbnail(&tile, w, h) };
        let (column, row) = (number % columns.max(1), number / columns.max(1));
        imageops::replace(&mut canvas, &tile, i64::from(column) * i64::from(w), i64::from(row) * i64::from(h));
    }
    Ok(canvas)
}

/// One coded picture, of so many pixels at most.
fn coded(context: &Context<'_>, item: u32, nclx: Nclx, most: u64) -> Result<Image, NoPreview> {
    let decoded = || {
        let props = context.props(item)?;
        let config = props.hvcc.as_ref().ok_or(Error::MissingBox("hvcC"))?;
        let data = context.item_data(item)?;
        let frame = hevc::decode_still(&config.parameter_sets(), &config.split_nals(&data)?)?;
        frame.validate()?;
        color::convert(&frame, None, nclx, PixelLayout::Rgb8, most, Some(1))
    };
    decoded().map_err(|e| reason(&e))
}

/// What the samples of an item mean: what the container says, else what the stream says, else what is usual.
fn colours(context: &Context<'_>, item: u32) -> Nclx {
    let said = |item| context.props(item).ok().and_then(|props| props.nclx);
    let first = || Some(*context.grid(item).ok()??.1.first()?);
    let coded = first().unwrap_or(item);
    let nclx = said(item).or_else(|| said(coded)).unwrap_or_else(|| {
        let sets = context.props(coded).ok().and_then(|props| Some(props.hvcc?.parameter_sets()));
        let signal = sets.and_then(|sets| sps::signal(&sets));
        let [primaries, transfer, matrix] = signal.and_then(|signal| signal.described).unwrap_or([1, 13, 2]).map(u16::from);
        Nclx {
            primaries,
            transfer,
            matrix: MatrixCoefficients::from_code(matrix),
            matrix_code: matrix,
            range: if signal.is_some_and(|signal| signal.full_range) {
                Range::Full
            } else {
                Range::Limited
            },
        }
    });
    match nclx.matrix {
        // Readers of HEIC agree on BT.601 where nobody says.
        MatrixCoefficients::Unspecified => Nclx {
            matrix: MatrixCoefficients::Bt601,
            ..nclx
        },
        _ => nclx,
    }
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
    let mut found: Vec<(u32, u32, (u32, u32))> = Vec::new();
    for reference in context.meta.refs.iter().filter(|r| r.kind == RefKind::Thmb && r.to.contains(&primary)) {
        let props = context.props(reference.from).ok()?;
        let (w, h) = context.coded_size(reference.from, &props).ok()?;
        let same_shape = (f64::from(w) / f64::from(h) / (f64::from(width) / f64::from(height)) - 1.0).abs() < 0.05;
        if w.max(h) >= least && same_shape && u64::from(w) * u64::from(h) <= MAX_THUMBNAIL {
            found.push((w.max(h), reference.from, (w, h)));
        }
    }
    let (_, item, size) = found.into_iter().min()?;
    if coded_pixels(context, item).ok()? > MAX_THUMBNAIL {
        return None;
    }
    let image = coded(context, item, colours(context, item), MAX_THUMBNAIL).ok()?;
    let props = context.props(item).ok()?;
    // A thumbnail that says nothing of its own stands as its picture does.
    let transforms = if props.transforms.is_empty() {
        context.props(primary).ok()?.transforms
    } else {
        props.transforms
    };
    turned(within(image, size), &transforms).ok()
}

/// The part of a coded picture that the container says is the picture; the rest fills up blocks.
fn within(image: Image, (width, height): (u32, u32)) -> Image {
    let (width, height) = (width.min(image.width), height.min(image.height));
    if (width, height) == (image.width, image.height) {
        return image;
    }
    let channels = if image.layout == PixelLayout::Rgba8 { 4 } else { 3 };
    let bytes = |pixels: u32| usize::try_from(pixels).unwrap_or(usize::MAX).saturating_mul(channels);
    let rows = image
        .data
        .chunks(bytes(image.width).max(1))
        .take(usize::try_from(height).unwrap_or(usize::MAX));
    let data = rows.filter_map(|row| row.get(..bytes(width))).flatten().copied().collect();
    Image {
        width,
        height,
        data,
        ..image
    }
}

/// An image as the container says that it stands.
fn turned(image: Image, transforms: &[Transform]) -> Result<Image, NoPreview> {
    // The library names mirrors by the axis of the standard's first edition. Since its amendment, and on telephones from the beginning,
    // 0 exchanges above and below (ISO/IEC 23008-12:2022 §6.5.12).
    let turns: Vec<Transform> = transforms
        .iter()
        .map(|one| match one {
            Transform::Mirror(Mirror::LeftRight) => Transform::Mirror(Mirror::TopBottom),
            Transform::Mirror(Mirror::TopBottom) => Transform::Mirror(Mirror::LeftRight),
            other => *other,
        })
        .collect();
    transform::apply_all(image, &turns).map_err(|e| reason(&e))
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
    picture(turned(image, transforms)?, icc.map(<[u8]>::to_vec).or_else(|| profile_of(nclx.primaries)))
}

fn picture(image: Image, icc: Option<Vec<u8>>) -> Result<Picture, NoPreview> {
    let Image { width, height, data, layout } = image;
    let data = if layout == PixelLayout::Rgba8 {
        data.as_chunks::<4>().0.iter().flat_map(on_white).collect()
    } else {
        data
    };
    let pixels = RgbImage::from_raw(width, height, data).ok_or(NoPreview::DecoderFailed)?;
    Ok(Picture::new(pixels, icc, true))
}

pub(crate) fn reason(error: &Error) -> NoPreview {
    match error {
        Error::PixelLimit { .. } | Error::BoxTooLarge { .. } => NoPreview::TooLarge,
        Error::Unsupported(_) | Error::MissingBox(_) => NoPreview::Format { format: FileFormat::Heic },
        _ => NoPreview::Broken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    #[test]
    fn tiles_stand_row_by_row_and_cover_the_picture() {
        let tile = |shade: u8| Ok(RgbImage::from_pixel(4, 3, Rgb([shade; 3])));
        let six = || (1..=6).map(tile);
        let picture = mosaic((10, 5), (3, 2), six(), 50).unwrap();
        let at = |x, y| picture.get_pixel(x, y).0[0];
        assert_eq!([at(0, 0), at(7, 2), at(9, 0), at(3, 3), at(4, 4), at(9, 4)], [1, 2, 3, 4, 5, 6]);
        // Too small together, and one of another size.
        assert_eq!(mosaic((13, 5), (3, 2), six(), 99), Err(NoPreview::Broken));
        assert_eq!(mosaic((10, 7), (3, 2), six(), 99), Err(NoPreview::Broken));
        let odd = six().chain([Ok(RgbImage::new(4, 4))]);
        assert_eq!(mosaic((10, 5), (3, 3), odd, 99), Err(NoPreview::Broken));
    }

    #[test]
    fn a_picture_of_too_many_pixels_is_put_together_of_smaller_tiles() {
        let tile = |shade: u8| Ok(RgbImage::from_pixel(8, 4, Rgb([shade; 3])));
        let six = || (1..=6).map(tile);
        let picture = mosaic((20, 8), (3, 2), six(), 50).unwrap();
        assert_eq!(picture.dimensions(), (10, 4));
        let at = |x, y| picture.get_pixel(x, y).0[0];
        assert_eq!([at(0, 0), at(7, 1), at(9, 0), at(3, 3), at(4, 2), at(9, 3)], [1, 2, 3, 4, 5, 6]);
        // Tiles that do not divide, and a picture that no step makes small enough.
        assert_eq!(mosaic((20, 8), (3, 2), six(), 2), Err(NoPreview::TooLarge));
        assert_eq!(mosaic((4_000_000, 4_000_000), (3, 2), six(), 50), Err(NoPreview::TooLarge));
    }

    #[test]
    fn what_fills_up_blocks_is_cut_off() {
        let image = || Image {
            width: 3,
            height: 2,
            data: (0..18).collect(),
            layout: PixelLayout::Rgb8,
        };
        let cut = within(image(), (2, 1));
        assert_eq!((cut.width, cut.height, cut.data), (2, 1, (0..6).collect()));
        let whole = within(image(), (9, 9));
        assert_eq!((whole.width, whole.height, whole.data), (3, 2, (0..18).collect()));
    }
}
