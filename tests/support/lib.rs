//! Helpers shared by the stories: programs in process groups of their own, the real window, a browser, and what a
//! person does on a page. Helpers fail by panicking, with a picture of the page beside the message.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

pub mod page;
pub mod place;
pub mod program;
pub mod session;
