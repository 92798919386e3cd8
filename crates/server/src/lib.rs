//! The county's server: intake, review, registry, users.
//!
//! A request runs through three places: one endpoint (`http/`), the rules (`ledger`, `domain`, or `console/`), one call of the
//! store (`store/`). Everything that a device or a person may reach is a row of the table in [`http::routes`].

pub mod blobs;
pub mod bundle;
pub mod clock;
pub mod console;
pub mod county;
pub mod demo;
pub mod error;
pub mod http;
pub mod secrets;
pub mod stations;
pub mod store;
pub mod take_in;
pub mod tls;

pub use clock::Clock;
pub use error::{Error, Result};
pub use http::App;
