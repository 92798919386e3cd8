//! The core in-process: a county that exists only as a signed card and a server log written by the test.

mod bad_days;
mod copies;
mod county;
mod crash;
mod custody;
mod films;
mod frozen;
mod full_disk;
mod giving;
mod handed;
mod inbox;
mod lists;
mod lives;
mod mistakes;
mod mounted;
mod paper;
mod phone;
mod returned;
mod shown;
mod standing;
mod tally;
mod trip;
mod twins;
mod undo;
mod uploads;
mod visit;
