//! Text of files to checked workflows or diagnostics. No SQL, no IO.

pub mod condition;
mod decode;
pub mod diagnostic;
pub mod difference;
pub mod drawing;
pub mod grammar;
pub mod library;
mod lint;
mod mend;
pub mod project;
pub mod reads;
pub mod record;
pub mod source;
pub mod step;
pub mod syntax;
pub mod template;
pub mod test_case;
pub mod trigger;
pub mod workflow;
pub mod yaml;

pub use decode::{load, load_listening};
pub use mend::mend;
