//! What can go wrong in the core, and the one place where it becomes what a screen is told.

use std::io;
use std::path::PathBuf;

use contract::{ApiError, ErrorCode};
use domain::decide::Refusal;

/// Result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong. Whatever it is, what was confirmed before is durable.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule of the visit refuses.
    #[error("refused: {0}")]
    Refused(#[from] Refusal),
    /// A rule outside `decide` refuses; the key names it.
    #[error("refused: {0}")]
    Rule(&'static str),
    /// The arguments make no sense together.
    #[error("bad request: {0}")]
    BadRequest(&'static str),
    /// There is no such thing here.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The card cannot be read.
    #[error("the county card cannot be read: {0}")]
    CardUnreadable(String),
    /// The card's signature does not hold.
    #[error("the county card's signature does not hold: {0}")]
    CardUntrusted(String),
    /// A county is set up already.
    #[error("a county is set up already")]
    CardAlready,
    /// No county is set up yet.
    #[error("no county is set up yet")]
    NoCounty,
    /// No inspector is unlocked, or the store is still closed.
    #[error("no inspector is unlocked")]
    Locked,
    /// The passphrase does not open the key.
    #[error("the passphrase does not open the key")]
    WrongPassphrase,
    /// The passphrase is too short.
    #[error("the passphrase has fewer than {0} characters")]
    WeakPassphrase(usize),
    /// A name or unit is missing.
    #[error("a name is missing")]
    NameMissing,
    /// The store was written by a newer version.
    #[error("the store has version {found}, this program knows {known}")]
    StoreNewer {
        /// Version of the store.
        found: u32,
        /// Latest version that this program knows.
        known: u32,
    },
    /// Another process has the store open.
    #[error("the store is in use")]
    StoreBusy,
    /// The store is damaged; a copy was kept.
    #[error("the store is damaged ({detail}); a copy was kept at {}", copy.display())]
    StoreDamaged {
        /// Where the copy is.
        copy: PathBuf,
        /// What SQLite said.
        detail: String,
    },
    /// `keys.json` cannot be understood.
    #[error("keys.json is damaged: {0}")]
    KeysDamaged(String),
    /// A file of the user cannot be read.
    #[error("{name} cannot be read: {source}")]
    FileUnreadable {
        /// File name.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// The server cannot be reached.
    #[error("the server cannot be reached: {0}")]
    Unreachable(String),
    /// The server's answer makes no sense.
    #[error("the server's answer makes no sense: {0}")]
    Confused(String),
    /// The server is not the one named in the card.
    #[error("the server is not the one named in the county card")]
    Untrusted,
    /// The county has not approved this device yet.
    #[error("the device waits for the county's approval")]
    NotCertified,
    /// The server's session is over: open another and ask again.
    #[error("the session is over")]
    SessionOver,
    /// There is no second copy in a folder.
    #[error("there is no second copy in the folder")]
    CopyNone,
    /// A second copy cannot be read.
    #[error("the second copy is damaged: {0}")]
    CopyDamaged(String),
    /// A second copy of another county.
    #[error("the second copy belongs to {0}")]
    CopyForeign(String),
    /// A second copy of a newer program.
    #[error("a newer program made the second copy")]
    CopyNewer,
    /// The folder for the second copy lies on the store's own disk.
    #[error("the folder lies on the disk that the store is on")]
    CopySameDisk,
    /// The medium of the second copy has too little room.
    #[error("the medium has {available} bytes left and {needed} are needed")]
    MediumFull {
        /// Bytes needed.
        needed: u64,
        /// Bytes left.
        available: u64,
    },
    /// The medium of the second copy fails, or is gone.
    #[error("the medium of the second copy failed: {0}")]
    MediumFault(io::Error),
    /// A second copy is under way.
    #[error("a second copy is made or taken in already")]
    CopyBusy,
    /// The document could not be made.
    #[error("the document could not be made: {0}")]
    Paper(String),
    /// The disk.
    #[error("input or output failed: {0}")]
    Io(#[from] io::Error),
    /// A list cannot be asked so.
    #[error(transparent)]
    List(#[from] domain::lists::sql::Unanswerable),
    /// A workbook could not be written.
    #[error(transparent)]
    Sheet(#[from] papers::sheet::SheetError),
    /// The database.
    #[error("the database failed: {0}")]
    Sql(#[from] rusqlite::Error),
    /// An entry could not be made or read.
    #[error("an entry failed: {0}")]
    Entry(#[from] ledger::EntryError),
    /// A seal, key or certificate failed.
    #[error("sealing failed: {0}")]
    Seal(#[from] seal::Error),
    /// An operation does not fit its shape.
    #[error("an operation failed: {0}")]
    Operation(#[from] domain::OperationError),
    /// JSON of our own does not read.
    #[error("stored JSON failed: {0}")]
    Json(#[from] serde_json::Error),
    /// Something that cannot be, in English.
    #[error("{0}")]
    Broken(&'static str),
}

impl Error {
    /// Whether the disk said nothing more precise than that it could not.
    pub(crate) fn disk_fault(&self) -> bool {
        let codes = [rusqlite::ErrorCode::SystemIoFailure, rusqlite::ErrorCode::CannotOpen];
        matches!(self, Self::Sql(e) if e.sqlite_error_code().is_some_and(|code| codes.contains(&code)))
    }

    /// Whether the disk is full.
    pub(crate) fn disk_full(&self) -> bool {
        match self {
            Self::Io(e) => matches!(e.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded),
            Self::Sql(rusqlite::Error::SqliteFailure(e, _)) => e.code == rusqlite::ErrorCode::DiskFull,
            _ => false,
        }
    }
}

impl Error {
    /// The system refuses the account what it needs of its own folder.
    fn no_rights(&self) -> bool {
        use rusqlite::ErrorCode as Sql;
        match self {
            Self::Io(e) => matches!(e.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem),
            Self::Sql(e) => matches!(e.sqlite_error_code(), Some(Sql::PermissionDenied | Sql::ReadOnly | Sql::CannotOpen)),
            _ => false,
        }
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        let new = Self::new;
        let detail = error.to_string();
        if error.disk_full() {
            return new(ErrorCode::DiskFull).with("detail", detail);
        }
        if error.no_rights() {
            return new(ErrorCode::NoRights).with("detail", detail);
        }
        match error {
            Error::Refused(refusal) => refused(&refusal),
            Error::Rule(rule) => new(ErrorCode::Refused).with("rule", rule),
            Error::BadRequest(_) | Error::List(_) => new(ErrorCode::BadRequest).with("detail", detail),
            Error::NotFound(what) => new(ErrorCode::NotFound).with("what", what),
            Error::CardUnreadable(why) => new(ErrorCode::CardUnreadable).with("detail", why),
            Error::CardUntrusted(why) => new(ErrorCode::CardUntrusted).with("detail", why),
            Error::CardAlready => new(ErrorCode::CardAlready),
            Error::NoCounty => new(ErrorCode::NoCounty),
            Error::Locked => new(ErrorCode::Locked),
            Error::WrongPassphrase => new(ErrorCode::WrongPassphrase),
            Error::WeakPassphrase(min) => new(ErrorCode::WeakPassphrase).with("min", min),
            Error::NameMissing => new(ErrorCode::NameMissing),
            Error::StoreNewer { found, known } => new(ErrorCode::StoreNewer).with("found", found).with("known", known),
            Error::StoreBusy => new(ErrorCode::StoreBusy),
            Error::StoreDamaged { copy, detail } => new(ErrorCode::StoreDamaged).with("path", copy.display()).with("detail", detail),
            Error::KeysDamaged(why) => new(ErrorCode::StoreDamaged).with("path", "keys.json").with("detail", why),
            Error::FileUnreadable { name, source } => new(ErrorCode::FileUnreadable).with("name", name).with("detail", source),
            Error::Unreachable(why) => new(ErrorCode::ServerUnreachable).with("detail", why),
            Error::Confused(why) => new(ErrorCode::ServerConfused).with("detail", why),
            Error::Untrusted => new(ErrorCode::ServerUntrusted),
            Error::NotCertified => new(ErrorCode::NotCertifiedYet),
            Error::SessionOver => new(ErrorCode::ServerUnreachable).with("detail", detail),
            Error::CopyNone => new(ErrorCode::CopyNone),
            Error::CopyDamaged(why) => new(ErrorCode::CopyDamaged).with("detail", why),
            Error::CopyForeign(county) => new(ErrorCode::CopyForeign).with("county", county),
            Error::CopyNewer => new(ErrorCode::CopyNewer),
            Error::CopySameDisk => new(ErrorCode::CopySameDisk),
            Error::MediumFull { needed, available } => new(ErrorCode::CopyMediumFull)
                .with("needed", megabytes(needed))
                .with("available", megabytes(available)),
            Error::MediumFault(why) => new(ErrorCode::CopyMediumFault).with("detail", why),
            Error::CopyBusy => new(ErrorCode::CopyBusy),
            Error::Paper(why) => new(ErrorCode::PaperFailed).with("detail", why),
            Error::Io(_)
            | Error::Sql(_)
            | Error::Entry(_)
            | Error::Seal(_)
            | Error::Operation(_)
            | Error::Json(_)
            | Error::Sheet(_)
            | Error::Broken(_) => new(ErrorCode::Internal).with("detail", detail),
        }
    }
}

/// As a person reads a stick's room; what is needed is never rounded to nothing.
fn megabytes(bytes: u64) -> u64 {
    bytes.div_ceil(1_000_000)
}

/// A refusal's key, which the catalogues hold a sentence for, and what the sentence names.
fn refused(refusal: &Refusal) -> ApiError {
    let say = |rule: &str| ApiError::new(ErrorCode::Refused).with("rule", rule);
    match refusal {
        Refusal::NoVisit => say("no_visit"),
        Refusal::OpenAlready => say("open_already"),
        Refusal::Sealed => say("sealed"),
        Refusal::Aborted => say("aborted"),
        Refusal::NotTheLead => say("not_the_lead"),
        Refusal::SameStation => say("same_station"),
        Refusal::SameLead => say("same_lead"),
        Refusal::Team { needed } => say("team").with("needed", needed),
        Refusal::Times => say("times"),
        Refusal::Method(method) => say("method").with("method", method),
        Refusal::NoItem(item) => say("no_item").with("item", item),
        Refusal::Answer { item, why } => say("answer").with("item", item).with("why", why),
        Refusal::NoPhoto(photo) => say("no_photo").with("photo", photo),
        Refusal::SamePhoto(photo) => say("same_photo").with("photo", photo),
        Refusal::ClockNotOffered => say("clock_not_offered"),
        Refusal::NoFinding(finding) => say("no_finding").with("finding", finding),
        Refusal::FindingFacts => say("finding_facts"),
        Refusal::Date(date) => say("date").with("date", date),
        Refusal::Units => say("units"),
        Refusal::Fix => say("fix"),
        Refusal::Reason => say("reason"),
        Refusal::TooLong => say("too_long"),
        Refusal::Recipient => say("recipient"),
        Refusal::Pages { most } => say("pages").with("most", most),
        Refusal::PageFormat(name) => say("page_format").with("name", name),
        Refusal::SamePage(photo) => say("same_page").with("photo", photo),
        Refusal::PaperSigners => say("paper_signers"),
        Refusal::Disputed(item) => say("disputed").with("item", item),
        Refusal::NoCountersign => say("no_countersign"),
        Refusal::NoHandSign(name) => say("no_hand_sign").with("name", name),
        Refusal::Seconded => say("seconded"),
        Refusal::NotShown => say("not_shown"),
        Refusal::NoEnd => say("no_end"),
        Refusal::NothingMended => say("nothing_mended"),
        Refusal::NotSealed => say("not_sealed"),
        Refusal::NotInTeam(person) => say("not_in_team").with("person", person),
        Refusal::SignedAlready(person) => say("signed_already").with("person", person),
    }
}
