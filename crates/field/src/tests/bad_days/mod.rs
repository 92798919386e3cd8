//! Bad days: each ends in a sentence that says what happened, what is safe and what to do, and nothing acknowledged is lost.

mod clocks;
mod disk;
mod files;
mod passphrases;
mod rights;
mod server;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use contract::field::{FieldHost as _, ImportArgs, ImportPhotos, ImportReport};
use domain::VisitId;

use crate::Field;

/// Brings files and folders in and waits for the report, however long a busy machine takes.
fn import(field: &Field, visit: VisitId, paths: Vec<PathBuf>) -> ImportReport {
    let handles = field.register_paths(paths).into_iter().map(|h| h.handle).collect();
    let args = ImportPhotos {
        visit,
        handles,
        items: vec!["C4-04".into()],
        method: "drop".into(),
    };
    let import = field.import_photos(args).unwrap().import;
    let began = Instant::now();
    loop {
        let report = field.import_report(ImportArgs { import: import.clone() }).unwrap();
        if report.finished {
            return report;
        }
        assert!(began.elapsed() < Duration::from_secs(600));
        std::thread::sleep(Duration::from_millis(50));
    }
}
