//! Bad days: each ends in a sentence that says what happened, what is safe and what to do, and nothing acknowledged is lost.

mod clocks;
mod disk;
mod files;
mod passphrases;
mod rights;
mod server;

use std::path::PathBuf;
use std::time::Duration;

use contract::field::ImportReport;
use domain::VisitId;

use super::visit::import_within;
use crate::Field;

/// Brings files and folders in and waits for the report, however long a busy machine takes.
fn import(field: &Field, visit: VisitId, paths: Vec<PathBuf>) -> ImportReport {
    import_within(Duration::from_secs(600), field, visit, paths)
}
