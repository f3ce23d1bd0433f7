//! What people and programs see of results: plain data in, text or JSON out.

pub mod cells;
pub mod trace;
pub mod why;
pub mod simulate;
pub mod run;
pub mod demo;
pub mod people;
pub mod sends;
pub mod preview;
pub mod publish;
pub mod import;
pub mod test;
pub mod progress;
#[cfg(test)]
pub mod sample;
