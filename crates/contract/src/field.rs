//! Calls of the inspector's face.

use crate::calls::calls;
use crate::lists::{ExportList, FiltersOf, ForgetFilter, ListArgs, ListPage, ListReady, SavedFilter};
use crate::shared::{DataState, KeyStanding, Nothing, PaperNotes, PersonRow, PhotoNotes, VisitRow};
use domain::calendar::WorkingDay;
use domain::compare::Comparison;
use domain::finding::Finding;
use domain::operation::Strokes;
use domain::plot::Plot;
use domain::{Answer, FindingId, ItemCode, Pack, PersonId, PhotoId, Station, StationId, Visit, VisitId, VisitPhase};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

mod copies;
mod forms;
mod giving;
mod handover;
mod imports;
mod inbox;
mod photos;
mod previous;
mod receiving;
mod syncing;
mod trip;

pub use copies::*;
pub use forms::*;
pub use giving::*;
pub use handover::*;
pub use imports::*;
pub use inbox::*;
pub use photos::*;
pub use previous::*;
pub use receiving::*;
pub use syncing::*;
pub use trip::*;

/// Who may make a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anyone at the laptop.
    Open,
    /// Only while an inspector is unlocked.
    Unlocked,
}

use Access::{Open, Unlocked};

calls! { FieldHost, "FieldCalls", Access,
    /// Where the application stands: county, people, session, sync.
    app_state(Nothing) -> AppState [Open];
    /// Reads a county card without using it yet.
    read_card(CardSource) -> CardPreview [Open];
    /// Sets this laptop up from a county card.
    start_from_card(StartFromCard) -> AppState [Open];
    /// Makes a person key on this laptop, under the person's own passphrase.
    add_person(AddPerson) -> AppState [Open];
    /// Opens an inspector's session.
    unlock(Unlock) -> AppState [Open];
    /// Ends the session.
    lock(Nothing) -> AppState [Open];
    /// People of the county as far as known here.
    list_people(Nothing) -> Vec<PersonRow> [Open];
    /// Stations, filtered by words in name, township, village.
    list_stations(ListStations) -> Vec<StationRow> [Unlocked];
    /// Checklists on this laptop.
    list_packs(Nothing) -> Vec<Pack> [Unlocked];
    /// The work of the day, newest first: visits that are not closed, and the newest of the others. All of them stand in `list`.
    list_visits(Nothing) -> Vec<VisitRow> [Unlocked];
    /// A page of a list of stations, visits, findings or photos.
    list(ListArgs) -> ListPage [Unlocked];
    /// Makes a list a workbook, as it is filtered and sorted.
    export_list(ExportList) -> ListReady [Unlocked];
    /// Filters that the inspector at work saved for a list, by name.
    list_filters(FiltersOf) -> Vec<SavedFilter> [Unlocked];
    /// Saves a filter for the inspector at work; answers all of that list.
    save_filter(SavedFilter) -> Vec<SavedFilter> [Unlocked];
    /// Forgets a saved filter; answers those that are left.
    forget_filter(ForgetFilter) -> Vec<SavedFilter> [Unlocked];
    /// Opens a visit.
    open_visit(OpenVisit) -> VisitView [Unlocked];
    /// One visit with everything that its screen shows.
    get_visit(VisitArgs) -> VisitView [Unlocked];
    /// Ends a visit that was opened by mistake, with a reason; only before the seal.
    abort_visit(AbortVisit) -> VisitView [Unlocked];
    /// Moves a visit that was opened for the wrong station, with a reason; only before the seal.
    reaim_visit(ReaimVisit) -> VisitView [Unlocked];
    /// People of the county with the laptops on which they have a key, to hand a visit over to.
    list_colleagues(Nothing) -> Vec<Colleague> [Unlocked];
    /// Gives a visit to another inspector, on this laptop or on another; only by the laptop that leads, only before the seal.
    hand_over_visit(HandOverVisit) -> VisitView [Unlocked];
    /// Puts a station to use that is not on the county's list; it is 未核准 until the county registers it.
    propose_station(ProposeStation) -> StationRow [Unlocked];
    /// Restates team, times, methods, situation.
    describe_visit(DescribeVisit) -> VisitView [Unlocked];
    /// Keeps what is being typed, durably, before it is an entry.
    save_draft(SaveDraft) -> Saved [Unlocked];
    /// Answers an item, or takes the answer back; drops its draft.
    answer_item(AnswerItem) -> VisitView [Unlocked];
    /// Answers an item by what stands on a paper form (事后补录); drops its draft.
    answer_from_paper(AnswerFromPaper) -> VisitView [Unlocked];
    /// Makes the blank form of a checklist as a PDF and its pages as pictures.
    make_blank_form(MakeBlankForm) -> RecordReady [Unlocked];
    /// Starts taking files into a visit; progress comes as events.
    import_photos(ImportPhotos) -> ImportStarted [Unlocked];
    /// Starts taking files into the inbox, to be sorted out later; progress comes as events.
    import_to_inbox(ImportToInbox) -> ImportStarted [Unlocked];
    /// What waits in the inbox of the inspector at work, with proposals where each photo belongs.
    list_inbox(Nothing) -> Inbox [Unlocked];
    /// Puts photos of the inbox into visits. Those that break a rule stay where they are.
    assign_photos(AssignPhotos) -> Assigned [Unlocked];
    /// Puts photos of the inbox aside, or back; nothing is deleted.
    put_aside(PutAside) -> Inbox [Unlocked];
    /// What became of every file of an import, so far or finally.
    import_report(ImportArgs) -> ImportReport [Unlocked];
    /// Stops an import; whole photos stay.
    cancel_import(ImportArgs) -> Nothing [Unlocked];
    /// Says what a photo shows.
    tie_photo(TiePhoto) -> VisitView [Unlocked];
    /// Withdraws a photo with a reason.
    withdraw_photo(WithdrawPhoto) -> VisitView [Unlocked];
    /// Accepts the correction that is offered for the clock of a photo's camera, or takes it back; only before the seal.
    correct_clock(CorrectClock) -> VisitView [Unlocked];
    /// Makes a copy of a photo with marks or blurred parts, as a new photo of the visit that names its original.
    copy_photo(CopyPhoto) -> VisitView [Unlocked];
    /// States who made a photo, how, and what it is to prove; only before the seal.
    state_custody(StateCustody) -> VisitView [Unlocked];
    /// Makes a photo ready to be saved: byte for byte, or a copy with a watermark.
    export_photo(ExportPhoto) -> PhotoReady [Unlocked];
    /// Records a finding, or records it anew.
    record_finding(RecordFinding) -> VisitView [Unlocked];
    /// Withdraws a finding with a reason.
    withdraw_finding(WithdrawFinding) -> VisitView [Unlocked];
    /// The station signs, refuses, or nobody is there.
    countersign(CountersignArgs) -> VisitView [Unlocked];
    /// Takes the last step of this session back, before the seal.
    undo_step(UndoArgs) -> VisitView [Unlocked];
    /// A seconded member without a key signs by hand, drawn or on the printed record.
    hand_sign(HandSign) -> VisitView [Unlocked];
    /// The drawn strokes of the station's signature.
    get_strokes(VisitArgs) -> Option<Strokes> [Unlocked];
    /// What is missing and what will be signed.
    seal_preview(VisitArgs) -> SealPreview [Unlocked];
    /// Writes the record and signs it with the keys whose passphrases are given; also adds signatures to a written record.
    seal_visit(SealVisit) -> VisitView [Unlocked];
    /// Makes the record F11 as a PDF and its pages as pictures.
    make_record(MakeRecord) -> RecordReady [Unlocked];
    /// Attaches paper that was signed by hand to the sealed record, level L0, signed with the key of whoever attaches it.
    attach_paper(AttachPaper) -> VisitView [Unlocked];
    /// Records that the sealed record was given to somebody on a stick or on paper.
    give_record(GiveRecord) -> VisitView [Unlocked];
    /// Addresses of this laptop in networks that a phone may be in.
    list_addresses(Nothing) -> Vec<LocalAddress> [Unlocked];
    /// Offers the sealed record's PDF to a phone: one page under a secret address, for some minutes. The first fetching is recorded.
    share_record(ShareRecord) -> Sharing [Unlocked];
    /// What is offered, or was last.
    share_status(Nothing) -> Option<Sharing> [Unlocked];
    /// Ends the offer.
    stop_sharing(Nothing) -> Nothing [Unlocked];
    /// Opens a page on which a phone in the same network hands in photos; the one before is closed.
    open_phone(OpenPhone) -> Receiving [Unlocked];
    /// What comes from the phone, or came last.
    phone_status(Nothing) -> Option<Receiving> [Unlocked];
    /// Takes nothing more; what is taken in stays.
    close_phone(Nothing) -> Nothing [Unlocked];
    /// Starts a synchronisation now, and ends a pause; progress comes as events.
    sync_now(Nothing) -> SyncStatus [Open];
    /// Pauses synchronising until `sync_now`, across restarts; what is under way stops where it can be taken up again.
    pause_sync(Nothing) -> SyncStatus [Unlocked];
    /// Where synchronisation stands.
    sync_status(Nothing) -> SyncStatus [Open];
    /// The request by which the county certifies this laptop and its people.
    enrolment_request(Nothing) -> EnrolmentRequest [Open];
    /// Where the second copy stands: the last one, what it lacks, and what is under way.
    copy_status(Nothing) -> CopyStatus [Unlocked];
    /// Starts a second copy into a folder on another disk; progress comes as events.
    make_copy(MakeCopy) -> CopyStatus [Unlocked];
    /// Stops what is under way at a second copy; a former copy stays good.
    cancel_copy(Nothing) -> CopyStatus [Unlocked];
    /// Where a second copy can be: mounted media beside the store's own disk.
    copy_places(Nothing) -> CopyPlaces [Unlocked];
    /// Looks for second copies of laptops in a folder.
    find_copies(FindCopies) -> Vec<CopyPreview> [Unlocked];
    /// Whether everything that a day without network needs is here (出发检查).
    trip_check(TripCheckArgs) -> TripCheck [Unlocked];
    /// Whether people work on a day, and on which they do from it on.
    working_day(DayArgs) -> WorkingDay [Unlocked];
    /// Starts taking another laptop's second copy in; progress comes as events.
    take_in_copy(TakeInCopy) -> CopyStatus [Unlocked];
}

