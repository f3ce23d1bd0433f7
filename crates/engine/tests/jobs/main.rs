//! The durable queue over a database file: nudges commit with the facts, and none has to arrive.

mod bench;
mod nudges;
mod rows;
mod slow_index;
mod trouble;
