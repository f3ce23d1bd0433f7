//! Fills templates with a customer's values: subjects, texts, whole mails. Only what the context holds can
//! come out; a value is never read as a template again.

mod compiled;
mod context;
mod fault;
mod helpers;
mod message;
mod names;
mod text;
mod twin;

pub use context::{context, customer_context, merge, walk_context};
pub use fault::RenderError;
pub use message::{Envelope, Rendered, Renderer, send, send_with};
pub use text::inline;

/// The longest subject, text or page, in bytes.
pub const MOST_OUTPUT: usize = 1024 * 1024;

#[cfg(test)]
mod tests;
