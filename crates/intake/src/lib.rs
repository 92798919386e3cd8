//! What a file says about itself, from its bytes alone: what kind it is, its metadata, a small picture of it.
//!
//! Files come from phones, cards and chat programs and may be broken or hostile. Nothing here trusts a length that a file
//! claims, every reader ends within bounded time and memory, and whatever cannot be read ends as a reason or a warning.
//! The crate knows no vault, no store and no file system, and none of our other crates.

mod avif;
mod bytes;
mod colour;
mod container;
mod decode;
mod document;
pub mod eighth;
mod embedded;
mod exif;
pub mod fingerprint;
pub mod format;
mod heic;
mod inks;
pub mod metadata;
mod notes;
mod pattern;
mod poster;
pub mod reason;
pub mod redraw;
mod rows;
pub mod source;
mod sps;
pub mod thumbnail;
mod tiff;
mod tiff_picture;
mod when;
mod xmp;

pub use decode::{Limits, apart, passes};
