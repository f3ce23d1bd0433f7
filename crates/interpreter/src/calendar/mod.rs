//! Time as people keep it: lengths, working days, windows, anniversaries and schedules, evaluated.
//! Every future instant of the project is computed here and nowhere else.

pub mod add;
pub mod date;
pub mod schedule;

pub use model::calendar::{window, work};

#[cfg(test)]
mod tests;
