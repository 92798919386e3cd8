//! People of a county and what they may do.

use crate::ids::PersonId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What an account or certificate allows (角色).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 检查员.
    Inspector,
    /// 复核人.
    Reviewer,
    /// 县管理员.
    Administrator,
    /// 审计员: reads everything of its scope, changes nothing.
    Auditor,
}

impl Role {
    /// All roles, in the order in which screens list them.
    pub const ALL: [Self; 4] = [Self::Inspector, Self::Reviewer, Self::Administrator, Self::Auditor];
}

/// A person as the county registered him.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Identity.
    pub id: PersonId,
    /// Name exactly as written.
    pub name: String,
    /// Home department or unit (单位).
    pub org: String,
    /// Roles.
    pub roles: Vec<Role>,
}
