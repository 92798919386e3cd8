//! What is written for the installer of Windows is what Tauri would read there, though it is never built here.

use std::path::Path;

use serde_json::Value;
use tauri::utils::config::{BundleTarget, BundleType, Config, NSISInstallerMode, WebviewInstallMode};

const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

fn read(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(Path::new(FOLDER).join(name)).unwrap()).unwrap()
}

/// RFC 7396, by which Tauri lays one file over another.
fn merge(into: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *into = patch.clone();
        return;
    };
    if !into.is_object() {
        *into = Value::Object(serde_json::Map::new());
    }
    for (key, value) in patch {
        let members = into.as_object_mut().unwrap();
        if value.is_null() {
            members.remove(key);
        } else {
            merge(members.entry(key).or_insert(Value::Null), value);
        }
    }
}

fn merged(names: &[&str]) -> Config {
    let mut all = Value::Null;
    names.iter().for_each(|name| merge(&mut all, &read(name)));
    // Unknown members are refused.
    serde_json::from_value(all).unwrap()
}

#[test]
fn the_installer_of_windows_keeps_what_its_page_promises() {
    let config = merged(&["tauri.conf.json", "tauri.windows.conf.json", "windows-programs.json"]);
    assert_eq!(config.identifier, "org.xunzhan.field");
    let bundle = config.bundle;
    assert!(bundle.active);
    assert!(matches!(&bundle.targets, BundleTarget::List(targets) if *targets == [BundleType::Nsis]));
    for icon in &bundle.icon {
        assert!(Path::new(FOLDER).join(icon).is_file(), "{icon}");
    }
    assert!(bundle.icon.iter().any(|icon| icon.ends_with(".ico")));

    let windows = bundle.windows;
    assert!(!windows.allow_downgrades, "an older version must not replace a newer one");
    assert!(matches!(
        windows.webview_install_mode,
        WebviewInstallMode::OfflineInstaller { silent: true }
    ));
    let nsis = windows.nsis.unwrap();
    assert!(matches!(nsis.install_mode, NSISInstallerMode::CurrentUser), "no administrator's rights");
    assert_eq!(nsis.languages.unwrap(), ["SimpChinese", "English"]);
    assert!(Path::new(FOLDER).join(nsis.installer_icon.unwrap()).is_file());

    // The programs beside the window are those that cargo builds, by their names on Windows.
    let Some(tauri::utils::config::BundleResources::Map(programs)) = bundle.resources else {
        panic!("no programs are packed beside the window")
    };
    let mut names: Vec<&str> = programs.values().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["xunzhan-field.exe", "xunzhan-verify.exe"]);
}
