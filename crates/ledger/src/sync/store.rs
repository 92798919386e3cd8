//! What sync asks of a store. Every method that writes is one transaction: all of it is durable when the call returns, or
//! none of it ever is. A caller may repeat any write after a crash; none may do harm twice.

use seal::Digest;

use super::{Ack, Lack, RefusedEntry, StreamHead};
use crate::chain::{Fork, LogIndex, Refused};
use crate::receipt::Receipt;
use crate::{Beacon, EntryId, Epoch, Frame, LogId, NewLogReason, ScopeId, Verified};

/// A checked entry that is to be stored and applied.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEntry {
    /// The exact bytes, to be kept as they are.
    pub frame: Frame,
    /// What they say.
    pub verified: Verified,
}

/// How far a device has come with one scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The server's epoch as last heard; None before the first answer.
    pub epoch: Option<Epoch>,
    /// How far the server's stream was applied.
    pub cursor: StreamHead,
    /// Whether the next request must reconcile. Durable, so that a crash does not forget it.
    pub reconcile: bool,
}

impl Position {
    /// The position of a store that never heard of the server.
    pub fn start(scope: &ScopeId) -> Self {
        Self {
            epoch: None,
            cursor: StreamHead::start(scope),
            reconcile: false,
        }
    }
}

/// A device's store.
///
/// Besides what [`LogIndex`] tells, it keeps for each scope a [`Position`], the log that is written here, the entries that
/// the server has not acknowledged, and for each acknowledged entry its `sseq` and receipt.
pub trait ClientStore: LogIndex {
    /// How far the device has come; [`Position::start`] for a scope not yet synced.
    fn position(&self, scope: &ScopeId) -> Result<Position, Self::Error>;

    /// The log that is written here; None before the first entry and after a log was retired.
    fn own_log(&self, scope: &ScopeId) -> Result<Option<LogId>, Self::Error>;

    /// Entries without an acknowledgement, in the order in which they were stored (so each after its `prev`): as many as fit
    /// in `max_bytes` of frames, and at least one if there is any.
    fn pending(&self, scope: &ScopeId, max_bytes: usize) -> Result<Vec<Frame>, Self::Error>;

    /// `sseq` of entries of own logs that are acknowledged and not yet receipted, ascending.
    fn unreceipted(&self, scope: &ScopeId, limit: usize) -> Result<Vec<u64>, Self::Error>;

    /// Records one answer in one transaction:
    ///
    /// 1. if the stored position differs from `base`, changes nothing and returns [`Exchanged::Moved`];
    /// 2. stores `entries` in their order and applies them to their aggregates (an entry stored already is left alone);
    /// 3. clears acknowledgements from `lacks`: every stored entry of that log from that position on is pending again;
    /// 4. records `acks`: entry → `sseq`; such an entry is no longer pending (after 3, so that an ack of this answer stays);
    /// 5. records `forks`, `refused`, `refused_by_server`, `receipts`, each once, `checkpoint` and `server_time_ms`;
    /// 6. if `retire` is given and that log is still the one written here, forgets it, so that the next entry authored opens
    ///    a new log whose `previous` names it;
    /// 7. sets the position to `position`.
    fn commit_exchange(&mut self, commit: &ExchangeCommit) -> Result<Exchanged, Self::Error>;
}

/// What one answer changes in a device's store.
#[derive(Clone, Debug, PartialEq)]
pub struct ExchangeCommit {
    /// The scope.
    pub scope: ScopeId,
    /// The position that the answer was judged against.
    pub base: Position,
    /// Entries that are new here, in the stream's order.
    pub entries: Vec<Pulled>,
    /// What the server lacks.
    pub lacks: Vec<Lack>,
    /// Entries that the server holds, with their `sseq`: those of the request and every one seen in the stream.
    pub acks: Vec<Ack>,
    /// Forks that were found here or told by the server.
    pub forks: Vec<Fork>,
    /// Entries from the server that are broken or do not connect; they are not stored.
    pub refused: Vec<Refused>,
    /// Entries of ours that the server refused. They stay stored and leave the pending ones.
    pub refused_by_server: Vec<RefusedEntry>,
    /// Receipts, verified.
    pub receipts: Vec<Receipt>,
    /// The server's latest checkpoint, its signature checked; the next own entries carry its beacon.
    pub checkpoint: Option<SeenCheckpoint>,
    /// The server's clock, milliseconds since 1970 UTC; a device clock off by more than 5 minutes is flagged.
    pub server_time_ms: i64,
    /// The own log that is to be written no more, and why.
    pub retire: Option<(LogId, NewLogReason)>,
    /// The new position.
    pub position: Position,
}

