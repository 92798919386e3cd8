//! A camera's clock that is off is put right for one visit by a word, and left as it was by another; its files stay as they are.

use std::path::{Path, PathBuf};

use contract::ApiError;
use contract::field::*;
use domain::clock::Correction;
use domain::worth::{ClockSource, Remark};
use domain::{PhotoId, VisitId};

use super::county::County;
use super::visit::{import, open_visit};
use crate::Field;

/// A picture of a camera that writes local time without a zone, and satellite time where it has it, both as XMP.
fn shot(folder: &Path, name: &str, taken_at: &str, gps: Option<&str>) -> PathBuf {
    let seed = name.bytes().map(u32::from).sum::<u32>();
    let picture = image::RgbImage::from_fn(400, 300, |x, y| image::Rgb([(seed % 251) as u8, (x % 251) as u8, (y % 241) as u8]));
    let mut jpeg = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut jpeg, image::ImageFormat::Jpeg).unwrap();
    let gps = gps.map(|time| format!(r#"exif:GPSTimeStamp="{time}""#)).unwrap_or_default();
    let packet = format!(
        r#"http://ns.adobe.com/xap/1.0/{zero}<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
        <rdf:Description rdf:about="" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
        tiff:Make="NIKON" tiff:Model="COOLPIX P6000" exif:DateTimeOriginal="{taken_at}" {gps}/></rdf:RDF></x:xmpmeta>"#,
        zero = '\0'
    );
    let jpeg = jpeg.into_inner();
    let mut bytes = jpeg[..2].to_vec();
    bytes.extend([0xff, 0xe1]);
    bytes.extend(u16::try_from(packet.len() + 2).unwrap().to_be_bytes());
    bytes.extend(packet.as_bytes());
    bytes.extend(&jpeg[2..]);
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn remarks(view: &VisitView, photo: PhotoId) -> Vec<&'static str> {
    let notes = view.photo_notes.iter().find(|notes| notes.photo == photo).unwrap();
    notes.remarks.iter().map(Remark::key).collect()
}

fn correct(field: &Field, visit: VisitId, photo: PhotoId, seconds: Option<i64>) -> Result<VisitView, ApiError> {
    let against = ClockSource::Gps;
    field.correct_clock(CorrectClock {
        visit,
        photo,
        correction: seconds.map(|seconds| Correction { seconds, against }),
    })
}

#[test]
fn a_clock_is_put_right_and_left_again_and_the_files_keep_what_they_say() {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    // From 2026-09-21 22:13 in China on; the camera is an hour behind.
    let visit = open_visit(&field);
    let files = vec![
        shot(home.path(), "a.jpg", "2026-09-21T21:33:00", Some("2026-09-21T14:33:00Z")),
        shot(home.path(), "b.jpg", "2026-09-21T21:35:00", Some("2026-09-21T14:35:00Z")),
        shot(home.path(), "c.jpg", "2026-09-21T21:40:00", None),
    ];
    import(&field, visit, files);
    let view = field.get_visit(VisitArgs { visit }).unwrap();
    let named = |name: &str| view.visit.photos.iter().find(|one| one.attached.name == name).unwrap().attached.clone();
    let (with_gps, without) = (named("a.jpg"), named("c.jpg"));
    assert_eq!(remarks(&view, with_gps.photo), ["clock_off"]);
    assert_eq!(remarks(&view, without.photo), ["outside_hours", "clock_off"]);
    let notes = view.photo_notes.iter().find(|notes| notes.photo == without.photo).unwrap();
    let off = Remark::ClockOff {
        seconds: -3600,
        against: ClockSource::Gps,
    };
    assert!(notes.remarks.contains(&off), "{:?}", notes.remarks);

    // Only what is offered.
    let rule = |answer: Result<VisitView, ApiError>| answer.unwrap_err().params["rule"].clone();
    assert_eq!(rule(correct(&field, visit, without.photo, Some(-7200))), "clock_not_offered");
    let right = correct(&field, visit, with_gps.photo, Some(-3600)).unwrap();
    assert_eq!(remarks(&right, with_gps.photo), ["clock_corrected"]);
    assert_eq!(remarks(&right, without.photo), ["clock_corrected"]);
    let kept = &right.visit.photo(without.photo).unwrap().attached;
    assert_eq!(kept, &without, "the file, and what it says, stay as they were");
    // Said twice is said once.
    correct(&field, visit, without.photo, Some(-3600)).unwrap();
    assert!(field.rebuild().unwrap());

    // Taken back as the last step, and by its own word.
    let reason = "撤销".to_owned();
    assert_eq!(right.undo.unwrap().kind, "correct_clock");
    let undone = field.undo_step(UndoArgs { visit, reason }).unwrap();
    assert_eq!(remarks(&undone, without.photo), ["outside_hours", "clock_off"]);
    correct(&field, visit, with_gps.photo, Some(-3600)).unwrap();
    let left = correct(&field, visit, without.photo, None).unwrap();
    assert_eq!(remarks(&left, without.photo), ["outside_hours", "clock_off"]);
    assert!(left.visit.clocks.is_empty());
    assert!(field.rebuild().unwrap(), "rebuilt equals incremental");
}
