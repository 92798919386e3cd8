//! What tells this machine and this account from another: the machine's id, and a folder outside the store.

use std::path::PathBuf;

use seal::Digest;

/// Digest of the machine's id, so that the id itself is stored nowhere; none where the system has no id.
pub fn machine_digest() -> Option<Digest> {
    let id = ["/etc/machine-id", "/var/lib/dbus/machine-id"]
        .iter()
        .find_map(|path| std::fs::read_to_string(path).ok())?;
    let id = id.trim();
    (!id.is_empty()).then(|| Digest::of_parts(&[b"xunzhan-machine/1\n", id.as_bytes()]))
}

/// A folder of the account that a backup of the store does not contain; none where the account has no home.
pub fn state_dir() -> Option<PathBuf> {
    let var = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    var("XUNZHAN_STATE_DIR")
        .or_else(|| var("XDG_STATE_HOME").map(|d| d.join("xunzhan")))
        .or_else(|| var("LOCALAPPDATA").map(|d| d.join("Xunzhan")))
        .or_else(|| var("HOME").map(|d| d.join(".local/state/xunzhan")))
}

/// The folder in which the window keeps the store, which every other shell on this machine keeps to.
pub fn data_dir() -> Option<PathBuf> {
    let var = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    var("XUNZHAN_DATA").or_else(|| {
        var("XDG_DATA_HOME")
            .or_else(|| var("APPDATA"))
            .or_else(|| var("HOME").map(|home| home.join(".local/share")))
            .map(|folder| folder.join("org.xunzhan.field"))
    })
}
