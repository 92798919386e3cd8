//! Identities: every aggregate is named by a UUIDv7 made where it was first written down.

use serde::{Deserialize, Serialize};
use std::fmt;
use ts_rs::TS;
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
        #[serde(transparent)]
        #[ts(type = "string")]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

id!(
    /// Names a village service station or township centre (站点).
    StationId
);
id!(
    /// Names one visit to one station (走访).
    VisitId
);
id!(
    /// Names a photo as a thing; its bytes are named by their SHA-256.
    PhotoId
);
id!(
    /// Names a finding (问题).
    FindingId
);
id!(
    /// Names a person of the county: inspector, reviewer, administrator.
    PersonId
);

/// Code of a checklist item, such as `C4-09`: ASCII, unique within its pack.
pub type ItemCode = String;
