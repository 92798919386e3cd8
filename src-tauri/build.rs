//! Generates the window's permissions and resources.
fn main() {
    tauri_build::build();
}
