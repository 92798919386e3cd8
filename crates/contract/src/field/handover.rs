//! Handing a visit over to a colleague.

use domain::{PersonId, VisitId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A person whom a visit can be handed over to.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Colleague {
    /// Who.
    pub person: PersonId,
    /// Name.
    pub name: String,
    /// Home department.
    pub org: String,
    /// Laptops on which this person has a key, as far as known here.
    pub laptops: Vec<Laptop>,
}

/// A laptop of the county.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Laptop {
    /// Key id, hex.
    pub kid: String,
    /// Name, by its certificate.
    pub name: String,
    /// Whether it is this one.
    pub own: bool,
}

/// Arguments of `hand_over_visit`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct HandOverVisit {
    /// Which visit.
    pub visit: VisitId,
    /// Who goes on.
    pub person: PersonId,
    /// Key id of the laptop that leads from here on.
    pub device: String,
    /// Why.
    pub reason: String,
}
