//! Nouns that two or more crates share: ids, time, value, customer, event, consent, send, trace.
//! No IO, no clock.

mod anniversary;
mod birthday;
pub mod calendar;
pub mod consent;
mod contest;
mod customer;
mod decimal;
mod enrollment;
pub mod event;
mod id;
mod length;
mod lift;
mod lunar;
mod numeral;
mod people;
pub mod schedule;
mod send;
mod snapshot;
mod trace;
mod value;
pub mod webhook;
mod window;
pub mod words;
mod work;
pub mod zone;

pub use anniversary::*;
pub use birthday::*;
pub use consent::*;
pub use contest::*;
pub use customer::*;
pub use decimal::*;
pub use enrollment::*;
pub use event::Event;
pub use id::*;
pub use length::*;
pub use lift::*;
pub use lunar::*;
pub use people::*;
pub use schedule::*;
pub use send::*;
pub use snapshot::*;
pub use trace::*;
pub use value::*;
pub use window::*;
pub use work::*;
