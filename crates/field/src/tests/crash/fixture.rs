//! A laptop with an open visit, and photos to bring in.

use std::path::{Path, PathBuf};

use domain::VisitId;
use image::{ImageFormat, RgbImage};
use seal::Digest;
use tempfile::TempDir;

use super::super::county::County;
use super::super::visit::open_visit;
use crate::keys::Secret;

/// Rounds of a life; each brings in this many photos.
pub const ROUNDS: usize = 5;
pub const PHOTOS_A_ROUND: usize = 3;

pub struct Fixture {
    dir: TempDir,
    home: PathBuf,
    pub recovery: age::x25519::Identity,
    pub key: Secret,
    pub visit: VisitId,
    /// Digests of the photos by their names.
    pub photos: Vec<(String, Digest)>,
}

impl Fixture {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut county = County::new();
        let field = county.laptop(&dir.path().join("home"));
        let visit = open_visit(&field);
        let key = field.0.opened().unwrap().store.key().clone();
        drop(field);
        let folder = dir.path().join("card");
        std::fs::create_dir(&folder).unwrap();
        let photos = (0..ROUNDS * PHOTOS_A_ROUND).map(|n| photo(&folder, n)).collect();
        Self {
            home: dir.path().join("home"),
            dir,
            recovery: county.recovery,
            key,
            visit,
            photos,
        }
    }

    /// The laptop's folders as they are before every life.
    pub fn home(&self) -> &Path {
        &self.home
    }

    pub fn card(&self) -> PathBuf {
        self.dir.path().join("card")
    }

    /// A copy on the ordinary disk.
    pub fn copy(&self) -> TempDir {
        let to = tempfile::tempdir().unwrap();
        super::super::lives::copy_dir(self.home(), to.path());
        to
    }
}

/// A picture with some hundred kilobytes behind its end, so that it is written in several pieces.
fn photo(folder: &Path, n: usize) -> (String, Digest) {
    let name = format!("p{n:03}.jpg");
    let picture = RgbImage::from_fn(320, 240, |x, y| image::Rgb([n as u8 * 9, x as u8, y as u8]));
    let path = folder.join(&name);
    picture.save_with_format(&path, ImageFormat::Jpeg).unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let mut noise = 0x9e37_79b9_u32 ^ (n as u32);
    for _ in 0..300_000 {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        bytes.push((noise >> 24) as u8);
    }
    std::fs::write(&path, &bytes).unwrap();
    (name, Digest::of(&bytes))
}
