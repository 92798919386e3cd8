//! Calls of the supervisor's face. Every call but the first three names the scope that it is about.

use crate::calls::calls;
use crate::lists::{ListPage, SavedFilter, ScopeFilters, ScopeForgetFilter, ScopeList, ScopeSavedFilter};
use crate::shared::{DataState, Nothing, PaperNotes, PhotoNotes, VisitRow};
use crate::stations::{
    ApproveStation, ImportStations, PlaceStation, PreviewStations, ProposedStation, ReadStationTable, StationTable, StationsReport, UnplacedStation,
};
use domain::compare::Comparison;
use domain::operation::{ItemComment, Strokes};
use domain::plot::Plot;
use domain::{Pack, PersonId, PhotoId, Role, Station, TimeGrade, Visit, VisitId, VisitPhase, VisitRecord};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Who may make a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anyone.
    Public,
    /// Any account with a session.
    Session,
    /// An account with one of the roles, bound to the scope in the arguments.
    Roles(&'static [Role]),
}

use Access::{Public, Roles, Session};

const READERS: Access = Roles(&[Role::Inspector, Role::Reviewer, Role::Administrator, Role::Auditor]);
const REVIEWERS: Access = Roles(&[Role::Reviewer]);
const ADMINISTRATORS: Access = Roles(&[Role::Administrator]);

calls! { ConsoleHost, "ConsoleCalls", Access,
    /// Opens a session; the cookie is set by the adapter.
    login(Login) -> Me [Public];
    /// Who is logged in.
    me(Nothing) -> Me [Session];
    /// Ends the session.
    logout(Nothing) -> Nothing [Session];
    /// Visits of a scope, newest first.
    list_visits(ScopeArgs) -> Vec<ReviewRow> [READERS];
    /// What `list_visits` rests on: while it stays the same, so does the list.
    visits_revision(ScopeArgs) -> Revision [READERS];
    /// A page of a list of stations, visits, findings or photos.
    list(ScopeList) -> ListPage [READERS];
    /// Filters that the account saved for a list, by name.
    list_filters(ScopeFilters) -> Vec<SavedFilter> [READERS];
    /// Saves a filter for the account; answers all of that list.
    save_filter(ScopeSavedFilter) -> Vec<SavedFilter> [READERS];
    /// Forgets a saved filter; answers those that are left.
    forget_filter(ScopeForgetFilter) -> Vec<SavedFilter> [READERS];
    /// One visit on one page.
    get_visit(ScopeVisit) -> ReviewView [READERS];
    /// Accepts a sealed visit.
    accept_visit(AcceptVisit) -> ReviewView [REVIEWERS];
    /// Returns a sealed visit with what is to be mended.
    return_visit(ReturnVisit) -> ReviewView [REVIEWERS];
    /// Laptops and people that wait for approval.
    list_enrolments(ScopeArgs) -> Vec<EnrolmentRow> [ADMINISTRATORS];
    /// Certifies a laptop and its people with the authority's key.
    approve_enrolment(ApproveEnrolment) -> Vec<EnrolmentRow> [ADMINISTRATORS];
    /// Reads an uploaded table of stations: its columns, first rows, and what the columns seem to say.
    read_station_table(ReadStationTable) -> StationTable [ADMINISTRATORS];
    /// What would become of every row of an uploaded table.
    preview_stations(PreviewStations) -> StationsReport [ADMINISTRATORS];
    /// Takes the good rows of an uploaded table into the registry.
    import_stations(ImportStations) -> StationsReport [ADMINISTRATORS];
    /// Stations that laptops put to use and that wait for the county.
    list_proposed_stations(ScopeArgs) -> Vec<ProposedStation> [ADMINISTRATORS];
    /// Registers a proposed station under its own id; answers what still waits.
    approve_station(ApproveStation) -> Vec<ProposedStation> [ADMINISTRATORS];
    /// Stations of the list without a point, with what their photos propose.
    list_unplaced_stations(ScopeArgs) -> Vec<UnplacedStation> [ADMINISTRATORS];
    /// Registers a proposed point; answers what is still without one.
    place_station(PlaceStation) -> Vec<UnplacedStation> [ADMINISTRATORS];
}

/// Arguments of `login`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// Account name.
    pub account: String,
    /// Password.
    pub password: String,
}

/// Who is logged in.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Me {
    /// Account name.
    pub account: String,
    /// Person.
    pub person: PersonId,
    /// Name.
    pub name: String,
    /// Roles.
    pub roles: Vec<Role>,
    /// Scopes that the account is bound to.
    pub scopes: Vec<ScopeRow>,
}

/// A scope.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ScopeRow {
    /// Scope, 32 hex.
    pub scope: String,
    /// County name.
    pub name: String,
    /// Authority's fingerprint: SHA-256 of its certificate, hex.
    pub authority_fingerprint: String,
}

/// Names a scope.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ScopeArgs {
    /// Scope, 32 hex.
    pub scope: String,
}

/// The state of a scope as a mark that is compared and not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Revision {
    /// The mark.
    pub revision: String,
}

/// Names a visit of a scope.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ScopeVisit {
    /// Scope, 32 hex.
    pub scope: String,
    /// Which visit.
    pub visit: VisitId,
}

