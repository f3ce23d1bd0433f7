//! Remembers: SQL, one file per aggregate. Every function takes the connection, so that the caller sets the
//! transaction, and every instant, so that nothing here looks at a clock. The same statements run on SQLite and on
//! PostgreSQL.

mod connection;
mod database;
mod dialect;
mod error;
pub mod import_progress;
pub mod opt_in;
pub mod pace;
pub mod pause;
#[cfg(test)]
mod plans;
pub mod prune;
mod published;
mod stored;

pub mod snapshot;
pub mod sql;

pub mod answered;
pub mod api_key;
pub mod approval;
pub mod aside;
pub mod assignment;
pub mod audience;
pub mod audit;
pub mod channel;
pub mod condition;
pub mod consent;
pub mod contest;
pub mod copy;
pub mod counter;
pub mod customer;
pub mod customer_key;
pub mod doctor;
pub mod enrollment;
pub mod entity;
pub mod erase;
pub mod event;
mod forget;
pub mod forgotten;
pub mod gauge;
pub mod history;
pub mod hold;
pub mod lane;
pub mod lease;
pub mod library;
pub mod link;
pub mod listing;
pub mod memory;
pub mod merge;
pub mod meta;
pub mod moving;
pub mod rank;
pub mod rejected;
pub mod release;
pub mod rep;
pub mod report;
pub mod schedule;
pub mod send;
pub mod sender;
pub mod server;
pub mod session;
pub mod share;
pub mod signing_key;
pub mod soft_bounce;
pub mod standing;
pub mod stats;
pub mod task;
pub mod team;
pub mod template;
pub mod timer;
pub mod told;
pub mod trace;
pub mod user;
pub mod version;

pub use connection::{Connection, Raw, Reader, Transaction, commit};
pub use database::{LONG_LOG, Options, Pool, Store, found_migration, known_migration, shown, vacuum_into};
pub use dialect::{Both, Statement};
pub use error::StoreError;
pub use published::Published;
