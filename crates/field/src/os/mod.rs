//! What is asked of the operating system: durable files, locks, the key store, the machine's id, a place outside the store, the browser.
//! Nothing else in this crate calls it for these.

pub mod browser;
pub mod files;
pub mod key_store;
pub mod lock;
pub mod machine;
pub mod network;
pub mod places;
pub mod power;
pub mod process;