/// Arguments of `accept_visit`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AcceptVisit {
    /// Scope, 32 hex.
    pub scope: String,
    /// Which visit.
    pub visit: VisitId,
    /// The seal id that the reviewer saw; another one now is refused as changed meanwhile.
    pub statement: String,
    /// Comment, may be empty.
    pub comment: String,
}

/// Arguments of `return_visit`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ReturnVisit {
    /// Scope, 32 hex.
    pub scope: String,
    /// Which visit.
    pub visit: VisitId,
    /// The seal id that the reviewer saw; another one now is refused as changed meanwhile.
    pub statement: String,
    /// What is to be mended in general; may be empty when an item is commented on.
    pub comment: String,
    /// What is to be mended on items.
    pub items: Vec<ItemComment>,
}

/// One thing that the server checked, and how it came out.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct CheckLine {
    /// What was checked; the catalogues hold a sentence for each: `record_digest`, `statement`, `signatures`, `persons`,
    /// `certificates`, `receipts`, `originals`, `thumbnails`.
    pub check: String,
    /// Whether it holds; none when it cannot be said yet.
    pub holds: Option<bool>,
    /// Numbers for the sentence: how many hold.
    pub good: u32,
    /// Of how many.
    pub of: u32,
}

/// One row of the reviewer's list.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ReviewRow {
    /// The visit.
    #[serde(flatten)]
    pub row: VisitRow,
    /// The seal that a review of what the list shows would be about: SHA-256 of the statement in hexadecimal; none while it
    /// does not wait for a review.
    pub seal_id: Option<String>,
    /// The doubts that its page shows; none while it does not wait for a review.
    pub doubts: Option<Vec<Doubt>>,
}

/// One reason to look twice before a visit is accepted (疑点): why, and where on the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Doubt {
    /// Why; the catalogues hold a sentence for each: `uncovered`, `disputed`, `contradictory`, `no_time`, `no_position`, and kinds
    /// of [`Remark`](domain::worth::Remark).
    pub why: String,
    /// Number for the sentence.
    pub n: u32,
    /// Photos that it is about, in the visit's order.
    pub photos: Vec<PhotoId>,
    /// Codes of items that it is about.
    pub items: Vec<String>,
}

/// A signature as checked by the server.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SignatureRow {
    /// Who.
    pub person: PersonId,
    /// Name as printed.
    pub name: String,
    /// Key id, hex.
    pub kid: String,
    /// Whether the signature holds over the statement.
    pub holds: bool,
    /// Whether the authority certified the key, and for this person.
    pub certified: bool,
    /// Claimed time, ms since 1970 UTC.
    pub claimed_at_ms: i64,
    /// Grade of that time.
    pub time_grade: TimeGrade,
    /// When the server took the entry, ms since 1970 UTC.
    pub received_at_ms: i64,
    /// Name of the laptop.
    pub device_name: String,
}

/// A file that left by the console (导出登记).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Download {
    /// The photo, or page of a paper, whose original left; none for a proof bundle with all of them.
    pub photo: Option<PhotoId>,
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// Name of whoever kept it.
    pub name: String,
    /// When, ms since 1970 UTC, by the server.
    pub at_ms: i64,
}

/// A visit as reviewed.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ReviewView {
    /// State.
    pub visit: Visit,
    /// Where it stands.
    pub phase: VisitPhase,
    /// Where its data is.
    pub data_state: DataState,
    /// Station.
    pub station: Option<Station>,
    /// Checklist.
    pub pack: Option<Pack>,
    /// The sealed record, once its bytes arrived and match.
    pub record: Option<VisitRecord>,
    /// Notes on every photo, in the visit's order.
    pub photo_notes: Vec<PhotoNotes>,
    /// Where its photos were taken; none when none of them says so.
    pub plot: Option<Plot>,
    /// Strokes of the station's signature, once arrived.
    pub strokes: Option<Strokes>,
    /// Signatures.
    pub signatures: Vec<SignatureRow>,
    /// What was verified.
    pub checks: Vec<CheckLine>,
    /// What deserves a second look.
    pub doubts: Vec<Doubt>,
    /// What was verified of each paper that joined it, in the visit's order.
    pub paper_notes: Vec<PaperNotes>,
    /// Seal id of the record that stands.
    pub seal_id: Option<String>,
    /// What a mended record says otherwise than the one that it supersedes; none for a first record.
    pub comparison: Option<Comparison>,
    /// Files of it that left by the console, in the order in which they did.
    pub downloads: Vec<Download>,
}

/// A laptop with its people that waits for approval, or was approved.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct EnrolmentRow {
    /// Request id.
    pub request: String,
    /// Laptop name.
    pub device_name: String,
    /// Fingerprint to compare with the laptop's screen.
    pub fingerprint: String,
    /// People in the request.
    pub people: Vec<EnrolmentPerson>,
    /// When it arrived, ms since 1970 UTC.
    pub received_at_ms: i64,
    /// When it was approved, ms since 1970 UTC.
    pub approved_at_ms: Option<i64>,
}

/// A person in an enrolment request.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct EnrolmentPerson {
    /// Who.
    pub person: PersonId,
    /// Name.
    pub name: String,
    /// Home department.
    pub org: String,
    /// Whether the county's list has this person.
    pub registered: bool,
}

/// Arguments of `approve_enrolment`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ApproveEnrolment {
    /// Scope, 32 hex.
    pub scope: String,
    /// Request id.
    pub request: String,
    /// Passphrase of the authority's key, used for this approval only.
    pub authority_passphrase: String,
}
