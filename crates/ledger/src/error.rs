//! Why bytes that claim to be an entry were refused.

/// Why an entry, or a frame that carries one, was refused. The text names the fault, never the content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntryError {
    /// An id that is not strict lower-case hex of its length.
    #[error("an id is not strict lower-case hex")]
    Id,
    /// A kind that breaks the rule of [`crate::Kind`].
    #[error("a kind is malformed")]
    Kind,
    /// The frame's lengths do not add up, or a part is over its limit.
    #[error("the frame is malformed: {0}")]
    Frame(&'static str),
    /// The header is not canonical JSON of the expected shape.
    #[error("the header is refused: {0}")]
    Header(String),
    /// The payload is not a canonical JSON object with a salt, or is not the one that the header names.
    #[error("the payload is refused: {0}")]
    Payload(String),
    /// The header names another key than the one that was to sign.
    #[error("the entry names another key")]
    OtherKey,
    /// The signature does not verify.
    #[error("the signature does not verify")]
    Signature,
    /// `log.open` that does not describe the log that it opens.
    #[error("the log's opening record is refused: {0}")]
    Open(&'static str),
    /// The signer could not sign.
    #[error("the key could not sign")]
    Signer,
}
