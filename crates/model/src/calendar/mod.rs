//! Windows on the clock and working time, evaluated: the reader of files and the interpreter ask the same.

pub mod window;
pub mod work;
