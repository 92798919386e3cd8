//! A regular fine pattern all over a picture: the pixels of a screen, or the dots of a print, that were photographed (翻拍). Cameras see
//! them as waves of one length in one direction, wherever in the picture one looks; leaves, walls and cloth are rarely so regular.
//!
//! Six patches of brightness, pixel for pixel, are each taken apart into waves. A wave counts by how far it stands out among its
//! neighbours, in decibels; the answer is what three patches have in common. Of real photos it is below 12 dB, of most photos of
//! screens above 20 dB. It says nothing of who made a picture or why.

use image::RgbImage;
use rustfft::num_complex::Complex32;
use rustfft::{Fft, FftPlanner};
use std::cell::RefCell;
use std::cmp::Ordering;
use std::sync::Arc;

/// Pixels along the side of a patch.
pub(crate) const SIDE: usize = 128;
/// Pixels of a patch.
pub(crate) const PIXELS: usize = SIDE * SIDE;
/// How many patches are looked at.
pub(crate) const PATCHES: usize = 6;
/// Pictures with a shorter side than these are not looked at: their patches would overlap.
const LEAST: (usize, usize) = (1280, 640);
/// How many patches must have a wave in common.
const AGREEING: usize = 3;
/// Waves of one patch that are compared with those of the others.
const STRONGEST: usize = 3;
/// The loudest waves of a patch, of which the neighbours are looked at.
const LOUDEST: usize = 48;
/// Waves longer than this many pixels are what pictures show, not how they were made.
const LONGEST_WAVE: f32 = 8.0;
/// By how much two patches may see the same wave otherwise, in waves across a patch: a screen is rarely held quite parallel.
const SAME_WITHIN: f32 = 5.0;
/// Neighbours of a wave reach so far; those nearest to it belong to it.
const NEIGHBOURS: (i32, i32) = (6, 2);
/// Multiples of a wave that are looked for.
const OVERTONES: i32 = 8;
/// Decibels from which a longer wave is one of its own.
const STANDING_OUT: f32 = 6.0;
/// What a rounded brightness hides, as the square of a wave.
const FLOOR: f32 = 400.0;

/// A square of brightness, row by row, 0–255.
pub(crate) type Patch = Box<[f32; PIXELS]>;

/// A wave of a patch: waves across the patch and down it, and how far it stands out in decibels.
#[derive(Clone, Copy)]
struct Wave {
    across: i32,
    down: i32,
    decibels: f32,
}

/// Left upper corners of the patches of a picture, in blocks of eight pixels; none of a small picture.
pub(crate) fn places(width: usize, height: usize) -> Option<[(usize, usize); PATCHES]> {
    if width.max(height) < LEAST.0 || width.min(height) < LEAST.1 {
        return None;
    }
    let (columns, rows) = if width >= height { (3, 2) } else { (2, 3) };
    let middle = |length: usize, number: usize, of: usize| (length * (2 * number + 1) / (2 * of) - SIDE / 2) / 8;
    Some(std::array::from_fn(|n| {
        (middle(width, n % columns, columns), middle(height, n / columns, rows))
    }))
}

/// By how many decibels a wave stands out that the patches of a whole picture have in common; 0 when they have none.
pub(crate) fn of_pixels(picture: &RgbImage) -> Option<u8> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let mut patches = Vec::with_capacity(PATCHES);
    for (left, top) in places(width, height)? {
        let mut patch = empty()?;
        for (y, row) in patch.chunks_exact_mut(SIDE).enumerate() {
            let from = ((top * 8 + y) * width + left * 8) * 3;
            let pixels = picture.as_raw().get(from..from + SIDE * 3)?.as_chunks::<3>().0;
            for (value, [red, green, blue]) in row.iter_mut().zip(pixels) {
                *value = 0.299 * f32::from(*red) + 0.587 * f32::from(*green) + 0.114 * f32::from(*blue);
            }
        }
        patches.push(patch);
    }
    of(&patches)
}

