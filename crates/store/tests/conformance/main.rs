//! What every database of ours must do. The suite is one for all of them.

#[macro_use]
mod given;

mod customers;
mod database;
mod due;
mod events;
mod leases;
mod published;
mod sends;
mod shares;
mod snapshots;
mod summaries;
