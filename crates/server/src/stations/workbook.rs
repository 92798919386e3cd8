//! XLSX by calamine, cell by cell. What the zip unpacks to is measured before anything is parsed: a small file may hold gigabytes.

use std::io::{Cursor, Read as _, copy, sink};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Reader as _, Xlsx};
use zip::ZipArchive;

use super::table::{Rows, Table, Unreadable};

const MIB: u64 = 1024 * 1024;
/// The most parts of a workbook.
const MAX_PARTS: usize = 1_000;
/// The most that all parts unpack to.
const MAX_WHOLE: u64 = 128 * MIB;

/// Reads one sheet: the one named, or the first with anything in it.
pub(super) fn read(bytes: &[u8], wanted: Option<&str>) -> Result<Table, Unreadable> {
    // The reader is not ours and meets hostile files; a panic in it is one more way of not being readable.
    catch_unwind(AssertUnwindSafe(|| {
        measure(bytes)?;
        sheet(bytes, wanted)
    }))
    .unwrap_or(Err(Unreadable::Damaged))
}

/// The most that a part may unpack to. Styles and the like cost many times their size once they are read.
fn limit(name: &str) -> u64 {
    let name = name.to_ascii_lowercase();
    if name.contains("worksheets/") {
        96 * MIB
    } else if name.ends_with("sharedstrings.xml") {
        48 * MIB
    } else if name.ends_with(".xml") || name.ends_with(".rels") {
        4 * MIB
    } else {
        32 * MIB
    }
}

fn measure(bytes: &[u8]) -> Result<(), Unreadable> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Unreadable::Damaged)?;
    if archive.len() > MAX_PARTS {
        return Err(Unreadable::TooLarge);
    }
    let mut whole = 0_u64;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|_| Unreadable::Damaged)?;
        let most = part.name().map(|name| limit(&name)).map_err(|_| Unreadable::Damaged)?;
        // The length that a part states of itself proves nothing.
        let length = copy(&mut part.take(most.saturating_add(1)), &mut sink()).map_err(|_| Unreadable::Damaged)?;
        whole = whole.saturating_add(length);
        if length > most || whole > MAX_WHOLE {
            return Err(Unreadable::TooLarge);
        }
    }
    Ok(())
}

fn sheet(bytes: &[u8], wanted: Option<&str>) -> Result<Table, Unreadable> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| Unreadable::Damaged)?;
    let sheets = book.sheet_names();
    let mut found: Option<(String, Rows)> = None;
    let candidates: Vec<&String> = sheets.iter().filter(|name| wanted.is_none_or(|w| w == *name)).collect();
    for name in candidates {
        let rows = cells(&mut book, name)?;
        let empty = rows.is_empty();
        if found.is_none() || !empty {
            found = Some((name.clone(), rows));
        }
        if !empty {
            break;
        }
    }
    let (name, rows) = found.ok_or(Unreadable::NoSheet)?;
    Ok(Table {
        format: "XLSX",
        sheets,
        sheet: Some(name),
        rows: rows.into_rows(),
    })
}

fn cells(book: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Rows, Unreadable> {
    let mut rows = Rows::default();
    // A diagram's sheet has no cells.
    let Ok(mut reader) = book.worksheet_cells_reader(name) else {
        return Ok(rows);
    };
    while let Some(cell) = reader.next_cell().map_err(|_| Unreadable::Damaged)? {
        let (row, column) = cell.get_position();
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        let row = row.saturating_add(1);
        match cell.get_value() {
            DataRef::Empty => {}
            DataRef::SharedString(text) => rows.put(row, column, text)?,
            DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => rows.put(row, column, text)?,
            DataRef::Int(number) => rows.put(row, column, &number.to_string())?,
            DataRef::Float(number) => rows.put(row, column, &number.to_string())?,
            DataRef::DateTime(time) => rows.put(row, column, &time.as_f64().to_string())?,
            DataRef::Bool(word) => rows.put(row, column, if *word { "TRUE" } else { "FALSE" })?,
            DataRef::Error(error) => rows.put(row, column, &error.to_string())?,
        }
    }
    Ok(rows)
}