/// A patch of nothing.
pub(crate) fn empty() -> Option<Patch> {
    vec![0.0; PIXELS].into_boxed_slice().try_into().ok()
}

/// As [`of_pixels`], of the patches themselves.
pub(crate) fn of(patches: &[Patch]) -> Option<u8> {
    let mut waves = Vec::with_capacity(patches.len());
    for pair in patches.chunks(2) {
        let (first, second) = (pair.first()?, pair.last()?);
        let powers = powers(first, second)?;
        waves.extend(powers.iter().take(pair.len()).map(|power| strongest(power)));
    }
    let mut best = 0.0_f32;
    for (of_one, wave) in waves.iter().enumerate().flat_map(|(n, of_one)| of_one.iter().map(move |wave| (n, wave))) {
        let mut common: Vec<f32> = vec![wave.decibels];
        for (_, others) in waves.iter().enumerate().filter(|(n, _)| *n != of_one) {
            common.extend(
                others
                    .iter()
                    .filter(|other| same(wave, other))
                    .map(|other| other.decibels)
                    .reduce(f32::max),
            );
        }
        common.sort_by(|a, b| descending(*a, *b));
        best = best.max(common.get(AGREEING - 1).copied().unwrap_or(0.0));
    }
    // Nothing below 0, and nothing above what a byte holds.
    Some(best.round().clamp(0.0, 99.0) as u8)
}

fn descending(a: f32, b: f32) -> Ordering {
    b.total_cmp(&a)
}

/// Whether two patches see the same wave; one that runs the other way is the same.
fn same(a: &Wave, b: &Wave) -> bool {
    let around = |difference: i32| {
        let apart = difference.abs() % SIDE as i32;
        apart.min(SIDE as i32 - apart) as f32
    };
    let apart = |sign: i32| around(a.across - sign * b.across).hypot(around(a.down - sign * b.down));
    apart(1).min(apart(-1)) <= SAME_WITHIN
}

/// The waves of a patch that stand out most among their neighbours.
fn strongest(power: &[f32]) -> Vec<Wave> {
    let at = |down: i32, across: i32| power.get(place(down, across)).copied().unwrap_or(0.0);
    let half = SIDE as i32 / 2;
    let shortest = SIDE as f32 / LONGEST_WAVE;
    let mut loud: Vec<(f32, i32, i32)> = Vec::new();
    for down in 0..=half {
        for across in -half..half {
            let here = at(down, across);
            let squared_length = (down * down + across * across) as f32;
            if here < 5.0 * FLOOR || squared_length < shortest * shortest || is_of_the_blocks(down, across) {
                continue;
            }
            let mut around = (-1..=1).flat_map(|y| (-1..=1).map(move |x| (y, x)));
            if around.all(|(y, x)| at(down + y, across + x) <= here) {
                // What a picture shows is louder the longer the wave.
                loud.push((here * squared_length, down, across));
            }
        }
    }
    loud.sort_by(|a, b| descending(a.0, b.0));
    let places = loud.iter().take(LOUDEST).map(|(_, down, across)| (*down, *across));
    let mut waves: Vec<Wave> = places.map(|place| stands_out(at, place)).collect();
    waves.sort_by(|a, b| descending(a.decibels, b.decibels));
    waves.into_iter().filter(|wave| !is_overtone(at, wave)).take(STRONGEST).collect()
}

/// Whether a wave belongs to a longer one that is louder and stands out, too: slats of a shutter and sheets of a roof are not round, and
/// sound at multiples of their number.
fn is_overtone(at: impl Fn(i32, i32) -> f32 + Copy, wave: &Wave) -> bool {
    let power = at(wave.down, wave.across);
    (2..=OVERTONES).any(|part| {
        let nearest = |waves: i32| (waves as f32 / part as f32).round() as i32;
        let middle = (nearest(wave.down), nearest(wave.across));
        let around = (-1..=1).flat_map(|y| (-1..=1).map(move |x| (middle.0 + y, middle.1 + x)));
        let loudest = around.max_by(|a, b| at(a.0, a.1).total_cmp(&at(b.0, b.1))).unwrap_or_default();
        at(loudest.0, loudest.1) > 4.0 * power && stands_out(at, loudest).decibels > STANDING_OUT
    })
}

