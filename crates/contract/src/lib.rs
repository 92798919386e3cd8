//! Every call that a screen can make, declared once.
//!
//! [`calls!`] turns one table into a trait (a host that lacks a call does not compile), a dispatcher and the TypeScript of
//! `ui/src/contract.ts`. Sentences are not here: an error carries a code and parameters, the message catalogues hold the words.

mod calls;
pub mod console;
pub mod error;
pub mod field;
pub mod lists;
pub mod shared;
pub mod stations;
pub mod typescript;

pub use error::{ApiError, ErrorCode};
