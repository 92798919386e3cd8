//! Collects refusals: every one names the file and the reason, in both languages.

use crate::reason::Reason;
use crate::report::Refusal;

/// The refusals so far.
#[derive(Default)]
pub(crate) struct Check {
    refusals: Vec<Refusal>,
}

impl Check {
    /// Refuses a file.
    pub(crate) fn refuse(&mut self, file: &str, reason: impl Into<Reason>) {
        let Reason { zh, en } = reason.into();
        let refusal = Refusal {
            file: file.to_owned(),
            zh,
            en,
        };
        if !self.refusals.contains(&refusal) {
            self.refusals.push(refusal);
        }
    }

    /// Passes a value on, or refuses the file for its error.
    pub(crate) fn take<T>(&mut self, file: &str, result: Result<T, impl Into<Reason>>) -> Option<T> {
        result.map_err(|e| self.refuse(file, e)).ok()
    }

    /// Refuses the file unless the condition holds, and returns the condition.
    pub(crate) fn require(&mut self, condition: bool, file: &str, zh: &str, en: &str) -> bool {
        if !condition {
            self.refuse(file, (zh, en));
        }
        condition
    }

    pub(crate) fn into_refusals(self) -> Vec<Refusal> {
        self.refusals
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.refusals.is_empty()
    }
}
