//! Copies with marks and blurred parts, watermarks, and what is recorded of where photos come from and go.

use std::path::Path;

use contract::field::*;
use contract::shared::Nothing;
use contract::{ApiError, ErrorCode};
use domain::custody::{Alteration, Custody, Method};
use domain::{PhotoId, Visit, VisitId};
use image::RgbImage;
use seal::Digest;

use super::county::{County, LI, WANG, whole};
use super::visit::{end, import, open_visit, signer};
use crate::Field;

/// A photo of a telephone, with Exif, an embedded small picture and a place.
const TELEPHONE: &[u8] = include_bytes!("../../../intake/tests/data/photos/files/immich__datetimeoriginal-gps.jpg");

fn visit_with(field: &Field, home: &Path, files: &[(&str, &[u8])]) -> (VisitId, Vec<PhotoId>) {
    let visit = open_visit(field);
    let folder = home.join("card");
    std::fs::create_dir_all(&folder).unwrap();
    let paths: Vec<_> = files.iter().map(|(name, _)| folder.join(name)).collect();
    for (path, (_, bytes)) in paths.iter().zip(files) {
        std::fs::write(path, bytes).unwrap();
    }
    import(field, visit, paths);
    // Two threads take them in; each is found by its name.
    let now = state(field, visit);
    let named = |name: &str| now.photos.iter().find(|photo| photo.attached.name == name).unwrap().attached.photo;
    (visit, files.iter().map(|(name, _)| named(name)).collect())
}

fn state(field: &Field, visit: VisitId) -> Visit {
    field.get_visit(VisitArgs { visit }).unwrap().visit
}

