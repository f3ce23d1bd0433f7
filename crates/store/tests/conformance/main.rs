//! What every database of ours must do. The suite is one for all of them.

mod customers;
mod database;
mod due;
mod events;
mod given;
mod leases;
mod published;
mod sends;
mod snapshots;
mod summaries;
