//! What can be wrong with bytes that claim to be evidence.

/// Why bytes were refused. The text names the fault, never the content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The JSON breaks a rule of the profile, at a byte offset of the input.
    #[error("JSON refused at byte {at}: {reason}")]
    Json {
        /// Offset in bytes from the start of the input.
        at: usize,
        /// The rule that is broken.
        reason: &'static str,
    },
    /// A value cannot be written as canonical JSON.
    #[error("cannot be written as canonical JSON: {0}")]
    Unwritable(&'static str),
    /// The JSON is valid but is not in its canonical form; the offset is the first byte that differs.
    #[error("JSON is not in canonical form (first difference at byte {at})")]
    NotCanonical {
        /// Offset in bytes of the first difference.
        at: usize,
    },
    /// Canonical JSON of the wrong shape: a field is missing, unknown or of another type.
    #[error("unexpected shape: {0}")]
    Shape(String),
    /// Text that is not strict lower-case hexadecimal of the expected length.
    #[error("not strict lower-case hexadecimal")]
    Hex,
    /// Text that is not strict standard base64 with padding.
    #[error("not strict base64")]
    Base64,
    /// A public key that is malformed, weak or of an unknown algorithm.
    #[error("public key refused: {0}")]
    Key(&'static str),
    /// A signature that does not verify.
    #[error("signature does not verify")]
    Signature,
    /// No signature by the expected key.
    #[error("no signature by the expected key")]
    NoSignature,
    /// An envelope that breaks a rule of DSSE or of our profile.
    #[error("envelope refused: {0}")]
    Envelope(&'static str),
    /// A statement that breaks a rule of in-toto or of our profile.
    #[error("statement refused: {0}")]
    Statement(&'static str),
    /// A Merkle proof that does not hold, or indices that make no sense.
    #[error("tree proof refused: {0}")]
    Proof(&'static str),
    /// A signed note that is malformed or not signed by the expected key.
    #[error("signed note refused: {0}")]
    Note(&'static str),
    /// A checkpoint whose text is malformed.
    #[error("checkpoint refused: {0}")]
    Checkpoint(&'static str),
    /// A certificate that is malformed, outside our profile or does not chain.
    #[error("certificate refused: {0}")]
    Certificate(&'static str),
    /// A county card that breaks a rule.
    #[error("county card refused: {0}")]
    Card(&'static str),
    /// A zip container that is ambiguous or damaged; names the member where one is known.
    #[error("container refused: {0}")]
    Container(String),
    /// The operating system gave no random bytes.
    #[error("the system gave no random bytes")]
    Random,
}

/// Result of this crate.
pub type Result<T> = std::result::Result<T, Error>;
