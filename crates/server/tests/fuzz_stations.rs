//! Mutated tables of stations through reading, guessing and planning: never a panic, never more than the limits, always an answer.
//! `XUNZHAN_FUZZ_SECONDS` sets the time (10), `XUNZHAN_FUZZ_SEED` repeats a run.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::io::{Cursor, Read as _, Write as _};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use contract::stations::StationOutcome;
use domain::StationId;
use papers::sheet::{Cell, Column, Sheet, workbook};
use server::stations::plan::plan;
use server::stations::row::Columns;
use server::stations::table::{Unreadable, read};
use server::stations::{MAX_COLUMNS, MAX_ROWS, columns};
use uuid::Uuid;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

const HEADERS: [&str; 8] = ["站点编号", "站点名称", "乡镇", "村", "负责人", "电话", "经度", "纬度"];
const ROWS: [[&str; 8]; 3] = [
    ["QH-1", "青河村站", "青禾镇", "青河村", "沈𬭼", "13800000000", "116.3974", "39.9"],
    ["QH-2", "石头寨站", "柳溪镇", "石头寨村", "葛𪨶", "0991-1234567", "116°23'50\"", "39°54'"],
    ["", "南坪村站", "白鹭镇", "", "", "", "", ""],
];

/// xorshift64*: the run must repeat from its seed and needs no more than that.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

fn mutate(bytes: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..=random.below(5) {
        if bytes.is_empty() {
            return;
        }
        let at = random.below(bytes.len());
        let end = (at + 1 + random.below(40)).min(bytes.len());
        match random.below(6) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = random.next() as u8,
            2 => bytes.truncate(at + 1),
            3 => drop(bytes.drain(at..end)),
            4 => {
                let copy = bytes[at..end].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, copy);
            }
            _ => bytes[at] = b"\"<>&,;\r\n\0'9ZA"[random.below(13)],
        }
    }
}

fn xlsx() -> Vec<u8> {
    let column = |title: &&str| Column {
        title: (*title).to_owned(),
        width: 12,
    };
    let sheet = Sheet {
        name: "站点".into(),
        heading: vec!["青禾县站点台账".into()],
        columns: HEADERS.iter().map(column).collect(),
        made_at_ms: 0,
    };
    workbook(&sheet, ROWS.iter().map(|row| row.iter().map(|c| Cell::Text((*c).to_owned())).collect())).unwrap()
}

