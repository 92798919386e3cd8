//! Native dialogs, and what is saved through them. The window only ever sees handles.

use std::path::PathBuf;

use contract::{ApiError, ErrorCode};
use tauri_plugin_dialog::{DialogExt, FilePath};

use crate::core::{Shell, internal};

/// Paths of the chosen files (`photos`, `card`), of the chosen folder (`folder`), or of what was copied in another program (`clipboard`). Blocks
/// until the dialog is closed.
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
        "clipboard" => return copied(shell),
        _ => return Err(ApiError::new(ErrorCode::BadRequest).with("detail", what)),
    };
    chosen.into_iter().map(|path| path.into_path().map_err(internal)).collect()
}

/// Asks the window's own tool kit, which knows X11 and Wayland alike. None on systems where the page itself is given what is pasted.
fn copied(shell: &Shell) -> Result<Vec<PathBuf>, ApiError> {
    #[cfg(target_os = "linux")]
    {
        let (answer, answered) = std::sync::mpsc::channel();
        let ask = move || {
            let uris = gtk::Clipboard::get(&gtk::gdk::SELECTION_CLIPBOARD).wait_for_uris();
            let files = uris.iter().filter_map(|uri| Some(gtk::glib::filename_from_uri(uri).ok()?.0));
            let _ = answer.send(files.collect());
        };
        shell.app().run_on_main_thread(ask).map_err(internal)?;
        answered.recv().map_err(internal)
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = shell;
        Ok(Vec::new())
    }
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
