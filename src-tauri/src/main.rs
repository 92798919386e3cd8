//! The desktop shell: one window, and one adapter from its calls to the inspector's core.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

mod commands;
mod core;
mod files;
mod pictures;
mod renderer;
#[cfg(test)]
mod windows_bundle;

use std::path::PathBuf;

use anyhow::{Context, Result};
use tauri::{DragDropEvent, Manager, RunEvent, WindowEvent};

use crate::core::Shell;

fn main() -> Result<()> {
    if let Some(ended) = field::decode::instead(std::env::args_os().skip(1)) {
        return ended;
    }
    renderer::start_again_if_white();
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();

    let context = tauri::generate_context!();
    // Two windows on one folder are one; two on different folders, as when a county is tried out, are two.
    let instance = match std::env::var_os("XUNZHAN_DATA") {
        Some(folder) => format!("{}.f{:016x}", context.config().identifier, fingerprint(&folder)),
        None => context.config().identifier.clone(),
    };

    tauri::Builder::default()
        .plugin(
            tauri_plugin_single_instance::Builder::new()
                .dbus_id(instance)
                .callback(|app, _, _| {
                    if let Some(window) = app.get_webview_window("main") {
                        let _ = window.unminimize();
                        let _ = window.set_focus();
                    }
                })
                .build(),
        )
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .plugin(tauri_plugin_dialog::init())
        .register_asynchronous_uri_scheme_protocol("xunzhan", |context, request, responder| {
            let shell = context.app_handle().state::<Shell>().inner().clone();
            let path = request.uri().path().to_owned();
            let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
            let (origin, range) = (header("origin"), header("range"));
            tauri::async_runtime::spawn_blocking(move || {
                responder.respond(pictures::answer(&shell, &path, origin.as_deref(), range.as_deref()));
            });
        })
        .invoke_handler(tauri::generate_handler![
            commands::call,
            commands::pick,
            commands::save_record,
            commands::play_film,
            commands::end_film,
            commands::usable
        ])
        .setup(|app| {
            let folder = match std::env::var_os("XUNZHAN_DATA") {
                Some(folder) => PathBuf::from(folder),
                None => app.path().app_data_dir().context("finding the folder for the data")?,
            };
            let shell = Shell::new(folder, app.handle().clone());
            app.manage(shell.clone());
            // The store opens while the page loads; the first call waits for it.
            std::thread::Builder::new().name("open".into()).spawn(move || drop(shell.field()))?;
            Ok(())
        })
        .on_window_event(|window, event| {
            if let WindowEvent::DragDrop(DragDropEvent::Drop { paths, .. }) = event {
                let shell = window.state::<Shell>().inner().clone();
                let paths = paths.clone();
                tauri::async_runtime::spawn_blocking(move || shell.dropped(paths));
            }
        })
        .build(context)
        .context("opening the window")?
        .run(|app, event| {
            if let RunEvent::Exit = event {
                app.state::<Shell>().end();
            }
        });
    Ok(())
}

/// A short name for a folder.
fn fingerprint(folder: &std::ffi::OsStr) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    folder.hash(&mut hasher);
    hasher.finish()
}
