//! Speaks: one message out, one outcome back.

mod clean;
mod digest;
pub mod dns;
pub mod email;
mod fate;
mod file;
mod http;
mod message;
mod note;
pub mod provider;
mod rate;
pub mod reach;
mod robot;
mod spoken;
pub mod webhook;

#[cfg(test)]
#[path = "../tests/loopback/mod.rs"]
mod loopback;

pub use clean::LONGEST_HEADER;
pub use digest::percent;
pub use fate::{Cause, Enhanced, Fate, Phase, Rejection, Reply, Retry, classify};
pub use file::{FileChannel, Label};
pub use http::get;
pub use message::{Draft, Mailbox, Message, MessageError, Picture, Unsubscribe};
pub use note::Note;
pub use rate::{Spent, Turn};
pub use reach::Reach;
pub use robot::{Chat, Robot};
pub use spoken::Spoken;
