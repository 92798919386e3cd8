//! A photo of a screen is said to be one, possibly; the same view without the screen is not.

use std::path::{Path, PathBuf};

use contract::field::*;
use domain::worth::{Remark, Sureness};
use image::{Rgb, RgbImage};

use super::county::County;
use super::visit::{import, open_visit};

/// A view, or its picture on a screen whose pixels are three stripes each, somewhat larger than the camera's and not quite parallel.
fn view(folder: &Path, name: &str, on_a_screen: bool) -> PathBuf {
    let picture = RgbImage::from_fn(1600, 1200, |x, y| {
        let (x, y) = (x as f32, y as f32);
        let light = 0.5 + 0.3 * (x / 210.0).sin() * (y / 170.0).cos();
        let (across, down) = ((x + 0.06 * y) / 3.3, (y - 0.06 * x + 100.0) / 3.3);
        Rgb([0.0_f32, 1.0, 2.0].map(|stripe| {
            let lit = (across.fract() * 3.0 - stripe - 0.5).abs() < 0.45 && down.fract() < 0.85;
            let shown = if on_a_screen { light * f32::from(u8::from(lit)) } else { light };
            (shown * 255.0) as u8
        }))
    });
    let path = folder.join(name);
    picture.save(&path).unwrap();
    path
}

#[test]
fn a_photo_of_a_screen_is_said_to_be_possible() {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let visit = open_visit(&field);
    import(
        &field,
        visit,
        vec![view(home.path(), "wall.jpg", false), view(home.path(), "screen.jpg", true)],
    );
    let seen = field.get_visit(VisitArgs { visit }).unwrap();
    let told = Remark::ScreenPhoto { sure: Sureness::Possible };
    for (name, rings) in [("wall.jpg", false), ("screen.jpg", true)] {
        let photo = seen.visit.photos.iter().find(|one| one.attached.name == name).unwrap();
        let notes = seen.photo_notes.iter().find(|notes| notes.photo == photo.attached.photo).unwrap();
        assert!(photo.attached.pattern_db.is_some(), "{name}");
        assert_eq!(notes.remarks.contains(&told), rings, "{name}: {:?}", photo.attached.pattern_db);
    }
}
