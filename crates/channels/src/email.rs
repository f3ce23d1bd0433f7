//! The e-mail channel: a message becomes a letter, a letter goes over a relay's connection.

mod mime;
mod pool;
mod relay;
mod smtp;
mod tls;
mod wire;

pub use mime::{Letter, LetterError};
pub use pool::{Connection, Handover, RelayPool};
pub use relay::{Dial, Login, Relay, RelayError, Secret, Security, Timeouts, Trust};
pub use smtp::Envelope;
