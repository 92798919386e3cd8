// Generated from crates/contract; do not edit. A test fails when this file is stale.

export type AbortVisit = { 
/**
 * Which visit.
 */
visit: VisitId, 
/**
 * Why.
 */
reason: string, };
export type Aborted = { 
/**
 * Whose session, as claimed.
 */
by: PersonId | null, 
/**
 * When, ms since 1970 UTC, as claimed.
 */
ts_ms: number, 
/**
 * Why, as typed.
 */
reason: string, };
export type AcceptVisit = { 
/**
 * Scope, 32 hex.
 */
scope: string, 
/**
 * Which visit.
 */
visit: VisitId, 
/**
 * The seal id that the reviewer saw; another one now is refused as changed meanwhile.
 */
statement: string, 
/**
 * Comment, may be empty.
 */
comment: string, };
export type AddPerson = { 
/**
 * A person of the county's list, or none for one who is not on it yet.
 */
person: PersonId | null, 
/**
 * Name.
 */
name: string, 
/**
 * Home department.
 */
org: string, 
/**
 * The person's own passphrase, at least 8 characters.
 */
passphrase: string, };
export type Alteration = "marked" | "blurred";
export type Answer = { "how": "answered", 
/**
 * Value by field key of the item.
 */
fields: { [key in string]: FieldValue }, 
/**
 * Free remark (备注), as typed.
 */
note?: string, } | { "how": "not_applicable", 
/**
 * Free remark (备注), as typed.
 */
note?: string, } | { "how": "not_checked", 
/**
 * Why it was not checked, as typed; never empty.
 */
reason: string, };
export type AnswerChange = { 
/**
 * Which item.
 */
item: string, 
/**
 * Before.
 */
from: Text, 
/**
 * After.
 */
to: Text, };
export type AnswerFromPaper = { 
/**
 * Which visit.
 */
visit: VisitId, 
/**
 * Which item.
 */
item: string, 
/**
 * The answer.
 */
answer: Answer, 
/**
 * When it was written on the paper, ms since 1970 UTC, as stated; not later than now.
 */
observed_at_ms: number, };
export type AnswerItem = { 
/**
 * Which visit.
 */
visit: VisitId, 
/**
 * Which item.
 */
item: string, 
/**
 * The answer, or none to take it back.
 */
answer: Answer | null, };
export type AnswerVersion = { 
/**
 * Entry that said it.
 */
entry: string, 
/**
 * Whose session, as claimed.
 */
by: PersonId | null, 
/**
 * When, ms since 1970 UTC, as claimed.
 */
ts_ms: number, 
/**
 * The answer; none stands for one taken back.
 */
answer: Answer | null, 
/**
 * 事后补录: when it was written on the paper that it was typed in from, ms since 1970 UTC, as stated.
 */
observed_at_ms?: number, };
export type ApiError = { 
/**
 * Code; the catalogues hold a sentence for each.
 */
code: ErrorCode, 
/**
 * Values named in the sentence.
 */
params: { [key in string]: string }, };
export type AppState = { 
/**
 * Which screen comes first.
 */
phase: StartPhase, 
/**
 * County, once set up.
 */
county: CountyInfo | null, 
/**
 * This laptop's key standing.
 */
device: DeviceInfo | null, 
/**
 * People with a key on this laptop.
 */
people: Array<LocalPerson>, 
/**
 * Whose session is open.
 */
session: PersonId | null, 
/**
 * Sync in short.
 */
sync: SyncStatus, 
/**
 * Version of the application.
 */
app_version: string, };
export type ApproveEnrolment = { 
/**
 * Scope, 32 hex.
 */
scope: string, 
/**
 * Request id.
 */
request: string, 
/**
 * Passphrase of the authority's key, used for this approval only.
 */
authority_passphrase: string, };
export type ApproveStation = { 
/**
 * Scope, 32 hex.
 */
scope: string, 
/**
 * The proposal as the county writes it; identity and position stay those of the proposal.
 */
station: Station, };
export type AssignPhotos = { 
/**
 * One for each photo, at most 1,000.
 */
assignments: Array<Assignment>, };
export type Assigned = { 
/**
 * Photos that are in their visits now.
 */
taken: number, 
/**
 * The others.
 */
refused: Array<NotAssigned>, 
/**
 * What waits now.
 */
inbox: Inbox, };
export type Assignment = { 
/**
 * Which photo.
 */
photo: PhotoId, 
/**
 * Into which visit.
 */
visit: VisitId, 
/**
 * Items that it shows.
 */
items: Array<string>, };
export type AttachPaper = { 
/**
 * Which visit.
 */
visit: VisitId, 
/**
 * Handles of the pages in order: photos or scans.
 */
handles: Array<string>, 
/**
 * Who signed the paper by hand.
 */
signers: Array<PaperSigner>, 
/**
 * What is to be said of it, may be empty.
 */
note: string, 
/**
 * Who attaches it: a member of the team with a key on this laptop.
 */
person: PersonId, 
/**
 * This person's passphrase.
 */
passphrase: string, };
export type AttachedPaper = { 
/**
 * The entry that said it.
 */
entry: string, 
/**
 * What it says, its signature as claimed.
 */
attached: PaperAttached, };
export type BlobRef = { 
/**
 * SHA-256, hex.
 */
sha256: string, 
/**
 * Length in bytes.
 */
len: number, };
export type Camera = { 
/**
 * Maker.
 */
make: string | null, 
/**
 * Model.
 */
model: string | null, 
/**
 * Serial number.
 */
serial: string | null, };
export type CardPreview = { 
/**
 * County name.
 */
name: string, 
/**
 * Scope, 32 hex.
 */
scope: string, 
/**
 * Server address.
 */
server_url: string, 
/**
 * Authority's fingerprint, to be compared with the county's notice.
 */
authority_fingerprint: string, 
/**
 * Whether every checklist that it names is on this laptop.
 */
packs_present: boolean, };
export type CardSource = { 
/**
 * Handle of a chosen file.
 */
handle: string | null, 
/**
 * The card's text, pasted.
 */
text: string | null, };
export type Cell = number | string;
export type Change = "added" | "changed" | "withdrawn";
export type CheckLine = { 
/**
 * What was checked; the catalogues hold a sentence for each: `record_digest`, `statement`, `signatures`, `persons`,
 * `certificates`, `receipts`, `originals`, `thumbnails`.
 */
check: string, 
/**
 * Whether it holds; none when it cannot be said yet.
 */
holds: boolean | null, 
/**
 * Numbers for the sentence: how many hold.
 */
good: number, 
/**
 * Of how many.
 */
of: number, };
export type Choice = { 
/**
 * Key: ASCII lower case.
 */
key: string, 
/**
 * Label.
 */
label: Text, };
export type ClockSource = "gps" | "other_cameras";
export type Colleague = { 
/**
 * Who.
 */
person: PersonId, 
/**
 * Name.
 */
name: string, 
/**
 * Home department.
 */
org: string, 
/**
 * Laptops on which this person has a key, as far as known here.
 */
laptops: Array<Laptop>, };
export type Comparison = { 
/**
 * Items whose answers differ, in the checklist's order.
 */
answers: Array<AnswerChange>, 
/**
 * Photos that were added.
 */
photos_added: Array<PhotoId>, 
/**
 * Photos that were withdrawn.
 */
photos_withdrawn: Array<PhotoId>, 
/**
 * Photos whose caption, items or custody differ.
 */
photos_changed: Array<PhotoId>, 
/**
 * Findings that were added, changed or withdrawn.
 */
findings: Array<FindingChange>, 
/**
 * Situation, team, times or methods differ: the two as they were stated.
 */
description: DescriptionChange | null, };
export type Concern = { "when": "no", 
/**
 * Field key.
 */
field: string, 
/**
 * What to say.
 */
says: Text, } | { "when": "is", 
/**
 * Field key.
 */
field: string, 
/**
 * Option keys.
 */
keys: Array<string>, 
/**
 * What to say.
 */
says: Text, } | { "when": "below", 
/**
 * Field key.
 */
field: string, 
/**
 * Limit, exclusive.
 */
limit: number, 
/**
 * What to say.
 */
says: Text, } | { "when": "sample_short", 
/**
 * Field key.
 */
field: string, 
/**
 * What to say.
 */
says: Text, };
export type Content = { 
/**
 * Team, times, methods.
 */
description: VisitDescription, 
/**
 * Answers by item.
 */
answers: { [key in string]: Array<AnswerVersion> }, 
/**
 * Photos in order of attaching.
 */
photos: Array<VisitPhoto>, 
/**
 * Findings in order of recording.
 */
findings: Array<VisitFinding>, 
/**
 * The station's side.
 */
countersign: Countersign | null, 
/**
 * Signatures by hand of seconded members.
 */
hand_signed: Array<HandSigned>, 
/**
 * Clocks of cameras that were put right. The record has the photos' own values alone.
 */
clocks?: Array<CorrectedClock>, };
export type CopyJob = { 
/**
 * What is done.
 */
work: CopyWork, 
/**
 * Bytes done.
 */
done_bytes: number, 
/**
 * Bytes in all.
 */
total_bytes: number, 
/**
 * Whether it is over.
 */
finished: boolean, 
/**
 * Whether it was stopped.
 */
cancelled: boolean, 
/**
 * Why it failed.
 */
error: ApiError | null, 
/**
 * The copy made.
 */
made: LastCopy | null, 
/**
 * What was taken in.
 */
taken: TakenIn | null, };
export type CopyPhoto = { 
/**
 * Which visit.
 */
visit: VisitId, 
/**
 * The photo to copy.
 */
photo: PhotoId, 
/**
 * What is done to the copy, in order; parts are blurred before anything is drawn. 1 to 200.
 */
marks: Array<Mark>, };
export type CopyPlace = { 
/**
 * Handle for `make_copy` and `find_copies`.
 */
handle: string, 
/**
 * Name as the system shows it.
 */
name: string, 
/**
 * Bytes that can still be written to it.
 */
free_bytes: number, };
export type CopyPlaces = { 
/**
 * Media that can be written to and are not the store's own disk.
 */
places: Array<CopyPlace>, };
export type CopyPreview = { 
/**
 * Handle for `take_in_copy`.
 */
handle: string, 
/**
 * Name of the laptop.
 */
device_name: string, 
/**
 * The laptop's key id, hex.
 */
kid: string, 
/**
 * County.
 */
county: string, 
/**
 * Whether it belongs to this laptop's county.
 */
same_county: boolean, 
/**
 * Whether it was made by this very laptop.
 */
own: boolean, 
/**
 * When it was made, ms since 1970 UTC, as claimed.
 */
made_at_ms: number, 
/**
 * Photos and documents in it.
 */
blobs: number, 
/**
 * Size in bytes.
 */
bytes: number, 
/**
 * Whose passphrases open it.
 */
people: Array<PersonRow>, };
export type CopyStatus = { 
/**
 * The one made last.
 */
last: LastCopy | null, 
/**
 * What is under way, or was last since the start.
 */
job: CopyJob | null, };
export type CopyWork = "make" | "take_in";
export type CorrectClock = { 
/**
 * Which visit.
 */
visit: VisitId, 
/**
 * A photo of the camera; what is said is said of all that it took.
 */
photo: PhotoId, 
/**
 * The correction as it is offered; none takes it back.
 */
correction: Correction | null, };
export type CorrectedClock = { 
/**
 * The entry that said it.
 */
entry: string, 
/**
 * Whose session, as claimed.
 */
by: PersonId | null, 
/**
 * When, ms since 1970 UTC, as claimed.
 */
ts_ms: number, 
/**
 * Which camera.
 */
camera: Camera, 
/**
 * What is taken out of its readings.
 */
correction: Correction, };
export type Correction = { 
/**
 * How far the clock is ahead, seconds; negative: behind.
 */
seconds: number, 
/**
 * Against what.
 */
against: ClockSource, };
export type Countersign = { "way": "signed", 
/**
 * Name as stated.
 */
name: string, 
/**
 * Function at the station.
 */
role: string, 
/**
 * What the counterpart said of the record; may be empty.
 */
opinion: string, 
/**
 * The strokes: canonical JSON [`Strokes`] as a blob.
 */
strokes: BlobRef, 
/**
 * SHA-256 of the canonical JSON of the record's content as it was shown before signing, hex. None in drawings of older versions.
 */
shown?: string, 
/**
 * When, ms since 1970 UTC, by the device.
 */
at_ms: number, } | { "way": "refused", 
/**
 * Reason given.
 */
reason: string, 
/**
 * Witness, or empty.
 */
witness: string, 
/**
 * When, ms since 1970 UTC, by the device.
 */
at_ms: number, } | { "way": "absent", 
/**
 * What was found.
 */
reason: string, 
/**
 * A photo that shows it, if one was taken.
 */
photo: PhotoId | null, 
/**
 * When, ms since 1970 UTC, by the device.
 */
at_ms: number, };
export type CountersignArgs = { 
/**
 * Which visit.
 */
visit: VisitId, 
/**
 * Which way.
 */
way: CountersignWay, };
export type CountersignWay = { "way": "signed", 
/**
 * Name.
 */
name: string, 
/**
 * Function.
 */
role: string, 
/**
 * What the counterpart says.
 */
opinion: string, 
/**
 * The strokes.
 */
strokes: Strokes, 
/**
 * [`RecordReady::shown`] of the record that was on the screen.
 */
shown: string, } | { "way": "refused", 
/**
 * Reason.
 */
reason: string, 
/**
 * Witness.
 */
witness: string, } | { "way": "absent", 
/**
 * What was found.
 */
reason: string, 
/**
 * Photo of it.
 */
photo: PhotoId | null, };
export type CountyInfo = { 
/**
 * Scope, 32 hex.
 */
scope: string, 
/**
 * Name.
 */
name: string, 
/**
 * Authority's fingerprint: SHA-256 of its certificate, hex.
 */
authority_fingerprint: string, 
/**
 * Server address.
 */
server_url: string, };
export type CoveredHead = { 
/**
 * Log id.
 */
log: string, 
/**
 * Sequence number of the last entry of this visit contained.
 */
seq: number, 
/**
 * Its entry id.
 */
entry: string, };
export type Custody = { 
/**
 * 制作人: who took, made or scanned it, as typed; may be empty.
 */
maker: string, 
/**
 * How it came about.
 */
method: Method, 
/**
 * 证明对象: what it is to prove, as typed; may be empty.
 */
purpose: string, };
export type DataState = "local_only" | "copied" | "acknowledged" | "receipted" | "thumbnails_arrived" | "originals_arrived";
export type Datum = "wgs84" | "cgcs2000" | "gcj02" | "bd09" | "unknown";
export type DayArgs = { 
/**
 * `YYYY-MM-DD`.
 */
day: string, };
export type Derived = { 
/**
 * The photo it was made from.
 */
from: PhotoId, 
/**
 * SHA-256 of that photo's bytes, hex.
 */
original: string, 
/**
 * What was done, each once, in a fixed order.
 */
alterations: Array<Alteration>, };
export type DescribeVisit = { 
/**
 * Which visit.
 */
visit: VisitId, 
/**
 * Team in order.
 */
team: Array<PersonId>, 
/**
 * Method keys.
 */
methods: Array<string>, 
/**
 * Start, ms since 1970 UTC.
 */
started_at_ms: number, 
/**
 * End, ms since 1970 UTC.
 */
ended_at_ms: number | null, 
/**
 * Offset of local time from UTC in minutes.
 */
utc_offset_min: number, 
/**
 * Overall situation.
 */
situation: string, 
/**
 * Seconded members without a key.
 */
seconded: Array<SecondedMember>, };
export type DescriptionChange = { 
/**
 * Before.
 */
from: VisitDescription, 
/**
 * After.
 */
to: VisitDescription, };
export type DeviceInfo = { 
/**
 * Name given to it.
 */
name: string, 
/**
 * Key id, hex.
 */
kid: string, 
/**
 * Whether the county certified it.
 */
standing: KeyStanding, };
export type Doubt = { 
/**
 * Why; the catalogues hold a sentence for each: `uncovered`, `disputed`, `contradictory`, `no_time`, `no_position`, and kinds
 * of [`Remark`](domain::worth::Remark).
 */
why: string, 
/**
 * Number for the sentence.
 */
n: number, 
/**
 * Photos that it is about, in the visit's order.
 */
photos: Array<PhotoId>, 
/**
 * Codes of items that it is about.
 */
items: Array<string>, };
export type Download = { 
/**
 * The photo, or page of a paper, whose original left; none for a proof bundle with all of them.
 */
photo: PhotoId | null, 
/**
 * SHA-256 of the file, hex.
 */
sha256: string, 
/**
 * Name of whoever kept it.
 */
name: string, 
/**
 * When, ms since 1970 UTC, by the server.
 */
at_ms: number, };
export type Draft = { 
/**
 * What is being typed.
 */
slot: string, 
/**
 * The form's state.
 */
raw: string, 
/**
 * When it became durable, ms since 1970 UTC.
 */
saved_at_ms: number, };
export type Elsewhere = { 
/**
 * The visit.
 */
visit: VisitId, 
/**
 * The photo there.
 */
photo: PhotoId, 
/**
 * Name of the station visited.
 */
station: string, 
/**
 * When that visit began, ms since 1970 UTC.
 */
started_at_ms: number, };
export type EnrolmentPerson = { 
/**
 * Who.
 */
person: PersonId, 
/**
 * Name.
 */
name: string, 
/**
 * Home department.
 */
org: string, 
/**
 * Whether the county's list has this person.
 */
registered: boolean, };
export type EnrolmentRequest = { 
/**
 * Fingerprint that the administrator compares: SHA-256 of the request, 64 hex.
 */
fingerprint: string, 
/**
 * The request as a file's text.
 */
text: string, };
export type EnrolmentRow = { 
/**
 * Request id.
 */
request: string, 
/**
 * Laptop name.
 */
device_name: string, 
/**
 * Fingerprint to compare with the laptop's screen.
 */
fingerprint: string, 
/**
 * People in the request.
 */
people: Array<EnrolmentPerson>, 
/**
 * When it arrived, ms since 1970 UTC.
 */
received_at_ms: number, 
/**
 * When it was approved, ms since 1970 UTC.
 */
approved_at_ms: number | null, };
export type ErrorCode = "bad_request" | "no_such_call" | "not_logged_in" | "not_allowed" | "shell_closed" | "wrong_login" | "too_many_attempts" | "server_busy" | "not_found" | "card_unreadable" | "card_untrusted" | "card_already" | "no_county" | "locked" | "wrong_passphrase" | "weak_passphrase" | "name_missing" | "store_newer" | "store_busy" | "store_damaged" | "disk_full" | "no_rights" | "file_unreadable" | "no_file_copied" | "refused" | "server_unreachable" | "server_confused" | "server_untrusted" | "not_certified_yet" | "wrong_authority_passphrase" | "changed_meanwhile" | "table_unreadable" | "paper_failed" | "copy_none" | "copy_damaged" | "copy_foreign" | "copy_newer" | "copy_same_disk" | "copy_medium_full" | "copy_medium_fault" | "copy_busy" | "internal";
export type ExportList = { 
/**
 * What is asked.
 */
query: ListQuery, 
/**
 * Columns in the order chosen.
 */
columns: Array<string>, 
/**
 * Whether titles and words are English.
 */
english: boolean, };
export type ExportPhoto = { 
/**
 * Which visit.
 */
visit: VisitId, 
/**
 * Which photo.
 */
photo: PhotoId, 
/**
 * 水印: a copy with time, place and digest in a band below it; otherwise the bytes as they came.
 */
watermark: boolean, 
/**
 * To whom or what for; may be empty.
 */
to: string, 
/**
 * Whether the band is in English.
 */
english: boolean, };
export type ExportedPhoto = { 
/**
 * The entry that said it.
 */
entry: string, 
/**
 * Whose session, as claimed.
 */
by: PersonId | null, 
/**
 * What it says.
 */
exported: PhotoExported, };
export type Field = { 
/**
 * Key within the item: ASCII lower case.
 */
key: string, 
/**
 * Label.
 */
label: Text, 
/**
 * What can be entered.
 */
kind: FieldKind, 
/**
 * Whether the item counts as answered without it.
 */
required: boolean, };
export type FieldKind = { "type": "yes_no" } | { "type": "choice", 
/**
 * The options in order.
 */
options: Array<Choice>, } | { "type": "choices", 
/**
 * The options in order.
 */
options: Array<Choice>, } | { "type": "integer", 
/**
 * Unit shown behind the number.
 */
unit: Text, 
/**
 * Smallest value taken.
 */
min: number, 
/**
 * Largest value taken.
 */
max: number, } | { "type": "money", 
/**
 * Unit shown behind the amount, such as 元/月.
 */
unit: Text, } | { "type": "date" } | { "type": "text", 
/**
 * Whether the entry field has several lines.
 */
long: boolean, } | { "type": "villages" } | { "type": "sample", 
/**
 * Unit shown behind the numbers.
 */
unit: Text, };
export type FieldValue = { "t": "yes_no", "v": boolean } | { "t": "choice", "v": string } | { "t": "choices", "v": Array<string> } | { "t": "integer", "v": number } | { "t": "money_fen", "v": number } | { "t": "date", "v": string } | { "t": "text", "v": string } | { "t": "villages", "v": Array<ServedVillage> } | { "t": "sample", "v": { 
/**
 * Units in order.
 */
passed: number, 
/**
 * Units drawn.
 */
drawn: number, } };
export type FiltersOf = { 
/**
 * Of which list.
 */
list: ListKind, };
export type FindCopies = { 
/**
 * Handle of the folder: a stick, or a copy itself.
 */
handle: string, };
export type Finding = { 
/**
 * Identity.
 */
id: FindingId, 
/**
 * The checklist item that it comes from, if one.
 */
item: string | null, 
/**
 * The facts (事实), as typed; never empty.
 */
facts: string, 
/**
 * Severity.
 */
severity: Severity, 
/**
 * What is required (整改要求), as typed.
 */
requirement: string, 
/**
 * Last day, `YYYY-MM-DD`, ends at 24:00 (domain §13-10); none when put right on the spot.
 */
deadline: string | null, 
/**
 * Responsible units in order.
 */
units: Array<ResponsibleUnit>, 
/**
 * Photos that show it.
 */
photos: Array<PhotoId>, 
/**
 * How it was put right while the inspectors were there, if it was.
 */
fixed?: OnSiteFix, };
export type FindingChange = { 
/**
 * What became of it.
 */
change: Change, 
/**
 * Before; none when it is new.
 */
from: Finding | null, 
/**
 * After; none when it was withdrawn.
 */
to: Finding | null, };
export type FindingId = string;
export type Fingerprint = string;
export type ForgetFilter = { 
/**
 * Of which list.
 */
list: ListKind, 
/**
 * Its name; one that is not there is forgotten already.
 */
name: string, };
export type FromPaper = { 
/**
 * When it was written on the paper, ms since 1970 UTC, as stated.
 */
observed_at_ms: number, 
/**
 * When it was typed in, ms since 1970 UTC, by the device.
 */
typed_at_ms: number, };
export type FromPhone = { 
/**
 * Its name on the phone.
 */
name: string, 
/**
 * Its size in bytes, as the phone says.
 */
size_bytes: number, 
/**
 * Bytes that are here.
 */
received_bytes: number, 
/**
 * What became of it; none while it is on its way or being stored.
 */
outcome: ImportOutcome | null, 
/**
 * The photo that it is now, or was already.
 */
photo: PhotoId | null, 
/**
 * Why it was not taken: a code of the catalogues.
 */
reason: string | null, 
/**
 * What the phone did not hand over with it.
 */
missing: Array<Missing>, };
export type GiveRecord = { 
/**
 * Which visit.
 */
visit: VisitId, 
/**
 * [`super::RecordReady::handle`] of the PDF that was given; what was printed is the one saved last, where any was.
 */
handle: string, 
/**
 * How; to a phone it is recorded by itself.
 */
how: GivenHow, 
/**
 * To whom.
 */
to: string, };
export type GivenHow = "phone" | "stick" | "print";
export type GivenRecord = { 
/**
 * The entry that said it.
 */
entry: string, 
/**
 * Whose session, as claimed.
 */
by: PersonId | null, 
/**
 * What it says.
 */
given: RecordGiven, };
export type HandOverVisit = { 
/**
 * Which visit.
 */
visit: VisitId, 
/**
 * Who goes on.
 */
person: PersonId, 
/**
 * Key id of the laptop that leads from here on.
 */
device: string, 
/**
 * Why.
 */
reason: string, };
export type HandSign = { 
/**
 * Which visit.
 */
visit: VisitId, 
/**
 * Which seconded member.
 */
person: PersonId, 
/**
 * The strokes; none when the member signs on the printed record.
 */
strokes: Strokes | null, 
/**
 * [`RecordReady::shown`] of the record that was on the screen.
 */
shown: string, };
export type HandSigned = { 
/**
 * Which seconded member.
 */
person: PersonId, 
/**
 * The strokes: canonical JSON [`Strokes`] as a blob; none when the member signs on the printed record.
 */
strokes: BlobRef | null, 
/**
 * SHA-256 of the canonical JSON of the record's content as it was shown before signing, hex.
 */
shown: string, 
/**
 * When, ms since 1970 UTC, by the device.
 */
at_ms: number, };
export type HandedOver = { 
/**
 * The entry that said it.
 */
entry: string, 
/**
 * Key id of the laptop that led before.
 */
from_device: string, 
/**
 * Key id of the laptop that leads since; it may be the same.
 */
device: string, 
/**
 * Who goes on.
 */
to: TeamMember, 
/**
 * Whose session gave it away, as claimed.
 */
by: PersonId | null, 
/**
 * When, ms since 1970 UTC, as claimed.
 */
ts_ms: number, 
/**
 * Why, as typed.
 */
reason: string, };
export type HostEvent = { "event": "changed", 
/**
 * Their ids.
 */
ids: Array<string>, } | { "event": "import", 
/**
 * How far.
 */
progress: ImportProgress, } | { "event": "sync", 
/**
 * How far.
 */
status: SyncStatus, } | { "event": "copy", 
/**
 * How far.
 */
job: CopyJob, } | { "event": "dropped", 
/**
 * Handles for `import_photos`.
 */
handles: Array<string>, };
export type ImportArgs = { 
/**
 * Its id.
 */
import: string, };
export type ImportOutcome = "taken" | "duplicate" | "refused";
export type ImportPhotos = { 
/**
 * Into which visit.
 */
visit: VisitId, 
/**
 * Handles of files or folders.
 */
handles: Array<string>, 
/**
 * Items that the photos show.
 */
items: Array<string>, 
/**
 * How they came: `dialog` or `drop`.
 */
method: string, };
export type ImportProgress = { 
/**
 * Its id.
 */
import: string, 
/**
 * Which visit; none when the files go into the inbox.
 */
visit: VisitId | null, 
/**
 * Goes on with what an earlier run of the program did not finish.
 */
resumed: boolean, 
/**
 * Files done.
 */
done: number, 
/**
 * Files in all, as far as known.
 */
total: number, 
/**
 * Bytes done, those of a file that is being read among them.
 */
bytes: number, 
/**
 * Bytes in all, as far as known.
 */
total_bytes: number, 
/**
 * Whether it is over.
 */
finished: boolean, };
export type ImportReport = { 
/**
 * Whether it is over.
 */
finished: boolean, 
/**
 * Whether it was cancelled.
 */
cancelled: boolean, 
/**
 * Every file, in order.
 */
rows: Array<ImportRow>, };
export type ImportRow = { 
/**
 * File name with its folder below the chosen one.
 */
name: string, 
/**
 * What became of it.
 */
outcome: ImportOutcome, 
/**
 * The photo, when taken or known.
 */
photo: PhotoId | null, 
/**
 * Size in bytes.
 */
size_bytes: number, 
/**
 * Code of the reason when refused, or of why there is no preview.
 */
reason: string | null, 
/**
 * Detail of the reason, in English.
 */
detail: string | null, };
export type ImportStarted = { 
/**
 * Its id.
 */
import: string, };
export type ImportStations = { 
/**
 * Scope, 32 hex.
 */
scope: string, 
/**
 * How the file is read.
 */
reading: StationReading, 
/**
 * The plan that the preview showed; another one now is refused as changed meanwhile.
 */
plan: string, };
export type ImportToInbox = { 
/**
 * Handles of files or folders.
 */
handles: Array<string>, 
/**
 * How they came: `dialog`, `drop` or `paste`.
 */
method: string, };
export type Inbox = { 
/**
 * The photos in the order of taking; those without a time last.
 */
photos: Array<InboxPhoto>, 
/**
 * Visits that can take photos, newest first.
 */
visits: Array<VisitRow>, };
export type InboxPhoto = { 
/**
 * The file as it will be attached; without items and distance as long as nobody says where it belongs.
 */
attached: PhotoAttached, 
/**
 * When it came onto this laptop, ms since 1970 UTC.
 */
arrived_at_ms: number, 
/**
 * Grade of its time.
 */
time_grade: TimeGrade, 
/**
 * What its metadata lacks.
 */
missing: Array<Missing>, 
/**
 * Its burst (连拍): photos of one number were taken in one go.
 */
burst: number, 
/**
 * Where it probably belongs, if there is ground to say so.
 */
proposal: Proposal | null, 
/**
 * Name of the proposed station.
 */
station_name: string | null, 
/**
 * Why, or why not.
 */
reasons: Array<Reason>, 
/**
 * Put aside (已搁置): not wanted in any visit, kept all the same.
 */
aside: boolean, };
export type Item = { 
/**
 * Code, such as `C4-09`.
 */
code: string, 
/**
 * Requirement id of the catalogue, such as `R-088`.
 */
requirement: string, 
/**
 * Short name for the outline, at most eight Chinese characters.
 */
short: Text, 
/**
 * The question as put to the inspector.
 */
question: Text, 
/**
 * What to look at and how (查看要点); may be empty.
 */
hint: Text, 
/**
 * What evidence is expected, in words; may be empty.
 */
evidence: Text, 
/**
 * Number of photos expected with the item; fewer is shown as missing and never blocks.
 */
photos_expected: number, 
/**
 * Whether 不适用 may be chosen.
 */
may_be_not_applicable: boolean, 
/**
 * What to fill in.
 */
fields: Array<Field>, 
/**
 * When an answer deserves a closer look; suggests a finding, never makes one.
 */
concerns: Array<Concern>, };
export type ItemComment = { 
/**
 * Which item.
 */
item: string, 
/**
 * What is to be mended, as typed; never empty.
 */
comment: string, };
export type KeyStanding = "pending" | "certified";
export type Laptop = { 
/**
 * Key id, hex.
 */
kid: string, 
/**
 * Name, by its certificate.
 */
name: string, 
/**
 * Whether it is this one.
 */
own: boolean, };
export type LastCopy = { 
/**
 * When, ms since 1970 UTC.
 */
made_at_ms: number, 
/**
 * Name of the folder or stick.
 */
place: string, 
/**
 * Records in it.
 */
entries: number, 
/**
 * Photos and documents in it.
 */
blobs: number, 
/**
 * Size in bytes.
 */
bytes: number, 
/**
 * Photos and documents that this laptop can no longer read whole, so that they are in no copy.
 */
damaged: number, };
export type ListArgs = { 
/**
 * What is asked.
 */
query: ListQuery, 
/**
 * Where the page before ended; none for the first.
 */
after: string | null, 
/**
 * Rows of the page, at most 1,000.
 */
limit: number, };
export type ListFilter = { 
/**
 * Which column.
 */
column: string, 
/**
 * One of these stands there; empty for any.
 */
any: Array<string>, 
/**
 * This stands somewhere in the text; empty for any.
 */
contains: string, 
/**
 * Not less than this.
 */
from: Cell | null, 
/**
 * Not more than this.
 */
to: Cell | null, };
export type ListKind = "stations" | "visits" | "findings" | "photos";
export type ListPage = { 
/**
 * Keys of the columns in the order of the cells.
 */
columns: Array<string>, 
/**
 * Rows in order.
 */
rows: Array<ListRow>, 
/**
 * Where the page ends, to ask for the next; none when nothing follows.
 */
next: string | null, 
/**
 * Rows in all; said with the first page.
 */
total: number | null, };
export type ListQuery = { 
/**
 * Which list.
 */
list: ListKind, 
/**
 * Words that all occur in a row; two characters are enough, one will do.
 */
search: string, 
/**
 * Conditions that all hold.
 */
filters: Array<ListFilter>, 
/**
 * Column to sort by.
 */
sort: string, 
/**
 * Whether the greatest comes first.
 */
descending: boolean, };
export type ListReady = { 
/**
 * Suggested file name.
 */
file_name: string, 
/**
 * Where it lies, for the host's save.
 */
handle: string, 
/**
 * Rows in it.
 */
rows: number, };
export type ListRow = { 
/**
 * Station, visit, finding or photo.
 */
id: string, 
/**
 * The visit that it belongs to or is.
 */
visit: VisitId | null, 
/**
 * The station that it belongs to or is.
 */
station: StationId | null, 
/**
 * Cells in the order of the list's columns.
 */
cells: Array<Cell>, };
export type ListStations = { 
/**
 * Words; empty for all.
 */
search: string, };
export type LocalAddress = { 
/**
 * The address.
 */
address: string, 
/**
 * Name of the network card.
 */
card: string, };
export type LocalPerson = { 
/**
 * Who.
 */
person: PersonId, 
/**
 * Name.
 */
name: string, 
/**
 * Home department.
 */
org: string, 
/**
 * Key id, hex.
 */
kid: string, 
/**
 * Whether the county certified it.
 */
standing: KeyStanding, };
export type Login = { 
/**
 * Account name.
 */
account: string, 
/**
 * Password.
 */
password: string, };
export type MakeBlankForm = { 
/**
 * Checklist id.
 */
pack: string, 
/**
 * The station that is printed on it; none leaves the lines blank.
 */
station: StationId | null, 
/**
 * Offset of local time from UTC in minutes.
 */
utc_offset_min: number, };
export type MakeCopy = { 
/**
 * Handle of the folder.
 */
handle: string, };
export type MakeRecord = { 
/**
 * Which visit.
 */
visit: VisitId, 
/**
 * Whether 副本 is printed on it; printed in any case once the sealed record was saved or printed before.
 */
copy: boolean, };
export type Mark = { "kind": "arrow", 
/**
 * Tail.
 */
from: Spot, 
/**
 * Point.
 */
to: Spot, } | { "kind": "rectangle", 
/**
 * A corner.
 */
from: Spot, 
/**
 * The opposite corner.
 */
to: Spot, } | { "kind": "text", 
/**
 * Where.
 */
at: Spot, 
/**
 * As typed, one line, at most 60 characters.
 */
text: string, } | { "kind": "blur", 
/**
 * A corner.
 */
from: Spot, 
/**
 * The opposite corner.
 */
to: Spot, };
export type Me = { 
/**
 * Account name.
 */
account: string, 
/**
 * Person.
 */
person: PersonId, 
/**
 * Name.
 */
name: string, 
/**
 * Roles.
 */
roles: Array<Role>, 
/**
 * Scopes that the account is bound to.
 */
scopes: Array<ScopeRow>, };
export type Method = "camera" | "imported" | "scan";
export type Missing = "time" | "position" | "device";
export type NotAssigned = { 
/**
 * Which photo.
 */
photo: PhotoId, 
/**
 * The rule that it would break, as a code.
 */
rule: string, };
export type Nothing = Record<symbol, never>;
export type OnSiteFix = { 
/**
 * What was done, as typed; never empty.
 */
how: string, 
/**
 * Photos that show it afterwards; at least one, none of them a photo from before.
 */
after: Array<PhotoId>, };
export type OpenPhone = { 
/**
 * Which visit the photos join.
 */
visit: VisitId, 
/**
 * Address of this laptop in the phone's network, one of `list_addresses`.
 */
address: string, };
export type OpenVisit = { 
/**
 * Where.
 */
station: StationId, 
/**
 * Checklist id.
 */
pack: string, 
/**
 * Team in order; must have a name each, known on this laptop or the county's list.
 */
team: Array<PersonId>, 
/**
 * Method keys.
 */
methods: Array<string>, 
/**
 * Start, ms since 1970 UTC.
 */
started_at_ms: number, 
/**
 * Offset of local time from UTC in minutes.
 */
utc_offset_min: number, };
export type Opening = { 
/**
 * The entry.
 */
entry: string, 
/**
 * Key id of the laptop that said it.
 */
kid: string, };
export type Pack = { 
/**
 * Pack id, such as `C4`.
 */
id: string, 
/**
 * Version, counting from 1.
 */
version: number, 
/**
 * Title of the checklist.
 */
title: Text, 
/**
 * The basis (检查依据) that the record prints.
 */
basis: Text, 
/**
 * Number of distinct persons whose signatures seal a visit; two by default.
 */
signers: number, 
/**
 * Distance in metres beyond which a photo is flagged, never refused (domain §13-8).
 */
far_from_station_m: number, 
/**
 * Inspection methods (检查方式) to choose from (R-chapter 5).
 */
methods: Array<Choice>, 
/**
 * The items in order.
 */
items: Array<Item>, };
export type PackRef = { 
/**
 * Pack id, such as `C4`.
 */
id: string, 
/**
 * Version, counting from 1.
 */
version: number, 
/**
 * SHA-256 of the pack file's bytes, hex.
 */
sha256: string, };
export type Paper = { 
/**
 * Format version, 1.
 */
v: number, 
/**
 * The visit.
 */
visit: VisitId, 
/**
 * Seal id of the record that the paper belongs to.
 */
seal: string, 
/**
 * The pages in order, as photos or scans.
 */
pages: Array<PhotoAttached>, 
/**
 * Who signed by hand, as stated by whoever attaches it.
 */
signers: Array<PaperSigner>, 
/**
 * What is to be said of it, may be empty.
 */
note: string, 
/**
 * When it was attached, ms since 1970 UTC, by the device.
 */
at_ms: number, };
export type PaperAttached = { 
/**
 * The paper.
 */
paper: Paper, 
/**
 * Who attaches it.
 */
person: PersonId, 
/**
 * Name as printed.
 */
name: string, 
/**
 * The person's key id.
 */
kid: string, 
/**
 * The person's public key, base64 of the SPKI DER.
 */
public_key: string, 
/**
 * Signature over the paper's PAE, base64.
 */
signature: string, };
export type PaperNotes = { 
/**
 * The entry that attached it.
 */
entry: string, 
/**
 * Whether it holds over these pages.
 */
holds: boolean, 
/**
 * Whether the county certified the key for this person.
 */
certified: boolean, 
/**
 * Whether each page can be shown as a picture, in order.
 */
previews: Array<boolean>, };
export type PaperSigner = { 
/**
 * Name as it stands on the paper.
 */
name: string, 
/**
 * Function, such as 站点负责人.
 */
role: string, };
export type PersonId = string;
export type PersonRow = { 
/**
 * Who.
 */
person: PersonId, 
/**
 * Name.
 */
name: string, 
/**
 * Home department.
 */
org: string, };
export type PhotoAttached = { 
/**
 * Identity of the photo.
 */
photo: PhotoId, 
/**
 * The original's bytes.
 */
original: BlobRef, 
/**
 * Thumbnail (JPEG, at most 320 px), if one could be made.
 */
thumbnail: BlobRef | null, 
/**
 * File name as it was on the medium.
 */
name: string, 
/**
 * Media type by content, such as `image/jpeg`.
 */
mime: string, 
/**
 * How it came in: `dialog`, `drop`, `paste`, `phone`; `copy` when it was made here from another photo.
 */
method: string, 
/**
 * When it came onto the laptop, ms since 1970 UTC as claimed, where that is not when it was attached.
 */
arrived_at_ms?: number, 
/**
 * What the file says.
 */
meta: PhotoMeta, 
/**
 * What the picture looks like, where it shows anything.
 */
fingerprint?: Fingerprint, 
/**
 * By how many decibels a regular fine pattern stands out that lies all over the picture, as where a screen was photographed; none
 * where it was not looked for. A measure, not a judgement.
 */
pattern_db?: number, 
/**
 * Distance to the station's registered point in metres, where both are known.
 */
distance_m: number | null, 
/**
 * Items shown at the time of attaching.
 */
items: Array<string>, 
/**
 * Of which photo it is a copy with marks or blurred parts; none for a file that came from outside.
 */
derived?: Derived, 
/**
 * Why there is no thumbnail, as a code such as `locked`; none where there is one, or nothing was said.
 */
no_preview?: string, };
export type PhotoExported = { 
/**
 * Which photo.
 */
photo: PhotoId, 
/**
 * SHA-256 of the photo's bytes, hex.
 */
original: string, 
/**
 * SHA-256 of the file that left, hex: the same as `original` unless it bears a watermark.
 */
file: string, 
/**
 * 水印: whether it is a copy with time, place and digest in a band.
 */
watermark: boolean, 
/**
 * To whom or what for, as typed; may be empty.
 */
to: string, 
/**
 * When, ms since 1970 UTC, by the device.
 */
at_ms: number, };
export type PhotoId = string;
export type PhotoMeta = { 
/**
 * Local time of taking, `YYYY-MM-DDTHH:MM:SS[.fff]`.
 */
taken_at?: string, 
/**
 * Offset of `taken_at` from UTC, `+08:00`, when recorded.
 */
offset?: string, 
/**
 * Instant of taking when offset or GPS time make it certain, ms since 1970 UTC.
 */
taken_at_utc_ms?: number, 
/**
 * GPS date and time in UTC, `YYYY-MM-DDTHH:MM:SSZ`.
 */
gps_time?: string, 
/**
 * Position as recorded.
 */
position?: Position, 
/**
 * Altitude in centimetres.
 */
altitude_cm?: number, 
/**
 * Direction of view in hundredths of a degree.
 */
direction_cdeg?: number, 
/**
 * Horizontal position error in centimetres.
 */
position_error_cm?: number, 
/**
 * Maker of the device.
 */
make?: string, 
/**
 * Model of the device.
 */
model?: string, 
/**
 * Serial number of the device.
 */
serial?: string, 
/**
 * Software that wrote the file last.
 */
software?: string, 
/**
 * Width in pixels as stored.
 */
width?: number, 
/**
 * Height in pixels as stored.
 */
height?: number, 
/**
 * EXIF orientation 1–8.
 */
orientation?: number, 
/**
 * Which tag each value came from, such as `taken_at: Exif.DateTimeOriginal`.
 */
sources?: Array<string>, 
/**
 * What could not be read or contradicts itself, in English, for the panel.
 */
warnings?: Array<string>, };
export type PhotoNotes = { 
/**
 * Which photo.
 */
photo: PhotoId, 
/**
 * Where its bytes are.
 */
data_state: DataState, 
/**
 * Whether a picture can be shown; otherwise 暂无预览.
 */
has_preview: boolean, 
/**
 * Grade of its time.
 */
time_grade: TimeGrade, 
/**
 * What its metadata lacks.
 */
missing: Array<Missing>, 
/**
 * What to know before relying on it, gravest first; empty for a photo that was withdrawn or came too late.
 */
remarks: Array<Remark>, };
export type PhotoReady = { 
/**
 * Suggested file name.
 */
file_name: string, 
/**
 * For the host's save.
 */
handle: string, 
/**
 * Size of the file in bytes.
 */
size_bytes: number, 
/**
 * SHA-256 of the file, hex; of a file without watermark that of the original.
 */
sha256: string, };
export type PlaceStation = { 
/**
 * Scope, 32 hex.
 */
scope: string, 
/**
 * Which station.
 */
station: StationId, 
/**
 * The proposed point as it was shown.
 */
position: Position, };
export type Plot = { 
/**
 * What its middle is.
 */
centre: PlotCentre, 
/**
 * Datum of the middle.
 */
datum: Datum, 
/**
 * Standing photos that say where they were taken, in the visit's order.
 */
points: Array<PlotPoint>, };
export type PlotCentre = "station" | "photos";
export type PlotPoint = { 
/**
 * Which photo.
 */
photo: PhotoId, 
/**
 * Metres to the east of the middle.
 */
east_m: number, 
/**
 * Metres to the north of it.
 */
north_m: number, 
/**
 * Metres from it.
 */
distance_m: number, 
/**
 * The datum that the photo itself names.
 */
datum: Datum, 
/**
 * Whether one of the two points was carried over to the other's datum first.
 */
converted: boolean, };
export type PointProposal = { 
/**
 * The middle of the photos' points; its datum is unknown when one of them names none.
 */
position: Position, 
/**
 * How many photos it rests on.
 */
photos: number, 
/**
 * How many visits they are of.
 */
visits: number, 
/**
 * Half of the photos lie within so many metres of it.
 */
within_m: number, };
export type Position = { 
/**
 * Latitude in degrees × 10^7, north positive.
 */
lat_e7: number, 
/**
 * Longitude in degrees × 10^7, east positive.
 */
lon_e7: number, 
/**
 * Geodetic datum of the two numbers.
 */
datum: Datum, };
export type PreviewStations = { 
/**
 * Scope, 32 hex.
 */
scope: string, 
/**
 * How the file is read.
 */
reading: StationReading, 
/**
 * Only rows with this outcome; none for all.
 */
show: StationOutcome | null, 
/**
 * Only rows after this one; 0 from the beginning.
 */
after: number, };
export type PreviousVisit = { 
/**
 * Which visit.
 */
visit: VisitId, 
/**
 * Its start, ms since 1970 UTC.
 */
started_at_ms: number, 
/**
 * Its undisputed answers, to items that ask today what they asked then.
 */
answers: { [key in string]: Answer }, };
export type Proposal = { 
/**
 * The station.
 */
station: StationId, 
/**
 * The visit; none when the station was not visited then.
 */
visit: VisitId | null, 
/**
 * The item that it was probably taken for.
 */
item: string | null, };
export type ProposeStation = { 
/**
 * Name.
 */
name: string, 
/**
 * Township.
 */
township: string, 
/**
 * Village.
 */
village: string, 
/**
 * Address, or empty.
 */
address: string, 
/**
 * Manager, or empty.
 */
manager: string, };
export type ProposedStation = { 
/**
 * As it was proposed.
 */
station: Station, 
/**
 * Visits that were made there.
 */
visits: number, 
/**
 * Registered stations of the township with the same name or village.
 */
alike: Array<string>, };
export type PutAside = { 
/**
 * Which photos.
 */
photos: Array<PhotoId>, 
/**
 * Aside, or back among those that wait.
 */
aside: boolean, };
export type ReadStationTable = { 
/**
 * Scope, 32 hex.
 */
scope: string, 
/**
 * The upload.
 */
upload: string, 
/**
 * Which sheet; none for the first one with content.
 */
sheet: string | null, 
/**
 * Row of the headers; none to look for it.
 */
header_row: number | null, };
export type ReaimVisit = { 
/**
 * Which visit.
 */
visit: VisitId, 
/**
 * The right station.
 */
station: StationId, 
/**
 * Why.
 */
reason: string, };
export type Reaimed = { 
/**
 * The wrong station.
 */
from: StationId, 
/**
 * Whose session, as claimed.
 */
by: PersonId | null, 
/**
 * When, ms since 1970 UTC, as claimed.
 */
ts_ms: number, 
/**
 * Why, as typed.
 */
reason: string, };
export type Reason = { "kind": "during_visit" } | { "kind": "around_visit", 
/**
 * Minutes before the start or after the end, rounded up.
 */
minutes: number, 
/**
 * Before the start.
 */
before: boolean, } | { "kind": "at_station", 
/**
 * Metres.
 */
distance_m: number, } | { "kind": "answered", 
/**
 * The item.
 */
item: string, 
/**
 * Minutes from the photo to the answer; negative when it was answered before.
 */
minutes: number, } | { "kind": "far_from_station", 
/**
 * Metres.
 */
distance_m: number, } | { "kind": "several_visits", 
/**
 * How many.
 */
visits: number, } | { "kind": "no_visit_then" } | { "kind": "no_time" } | { "kind": "no_position" };
export type Receiving = { 
/**
 * Which visit the photos join.
 */
visit: VisitId, 
/**
 * The address that the phone opens.
 */
url: string, 
/**
 * The same as a QR code: rows of squares, `#` for dark.
 */
qr: Array<string>, 
/**
 * Whether it still takes photos.
 */
open: boolean, 
/**
 * Whether a phone opened it; from then on no other can.
 */
claimed: boolean, 
/**
 * How often somebody else tried to since.
 */
others: number, 
/**
 * What it handed in, in the order in which it came.
 */
files: Array<FromPhone>, };
export type RecordFinding = { 
/**
 * Which visit.
 */
visit: VisitId, 
/**
 * The finding; its id is made by the screen (UUID) so that a retry records it once.
 */
finding: Finding, };
export type RecordGiven = { 
/**
 * Seal id of the record.
 */
seal: string, 
/**
 * SHA-256 of the PDF that was given, hex.
 */
pdf: string, 
/**
 * How.
 */
how: GivenHow, 
/**
 * To whom, as typed; never empty.
 */
to: string, 
/**
 * Whether 副本 stood on it.
 */
copy: boolean, 
/**
 * When, ms since 1970 UTC, by the device.
 */
at_ms: number, };
export type RecordItem = { 
/**
 * Code.
 */
code: string, 
/**
 * Question.
 */
question: Text, 
/**
 * The answer as data; none when the item was left blank.
 */
answer: Answer | null, 
/**
 * The answer in words, as printed; a blank is ／.
 */
words: Text, 
/**
 * Concerns that the answer raises, in words.
 */
concerns: Array<Text>, 
/**
 * 事后补录: the answer was typed in afterwards from a paper form.
 */
from_paper?: FromPaper, };
export type RecordPhoto = { 
/**
 * Number in the annex, from 1.
 */
number: number, 
/**
 * Identity.
 */
photo: PhotoId, 
/**
 * The original's bytes.
 */
original: BlobRef, 
/**
 * The thumbnail's bytes, if any.
 */
thumbnail: BlobRef | null, 
/**
 * File name.
 */
name: string, 
/**
 * Media type.
 */
mime: string, 
/**
 * What the file says.
 */
meta: PhotoMeta, 
/**
 * Distance to the station's point in metres.
 */
distance_m: number | null, 
/**
 * Items that it shows.
 */
items: Array<string>, 
/**
 * Caption.
 */
caption: string, 
/**
 * Reason of withdrawal, if withdrawn.
 */
withdrawn: string | null, 
/**
 * Of which photo it is a copy with marks or blurred parts.
 */
derived?: Derived, 
/**
 * Who made it, how, and what it is to prove, where somebody said so.
 */
custody?: Custody, };
export type RecordReady = { 
/**
 * Number of pages; pictures under image kind `page`, id `<visit>/<page from 1>`, or `blank/<page>` for a blank form.
 */
pages: number, 
/**
 * Whether 副本 is printed on it.
 */
copy: boolean, 
/**
 * Suggested file name.
 */
file_name: string, 
/**
 * Size of the PDF in bytes.
 */
size_bytes: number, 
/**
 * Name of the PDF for the host's save and print, good until another record is made or the session ends.
 */
handle: string, 
/**
 * Before the seal: SHA-256 of the content on these pages, hex; the countersignature names it.
 */
shown: string | null, };
export type RefusedEntry = { 
/**
 * The entry.
 */
entry: string, 
/**
 * Its kind.
 */
kind: string, 
/**
 * The rule that it breaks, as a code.
 */
rule: string, };
export type RefusedFromCopy = { 
/**
 * Which record, hex; empty when it cannot be told.
 */
entry: string, 
/**
 * Why, in English.
 */
reason: string, };
export type Remark = { "kind": "no_metadata" } | { "kind": "chat_copy", 
/**
 * Such as 微信.
 */
application: string, 
/**
 * How sure.
 */
sure: Sureness, } | { "kind": "edited", 
/**
 * As the file names it.
 */
software: string, } | { "kind": "screenshot", 
/**
 * How sure.
 */
sure: Sureness, } | { "kind": "screen_photo", 
/**
 * How sure.
 */
sure: Sureness, } | { "kind": "outside_hours", 
/**
 * Minutes before the start, or after the end, rounded up.
 */
minutes: number, 
/**
 * Before the start.
 */
before: boolean, 
/**
 * By satellite time; otherwise by the device's clock.
 */
gps: boolean, 
/**
 * By the device's clock as it was put right.
 */
corrected: boolean, } | { "kind": "far", 
/**
 * Metres.
 */
distance_m: number, 
/**
 * What the device says of its own error, metres.
 */
uncertainty_m: number | null, } | { "kind": "fits_shifted", 
/**
 * Metres as it stands.
 */
distance_m: number, 
/**
 * Metres when shifted.
 */
shifted_m: number, 
/**
 * The photo's point is the one to be read as shifted; otherwise the station's.
 */
photo: boolean, } | { "kind": "clock_off", 
/**
 * How far it is ahead, seconds; negative: behind.
 */
seconds: number, 
/**
 * Against what.
 */
against: ClockSource, } | { "kind": "clock_corrected", 
/**
 * How far it was ahead, seconds; negative: behind.
 */
seconds: number, 
/**
 * Against what.
 */
against: ClockSource, } | { "kind": "same_bytes", 
/**
 * Where.
 */
elsewhere: Elsewhere, } | { "kind": "same_picture", 
/**
 * Where.
 */
elsewhere: Elsewhere, };
export type ResponsibleUnit = { 
/**
 * Name.
 */
name: string, 
/**
 * Part.
 */
role: UnitRole, };
export type ReturnVisit = { 
/**
 * Scope, 32 hex.
 */
scope: string, 
/**
 * Which visit.
 */
visit: VisitId, 
/**
 * The seal id that the reviewer saw; another one now is refused as changed meanwhile.
 */
statement: string, 
/**
 * What is to be mended in general; may be empty when an item is commented on.
 */
comment: string, 
/**
 * What is to be mended on items.
 */
items: Array<ItemComment>, };
export type ReturnedNote = { 
/**
 * Reviewer's name.
 */
name: string, 
/**
 * The general comment, or the first one on an item.
 */
comment: string, 
/**
 * How many items are commented on.
 */
items: number, 
/**
 * When, ms since 1970 UTC, by the server.
 */
at_ms: number, };
export type ReturnedRecord = { 
/**
 * The record.
 */
sealed: VisitSealed, 
/**
 * The entry that sealed it.
 */
entry: string, 
/**
 * Signatures over it as claimed.
 */
signatures: Array<SealSigned>, 
/**
 * What the visit said when it was sealed.
 */
held: Content, 
/**
 * What the reviewer said.
 */
returned: ReviewReturned, };
export type ReviewAccepted = { 
/**
 * Seal id that was reviewed.
 */
statement: string, 
/**
 * Reviewer.
 */
person: PersonId, 
/**
 * Account name.
 */
account: string, 
/**
 * Reviewer's name.
 */
name: string, 
/**
 * Comment, may be empty.
 */
comment: string, 
/**
 * When, ms since 1970 UTC, by the server.
 */
at_ms: number, };
export type ReviewReturned = { 
/**
 * Seal id that was reviewed.
 */
statement: string, 
/**
 * Reviewer.
 */
person: PersonId, 
/**
 * Account name.
 */
account: string, 
/**
 * Reviewer's name.
 */
name: string, 
/**
 * What is to be mended in general, may be empty.
 */
comment: string, 
/**
 * What is to be mended on items, in the checklist's order.
 */
items: Array<ItemComment>, 
/**
 * When, ms since 1970 UTC, by the server.
 */
at_ms: number, };
export type ReviewRow = { 
/**
 * The seal that a review of what the list shows would be about: SHA-256 of the statement in hexadecimal; none while it
 * does not wait for a review.
 */
seal_id: string | null, 
/**
 * The doubts that its page shows; none while it does not wait for a review.
 */
doubts: Array<Doubt> | null, 
/**
 * Identity.
 */
visit: VisitId, 
/**
 * Station.
 */
station: StationId, 
/**
 * Its name.
 */
station_name: string, 
/**
 * Its township.
 */
township: string, 
/**
 * Whether the station is 未核准.
 */
station_proposed: boolean, 
/**
 * Checklist id.
 */
pack: string, 
/**
 * Where it stands.
 */
phase: VisitPhase, 
/**
 * Where its data is.
 */
data_state: DataState, 
/**
 * Start, ms since 1970 UTC.
 */
started_at_ms: number, 
/**
 * Team in order.
 */
team: Array<TeamMember>, 
/**
 * Items answered, not applicable or not checked.
 */
answered: number, 
/**
 * Items in the checklist.
 */
items: number, 
/**
 * Standing findings.
 */
findings: number, 
/**
 * Standing photos.
 */
photos: number, 
/**
 * While the record awaits signatures: members of the team who have not signed it.
 */
awaits: Array<PersonId>, 
/**
 * Last change, ms since 1970 UTC.
 */
changed_at_ms: number, 
/**
 * What the reviewer said who returned it; none in any other phase.
 */
returned: ReturnedNote | null, };
export type ReviewView = { 
/**
 * State.
 */
visit: Visit, 
/**
 * Where it stands.
 */
phase: VisitPhase, 
/**
 * Where its data is.
 */
data_state: DataState, 
/**
 * Station.
 */
station: Station | null, 
/**
 * Checklist.
 */
pack: Pack | null, 
/**
 * The sealed record, once its bytes arrived and match.
 */
record: VisitRecord | null, 
/**
 * Notes on every photo, in the visit's order.
 */
photo_notes: Array<PhotoNotes>, 
/**
 * Where its photos were taken; none when none of them says so.
 */
plot: Plot | null, 
/**
 * Strokes of the station's signature, once arrived.
 */
strokes: Strokes | null, 
/**
 * Signatures.
 */
signatures: Array<SignatureRow>, 
/**
 * What was verified.
 */
checks: Array<CheckLine>, 
/**
 * What deserves a second look.
 */
doubts: Array<Doubt>, 
/**
 * What was verified of each paper that joined it, in the visit's order.
 */
paper_notes: Array<PaperNotes>, 
/**
 * Seal id of the record that stands.
 */
seal_id: string | null, 
/**
 * What a mended record says otherwise than the one that it supersedes; none for a first record.
 */
comparison: Comparison | null, 
/**
 * Files of it that left by the console, in the order in which they did.
 */
downloads: Array<Download>, };
export type Revision = { 
/**
 * The mark.
 */
revision: string, };
export type Role = "inspector" | "reviewer" | "administrator" | "auditor";
export type SaveDraft = { 
/**
 * Which visit.
 */
visit: VisitId, 
/**
 * What is being typed: an item code, `finding:<id>`, `situation`.
 */
slot: string, 
/**
 * The form's state, the screen's own business; empty drops the draft. At most 64 KiB.
 */
raw: string, };
export type Saved = { 
/**
 * When it became durable, ms since 1970 UTC.
 */
saved_at_ms: number, };
export type SavedFilter = { 
/**
 * The name; one of the same name is replaced.
 */
name: string, 
/**
 * What is asked.
 */
query: ListQuery, };
export type ScopeArgs = { 
/**
 * Scope, 32 hex.
 */
scope: string, };
export type ScopeFilters = { 
/**
 * Scope, 32 hex.
 */
scope: string, 
/**
 * Of which list.
 */
list: ListKind, };
export type ScopeForgetFilter = { 
/**
 * Scope, 32 hex.
 */
scope: string, 
/**
 * Of which list.
 */
list: ListKind, 
/**
 * Its name; one that is not there is forgotten already.
 */
name: string, };
export type ScopeList = { 
/**
 * Scope, 32 hex.
 */
scope: string, 
/**
 * What is asked.
 */
query: ListQuery, 
/**
 * Where the page before ended; none for the first.
 */
after: string | null, 
/**
 * Rows of the page, at most 1,000.
 */
limit: number, };
export type ScopeRow = { 
/**
 * Scope, 32 hex.
 */
scope: string, 
/**
 * County name.
 */
name: string, 
/**
 * Authority's fingerprint: SHA-256 of its certificate, hex.
 */
authority_fingerprint: string, };
export type ScopeSavedFilter = { 
/**
 * Scope, 32 hex.
 */
scope: string, 
/**
 * The filter.
 */
filter: SavedFilter, };
export type ScopeVisit = { 
/**
 * Scope, 32 hex.
 */
scope: string, 
/**
 * Which visit.
 */
visit: VisitId, };
export type SealGap = { 
/**
 * Kind: `blank_item`, `incomplete_item`, `photo_missing`, `no_photo_at_all`, `draft`, `no_end`, `no_countersign`, `no_hand_sign`, `not_shown`, `disputed`.
 */
kind: string, 
/**
 * Item, where it is about one.
 */
item: string | null, 
/**
 * Whether the seal is impossible before it is mended.
 */
blocks: boolean, };
export type SealPreview = { 
/**
 * What is missing.
 */
gaps: Array<SealGap>, 
/**
 * Items answered.
 */
answered: number, 
/**
 * Items in the checklist.
 */
items: number, 
/**
 * Standing findings.
 */
findings: number, 
/**
 * Standing photos.
 */
photos: number, 
/**
 * Team members with a key on this laptop.
 */
signers_here: Array<LocalPerson>, 
/**
 * Distinct persons needed.
 */
signers_needed: number, };
export type SealSigned = { 
/**
 * Seal id: SHA-256 of the statement, hex.
 */
statement: string, 
/**
 * Who signed.
 */
person: PersonId, 
/**
 * Name as printed.
 */
name: string, 
/**
 * The person's key id.
 */
kid: string, 
/**
 * The person's public key, base64 of the SPKI DER.
 */
public_key: string, 
/**
 * Signature over the statement's PAE, base64.
 */
signature: string, };
export type SealVisit = { 
/**
 * Which visit.
 */
visit: VisitId, 
/**
 * Who signs now; every passphrase is checked before anything is written.
 */
signers: Array<SignerPassphrase>, };
export type SecondedMember = { 
/**
 * Identity, once there is one; none for one just typed.
 */
person: PersonId | null, 
/**
 * Name.
 */
name: string, 
/**
 * Home office.
 */
org: string, };
export type ServedVillage = { 
/**
 * Name as typed.
 */
name: string, 
/**
 * Whether it is registered as a (formerly) poor village (脱贫村).
 */
poor: boolean, };
export type Severity = "minor" | "major" | "severe";
export type ShareRecord = { 
/**
 * Which visit.
 */
visit: VisitId, 
/**
 * [`super::RecordReady::handle`] of the PDF.
 */
handle: string, 
/**
 * Address of this laptop in the phone's network, one of `list_addresses`.
 */
address: string, 
/**
 * To whom.
 */
to: string, };
export type Sharing = { 
/**
 * Which visit.
 */
visit: VisitId, 
/**
 * The address that the phone opens.
 */
url: string, 
/**
 * The same as a QR code: rows of squares, `#` for dark.
 */
qr: Array<string>, 
/**
 * When it is over at the latest, ms since 1970 UTC.
 */
until_ms: number, 
/**
 * How often the PDF was fetched.
 */
fetched: number, 
/**
 * How often it still can be.
 */
left: number, 
/**
 * Whether it is still offered.
 */
open: boolean, };
export type SignatureRow = { 
/**
 * Who.
 */
person: PersonId, 
/**
 * Name as printed.
 */
name: string, 
/**
 * Key id, hex.
 */
kid: string, 
/**
 * Whether the signature holds over the statement.
 */
holds: boolean, 
/**
 * Whether the authority certified the key, and for this person.
 */
certified: boolean, 
/**
 * Claimed time, ms since 1970 UTC.
 */
claimed_at_ms: number, 
/**
 * Grade of that time.
 */
time_grade: TimeGrade, 
/**
 * When the server took the entry, ms since 1970 UTC.
 */
received_at_ms: number, 
/**
 * Name of the laptop.
 */
device_name: string, };
export type SignerPassphrase = { 
/**
 * Who.
 */
person: PersonId, 
/**
 * Passphrase.
 */
passphrase: string, };
export type Spot = { 
/**
 * To the right, 0 to 10,000.
 */
x: number, 
/**
 * Down, 0 to 10,000.
 */
y: number, };
export type StartFromCard = { 
/**
 * The card.
 */
card: CardSource, 
/**
 * Name for this laptop.
 */
device_name: string, };
export type StartPhase = "needs_card" | "needs_person" | "locked" | "ready";
export type StateCustody = { 
/**
 * Which visit.
 */
visit: VisitId, 
/**
 * Which photo.
 */
photo: PhotoId, 
/**
 * What is stated.
 */
custody: Custody, };
export type Station = { 
/**
 * Identity.
 */
id: StationId, 
/**
 * Name, such as 青河村站.
 */
name: string, 
/**
 * Township (乡镇).
 */
township: string, 
/**
 * Village (村).
 */
village: string, 
/**
 * Address as printed on the record.
 */
address: string, 
/**
 * Manager (站点负责人), or empty.
 */
manager: string, 
/**
 * Registered point, if the county has one.
 */
position: Position | null, 
/**
 * The county's own code (站点编号), unique in the county, if it has one.
 */
code?: string, 
/**
 * Telephone of the station or its manager, if known. It stays in the registry and is no part of a record.
 */
phone?: string, 
/**
 * 未核准: proposed by a laptop and not registered by the county yet.
 */
proposed?: boolean, };
export type StationChange = { 
/**
 * Which field; both coordinates and the datum are one, `longitude`.
 */
field: StationField, 
/**
 * What the registry says.
 */
from: string, 
/**
 * What the row says.
 */
to: string, };
export type StationFault = { 
/**
 * Why.
 */
kind: StationFaultKind, 
/**
 * The field that it is about.
 */
field: StationField, 
/**
 * Header of its column.
 */
column: string, 
/**
 * What stands there.
 */
value: string, 
/**
 * Values for the sentence.
 */
params: { [key in string]: string }, };
export type StationFaultKind = "missing" | "too_long" | "unreadable" | "cell_error" | "not_degrees" | "half_position" | "swapped" | "outside_china" | "unknown_datum" | "not_phone" | "repeated" | "other_code" | "ambiguous";
export type StationField = "code" | "name" | "township" | "village" | "address" | "manager" | "phone" | "longitude" | "latitude" | "datum";
export type StationId = string;
export type StationLine = { 
/**
 * Number of the row as a spreadsheet counts it, from 1.
 */
row: number, 
/**
 * What becomes of it.
 */
outcome: StationOutcome, 
/**
 * The known station.
 */
station: StationId | null, 
/**
 * Name as read.
 */
name: string, 
/**
 * Township as read.
 */
township: string, 
/**
 * Village as read.
 */
village: string, 
/**
 * Code as read.
 */
code: string, 
/**
 * What is wrong with it.
 */
faults: Array<StationFault>, 
/**
 * What it changes.
 */
changes: Array<StationChange>, };
export type StationOutcome = "new" | "changed" | "same" | "bad";
export type StationReading = { 
/**
 * The upload.
 */
upload: string, 
/**
 * Which sheet; none for a CSV.
 */
sheet: string | null, 
/**
 * Row of the headers.
 */
header_row: number, 
/**
 * What each column says, in order; none to leave it out. No field twice.
 */
mapping: Array<StationField | null>, };
export type StationRow = { 
/**
 * The station.
 */
station: Station, 
/**
 * Start of the last visit known here, ms since 1970 UTC.
 */
last_visit_ms: number | null, 
/**
 * A visit under way.
 */
open_visit: VisitId | null, };
export type StationTable = { 
/**
 * Names the upload in the calls that follow; it is kept for an hour.
 */
upload: string, 
/**
 * `XLSX`, or the encoding of a CSV: `UTF-8`, `GB 18030`, `UTF-16`.
 */
format: string, 
/**
 * Sheets of a workbook; none for a CSV.
 */
sheets: Array<string>, 
/**
 * The sheet that was read.
 */
sheet: string | null, 
/**
 * Row that holds the headers.
 */
header_row: number, 
/**
 * Headers by column; empty where a column has none.
 */
columns: Array<string>, 
/**
 * What each column seems to say.
 */
mapping: Array<StationField | null>, 
/**
 * First rows below the header.
 */
first_rows: Array<TableRow>, 
/**
 * Rows below the header that are not empty.
 */
rows: number, };
export type StationsReport = { 
/**
 * Digest over what becomes of every row.
 */
plan: string, 
/**
 * Whether it was taken in.
 */
done: boolean, 
/**
 * Rows in all.
 */
rows: number, 
/**
 * Stations that are new.
 */
new: number, 
/**
 * Stations that change.
 */
changed: number, 
/**
 * Stations as they are known.
 */
same: number, 
/**
 * Rows that cannot be taken.
 */
bad: number, 
/**
 * The rows asked for, at most 200.
 */
lines: Array<StationLine>, 
/**
 * Whether more of them follow.
 */
more: boolean, };
export type Strokes = { 
/**
 * Format version, 1.
 */
v: number, 
/**
 * Width of the canvas in its own units.
 */
width: number, 
/**
 * Height of the canvas.
 */
height: number, 
/**
 * Strokes of points `[x, y, milliseconds since the first point]`.
 */
strokes: Array<Array<[number, number, number]>>, };
export type Sureness = "possible" | "likely" | "stated";
export type SyncPhase = "idle" | "entries" | "thumbnails" | "originals";
export type SyncStatus = { 
/**
 * What is under way.
 */
phase: SyncPhase, 
/**
 * Whether the server answered last time; none before the first try.
 */
online: boolean | null, 
/**
 * Since when it is paused (暂停), ms since 1970 UTC; none while it is not.
 */
paused_since_ms: number | null, 
/**
 * Last complete synchronisation, ms since 1970 UTC.
 */
last_ok_ms: number | null, 
/**
 * Entries written here.
 */
entries: number, 
/**
 * Of these acknowledged.
 */
acknowledged: number, 
/**
 * Of these receipted.
 */
receipted: number, 
/**
 * Visits with unsynced entries.
 */
visits_unsynced: number, 
/**
 * Thumbnails made here.
 */
thumbnails: number, 
/**
 * Of these stored on the server.
 */
thumbnails_stored: number, 
/**
 * Originals (and other blobs) taken in here.
 */
originals: number, 
/**
 * Of these stored on the server.
 */
originals_stored: number, 
/**
 * Bytes still to send.
 */
bytes_left: number, 
/**
 * Pace of the last seconds in bytes a second.
 */
bytes_per_second: number, 
/**
 * By how much this laptop's clock is known to be behind (negative: ahead), in ms: as the server's last answer showed, or because it
 * stands before this program was made. None when nothing is known of it.
 */
clock_behind_ms: number | null, 
/**
 * What went wrong last, until it went right.
 */
error: ApiError | null, 
/**
 * Work that is neither at the server nor in a second copy.
 */
uncopied: Uncopied, };
export type TableRow = { 
/**
 * Number of the row as a spreadsheet counts it, from 1.
 */
row: number, 
/**
 * Its cells from the first column on; shorter than the header where the rest is empty.
 */
cells: Array<string>, };
export type TakeInCopy = { 
/**
 * Handle of the copy.
 */
handle: string, 
/**
 * Whose passphrase.
 */
person: PersonId, 
/**
 * The passphrase of that person on the other laptop.
 */
passphrase: string, };
export type TakenIn = { 
/**
 * Records new here.
 */
entries_new: number, 
/**
 * Records known before.
 */
entries_known: number, 
/**
 * Records not taken, and why.
 */
refused: Array<RefusedFromCopy>, 
/**
 * Visits with new records.
 */
visits: number, 
/**
 * Photos and documents new here.
 */
blobs_new: number, 
/**
 * Photos and documents known before.
 */
blobs_known: number, 
/**
 * Drafts new here.
 */
drafts: number, 
/**
 * Files that the copy names and does not hold whole; the photo's name where it is known.
 */
damaged: Array<string>, };
export type TeamMember = { 
/**
 * Who.
 */
person: PersonId, 
/**
 * Name as printed.
 */
name: string, 
/**
 * Home department as printed.
 */
org: string, };
export type Text = { 
/**
 * Chinese.
 */
zh: string, 
/**
 * English.
 */
en: string, };
export type TiePhoto = { 
/**
 * Which visit.
 */
visit: VisitId, 
/**
 * Which photo.
 */
photo: PhotoId, 
/**
 * Items that it shows.
 */
items: Array<string>, 
/**
 * Caption.
 */
caption: string, };
export type TimeGrade = "anchored" | "gps" | "device_only" | "contradictory" | "none";
export type TripCheck = { 
/**
 * 带齐了: nothing is missing.
 */
ready: boolean, 
/**
 * Every line.
 */
lines: Array<TripLine>, 
/**
 * All townships with stations, to choose from.
 */
townships: Array<string>, };
export type TripCheckArgs = { 
/**
 * Townships to be visited; none stands for all.
 */
townships: Array<string>, };
export type TripLine = { 
/**
 * What was checked; the catalogues hold its words: `packs`, `stations`, `positions`, `lists`, `lists_never`, `history`, `device`,
 * `device_pending`, `people`, `person`, `person_pending`, `clock`, `fast`, `slow`, `clock_unknown`, `zone`, `disk`, `reserve`,
 * `battery`, `alone`.
 */
check: string, 
/**
 * How it came out.
 */
state: TripState, 
/**
 * Values named in the words.
 */
params: { [key in string]: string }, };
export type TripState = "good" | "care" | "missing";
export type Uncopied = { 
/**
 * Visits with such work.
 */
visits: number, 
/**
 * Photos and documents among it.
 */
blobs: number, 
/**
 * Since when the oldest of it stands alone, ms since 1970 UTC.
 */
since_ms: number | null, 
/**
 * Whether it is time for a second copy: older than a day, or many visits.
 */
remind: boolean, };
export type UncoveredEntry = { 
/**
 * The entry.
 */
entry: string, 
/**
 * Its kind.
 */
kind: string, 
/**
 * Whose session, as claimed.
 */
by: PersonId | null, 
/**
 * When, ms since 1970 UTC, as claimed.
 */
ts_ms: number, 
/**
 * The item that it answers.
 */
item: string | null, 
/**
 * The photo that it attaches; its bytes are kept like any other's.
 */
photo: PhotoAttached | null, };
export type UndoArgs = { 
/**
 * Which visit.
 */
visit: VisitId, 
/**
 * The reason that stands with a finding which is withdrawn by it.
 */
reason: string, };
export type UndoStep = { 
/**
 * Which: `answer`, `describe`, `tie_photo`, `withdraw_photo`, `record_finding`, `withdraw_finding`.
 */
kind: string, 
/**
 * Item, where it is about one.
 */
item: string | null, };
export type UnitRole = "lead" | "cooperating";
export type Unlock = { 
/**
 * Who.
 */
person: PersonId, 
/**
 * Passphrase.
 */
passphrase: string, };
export type UnplacedStation = { 
/**
 * As it is registered.
 */
station: Station, 
/**
 * What the photos of its visits propose.
 */
proposal: PointProposal | null, };
export type Visit = { 
/**
 * Identity.
 */
id: VisitId, 
/**
 * The opening that counts.
 */
opening: Opening, 
/**
 * Key id of the laptop that leads: the one that opened it, or that it was handed over to.
 */
lead_device: string, 
/**
 * How it went from one inspector to another, in order.
 */
handed_over: Array<HandedOver>, 
/**
 * Where.
 */
station: StationId, 
/**
 * Checklist version.
 */
pack: PackRef, 
/**
 * Team, times, methods.
 */
description: VisitDescription, 
/**
 * Answers by item; more than one version means that people disagree and a choice is due.
 */
answers: { [key in string]: Array<AnswerVersion> }, 
/**
 * Photos in order of attaching.
 */
photos: Array<VisitPhoto>, 
/**
 * Findings in order of recording.
 */
findings: Array<VisitFinding>, 
/**
 * The station's side.
 */
countersign: Countersign | null, 
/**
 * Signatures by hand of seconded members, one a person.
 */
hand_signed: Array<HandSigned>, 
/**
 * The record, once written; none again while a returned visit is mended.
 */
sealed: VisitSealed | null, 
/**
 * The entry that sealed it.
 */
sealed_entry: string | null, 
/**
 * Records that a reviewer returned, oldest first.
 */
returns: Array<ReturnedRecord>, 
/**
 * Signatures over it as claimed; only who has the statement's bytes can tell which of them hold.
 */
signatures: Array<SealSigned>, 
/**
 * Why it ended without a record, if it did.
 */
aborted: Aborted | null, 
/**
 * Stations that it was opened for by mistake, in order.
 */
reaimed: Array<Reaimed>, 
/**
 * The reviewer's word.
 */
review: ReviewAccepted | null, 
/**
 * To whom the sealed records were given, in order.
 */
given: Array<GivenRecord>, 
/**
 * Papers that joined the sealed records, in order.
 */
papers: Array<AttachedPaper>, 
/**
 * Photos that left a laptop as files, in order.
 */
exported?: Array<ExportedPhoto>, 
/**
 * Clocks of cameras that were put right, each camera once.
 */
clocks?: Array<CorrectedClock>, 
/**
 * Draft entries that came after the seal: kept, shown as 未纳入封存.
 */
uncovered: Array<UncoveredEntry>, 
/**
 * Entries that break a rule: kept, changing nothing.
 */
refused: Array<RefusedEntry>, };
export type VisitArgs = { 
/**
 * Which visit.
 */
visit: VisitId, };
export type VisitDescription = { 
/**
 * The team in order; the first leads.
 */
team: Array<TeamMember>, 
/**
 * Keys of the pack's methods.
 */
methods: Array<string>, 
/**
 * Start, ms since 1970 UTC, as stated.
 */
started_at_ms: number, 
/**
 * End, ms since 1970 UTC, as stated; none while it goes on.
 */
ended_at_ms: number | null, 
/**
 * Offset of local time from UTC in minutes.
 */
utc_offset_min: number, 
/**
 * Overall situation found, free text.
 */
situation: string, 
/**
 * 抽调人员: seconded members without a key, named with the home office. They sign by hand and never in place of the team.
 */
seconded?: Array<TeamMember>, };
export type VisitFinding = { 
/**
 * Entry that said it last.
 */
entry: string, 
/**
 * When first recorded, ms since 1970 UTC, as claimed.
 */
ts_ms: number, 
/**
 * What it says.
 */
finding: Finding, 
/**
 * Reason of its withdrawal, if withdrawn.
 */
withdrawn: string | null, };
export type VisitId = string;
export type VisitPhase = "in_progress" | "awaiting_signature" | "sealed" | "returned" | "reviewed" | "aborted";
export type VisitPhoto = { 
/**
 * Entry that attached it.
 */
entry: string, 
/**
 * When it was attached, ms since 1970 UTC, as claimed.
 */
ts_ms: number, 
/**
 * The file.
 */
attached: PhotoAttached, 
/**
 * Items that it shows now.
 */
items: Array<string>, 
/**
 * Caption.
 */
caption: string, 
/**
 * Reason of its withdrawal, if withdrawn.
 */
withdrawn: string | null, 
/**
 * Who made it, how, and what it is to prove, once somebody says so.
 */
custody?: Custody, };
export type VisitRecord = { 
/**
 * `visit-record/1`.
 */
format: string, 
/**
 * Scope, 32 hex.
 */
scope: string, 
/**
 * County name.
 */
county: string, 
/**
 * The visit.
 */
visit: VisitId, 
/**
 * The station as known to the laptop.
 */
station: Station, 
/**
 * Checklist version.
 */
pack: PackRef, 
/**
 * Checklist title.
 */
title: Text, 
/**
 * Basis of the inspection.
 */
basis: Text, 
/**
 * Distinct persons whose signatures the pack asks for.
 */
signers: number, 
/**
 * Start, ms since 1970 UTC, as stated.
 */
started_at_ms: number, 
/**
 * End, ms since 1970 UTC, as stated.
 */
ended_at_ms: number, 
/**
 * Offset of local time from UTC in minutes.
 */
utc_offset_min: number, 
/**
 * Methods used.
 */
methods: Array<Choice>, 
/**
 * Overall situation found.
 */
situation: string, 
/**
 * The team in order.
 */
team: Array<TeamMember>, 
/**
 * Seconded members without a key, who sign by hand.
 */
seconded?: Array<TeamMember>, 
/**
 * Every item of the pack in order.
 */
items: Array<RecordItem>, 
/**
 * Standing findings in order.
 */
findings: Array<Finding>, 
/**
 * Standing photos in order; also withdrawn ones with their reason.
 */
photos: Array<RecordPhoto>, 
/**
 * The station's side. None only while the record is shown before the station signs; one that is read always has it.
 */
countersign: Countersign, 
/**
 * Their signatures by hand, level L0.
 */
hand_signed?: Array<HandSigned>, 
/**
 * Heads of the logs that this record contains.
 */
covers: Array<CoveredHead>, 
/**
 * Seal id of the returned record that this one mends and supersedes (补正); absent on a first record.
 */
supersedes?: string, 
/**
 * When the record was written, ms since 1970 UTC, by the device.
 */
written_at_ms: number, 
/**
 * Version of the application that wrote it.
 */
app_version: string, };
export type VisitRow = { 
/**
 * Identity.
 */
visit: VisitId, 
/**
 * Station.
 */
station: StationId, 
/**
 * Its name.
 */
station_name: string, 
/**
 * Its township.
 */
township: string, 
/**
 * Whether the station is 未核准.
 */
station_proposed: boolean, 
/**
 * Checklist id.
 */
pack: string, 
/**
 * Where it stands.
 */
phase: VisitPhase, 
/**
 * Where its data is.
 */
data_state: DataState, 
/**
 * Start, ms since 1970 UTC.
 */
started_at_ms: number, 
/**
 * Team in order.
 */
team: Array<TeamMember>, 
/**
 * Items answered, not applicable or not checked.
 */
answered: number, 
/**
 * Items in the checklist.
 */
items: number, 
/**
 * Standing findings.
 */
findings: number, 
/**
 * Standing photos.
 */
photos: number, 
/**
 * While the record awaits signatures: members of the team who have not signed it.
 */
awaits: Array<PersonId>, 
/**
 * Last change, ms since 1970 UTC.
 */
changed_at_ms: number, 
/**
 * What the reviewer said who returned it; none in any other phase.
 */
returned: ReturnedNote | null, };
export type VisitSealed = { 
/**
 * The `visit-record/1` bytes as a blob.
 */
record: BlobRef, 
/**
 * The in-toto statement bytes as a blob; its SHA-256 is the seal id (封存码).
 */
statement: BlobRef, 
/**
 * Heads contained in the record.
 */
covers: Array<CoveredHead>, 
/**
 * Distinct persons that the pack asks for.
 */
signers: number, 
/**
 * Seal id of the returned record that this one mends and supersedes; absent on a first record.
 */
supersedes?: string, };
export type VisitView = { 
/**
 * State.
 */
visit: Visit, 
/**
 * Where it stands; signatures that do not hold do not count.
 */
phase: VisitPhase, 
/**
 * While the record awaits signatures: members of the team in whose names none stands that holds.
 */
awaits: Array<PersonId>, 
/**
 * Where its data is.
 */
data_state: DataState, 
/**
 * Station.
 */
station: Station, 
/**
 * Checklist.
 */
pack: Pack, 
/**
 * Notes on every photo, in the visit's order.
 */
photo_notes: Array<PhotoNotes>, 
/**
 * Where its photos were taken; none when none of them says so.
 */
plot: Plot | null, 
/**
 * What was verified here of each paper that joined the record, in the visit's order.
 */
paper_notes: Array<PaperNotes>, 
/**
 * Durable drafts.
 */
drafts: Array<Draft>, 
/**
 * Last durable write of this visit, ms since 1970 UTC.
 */
saved_at_ms: number, 
/**
 * Seal id, once the record is written.
 */
seal_id: string | null, 
/**
 * What would be undone next.
 */
undo: UndoStep | null, 
/**
 * When the sealed record was first saved or printed from this laptop, ms since 1970 UTC; what is made after that is a copy.
 */
record_kept_at_ms: number | null, 
/**
 * What changed since a reviewer returned the visit; none when nobody did.
 */
comparison: Comparison | null, 
/**
 * Whether this laptop leads the visit.
 */
leads: boolean, 
/**
 * What was answered in the visit before; none when no earlier one is known here.
 */
previous: PreviousVisit | null, };
export type WithdrawFinding = { 
/**
 * Which visit.
 */
visit: VisitId, 
/**
 * Which finding.
 */
finding: FindingId, 
/**
 * Why.
 */
reason: string, };
export type WithdrawPhoto = { 
/**
 * Which visit.
 */
visit: VisitId, 
/**
 * Which photo.
 */
photo: PhotoId, 
/**
 * Why.
 */
reason: string, };
export type WorkingDay = { 
/**
 * The day, `YYYY-MM-DD`.
 */
day: string, 
/**
 * Whether people work on it.
 */
works: boolean, 
/**
 * The first working day from it on: where a term ends whose last day is this one (civil code, article 203).
 */
next: string, 
/**
 * Whether the arrangement of a year that this needs is not known yet.
 */
provisional: boolean, 
/**
 * Version of the calendar.
 */
version: string, };

