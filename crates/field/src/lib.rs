//! The inspector's machine: encrypted store, evidence vault, photo intake, sync client.
//!
//! [`Field`] is what a window or a local server holds; it implements [`contract::field::FieldHost`].

pub mod bench_lists;
mod blank;
mod calls;
mod copy;
mod core;
mod documents;
mod enrol;
mod error;
mod film;
mod filters;
mod give;
mod handover;
mod hash;
mod import;
mod inbox;
mod incarnation;
pub mod intake;
mod keys;
mod lists;
mod mistakes;
mod os;
mod packs;
mod paper;
mod part;
mod phone_page;
mod photo_copy;
mod photo_export;
mod pictures;
mod previous;
mod receive;
mod record;
mod reserve;
mod sealing;
pub mod serve;
mod standing;
mod start;
mod store;
mod sync;
#[cfg(test)]
mod tests;
mod trip;
mod undo;
pub mod vault;
mod visits;

pub use ::decode;
pub use core::{Field, FileHandle, Options};
pub use documents::Document;
pub use error::{Error, Result};
pub use os::machine::data_dir;
pub use os::process::start_again_with;
pub use part::Part;
