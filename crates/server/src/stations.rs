//! Stations from a table: bytes to rows, rows to stations, stations against the registry. Knows no database and no network.
//!
//! | step | |
//! |---|---|
//! | [`table`] | a file of any origin to rows of text, within limits that a hostile file cannot pass |
//! | [`columns`] | which column says what |
//! | [`row`] | one row to what it says of a station, or to what is wrong with it |
//! | [`plan`] | all rows against the stations that the county has: new, changed, same, bad |
//! | [`report`] | what came of it, as a workbook |

pub mod columns;
pub mod coordinate;
pub mod plan;
pub mod report;
pub mod row;
pub mod table;
mod text;
mod workbook;

/// The largest file.
pub const MAX_FILE_BYTES: usize = 20 * 1024 * 1024;
/// The most rows below the header.
pub const MAX_ROWS: usize = 20_000;
/// The most columns.
pub const MAX_COLUMNS: usize = 100;
