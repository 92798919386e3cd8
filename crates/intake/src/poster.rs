//! The first picture of a film (封面): of the codecs that telephones and cameras write. It takes what [`crate::source::film`] keeps of
//! a film: what it says about itself, and the bytes of its first complete sample.

use crate::avif;
use crate::container::find;
use crate::container::track::{self, FIRST_PICTURE, Track};
use crate::decode::{Limits, Picture, jpeg_of_a_film};
use crate::format::{FileFormat, sniff};
use crate::heic::{reason, upright};
use crate::reason::NoPreview;
use heic_rs::boxes::BoxHeader;
use heic_rs::hevc::{self, Frame};
use heic_rs::props::{colr, hvcc};
use heic_rs::{ChromaFormat, MatrixCoefficients, Nclx, Range};
use image::DynamicImage;
use image::metadata::Orientation;
use openh264::decoder::Decoder;
use openh264::formats::YUVSource;

/// Parameter sets of one film at most.
const MAX_SETS: usize = 64;

/// Decodes the first picture, turned as the film's track says.
pub(crate) fn decode(film: &[u8], limits: &Limits) -> Result<Picture, NoPreview> {
    let unknown = NoPreview::Format { format: sniff(film) };
    let track = track::pictures(film).ok_or(unknown)?;
    if u64::from(track.size.0) * u64::from(track.size.1) > limits.max_pixels {
        return Err(NoPreview::TooLarge);
    }
    // Where the film says where the sample lies, there are no such bytes.
    let sample = find(film, &FIRST_PICTURE).ok_or(if track.first.is_some() { NoPreview::Broken } else { unknown })?;
    let picture = match &track.codec {
        b"avc1" | b"avc3" => h264(&track, sample, limits),
        b"hvc1" | b"hev1" | b"dvh1" | b"dvhe" => h265(&track, sample, limits),
        b"av01" => av1(&track, sample, limits),
        b"jpeg" | b"mjpa" | b"dmb1" => motion_jpeg(sample, limits),
        _ => Err(NoPreview::Codec { codec: track.codec }),
    }?;
    let mut shown = DynamicImage::ImageRgb8(picture.pixels);
    shown.apply_orientation(Orientation::from_exif(track.orientation).unwrap_or(Orientation::NoTransforms));
    Ok(Picture {
        pixels: shown.into_rgb8(),
        upright: true,
        ..picture
    })
}

/// What the film says of its colours; else what is usual: BT.709 from 720 rows on, BT.601 below.
fn colours(track: &Track<'_>) -> Nclx {
    let said = find(track.configuration, b"colr").and_then(|payload| match colr::parse(&boxed(*b"colr", payload)) {
        Ok(colr::ColorInfo::Nclx(nclx)) => Some(nclx),
        _ => None,
    });
    let usual = if track.size.1 >= 720 {
        MatrixCoefficients::Bt709
    } else {
        MatrixCoefficients::Bt601
    };
    let nclx = said.unwrap_or(Nclx {
        matrix: usual,
        range: Range::Limited,
        ..Nclx::default()
    });
    match nclx.matrix {
        MatrixCoefficients::Unspecified | MatrixCoefficients::Other(_) => Nclx { matrix: usual, ..nclx },
        _ => nclx,
    }
}

fn boxed(boxtype: [u8; 4], payload: &[u8]) -> BoxHeader<'_> {
    BoxHeader {
        boxtype,
        payload,
        uuid: None,
        offset: 0,
    }
}

fn finished(frame: &Frame, track: &Track<'_>, limits: &Limits) -> Result<Picture, NoPreview> {
    frame.validate().map_err(|_| NoPreview::Broken)?;
    upright(frame, None, colours(track), None, &[], limits)
}

/// Profiles of H.264 with samples of eight bits and half the colours, which are all that the decoder takes (ISO 14496-10 annex A).
const PROFILES: [u8; 4] = [66, 77, 88, 100];
const START_CODE: [u8; 4] = [0, 0, 0, 1];

/// H.264, by a library in C++: it runs in a process of its own.
fn h264(track: &Track<'_>, sample: &[u8], limits: &Limits) -> Result<Picture, NoPreview> {
    let configuration = find(track.configuration, b"avcC").ok_or(NoPreview::Broken)?;
    let unit_width = usize::from(configuration.get(4).ok_or(NoPreview::Broken)? & 3) + 1;
    if !configuration.get(1).is_some_and(|profile| PROFILES.contains(profile)) {
        return Err(NoPreview::Codec { codec: track.codec });
    }
    let mut stream = Vec::with_capacity(sample.len() + 1024);
    for unit in parameter_sets(configuration).into_iter().chain(units(sample, unit_width)) {
        stream.extend(START_CODE);
        stream.extend(unit);
    }
    let mut decoder = Decoder::new().map_err(|_| NoPreview::DecoderFailed)?;
    // Many encoders promise pictures that come later: the only one is then still held back.
    if let Some(picture) = decoder.decode(&stream).map_err(|_| NoPreview::Broken)? {
        return finished(&of_planes(&picture)?, track, limits);
    }
    let held = decoder.flush_remaining().map_err(|_| NoPreview::Broken)?;
    finished(&of_planes(held.first().ok_or(NoPreview::Broken)?)?, track, limits)
}

