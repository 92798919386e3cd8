//! A fingerprint of what a picture looks like: pictures that were scaled or compressed again stay close to their source.
//!
//! The picture is averaged down to 32 × 32 grey cells; the 8 × 8 lowest frequencies of its cosine transform, each compared with their
//! median, are the 64 bits. All arithmetic is in integers, so every machine says the same of the same pixels.

use image::RgbImage;

/// Cells along a side.
const CELLS: usize = 32;
/// Frequencies along a side.
const WAVES: usize = 8;
/// Scale of the cosine table.
const UNIT: f64 = 16_384.0;
/// Pictures whose strongest wave is below this (in grey levels summed over the cells) are flat, and all flat pictures look the same.
const FLAT_BELOW: i64 = 600;

/// Most bits in which two fingerprints of the same picture differ.
pub const SAME_WITHIN_BITS: u32 = 8;

/// What a picture looks like (感知指纹), in 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub u64);

impl Fingerprint {
    /// The fingerprint of an upright picture; none when it shows next to nothing.
    pub fn of(picture: &RgbImage) -> Option<Self> {
        let cells = cells(picture)?;
        let table = cosines();
        // Along the rows first, then along the columns, keeping the lowest waves only.
        let mut rows = [[0_i64; WAVES]; CELLS];
        for (row, cells) in rows.iter_mut().zip(&cells) {
            for (sum, wave) in row.iter_mut().zip(&table) {
                *sum = cells.iter().zip(wave).map(|(cell, cosine)| cell * cosine).sum();
            }
        }
        let mut waves = Vec::with_capacity(WAVES * WAVES);
        for down in &table {
            for across in 0..WAVES {
                let column = rows.iter().filter_map(|row| row.get(across));
                let sum: i64 = column.zip(down).map(|(value, cosine)| (value >> 14) * cosine).sum();
                waves.push(sum >> 14);
            }
        }
        // The first wave is the brightness, which the fingerprint leaves out.
        let mut sorted: Vec<i64> = waves.iter().skip(1).copied().collect();
        if sorted.iter().map(|wave| wave.abs()).max()? < FLAT_BELOW {
            return None;
        }
        sorted.sort_unstable();
        let median = *sorted.get(sorted.len() / 2)?;
        let bits = waves.iter().enumerate().skip(1).filter(|(_, wave)| **wave > median);
        Some(Self(bits.fold(0, |bits, (at, _)| bits | 1 << at)))
    }

    /// In how many bits two pictures differ.
    pub fn distance(self, other: Self) -> u32 {
        (self.0 ^ other.0).count_ones()
    }
}

/// Mean grey of each cell, 0–255; none for an empty picture.
fn cells(picture: &RgbImage) -> Option<[[i64; CELLS]; CELLS]> {
    let (width, height) = (usize::try_from(picture.width()).ok()?, usize::try_from(picture.height()).ok()?);
    if width == 0 || height == 0 {
        return None;
    }
    // Each pixel counts for the cells that it lies on, by how much of it lies there: along its row first, then down.
    let (columns, rows) = (shares(width), shares(height));
    let weight = i64::try_from(width * height).ok()?;
    let mut sums = [[0_i64; CELLS]; CELLS];
    for (line, shares_down) in picture.as_raw().chunks_exact(width * 3).zip(&rows) {
        let mut across = [0_i64; CELLS];
        for (pixel, shares_across) in line.as_chunks::<3>().0.iter().zip(&columns) {
            let value = grey(*pixel);
            for (cell, part) in shares_across {
                *across.get_mut(*cell)? += value * part;
            }
        }
        for (down, part) in shares_down {
            for (sum, value) in sums.get_mut(*down)?.iter_mut().zip(across) {
                *sum += value * part;
            }
        }
    }
    // A cell is as long as the number of pixels, both ways.
    Some(sums.map(|row| row.map(|sum| sum / weight)))
}

/// For each of `length` pixels the cells that it lies on, with its share of each.
fn shares(length: usize) -> Vec<Vec<(usize, i64)>> {
    // In units in which a pixel is as long as the number of cells, and a cell as long as the number of pixels.
    let each = |pixel: usize| {
        let (from, to) = (pixel * CELLS, (pixel + 1) * CELLS);
        let cells = from / length..to.div_ceil(length).min(CELLS);
        let part = |cell: usize| to.min((cell + 1) * length).saturating_sub(from.max(cell * length));
        cells.map(|cell| (cell, i64::try_from(part(cell)).unwrap_or(0))).collect()
    };
    (0..length).map(each).collect()
}

fn grey([red, green, blue]: [u8; 3]) -> i64 {
    (i64::from(red) * 299 + i64::from(green) * 587 + i64::from(blue) * 114) / 1000
}

/// The lowest waves of the cosine transform over the cells.
fn cosines() -> [[i64; CELLS]; WAVES] {
    std::array::from_fn(|wave| {
        std::array::from_fn(|cell| {
            let angle = std::f64::consts::PI * wave as f64 * (2 * cell + 1) as f64 / (2 * CELLS) as f64;
            (angle.cos() * UNIT).round() as i64
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    /// A picture with edges, a gradient and a disc that depend on `seed`.
    fn scene(seed: u32) -> RgbImage {
        RgbImage::from_fn(320, 240, |x, y| {
            let disc = (x.abs_diff(40 + seed * 53 % 240)).pow(2) + (y.abs_diff(30 + seed * 31 % 180)).pow(2) < 2500;
            let bars = (x / (40 + seed % 7 * 5) + y / (50 + seed % 5 * 9)).is_multiple_of(2);
            let value = x * (1 + seed % 3) / 4 + if disc { 120 } else { 0 } + if bars { 35 } else { 0 };
            Rgb([value.min(255) as u8, (y.min(255)) as u8, (255 - value.min(255)) as u8])
        })
    }

    fn of(picture: &RgbImage) -> Fingerprint {
        Fingerprint::of(picture).unwrap()
    }

    #[test]
    fn other_pictures_are_far() {
        for (a, b) in (0..20).flat_map(|a| (0..a).map(move |b| (a, b))) {
            let bits = of(&scene(a)).distance(of(&scene(b)));
            assert!(bits > SAME_WITHIN_BITS, "{a} and {b} differ in {bits} bits");
        }
    }

    #[test]
    fn flat_and_empty_pictures_have_none_and_tiny_ones_do_not_fail() {
        assert_eq!(Fingerprint::of(&RgbImage::new(0, 0)), None);
        assert_eq!(Fingerprint::of(&RgbImage::from_pixel(320, 200, Rgb([90, 90, 90]))), None);
        let _ = Fingerprint::of(&RgbImage::from_fn(1, 3, |_, y| Rgb([(y * 100) as u8; 3])));
    }
}
