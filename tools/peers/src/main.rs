//! `peers FILE…`: decodes each file at an eighth of its size to RGB, several times, and prints the fewest milliseconds for all of them.

use std::time::Instant;

use turbojpeg::{Decompressor, Image, PixelFormat, ScalingFactor};

const RUNS: usize = 5;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let files: Vec<Vec<u8>> = std::env::args().skip(1).map(std::fs::read).collect::<Result<_, _>>()?;
    let mut least = f64::INFINITY;
    for _ in 0..RUNS {
        let start = Instant::now();
        for bytes in &files {
            let mut decompressor = Decompressor::new()?;
            decompressor.set_scaling_factor(ScalingFactor::ONE_EIGHTH)?;
            let header = decompressor.read_header(bytes)?.scaled(ScalingFactor::ONE_EIGHTH);
            let mut image = Image {
                pixels: vec![0; header.width * header.height * 3],
                width: header.width,
                pitch: header.width * 3,
                height: header.height,
                format: PixelFormat::RGB,
            };
            decompressor.decompress(bytes, image.as_deref_mut())?;
        }
        least = least.min(start.elapsed().as_secs_f64() * 1000.0);
    }
    println!("{least:.3}");
    Ok(())
}
