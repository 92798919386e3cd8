//! The inspector's machine: encrypted store, evidence vault, photo intake, sync client.

mod error;
pub mod intake;
mod keys;
mod os;
pub mod store;
pub mod vault;

pub use error::{Error, Result};
