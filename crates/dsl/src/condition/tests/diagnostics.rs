//! What people read when a condition is wrong, word for word.

use super::*;
