//! The messages of `POST /v1/sync`.

use seal::Digest;
use serde::{Deserialize, Serialize};

use super::StreamHead;
use crate::chain::{Fork, Tip};
use crate::receipt::Receipt;
use crate::{EntryId, Epoch, Frame, LogId, ScopeId};

/// Content type of request and response bodies.
pub const MESSAGE_TYPE: &str = "application/vnd.xunzhan.sync";

/// What a device sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The scope that is synced.
    pub scope: ScopeId,
    /// The server's epoch as last heard; null before the first answer.
    pub epoch: Option<Epoch>,
    /// How far the stream was applied here, and its hash there.
    pub cursor: StreamHead,
    /// Whether `frontier` names every log held here (with rungs) and the server must say all that it lacks.
    pub reconcile: bool,
    /// Tips of the log written here, and of the logs that `entries` touch; of all logs when reconciling.
    pub frontier: Vec<LogFrontier>,
    /// The most bytes that the answer should take on the wire.
    pub room_bytes: u32,
    /// `sseq` of acknowledged entries whose receipts are wanted.
    pub receipts: Vec<u64>,
    /// Entries for the server, each after the one that its `prev` names. Carried behind the head, see `docs/protocol.md`.
    #[serde(skip)]
    pub entries: Vec<Frame>,
}

/// What a device holds of one log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogFrontier {
    /// The log.
    pub log: LogId,
    /// The ends of its branches.
    pub tips: Vec<Tip>,
    /// When reconciling: all ids at positions that thin out towards 0, highest first, so that the server finds the last
    /// position up to which both hold the same.
    pub rungs: Vec<Rung>,
}

/// All entries held at one position.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    /// The position.
    pub seq: u64,
    /// The entries there, ascending.
    pub ids: Vec<EntryId>,
}

/// What the server answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Response {
    /// The scope.
    pub scope: ScopeId,
    /// The server's epoch.
    pub epoch: Epoch,
    /// The server's clock, milliseconds since 1970 UTC.
    pub server_time_ms: i64,
    /// Entries of this request that are durably committed, now or before.
    pub acks: Vec<Ack>,
    /// Entries of this request that are broken, and why. They are not stored.
    pub refused: Vec<RefusedEntry>,
    /// Forks in the logs that this request touched.
    pub branches: Vec<Fork>,
    /// What the server lacks of the logs in `frontier`.
    pub lacks: Vec<Lack>,
    /// Blobs that entries of the scope name and the server does not hold, some of them.
    pub lacks_blobs: Vec<Digest>,
    /// The next request should reconcile.
    pub reconcile: bool,
    /// Where `items` begin: the request's cursor, or the stream's start when the request's cursor or hash is not ours.
    pub from: StreamHead,
    /// The latest checkpoint, a signed note.
    pub checkpoint: Option<String>,
    /// Receipts that were asked for and could be made.
    pub receipts: Vec<Receipt>,
    /// The stream after `from`, without a hole: the first has `sseq` `from.sseq + 1`. Carried behind the head.
    #[serde(skip)]
    pub items: Vec<StreamItem>,
    /// The server's stream hash after the last item, and whether more follows. None when the connection was cut before it.
    #[serde(skip)]
    pub end: Option<End>,
}

/// Last part of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// The stream after the last item.
    pub cursor: StreamHead,
    /// Whether there is more to pull.
    pub more: bool,
}

/// An acknowledgement (已确认): this server has durably committed the entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ack {
    /// The entry.
    pub id: EntryId,
    /// Its number in the scope's stream.
    pub sseq: u64,
}

/// An entry that the server refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefusedEntry {
    /// The entry.
    pub id: EntryId,
    /// Its log, if its header could be read.
    pub log: Option<LogId>,
    /// Why, in English, for a log file.
    pub reason: String,
}

/// The server lacks the log's entries from this position on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lack {
    /// The log.
    pub log: LogId,
    /// The first position.
    pub from_seq: u64,
}

/// One entry of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamItem {
    /// The entry whole.
    Entry(Frame),
    /// The id alone: the request shows that the device has the entry.
    Known(EntryId),
}

impl StreamItem {
    /// The entry's id.
    pub fn id(&self) -> EntryId {
        match self {
            Self::Entry(frame) => frame.id(),
            Self::Known(id) => *id,
        }
    }
}
