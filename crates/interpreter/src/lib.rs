//! Decides: the pure function that every run of a workflow is. No IO, no clock, no randomness.

pub mod advance;
pub mod assign;
mod assigned;
pub mod batch;
pub mod calendar;
pub mod condition;
pub mod contest;
mod draw;
mod enroll;
pub mod everybody;
pub mod facts;
pub mod history;
pub mod keep;
mod lead;
pub mod permit;
mod plan;
pub mod profile;
pub mod release;
pub mod render;
pub mod rep;
mod route;
pub mod score;
pub mod simulate;
mod step;
pub mod trial;
pub mod turn;
pub mod world;
