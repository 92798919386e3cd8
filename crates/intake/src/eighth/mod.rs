//! JPEG at an eighth of its size, from the DC coefficients alone. A thumbnail needs no more, and skipping the other 63 of
//! every block halves the time of a library's scaled decode. Baseline and extended Huffman pictures of one or three
//! components (grey, YCbCr) in one scan; for everything else, and for damage, the answer is none and the full decoder takes over. Of a
//! progressive picture that no full decoder may open, the first scan alone is read: all DC coefficients, but for their last bits.
//!
//! Source of the format: ISO 10918-1 (ITU-T T.81) annexes B, C and F.

mod bits;
mod huffman;
mod patches;
mod window;

use crate::bytes::be16;
use crate::container::jpeg::{Segment, is_frame, segments};
use crate::pattern::Patch;
use bits::{Bits, Place};
use huffman::{AcTable, DcTable};
use image::{GrayImage, RgbImage};
use patches::Patches;
use std::io::{self, Read};
use std::ops::Range;
use std::rc::Rc;
use window::{Passing, Scan};

/// Bytes of a scan that are held when it passes by, as a rule and at most; a row of a photo has some thirty thousand.
const HELD: (usize, usize) = (256 << 10, 4 << 20);
/// A reader of bits that stands so near the end of what is at hand may have looked beyond it.
const NEAR: usize = 16;

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
    quantisers: [Option<[u16; 64]>; 4],
    dc: [Option<Rc<DcTable>>; 4],
    ac: [Option<Rc<AcTable>>; 4],
    restart_interval: usize,
}

/// A picture at an eighth of its size, its components not yet brought together.
struct Planes {
    width: usize,
    height: usize,
    components: Vec<Component>,
    patches: Option<Patches>,
}

/// A picture at an eighth of its size, and patches of its brightness at full size where they were asked for and it is large enough.
pub(crate) struct Eighth {
    pub(crate) pixels: RgbImage,
    pub(crate) patches: Option<Vec<Patch>>,
}

/// Decodes at an eighth, rounded up; none when this reader does not take the file.
pub fn decode(bytes: &[u8]) -> Option<RgbImage> {
    decode_with(bytes, false).map(|read| read.pixels)
}

/// As [`decode`], with patches if they are wanted.
pub(crate) fn decode_with(bytes: &[u8], patches: bool) -> Option<Eighth> {
    planes(bytes, false, patches)?.finish()
}

/// As [`decode`], of progressive pictures: nearly what a full decoder would show, since their coefficients are refined later.
pub fn decode_roughly(bytes: &[u8]) -> Option<RgbImage> {
    planes(bytes, true, false)?.finish().map(|read| read.pixels)
}

/// As [`decode_with`], of a picture of which `header` holds everything up to its scan. The scan is read from `rest`, and little of it is held
/// at a time. An error is one of `rest`.
pub(crate) fn decode_passing(header: &[u8], rest: impl Read, patches: bool) -> io::Result<Option<Eighth>> {
    decode_held(header, rest, HELD, patches)
}

fn decode_held(header: &[u8], rest: impl Read, held: (usize, usize), patches: bool) -> io::Result<Option<Eighth>> {
    let Some(begun) = begin(header, false) else { return Ok(None) };
    let read = begun.read(&mut Passing::new(rest, held), patches)?;
    Ok(read.and_then(Planes::finish))
}

/// Where the scan of a picture begins that this reader may take; none while its header is not whole.
pub fn scan_begins(header: &[u8]) -> Option<usize> {
    let (mut frame, mut scan) = (false, None);
    for segment in segments(header) {
        frame |= matches!(segment.marker, 0xc0 | 0xc1);
        scan = (segment.marker == 0xda && segment.whole).then_some(segment.end);
    }
    scan.filter(|_| frame)
}

/// The brightness alone, by which decoders can be compared: libjpeg smooths colours on their way up, and rounds them otherwise.
pub fn luma(bytes: &[u8]) -> Option<GrayImage> {
    let read = planes(bytes, false, false)?;
    let first = finest(&read.components)?;
    let rows = first.plane.chunks(first.stride).take(read.height);
    let cropped: Vec<u8> = rows.flat_map(|row| row.iter().take(read.width)).copied().collect();
    GrayImage::from_raw(u32::try_from(read.width).ok()?, u32::try_from(read.height).ok()?, cropped)
}