/// A checkpoint that the server signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenCheckpoint {
    /// The signed note.
    pub note: String,
    /// What it says, as own entries repeat it.
    pub beacon: Beacon,
    /// The server's clock when it signed, milliseconds since 1970 UTC.
    pub time_ms: i64,
}

/// An entry that came from the server.
#[derive(Clone, Debug, PartialEq)]
pub struct Pulled {
    /// The entry.
    pub entry: NewEntry,
    /// Its number in the scope's stream.
    pub sseq: u64,
}

/// What became of an [`ExchangeCommit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exchanged {
    /// All of it is durable.
    Committed {
        /// How many entries lost an acknowledgement in step 3 and did not get it back in step 4.
        pending_again: usize,
    },
    /// The position had moved since; nothing was changed.
    Moved,
}

/// One row of a scope's stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamRow {
    /// Its number.
    pub sseq: u64,
    /// The entry.
    pub id: EntryId,
    /// Its log.
    pub log: LogId,
    /// Its position in the log.
    pub seq: u64,
}

/// The server's store.
///
/// Besides what [`LogIndex`] tells, it keeps for each scope the stream: every stored entry once, numbered from 1 without a
/// hole in commit order, with the stream's hash at each number.
pub trait ServerStore: LogIndex {
    /// The epoch: random, minted when the store was made or restored, kept in the database and outside it.
    fn epoch(&self) -> Result<Epoch, Self::Error>;

    /// Begins a new epoch, durably, in the database and outside it: a device has shown that the store is older than what it once told.
    /// A store can be put back only while no server has it open; so this is done at most once after an opening, and a device that
    /// shows wrong cursors cannot make it happen again and again.
    fn begin_epoch(&mut self) -> Result<(), Self::Error>;

    /// The end of the stream; [`StreamHead::start`] when it is empty.
    fn stream_head(&self, scope: &ScopeId) -> Result<StreamHead, Self::Error>;

    /// The stream's hash at a number; None past its end.
    fn stream_hash(&self, scope: &ScopeId, sseq: u64) -> Result<Option<Digest>, Self::Error>;

    /// The number of a stored entry.
    fn sseq(&self, id: &EntryId) -> Result<Option<u64>, Self::Error>;

    /// Up to `limit` rows after a number, ascending.
    fn stream(&self, scope: &ScopeId, after: u64, limit: usize) -> Result<Vec<StreamRow>, Self::Error>;

    /// Some of the blobs that entries of the scope name and that are not held here.
    fn lacking_blobs(&self, scope: &ScopeId, limit: usize) -> Result<Vec<Digest>, Self::Error>;

    /// The latest signed checkpoint that covers this scope's stream.
    fn checkpoint(&self, scope: &ScopeId) -> Result<Option<String>, Self::Error>;

    /// Receipts under the latest checkpoint for these numbers; those not yet covered are left out.
    fn receipts(&self, scope: &ScopeId, sseqs: &[u64]) -> Result<Vec<Receipt>, Self::Error>;

    /// Stores pushed entries in one transaction, under the scope's lock:
    ///
    /// 1. if the stream's end differs from `base`, changes nothing and returns [`Pushed::Moved`];
    /// 2. stores `entries` in their order, gives each the next `sseq` and stream hash ([`StreamHead::then`]), makes it a leaf
    ///    of the transparency log and applies it to its aggregate;
    /// 3. records `forks`, each once, so that the supervisor gets a task;
    /// 4. appends whatever the server itself has to say about them to its own log, with the `sseq` that follow.
    ///
    /// When this returns, the entries are durable; only then may anyone be told so.
    fn commit_push(&mut self, commit: &PushCommit) -> Result<Pushed, Self::Error>;
}

/// What one request changes in the server's store.
#[derive(Clone, Debug, PartialEq)]
pub struct PushCommit {
    /// The scope.
    pub scope: ScopeId,
    /// The end of the stream that the entries were judged against.
    pub base: StreamHead,
    /// New entries, each after its `prev`.
    pub entries: Vec<NewEntry>,
    /// Forks that these entries make.
    pub forks: Vec<Fork>,
}

/// What became of a [`PushCommit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// All of it is durable.
    Committed,
    /// The stream had moved since; nothing was changed, and the entries are to be judged again.
    Moved,
}
