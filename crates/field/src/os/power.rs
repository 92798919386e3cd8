//! The battery, where there is one.

use std::fs;
use std::path::Path;

/// How full the battery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Battery {
    /// Charge of all batteries together, in percent.
    pub percent: u8,
    /// Whether it is being charged, or full on the mains.
    pub charging: bool,
}

/// The batteries of this laptop as one; none on a machine without, or where the system does not tell.
pub fn battery() -> Option<Battery> {
    read(Path::new("/sys/class/power_supply"))
}

fn read(supplies: &Path) -> Option<Battery> {
    let (mut sum, mut count, mut charging) = (0_u32, 0_u32, true);
    for entry in fs::read_dir(supplies).ok()?.flatten() {
        let word = |name: &str| {
            fs::read_to_string(entry.path().join(name))
                .map(|text| text.trim().to_owned())
                .unwrap_or_default()
        };
        // A mouse has a battery too; its scope is the device.
        if word("type") != "Battery" || word("scope") == "Device" {
            continue;
        }
        let Ok(percent) = word("capacity").parse::<u32>() else { continue };
        sum = sum.saturating_add(percent.min(100));
        count = count.saturating_add(1);
        charging &= matches!(word("status").as_str(), "Charging" | "Full" | "Not charging");
    }
    let percent = u8::try_from(sum.checked_div(count)?).ok()?;
    Some(Battery { percent, charging })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batteries_count_together_and_a_mouse_does_not() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(read(dir.path()), None);
        let supply = |name: &str, files: &[(&str, &str)]| {
            fs::create_dir(dir.path().join(name)).unwrap();
            for (file, text) in files {
                fs::write(dir.path().join(name).join(file), format!("{text}\n")).unwrap();
            }
        };
        supply("AC", &[("type", "Mains"), ("online", "1")]);
        supply(
            "mouse",
            &[("type", "Battery"), ("scope", "Device"), ("capacity", "3"), ("status", "Discharging")],
        );
        assert_eq!(read(dir.path()), None);
        supply("BAT0", &[("type", "Battery"), ("capacity", "40"), ("status", "Discharging")]);
        supply("BAT1", &[("type", "Battery"), ("capacity", "80"), ("status", "Full")]);
        assert_eq!(
            read(dir.path()),
            Some(Battery {
                percent: 60,
                charging: false
            })
        );
    }
}
