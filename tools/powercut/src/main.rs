//! `powercut MOUNTPOINT FROM CAPACITY`: mounts a disk in memory with what is in the folder FROM, and obeys lines on its standard input:
//!
//! ```text
//! changes           answers with the number of changes so far
//! rare              answers with the numbers of the changes that were no writes
//! cut N             cuts the power at change N; 0: now
//! where             answers with what was being done when the power went: the change and the name
//! image DIR SEED    writes into DIR what is left after the cut; SEED 0: nothing unsynced, else each piece by the throw of a coin
//! capacity N        from now on so many bytes fit
//! used              answers with the bytes in use
//! ```
//!
//! It says `mounted` when it is; at the end of its input it unmounts and ends.

mod disk;
mod mount;

use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use disk::{Cut, Disk};
use fuser::{Config, MountOption};

fn main() -> io::Result<()> {
    let usage = || io::Error::new(io::ErrorKind::InvalidInput, "powercut MOUNTPOINT FROM CAPACITY");
    let mut words = std::env::args().skip(1);
    let (at, from, capacity) = (
        words.next().ok_or_else(usage)?,
        words.next().ok_or_else(usage)?,
        words.next().ok_or_else(usage)?,
    );
    let mut disk = Disk::new(capacity.parse().map_err(io::Error::other)?);
    disk.load(Path::new(&from))?;
    let disk = Arc::new(Mutex::new(disk));
    let mut config = Config::default();
    config.mount_options = vec![MountOption::FSName("powercut".into()), MountOption::NoSuid, MountOption::NoDev];
    let session = fuser::spawn_mount(mount::Mounted(disk.clone()), &at, &config)?;
    say("mounted")?;
    for line in io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split(' ').collect();
        let mut disk = disk.lock().unwrap();
        match words.as_slice() {
            ["changes"] => say(&disk.changes.to_string())?,
            ["rare"] => say(&disk.rare.iter().map(u64::to_string).collect::<Vec<_>>().join(" "))?,
            ["where"] => say(&disk.cut_in)?,
            ["used"] => say(&disk.used().to_string())?,
            ["cut", n] => {
                let n: u64 = n.parse().map_err(io::Error::other)?;
                disk.cut_at = Some(if n == 0 { disk.changes } else { n });
                say("armed")?;
            }
            ["capacity", n] => {
                disk.capacity = n.parse().map_err(io::Error::other)?;
                say("set")?;
            }
            ["image", to, seed] => {
                let cut = match seed.parse().map_err(io::Error::other)? {
                    0 => Cut::Everything,
                    seed => Cut::Some(seed),
                };
                disk.image(&PathBuf::from(to), cut)?;
                say("written")?;
            }
            _ => say("what?")?,
        }
    }
    session.umount_and_join()
}

fn say(line: &str) -> io::Result<()> {
    let mut out = io::stdout();
    writeln!(out, "{line}")?;
    out.flush()
}