/// Which screen comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StartPhase {
    /// No county yet: a county card is needed.
    NeedsCard,
    /// A county, but no person key yet.
    NeedsPerson,
    /// Somebody must unlock.
    Locked,
    /// An inspector is at work.
    Ready,
}

/// Where the application stands.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct AppState {
    /// Which screen comes first.
    pub phase: StartPhase,
    /// County, once set up.
    pub county: Option<CountyInfo>,
    /// This laptop's key standing.
    pub device: Option<DeviceInfo>,
    /// People with a key on this laptop.
    pub people: Vec<LocalPerson>,
    /// Whose session is open.
    pub session: Option<PersonId>,
    /// Sync in short.
    pub sync: SyncStatus,
    /// Version of the application.
    pub app_version: String,
}

/// The county that this laptop works for.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct CountyInfo {
    /// Scope, 32 hex.
    pub scope: String,
    /// Name.
    pub name: String,
    /// Authority's fingerprint: SHA-256 of its certificate, hex.
    pub authority_fingerprint: String,
    /// Server address.
    pub server_url: String,
}

/// This laptop.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct DeviceInfo {
    /// Name given to it.
    pub name: String,
    /// Key id, hex.
    pub kid: String,
    /// Whether the county certified it.
    pub standing: KeyStanding,
}

