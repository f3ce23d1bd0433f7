//! What every database of ours must do. The suite is one for all of them.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails is a test that fails"
)]

#[macro_use]
mod given;

mod customers;
mod database;
mod due;
mod events;
mod leases;
mod operations;
mod published;
mod sends;
mod shares;
mod snapshots;
mod summaries;
