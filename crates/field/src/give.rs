//! The sealed record without a printer (交付): as a file on a stick, or to a phone over a page that this laptop serves for some minutes.
//! Whichever way it goes, an entry says how, when, to whom, and which PDF.

mod page;

use std::sync::Arc;

use contract::field::{GiveRecord, LocalAddress, ShareRecord, Sharing, VisitView};
use domain::VisitId;
use domain::decide::{Command, Refusal};
use domain::operation::{GivenHow, RecordGiven};
use papers::qr_rows;

use crate::core::{Core, lock};
use crate::error::{Error, Result};
use crate::os::network;
use crate::record::LaidOut;
use crate::store::{SavedRecord, now_ms};

pub(crate) use page::Offer;

impl Core {
    pub(crate) fn give_record(&self, args: GiveRecord) -> Result<VisitView> {
        let mut paper = self.sealed_paper(args.visit, &args.handle)?;
        match args.how {
            GivenHow::Phone => return Err(Error::BadRequest("what goes to a phone is recorded when the phone has it")),
            GivenHow::Print => paper.pdf = self.printed(&paper)?,
            GivenHow::Stick => {}
        }
        self.record_given(&paper, args.how, args.to)
    }

    /// The PDF that was printed: what was saved last, since one prints from the file; else what is laid out.
    fn printed(&self, paper: &LaidOut) -> Result<SavedRecord> {
        let (open, _) = self.unlocked()?;
        let saved = open.store.record_saved(paper.visit)?;
        Ok(saved.filter(|saved| saved.seal == paper.pdf.seal).unwrap_or_else(|| paper.pdf.clone()))
    }

    /// The sealed record of a visit that was laid out in this session under a handle.
    fn sealed_paper(&self, visit: VisitId, handle: &str) -> Result<LaidOut> {
        let (open, _) = self.unlocked()?;
        open.store.visit(visit)?.ok_or(Refusal::NoVisit)?.sealed.ok_or(Refusal::NotSealed)?;
        let all = lock(&self.laid_out);
        let paper = all.iter().find(|paper| paper.visit == visit && paper.handle == handle);
        paper.cloned().ok_or(Error::NotFound("record"))
    }

    fn record_given(&self, paper: &LaidOut, how: GivenHow, to: String) -> Result<VisitView> {
        let given = RecordGiven {
            seal: paper.pdf.seal.clone(),
            pdf: paper.pdf.pdf.clone(),
            how,
            to: to.trim().to_owned(),
            copy: paper.pdf.copy,
            at_ms: now_ms(),
        };
        self.change(paper.visit, |tx, _| {
            // What is laid out after somebody has it is a copy; of a file the host says so itself.
            if how != GivenHow::Stick {
                tx.keep_record(paper.visit)?;
            }
            Ok(Some(Command::Give(given)))
        })
    }

    pub(crate) fn addresses(&self) -> Result<Vec<LocalAddress>> {
        let cards = network::cards()?.into_iter().filter(|card| !card.address.is_loopback());
        Ok(cards
            .map(|card| LocalAddress {
                address: card.address.to_string(),
                card: card.name,
            })
            .collect())
    }

    pub(crate) fn share_record(self: &Arc<Self>, args: &ShareRecord) -> Result<Sharing> {
        let paper = self.sealed_paper(args.visit, &args.handle)?;
        if args.to.trim().is_empty() {
            return Err(Refusal::Recipient.into());
        }
        let address = self.own_address(&args.address)?;
        let (pdf, file_name) = self.made_pdf(&args.handle).ok_or(Error::NotFound("record"))?;
        self.stop_sharing();
        let (core, to, what) = (Arc::downgrade(self), args.to.clone(), paper);
        let record = move || {
            let core = core.upgrade().ok_or(Error::Locked)?;
            core.reserved(|| core.record_given(&what, GivenHow::Phone, to.clone())).map(drop)
        };
        let offer = Offer::open(args.visit, address, (pdf, file_name), record)?;
        let sharing = shown(&offer)?;
        *lock(&self.sharing) = Some(offer);
        Ok(sharing)
    }

    pub(crate) fn share_status(&self) -> Result<Option<Sharing>> {
        let sharing = lock(&self.sharing);
        sharing.as_ref().map(shown).transpose()
    }

    pub(crate) fn stop_sharing(&self) {
        if let Some(offer) = lock(&self.sharing).as_ref() {
            offer.close();
        }
    }
}

fn shown(offer: &Offer) -> Result<Sharing> {
    Ok(Sharing {
        visit: offer.visit(),
        url: offer.url().to_owned(),
        qr: qr_rows(offer.url()).map_err(|e| Error::Paper(e.to_string()))?,
        until_ms: offer.until_ms(),
        fetched: offer.fetched(),
        left: offer.left(),
        open: offer.is_open(),
    })
}