/// A person with a key on this laptop.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct LocalPerson {
    /// Who.
    pub person: PersonId,
    /// Name.
    pub name: String,
    /// Home department.
    pub org: String,
    /// Key id, hex.
    pub kid: String,
    /// Whether the county certified it.
    pub standing: KeyStanding,
}

/// Where a card comes from: exactly one of the two.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CardSource {
    /// Handle of a chosen file.
    pub handle: Option<String>,
    /// The card's text, pasted.
    pub text: Option<String>,
}

/// What a card says, its signature checked.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct CardPreview {
    /// County name.
    pub name: String,
    /// Scope, 32 hex.
    pub scope: String,
    /// Server address.
    pub server_url: String,
    /// Authority's fingerprint, to be compared with the county's notice.
    pub authority_fingerprint: String,
    /// Whether every checklist that it names is on this laptop.
    pub packs_present: bool,
}

/// Arguments of `start_from_card`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct StartFromCard {
    /// The card.
    pub card: CardSource,
    /// Name for this laptop.
    pub device_name: String,
}

/// Arguments of `add_person`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AddPerson {
    /// A person of the county's list, or none for one who is not on it yet.
    pub person: Option<PersonId>,
    /// Name.
    pub name: String,
    /// Home department.
    pub org: String,
    /// The person's own passphrase, at least 8 characters.
    pub passphrase: String,
}