/// The brightness, unless another component is finer than it.
fn finest(components: &[Component]) -> Option<&Component> {
    let first = components.first()?;
    let is_finest = components.iter().all(|c| c.across <= first.across && c.down <= first.down);
    is_finest.then_some(first)
}

/// What stands before the scan.
struct Begun {
    size: (usize, usize),
    components: Vec<Component>,
    tables: Tables,
    /// By how many bits the first scan of a progressive picture gives its coefficients smaller; none of any other.
    first: Option<u32>,
    /// Where the scan begins.
    at: usize,
}

impl Begun {
    fn read(mut self, source: &mut impl Scan, patches: bool) -> io::Result<Option<Planes>> {
        let (width, height) = self.size;
        let mut patches = if patches { self.patches() } else { None };
        let read = scan(source, self.size, &mut self.components, &self.tables, self.first, patches.as_mut())?;
        Ok(read.map(|()| Planes {
            width: width.div_ceil(8),
            height: height.div_ceil(8),
            components: self.components,
            patches,
        }))
    }

    /// Patches to be filled; none where the brightness is coarser than the picture.
    fn patches(&self) -> Option<Patches> {
        let luma = finest(&self.components).filter(|_| self.first.is_none())?;
        let quantisers = (*self.tables.quantisers.get(luma.quantiser)?)?;
        Patches::of(self.size.0, self.size.1, quantisers)
    }
}

impl Planes {
    fn finish(self) -> Option<Eighth> {
        let pixels = picture(self.width, self.height, &self.components)?;
        let patches = self.patches.map(Patches::into_pixels);
        Some(Eighth { pixels, patches })
    }
}

fn planes(bytes: &[u8], progressive: bool, patches: bool) -> Option<Planes> {
    let begun = begin(bytes, progressive)?;
    let mut whole = bytes.get(begun.at..)?;
    begun.read(&mut whole, patches).ok().flatten()
}

fn begin(bytes: &[u8], progressive: bool) -> Option<Begun> {
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
                return Some(Begun {
                    size: (width, height),
                    components,
                    tables,
                    first,
                    at: end,
                });
            }
            // A picture that begins twice is none to libjpeg either.
            0xd8 => return None,
            marker if is_frame(marker) => return None,
            _ => {}
        }
    }
    None
}

fn quantisers(mut body: &[u8], tables: &mut Tables) -> Option<()> {
    while let Some((&head, rest)) = body.split_first() {
        let wide = head >> 4 != 0;
        let (values, after) = rest.split_at_checked(if wide { 128 } else { 64 })?;
        let value = |n: usize| {
            if wide {
                be16(values, 2 * n)
            } else {
                values.get(n).copied().map(Into::into)
            }
        };
        *tables.quantisers.get_mut(usize::from(head & 15))? = Some(std::array::from_fn(|n| value(n).unwrap_or(0)));
        body = after;
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

/// A component's tables and the quantiser of its DC coefficients.
type Chosen<'a> = (&'a DcTable, Option<&'a AcTable>, i32);

/// What carries over from one row of units to the next.
#[derive(Clone, Copy)]
struct Carried {
    place: Place,
    predictions: [i32; 3],
    /// Units until the next restart marker.
    left: usize,
}

/// Reads the scan: the DC difference of every block, everything else skipped. In the first scan of a progressive picture there is nothing
/// else, and its coefficients are smaller by some bits.
fn scan(
    source: &mut impl Scan,
    (width, height): (usize, usize),
    components: &mut [Component],
    tables: &Tables,
    first: Option<u32>,
    mut patches: Option<&mut Patches>,
) -> io::Result<Option<()>> {
    let most = |of: fn(&Component) -> usize| components.iter().map(of).max().unwrap_or(1);
    let (across, down) = (most(|c| c.across), most(|c| c.down));
    let (units_across, units_down) = (width.div_ceil(8 * across), height.div_ceil(8 * down));
    let Some(chosen) = chosen(components, tables, first) else {
        return Ok(None);
    };
    for component in components.iter_mut() {
        component.stride = units_across * component.across;
        component.plane = vec![128; component.stride * units_down * component.down];
    }
    let mut carried = Carried {
        place: Place::default(),
        predictions: [0; 3],
        left: tables.restart_interval,
    };
    let mut longest = 0;
    for row in 0..units_down {
        if !source.is_whole() && source.bytes().len() < carried.place.at + (2 * longest).min(HELD.0 / 2) + NEAR {
            source.more(&mut carried.place.at)?;
        }
        carried = loop {
            let (data, interval) = (source.bytes(), tables.restart_interval);
            // A row may be read again with more bytes at hand; its blocks then go to the same places.
            let read = units_of_row(data, (row, units_across), components, &chosen, interval, carried, patches.as_deref_mut());
            let near = |read: &Carried| read.place.at + NEAR > source.bytes().len();
            match read {
                Some(read) if source.is_whole() || !near(&read) => {
                    longest = longest.max(read.place.at - carried.place.at);
                    break read;
                }
                // Where more bytes are to come, what is at hand may have ended, not the row.
                _ => {
                    if source.is_whole() || !source.more(&mut carried.place.at)? {
                        return Ok(None);
                    }
                }
            }
        };
        // A file cut short would decode for ever to grey: leave it to the full decoder, which keeps what is there.
        if Bits::from(source.bytes(), carried.place).overrun() {
            return Ok(None);
        }
    }
    Ok(Some(()))
}

fn chosen<'a>(components: &[Component], tables: &'a Tables, first: Option<u32>) -> Option<Vec<Chosen<'a>>> {
    let of = |component: &Component| -> Option<Chosen<'a>> {
        let dc = tables.dc.get(component.tables.0)?.as_deref()?;
        let ac = if first.is_none() {
            Some(tables.ac.get(component.tables.1)?.as_deref()?)
        } else {
            None
        };
        let [quantiser, ..] = (*tables.quantisers.get(component.quantiser)?)?;
        Some((dc, ac, i32::from(quantiser) << first.unwrap_or(0)))
    };
    components.iter().map(of).collect()
}

