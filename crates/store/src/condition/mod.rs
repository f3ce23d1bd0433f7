//! A typed condition as SQL: a `WHERE` over a million customers that agrees with the evaluator on each.

pub mod sqlite;
