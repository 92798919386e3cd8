//! Pictures of every container stand upright and in their colours: rotated once, by whoever says so, and films by their track.

use crate::made::{self, AS_IT_IS, HALF, QUARTER_RIGHT, Turn, av1_8, av1_12, film, film_in_fragments, h264, heif, hevc, imir, irot, nclx};
use crate::support;
use image::RgbImage;
use intake::reason::NoPreview;
use intake::{Limits, format, metadata, source, thumbnail};
use std::io::Cursor;

/// What the product shows of a file, and with which orientation of its metadata.
fn shown(file: &[u8]) -> Result<RgbImage, NoPreview> {
    let needed = source::needed(&mut Cursor::new(file)).unwrap();
    let meta = metadata::read_as(&needed.bytes, needed.format);
    let made = thumbnail::make(&needed.bytes, meta.orientation, &Limits::default())?;
    Ok(image::load_from_memory(&made.jpeg).unwrap().into_rgb8())
}

fn is(pixel: &image::Rgb<u8>, colour: [u8; 3]) -> bool {
    pixel.0.iter().zip(colour).all(|(a, b)| a.abs_diff(b) <= 40)
}

const RED: [u8; 3] = [255, 0, 0];
const BLUE: [u8; 3] = [0, 0, 255];

/// Where the red half is.
fn red_side(picture: &RgbImage) -> &'static str {
    let (w, h) = picture.dimensions();
    let at = |x: u32, y: u32| picture.get_pixel(x.min(w - 1), y.min(h - 1));
    let sides = [
        ("left", at(w / 8, h / 2), at(w * 7 / 8, h / 2)),
        ("right", at(w * 7 / 8, h / 2), at(w / 8, h / 2)),
        ("above", at(w / 2, h / 8), at(w / 2, h * 7 / 8)),
        ("below", at(w / 2, h * 7 / 8), at(w / 2, h / 8)),
    ];
    let found = sides.iter().find(|(_, red, blue)| is(red, RED) && is(blue, BLUE));
    found.map_or("nowhere", |(side, ..)| side)
}

#[test]
fn pictures_in_heif_are_turned_by_the_container_and_never_twice() {
    for (brand, coded) in [(b"avif", av1_8()), (b"avif", av1_12()), (b"heic", hevc())] {
        let (w, h) = (u32::from(coded.size.0), u32::from(coded.size.1));
        let of = |properties: &[Vec<u8>], orientation| {
            let file = heif(brand, &coded, properties, orientation);
            let meta = metadata::read(&file);
            assert_eq!((meta.width, meta.height, meta.orientation), (Some(w), Some(h), orientation));
            let picture = shown(&file).unwrap_or_else(|why| panic!("{}: {why:?}", brand.escape_ascii()));
            (picture.dimensions(), red_side(&picture))
        };
        assert_eq!(of(&[], None), ((w, h), "left"));
        // Exif tells of the same turn that the container has, as telephones write it, or of another one: the container counts.
        for orientation in [None, Some(1), Some(6), Some(8)] {
            assert_eq!(of(&[irot(3)], orientation), ((h, w), "above"), "{orientation:?}");
            assert_eq!(of(&[irot(1)], orientation), ((h, w), "below"), "{orientation:?}");
            assert_eq!(of(&[irot(2)], orientation), ((w, h), "right"), "{orientation:?}");
            assert_eq!(of(&[imir(0)], orientation), ((w, h), "left"), "{orientation:?}");
            assert_eq!(of(&[imir(1)], orientation), ((w, h), "right"), "{orientation:?}");
            // In the order in which they stand.
            assert_eq!(of(&[irot(3), imir(0)], orientation), ((h, w), "below"), "{orientation:?}");
            assert_eq!(of(&[imir(0), irot(3)], orientation), ((h, w), "above"), "{orientation:?}");
        }
        // In HEIF the orientation of Exif is a note about the past (ISO 23008-12 annex A): without a turn in the container there is none.
        assert_eq!(of(&[], Some(6)), ((w, h), "left"));
    }
}

#[test]
fn photos_of_telephones_in_heif_stand_as_they_do_without_their_exif() {
    let set = support::photo_set();
    let mut both = 0;
    for path in set.files() {
        let bytes = std::fs::read(&path).unwrap();
        if !matches!(format::sniff(&bytes), format::FileFormat::Heic | format::FileFormat::Avif) {
            continue;
        }
        let meta = metadata::read(&bytes);
        // A full decode of a large one without a turn would only take time.
        if bytes.len() > 500_000 && meta.orientation.is_none_or(|o| o == 1) {
            continue;
        }
        let made = |orientation| thumbnail::make(&bytes, orientation, &Limits::default());
        let Ok(with) = made(meta.orientation) else { continue };
        assert_eq!(Ok(&with), made(None).as_ref(), "{}", path.display());
        both += u32::from(meta.orientation.is_some_and(|o| o > 1));
    }
    println!("{both} files whose Exif asks for a turn too");
    assert!(both >= 2 || set.name.contains("small copies"));
}

#[test]
fn samples_of_heic_mean_what_their_stream_says_where_the_container_says_nothing() {
    let picture = shown(made::FULL_RANGE).unwrap();
    for (x, expected) in [(8, 30_u8), (56, 220)] {
        let pixel = picture.get_pixel(x, 32);
        assert!(pixel.0.iter().all(|c| c.abs_diff(expected) <= 3), "{pixel:?}, not {expected}");
    }
}