/// Arguments of `unlock`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Unlock {
    /// Who.
    pub person: PersonId,
    /// Passphrase.
    pub passphrase: String,
}

/// Arguments of `list_stations`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ListStations {
    /// Words; empty for all.
    pub search: String,
}

/// A station on a list.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct StationRow {
    /// The station.
    pub station: Station,
    /// Start of the last visit known here, ms since 1970 UTC.
    pub last_visit_ms: Option<i64>,
    /// A visit under way.
    pub open_visit: Option<VisitId>,
}

/// Arguments of `open_visit`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct OpenVisit {
    /// Where.
    pub station: StationId,
    /// Checklist id.
    pub pack: String,
    /// Team in order; must have a name each, known on this laptop or the county's list.
    pub team: Vec<PersonId>,
    /// Method keys.
    pub methods: Vec<String>,
    /// Start, ms since 1970 UTC.
    pub started_at_ms: i64,
    /// Offset of local time from UTC in minutes.
    pub utc_offset_min: i32,
}

/// Names a visit.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct VisitArgs {
    /// Which visit.
    pub visit: VisitId,
}

/// Arguments of `abort_visit`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AbortVisit {
    /// Which visit.
    pub visit: VisitId,
    /// Why.
    pub reason: String,
}

/// Arguments of `reaim_visit`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ReaimVisit {
    /// Which visit.
    pub visit: VisitId,
    /// The right station.
    pub station: StationId,
    /// Why.
    pub reason: String,
}

/// Arguments of `propose_station`: name, township and village are needed.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ProposeStation {
    /// Name.
    pub name: String,
    /// Township.
    pub township: String,
    /// Village.
    pub village: String,
    /// Address, or empty.
    pub address: String,
    /// Manager, or empty.
    pub manager: String,
}

/// Arguments of `describe_visit`; all of it is stated anew.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DescribeVisit {
    /// Which visit.
    pub visit: VisitId,
    /// Team in order.
    pub team: Vec<PersonId>,
    /// Method keys.
    pub methods: Vec<String>,
    /// Start, ms since 1970 UTC.
    pub started_at_ms: i64,
    /// End, ms since 1970 UTC.
    pub ended_at_ms: Option<i64>,
    /// Offset of local time from UTC in minutes.
    pub utc_offset_min: i32,
    /// Overall situation.
    pub situation: String,
    /// Seconded members without a key.
    pub seconded: Vec<SecondedMember>,
}

/// A seconded member (抽调人员) as typed.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SecondedMember {
    /// Identity, once there is one; none for one just typed.
    pub person: Option<PersonId>,
    /// Name.
    pub name: String,
    /// Home office.
    pub org: String,
}

/// Arguments of `undo_step`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UndoArgs {
    /// Which visit.
    pub visit: VisitId,
    /// The reason that stands with a finding which is withdrawn by it.
    pub reason: String,
}

