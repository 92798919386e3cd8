//! What the window may ask of the shell. Everything that blocks runs beside the window's own thread.

use contract::{ApiError, ErrorCode};
use serde_json::Value;
use tauri::State;

use crate::core::{Shell, internal};
use crate::files;

type Answer<T> = Result<T, ApiError>;

/// Makes a call of the contract.
#[tauri::command]
pub async fn call(shell: State<'_, Shell>, name: String, args: Value) -> Answer<Value> {
    let shell = shell.inner().clone();
    beside(move || shell.field()?.answer(&name, args)).await
}

/// Lets the person choose files or a folder; answers handles, none when the dialog was closed.
#[tauri::command]
pub async fn pick(shell: State<'_, Shell>, what: String) -> Answer<Vec<String>> {
    let shell = shell.inner().clone();
    beside(move || {
        let paths = files::chosen(&shell, &what)?;
        let files = shell.field()?.register_paths(paths);
        Ok(files.into_iter().map(|file| file.handle).collect())
    })
    .await
}

/// Writes a finished document where the person wants it; false when the dialog was closed.
#[tauri::command]
pub async fn save_record(shell: State<'_, Shell>, handle: String, file_name: String) -> Answer<bool> {
    let shell = shell.inner().clone();
    beside(move || {
        let field = shell.field()?;
        let document = field.document(&handle)?;
        let Some(to) = files::where_to_save(&shell, &file_name)? else {
            return Ok(false);
        };
        document
            .save(&to)
            .map_err(|error| ApiError::new(ErrorCode::DiskFull).with("detail", error))?;
        field.document_kept(&handle)?;
        Ok(true)
    })
    .await
}

/// Opens an address of this machine under which the window's player gets a film: it asks for none of our own.
#[tauri::command]
pub async fn play_film(shell: State<'_, Shell>, photo: String) -> Answer<String> {
    let shell = shell.inner().clone();
    beside(move || shell.field()?.play(&photo)).await
}

/// Closes such an address.
#[tauri::command]
pub async fn end_film(shell: State<'_, Shell>, url: String) -> Answer<()> {
    let shell = shell.inner().clone();
    beside(move || {
        shell.field()?.end_film(&url);
        Ok(())
    })
    .await
}

/// Hears that the first screen can be used; whoever measures starts reads the line.
#[tauri::command]
pub fn usable() {
    eprintln!("xunzhan: window usable");
}

async fn beside<T: Send + 'static>(work: impl FnOnce() -> Answer<T> + Send + 'static) -> Answer<T> {
    tauri::async_runtime::spawn_blocking(work).await.map_err(internal)?
}