/// Reads one row of units, as blocks of all components are called that stand together; none where the bits are no code. Where patches lie,
/// blocks are read whole: all others need not ask.
fn units_of_row(
    data: &[u8],
    (row, across): (usize, usize),
    components: &mut [Component],
    chosen: &[Chosen<'_>],
    restart_interval: usize,
    mut carried: Carried,
    patches: Option<&mut Patches>,
) -> Option<Carried> {
    let mut read_to = 0;
    if let (Some(patches), Some(luma)) = (patches, components.first()) {
        for columns in patches.columns(row * luma.down, luma.down, luma.across).into_iter().flatten() {
            carried = units(data, (row, read_to..columns.start), components, chosen, restart_interval, carried, skip)?;
            read_to = columns.end;
            carried = units_whole(data, (row, columns), components, chosen, restart_interval, carried, patches)?;
        }
    }
    units(data, (row, read_to..across), components, chosen, restart_interval, carried, skip)
}

fn skip(ac: &AcTable, bits: &mut Bits<'_>, _: Block) -> Option<()> {
    ac.skip_block(bits)
}

/// As [`units`], of which those of the brightness are put into the patches. Apart, so that the other loop stays small.
#[inline(never)]
fn units_whole(
    data: &[u8],
    units_at: (usize, Range<usize>),
    components: &mut [Component],
    chosen: &[Chosen<'_>],
    restart_interval: usize,
    carried: Carried,
    patches: &mut Patches,
) -> Option<Carried> {
    units(data, units_at, components, chosen, restart_interval, carried, |ac, bits, block| {
        let patch = if block.component == 0 {
            patches.at(block.column, block.row)
        } else {
            None
        };
        match patch {
            Some(patch) => patches.put(patch, (block.column, block.row), &ac.read_block(block.first, bits)?),
            None => ac.skip_block(bits),
        }
    })
}

/// A block of which the first coefficient was read.
struct Block {
    component: usize,
    column: usize,
    row: usize,
    first: i32,
}

/// Reads units of a row; what comes of a block after its first coefficient is for `rest`.
fn units(
    data: &[u8],
    (row, columns): (usize, Range<usize>),
    components: &mut [Component],
    chosen: &[Chosen<'_>],
    restart_interval: usize,
    carried: Carried,
    mut rest: impl FnMut(&AcTable, &mut Bits<'_>, Block) -> Option<()>,
) -> Option<Carried> {
    let mut bits = Bits::from(data, carried.place);
    let Carried {
        mut predictions, mut left, ..
    } = carried;
    for column in columns {
        if restart_interval > 0 {
            if left == 0 {
                bits.restart()?;
                predictions.fill(0);
                left = restart_interval;
            }
            left -= 1;
        }
        for (number, ((component, (dc, ac, quantiser)), prediction)) in components.iter_mut().zip(chosen).zip(&mut predictions).enumerate() {
            for v in 0..component.down {
                let down = row * component.down + v;
                let from = down * component.stride + column * component.across;
                for (h, sample) in component.plane.get_mut(from..from + component.across)?.iter_mut().enumerate() {
                    *prediction = prediction.checked_add(dc.difference(&mut bits)?)?;
                    if let Some(ac) = ac {
                        let block = Block {
                            component: number,
                            column: column * component.across + h,
                            row: down,
                            first: *prediction,
                        };
                        rest(ac, &mut bits, block)?;
                    }
                    // The mean of the block: DC is eight times it, about 128 (A.3.3).
                    let value = (prediction.checked_mul(*quantiser)?.checked_add(4)? >> 3) + 128;
                    *sample = u8::try_from(value.clamp(0, 255)).ok()?;
                }
            }
        }
    }
    Some(Carried {
        place: bits.place(),
        predictions,
        left,
    })
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

    /// However little is at hand at a time, the samples are the same, and what is cut is noticed.
    #[test]
    fn a_picture_that_passes_by_is_read_like_one_at_hand() {
        let bytes = jpeg(smooth(1333, 251));
        let at = scan_begins(&bytes).unwrap();
        assert!(scan_begins(&bytes[..at - 1]).is_none());
        let whole = decode(&bytes);
        assert!(whole.is_some());
        for held in [(64, 1 << 20), (100, 1 << 20), (4096, 8192), (1 << 20, 1 << 20)] {
            let read = decode_held(&bytes[..at], &bytes[at..], held, false).unwrap().map(|read| read.pixels);
            assert!(read == whole, "{held:?}");
            assert!(decode_held(&bytes[..at], &bytes[at..bytes.len() / 2], held, false).unwrap().is_none());
        }
        assert!(
            decode_held(&bytes[..at], &bytes[at..], (64, 64), false).unwrap().is_none(),
            "a row is longer"
        );
    }

    /// Damage is judged alike, with restart markers and without, wherever a window ends.
    #[test]
    fn a_damaged_picture_that_passes_by_is_judged_like_one_at_hand() {
        let picture = smooth(640, 200);
        let (mut random, mut taken) = (0x9e37_79b9_7f4a_7c15_u64, [0; 2]);
        for run in 0..600 {
            let mut bytes = Vec::new();
            let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 90);
            if run % 2 == 0 {
                encoder.set_restart_interval(7);
            }
            encoder.encode(&picture, 640, 200, jpeg_encoder::ColorType::Rgb).unwrap();
            let at = scan_begins(&bytes).unwrap();
            for _ in 0..run % 3 {
                random = random.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
                let place = at + (random >> 33) as usize % (bytes.len() - at);
                match random >> 60 {
                    0 => bytes.truncate(place + 1),
                    1..4 => bytes[place] = 0xff,
                    _ => bytes[place] ^= 1 << (random >> 57 & 7),
                }
            }
            let whole = decode(&bytes);
            taken[usize::from(whole.is_some())] += 1;
            let held = (64 + run * 13 % 3000, 1 << 20);
            let passing = decode_held(&bytes[..at], &bytes[at..], held, false).unwrap().map(|read| read.pixels);
            assert!(passing == whole, "run {run}");
        }
        assert!(taken.iter().all(|n| *n > 50), "{taken:?}");
    }

    #[test]
    fn grey_pictures_are_taken_and_damage_is_not() {
        let bytes = jpeg(GrayImage::from_fn(80, 40, |x, _| Luma([x as u8 * 3])));
        assert_eq!(decode(&bytes).unwrap().dimensions(), (10, 5));
        assert!(decode(&bytes[..bytes.len() / 2]).is_none());
        assert!(decode(b"\xff\xd8\xff\xd9").is_none());
        assert!(decode(&[b"\xff\xd8", bytes.as_slice()].concat()).is_none());
    }
}
