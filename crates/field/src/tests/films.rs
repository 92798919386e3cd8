//! Films out of the vault, part by part, as players ask for them.

use contract::ErrorCode;
use contract::field::*;
use contract::shared::Nothing;

use super::county::County;
use super::visit::{import, open_visit};

const FILM: &[u8] = include_bytes!("../../../../assets/samples/halves.mp4");

#[test]
fn a_film_is_given_part_by_part_and_to_nobody_once_it_is_locked() {
    let home = tempfile::tempdir().unwrap();
    let mut county = County::new();
    let field = county.laptop(home.path());
    let visit = open_visit(&field);
    let path = home.path().join("VID_1.mp4");
    // Longer than one answer; players ask on from where it ended.
    let film = [FILM, &vec![7; 9 << 20]].concat();
    std::fs::write(&path, &film).unwrap();
    let photo = import(&field, visit, vec![path]).rows[0].photo.unwrap().to_string();
    let part = |range: &str| field.part(&photo, range).unwrap().unwrap();
    let mut whole: Vec<u8> = Vec::new();
    while whole.len() < film.len() {
        let part = part(&format!("bytes={}-", whole.len()));
        assert_eq!((part.first, part.total), (Some(whole.len() as u64), film.len() as u64));
        assert_eq!(part.media_type, "video/mp4");
        whole.extend(part.bytes);
    }
    assert!(whole == film);
    assert_eq!(part("bytes=32-35").bytes, film[32..36]);
    assert_eq!(part("bytes=-3").bytes, [7; 3]);
    assert_eq!(part("bytes=99999999-").first, None);
    assert_eq!(field.part(&photo, "pages=1-2").unwrap(), None, "then all of it is given");
    assert_eq!(field.part("0190", "bytes=0-").unwrap_err().code, ErrorCode::NotFound);
    FieldHost::lock(&field, Nothing {}).unwrap();
    assert_eq!(field.part(&photo, "bytes=0-").unwrap_err().code, ErrorCode::Locked);
}
