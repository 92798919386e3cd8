//! The core behind the window: opened once, opened again when the first attempt failed and somebody asks again.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use contract::field::HostEvent;
use contract::{ApiError, ErrorCode};
use field::Field;
use tauri::{AppHandle, Emitter};

/// Name of the event that carries every [`HostEvent`] to the window.
pub const EVENT: &str = "host";

/// What every command holds; cheap to clone.
#[derive(Clone)]
pub struct Shell(Arc<Inner>);

struct Inner {
    folder: PathBuf,
    app: AppHandle,
    field: Mutex<Option<Field>>,
}

impl Shell {
    /// A shell over a folder that is not opened yet.
    pub fn new(folder: PathBuf, app: AppHandle) -> Self {
        let field = Mutex::new(None);
        Self(Arc::new(Inner { folder, app, field }))
    }

    /// The core. Blocks while it opens; an error is of this attempt, and the next call tries again.
    pub fn field(&self) -> Result<Field, ApiError> {
        let mut field = self.0.field.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = field.as_ref() {
            return Ok(open.clone());
        }
        let open = Field::open(&self.0.folder).inspect_err(|error| tracing::error!(code = ?error.code, "the store does not open"))?;
        let app = self.0.app.clone();
        open.subscribe(move |event| {
            let _ = app.emit(EVENT, event);
        });
        *field = Some(open.clone());
        Ok(open)
    }

    /// Lets go of the store before the process ends.
    pub fn end(&self) {
        if let Some(open) = self.0.field.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            open.end();
        }
    }

    /// Tells the window about files that were dropped on it.
    pub fn dropped(&self, paths: Vec<PathBuf>) {
        if let Ok(field) = self.field() {
            let handles = field.register_paths(paths).into_iter().map(|file| file.handle).collect();
            let _ = self.0.app.emit(EVENT, HostEvent::Dropped { handles });
        }
    }

    /// The window's application, for dialogs.
    pub fn app(&self) -> &AppHandle {
        &self.0.app
    }
}

/// An error that only the shell can meet.
pub fn internal(error: impl std::fmt::Display) -> ApiError {
    ApiError::new(ErrorCode::Internal).with("detail", error)
}
