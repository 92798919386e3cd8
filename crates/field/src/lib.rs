//! The inspector's machine: encrypted store, evidence vault, photo intake, sync client.

pub mod intake;
mod os;
pub mod vault;
