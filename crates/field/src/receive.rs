//! Photos from a phone on the same Wi-Fi (手机传图): a page that this laptop serves under one secret address, for one phone, until it is
//! closed or nobody has used it for a while. What is taken in goes the way of every import.

mod desk;
mod page;
mod parts;

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use contract::field::{ImportOutcome, ImportPhotos, OpenPhone, Receiving};
use domain::VisitId;
use domain::decide::Refusal;
use papers::qr_rows;
use seal::Digest;

use crate::core::{Core, lock};
use crate::error::{Error, Result};
use crate::os::network;

use desk::Desk;
pub(crate) use desk::Stored;
pub(crate) use page::Reception;

/// Folder of what is on its way from a phone, sealed.
const FOLDER: &str = "from-phone";
/// A page that its phone did not use for so long closes itself.
const IDLE: Duration = Duration::from_secs(10 * 60);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Removes what a run that was killed had in clear of a phone's files, and parts that nobody came back for.
pub(crate) fn tidy(data_dir: &Path) {
    let below = data_dir.join(FOLDER);
    parts::clear_all_else(&below);
    parts::make_room(&below);
}

impl Core {
    pub(crate) fn open_phone(self: &Arc<Self>, args: &OpenPhone) -> Result<Receiving> {
        self.open_phone_for(args, IDLE)
    }

    /// As [`Core::open_phone`]; the page closes itself after `idle` without its phone.
    pub(crate) fn open_phone_for(self: &Arc<Self>, args: &OpenPhone, idle: Duration) -> Result<Receiving> {
        let (open, _) = self.unlocked()?;
        let visit = open.store.visit(args.visit)?.ok_or(Refusal::NoVisit)?;
        if visit.sealed.is_some() {
            return Err(Refusal::Sealed.into());
        }
        let address = self.own_address(&args.address)?;
        self.close_phone();
        let (core, into) = (Arc::downgrade(self), args.visit);
        let take = move |file: &Path| core.upgrade().ok_or(Error::Locked)?.store_from_phone(into, file);
        let core = Arc::downgrade(self);
        let known = move |size| core.upgrade().ok_or(Error::Locked)?.known_from_phone(into, size);
        let desk = Desk::new(&self.dir.join(FOLDER), args.visit, open.vault.clone(), known, take)?;
        let reception = Reception::open(args.visit, address, idle, desk)?;
        let shown = shown(&reception)?;
        *lock(&self.receiving) = Some(reception);
        Ok(shown)
    }

    /// An address of this machine, as `list_addresses` names it.
    pub(crate) fn own_address(&self, address: &str) -> Result<Ipv4Addr> {
        let address: Ipv4Addr = address.parse().map_err(|_| Error::NotFound("address"))?;
        let known = network::cards()?.iter().any(|card| card.address == address);
        known.then_some(address).ok_or(Error::NotFound("address"))
    }

    pub(crate) fn phone_status(&self) -> Result<Option<Receiving>> {
        let receiving = lock(&self.receiving);
        receiving.as_ref().map(shown).transpose()
    }

    pub(crate) fn close_phone(&self) {
        if let Some(reception) = lock(&self.receiving).as_ref() {
            reception.close();
        }
    }

    /// The photos of a visit that have so many bytes, and that the vault can give.
    fn known_from_phone(&self, visit: VisitId, size: u64) -> Result<Vec<(Digest, Stored)>> {
        let open = self.opened()?;
        let known = open.store.visit(visit)?.ok_or(Refusal::NoVisit)?;
        let mut found = Vec::new();
        for photo in known.photos.iter().filter(|photo| photo.attached.original.len == size) {
            let digest = photo.attached.original.sha256.parse()?;
            if open.vault.has(&digest) {
                found.push((
                    digest,
                    Stored {
                        outcome: ImportOutcome::Duplicate,
                        photo: Some(photo.attached.photo),
                        reason: None,
                        missing: photo.attached.meta.missing(),
                    },
                ));
            }
        }
        Ok(found)
    }

    /// Takes one whole file in as any import does, and waits until it is durable.
    fn store_from_phone(self: &Arc<Self>, visit: VisitId, file: &Path) -> Result<Stored> {
        let chosen = self.register_paths(vec![file.to_owned()]);
        let handle = chosen.into_iter().next().ok_or(Error::NotFound("file"))?.handle;
        let started = self.import_photos(ImportPhotos {
            visit,
            handles: vec![handle.clone()],
            items: Vec::new(),
            method: "phone".into(),
        });
        lock(&self.handles).remove(&handle);
        let import = started?.import;
        let report = loop {
            let report = self.import_report(&import)?;
            if report.finished {
                break report;
            }
            std::thread::sleep(LOOK_AGAIN);
        };
        lock(&self.imports).remove(&import);
        let row = report.rows.into_iter().next().ok_or(Error::NotFound("file"))?;
        let known = self.opened()?.store.visit(visit)?.ok_or(Refusal::NoVisit)?;
        let photo = known.photos.iter().find(|photo| Some(photo.attached.photo) == row.photo);
        Ok(Stored {
            outcome: row.outcome,
            photo: row.photo,
            reason: row.reason.filter(|_| row.outcome == ImportOutcome::Refused),
            missing: photo.map(|photo| photo.attached.meta.missing()).unwrap_or_default(),
        })
    }
}

fn shown(reception: &Reception) -> Result<Receiving> {
    Ok(Receiving {
        visit: reception.visit(),
        url: reception.url().to_owned(),
        qr: qr_rows(reception.url()).map_err(|e| Error::Paper(e.to_string()))?,
        open: reception.is_open(),
        claimed: reception.is_claimed(),
        others: reception.others(),
        files: reception.files(),
    })
}
