//! Errors as a screen meets them: a code that has a sentence in both catalogues, and the values that the sentence names.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// Code of an error. A code exists only if a screen says something different for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The arguments are not of the call's shape: a fault of the program, never of the user.
    BadRequest,
    /// There is no such call on this host.
    NoSuchCall,
    /// Nobody is logged in, or the session ran out.
    NotLoggedIn,
    /// The account may not do this. Also said when the thing belongs to another county.
    NotAllowed,
    /// This browser is not let in by the program on this machine: its address was used or is incomplete, or the program has ended.
    ShellClosed,
    /// Account or password do not fit.
    WrongLogin,
    /// Too many wrong attempts; `minutes` to wait.
    TooManyAttempts,
    /// Too many ask at once for something that the server does one at a time; nothing was done.
    ServerBusy,
    /// There is no such thing, or not any more.
    NotFound,
    /// The county card cannot be read; `detail`.
    CardUnreadable,
    /// The county card's signature does not hold.
    CardUntrusted,
    /// A county is set up on this laptop already.
    CardAlready,
    /// No county is set up yet.
    NoCounty,
    /// No inspector is unlocked.
    Locked,
    /// The passphrase does not open this person's key; nothing is lost.
    WrongPassphrase,
    /// The passphrase is too short; `min` characters.
    WeakPassphrase,
    /// A name or unit is missing.
    NameMissing,
    /// The store was written by a newer version.
    StoreNewer,
    /// The store is in use by another window or program.
    StoreBusy,
    /// The store is damaged; a copy was kept at `path`.
    StoreDamaged,
    /// The disk is full; `detail`. What was confirmed is safe.
    DiskFull,
    /// The account may not read or write the folder with the data; `detail`. Nothing was changed.
    NoRights,
    /// A file cannot be read; `name`, `detail`.
    FileUnreadable,
    /// What was copied elsewhere to be pasted is no file; nothing was taken in.
    NoFileCopied,
    /// A visit's rule refuses: `rule` is the refusal's key, further parameters by rule.
    Refused,
    /// The server cannot be reached; the work goes on.
    ServerUnreachable,
    /// The server answered with something that cannot be understood; nothing was changed.
    ServerConfused,
    /// The server is not the one named in the county card.
    ServerUntrusted,
    /// The device waits for the county's approval.
    NotCertifiedYet,
    /// The authority's passphrase does not fit.
    WrongAuthorityPassphrase,
    /// The thing changed meanwhile; it was read again.
    ChangedMeanwhile,
    /// A file with a table cannot be read; `reason` says why: `too_large`, `too_many_rows`, `too_many_columns`, `not_a_table`, `old_workbook`,
    /// `damaged`, `empty`, `no_sheet`, `no_header`. Nothing was changed.
    TableUnreadable,
    /// The document could not be made; `detail`.
    PaperFailed,
    /// There is no second copy in the chosen folder.
    CopyNone,
    /// The second copy is damaged; `detail`.
    CopyDamaged,
    /// The second copy belongs to another county; `county`.
    CopyForeign,
    /// A newer version made the second copy.
    CopyNewer,
    /// The folder lies on the disk that it should be a second copy of.
    CopySameDisk,
    /// The stick has too little room; `needed` and `available` in megabytes. The former copy is good.
    CopyMediumFull,
    /// The stick cannot be written or read, or was pulled out; `detail`. The former copy is good.
    CopyMediumFault,
    /// A second copy is being made or taken in already.
    CopyBusy,
    /// Something outside went wrong; `detail` says what, in English, for the log. What was confirmed is safe.
    Internal,
}

/// An error as sent to a screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{code:?} {params:?}")]
pub struct ApiError {
    /// Code; the catalogues hold a sentence for each.
    pub code: ErrorCode,
    /// Values named in the sentence.
    pub params: BTreeMap<String, String>,
}

impl ApiError {
    /// An error without parameters.
    pub fn new(code: ErrorCode) -> Self {
        Self {
            code,
            params: BTreeMap::new(),
        }
    }

    /// Adds a value for the sentence.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl ToString) -> Self {
        self.params.insert(key.to_owned(), value.to_string());
        self
    }
}
