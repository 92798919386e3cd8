//! Native dialogs, and what is saved through them. The window only ever sees handles.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use contract::{ApiError, ErrorCode};
use tauri_plugin_dialog::{DialogExt, FilePath};

use crate::core::{Shell, internal};

/// Paths of the chosen files (`photos`, `card`) or of the chosen folder (`folder`). Blocks until the dialog is closed.
pub fn chosen(shell: &Shell, what: &str) -> Result<Vec<PathBuf>, ApiError> {
    #[cfg(feature = "test-hooks")]
    if let Some(paths) = hooks::chosen(what) {
        return Ok(paths);
    }
    let dialog = shell.app().dialog().file();
    let chosen: Vec<FilePath> = match what {
        "photos" => dialog.blocking_pick_files().unwrap_or_default(),
        "folder" => dialog.blocking_pick_folder().into_iter().collect(),
        "card" => dialog.blocking_pick_file().into_iter().collect(),
        _ => return Err(ApiError::new(ErrorCode::BadRequest).with("detail", what)),
    };
    chosen.into_iter().map(|path| path.into_path().map_err(internal)).collect()
}

/// Where the person wants a file; none when the dialog was closed.
pub fn where_to_save(shell: &Shell, file_name: &str) -> Result<Option<PathBuf>, ApiError> {
    #[cfg(feature = "test-hooks")]
    if let Some(path) = hooks::chosen("save").and_then(|paths| paths.into_iter().next()) {
        return Ok(Some(path));
    }
    let dialog = shell.app().dialog().file().set_file_name(file_name);
    dialog.blocking_save_file().map(|path| path.into_path().map_err(internal)).transpose()
}

/// Writes a file so that it is on the medium when this returns; a USB stick may be pulled out right after.
pub fn write_durably(bytes: &[u8], to: &Path) -> io::Result<()> {
    let mut target = File::create(to)?;
    target.write_all(bytes)?;
    target.sync_all()?;
    if fs::metadata(to)?.len() == bytes.len() as u64 {
        Ok(())
    } else {
        Err(io::Error::other("the file on the medium is shorter than it should be"))
    }
}

/// Where end-to-end tests stand in for native dialogs, which no driver reaches.
#[cfg(feature = "test-hooks")]
mod hooks {
    use serde_json::Value;
    use std::path::PathBuf;

    /// The paths that the file of `XUNZHAN_TEST_PICK` gives: `{"card": […], "folder": […], "photos": […], "save": "…"}`.
    pub fn chosen(what: &str) -> Option<Vec<PathBuf>> {
        let file = std::env::var_os("XUNZHAN_TEST_PICK")?;
        let choices: Value = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
        match choices.get(what)? {
            Value::String(path) => Some(vec![PathBuf::from(path)]),
            Value::Array(paths) => Some(paths.iter().filter_map(Value::as_str).map(PathBuf::from).collect()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::write_durably;

    #[test]
    fn what_is_saved_replaces_what_was_there() {
        let folder = std::env::temp_dir().join(format!("xunzhan-copy-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let to = folder.join("b");
        std::fs::write(&to, b"something longer than that").unwrap();
        write_durably(b"record", &to).unwrap();
        assert_eq!(std::fs::read(&to).unwrap(), b"record");
        assert!(write_durably(b"record", &folder.join("missing/b")).is_err());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
