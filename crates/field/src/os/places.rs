//! Disks and sticks beside the store's own, as the system has mounted them.

use std::path::{Path, PathBuf};

/// Folders at the top of each mounted medium that this account can write to and that is not the store's disk.
///
/// On Linux these come from `/proc/self/mountinfo`; elsewhere they are the drives by letter.
pub fn beside(store_dir: &Path) -> Vec<PathBuf> {
    #[cfg(target_os = "linux")]
    {
        let mounts = std::fs::read("/proc/self/mountinfo").unwrap_or_default();
        linux::beside(&String::from_utf8_lossy(&mounts), store_dir)
    }
    #[cfg(not(target_os = "linux"))]
    {
        let drives = ('A'..='Z').map(|letter| PathBuf::from(format!("{letter}:\\")));
        drives
            .filter(|drive| drive.is_dir() && !super::files::same_disk(store_dir, drive))
            .collect()
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use rustix::fs::{Access, access};

    use crate::os::files::same_disk;

    /// File systems of sticks, disks and network shares; all others are the system's own.
    const MEDIA: [&str; 22] = [
        "btrfs",
        "cifs",
        "exfat",
        "ext2",
        "ext3",
        "ext4",
        "f2fs",
        "fuse.exfat",
        "fuse.ntfs",
        "fuse.ntfs-3g",
        "fuse.sshfs",
        "fuseblk",
        "hfsplus",
        "msdos",
        "nfs",
        "nfs4",
        "ntfs",
        "ntfs3",
        "smb3",
        "udf",
        "vfat",
        "xfs",
    ];
    /// Places of the system itself.
    const SYSTEM: [&str; 8] = ["/boot", "/efi", "/etc", "/proc", "/snap", "/sys", "/usr", "/var/lib"];

    /// A line of mountinfo (proc(5)).
    #[derive(Debug, PartialEq, Eq)]
    pub(super) struct Mount {
        /// Major and minor number.
        pub device: String,
        pub point: PathBuf,
        pub source: String,
        writable: bool,
        kind: String,
    }

    impl Mount {
        pub(super) fn parse(line: &str) -> Option<Self> {
            let (first, second) = line.split_once(" - ")?;
            let mut first = first.split(' ').skip(2);
            let (device, _root, point, options) = (first.next()?, first.next()?, first.next()?, first.next()?);
            let mut second = second.split(' ');
            let (kind, source, of_disk) = (second.next()?, second.next()?, second.next()?);
            let writes = |options: &str| options.split(',').any(|option| option == "rw");
            Some(Self {
                device: device.to_owned(),
                point: PathBuf::from(plain(point)),
                source: plain(source),
                writable: writes(options) && writes(of_disk),
                kind: kind.to_owned(),
            })
        }

        fn is_medium(&self) -> bool {
            let system = self.point == Path::new("/") || SYSTEM.iter().any(|system| self.point.starts_with(system));
            self.writable && !system && !self.source.starts_with("/dev/loop") && MEDIA.contains(&self.kind.as_str())
        }

        /// The whole disk of a partition, where the system names one.
        fn disk(&self) -> Option<PathBuf> {
            let device = std::fs::canonicalize(Path::new("/sys/dev/block").join(&self.device)).ok()?;
            let is_part = device.join("partition").exists();
            if is_part { device.parent().map(Path::to_owned) } else { Some(device) }
        }

        fn shares_disk(&self, other: &Self) -> bool {
            let disk = self.disk();
            self.device == other.device || self.source == other.source || (disk.is_some() && disk == other.disk())
        }
    }

    /// Undoes the kernel's octal escapes of blanks and backslashes.
    fn plain(text: &str) -> String {
        let mut parts = text.split('\\');
        let mut plain = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let code = part.get(..3).and_then(|code| u8::from_str_radix(code, 8).ok());
            match (code, part.get(3..)) {
                (Some(code), Some(rest)) => {
                    plain.push(char::from(code));
                    plain.push_str(rest);
                }
                _ => {
                    plain.push('\\');
                    plain.push_str(part);
                }
            }
        }
        plain
    }

    /// Media of these lines on another disk than the store's, each disk once.
    pub(super) fn media(mountinfo: &str, store_dir: &Path) -> Vec<Mount> {
        let mounts = || mountinfo.lines().filter_map(Mount::parse);
        let holds = mounts().filter(|mount| store_dir.starts_with(&mount.point));
        let own = holds.max_by_key(|mount| mount.point.as_os_str().len());
        let mut seen = BTreeSet::new();
        mounts()
            .filter(|mount| mount.is_medium() && !own.as_ref().is_some_and(|own| own.shares_disk(mount)))
            .filter(|mount| seen.insert(mount.device.clone()))
            .collect()
    }

    pub(super) fn beside(mountinfo: &str, store_dir: &Path) -> Vec<PathBuf> {
        let store_dir = std::fs::canonicalize(store_dir).unwrap_or_else(|_| store_dir.to_owned());
        let points = media(mountinfo, &store_dir).into_iter().map(|mount| mount.point);
        let may_write = |point: &PathBuf| access(point, Access::WRITE_OK | Access::EXEC_OK).is_ok();
        points.filter(|point| may_write(point) && !same_disk(&store_dir, point)).collect()
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::linux::media;
    use std::path::Path;

    const MOUNTS: &str = r"22 27 0:21 / /proc rw,relatime - proc proc rw
25 24 0:23 / /dev/shm rw,relatime - tmpfs tmpfs rw
27 1 8001:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
28 27 8001:5 / /data rw,relatime shared:2 - ext4 /dev/sda5 rw
29 27 8001:5 /home /home rw,relatime shared:2 - ext4 /dev/sda5 rw
30 27 8001:2 / /boot/efi rw,relatime - vfat /dev/sda2 rw
31 27 7:0 / /snap/core/1 rw - ext4 /dev/loop0 rw
32 27 7:1 / /mnt/image rw - ext4 /dev/loop1 rw
40 27 8002:1 / /media/wang/U\040盘 rw,nosuid shared:9 - vfat /dev/sdb1 rw,uid=1000
41 27 8002:1 / /mnt/again rw - vfat /dev/sdb1 rw
42 27 8003:1 / /media/wang/disc ro,nosuid - udf /dev/sr0 ro
43 27 0:50 / /mnt/share rw - cifs //nas/share rw
44 27 0:51 / /run/user/1000/gvfs rw - fuse.gvfsd-fuse gvfsd-fuse rw
45 27 8004:1 / /mnt/locked rw - vfat /dev/sdd1 ro
46 27 cut";

    #[test]
    fn only_writable_media_beside_the_stores_disk_are_named() {
        let named = media(MOUNTS, &Path::new("/home").join("wang/xunzhan"));
        let points: Vec<_> = named.iter().map(|mount| mount.point.to_str().unwrap()).collect();
        assert_eq!(points, ["/media/wang/U 盘", "/mnt/share"]);
        let named = media(MOUNTS, Path::new("/media/wang/U 盘/xunzhan"));
        let points: Vec<_> = named.iter().map(|mount| mount.point.to_str().unwrap()).collect();
        assert_eq!(points, ["/data", "/mnt/share"]);
    }
}
