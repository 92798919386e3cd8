//! Tables as XLSX: a heading that says what they hold, a header row that stays in sight, and cells of text and whole numbers.
//!
//! Text is always written as text, so that nothing typed by somebody becomes a formula in a spreadsheet.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, XlsxError};

/// The most characters that a spreadsheet takes in a cell.
const MAX_CELL: usize = 32_000;

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Text; empty leaves the cell empty.
    Text(String),
    /// A whole number.
    Whole(i64),
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its title.
    pub title: String,
    /// Its width in characters.
    pub width: u16,
}

/// A table without its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// Name of the sheet.
    pub name: String,
    /// Lines above the table: what it is, how it was filtered, when it was made.
    pub heading: Vec<String>,
    /// Columns in order.
    pub columns: Vec<Column>,
    /// When it was made, ms since 1970 UTC.
    pub made_at_ms: i64,
}

/// Why a table could not be written.
#[derive(Debug, thiserror::Error)]
#[error("writing a workbook: {0}")]
pub struct SheetError(#[from] XlsxError);

/// The workbook's bytes.
pub fn workbook(sheet: &Sheet, rows: impl IntoIterator<Item = Vec<Cell>>) -> Result<Vec<u8>, SheetError> {
    let mut book = Workbook::new();
    let made = ExcelDateTime::from_timestamp(sheet.made_at_ms.div_euclid(1000))?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let page = book.add_worksheet();
    page.set_name(plain_name(&sheet.name))?;
    page.set_landscape();
    let heading = Format::new().set_bold().set_font_size(12);
    let header = Format::new()
        .set_bold()
        .set_align(FormatAlign::Center)
        .set_text_wrap()
        .set_border_bottom(FormatBorder::Thin)
        .set_background_color(0xe8f4f0);
    let mut at = 0_u32;
    for line in &sheet.heading {
        page.write_string_with_format(at, 0, cut(line), &heading)?;
        at = at.saturating_add(1);
    }
    let header_row = at;
    for (column, number) in sheet.columns.iter().zip(0_u16..) {
        page.set_column_width(number, f64::from(column.width))?;
        page.write_string_with_format(header_row, number, cut(&column.title), &header)?;
    }
    for row in rows {
        at = at.saturating_add(1);
        for (cell, number) in row.iter().zip(0_u16..) {
            match cell {
                Cell::Text(text) if text.is_empty() => {}
                Cell::Text(text) => drop(page.write_string(at, number, cut(text))?),
                // Beyond 2^53 a spreadsheet rounds; such a number stays text.
                Cell::Whole(whole) => match u32::try_from(whole.unsigned_abs()) {
                    Ok(size) => drop(page.write_number(at, number, if *whole < 0 { -f64::from(size) } else { f64::from(size) })?),
                    Err(_) => drop(page.write_string(at, number, whole.to_string())?),
                },
            }
        }
    }
    page.set_freeze_panes(header_row.saturating_add(1), 0)?;
    page.set_repeat_rows(header_row, header_row)?;
    if let Some(last) = u16::try_from(sheet.columns.len()).ok().and_then(|n| n.checked_sub(1)) {
        page.autofilter(header_row, 0, at.max(header_row), last)?;
    }
    Ok(book.save_to_buffer()?)
}

/// A sheet's name without what spreadsheets refuse in it.
fn plain_name(name: &str) -> String {
    let plain: String = name.chars().filter(|c| !"[]:*?/\\'".contains(*c)).take(31).collect();
    if plain.is_empty() { "1".to_owned() } else { plain }
}

fn cut(text: &str) -> String {
    text.chars().take(MAX_CELL).collect()
}
