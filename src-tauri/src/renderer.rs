//! WebKitGTK paints a white window on machines without a GPU unless one of its renderers is turned off.

/// Turned off by this variable, which must stand before the process begins.
#[cfg(target_os = "linux")]
const SWITCH: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

/// Starts the program once more in its place, with the renderer turned off, where there is no GPU. Never under automation: screenshots
/// through WebDriver would hang.
#[cfg(target_os = "linux")]
pub fn start_again_if_white() {
    if std::env::var_os(SWITCH).is_some() || std::env::var_os("TAURI_WEBVIEW_AUTOMATION").is_some() || has_gpu() {
        return;
    }
    // Returns only when it failed; then the window opens as it can.
    let error = field::start_again_with(SWITCH, "1");
    tracing::warn!(%error, "could not start with the renderer turned off");
}

#[cfg(target_os = "linux")]
fn has_gpu() -> bool {
    std::fs::read_dir("/dev/dri").is_ok_and(|entries| entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("renderD")))
}

/// Only WebKitGTK needs it.
#[cfg(not(target_os = "linux"))]
pub fn start_again_if_white() {}