/// A step that can be undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UndoStep {
    /// Which: `answer`, `describe`, `tie_photo`, `withdraw_photo`, `record_finding`, `withdraw_finding`.
    pub kind: String,
    /// Item, where it is about one.
    pub item: Option<ItemCode>,
}

/// Arguments of `hand_sign`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct HandSign {
    /// Which visit.
    pub visit: VisitId,
    /// Which seconded member.
    pub person: PersonId,
    /// The strokes; none when the member signs on the printed record.
    pub strokes: Option<Strokes>,
    /// [`RecordReady::shown`] of the record that was on the screen.
    pub shown: String,
}

/// Arguments of `save_draft`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SaveDraft {
    /// Which visit.
    pub visit: VisitId,
    /// What is being typed: an item code, `finding:<id>`, `situation`.
    pub slot: String,
    /// The form's state, the screen's own business; empty drops the draft. At most 64 KiB.
    pub raw: String,
}

/// Something is durable.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, TS)]
pub struct Saved {
    /// When it became durable, ms since 1970 UTC.
    pub saved_at_ms: i64,
}

/// A durable draft.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Draft {
    /// What is being typed.
    pub slot: String,
    /// The form's state.
    pub raw: String,
    /// When it became durable, ms since 1970 UTC.
    pub saved_at_ms: i64,
}

/// Arguments of `answer_item`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AnswerItem {
    /// Which visit.
    pub visit: VisitId,
    /// Which item.
    pub item: ItemCode,
    /// The answer, or none to take it back.
    pub answer: Option<Answer>,
}

/// A visit with everything that its screen shows.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct VisitView {
    /// State.
    pub visit: Visit,
    /// Where it stands; signatures that do not hold do not count.
    pub phase: VisitPhase,
    /// While the record awaits signatures: members of the team in whose names none stands that holds.
    pub awaits: Vec<PersonId>,
    /// Where its data is.
    pub data_state: DataState,
    /// Station.
    pub station: Station,
    /// Checklist.
    pub pack: Pack,
    /// Notes on every photo, in the visit's order.
    pub photo_notes: Vec<PhotoNotes>,
    /// Where its photos were taken; none when none of them says so.
    pub plot: Option<Plot>,
    /// What was verified here of each paper that joined the record, in the visit's order.
    pub paper_notes: Vec<PaperNotes>,
    /// Durable drafts.
    pub drafts: Vec<Draft>,
    /// Last durable write of this visit, ms since 1970 UTC.
    pub saved_at_ms: i64,
    /// Seal id, once the record is written.
    pub seal_id: Option<String>,
    /// What would be undone next.
    pub undo: Option<UndoStep>,
    /// When the sealed record was first saved or printed from this laptop, ms since 1970 UTC; what is made after that is a copy.
    pub record_kept_at_ms: Option<i64>,
    /// What changed since a reviewer returned the visit; none when nobody did.
    pub comparison: Option<Comparison>,
    /// Whether this laptop leads the visit.
    pub leads: bool,
    /// What was answered in the visit before; none when no earlier one is known here.
    pub previous: Option<PreviousVisit>,
}

/// What the host tells without being asked.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum HostEvent {
    /// Aggregates changed: read them again.
    Changed {
        /// Their ids.
        ids: Vec<String>,
    },
    /// An import went on.
    Import {
        /// How far.
        progress: ImportProgress,
    },
    /// Synchronisation went on.
    Sync {
        /// How far.
        status: SyncStatus,
    },
    /// A second copy went on.
    Copy {
        /// How far.
        job: CopyJob,
    },
    /// Files were dropped on the window.
    Dropped {
        /// Handles for `import_photos`.
        handles: Vec<String>,
    },
}

/// Arguments of `tie_photo`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TiePhoto {
    /// Which visit.
    pub visit: VisitId,
    /// Which photo.
    pub photo: PhotoId,
    /// Items that it shows.
    pub items: Vec<ItemCode>,
    /// Caption.
    pub caption: String,
}