/// The parts of a workbook, unpacked, so that what lies in them can be changed and packed again.
fn parts(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut part = archive.by_index(index).unwrap();
            let mut bytes = Vec::new();
            part.read_to_end(&mut bytes).unwrap();
            (part.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

fn pack(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        writer.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn csv() -> Vec<u8> {
    let mut text = HEADERS.join(",");
    for row in ROWS {
        text.push('\n');
        text.push_str(&row.join(","));
    }
    text.into_bytes()
}

/// Reads and plans; how many rows were good.
fn run(bytes: &[u8]) -> Result<usize, Unreadable> {
    let table = read(bytes, None)?;
    let header = columns::header(&table, None)?;
    assert!(table.rows.iter().all(|row| row.cells.len() <= MAX_COLUMNS) && table.rows.len() <= MAX_ROWS + 20);
    assert!(table.rows.windows(2).all(|pair| pair[0].row < pair[1].row));
    let mapping = columns::guess(&header.cells);
    let below: Vec<_> = table.rows.iter().filter(|row| row.row > header.row).cloned().collect();
    let planned = plan(&Columns::new(&header.cells, &mapping), &below, &[], || StationId(Uuid::now_v7()));
    assert_eq!(planned.len(), below.len());
    for row in &planned {
        assert_eq!(row.line.outcome == StationOutcome::Bad, !row.line.faults.is_empty());
        assert_eq!(row.line.outcome == StationOutcome::Bad, row.station.is_none());
        assert!(row.station.as_ref().is_none_or(|s| !s.name.is_empty() && !s.township.is_empty()));
    }
    Ok(planned.iter().filter(|row| row.station.is_some()).count())
}

#[test]
fn hostile_tables_end_as_reasons() {
    assert_eq!((run(&csv()), run(&xlsx())), (Ok(3), Ok(3)));
    let seconds = std::env::var("XUNZHAN_FUZZ_SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(10);
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    let seed = std::env::var("XUNZHAN_FUZZ_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(clock | 1);
    println!("seed {seed}");
    let gb = encoding_rs::GB18030.encode(std::str::from_utf8(&csv()).unwrap()).0.into_owned();
    let (plain, book) = ([csv(), gb], xlsx());
    let unpacked = parts(&book);
    let (mut random, start) = (Random(seed), Instant::now());
    let (mut runs, mut read_well, mut slowest) = (0_u64, 0_u64, Duration::ZERO);
    // Panics of the workbook reader are caught by the product; their messages would drown the test's own.
    let loud = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        while start.elapsed() < Duration::from_secs(seconds) {
            let bytes = match random.below(4) {
                0 => {
                    let mut bytes = book.clone();
                    mutate(&mut bytes, &mut random);
                    bytes
                }
                1 | 2 => {
                    let mut parts = unpacked.clone();
                    let at = random.below(parts.len());
                    mutate(&mut parts[at].1, &mut random);
                    pack(&parts)
                }
                _ => {
                    let mut bytes = plain[random.below(2)].clone();
                    mutate(&mut bytes, &mut random);
                    bytes
                }
            };
            let began = Instant::now();
            read_well += u64::from(run(&bytes).is_ok());
            slowest = slowest.max(began.elapsed());
            runs += 1;
        }
    }));
    std::panic::set_hook(loud);
    println!("{runs} mutated tables, {read_well} read, slowest {} ms", slowest.as_millis());
    assert!(result.is_ok(), "a panic got out; repeat with XUNZHAN_FUZZ_SEED={seed}, run {runs}");
    assert!(runs > 20 && read_well > 0 && slowest < Duration::from_secs(10));
}

/// The workbook with one part's content made anew.
fn with_part(name: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    let mut parts = parts(&xlsx());
    let part = parts.iter_mut().find(|(known, _)| known.ends_with(name)).unwrap();
    part.1 = change(String::from_utf8(part.1.clone()).unwrap()).into_bytes();
    pack(&parts)
}

#[test]
fn a_workbook_that_unpacks_to_gigabytes_is_refused_before_it_is_read() {
    let padding = " ".repeat(50 * 1024 * 1024);
    let bomb = with_part("sharedStrings.xml", |text| format!("{text}{padding}"));
    assert!(bomb.len() < 1024 * 1024);
    assert_eq!(read(&bomb, None), Err(Unreadable::TooLarge));
    let styles = with_part("styles.xml", |text| format!("{text}{}", " ".repeat(5 * 1024 * 1024)));
    assert_eq!(read(&styles, None), Err(Unreadable::TooLarge));
}

#[test]
fn a_lone_cell_far_away_costs_nothing() {
    let far = with_part("sheet1.xml", |text| {
        text.replace("</sheetData>", "<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row></sheetData>")
    });
    assert_eq!(read(&far, None), Err(Unreadable::TooManyColumns));
    let low = with_part("sheet1.xml", |text| {
        text.replace("</sheetData>", "<row r=\"1048576\"><c r=\"A1048576\"><v>1</v></c></row></sheetData>")
    });
    assert_eq!(read(&low, None).unwrap().rows.last().unwrap().row, 1_048_576);
}

#[test]
fn one_long_text_named_by_every_row_is_refused() {
    let long = "长".repeat(60_000);
    let rows: String = (3..20_000)
        .map(|n| format!("<row r=\"{n}\"><c r=\"A{n}\" t=\"s\"><v>0</v></c></row>"))
        .collect();
    let mut parts = parts(&xlsx());
    for (name, bytes) in &mut parts {
        let text = String::from_utf8(bytes.clone()).unwrap();
        if name.ends_with("sharedStrings.xml") {
            *bytes = text.replacen("青禾县站点台账", &long, 1).into_bytes();
        } else if name.ends_with("sheet1.xml") {
            let (head, rest) = text.split_once("<sheetData>").unwrap();
            let (_, tail) = rest.split_once("</sheetData>").unwrap();
            *bytes = format!("{head}<sheetData>{rows}</sheetData>{tail}").into_bytes();
        }
    }
    assert_eq!(read(&pack(&parts), None), Err(Unreadable::TooLarge));
}

#[test]
fn limits_of_rows_columns_and_kinds_of_file() {
    let line = "站,镇\n";
    assert_eq!(read(line.repeat(20_021).as_bytes(), None), Err(Unreadable::TooManyRows));
    assert_eq!(read(",".repeat(100).as_bytes(), None), Err(Unreadable::Empty));
    assert_eq!(read(format!("{}x", ",".repeat(100)).as_bytes(), None), Err(Unreadable::TooManyColumns));
    assert_eq!(read(b"", None), Err(Unreadable::Empty));
    assert_eq!(read(&[0xd0, 0xcf, 0x11, 0xe0, 1, 2, 3], None), Err(Unreadable::OldWorkbook));
    assert_eq!(read(b"PK\x03\x04 and nothing more", None), Err(Unreadable::Damaged));
    assert_eq!(read(&vec![b'a'; 20 * 1024 * 1024 + 1], None), Err(Unreadable::TooLarge));
    assert_eq!(read(&xlsx(), Some("没有")), Err(Unreadable::NoSheet));
}
