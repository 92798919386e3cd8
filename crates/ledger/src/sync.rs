//! Sync: what a device and the server say to each other in one `POST /v1/sync`, and what a store must do with it.
//!
//! One request and its answer speak of one scope. Both ends are stateless between round trips: everything they need is in
//! their stores, every step that must be durable together is one call of a store's trait, and every step may be repeated.

mod client;
mod frontier;
mod goodput;
mod message;
mod server;
mod store;
mod stream;

pub use client::{Absorbed, Exchange, Problem, SyncError, absorb, request};
pub use goodput::Goodput;
pub use message::{Ack, End, Lack, LogFrontier, MESSAGE_TYPE, RefusedEntry, Request, Response, Rung, StreamItem};
pub use server::{Carried, answer, carry, keep};
pub use store::{ClientStore, ExchangeCommit, Exchanged, NewEntry, Position, Pulled, PushCommit, Pushed, SeenCheckpoint, ServerStore, StreamRow};
pub use stream::StreamHead;
