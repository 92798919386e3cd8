//! Taking photos in: from what a person chose to originals in the vault, each whole or refused with a reason.
//!
//! Nothing here alters an original. What a file says about itself and how it looks small is read by the crate `intake`, which
//! knows neither folders nor the vault; the vault is known here as a writer only, and the store not at all.

pub mod bench;
pub mod cli;
pub mod folder;
pub mod import;
pub mod read;
pub mod reason;
pub mod said;
