//! The e-mail channel: a message becomes a letter, a letter goes over a relay's connection.

pub mod bounce;
mod dkim;
mod lane;
mod mime;
pub mod notices;
mod pool;
pub mod provider;
mod relay;
mod smtp;
pub mod sns;
mod tls;
mod wire;

pub use dkim::{DkimError, Signer};
pub use lane::{Lane, News, Wait};
pub use mime::{Letter, LetterError};
pub use pool::{Connection, Handover, RelayPool};
pub use relay::{Dial, Login, Relay, RelayError, Secret, Security, Timeouts, Trust};
pub use smtp::Envelope;
