//! Speaks: one message out, one outcome back.

mod clean;
pub mod email;
mod fate;
mod file;
mod message;
mod note;
pub mod webhook;

pub use clean::LONGEST_HEADER;
pub use fate::{Cause, Enhanced, Fate, Phase, Rejection, Reply, Retry, classify};
pub use file::{FileChannel, Label};
pub use message::{Draft, Mailbox, Message, MessageError, Unsubscribe};
pub use note::Note;
