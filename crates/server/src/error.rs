//! What can go wrong inside the server. Mapped once to a screen's error in [`crate::console`] and once to a device's answer in
//! [`crate::http`].

use std::path::PathBuf;

/// A fault outside the protocol. The text never holds content, names or secrets.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The database refused or failed.
    #[error("the database: {0}")]
    Database(#[from] rusqlite::Error),
    /// A file or folder could not be read or written.
    #[error("{what}: {source}")]
    File {
        /// What was being done.
        what: &'static str,
        /// The system's answer.
        source: std::io::Error,
    },
    /// Bytes that this server wrote are not as it wrote them.
    #[error("the store holds something unreadable: {0}")]
    Corrupt(&'static str),
    /// The store was written by a newer version.
    #[error("the data in this folder was written by a newer version of the program")]
    Newer,
    /// Another program has the store open.
    #[error("another program has {0} open")]
    Busy(PathBuf),
    /// There is no server in this folder, or one where none may be.
    #[error("{0}")]
    Folder(String),
    /// Evidence could not be written or read.
    #[error(transparent)]
    Seal(#[from] seal::Error),
    /// An entry could not be written.
    #[error(transparent)]
    Entry(#[from] ledger::EntryError),
    /// An operation could not be written.
    #[error(transparent)]
    Operation(#[from] domain::operation::OperationError),
    /// JSON of our own could not be written or read.
    #[error("JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A password or passphrase could not be hashed.
    #[error("hashing a password failed")]
    Password,
    /// A table could not be written.
    #[error(transparent)]
    Sheet(#[from] papers::sheet::SheetError),
    /// A certificate or key for TLS cannot be used.
    #[error("TLS: {0}")]
    Tls(String),
    /// The system gave no random bytes.
    #[error("the system gave no random bytes")]
    Random,
    /// A task of the server ended before its work was done.
    #[error("a task ended early")]
    Task,
}

/// Result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Names what was being done to a file.
pub(crate) fn file(what: &'static str) -> impl FnOnce(std::io::Error) -> Error {
    move |source| Error::File { what, source }
}
