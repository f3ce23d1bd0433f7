//! The semantics of conditions, rule by rule.
