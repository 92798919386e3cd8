//! Pictures and films made for tests: the same coded picture, red on the left and blue on the right, in containers that say
//! what the test wants them to say.
#![allow(dead_code, clippy::unwrap_used, clippy::indexing_slicing)]

pub const AVIF_8: &[u8] = include_bytes!("../data/made/halves-8.avif");
pub const AVIF_12: &[u8] = include_bytes!("../data/made/halves-12.avif");
/// Written by hand from the standard: macroblocks of plain samples (I_PCM).
pub const FILM: &[u8] = include_bytes!("../../../../assets/samples/halves.mp4");
pub const HEIC: &[u8] = include_bytes!("../../../../assets/samples/halves.heic");
/// Grey 30 on the left and 220 on the right; that the samples use the full range stands in the stream alone.
pub const FULL_RANGE: &[u8] = include_bytes!("../data/made/full-range.heic");
/// Black on the left and white on the right, by CCITT group 4.
pub const FAX: &[u8] = include_bytes!("../data/made/halves-fax.tif");
pub const JPEG_IN_TIFF: &[u8] = include_bytes!("../data/made/halves-jpeg.tif");

/// Bytes of the film's only sample.
const SAMPLE: usize = 4640;

/// A codec's item type, its configuration box, and the coded picture.
pub struct Coded {
    pub item: [u8; 4],
    pub size: (u16, u16),
    pub configuration: Vec<u8>,
    pub data: Vec<u8>,
}

pub fn av1_8() -> Coded {
    coded(*b"av01", AVIF_8, b"av1C", 0x14f..0x14f + 0x2c)
}

pub fn av1_12() -> Coded {
    coded(*b"av01", AVIF_12, b"av1C", 0x14f..0x14f + 0x32)
}

pub fn hevc() -> Coded {
    Coded {
        size: (128, 96),
        ..coded(*b"hvc1", HEIC, b"hvcC", 0x1a7..0x1a7 + 0x9d)
    }
}

pub fn h264() -> Coded {
    coded(*b"avc1", FILM, b"avcC", 32..32 + SAMPLE)
}

fn coded(item: [u8; 4], file: &[u8], configuration: &[u8; 4], data: std::ops::Range<usize>) -> Coded {
    let at = file.windows(4).position(|w| w == configuration).unwrap() - 4;
    let len = u32::from_be_bytes(file[at..at + 4].try_into().unwrap()) as usize;
    Coded {
        item,
        size: (64, 48),
        configuration: file[at..at + len].to_vec(),
        data: file[data].to_vec(),
    }
}

pub fn boxed(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&(body.len() as u32 + 8).to_be_bytes()[..], name, body].concat()
}

