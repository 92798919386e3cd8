//! What was answered in the visit before (上次), beside what is asked now.

use contract::field::PreviousVisit;
use domain::{Pack, Visit};

use crate::core::{Core, Open};
use crate::error::Result;

impl Core {
    /// The visit before, with the answers to items that ask today what they asked then: a checklist may have been revised since.
    pub(crate) fn previous(&self, open: &Open, visit: &Visit, pack: &Pack) -> Result<Option<PreviousVisit>> {
        let Some(before) = open.store.visit_before(visit)? else {
            return Ok(None);
        };
        let same = before.pack_sha256 == visit.pack.sha256;
        let then = if same { Some(pack) } else { self.packs.by_digest(&before.pack_sha256) };
        let answers = before.answers.into_iter().filter_map(|(item, mut versions)| {
            let only = if versions.len() == 1 { versions.pop()?.answer? } else { return None };
            let asks_the_same = same || asked(then?, &item)? == asked(pack, &item)?;
            asks_the_same.then_some((item, only))
        });
        Ok(Some(PreviousVisit {
            visit: before.visit,
            started_at_ms: before.started_at_ms,
            answers: answers.collect(),
        }))
    }
}

fn asked<'a>(pack: &'a Pack, item: &str) -> Option<&'a [domain::pack::Field]> {
    pack.items.iter().find(|one| one.code == item).map(|one| one.fields.as_slice())
}
