//! What is asked of the operating system: durable files, locks, free space, the key store, the machine's id. Nothing else in this
//! crate calls it for these.

pub mod files;
