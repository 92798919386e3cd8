//! JPEG at an eighth of its size, from the DC coefficients alone. A thumbnail needs no more, and skipping the other 63 of
//! every block halves the time of a library's scaled decode. Baseline and extended Huffman pictures of one or three
//! components (grey, YCbCr) in one scan; for everything else, and for damage, the answer is none and the full decoder takes over. Of a
//! progressive picture that no full decoder may open, the first scan alone is read: all DC coefficients, but for their last bits.
//!
//! Source of the format: ISO 10918-1 (ITU-T T.81) annexes B, C and F.

mod bits;
mod huffman;

use crate::bytes::be16;
use crate::container::jpeg::{Segment, is_frame, segments};
use bits::Bits;
use huffman::{AcTable, DcTable};
use image::{GrayImage, RgbImage};
use std::rc::Rc;

/// One component of the frame, its tables chosen by the scan.
struct Component {
    id: u8,
    across: usize,
    down: usize,
    quantiser: usize,
    tables: (usize, usize),
    plane: Vec<u8>,
    stride: usize,
}

#[derive(Default)]
struct Tables {
    /// Quantiser of the DC coefficient per table.
    quantisers: [i32; 4],
    dc: [Option<Rc<DcTable>>; 4],
    ac: [Option<Rc<AcTable>>; 4],
    restart_interval: usize,
}

/// A picture at an eighth of its size, its components not yet brought together.
struct Planes {
    width: usize,
    height: usize,
    components: Vec<Component>,
}

/// Decodes at an eighth, rounded up; none when this reader does not take the file.
pub fn decode(bytes: &[u8]) -> Option<RgbImage> {
    let read = planes(bytes, false)?;
    picture(read.width, read.height, &read.components)
}

/// As [`decode`], of progressive pictures: nearly what a full decoder would show, since their coefficients are refined later.
pub fn decode_roughly(bytes: &[u8]) -> Option<RgbImage> {
    let read = planes(bytes, true)?;
    picture(read.width, read.height, &read.components)
}

/// The brightness alone, by which decoders can be compared: libjpeg smooths colours on their way up, and rounds them otherwise.
pub fn luma(bytes: &[u8]) -> Option<GrayImage> {
    let read = planes(bytes, false)?;
    let first = read.components.first()?;
    let finest = read.components.iter().all(|c| c.across <= first.across && c.down <= first.down);
    let rows = first.plane.chunks(first.stride).take(read.height);
    let cropped: Vec<u8> = rows.flat_map(|row| row.iter().take(read.width)).copied().collect();
    GrayImage::from_raw(u32::try_from(read.width).ok()?, u32::try_from(read.height).ok()?, cropped).filter(|_| finest)
}

fn planes(bytes: &[u8], progressive: bool) -> Option<Planes> {
    let mut tables = Tables::default();
    let mut frame: Option<(usize, usize, Vec<Component>)> = None;
    for Segment { marker, body, end, .. } in segments(bytes) {
        match marker {
            0xdb => quantisers(body, &mut tables)?,
            0xc4 => huffman_tables(body, &mut tables)?,
            0xdd => tables.restart_interval = be16(body, 0)?.into(),
            0xc0 | 0xc1 if !progressive && frame.is_none() => frame = Some(frame_header(body)?),
            0xc2 if progressive && frame.is_none() => frame = Some(frame_header(body)?),
            // Adobe's segment says with 0 that three components are RGB.
            0xee if body.starts_with(b"Adobe") && body.get(11) == Some(&0) => return None,
            0xda => {
                let (width, height, mut components) = frame?;
                choose_tables(body, &mut components)?;
                let first = if progressive { Some(first_scan(body, components.len())?) } else { None };
                scan(bytes.get(end..)?, (width, height), &mut components, &tables, first)?;
                return Some(Planes {
                    width: width.div_ceil(8),
                    height: height.div_ceil(8),
                    components,
                });
            }
            marker if is_frame(marker) => return None,
            _ => {}
        }
    }
    None
}

fn quantisers(mut body: &[u8], tables: &mut Tables) -> Option<()> {
    while let Some((&head, rest)) = body.split_first() {
        let wide = head >> 4 != 0;
        let first = if wide { be16(rest, 0)?.into() } else { i32::from(*rest.first()?) };
        *tables.quantisers.get_mut(usize::from(head & 15))? = first;
        body = rest.get(if wide { 128 } else { 64 }..)?;
    }
    Some(())
}

fn huffman_tables(mut body: &[u8], tables: &mut Tables) -> Option<()> {
    while let Some((&head, rest)) = body.split_first() {
        let counts = rest.first_chunk::<16>()?;
        let total: usize = counts.iter().map(|n| usize::from(*n)).sum();
        let symbols = rest.get(16..16 + total)?;
        let slot = usize::from(head & 15);
        match head >> 4 {
            0 => *tables.dc.get_mut(slot)? = Some(huffman::dc(counts, symbols)?),
            1 => *tables.ac.get_mut(slot)? = Some(huffman::ac(counts, symbols)?),
            _ => return None,
        }
        body = rest.get(16 + total..)?;
    }
    Some(())
}

