//! Saved filters of lists: each inspector has his own, in the encrypted store.

use contract::lists::{ForgetFilter, MOST_FILTERS, SavedFilter};
use domain::lists::ListKind;

use crate::core::Core;
use crate::error::{Error, Result};

impl Core {
    pub(crate) fn filters(&self, list: ListKind) -> Result<Vec<SavedFilter>> {
        let (open, by) = self.unlocked()?;
        open.store.filters(by, list)
    }

    pub(crate) fn save_filter(&self, filter: &SavedFilter) -> Result<Vec<SavedFilter>> {
        let (open, by) = self.unlocked()?;
        let list = filter.query.list;
        let text = filter.to_text().ok_or(Error::BadRequest("a filter"))?;
        open.store.transact(|tx| {
            tx.put_filter(by, list, &filter.name, &text)?;
            let all = tx.filters(by, list)?;
            if all.len() > MOST_FILTERS {
                return Err(Error::Rule("too_many_filters"));
            }
            Ok(all)
        })
    }

    pub(crate) fn forget_filter(&self, args: &ForgetFilter) -> Result<Vec<SavedFilter>> {
        let (open, by) = self.unlocked()?;
        open.store.transact(|tx| {
            tx.drop_filter(by, args.list, &args.name)?;
            tx.filters(by, args.list)
        })
    }
}