/// Arguments of `withdraw_photo`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct WithdrawPhoto {
    /// Which visit.
    pub visit: VisitId,
    /// Which photo.
    pub photo: PhotoId,
    /// Why.
    pub reason: String,
}

/// Arguments of `record_finding`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RecordFinding {
    /// Which visit.
    pub visit: VisitId,
    /// The finding; its id is made by the screen (UUID) so that a retry records it once.
    pub finding: Finding,
}

/// Arguments of `withdraw_finding`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct WithdrawFinding {
    /// Which visit.
    pub visit: VisitId,
    /// Which finding.
    pub finding: FindingId,
    /// Why.
    pub reason: String,
}

/// Arguments of `countersign`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CountersignArgs {
    /// Which visit.
    pub visit: VisitId,
    /// Which way.
    pub way: CountersignWay,
}

/// The station's side as entered.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(tag = "way", rename_all = "snake_case", deny_unknown_fields)]
pub enum CountersignWay {
    /// Signed by drawing.
    Signed {
        /// Name.
        name: String,
        /// Function.
        role: String,
        /// What the counterpart says.
        opinion: String,
        /// The strokes.
        strokes: Strokes,
        /// [`RecordReady::shown`] of the record that was on the screen.
        shown: String,
    },
    /// Refused.
    Refused {
        /// Reason.
        reason: String,
        /// Witness.
        witness: String,
    },
    /// Nobody there or shop shut.
    Absent {
        /// What was found.
        reason: String,
        /// Photo of it.
        photo: Option<PhotoId>,
    },
}

/// Something that a seal would leave blank.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SealGap {
    /// Kind: `blank_item`, `incomplete_item`, `photo_missing`, `no_photo_at_all`, `draft`, `no_end`, `no_countersign`, `no_hand_sign`, `not_shown`, `disputed`.
    pub kind: String,
    /// Item, where it is about one.
    pub item: Option<ItemCode>,
    /// Whether the seal is impossible before it is mended.
    pub blocks: bool,
}

/// What will be signed.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SealPreview {
    /// What is missing.
    pub gaps: Vec<SealGap>,
    /// Items answered.
    pub answered: u32,
    /// Items in the checklist.
    pub items: u32,
    /// Standing findings.
    pub findings: u32,
    /// Standing photos.
    pub photos: u32,
    /// Team members with a key on this laptop.
    pub signers_here: Vec<LocalPerson>,
    /// Distinct persons needed.
    pub signers_needed: u32,
}

/// A passphrase for one signature.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SignerPassphrase {
    /// Who.
    pub person: PersonId,
    /// Passphrase.
    pub passphrase: String,
}

/// Arguments of `seal_visit`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SealVisit {
    /// Which visit.
    pub visit: VisitId,
    /// Who signs now; every passphrase is checked before anything is written.
    pub signers: Vec<SignerPassphrase>,
}

/// Arguments of `make_record`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct MakeRecord {
    /// Which visit.
    pub visit: VisitId,
    /// Whether 副本 is printed on it; printed in any case once the sealed record was saved or printed before.
    pub copy: bool,
}

/// The record is ready.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct RecordReady {
    /// Number of pages; pictures under image kind `page`, id `<visit>/<page from 1>`, or `blank/<page>` for a blank form.
    pub pages: u32,
    /// Whether 副本 is printed on it.
    pub copy: bool,
    /// Suggested file name.
    pub file_name: String,
    /// Size of the PDF in bytes.
    pub size_bytes: u64,
    /// Name of the PDF for the host's save and print, good until another record is made or the session ends.
    pub handle: String,
    /// Before the seal: SHA-256 of the content on these pages, hex; the countersignature names it.
    pub shown: Option<String>,
}

/// The request by which the county certifies this laptop and its people.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct EnrolmentRequest {
    /// Fingerprint that the administrator compares: SHA-256 of the request, 64 hex.
    pub fingerprint: String,
    /// The request as a file's text.
    pub text: String,
}
