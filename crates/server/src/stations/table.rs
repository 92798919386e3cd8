//! A file as rows of text. Whatever the file, memory stays within the limits below and nothing panics.

use contract::stations::TableRow;
use contract::{ApiError, ErrorCode};

use super::{MAX_COLUMNS, MAX_FILE_BYTES, MAX_ROWS, text, workbook};

/// Rows that may stand above the header.
const MAX_ABOVE: usize = 20;
/// The longest cell that is kept whole; the rest of a longer one is cut, and no field takes so much.
pub(super) const MAX_CELL_CHARS: usize = 1_000;
/// The most text of all cells together.
const MAX_TEXT_BYTES: usize = 48 * 1024 * 1024;

/// Why a file is no table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// The file, or what it unpacks to, is too large.
    TooLarge,
    /// Too many rows.
    TooManyRows,
    /// Too many columns.
    TooManyColumns,
    /// Neither text nor a workbook.
    NotATable,
    /// A workbook of the old form, or one under a password.
    OldWorkbook,
    /// A workbook that cannot be read.
    Damaged,
    /// Nothing stands in it.
    Empty,
    /// There is no such sheet.
    NoSheet,
    /// There is no such row to be the header.
    NoHeader,
}

impl Unreadable {
    /// The word of the reason in the contract.
    pub fn reason(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::TooManyRows => "too_many_rows",
            Self::TooManyColumns => "too_many_columns",
            Self::NotATable => "not_a_table",
            Self::OldWorkbook => "old_workbook",
            Self::Damaged => "damaged",
            Self::Empty => "empty",
            Self::NoSheet => "no_sheet",
            Self::NoHeader => "no_header",
        }
    }
}

impl From<Unreadable> for ApiError {
    fn from(why: Unreadable) -> Self {
        ApiError::new(ErrorCode::TableUnreadable).with("reason", why.reason())
    }
}

/// A read file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// `XLSX` or the encoding of a CSV.
    pub format: &'static str,
    /// Sheets of a workbook.
    pub sheets: Vec<String>,
    /// The sheet that was read.
    pub sheet: Option<String>,
    /// Rows that are not empty, ascending.
    pub rows: Vec<TableRow>,
}

/// Reads a file; `sheet` chooses one of a workbook.
pub fn read(bytes: &[u8], sheet: Option<&str>) -> Result<Table, Unreadable> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(Unreadable::TooLarge);
    }
    // PK: a zip, which a workbook is. D0 CF 11 E0: the container of old workbooks, and of new ones under a password.
    let table = if bytes.starts_with(b"PK\x03\x04") {
        workbook::read(bytes, sheet)?
    } else if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err(Unreadable::OldWorkbook);
    } else {
        text::read(bytes)?
    };
    if table.rows.is_empty() { Err(Unreadable::Empty) } else { Ok(table) }
}

/// Collects cells row by row within the limits.
#[derive(Default)]
pub(super) struct Rows {
    rows: Vec<TableRow>,
    text_bytes: usize,
}

impl Rows {
    /// Adds a cell; `row` and `column` count from 1 and 0. Rows come in ascending order, as files keep them.
    pub fn put(&mut self, row: u32, column: usize, value: &str) -> Result<(), Unreadable> {
        if value.chars().all(char::is_whitespace) {
            return Ok(());
        }
        if column >= MAX_COLUMNS {
            return Err(Unreadable::TooManyColumns);
        }
        let value: String = value.chars().take(MAX_CELL_CHARS.saturating_add(1)).collect();
        self.text_bytes = self.text_bytes.saturating_add(value.len());
        if self.text_bytes > MAX_TEXT_BYTES {
            return Err(Unreadable::TooLarge);
        }
        match self.rows.last_mut() {
            Some(last) if last.row == row => fill(&mut last.cells, column, value),
            Some(last) if last.row > row => return Err(Unreadable::Damaged),
            _ => {
                if self.rows.len() >= MAX_ROWS.saturating_add(MAX_ABOVE) {
                    return Err(Unreadable::TooManyRows);
                }
                let mut cells = Vec::new();
                fill(&mut cells, column, value);
                self.rows.push(TableRow { row, cells });
            }
        }
        Ok(())
    }

    /// Whether nothing stands in them.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// All of them.
    pub fn into_rows(self) -> Vec<TableRow> {
        self.rows
    }
}

fn fill(cells: &mut Vec<String>, column: usize, value: String) {
    if cells.len() <= column {
        cells.resize_with(column.saturating_add(1), String::new);
    }
    if let Some(cell) = cells.get_mut(column) {
        *cell = value;
    }
}
