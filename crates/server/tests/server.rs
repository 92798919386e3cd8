//! The real server on port 0, asked over HTTP as devices and browsers ask it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "server/access.rs"]
mod access;
#[path = "server/crowds.rs"]
mod crowds;
#[path = "server/demo.rs"]
mod demo;
#[path = "server/frozen.rs"]
mod frozen;
#[path = "server/hostile.rs"]
mod hostile;
#[path = "server/laptop.rs"]
mod laptop;
#[path = "server/lists.rs"]
mod lists;
#[path = "server/login.rs"]
mod login;
#[path = "server/logs.rs"]
mod logs;
#[path = "server/paper.rs"]
mod paper;
#[path = "server/previews.rs"]
mod previews;
#[path = "server/proposed.rs"]
mod proposed;
#[path = "server/restored.rs"]
mod restored;
#[path = "server/returned.rs"]
mod returned;
#[path = "server/running.rs"]
mod running;
#[path = "server/stations.rs"]
mod stations;
#[path = "server/syncing.rs"]
mod syncing;
#[path = "server/tls.rs"]
mod tls;
#[path = "server/updated.rs"]
mod updated;
#[path = "server/uploads.rs"]
mod uploads;
#[path = "server/visit.rs"]
mod visit;
