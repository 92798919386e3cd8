//! Sync: what a device and the server say to each other in one `POST /v1/sync`, and what a store must do with it.
//!
//! One request and its answer speak of one scope. Both ends are stateless between round trips: everything they need is in
//! their stores, every step that must be durable together is one call of a store's trait, and every step may be repeated.

mod message;
mod store;
mod stream;

pub use message::{Ack, Lack, LogFrontier, MESSAGE_TYPE, RefusedEntry, Request, Response, Rung, StreamItem};
pub use store::{ClientStore, ExchangeCommit, Exchanged, NewEntry, Position, Pulled, PushCommit, Pushed, ServerStore, StreamRow};
pub use stream::StreamHead;