/// A picture that is white above and black below, with a number plate of red and blue squares in the middle.
fn picture() -> Vec<u8> {
    let picture = RgbImage::from_fn(800, 600, |x, y| {
        let plate = (340..460).contains(&x) && (260..340).contains(&y);
        image::Rgb(match (plate, (x / 8 + y / 8) % 2, y < 300) {
            (true, 0, _) => [255, 0, 0],
            (true, _, _) => [0, 0, 255],
            (false, _, true) => [250, 250, 250],
            (false, _, false) => [5, 5, 5],
        })
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

fn bytes_of(field: &Field, photo: PhotoId) -> Vec<u8> {
    field.image("original", &photo.to_string()).unwrap().1
}

fn rule(error: ApiError) -> String {
    error.params.get("rule").cloned().unwrap_or_default()
}

const fn spot(x: u32, y: u32) -> Spot {
    Spot { x, y }
}

#[test]
fn a_blurred_copy_is_a_photo_of_its_own_and_its_original_is_untouched() {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let original = picture();
    let (visit, photos) = visit_with(&field, home.path(), &[("门牌.jpg", &original)]);
    let copy = |marks: Vec<Mark>| {
        field.copy_photo(CopyPhoto {
            visit,
            photo: photos[0],
            marks,
        })
    };
    let blur = Mark::Blur {
        from: spot(6_000, 6_000),
        to: spot(4_000, 4_000),
    };
    let label = Mark::Text {
        at: spot(500, 500),
        text: "𬭼家湾 无牌".into(),
    };
    assert_eq!(rule(copy(Vec::new()).unwrap_err()), "no_marks");
    let view = copy(vec![blur.clone(), label]).unwrap();

    let made = view.visit.photos.last().unwrap();
    assert_eq!(view.visit.photos.len(), 2);
    let derived = made.attached.derived.as_ref().unwrap();
    assert_eq!(
        (derived.from, derived.original.as_str()),
        (photos[0], Digest::of(&original).to_hex().as_str())
    );
    assert_eq!(derived.alterations, [Alteration::Marked, Alteration::Blurred]);
    assert_eq!((made.attached.name.as_str(), made.attached.method.as_str()), ("门牌-副本1.jpg", "copy"));
    assert_eq!(made.items, view.visit.photos[0].items);
    assert_eq!(bytes_of(&field, photos[0]), original, "not one byte");

    let bytes = bytes_of(&field, made.attached.photo);
    assert_eq!(Digest::of(&bytes).to_hex(), made.attached.original.sha256);
    let after = image::load_from_memory(&bytes).unwrap().to_rgb8();
    assert_eq!(after.dimensions(), (800, 600));
    let plate = |picture: &RgbImage| {
        let pure = |pixel: &[u8; 3]| pixel[0].abs_diff(pixel[2]) > 120;
        let inside = picture
            .enumerate_pixels()
            .filter(|(x, y, _)| (340..460).contains(x) && (260..340).contains(y));
        inside.filter(|(_, _, pixel)| pure(&pixel.0)).count()
    };
    let before = image::load_from_memory(&original).unwrap().to_rgb8();
    assert_eq!((plate(&before) > 5_000, plate(&after)), (true, 0), "no square of the plate can be told");
    assert!(after.get_pixel(700, 50).0.iter().all(|c| *c > 240), "what lies outside is as it was");
    assert!((40..300).any(|x| after.get_pixel(x, 40).0[1] < 60), "the label is there");
    assert!(field.image("thumbnail", &made.attached.photo.to_string()).is_ok());

    assert_eq!(
        rule(
            copy(vec![
                blur.clone(),
                Mark::Text {
                    at: spot(500, 500),
                    text: "𬭼家湾 无牌".into()
                }
            ])
            .unwrap_err()
        ),
        "same_photo"
    );
    let second = copy(vec![blur]).unwrap();
    assert_eq!(second.visit.photos[2].attached.name, "门牌-副本2.jpg");
    assert!(field.rebuild().unwrap());
}

#[test]
fn a_copy_of_a_telephones_photo_carries_nothing_of_its_metadata() {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let (visit, photos) = visit_with(&field, home.path(), &[("a.jpg", TELEPHONE)]);
    assert!(state(&field, visit).photos[0].attached.meta.position.is_some());
    let marks = vec![Mark::Blur {
        from: spot(0, 0),
        to: spot(10_000, 10_000),
    }];
    let copied = field.copy_photo(CopyPhoto {
        visit,
        photo: photos[0],
        marks,
    });
    let made = copied.unwrap().visit.photos.pop().unwrap();
    let meta = &made.attached.meta;
    assert_eq!((&meta.position, &meta.taken_at, &meta.make), (&None, &None, &None));
    let bytes = bytes_of(&field, made.attached.photo);
    assert!(!bytes.windows(4).any(|part| part == b"Exif"));
    assert_eq!(
        bytes.windows(3).filter(|part| *part == b"\xff\xd8\xff").count(),
        1,
        "no small picture inside"
    );
}

#[test]
fn what_is_no_picture_and_what_is_sealed_gives_no_copy() {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let (visit, photos) = visit_with(&field, home.path(), &[("a.jpg", &picture()), ("b.txt", b"just words")]);
    let copy = |photo| {
        let from = spot(0, 0);
        let to = spot(100, 100);
        field.copy_photo(CopyPhoto {
            visit,
            photo,
            marks: vec![Mark::Rectangle { from, to }],
        })
    };
    assert_eq!(rule(copy(photos[1]).unwrap_err()), "no_picture");
    assert_eq!(rule(copy(PhotoId(uuid::Uuid::now_v7())).unwrap_err()), "no_photo");
    seal(&field, visit);
    assert_eq!(rule(copy(photos[0]).unwrap_err()), "sealed");
}

fn seal(field: &Field, visit: VisitId) {
    end(field, visit);
    let way = CountersignWay::Absent {
        reason: "关门".into(),
        photo: None,
    };
    field.countersign(CountersignArgs { visit, way }).unwrap();
    let signers = vec![signer(WANG, "wang-passphrase"), signer(LI, "li-passphrase")];
    field.seal_visit(SealVisit { visit, signers }).unwrap();
}

#[test]
fn what_is_said_of_a_photos_origin_stands_in_the_record() {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let (visit, photos) = visit_with(&field, home.path(), &[("a.jpg", &picture())]);
    let say = |purpose: &str| {
        field.state_custody(StateCustody {
            visit,
            photo: photos[0],
            custody: Custody {
                maker: " 林晓川 ".into(),
                method: Method::Camera,
                purpose: purpose.into(),
            },
        })
    };
    let entries = || field.sync_status(Nothing {}).unwrap().entries;
    say("证明门头没有标识").unwrap();
    let before = entries();
    say("证明门头没有标识").unwrap();
    assert_eq!(entries(), before, "the same again says nothing");
    assert_eq!(rule(say(&"证".repeat(501)).unwrap_err()), "too_long");
    let marks = vec![Mark::Arrow {
        from: spot(9_000, 9_000),
        to: spot(5_000, 5_000),
    }];
    let photo = photos[0];
    field.copy_photo(CopyPhoto { visit, photo, marks }).unwrap();
    seal(&field, visit);
    assert_eq!(rule(say("别的").unwrap_err()), "sealed");

    let sealed = state(&field, visit).sealed.unwrap();
    let vault = field.0.opened().unwrap();
    let bytes = vault.vault.read(&sealed.record.sha256.parse().unwrap()).unwrap();
    let record: domain::VisitRecord = seal::canonical::from_slice(&bytes).unwrap();
    let custody = record.photos[0].custody.as_ref().unwrap();
    assert_eq!(
        (custody.maker.as_str(), custody.method, custody.purpose.as_str()),
        ("林晓川", Method::Camera, "证明门头没有标识")
    );
    let derived = record.photos[1].derived.as_ref().unwrap();
    assert_eq!((derived.from, &derived.original), (photos[0], &record.photos[0].original.sha256));
    assert!(field.rebuild().unwrap());
}

#[test]
fn an_export_is_recorded_when_it_is_saved_and_the_original_leaves_byte_for_byte() {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let (visit, photos) = visit_with(&field, home.path(), &[("现场.jpg", TELEPHONE), ("b.txt", b"just words")]);
    let export = |photo, watermark| {
        field.export_photo(ExportPhoto {
            visit,
            photo,
            watermark,
            to: " 县商务局 ".into(),
            english: false,
        })
    };
    let all = state(&field, visit).photos;
    let why = |photo| all.iter().find(|one| one.attached.photo == photo).unwrap().attached.no_preview.as_deref();
    assert_eq!(
        (why(photos[0]), why(photos[1])),
        (None, Some("format")),
        "why there is no picture is said for good"
    );
    let sha256 = Digest::of(TELEPHONE).to_hex();
    let plain = export(photos[0], false).unwrap();
    assert_eq!(
        (&plain.sha256, plain.file_name.as_str(), plain.size_bytes),
        (&sha256, "现场.jpg", TELEPHONE.len() as u64)
    );
    let document = field.document(&plain.handle).unwrap();
    assert_eq!((document.len, document.media_type.as_str()), (TELEPHONE.len() as u64, "image/jpeg"));
    assert!(whole(&field, &plain.handle) == TELEPHONE);
    assert!(state(&field, visit).exported.is_empty(), "nothing left yet");
    field.document_kept(&plain.handle).unwrap();

    let marked = export(photos[0], true).unwrap();
    let copy = whole(&field, &marked.handle);
    assert_eq!(
        (marked.file_name.as_str(), Digest::of(&copy).to_hex()),
        ("现场-水印.jpg", marked.sha256.clone())
    );
    let before = image::load_from_memory(TELEPHONE).unwrap();
    let after = image::load_from_memory(&copy).unwrap();
    let (short, long) = (before.width().min(before.height()), before.width().max(before.height()));
    assert!(after.width() == short || after.width() == long, "as wide as the picture");
    assert!(after.width() * after.height() > before.width() * before.height(), "and a band below it");
    assert!(!copy.windows(4).any(|part| part == b"Exif"));
    field.document_kept(&marked.handle).unwrap();

    // The last handle alone is good, and what is no picture leaves as it came or not at all.
    assert_eq!(field.document(&plain.handle).unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(rule(export(photos[1], true).unwrap_err()), "no_picture");
    let words = export(photos[1], false).unwrap();
    assert_eq!(whole(&field, &words.handle), b"just words");

    seal(&field, visit);
    let late = export(photos[0], false).unwrap();
    field.document_kept(&late.handle).unwrap();
    let now = state(&field, visit);
    let left: Vec<_> = now.exported.iter().map(|one| &one.exported).collect();
    assert_eq!(left.iter().map(|one| one.watermark).collect::<Vec<_>>(), [false, true, false]);
    assert!(
        left.iter()
            .all(|one| one.photo == photos[0] && one.original == sha256 && one.to == "县商务局")
    );
    assert_eq!((&left[0].file, &left[1].file), (&sha256, &marked.sha256));
    assert_eq!(now.uncovered, [], "an export changes nothing of the visit");
    assert!(field.rebuild().unwrap());

    FieldHost::lock(&field, Nothing {}).unwrap();
    assert_eq!(field.document(&late.handle).unwrap_err().code, ErrorCode::Locked);
}
