//! The signed record ("entry"), its logs, forks and frontiers, and the sync machine that both ends run.
//!
//! No I/O, no clock and no randomness of its own: all three are handed in. The formats are described in
//! `docs/protocol.md`; golden vectors of each are in `tests/golden/`.

pub mod chain;
pub mod copy;
pub mod enrol;
mod error;
pub mod fold;
mod frame;
mod header;
mod ids;
mod log;
pub mod receipt;
pub mod session;
pub mod sync;
pub mod wire;

pub use error::EntryError;
pub use frame::{FRAME_VERSION, Frame, MAX_PAYLOAD_BYTES, MAX_SIGNATURE_BYTES, SALT_KEY, Verified, verify};
pub use header::{Beacon, HEADER_VERSION, Header, MAX_DEPS, MAX_HEADER_BYTES, MAX_ORIGIN_BYTES, Pay, header_type};
pub use ids::{EntryId, Epoch, Incarnation, Kind, LogId, ScopeId};
pub use log::{Draft, LogOpen, LogWriter, NewLogReason, PreviousLog, open_log, verify_open};
