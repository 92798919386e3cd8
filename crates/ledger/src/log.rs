//! Writing one's own log: opening it, and adding entries to it one after another.

use seal::Digest;
use seal::keys::{Kid, PublicKey, Signer};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::frame::{MAX_PAYLOAD_BYTES, SALT_KEY};
use crate::header::{HEADER_VERSION, header_type};
use crate::{Beacon, EntryError, EntryId, Frame, Header, Incarnation, Kind, LogId, Pay, ScopeId, Verified, verify};

/// What record 0 of a log says. It names no person and no certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogOpen {
    /// The public key that signs this log.
    pub key: PublicKey,
    /// The county's replica.
    pub scope: ScopeId,
    /// The life of the store that opens the log.
    pub incarnation: Incarnation,
    /// The log that this one continues, if any.
    pub previous: Option<PreviousLog>,
    /// Version of the program, such as `0.1.0`.
    pub app_version: String,
}

/// The log that a new one continues, as far as its writer knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreviousLog {
    /// The log that is written no more.
    pub log: LogId,
    /// Its last position known here.
    pub seq: u64,
    /// Its last entry known here.
    pub id: EntryId,
    /// Why it is written no more.
    pub reason: NewLogReason,
}

/// Why a writer leaves its log and opens another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NewLogReason {
    /// The incarnation in the database differs from the one outside it: a restored or cloned device.
    Incarnation,
    /// The server holds entries of our log that we do not: a restored device.
    HeadAhead,
    /// Two entries share a position in our log.
    Fork,
    /// The server refused an entry of our log as broken, so nothing after it can be stored there.
    Refused,
    /// The server was restored and began a new epoch.
    Epoch,
    /// The device has a new key.
    Key,
}

/// What an author wants to say. Time and salt are handed in: this crate has neither clock nor randomness.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What the payload says.
    pub kind: Kind,
    /// The aggregate.
    pub ent: Uuid,
    /// Whose session was unlocked.
    pub by: Option<Uuid>,
    /// Last entries of this aggregate in other logs, see [`crate::fold::Folder::unseen`]; at most [`crate::MAX_DEPS`].
    pub deps: Vec<EntryId>,
    /// A JSON object without `salt`.
    pub payload: Value,
    /// Claimed time in milliseconds since 1970 UTC.
    pub ts: i64,
    /// The last server checkpoint seen.
    pub beacon: Option<Beacon>,
    /// 16 random bytes.
    pub salt: [u8; 16],
}

/// The end of one own log, at which the next entry is added. The store keeps `log`, `next_seq` and `head` with the entries
/// and makes this value inside the transaction that appends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogWriter {
    log: LogId,
    scope: ScopeId,
    kid: Kid,
    next_seq: u64,
    head: EntryId,
}

impl LogWriter {
    /// Takes up a log after its last entry.
    pub fn resume(last: &Header, last_id: EntryId) -> Self {
        Self {
            log: last.log,
            scope: last.scope,
            kid: last.kid,
            next_seq: last.seq.saturating_add(1),
            head: last_id,
        }
    }

    /// The log.
    pub fn log(&self) -> LogId {
        self.log
    }

    /// The position that the next entry takes.
    pub fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// The last entry.
    pub fn head(&self) -> EntryId {
        self.head
    }

    /// Signs the draft as the next entry and moves on. On an error nothing has changed.
    pub fn author(&mut self, signer: &dyn Signer, draft: Draft) -> Result<Frame, EntryError> {
        if signer.public().kid() != self.kid {
            return Err(EntryError::OtherKey);
        }
        let prev = Some(self.head);
        let frame = sign(signer, self.log, self.scope, self.next_seq, prev, draft)?;
        self.head = frame.id();
        self.next_seq = self.next_seq.saturating_add(1);
        Ok(frame)
    }
}

/// Signs record 0 of a new log. `log` and `salt` are random and handed in; the aggregate is the log itself.
pub fn open_log(signer: &dyn Signer, log: LogId, open: &LogOpen, ts: i64, salt: [u8; 16]) -> Result<(Frame, LogWriter), EntryError> {
    if *signer.public() != open.key {
        return Err(EntryError::OtherKey);
    }
    let draft = Draft {
        kind: Kind::LOG_OPEN.parse()?,
        ent: Uuid::from_bytes(*log.as_bytes()),
        by: None,
        deps: Vec::new(),
        payload: serde_json::to_value(open).map_err(|e| EntryError::Payload(e.to_string()))?,
        ts,
        beacon: None,
        salt,
    };
    let frame = sign(signer, log, open.scope, 0, None, draft)?;
    let writer = LogWriter {
        log,
        scope: open.scope,
        kid: open.key.kid(),
        next_seq: 1,
        head: frame.id(),
    };
    Ok((frame, writer))
}

/// Checks record 0 of a log by the key that it names itself, and returns what it says.
pub fn verify_open(frame: &Frame) -> Result<(Verified, LogOpen), EntryError> {
    let unread = EntryError::Open("not a log.open/1");
    let mut value = crate::frame::parse_payload(&frame.payload)?;
    let body = value.as_object_mut().ok_or(unread.clone())?;
    body.remove(SALT_KEY);
    let open: LogOpen = serde_json::from_value(value).map_err(|_| unread.clone())?;
    let verified = verify(frame, &open.key)?;
    let header = &verified.header;
    if header.kind.as_str() != Kind::LOG_OPEN || header.seq != 0 {
        return Err(unread);
    }
    if header.scope != open.scope {
        return Err(EntryError::Open("its scope differs from its header's"));
    }
    if header.ent.as_bytes() != header.log.as_bytes() {
        return Err(EntryError::Open("its aggregate is not its log"));
    }
    Ok((verified, open))
}

fn sign(signer: &dyn Signer, log: LogId, scope: ScopeId, seq: u64, prev: Option<EntryId>, draft: Draft) -> Result<Frame, EntryError> {
    let refused = |reason: &str| EntryError::Payload(reason.to_owned());
    let Value::Object(body) = draft.payload else {
        return Err(refused("not an object"));
    };
    let mut body: Map<String, Value> = body;
    let salt = Value::String(hex::encode(draft.salt));
    if body.insert(SALT_KEY.to_owned(), salt).is_some() {
        return Err(refused("salt is ours to add"));
    }
    let payload = seal::canonical::to_vec(&Value::Object(body)).map_err(|e| EntryError::Payload(e.to_string()))?;
    if payload.len() > MAX_PAYLOAD_BYTES {
        return Err(refused("over 64 KiB"));
    }
    let mut deps = draft.deps;
    deps.sort_unstable();
    deps.dedup();
    let header = Header {
        v: HEADER_VERSION,
        log,
        seq,
        prev,
        kind: draft.kind,
        ent: draft.ent,
        scope,
        by: draft.by,
        deps,
        pay: Pay {
            sha256: Digest::of(&payload),
            len: u32::try_from(payload.len()).map_err(|_| refused("over 64 KiB"))?,
        },
        ts: draft.ts,
        beacon: draft.beacon,
        kid: signer.public().kid(),
    };
    let header = header.to_bytes()?;
    let signature = signer
        .sign(&seal::pae(&header_type(HEADER_VERSION), &header))
        .map_err(|_| EntryError::Signer)?;
    Ok(Frame {
        header,
        signature: signature.0,
        payload,
    })
}