/// How far a wave stands out among its neighbours: above nine of ten of them, since an edge in the picture makes a row of loud ones.
fn stands_out(at: impl Fn(i32, i32) -> f32, (down, across): (i32, i32)) -> Wave {
    let (far, near) = NEIGHBOURS;
    let mut neighbours: Vec<f32> = (-far..=far)
        .flat_map(|y| (-far..=far).map(move |x| (y, x)))
        .filter(|(y, x)| y.abs() > near || x.abs() > near)
        .map(|(y, x)| at(down + y, across + x))
        .collect();
    let tenth = neighbours.len() * 9 / 10;
    let (_, usual, _) = neighbours.select_nth_unstable_by(tenth, f32::total_cmp);
    Wave {
        across,
        down,
        decibels: 10.0 * (at(down, across) / *usual).log10(),
    }
}

/// Whether a wave is one of those that compression in blocks of eight pixels makes.
fn is_of_the_blocks(down: i32, across: i32) -> bool {
    let near = |waves: i32| (waves + 1).rem_euclid(SIDE as i32 / 8) <= 2;
    near(down) && near(across)
}

/// Where a wave stands among the powers; they go round.
fn place(down: i32, across: i32) -> usize {
    let around = |waves: i32| waves.rem_euclid(SIDE as i32) as usize;
    around(across) * SIDE + around(down)
}

/// The transform along a row of a patch, and the window that lets a patch fade out at its edges.
struct Plan {
    transform: Arc<dyn Fft<f32>>,
    window: [f32; SIDE],
}

impl Plan {
    fn new() -> Self {
        let turn = std::f32::consts::TAU / SIDE as f32;
        Self {
            transform: FftPlanner::new().plan_fft_forward(SIDE),
            window: std::array::from_fn(|n| 0.5 - 0.5 * (turn * n as f32).cos()),
        }
    }
}

thread_local! {
    static PLAN: RefCell<Option<Plan>> = const { RefCell::new(None) };
}

/// The squares of the waves of two patches, by waves across and down. The two are taken apart at once, as the real and the imaginary part
/// of one.
fn powers(first: &Patch, second: &Patch) -> Option<[Vec<f32>; 2]> {
    let (of_first, of_second) = (mean(first), mean(second));
    let mut waves = Vec::with_capacity(PIXELS);
    PLAN.with_borrow_mut(|plan| {
        let Plan { transform, window } = plan.get_or_insert_with(Plan::new);
        for ((a, b), down) in first.chunks_exact(SIDE).zip(second.chunks_exact(SIDE)).zip(&*window) {
            let row = a.iter().zip(b).zip(&*window);
            waves.extend(row.map(|((a, b), across)| Complex32::new(a - of_first, b - of_second) * down * across));
        }
        let mut scratch = vec![Complex32::default(); transform.get_inplace_scratch_len()];
        transform.process_with_scratch(&mut waves, &mut scratch);
        waves = turned(&waves);
        transform.process_with_scratch(&mut waves, &mut scratch);
    });
    let mut powers = [Vec::with_capacity(PIXELS), Vec::with_capacity(PIXELS)];
    let [a, b] = &mut powers;
    for (n, wave) in waves.iter().enumerate() {
        let (across, down) = ((SIDE - n / SIDE) % SIDE, (SIDE - n % SIDE) % SIDE);
        let mirrored = waves.get(across * SIDE + down)?.conj();
        a.push(((wave + mirrored) / 2.0).norm_sqr() + FLOOR);
        b.push(((wave - mirrored) / 2.0).norm_sqr() + FLOOR);
    }
    Some(powers)
}

fn mean(patch: &Patch) -> f32 {
    patch.iter().sum::<f32>() / PIXELS as f32
}