fn full(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    boxed(name, &[&[0; 4][..], body].concat())
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// A quarter turn counter-clockwise, so many times.
pub fn irot(quarters: u8) -> Vec<u8> {
    boxed(b"irot", &[quarters])
}

/// A mirror: 0 exchanges above and below, 1 left and right.
pub fn imir(axis: u8) -> Vec<u8> {
    boxed(b"imir", &[axis])
}

/// Colours by number: primaries, transfer, matrix, full range.
pub fn nclx(primaries: u16, transfer: u16, matrix: u16) -> Vec<u8> {
    let numbers: Vec<u8> = [primaries, transfer, matrix].iter().flat_map(|n| n.to_be_bytes()).collect();
    boxed(b"colr", &[&b"nclx"[..], &numbers, &[0x80]].concat())
}

/// A HEIF file of one picture with further properties and, where wanted, an Exif item with an orientation.
pub fn heif(brand: &[u8; 4], coded: &Coded, properties: &[Vec<u8>], orientation: Option<u8>) -> Vec<u8> {
    let ftyp = boxed(b"ftyp", &[&brand[..], &[0; 4], brand, b"mif1"].concat());
    let exif = orientation.map(|orientation| {
        let entry = [0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0];
        [&[0; 4][..], b"II\x2a\0\x08\0\0\0\x01\0", &entry, &[0; 4]].concat()
    });
    let mut all = vec![
        coded.configuration.clone(),
        full(b"ispe", &words(&[coded.size.0.into(), coded.size.1.into()])),
    ];
    all.extend(properties.iter().cloned());
    let ties: Vec<u8> = (1..=all.len() as u8).collect();
    let ipma = full(b"ipma", &[&words(&[1])[..], &[0, 1, ties.len() as u8], &ties].concat());
    let iprp = boxed(b"iprp", &[boxed(b"ipco", &all.concat()), ipma].concat());
    let infe = |id: u16, kind: &[u8; 4]| boxed(b"infe", &[&[2, 0, 0, 0][..], &id.to_be_bytes(), &[0, 0], kind, &[0]].concat());
    let mut entries = infe(1, &coded.item);
    let count = 1 + u16::from(exif.is_some());
    if exif.is_some() {
        entries.extend(infe(2, b"Exif"));
    }
    let iinf = full(b"iinf", &[&count.to_be_bytes()[..], &entries].concat());
    let hdlr = full(b"hdlr", &[&[0; 4][..], b"pict", &[0; 13]].concat());
    let iref = full(b"iref", &boxed(b"cdsc", &[0, 2, 0, 1, 0, 1]));
    let meta = |start: usize| {
        let place = |id: u16, at: usize, len: usize| [&id.to_be_bytes()[..], &[0, 0, 0, 1], &words(&[at as u32, len as u32])].concat();
        let mut places = place(1, start, coded.data.len());
        if let Some(exif) = &exif {
            places.extend(place(2, start + coded.data.len(), exif.len()));
        }
        let iloc = full(b"iloc", &[&[0x44, 0][..], &count.to_be_bytes(), &places].concat());
        let mut parts = vec![hdlr.clone(), full(b"pitm", &[0, 1]), iloc, iinf.clone(), iprp.clone()];
        if exif.is_some() {
            parts.push(iref.clone());
        }
        full(b"meta", &parts.concat())
    };
    let start = ftyp.len() + meta(0).len() + 8;
    let data = [coded.data.clone(), exif.clone().unwrap_or_default()].concat();
    [ftyp, meta(start), boxed(b"mdat", &data)].concat()
}

/// Rows of a track's matrix: the new right and the new down.
pub type Turn = [i32; 4];
pub const AS_IT_IS: Turn = [1, 0, 0, 1];
pub const QUARTER_RIGHT: Turn = [0, 1, -1, 0];
pub const HALF: Turn = [-1, 0, 0, -1];

/// A film of one sample, its directory behind it, as telephones write films.
pub fn film(brand: &[u8; 4], codec: &[u8; 4], configuration: &[u8], sample: &[u8], size: (u16, u16), turn: Turn) -> Vec<u8> {
    let ftyp = boxed(b"ftyp", &[&brand[..], &[0; 4], brand].concat());
    let mdat = boxed(b"mdat", &[b"something before it", sample].concat());
    let at = (ftyp.len() + 8 + 19) as u32;
    let table = [
        full(b"stts", &words(&[1, 1, 600])),
        full(b"stsc", &words(&[1, 1, 1, 1])),
        full(b"stsz", &words(&[0, 1, sample.len() as u32])),
        full(b"stco", &words(&[1, at])),
    ];
    [ftyp, mdat, directory(codec, configuration, &table.concat(), size, turn)].concat()
}

/// A film whose directory names no samples: its one sample stands in a fragment behind it.
pub fn film_in_fragments(codec: &[u8; 4], configuration: &[u8], sample: &[u8], size: (u16, u16)) -> Vec<u8> {
    let ftyp = boxed(b"ftyp", b"iso5\0\0\0\0iso5");
    let table = [b"stts", b"stsc", b"stco"].map(|name| full(name, &words(&[0]))).concat();
    let table = [table, full(b"stsz", &words(&[0, 0]))].concat();
    let run = |offset: u32| boxed(b"trun", &words(&[0x201, 1, offset, sample.len() as u32]));
    let fragment = |offset: u32| {
        let traf = [boxed(b"tfhd", &words(&[0x02_0000, 1])), run(offset)].concat();
        boxed(b"moof", &[full(b"mfhd", &words(&[1])), boxed(b"traf", &traf)].concat())
    };
    let moof = fragment(fragment(0).len() as u32 + 8);
    let moov = directory(codec, configuration, &table, size, AS_IT_IS);
    [ftyp, moov, moof, boxed(b"mdat", sample)].concat()
}

/// The directory of a film of one track, whose samples are where the table says.
fn directory(codec: &[u8; 4], configuration: &[u8], table: &[u8], size: (u16, u16), turn: Turn) -> Vec<u8> {
    let [a, b, c, d] = turn.map(|n| (n << 16) as u32);
    let matrix = words(&[a, b, 0, c, d, 0, 0, 0, 1 << 30]);
    let size_words = words(&[u32::from(size.0) << 16, u32::from(size.1) << 16]);
    let tkhd = full(b"tkhd", &[&words(&[0, 0, 1, 0, 600])[..], &[0; 16], &matrix, &size_words].concat());
    let entry = [
        &[0; 6][..],
        &[0, 1],
        &[0; 16],
        &size.0.to_be_bytes(),
        &size.1.to_be_bytes(),
        &words(&[72 << 16, 72 << 16, 0]),
        &[0, 1],
        &[0; 32],
        &[0, 24, 0xff, 0xff],
        configuration,
    ]
    .concat();
    let table = [&full(b"stsd", &[words(&[1]), boxed(codec, &entry)].concat())[..], table].concat();
    let header = full(b"mdhd", &words(&[0, 0, 600, 600, 0]));
    let handler = full(b"hdlr", &[&[0; 4][..], b"vide", &[0; 13]].concat());
    let media = [header, handler, boxed(b"minf", &boxed(b"stbl", &table))].concat();
    let track = boxed(b"trak", &[tkhd, boxed(b"mdia", &media)].concat());
    let mvhd = full(b"mvhd", &[words(&[0, 0, 600, 600, 1 << 16]), vec![0; 76], words(&[2])].concat());
    boxed(b"moov", &[mvhd, track].concat())
}

/// A PDF of one page, the lower half filled with red.
pub fn pdf() -> Vec<u8> {
    let drawing = "1 0 0 rg 0 0 200 200 re f";
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 400] /Contents 4 0 R >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{drawing}\nendstream", drawing.len()),
    ];
    let mut file = "%PDF-1.4\n".to_owned();
    let mut table = "xref\n0 5\n0000000000 65535 f \n".to_owned();
    for (number, object) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", file.len());
        file += &format!("{} 0 obj\n{object}\nendobj\n", number + 1);
    }
    let start = file.len();
    format!("{file}{table}trailer << /Size 5 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n").into_bytes()
}