fn frame_header(body: &[u8]) -> Option<(usize, usize, Vec<Component>)> {
    let (precision, height, width) = (*body.first()?, usize::from(be16(body, 1)?), usize::from(be16(body, 3)?));
    let count = usize::from(*body.get(5)?);
    if precision != 8 || width == 0 || height == 0 || !matches!(count, 1 | 3) {
        return None;
    }
    let mut components = Vec::with_capacity(count);
    for part in body.get(6..6 + 3 * count)?.chunks_exact(3) {
        let &[id, sampling, quantiser] = part.first_chunk::<3>()?;
        let (across, down) = (usize::from(sampling >> 4), usize::from(sampling & 15));
        if !(1..=4).contains(&across) || !(1..=4).contains(&down) {
            return None;
        }
        // A single component is never interleaved: its sampling factors mean nothing (A.2.2).
        let (across, down) = if count == 1 { (1, 1) } else { (across, down) };
        components.push(Component {
            id,
            across,
            down,
            quantiser: quantiser.into(),
            tables: (0, 0),
            plane: Vec::new(),
            stride: 0,
        });
    }
    // Without Adobe's segment, components named R, G and B are just that.
    if components.iter().map(|c| c.id).eq(*b"RGB") {
        return None;
    }
    Some((width, height, components))
}

/// Takes the scan's choice of tables; none unless it holds all components in the frame's order.
fn choose_tables(body: &[u8], components: &mut [Component]) -> Option<()> {
    if usize::from(*body.first()?) != components.len() {
        return None;
    }
    for (component, part) in components.iter_mut().zip(body.get(1..)?.chunks_exact(2)) {
        let &[id, choice] = part.first_chunk::<2>()?;
        if id != component.id {
            return None;
        }
        component.tables = (usize::from(choice >> 4), usize::from(choice & 15));
    }
    Some(())
}

/// By how many bits the first scan of a progressive picture gives its DC coefficients smaller; none when it is not such a scan (G.1.1.1).
fn first_scan(body: &[u8], components: usize) -> Option<u32> {
    match body.get(1 + 2 * components..)? {
        &[0, 0, approximation, ..] if approximation < 14 => Some(approximation.into()),
        _ => None,
    }
}

/// Reads the scan: the DC difference of every block, everything else skipped. In the first scan of a progressive picture there is nothing
/// else, and its coefficients are smaller by some bits.
fn scan(data: &[u8], (width, height): (usize, usize), components: &mut [Component], tables: &Tables, first: Option<u32>) -> Option<()> {
    let across = components.iter().map(|c| c.across).max()?;
    let down = components.iter().map(|c| c.down).max()?;
    let (units_across, units_down) = (width.div_ceil(8 * across), height.div_ceil(8 * down));
    let mut chosen = Vec::with_capacity(components.len());
    for component in components.iter_mut() {
        component.stride = units_across * component.across;
        component.plane = vec![128; component.stride * units_down * component.down];
        let dc = tables.dc.get(component.tables.0)?.as_deref()?;
        let ac = if first.is_none() {
            Some(tables.ac.get(component.tables.1)?.as_deref()?)
        } else {
            None
        };
        chosen.push((dc, ac, *tables.quantisers.get(component.quantiser)? << first.unwrap_or(0)));
    }
    let mut bits = Bits::new(data);
    let mut predictions = vec![0_i32; components.len()];
    let mut left = tables.restart_interval;
    for row in 0..units_down {
        for column in 0..units_across {
            if tables.restart_interval > 0 {
                if left == 0 {
                    bits.restart()?;
                    predictions.fill(0);
                    left = tables.restart_interval;
                }
                left -= 1;
            }
            for ((component, (dc, ac, quantiser)), prediction) in components.iter_mut().zip(&chosen).zip(&mut predictions) {
                for v in 0..component.down {
                    let from = (row * component.down + v) * component.stride + column * component.across;
                    for sample in component.plane.get_mut(from..from + component.across)? {
                        *prediction = prediction.checked_add(dc.difference(&mut bits)?)?;
                        if let Some(ac) = ac {
                            ac.skip_block(&mut bits)?;
                        }
                        // The mean of the block: DC is eight times it, about 128 (A.3.3).
                        let value = (prediction.checked_mul(*quantiser)?.checked_add(4)? >> 3) + 128;
                        *sample = u8::try_from(value.clamp(0, 255)).ok()?;
                    }
                }
            }
        }
        // A file cut short would decode for ever to grey: leave it to the full decoder, which keeps what is there.
        if bits.overrun() {
            return None;
        }
    }
    Some(())
}