#[test]
fn scans_in_black_and_white_and_jpegs_in_tiff_are_shown() {
    let scan = shown(made::FAX).unwrap();
    assert_eq!(scan.dimensions(), (40, 24));
    assert!(is(scan.get_pixel(5, 12), [0; 3]) && is(scan.get_pixel(35, 12), [255; 3]));
    assert_eq!(red_side(&shown(made::JPEG_IN_TIFF).unwrap()), "left");
}

#[test]
fn wide_primaries_named_by_number_are_turned_into_srgb() {
    // The picture's red in Display P3 is beyond sRGB's; its neighbour inside is not.
    let plain = shown(&heif(b"avif", &av1_8(), &[nclx(1, 13, 6)], None)).unwrap();
    let wide = shown(&heif(b"avif", &av1_8(), &[nclx(12, 13, 6)], None)).unwrap();
    assert_eq!((red_side(&plain), red_side(&wide)), ("left", "left"));
    let blue = |picture: &RgbImage| picture.get_pixel(60, 24).0;
    // P3's blue is sRGB's with a little more blue than sRGB has: clipped to the same, and without red.
    assert!(is(&wide.get_pixel(4, 24).to_owned(), RED) && blue(&wide)[2] >= blue(&plain)[2].saturating_sub(4));
}

/// Brand, codec, configuration, sample and size of a film.
type Made<'a> = (&'a [u8; 4], &'a [u8; 4], &'a [u8], &'a [u8], (u16, u16));

#[test]
fn films_show_their_first_picture_turned_by_their_track() {
    let mut jpeg = Vec::new();
    let rgb = RgbImage::from_fn(64, 48, |x, _| image::Rgb(if x < 32 { RED } else { BLUE }));
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 95)
        .encode_image(&rgb)
        .unwrap();
    let (avc, av1, hevc) = (h264(), av1_8(), hevc());
    let films: [Made<'_>; 5] = [
        (b"isom", b"avc1", &avc.configuration, &avc.data, (64, 48)),
        (b"qt  ", b"avc1", &avc.configuration, &avc.data, (64, 48)),
        (b"qt  ", b"hvc1", &hevc.configuration, &hevc.data, hevc.size),
        (b"isom", b"av01", &av1.configuration, &av1.data, (64, 48)),
        (b"qt  ", b"jpeg", &[], &jpeg, (64, 48)),
    ];
    for (brand, codec, configuration, sample, size) in films {
        let of = |turn: Turn| {
            let picture = shown(&film(brand, codec, configuration, sample, size, turn));
            let picture = picture.unwrap_or_else(|why| panic!("{}: {why:?}", codec.escape_ascii()));
            (picture.dimensions(), red_side(&picture))
        };
        let (w, h) = (u32::from(size.0), u32::from(size.1));
        assert_eq!(of(AS_IT_IS), ((w, h), "left"), "{}", codec.escape_ascii());
        assert_eq!(of(QUARTER_RIGHT), ((h, w), "above"), "{}", codec.escape_ascii());
        assert_eq!(of(HALF), ((w, h), "right"), "{}", codec.escape_ascii());
        let fragments = shown(&film_in_fragments(codec, configuration, sample, size)).unwrap();
        assert_eq!(fragments.dimensions(), (w, h), "{} in fragments", codec.escape_ascii());
    }
}

#[test]
fn a_film_without_a_picture_says_why() {
    let none = |film: &[u8]| shown(film).unwrap_err();
    let of_codec = film(b"isom", b"s263", &[], b"sample", (64, 48), AS_IT_IS);
    assert_eq!(none(&of_codec), NoPreview::Codec { codec: *b"s263" });
    let made::Coded {
        configuration: avcc,
        data: sample,
        ..
    } = h264();
    let whole = film(b"isom", b"avc1", &avcc, &sample, (64, 48), AS_IT_IS);
    // A film whose sample was overwritten, one of which only the directory is left, and one too large.
    let at = whole.windows(sample.len()).position(|w| w == sample).unwrap();
    let mut spoiled = whole.clone();
    spoiled[at + 4..at + sample.len()].fill(0x55);
    assert!(matches!(none(&spoiled), NoPreview::Broken), "{:?}", none(&spoiled));
    let empty = film(b"isom", b"avc1", &avcc, &[], (64, 48), AS_IT_IS);
    assert_eq!(none(&empty), NoPreview::Broken);
    let large = film(b"isom", b"avc1", &avcc, &sample, (u16::MAX, u16::MAX), AS_IT_IS);
    assert_eq!(none(&large), NoPreview::TooLarge);
    let mut high = avcc.clone();
    high[9] = 110;
    let of_ten_bits = film(b"isom", b"avc1", &high, &sample, (64, 48), AS_IT_IS);
    assert_eq!(none(&of_ten_bits), NoPreview::Codec { codec: *b"avc1" });
    let without_tracks = [made::boxed(b"ftyp", b"isom\0\0\0\0"), made::boxed(b"moov", &[])].concat();
    assert!(matches!(none(&without_tracks), NoPreview::Format { .. }));
}

#[test]
fn a_document_shows_its_first_page() {
    let page = shown(&made::pdf()).unwrap();
    assert_eq!(page.dimensions(), (160, 320));
    assert!(is(page.get_pixel(80, 280), RED) && is(page.get_pixel(80, 40), [255; 3]));
}