/// Rows become columns.
fn turned(waves: &[Complex32]) -> Vec<Complex32> {
    (0..SIDE).flat_map(|column| waves.iter().skip(column).step_by(SIDE)).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;
    use crate::thumbnail;
    use image::Rgb;

    /// Below the one is what is no screen, and above the other what is one.
    const QUIET: u8 = 13;
    const LOUD: u8 = 20;
    const SIZE: (u32, u32) = (2640, 1980);

    /// Light of a place in a scene, three colours from 0 to 1.
    type Light<'a> = dyn Fn(f32, f32) -> [f32; 3] + 'a;

    /// Numbers that look like chance, from 0 to 1.
    struct Chance(u64);

    impl Chance {
        fn next(&mut self) -> f32 {
            self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            (self.0 >> 40) as f32 / (1_u64 << 24) as f32
        }
    }

    /// Light of a scene, three colours from 0 to 1: hills, a wall with windows, and sheets of a roof.
    fn scene(x: f32, y: f32) -> [f32; 3] {
        let hill = 0.5 + 0.3 * (x / 310.0).sin() * (y / 270.0).cos();
        let window = ((x / 190.0).fract() < 0.4 && (y / 240.0).fract() < 0.5) as u8 as f32;
        [hill, 0.8 * hill + 0.1 * window, 0.6 - 0.3 * hill + 0.2 * window]
    }

    /// A camera's picture of light: one colour to a pixel, some noise, the other colours from its neighbours.
    fn camera(seed: u64, light: impl Fn(f32, f32) -> [f32; 3]) -> RgbImage {
        let (width, height) = SIZE;
        let mut chance = Chance(seed);
        let seen: Vec<f32> = (0..height)
            .flat_map(|y| (0..width).map(move |x| (x, y)))
            .map(|(x, y)| {
                let colour = match (x % 2, y % 2) {
                    (0, 0) => 0,
                    (1, 1) => 2,
                    _ => 1,
                };
                // A pixel gathers light all over its face, and a little beyond.
                let parts = (0..16).map(|n| ((n % 4) as f32 * 0.4 - 0.6, (n / 4) as f32 * 0.4 - 0.6));
                let light: f32 = parts.map(|(dx, dy)| light(x as f32 + dx, y as f32 + dy)[colour]).sum::<f32>() / 16.0;
                light + (chance.next() + chance.next() - 1.0) * 0.03 * light.max(0.05).sqrt()
            })
            .collect();
        let at = |x: u32, y: u32| seen[(y.min(height - 1) * width + x.min(width - 1)) as usize];
        RgbImage::from_fn(width, height, |x, y| {
            let (x, y) = (x.saturating_sub(1) / 2 * 2, y.saturating_sub(1) / 2 * 2);
            let colours = [at(x, y), (at(x + 1, y) + at(x, y + 1)) / 2.0, at(x + 1, y + 1)];
            Rgb(colours.map(|light| (light.clamp(0.0, 1.0).powf(1.0 / 2.2) * 255.0) as u8))
        })
    }

    /// The scene as a screen shows it whose pixels are `size` of the camera's, seen somewhat turned and from the side.
    fn on_a_screen(size: f32, turned: f32, aside: f32) -> impl Fn(f32, f32) -> [f32; 3] {
        move |x, y| {
            let (x, y) = (x - SIZE.0 as f32 / 2.0, y - SIZE.1 as f32 / 2.0);
            let (sin, cos) = turned.sin_cos();
            let far = size * (1.0 + aside * x / SIZE.0 as f32);
            let (across, down) = ((cos * x + sin * y) / far + 2000.0, (cos * y - sin * x) / far + 2000.0);
            let shown = scene(across.floor() * 2.0, down.floor() * 2.0);
            let stripe = |number: usize| {
                let beside = (across.fract() - (2 * number + 1) as f32 / 6.0).abs();
                (beside < 0.14 && (down.fract() - 0.5).abs() < 0.43) as u8 as f32
            };
            std::array::from_fn(|colour| shown[colour] * stripe(colour))
        }
    }

    fn jpeg(picture: &RgbImage, quality: u8) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, quality);
        encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_2_2);
        let (width, height) = (picture.width() as u16, picture.height() as u16);
        encoder.encode(picture.as_raw(), width, height, jpeg_encoder::ColorType::Rgb).unwrap();
        bytes
    }

    fn pattern(jpeg: &[u8]) -> Option<u8> {
        thumbnail::make(jpeg, None, &Limits::default()).unwrap().pattern_db
    }

    #[test]
    fn a_screen_rings_and_what_it_shows_does_not() {
        let plain = jpeg(&camera(1, scene), 92);
        assert!(pattern(&plain).unwrap() < QUIET, "{:?}", pattern(&plain));
        for (seed, (size, turned, aside)) in [(2.3, 0.03, 0.05), (3.1, -0.08, 0.1), (4.2, 0.11, -0.08)].into_iter().enumerate() {
            let bytes = jpeg(&camera(seed as u64, on_a_screen(size, turned, aside)), 90);
            let rings = pattern(&bytes);
            assert!(rings.unwrap() > LOUD, "{size} {turned} {aside}: {rings:?}");
            // The same from all pixels, and while the file passes by.
            let whole = of_pixels(&crate::decode::shown(&bytes));
            assert!(whole.unwrap().abs_diff(rings.unwrap()) <= 1, "{whole:?} {rings:?}");
            let scan = crate::passes(&bytes).unwrap();
            let passing = thumbnail::make_passing(&bytes[..scan], &bytes[scan..], None, true).unwrap().unwrap();
            assert_eq!(passing.pattern_db, rings);
        }
    }

    /// Regular, but not fine, or not everywhere, or not the same everywhere.
    #[test]
    fn roofs_walls_and_noise_do_not_ring() {
        let grey = |value: f32| [0.2 + 0.5 * value; 3];
        let wave = |x: f32| 0.5 + 0.5 * x.sin();
        let sheets = |x: f32, _: f32| grey(wave(x / 3.0));
        let leaning = |x: f32, y: f32| grey(wave(x * (0.5 + y / 1500.0)));
        let tiles = |x: f32, y: f32| grey(((x / 60.0).fract() > 0.05 && (y / 60.0).fract() > 0.05) as u8 as f32);
        let shutter = |x: f32, y: f32| grey(if x < 1000.0 && y < 900.0 { wave(y * 1.3) } else { 0.4 });
        let noise = |x: f32, y: f32| grey(((x * 12.9898 + y * 78.233).sin() * 43_758.547).fract().abs());
        let slats = |x: f32, y: f32| grey(((y + x * 0.02) / 31.0).fract().powi(3));
        let lights: [(&str, &Light<'_>); 6] = [
            ("slats", &slats),
            ("sheets", &sheets),
            ("leaning", &leaning),
            ("tiles", &tiles),
            ("shutter", &shutter),
            ("noise", &noise),
        ];
        for (name, light) in lights {
            let found = pattern(&jpeg(&camera(9, light), 90));
            assert!(found.unwrap() < QUIET, "{name}: {found:?}");
        }
    }

    #[test]
    fn small_pictures_and_previews_are_not_looked_at() {
        let grid = RgbImage::from_fn(1000, 700, |x, _| Rgb([if x % 3 == 0 { 200 } else { 30 }; 3]));
        assert_eq!(of_pixels(&grid), None);
        assert_eq!(of_pixels(&RgbImage::new(0, 0)), None);
        assert_eq!(of_pixels(&RgbImage::new(1400, 800)), Some(0));
        let large = jpeg(&camera(3, scene), 80);
        assert_eq!(thumbnail::preview(&large, None, &Limits::default()).unwrap().pattern_db, None);
        let unasked = Limits {
            seek_pattern: false,
            ..Limits::default()
        };
        assert_eq!(thumbnail::make(&large, None, &unasked).unwrap().pattern_db, None);
    }
}
