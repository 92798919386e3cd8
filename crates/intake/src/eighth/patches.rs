//! The blocks of a picture's brightness that are read whole: a few patches, in which a pattern may be seen that its eighth cannot show.

use std::ops::Range;

use crate::pattern::{self, PATCHES, Patch, SIDE};

/// Blocks along the side of a patch.
const BLOCKS: usize = SIDE / 8;

/// Where the coefficients of a block stand, in the order in which they come: column and row in eights (T.81 figure 5).
const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43,
    36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// Patches that are filled while a scan is read.
pub(super) struct Patches {
    /// Their left upper blocks.
    places: [(usize, usize); PATCHES],
    /// Quantisers in the order of the coefficients.
    quantisers: [u16; 64],
    /// What each wave is at each of eight samples.
    waves: [[f32; 8]; 8],
    pixels: Vec<Patch>,
}

impl Patches {
    /// Patches of a picture of this size, not yet filled; none of a small one.
    pub(super) fn of(width: usize, height: usize, quantisers: [u16; 64]) -> Option<Self> {
        let places = pattern::places(width, height)?;
        let pixels = (0..PATCHES).map(|_| pattern::empty()).collect::<Option<_>>()?;
        // Factors of a wave along eight samples (A.3.3).
        let cosine = |wave: usize, sample: usize| {
            let angle = std::f32::consts::PI * wave as f32 * (2 * sample + 1) as f32 / 16.0;
            angle.cos() * if wave == 0 { 0.125_f32.sqrt() } else { 0.5 }
        };
        Some(Self {
            places,
            quantisers,
            waves: std::array::from_fn(|wave| std::array::from_fn(|sample| cosine(wave, sample))),
            pixels,
        })
    }

    /// The units, of so many blocks each, that hold the patches which lie on any of these rows of blocks, from left to right.
    pub(super) fn columns(&self, first: usize, rows: usize, across: usize) -> [Option<Range<usize>>; PATCHES] {
        self.places.map(|(left, top)| {
            let crosses = first < top + BLOCKS && first + rows > top;
            crosses.then(|| left / across..(left + BLOCKS).div_ceil(across))
        })
    }

    /// The patch that a block lies in.
    pub(super) fn at(&self, column: usize, row: usize) -> Option<usize> {
        let within = |from: usize, at: usize| (from..from + BLOCKS).contains(&at);
        self.places.iter().position(|(left, top)| within(*left, column) && within(*top, row))
    }

    /// Puts a block of a patch in its place.
    pub(super) fn put(&mut self, patch: usize, (column, row): (usize, usize), coefficients: &[i32; 64]) -> Option<()> {
        let (left, top) = *self.places.get(patch)?;
        let mut waves = [[0.0_f32; 8]; 8];
        for ((coefficient, quantiser), place) in coefficients.iter().zip(&self.quantisers).zip(ZIGZAG) {
            if *coefficient != 0 {
                *waves.get_mut(usize::from(place / 8))?.get_mut(usize::from(place % 8))? = *coefficient as f32 * f32::from(*quantiser);
            }
        }
        // Along the rows of waves first, then down.
        let along = waves.map(|row| {
            let mut sums = [0.0_f32; 8];
            for (wave, factors) in row.iter().zip(&self.waves).filter(|(wave, _)| **wave != 0.0) {
                sums.iter_mut().zip(factors).for_each(|(sum, factor)| *sum += wave * factor);
            }
            sums
        });
        let from = (row.checked_sub(top)? * SIDE + column.checked_sub(left)?) * 8;
        let pixels = self.pixels.get_mut(patch)?.get_mut(from..)?;
        let mut block = [[128.0_f32; 8]; 8];
        for (row, factors) in along.iter().zip(&self.waves) {
            for (sums, factor) in block.iter_mut().zip(factors) {
                sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value * factor);
            }
        }
        for (line, sums) in pixels.chunks_mut(SIDE).zip(block) {
            line.get_mut(..8)?
                .iter_mut()
                .zip(sums)
                .for_each(|(pixel, sum)| *pixel = sum.clamp(0.0, 255.0));
        }
        Some(())
    }

    /// The patches, all filled.
    pub(super) fn into_pixels(self) -> Vec<Patch> {
        self.pixels
    }
}
