//! The pause (暂停): kept in the store, so that it holds across restarts until somebody asks for a synchronisation.

use std::time::Duration;

use contract::field::{HostEvent, SyncStatus};

use crate::core::{Core, Open};
use crate::error::Result;
use crate::store::Meta;

/// A pause is noticed within this time.
const LOOK_EVERY: Duration = Duration::from_millis(500);

impl Core {
    /// Pauses synchronising; a pause that holds already keeps its beginning.
    pub(crate) fn pause_sync(&self) -> Result<SyncStatus> {
        self.opened()?.store.transact(|tx| match tx.meta(Meta::SyncPaused)? {
            Some(_) => Ok(()),
            None => {
                let since = tx.now_ms.to_string();
                tx.set_meta(Meta::SyncPaused, Some(&since))
            }
        })?;
        let status = self.sync_status()?;
        self.tell(HostEvent::Sync { status: status.clone() });
        Ok(status)
    }
}

impl Open {
    /// Since when synchronising is paused, ms since 1970 UTC.
    pub(super) fn sync_paused_since(&self) -> Result<Option<i64>> {
        Ok(self.store.meta(Meta::SyncPaused)?.map(|ms| ms.parse().unwrap_or_default()))
    }

    pub(super) fn is_sync_paused(&self) -> Result<bool> {
        Ok(self.sync_paused_since()?.is_some())
    }

    /// Ends once synchronising is paused.
    pub(super) async fn until_sync_paused(&self) -> Result<()> {
        while !self.is_sync_paused()? {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    pub(super) fn resume_sync(&self) -> Result<()> {
        if self.is_sync_paused()? {
            self.store.transact(|tx| tx.set_meta(Meta::SyncPaused, None))?;
        }
        Ok(())
    }
}
