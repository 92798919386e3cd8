//! Imports that were begun: what a run of the program did not finish, the next one goes on with.

use std::path::PathBuf;
use std::sync::Arc;

use domain::{ItemCode, PersonId, VisitId};
use serde::{Deserialize, Serialize};
use tracing::{info, warn};
use uuid::Uuid;

use crate::core::Core;
use crate::error::Result;
use crate::store::{Meta, Store};

/// What an import was asked to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Begun {
    /// Its id.
    pub id: String,
    /// Into which visit; none into the inbox.
    pub visit: Option<VisitId>,
    /// Items that the photos show.
    pub items: Vec<ItemCode>,
    /// How the files came.
    pub method: String,
    /// Files and folders.
    pub roots: Vec<PathBuf>,
}

/// One that has not ended, as the store notes it.
#[derive(Serialize, Deserialize)]
struct Noted {
    by: PersonId,
    begun: Begun,
}

impl Begun {
    /// A new import.
    pub fn new(visit: Option<VisitId>, items: Vec<ItemCode>, method: &str, roots: Vec<PathBuf>) -> Self {
        Self {
            id: Uuid::now_v7().to_string(),
            visit,
            items,
            method: method.to_owned(),
            roots,
        }
    }

    /// Whether its files are still there when the program starts again. What a phone hands in is not: the phone hands it in once more.
    fn outlives_the_program(&self) -> bool {
        self.method != "phone" && self.roots.iter().all(|root| root.to_str().is_some())
    }
}

fn read(noted: Option<String>) -> Result<Vec<Noted>> {
    Ok(noted.map(|text| serde_json::from_str(&text)).transpose()?.unwrap_or_default())
}

impl Store {
    /// Notes that an import was begun; nothing is noted of one that could not be gone on with.
    pub(crate) fn note_begun(&self, by: PersonId, begun: &Begun) -> Result<()> {
        if !begun.outlives_the_program() {
            return Ok(());
        }
        self.change_noted(|noted| {
            noted.retain(|other| other.begun.id != begun.id);
            noted.push(Noted { by, begun: begun.clone() });
        })
    }

    /// Notes that an import ended, in whatever way.
    pub(super) fn note_ended(&self, id: &str) -> Result<()> {
        self.change_noted(|noted| noted.retain(|other| other.begun.id != id))
    }

    fn change_noted(&self, change: impl Fn(&mut Vec<Noted>)) -> Result<()> {
        self.transact(|tx| {
            let mut noted = read(tx.meta(Meta::Imports)?)?;
            change(&mut noted);
            let text = serde_json::to_string(&noted)?;
            tx.set_meta(Meta::Imports, Some(&text).filter(|_| !noted.is_empty()).map(String::as_str))
        })
    }

    /// Files and folders that imports which have not ended still want, whoever began them.
    pub(super) fn wanted(&self) -> Result<Vec<PathBuf>> {
        let noted = read(self.meta(Meta::Imports)?)?;
        Ok(noted.into_iter().flat_map(|noted| noted.begun.roots).collect())
    }

    /// Imports that a person began and that have not ended.
    fn unfinished(&self, by: PersonId) -> Result<Vec<Begun>> {
        let noted = read(self.meta(Meta::Imports)?)?;
        Ok(noted.into_iter().filter(|noted| noted.by == by).map(|noted| noted.begun).collect())
    }
}

impl Core {
    /// Goes on with the imports that an earlier run of the program left unfinished. What is in already is found again by its bytes.
    pub(crate) fn resume_imports(self: &Arc<Self>) {
        let Ok((open, by)) = self.unlocked() else { return };
        let unfinished = open.store.unfinished(by).unwrap_or_default();
        for begun in unfinished.into_iter().filter(|begun| !self.is_importing(&begun.id)) {
            match self.begin(&begun, true) {
                Ok(_) => info!(import = %begun.id, "going on with an import"),
                Err(e) => {
                    warn!(import = %begun.id, error = %e, "an import cannot be gone on with");
                    match open.store.note_ended(&begun.id) {
                        Ok(()) => self.let_go(&begun.roots),
                        Err(e) => warn!(import = %begun.id, error = %e, "that could not be noted"),
                    }
                }
            }
        }
    }
}
