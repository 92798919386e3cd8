//! Everything that can be reached over HTTP.

mod answer;
mod app;
mod calls;
mod device;
mod documents;
mod enrol;
mod guard;
mod parts;
mod previews;
mod routes;
mod session;
mod sync;
mod tables;
mod ui;
mod uploads;

pub(crate) use answer::to_screen;
pub(crate) use app::OnePassword;
pub use app::{App, Settings};
pub use guard::Guard;
pub use routes::{Route, router, routes};
