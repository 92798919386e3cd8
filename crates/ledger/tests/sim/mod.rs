//! A seeded world of three devices and a server, in memory. The stores implement the same traits as the real ones; the
//! network is bytes that are cut, lost, doubled and overtaken; a crash may fall on either side of any durable write.

pub mod check;
pub mod core;
pub mod device;
pub mod rng;
pub mod server;
pub mod world;

/// A store's only failure: the process died at a durable write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crash;

/// Counts durable writes down to a crash.
#[derive(Debug, Clone, Default)]
pub struct Fuse {
    left: Option<(u32, bool)>,
}

impl Fuse {
    /// Burns down at the n-th write from now; that write is durable or not.
    pub fn light(&mut self, n: u32, durable: bool) {
        self.left = Some((n, durable));
    }

    pub fn put_out(&mut self) {
        self.left = None;
    }

    /// Called before a durable write: whether to write, and whether to die after it.
    pub fn burn(&mut self) -> (bool, bool) {
        match &mut self.left {
            None => (true, false),
            Some((0, durable)) => {
                let durable = *durable;
                self.left = None;
                (durable, true)
            }
            Some((n, _)) => {
                *n -= 1;
                (true, false)
            }
        }
    }
}

/// A planted fault of the programs, to see that the checker sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// The server answers before its writes are durable.
    AckBeforeCommit,
    /// The device moves its cursor in one write and stores the entries in the next.
    CursorBeforeApply,
    /// The device goes on in its old log though it was restored.
    OldLogAfterRestore,
}
