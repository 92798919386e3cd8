//! A photo that stands in another visit already, as the same file or as the same picture.

use contract::field::*;
use domain::worth::Remark;
use domain::{PhotoId, VisitId};
use image::imageops::{FilterType, resize};
use image::{ImageFormat, Rgb, RgbImage};
use std::path::Path;

use super::county::County;
use super::visit::{import, open_visit};
use crate::Field;

/// A room with a disc and bars that depend on `seed`.
fn scene(seed: u32) -> RgbImage {
    RgbImage::from_fn(960, 720, |x, y| {
        let disc = x.abs_diff(120 + seed * 317 % 720).pow(2) + y.abs_diff(90 + seed * 211 % 540).pow(2) < 22_500;
        let bars = (x / (120 + seed % 7 * 15) + y / (150 + seed % 5 * 27)).is_multiple_of(2);
        let value = x * (1 + seed % 3) / 12 + if disc { 120 } else { 0 } + if bars { 35 } else { 0 };
        Rgb([value.min(255) as u8, (y / 3).min(255) as u8, (255 - value.min(255)) as u8])
    })
}

fn taken(field: &Field, visit: VisitId, file: &Path) -> PhotoId {
    import(field, visit, vec![file.to_owned()]).rows[0].photo.unwrap()
}

/// Kinds of the twins of a photo, with the photos that they name.
fn twins(field: &Field, visit: VisitId, photo: PhotoId) -> Vec<(&'static str, PhotoId)> {
    let view = field.get_visit(VisitArgs { visit }).unwrap();
    let notes = view.photo_notes.iter().find(|notes| notes.photo == photo).unwrap();
    let named = notes.remarks.iter().filter_map(|remark| match remark {
        Remark::SameBytes { elsewhere } | Remark::SamePicture { elsewhere } => Some((remark.key(), elsewhere.photo)),
        _ => None,
    });
    named.collect()
}

#[test]
fn a_photo_of_another_visit_is_recognised_as_file_and_as_picture() {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let file = |name: &str| home.path().join(name);
    scene(1).save_with_format(file("first.jpg"), ImageFormat::Jpeg).unwrap();
    std::fs::copy(file("first.jpg"), file("again.jpg")).unwrap();
    let small = resize(&scene(1), 576, 432, FilterType::Triangle);
    small.save_with_format(file("forwarded.jpg"), ImageFormat::Jpeg).unwrap();
    scene(2).save_with_format(file("other.jpg"), ImageFormat::Jpeg).unwrap();

    let before = open_visit(&field);
    let first = taken(&field, before, &file("first.jpg"));
    assert_eq!(twins(&field, before, first), []);
    let now = open_visit(&field);
    let again = taken(&field, now, &file("again.jpg"));
    let forwarded = taken(&field, now, &file("forwarded.jpg"));
    let other = taken(&field, now, &file("other.jpg"));
    assert_eq!(twins(&field, now, again), [("same_bytes", first)]);
    assert_eq!(twins(&field, now, forwarded), [("same_picture", first)]);
    assert_eq!(twins(&field, now, other), []);
    assert_eq!(twins(&field, before, first), [("same_bytes", again)]);

    // State made again from the log says the same, also to a search that had seen the rows before.
    assert!(field.rebuild().unwrap());
    assert_eq!(twins(&field, now, forwarded), [("same_picture", first)]);

    // A photo that was put into the wrong visit and withdrawn there raises no question in the right one.
    let reason = "放错了走访".to_owned();
    field
        .withdraw_photo(WithdrawPhoto {
            visit: before,
            photo: first,
            reason,
        })
        .unwrap();
    assert_eq!(twins(&field, now, again), []);
    assert_eq!(twins(&field, now, forwarded), []);
}

#[test]
fn intake_and_search_agree_on_what_looks_the_same() {
    assert_eq!(domain::fingerprint::SAME_WITHIN_BITS, intake::fingerprint::SAME_WITHIN_BITS);
}
