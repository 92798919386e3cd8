//! Photo intake: what a file is, what it says about itself, a small picture of it, and its bytes whole.
//!
//! Files come from phones, cards and chat programs and may be broken or hostile. Nothing here alters an original,
//! nothing trusts a length that a file claims, and whatever cannot be read ends as a sentence in the report. The
//! module knows the vault only as a writer, and the store not at all.

pub mod bench;
mod bytes;
pub mod cli;
mod container;
mod decode;
mod eighth;
mod exif;
pub mod folder;
pub mod format;
pub mod import;
pub mod metadata;
pub mod read;
pub mod reason;
pub mod thumbnail;
mod when;
mod xmp;

pub use decode::Limits;
