//! Files that the page of a browser handed in. Each lies in a folder of its own, readable by this account only, until the import that
//! took it has ended: an import that was cut finds it there when the program starts again.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tracing::warn;
use uuid::Uuid;

use crate::core::Core;
use crate::error::{Error, Result};
use crate::os::files::{create_new, make_dir, make_dir_unsynced, sync_dir, sync_file};

const FOLDER: &str = "incoming";

/// The folder of a file, which names it here; the way to the data may be written in another way by now.
fn folder_name(file: &Path) -> Option<OsString> {
    Some(file.parent()?.file_name()?.to_owned())
}

impl Core {
    fn incoming(&self) -> PathBuf {
        self.dir.join(FOLDER)
    }

    /// An empty file of this name in a folder of its own, so that the name can stay as it is.
    pub(crate) fn begin_incoming(&self, name: &str) -> Result<(File, PathBuf)> {
        let incoming = self.incoming();
        make_dir(&incoming)?;
        let folder = incoming.join(Uuid::now_v7().to_string());
        make_dir_unsynced(&folder)?;
        let path = folder.join(name);
        match create_new(&path) {
            Ok(file) => Ok((file, path)),
            Err(source) => {
                let _ = fs::remove_dir_all(folder);
                Err(match source.kind() {
                    io::ErrorKind::StorageFull => source.into(),
                    _ => Error::FileUnreadable {
                        name: name.to_owned(),
                        source,
                    },
                })
            }
        }
    }

    /// Makes a file durable that came in whole: an import is noted as begun only with files that a power cut leaves as they are.
    pub(crate) fn settle_incoming(&self, file: &File, path: &Path) -> Result<()> {
        sync_file(file)?;
        path.parent().map_or(Ok(()), sync_dir)?;
        Ok(sync_dir(&self.incoming())?)
    }

    /// Removes what no import that was begun still wants. While the store is closed nobody can tell what is wanted, and all stays.
    pub(crate) fn clear_incoming(&self) -> Result<()> {
        let wanted: BTreeSet<OsString> = match self.opened() {
            Ok(open) => open.store.wanted()?.iter().filter_map(|root| folder_name(root)).collect(),
            Err(Error::NoCounty) => BTreeSet::new(),
            Err(_) => return Ok(()),
        };
        let entries = match fs::read_dir(self.incoming()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            if !wanted.contains(&entry.file_name()) {
                fs::remove_dir_all(entry.path())?;
            }
        }
        if wanted.is_empty() {
            fs::remove_dir(self.incoming())?;
        }
        Ok(())
    }

    /// Removes the files of an import that has ended; what was not handed in is nobody's to remove.
    pub(super) fn let_go(&self, roots: &[PathBuf]) {
        let incoming = self.incoming();
        let folders = roots.iter().filter_map(|root| root.parent());
        for folder in folders.filter(|folder| folder.parent() == Some(&incoming)) {
            if let Err(error) = fs::remove_dir_all(folder) {
                warn!(%error, "a file that was handed in could not be removed");
            }
        }
    }
}
