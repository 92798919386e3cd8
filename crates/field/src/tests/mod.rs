//! The core in-process: a county that exists only as a signed card and a server log written by the test.

mod bad_days;
mod copies;
mod county;
mod crash;
mod films;
mod frozen;
mod full_disk;
mod giving;
mod handed;
mod lists;
mod lives;
mod mistakes;
mod mounted;
mod paper;
mod returned;
mod shown;
mod standing;
mod undo;
mod uploads;
mod visit;
