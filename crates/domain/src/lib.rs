//! What stations, checklists, visits, photos and findings are, and the rules that move them.
//!
//! Pure: no I/O, no clock, no randomness. [`decide`] runs once, on the author's machine, and answers with operations or a
//! refusal; [`apply`] runs everywhere, is total, and sees only its own aggregate.

pub mod answer;
pub mod apply;
pub mod approve_station;
pub mod authority;
pub mod calendar;
pub mod clock;
pub mod compare;
pub mod custody;
pub mod datum;
pub mod decide;
pub mod finding;
pub mod fingerprint;
pub mod geo;
pub mod ids;
pub mod inbox;
pub mod lead;
pub mod lists;
pub mod operation;
pub mod pack;
pub mod paper;
pub mod person;
pub mod photo;
pub mod place_station;
pub mod plot;
pub mod record;
pub mod search;
pub mod station;
mod traces;
pub mod visit;
pub mod words;
pub mod worth;
pub mod write_record;

pub use answer::{Answer, FieldValue, ServedVillage};
pub use apply::{Aggregate, Meta, apply};
pub use authority::{Authority, LogKind, authority};
pub use finding::{Finding, OnSiteFix, ResponsibleUnit, Severity, UnitRole};
pub use ids::{FindingId, ItemCode, PersonId, PhotoId, StationId, VisitId};
pub use operation::{Operation, OperationError};
pub use pack::{Pack, PackRef};
pub use person::{Person, Role};
pub use photo::{PhotoMeta, TimeGrade};
pub use record::VisitRecord;
pub use station::{Position, Station};
pub use visit::{Visit, VisitPhase};
