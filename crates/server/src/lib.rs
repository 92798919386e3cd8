//! The county's server: intake, review, registry, users.
pub mod blobs;
pub mod clock;
pub mod county;
pub mod error;
pub mod secrets;
pub mod store;
pub use clock::Clock;
pub use error::{Error, Result};
