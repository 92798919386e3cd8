//! The blank form of a checklist (空白检查表), for days on which the laptop stays in the bag. What is typed in from it afterwards is marked
//! 事后补录.

use contract::field::{MakeBlankForm, RecordReady};
use papers::{BlankForm, blank_form};
use seal::Digest;

use crate::core::{Core, lock};
use crate::error::{Error, Result};
use crate::store::now_ms;

/// The blank form that was laid out last.
pub(crate) struct Blank {
    ready: RecordReady,
    paper: papers::Paper,
}

impl Core {
    pub(crate) fn make_blank_form(&self, args: &MakeBlankForm) -> Result<RecordReady> {
        let (open, _) = self.unlocked()?;
        let mut packs = self.packs.in_force(&open.card);
        let (reference, pack) = packs.find(|(reference, _)| reference.id == args.pack).ok_or(Error::NotFound("pack"))?;
        let station = match args.station {
            Some(station) => Some(open.store.station(station)?.ok_or(Error::NotFound("station"))?),
            None => None,
        };
        let paper = blank_form(&BlankForm {
            pack,
            reference,
            county: &open.card.name,
            station: station.as_ref(),
            printed_at_ms: now_ms(),
            utc_offset_min: args.utc_offset_min,
        })
        .map_err(|e| Error::Paper(e.to_string()))?;
        let whose: String = station
            .as_ref()
            .map(|station| station.name.as_str())
            .unwrap_or_default()
            .chars()
            .take(40)
            .collect();
        let whose: String = whose.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
        let ready = RecordReady {
            pages: u32::try_from(paper.pages.len()).unwrap_or(u32::MAX),
            copy: false,
            file_name: format!(
                "空白检查表_{}_第{}版{}{whose}.pdf",
                pack.id,
                pack.version,
                if whose.is_empty() { "" } else { "_" }
            ),
            size_bytes: paper.pdf.len() as u64,
            handle: Digest::of(&paper.pdf).to_hex(),
            shown: None,
        };
        let made = Blank { ready: ready.clone(), paper };
        *lock(&self.blank) = Some(made);
        Ok(ready)
    }

    /// The PDF of a blank form's handle, if it is the one that was laid out last.
    pub(crate) fn blank_pdf(&self, handle: &str) -> Option<Vec<u8>> {
        let made = lock(&self.blank);
        made.as_ref()
            .filter(|made| made.ready.handle == handle)
            .map(|made| made.paper.pdf.clone())
    }

    /// One page of it, counted from 1.
    pub(crate) fn blank_page(&self, page: usize) -> Result<(String, Vec<u8>)> {
        let made = lock(&self.blank);
        let svg = made.as_ref().and_then(|made| made.paper.pages.get(page.checked_sub(1)?));
        let svg = svg.ok_or(Error::NotFound("page"))?;
        Ok(("image/svg+xml".into(), svg.clone().into_bytes()))
    }
}