export interface FieldCalls {
  /** Where the application stands: county, people, session, sync. */
  app_state: { args: Nothing; answer: AppState };
  /** Reads a county card without using it yet. */
  read_card: { args: CardSource; answer: CardPreview };
  /** Sets this laptop up from a county card. */
  start_from_card: { args: StartFromCard; answer: AppState };
  /** Makes a person key on this laptop, under the person's own passphrase. */
  add_person: { args: AddPerson; answer: AppState };
  /** Opens an inspector's session. */
  unlock: { args: Unlock; answer: AppState };
  /** Ends the session. */
  lock: { args: Nothing; answer: AppState };
  /** People of the county as far as known here. */
  list_people: { args: Nothing; answer: Array<PersonRow> };
  /** Stations, filtered by words in name, township, village. */
  list_stations: { args: ListStations; answer: Array<StationRow> };
  /** Checklists on this laptop. */
  list_packs: { args: Nothing; answer: Array<Pack> };
  /** The work of the day, newest first: visits that are not closed, and the newest of the others. All of them stand in `list`. */
  list_visits: { args: Nothing; answer: Array<VisitRow> };
  /** A page of a list of stations, visits, findings or photos. */
  list: { args: ListArgs; answer: ListPage };
  /** Makes a list a workbook, as it is filtered and sorted. */
  export_list: { args: ExportList; answer: ListReady };
  /** Filters that the inspector at work saved for a list, by name. */
  list_filters: { args: FiltersOf; answer: Array<SavedFilter> };
  /** Saves a filter for the inspector at work; answers all of that list. */
  save_filter: { args: SavedFilter; answer: Array<SavedFilter> };
  /** Forgets a saved filter; answers those that are left. */
  forget_filter: { args: ForgetFilter; answer: Array<SavedFilter> };
  /** Opens a visit. */
  open_visit: { args: OpenVisit; answer: VisitView };
  /** One visit with everything that its screen shows. */
  get_visit: { args: VisitArgs; answer: VisitView };
  /** Ends a visit that was opened by mistake, with a reason; only before the seal. */
  abort_visit: { args: AbortVisit; answer: VisitView };
  /** Moves a visit that was opened for the wrong station, with a reason; only before the seal. */
  reaim_visit: { args: ReaimVisit; answer: VisitView };
  /** People of the county with the laptops on which they have a key, to hand a visit over to. */
  list_colleagues: { args: Nothing; answer: Array<Colleague> };
  /** Gives a visit to another inspector, on this laptop or on another; only by the laptop that leads, only before the seal. */
  hand_over_visit: { args: HandOverVisit; answer: VisitView };
  /** Puts a station to use that is not on the county's list; it is 未核准 until the county registers it. */
  propose_station: { args: ProposeStation; answer: StationRow };
  /** Restates team, times, methods, situation. */
  describe_visit: { args: DescribeVisit; answer: VisitView };
  /** Keeps what is being typed, durably, before it is an entry. */
  save_draft: { args: SaveDraft; answer: Saved };
  /** Answers an item, or takes the answer back; drops its draft. */
  answer_item: { args: AnswerItem; answer: VisitView };
  /** Answers an item by what stands on a paper form (事后补录); drops its draft. */
  answer_from_paper: { args: AnswerFromPaper; answer: VisitView };
  /** Makes the blank form of a checklist as a PDF and its pages as pictures. */
  make_blank_form: { args: MakeBlankForm; answer: RecordReady };
  /** Starts taking files into a visit; progress comes as events. */
  import_photos: { args: ImportPhotos; answer: ImportStarted };
  /** Starts taking files into the inbox, to be sorted out later; progress comes as events. */
  import_to_inbox: { args: ImportToInbox; answer: ImportStarted };
  /** What waits in the inbox of the inspector at work, with proposals where each photo belongs. */
  list_inbox: { args: Nothing; answer: Inbox };
  /** Puts photos of the inbox into visits. Those that break a rule stay where they are. */
  assign_photos: { args: AssignPhotos; answer: Assigned };
  /** Puts photos of the inbox aside, or back; nothing is deleted. */
  put_aside: { args: PutAside; answer: Inbox };
  /** What became of every file of an import, so far or finally. */
  import_report: { args: ImportArgs; answer: ImportReport };
  /** Stops an import; whole photos stay. */
  cancel_import: { args: ImportArgs; answer: Nothing };
  /** Says what a photo shows. */
  tie_photo: { args: TiePhoto; answer: VisitView };
  /** Withdraws a photo with a reason. */
  withdraw_photo: { args: WithdrawPhoto; answer: VisitView };
  /** Accepts the correction that is offered for the clock of a photo's camera, or takes it back; only before the seal. */
  correct_clock: { args: CorrectClock; answer: VisitView };
  /** Makes a copy of a photo with marks or blurred parts, as a new photo of the visit that names its original. */
  copy_photo: { args: CopyPhoto; answer: VisitView };
  /** States who made a photo, how, and what it is to prove; only before the seal. */
  state_custody: { args: StateCustody; answer: VisitView };
  /** Makes a photo ready to be saved: byte for byte, or a copy with a watermark. */
  export_photo: { args: ExportPhoto; answer: PhotoReady };
  /** Records a finding, or records it anew. */
  record_finding: { args: RecordFinding; answer: VisitView };
  /** Withdraws a finding with a reason. */
  withdraw_finding: { args: WithdrawFinding; answer: VisitView };
  /** The station signs, refuses, or nobody is there. */
  countersign: { args: CountersignArgs; answer: VisitView };
  /** Takes the last step of this session back, before the seal. */
  undo_step: { args: UndoArgs; answer: VisitView };
  /** A seconded member without a key signs by hand, drawn or on the printed record. */
  hand_sign: { args: HandSign; answer: VisitView };
  /** The drawn strokes of the station's signature. */
  get_strokes: { args: VisitArgs; answer: Strokes | null };
  /** What is missing and what will be signed. */
  seal_preview: { args: VisitArgs; answer: SealPreview };
  /** Writes the record and signs it with the keys whose passphrases are given; also adds signatures to a written record. */
  seal_visit: { args: SealVisit; answer: VisitView };
  /** Makes the record F11 as a PDF and its pages as pictures. */
  make_record: { args: MakeRecord; answer: RecordReady };
  /** Attaches paper that was signed by hand to the sealed record, level L0, signed with the key of whoever attaches it. */
  attach_paper: { args: AttachPaper; answer: VisitView };
  /** Records that the sealed record was given to somebody on a stick or on paper. */
  give_record: { args: GiveRecord; answer: VisitView };
  /** Addresses of this laptop in networks that a phone may be in. */
  list_addresses: { args: Nothing; answer: Array<LocalAddress> };
  /** Offers the sealed record's PDF to a phone: one page under a secret address, for some minutes. The first fetching is recorded. */
  share_record: { args: ShareRecord; answer: Sharing };
  /** What is offered, or was last. */
  share_status: { args: Nothing; answer: Sharing | null };
  /** Ends the offer. */
  stop_sharing: { args: Nothing; answer: Nothing };
  /** Opens a page on which a phone in the same network hands in photos; the one before is closed. */
  open_phone: { args: OpenPhone; answer: Receiving };
  /** What comes from the phone, or came last. */
  phone_status: { args: Nothing; answer: Receiving | null };
  /** Takes nothing more; what is taken in stays. */
  close_phone: { args: Nothing; answer: Nothing };
  /** Starts a synchronisation now, and ends a pause; progress comes as events. */
  sync_now: { args: Nothing; answer: SyncStatus };
  /** Pauses synchronising until `sync_now`, across restarts; what is under way stops where it can be taken up again. */
  pause_sync: { args: Nothing; answer: SyncStatus };
  /** Where synchronisation stands. */
  sync_status: { args: Nothing; answer: SyncStatus };
  /** The request by which the county certifies this laptop and its people. */
  enrolment_request: { args: Nothing; answer: EnrolmentRequest };
  /** Where the second copy stands: the last one, what it lacks, and what is under way. */
  copy_status: { args: Nothing; answer: CopyStatus };
  /** Starts a second copy into a folder on another disk; progress comes as events. */
  make_copy: { args: MakeCopy; answer: CopyStatus };
  /** Stops what is under way at a second copy; a former copy stays good. */
  cancel_copy: { args: Nothing; answer: CopyStatus };
  /** Where a second copy can be: mounted media beside the store's own disk. */
  copy_places: { args: Nothing; answer: CopyPlaces };
  /** Looks for second copies of laptops in a folder. */
  find_copies: { args: FindCopies; answer: Array<CopyPreview> };
  /** Whether everything that a day without network needs is here (出发检查). */
  trip_check: { args: TripCheckArgs; answer: TripCheck };
  /** Whether people work on a day, and on which they do from it on. */
  working_day: { args: DayArgs; answer: WorkingDay };
  /** Starts taking another laptop's second copy in; progress comes as events. */
  take_in_copy: { args: TakeInCopy; answer: CopyStatus };
}