/// The sequence and picture parameter sets of an `avcC` box (ISO 14496-15 §5.3.3).
fn parameter_sets(configuration: &[u8]) -> Vec<&[u8]> {
    let mut sets = Vec::new();
    let mut at = 5;
    for mask in [31, 255] {
        let count = configuration.get(at).map_or(0, |count| count & mask);
        at += 1;
        for _ in 0..count {
            let Some(len) = crate::bytes::be16(configuration, at).map(usize::from) else {
                return sets;
            };
            sets.extend(configuration.get(at + 2..at + 2 + len));
            at += 2 + len;
        }
    }
    sets.truncate(MAX_SETS);
    sets
}

/// The units of a sample, each behind its length.
fn units(mut rest: &[u8], width: usize) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let len = usize::try_from(crate::bytes::be_sized(rest, 0, width)?).ok()?;
        let unit = rest.get(width..width.checked_add(len)?)?;
        rest = rest.get(width + len..)?;
        Some(unit)
    })
}

fn of_planes(picture: &impl YUVSource) -> Result<Frame, NoPreview> {
    let (width, height) = picture.dimensions();
    let (across, down) = (width.div_ceil(2), height.div_ceil(2));
    let (y_stride, u_stride, v_stride) = picture.strides();
    let plane = |samples: &[u8], stride: usize, width: usize, height: usize| -> Vec<u16> {
        let rows = samples.chunks(stride.max(1)).take(height);
        rows.flat_map(|row| row.iter().take(width)).map(|sample| u16::from(*sample)).collect()
    };
    let number = |n: usize| u32::try_from(n).map_err(|_| NoPreview::Broken);
    Ok(Frame {
        width: number(width)?,
        height: number(height)?,
        bit_depth: 8,
        chroma: ChromaFormat::Yuv420,
        y: plane(picture.y(), y_stride, width, height),
        cb: plane(picture.u(), u_stride, across, down),
        cr: plane(picture.v(), v_stride, across, down),
        y_stride: number(width)?,
        c_stride: number(across)?,
    })
}

/// HEVC, by the decoder of HEIC.
fn h265(track: &Track<'_>, sample: &[u8], limits: &Limits) -> Result<Picture, NoPreview> {
    let configuration = find(track.configuration, b"hvcC").ok_or(NoPreview::Broken)?;
    let configuration = hvcc::parse(&boxed(*b"hvcC", configuration)).map_err(|e| reason(&e))?;
    let units = configuration.split_nals(sample).map_err(|e| reason(&e))?;
    let is_set = |unit: &&[u8]| unit.first().is_some_and(|first| matches!(first >> 1 & 0x3f, 32..=34));
    let mut sets = configuration.parameter_sets();
    sets.extend(units.iter().copied().filter(is_set));
    sets.truncate(MAX_SETS);
    for set in sets.iter().filter(|set| set.first().is_some_and(|first| first >> 1 & 0x3f == 33)) {
        let said = hevc::probe(&[set]).map_err(|e| reason(&e))?;
        if u64::from(said.width) * u64::from(said.height) > limits.max_pixels {
            return Err(NoPreview::TooLarge);
        }
    }
    let frame = hevc::decode_still(&sets, &units).map_err(|e| match reason(&e) {
        NoPreview::Format { .. } => NoPreview::Codec { codec: track.codec },
        other => other,
    })?;
    finished(&frame, track, limits)
}

/// AV1: the configuration holds the sequence header, which a sample may leave out.
fn av1(track: &Track<'_>, sample: &[u8], limits: &Limits) -> Result<Picture, NoPreview> {
    let header = find(track.configuration, b"av1C").and_then(|c| c.get(4..)).ok_or(NoPreview::Broken)?;
    let (frame, _) = avif::first_picture([header, sample].concat(), limits)?;
    finished(&frame, track, limits)
}

/// Motion JPEG, as cameras wrote it before telephones made films.
fn motion_jpeg(sample: &[u8], limits: &Limits) -> Result<Picture, NoPreview> {
    if sniff(sample) != FileFormat::Jpeg {
        return Err(NoPreview::Broken);
    }
    jpeg_of_a_film(sample, limits)
}
