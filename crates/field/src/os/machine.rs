//! What tells this machine and this account from another: the machine's id, and a folder outside the store.

use std::path::PathBuf;

use seal::Digest;

/// Digest of the machine's id, so that the id itself is stored nowhere; none where the system has no id.
pub fn machine_digest() -> Option<Digest> {
    let id = machine_id()?;
    let id = id.trim();
    (!id.is_empty()).then(|| Digest::of_parts(&[b"xunzhan-machine/1\n", id.as_bytes()]))
}

#[cfg(not(windows))]
fn machine_id() -> Option<String> {
    ["/etc/machine-id", "/var/lib/dbus/machine-id"]
        .iter()
        .find_map(|path| std::fs::read_to_string(path).ok())
}

#[cfg(windows)]
fn machine_id() -> Option<String> {
    use std::os::windows::process::CommandExt;
    /// No black window flashes up.
    const CREATE_NO_WINDOW: u32 = 0x0800_0000;
    let system = std::env::var_os("SystemRoot").map(PathBuf::from)?;
    let said = std::process::Command::new(system.join(r"System32\reg.exe"))
        .args(["query", r"HKLM\SOFTWARE\Microsoft\Cryptography", "/v", "MachineGuid", "/reg:64"])
        .creation_flags(CREATE_NO_WINDOW)
        .output()
        .ok()?;
    guid_in(&String::from_utf8_lossy(&said.stdout))
}

/// The id in what `reg query` answers: a line of name, type and value.
#[cfg(any(windows, test))]
fn guid_in(said: &str) -> Option<String> {
    said.lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .find_map(|words| match words.as_slice() {
            ["MachineGuid", "REG_SZ", id] => Some((*id).to_owned()),
            _ => None,
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_found_in_what_the_registry_tool_says() {
        let said =
            "\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Cryptography\r\n    MachineGuid    REG_SZ    0b5e7f0c-1d2a-4c3b-9e8f-001122334455\r\n\r\n";
        assert_eq!(guid_in(said).as_deref(), Some("0b5e7f0c-1d2a-4c3b-9e8f-001122334455"));
        assert_eq!(
            guid_in("ERROR: The system was unable to find the specified registry key or value.\r\n"),
            None
        );
        assert_eq!(guid_in(""), None);
    }
}
