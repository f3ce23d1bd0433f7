//! Speaks with editors by the language server protocol. Knows files only as texts that it is given.

mod choice;
mod complete;
mod define;
mod expression;
mod hover;
mod mjml;
mod notes;
mod outline;
mod position;
mod project;
mod scope;
mod sense;
mod server;
mod spot;
mod tags;
mod wire;

pub use project::Home;
pub use server::{Opened, serve};
