//! What people and programs see of results: plain data in, text or JSON out.

pub mod audit;
pub mod backtest;
pub mod backup;
pub mod bench;
pub mod cells;
pub mod channels;
pub mod demo;
pub mod diff;
pub mod doctor;
pub mod events;
pub mod export;
pub mod identity;
pub mod import;
pub mod keys;
pub mod operate;
pub mod overdue;
pub mod people;
pub mod plan;
pub mod preview;
pub mod progress;
pub mod publish;
pub mod report;
pub mod reps;
pub mod run;
#[cfg(test)]
pub mod sample;
pub mod score;
pub mod sends;
pub mod simulate;
pub mod test;
pub mod undelivered;
pub mod users;
pub mod why;

pub use model::because as trace;