export interface ConsoleCalls {
  /** Opens a session; the cookie is set by the adapter. */
  login: { args: Login; answer: Me };
  /** Who is logged in. */
  me: { args: Nothing; answer: Me };
  /** Ends the session. */
  logout: { args: Nothing; answer: Nothing };
  /** Visits of a scope, newest first. */
  list_visits: { args: ScopeArgs; answer: Array<ReviewRow> };
  /** What `list_visits` rests on: while it stays the same, so does the list. */
  visits_revision: { args: ScopeArgs; answer: Revision };
  /** A page of a list of stations, visits, findings or photos. */
  list: { args: ScopeList; answer: ListPage };
  /** Filters that the account saved for a list, by name. */
  list_filters: { args: ScopeFilters; answer: Array<SavedFilter> };
  /** Saves a filter for the account; answers all of that list. */
  save_filter: { args: ScopeSavedFilter; answer: Array<SavedFilter> };
  /** Forgets a saved filter; answers those that are left. */
  forget_filter: { args: ScopeForgetFilter; answer: Array<SavedFilter> };
  /** One visit on one page. */
  get_visit: { args: ScopeVisit; answer: ReviewView };
  /** Accepts a sealed visit. */
  accept_visit: { args: AcceptVisit; answer: ReviewView };
  /** Returns a sealed visit with what is to be mended. */
  return_visit: { args: ReturnVisit; answer: ReviewView };
  /** Laptops and people that wait for approval. */
  list_enrolments: { args: ScopeArgs; answer: Array<EnrolmentRow> };
  /** Certifies a laptop and its people with the authority's key. */
  approve_enrolment: { args: ApproveEnrolment; answer: Array<EnrolmentRow> };
  /** Reads an uploaded table of stations: its columns, first rows, and what the columns seem to say. */
  read_station_table: { args: ReadStationTable; answer: StationTable };
  /** What would become of every row of an uploaded table. */
  preview_stations: { args: PreviewStations; answer: StationsReport };
  /** Takes the good rows of an uploaded table into the registry. */
  import_stations: { args: ImportStations; answer: StationsReport };
  /** Stations that laptops put to use and that wait for the county. */
  list_proposed_stations: { args: ScopeArgs; answer: Array<ProposedStation> };
  /** Registers a proposed station under its own id; answers what still waits. */
  approve_station: { args: ApproveStation; answer: Array<ProposedStation> };
  /** Stations of the list without a point, with what their photos propose. */
  list_unplaced_stations: { args: ScopeArgs; answer: Array<UnplacedStation> };
  /** Registers a proposed point; answers what is still without one. */
  place_station: { args: PlaceStation; answer: Array<UnplacedStation> };
}