fn picture(width: usize, height: usize, components: &[Component]) -> Option<RgbImage> {
    let across = components.iter().map(|c| c.across).max()?;
    let down = components.iter().map(|c| c.down).max()?;
    let mut rgb = vec![0; width * height * 3];
    let mut rows = vec![vec![0; width]; components.len()];
    for (y, line) in rgb.chunks_exact_mut(width * 3).enumerate() {
        for (component, row) in components.iter().zip(&mut rows) {
            let from = component.plane.get(y * component.down / down * component.stride..)?;
            spread(from, component.across, across, row)?;
        }
        let pixels = line.as_chunks_mut::<3>().0.iter_mut();
        match rows.as_slice() {
            [luma] => pixels.zip(luma).for_each(|(pixel, y)| *pixel = [*y; 3]),
            [luma, blue, red] => {
                for (pixel, ((y, cb), cr)) in pixels.zip(luma.iter().zip(blue).zip(red)) {
                    *pixel = to_rgb((*y).into(), i32::from(*cb) - 128, i32::from(*cr) - 128);
                }
            }
            _ => return None,
        }
    }
    RgbImage::from_raw(u32::try_from(width).ok()?, u32::try_from(height).ok()?, rgb)
}

/// A component's samples along one row, `own` for every `across` pixels.
fn spread(from: &[u8], own: usize, across: usize, row: &mut [u8]) -> Option<()> {
    if own == across {
        row.copy_from_slice(from.get(..row.len())?);
    } else if own * 2 == across {
        let samples = from.get(..row.len().div_ceil(2))?;
        let (pairs, last) = row.as_chunks_mut::<2>();
        pairs.iter_mut().zip(samples).for_each(|(pair, sample)| *pair = [*sample; 2]);
        last.iter_mut().zip(samples.last()).for_each(|(pixel, sample)| *pixel = *sample);
    } else {
        for (x, pixel) in row.iter_mut().enumerate() {
            *pixel = *from.get(x * own / across)?;
        }
    }
    Some(())
}

/// JFIF's colour conversion in 16-bit fixed point, as libjpeg does it.
fn to_rgb(y: i32, cb: i32, cr: i32) -> [u8; 3] {
    let clamp = |v: i32| u8::try_from(v.clamp(0, 255)).unwrap_or(0);
    [
        clamp(y + ((91_881 * cr + 32_768) >> 16)),
        clamp(y + ((-22_554 * cb - 46_802 * cr + 32_768) >> 16)),
        clamp(y + ((116_130 * cb + 32_768) >> 16)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::codecs::jpeg::JpegEncoder;
    use image::{DynamicImage, GrayImage, Luma, Rgb};

    /// A smooth picture whose blocks differ, so that a slip of one block shows.
    fn smooth(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| {
            Rgb([(x * 255 / width) as u8, (y * 255 / height) as u8, ((x + y) % 256) as u8 / 2 + 60])
        })
    }

    fn jpeg(picture: impl Into<DynamicImage>) -> Vec<u8> {
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, 92).encode_image(&picture.into()).unwrap();
        bytes
    }

    /// Every pixel is the mean of its 8 × 8 block of the fully decoded picture, within the rounding of both.
    #[test]
    fn equals_the_block_means_of_a_full_decode() {
        for (width, height) in [(64, 48), (333, 251), (8, 8), (17, 1)] {
            let bytes = jpeg(smooth(width, height));
            let small = decode(&bytes).unwrap();
            let full = crate::decode::shown(&bytes);
            assert_eq!(small.dimensions(), (width.div_ceil(8), height.div_ceil(8)));
            for (bx, by) in (0..width / 8).flat_map(|x| (0..height / 8).map(move |y| (x, y))) {
                for channel in 0..3 {
                    let sum: u32 = (0..64)
                        .map(|i| u32::from(full.get_pixel(bx * 8 + i % 8, by * 8 + i / 8).0[channel]))
                        .sum();
                    let got = i64::from(small.get_pixel(bx, by).0[channel]);
                    assert!(
                        (got - i64::from(sum / 64)).abs() <= 6,
                        "{width}x{height} block {bx},{by}: {got} for {}",
                        sum / 64
                    );
                }
            }
        }
    }

    #[test]
    fn grey_pictures_are_taken_and_damage_is_not() {
        let bytes = jpeg(GrayImage::from_fn(80, 40, |x, _| Luma([x as u8 * 3])));
        assert_eq!(decode(&bytes).unwrap().dimensions(), (10, 5));
        assert!(decode(&bytes[..bytes.len() / 2]).is_none());
        assert!(decode(b"\xff\xd8\xff\xd9").is_none());
    }
}
